/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upconn_priv.h -- connections to endpoints, what a worker knows of an endpoint, and the choice of
 * one.
 *
 * Belongs to its worker's thread.  A connection serves one user at a time and returns to its
 * endpoint's pool between them; it is freed only when no op of its own is in flight (up_release).
 */
#ifndef PROXY_UPCONN_PRIV_H
#define PROXY_UPCONN_PRIV_H

#include "net/splice.h"
#include "net/stream.h"
#include "plan/plan.h"
#include "proxy/conn_priv.h"
#include "proxy/worker_priv.h"
#include "tls/client.h"

struct upconn;

#define UP_STATES(S)                                      \
	S(UP_CONNECTING, 1u << UP_BUSY | 1u << UP_CLOSED) \
	S(UP_BUSY, 1u << UP_POOLED | 1u << UP_CLOSED)     \
	S(UP_POOLED, 1u << UP_BUSY | 1u << UP_CLOSED)     \
	S(UP_CLOSED, 0u)

enum up_state {
#define S(name, next) name,
	UP_STATES(S)
#undef S
};

/* Who an upstream connection works for: the primary try of an exchange, or a sub-request. */
struct up_user {
	/* Connected (0), or it failed (-errno); then the connection is gone. */
	void (*connected)(struct upconn *u, int err);
	/* Bytes: the user takes the slice.  n == 0: end; <err> < 0: reset. */
	void (*received)(struct upconn *u, struct slice got, int err);
	/* The send it asked for is done. */
	void (*sent)(struct upconn *u, int err);
	/* The splice it started is over; NULL: it never splices. */
	void (*spliced)(struct upconn *u, int err);
};

struct upconn {
	uint32_t magic;
#define UPCONN_MAGIC 0x7570636eu
	enum up_state state;
	struct worker *worker;
	struct list node; /* in the endpoint's pool */
	struct wendpoint *ep;
	uint64_t tls_digest; /* of what it was opened for: part of the pool key */
	const struct up_user *user; /* NULL while pooled or closed */
	void *owner; /* the user's object */
	struct stream *stream;
	struct out out;
	nsec pooled_at;
	nsec idle_limit; /* from the setting, or from the backend's Keep-Alive */
	uint32_t uses;
	uint32_t pool_max; /* idle ones kept, over all workers */
	bool reused;
	bool bulky; /* the last body was spliced */
	struct recv_op recv;
	struct send_op send;
	struct connect_op connect;
	struct op handshake;
	struct tls_client *tls_client; /* counted; NULL: clear text */
	struct tls *tls; /* from the end of the connect on */
	nsec connect_limit; /* for the handshake again */
	bool late; /* the handshake took too long */
	bool again; /* connects again: descriptors were made free for it */
	struct splice_op splice;
	struct timer timer; /* pool idle */
	struct tcp tcp;
};

/* What a worker knows of an endpoint. */
struct wendpoint {
	uint64_t serial; /* plan_endpoint.serial; 0: free */
	struct plan_endpoint *endpoint;
	uint32_t active; /* exchanges in progress */
	uint32_t open; /* connections, pooled or busy */
	uint32_t n_pooled;
	uint32_t failures; /* in a row: passive health */
	uint32_t round; /* of the upstream whose first endpoint this is */
	bool leaving; /* no plan holds it */
	struct list pool; /* most recently used first */
};

/* How a connection's use ends: back to the pool if it may; closed in order; reset, so that nothing
 * half sent can pass for a whole. */
enum up_end { UP_END_REUSE, UP_END_CLOSE, UP_END_ABORT };

struct addr addr_of_plan(const struct plan_addr *a);
enum up_want_fresh { UP_ANY, UP_FRESH /* pooled only if idle for a moment */, UP_NEW };
struct upconn *up_get(struct worker *w, struct plan_endpoint *e, const struct plan_upstream *us,
	const struct plan_settings *s, enum up_want_fresh fresh, const struct up_user *user,
	void *owner);
/* Sends up->out, which the caller filled. */
void up_send(struct upconn *u, unsigned flags);
void up_want(struct upconn *u, size_t want);
/* Wants a response head: little behind it where the last body was spliced, so that this one is. */
void up_want_head(struct upconn *u);
/* Adds what arrived (taken over) to a response head, which stays in one piece. */
void head_gather(struct slice *head, struct slice got, struct nbuf_pool *pool);
/* The user lets go of it. */
void up_done(struct upconn *u, enum up_end how);
void up_endpoint_leaving(struct worker *w, struct plan_endpoint *e);
/* True: there was an idle one. */
bool up_close_pools(struct worker *w);
struct wendpoint *wendpoint_make(struct worker *w, struct plan_endpoint *e);
static inline struct wendpoint *wendpoint_get(struct worker *w, struct plan_endpoint *e)
{
	struct wendpoint *ep = likely(e->index < w->endpoints.n) ? w->endpoints.p[e->index] : NULL;

	AN_HOT(!ep || ep->serial == e->serial);
	return likely(ep) ? ep : wendpoint_make(w, e);
}
void wendpoint_active(struct worker *w, struct plan_endpoint *e, int by);
void wendpoint_result(struct worker *w, struct plan_endpoint *e, bool good);
bool up_leaving_gone(struct worker *w, struct plan_endpoint *e);

/* balance.c */
const struct plan_backend *balance_backend(struct worker *w, const struct plan_rule *rule);
/* An endpoint, or NULL: none takes requests.  <avoid>: not this one if there is another. */
struct plan_endpoint *balance_endpoint(struct worker *w, const struct plan_upstream *u,
	enum plan_balance how, const struct plan_endpoint *avoid);
struct plan_endpoint *balance_endpoint_at(const struct plan_upstream *u, struct str address);
void balance_free(struct worker *w);

#endif
