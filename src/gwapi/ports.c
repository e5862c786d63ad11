/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports of the plan.  A port number has one plan port for all addresses, and one for each address
 * that some Gateway binds by itself; there the listeners of all Gateways that take the address
 * stand together, since the kernel prefers the narrower socket.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "gwapi/translate_priv.h"

#define BACKLOG 4096

/* A plan port in the making: key first, for sorting. */
struct slot {
	bool udp;
	uint16_t number;
	struct plan_addr addr; /* family 0: all addresses */
	struct listener *l;
	size_t rank;
};

static int slot_order(const void *x, const void *y)
{
	const struct slot *a = x, *b = y;
	int c;

	if (a->udp != b->udp)
		return a->udp ? 1 : -1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	c = memcmp(&a->addr, &b->addr, sizeof(a->addr));
	if (c)
		return c;
	return (a->rank > b->rank) - (a->rank < b->rank);
}

static bool slot_same(const struct slot *a, const struct slot *b)
{
	return a->udp == b->udp && a->number == b->number && plan_addr_eq(&a->addr, &b->addr);
}

/* Whether it stands in the port, if only to keep what is its own from others. */
static bool listener_stands(const struct listener *l)
{
	return !l->conflict.reason.n && !l->pending && parent_stands(l->parent) &&
	       !str_eq(l->accepted.reason, STR("UnsupportedProtocol")) &&
	       !str_eq(l->accepted.reason, STR("PortUnavailable"));
}

static struct problem listener_failure(const struct listener *l)
{
	return l->broken.reason.n ? l->broken : l->accepted;
}

/* ---- one listener ---- */

static struct plan_server_tls *server_tls(struct arena *a, const struct listener *l)
{
	struct plan_server_tls *tls;
	struct plan_pem **certs, **cas;

	if (l->protocol != PROTOCOL_HTTPS && l->protocol != PROTOCOL_TLS)
		return NULL;
	tls = ARENA_NEW(a, struct plan_server_tls);
	certs = ARENA_ARRAY(a, struct plan_pem *, l->certs.n);
	cas = ARENA_ARRAY(a, struct plan_pem *, l->client_cas.n);
	for (size_t i = 0; i < l->certs.n; i++)
		certs[i] = plan_pem_ref(l->certs.p[i]);
	for (size_t i = 0; i < l->client_cas.n; i++)
		cas[i] = plan_pem_ref(l->client_cas.p[i]);
	*tls = (struct plan_server_tls){.certs = certs,
		.ncerts = (uint16_t)l->certs.n,
		.client_cas = cas,
		.nclient_cas = (uint16_t)l->client_cas.n,
		.client_auth = l->client_auth,
		.min_version = arena_str(a, l->min_version),
		.max_version = arena_str(a, l->max_version),
		.ciphers = arena_str(a, l->ciphers),
		.passthrough = !l->terminates,
		.no_http2 = false};
	return tls;
}

static const struct plan_settings *settings_copy(struct arena *a, const struct plan_settings *s)
{
	struct plan_settings *copy = ARENA_NEW(a, struct plan_settings);

	*copy = *s;
	return copy;
}

static void listener_fill(struct translator *t, struct group_unit *g, struct arena *a,
	struct listener *l, struct plan_listener *ret)
{
	struct problem bad = listener_failure(l);

	*ret = (struct plan_listener){.id = l->id,
		.scope = listener_scope(l),
		.name = arena_str(a, l->id_name),
		.gateway = arena_str(a, l->parent->gateway->key),
		.section = arena_str(a, l->name),
		.hostname = arena_str(a, l->hostname),
		.settings = settings_copy(a, &l->parent->settings),
		.tls = server_tls(a, l),
		.http = l->protocol == PROTOCOL_HTTP || l->protocol == PROTOCOL_HTTPS};
	if (!bad.reason.n && l->filters_spec)
		ret->filters = filters_listener(t, g, l, a);
	if (bad.reason.n) {
		struct plan_failure *f = ARENA_NEW(a, struct plan_failure);

		f->reason = PLAN_REFUSED_RULE_INVALID;
		f->message = arena_str(a, bad.message);
		ret->failure = f;
	}
}

