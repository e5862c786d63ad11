/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker_priv.h -- a worker: its binds, its share of the process's state, its messages.
 *
 * Everything on a worker belongs to one thread.  Lifetimes: worker ⊃ connection (conn_priv.h) ⊃
 * exchange (exchange_priv.h); an upstream connection (upconn_priv.h) serves one exchange at a time.
 */
#ifndef PROXY_WORKER_PRIV_H
#define PROXY_WORKER_PRIV_H

#include <pthread.h>

#include "base/rand.h"
#include "base/slab.h"
#include "base/vec.h"
#include "http/h1.h"
#include "match/regex.h"
#include "net/listener.h"
#include "net/mailbox.h"
#include "net/steer.h"
#include "plan/plan.h"
#include "plan/publish.h"
#include "proxy/proxy.h"
#include "tls/server.h"

struct exchange;
struct wendpoint;
struct wrr;

/* One address that a worker accepts on; outlives its listeners while connections came from it. */
struct bind {
	struct list node; /* in the worker's binds */
	struct worker *worker;
	struct addr addr;
	uint64_t port_id; /* plan_port.id */
	bool header; /* connections begin with a PROXY header, by <slot>'s port */
	unsigned refs; /* listeners open, connections alive */
	bool closing; /* its port is gone from the plan */
	char port_text[8]; /* of <slot>'s port: "80" */
	const struct plan_port_slot *slot; /* NULL: no such port in that plan */
	unsigned n_listeners;
	struct bind_listener {
		struct listener listener;
		struct bind *bind;
		bool open;
	} listeners[PROXY_SLOTS];
};

/* What is shed, each stage with those before it (overload.c). */
enum overload {
	OVERLOAD_NONE,
	OVERLOAD_IDLE, /* idle connections are closed */
	OVERLOAD_REFUSE, /* requests get 503 */
	OVERLOAD_PAUSE, /* nothing is accepted */
};

struct worker {
	struct proxy *proxy;
	unsigned number;
	unsigned proxy_workers; /* how many there are */
	pthread_t thread;
	struct loop *loop;
	struct mailbox mailbox;
	struct hook overload_hook;
	struct timer overload_timer;
	enum overload overload;
	uint64_t memory_told; /* of ours in *memory_all */
	_Atomic uint64_t *memory_all; /* the workers' */
	uint64_t memory_limit; /* 0: none */
	struct steer_member *steered; /* NULL: nobody steers its time */
	struct plan_holder plans;
	struct hook top;
	struct list binds;
	struct list idle; /* connections between two requests, least recently used first */
	struct list fresh; /* those that have not asked yet, oldest first */
	struct list active;
	size_t n_conns;
	struct tls_thread tls;
	struct slab conns;
	struct slab upconns;
	struct slab outs;
	struct slab subs;
	struct list lone_subs; /* mirrors whose exchange has ended */
	VEC(struct exchange *) spare; /* exchanges for reuse, with their first arena block */
	size_t n_exchanges;
	VEC(struct wendpoint *) endpoints; /* by plan_endpoint.index */
	VEC(struct wrr *) wrrs; /* hash table by rule id, a power of two */
	size_t n_wrrs;
	struct regex_scratch *regex;
	struct rand rand;
	char id_prefix[16]; /* of the request ids made here: random digits */
	struct ring *ring; /* access log; NULL: none */
	int64_t date_second;
	char date[H1_DATE_N];
	struct buf log_line;
	bool say_close; /* answers end their connections */
	bool draining; /* accepts no more */
	bool ending; /* idle connections are closed once no worker has anything else */
	bool told_quiet; /* we have not */
	bool cut; /* the time is over */
	bool told_drained;
	bool stopping;
	unsigned access_output;
	enum proxy_log_format access_format;
};

/* messages (proxy.c, worker.c) */
enum msg_kind {
	/* control → worker */
	MSG_PLAN,
	MSG_ENDPOINT, /* no plan holds it any more */
	MSG_LISTEN, /* fds */
	MSG_LISTEN_PORT, /* an address belongs to another port now */
	MSG_UNLISTEN,
	MSG_DRAIN,
	MSG_STOP,
	/* worker → control */
	MSG_PLAN_DONE,
	MSG_ENDPOINT_DONE,
	MSG_UNLISTENED,
	MSG_EJECT,
	MSG_QUIET, /* ending, and only idle connections are left */
	MSG_DRAINED,
};

struct msg {
	struct mail mail;
	enum msg_kind kind;
	struct worker *worker; /* to or from */
	const struct plan *plan;
	struct plan_endpoint *endpoint;
	struct addr addr;
	uint64_t port_id;
	int fds[PROXY_SLOTS];
	unsigned n_fds;
	enum proxy_drain drain;
};

/* proxy.c: to control, from any worker; takes <m>. */
void proxy_mail(struct proxy *p, struct msg *m);
/* For tests that look inside. */
struct worker *proxy_worker(struct proxy *p, unsigned i);

/* worker.c */
int must_check worker_init(struct worker *w, struct proxy *p, unsigned number, unsigned n,
	const struct proxy_config *config);
int must_check worker_start(struct worker *w);
/* One tick that waits for nothing; true: there was something to do. */
bool worker_tick(struct worker *w);
/* Until MSG_STOP; then frees what the worker held. */
void worker_run(struct worker *w);
/* To a worker, from control; takes <m>. */
void worker_mail(struct worker *w, struct msg *m);
/* After MSG_STOP: waits for the thread and frees what it held. */
void worker_join(struct worker *w);
const struct plan *worker_plan(struct worker *w);
struct str worker_date(struct worker *w);
/* The port that <b> belongs to in the current plan, or NULL. */
static inline const struct plan_port_slot *bind_slot(const struct bind *b)
{
	return b->slot;
}
void bind_unref(struct bind *b);
/* Out of descriptors: some clients between two requests go, where there are none the pools, and
 * where those are empty who has connected and kept silent for <grace>, the oldest first.  False:
 * nobody went.  One more client is worth no client who has just come and is about to ask: accepting
 * gives FRESH_GRACE.  A request that is here is worth more than one that may come: its backend's
 * connection gives none. */
#define FRESH_GRACE SEC(1)
bool worker_free_descriptors(struct worker *w, nsec grace);
/* Stops accepting on every address, or goes on. */
void binds_pause(struct worker *w, bool pause);
void worker_tell_health(struct worker *w, struct plan_endpoint *e, bool eject);
/* Tells control when the last connection is gone and the worker drains. */
void worker_check_drained(struct worker *w);
/* Nothing here points at <e> any more, which left. */
void worker_endpoint_gone(struct worker *w, struct plan_endpoint *e);

/* dress.c */
extern const struct plan_dress proxy_dress;
/* What <l> asks of connections: a request is served only on a connection that was let in under the
 * same (RFC 9110 §7.4).  0: clear text. */
uint64_t listener_demands(const struct plan_listener *l);

/* overload.c: <all> is the count of all workers, which <limit> (0: none) bounds */
void overload_init(struct worker *w, _Atomic uint64_t *all, uint64_t limit);
void overload_fini(struct worker *w);
/* The stage that <used> of <limit> bytes asks for, coming from <now>. */
enum overload overload_judge(enum overload now, uint64_t used, uint64_t limit);
/* Bytes that connections, exchanges and buffers of <w> hold, OpenSSL's with them.  On its thread.
 */
uint64_t worker_memory(const struct worker *w);

#endif
