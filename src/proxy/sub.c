/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sub.c -- requests of our own beside an exchange: mirrors and external authorization.
 *
 * A sub-request has an upstream connection and a body chain of its own.  A mirror gets the body's
 * slices as they arrive and never slows the exchange: one that lags behind body-hold is let go.
 * When its exchange ends it goes on alone if it has its request whole.
 */
#include <errno.h>

#include "proxy/exchange_priv.h"
#include "proxy/metrics_priv.h"

#define MIRROR_TIME SEC(30)
#define SUB_SLICES 8

enum sub_kind { SUB_MIRROR, SUB_AUTH };

struct sub {
	struct list node; /* in its exchange's subs, while it has one */
	struct worker *worker;
	struct exchange *x; /* NULL: a mirror that goes on alone */
	enum sub_kind kind;
	const struct plan_auth *auth;
	struct upconn *up;
	struct plan_endpoint *endpoint;
	struct slice head; /* of the request, until it is sent */
	struct chain body;
	struct cursor cursor;
	size_t in_send;
	bool chunked;
	bool end_sent;
	bool waiting; /* authorization: for the body, as far as it is sent along */
	struct timer timer;
	struct http_limits limits;
	struct h1_request_out out; /* borrows from the exchange: only until the head is written */
	enum http_method method;
	struct h1_parser parser;
	struct http_response resp;
	struct h1_chunked decoder;
	uint64_t resp_left;
	bool in_body;
	struct slice resp_head;
	struct http_field fields[HTTP_FIELDS_MAX];
};

void sub_slab_init(struct slab *s)
{
	slab_init(s, sizeof(struct sub), 64 * 1024);
}

static void sub_free(struct sub *s, enum up_end how)
{
	struct worker *w = s->worker;

	list_del(&s->node);
	loop_timer_cancel(w->loop, &s->timer);
	if (s->up)
		up_done(s->up, how);
	if (s->endpoint)
		wendpoint_active(w, s->endpoint, -1);
	slice_drop(&s->head);
	slice_drop(&s->resp_head);
	chain_fini(&s->body);
	slab_put(&w->subs, s);
}

/* The authorization server's word, or that there is none. */
static void auth_verdict(struct sub *s, bool answered);

static void sub_failed(struct sub *s)
{
	if (s->kind == SUB_AUTH) {
		auth_verdict(s, false);
		return;
	}
	metrics_mirror_lost(s->worker);
	sub_free(s, UP_END_ABORT);
}

/* --- sending ------------------------------------------------------------------------------- */

static void sub_body_add(struct sub *s, struct out *o)
{
	unsigned at = o->n,
		 n = cursor_peek(&s->cursor, o->v + at + s->chunked, SUB_SLICES, NBUF_LARGE);

	for (unsigned i = 0; i < n; i++) {
		struct slice *v = &o->v[at + s->chunked + i];

		*v = slice_ref(*v);
		s->in_send += v->n;
	}
	o->n += n;
	if (n && s->chunked) {
		o->v[at] = slice_plain(str_of(o->chunk, h1_chunk_head(o->chunk, s->in_send)));
		o->v[at + 1 + n] = slice_plain(H1_CHUNK_END);
		o->n += 2;
	}
	if (s->body.complete && cursor_left(&s->cursor) == s->in_send && !s->end_sent) {
		if (s->chunked)
			o->v[o->n++] = slice_plain(H1_CHUNK_LAST);
		s->end_sent = true;
	}
}

static void sub_send(struct sub *s)
{
	struct out *o;

	if (!s->up || s->waiting || s->up->state != UP_BUSY || op_inflight(&s->up->send.op))
		return;
	o = &s->up->out;
	if (s->head.p) {
		o->v[o->n++] = s->head;
		s->head = (struct slice){0};
		up_want(s->up, NBUF_SMALL);
	}
	sub_body_add(s, o);
	if (o->n)
		up_send(s->up, 0);
}

static void sub_connected(struct upconn *u, int err)
{
	struct sub *s = u->owner;

	if (err < 0) {
		s->up = NULL;
		wendpoint_result(s->worker, s->endpoint, false);
		sub_failed(s);
		return;
	}
	sub_send(s);
}

static void sub_sent(struct upconn *u, int err)
{
	struct sub *s = u->owner;

	if (err < 0) {
		sub_failed(s);
		return;
	}
	cursor_advance(&s->cursor, s->in_send);
	s->in_send = 0;
	sub_send(s);
}

/* --- receiving ----------------------------------------------------------------------------- */

/* An answer may come before the request is out: then the connection is of no more use. */
static enum up_end sub_end_of(const struct sub *s, bool reusable)
{
	if (!s->end_sent || op_inflight(&s->up->send.op))
		return UP_END_ABORT;
	return reusable ? UP_END_REUSE : UP_END_CLOSE;
}

