/* SPDX-License-Identifier: Apache-2.0 */
/* The translator: its life, its update, its read sets. */
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "gwapi/translate_priv.h"

/* ---- life ---- */

static void options_copy(struct translator *t, const struct translate_options *o)
{
	struct str *names = ARENA_ARRAY(&t->kept, struct str, o->n_controllers + 1);

	t->o = *o;
	for (size_t i = 0; i < o->n_controllers; i++)
		names[i] = arena_str(&t->kept, o->controllers[i]);
	t->o.n_controllers = o->n_controllers;
	if (o->n_controllers == 0) {
		names[0] = STR(TRANSLATE_CONTROLLER);
		t->o.n_controllers = 1;
	}
	t->o.controllers = names;
	t->o.only_class = arena_str(&t->kept, o->only_class);
	t->o.only_gateway = arena_str(&t->kept, o->only_gateway);
}

static struct str unit_key(const void *entry)
{
	return ((const struct unit *)entry)->key;
}

struct translator *translator_new(const struct translate_options *o)
{
	struct translator *t = MEM_NEW(struct translator);

	arena_init(&t->kept, 0);
	arena_init(&t->looked_arena, 0);
	arena_init(&t->reread_arena, 0);
	options_copy(t, o);
	t->plans = o->plans ? o->plans : plan_store_new();
	status_init(t);
	list_init(&t->to_report);
	deps_init(t);
	arena_init(&t->making.arena, 4096);
	for (size_t i = 0; i < UNIT_KINDS; i++) {
		list_init(&t->dirty[i]);
		t->units[i].key = unit_key;
	}
	return t;
}

/* ---- units ---- */

static void unit_name(struct unit *u, enum unit_kind kind, void *text, struct str key)
{
	memcpy(text, key.p, key.n);
	u->kind = (uint8_t)kind;
	u->key = str_of(text, key.n);
}

static struct unit *unit_get(struct translator *t, enum unit_kind kind, struct str key)
{
	return set_get(&t->units[kind], key);
}

static void class_free(struct translator *t, struct class_unit *c)
{
	unit_drop(t, &c->unit);
	arena_fini(&c->arena);
	mem_free(c);
}

static void group_free(struct translator *t, struct group_unit *g)
{
	unit_drop(t, &g->unit);
	group_ports_drop(t, g);
	group_clear(t, g);
	vec_fini(&g->parents);
	vec_fini(&g->ports);
	vec_fini(&g->pems);
	vec_fini(&g->upstreams);
	vec_for_each (d, &g->dangling)
		mem_free((void *)(uintptr_t)d->p);
	vec_fini(&g->dangling);
	vec_fini(&g->claims);
	mem_free(g);
}

static void route_free(struct translator *t, struct route_unit *r)
{
	unit_drop(t, &r->unit);
	route_clear(t, r);
	mem_free(r);
}

static void policy_free(struct translator *t, struct policy_unit *p)
{
	unit_drop(t, &p->unit);
	arena_fini(&p->arena);
	mem_free(p);
}

static void unit_free(struct translator *t, struct unit *u)
{
	switch ((enum unit_kind)u->kind) {
	case UNIT_CLASS:
		class_free(t, container_of(u, struct class_unit, unit));
		break;
	case UNIT_GROUP:
		group_free(t, container_of(u, struct group_unit, unit));
		break;
	case UNIT_ROUTE:
		route_free(t, container_of(u, struct route_unit, unit));
		break;
	case UNIT_UPSTREAM:
		upstream_free(t, container_of(u, struct upstream_unit, unit));
		break;
	case UNIT_POLICY:
		policy_free(t, container_of(u, struct policy_unit, unit));
		break;
	case UNIT_KINDS:
		break;
	}
}

