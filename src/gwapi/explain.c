/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/mem.h"
#include "base/vec.h"
#include "gwapi/explain.h"
#include "gwapi/explain_priv.h"
#include "gwapi/outdone.h"
#include "match/path.h"
#include "match/regex.h"
#include "plan/dump.h"
#include "text/write.h"

#define URL_MAX 65536

/* ---- the request ---- */

struct asked {
	struct arena a;
	const struct explain_request *rq;
	struct str method;
	bool https, has_scheme;
	struct str authority; /* as written */
	struct str path, query;
	struct str host; /* key */
	uint16_t port; /* 0: none said */
	struct match_request m;
};

static int bad(struct buf *out, const char *what, struct str value)
{
	buf_printf(out, "%s: \"%.*s\"", what, STR_ARG(str_take(value, 200)));
	return -EINVAL;
}

/* The port behind the authority's last colon, brackets aside. */
static int authority_port(struct str s, uint16_t *ret_port)
{
	size_t at = s.n;
	uint64_t v;

	while (at > 0 && s.p[at - 1] != ':' && s.p[at - 1] != ']')
		at--;
	if (at == 0 || s.p[at - 1] == ']')
		return 0;
	if (str_to_u64(str_skip(s, at), 65535, &v) < 0 || v == 0)
		return -EINVAL;
	*ret_port = (uint16_t)v;
	return 0;
}

static void url_split(struct asked *q, struct str url)
{
	size_t cut;

	if (str_starts(url, STR("http://")) || str_starts(url, STR("https://"))) {
		q->has_scheme = true;
		q->https = str_starts(url, STR("https://"));
		url = str_skip(url, q->https ? 8 : 7);
	}
	url = str_take(url, str_find(url, '#'));
	cut = url.n;
	for (size_t i = 0; i < url.n && cut == url.n; i++)
		if (url.p[i] == '/' || url.p[i] == '?')
			cut = i;
	q->authority = str_take(url, cut);
	q->query = str_skip(url, cut);
	q->path = str_cut(&q->query, '?');
	if (q->path.n == 0)
		q->path = STR("/");
}

static bool asked_header(const struct match_request *rq, struct str name, struct str *ret_value)
{
	struct asked *q = (struct asked *)(uintptr_t)rq->header_ctx;
	struct buf b = {0};
	bool found = false;

	for (size_t i = 0; i < q->rq->n_headers; i++) {
		if (!str_eq_nocase(q->rq->headers[i].name, name))
			continue;
		buf_printf(&b, "%s%.*s", found ? ", " : "", STR_ARG(q->rq->headers[i].value));
		found = true;
	}
	if (str_eq(name, STR("host")) && !found && q->authority.n) {
		buf_add(&b, q->authority);
		found = true;
	}
	if (found)
		*ret_value = arena_str(&q->a, buf_str(&b));
	buf_fini(&b);
	return found;
}

/* RFC 9110 §5.6.2 */
static bool is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = ascii_lower(s.p[i]);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
			    str_find(STR("!#$%&'*+-.^_`|~"), c) < 15))
			return false;
	}
	return s.n > 0;
}

static int ask_check(const struct explain_request *rq, struct buf *out)
{
	size_t scheme = str_find(rq->url, ':');

	if (rq->method.n && !is_token(rq->method))
		return bad(out, "this is no method", rq->method);
	for (size_t i = 0; i < rq->n_headers; i++)
		if (!is_token(rq->headers[i].name))
			return bad(out, "this is no header's name, as in 'NAME: VALUE'",
				rq->headers[i].name);
	if (rq->url.n == 0 || rq->url.n > URL_MAX)
		return bad(out, "the URL is empty or too long", rq->url);
	if (str_starts(str_skip(rq->url, scheme), STR("://")) &&
		!str_eq(str_take(rq->url, scheme), STR("http")) &&
		!str_eq(str_take(rq->url, scheme), STR("https")))
		return bad(out, "the URL's scheme is neither http nor https", rq->url);
	return 0;
}

