/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/helper_plan.h"

#include <stdio.h>

static struct str listener_of(struct arena *a, const char *port)
{
	return arena_printf(a, "Gateway/ns/gw/%s", port);
}

struct plan_port *some_port(const char *name, uint16_t number)
{
	struct plan_port *p = plan_port_new(str_from(name), number, PLAN_PORT_HTTP);
	struct arena *a = plan_port_arena(p);
	struct plan_settings *s = ARENA_NEW(a, struct plan_settings);
	struct plan_listener *l = ARENA_NEW(a, struct plan_listener);
	struct plan_bind *b = ARENA_NEW(a, struct plan_bind);

	*s = plan_settings_default();
	*l = (struct plan_listener){
		.name = listener_of(a, name),
		.gateway = STR("ns/gw"),
		.section = str_from(name),
		.settings = s,
		.http = true,
	};
	l->id = plan_id(l->name);
	AZ(plan_addr_parse(STR("0.0.0.0"), number, &b->addr));
	b->backlog = 4096;
	p->binds = b;
	p->nbinds = 1;
	p->listeners = l;
	p->nlisteners = 1;
	p->settings = s;
	return p;
}

struct plan_route *some_route(const char *name, const char *port, const char *hostname,
	const char *path, const char *upstream)
{
	char full[64];
	struct plan_route *r;
	struct plan_rule *rule;
	struct plan_backend *b;
	struct plan_attach *at;
	struct arena *a;

	snprintf(full, sizeof(full), "ns/%s", name);
	r = plan_route_new(PLAN_ROUTE_HTTP, STR("HTTPRoute"), str_from(full), 0, 0);
	a = plan_route_arena(r);
	rule = ARENA_NEW(a, struct plan_rule);
	b = ARENA_NEW(a, struct plan_backend);
	at = ARENA_NEW(a, struct plan_attach);
	*b = (struct plan_backend){.to = {.upstream = plan_id(str_from(upstream))}, .weight = 1};
	*rule = (struct plan_rule){
		.id = plan_id(r->name),
		.route = r,
		.backends = b,
		.nbackends = 1,
		.total_weight = 1,
		.timeout_request = PLAN_TIMEOUT_UNSET,
		.timeout_backend = PLAN_TIMEOUT_UNSET,
	};
	r->matches = ARENA_NEW(a, struct match);
	r->matches[0] = (struct match){.order = &r->order, .payload = rule};
	match_set_path(&r->matches[0], MATCH_PATH_PREFIX, arena_str(a, str_from(path)));
	*at = (struct plan_attach){
		.scope = plan_id(listener_of(a, port)),
		.hostname = arena_str(a, str_from(hostname)),
	};
	r->rules = rule;
	r->attaches = at;
	r->nrules = r->nmatches = 1;
	r->nattaches = 1;
	return r;
}

struct plan_upstream *some_upstream(const char *name, uint8_t first, uint8_t n)
{
	struct plan_upstream *u = plan_upstream_new(str_from(name), n);

	for (uint8_t i = 0; i < n; i++) /* backwards: putting sorts them */
		u->targets[i].addr = (struct plan_addr){
			.ip = {10, 0, 0, (uint8_t)(first + n - 1 - i)}, .port = 80, .family = 4};
	return u;
}

const struct plan_upstream *some_answer(
	const struct plan *p, const char *port, const char *host, const char *path)
{
	const struct plan_port_slot *slot = plan_port_find(p, plan_id(str_from(port)));
	struct match_request rq = {
		.host = str_from(host), .path = str_from(path), .method = MATCH_METHOD_GET};
	struct match_result res;

	if (!slot || router_match(slot->router, &rq, &res) != MATCH_FOUND)
		return NULL;
	AN(plan_listener_of(&res)->settings->client_idle == SEC(75));
	return plan_upstream_find(p, plan_rule_of(&res)->backends[0].to.upstream);
}
