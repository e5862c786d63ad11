/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: from parentRefs and rules to a plan route and a status. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "gwapi/translate_priv.h"

#define PROBLEMS_TOLD 4 /* in one message */

static struct str printf_like(2, 0) textv(struct arena *a, const char *fmt, va_list ap)
{
	char small[512];
	int n = vsnprintf(small, sizeof(small), fmt, ap);

	return arena_str(
		a, clip(str_of(small, (size_t)MIN(n, (int)sizeof(small) - 1)), sizeof(small)));
}

void rule_invalid(struct rules *x, struct str reason, const char *fmt, ...)
{
	va_list ap;
	struct str what;

	if (x->invalid.reason.n)
		return;
	va_start(ap, fmt);
	what = textv(x->a, fmt, ap);
	va_end(ap);
	x->invalid = (struct problem){
		reason, arena_printf(x->a, "%.*s: %.*s", STR_ARG(x->where), STR_ARG(what))};
}

void ref_problem(struct rules *x, struct str reason, struct str message)
{
	*vec_push(&x->refs) = (struct problem){
		reason, arena_printf(x->a, "%.*s: %.*s", STR_ARG(x->where), STR_ARG(message))};
}

/* The reason is the first one's; the message names the first few. */
static struct problem problems_join(struct arena *a, const struct problem *p, size_t n)
{
	struct buf b = {0};
	struct problem ret;

	if (n == 0)
		return (struct problem){0};
	for (size_t i = 0; i < n && i < PROBLEMS_TOLD; i++)
		buf_printf(&b, "%s%.*s", i ? " " : "", STR_ARG(p[i].message));
	if (n > PROBLEMS_TOLD)
		buf_printf(&b, " And %zu more.", n - PROBLEMS_TOLD);
	ret = (struct problem){p[0].reason, arena_str(a, buf_str(&b))};
	buf_fini(&b);
	return ret;
}

/* ---- what a route holds ---- */

const struct object *route_object(struct translator *t, const struct route_unit *r)
{
	struct str namespace, name;

	key_split(str_skip(r->unit.key, 1), &namespace, &name);
	return store_get(t->store, route_unit_kind(r), namespace, name);
}

/* All texts of what is held. */
static size_t held_texts(const struct route_making *m)
{
	size_t n = 0;

	vec_for_each (g, &m->planned)
		n += g->n;
	vec_for_each (u, &m->uses)
		n += u->service.n + u->gateway.n;
	return n;
}

static struct str text_move(char **to, struct str s)
{
	char *at = *to;

	if (s.n)
		memcpy(at, s.p, s.n);
	*to += s.n;
	return str_of(at, s.n);
}

/* What was made so far, in one piece. */
static struct route_held *held_pack(const struct route_making *m)
{
	size_t lists = m->upstreams.n * sizeof(*m->upstreams.p) +
		       m->counted.n * sizeof(*m->counted.p) + m->planned.n * sizeof(*m->planned.p) +
		       m->uses.n * sizeof(*m->uses.p);
	struct route_held *h;
	char *text;

	if (lists == 0)
		return NULL;
	h = mem_alloc(sizeof(*h) + lists + held_texts(m));
	*h = (struct route_held){(uint32_t)m->upstreams.n, (uint32_t)m->counted.n,
		(uint32_t)m->planned.n, (uint32_t)m->uses.n};
	text = (char *)(held_uses(h) + h->n_uses);
	for (uint32_t i = 0; i < h->n_upstreams; i++)
		h->upstreams[i] = m->upstreams.p[i];
	for (uint32_t i = 0; i < h->n_counted; i++)
		held_counted(h)[i] = m->counted.p[i];
	for (uint32_t i = 0; i < h->n_planned; i++)
		held_planned(h)[i] = text_move(&text, m->planned.p[i]);
	for (uint32_t i = 0; i < h->n_uses; i++) {
		const struct route_use *u = &m->uses.p[i];

		held_uses(h)[i] = (struct route_use){
			text_move(&text, u->service), text_move(&text, u->gateway), u->port};
	}
	return h;
}