/* A new unit of <kind> with <key>, dirty. */
static void unit_new(struct translator *t, enum unit_kind kind, struct str key)
{
	struct unit *u = NULL;

	if (kind == UNIT_CLASS) {
		struct class_unit *c = mem_zalloc(sizeof(*c) + key.n);

		arena_init(&c->arena, 0);
		u = &c->unit;
		unit_name(u, kind, c + 1, key);
	} else if (kind == UNIT_GROUP) {
		struct group_unit *g = mem_zalloc(sizeof(*g) + key.n);

		arena_init(&g->arena, 0);
		u = &g->unit;
		unit_name(u, kind, g + 1, key);
	} else if (kind == UNIT_ROUTE) {
		struct route_unit *r = mem_zalloc(sizeof(*r) + key.n);

		u = &r->unit;
		unit_name(u, kind, r + 1, key);
	} else {
		struct policy_unit *p = mem_zalloc(sizeof(*p) + key.n);

		arena_init(&p->arena, 0);
		u = &p->unit;
		unit_name(u, kind, p + 1, key);
	}
	set_put(&t->units[kind], u);
	unit_dirty(t, u);
}

/* ---- from objects to units ---- */

static bool kind_is_route(enum object_kind k)
{
	return k >= KIND_HTTP_ROUTE && k <= KIND_UDP_ROUTE;
}

static void unit_want(struct translator *t, enum unit_kind kind, struct str key)
{
	if (!unit_get(t, kind, key))
		unit_new(t, kind, key);
}

/* The key of the unit that <o> is; made in scratch. */
static struct str object_unit_key(struct translator *t, const struct object *o)
{
	buf_reset(&t->scratch);
	if (kind_is_route(o->kind))
		buf_addc(&t->scratch, (char)('a' + o->kind));
	if (!object_kind_cluster(o->kind))
		buf_add(&t->scratch, object_key(o));
	else
		buf_add(&t->scratch, o->name);
	return buf_str(&t->scratch);
}

static int object_unit_kind(const struct translator *t, enum object_kind k)
{
	if (k == KIND_GATEWAY_CLASS)
		return UNIT_CLASS;
	if (k == KIND_GATEWAY)
		return t->o.mode == TRANSLATE_MANAGED ? UNIT_GROUP : -1;
	if (k == KIND_BACKEND_TLS_POLICY)
		return UNIT_POLICY;
	return kind_is_route(k) ? UNIT_ROUTE : -1;
}

/* Touches all keys under which somebody may have looked at <o>. */
static void object_touch(struct translator *t, const struct object *o)
{
	enum object_kind k = o->kind;
	struct unit *route;

	dep_touch(t, DEP_OBJECT, k, o->namespace, o->name);
	/* A route looks at itself without an edge: there may be 40,000 of them. */
	route = kind_is_route(k) ? unit_get(t, UNIT_ROUTE, object_unit_key(t, o)) : NULL;
	if (route)
		unit_dirty(t, route);
	if (k == KIND_GATEWAY || k == KIND_LISTENER_SET)
		dep_touch(t, DEP_KIND, k, STR(""), STR(""));
	if (k == KIND_REFERENCE_GRANT)
		dep_touch(t, DEP_NAMESPACE, k, o->namespace, STR(""));
	if (k == KIND_ENDPOINT_SLICE)
		dep_touch(t, DEP_OWNED, k, o->namespace,
			object_label(o, STR("kubernetes.io/service-name")));
	if (k == KIND_BACKEND_TLS_POLICY)
		index_touch_policy(t, o);
	if (k == KIND_LISTENER_SET) {
		const struct parent_gateway_reference *p = &object_listener_set(o)->spec.parent_ref;

		dep_touch(t, DEP_OWNED, k, namespace_or(p->namespace, o->namespace), p->name);
	}
}

static void object_arrives(struct translator *t, const struct object *o)
{
	int kind = object_unit_kind(t, o->kind);

	object_touch(t, o);
	scopes_address(t, o, 1);
	if (kind >= 0)
		unit_want(t, (enum unit_kind)kind, object_unit_key(t, o));
	if (o->kind == KIND_GATEWAY_CLASS && t->o.mode == TRANSLATE_MANAGED &&
		!t->o.only_gateway.n && class_unmanaged(o))
		unit_want(t, UNIT_GROUP, o->name);
}

