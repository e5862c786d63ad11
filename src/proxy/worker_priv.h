/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker_priv.h -- a worker and what lives on it: binds, connections, exchanges, upstream
 * connections.
 *
 * Everything here belongs to one thread.  Lifetimes: worker ⊃ connection ⊃ exchange; an upstream
 * connection serves one exchange at a time and returns to its endpoint's pool between them. Structs
 * that ops are embedded in are freed only when no op is in flight (conn_release, up_release); an
 * exchange embeds none but timers, so it goes at once.
 */
#ifndef PROXY_WORKER_PRIV_H
#define PROXY_WORKER_PRIV_H

#include <pthread.h>

#include "base/arena.h"
#include "base/metric.h"
#include "base/rand.h"
#include "base/slab.h"
#include "base/vec.h"
#include "http/h1.h"
#include "match/path.h"
#include "match/regex.h"
#include "net/chain.h"
#include "net/listener.h"
#include "net/mailbox.h"
#include "net/splice.h"
#include "net/steer.h"
#include "net/stream.h"
#include "plan/publish.h"
#include "proxy/proxy.h"
#include "plan/plan.h"
#include "proxy/reason_priv.h"
#include "tls/client.h"
#include "tls/server.h"

#define OUT_MAX 12 /* slices of one send */
#define EXCHANGE_ARENA 2048 /* first block of an exchange's arena, kept with it */

struct worker;
struct conn;
struct exchange;
struct upconn;

/* One address that a worker accepts on; outlives its listeners while connections came from it. */
struct bind {
	struct list node; /* in the worker's binds */
	struct worker *worker;
	struct addr addr;
	uint64_t port_id; /* plan_port.id */
	uint32_t flags; /* enum plan_bind_flag */
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

/* What is being sent, kept until it is. */
struct out {
	struct slice v[OUT_MAX]; /* each holds a reference */
	unsigned n;
	char chunk[H1_CHUNK_HEAD_MAX];
};

/* --- client connections (conn.c) ---------------------------------------------------------- */

#define CONN_STATES(S)                                                                            \
	S(CONN_HANDSHAKE, 1u << CONN_IDLE | 1u << CONN_CLOSED)                                    \
	S(CONN_IDLE, 1u << CONN_ACTIVE | 1u << CONN_CLOSED)                                       \
	S(CONN_ACTIVE, 1u << CONN_IDLE | 1u << CONN_HEAD | 1u << CONN_LINGER | 1u << CONN_CLOSED) \
	S(CONN_HEAD, 1u << CONN_ACTIVE | 1u << CONN_CLOSED)                                       \
	S(CONN_LINGER, 1u << CONN_CLOSED)                                                         \
	S(CONN_CLOSED, 0u)

/* HEAD: a part of a request's head is here, and nothing else is kept for it: who sends slowly costs
 * the bytes that he sent. */
enum conn_state {
#define S(name, next) name,
	CONN_STATES(S)
#undef S
};

struct conn {
	uint32_t magic;
#define CONN_MAGIC 0x636f6e6eu
	enum conn_state state;
	struct worker *worker;
	struct bind *bind;
	struct list node; /* in the worker's idle or active list */
	struct stream *stream; /* &tcp.stream, or tls over it */
	struct tls *tls; /* NULL: clear text */
	uint64_t demands; /* listener_demands() of the listener that let it in; 0: clear text */
	struct exchange *x; /* NULL unless ACTIVE */
	struct slice rest; /* bytes received behind the last request; HEAD: of this one */
	nsec began; /* HEAD: the first of them */
	struct out *out; /* of the send in flight */
	struct nbuf *into; /* of the receive in flight: it may outlive its exchange */
	size_t lingered; /* LINGER: bytes thrown away; HEAD: bytes looked at */
	uint32_t requests;
	bool close_after; /* no further request */
	bool saw_eof; /* the peer has sent FIN, and all before it is read */
	char peer[ADDR_TEXT]; /* the client's address as text; empty until it is needed */
	struct recv_op recv;
	struct send_op send;
	struct hup_op hup; /* FIN or reset while an answer is awaited */
	struct op turn; /* handshake at the beginning, shutdown at the end */
	struct timer timer;
	struct tcp tcp;
};

/* A header of several lines as one value. */
struct joined {
	struct joined *next;
	struct str name; /* borrowed from the plan */
	struct str value;
};

/* --- exchanges (exchange.c, request.c, response.c) ---------------------------------------- */

#define X_STATES(S)                                                                          \
	S(X_HEAD, 1u << X_ROUTED | 1u << X_ANSWER | 1u << X_END)                             \
	S(X_ROUTED, 1u << X_UPSTREAM | 1u << X_ANSWER | 1u << X_END)                         \
	S(X_UPSTREAM, 1u << X_BACKOFF | 1u << X_RESPONSE | 1u << X_TUNNEL | 1u << X_ANSWER | \
			      1u << X_END)                                                   \
	S(X_BACKOFF, 1u << X_UPSTREAM | 1u << X_ANSWER | 1u << X_END)                        \
	S(X_RESPONSE, 1u << X_END)                                                           \
	S(X_TUNNEL, 1u << X_END)                                                             \
	S(X_ANSWER, 1u << X_END)                                                             \
	S(X_END, 0u)

/* HEAD: the request head arrives.  ROUTED: filters run (external authorization waits here).
 * UPSTREAM: connecting, sending, waiting for the response head.  BACKOFF: between two tries.
 * RESPONSE: the response is under way to the client.  ANSWER: one of our own is. */
enum x_state {
#define S(name, next) name,
	X_STATES(S)
#undef S
};

struct exchange {
	uint32_t magic;
#define EXCHANGE_MAGIC 0x65786368u
	enum x_state state;
	struct worker *worker;
	struct conn *conn;
	bool gone; /* the client: <conn> is closed, and read only for the log */
	struct upconn *up; /* the primary's, or NULL */
	struct plan_hold *hold; /* NULL: let go of */
	const struct match *match; /* which led to <rule>; NULL after the hold */
	const struct plan_rule *rule; /* NULL after the hold */
	const struct plan_backend *backend; /* chosen; NULL after the hold */
	const struct plan_upstream *upstream; /* likewise */
	const struct plan_settings *settings; /* likewise; copied fields below stay */
	struct plan_endpoint *endpoint; /* of the last try; its index stays counted as active */
	struct arena arena;
	nsec began; /* first byte of the head */
	nsec routed_at, sent_at, head_at; /* for the log */

