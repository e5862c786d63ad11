/* SPDX-License-Identifier: Apache-2.0 */
/* GRPCRoute rules: a method is the path "/service/method" over HTTP/2 POST. */
#include "gwapi/translate_priv.h"

static bool name_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || strchr("/\\?#%", s.p[i]))
			return false;
	return true;
}

/* GRPCRouteRule.matches: most characters in the service, then in the method.  An exact method is an
 * exact path, a service alone a prefix; the rest are expressions. */
static bool grpc_method(struct rules *x, struct match *m, const struct grpc_method_match *g)
{
	bool regex = g && g->type == GRPC_METHOD_MATCH_REGULAR_EXPRESSION;
	struct str service = g ? g->service : STR(""), method = g ? g->method : STR("");
	struct str pattern;

	if (!service.n && !method.n) {
		match_set_path(m, MATCH_PATH_PREFIX, STR("/"));
		return true;
	}
	if (!regex && (!name_plain(service) || !name_plain(method))) {
		rule_invalid(x, STR("UnsupportedValue"),
			"\"%.*s/%.*s\" is no name of a service and method.", STR_ARG(service),
			STR_ARG(method));
		return false;
	}
	if (!regex && service.n) {
		match_set_path(m, method.n ? MATCH_PATH_EXACT : MATCH_PATH_PREFIX,
			method.n ? arena_printf(
					   x->out, "/%.*s/%.*s", STR_ARG(service), STR_ARG(method))
				 : arena_printf(x->out, "/%.*s", STR_ARG(service)));
		return true;
	}
	if (!regex) /* \Q…\E: the name as it is */
		pattern = arena_printf(x->out, "/[^/]+/\\Q%.*s\\E", STR_ARG(method));
	else
		pattern = arena_printf(x->out, "/(?:%.*s)/(?:%.*s)",
			STR_ARG(service.n ? service : STR("[^/]+")),
			STR_ARG(method.n ? method : STR("[^/]+")));
	m->kind = MATCH_PATH_REGEX;
	m->path = pattern;
	m->rank = (uint16_t)MIN(service.n * 256 + MIN(method.n, 255), UINT16_MAX);
	m->regex = rule_regex(x, pattern, "a method match");
	return m->regex != NULL;
}

static void grpc_match(struct rules *x, const struct grpc_route_match *from, uint32_t index)
{
	struct match *m = &x->route->matches[x->route->nmatches];
	struct match_value *headers = ARENA_ARRAY(x->out, struct match_value, from->n_headers);
	uint8_t n = 0;

	*m = (struct match){.index = (uint16_t)index};
	if (!grpc_method(x, m, from->method))
		return;
	for (uint32_t i = 0; i < from->n_headers && i < UINT8_MAX; i++)
		match_header_add(x, headers, &n, from->headers[i].name, from->headers[i].value,
			from->headers[i].type == GRPC_HEADER_MATCH_REGULAR_EXPRESSION);
	m->headers = headers;
	m->nheaders = n;
	x->route->nmatches++;
}

static void grpc_backends(struct rules *x, struct plan_rule *rule, const struct grpc_route_rule *r)
{
	struct plan_backend *list = ARENA_ARRAY(x->out, struct plan_backend, r->n_backend_refs);

	for (uint32_t i = 0; i < r->n_backend_refs; i++) {
		const struct grpc_backend_ref *b = &r->backend_refs[i];

		list[i].to = backend_resolve(x, &b->ref.to, PLAN_PROTOCOL_H2, "");
		list[i].weight = (uint32_t)MAX(b->ref.weight, 0);
		list[i].filters = filters_grpc(x, b->filters, b->n_filters);
	}
	rule_backends(x, rule, list, r->n_backend_refs);
}

static void grpc_rule(
	struct rules *x, const struct grpc_route_rule *r, struct plan_rule *rules, uint32_t index)
{
	static const struct grpc_route_match all = {0};
	struct plan_rule *rule = &rules[index];
	size_t first = x->route->nmatches;

	rule->index = (uint16_t)index;
	rule->timeout_request = PLAN_TIMEOUT_UNSET;
	rule->timeout_backend = PLAN_TIMEOUT_UNSET;
	rule_begin(x, r->name, index);
	rule_notes(x, index);
	for (uint32_t i = 0; i < r->n_matches; i++)
		grpc_match(x, &r->matches[i], i);
	if (r->n_matches == 0)
		grpc_match(x, &all, 0);
	rule->filters = filters_grpc(x, r->filters, r->n_filters);
	grpc_backends(x, rule, r);
	rule_session(x, rule, r->session_persistence);
	rule_end(x, rule, rules, r->name, first);
}

void rules_grpc(struct rules *x, const struct grpc_route *route)
{
	const struct grpc_route_spec *spec = &route->spec;
	struct plan_rule *rules = ARENA_ARRAY(x->out, struct plan_rule, spec->n_rules);
	size_t room = 0;

	for (uint32_t i = 0; i < spec->n_rules; i++)
		room += MAX(spec->rules[i].n_matches, 1);
	x->where = STR("spec");
	x->route->rules = rules;
	x->route->matches = ARENA_ARRAY(x->out, struct match, room);
	x->route->nrules = (uint16_t)MIN(spec->n_rules, UINT16_MAX);
	for (uint32_t i = 0; i < x->route->nrules && room <= UINT16_MAX; i++)
		grpc_rule(x, &spec->rules[i], rules, i);
}
