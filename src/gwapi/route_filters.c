/* SPDX-License-Identifier: Apache-2.0 */
/* Filters to plan filters.  What cannot be carried out makes the rule invalid; nothing is left out.
 */
#include <stdlib.h>

#include "gwapi/translate_priv.h"
#include "match/path.h"

#define FILTERS_MAX 64

struct filters {
	struct rules *x;
	struct plan_filter p[FILTERS_MAX];
	size_t n;
};

static void filter_add(struct filters *f, enum plan_filter_kind kind, const void *what)
{
	if (f->n == FILTERS_MAX) {
		rule_invalid(f->x, STR("UnsupportedValue"), "more than %d filters.", FILTERS_MAX);
		return;
	}
	/* Every member of the union is a pointer: any of them holds it. */
	f->p[f->n++] = (struct plan_filter){.kind = kind, .request_headers = what};
}

static void once(struct filters *f, enum plan_filter_kind kind, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->p[i].kind == kind)
			rule_invalid(f->x, STR("IncompatibleFilters"),
				"the filter %s may be used only once.", name);
}

/* ---- headers ---- */

bool header_reserved(struct str lower)
{
	static const char *const names[] = {"connection", "content-length", "host", "keep-alive",
		"proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(lower, str_from(names[i])))
			return true;
	return false;
}

static bool header_value_ok(struct str v)
{
	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];

		if (c < ' ' ? c != '\t' : c == 0x7f)
			return false;
	}
	return true;
}

static void header_edit(struct filters *f, struct plan_header_filter *h,
	struct plan_header_edit *list, enum plan_header_op op, struct str name, struct str value)
{
	struct plan_header_edit e = {.op = op};

	if (!header_name_lower(f->x->out, name, &e.name)) {
		rule_invalid(f->x, STR("UnsupportedValue"), "\"%.*s\" is no header name.",
			STR_ARG(clip(name, 64)));
		return;
	}
	if (header_reserved(e.name)) {
		rule_invalid(f->x, STR("UnsupportedValue"),
			"a filter may not change the header %.*s%s.", STR_ARG(e.name),
			str_eq(e.name, STR("host")) ? "; use URLRewrite with hostname" : "");
		return;
	}
	for (size_t i = 0; i < h->n; i++) {
		if (!str_eq(list[i].name, e.name))
			continue;
		rule_invalid(f->x, STR("UnsupportedValue"),
			"a filter has more than one action for the header %.*s.", STR_ARG(e.name));
		return;
	}
	if (!header_value_ok(value)) {
		rule_invalid(f->x, STR("UnsupportedValue"),
			"the value for the header %.*s has bytes that may not stand in one.",
			STR_ARG(e.name));
		return;
	}
	e.value = arena_str(f->x->out, value);
	list[h->n++] = e;
}

static void header_filter(
	struct filters *f, enum plan_filter_kind kind, const struct http_header_filter *from)
{
	struct arena *a = f->x->out;
	struct plan_header_filter *h = ARENA_NEW(a, struct plan_header_filter);
	struct plan_header_edit *list;

	if (!from)
		return; /* the type says so, the schema does not allow it: a note tells */
	list = ARENA_ARRAY(
		a, struct plan_header_edit, (size_t)from->n_set + from->n_add + from->n_remove);
	for (uint32_t i = 0; i < from->n_set; i++)
		header_edit(f, h, list, PLAN_HEADER_SET, from->set[i].name, from->set[i].value);
	for (uint32_t i = 0; i < from->n_add; i++)
		header_edit(f, h, list, PLAN_HEADER_ADD, from->add[i].name, from->add[i].value);
	for (uint32_t i = 0; i < from->n_remove; i++)
		header_edit(f, h, list, PLAN_HEADER_REMOVE, from->remove[i], STR(""));
	h->edits = list;
	filter_add(f, kind, h);
}

/* ---- paths: redirect and rewrite ---- */