static void held_drop(struct translator *t, struct route_held *h)
{
	for (uint32_t i = 0; h && i < h->n_counted; i++)
		count_release(t, held_counted(h)[i]);
	for (uint32_t i = 0; h && i < h->n_upstreams; i++)
		upstream_release(t, h->upstreams[i]);
	for (uint32_t i = 0; h && i < h->n_uses; i++)
		use_del(t, &held_uses(h)[i]);
	mem_free(h);
}

static void making_begin(struct translator *t)
{
	struct route_making *m = &t->making;

	arena_reset(&m->arena);
	vec_reset(&m->upstreams);
	vec_reset(&m->counted);
	vec_reset(&m->planned);
	vec_reset(&m->uses);
}

void route_making_fini(struct translator *t)
{
	struct route_making *m = &t->making;

	arena_fini(&m->arena);
	vec_fini(&m->upstreams);
	vec_fini(&m->counted);
	vec_fini(&m->planned);
	vec_fini(&m->uses);
}

/* "HTTPRoute/ns/name", of a variant "HTTPRoute/ns/name@gateway"; in scratch. */
static struct str plan_name(struct translator *t, const struct route_unit *r, struct str gateway)
{
	struct buf *b = &t->scratch;

	buf_reset(b);
	buf_add(b, object_kind_name(route_unit_kind(r)));
	buf_addc(b, '/');
	buf_add(b, str_skip(r->unit.key, 1));
	if (gateway.n) {
		buf_addc(b, '@');
		buf_add(b, gateway);
	}
	return buf_str(b);
}

/* What <old> put into the plan and <now> does not goes. */
static void planned_drop(struct translator *t, const struct route_unit *r, struct route_held *old,
	struct route_held *now)
{
	for (uint32_t i = 0; t->edit && old && i < old->n_planned; i++) {
		bool again = false;

		for (uint32_t j = 0; now && j < now->n_planned && !again; j++)
			again = str_eq(held_planned(now)[j], held_planned(old)[i]);
		if (!again &&
			plan_edit_del_route(t->edit, plan_name(t, r, held_planned(old)[i])) == 0)
			t->edited = true;
	}
}

void route_clear(struct translator *t, struct route_unit *r)
{
	planned_drop(t, r, r->held, NULL);
	held_drop(t, r->held);
	r->held = NULL;
}

/* ---- attaching ---- */

struct attachments {
	VEC(struct attachment) v;
};

/* Gateways with spec.defaultScope take routes that ask for one (GEP-3793). */
static void attach_defaults(struct translator *t, struct route_unit *r, const struct route_view *v,
	struct attachments *all)
{
	struct object_list gateways;
	size_t explicit = all->v.n;

	if (v->common->use_default_gateways != GATEWAY_DEFAULT_SCOPE_ALL)
		return;
	unit_saw(t, &r->unit, DEP_KIND, KIND_GATEWAY, STR(""), STR(""));
	gateways = store_list(t->store, KIND_GATEWAY);
	for (size_t i = 0; i < gateways.n; i++) {
		const struct gateway *gw = object_gateway(gateways.p[i]);
		struct parent_reference *ref;
		struct attachment a;
		bool named = false;

		if (gw->spec.default_scope != GATEWAY_DEFAULT_SCOPE_ALL)
			continue;
		look(t, &r->unit, KIND_GATEWAY, gw->object.namespace, gw->object.name);
		ref = ARENA_NEW(&t->making.arena, struct parent_reference);
		*ref = (struct parent_reference){.group = object_kind_group(KIND_GATEWAY),
			.kind = STR("Gateway"),
			.namespace = gw->object.namespace,
			.name = gw->object.name};
		if (!attach_judge(t, r, v, ref, &a) || !a.parent)
			continue;
		for (size_t j = 0; j < explicit && !named; j++)
			named = all->v.p[j].parent == a.parent;
		if (!named)
			*vec_push(&all->v) = a;
	}
}