static void changes_take(struct translator *t)
{
	const struct store_change *c;
	size_t n = store_changes(t->store, &c);
	bool sets = false, policies = false;

	for (size_t i = 0; i < n; i++) {
		sets = sets || c[i].kind == KIND_LISTENER_SET;
		policies = policies || c[i].kind == KIND_BACKEND_TLS_POLICY;
	}
	if (sets)
		index_build_sets(t);
	if (policies)
		index_build_policies(t);
	for (size_t i = 0; i < n; i++) {
		if (c[i].new)
			object_arrives(t, c[i].new);
		else if (c[i].kind == KIND_GATEWAY)
			good_settings_forget(t, object_key(c[i].old));
		if (c[i].old) {
			object_touch(t, c[i].old);
			scopes_address(t, c[i].old, -1);
		}
	}
}

static void everything_take(struct translator *t)
{
	static const enum object_kind kinds[] = {KIND_GATEWAY_CLASS, KIND_GATEWAY, KIND_HTTP_ROUTE,
		KIND_GRPC_ROUTE, KIND_TLS_ROUTE, KIND_TCP_ROUTE, KIND_UDP_ROUTE,
		KIND_BACKEND_TLS_POLICY};

	index_build_sets(t);
	index_build_policies(t);
	if (t->o.mode != TRANSLATE_MANAGED)
		unit_want(t, UNIT_GROUP, STR(""));
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct object_list all = store_list(t->store, kinds[i]);

		for (size_t j = 0; j < all.n; j++)
			object_arrives(t, all.p[j]);
	}
	t->started = true;
}

/* ---- making ---- */

/* A unit whose object is gone was made once more, to take back what it said; then it goes. */
static bool unit_orphan(struct translator *t, const struct unit *u)
{
	struct str key = u->key, namespace, name;
	enum object_kind kind;

	if (u->kind == UNIT_CLASS)
		return !store_get(t->store, KIND_GATEWAY_CLASS, STR(""), key);
	if (u->kind == UNIT_GROUP && key.n == 0)
		return false;
	if (u->kind == UNIT_GROUP && str_find(key, '/') == key.n)
		return !store_get(t->store, KIND_GATEWAY_CLASS, STR(""), key);
	if (u->kind == UNIT_UPSTREAM)
		return false; /* upstreams_sweep() */
	kind = u->kind == UNIT_GROUP ? KIND_GATEWAY : KIND_BACKEND_TLS_POLICY;
	if (u->kind == UNIT_ROUTE)
		return !route_object(t, container_of(u, struct route_unit, unit));
	key_split(key, &namespace, &name);
	return !store_get(t->store, kind, namespace, name);
}

static void unit_make(struct translator *t, struct unit *u)
{
	switch ((enum unit_kind)u->kind) {
	case UNIT_CLASS:
		class_make(t, container_of(u, struct class_unit, unit));
		break;
	case UNIT_GROUP:
		group_make(t, container_of(u, struct group_unit, unit));
		break;
	case UNIT_ROUTE:
		route_make(t, container_of(u, struct route_unit, unit));
		break;
	case UNIT_UPSTREAM:
		upstream_make(t, container_of(u, struct upstream_unit, unit));
		break;
	case UNIT_POLICY:
		policy_make(t, container_of(u, struct policy_unit, unit));
		break;
	case UNIT_KINDS:
		break;
	}
}

/* ---- whose read set changes ---- */

static void reread(struct translator *t, struct str gateway)
{
	if (map_get(&t->rereads, gateway))
		return;
	gateway = arena_str(&t->reread_arena, gateway);
	*vec_push(&t->reread) = gateway;
	map_put(&t->rereads, gateway, t);
}

/* The Gateway or ListenerSet whose listeners were looked at; NULL: <d> is about something else, or
 * there is none. */
