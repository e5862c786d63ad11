/* SPDX-License-Identifier: Apache-2.0 */
/* HTTPRoute rules to plan rules. */
#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "gwapi/translate_priv.h"
#include "match/path.h"
#include "match/regex.h"

/* ---- parts that GRPCRoute shares ---- */

bool header_name_lower(struct arena *a, struct str name, struct str *ret_name)
{
	static const char extra[] = "!#$%&'*+-.^_`|~";
	char *p;

	if (name.n == 0 || name.n > 256)
		return false;
	p = arena_bytes(a, name.n);
	for (size_t i = 0; i < name.n; i++) {
		char c = ascii_lower(name.p[i]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
			!(c && strchr(extra, c))) /* RFC 9110 section 5.6.2: a token */
			return false;
		p[i] = c;
	}
	*ret_name = str_of(p, name.n);
	return true;
}

const struct regex *rule_regex(struct rules *x, struct str pattern, const char *where)
{
	const struct regex *re;
	struct regex_error e;

	if (plan_route_regex(x->route, pattern, &re, &e) == 0)
		return re;
	rule_invalid(x, STR("UnsupportedValue"),
		"%s: the regular expression \"%.*s\" is wrong at byte %zu: %s.", where,
		STR_ARG(clip(pattern, 100)), e.offset, e.text);
	return NULL;
}

/* A condition on a header.  Only the first of equal names counts (HTTPHeaderMatch.name). */
void match_header_add(struct rules *x, struct match_value *list, uint8_t *n, struct str name,
	struct str value, bool regex)
{
	struct match_value v = {0};

	if (!header_name_lower(x->out, name, &v.name)) {
		rule_invalid(x, STR("UnsupportedValue"), "\"%.*s\" is no header name.",
			STR_ARG(clip(name, 64)));
		return;
	}
	for (uint8_t i = 0; i < *n; i++)
		if (str_eq(list[i].name, v.name))
			return;
	v.value = arena_str(x->out, value);
	if (regex) {
		v.regex = rule_regex(x, value, "a header match");
		if (!v.regex)
			return;
	}
	list[(*n)++] = v;
}

/* What identifies a rule over reloads: its name, or what it matches.  Equal ones are numbered. */
static void rule_identity(struct rules *x, struct plan_rule *rule, const struct plan_rule *rules,
	struct str name, const struct match *matches, size_t n)
{
	struct buf b = {0};
	unsigned twin = 0;
	bool again;

	buf_printf(&b, "%.*s#%.*s", STR_ARG(x->route->name), STR_ARG(name));
	for (size_t i = 0; i < n && !name.n; i++) {
		const struct match *m = &matches[i];

		buf_printf(&b, "|%u %.*s %u", m->kind, STR_ARG(m->path), m->method);
		for (uint8_t j = 0; j < m->nheaders; j++)
			buf_printf(&b, " h:%.*s%c%.*s", STR_ARG(m->headers[j].name),
				m->headers[j].regex ? '~' : '=', STR_ARG(m->headers[j].value));
		for (uint8_t j = 0; j < m->nquery; j++)
			buf_printf(&b, " q:%.*s%c%.*s", STR_ARG(m->query[j].name),
				m->query[j].regex ? '~' : '=', STR_ARG(m->query[j].value));
	}
	rule->id = plan_id(buf_str(&b));
	do {
		again = false;
		for (size_t i = 0; i < rule->index && !again; i++)
			again = rules[i].id == rule->id;
		if (again) {
			buf_printf(&b, "+%u", ++twin);
			rule->id = plan_id(buf_str(&b));
		}
	} while (again);
	buf_fini(&b);
}

void rule_begin(struct rules *x, struct str name, uint32_t index)
{
	x->invalid = x->whole;
	x->where = name.n ? arena_printf(x->a, "Rule \"%.*s\"", STR_ARG(name))
			  : arena_printf(x->a, "Rule %u", index);
}

void note_invalid(struct rules *x, const struct object_note *n)
{
	if (n->kind == NOTE_UNKNOWN_VALUE)
		rule_invalid(x, STR("UnsupportedValue"),
			"%.*s: the value \"%.*s\" is not understood by this version.",
			STR_ARG(n->path), STR_ARG(n->text));
	else if (n->kind == NOTE_INVALID || n->kind == NOTE_RULE)
		rule_invalid(x, STR("UnsupportedValue"), "%.*s: %.*s.", STR_ARG(n->path),
			STR_ARG(n->text));
	else
		rule_invalid(x, STR("UnsupportedValue"),
			"the field %.*s is not understood by this version.", STR_ARG(n->path));
}

