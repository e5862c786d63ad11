/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/edit.h"

#include <errno.h>
#include <stdlib.h>

#include "plan/plan_priv.h"
#include "plan/tally.h"

/* A router that this edit changes. */
struct router_change {
	uint64_t port;
	struct router_edit *edit;
};

struct plan_edit {
	struct plan *next; /* seen by nobody yet */
	const struct plan *base;
	VEC(struct router_change) changes;
};

static struct plan_port *port_of(const struct plan_port_slot *slot)
{
	return (struct plan_port *)(uintptr_t)slot->port; /* its count is ours to change */
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
	p->upstreams = pmap_share(&base->upstreams);
	p->nports = base->nports;
	p->ports = mem_alloc((base->nports + 1) * sizeof(*p->ports));
	for (size_t i = 0; i < base->nports; i++) {
		p->ports[i] = base->ports[i];
		port_of(&p->ports[i])->seg.refs++;
	}
	p->nrouters = base->nrouters;
	p->routers = mem_alloc((base->nrouters + 1) * sizeof(*p->routers));
	for (size_t i = 0; i < base->nrouters; i++) {
		p->routers[i] = base->routers[i];
		router_ref(p->routers[i].router);
	}
	return e;
}

static struct plan_router *router_slot(const struct plan *p, uint64_t port)
{
	for (size_t i = 0; i < p->nrouters; i++) {
		if (p->routers[i].port == port)
			return &p->routers[i];
	}
	return NULL;
}

/* The change of <port>'s router, begun if need be. */
static struct router_edit *router_of(struct plan_edit *e, uint64_t port)
{
	const struct plan_router *slot;
	struct router_change *c;

	vec_for_each (it, &e->changes) {
		if (it->port == port)
			return it->edit;
	}
	slot = router_slot(e->next, port);
	c = vec_push(&e->changes);
	*c = (struct router_change){port, router_edit_begin(slot ? slot->router : NULL)};
	return c->edit;
}

/* ---- ports ---- */

static void router_set_listeners(struct plan_edit *e, const struct plan_port *port)
{
	struct match_listener *l = mem_alloc((port->nlisteners + 1) * sizeof(*l));

	for (uint32_t i = 0; i < port->nlisteners; i++)
		l[i] = (struct match_listener){
			.id = port->listeners[i].id,
			.hostname = port->listeners[i].hostname,
			.payload = &port->listeners[i],
		};
	router_edit_listeners(router_of(e, port->id), l, port->nlisteners);
	mem_free(l);
}

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
	} else {
		p->ports = mem_realloc(p->ports, (p->nports + 1) * sizeof(*p->ports));
		memmove(p->ports + at + 1, p->ports + at, (p->nports - at) * sizeof(*p->ports));
		p->nports++;
	}
	p->ports[at] = (struct plan_port_slot){.port = port};
	router_set_listeners(e, port);
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
	router_edit_listeners(router_of(e, old->id), NULL, 0);
	p->nports--;
	memmove(p->ports + at, p->ports + at + 1, (p->nports - at) * sizeof(*p->ports));
	plan_port_unref(old);
	return 0;
}

/* ---- routes ---- */

static void route_enter(struct plan_edit *e, const struct plan_route *r)
{
	for (uint32_t a = 0; a < r->nattaches; a++) {
		const struct plan_attach *at = &r->attaches[a];
		struct router_edit *router = router_of(e, at->port);

		for (uint16_t m = 0; m < r->nmatches; m++)
			router_edit_add(router, at->listener, at->hostname, &r->matches[m]);
	}
}

static void route_leave(struct plan_edit *e, const struct plan_route *r)
{
	for (uint32_t a = 0; a < r->nattaches; a++) {
		const struct plan_attach *at = &r->attaches[a];
		struct router_edit *router = router_of(e, at->port);

		for (uint16_t m = 0; m < r->nmatches; m++)
			AZ(router_edit_del(router, at->listener, at->hostname, &r->matches[m]));
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

/* Puts a changed router in its place; one without entries goes when its port is not there. */
static void router_commit(struct plan *p, struct router_change *c)
{
	struct router *r = router_edit_commit(c->edit);
	struct plan_router *slot = router_slot(p, c->port);

	if (slot)
		router_unref(slot->router);
	if (!router_entries(r) && !plan_port_find(p, c->port)) {
		router_unref(r);
		if (slot)
			*slot = p->routers[--p->nrouters];
		return;
	}
	if (!slot) {
		p->routers = mem_realloc(p->routers, (p->nrouters + 1) * sizeof(*p->routers));
		slot = &p->routers[p->nrouters++];
	}
	*slot = (struct plan_router){c->port, r};
}

static struct plan *edit_end(struct plan_edit *e)
{
	struct plan *p = e->next;

	p->store->editing = false;
	vec_fini(&e->changes);
	mem_free(e);
	return p;
}

struct plan *plan_edit_commit(struct plan_edit *e)
{
	struct plan *p = e->next;

	vec_for_each (it, &e->changes)
		router_commit(p, it);
	for (size_t i = 0; i < p->nports; i++)
		p->ports[i].router = router_slot(p, p->ports[i].port->id)->router;
	p->revision = ++p->store->revision;
	return edit_end(e);
}

void plan_edit_abort(struct plan_edit *e)
{
	vec_for_each (it, &e->changes)
		router_edit_abort(it->edit);
	plan_unref(edit_end(e));
}
