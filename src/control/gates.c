/* SPDX-License-Identifier: Apache-2.0 */
/* The Gateways that the controller serves: provisioned, fed, heard. */
#include "base/hash.h"
#include "base/log.h"
#include "control/controller_priv.h"
#include "text/parse.h"

static void mark_sets(struct controller *c, const struct gateway *gw)
{
	struct object_list sets = store_list(&c->store, KIND_LISTENER_SET);

	for (size_t i = 0; gw && i < sets.n; i++) {
		if (gate_set_of(object_listener_set(sets.p[i]), gw))
			writer_status_mark(c->writer, KIND_LISTENER_SET, object_key(sets.p[i]));
	}
}

/* Its status, and that of its ListenerSets, may go out. */
static void gate_mark(struct gate *g)
{
	struct controller *c = g->controller;
	struct str name = g->key, namespace = str_cut(&name, '/');

	writer_status_mark(c->writer, KIND_GATEWAY, g->key);
	mark_sets(c, object_gateway(store_get(&c->store, KIND_GATEWAY, namespace, name)));
}

/* A Gateway that has a data plane of ours, which goes in a moment, and is none of ours. */
static void note_left(void *ctx, struct str uid)
{
	struct controller *c = ctx;
	struct object_list all = store_list(&c->store, KIND_GATEWAY);

	for (size_t i = 0; i < all.n; i++) {
		const struct object *o = all.p[i];

		if (!str_eq(o->uid, uid) ||
			translator_status(c->translator, KIND_GATEWAY, o->namespace, o->name))
			continue;
		*vec_push(&c->left) = mem_strdup(object_key(o));
	}
}

static void forget_left(struct controller *c)
{
	vec_for_each (key, &c->left)
		mem_free(*key);
	vec_fini(&c->left);
}

void gates_mark_left(struct controller *c)
{
	const struct raws *raws = kube_source_raws(c->source);

	vec_for_each (key, &c->left) {
		struct str name = str_from(*key), namespace = str_cut(&name, '/');
		const struct gateway *gw =
			object_gateway(store_get(&c->store, KIND_GATEWAY, namespace, name));

		if (gw) {
			writer_status_mark(c->writer, KIND_GATEWAY, str_from(*key));
			mark_sets(c, gw);
		}
	}
	forget_left(c);
	for (enum object_kind k = 0; k < KIND_MAX; k++) {
		const struct map_slot *slot;
		size_t at = 0;

		if (!raw_kind_has_status(k) || k == KIND_GATEWAY_CLASS || k == KIND_GATEWAY ||
			k == KIND_LISTENER_SET)
			continue;
		while ((slot = map_next(&raws->by_key[k], &at))) {
			const struct raw *r = slot->value;
			struct str name = r->key, namespace = str_cut(&name, '/');

			if (r->status.n && memmem(r->status.p, r->status.n, c->name.p, c->name.n) &&
				!translator_status(c->translator, k, namespace, name))
				writer_status_mark(c->writer, k, r->key);
		}
	}
}

static void gate_release(struct gate *g)
{
	g->held = false;
	loop_timer_cancel(g->controller->loop, &g->hold);
	gate_mark(g);
}

static void on_hold_end(struct timer *t)
{
	gate_release(container_of(t, struct gate, hold));
}

static void on_address_end(struct timer *t)
{
	struct gate *g = container_of(t, struct gate, address);

	controller_update_soon(g->controller);
}

/* The generation that the stored status calls programmed, so that a new leader changes nothing. */
static int64_t stored_programmed(struct controller *c, struct str key)
{
	struct raw *raw = raws_get(kube_source_raws(c->source), KIND_GATEWAY, key);
	const struct value *list, *n;
	int64_t found = -1;
	struct value v;
	struct arena a;

	if (!raw || !raw->status.n)
		return -1;
	arena_init(&a, 0);
	if (text_parse_json(&a, raw->status, &v, NULL) == 0 &&
		(list = value_get(&v, STR("conditions")))) {
		value_for_each(it, list)
		{
			n = value_get(it, STR("observedGeneration"));
			if (str_eq(value_get_str(it, STR("type"), STR("")), STR("Programmed")) &&
				str_eq(value_get_str(it, STR("status"), STR("")), STR("True")) &&
				n && n->kind == VALUE_INT)
				found = n->integer;
		}
	}
	arena_fini(&a);
	return found;
}

static struct gate *gate_get(struct controller *c, const struct object *o)
{
	struct gate *g = map_get(&c->gates, object_key(o));

	if (g)
		return g;
	g = MEM_NEW(struct gate);
	g->controller = c;
	g->key = str_from(mem_strdup(object_key(o)));
	g->uid = str_from(mem_strdup(o->uid));
	g->programmed = stored_programmed(c, g->key);
	g->behind = true;
	g->unsettled = c->fresh;
	timer_init(&g->hold, on_hold_end);
	timer_init(&g->address, on_address_end);
	map_put(&c->gates, g->key, g);
	return g;
}