/* What a newer API put beneath the rule: carried out without it, it would be another rule. */
void rule_notes(struct rules *x, uint32_t index)
{
	const struct object_note *n =
		object_note_under(x->object, arena_printf(x->a, "spec.rules[%u]", index));

	if (n)
		note_invalid(x, n);
}

void rule_end(struct rules *x, struct plan_rule *rule, struct plan_rule *rules, struct str name,
	size_t first_match)
{
	struct match *m = x->route->matches + first_match;
	size_t n = x->route->nmatches - first_match;

	for (size_t i = 0; i < n; i++) {
		m[i].order = &x->route->order;
		m[i].payload = rule;
		m[i].rule = rule->index;
	}
	rule->route = x->route;
	rule->name = arena_str(x->out, name);
	rule_identity(x, rule, rules, name, m, n);
	if (!x->invalid.reason.n)
		return;
	*vec_push(&x->invalids) = x->invalid;
	x->n_invalid++;
	{
		struct plan_failure *f = ARENA_NEW(x->out, struct plan_failure);

		f->reason = PLAN_REFUSED_RULE_INVALID;
		f->message = arena_str(x->out, x->invalid.message);
		rule->failure = f;
	}
}

/* ---- matches ---- */

/* False: the match can never be entered; with a problem noted unless it simply cannot happen. */
static bool http_path(struct rules *x, struct match *m, const struct http_path_match *p)
{
	struct str value = p->value.p ? p->value : STR("/");
	struct path_norm norm;

	if (p->type == PATH_MATCH_REGULAR_EXPRESSION) {
		m->kind = MATCH_PATH_REGEX;
		m->path = arena_str(x->out, value);
		m->rank = (uint16_t)MIN(value.n, UINT16_MAX);
		m->regex = rule_regex(x, value, "a path match");
		return m->regex != NULL;
	}
	if (p->type == PATH_MATCH_OTHER) {
		rule_invalid(x, STR("UnsupportedValue"),
			"a path match has a type that is not understood by this version.");
		return false;
	}
	if (path_normalise(value, arena_bytes(x->out, value.n), &norm) < 0) {
		rule_invalid(x, STR("UnsupportedValue"),
			"\"%.*s\" is no path that can be asked for.", STR_ARG(clip(value, 100)));
		return false;
	}
	match_set_path(m, p->type == PATH_MATCH_EXACT ? MATCH_PATH_EXACT : MATCH_PATH_PREFIX,
		norm.changed ? norm.path : arena_str(x->out, norm.path));
	return true;
}

static const struct {
	enum route_method from;
	enum match_method to;
} methods[] = {
	{ROUTE_METHOD_UNSET, MATCH_METHOD_ANY},
	{ROUTE_METHOD_GET, MATCH_METHOD_GET},
	{ROUTE_METHOD_HEAD, MATCH_METHOD_HEAD},
	{ROUTE_METHOD_POST, MATCH_METHOD_POST},
	{ROUTE_METHOD_PUT, MATCH_METHOD_PUT},
	{ROUTE_METHOD_DELETE, MATCH_METHOD_DELETE},
	{ROUTE_METHOD_OPTIONS, MATCH_METHOD_OPTIONS},
	{ROUTE_METHOD_PATCH, MATCH_METHOD_PATCH},
};

static bool http_method(struct rules *x, struct match *m, enum route_method method)
{
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (methods[i].from == method) {
			m->method = (uint8_t)methods[i].to;
			return true;
		}
	}
	rule_invalid(x, STR("UnsupportedValue"),
		"a match on method %s is not served; such requests "
		"are answered with 405.",
		method == ROUTE_METHOD_CONNECT ? "CONNECT"
		: method == ROUTE_METHOD_TRACE ? "TRACE"
					       : "that this version does not know");
	return false;
}

static void http_query(struct rules *x, struct match *m, const struct http_route_match *from)
{
	struct match_value *list = ARENA_ARRAY(x->out, struct match_value, from->n_query_params);
	uint8_t n = 0;

	for (uint32_t i = 0; i < from->n_query_params && i < UINT8_MAX; i++) {
		const struct http_query_param_match *q = &from->query_params[i];
		struct match_value v = {
			.name = arena_str(x->out, q->name), .value = arena_str(x->out, q->value)};
		bool again = false;

		for (uint8_t j = 0; j < n && !again; j++)
			again = str_eq(list[j].name, v.name);
		if (again)
			continue;
		if (q->type == QUERY_PARAM_MATCH_REGULAR_EXPRESSION) {
			v.regex = rule_regex(x, q->value, "a query parameter match");
			if (!v.regex)
				continue;
		}
		list[n++] = v;
	}
	m->query = list;
	m->nquery = n;
}

