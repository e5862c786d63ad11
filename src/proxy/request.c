/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request.c -- from a parsed head to an upstream: route, filters, tries, and the body on its way.
 */
#include <errno.h>
#include <stdio.h>

#include "match/path.h"
#include "proxy/metrics_priv.h"
#include "proxy/worker_priv.h"

/* Body bytes that may wait for the upstream before the client is asked for more. */
#define BODY_CREDIT (64 * 1024)
#define HOST_NAME_MAX_BYTES 253

/* --- routing ------------------------------------------------------------------------------ */

/* The lines of <name> from <first> on as one value.  Made once per name and exchange: many
 * candidates may ask. */
static struct str joined_value(struct exchange *x, const struct http_field *first, struct str name)
{
	const struct http_head *h = &x->req.head;
	enum http_id id = (enum http_id)first->id;
	const struct http_field *f;
	struct joined *j = x->joined;
	size_t n = 0;
	char *p;

	while (j && !str_eq(j->name, name))
		j = j->next;
	if (j)
		return j->value;
	for (f = first; f; f = http_find(h, id, name, (unsigned)(f - h->fields) + 1))
		n += f->value.n + 2u;
	j = arena_alloc(&x->arena, sizeof(*j));
	p = arena_bytes(&x->arena, n);
	*j = (struct joined){.next = x->joined, .name = name, .value = str_of(p, n - 2)};
	x->joined = j;
	for (f = first; f; f = http_find(h, id, name, (unsigned)(f - h->fields) + 1)) {
		memcpy(p, h->base + f->value.at, f->value.n);
		p += f->value.n;
		if (p != j->value.p + j->value.n)
			p = mempcpy(p, ", ", 2);
	}
	return j->value;
}

/* A header's value for matching; several lines are one value joined by ", " (RFC 9110 section
 * 5.3). */
static bool header_value(struct exchange *x, struct str name, struct str *ret_value)
{
	const struct http_head *h = &x->req.head;
	enum http_id id = http_name_id(name);
	const struct http_field *f = http_find(h, id, name, 0);

	if (!f)
		return false;
	*ret_value = http_find(h, id, name, (unsigned)(f - h->fields) + 1)
			     ? joined_value(x, f, name)
			     : http_field_value(h, f);
	return true;
}

static bool match_header(const struct match_request *rq, struct str name, struct str *ret_value)
{
	/* The router hands back what it got, without const. */
	return header_value((struct exchange *)(uintptr_t)rq->header_ctx, name, ret_value);
}

static enum match_verdict route_look_up(struct exchange *x, const struct plan_port_slot *slot,
	struct str host, struct match_result *result, bool *ret_misdirected)
{
	struct str query = http_query(&x->req);
	struct match_request rq = {.host = host,
		.path = x->path,
		.query = query,
		.method = match_method_of(http_method(&x->req)),
		.header = match_header,
		.header_ctx = x,
		.regex = x->worker->regex};

	if (query.n)
		rq.scratch = arena_bytes(&x->arena, query.n);
	result->listener = router_listener(slot->router, host);
	if (!result->listener)
		return MATCH_NONE;
	if (listener_demands(plan_listener_of(result)) != x->conn->demands) {
		*ret_misdirected = true;
		return MATCH_NONE;
	}
	return router_match_at(slot->router, result->listener, &rq, result);
}

static void route_names(struct exchange *x, const struct match_result *m)
{
	const struct plan_listener *l = plan_listener_of(m);

	if (l)
		x->log_listener = l->name;
	if (x->rule) {
		x->log_route = x->rule->route->order.name;
		x->log_rule = x->rule->name;
		x->log_rule_index = x->rule->index;
		metrics_routed(x);
	}
}

static void route_deadlines(struct exchange *x)
{
	const struct plan_settings *s = x->settings;

	x->stall = s->send_stall;
	x->body_idle = s->response_body_idle;
	x->client_body_idle = s->client_body_idle;
	x->body_hold = (uint64_t)s->body_hold;
	x->deadline_io = NSEC_NEVER;
	if (x->rule->timeout_request > 0)
		x->deadline_request = x->began + x->rule->timeout_request;
}

static void route_chosen(struct exchange *x, const struct match_result *m)
{
	const struct plan_listener *l = plan_listener_of(m);

	x->settings = l->settings;
	x->prefix_depth = m->match->depth;
	route_deadlines(x);
	if (x->rule->failure) {
		answer(x, proxy_reason_of(x->rule->failure->reason));
		return;
	}
	if (x->deadline_request != NSEC_NEVER)
		exchange_timer_set(x);
	x_move(x, X_ROUTED);
	if (filters_request(x, l->filters, x->rule->filters))
		request_filters_done(x);
}

/* An HTTP/1.0 client that names no host asks the one it has connected to: RFC 9112 §3.3. */
static struct str own_address(struct exchange *x)
{
	char text[ADDR_TEXT];
	struct addr a;

