/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upload.c -- a request on its way to the upstream: its head, and its body by credit.
 */
#include <errno.h>

#include "proxy/exchange_priv.h"
#include "proxy/metrics_priv.h"

/* Body bytes that may wait for the upstream before the client is asked for more. */
#define BODY_CREDIT (64 * 1024)

static struct slice request_head_slice(struct exchange *x)
{
	struct h1_request_out *o = &x->req_out;
	size_t bound = h1_request_bound(o, &x->req.head, &x->req_edits);
	struct nbuf *b;
	int n;

	if (bound > NBUF_LARGE)
		return (struct slice){0};
	b = nbuf_new(loop_bufs(x->worker->loop), bound);
	n = h1_request_write(o, &x->req.head, &x->req_edits, b->data, b->cap);
	if (n < 0) {
		nbuf_unref(b);
		return (struct slice){0};
	}
	return (struct slice){b->data, (size_t)n, b};
}

/* Body slices behind what <out> holds already; counts them in x->in_send. */
static void add_body(struct exchange *x, struct out *out)
{
	bool chunked = x->req_out.framing.body == HTTP_BODY_CHUNKED;
	unsigned room = OUT_MAX - out->n - (chunked ? 3 : 0), n, at = out->n;

	n = cursor_peek(&x->primary, out->v + out->n + chunked, room, BODY_CREDIT);
	for (unsigned i = 0; i < n; i++) {
		struct slice *s = &out->v[at + chunked + i];

		*s = slice_ref(*s);
		x->in_send += s->n;
	}
	if (n && chunked) {
		unsigned len = h1_chunk_head(out->chunk, x->in_send);

		out->v[at] = slice_plain(str_of(out->chunk, len));
		out->v[at + 1 + n] = slice_plain(H1_CHUNK_END);
		n += 2;
	}
	out->n += n;
	if (chunked && !x->end_sent && x->body_done && cursor_left(&x->primary) == x->in_send) {
		out->v[out->n++] = slice_plain(H1_CHUNK_LAST);
		x->end_sent = true;
	}
}

static void request_all_sent(struct exchange *x)
{
	nsec limit = x->settings->response_head;

	x->request_out = true;
	x->sent_at = loop_now(x->worker->loop);
	/* A route's own timeouts take the place of the setting. */
	if (x->rule->timeout_request != PLAN_TIMEOUT_UNSET ||
		x->rule->timeout_backend != PLAN_TIMEOUT_UNSET)
		limit = 0;
	if (x->state == X_UPSTREAM)
		exchange_await(x, limit, PROXY_R_RESPONSE_TIMEOUT);
	conn_watch(x->conn);
}

void request_continue(struct exchange *x)
{
	static const struct str interim = {"HTTP/1.1 100 Continue\r\n\r\n", 25};

	if (!x->continue_owed || x->conn->out)
		return;
	x->continue_owed = false;
	conn_send(x->conn, &(struct slice){interim.p, interim.n, NULL}, 1, 0);
}

void request_want_body(struct exchange *x)
{
	bool credit;

	if (x->body_done || !x->body_open || x->send_failed)
		return;
	credit = cursor_left(&x->primary) < BODY_CREDIT;
	if (credit) {
		request_continue(x);
		conn_want(x->conn, NBUF_LARGE);
	}
	/* While the upload runs, whoever is waited for has a limit: the backend that does not read,
	 * or the client that does not send.  Bytes moved renew it. */
	if (x->state == X_UPSTREAM && !credit)
		exchange_await(x, x->settings->response_head, PROXY_R_RESPONSE_TIMEOUT);
	else if (x->state == X_UPSTREAM)
		exchange_await(x, x->client_body_idle, PROXY_R_CLIENT_BODY_TIMEOUT);
}

static void request_send(struct exchange *x)
{
	struct out *out = &x->up->out;

	AZ(out->n);
	if (!x->head_sent) {
		struct slice head = request_head_slice(x);

		if (!head.p) {
			answer(x, PROXY_R_BAD_REWRITE);
			return;
		}
		out->v[out->n++] = head;
		x->head_sent = true;
		up_want_head(x->up);
	}
	if (x->body_open)
		add_body(x, out);
	if (out->n)
		up_send(x->up, 0);
}