static const struct parent *dep_parent(struct translator *t, const struct dep *d)
{
	struct str name = d->name;

	if (d->what == DEP_SECTION)
		name = str_cut(&name, '/');
	else if (d->what != DEP_PARENT && d->what != DEP_LISTENERS)
		return NULL;
	buf_reset(&t->scratch);
	buf_add(&t->scratch, object_kind_name(d->kind)); /* asked for every route: not formatted */
	buf_addc(&t->scratch, '/');
	buf_add(&t->scratch, d->namespace);
	buf_addc(&t->scratch, '/');
	buf_add(&t->scratch, name);
	return map_get(&t->parents, buf_str(&t->scratch));
}

/* Of the Gateway that a route looked at, or whose ListenerSet it looked at. */
static void reread_parent(void *ctx, const struct dep *d)
{
	struct translator *t = ctx;
	const struct parent *p = dep_parent(t, d);

	if (p)
		reread(t, t->o.mode == TRANSLATE_MANAGED ? p->gateway->key : STR(""));
}

/* What <u> looks at is, or was, read for its Gateways. */
static void reread_of(struct translator *t, struct unit *u)
{
	if (u->kind == UNIT_GROUP) {
		reread(t, u->key);
	} else if (u->kind == UNIT_ROUTE) {
		unit_each_seen(u, reread_parent, t);
	} else if (u->kind == UNIT_UPSTREAM && t->o.mode != TRANSLATE_MANAGED) {
		reread(t, STR("")); /* all are judged as one: no need to ask who uses it */
	} else if (u->kind == UNIT_UPSTREAM) {
		container_of(u, struct upstream_unit, unit)->made_in = t->updates;
		t->upstreams_made = true;
	}
}

/* Upstreams do not know who uses them; a walk over who uses what is cheap beside making one. */
static void reread_of_upstreams(struct translator *t)
{
	struct unit *u;
	size_t at = 0;

	if (!t->upstreams_made)
		return;
	t->upstreams_made = false;
	while ((u = set_next(&t->units[UNIT_ROUTE], &at))) {
		const struct route_held *h = container_of(u, struct route_unit, unit)->held;
		bool made = false;

		for (uint32_t i = 0; h && i < h->n_upstreams; i++)
			made = made || h->upstreams[i]->made_in == t->updates;
		if (made)
			reread_of(t, u);
	}
	at = 0;
	while ((u = set_next(&t->units[UNIT_GROUP], &at))) {
		struct group_unit *g = container_of(u, struct group_unit, unit);

		vec_for_each (up, &g->upstreams) {
			if ((*up)->made_in == t->updates)
				reread(t, g->unit.key);
		}
	}
}

static void reread_begin(struct translator *t)
{
	t->updates++;
	map_fini(&t->rereads);
	vec_reset(&t->reread);
	arena_reset(&t->reread_arena);
}

const struct str *translator_read_changed(const struct translator *t, size_t *ret_n)
{
	*ret_n = t->reread.n;
	return t->reread.p;
}

static void dirty_make(struct translator *t, enum unit_kind kind)
{
	while (!list_empty(&t->dirty[kind])) {
		struct unit *u = container_of(t->dirty[kind].next, struct unit, dirty_link);

		reread_of(t, u);
		unit_make(t, u);
		reread_of(t, u);
		if (unit_orphan(t, u)) {
			set_del(&t->units[kind], u->key);
			unit_free(t, u);
		}
	}
}

/* Gateways that are judged each by itself do not go into one plan. */
static bool makes_plans(const struct translator *t)
{
	return t->o.plans && (t->o.mode != TRANSLATE_MANAGED || t->o.only_gateway.n);
}

struct plan *translator_update(struct translator *t, struct store *s)
{
	struct plan *old = t->plan, *now;

