/* SPDX-License-Identifier: Apache-2.0 */
/* The root: finding in it, counting it. */
#include "plan/plan_priv.h"

static void route_hold(void *value)
{
	((struct plan_route *)value)->seg.refs++;
}

static void route_drop(void *value)
{
	plan_route_unref(value);
}

static void upstream_hold(void *value)
{
	((struct plan_upstream *)value)->seg.refs++;
}

static void upstream_drop(void *value)
{
	plan_upstream_unref(value);
}

const struct pmap_ops plan_route_ops = {route_hold, route_drop};
const struct pmap_ops plan_upstream_ops = {upstream_hold, upstream_drop};

/* ---- the store ---- */

struct plan_store *plan_store_new(void)
{
	struct plan_store *s = MEM_NEW(struct plan_store);

	list_init(&s->dead);
	return s;
}

void plan_store_free(struct plan_store *s)
{
	if (!s)
		return;
	AZ(s->plans);
	plan_store_reap(s);
	AZ(s->endpoints);
	AZ(s->pems.n);
	map_fini(&s->pems);
	vec_fini(&s->free_indices);
	mem_free(s);
}

void plan_store_dress(struct plan_store *s, const struct plan_dress *d)
{
	AZ(s->revision);
	AZ(s->pems.n);
	s->dress = d;
}

struct plan_store_stats plan_store_stats(const struct plan_store *s)
{
	return (struct plan_store_stats){s->plans, s->endpoints, s->ndead};
}

void plan_store_reap(struct plan_store *s)
{
	list_for_each_safe (it, &s->dead)
		plan_endpoint_free(s, container_of(it, struct plan_endpoint, dead));
}

/* ---- the root ---- */

uint64_t plan_revision(const struct plan *p)
{
	return p->revision;
}

const struct plan_port_slot *plan_ports(const struct plan *p, size_t *ret_n)
{
	*ret_n = p->nports;
	return p->ports;
}

const struct plan_port_slot *plan_port_find(const struct plan *p, uint64_t id)
{
	for (size_t i = 0; i < p->nports; i++) {
		if (p->ports[i].port->id == id)
			return &p->ports[i];
	}
	return NULL;
}

/* Ids are hashes with a secret key: equal ids are equal names. */
const struct plan_upstream *plan_upstream_find(const struct plan *p, uint64_t id)
{
	struct pmap_probe probe = pmap_probe(&p->upstreams, id);

	return pmap_next(&probe);
}

const struct plan_route *plan_route_find(const struct plan *p, uint64_t id)
{
	struct pmap_probe probe = pmap_probe(&p->routes, id);

	return pmap_next(&probe);
}

void plan_each_route(const struct plan *p, plan_route_f *fn, void *ctx)
{
	struct pmap_iter it = {0};
	const struct plan_route *r;

	while ((r = pmap_iter_next(&p->routes, &it)))
		fn(ctx, r);
}

void plan_each_upstream(const struct plan *p, plan_upstream_f *fn, void *ctx)
{
	struct pmap_iter it = {0};
	const struct plan_upstream *u;

	while ((u = pmap_iter_next(&p->upstreams, &it)))
		fn(ctx, u);
}

static void stats_route(void *ctx, const struct plan_route *r)
{
	struct plan_stats *st = ctx;

	st->routes++;
	st->rules += r->nrules;
	st->matches += r->nmatches;
	st->bytes += r->seg.bytes;
}

static void stats_upstream(void *ctx, const struct plan_upstream *u)
{
	struct plan_stats *st = ctx;

	st->upstreams++;
	st->endpoints += u->ntargets;
	st->bytes += u->seg.bytes + u->ntargets * sizeof(struct plan_endpoint);
}

struct plan_stats plan_stats(const struct plan *p)
{
	struct plan_stats st = {
		.ports = p->nports,
		.bytes = sizeof(*p) + pmap_bytes(&p->routes) + pmap_bytes(&p->upstreams),
	};

	plan_each_route(p, stats_route, &st);
	plan_each_upstream(p, stats_upstream, &st);
	for (size_t i = 0; i < p->nports; i++) {
		st.listeners += p->ports[i].port->nlisteners;
		st.bytes += p->ports[i].port->seg.bytes;
	}
	st.bytes += router_stats(p->routes_by_scope).bytes;
	return st;
}

struct plan *plan_ref(struct plan *p)
{
	p->refs++;
	return p;
}

void plan_unref(struct plan *p)
{
	if (!p || --p->refs)
		return;
	/* Routers first: they point at routes and ports. */
	router_unref(p->routes_by_scope);
	for (size_t i = 0; i < p->nports; i++) {
		router_unref((struct router *)(uintptr_t)p->ports[i].router);
		plan_port_unref((struct plan_port *)(uintptr_t)p->ports[i].port);
	}
	pmap_fini(&p->routes, &plan_route_ops);
	pmap_fini(&p->upstreams, &plan_upstream_ops);
	p->store->plans--;
	mem_free(p->ports);
	mem_free(p);
}
