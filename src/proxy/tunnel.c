/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tunnel.c -- after 101: bytes both ways until both sides have ended (RFC 9110 section 7.8).
 *
 * One buffer a direction, read only when the last one is written: back-pressure from end to end.  A
 * waiting tunnel holds no buffer.  A FIN on one side is passed on; the other may still send.
 */
#include "proxy/exchange_priv.h"

static void tunnel_await(struct exchange *x)
{
	exchange_await(x, x->tunnel_idle, PROXY_R_TUNNEL_IDLE);
}

static void tunnel_check_over(struct exchange *x)
{
	if (!x->tunnel_client_done || !x->tunnel_up_done || x->conn->out)
		return;
	/* In order: what the kernel still holds for either side is delivered. */
	request_drop_up(x, UP_END_CLOSE);
	exchange_end(x, true);
}

static void to_up(struct exchange *x, struct slice got)
{
	x->bytes_in += got.n;
	x->up->out.v[x->up->out.n++] = got;
	up_send(x->up, 0);
}

void tunnel_client_received(struct exchange *x, struct slice got, int res)
{
	tunnel_await(x);
	if (res > 0) {
		to_up(x, got);
		return;
	}
	if (res < 0) {
		answer(x, PROXY_R_CLIENT_GONE);
		return;
	}
	x->tunnel_client_done = true;
	sock_shutdown(stream_base(x->up->stream));
	tunnel_check_over(x);
}

void tunnel_up_sent(struct exchange *x, int err)
{
	if (err < 0) {
		answer(x, PROXY_R_UPSTREAM_RESET);
		return;
	}
	tunnel_await(x);
	if (!x->tunnel_client_done)
		conn_want(x->conn, NBUF_MEDIUM);
}

void tunnel_up_received(struct exchange *x, struct slice got, int err)
{
	tunnel_await(x);
	if (err < 0) {
		answer(x, PROXY_R_UPSTREAM_RESET);
	} else if (got.n) {
		x->bytes_out += got.n;
		conn_send(x->conn, &got, 1, 0);
	} else {
		x->tunnel_up_done = true;
		if (!x->conn->out)
			sock_shutdown(stream_base(x->conn->stream));
		tunnel_check_over(x);
	}
}

void tunnel_client_sent(struct exchange *x, int err)
{
	(void)err; /* exchange_sent() has ended the exchange on an error */
	tunnel_await(x);
	if (!x->tunnel_up_done) {
		up_want(x->up, NBUF_MEDIUM);
		return;
	}
	sock_shutdown(stream_base(x->conn->stream));
	tunnel_check_over(x);
}

void tunnel_start(struct exchange *x)
{
	struct h1_response_out out = {.status = 101,
		.phrase = http_span_str(&x->resp.head, x->resp.phrase),
		.date = worker_date(x->worker),
		.framing = {.body = HTTP_BODY_TUNNEL},
		.connection = H1_CONN_UPGRADE,
		.upgrade = x->req_out.upgrade};
	struct slice v[2] = {{0}}, early = {0};
	struct slice rest = x->conn->rest;
	size_t bound;
	int n;

	/* RFC 9110 section 7.8: to what was asked for and to nothing else. */
	if (!http_list_has(&x->resp.head, HTTP_UPGRADE, x->req_out.upgrade)) {
		wendpoint_result(x->worker, x->endpoint, false);
		answer(x, PROXY_R_UPSTREAM_BAD);
		return;
	}
	if (x->resp_head.n > x->resp.head.n)
		early = slice_ref(slice_sub(x->resp_head, x->resp.head.n, SIZE_MAX));
	x->status = 101;
	x->head_at = loop_now(x->worker->loop);
	x->tunnel_idle = x->settings->tunnel_idle;
	http_edits_init(&x->resp_edits, &x->arena);
	http_strip_hop_by_hop(&x->resp_edits, &x->resp.head);
	filters_response(x);
	bound = h1_response_bound(&out, &x->resp.head, &x->resp_edits);
	v[0].buf = bound <= NBUF_LARGE ? nbuf_new(loop_bufs(x->worker->loop), bound) : NULL;
	n = v[0].buf ? h1_response_write(
			       &out, &x->resp.head, &x->resp_edits, v[0].buf->data, v[0].buf->cap)
		     : -1;
	if (n < 0) {
		nbuf_unref(v[0].buf);
		slice_drop(&early);
		answer(x, PROXY_R_UPSTREAM_BAD);
		return;
	}
	v[0].p = v[0].buf->data;
	v[0].n = (size_t)n;
	v[1] = early;
	slice_drop(&x->resp_head);
	x_move(x, X_TUNNEL);
	x->answered = true;
	x->conn->close_after = true;
	x->deadline_request = x->deadline_try = NSEC_NEVER;
	/* A tunnel may live for days: it holds its endpoint, not the plan. */
	exchange_release_plan(x);
	conn_send(x->conn, v, early.n ? 2 : 1, 0);
	x->conn->rest = (struct slice){0};
	if (rest.n)
		to_up(x, rest);
	else
		conn_want(x->conn, NBUF_MEDIUM);
	tunnel_await(x);
}
