/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cluster.h"

#include <errno.h>

#include "base/when.h"
#include "gwapi/types_gen.h"
#include "kube/api.h"
#include "source/kube_source.h"
#include "text/parse.h"

struct cluster {
	struct loop *loop;
	const struct kube_config *kube;
	struct plan_store *plans;
	struct str controller;
	struct api *api;
	struct store store;
	struct translator *translator;
	struct kube_source *source;
	struct task update;
	struct buf why; /* it cannot be read */
	struct buf problems;
	size_t n_problems;
	bool failed;
	bool done;
};

/* --- reading -------------------------------------------------------------------------------- */

static void on_update(struct task *t)
{
	struct cluster *c = container_of(t, struct cluster, update);
	const struct translate_look *looks;
	size_t n;

	translator_update(c->translator, &c->store);
	store_changes_reset(&c->store);
	looks = translator_looked(c->translator, &n);
	for (size_t i = 0; i < n; i++)
		kube_source_look(c->source, looks[i].kind, looks[i].namespace, looks[i].name);
	kube_source_looked(c->source);
	c->done = kube_source_complete(c->source) && !kube_source_behind(c->source);
}

static void on_settled(void *arg)
{
	struct cluster *c = arg;

	loop_defer(c->loop, &c->update);
}

static void on_status(void *arg, struct raw *object)
{
	(void)arg;
	(void)object;
}

static bool on_looked_at(void *arg, enum object_kind kind, struct str namespace, struct str name)
{
	return translator_looks_at(((struct cluster *)arg)->translator, kind, namespace, name);
}

static void on_failed(void *arg, struct str why)
{
	struct cluster *c = arg;

	if (!c->failed)
		buf_add(&c->why, why);
	c->failed = true;
}

static void on_refused(void *arg, struct str line)
{
	struct cluster *c = arg;

	buf_printf(&c->problems, "%.*s\n", STR_ARG(line));
	c->n_problems++;
}

/* --- what the controller wrote --------------------------------------------------------------- */

/* The stored status of an object as a value in <a>; NULL: none. */
static const struct value *stored(
	const struct cluster *c, struct arena *a, enum object_kind kind, struct str key)
{
	const struct raw *raw = raws_get(kube_source_raws(c->source), kind, key);
	struct value *v;

	if (!raw || !raw->status.n)
		return NULL;
	v = ARENA_NEW(a, struct value);
	return text_parse_json(a, raw->status, v, NULL) == 0 ? v : NULL;
}

static struct str text_of(const struct value *v, const char *key)
{
	return value_get_str(v, str_from(key), STR(""));
}

static const struct value *named(const struct value *list, const char *key, struct str name)
{
	if (!list)
		return NULL;
	value_for_each(it, list)
	{
		if (str_eq(text_of(it, key), name))
			return it;
	}
	return NULL;
}

static enum programmed_reason programmed_of(const struct value *condition, int64_t generation)
{
	static const struct {
		const char *reason;
		enum programmed_reason is;
	} reasons[] = {{"Programmed", PROGRAMMED_YES}, {"NoResources", PROGRAMMED_NO_RESOURCES},
		{"AddressNotAssigned", PROGRAMMED_ADDRESS_NOT_ASSIGNED},
		{"AddressNotUsable", PROGRAMMED_ADDRESS_NOT_USABLE}};
	const struct value *n = condition ? value_get(condition, STR("observedGeneration")) : NULL;

	if (!n || n->kind != VALUE_INT || n->integer != generation)
		return PROGRAMMED_PENDING;
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		if (str_eq(text_of(condition, "reason"), str_from(reasons[i].reason)))
			return reasons[i].is;
	}
	return PROGRAMMED_PENDING;
}

static void tell_gateway(struct cluster *c, const struct object *o, struct arena *a)
{
	const struct value *status = stored(c, a, KIND_GATEWAY, object_key(o)), *list, *condition;
	VEC(struct address_report) addresses = {0};
	struct gateway_state st = {.programmed = PROGRAMMED_PENDING};

	if (!status)
		return;
	condition = named(value_get(status, STR("conditions")), "type", STR("Programmed"));
	st.programmed = programmed_of(condition, o->generation);
	if (st.programmed != PROGRAMMED_PENDING && st.programmed != PROGRAMMED_YES)
		st.message = text_of(condition, "message");
	list = value_get(status, STR("addresses"));
	if (list) {
		value_for_each(it, list)
		{
			*vec_push(&addresses) = (struct address_report){
				str_eq(text_of(it, "type"), STR("Hostname")), text_of(it, "value")};
		}
	}
	st.addresses = addresses.p;
	st.n_addresses = addresses.n;
	translator_set_gateway(c->translator, object_key(o), &st);
	vec_fini(&addresses);
}