/* Returns 0, or -EINVAL with a sentence in <out>. */
static int ask(struct asked *q, const struct explain_request *rq, struct buf *out)
{
	struct path_norm norm;
	struct str host;

	q->rq = rq;
	q->method = rq->method.n ? rq->method : STR("GET");
	if (ask_check(rq, out) < 0)
		return -EINVAL;
	url_split(q, rq->url);
	if (authority_port(q->authority, &q->port) < 0)
		return bad(out, "the URL's port is not from 1 to 65535", q->authority);
	host = q->authority;
	for (size_t i = 0; i < rq->n_headers; i++)
		if (str_eq_nocase(rq->headers[i].name, STR("host")))
			host = rq->headers[i].value;
	if (host_key(host, arena_bytes(&q->a, HOST_KEY_MAX), &q->host) < 0)
		return bad(out, "this is no host", host);
	if (path_normalise(q->path, arena_bytes(&q->a, q->path.n), &norm) < 0)
		return bad(
			out, "this is no path (escape blanks and other bytes with %XX)", q->path);
	q->m = (struct match_request){.host = q->host,
		.path = norm.path,
		.query = q->query,
		.method = match_method_of(q->method),
		.header = asked_header,
		.header_ctx = q,
		.scratch = arena_bytes(&q->a, q->query.n + 1)};
	return 0;
}

/* ---- the port ---- */

static bool port_speaks(const struct plan_port *p)
{
	return p->kind == PLAN_PORT_HTTP || p->kind == PLAN_PORT_TLS;
}

/* The port the URL names; without one the scheme's, or the only one there is. */
static const struct plan_port_slot *port_choose(const struct plan *p, const struct asked *q)
{
	size_t n, http = 0;
	const struct plan_port_slot *ports = plan_ports(p, &n), *only = NULL, *named = NULL;
	uint16_t want = q->port ? q->port : q->https ? 443 : 80;

	for (size_t i = 0; i < n; i++) {
		if (!port_speaks(ports[i].port))
			continue;
		if (q->has_scheme && q->https != (ports[i].port->kind == PLAN_PORT_TLS))
			continue;
		http++;
		only = &ports[i];
		/* The one for all addresses has the shortest name. */
		if (ports[i].port->number == want &&
			(!named || ports[i].port->name.n < named->port->name.n))
			named = &ports[i];
	}
	if (named || q->port)
		return named;
	return http == 1 ? only : NULL;
}

/* ---- what the router tells ---- */

struct seen {
	struct str listener;
	struct str hostname;
	const struct match *m;
	enum match_why why;
	struct str detail;
};

struct trace {
	struct match_trace t;
	struct arena *a;
	VEC(struct seen) all;
};

static void trace_seen(struct match_trace *t, const struct match_listener *l, struct str hostname,
	const struct match *m, enum match_why why, struct str detail)
{
	struct trace *x = container_of(t, struct trace, t);
	const struct plan_listener *pl = l->payload;

	*vec_push(&x->all) =
		(struct seen){pl->name, arena_str(x->a, hostname), m, why, arena_str(x->a, detail)};
}

static struct str any(struct str hostname)
{
	return hostname.n ? hostname : STR("any");
}

/* ---- parts as text ---- */

static void text_value(struct buf *b, const char *what, const struct match_value *v)
{
	buf_printf(b, ", %s %.*s %s \"%.*s\"", what, STR_ARG(v->name), v->regex ? "~" : "=",
		STR_ARG(v->value));
}

