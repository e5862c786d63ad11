/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange.c -- one request and its answer, from the first byte of the head to the log line.
 */
#include <errno.h>

#include "base/poison.h"
#include "proxy/exchange_priv.h"
#include "proxy/metrics_priv.h"

/* Exchanges kept for reuse by each worker. */
#define SPARES 256

static const unsigned x_next[] = {
#define S(name, next) next,
	X_STATES(S)
#undef S
};

void x_move(struct exchange *x, enum x_state to)
{
	CHECK_OBJ_HOT(x, EXCHANGE_MAGIC);
	AN(x_next[x->state] & (1u << to));
	x->state = to;
}

/* --- timers ------------------------------------------------------------------------------- */

void exchange_timer_set(struct exchange *x)
{
	nsec due = MIN(MIN(x->deadline_request, x->deadline_try), x->deadline_io);

	/* A timer that comes too early looks again: cheaper than to take it out each time. */
	if (due != NSEC_NEVER)
		loop_timer_at(x->worker->loop, &x->timer, due);
}

void exchange_await(struct exchange *x, nsec limit, enum proxy_reason reason)
{
	x->deadline_io = limit > 0 ? loop_now(x->worker->loop) + limit : NSEC_NEVER;
	x->io_limit = limit;
	x->io_reason = reason;
	exchange_timer_set(x);
}

/* Bytes that have moved so far.  What the kernel still holds for the client is not there yet: its
 * buffers may hide minutes of a slow reader's progress. */
static uint64_t exchange_moved(const struct exchange *x)
{
	const struct conn *c = x->conn;
	const struct upconn *u = x->up;
	uint64_t n = x->bytes_in + x->bytes_out;

	n += op_inflight(&c->send.op) ? c->send.sent : 0;
	n -= sock_unsent(stream_base(c->stream));
	if (u)
		n += (op_inflight(&u->send.op) ? u->send.sent : 0) +
		     (op_inflight(&u->splice.op) ? u->splice.moved : 0);
	return n;
}

/* A splice waits for the client while bytes are between the two, else for the backend. */
static bool splice_may_wait(struct exchange *x)
{
	const struct splice_op *s = &x->up->splice;

	x->io_quiet += x->io_limit;
	if (s->taken > s->moved)
		x->io_reason = PROXY_R_CLIENT_STALLED;
	else if (!x->body_idle || x->io_quiet < x->body_idle)
		return true;
	return false;
}

/* Something is on its way out that may go slowly.  What comes in renews the limit each time. */
static bool exchange_is_sending(const struct exchange *x)
{
	const struct upconn *u = x->up;

	return conn_sending(x->conn) ||
	       (u && (op_inflight(&u->send.op) || op_inflight(&u->splice.op)));
}

/* Slowly is not a stall: a transfer ends after one to two limits without progress. */
static bool exchange_progressed(struct exchange *x)
{
	uint64_t moved;

	if (!exchange_is_sending(x))
		return false;
	moved = exchange_moved(x);
	if (moved != x->io_mark)
		x->io_quiet = 0;
	else if (x->state != X_RESPONSE || !x->up || !op_inflight(&x->up->splice.op) ||
		 !splice_may_wait(x))
		return false;
	x->io_mark = moved;
	exchange_await(x, x->io_limit, x->io_reason);
	return true;
}

static void exchange_expired(struct exchange *x, enum proxy_reason reason)
{
	if (x->answered || x->state == X_ANSWER || x->state == X_TUNNEL)
		answer(x, reason); /* cuts it */
	else if (reason == PROXY_R_BACKEND_TIMEOUT)
		request_try_failed(x, reason);
	else
		answer(x, reason);
}

static void exchange_timer(struct timer *t)
{
	struct exchange *x = container_of(t, struct exchange, timer);
	nsec now = loop_now(x->worker->loop);

	if (x->magic != EXCHANGE_MAGIC)
		return; /* a spare one */
	if (now >= x->deadline_request) {
		exchange_expired(x, PROXY_R_REQUEST_TIMEOUT);
	} else if (now >= x->deadline_try) {
		exchange_expired(x, PROXY_R_BACKEND_TIMEOUT);
	} else if (now >= x->deadline_io) {
		x->deadline_io = NSEC_NEVER;
		if (x->state == X_BACKOFF)
			request_try(x);
		else if (!exchange_progressed(x))
			exchange_expired(x, x->io_reason);
	} else {
		exchange_timer_set(x);
	}
}

