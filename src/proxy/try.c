/* SPDX-License-Identifier: Apache-2.0 */
/*
 * try.c -- tries of a request: backend, endpoint and connection, and what follows when one fails.
 */
#include "proxy/exchange_priv.h"
#include "proxy/metrics_priv.h"

static bool method_is_safe(const struct exchange *x)
{
	return x->req.method_id == HTTP_GET || x->req.method_id == HTTP_HEAD ||
	       x->req.method_id == HTTP_OPTIONS;
}

bool upstream_usable(
	const struct plan_upstream *u, const struct plan_ref *to, enum proxy_reason *ret_reason)
{
	enum proxy_reason r = PROXY_R_NONE;

	if (to->refused)
		r = proxy_reason_of(to->refused);
	else if (!u)
		r = PROXY_R_BACKEND_NOT_FOUND;
	else if (u->refused)
		r = proxy_reason_of(u->refused);
	else if (u->tls && !u->tls->parsed)
		r = PROXY_R_BACKEND_TLS; /* never clear text where TLS is asked for */
	else if (u->protocol != PLAN_PROTOCOL_HTTP1 && u->protocol != PLAN_PROTOCOL_HTTP)
		r = PROXY_R_BACKEND_PROTOCOL;
	*ret_reason = r;
	return r == PROXY_R_NONE;
}

void request_filters_done(struct exchange *x)
{
	enum proxy_reason reason;

	x->backend = balance_backend(x->worker, x->rule);
	if (!x->backend) {
		answer(x, PROXY_R_NO_BACKEND);
		return;
	}
	x->upstream = x->backend->to.refused
			      ? NULL
			      : plan_upstream_find(x->hold->plan, x->backend->to.upstream);
	if (x->upstream) {
		x->log_upstream = x->upstream->name;
		metrics_up_begin(x);
	}
	if (!upstream_usable(x->upstream, &x->backend->to, &reason)) {
		answer(x, reason);
		return;
	}
	if (!filters_backend(x, x->backend->filters))
		return;
	session_request(x);
	request_try(x);
}

static struct plan_endpoint *try_endpoint(struct exchange *x)
{
	struct plan_endpoint *e = NULL;

	if (x->session_wanted.n && x->tries == 0)
		e = balance_endpoint_at(x->upstream, x->session_wanted);
	return e ? e
		 : balance_endpoint(x->worker, x->upstream, (enum plan_balance)x->settings->balance,
			   x->endpoint);
}

static void try_endpoint_set(struct exchange *x, struct plan_endpoint *e)
{
	wendpoint_active(x->worker, e, 1);
	if (x->endpoint)
		wendpoint_active(x->worker, x->endpoint, -1);
	x->endpoint = e;
	x->log_addr = e->addr;
}

static void try_begin(struct exchange *x)
{
	x->head_sent = x->end_sent = x->any_byte = x->send_failed = x->request_out = false;
	x->sent_at = 0;
	x->in_send = 0;
	x->chunked_out = (struct h1_chunked){0};
	slice_drop(&x->resp_head);
	x->deadline_io = NSEC_NEVER;
	x->deadline_try = x->rule->timeout_backend > 0
				  ? loop_now(x->worker->loop) + x->rule->timeout_backend
				  : NSEC_NEVER;
	if (x->body_open) {
		cursor_close(&x->primary);
		cursor_open(&x->primary, &x->body);
		AZ(x->primary.at); /* else a part of the body would be missing */
	}
	h1_response_begin(&x->resp_parser, &x->resp, x->resp_fields);
}

void request_try(struct exchange *x)
{
	struct plan_endpoint *e = try_endpoint(x);
	enum up_want_fresh fresh = UP_ANY;

	if (!e) {
		answer(x, PROXY_R_NO_ENDPOINT);
		return;
	}
	try_endpoint_set(x, e);
	if (x->state != X_UPSTREAM)
		x_move(x, X_UPSTREAM);
	try_begin(x);
	x->tries++;
	if (x->replays)
		fresh = UP_NEW;
	else if (!method_is_safe(x) || x->body_open)
		fresh = UP_FRESH;
	x->up = up_get(x->worker, e, x->upstream, x->settings, fresh, &request_user, x);
	if (x->deadline_try != NSEC_NEVER)
		exchange_timer_set(x);
	if (x->up->state == UP_BUSY)
		request_pump(x);
}

void request_drop_up(struct exchange *x, enum up_end how)
{
	struct upconn *u = x->up;

	x->up = NULL;
	x->in_send = 0;
	up_done(u, how);
}

/* A try may be made again only where nothing of the body is lost. */
static bool body_replayable(const struct exchange *x)
{
	return !x->body_open || x->replay.chain;
}

/* Without a retry stanza: once, when a reused connection turned out to be dead. */
static bool replay_allowed(const struct exchange *x)
{
	if (x->rule->retry && x->rule->retry->attempts == 0)
		return false;
	return x->replays == 0 && method_is_safe(x) && !x->body_open;
}

static bool retry_allowed(const struct exchange *x, enum proxy_reason reason)
{
	const struct plan_retry *r = x->rule->retry;

	/* Only what the backend did not process, a connection that was never there; and, as the
	 * API has it, a try that reached timeouts.backendRequest. */
	return r && x->retries < r->attempts && body_replayable(x) &&
	       (reason == PROXY_R_CONNECT_FAILED || reason == PROXY_R_CONNECT_TIMEOUT ||
		       reason == PROXY_R_BACKEND_TIMEOUT);
}

/* Exponential from the base interval, each with a quarter of jitter, at most 10 s. */
static nsec backoff_of(struct exchange *x)
{
	nsec base = x->rule->retry->backoff ? x->rule->retry->backoff : MSEC(25);
	nsec wait = nsec_backoff(base, x->retries, MAX(base, SEC(10)));

	return wait - wait / 8 +
	       (nsec)rand_below(&x->worker->rand, (uint32_t)MIN(wait / 4 + 1, UINT32_MAX));
}

void request_retry(struct exchange *x)
{
	nsec wait = backoff_of(x);

	x->retries++;
	metrics_retry(x);
	if (x->up)
		request_drop_up(x, UP_END_ABORT);
	slice_drop(&x->resp_head);
	x->deadline_try = NSEC_NEVER;
	x_move(x, X_BACKOFF);
	exchange_await(x, wait, PROXY_R_NONE);
}

bool request_retry_on_status(const struct exchange *x, int status)
{
	const struct plan_retry *r = x->rule->retry;

	if (!r || x->retries >= r->attempts || !body_replayable(x))
		return false;
	for (unsigned i = 0; i < r->ncodes; i++) {
		if (r->codes[i] == status)
			return true;
	}
	return false;
}

void request_try_failed(struct exchange *x, enum proxy_reason reason)
{
	bool stale = reason == PROXY_R_UPSTREAM_RESET && x->up && x->up->reused && !x->any_byte;

	/* That an idle connection ended says nothing about the endpoint. */
	if (!stale)
		wendpoint_result(x->worker, x->endpoint, false);
	if (stale && replay_allowed(x)) {
		request_drop_up(x, UP_END_ABORT);
		x->replays++;
		x->tries--;
		request_try(x);
	} else if (retry_allowed(x, reason)) {
		metrics_up_failed(x, reason);
		request_retry(x);
	} else {
		answer(x, reason);
	}
}
