/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed_server.h -- what data planes are fed: for each Gateway its read set, as text, in revisions.
 *
 * GET /v1/feed/NAMESPACE/NAME streams frames (source/feed_source.h says which); POST
 * /v1/ack/SESSION tells that a revision is in use.  Each revision is written once for all
 * connections of its Gateway.  Who may: a pod (feed_auth.h) of the account and the workload that
 * were made for that Gateway.  A server that is off says in its 503 who leads ("leader ADDR:PORT").
 *
 * GET /v1/class/NAME is all Gateways of an unmanaged class as one; wherever a function here takes a
 * <gateway>, a class's name (no '/') stands for that.  Who may: any bearer of a token for our
 * audience whom a SubjectAccessReview lets "serve" that gatewayclass.  Control thread only.
 */
#ifndef CONTROL_FEED_SERVER_H
#define CONTROL_FEED_SERVER_H

#include "control/feed_auth.h"
#include "gwapi/translate.h"
#include "kube/api.h"
#include "net/addr.h"
#include "source/kong_listen.h"
#include "source/raw.h"

#define FEED_CONNECTIONS 4096
#define FEED_HEAD_MAX 16384
#define FEED_ACK_MAX 65536
#define FEED_BACKLOG_MAX (64u << 20) /* bytes that wait for a slow data plane */
#define FEED_PING SEC(20)

struct feed_server;
struct tls_policy;

struct feed_server_ops {
	/* Whether the caller serves the Gateway. */
	bool (*allowed)(void *arg, struct str gateway, const struct feed_caller *caller);
	/* Where the replica that leads is reached, "ADDR:PORT", this one or another; empty: not
	 * known.  Borrowed for the call. */
	struct str (*leader)(void *arg);
	/* A data plane has told that it uses a revision, has come or has gone. */
	void (*acked)(void *arg, struct str gateway);
	/* The port cannot be bound by some data plane; why empty: it can. */
	void (*port)(void *arg, struct str gateway, bool udp, uint16_t port, struct str why);
};

/* Listens on <at>; <policy> (counted) NULL: cleartext (tests).  Borrows all else.  Returns owned,
 * or -errno. */
int must_check feed_server_new(struct loop *l, const struct addr *at, struct tls_policy *policy,
	struct api *a, const struct feed_server_ops *ops, void *arg,
	struct feed_server **ret_server);
void feed_server_free(struct feed_server *s);
/* New connections meet <policy> (counted) from now on; it was made with one. */
void feed_server_policy(struct feed_server *s, struct tls_policy *policy);
/* Off (503) until it is turned on; turned off, all connections end. */
void feed_server_enable(struct feed_server *s, bool on);

/* What Gateway "namespace/name" (at <generation>) looks at now: sends what changed. */
void feed_server_publish(struct feed_server *s, struct str gateway, int64_t generation,
	struct translator *t, const struct raws *raws);
/* The Gateway is gone. */
void feed_server_forget(struct feed_server *s, struct str gateway);
/* Where the ports of the class's Service lead, told with the next publish.  <ports> NULL: there is
 * no Service in between. */
void feed_server_ports(
	struct feed_server *s, struct str class_name, const struct publish_port *ports, size_t n);
/* The newest revision, and the newest that some connected and ready data plane uses; 0: none. */
uint64_t feed_server_rev(const struct feed_server *s, struct str gateway);
uint64_t feed_server_acked(const struct feed_server *s, struct str gateway);

/* What a connected data plane that uses a revision and is ready listens on. */
struct feed_report {
	struct str proxy_listen, stream_listen; /* source/kong_listen.h */
};
typedef void feed_report_f(void *ctx, const struct feed_report *r);
void feed_server_reports(
	const struct feed_server *s, struct str class_name, feed_report_f *fn, void *ctx);
/* The newest generation that some connected data plane uses; -1: none. */
int64_t feed_server_generation(const struct feed_server *s, struct str gateway);
/* Data planes connected. */
unsigned feed_server_connected(const struct feed_server *s, struct str gateway);
/* Those of them that have told which revision they use. */
unsigned feed_server_heard(const struct feed_server *s, struct str gateway);

#endif