static void gate_free(struct gate *g)
{
	struct controller *c = g->controller;

	map_del(&c->gates, g->key);
	translator_set_gateway(c->translator, g->key, NULL);
	if (c->feeds)
		feeds_forget(c->feeds, g->key);
	loop_timer_cancel(c->loop, &g->hold);
	loop_timer_cancel(c->loop, &g->address);
	mem_free((void *)(uintptr_t)g->key.p);
	mem_free((void *)(uintptr_t)g->uid.p);
	mem_free((void *)(uintptr_t)g->account.p);
	mem_free((void *)(uintptr_t)g->class_name.p);
	mem_free(g);
}

static bool accepted(const struct object_status *s)
{
	const struct condition *c =
		s ? condition_find(&s->said->conditions, STR("Accepted")) : NULL;

	return c && c->status == CONDITION_TRUE;
}

static struct str first_ip(const struct gateway *g)
{
	for (uint32_t i = 0; i < g->spec.n_addresses; i++) {
		const struct gateway_spec_address *d = &g->spec.addresses[i];

		if (d->value.n && (!d->type.n || str_eq(d->type, STR("IPAddress"))))
			return d->value;
	}
	return (struct str){0};
}

/* Keys that are no good are told by translate, which then refuses the Gateway. */
static void take_params(struct controller *c, struct arena *a, struct str namespace,
	struct str name, struct dataplane_params *p)
{
	const struct config_map *m =
		object_config_map(store_get(&c->store, KIND_CONFIG_MAP, namespace, name));
	struct str wanted;

	for (uint32_t i = 0; m && i < m->n_data; i++) {
		if (str_starts(m->data[i].key, STR(DATAPLANE_PREFIX)) &&
			dataplane_param(a, m->data[i].key, m->data[i].value, p, &wanted) < 0)
			log_debug("parameter not taken", LOG_STR("key", m->data[i].key));
	}
}

/* The class's parameters, and over them the Gateway's own. */
static struct dataplane_params gate_params(
	struct controller *c, const struct gateway *gw, struct arena *a)
{
	const struct gateway_infrastructure *infra = gw->spec.infrastructure;
	struct dataplane_params p = dataplane_params_none();
	const struct gateway_class *class = object_gateway_class(
		store_get(&c->store, KIND_GATEWAY_CLASS, STR(""), gw->spec.gateway_class_name));
	const struct parameters_reference *r = class ? class->spec.parameters_ref : NULL;

	if (r && str_eq(r->kind, STR("ConfigMap")))
		take_params(c, a, r->namespace, r->name, &p);
	if (infra && infra->parameters_ref && str_eq(infra->parameters_ref->kind, STR("ConfigMap")))
		take_params(c, a, gw->object.namespace, infra->parameters_ref->name, &p);
	return p;
}

/* What the Gateway wants in the cluster. */
static void gate_provision(struct controller *c, struct gate *g, const struct gateway *gw)
{
	const struct gateway_infrastructure *infra = gw->spec.infrastructure;
	struct provision_port ports[GATE_PORTS_MAX];
	struct provision_gateway want = {.namespace = gw->object.namespace,
		.name = gw->object.name,
		.uid = gw->object.uid,
		.api_version = gw->object.api_version,
		.class_name = gw->spec.gateway_class_name,
		.ports = ports,
		.address = first_ip(gw)};
	struct buf account = {0};
	struct arena a;

	arena_init(&a, 512);
	want.params = gate_params(c, gw, &a);
	want.n_ports = gate_ports(&c->store, c->translator, gw, ports);
	if (infra) {
		want.labels = infra->labels;
		want.n_labels = infra->n_labels;
		want.annotations = infra->annotations;
		want.n_annotations = infra->n_annotations;
	}
	provision_want(c->provision, &want);
	arena_fini(&a);
	buf_printf(&account, "%.*s:%.*s", STR_ARG(want.namespace),
		STR_ARG(provision_name(c->provision, want.uid)));
	mem_free((void *)(uintptr_t)g->account.p);
	g->account = str_from(mem_strdup(buf_str(&account)));
	buf_fini(&account);
}

static void on_class_gone(void *arg, struct str class_name)
{
	struct controller *c = arg;

	feeds_forget(c->feeds, class_name);
	translator_set_listens(c->translator, class_name, false, STR(""), NULL, 0);
}