void explain_match(struct buf *b, const struct match *m)
{
	static const char *const kinds[] = {[MATCH_PATH_EXACT] = "path is",
		[MATCH_PATH_PREFIX] = "path under",
		[MATCH_PATH_REGEX] = "path matches"};

	buf_printf(b, "%s \"%.*s\"", kinds[m->kind], STR_ARG(m->path.n ? m->path : STR("/")));
	if (m->method)
		buf_printf(b, ", method %.*s", STR_ARG(match_method_name(m->method)));
	for (uint8_t i = 0; i < m->nheaders; i++)
		text_value(b, "header", &m->headers[i]);
	for (uint8_t i = 0; i < m->nquery; i++)
		text_value(b, "query", &m->query[i]);
}

void explain_rule_name(struct buf *b, const struct plan_rule *r)
{
	buf_printf(b, "%.*s rule %u", STR_ARG(r->route->name), r->index);
	if (r->name.n)
		buf_printf(b, " \"%.*s\"", STR_ARG(r->name));
}

static void text_backend(struct buf *b, const struct plan *p, const struct plan_backend *x)
{
	const struct plan_upstream *u;

	buf_printf(b, "  backend   weight %u ", x->weight);
	if (x->to.refused) {
		buf_printf(b, "answers 500 (%.*s): %.*s\n",
			STR_ARG(plan_refusal_name(x->to.refused)), STR_ARG(x->to.message));
		return;
	}
	u = plan_upstream_find(p, x->to.upstream);
	if (!u) {
		buf_add(b, STR("answers 500: it is not in the plan\n"));
		return;
	}
	buf_printf(b, "%.*s", STR_ARG(u->name));
	if (u->refused)
		buf_printf(b, " answers 500: %.*s", STR_ARG(u->failure));
	else if (u->ntargets == 0)
		buf_add(b, u->ndns ? STR(" (addresses are looked up when serving)")
				   : STR(" answers 503: it has no endpoint"));
	for (uint32_t i = 0; i < u->ntargets && i < 4; i++) {
		buf_addc(b, ' ');
		plan_addr_print(&u->targets[i].addr, b);
	}
	if (u->ntargets > 4)
		buf_printf(b, " and %u more", u->ntargets - 4);
	buf_printf(b, "%s\n", u->tls ? " over TLS" : "");
}

static void text_rule(struct buf *b, const struct plan *p, const struct plan_rule *r)
{
	explain_filters(b, p, "  filter    ", r->filters);
	if (r->failure)
		buf_printf(b, "  answers   500 (%.*s): %.*s\n",
			STR_ARG(plan_refusal_name(r->failure->reason)),
			STR_ARG(r->failure->message));
	for (uint16_t i = 0; i < r->nbackends; i++) {
		text_backend(b, p, &r->backends[i]);
		explain_filters(b, p, "    filter  ", r->backends[i].filters);
	}
}

static void text_others(struct buf *b, const struct trace *t, const struct outdones *shadows)
{
	bool head = false;

	vec_for_each (s, &t->all) {
		const struct outdone *never = outdones_get(shadows, s->m, s->hostname);

		if (s->why == MATCH_WHY_WON)
			continue;
		if (!head)
			buf_add(b, STR("  not taken:\n"));
		head = true;
		buf_add(b, STR("    "));
		explain_rule_name(b, s->m->payload);
		buf_printf(b, " (host %.*s, ", STR_ARG(any(s->hostname)));
		explain_match(b, s->m);
		buf_printf(b, ") at %.*s: %s", STR_ARG(s->listener), match_why_text(s->why));
		if (s->detail.n)
			buf_printf(b, " (%.*s)", STR_ARG(s->detail));
		buf_addc(b, '\n');
		if (never) {
			buf_add(b, STR("      warning: "));
			outdone_print(b, never);
			buf_addc(b, '\n');
		}
	}
}

/* ---- routes that no listener took ---- */

#define UNATTACHED_MAX 20 /* as text: `sluice status` has all */

struct unattached {
	struct str route; /* "HTTPRoute/default/lost" */
	struct str parent; /* "Gateway web section a", as the route has it */
	const struct condition *why;
};

