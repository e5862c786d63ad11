/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed_source.h -- the objects of one Gateway, delivered by a controller into a store.
 *
 * One streamed answer: JSON frames, each an object of its own.
 *	{"type":"HELLO","session":"…","address":"…"}	acknowledgements name it, and go there
 *	{"type":"LIST"}				what follows until COMMIT is all there is
 *	{"type":"PORTS","ports":[{"port":80,"udp":false,"target":8000}]}
 *						of a class: where its Service's ports lead; without
 *						"ports" there is none in between
 *	{"type":"PUT","object":{…}}		as the API server has it, without status
 *	{"type":"DEL","kind":"…","group":"…","key":"namespace/name"}
 *	{"type":"COMMIT","rev":7}		the store is whole again
 *	{"type":"PING"}
 * A replica that does not lead answers 503 and "leader ADDR:PORT": the next request goes there.
 * Only at COMMIT is the store told to be looked at.  A broken feed is asked for again with back-off
 * and jitter; what is known keeps serving.  Control thread only.
 */
#ifndef SOURCE_FEED_SOURCE_H
#define SOURCE_FEED_SOURCE_H

#include "kube/api.h"
#include "source/kong_listen.h"

#define FEED_PATH "/v1/feed/" /* + "namespace/name" */
#define FEED_CLASS_PATH "/v1/class/" /* + name: all Gateways of an unmanaged class */
#define FEED_ACK_PATH "/v1/ack/" /* + session */
#define FEED_AUDIENCE "sluice-feed"
#define FEED_BACKOFF_FIRST MSEC(200)
#define FEED_REFUSAL_MAX 256
#define FEED_BACKOFF_MAX SEC(2)

struct feed_options {
	struct str url; /* "https://host:port" */
	struct str gateway; /* "namespace/name"; or */
	struct str class_name; /* a whole class, on listens of our own */
	const struct kong_listens *listens; /* with class_name: what we tell; lives as long as we */
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
/* The last revision is in use, with these ports refused.  <ready> false: we are about to end. */
void feed_source_ack(struct feed_source *s, bool ready, const struct feed_port *ports, size_t n);
/* Where the Service's ports lead, as kong_listens_join() wants it.  False: nobody has told yet. */
bool feed_source_ports(
	const struct feed_source *s, const struct publish_port **ret_ports, size_t *ret_n);
/* What was fed before this process, told before the first answer: one object's text, then the end.
 * It holds until a list says otherwise. */
void feed_source_assume(struct feed_source *s, struct str text);
/* All objects as they are held now. */
typedef void feed_text_f(void *arg, struct str path, struct str text);
void feed_source_texts(const struct feed_source *s, feed_text_f *fn, void *arg);
/* Of these texts; the same in every process. */
uint64_t feed_source_digest(const struct feed_source *s);

#endif