static void path_edit(struct filters *f, const struct http_path_modifier *from, bool prefix,
	struct plan_path_edit *ret)
{
	struct str value;
	struct path_norm norm;

	if (!from)
		return;
	if (from->type == HTTP_PATH_MODIFIER_REPLACE_FULL_PATH) {
		ret->op = PLAN_PATH_FULL;
		value = from->replace_full_path;
	} else if (from->type == HTTP_PATH_MODIFIER_REPLACE_PREFIX_MATCH) {
		ret->op = PLAN_PATH_PREFIX;
		value = from->replace_prefix_match;
		if (!prefix)
			rule_invalid(f->x, STR("UnsupportedValue"),
				"ReplacePrefixMatch needs PathPrefix in every match of the rule.");
	} else {
		rule_invalid(f->x, STR("UnsupportedValue"),
			"a path modifier has a type that is not understood by this version.");
		return;
	}
	if (value.n == 0)
		value = STR("/");
	if (path_normalise(value, arena_bytes(f->x->out, value.n), &norm) < 0) {
		rule_invalid(f->x, STR("UnsupportedValue"), "\"%.*s\" is no path.",
			STR_ARG(clip(value, 100)));
		return;
	}
	if (norm.had_dots) /* as a request's path, and as it is told there */
		value = norm.path;
	if (ret->op == PLAN_PATH_PREFIX && str_ends(value, STR("/")))
		value = str_take(value, value.n - 1);
	ret->value = arena_str(f->x->out, value);
}

static void redirect(
	struct filters *f, const struct http_request_redirect_filter *from, bool prefix)
{
	struct plan_redirect *r = ARENA_NEW(f->x->out, struct plan_redirect);

	once(f, PLAN_FILTER_REDIRECT, "RequestRedirect");
	if (!from)
		return;
	if (from->scheme == HTTP_REQUEST_REDIRECT_FILTER_SCHEME_HTTP)
		r->scheme = STR("http");
	else if (from->scheme == HTTP_REQUEST_REDIRECT_FILTER_SCHEME_HTTPS)
		r->scheme = STR("https");
	else if (from->scheme == HTTP_REQUEST_REDIRECT_FILTER_SCHEME_OTHER)
		rule_invalid(f->x, STR("UnsupportedValue"),
			"RequestRedirect has a scheme that is not understood by this version.");
	r->hostname = arena_str(f->x->out, from->hostname);
	path_edit(f, from->path, prefix, &r->path);
	r->port = from->has_port ? (uint16_t)from->port : 0;
	r->status = (uint16_t)(from->status_code ? from->status_code : 302);
	if (r->status != 301 && r->status != 302 && r->status != 303 && r->status != 307 &&
		r->status != 308)
		rule_invalid(f->x, STR("UnsupportedValue"),
			"RequestRedirect: status code %u; allowed are 301, 302, 303, 307 and 308.",
			r->status);
	filter_add(f, PLAN_FILTER_REDIRECT, r);
}

static void rewrite(struct filters *f, const struct http_url_rewrite_filter *from, bool prefix)
{
	struct plan_rewrite *r = ARENA_NEW(f->x->out, struct plan_rewrite);

	once(f, PLAN_FILTER_REWRITE, "URLRewrite");
	if (!from)
		return;
	r->hostname = arena_str(f->x->out, from->hostname);
	path_edit(f, from->path, prefix, &r->path);
	filter_add(f, PLAN_FILTER_REWRITE, r);
}

/* ---- mirror ---- */

static void mirror(struct filters *f, const struct http_request_mirror_filter *from)
{
	struct plan_mirror *m = ARENA_NEW(f->x->out, struct plan_mirror);

	if (!from)
		return;
	m->numerator = m->denominator = 100;
	if (from->has_percent)
		m->numerator = (uint32_t)MAX(from->percent, 0);
	if (from->fraction) {
		m->numerator = (uint32_t)MAX(from->fraction->numerator, 0);
		m->denominator = from->fraction->denominator > 0
					 ? (uint32_t)from->fraction->denominator
					 : 100;
	}
	if (m->numerator > m->denominator)
		rule_invalid(f->x, STR("UnsupportedValue"),
			"RequestMirror: a share of %u of %u is more than all.", m->numerator,
			m->denominator);
	m->to = backend_resolve(f->x, &from->backend_ref, f->x->protocol, "RequestMirror");
	filter_add(f, PLAN_FILTER_MIRROR, m);
}