struct unattached_list {
	VEC(struct unattached) all;
};

static bool takes_requests(enum object_kind kind)
{
	return kind == KIND_HTTP_ROUTE || kind == KIND_GRPC_ROUTE;
}

static struct str parent_text(struct arena *a, const struct parent_report *p)
{
	return arena_printf(a, "%.*s %.*s%s%.*s", STR_ARG(p->kind), STR_ARG(p->name),
		p->section.n ? " section " : "", STR_ARG(p->section));
}

static void unattached_find(
	struct unattached_list *list, struct arena *a, const struct explain_request *rq)
{
	for (size_t i = 0; i < rq->n_statuses; i++) {
		const struct object_status *s = rq->statuses[i];

		for (size_t j = 0; takes_requests(s->object->kind) && j < s->said->n_parents; j++) {
			const struct parent_report *p = &s->said->parents[j];
			const struct condition *c = condition_find(&p->conditions, STR("Accepted"));

			if (!c || c->status != CONDITION_FALSE)
				continue;
			*vec_push(&list->all) = (struct unattached){
				arena_printf(a, "%.*s/%.*s",
					STR_ARG(object_kind_name(s->object->kind)),
					STR_ARG(object_key(s->object))),
				parent_text(a, p), c};
		}
	}
}

static void text_unattached(struct buf *b, const struct unattached_list *list)
{
	size_t n = list->all.n;

	if (n)
		buf_add(b, STR("  not attached:\n"));
	for (size_t i = 0; i < MIN(n, UNATTACHED_MAX); i++) {
		const struct unattached *u = &list->all.p[i];

		buf_printf(b, "    %.*s at %.*s: %.*s: %.*s\n", STR_ARG(u->route),
			STR_ARG(u->parent), STR_ARG(u->why->reason), STR_ARG(u->why->message));
	}
	if (n > UNATTACHED_MAX)
		buf_printf(b, "    and %zu more, see: sluice status\n", n - UNATTACHED_MAX);
}

/* ---- the answer ---- */

struct answer {
	const struct plan *p;
	const struct plan_port_slot *slot;
	enum match_verdict found;
	struct match_result r;
	struct trace t;
	struct outdones shadows; /* of the whole plan */
	struct unattached_list unattached;
	enum explain_verdict verdict;
	struct str why; /* not FOUND */
};

static bool rule_answers(const struct plan *p, const struct plan_rule *r)
{
	if (r->failure)
		return false;
	for (uint32_t i = 0; r->filters && i < r->filters->n; i++)
		if (r->filters->p[i].kind == PLAN_FILTER_REDIRECT)
			return true;
	for (uint16_t i = 0; i < r->nbackends; i++) {
		const struct plan_upstream *u =
			r->backends[i].to.refused
				? NULL
				: plan_upstream_find(p, r->backends[i].to.upstream);

		if (u && !u->refused && r->backends[i].weight)
			return true;
	}
	return false;
}

static void judge(struct answer *x, struct arena *a)
{
	const struct plan_listener *l = plan_listener_of(&x->r);
	const struct plan_rule *r = plan_rule_of(&x->r);

	x->verdict = EXPLAIN_NONE;
	if (!l)
		x->why = STR("404: no listener of the port takes the host.");
	else if (l->failure)
		x->why = arena_printf(a, "refused: the listener cannot be carried out: %.*s",
			STR_ARG(l->failure->message));
	else if (x->found == MATCH_NONE)
		x->why = STR("404: no rule of the listener fits.");
	else if (x->found == MATCH_REGEX_LIMIT)
		x->why = STR("500: a regular expression hit its limit.");
	else if (rule_answers(x->p, r))
		x->verdict = EXPLAIN_FOUND;
	else
		x->why = STR("500: the rule has no backend that can be reached.");
	if (x->found != MATCH_NONE && x->verdict == EXPLAIN_NONE && l)
		x->verdict = EXPLAIN_REFUSED;
}

