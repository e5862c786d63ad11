/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/edit.h"

#include <errno.h>
#include <stdlib.h>

#include "plan/plan_priv.h"
#include "plan/tally.h"

struct plan_edit {
	struct plan *next; /* seen by nobody yet */
	const struct plan *base;
	struct router_edit *routes; /* of next->routes_by_scope; NULL: no route changed so far */
};

static struct plan_port *port_of(const struct plan_port_slot *slot)
{
	return (struct plan_port *)(uintptr_t)slot->port; /* its count is ours to change */
}

static struct router *router_of(const struct plan_port_slot *slot)
{
	return (struct router *)(uintptr_t)slot->router; /* likewise */
}

struct plan_edit *plan_edit_begin(struct plan_store *s, const struct plan *base)
{
	struct plan_edit *e = MEM_NEW(struct plan_edit);
	struct plan *p = MEM_NEW(struct plan);

	AZ(s->editing);
	s->editing = true;
	s->plans++;
	p->refs = 1;
	p->store = s;
	e->next = p;
	e->base = base;
	if (!base)
		return e;
	AN(base->store == s);
	p->routes = pmap_share(&base->routes);
	p->routes_by_scope = router_ref(base->routes_by_scope);
	p->upstreams = pmap_share(&base->upstreams);
	p->nports = base->nports;
	p->ports = mem_alloc((base->nports + 1) * sizeof(*p->ports));
	for (size_t i = 0; i < base->nports; i++) {
		p->ports[i] = base->ports[i];
		port_of(&p->ports[i])->seg.refs++;
		router_ref(router_of(&p->ports[i]));
	}
	return e;
}

/* The table of routes in change, begun if need be. */
static struct router_edit *routes_of(struct plan_edit *e)
{
	if (!e->routes)
		e->routes = router_edit_begin(e->next->routes_by_scope);
	return e->routes;
}

/* ---- ports ---- */

/* Where the port called <name> is, or would go. */
static size_t port_place(const struct plan *p, struct str name)
{
	size_t i = 0;

	while (i < p->nports && str_cmp(p->ports[i].port->name, name) < 0)
		i++;
	return i;
}

static bool port_is(const struct plan *p, size_t at, struct str name)
{
	return at < p->nports && str_eq(p->ports[at].port->name, name);
}

void plan_edit_put_port(struct plan_edit *e, struct plan_port *port)
{
	struct plan *p = e->next;
	size_t at = port_place(p, port->name);
	struct plan_port *old = NULL;

	if (p->store->dress)
		p->store->dress->port(port);
	plan_segment_freeze(&port->seg);
	if (port_is(p, at, port->name)) {
		old = port_of(&p->ports[at]);
		router_unref(router_of(&p->ports[at]));
	} else {
		p->ports = mem_realloc(p->ports, (p->nports + 1) * sizeof(*p->ports));
		memmove(p->ports + at + 1, p->ports + at, (p->nports - at) * sizeof(*p->ports));
		p->nports++;
	}
	p->ports[at] = (struct plan_port_slot){.port = port}; /* its router comes at the end */
	if (old)
		plan_port_unref(old);
}

int plan_edit_del_port(struct plan_edit *e, struct str name)
{
	struct plan *p = e->next;
	size_t at = port_place(p, name);
	struct plan_port *old;

	if (!port_is(p, at, name))
		return -ENOENT;
	old = port_of(&p->ports[at]);
	router_unref(router_of(&p->ports[at]));
	p->nports--;
	memmove(p->ports + at, p->ports + at + 1, (p->nports - at) * sizeof(*p->ports));
	plan_port_unref(old);
	return 0;
}

/* ---- routes ---- */

static void route_enter(struct plan_edit *e, const struct plan_route *r)
{
	struct router_edit *routes = routes_of(e);

	for (uint32_t a = 0; a < r->nattaches; a++) {
		const struct plan_attach *at = &r->attaches[a];

		for (uint16_t m = 0; m < r->nmatches; m++)
			router_edit_add(routes, at->scope, at->hostname, &r->matches[m]);
	}
}

static void route_leave(struct plan_edit *e, const struct plan_route *r)
{
	struct router_edit *routes = routes_of(e);

	for (uint32_t a = 0; a < r->nattaches; a++) {
		const struct plan_attach *at = &r->attaches[a];

		for (uint16_t m = 0; m < r->nmatches; m++)
			AZ(router_edit_del(routes, at->scope, at->hostname, &r->matches[m]));
	}
}