/* ---- CORS ---- */

/* A scheme, a host where a star stands for any run of bytes, a port; or a star alone. */
static bool origin_parse(struct arena *a, struct str s, struct plan_origin *ret)
{
	struct str rest;
	uint64_t port;
	size_t colon;
	char *low;

	*ret = (struct plan_origin){.any = str_eq(s, STR("*"))};
	if (ret->any)
		return true;
	if (str_starts(s, STR("https://"))) {
		ret->scheme = STR("https");
		ret->port = 443;
	} else if (str_starts(s, STR("http://"))) {
		ret->scheme = STR("http");
		ret->port = 80;
	} else {
		return false;
	}
	rest = str_skip(s, ret->scheme.n + 3);
	colon = str_find(rest, ':');
	if (colon < rest.n) {
		if (str_to_u64(str_skip(rest, colon + 1), 65535, &port) < 0 || port == 0)
			return false;
		ret->port = (uint16_t)port;
		rest = str_take(rest, colon);
	}
	if (rest.n == 0 || str_find(rest, '/') < rest.n)
		return false;
	low = arena_bytes(a, rest.n);
	for (size_t i = 0; i < rest.n; i++)
		low[i] = ascii_lower(rest.p[i]);
	ret->host = str_of(low, rest.n);
	return true;
}

static struct str joined(struct arena *a, const struct str *list, size_t n)
{
	struct buf b = {0};
	struct str s;

	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%.*s", i ? ", " : "", STR_ARG(list[i]));
	s = arena_str(a, buf_str(&b));
	buf_fini(&b);
	return s;
}

/* A list of header names, "*" among them told apart. */
static const struct str *cors_names(struct filters *f, const struct str *from, uint32_t n,
	struct str *ret_text, size_t *ret_n, bool *ret_any)
{
	struct arena *a = f->x->out;
	struct str *list = ARENA_ARRAY(a, struct str, n);

	*ret_n = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (str_eq(from[i], STR("*")))
			*ret_any = true;
		else if (header_name_lower(a, from[i], &list[*ret_n]))
			(*ret_n)++;
		else
			rule_invalid(f->x, STR("UnsupportedValue"),
				"CORS: \"%.*s\" is no header name.", STR_ARG(clip(from[i], 64)));
	}
	*ret_text = joined(a, list, *ret_n);
	return list;
}

static const char *const cors_methods[] = {[CORS_METHOD_GET] = "GET",
	[CORS_METHOD_HEAD] = "HEAD",
	[CORS_METHOD_POST] = "POST",
	[CORS_METHOD_PUT] = "PUT",
	[CORS_METHOD_DELETE] = "DELETE",
	[CORS_METHOD_CONNECT] = "CONNECT",
	[CORS_METHOD_OPTIONS] = "OPTIONS",
	[CORS_METHOD_TRACE] = "TRACE",
	[CORS_METHOD_PATCH] = "PATCH"};

static void cors_methods_fill(
	struct filters *f, struct plan_cors *c, const struct http_cors_filter *from)
{
	struct str *list = ARENA_ARRAY(f->x->out, struct str, from->n_allow_methods);

	for (uint32_t i = 0; i < from->n_allow_methods; i++) {
		enum cors_method m = from->allow_methods[i];

		if (m == CORS_METHOD_ANY)
			c->any_method = true;
		else if (m > CORS_METHOD_OTHER && (size_t)m < ARRAY_LEN(cors_methods))
			list[c->nmethods++] = str_from(cors_methods[m]);
		else
			rule_invalid(f->x, STR("UnsupportedValue"),
				"CORS: a method is not understood by this version.");
	}
	c->methods = list;
	c->methods_text = joined(f->x->out, list, c->nmethods);
}