/* --- life --------------------------------------------------------------------------------- */

struct exchange *exchange_new(struct conn *c, struct slice first)
{
	struct worker *w = c->worker;
	struct exchange *x;

	if (w->spare.n) {
		x = w->spare.p[--w->spare.n];
		POISON_CLEAR(x, sizeof(*x));
	} else {
		x = mem_alloc(sizeof(*x));
		arena_init(&x->arena, EXCHANGE_ARENA);
		timer_init(&x->timer, exchange_timer);
		x->worker = w;
	}
	memset(&x->state, 0, offsetof(struct exchange, parser) - offsetof(struct exchange, state));
	w->n_exchanges++;
	x->magic = EXCHANGE_MAGIC;
	x->request_id[0] = '\0';
	x->conn = c;
	x->head = first;
	x->began = loop_now(w->loop);
	x->deadline_request = x->deadline_try = x->deadline_io = NSEC_NEVER;
	list_init(&x->subs);
	return x;
}

static void exchange_free_spare(struct exchange *x)
{
	loop_timer_cancel(x->worker->loop, &x->timer);
	POISON_CLEAR(x, sizeof(*x));
	arena_fini(&x->arena);
	mem_free(x);
}

static void exchange_free(struct exchange *x)
{
	struct worker *w = x->worker;

	slice_drop(&x->head);
	slice_drop(&x->resp_head);
	slice_drop(&x->resp_in);
	slice_drop(&x->answer);
	if (x->body_open)
		chain_fini(&x->body);
	if (x->hold)
		plan_hold_put(x->hold);
	w->n_exchanges--;
	x->magic = 0;
	if (w->spare.n < SPARES) {
		arena_reset(&x->arena);
		*vec_push(&w->spare) = x;
		POISON(&x->state, sizeof(*x) - offsetof(struct exchange, state));
	} else {
		exchange_free_spare(x);
	}
}

void exchange_free_spares(struct worker *w)
{
	vec_for_each (x, &w->spare)
		exchange_free_spare(*x);
	vec_fini(&w->spare);
}

void exchange_names_keep(struct exchange *x)
{
	if (x->log_names_kept || !x->rule)
		return;
	x->log_names_kept = true;
	x->log_route = arena_str(&x->arena, x->log_route);
	x->log_rule = arena_str(&x->arena, x->log_rule);
	x->log_listener = arena_str(&x->arena, x->log_listener);
	x->log_upstream = arena_str(&x->arena, x->log_upstream);
}

void exchange_release_plan(struct exchange *x)
{
	if (!x->hold)
		return;
	exchange_names_keep(x);
	plan_hold_put(x->hold);
	x->hold = NULL;
	x->match = NULL;
	x->rule = NULL;
	x->backend = NULL;
	x->upstream = NULL;
	x->settings = NULL;
}

void exchange_end(struct exchange *x, bool clean)
{
	struct conn *c = x->gone ? NULL : x->conn;

	x_move(x, X_END);
	if (x->up)
		request_drop_up(x, UP_END_ABORT);
	if (x->endpoint)
		wendpoint_active(x->worker, x->endpoint, -1);
	subs_leave(x);
	metrics_exchange(x);
	access_log(x);
	exchange_free(x);
	if (c)
		conn_exchange_over(c, clean);
}

void exchange_client_gone(struct exchange *x)
{
	x->gone = true;
	if (!x->reason)
		x->reason = PROXY_R_CLIENT_GONE;
	exchange_end(x, false);
}

/* --- the head ------------------------------------------------------------------------------ */

static void head_done(struct exchange *x)
{
	struct conn *c = x->conn;
	struct slice rest = slice_sub(x->head, x->req.head.n, SIZE_MAX);

	x->head_only = x->req.method_id == HTTP_HEAD;
	c->close_after |= !x->req.keep_alive;
	x->body_done = x->req.framing.body == HTTP_BODY_NONE;
	x->body_left = x->req.framing.length;
	if (x->body_done) {
		if (rest.n)
			c->rest = slice_ref(rest);
	} else {
		chain_init(&x->body, loop_bufs(x->worker->loop));
		x->body_open = true;
		x->chunked_in = (struct h1_chunked){0};
		cursor_open(&x->replay, &x->body);
		x->continue_owed = x->req.expect_continue && !rest.n;
		if (!request_take_body(x, slice_ref(rest)))
			return;
	}
	if (x->worker->overload >= OVERLOAD_REFUSE) {
		c->close_after = true;
		answer(x, PROXY_R_OVERLOAD);
		return;
	}
	request_route(x);
}