void plan_edit_put_route(struct plan_edit *e, struct plan_route *route)
{
	struct plan *p = e->next;
	uint64_t id = plan_id(route->name);
	struct plan_route *old = (struct plan_route *)(uintptr_t)plan_route_find(p, id);

	tally_route_hold(route);
	plan_segment_freeze(&route->seg);
	route_enter(e, route);
	if (!old) {
		pmap_add(&p->routes, &plan_route_ops, id, route);
		return;
	}
	route_leave(e, old);
	pmap_set(&p->routes, &plan_route_ops, id, old, route);
	plan_route_unref(old);
}

int plan_edit_del_route(struct plan_edit *e, struct str name)
{
	struct plan *p = e->next;
	uint64_t id = plan_id(name);
	struct plan_route *old = (struct plan_route *)(uintptr_t)plan_route_find(p, id);

	if (!old)
		return -ENOENT;
	route_leave(e, old);
	pmap_del(&p->routes, &plan_route_ops, id, old);
	plan_route_unref(old);
	return 0;
}

/* ---- upstreams ---- */

void plan_edit_put_upstream(struct plan_edit *e, struct plan_upstream *u)
{
	struct plan *p = e->next;
	struct plan_upstream *old = (struct plan_upstream *)(uintptr_t)plan_upstream_find(p, u->id);
	const struct plan_upstream *was = old;

	if (!was && e->base) /* removed and put again in one edit */
		was = plan_upstream_find(e->base, u->id);
	plan_upstream_settle(p->store, u, was);
	if (u->tls && p->store->dress)
		p->store->dress->upstream(u);
	tally_upstream_hold(u);
	plan_segment_freeze(&u->seg);
	if (!old) {
		pmap_add(&p->upstreams, &plan_upstream_ops, u->id, u);
		return;
	}
	pmap_set(&p->upstreams, &plan_upstream_ops, u->id, old, u);
	plan_upstream_unref(old);
}

int plan_edit_del_upstream(struct plan_edit *e, struct str name)
{
	struct plan *p = e->next;
	uint64_t id = plan_id(name);
	struct plan_upstream *old = (struct plan_upstream *)(uintptr_t)plan_upstream_find(p, id);

	if (!old)
		return -ENOENT;
	pmap_del(&p->upstreams, &plan_upstream_ops, id, old);
	plan_upstream_unref(old);
	return 0;
}

/* ---- the end ---- */

static struct router *router_for(const struct plan_port *port, const struct router *routes)
{
	struct match_listener *l = mem_alloc((port->nlisteners + 1) * sizeof(*l));
	struct router *r;

	for (uint32_t i = 0; i < port->nlisteners; i++)
		l[i] = (struct match_listener){
			.id = port->listeners[i].id,
			.scope = port->listeners[i].scope,
			.hostname = port->listeners[i].hostname,
			.payload = &port->listeners[i],
		};
	r = router_with(routes, l, port->nlisteners);
	mem_free(l);
	return r;
}

/* The table of routes of the new plan, then each port's view of it. */
static void routers_commit(struct plan_edit *e)
{
	struct plan *p = e->next;

	if (e->routes || !p->routes_by_scope) {
		struct router *routes = router_edit_commit(routes_of(e));

		router_unref(p->routes_by_scope);
		p->routes_by_scope = routes;
	}
	for (size_t i = 0; i < p->nports; i++) {
		struct plan_port_slot *slot = &p->ports[i];
		struct router *old = router_of(slot);

		if (!old)
			slot->router = router_for(slot->port, p->routes_by_scope);
		else if (e->routes)
			slot->router = router_follow(p->routes_by_scope, old);
		if (old && e->routes)
			router_unref(old);
	}
}

static struct plan *edit_end(struct plan_edit *e)
{
	struct plan *p = e->next;

	p->store->editing = false;
	mem_free(e);
	return p;
}

struct plan *plan_edit_commit(struct plan_edit *e)
{
	struct plan *p = e->next;

	routers_commit(e);
	p->revision = ++p->store->revision;
	return edit_end(e);
}

void plan_edit_abort(struct plan_edit *e)
{
	if (e->routes)
		router_edit_abort(e->routes);
	plan_unref(edit_end(e));
}