static void answer_text(struct buf *b, const struct asked *q, const struct answer *x)
{
	const struct plan_listener *l = plan_listener_of(&x->r);
	const struct plan_rule *r = plan_rule_of(&x->r);

	buf_printf(b, "%.*s %.*s\n", STR_ARG(q->method), STR_ARG(q->rq->url));
	if (!x->slot) {
		buf_printf(b, "  %.*s\n", STR_ARG(x->why));
		text_unattached(b, &x->unattached);
		return;
	}
	buf_printf(b, "  port      %.*s\n", STR_ARG(x->slot->port->name));
	if (l) {
		buf_printf(b, "  listener  %.*s (host %.*s)\n", STR_ARG(l->name),
			STR_ARG(any(l->hostname)));
		explain_filters(b, x->p, "  filter    ", l->filters);
	}
	if (r) {
		buf_add(b, STR("  rule      "));
		explain_rule_name(b, r);
		buf_printf(b, " (host %.*s)\n  match     ", STR_ARG(any(x->r.hostname)));
		explain_match(b, x->r.match);
		buf_addc(b, '\n');
		text_rule(b, x->p, r);
	}
	if (x->why.n)
		buf_printf(b, "  answer    %.*s\n", STR_ARG(x->why));
	text_others(b, &x->t, &x->shadows);
	text_unattached(b, &x->unattached);
}

/* ---- JSON ---- */

static void key(struct buf *b, const char *name)
{
	char last = b->n ? b->p[b->n - 1] : '{';

	if (last != '{' && last != '[')
		buf_addc(b, ',');
	if (name) {
		text_write_json_string(b, str_from(name));
		buf_addc(b, ':');
	}
}

static void key_text(struct buf *b, const char *name, struct str v)
{
	key(b, name);
	text_write_json_string(b, v);
}

static void json_match(struct buf *b, const struct match *m)
{
	struct buf t = {0};

	explain_match(&t, m);
	key_text(b, "match", buf_str(&t));
	buf_fini(&t);
}

static void json_place(struct buf *b, const struct plan_rule *r)
{
	key_text(b, "route", r->route->name);
	key(b, "rule");
	buf_printf(b, "%u", r->index);
	if (r->name.n)
		key_text(b, "ruleName", r->name);
}

static void json_warning(struct buf *b, const struct outdone *never)
{
	struct buf text = {0};

	if (!never)
		return;
	outdone_print(&text, never);
	key_text(b, "warning", buf_str(&text));
	buf_fini(&text);
}

static void json_others(struct buf *b, const struct trace *t, const struct outdones *shadows)
{
	key(b, "notTaken");
	buf_addc(b, '[');
	vec_for_each (s, &t->all) {
		if (s->why == MATCH_WHY_WON)
			continue;
		key(b, NULL);
		buf_addc(b, '{');
		key_text(b, "listener", s->listener);
		key_text(b, "hostname", s->hostname);
		json_place(b, s->m->payload);
		json_match(b, s->m);
		key_text(b, "why", str_from(match_why_text(s->why)));
		if (s->detail.n)
			key_text(b, "detail", s->detail);
		json_warning(b, outdones_get(shadows, s->m, s->hostname));
		buf_addc(b, '}');
	}
	buf_addc(b, ']');
}

static void json_unattached(struct buf *b, const struct unattached_list *list)
{
	key(b, "notAttached");
	buf_addc(b, '[');
	vec_for_each (u, &list->all) {
		key(b, NULL);
		buf_addc(b, '{');
		key_text(b, "route", u->route);
		key_text(b, "parent", u->parent);
		key_text(b, "reason", u->why->reason);
		key_text(b, "message", u->why->message);
		buf_addc(b, '}');
	}
	buf_addc(b, ']');
}