static void attach_all(struct translator *t, struct route_unit *r, const struct route_view *v,
	struct attachments *all)
{
	for (uint32_t i = 0; i < v->common->n_parent_refs; i++) {
		struct attachment a;

		if (attach_judge(t, r, v, &v->common->parent_refs[i], &a))
			*vec_push(&all->v) = a;
	}
	attach_defaults(t, r, v, all);
}

/* ---- the plan route ---- */

static bool attach_known(const struct plan_attach *list, size_t n, const struct plan_attach *x)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].scope == x->scope && str_eq(list[i].hostname, x->hostname))
			return true;
	return false;
}

/* <gateway>: only listeners of Gateways with this client certificate ("" for those without). */
static bool wants(const struct listener *l, struct str gateway)
{
	const struct parent *gw = l->parent->gateway;

	return gw->wants_client_cert ? str_eq(gw->key, gateway) : gateway.n == 0;
}

static void listener_attach(struct plan_route *p, const struct route_view *v,
	const struct listener *l, struct plan_attach *list)
{
	struct arena *a = plan_route_arena(p);

	for (size_t i = 0; i < MAX(v->n_hostnames, 1); i++) {
		struct str host = v->n_hostnames ? v->hostnames[i] : STR("");
		struct plan_attach x = {l->takes, host};

		if (!hostnames_meet(l->hostname, host) || attach_known(list, p->nattaches, &x))
			continue;
		x.hostname = arena_str(a, host);
		list[p->nattaches++] = x;
	}
}

/* Whether the i-th listener is the first of its scope that serves: the others take the same. */
static bool listener_first(const struct attachment *at, size_t i)
{
	if (!listener_serves(at->listeners[i]))
		return false;
	for (size_t j = 0; j < i; j++)
		if (at->listeners[j]->takes == at->listeners[i]->takes &&
			listener_serves(at->listeners[j]))
			return false;
	return true;
}

static void route_attach(struct plan_route *p, const struct route_view *v,
	const struct attachments *all, struct str gateway)
{
	size_t room = 0;
	struct plan_attach *list;

	vec_for_each (a, &all->v)
		for (size_t i = 0; i < a->n_listeners; i++)
			room += listener_first(a, i) ? MAX(v->n_hostnames, 1) : 0;
	list = ARENA_ARRAY(plan_route_arena(p), struct plan_attach, room);
	vec_for_each (a, &all->v)
		for (size_t i = 0; i < a->n_listeners; i++) {
			if (wants(a->listeners[i], gateway) && listener_first(a, i))
				listener_attach(p, v, a->listeners[i], list);
		}
	p->attaches = list;
}

static enum plan_route_kind plan_kind(enum object_kind k)
{
	switch ((int)k) {
	case KIND_GRPC_ROUTE:
		return PLAN_ROUTE_GRPC;
	case KIND_TLS_ROUTE:
		return PLAN_ROUTE_TLS;
	case KIND_TCP_ROUTE:
		return PLAN_ROUTE_TCP;
	case KIND_UDP_ROUTE:
		return PLAN_ROUTE_UDP;
	default:
		return PLAN_ROUTE_HTTP;
	}
}

static void rules_run(struct rules *x, const struct route_view *v)
{
	switch ((int)v->kind) {
	case KIND_HTTP_ROUTE:
		rules_http(x, object_http_route(v->object));
		break;
	case KIND_GRPC_ROUTE:
		rules_grpc(x, object_grpc_route(v->object));
		break;
	default:
		rules_l4(x, v->object);
	}
}

/* Translates the rules once; the plan route is complete but for its attachments. */
static void rules_begin(struct rules *x, struct translator *t, struct route_unit *r,
	const struct route_view *v, struct str gateway)
{
	struct str name = object_key(v->object);
	const struct object_note *note;

	if (gateway.n)
		name = arena_printf(&t->making.arena, "%.*s@%.*s", STR_ARG(name), STR_ARG(gateway));
	*x = (struct rules){.t = t,
		.unit = r,
		.looker = &r->unit,
		.object = v->object,
		.a = &t->making.arena,
		.gateway = gateway,
		.route = plan_route_new(plan_kind(v->kind), object_kind_name(v->kind), name,
			v->object->created / NSEC_PER_SEC, 0)};
	x->out = plan_route_arena(x->route);
	x->where = STR("spec");
	note = look_note(v->object, STR("spec.rules["));
	if (note)
		note_invalid(x, note);
	x->whole = x->invalid;
	rules_run(x, v);
}