	/* request */
	struct slice head; /* of the bytes that arrived: head first */
	struct joined *joined; /* values of several lines, made for matching */
	struct h1_parser parser;
	struct http_request req;
	struct http_limits limits;
	struct str path; /* normalised */
	uint16_t prefix_depth; /* elements of the matched prefix */
	bool path_rewritten;
	struct h1_request_out req_out;
	struct http_edits req_edits;

	/* request body */
	struct h1_chunked chunked_in;
	struct chain body;
	struct cursor primary; /* what the current try has sent */
	struct cursor replay; /* open while a retry is still possible */
	uint64_t body_left; /* of a Content-Length body: not received yet */
	size_t in_send; /* body bytes in the send that is in flight */
	bool body_done; /* received whole */
	bool head_sent; /* of this try: handed to the upstream connection */
	bool end_sent; /* of this try: the body's end too */
	bool continue_owed; /* the client waits for 100 */
	bool request_out; /* of this try: all of the request is with the kernel */

	/* response */
	struct slice resp_head; /* of the bytes that arrived, until the head is whole */
	struct slice resp_in; /* body bytes that arrived and are not decoded */
	struct http_edits resp_edits;
	bool resp_edits_set;
	struct h1_parser resp_parser;
	struct http_response resp;
	struct http_framing resp_framing; /* towards the client */
	struct h1_chunked chunked_out;
	uint64_t resp_left;
	bool resp_chunked; /* we write chunks */
	char chunk_head[H1_CHUNK_HEAD_MAX]; /* of the chunk in the client's send */
	bool resp_done; /* received whole */
	bool no_pipe; /* the body is copied: there was no descriptor for a splice */
	bool head_only; /* HEAD: no body goes to the client */
	bool up_reusable; /* the upstream connection may go back to its pool */
	unsigned interims;

	/* tries */
	unsigned tries;
	unsigned replays; /* of a dead pooled connection */
	unsigned retries; /* by the rule's stanza */
	bool send_failed; /* this try's request could not be sent whole */
	struct str session_wanted; /* address the client's session names */
	int64_t session_ends; /* Unix seconds; 0: never */
	bool answered; /* the head of a final answer went to the client */
	nsec stall; /* setting, kept beyond the plan */
	nsec body_idle;
	nsec tunnel_idle;
	nsec client_body_idle;
	uint64_t body_hold;
	bool body_open; /* <body> is initialised */
	struct slice answer; /* of our own, waits for an interim one to be out */
	bool any_byte; /* of this try's response arrived */
	struct timer timer; /* the nearest of these three */
	nsec deadline_request; /* NSEC_NEVER: none; likewise below */
	nsec deadline_try;
	nsec deadline_io; /* for what is awaited now: */
	nsec io_limit; /* how long, from the last progress */
	nsec io_quiet; /* a splice has stood still for so long at the last look */
	uint64_t io_mark; /* bytes that operations in flight had moved at the last look */
	enum proxy_reason io_reason; /* what it means when it passes */