/* The classes whose data plane is the user's own. */
static void unmanaged_sync(struct controller *c)
{
	struct object_list classes = store_list(&c->store, KIND_GATEWAY_CLASS);

	for (size_t i = 0; i < classes.n; i++) {
		const struct object *o = classes.p[i];

		if (class_unmanaged(o) &&
			translator_status(c->translator, KIND_GATEWAY_CLASS, STR(""), o->name))
			unmanaged_want(c->unmanaged, o);
	}
	unmanaged_sweep(c->unmanaged, on_class_gone, c);
}

/* The gate of <gw>; a new one where it was made again, or its class is of the other kind now. */
static struct gate *gate_of(struct controller *c, const struct gateway *gw, struct str class_name)
{
	struct gate *g = map_get(&c->gates, object_key(&gw->object));

	if (g && (!str_eq(g->uid, gw->object.uid) || !str_eq(g->class_name, class_name))) {
		gate_free(g);
		g = NULL;
	}
	return g;
}

void gates_sync(struct controller *c)
{
	struct object_list all = store_list(&c->store, KIND_GATEWAY);
	VEC(struct gate *) gone = {0};
	const struct map_slot *slot;
	size_t at = 0;

	if (c->fresh)
		provision_each_made(c->provision, note_left, c);
	unmanaged_sync(c);
	while ((slot = map_next(&c->gates, &at)))
		((struct gate *)slot->value)->seen = false;
	for (size_t i = 0; i < all.n; i++) {
		const struct gateway *gw = object_gateway(all.p[i]);
		const struct object_status *s = translator_status(
			c->translator, KIND_GATEWAY, gw->object.namespace, gw->object.name);
		bool theirs = unmanaged_has(c->unmanaged, gw->spec.gateway_class_name);
		struct str class_name = theirs ? gw->spec.gateway_class_name : STR("");
		struct gate *g;

		if (!s || gw->object.deleting)
			continue;
		g = gate_of(c, gw, class_name);
		if (!g && !theirs && !accepted(s))
			continue;
		g = gate_get(c, &gw->object);
		g->seen = true;
		if (theirs && !g->class_name.n)
			g->class_name = str_from(mem_strdup(class_name));
		/* One that became invalid keeps its last good data plane. */
		if (!theirs)
			gate_provision(c, g, gw);
	}
	at = 0;
	while ((slot = map_next(&c->gates, &at))) {
		if (!((struct gate *)slot->value)->seen)
			*vec_push(&gone) = slot->value;
	}
	vec_for_each (g, &gone)
		gate_free(*g);
	vec_fini(&gone);
	provision_sweep(c->provision);
	classes_sync(c->classes);
}

/* The feed that serves it. */
static struct str gate_feed(const struct gate *g)
{
	return g->class_name.n ? g->class_name : g->key;
}

static uint64_t state_digest(const struct gateway_state *st)
{
	uint64_t h = hash_mix(1, st->programmed);

	h = hash_mix(h, hash_str(st->message));
	for (size_t i = 0; i < st->n_addresses; i++)
		h = hash_mix(
			hash_mix(h, st->addresses[i].hostname), hash_str(st->addresses[i].value));
	return h;
}

static bool gate_patient(struct controller *c, struct gate *g, const struct gateway *gw)
{
	nsec end;

	if (!gw->spec.n_addresses) {
		g->asked = 0;
		return true;
	}
	if (!g->asked || g->generation != gw->object.generation)
		g->asked = loop_now(c->loop);
	end = g->asked + c->o->address_timeout;
	if (loop_now(c->loop) >= end)
		return false;
	loop_timer_at(c->loop, &g->address, end);
	return true;
}

/* A status that only waits for its data plane is written once, when that has answered. */
static void gate_hold(struct controller *c, struct gate *g, const struct gateway_state *st)
{
	bool waits = st->programmed == PROGRAMMED_PENDING && g->programmed >= 0 &&
		     feeds_connected(c->feeds, gate_feed(g)) > 0;

	if (waits && !g->held && g->generation >= 0) {
		g->held = true;
		loop_timer_arm(c->loop, &g->hold, CONTROLLER_ACK_WAIT);
	} else if (!waits && g->held) {
		gate_release(g);
	}
}

/* Under a new leader: every data plane that there is has told what it uses, or its time is over. */
static void gate_settle(struct controller *c, struct gate *g, const struct provision_view *view)
{
	if (!g->unsettled || (int64_t)feeds_heard(c->feeds, gate_feed(g)) < view->ready)
		return;
	g->unsettled = false;
	gate_mark(g);
}

/* Tells translate how the data plane of <gw> is.  True: something new. */
static bool gate_tell(struct controller *c, struct gate *g, const struct gateway *gw)
{
	bool patient = gate_patient(c, g, gw), changed;
	struct provision_view view;
	struct gateway_state st;
	struct arena a;
	uint64_t digest;

	g->generation = gw->object.generation;
	arena_init(&a, 512);
	view = g->class_name.n ? unmanaged_view(c->unmanaged, g->class_name)
			       : provision_look(c->provision, g->uid);
	st = gate_state(gw, &view, g->programmed == g->generation, patient, &a);
	gate_hold(c, g, &st);
	gate_settle(c, g, &view);
	digest = state_digest(&st);
	changed = digest != g->told;
	if (changed) {
		g->told = digest;
		translator_set_gateway(c->translator, g->key, &st);
	}
	arena_fini(&a);
	return changed;
}