static void rules_end(struct rules *x)
{
	vec_fini(&x->refs);
	vec_fini(&x->upstreams);
	vec_fini(&x->services);
	vec_fini(&x->invalids);
}

/* Whether the plan gets it; takes the plan route. */
static void route_put(struct translator *t, struct rules *x)
{
	struct plan_route *p = x->route;

	if (!t->edit || p->nattaches == 0 || p->nmatches == 0) {
		plan_route_free(p);
		return;
	}
	*vec_push(&t->making.planned) = x->gateway;
	plan_edit_put_route(t->edit, p);
	t->edited = true;
}

/* ---- status ---- */

static void parent_ref_report(
	struct arena *a, const struct parent_reference *ref, struct parent_report *ret)
{
	ret->group = ref->group.p ? arena_str(a, ref->group) : object_kind_group(KIND_GATEWAY);
	ret->kind = ref->kind.n ? arena_str(a, ref->kind) : STR("Gateway");
	if (ref->namespace.p)
		ret->namespace = arena_str(a, ref->namespace);
	ret->name = arena_str(a, ref->name);
	if (ref->section_name.p)
		ret->section = arena_str(a, ref->section_name);
	ret->port = ref->has_port ? ref->port : 0;
}

static void accepted_report(
	struct conditions *c, const struct attachment *at, size_t n_rules, const struct rules *x)
{
	struct problem bad = problems_join(c->a, x->invalids.p, x->n_invalid);

	if (at->refused.reason.n)
		condition_add(c, STR("Accepted"), CONDITION_FALSE, at->refused.reason,
			at->refused.message);
	else if (x->n_invalid && x->n_invalid == n_rules)
		condition_add(c, STR("Accepted"), CONDITION_FALSE, bad.reason,
			arena_printf(c->a, "No rule can be carried out, each answers 500. %.*s",
				STR_ARG(bad.message)));
	else
		condition_add(c, STR("Accepted"), CONDITION_TRUE, STR("Accepted"),
			STR("The route is accepted."));
}

static void route_conditions(
	struct conditions *c, const struct attachment *at, size_t n_rules, const struct rules *x)
{
	struct problem refs = problems_join(c->a, x->refs.p, x->refs.n);
	bool partial = x->n_invalid && x->n_invalid < n_rules && !at->refused.reason.n;

	accepted_report(c, at, n_rules, x);
	if (refs.reason.n)
		condition_add(c, STR("ResolvedRefs"), CONDITION_FALSE, refs.reason, refs.message);
	else
		condition_add(c, STR("ResolvedRefs"), CONDITION_TRUE, STR("ResolvedRefs"),
			STR("All references of the route are resolved."));
	if (partial) {
		struct problem bad = problems_join(c->a, x->invalids.p, x->n_invalid);

		condition_add(c, STR("PartiallyInvalid"), CONDITION_TRUE, bad.reason,
			arena_printf(c->a,
				"Dropped Rule(s): %zu of %zu cannot be carried out and answer 500. "
				"%.*s",
				x->n_invalid, n_rules, STR_ARG(bad.message)));
	}
}

static struct str controller_of(const struct translator *t, const struct parent *p)
{
	return gateway_controller(t, p ? p->gateway->key : STR(""));
}