static void sub_done(struct sub *s, bool reusable)
{
	wendpoint_result(s->worker, s->endpoint, true);
	if (s->kind == SUB_AUTH)
		auth_verdict(s, true);
	else
		sub_free(s, sub_end_of(s, reusable));
}

/* Body bytes of the answer: counted off, never kept. */
static void sub_body(struct sub *s, struct str in)
{
	bool keep = s->resp.keep_alive;
	struct str data;
	enum h1_result r = H1_DATA;

	switch (s->resp.framing.body) {
	case HTTP_BODY_LENGTH:
		if (in.n >= s->resp_left) {
			sub_done(s, keep && in.n == s->resp_left);
			return;
		}
		s->resp_left -= in.n;
		break;
	case HTTP_BODY_CHUNKED:
		while (r == H1_DATA)
			r = h1_chunked_next(&s->decoder, &s->limits, &in, &data);
		if (r != H1_MORE) {
			sub_done(s, keep && r == H1_DONE && in.n == 0);
			return;
		}
		break;
	case HTTP_BODY_CLOSE:
		break;
	case HTTP_BODY_NONE:
		sub_done(s, keep && in.n == 0);
		return;
	case HTTP_BODY_TUNNEL:
		sub_done(s, false);
		return;
	}
	up_want(s->up, NBUF_MEDIUM);
}

static void sub_head(struct sub *s)
{
	const struct h1_asked asked = {.method = s->method};

	for (;;) {
		struct slice rest;

		switch (h1_response_parse(
			&s->parser, &s->resp, slice_str(s->resp_head), &s->limits, asked)) {
		case H1_MORE:
			up_want(s->up, NBUF_MEDIUM);
			return;
		case H1_BAD:
		case H1_DATA:
			sub_failed(s);
			return;
		case H1_DONE:
			break;
		}
		if (s->resp.status >= 200)
			break;
		rest = slice_ref(slice_sub(s->resp_head, s->resp.head.n, SIZE_MAX));
		slice_drop(&s->resp_head);
		s->resp_head = rest;
		h1_response_begin(&s->parser, &s->resp, s->fields);
	}
	s->in_body = true;
	s->resp_left = s->resp.framing.length;
	if (s->kind == SUB_AUTH)
		auth_verdict(s, true);
	else
		sub_body(s, str_skip(slice_str(s->resp_head), s->resp.head.n));
}

static void sub_received(struct upconn *u, struct slice got, int err)
{
	struct sub *s = u->owner;

	if (err < 0 || got.n == 0) {
		slice_drop(&got);
		if (s->in_body && s->resp.framing.body == HTTP_BODY_CLOSE)
			sub_done(s, false);
		else
			sub_failed(s);
		return;
	}
	if (s->in_body) {
		sub_body(s, slice_str(got));
		slice_drop(&got);
		return;
	}
	head_gather(&s->resp_head, got, loop_bufs(s->worker->loop));
	sub_head(s);
}

static const struct up_user sub_user = {sub_connected, sub_received, sub_sent, NULL};

/* --- starting ------------------------------------------------------------------------------ */

static void sub_timer(struct timer *t)
{
	sub_failed(container_of(t, struct sub, timer));
}

static struct sub *sub_new(struct exchange *x, enum sub_kind kind)
{
	struct worker *w = x->worker;
	struct sub *s = slab_get_raw(&w->subs);

	memset(s, 0, offsetof(struct sub, fields));
	s->worker = w;
	s->x = x;
	s->kind = kind;
	s->limits = x->limits;
	timer_init(&s->timer, sub_timer);
	list_init(&s->node);
	list_add_tail(&x->subs, &s->node);
	chain_init(&s->body, loop_bufs(w->loop));
	cursor_open(&s->cursor, &s->body);
	h1_response_begin(&s->parser, &s->resp, s->fields);
	return s;
}

/* What of the request's body has arrived, at most <max>; nobody has read of it yet. */
static void sub_body_so_far(struct sub *s, uint64_t max)
{
	struct exchange *x = s->x;
	struct cursor all = {0};
	struct slice v[SUB_SLICES];

	if (x->body_open) {
		cursor_open(&all, &x->body);
		while (max && cursor_left(&all)) {
			unsigned n = cursor_peek(&all, v, SUB_SLICES, max);
			size_t bytes = 0;

			for (unsigned i = 0; i < n; i++) {
				bytes += v[i].n;
				chain_add(&s->body, slice_ref(v[i]));
			}
			cursor_advance(&all, bytes);
			max -= bytes;
		}
		cursor_close(&all);
	}
	s->body.complete = x->body_done;
}