static void cors(struct filters *f, const struct http_cors_filter *from)
{
	struct arena *a = f->x->out;
	struct plan_cors *c = ARENA_NEW(a, struct plan_cors);
	struct plan_origin *origins;
	size_t n_expose;

	once(f, PLAN_FILTER_CORS, "CORS");
	if (!from)
		return;
	origins = ARENA_ARRAY(a, struct plan_origin, from->n_allow_origins);
	for (uint32_t i = 0; i < from->n_allow_origins; i++) {
		if (origin_parse(a, from->allow_origins[i], &origins[c->norigins]))
			c->norigins++;
		else
			rule_invalid(f->x, STR("UnsupportedValue"), "CORS: \"%.*s\" is no origin.",
				STR_ARG(clip(from->allow_origins[i], 100)));
	}
	c->origins = origins;
	cors_methods_fill(f, c, from);
	c->headers = cors_names(f, from->allow_headers, from->n_allow_headers, &c->headers_text,
		&c->nheaders, &c->any_header);
	cors_names(f, from->expose_headers, from->n_expose_headers, &c->expose_text, &n_expose,
		&c->any_expose);
	c->max_age = from->max_age > 0 ? (uint32_t)from->max_age : 0;
	c->credentials = from->has_allow_credentials && from->allow_credentials;
	filter_add(f, PLAN_FILTER_CORS, c);
}

/* ---- external authorization ---- */

static const struct str *auth_names(
	struct filters *f, const struct str *from, uint32_t n, size_t *ret_n)
{
	struct str *list = ARENA_ARRAY(f->x->out, struct str, n);

	*ret_n = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (header_name_lower(f->x->out, from[i], &list[*ret_n]))
			(*ret_n)++;
		else
			rule_invalid(f->x, STR("UnsupportedValue"),
				"ExternalAuth: \"%.*s\" is no header name.",
				STR_ARG(clip(from[i], 64)));
	}
	return list;
}

static void auth_http(struct filters *f, struct plan_auth *p, const struct http_auth_config *h)
{
	struct path_norm norm;

	if (!h)
		return;
	if (h->path.n && !str_eq(h->path, STR("/"))) {
		struct str path = h->path;

		if (path_normalise(path, arena_bytes(f->x->out, path.n), &norm) < 0)
			rule_invalid(f->x, STR("UnsupportedValue"),
				"ExternalAuth: \"%.*s\" is no path.", STR_ARG(clip(path, 100)));
		if (str_ends(path, STR("/")))
			path = str_take(path, path.n - 1);
		p->path_prefix = arena_str(f->x->out, path);
	}
	p->request_headers =
		auth_names(f, h->allowed_headers, h->n_allowed_headers, &p->nrequest_headers);
	p->response_headers = auth_names(f, h->allowed_response_headers,
		h->n_allowed_response_headers, &p->nresponse_headers);
}

#define AUTH_BODY_MAX (1u << 20) /* of one request, held until the authorization server answers */

static void auth(struct filters *f, const struct http_external_auth_filter *from)
{
	struct plan_auth *p = ARENA_NEW(f->x->out, struct plan_auth);

	once(f, PLAN_FILTER_AUTH, "ExternalAuth");
	if (!from)
		return;
	if (from->protocol == HTTP_ROUTE_EXTERNAL_AUTH_PROTOCOL_GRPC) {
		rule_invalid(f->x, STR("UnsupportedValue"),
			"ExternalAuth with protocol GRPC is not served by this version; use HTTP.");
		return;
	}
	if (from->protocol != HTTP_ROUTE_EXTERNAL_AUTH_PROTOCOL_HTTP) {
		rule_invalid(f->x, STR("UnsupportedValue"),
			"ExternalAuth has a protocol that is not understood by this version.");
		return;
	}
	p->protocol = PLAN_AUTH_HTTP;
	auth_http(f, p, from->http);
	if (from->forward_body && from->forward_body->has_max_size)
		p->body_max = (uint32_t)MAX(from->forward_body->max_size, 0);
	if (p->body_max > AUTH_BODY_MAX)
		rule_invalid(f->x, STR("UnsupportedValue"),
			"ExternalAuth: forwardBody.maxSize %u is more than this version holds; "
			"give at most %u.",
			p->body_max, AUTH_BODY_MAX);
	p->to = backend_resolve(f->x, &from->backend_ref, PLAN_PROTOCOL_HTTP, "ExternalAuth");
	filter_add(f, PLAN_FILTER_AUTH, p);
}

