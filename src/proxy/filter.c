/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter.c -- what a route changes in requests and responses.
 *
 * Order (docs/decisions.md): CORS, external authorization, then the others as listed; first the
 * listener's, then the rule's, then the chosen backend's.
 */
#include <stdio.h>

#include "match/path.h"
#include "proxy/exchange_priv.h"

/* --- headers ------------------------------------------------------------------------------- */

void header_filter(
	struct http_edits *e, const struct http_head *h, const struct plan_header_filter *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct plan_header_edit *d = &f->edits[i];
		enum http_id id = http_name_id(d->name);
		int rc = 0;

		switch (d->op) {
		case PLAN_HEADER_SET:
			rc = http_edits_set(e, h, id, d->name, d->value);
			break;
		case PLAN_HEADER_ADD:
			rc = http_edits_add(e, id, d->name, d->value);
			break;
		case PLAN_HEADER_REMOVE:
			http_edits_remove(e, h, id, d->name);
			break;
		}
		/* What frames a message is the serialiser's alone; translate said so in status. */
		if (rc < 0)
			continue;
	}
}

static void request_header_filter(struct exchange *x, const struct plan_header_filter *f)
{
	for (size_t i = 0; i < f->n; i++) {
		if (str_eq(f->edits[i].name, STR("host")) && f->edits[i].op != PLAN_HEADER_REMOVE)
			x->req_out.host = f->edits[i].value;
	}
	header_filter(&x->req_edits, &x->req.head, f);
}

/* --- paths --------------------------------------------------------------------------------- */

/* The path with <edit>; NULL text: nothing to change. */
static struct str path_edited(
	struct exchange *x, const struct plan_path_edit *edit, struct str path)
{
	char *out;
	size_t n;

	switch (edit->op) {
	case PLAN_PATH_KEEP:
		break;
	case PLAN_PATH_FULL:
		return edit->value;
	case PLAN_PATH_PREFIX:
		out = arena_bytes(&x->arena, edit->value.n + path.n + 1);
		n = path_replace_prefix(path, x->prefix_depth, edit->value, out);
		return str_of(out, n);
	}
	return path;
}

static void rewrite(struct exchange *x, const struct plan_rewrite *r)
{
	if (r->hostname.n)
		x->req_out.host = r->hostname;
	x->req_out.path = path_edited(x, &r->path, x->req_out.path);
}

static uint16_t redirect_port(struct exchange *x, const struct plan_redirect *r, bool https)
{
	const struct plan_port_slot *slot = bind_slot(x->conn->bind);

	if (r->port)
		return r->port;
	if (r->scheme.n)
		return https ? 443 : 80;
	return slot ? slot->port->number : 0;
}

/* Location by the rules of HTTPRequestRedirectFilter: what is not given is the request's; a
 * scheme's well-known port is not written. */
static void redirect(struct exchange *x, const struct plan_redirect *r)
{
	struct str scheme = r->scheme.n ? r->scheme : x->conn->tls ? STR("https") : STR("http");
	bool https = str_eq(scheme, STR("https"));
	struct str host =
		r->hostname.n ? r->hostname : http_span_str(&x->req.head, x->req.host_name);
	struct str path = path_edited(x, &r->path, x->req_out.path), query = http_query(&x->req);
	uint16_t port = redirect_port(x, r, https);
	char text[8] = "";

	if (port && port != (https ? 443 : 80))
		snprintf(text, sizeof(text), ":%u", port);
	answer_redirect(x, r->status,
		arena_printf(&x->arena, "%.*s://%.*s%s%.*s%s%.*s", STR_ARG(scheme), STR_ARG(host),
			text, STR_ARG(path), x->req.has_query ? "?" : "", STR_ARG(query)));
}

/* --- CORS (Fetch standard, section 3.2) ------------------------------------------------------ */

static bool host_glob(struct str pattern, struct str host)
{
	size_t star = str_find(pattern, '*');
	struct str head = str_take(pattern, star), tail = str_skip(pattern, star + 1);

	if (star == pattern.n)
		return str_eq(pattern, host);
	return host.n >= head.n + tail.n && str_starts(host, head) && str_ends(host, tail);
}

