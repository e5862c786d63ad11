/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer.c -- answers of our own: refusals, redirects, preflights.
 */
#include <stdio.h>

#include "proxy/exchange_priv.h"

static enum h1_connection connection_of(const struct exchange *x)
{
	if (x->conn->close_after)
		return H1_CONN_CLOSE;
	return x->req.minor == 0 ? H1_CONN_KEEP_ALIVE : H1_CONN_DEFAULT;
}

/* A 204 or 304 has no body; HEAD is told the length of what it would have got. */
static struct http_framing framing_of(const struct exchange *x, int status, size_t n)
{
	if (status == 204 || status == 304)
		return (struct http_framing){.body = HTTP_BODY_NONE};
	if (x->head_only)
		return (struct http_framing){
			.body = HTTP_BODY_NONE, .announced = true, .length = n};
	return (struct http_framing){.body = HTTP_BODY_LENGTH, .length = n};
}

static struct slice answer_write(struct exchange *x, int status, struct str body)
{
	struct h1_response_out out = {.status = status,
		.date = worker_date(x->worker),
		.framing = framing_of(x, status, body.n),
		.connection = connection_of(x)};
	size_t bound = h1_response_bound(&out, NULL, &x->resp_edits) + body.n;
	struct nbuf *b = nbuf_new(loop_bufs(x->worker->loop), bound);
	int n = h1_response_write(&out, NULL, &x->resp_edits, b->data, b->cap);

	if (n < 0) { /* fields that a plan made longer than any buffer: say less */
		http_edits_init(&x->resp_edits, &x->arena);
		n = h1_response_write(&out, NULL, &x->resp_edits, b->data, b->cap);
	}
	AN(n > 0 && b->cap - (size_t)n >= body.n);
	if (out.framing.body == HTTP_BODY_LENGTH && body.n) {
		memcpy(b->data + n, body.p, body.n);
		n += (int)body.n;
	}
	return (struct slice){b->data, (size_t)n, b};
}

static void answer_send(struct exchange *x, enum proxy_reason reason, int status, struct str body)
{
	struct slice out;

	x->reason = reason;
	x->status = status;
	if (x->up)
		request_drop_up(x, UP_END_ABORT);
	slice_drop(&x->resp_head);
	/* What was not read of the request could be taken for the next one. */
	x->conn->close_after |= !x->body_done || conn_should_close(x->conn);
	if (x->cors)
		cors_response(x, NULL);
	out = answer_write(x, status, body);
	x->bytes_out += out.n;
	x_move(x, X_ANSWER);
	x->deadline_request = x->deadline_try = NSEC_NEVER;
	exchange_await(x, x->stall, PROXY_R_CLIENT_STALLED);
	if (x->conn->out)
		x->answer = out; /* behind an interim response: exchange_sent() */
	else
		conn_send(x->conn, &out, 1, 0);
}

void answer_fields(struct exchange *x)
{
	http_edits_init(&x->resp_edits, &x->arena);
}

void answer_bare(struct exchange *x, enum proxy_reason reason, int status)
{
	answer_send(x, reason, status, (struct str){0});
}

static bool wants_json(const struct exchange *x)
{
	return x->req.head.n && http_list_has(&x->req.head, HTTP_ACCEPT, STR("application/json"));
}

/* Names and texts are ours and need no escapes. */
static struct str body_of(struct exchange *x, enum proxy_reason reason, int status)
{
	struct str name = proxy_reason_name(reason), text = proxy_reason_text(reason),
		   type = STR("text/plain; charset=utf-8"), body;

	if (wants_json(x)) {
		type = STR("application/json");
		body = arena_printf(&x->arena,
			"{\"status\":%d,\"reason\":\"%.*s\",\"message\":\"%.*s\"}\n", status,
			STR_ARG(name), STR_ARG(text));
	} else {
		body = arena_printf(
			&x->arena, "%d %.*s: %.*s\n", status, STR_ARG(name), STR_ARG(text));
	}
	AZ(http_edits_add(&x->resp_edits, HTTP_CONTENT_TYPE, STR("content-type"), type));
	return body;
}

static void answer_text(struct exchange *x, enum proxy_reason reason, int status)
{
	if (status == 503)
		AZ(http_edits_add(&x->resp_edits, HTTP_RETRY_AFTER, STR("retry-after"), STR("1")));
	if (status == 405)
		AZ(http_edits_add(&x->resp_edits, HTTP_OTHER, STR("allow"),
			STR("GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS")));
	answer_send(x, reason, status, body_of(x, reason, status));
}

void answer_status(struct exchange *x, enum proxy_reason reason, int status)
{
	answer_fields(x);
	answer_text(x, reason, status);
}

void answer_challenge(struct exchange *x, enum proxy_reason reason, struct str challenge)
{
	answer_fields(x);
	if (challenge.n && http_edits_add(&x->resp_edits, HTTP_WWW_AUTHENTICATE,
				   STR("www-authenticate"), challenge) < 0)
		challenge.n = 0; /* not valid: then without */
	answer_text(x, reason, 401);
}

void answer(struct exchange *x, enum proxy_reason reason)
{
	int status = proxy_reason_status(reason);

	if (status && !x->answered) {
		answer_status(x, reason, status);
		return;
	}
	x->reason = reason;
	exchange_end(x, false);
}

void answer_redirect(struct exchange *x, int status, struct str location)
{
	answer_fields(x);
	if (http_edits_add(&x->resp_edits, HTTP_LOCATION, STR("location"), location) < 0)
		answer(x, PROXY_R_BAD_REWRITE);
	else
		answer_bare(x, PROXY_R_REDIRECT, status);
}