/* Only its bytes are kept, at the connection. */
static void head_keep(struct exchange *x)
{
	struct conn *c = x->conn;
	struct slice head = x->head;
	nsec began = x->began;

	x->head = (struct slice){0};
	x_move(x, X_END);
	exchange_free(x);
	conn_keep_head(c, head, began);
}

/* A setting that is taken is served: nothing is cut down here. */
_Static_assert(PLAN_HEAD_MOST <= HTTP_HEAD_MAX, "a head's offsets are 16 bit");
_Static_assert(PLAN_HEADERS_MOST <= HTTP_FIELDS_MAX, "an exchange has room for so many fields");

static void head_begin(struct exchange *x)
{
	const struct plan_port_slot *slot = bind_slot(x->conn->bind);

	x->limits = HTTP_LIMITS_DEFAULT;
	x->stall = SEC(60);
	if (slot) {
		const struct plan_settings *s = slot->port->settings;

		x->limits.head_max = (uint32_t)s->head_max;
		x->limits.uri_max = (uint32_t)s->uri_max;
		x->limits.fields_max = (uint32_t)s->headers_max;
		x->stall = s->send_stall;
	}
	h1_request_begin(&x->parser, &x->req, x->fields);
}

/* <why>: answers a head that is not whole; 0: it may still come. */
static void head_look(struct exchange *x, enum proxy_reason why)
{
	switch (h1_request_parse(&x->parser, &x->req, slice_str(x->head), &x->limits)) {
	case H1_DONE:
		head_done(x);
		break;
	case H1_MORE:
		if (!why) {
			head_keep(x);
			break;
		}
		x->conn->close_after = true;
		answer(x, why);
		break;
	case H1_BAD:
	case H1_DATA:
		x->conn->close_after = true;
		answer(x, (enum proxy_reason)x->parser.reason);
		break;
	}
}

void exchange_start(struct exchange *x)
{
	head_begin(x);
	head_look(x, (enum proxy_reason)0);
}

void exchange_start_last(struct exchange *x, enum proxy_reason why)
{
	head_begin(x);
	head_look(x, why);
}

/* FIN or reset inside a body, which must not look complete upstream.  Who only half-closed may
 * still read why. */
static void ends_early(struct exchange *x, int res)
{
	x->conn->close_after = true;
	if (res == 0)
		answer(x, (enum proxy_reason)HTTP_R_TRUNCATED);
	else
		answer(x, PROXY_R_CLIENT_GONE);
}

/* --- events of the connection ------------------------------------------------------------- */

static void body_received(struct exchange *x, struct slice got, int res)
{
	if (res > 0) {
		if (request_take_body(x, got))
			request_pump(x);
		return;
	}
	if (x->body_done)
		return; /* a half-close behind the request: the answer still goes out */
	ends_early(x, res);
}

void exchange_received(struct exchange *x, struct slice got, int res)
{
	switch (x->state) {
	case X_TUNNEL:
		tunnel_client_received(x, got, res);
		break;
	case X_ROUTED:
	case X_UPSTREAM:
	case X_BACKOFF:
	case X_RESPONSE:
		body_received(x, got, res);
		break;
	case X_ANSWER: /* the rest of a request that is refused */
	case X_HEAD: /* never: it asks for no bytes */
	case X_END:
		slice_drop(&got);
		break;
	}
}

/* What is sent in that state may still be an interim response, with the answer behind it. */
static void answer_sent(struct exchange *x)
{
	struct slice out = x->answer;

	x->answer = (struct slice){0};
	if (out.n)
		conn_send(x->conn, &out, 1, 0);
	else
		exchange_end(x, true);
}

void exchange_sent(struct exchange *x, int err)
{
	if (err < 0) {
		x->reason = PROXY_R_CLIENT_GONE;
		exchange_end(x, false);
		return;
	}
	switch (x->state) {
	case X_RESPONSE:
		response_client_ready(x);
		break;
	case X_TUNNEL:
		tunnel_client_sent(x, err);
		break;
	case X_ANSWER:
		answer_sent(x);
		break;
	case X_ROUTED:
	case X_UPSTREAM:
	case X_BACKOFF:
		response_client_ready(x); /* an interim response is out */
		break;
	case X_HEAD:
	case X_END:
		break;
	}
}