static void http_match(struct rules *x, const struct http_route_match *from, uint32_t index)
{
	struct match *m = &x->route->matches[x->route->nmatches];
	struct match_value *headers = ARENA_ARRAY(x->out, struct match_value, from->n_headers);
	uint8_t n = 0;

	*m = (struct match){.index = (uint16_t)index};
	if (!http_path(x, m, &from->path) || !http_method(x, m, from->method))
		return;
	for (uint32_t i = 0; i < from->n_headers && i < UINT8_MAX; i++)
		match_header_add(x, headers, &n, from->headers[i].name, from->headers[i].value,
			from->headers[i].type == HEADER_MATCH_REGULAR_EXPRESSION);
	m->headers = headers;
	m->nheaders = n;
	http_query(x, m, from);
	x->route->nmatches++;
}

static void http_matches(struct rules *x, const struct http_route_rule *r)
{
	static const struct http_route_match all = {
		.path = {.value = {"/", 1}, .type = PATH_MATCH_PATH_PREFIX}};

	for (uint32_t i = 0; i < r->n_matches; i++)
		http_match(x, &r->matches[i], i);
	if (r->n_matches == 0)
		http_match(x, &all, 0);
}

/* ReplacePrefixMatch needs a prefix to replace. */
static bool all_prefixes(const struct http_route_rule *r)
{
	for (uint32_t i = 0; i < r->n_matches; i++)
		if (r->matches[i].path.type != PATH_MATCH_PATH_PREFIX)
			return false;
	return true;
}

/* ---- backends ---- */

void rule_backends(struct rules *x, struct plan_rule *rule, struct plan_backend *list, size_t n)
{
	uint64_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += list[i].weight;
	if (n > UINT16_MAX || total > UINT32_MAX) {
		rule_invalid(x, STR("UnsupportedValue"), "the weights are too large.");
		return;
	}
	rule->backends = list;
	rule->nbackends = (uint16_t)n;
	rule->total_weight = (uint32_t)total;
}

static void http_backends(struct rules *x, struct plan_rule *rule, const struct http_route_rule *r)
{
	struct plan_backend *list = ARENA_ARRAY(x->out, struct plan_backend, r->n_backend_refs);
	bool prefix = all_prefixes(r);

	for (uint32_t i = 0; i < r->n_backend_refs; i++) {
		const struct http_backend_ref *b = &r->backend_refs[i];

		list[i].to = backend_resolve(x, &b->ref.to, PLAN_PROTOCOL_HTTP, "");
		list[i].weight = (uint32_t)MAX(b->ref.weight, 0);
		list[i].filters = filters_http(x, b->filters, b->n_filters, true, prefix);
		if (filters_clash(rule->filters, list[i].filters))
			rule_invalid(x, STR("IncompatibleFilters"),
				"URLRewrite and RequestRedirect exclude each other, also where one "
				"stands on a backendRef.");
	}
	rule_backends(x, rule, list, r->n_backend_refs);
}

/* ---- timeouts, retry, session ---- */

static void http_timeouts(
	struct rules *x, struct plan_rule *rule, const struct http_route_timeouts *t)
{
	rule->timeout_request = PLAN_TIMEOUT_UNSET;
	rule->timeout_backend = PLAN_TIMEOUT_UNSET;
	if (!t)
		return;
	if (t->has_request)
		rule->timeout_request = t->request;
	if (t->has_backend_request)
		rule->timeout_backend = t->backend_request;
	if (t->has_request && t->has_backend_request && t->request > 0 &&
		t->backend_request > t->request)
		rule_invalid(x, STR("UnsupportedValue"),
			"timeouts.backendRequest is longer than timeouts.request.");
}

static int code_order(const void *a, const void *b)
{
	uint16_t x = *(const uint16_t *)a, y = *(const uint16_t *)b;

	return (x > y) - (x < y);
}

static void http_retry(struct rules *x, struct plan_rule *rule, const struct http_route_retry *r)
{
	struct plan_retry *p;
	uint16_t *codes;

	if (!r)
		return;
	p = ARENA_NEW(x->out, struct plan_retry);
	codes = ARENA_ARRAY(x->out, uint16_t, r->n_codes);
	for (uint32_t i = 0; i < r->n_codes && i < UINT16_MAX; i++) {
		if (r->codes[i] < 400 || r->codes[i] > 599)
			rule_invalid(x, STR("UnsupportedValue"),
				"retry.codes: %d is not from 400 to 599.", r->codes[i]);
		codes[p->ncodes++] = (uint16_t)r->codes[i];
	}
	if (p->ncodes)
		qsort(codes, p->ncodes, sizeof(*codes), code_order);
	p->codes = codes;
	p->attempts = (uint16_t)MIN(MAX(r->attempts, 0), UINT16_MAX);
	p->backoff = r->has_backoff ? r->backoff : 0;
	rule->retry = p;
}