	t->store = s;
	vec_fini(&t->changed);
	vec_reset(&t->looked);
	arena_reset(&t->looked_arena);
	reread_begin(t);
	status_sweep(t);
	t->edited = false;
	t->edit = makes_plans(t) ? plan_edit_begin(t->plans, t->plan) : NULL;
	if (t->started)
		changes_take(t);
	else
		everything_take(t);
	for (enum unit_kind k = 0; k < UNIT_KINDS; k++)
		dirty_make(t, k);
	reread_of_upstreams(t);
	upstreams_sweep(t);
	parents_report(t);
	if (!t->edit)
		return NULL;
	if (!t->edited && t->plan) {
		plan_edit_abort(t->edit);
		t->edit = NULL;
		return NULL;
	}
	now = plan_edit_commit(t->edit);
	t->edit = NULL;
	t->plan = plan_ref(now);
	plan_unref(old);
	return now;
}

struct plan *translator_plan(const struct translator *t)
{
	return t->plan;
}

void translator_free(struct translator *t)
{
	if (!t)
		return;
	/* Routes before groups: they count in them. */
	for (int k = UNIT_KINDS - 1; k >= 0; k--) {
		size_t at = 0;
		struct unit *u;

		if (k == UNIT_UPSTREAM)
			continue;
		while ((u = set_next(&t->units[k], &at)))
			unit_free(t, u);
		set_fini(&t->units[k]);
	}
	route_making_fini(t);
	upstreams_sweep(t);
	AZ(t->units[UNIT_UPSTREAM].n);
	set_fini(&t->units[UNIT_UPSTREAM]);
	vec_fini(&t->unused);
	facts_fini(t);
	good_settings_fini(t);
	deps_fini(t);
	index_fini(t);
	scopes_fini(t);
	status_fini(t);
	map_fini(&t->parents);
	map_fini(&t->counts);
	map_fini(&t->uses);
	map_fini(&t->hosts);
	plan_unref(t->plan);
	if (!t->o.plans) {
		plan_store_reap(t->plans);
		plan_store_free(t->plans);
	}
	map_fini(&t->rereads);
	vec_fini(&t->reread);
	arena_fini(&t->reread_arena);
	buf_fini(&t->scratch);
	arena_fini(&t->kept);
	mem_free(t);
}

/* ---- read sets ---- */

struct reader {
	struct translator *t;
	struct str gateway; /* or the class */
	bool class; /* all Gateways of an unmanaged class */
	translate_read_f *fn;
	void *ctx;
	const struct object **seen; /* by address, open addressing; NULL: free */
	size_t cap; /* power of two, or 0 */
	size_t n;
};

/* False: it was there.  The store's objects do not move while it is read. */
static bool seen_put(const struct object **slots, size_t cap, const struct object *o)
{
	size_t i = hash_mix(1, (uintptr_t)o) & (cap - 1);

	for (; slots[i]; i = (i + 1) & (cap - 1)) {
		if (slots[i] == o)
			return false;
	}
	slots[i] = o;
	return true;
}

static void seen_grow(struct reader *r)
{
	size_t cap = r->cap ? r->cap * 2 : 256;
	const struct object **slots = mem_zalloc(cap * sizeof(*slots));

	for (size_t i = 0; i < r->cap; i++) {
		if (r->seen[i])
			seen_put(slots, cap, r->seen[i]);
	}
	mem_free(r->seen);
	r->seen = slots;
	r->cap = cap;
}

/* Whether the reader's data plane serves <o>, a Gateway. */
static bool read_serves(const struct reader *r, const struct object *o)
{
	if (r->class)
		return str_eq(object_gateway(o)->spec.gateway_class_name, r->gateway);
	return !r->gateway.n || str_eq(object_key(o), r->gateway);
}

static void read_one(struct reader *r, const struct object *o)
{
	if (!o)
		return;
	if (o->kind == KIND_GATEWAY && !read_serves(r, o))
		return; /* of another data plane */
	if (r->n >= r->cap / 2)
		seen_grow(r);
	if (!seen_put(r->seen, r->cap, o))
		return;
	r->n++;
	r->fn(r->ctx, o);
}

