/* SPDX-License-Identifier: Apache-2.0 */
/* Routes, rules and filters as JSON. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/vec.h"
#include "plan/dump_priv.h"

static void dump_texts(struct json *j, const char *key, const struct str *s, size_t n)
{
	if (!n)
		return;
	json_key(j, key);
	json_open(j, '[');
	for (size_t i = 0; i < n; i++)
		json_text(j, s[i]);
	json_close(j, ']');
}

void dump_failure(struct json *j, const struct plan_failure *f)
{
	json_key(j, "failure");
	json_open(j, '{');
	json_key_text(j, "reason", plan_refusal_name(f->reason));
	json_key_text(j, "message", f->message);
	json_close(j, '}');
}

static void dump_ref(struct json *j, const struct plan *p, const struct plan_ref *r)
{
	const struct plan_upstream *u;

	if (r->refused) {
		json_key_text(j, "refused", plan_refusal_name(r->refused));
		json_key_text(j, "message", r->message);
		return;
	}
	u = plan_upstream_find(p, r->upstream);
	json_key_text(j, "upstream", u ? u->name : STR("(missing)"));
}

/* ---- filters ---- */

static void dump_path_edit(struct json *j, const struct plan_path_edit *e)
{
	if (e->op == PLAN_PATH_KEEP)
		return;
	json_key(j, e->op == PLAN_PATH_FULL ? "path" : "prefix");
	json_text(j, e->value);
}

static void dump_request_headers(
	struct json *j, const struct plan *p, const struct plan_header_filter *f)
{
	static const char *const ops[] = {[PLAN_HEADER_SET] = "set",
		[PLAN_HEADER_ADD] = "add",
		[PLAN_HEADER_REMOVE] = "remove"};

	(void)p;
	json_key(j, "edits");
	json_open(j, '[');
	for (size_t i = 0; i < f->n; i++) {
		json_open(j, '[');
		json_text(j, str_from(ops[f->edits[i].op]));
		json_text(j, f->edits[i].name);
		if (f->edits[i].op != PLAN_HEADER_REMOVE)
			json_text(j, f->edits[i].value);
		json_close(j, ']');
	}
	json_close(j, ']');
}

static void dump_response_headers(
	struct json *j, const struct plan *p, const struct plan_header_filter *f)
{
	dump_request_headers(j, p, f);
}

static void dump_redirect(struct json *j, const struct plan *p, const struct plan_redirect *r)
{
	(void)p;
	json_key_int(j, "status", r->status);
	json_key_text(j, "scheme", r->scheme);
	json_key_text(j, "hostname", r->hostname);
	json_key_int(j, "port", r->port);
	dump_path_edit(j, &r->path);
}

static void dump_rewrite(struct json *j, const struct plan *p, const struct plan_rewrite *r)
{
	(void)p;
	json_key_text(j, "hostname", r->hostname);
	dump_path_edit(j, &r->path);
}

static void dump_mirror(struct json *j, const struct plan *p, const struct plan_mirror *m)
{
	dump_ref(j, p, &m->to);
	json_key(j, "numerator");
	json_int(j, m->numerator);
	json_key_int(j, "denominator", m->denominator);
}

static void dump_cors(struct json *j, const struct plan *p, const struct plan_cors *c)
{
	(void)p;
	json_key(j, "origins");
	json_open(j, '[');
	for (size_t i = 0; i < c->norigins; i++) {
		struct buf text = {0};

		if (c->origins[i].any)
			buf_addc(&text, '*');
		else
			buf_printf(&text, "%.*s://%.*s:%u", STR_ARG(c->origins[i].scheme),
				STR_ARG(c->origins[i].host), c->origins[i].port);
		json_text(j, buf_str(&text));
		buf_fini(&text);
	}
	json_close(j, ']');
	json_key_text(j, "methods", c->methods_text);
	json_key_text(j, "headers", c->headers_text);
	json_key_text(j, "expose", c->expose_text);
	json_key(j, "maxAge");
	json_int(j, c->max_age);
	json_key_true(j, "credentials", c->credentials);
	json_key_true(j, "anyMethod", c->any_method);
	json_key_true(j, "anyHeader", c->any_header);
	json_key_true(j, "anyExpose", c->any_expose);
}