/* "scheme://host[:port]" */
static bool origin_parse(
	struct str origin, struct arena *a, struct str *scheme, struct str *host, uint16_t *port)
{
	size_t at = str_find(origin, ':');
	struct str rest = str_skip(origin, at);
	uint64_t number = 0;
	size_t colon;
	char *lower;

	if (!str_starts(rest, STR("://")))
		return false;
	*scheme = str_take(origin, at);
	rest = str_skip(rest, 3);
	colon = rest.n && rest.p[0] == '[' ? str_find(rest, ']') + 1 : str_find(rest, ':');
	colon = MIN(colon, rest.n);
	if (colon < rest.n && str_to_u64(str_skip(rest, colon + 1), 65535, &number) < 0)
		return false;
	rest = str_take(rest, colon);
	lower = arena_bytes(a, rest.n);
	for (size_t i = 0; i < rest.n; i++)
		lower[i] = ascii_lower(rest.p[i]);
	*host = str_of(lower, rest.n);
	*port = number ? (uint16_t)number : str_eq(*scheme, STR("https")) ? 443 : 80;
	return true;
}

static bool cors_allows(struct exchange *x, const struct plan_cors *c, struct str origin)
{
	struct str scheme, host;
	uint16_t port;
	bool parsed = origin_parse(origin, &x->arena, &scheme, &host, &port);

	for (size_t i = 0; i < c->norigins; i++) {
		const struct plan_origin *o = &c->origins[i];

		if (o->any)
			return true;
		if (parsed && str_eq(o->scheme, scheme) && o->port == port &&
			host_glob(o->host, host))
			return true;
	}
	return false;
}

static bool cors_any_origin(const struct plan_cors *c)
{
	for (size_t i = 0; i < c->norigins; i++) {
		if (c->origins[i].any)
			return true;
	}
	return false;
}

static void resp_set(
	struct exchange *x, const struct http_head *h, enum http_id id, struct str value)
{
	if (http_edits_set(&x->resp_edits, h, id, http_id_name(id), value) < 0)
		return; /* an Origin with odd bytes is echoed nowhere */
}

static void vary_origin(struct exchange *x, const struct http_head *h)
{
	if (!h || !http_list_has(h, HTTP_VARY, STR("origin")))
		AZ(http_edits_add(&x->resp_edits, HTTP_VARY, STR("vary"), STR("Origin")));
}

static void cors_origin_answer(struct exchange *x, const struct http_head *h)
{
	const struct plan_cors *c = x->cors;
	bool star = cors_any_origin(c) && !c->credentials;

	resp_set(x, h, HTTP_ACCESS_CONTROL_ALLOW_ORIGIN, star ? STR("*") : x->cors_origin);
	if (c->credentials)
		resp_set(x, h, HTTP_ACCESS_CONTROL_ALLOW_CREDENTIALS, STR("true"));
}

static void cors_expose(struct exchange *x, const struct http_head *h)
{
	const struct plan_cors *c = x->cors;

	if (c->any_expose && !c->credentials)
		resp_set(x, h, HTTP_ACCESS_CONTROL_EXPOSE_HEADERS, STR("*"));
	else if (c->expose_text.n)
		resp_set(x, h, HTTP_ACCESS_CONTROL_EXPOSE_HEADERS, c->expose_text);
}

/* On an actual response the backend's own CORS fields are replaced. */
void cors_response(struct exchange *x, const struct http_head *h)
{
	static const enum http_id ours[] = {HTTP_ACCESS_CONTROL_ALLOW_ORIGIN,
		HTTP_ACCESS_CONTROL_ALLOW_CREDENTIALS, HTTP_ACCESS_CONTROL_EXPOSE_HEADERS,
		HTTP_ACCESS_CONTROL_ALLOW_METHODS, HTTP_ACCESS_CONTROL_ALLOW_HEADERS,
		HTTP_ACCESS_CONTROL_MAX_AGE};

	for (size_t i = 0; h && i < ARRAY_LEN(ours); i++)
		http_edits_remove(&x->resp_edits, h, ours[i], http_id_name(ours[i]));
	vary_origin(x, h);
	if (!x->cors_origin.n)
		return;
	cors_origin_answer(x, h);
	cors_expose(x, h);
}

