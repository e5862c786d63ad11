/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy.h -- the data plane as control sees it: workers that carry out plans.
 *
 * Each worker is a thread with a loop of its own; a connection lives and dies on it.  Control
 * publishes plans; the proxy opens and closes sockets as the plans' ports come and go, through
 * callbacks, because sockets belong to whoever outlives this process.  All functions and all
 * callbacks are on the control thread and its loop.
 */
#ifndef PROXY_PROXY_H
#define PROXY_PROXY_H

#include "base/ring.h"
#include "net/addr.h"
#include "net/loop.h"
#include "plan/edit.h"

#define PROXY_WORKERS_MAX 16
/* Sockets of one address; worker i of W accepts from slots i, i+W, … */
#define PROXY_SLOTS 16

struct proxy;
struct steer;
struct net_sys;

enum proxy_log_format { PROXY_LOG_JSON, PROXY_LOG_TEXT };

struct proxy_config {
	unsigned workers; /* 1 to PROXY_WORKERS_MAX */
	bool by_hand; /* no threads: the owner turns the workers with proxy_tick(); for tests */
	const struct clock *clock; /* borrowed; NULL: the system's */
	struct net_sys *sys; /* borrowed; NULL: the kernel; for tests (net/fault.h) */
	struct steer *steer; /* borrowed; NULL: nobody steers the workers' time */
	unsigned metric_series; /* of rules, and of upstreams (plan/tally.h); 0: the default */
	uint64_t memory_limit; /* of what the workers hold, shed at; 0: none */
	struct writer *writer; /* borrowed; NULL: no access log */
	unsigned access_output; /* of the writer */
	enum proxy_log_format access_format;
};

struct proxy_ops {
	/* PROXY_SLOTS listening sockets of <at>, the proxy's to close; 0 or -errno.  <dual>: an
	 * IPv6 one takes IPv4 too. */
	int (*open)(void *arg, const struct addr *at, bool dual, int ret_fds[PROXY_SLOTS]);
	/* No listener uses <at> any more and its backlog is drained. */
	void (*close)(void *arg, const struct addr *at);
	/* Whether <at>, a bind of the port with this name, could be opened: 0 or -errno.  Told when
	 * it changes. */
	void (*bound)(void *arg, struct str port, const struct addr *at, int err);
	/* After proxy_drain(): the last connection has ended. */
	void (*drained)(void *arg);
};

/* Starts the workers.  <control>, <store>, <ops> are borrowed until proxy_free().  <store> is new:
 * what is made in it from here on is prepared for TLS (plan_store_dress).  Returns owned, or
 * -errno. */
int must_check proxy_new(struct loop *control, struct plan_store *store,
	const struct proxy_config *config, const struct proxy_ops *ops, void *arg,
	struct proxy **ret_proxy);
/* Takes the caller's count on <plan>: every worker swaps to it at the top of its next tick. */
void proxy_publish(struct proxy *p, struct plan *plan);
/* The plan published last, or NULL; borrowed. */
struct plan *proxy_plan(const struct proxy *p);
/* Roots that live: the current one and those that exchanges still use. */
size_t proxy_live_plans(const struct proxy *p);

enum proxy_drain {
	PROXY_DRAIN_ANNOUNCE, /* still accepting, but answers say close */
	PROXY_DRAIN_RETIRE, /* an upgrade: accept no more; idle connections end by their own timers
			     */
	PROXY_DRAIN_END, /* SIGTERM: as RETIRE; idle connections are closed when nothing else runs
			  */
	PROXY_DRAIN_IDLE, /* the proxy's own: nothing else runs */
	PROXY_DRAIN_CUT, /* the time is over: tunnels get FIN, the rest is cut and counted */
};
void proxy_drain(struct proxy *p, enum proxy_drain how);

/* What the gateway itself ended while it drained. */
enum proxy_cut { PROXY_CUT_IDLE, PROXY_CUT_REQUEST, PROXY_CUT_TUNNEL, PROXY_CUT_COUNT };
/* How many so far, over all workers of this process. */
int64_t proxy_cuts(enum proxy_cut kind);
/* With config.by_hand: one tick of each worker that waits for nothing.  True while they have
 * something to do. */
bool proxy_tick(struct proxy *p);
/* Stops the workers and frees all; connections that live are cut.  NULL is legal. */
void proxy_free(struct proxy *p);

#endif
