/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange_priv.h -- one request and its answer, and the files that carry it from one to the other.
 *
 * An exchange lives within its connection, on its worker's thread.  It embeds no op but a timer, so
 * it goes at once when it ends.
 */
#ifndef PROXY_EXCHANGE_PRIV_H
#define PROXY_EXCHANGE_PRIV_H

#include "base/arena.h"
#include "base/metric.h"
#include "http/h1.h"
#include "match/path.h"
#include "net/chain.h"
#include "proxy/conn_priv.h"
#include "proxy/reason_priv.h"
#include "proxy/upconn_priv.h"
#include "proxy/worker_priv.h"

#define EXCHANGE_ARENA 2048 /* first block of an exchange's arena, kept with it */

/* A header of several lines as one value. */
struct joined {
	struct joined *next;
	struct str name; /* borrowed from the plan */
	struct str value;
};

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

	/* Kept from one use to the next. */
	struct arena arena;
	struct timer timer; /* the nearest deadline, or earlier */
	struct worker *worker;

	/* Cleared for each use. */
	enum x_state state;
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
	nsec began; /* first byte of the head */
	nsec sent_at, head_at; /* for the log */

	/* request */
	struct slice head; /* of the bytes that arrived: head first */
	struct joined *joined; /* values of several lines, made for matching */
	struct str path; /* normalised */
	uint16_t prefix_depth; /* elements of the matched prefix */
	bool path_rewritten;

	/* request body */
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
	uint64_t resp_left;
	bool resp_chunked; /* we write chunks */
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
	bool log_names_kept;
	bool tunnel_client_done, tunnel_up_done;

	/* Not cleared: each is set before it is read. */
	struct h1_parser parser;
	struct http_request req;
	struct http_limits limits;
	struct h1_request_out req_out; /* from request_route() on */
	struct http_edits req_edits; /* from request_edits_begin() on */
	struct h1_parser resp_parser; /* this and the next from the first try on */
	struct http_response resp;
	struct http_edits resp_edits; /* of the head that is written next */
	struct chain body; /* while body_open */
	struct h1_chunked chunked_in; /* likewise */
	struct h1_chunked chunked_out; /* of the try's response */
	char chunk_head[H1_CHUNK_HEAD_MAX]; /* of the chunk in the client's send */
	char request_id[33]; /* empty: none made */
	struct plan_addr log_addr; /* of the last of <tries> */
	char host_key[URL_HOST_ROOM];
	struct http_field fields[HTTP_FIELDS_MAX];
	struct http_field resp_fields[HTTP_FIELDS_MAX];
};

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

/* request.c: from a parsed head to its rule */
void request_route(struct exchange *x);
/* Before any filter: what never leaves this hop goes, what we know ourselves comes. */
void request_edits_begin(struct exchange *x);

/* upload.c: a request on its way */
/* More of the body is there, or the upstream takes more. */
void request_pump(struct exchange *x);
/* Asks the client for more of the body, as far as there is credit. */
void request_want_body(struct exchange *x);
/* Says 100 to a client that waits for it. */
void request_continue(struct exchange *x);
/* Takes request bytes into the body chain; false: the body is malformed and answered. */
bool request_take_body(struct exchange *x, struct slice got);
extern const struct up_user request_user;

/* try.c: tries of a request */
void request_filters_done(struct exchange *x);
void request_try(struct exchange *x);
/* Whether requests may go to <u> (NULL: not found), which <to> names; else why not. */
bool upstream_usable(
	const struct plan_upstream *u, const struct plan_ref *to, enum proxy_reason *ret_reason);
/* The try's upstream connection is not needed any more. */
void request_drop_up(struct exchange *x, enum up_end how);
/* The current try failed before its response head: replay, retry or answer. */
void request_try_failed(struct exchange *x, enum proxy_reason reason);
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