/* A wildcard answers with what was asked where credentials forbid a "*". */
static void preflight_fields(struct exchange *x)
{
	const struct plan_cors *c = x->cors;
	struct str method = http_value(&x->req.head, HTTP_ACCESS_CONTROL_REQUEST_METHOD);
	struct str headers = http_value(&x->req.head, HTTP_ACCESS_CONTROL_REQUEST_HEADERS);

	cors_origin_answer(x, NULL);
	cors_expose(x, NULL); /* no browser asks for it here; the official suite does */
	if (c->any_method)
		resp_set(x, NULL, HTTP_ACCESS_CONTROL_ALLOW_METHODS,
			c->credentials ? method : STR("*"));
	else if (c->methods_text.n)
		resp_set(x, NULL, HTTP_ACCESS_CONTROL_ALLOW_METHODS, c->methods_text);
	if (c->any_header && headers.n)
		resp_set(x, NULL, HTTP_ACCESS_CONTROL_ALLOW_HEADERS,
			c->credentials ? headers : STR("*"));
	else if (c->headers_text.n)
		resp_set(x, NULL, HTTP_ACCESS_CONTROL_ALLOW_HEADERS, c->headers_text);
	resp_set(x, NULL, HTTP_ACCESS_CONTROL_MAX_AGE, arena_printf(&x->arena, "%u", c->max_age));
}

/* True: answered. */
bool cors_preflight(struct exchange *x, const struct plan_cors *c)
{
	struct str origin = http_value(&x->req.head, HTTP_ORIGIN);

	x->cors = c;
	if (origin.n && cors_allows(x, c, origin))
		x->cors_origin = origin;
	if (x->req.method_id != HTTP_OPTIONS || !origin.n ||
		!http_has(&x->req.head, HTTP_ACCESS_CONTROL_REQUEST_METHOD))
		return false;
	answer_fields(x);
	vary_origin(x, NULL);
	if (x->cors_origin.n)
		preflight_fields(x);
	x->cors = NULL; /* the fields of an actual response are not for this one */
	answer_bare(x, PROXY_R_PREFLIGHT, 204);
	return true;
}

/* --- sessions (GEP-1619) ---------------------------------------------------------------------- */

/* The session's value is the endpoint's address, in hex so that it passes as a cookie; where the
 * session has an end, a dot and that moment in hex seconds follow. */
static struct str session_value(struct exchange *x, struct str address)
{
	static const char hex[] = "0123456789abcdef";
	char *out = arena_bytes(&x->arena, address.n * 2);
	struct str value = {out, address.n * 2};

	for (size_t i = 0; i < address.n; i++) {
		out[i * 2] = hex[(unsigned char)address.p[i] >> 4];
		out[i * 2 + 1] = hex[address.p[i] & 15];
	}
	if (!x->session_ends)
		return value;
	return arena_printf(
		&x->arena, "%.*s.%llx", STR_ARG(value), (unsigned long long)x->session_ends);
}

static int hex_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In seconds, at least one. */
static int64_t session_length(const struct plan_session *s)
{
	return (s->absolute + NSEC_PER_SEC - 1) / NSEC_PER_SEC;
}

static struct str session_address(struct exchange *x, struct str value)
{
	char *out;

	if (value.n % 2 || value.n > 128)
		return (struct str){0};
	out = arena_bytes(&x->arena, value.n / 2);
	for (size_t i = 0; i + 1 < value.n; i += 2) {
		int hi = hex_of(value.p[i]), lo = hex_of(value.p[i + 1]);

		if (hi < 0 || lo < 0)
			return (struct str){0};
		out[i / 2] = (char)(hi << 4 | lo);
	}
	return str_of(out, value.n / 2);
}