/* --- unmanaged classes ----------------------------------------------------------------------- */

/* A listener that the controller found no listen for has none. */
static bool listener_listens(const struct value *status, struct str name)
{
	const struct value *list = value_get(status, STR("listeners"));
	const struct value *l = named(list, "name", name);
	const struct value *c = named(value_get(l, STR("conditions")), "type", STR("Accepted"));
	struct str reason = text_of(c, "reason");

	return !str_eq(reason, STR("PortUnavailable")) &&
	       !str_eq(reason, STR("UnsupportedProtocol"));
}

struct listens {
	VEC(struct translate_listen) all;
};

static void add_listen(struct listens *list, const struct value *status, struct str name,
	struct str protocol, int32_t port)
{
	bool http = str_eq(protocol, STR("HTTP")) || str_eq(protocol, STR("HTTPS"));
	struct translate_listen l = {.port = (uint16_t)port,
		.target = (uint16_t)port,
		.udp = str_eq(protocol, STR("UDP")),
		.ssl = str_eq(protocol, STR("HTTPS")) || str_eq(protocol, STR("TLS")),
		.stream = !http};

	if (!listener_listens(status, name))
		return;
	vec_for_each (have, &list->all) {
		if (have->port == l.port && have->udp == l.udp && have->ssl == l.ssl &&
			have->stream == l.stream)
			return;
	}
	*vec_push(&list->all) = l;
}

static void gateway_listens(
	struct cluster *c, struct arena *a, struct str class_name, struct listens *list)
{
	struct object_list all = store_list(&c->store, KIND_GATEWAY);

	for (size_t i = 0; i < all.n; i++) {
		const struct gateway_spec *s = &object_gateway(all.p[i])->spec;
		const struct value *status;

		if (!str_eq(s->gateway_class_name, class_name))
			continue;
		status = stored(c, a, KIND_GATEWAY, object_key(all.p[i]));
		for (size_t k = 0; k < s->n_listeners; k++)
			add_listen(list, status, s->listeners[k].name, s->listeners[k].protocol,
				s->listeners[k].port);
	}
}

/* Also those of sets whose Gateway is of another class: a listen alone is no listener. */
static void set_listens(struct cluster *c, struct arena *a, struct listens *list)
{
	struct object_list all = store_list(&c->store, KIND_LISTENER_SET);

	for (size_t i = 0; i < all.n; i++) {
		const struct listener_set_spec *s = &object_listener_set(all.p[i])->spec;
		const struct value *status = stored(c, a, KIND_LISTENER_SET, object_key(all.p[i]));

		for (size_t k = 0; k < s->n_listeners; k++)
			add_listen(list, status, s->listeners[k].name, s->listeners[k].protocol,
				s->listeners[k].port);
	}
}

/* How its data plane listens only the controller was told; its verdict stands in the status. */
static void tell_listens(
	struct cluster *c, struct translator *t, struct str class_name, struct str as)
{
	struct listens list = {0};
	struct arena a;

	arena_init(&a, 0);
	gateway_listens(c, &a, class_name, &list);
	set_listens(c, &a, &list);
	translator_set_listens(t, as, true, STR(""), list.all.p, list.all.n);
	vec_fini(&list.all);
	arena_fini(&a);
}

static void tell_facts(struct cluster *c)
{
	struct object_list all = store_list(&c->store, KIND_GATEWAY);
	struct object_list classes = store_list(&c->store, KIND_GATEWAY_CLASS);
	struct arena a;

	arena_init(&a, 0);
	for (size_t i = 0; i < all.n; i++)
		tell_gateway(c, all.p[i], &a);
	for (size_t i = 0; i < classes.n; i++) {
		if (class_unmanaged(classes.p[i]))
			tell_listens(c, c->translator, classes.p[i]->name, classes.p[i]->name);
	}
	translator_update(c->translator, &c->store);
	arena_fini(&a);
}

/* --- its life ------------------------------------------------------------------------------- */

static int read_all(struct cluster *c, struct buf *err)
{
	static const struct kube_source_ops ops = {
		on_settled, on_status, on_looked_at, on_failed, on_refused};
	int rc = loop_new(&(struct loop_config){0}, &c->loop);

	if (rc == 0)
		rc = api_new(c->loop, c->kube, &c->api);
	if (rc < 0) {
		api_new_why(rc, err);
		return rc;
	}
	c->source = kube_source_new(c->api, &c->store, (struct kube_scope){0}, &ops, c);
	while (!c->done && !c->failed)
		loop_tick(c->loop, NSEC_NEVER);
	if (c->failed) {
		buf_add(err, buf_str(&c->why));
		return -EIO;
	}
	if (!kube_source_served(c->source, KIND_GATEWAY_CLASS)) {
		buf_printf(err, "the API server has no gatewayclasses.gateway.networking.k8s.io: "
				"the CRDs of the Gateway API are not installed");
		return -ENOENT;
	}
	return 0;
}