/* ---- one port ---- */

static enum plan_port_kind port_kind(const struct listener *l)
{
	switch (l->protocol) {
	case PROTOCOL_HTTPS:
	case PROTOCOL_TLS:
		return PLAN_PORT_TLS;
	case PROTOCOL_TCP:
		return PLAN_PORT_TCP;
	case PROTOCOL_UDP:
		return PLAN_PORT_UDP;
	case PROTOCOL_HTTP:
	case PROTOCOL_OTHER:
		break;
	}
	return PLAN_PORT_HTTP;
}

static struct plan_bind *port_binds(struct plan_port *p, const struct slot *s)
{
	const struct translate_listen *at = s->l->listen;
	struct plan_bind *b =
		ARENA_ARRAY(plan_port_arena(p), struct plan_bind, at ? at->n_binds + 2 : 2);

	p->binds = b;
	if (at && at->n_binds) {
		memcpy(b, at->binds, at->n_binds * sizeof(*b));
		p->nbinds = (uint32_t)at->n_binds;
		return b;
	}
	if (s->addr.family) {
		b[0] = (struct plan_bind){.addr = s->addr, .backlog = BACKLOG};
		b[0].addr.port = s->number;
		b[0].flags = s->addr.family == 6 ? PLAN_BIND_V6ONLY : 0;
		p->nbinds = 1;
		return b;
	}
	b[0] = (struct plan_bind){.addr = {.family = 4, .port = s->number}, .backlog = BACKLOG};
	b[1] = (struct plan_bind){.addr = {.family = 6, .port = s->number},
		.backlog = BACKLOG,
		.flags = PLAN_BIND_V6ONLY};
	p->nbinds = 2;
	return b;
}

/* Where the eldest Gateway's settings say so; a listen of the user's own may say so by itself. */
static bool port_wants_header(const struct peer_rules *r, uint16_t number)
{
	bool wants = r->header_everywhere;

	for (size_t i = 0; i < r->n_header_ports; i++)
		wants = wants || r->header_ports[i] == number;
	return wants;
}

static void port_peers(struct plan_port *p, struct plan_bind *binds, const struct peer_rules *r)
{
	p->peers = plan_peers_copy(&r->believed, plan_port_arena(p));
	if (p->kind == PLAN_PORT_UDP || !port_wants_header(r, p->number))
		return;
	for (uint32_t i = 0; i < p->nbinds; i++)
		binds[i].flags |= PLAN_BIND_PROXY_PROTOCOL;
}

static struct str port_name(struct buf *b, const struct slot *s)
{
	struct plan_addr ip = s->addr;

	buf_reset(b);
	buf_add(b, s->udp ? STR("udp/") : STR("tcp/"));
	if (ip.family) {
		ip.port = s->number;
		plan_addr_print(&ip, b);
	} else {
		buf_printf(b, "%u", s->number);
	}
	return buf_str(b);
}

/* The slots [0, n) are one port.  False when nothing in it can serve. */
static bool port_make(
	struct translator *t, struct group_unit *g, const struct slot *s, size_t n, struct str name)
{
	const struct parent *eldest = s[0].l->parent;
	struct plan_port *p;
	struct plan_listener *list;
	bool any = false;

	for (size_t i = 0; i < n; i++)
		any = any || !listener_failure(s[i].l).reason.n;
	if (!any)
		return false;
	p = plan_port_new(name, s[0].number, port_kind(s[0].l));
	port_peers(p, port_binds(p, &s[0]), &eldest->peers);
	list = ARENA_ARRAY(plan_port_arena(p), struct plan_listener, n);
	for (size_t i = 0; i < n; i++)
		listener_fill(t, g, plan_port_arena(p), s[i].l, &list[i]);
	p->listeners = list;
	p->nlisteners = (uint32_t)n;
	p->settings = settings_copy(plan_port_arena(p), &eldest->settings);
	if (!t->edit) {
		plan_port_free(p);
		return true;
	}
	plan_edit_put_port(t->edit, p);
	t->edited = true;
	return true;
}