/* A rule as the dump writes it, without the newline. */
static void json_rule(struct buf *b, const struct plan *p, const struct plan_rule *r)
{
	struct buf line = {0};

	plan_dump_rule(p, r, &line);
	key(b, "plan");
	buf_add(b, str_take(buf_str(&line),
			   line.n && line.p[line.n - 1] == '\n' ? line.n - 1 : line.n));
	buf_fini(&line);
}

static void answer_json(struct buf *b, const struct asked *q, const struct answer *x)
{
	static const char *const verdicts[] = {
		[EXPLAIN_FOUND] = "found", [EXPLAIN_REFUSED] = "refused", [EXPLAIN_NONE] = "none"};
	const struct plan_listener *l = plan_listener_of(&x->r);
	const struct plan_rule *r = plan_rule_of(&x->r);

	buf_addc(b, '{');
	key_text(b, "method", q->method);
	key_text(b, "url", q->rq->url);
	key_text(b, "verdict", str_from(verdicts[x->verdict]));
	if (x->why.n)
		key_text(b, "answer", x->why);
	if (x->slot)
		key_text(b, "port", x->slot->port->name);
	if (l) {
		key_text(b, "listener", l->name);
		key_text(b, "listenerHostname", l->hostname);
	}
	if (r) {
		json_place(b, r);
		key_text(b, "hostname", x->r.hostname);
		json_match(b, x->r.match);
		json_rule(b, x->p, r);
	}
	if (x->slot)
		json_others(b, &x->t, &x->shadows);
	if (q->rq->statuses)
		json_unattached(b, &x->unattached);
	buf_add(b, STR("}\n"));
}

/* ---- the entry ---- */

static void port_missing(struct answer *x, struct arena *a, const struct asked *q)
{
	size_t n;
	const struct plan_port_slot *ports = plan_ports(x->p, &n);
	struct buf b = {0};

	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%.*s (%s)", i ? ", " : "", STR_ARG(ports[i].port->name),
			ports[i].port->kind == PLAN_PORT_TLS ? "https" : "http");
	x->verdict = EXPLAIN_NONE;
	x->why = arena_printf(a, "nothing listens on port %u for %s; there is %.*s.",
		q->port ? q->port : (q->https ? 443 : 80), q->https ? "https" : "http",
		STR_ARG(b.n ? buf_str(&b) : STR("no port at all")));
	buf_fini(&b);
}

static bool method_refused(struct str method)
{
	return str_eq(method, STR("CONNECT")) || str_eq(method, STR("TRACE"));
}

int explain(const struct plan *p, const struct explain_request *rq, bool json, struct buf *out)
{
	struct asked q = {0};
	struct answer x = {.p = p};
	struct regex_scratch *scratch;
	int r;

	arena_init(&q.a, 4096);
	r = ask(&q, rq, out);
	if (r < 0) {
		arena_fini(&q.a);
		return r;
	}
	scratch = regex_scratch_new();
	q.m.regex = scratch;
	x.t = (struct trace){.t = {.seen = trace_seen}, .a = &q.a};
	x.slot = method_refused(q.method) ? NULL : port_choose(p, &q);
	if (method_refused(q.method)) {
		x.verdict = EXPLAIN_NONE;
		x.why = STR("405: CONNECT and TRACE are never served (method_refused).");
	} else if (x.slot) {
		x.found = router_explain(x.slot->router, &q.m, &x.t.t, &x.r);
		judge(&x, &q.a);
	} else {
		port_missing(&x, &q.a, &q);
	}
	outdones_find(p, &x.shadows);
	unattached_find(&x.unattached, &q.a, rq);
	if (json)
		answer_json(out, &q, &x);
	else
		answer_text(out, &q, &x);
	regex_scratch_free(scratch);
	outdones_fini(&x.shadows);
	vec_fini(&x.unattached.all);
	vec_fini(&x.t.all);
	arena_fini(&q.a);
	return (int)x.verdict;
}