static bool sub_head_write(struct sub *s, const struct http_head *h, const struct http_edits *e)
{
	size_t bound = h1_request_bound(&s->out, h, e);
	struct nbuf *b;
	int n;

	if (bound > NBUF_LARGE)
		return false;
	b = nbuf_new(loop_bufs(s->worker->loop), bound);
	n = h1_request_write(&s->out, h, e, b->data, b->cap);
	if (n < 0) {
		nbuf_unref(b);
		return false;
	}
	s->head = (struct slice){b->data, (size_t)n, b};
	return true;
}

static bool sub_go(struct sub *s, const struct plan_ref *to)
{
	struct exchange *x = s->x;
	const struct plan_upstream *u =
		to->refused ? NULL : plan_upstream_find(x->hold->plan, to->upstream);
	enum plan_balance how = (enum plan_balance)x->settings->balance;
	enum proxy_reason reason;
	struct plan_endpoint *e =
		upstream_usable(u, to, &reason) ? balance_endpoint(s->worker, u, how, NULL) : NULL;

	if (!e)
		return false;
	s->endpoint = e;
	wendpoint_active(s->worker, e, 1);
	s->method = http_method_of(s->out.method);
	s->up = up_get(s->worker, e, u, x->settings, UP_FRESH, &sub_user, s);
	sub_send(s);
	return true;
}

void mirror_start(struct exchange *x, const struct plan_mirror *m)
{
	struct sub *s;

	if (m->numerator < m->denominator &&
		rand_below(&x->worker->rand, m->denominator) >= m->numerator)
		return;
	s = sub_new(x, SUB_MIRROR);
	s->out = x->req_out;
	s->out.connection = H1_CONN_DEFAULT;
	s->out.upgrade = (struct str){0};
	s->chunked = s->out.framing.body == HTTP_BODY_CHUNKED;
	sub_body_so_far(s, UINT64_MAX);
	loop_timer_arm(x->worker->loop, &s->timer, MIRROR_TIME);
	if (!sub_head_write(s, &x->req.head, &x->req_edits) || !sub_go(s, &m->to))
		sub_failed(s);
}

/* --- external authorization ------------------------------------------------------------------ */

static void auth_headers(struct exchange *x, const struct plan_auth *a, struct http_edits *e)
{
	const struct http_head *h = &x->req.head;
	struct str value;

	http_edits_init(e, &x->arena);
	if (http_edits_get(&x->req_edits, h, HTTP_AUTHORIZATION, STR("authorization"), &value) &&
		http_edits_add(e, HTTP_AUTHORIZATION, STR("authorization"), value) < 0)
		return;
	for (size_t i = 0; i < a->nrequest_headers; i++) {
		struct str name = a->request_headers[i];
		enum http_id id = http_name_id(name);

		if (id != HTTP_AUTHORIZATION &&
			http_edits_get(&x->req_edits, h, id, name, &value) &&
			http_edits_add(e, id, name, value) < 0)
			continue; /* what frames a message is not the client's to send on */
	}
}

static void auth_go(struct sub *s)
{
	struct exchange *x = s->x;
	struct http_edits e;

	s->waiting = false;
	loop_timer_arm(s->worker->loop, &s->timer, x->settings->auth_timeout);
	x->deadline_io = NSEC_NEVER;
	conn_watch(x->conn);
	sub_body_so_far(s, s->auth->body_max);
	s->body.complete = true; /* cut at its bound */
	s->out.framing =
		(struct http_framing){.body = HTTP_BODY_LENGTH, .length = chain_held(&s->body)};
	auth_headers(x, s->auth, &e);
	if (!sub_head_write(s, NULL, &e) || !sub_go(s, &s->auth->to))
		sub_failed(s);
}

/* Why nobody is asked at all; PROXY_R_NONE when there is no reason. */
static enum proxy_reason auth_refused(const struct exchange *x, const struct plan_auth *a)
{
	const struct plan_upstream *u =
		a->to.refused ? NULL : plan_upstream_find(x->hold->plan, a->to.upstream);
	enum proxy_reason reason;

	if (a->protocol != PLAN_AUTH_HTTP)
		return PROXY_R_BACKEND_PROTOCOL;
	if (!upstream_usable(u, &a->to, &reason))
		return reason;
	return PROXY_R_NONE;
}

/* Enough of the body is here for the authorization server. */
static bool auth_has_body(const struct exchange *x, const struct plan_auth *a)
{
	return x->body_done || chain_held(&x->body) >= a->body_max;
}