/* ---- lists ---- */

static void extension(struct filters *f, const struct local_object_reference *r)
{
	rule_invalid(f->x, STR("UnsupportedValue"),
		"the filter ExtensionRef %.*s%s%.*s \"%.*s\" is not understood; Sluice has no "
		"filters of its own kind.",
		STR_ARG(r ? r->group : STR("")), r && r->group.n ? "/" : "",
		STR_ARG(r ? r->kind : STR("")), STR_ARG(r ? r->name : STR("")));
}

static void http_filter(
	struct filters *f, const struct http_route_filter *from, bool on_backend, bool prefix)
{
	switch (from->type) {
	case HTTP_ROUTE_FILTER_REQUEST_HEADER_MODIFIER:
		once(f, PLAN_FILTER_REQUEST_HEADERS, "RequestHeaderModifier");
		header_filter(f, PLAN_FILTER_REQUEST_HEADERS, from->request_header_modifier);
		return;
	case HTTP_ROUTE_FILTER_RESPONSE_HEADER_MODIFIER:
		once(f, PLAN_FILTER_RESPONSE_HEADERS, "ResponseHeaderModifier");
		header_filter(f, PLAN_FILTER_RESPONSE_HEADERS, from->response_header_modifier);
		return;
	case HTTP_ROUTE_FILTER_REQUEST_MIRROR:
		mirror(f, from->request_mirror);
		return;
	case HTTP_ROUTE_FILTER_REQUEST_REDIRECT:
		redirect(f, from->request_redirect, prefix);
		return;
	case HTTP_ROUTE_FILTER_URL_REWRITE:
		rewrite(f, from->url_rewrite, prefix);
		return;
	case HTTP_ROUTE_FILTER_EXTENSION_REF:
		extension(f, from->extension_ref);
		return;
	case HTTP_ROUTE_FILTER_CORS:
		if (!on_backend) {
			cors(f, from->cors);
			return;
		}
		break;
	case HTTP_ROUTE_FILTER_EXTERNAL_AUTH:
		if (!on_backend) {
			auth(f, from->external_auth);
			return;
		}
		break;
	case HTTP_ROUTE_FILTER_UNSET:
	case HTTP_ROUTE_FILTER_OTHER:
		rule_invalid(f->x, STR("UnsupportedValue"),
			"a filter has a type that is not understood by this version.");
		return;
	}
	/* Which backend answers is not known when these two have to speak. */
	rule_invalid(f->x, STR("UnsupportedValue"),
		"the filter %s stands on a backendRef; put it on the rule.",
		from->type == HTTP_ROUTE_FILTER_CORS ? "CORS" : "ExternalAuth");
}

static bool has_kind(const struct plan_filters *f, enum plan_filter_kind kind)
{
	return f && (f->kinds & (1u << kind));
}

bool filters_clash(const struct plan_filters *a, const struct plan_filters *b)
{
	return (has_kind(a, PLAN_FILTER_REDIRECT) && has_kind(b, PLAN_FILTER_REWRITE)) ||
	       (has_kind(a, PLAN_FILTER_REWRITE) && has_kind(b, PLAN_FILTER_REDIRECT));
}