/* The class's feed has been published: it holds this generation from its newest revision on. */
static void gate_step_class(struct controller *c, struct gate *g, const struct gateway *gw)
{
	if (!g->fed || g->fed_generation != gw->object.generation) {
		g->fed_generation = gw->object.generation;
		g->fed = feeds_rev(c->feeds, g->class_name);
	}
	if (g->fed && feeds_acked(c->feeds, g->class_name) >= g->fed)
		g->programmed = gw->object.generation;
}

/* Feeds the data plane and takes up what it said.  True: translate has to look again. */
static bool gate_step(struct controller *c, struct gate *g)
{
	struct str name = g->key, namespace = str_cut(&name, '/');
	const struct gateway *gw =
		object_gateway(store_get(&c->store, KIND_GATEWAY, namespace, name));

	if (!gw)
		return false;
	if (g->class_name.n) {
		gate_step_class(c, g, gw);
		return gate_tell(c, g, gw);
	}
	if (g->behind &&
		accepted(translator_status(c->translator, KIND_GATEWAY, namespace, name))) {
		g->behind = false;
		feeds_publish(c->feeds, g->key, gw->object.generation, c->translator,
			kube_source_raws(c->source));
	}
	/* The first time the cluster has to send it traffic, too. */
	if (feeds_generation(c->feeds, g->key) >= gw->object.generation &&
		(g->programmed >= 0 || provision_look(c->provision, g->uid).ready > 0))
		g->programmed = gw->object.generation;
	return gate_tell(c, g, gw);
}

struct class_step {
	struct controller *c;
	bool again;
};

/* All Gateways of an unmanaged class are one feed. */
static void class_step(void *ctx, struct str class_name)
{
	struct class_step *x = ctx;
	struct controller *c = x->c;

	unmanaged_give_ca(c->unmanaged, class_name, c->o->namespace, buf_str(&c->ca));
	unmanaged_feed(c->unmanaged, class_name, c->feeds);
	feeds_publish(c->feeds, class_name, 0, c->translator, kube_source_raws(c->source));
	x->again = unmanaged_tell(c->unmanaged, class_name, c->feeds, c->translator) || x->again;
}

bool gates_step(struct controller *c)
{
	struct class_step classes = {.c = c};
	const struct map_slot *slot;
	bool again;
	size_t at = 0;

	unmanaged_each(c->unmanaged, class_step, &classes);
	again = classes.again;
	while ((slot = map_next(&c->gates, &at)))
		again = gate_step(c, slot->value) || again;
	return again;
}

void gates_reread(struct controller *c)
{
	size_t n;
	const struct str *keys = translator_read_changed(c->translator, &n);

	for (size_t i = 0; i < n; i++) {
		struct gate *g = map_get(&c->gates, keys[i]);

		if (g)
			g->behind = true;
	}
}

void gates_changed(struct controller *c, const struct gateway *gw)
{
	struct gate *g = map_get(&c->gates, object_key(&gw->object));

	if (g)
		gate_tell(c, g, gw);
}

void gates_unsettle(struct controller *c)
{
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&c->gates, &at)))
		((struct gate *)slot->value)->unsettled = ((struct gate *)slot->value)->behind =
			true;
}

void gates_settle_all(struct controller *c)
{
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&c->gates, &at))) {
		struct gate *g = slot->value;

		if (g->unsettled) {
			g->unsettled = false;
			gate_mark(g);
		}
	}
}

bool gates_hold(struct controller *c, enum object_kind kind, struct str key)
{
	const struct listener_set *ls;
	struct str name = key, namespace = str_cut(&name, '/');
	struct buf gateway = {0};
	struct gate *g = NULL;

	if (kind == KIND_GATEWAY) {
		g = map_get(&c->gates, key);
	} else if (kind == KIND_LISTENER_SET) {
		ls = object_listener_set(store_get(&c->store, kind, namespace, name));
		if (ls) {
			gate_set_gateway(ls, &gateway);
			g = map_get(&c->gates, buf_str(&gateway));
			buf_fini(&gateway);
		}
	}
	return g && (g->held || g->unsettled);
}

void gates_free(struct controller *c)
{
	const struct map_slot *slot;
	size_t at;

	forget_left(c);
	for (at = 0; (slot = map_next(&c->gates, &at)); at = 0)
		gate_free(slot->value);
	map_fini(&c->gates);
}