static void dump_auth(struct json *j, const struct plan *p, const struct plan_auth *a)
{
	dump_ref(j, p, &a->to);
	json_key_text(j, "protocol", a->protocol == PLAN_AUTH_GRPC ? STR("grpc") : STR("http"));
	json_key_text(j, "path", a->path_prefix);
	dump_texts(j, "requestHeaders", a->request_headers, a->nrequest_headers);
	dump_texts(j, "responseHeaders", a->response_headers, a->nresponse_headers);
	json_key_int(j, "bodyMax", a->body_max);
}

static void dump_filter(struct json *j, const struct plan *p, const struct plan_filter *f)
{
	json_open(j, '{');
	switch (f->kind) {
#define F(kind_, member, type)                  \
	case PLAN_FILTER_##kind_:               \
		json_key(j, "type");            \
		json_text(j, STR(#member));     \
		dump_##member(j, p, f->member); \
		break;
		PLAN_FILTERS(F)
#undef F
	}
	json_close(j, '}');
}

void dump_filters(struct json *j, const struct plan *p, const struct plan_filters *f)
{
	if (!f)
		return;
	json_key(j, "filters");
	json_open(j, '[');
	for (uint32_t i = 0; i < f->n; i++)
		dump_filter(j, p, &f->p[i]);
	json_close(j, ']');
}

/* ---- rules ---- */

static void dump_backend(struct json *j, const struct plan *p, const struct plan_backend *b)
{
	json_open(j, '{');
	dump_ref(j, p, &b->to);
	json_key(j, "weight");
	json_int(j, b->weight);
	dump_filters(j, p, b->filters);
	json_close(j, '}');
}

static void dump_retry(struct json *j, const struct plan_retry *r)
{
	json_key(j, "retry");
	json_open(j, '{');
	json_key(j, "attempts");
	json_int(j, r->attempts);
	json_key_int(j, "backoff", r->backoff);
	json_key(j, "codes");
	json_open(j, '[');
	for (uint16_t i = 0; i < r->ncodes; i++)
		json_int(j, r->codes[i]);
	json_close(j, ']');
	json_close(j, '}');
}

static void dump_session(struct json *j, const struct plan_session *s)
{
	json_key(j, "session");
	json_open(j, '{');
	json_key_text(j, s->header ? "header" : "cookie", s->name);
	json_key_text(j, "path", s->path);
	json_key_int(j, "absolute", s->absolute);
	json_key_true(j, "permanent", s->permanent);
	json_close(j, '}');
}

static void dump_timeout(struct json *j, const char *key, nsec t)
{
	if (t == PLAN_TIMEOUT_UNSET)
		return;
	json_key(j, key);
	json_int(j, t);
}

void dump_rule(struct json *j, const struct plan *p, const struct plan_rule *r)
{
	json_open(j, '{');
	json_key_text(j, "name", r->name);
	if (r->failure)
		dump_failure(j, r->failure);
	dump_filters(j, p, r->filters);
	json_key(j, "backends");
	json_open(j, '[');
	for (uint16_t i = 0; i < r->nbackends; i++)
		dump_backend(j, p, &r->backends[i]);
	json_close(j, ']');
	dump_timeout(j, "timeoutRequest", r->timeout_request);
	dump_timeout(j, "timeoutBackend", r->timeout_backend);
	if (r->retry)
		dump_retry(j, r->retry);
	if (r->session)
		dump_session(j, r->session);
	json_close(j, '}');
}

/* ---- routes ---- */

void dump_path(struct json *j, const struct match *m)
{
	static const char marks[] = {
		[MATCH_PATH_EXACT] = '=', [MATCH_PATH_PREFIX] = '^', [MATCH_PATH_REGEX] = '~'};
	struct buf text = {0};

	buf_printf(&text, "%c %.*s", marks[m->kind], STR_ARG(m->path.n ? m->path : STR("/")));
	json_text(j, buf_str(&text));
	buf_fini(&text);
}

static void dump_values(struct json *j, const char *key, const struct match_value *v, size_t n)
{
	if (!n)
		return;
	json_key(j, key);
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(j, '[');
		json_text(j, v[i].name);
		json_text(j, v[i].regex ? STR("~") : STR("="));
		json_text(j, v[i].value);
		json_close(j, ']');
	}
	json_close(j, ']');
}

static void dump_match(struct json *j, const struct match *m)
{
	json_open(j, '{');
	json_key(j, "rule");
	json_int(j, m->rule);
	json_key(j, "path");
	dump_path(j, m);
	if (m->method != MATCH_METHOD_ANY)
		json_key_text(j, "method", match_method_name(m->method));
	dump_values(j, "headers", m->headers, m->nheaders);
	dump_values(j, "query", m->query, m->nquery);
	json_close(j, '}');
}

/* One listener that takes the route, with one of the route's hostnames. */
struct attach_line {
	const struct plan_port *port; /* NULL: nobody looks there */
	const struct plan_listener *listener;
	struct str hostname;
};

struct attach_lines {
	VEC(struct attach_line) all;
};

static void attach_lines_add(
	struct attach_lines *lines, const struct plan *p, const struct plan_attach *a)
{
	size_t n, before = lines->all.n;
	const struct plan_port_slot *ports = plan_ports(p, &n);

	for (size_t i = 0; i < n; i++)
		for (uint32_t j = 0; j < ports[i].port->nlisteners; j++) {
			const struct plan_listener *l = &ports[i].port->listeners[j];

			if (a->scope == (l->scope ? l->scope : l->id))
				*vec_push(&lines->all) =
					(struct attach_line){ports[i].port, l, a->hostname};
		}
	if (lines->all.n == before)
		*vec_push(&lines->all) = (struct attach_line){.hostname = a->hostname};
}

static struct str line_port(const struct attach_line *l)
{
	return l->port ? l->port->name : STR("(missing)");
}

static struct str line_listener(const struct attach_line *l)
{
	return l->listener ? l->listener->name : STR("(missing)");
}

static int attach_line_cmp(const void *a, const void *b)
{
	const struct attach_line *x = a, *y = b;
	int c = str_cmp(line_port(x), line_port(y));

	if (!c)
		c = str_cmp(line_listener(x), line_listener(y));
	return c ? c : str_cmp(x->hostname, y->hostname);
}

static void dump_attached(struct json *j, const struct plan *p, const struct plan_route *r)
{
	struct attach_lines lines = {0};

	for (uint32_t i = 0; i < r->nattaches; i++)
		attach_lines_add(&lines, p, &r->attaches[i]);
	if (lines.all.n)
		qsort(lines.all.p, lines.all.n, sizeof(*lines.all.p), attach_line_cmp);
	json_key(j, "attached");
	json_open(j, '[');
	vec_for_each (l, &lines.all) {
		json_open(j, '[');
		json_text(j, line_port(l));
		json_text(j, line_listener(l));
		json_text(j, l->hostname);
		json_close(j, ']');
	}
	json_close(j, ']');
	vec_fini(&lines.all);
}

void dump_route(struct json *j, const struct plan *p, const struct plan_route *r)
{
	json_open(j, '{');
	json_key_text(j, "name", r->name);
	json_key_int(j, "created", r->order.created);
	dump_attached(j, p, r);
	json_key(j, "matches");
	json_open(j, '[');
	for (uint16_t i = 0; i < r->nmatches; i++)
		dump_match(j, &r->matches[i]);
	json_close(j, ']');
	json_key(j, "rules");
	json_open(j, '[');
	for (uint16_t i = 0; i < r->nrules; i++)
		dump_rule(j, p, &r->rules[i]);
	json_close(j, ']');
	json_close(j, '}');
}