/* Hex seconds, 0 where it is none. */
static int64_t session_moment(struct str s)
{
	int64_t at = 0;

	if (s.n > 12)
		return 0;
	for (size_t i = 0; i < s.n; i++) {
		int digit = hex_of(s.p[i]);

		if (digit < 0)
			return 0;
		at = at << 4 | digit;
	}
	return at;
}

static int64_t session_now(const struct exchange *x)
{
	return loop_wall(x->worker->loop) / NSEC_PER_SEC;
}

/* A session that is over, or would last longer than any that we give, is none. */
static void session_read(struct exchange *x, const struct plan_session *s, struct str value)
{
	struct str address = str_cut(&value, '.');
	int64_t ends = session_moment(value), now = session_now(x);

	if (s->absolute && (ends <= now || ends > now + session_length(s)))
		return;
	x->session_wanted = session_address(x, address);
	x->session_ends = s->absolute ? ends : 0;
}

static struct str cookie_find(const struct http_head *h, struct str name)
{
	for (unsigned i = 0; i < h->fields_n; i++) {
		struct str rest = http_field_value(h, &h->fields[i]);

		if (h->fields[i].id != HTTP_COOKIE)
			continue;
		while (rest.n) {
			struct str pair = str_trim(str_cut(&rest, ';'));
			struct str key = str_cut(&pair, '=');

			if (str_eq(key, name))
				return pair;
		}
	}
	return (struct str){0};
}

void session_request(struct exchange *x)
{
	const struct plan_session *s = x->rule->session;
	const struct http_field *f;

	if (!s)
		return;
	if (!s->header) {
		session_read(x, s, cookie_find(&x->req.head, s->name));
		return;
	}
	f = http_find(&x->req.head, http_name_id(s->name), s->name, 0);
	if (f)
		session_read(x, s, http_field_value(&x->req.head, f));
}

void session_response(struct exchange *x)
{
	const struct plan_session *s = x->rule ? x->rule->session : NULL;
	struct str value;
	struct buf text = {0};
	bool kept;

	if (!s || !x->endpoint)
		return;
	plan_addr_print(&x->endpoint->addr, &text);
	kept = str_eq(buf_str(&text), x->session_wanted);
	if (!kept)
		x->session_ends = s->absolute ? session_now(x) + session_length(s) : 0;
	value = session_value(x, buf_str(&text));
	buf_fini(&text);
	if (kept && !s->header)
		return; /* the client's cookie still says it */
	if (!s->header) {
		value = arena_printf(&x->arena, "%.*s=%.*s; Path=%.*s; HttpOnly; SameSite=Lax",
			STR_ARG(s->name), STR_ARG(value), STR_ARG(s->path));
		if (s->permanent)
			value = arena_printf(&x->arena, "%.*s; Max-Age=%lld", STR_ARG(value),
				(long long)session_length(s));
		AZ(http_edits_add(&x->resp_edits, HTTP_SET_COOKIE, STR("set-cookie"), value));
	} else if (http_edits_add(&x->resp_edits, http_name_id(s->name), s->name, value) < 0) {
		return;
	}
}

/* --- the order ------------------------------------------------------------------------------- */

/* One filter that is neither CORS nor authorization.  False: answered. */
static bool filter_run(struct exchange *x, const struct plan_filter *f)
{
	switch (f->kind) {
	case PLAN_FILTER_REQUEST_HEADERS:
		request_header_filter(x, f->request_headers);
		break;
	case PLAN_FILTER_REDIRECT:
		redirect(x, f->redirect);
		return false;
	case PLAN_FILTER_REWRITE:
		rewrite(x, f->rewrite);
		break;
	case PLAN_FILTER_MIRROR:
		mirror_start(x, f->mirror);
		break;
	case PLAN_FILTER_RESPONSE_HEADERS:
	case PLAN_FILTER_CORS:
	case PLAN_FILTER_AUTH:
		break;
	}
	return true;
}

static const struct plan_filter *filter_of(
	const struct plan_filters *f, enum plan_filter_kind kind, unsigned from)
{
	for (unsigned i = from; f && i < f->n; i++) {
		if (f->p[i].kind == kind)
			return &f->p[i];
	}
	return NULL;
}

