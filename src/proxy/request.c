/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request.c -- from a parsed head to its rule, and what the gateway says of the client upstream.
 */
#include <errno.h>

#include "match/path.h"
#include "proxy/exchange_priv.h"
#include "proxy/metrics_priv.h"

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

	return slot && slot->port->peers.ntrusted &&
	       conn_from(c, slot->port->peers.trusted, slot->port->peers.ntrusted);
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
	x->request_id[32] = '\0'; /* an exchange is not all zero when it begins */
	return str_of(x->request_id, 32);
}

static struct str peer_text(struct conn *c)
{
	if (!c->peer[0])
		addr_format_ip(&c->tcp.peer, c->peer);
	return str_from(c->peer);
}

/* RFC 7239's concern by the older names: who the client is, as far as we know it ourselves.  Field
 * by field, for rules that may read or edit these fields and for what a trusted proxy has said. */
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

/* What forwarded_lines() writes must be fields where one of <f> may read or write it. */
static bool filters_need_fields(const struct plan_filters *f)
{
	return f && f->forwarded;
}

static bool rule_needs_fields(const struct exchange *x)
{
	const struct plan_rule *r = x->rule;

	if (filters_need_fields(r->filters) || filters_need_fields(x->listener_filters))
		return true;
	for (unsigned i = 0; i < r->nbackends; i++)
		if (filters_need_fields(r->backends[i].filters))
			return true;
	return false;
}

void request_edits_begin(struct exchange *x)
{
	bool trusted = peer_trusted(x->conn);

	http_edits_init(&x->req_edits, &x->arena);
	http_strip_hop_by_hop(&x->req_edits, &x->req.head);
	if (x->req.head.underscores)
		http_strip_underscores(&x->req_edits, &x->req.head, filters_know_header, x);
	if (!trusted)
		http_strip_forwarded(&x->req_edits, &x->req.head);
	if (trusted || rule_needs_fields(x))
		forwarded_fields(x, trusted);
	else
		forwarded_lines(x);
}