/* The bound on what is kept for a retry: beyond it there will be none. */
static void hold_bound(struct exchange *x)
{
	if (x->state != X_UPSTREAM || !x->replay.chain || chain_held(&x->body) <= x->body_hold)
		return;
	cursor_close(&x->replay);
	metric_add(&metric_holds_over, 1);
}

void request_pump(struct exchange *x)
{
	if (x->body_open) {
		subs_pump(x); /* may answer */
		if (x->state == X_ANSWER || x->state == X_END)
			return;
		hold_bound(x);
	}
	if (x->up && x->up->state == UP_BUSY && !op_inflight(&x->up->send.op) && !x->send_failed)
		request_send(x);
	if (x->state == X_UPSTREAM || x->state == X_RESPONSE)
		request_want_body(x);
}

static void body_add(struct exchange *x, struct slice piece)
{
	if (!piece.n)
		return;
	if (!list_empty(&x->subs))
		subs_body(x, piece);
	chain_add(&x->body, slice_ref(piece));
}

bool request_take_body(struct exchange *x, struct slice got)
{
	struct str in = slice_str(got), data;
	enum h1_result r = H1_DATA;

	x->bytes_in += got.n;
	if (x->req.framing.body == HTTP_BODY_LENGTH) {
		size_t n = (size_t)MIN((uint64_t)got.n, x->body_left);

		body_add(x, slice_sub(got, 0, n));
		x->body_left -= n;
		in = str_skip(in, n);
		r = x->body_left ? H1_MORE : H1_DONE;
	}
	while (r == H1_DATA) {
		r = h1_chunked_next(&x->chunked_in, &x->limits, &in, &data);
		if (r == H1_DATA)
			body_add(x, (struct slice){data.p, data.n, got.buf});
	}
	if (r == H1_DONE) {
		x->body_done = x->body.complete = true;
		x->bytes_in -= in.n;
		if (in.n)
			x->conn->rest = slice_ref((struct slice){in.p, in.n, got.buf});
	}
	slice_drop(&got);
	if (r != H1_BAD)
		return true;
	x->conn->close_after = true;
	answer(x, (enum proxy_reason)x->chunked_in.reason);
	return false;
}

/* --- the upstream connection's events ------------------------------------------------------ */

static void request_connected(struct upconn *u, int err)
{
	struct exchange *x = u->owner;

	if (err == 0) {
		request_pump(x);
		return;
	}
	x->up = NULL;
	request_try_failed(x, err == -ETIMEDOUT ? PROXY_R_CONNECT_TIMEOUT
			      : err == -EPROTO  ? PROXY_R_UPSTREAM_TLS
			      : err == -ELOOP   ? PROXY_R_BACKEND_IS_GATEWAY
						: PROXY_R_CONNECT_FAILED);
}

static void request_up_received(struct upconn *u, struct slice got, int err)
{
	struct exchange *x = u->owner;

	if (x->state == X_TUNNEL)
		tunnel_up_received(x, got, err);
	else
		response_received(x, got, err);
}

static bool request_is_out(const struct exchange *x)
{
	if (!x->body_open)
		return true;
	if (x->req_out.framing.body == HTTP_BODY_CHUNKED)
		return x->end_sent;
	return x->body_done && cursor_left(&x->primary) == 0;
}

static void request_up_sent(struct upconn *u, int err)
{
	struct exchange *x = u->owner;

	if (x->state == X_TUNNEL) {
		tunnel_up_sent(x, err);
		return;
	}
	if (err < 0) {
		/* The backend may have answered before it closed: what arrived decides. */
		x->send_failed = true;
		if (x->state == X_UPSTREAM)
			exchange_await(x, x->settings->response_head, PROXY_R_RESPONSE_TIMEOUT);
		up_want_head(u);
		return;
	}
	if (x->in_send) {
		cursor_advance(&x->primary, x->in_send);
		x->in_send = 0;
	}
	if (!x->request_out && request_is_out(x))
		request_all_sent(x);
	else
		request_pump(x);
}

const struct up_user request_user = {
	request_connected, request_up_received, request_up_sent, response_spliced};
