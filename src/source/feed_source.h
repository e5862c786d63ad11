/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed_source.h -- the objects of one Gateway, delivered by a controller into a store.
 *
 * One streamed answer: JSON frames, each an object of its own.
 *	{"type":"HELLO","session":"…"}		acknowledgements name it
 *	{"type":"LIST"}				what follows until COMMIT is all there is
 *	{"type":"PUT","object":{…}}		as the API server has it, without status
 *	{"type":"DEL","kind":"…","group":"…","key":"namespace/name"}
 *	{"type":"COMMIT","rev":7}		the store is whole again
 *	{"type":"PING"}
 * Only at COMMIT is the store told to be looked at.  A broken feed is asked for again with back-off
 * and jitter; what is known keeps serving.  Control thread only.
 */
#ifndef SOURCE_FEED_SOURCE_H
#define SOURCE_FEED_SOURCE_H

#include "gwapi/store.h"
#include "kube/api.h"

#define FEED_PATH "/v1/feed/" /* + "namespace/name" */
#define FEED_ACK_PATH "/v1/ack/" /* + session */
#define FEED_AUDIENCE "sluice-feed"
#define FEED_BACKOFF_FIRST MSEC(200)
#define FEED_BACKOFF_MAX SEC(5)

struct feed_options {
	struct str url; /* "https://host:port" */
	struct str gateway; /* "namespace/name" */
	struct str ca_file; /* PEM; read again with each connection's configuration */
	struct str token_file; /* empty: none */
};

struct feed_port {
	uint16_t port;
	bool udp;
	const char *error; /* static or longer-lived text */
};

struct feed_source;
/* The store holds a whole revision. */
typedef void feed_settled_f(void *arg);

/* Borrows <store>; begins at once.  Returns owned, or -errno with a sentence in <err>. */
int must_check feed_source_new(struct loop *l, const struct feed_options *o, struct store *store,
	feed_settled_f *settled, void *arg, struct feed_source **ret_source, struct buf *err);
void feed_source_free(struct feed_source *s);
/* The last revision is in use, with these ports refused. */
void feed_source_ack(struct feed_source *s, const struct feed_port *ports, size_t n);

#endif