/* ---- all ports of the group ---- */

struct slots {
	VEC(struct slot) v;
};

static void slot_add(struct slots *s, struct listener *l, size_t rank, const struct plan_addr *addr)
{
	struct slot *x = vec_push(&s->v);

	memset(x, 0, sizeof(*x));
	x->udp = listener_udp(l);
	x->number = l->port;
	x->l = l;
	x->rank = rank;
	if (addr)
		x->addr = *addr;
}

/* A listener of a Gateway without addresses stands wherever a narrower socket is, too. */
static void slots_widen(struct slots *s)
{
	size_t n = s->v.n;

	for (size_t i = 0; i < n; i++) {
		if (s->v.p[i].addr.family)
			continue;
		for (size_t j = 0; j < n; j++) {
			struct slot wide = s->v.p[i], narrow = s->v.p[j];
			bool there = false;

			if (!narrow.addr.family || narrow.udp != wide.udp ||
				narrow.number != wide.number)
				continue;
			for (size_t k = n; k < s->v.n && !there; k++)
				there = s->v.p[k].l == wide.l &&
					plan_addr_eq(&s->v.p[k].addr, &narrow.addr);
			if (!there)
				slot_add(s, wide.l, wide.rank, &narrow.addr);
		}
	}
}

static bool slots_narrow(const struct slots *s)
{
	vec_for_each (x, &s->v)
		if (x->addr.family)
			return true;
	return false;
}

static void slots_collect(struct slots *s, struct parent **parents, size_t n)
{
	size_t rank = 0;

	for (size_t i = 0; i < n; i++) {
		const struct parent *p = parents[i];

		for (size_t j = 0; j < p->n_listeners; j++, rank++) {
			if (!listener_stands(&p->listeners[j]))
				continue;
			if (p->n_binds == 0)
				slot_add(s, &p->listeners[j], rank, NULL);
			for (size_t k = 0; k < p->n_binds; k++)
				slot_add(s, &p->listeners[j], rank, &p->binds[k]);
		}
	}
	if (slots_narrow(s))
		slots_widen(s);
	if (s->v.n)
		qsort(s->v.p, s->v.n, sizeof(*s->v.p), slot_order);
}

void group_ports_drop(struct translator *t, struct group_unit *g)
{
	vec_for_each (name, &g->ports) {
		if (t->edit && name->n && plan_edit_del_port(t->edit, *name) == 0)
			t->edited = true;
		mem_free((void *)(uintptr_t)name->p);
	}
	vec_reset(&g->ports);
}

static void name_keep(struct group_unit *g, struct str name)
{
	vec_for_each (old, &g->ports)
		if (str_eq(*old, name)) {
			old->n = 0; /* stays in the plan: not to be dropped */
			break;
		}
}

void ports_make(struct translator *t, struct group_unit *g, struct parent **parents, size_t n)
{
	struct slots all = {0};
	struct buf b = {0};
	VEC(struct str) now = {0};

	slots_collect(&all, parents, n);
	for (size_t i = 0, end; i < all.v.n; i = end) {
		struct str name = port_name(&b, &all.v.p[i]);

		for (end = i; end < all.v.n && slot_same(&all.v.p[i], &all.v.p[end]); end++)
			;
		if (!port_make(t, g, &all.v.p[i], end - i, name))
			continue;
		name_keep(g, name);
		*vec_push(&now) = str_of(mem_strdup(name), name.n);
	}
	group_ports_drop(t, g);
	vec_for_each (name, &now)
		*vec_push(&g->ports) = *name;
	vec_fini(&now);
	vec_fini(&all.v);
	buf_fini(&b);
}