	if (sock_local(stream_base(x->conn->stream), &a) < 0)
		return STR("localhost");
	return arena_str(&x->arena, str_from(addr_format(&a, text)));
}

/* The key of the request's host.  The parser has judged the name, so that host_key() would say what
 * url_host_lower() says, except that DNS knows no name of more than 253 bytes. */
static int request_host(struct exchange *x, struct str *ret_host)
{
	struct str name = http_span_str(&x->req.head, x->req.host_name);

	if (name.n > HOST_NAME_MAX_BYTES && name.p[0] != '[')
		return -EINVAL;
	*ret_host = url_host_lower(name, x->host_key);
	return 0;
}

void request_route(struct exchange *x)
{
	struct conn *c = x->conn;
	const struct plan_port_slot *slot = bind_slot(c->bind);
	struct str path = x->req.form == URL_ASTERISK ? STR("/") : http_path(&x->req), host;
	struct match_result m = {0};
	struct path_norm norm;
	bool misdirected = false;

	if (!slot) {
		c->close_after = true;
		answer(x, PROXY_R_NO_LISTENER);
		return;
	}
	x->hold = plan_hold_get(&x->worker->plans);
	if (request_host(x, &host) < 0) {
		c->close_after = true;
		answer(x, (enum proxy_reason)HTTP_R_BAD_HOST);
		return;
	}
	if (path_normalise(path, arena_bytes(&x->arena, path.n), &norm) < 0) {
		c->close_after = true;
		answer(x, PROXY_R_BAD_PATH);
		return;
	}
	x->path = norm.path;
	h1_request_out_init(&x->req_out, &x->req);
	x->req_out.expect = false; /* we say 100 ourselves, when the backend is there to take it */
	if (x->req_out.host.n == 0)
		x->req_out.host = own_address(x);
	if (norm.had_dots)
		x->req_out.path = norm.path;
	switch (route_look_up(x, slot, host, &m, &misdirected)) {
	case MATCH_FOUND:
		x->match = m.match;
		x->rule = plan_rule_of(&m);
		route_names(x, &m);
		route_chosen(x, &m);
		break;
	case MATCH_NONE:
		route_names(x, &m);
		c->close_after |= misdirected;
		answer(x, misdirected  ? PROXY_R_MISDIRECTED
			  : m.listener ? PROXY_R_NO_ROUTE
				       : PROXY_R_NO_LISTENER);
		break;
	case MATCH_REGEX_LIMIT:
		answer(x, PROXY_R_REGEX_LIMIT);
		break;
	}
}

/* --- what is sent -------------------------------------------------------------------------- */

static bool peer_trusted(const struct conn *c)
{
	const struct plan_port_slot *slot = bind_slot(c->bind);
	struct plan_addr peer = {0};

	if (!slot || !slot->port->ntrusted)
		return false;
	if (c->tcp.peer.sa.sa_family == AF_INET) {
		peer.family = 4;
		memcpy(peer.ip, &c->tcp.peer.in.sin_addr, 4);
	} else {
		peer.family = 6;
		memcpy(peer.ip, &c->tcp.peer.in6.sin6_addr, 16);
	}
	for (uint32_t i = 0; i < slot->port->ntrusted; i++) {
		if (plan_cidr_has(&slot->port->trusted[i], &peer))
			return true;
	}
	return false;
}

static void add(struct exchange *x, enum http_id id, struct str value)
{
	/* Values made here of validated parts; one that is not valid after all is left out. */
	if (http_edits_set(&x->req_edits, &x->req.head, id, http_id_name(id), value) < 0)
		return;
}

/* Eight hexadecimal digits of <v>. */
static void hex8(char out[8], uint32_t v)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t x = v;

	/* A nibble to each byte, then '0' + nibble, and 39 more from ten on. */
	x = (x | x << 16) & 0x0000ffff0000ffffu;
	x = (x | x << 8) & 0x00ff00ff00ff00ffu;
	x = (x | x << 4) & 0x0f0f0f0f0f0f0f0fu;
	x += '0' * ones + ((x + 6 * ones) >> 4 & ones) * ('a' - '0' - 10);
	memcpy(out, &x, 8);
}

static struct str request_id_new(struct exchange *x)
{
	uint64_t r = rand_u64(&x->worker->rand);

	memcpy(x->request_id, x->worker->id_prefix, 16);
	hex8(x->request_id + 16, (uint32_t)r);
	hex8(x->request_id + 24, (uint32_t)(r >> 32));
	return str_of(x->request_id, 32);
}

static struct str peer_text(struct conn *c)
{
	if (!c->peer[0])
		addr_format_ip(&c->tcp.peer, c->peer);
	return str_from(c->peer);
}

/* RFC 7239's concern by the older names: who the client is, as far as we know it ourselves.  Field
 * by field, for rules that edit headers and for what a trusted proxy has said. */