int cluster_read(const struct kube_config *kube, struct plan_store *plans, struct str controller,
	struct buf *err, struct cluster **ret_cluster)
{
	struct cluster *c = MEM_NEW(struct cluster);
	int rc;

	c->kube = kube;
	c->plans = plans;
	c->controller = controller.n ? controller : STR(TRANSLATE_CONTROLLER);
	store_init(&c->store);
	task_init(&c->update, on_update);
	c->translator = translator_new(&(struct translate_options){.mode = TRANSLATE_MANAGED,
		.controllers = &c->controller,
		.n_controllers = 1,
		.tell_looked = true});
	rc = read_all(c, err);
	if (rc < 0) {
		cluster_free(c);
		return rc;
	}
	tell_facts(c);
	*ret_cluster = c;
	return 0;
}

void cluster_free(struct cluster *c)
{
	if (!c)
		return;
	task_cancel(&c->update);
	kube_source_free(c->source);
	api_free(c->api);
	translator_free(c->translator);
	store_fini(&c->store);
	loop_free(c->loop);
	buf_fini(&c->why);
	buf_fini(&c->problems);
	mem_free(c);
}

struct store *cluster_store(struct cluster *c)
{
	return &c->store;
}

struct translator *cluster_translator(struct cluster *c)
{
	return c->translator;
}

struct str cluster_problems(const struct cluster *c, size_t *ret_n)
{
	*ret_n = c->n_problems;
	return buf_str(&c->problems);
}

struct object_list cluster_gateways(struct cluster *c, struct arena *a)
{
	struct object_list all = store_list(&c->store, KIND_GATEWAY);
	const struct object **ours = arena_alloc(a, (all.n + 1) * sizeof(*ours));
	size_t n = 0;

	for (size_t i = 0; i < all.n; i++) {
		if (translator_status(
			    c->translator, KIND_GATEWAY, all.p[i]->namespace, all.p[i]->name))
			ours[n++] = all.p[i];
	}
	return (struct object_list){ours, n};
}

struct plan *cluster_plan(struct cluster *c, const struct object *gateway)
{
	struct str class_name = object_gateway(gateway)->spec.gateway_class_name;
	const struct object *class = store_get(&c->store, KIND_GATEWAY_CLASS, STR(""), class_name);
	bool shared = class && class_unmanaged(class);
	struct translate_options o = {.mode = shared ? TRANSLATE_SHARED : TRANSLATE_MANAGED,
		.controllers = &c->controller,
		.n_controllers = 1,
		.plans = c->plans};
	struct translator *t;
	struct plan *plan;

	if (shared)
		o.only_class = class_name;
	else
		o.only_gateway = object_key(gateway);
	t = translator_new(&o);
	if (shared)
		tell_listens(c, t, class_name, STR(""));
	plan = translator_update(t, &c->store);
	translator_free(t);
	return plan;
}

/* --- status --------------------------------------------------------------------------------- */

static struct str now_text(struct arena *a)
{
	char text[WHEN_TEXT];

	return arena_str(a, when_text(clock_wall(clock_system()), 0, text));
}

/* What depends on the CRDs that are served is the controller's to say. */
static void keep_class(struct arena *a, struct value *object, const struct value *before)
{
	const struct value *features = value_get(before, STR("supportedFeatures"));
	const struct value *version =
		named(value_get(before, STR("conditions")), "type", STR("SupportedVersion"));

	value_for_each_member(m, object)
	{
		if (!str_eq(m->key, STR("status")))
			continue;
		if (features)
			value_set(a, &m->value, STR("supportedFeatures"), *features);
		value_for_each_member(s, &m->value)
		{
			if (version && str_eq(s->key, STR("conditions")))
				value_push(a, &s->value, *version);
		}
	}
}

struct value cluster_status(struct cluster *c, struct arena *a)
{
	struct value list = value_object(), items = value_array();
	struct str now = now_text(a);
	size_t n;
	const struct object_status *const *all = translator_statuses(c->translator, &n);

	for (size_t i = 0; i < n; i++) {
		const struct object *o = all[i]->object;
		const struct value *before = stored(c, a, (enum object_kind)o->kind, object_key(o));
		struct value object = status_object(a, all[i], before, now);

		if (o->kind == KIND_GATEWAY_CLASS && before)
			keep_class(a, &object, before);
		value_push(a, &items, object);
	}
	value_add(a, &list, STR("apiVersion"), value_str(STR("v1")));
	value_add(a, &list, STR("kind"), value_str(STR("List")));
	value_add(a, &list, STR("items"), items);
	return list;
}