bool filters_redirect(const struct plan_filters *f)
{
	return has_kind(f, PLAN_FILTER_REDIRECT);
}

const struct plan_filters *filters_http(
	struct rules *x, const struct http_route_filter *f, size_t n, bool on_backend, bool prefix)
{
	struct filters list = {.x = x};
	const struct plan_filters *ret;

	x->protocol = PLAN_PROTOCOL_HTTP;
	for (size_t i = 0; i < n; i++)
		http_filter(&list, &f[i], on_backend, prefix);
	ret = plan_filters_new(x->out, list.p, list.n);
	if (has_kind(ret, PLAN_FILTER_REDIRECT) && has_kind(ret, PLAN_FILTER_REWRITE))
		rule_invalid(x, STR("IncompatibleFilters"),
			"URLRewrite and RequestRedirect exclude each other.");
	return ret;
}

const struct plan_filters *filters_grpc(
	struct rules *x, const struct grpc_route_filter *f, size_t n)
{
	struct filters list = {.x = x};

	x->protocol = PLAN_PROTOCOL_H2;
	for (size_t i = 0; i < n; i++) {
		switch (f[i].type) {
		case GRPC_ROUTE_FILTER_REQUEST_HEADER_MODIFIER:
			once(&list, PLAN_FILTER_REQUEST_HEADERS, "RequestHeaderModifier");
			header_filter(
				&list, PLAN_FILTER_REQUEST_HEADERS, f[i].request_header_modifier);
			break;
		case GRPC_ROUTE_FILTER_RESPONSE_HEADER_MODIFIER:
			once(&list, PLAN_FILTER_RESPONSE_HEADERS, "ResponseHeaderModifier");
			header_filter(
				&list, PLAN_FILTER_RESPONSE_HEADERS, f[i].response_header_modifier);
			break;
		case GRPC_ROUTE_FILTER_REQUEST_MIRROR:
			mirror(&list, f[i].request_mirror);
			break;
		case GRPC_ROUTE_FILTER_EXTENSION_REF:
			extension(&list, f[i].extension_ref);
			break;
		case GRPC_ROUTE_FILTER_UNSET:
		case GRPC_ROUTE_FILTER_OTHER:
			rule_invalid(x, STR("UnsupportedValue"),
				"a filter has a type that is not understood by this version.");
			break;
		}
	}
	return plan_filters_new(x->out, list.p, list.n);
}

/* ---- of listeners ---- */

static void listener_filter(struct filters *list, const struct listener_filter *f)
{
	if (f->type == LISTENER_FILTER_EXTERNAL_AUTH)
		auth(list, f->external_auth);
	else if (f->type == LISTENER_FILTER_EXTENSION_REF)
		extension(list, f->extension_ref);
	else
		rule_invalid(list->x, STR("UnsupportedValue"),
			"a filter has a type that is not understood by this version.");
}

const struct plan_filters *filters_listener(
	struct translator *t, struct group_unit *g, struct listener *l, struct arena *out)
{
	struct rules x = {.t = t,
		.looker = &g->unit,
		.object = l->parent->object,
		.a = &g->arena,
		.out = out,
		.where = STR("filters")};
	struct filters list = {.x = &x};

	if (!listener_filters_served(t))
		rule_invalid(&x, STR("UnsupportedValue"),
			"filters of a listener are not served by this version.");
	for (uint32_t i = 0; i < l->filters_spec->n_requests; i++)
		listener_filter(&list, &l->filters_spec->requests[i]);
	if (x.invalid.reason.n && !l->accepted.reason.n)
		l->accepted = x.invalid;
	if (x.refs.n && !l->resolved.reason.n)
		l->resolved = x.refs.p[0];
	vec_for_each (u, &x.upstreams)
		*vec_push(&g->upstreams) = *u;
	vec_fini(&x.refs);
	vec_fini(&x.services);
	vec_fini(&x.upstreams);
	vec_fini(&x.invalids);
	return plan_filters_new(out, list.p, list.n);
}
