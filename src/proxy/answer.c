/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer.c -- answers of our own: refusals, redirects, preflights.
 */
#include <stdio.h>

#include "proxy/worker_priv.h"

/* Writes a response without a head from upstream and ends the exchange with it. */
static void answer_send(struct exchange *x, int status, struct str body)
{
	struct conn *c = x->conn;
	struct http_edits *e = &x->resp_edits;
	struct h1_response_out out = {.status = status, .date = worker_date(x->worker)};
	bool bodyless = status == 204 || status == 304;
	struct nbuf *b;
	size_t bound;
	int n;

	/* What was not read of the request could be taken for the next one. */
	c->close_after |= !x->body_done;
	out.framing = (struct http_framing){
		.body = bodyless ? HTTP_BODY_NONE : HTTP_BODY_LENGTH, .length = body.n};
	if (x->head_only && !bodyless)
		out.framing = (struct http_framing){
			.body = HTTP_BODY_NONE, .announced = true, .length = body.n};
	out.connection = c->close_after      ? H1_CONN_CLOSE
			 : x->req.minor == 0 ? H1_CONN_KEEP_ALIVE
					     : H1_CONN_DEFAULT;
	bound = h1_response_bound(&out, NULL, e) + body.n;
	b = nbuf_new(loop_bufs(x->worker->loop), bound);
	n = h1_response_write(&out, NULL, e, b->data, b->cap);
	AN(n > 0);
	if (!x->head_only && !bodyless && body.n) {
		memcpy(b->data + n, body.p, body.n);
		n += (int)body.n;
	}
	x->status = status;
	x->bytes_out += (uint64_t)n;
	x_move(x, X_ANSWER);
	x->deadline_request = x->deadline_try = NSEC_NEVER;
	exchange_await(x, x->stall, PROXY_R_CLIENT_STALLED);
	conn_send(c, &(struct slice){b->data, (size_t)n, b}, 1, 0);
}

static void answer_begin(struct exchange *x, enum proxy_reason reason)
{
	x->reason = reason;
	if (x->up)
		request_drop_up(x, false);
	slice_drop(&x->resp_head);
	if (!x->resp_edits_set) {
		http_edits_init(&x->resp_edits, &x->arena);
		x->resp_edits_set = true;
	}
}

void answer_with(struct exchange *x, enum proxy_reason reason, int status, struct str body)
{
	answer_begin(x, reason);
	if (x->conn->out) { /* an interim response is on its way out: exchange_sent() comes back */
		x->pending_status = status;
		x->pending_body = arena_str(&x->arena, body);
		return;
	}
	x->pending_status = 0;
	if (body.n)
		AZ(http_edits_add(&x->resp_edits, HTTP_CONTENT_TYPE, STR("content-type"),
			STR("text/plain; charset=utf-8")));
	if (status == 503)
		AZ(http_edits_add(&x->resp_edits, HTTP_RETRY_AFTER, STR("retry-after"), STR("1")));
	if (x->cors)
		cors_response(x, NULL);
	answer_send(x, status, body);
}

void answer_status(struct exchange *x, enum proxy_reason reason, int status)
{
	struct str name = proxy_reason_name(reason), text = proxy_reason_text(reason);

	answer_with(x, reason, status,
		arena_printf(&x->arena, "%d %.*s: %.*s\n", status, STR_ARG(name), STR_ARG(text)));
}

void answer(struct exchange *x, enum proxy_reason reason)
{
	int status = proxy_reason_status(reason);

	if (!status) {
		x->reason = reason;
		exchange_end(x, false);
		return;
	}
	answer_status(x, reason, status);
}

void answer_redirect(struct exchange *x, int status, struct str location)
{
	answer_begin(x, PROXY_R_REDIRECT);
	if (http_edits_add(&x->resp_edits, HTTP_LOCATION, STR("location"), location) < 0)
		answer(x, PROXY_R_BAD_REWRITE);
	else
		answer_with(x, PROXY_R_REDIRECT, status, (struct str){0});
}
