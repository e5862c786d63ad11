/* SPDX-License-Identifier: Apache-2.0 */
/* TLSRoute, TCPRoute and UDPRoute: one match of everything a listener takes. */
#include "gwapi/translate_priv.h"

/* The three rule types have the same fields. */
struct l4_rule {
	struct str name;
	const struct backend_ref *refs;
	uint32_t n;
};

static struct l4_rule l4_rule_at(const struct object *o, uint32_t i)
{
#define L4_RULE(type, upper)                                                          \
	if (o->kind == KIND_##upper) {                                                \
		const struct type##_rule *r = &object_##type(o)->spec.rules[i];       \
		return (struct l4_rule){r->name, r->backend_refs, r->n_backend_refs}; \
	}
	L4_RULE(tls_route, TLS_ROUTE)
	L4_RULE(tcp_route, TCP_ROUTE)
	L4_RULE(udp_route, UDP_ROUTE)
#undef L4_RULE
	return (struct l4_rule){0};
}

static void l4_rule(struct rules *x, struct l4_rule r, struct plan_rule *rules, uint32_t index)
{
	struct plan_rule *rule = &rules[index];
	struct plan_backend *list = ARENA_ARRAY(x->out, struct plan_backend, r.n);
	size_t first = x->route->nmatches;
	enum plan_protocol protocol =
		x->object->kind == KIND_UDP_ROUTE ? PLAN_PROTOCOL_UDP : PLAN_PROTOCOL_TCP;

	rule->index = (uint16_t)index;
	rule->timeout_request = PLAN_TIMEOUT_UNSET;
	rule->timeout_backend = PLAN_TIMEOUT_UNSET;
	rule_begin(x, r.name, index);
	rule_notes(x, index);
	match_set_path(&x->route->matches[x->route->nmatches++], MATCH_PATH_PREFIX, STR("/"));
	for (uint32_t i = 0; i < r.n; i++) {
		list[i].to = backend_resolve(x, &r.refs[i].to, protocol, "");
		list[i].weight = (uint32_t)MAX(r.refs[i].weight, 0);
	}
	rule_backends(x, rule, list, r.n);
	rule_end(x, rule, rules, r.name, first);
}

void rules_l4(struct rules *x, const struct object *route)
{
	struct route_view v = route_view(route);
	struct plan_rule *rules = ARENA_ARRAY(x->out, struct plan_rule, v.n_rules);

	x->where = STR("spec");
	x->route->rules = rules;
	x->route->matches = ARENA_ARRAY(x->out, struct match, v.n_rules);
	x->route->nrules = (uint16_t)MIN(v.n_rules, UINT16_MAX);
	for (uint32_t i = 0; i < x->route->nrules; i++)
		l4_rule(x, l4_rule_at(route, i), rules, i);
}