static void route_report(struct translator *t, const struct route_view *v,
	const struct attachments *all, const struct rules *x)
{
	struct status_said *s;
	struct parent_report *list;

	if (all->v.n == 0) {
		status_del(t, v->kind, v->object->namespace, v->object->name);
		return;
	}
	s = status_new(v->object);
	list = ARENA_ARRAY(&s->arena, struct parent_report, all->v.n);
	for (size_t i = 0; i < all->v.n; i++) {
		const struct attachment *at = &all->v.p[i];
		struct conditions c = {.a = &s->arena};

		parent_ref_report(&s->arena, at->ref, &list[i]);
		list[i].controller = arena_str(&s->arena, controller_of(t, at->parent));
		route_conditions(&c, at, v->n_rules, x);
		list[i].conditions = conditions_end(&c);
	}
	s->parents = list;
	s->n_parents = all->v.n;
	status_put(t, v->object, s);
}

/* ---- holding ---- */

static void counted_add(struct translator *t, struct str name)
{
	vec_for_each (c, &t->making.counted)
		if (str_eq((*c)->key, name))
			return;
	*vec_push(&t->making.counted) = count_hold(t, name);
}

static void counts_hold(struct translator *t, const struct route_view *v,
	const struct attachments *all, const struct rules *x)
{
	if (v->n_rules && x->n_invalid == v->n_rules)
		return; /* Accepted=False everywhere */
	vec_for_each (a, &all->v)
		for (size_t i = 0; i < a->n_listeners; i++)
			counted_add(t, a->listeners[i]->takes_name);
}

static void uses_hold(struct translator *t, const struct attachments *all, const struct rules *x)
{
	vec_for_each (a, &all->v) {
		if (a->refused.reason.n)
			continue;
		vec_for_each (s, &x->services) {
			struct route_use u = {arena_str(&t->making.arena, s->service),
				a->parent->gateway->key, s->port};

			*vec_push(&t->making.uses) = u;
			use_add(t, &u);
		}
	}
}

static void upstreams_hold(struct translator *t, struct rules *x)
{
	vec_for_each (u, &x->upstreams)
		*vec_push(&t->making.upstreams) = *u; /* counts change hands */
	vec_reset(&x->upstreams);
}

/* The Gateways whose client certificates tell translations apart; "" for none. */
static size_t variants(struct arena *a, const struct attachments *all, struct str **ret)
{
	size_t room = 1, n = 0;
	struct str *list;

	vec_for_each (x, &all->v)
		room += x->n_listeners;
	list = ARENA_ARRAY(a, struct str, room);
	vec_for_each (x, &all->v)
		for (size_t i = 0; i < x->n_listeners; i++) {
			const struct parent *gw = x->listeners[i]->parent->gateway;
			struct str key = gw->wants_client_cert ? gw->key : STR("");
			bool there = false;

			for (size_t j = 0; j < n && !there; j++)
				there = str_eq(list[j], key);
			if (!there)
				list[n++] = key;
		}
	if (n == 0)
		list[n++] = STR("");
	*ret = list;
	return n;
}

static void route_do(struct translator *t, struct route_unit *now, const struct object *o)
{
	struct route_view v = route_view(o);
	struct attachments all = {0};
	struct str *list;
	size_t n;

	attach_all(t, now, &v, &all);
	n = variants(&t->making.arena, &all, &list);
	for (size_t i = 0; i < n && all.v.n; i++) {
		struct rules x;

		rules_begin(&x, t, now, &v, list[i]);
		route_attach(x.route, &v, &all, list[i]);
		if (i == 0) {
			route_report(t, &v, &all, &x);
			counts_hold(t, &v, &all, &x);
			uses_hold(t, &all, &x);
		}
		upstreams_hold(t, &x);
		route_put(t, &x);
		rules_end(&x);
	}
	if (all.v.n == 0)
		status_del(t, v.kind, o->namespace, o->name);
	vec_fini(&all.v);
}

void route_make(struct translator *t, struct route_unit *r)
{
	struct route_held *old = r->held;
	const struct object *o = route_object(t, r);
	struct str namespace, name;

	unit_begin(t, &r->unit);
	making_begin(t);
	key_split(str_skip(r->unit.key, 1), &namespace, &name);
	if (o)
		route_do(t, r, o);
	else
		status_del(t, route_unit_kind(r), namespace, name);
	r->held = held_pack(&t->making);
	planned_drop(t, r, old, r->held);
	held_drop(t, old);
}