	/* filters */
	struct list subs; /* mirrors and an authorization under way (sub.c) */
	const struct plan_filters *listener_filters;
	const struct plan_filters *filters_left[2]; /* listener's, rule's */
	unsigned filter_at; /* of the first list that is not NULL */
	const struct plan_cors *cors;
	struct str cors_origin; /* allowed; empty: not */

	/* result, for log and metrics */
	enum proxy_reason reason;
	int status;
	uint64_t bytes_in, bytes_out;
	metric_id tally, up_tally; /* of the rule and the upstream; 0: none */
	struct str log_route, log_rule, log_listener, log_upstream;
	uint16_t log_rule_index; /* of a rule without a name */
	struct plan_addr log_addr;
	bool log_names_kept;
	bool tunnel_client_done, tunnel_up_done;
	char host_key[URL_HOST_ROOM];
	char request_id[33];
	struct http_field fields[HTTP_FIELDS_MAX];
	struct http_field resp_fields[HTTP_FIELDS_MAX];
};

/* --- upstream connections (upconn.c) ------------------------------------------------------ */

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

/* Smooth weighted round robin of one rule (balance.c). */
struct wrr;

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
	struct list idle; /* connections, least recently used first */
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
	uint32_t bind_flags; /* LISTEN: enum plan_bind_flag */
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
/* Out of descriptors: some idle clients go, where there are none the pools.  False: none is idle.
 */
bool worker_free_descriptors(struct worker *w);
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

/* conn.c */
void conn_accepted(struct listener *ls, int fd, const struct addr *peer);
/* Sends <n> slices (references taken over) and calls exchange_sent() when done. */
void conn_send(struct conn *c, const struct slice *v, unsigned n, unsigned flags);
/* Wants more bytes of the request: exchange_received(). */
void conn_want(struct conn *c, size_t want);
/* The exchange is over: next request, linger or close. */
void conn_exchange_over(struct conn *c, bool clean);
/* The kernel has not taken all of what was sent. */
static inline bool conn_sending(const struct conn *c)
{
	return op_inflight(&c->send.op) && c->send.op.state != OP_DONE;
}
/* Watches for the client's going away while an answer is awaited. */
void conn_watch(struct conn *c);
void conn_close(struct conn *c);
void conn_abort(struct conn *c);
void conns_close_idle(struct worker *w, struct bind *only);
/* The same for all, counted as cuts. */
void conns_end_idle(struct worker *w);
/* A head that is not whole: <head> (taken over) waits for the rest of it. */
void conn_keep_head(struct conn *c, struct slice head, nsec began);
bool conn_should_close(const struct conn *c);
void conns_cut(struct worker *w);
struct out *out_new(struct worker *w);
void out_drop(struct out *o);

/* How a connection's use ends: back to the pool if it may; closed in order; reset, so that nothing
 * half sent can pass for a whole. */
enum up_end { UP_END_REUSE, UP_END_CLOSE, UP_END_ABORT };

/* exchange.c */
struct exchange *exchange_new(struct conn *c, struct slice first);
/* Looks at the bytes it was made with.  If they are not a whole head, the exchange gives them back
 * (conn_keep_head) and is no more. */
void exchange_start(struct exchange *x);
/* The same where no more bytes come: a head that is not whole is answered with <why>. */
void exchange_start_last(struct exchange *x, enum proxy_reason why);
/* Bytes of the request arrived (the exchange takes them): <res> of them; 0: FIN; < 0: reset. */
void exchange_received(struct exchange *x, struct slice got, int res);
void exchange_sent(struct exchange *x, int err);
void exchange_client_gone(struct exchange *x);
/* Detaches from everything; <clean>: the connection may carry the next request. */
void exchange_end(struct exchange *x, bool clean);
void exchange_free_spares(struct worker *w);
void x_move(struct exchange *x, enum x_state to);
/* Arms the timer for the nearest deadline; the second sets the awaited one first. */
void exchange_timer_set(struct exchange *x);
void exchange_await(struct exchange *x, nsec limit, enum proxy_reason reason);
/* Lets go of the plan, keeping what the log needs. */
void exchange_release_plan(struct exchange *x);
void exchange_names_keep(struct exchange *x);

/* request.c: from a parsed head to an upstream */
void request_route(struct exchange *x);
void request_filters_done(struct exchange *x);
void request_try(struct exchange *x);
/* More of the body is there, or the upstream takes more. */
void request_pump(struct exchange *x);
/* Asks the client for more of the body, as far as there is credit. */
void request_want_body(struct exchange *x);
/* Says 100 to a client that waits for it. */
void request_continue(struct exchange *x);
/* Whether requests may go to <u> (NULL: not found), which <to> names; else why not. */
bool upstream_usable(
	const struct plan_upstream *u, const struct plan_ref *to, enum proxy_reason *ret_reason);
/* The try's upstream connection is not needed any more. */
void request_drop_up(struct exchange *x, enum up_end how);
/* Takes request bytes into the body chain; false: the body is malformed and answered. */
bool request_take_body(struct exchange *x, struct slice got);
/* The current try failed before its response head: replay, retry or answer. */
void request_try_failed(struct exchange *x, enum proxy_reason reason);
extern const struct up_user request_user;

void request_edits_begin(struct exchange *x);
void request_retry(struct exchange *x);
bool request_retry_on_status(const struct exchange *x, int status);

/* response.c */
void response_received(struct exchange *x, struct slice got, int err);
void response_client_ready(struct exchange *x);
void response_spliced(struct upconn *u, int err);

/* answer.c: answers of our own */
/* Answers with the reason's status and a few words; where an answer is under way already, or the
 * reason has no status, the exchange is cut. */
void answer(struct exchange *x, enum proxy_reason reason);
void answer_status(struct exchange *x, enum proxy_reason reason, int status);
void answer_redirect(struct exchange *x, int status, struct str location);
/* 401 with a WWW-Authenticate field (none if <challenge> is empty). */
void answer_challenge(struct exchange *x, enum proxy_reason reason, struct str challenge);
/* For an answer with fields of its own: empties resp_edits, to be filled before answer_bare(). */
void answer_fields(struct exchange *x);
void answer_bare(struct exchange *x, enum proxy_reason reason, int status);

/* upconn.c */
struct addr addr_of_plan(const struct plan_addr *a);
enum up_want_fresh { UP_ANY, UP_FRESH /* pooled only if idle for a moment */, UP_NEW };
struct upconn *up_get(struct worker *w, struct plan_endpoint *e, const struct plan_upstream *us,
	const struct plan_settings *s, enum up_want_fresh fresh, const struct up_user *user,
	void *owner);
/* Sends up->out, which the caller filled. */
void up_send(struct upconn *u, unsigned flags);
void up_want(struct upconn *u, size_t want);
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

/* filter.c */
/* Listener's and rule's filters in their order; false: answered, or waiting for authorization
 * (which calls request_filters_done() later). */
bool filters_request(
	struct exchange *x, const struct plan_filters *listener, const struct plan_filters *rule);
/* Goes on behind the authorization that was waited for. */
void filters_resume(struct exchange *x);
/* Those of the chosen backend; false: answered. */
bool filters_backend(struct exchange *x, const struct plan_filters *f);
void filters_response(struct exchange *x);
/* Whether the exchange's rule reads or writes the request header <dashed>; <ctx> is the exchange.
 */
bool filters_know_header(void *ctx, struct str dashed);
void header_filter(
	struct http_edits *e, const struct http_head *h, const struct plan_header_filter *f);
bool cors_preflight(struct exchange *x, const struct plan_cors *c);
void cors_response(struct exchange *x, const struct http_head *h);
void session_request(struct exchange *x);
void session_response(struct exchange *x);

/* sub.c: requests of our own beside the exchange */
void sub_slab_init(struct slab *s);
void mirror_start(struct exchange *x, const struct plan_mirror *m);
/* Answers, or calls filters_resume() later. */
void auth_start(struct exchange *x, const struct plan_auth *a);
/* A piece of the request's body arrived: mirrors get it too. */
void subs_body(struct exchange *x, struct slice got);
/* Sends what can be sent; lets go of a mirror that lags. */
void subs_pump(struct exchange *x);
void auth_want_body(struct exchange *x);
/* The exchange ends: mirrors that have their request whole go on alone. */
void subs_leave(struct exchange *x);
/* Ends those that go on alone. */
void subs_cut(struct worker *w);

/* tunnel.c */
/* The 101 in resp is parsed; what follows it is in resp_head. */
void tunnel_start(struct exchange *x);
void tunnel_client_received(struct exchange *x, struct slice got, int err);
void tunnel_up_received(struct exchange *x, struct slice got, int err);
void tunnel_client_sent(struct exchange *x, int err);
void tunnel_up_sent(struct exchange *x, int err);

/* access_log.c */
void access_log(struct exchange *x);

#endif