/* FNV-1a, so that the generated name is the same in every replica. */
static uint32_t stable_hash(struct str a, struct str b)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < a.n; i++)
		h = (h ^ (uint8_t)a.p[i]) * 16777619u;
	for (size_t i = 0; i < b.n; i++)
		h = (h ^ (uint8_t)b.p[i]) * 16777619u;
	return h;
}

static bool cookie_path_ok(struct str p)
{
	if (p.n == 0 || p.p[0] != '/')
		return false;
	for (size_t i = 0; i < p.n; i++)
		if (p.p[i] <= ' ' || p.p[i] >= 0x7f || p.p[i] == ';')
			return false;
	return true;
}

/* v1.7.0 has cookie and header, v1.6.3 sessionName and cookieConfig; both are read. */
void rule_session(struct rules *x, struct plan_rule *rule, const struct session_persistence *s)
{
	struct plan_session *p;
	const struct cookie_config *c;
	struct str name;

	if (!s)
		return;
	p = ARENA_NEW(x->out, struct plan_session);
	c = s->cookie ? s->cookie : s->cookie_config;
	p->header = s->type == SESSION_PERSISTENCE_HEADER;
	name = p->header ? (s->header ? s->header->name : (struct str){0})
			 : (c ? c->name : (struct str){0});
	if (!name.n)
		name = s->session_name;
	if (!name.n)
		name = arena_printf(x->a, "%s-%08x",
			p->header ? "x-sluice-session" : "sluice-session",
			stable_hash(x->route->name, x->where));
	if (!header_name_lower(x->out, name, &p->name))
		rule_invalid(x, STR("UnsupportedValue"),
			"sessionPersistence: \"%.*s\" is no %s name.", STR_ARG(clip(name, 64)),
			p->header ? "header" : "cookie");
	else if (!p->header)
		p->name = arena_str(x->out, name); /* cookie names keep their case */
	else if (header_reserved(p->name))
		rule_invalid(x, STR("UnsupportedValue"),
			"sessionPersistence: the header %.*s is not for a session.",
			STR_ARG(p->name));
	p->path = c && c->path.n ? arena_str(x->out, c->path) : STR("/");
	if (!cookie_path_ok(p->path))
		rule_invalid(x, STR("UnsupportedValue"),
			"sessionPersistence: \"%.*s\" is no cookie path.",
			STR_ARG(clip(p->path, 64)));
	p->absolute = s->has_absolute_timeout ? s->absolute_timeout : 0;
	p->permanent = c && c->lifetime_type == COOKIE_LIFETIME_PERMANENT;
	if (p->permanent && !p->absolute)
		rule_invalid(x, STR("UnsupportedValue"),
			"sessionPersistence: a Permanent cookie needs absoluteTimeout.");
	rule->session = p;
}

/* ---- all rules ---- */

static size_t http_match_room(const struct http_route *route)
{
	size_t n = 0;

	for (uint32_t i = 0; i < route->spec.n_rules; i++)
		n += MAX(route->spec.rules[i].n_matches, 1);
	return n;
}

static void http_rule(
	struct rules *x, const struct http_route_rule *r, struct plan_rule *rules, uint32_t index)
{
	struct plan_rule *rule = &rules[index];
	size_t first = x->route->nmatches;

	rule->index = (uint16_t)index;
	rule_begin(x, r->name, index);
	rule_notes(x, index);
	http_matches(x, r);
	rule->filters = filters_http(x, r->filters, r->n_filters, false, all_prefixes(r));
	http_backends(x, rule, r);
	http_timeouts(x, rule, r->timeouts);
	http_retry(x, rule, r->retry);
	rule_session(x, rule, r->session_persistence);
	if (filters_redirect(rule->filters) && rule->nbackends)
		rule_invalid(x, STR("IncompatibleFilters"),
			"RequestRedirect answers by itself and cannot stand beside backendRefs.");
	rule_end(x, rule, rules, r->name, first);
}

void rules_http(struct rules *x, const struct http_route *route)
{
	const struct http_route_spec *spec = &route->spec;
	size_t room = http_match_room(route);
	struct plan_rule *rules = ARENA_ARRAY(x->out, struct plan_rule, spec->n_rules);

	x->where = STR("spec");
	x->route->rules = rules;
	x->route->matches = ARENA_ARRAY(x->out, struct match, room);
	x->route->nrules = (uint16_t)MIN(spec->n_rules, UINT16_MAX);
	for (uint32_t i = 0; i < x->route->nrules && room <= UINT16_MAX; i++)
		http_rule(x, &spec->rules[i], rules, i);
}