static void read_owned(struct reader *r, const struct dep *d)
{
	struct translator *t = r->t;
	struct object_list slices;

	if (d->kind == KIND_ENDPOINT_SLICE) {
		slices = store_slices(t->store, d->namespace, d->name);
		for (size_t i = 0; i < slices.n; i++)
			read_one(r, slices.p[i]);
	} else if (d->kind == KIND_BACKEND_TLS_POLICY) {
		for (int k = 0; k < 2; k++) {
			const struct owned_list *l = index_policies(
				t, d->namespace, k ? KIND_BACKEND : KIND_SERVICE, d->name);

			for (size_t i = 0; l && i < l->v.n; i++)
				read_one(r, l->v.p[i]);
		}
	} else if (d->kind == KIND_LISTENER_SET) {
		const struct object *gw = store_get(t->store, KIND_GATEWAY, d->namespace, d->name);

		buf_reset(&t->scratch);
		buf_printf(&t->scratch, "%.*s/%.*s", STR_ARG(d->namespace), STR_ARG(d->name));
		if (gw ? read_serves(r, gw)
		       : !r->class && str_eq(buf_str(&t->scratch), r->gateway)) {
			const struct owned_list *l = index_sets(t, buf_str(&t->scratch));

			for (size_t i = 0; l && i < l->v.n; i++)
				read_one(r, l->v.p[i]);
		}
	}
}

static void read_dep(void *ctx, const struct dep *d)
{
	struct reader *r = ctx;
	struct object_list all;

	switch ((enum dep_what)d->what) {
	case DEP_OBJECT:
		read_one(r, store_get(r->t->store, d->kind, d->namespace, d->name));
		break;
	case DEP_NAMESPACE:
		all = store_list_in(r->t->store, d->kind, d->namespace);
		for (size_t i = 0; i < all.n; i++)
			read_one(r, all.p[i]);
		break;
	case DEP_OWNED:
		read_owned(r, d);
		break;
	case DEP_KIND:
	case DEP_PARENT:
	case DEP_LISTENERS:
	case DEP_SECTION:
	case DEP_ADDRESSED:
	case DEP_CLIENT_CERT:
	case DEP_USE:
	case DEP_HOST:
	case DEP_STATE:
		break; /* other units' results, or facts */
	}
}

/* Whether the unit looked at the Gateway, or a ListenerSet of it. */
struct about {
	const struct reader *r;
	bool yes;
};

static void about_dep(void *ctx, const struct dep *d)
{
	struct about *x = ctx;
	const struct parent *p = dep_parent(x->r->t, d);

	if (p && read_serves(x->r, p->gateway->object))
		x->yes = true;
}

static void read_route(struct reader *r, struct route_unit *u)
{
	struct about about = {.r = r};

	unit_each_seen(&u->unit, about_dep, &about);
	if (!about.yes)
		return;
	read_one(r, route_object(r->t, u));
	unit_each_seen(&u->unit, read_dep, r);
	for (uint32_t i = 0; u->held && i < u->held->n_upstreams; i++)
		unit_each_seen(&u->held->upstreams[i]->unit, read_dep, r);
}

void translator_read_set(struct translator *t, struct str gateway, translate_read_f *fn, void *ctx)
{
	struct reader r = {.t = t, .gateway = gateway, .fn = fn, .ctx = ctx};
	bool class = gateway.n && str_find(gateway, '/') == gateway.n;
	struct unit *group =
		unit_get(t, UNIT_GROUP, t->o.mode == TRANSLATE_MANAGED ? gateway : STR(""));
	struct unit *u;
	size_t at = 0;

	r.class = class;
	if (group)
		unit_each_seen(group, read_dep, &r);
	while ((u = set_next(&t->units[UNIT_ROUTE], &at)))
		read_route(&r, container_of(u, struct route_unit, unit));
	mem_free(r.seen);
}
