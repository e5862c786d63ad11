/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan.h -- the compiled configuration: the narrow waist between translate and proxy.
 *
 * A plan is immutable: a small root over counted segments (port, route, upstream, endpoint, PEM)
 * and routers, all shared with the plans before and after it.  Translate makes one from another
 * with an edit (edit.h); control hands it to workers and takes it back (publish.h); workers read.
 * Nothing here knows Kubernetes: names are opaque texts for logs and dumps.
 *
 * A request: plan_port_find() once per bind and plan, router_match() on its router, the match's
 * payload is the struct plan_rule, its backends name upstreams for plan_upstream_find().
 * Everything found lives as long as the plan is held.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "match/router.h"
#include "plan/port.h"
#include "plan/rule.h"
#include "plan/upstream.h"

struct plan;

/* Counts up with every commit of a store; for logs, acks and metrics. */
uint64_t plan_revision(const struct plan *p);

/* A port as it stands in a plan. */
struct plan_port_slot {
	const struct plan_port *port;
	const struct router *router; /* never NULL; payload of a match_listener: plan_listener */
};

/* All ports, sorted by name. */
const struct plan_port_slot *plan_ports(const struct plan *p, size_t *ret_n);
/* One, or NULL.  By plan_port.id. */
const struct plan_port_slot *plan_port_find(const struct plan *p, uint64_t id);

/* The upstream with <id>, or NULL (answered as a missing backend, 500). */
const struct plan_upstream *plan_upstream_find(const struct plan *p, uint64_t id);
/* The route with <id> = plan_id(route name), or NULL: control and explain. */
const struct plan_route *plan_route_find(const struct plan *p, uint64_t id);

typedef void plan_route_f(void *ctx, const struct plan_route *r);
typedef void plan_upstream_f(void *ctx, const struct plan_upstream *u);
/* All of a kind, in no order that means anything. */
void plan_each_route(const struct plan *p, plan_route_f *fn, void *ctx);
void plan_each_upstream(const struct plan *p, plan_upstream_f *fn, void *ctx);

/* From a router's result to our types. */
static inline const struct plan_rule *plan_rule_of(const struct match_result *m)
{
	return m->match ? m->match->payload : NULL;
}
static inline const struct plan_listener *plan_listener_of(const struct match_result *m)
{
	return m->listener ? m->listener->payload : NULL;
}

struct plan_stats {
	size_t routes, rules, matches; /* of the plan */
	size_t upstreams, endpoints;
	size_t ports, listeners;
	size_t bytes; /* of all segments and tables of this plan, shared ones included */
};
struct plan_stats plan_stats(const struct plan *p);

#endif