static void forwarded_fields(struct exchange *x, bool trusted)
{
	struct conn *c = x->conn;
	const struct http_head *h = &x->req.head;
	struct str peer = peer_text(c), before = {0};

	if (trusted && header_value(x, STR("x-forwarded-for"), &before))
		peer = arena_printf(&x->arena, "%.*s, %s", STR_ARG(before), c->peer);
	add(x, HTTP_X_FORWARDED_FOR, peer);
	if (!trusted || !http_has(h, HTTP_X_FORWARDED_PROTO))
		add(x, HTTP_X_FORWARDED_PROTO, c->tls ? STR("https") : STR("http"));
	if (x->req.host.n && (!trusted || !http_has(h, HTTP_X_FORWARDED_HOST)))
		add(x, HTTP_X_FORWARDED_HOST, http_host(&x->req));
	if (!trusted || !http_has(h, HTTP_X_FORWARDED_PORT))
		add(x, HTTP_X_FORWARDED_PORT, arena_str(&x->arena, str_from(c->bind->port_text)));
	if (!trusted || !http_has(h, HTTP_X_REQUEST_ID))
		add(x, HTTP_X_REQUEST_ID, request_id_new(x));
}

/* The same as one piece of text: what most requests need. */
static void forwarded_lines(struct exchange *x)
{
	struct conn *c = x->conn;
	struct str peer = peer_text(c), host = http_host(&x->req),
		   port = str_from(c->bind->port_text);
	struct str proto = c->tls ? STR("\r\nx-forwarded-proto: https\r\n")
				  : STR("\r\nx-forwarded-proto: http\r\n");
	char *text = arena_bytes(&x->arena, 160 + peer.n + host.n + port.n), *p = text;

#define PUT(s)                              \
	do {                                \
		struct str s_ = (s);        \
		p = mempcpy(p, s_.p, s_.n); \
	} while (0)
	PUT(STR("x-forwarded-for: "));
	PUT(peer);
	PUT(proto);
	if (host.n) {
		PUT(STR("x-forwarded-host: "));
		PUT(host);
		PUT(STR("\r\n"));
	}
	PUT(STR("x-forwarded-port: "));
	PUT(port);
	PUT(STR("\r\nx-request-id: "));
	PUT(request_id_new(x));
	PUT(STR("\r\n"));
#undef PUT
	http_edits_lines(&x->req_edits, str_of(text, (size_t)(p - text)));
}

static bool rule_edits_headers(const struct exchange *x)
{
	const struct plan_rule *r = x->rule;

	if (r->filters || x->listener_filters)
		return true;
	for (unsigned i = 0; i < r->nbackends; i++)
		if (r->backends[i].filters)
			return true;
	return false;
}

/* Before any filter: what never leaves this hop goes, what we know ourselves comes. */
void request_edits_begin(struct exchange *x)
{
	bool trusted = peer_trusted(x->conn);

	http_edits_init(&x->req_edits, &x->arena);
	http_strip_hop_by_hop(&x->req_edits, &x->req.head);
	if (x->req.head.underscores)
		http_strip_underscores(&x->req_edits, &x->req.head, filters_know_header, x);
	if (!trusted)
		http_strip_forwarded(&x->req_edits, &x->req.head);
	if (trusted || rule_edits_headers(x))
		forwarded_fields(x, trusted);
	else
		forwarded_lines(x);
}

/* --- tries --------------------------------------------------------------------------------- */

static bool method_is_safe(const struct exchange *x)
{
	return x->req.method_id == HTTP_GET || x->req.method_id == HTTP_HEAD ||
	       x->req.method_id == HTTP_OPTIONS;
}

bool upstream_usable(
	const struct plan_upstream *u, const struct plan_ref *to, enum proxy_reason *ret_reason)
{
	enum proxy_reason r = PROXY_R_BEFORE_;

	if (to->refused)
		r = proxy_reason_of(to->refused);
	else if (!u)
		r = PROXY_R_BACKEND_NOT_FOUND;
	else if (u->failure.n || (u->tls && !u->tls->parsed))
		r = PROXY_R_BACKEND_TLS; /* never clear text where TLS is asked for */
	else if ((u->protocol != PLAN_PROTOCOL_HTTP1 && u->protocol != PLAN_PROTOCOL_HTTP) ||
		 u->proxy_out != PLAN_PROXY_NONE)
		r = PROXY_R_BACKEND_PROTOCOL;
	*ret_reason = r;
	return r == PROXY_R_BEFORE_;
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
	nsec wait = MIN(base << MIN(x->retries, 16u), MAX(base, SEC(10)));

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
	exchange_await(x, wait, PROXY_R_BEFORE_);
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

/* --- the request on its way ---------------------------------------------------------------- */

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
		up_want(x->up, NBUF_MEDIUM);
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
		up_want(u, NBUF_MEDIUM);
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