void auth_start(struct exchange *x, const struct plan_auth *a)
{
	enum proxy_reason reason = auth_refused(x, a);
	struct sub *s;

	if (reason != PROXY_R_NONE) {
		answer(x, reason);
		return;
	}
	s = sub_new(x, SUB_AUTH);
	s->auth = a;
	s->out = x->req_out;
	s->out.connection = H1_CONN_DEFAULT;
	s->out.upgrade = (struct str){0};
	if (a->path_prefix.n)
		s->out.path = arena_printf(
			&x->arena, "%.*s%.*s", STR_ARG(a->path_prefix), STR_ARG(x->req_out.path));
	if (!auth_has_body(x, a)) {
		s->waiting = true;
		auth_want_body(x);
		return;
	}
	auth_go(s);
}

/* Names that an authorization answer may set are the gateway's: the client's own go first. */
static void auth_copy_headers(struct sub *s)
{
	const struct http_head *h = &s->resp.head;
	const struct plan_auth *a = s->auth;
	struct exchange *x = s->x;

	for (size_t i = 0; i < a->nresponse_headers; i++)
		http_edits_remove(&x->req_edits, &x->req.head, http_name_id(a->response_headers[i]),
			a->response_headers[i]);
	for (unsigned i = 0; i < h->fields_n; i++) {
		struct str name = http_field_name(h, &h->fields[i]);
		enum http_id id = (enum http_id)h->fields[i].id;
		bool allowed = a->nresponse_headers == 0;

		for (size_t k = 0; k < a->nresponse_headers; k++)
			allowed |= str_eq_nocase(a->response_headers[k], name);
		if (!allowed || (http_id_flags(id) & (HTTP_F_FRAMING | HTTP_F_HOP)))
			continue;
		/* The texts must outlive the answer's buffer. */
		if (http_edits_set(&x->req_edits, &x->req.head, id, arena_str(&x->arena, name),
			    arena_str(&x->arena, http_field_value(h, &h->fields[i]))) < 0)
			continue;
	}
}

static void auth_verdict(struct sub *s, bool answered)
{
	struct exchange *x = s->x;
	int status = answered ? s->resp.status : 0;
	struct str challenge = {0};

	if (status == 200)
		auth_copy_headers(s);
	else if (status == 401)
		challenge = arena_str(&x->arena, http_value(&s->resp.head, HTTP_WWW_AUTHENTICATE));
	/* Its body is not read, so the connection is used again only where there is none. */
	if (!answered)
		sub_free(s, UP_END_ABORT);
	else
		sub_free(s,
			sub_end_of(s, s->resp.keep_alive && s->resp_head.n == s->resp.head.n &&
					      (s->resp.framing.body == HTTP_BODY_NONE ||
						      (s->resp.framing.body == HTTP_BODY_LENGTH &&
							      s->resp.framing.length == 0))));
	if (status == 200) {
		filters_resume(x);
	} else if (!answered || status >= 500) {
		answer(x, PROXY_R_AUTH_FAILED);
	} else if (status == 401) {
		answer_challenge(x, PROXY_R_AUTH_DENIED, challenge);
	} else {
		answer(x, PROXY_R_AUTH_DENIED);
	}
}

void auth_want_body(struct exchange *x)
{
	request_continue(x);
	conn_want(x->conn, NBUF_LARGE);
	exchange_await(x, x->client_body_idle, PROXY_R_CLIENT_BODY_TIMEOUT);
}

/* --- with the exchange ------------------------------------------------------------------------ */

void subs_body(struct exchange *x, struct slice got)
{
	list_for_each (node, &x->subs) {
		struct sub *s = container_of(node, struct sub, node);

		if (s->kind == SUB_MIRROR)
			chain_add(&s->body, slice_ref(got));
	}
}

void subs_pump(struct exchange *x)
{
	list_for_each_safe (node, &x->subs) {
		struct sub *s = container_of(node, struct sub, node);

		if (s->kind == SUB_AUTH) {
			if (!s->waiting)
				continue;
			if (auth_has_body(x, s->auth))
				auth_go(s);
			else
				auth_want_body(x);
			return;
		}
		s->body.complete = x->body_done;
		if (chain_held(&s->body) > x->body_hold)
			sub_failed(s);
		else
			sub_send(s);
	}
}

void subs_leave(struct exchange *x)
{
	list_for_each_safe (node, &x->subs) {
		struct sub *s = container_of(node, struct sub, node);

		if (s->kind == SUB_AUTH || !x->body_done) {
			if (s->kind == SUB_MIRROR)
				metrics_mirror_lost(s->worker);
			sub_free(s, UP_END_ABORT);
			continue;
		}
		s->body.complete = true;
		s->x = NULL;
		list_del(&s->node);
		list_add_tail(&s->worker->lone_subs, &s->node);
		sub_send(s);
	}
}

void subs_cut(struct worker *w)
{
	list_for_each_safe (node, &w->lone_subs)
		sub_failed(container_of(node, struct sub, node));
}