/* Mirrors see the request as all other filters left it, so they start last. */
static bool filters_others(struct exchange *x, const struct plan_filters *f)
{
	int rounds = f && f->kinds & 1u << PLAN_FILTER_MIRROR ? 2 : 1;

	for (int mirrors = 0; f && mirrors < rounds; mirrors++) {
		for (unsigned i = 0; i < f->n; i++) {
			if ((f->p[i].kind == PLAN_FILTER_MIRROR) == mirrors &&
				!filter_run(x, &f->p[i]))
				return false;
		}
	}
	return true;
}

/* From filters_left on: the next authorization, else everything that is left. */
static bool filters_go_on(struct exchange *x)
{
	for (int list = 0; list < 2; list++) {
		const struct plan_filters *f = x->filters_left[list];
		const struct plan_filter *auth;

		if (!f)
			continue;
		auth = filter_of(f, PLAN_FILTER_AUTH, x->filter_at);
		if (auth) {
			x->filter_at = (unsigned)(auth - f->p) + 1;
			auth_start(x, auth->auth);
			return false;
		}
		x->filters_left[list] = NULL;
		x->filter_at = 0;
	}
	return filters_others(x, x->listener_filters) && filters_others(x, x->rule->filters);
}

static bool names_have(const struct str *names, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(names[i], name))
			return true;
	return false;
}

static bool filter_knows(const struct plan_filter *f, struct str name)
{
	if (f->kind == PLAN_FILTER_AUTH)
		return names_have(f->auth->request_headers, f->auth->nrequest_headers, name) ||
		       names_have(f->auth->response_headers, f->auth->nresponse_headers, name) ||
		       f->auth->nresponse_headers == 0; /* it may set any */
	if (f->kind != PLAN_FILTER_REQUEST_HEADERS)
		return false;
	for (size_t i = 0; i < f->request_headers->n; i++)
		if (str_eq(f->request_headers->edits[i].name, name))
			return true;
	return false;
}

static bool any_filter_knows(const struct plan_filters *f, struct str name)
{
	for (unsigned i = 0; f && i < f->n; i++)
		if (filter_knows(&f->p[i], name))
			return true;
	return false;
}

bool filters_know_header(void *ctx, struct str dashed)
{
	const struct exchange *x = ctx;
	const struct match *m = x->match;

	if (any_filter_knows(x->listener_filters, dashed) ||
		any_filter_knows(x->rule->filters, dashed))
		return true;
	for (unsigned i = 0; i < x->rule->nbackends; i++)
		if (any_filter_knows(x->rule->backends[i].filters, dashed))
			return true;
	for (unsigned i = 0; i < m->nheaders; i++)
		if (str_eq(m->headers[i].name, dashed))
			return true;
	return x->rule->session && x->rule->session->header &&
	       str_eq(x->rule->session->name, dashed);
}

bool filters_request(
	struct exchange *x, const struct plan_filters *listener, const struct plan_filters *rule)
{
	const struct plan_filter *cors = filter_of(rule, PLAN_FILTER_CORS, 0);

	x->listener_filters = listener;
	request_edits_begin(x);
	if (!listener && !rule)
		return true;
	x->filters_left[0] = listener;
	x->filters_left[1] = rule;
	if (cors && cors_preflight(x, cors->cors))
		return false;
	return filters_go_on(x);
}

void filters_resume(struct exchange *x)
{
	if (filters_go_on(x))
		request_filters_done(x);
}

bool filters_backend(struct exchange *x, const struct plan_filters *f)
{
	return filters_others(x, f);
}

static void response_header_filters(struct exchange *x, const struct plan_filters *f)
{
	for (unsigned i = 0; f && i < f->n; i++) {
		if (f->p[i].kind == PLAN_FILTER_RESPONSE_HEADERS)
			header_filter(&x->resp_edits, &x->resp.head, f->p[i].response_headers);
	}
}

void filters_response(struct exchange *x)
{
	if (x->backend)
		response_header_filters(x, x->backend->filters);
	response_header_filters(x, x->rule->filters);
	if (x->cors)
		cors_response(x, &x->resp.head);
	session_response(x);
}
