/* SPDX-License-Identifier: Apache-2.0 */
#include "control/controller.h"

#include <errno.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/rand.h"
#include "control/authority.h"
#include "control/feed_server.h"
#include "control/gate_priv.h"
#include "control/writer.h"
#include "kube/lease.h"
#include "kube/secure.h"
#include "source/kube_source.h"
#include "text/parse.h"
#include "text/write.h"

#define FINALIZER "gateway-exists-finalizer.gateway.networking.k8s.io"
#define LEASE_NAME "sluice-controller"
#define CERTIFICATE_DAYS 365
#define VERSION_LOOK SEC(60)
#define CRD_PATH \
	"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gateways.gateway.networking.k8s.io"

struct class_patch {
	struct controller *controller;
	struct list node;
	struct api_call call;
	struct buf path;
	struct buf body;
};

struct controller {
	struct loop *loop;
	const struct controller_options *o;
	struct str name; /* controllerName */
	struct api *api;
	struct store store;
	struct translator *translator;
	struct kube_source *source;
	struct writer_status *writer;
	struct authority *authority;
	struct secure_context *tls;
	struct provision *provision;
	struct feed_server *feed;
	struct lease *lease;
	struct map gates; /* by key */
	struct list patches; /* of classes */
	struct task update;
	struct api_call version_call;
	struct timer version_timer;
	struct buf feed_url;
	bool complete; /* the source has settled */
	bool gates_dirty; /* what Gateways want is to be looked at again */
	bool ending;
};

/* --- Gateways ------------------------------------------------------------------------------- */

static void update_soon(struct controller *c)
{
	if (c->complete && !c->ending)
		loop_defer(c->loop, &c->update);
}

static bool working(const struct controller *c)
{
	return c->complete && c->feed && provision_complete(c->provision) && c->lease &&
	       lease_held(c->lease) && !c->ending;
}

static void gate_release(struct gate *g)
{
	g->held = false;
	loop_timer_cancel(g->controller->loop, &g->hold);
	writer_status_mark(g->controller->writer, KIND_GATEWAY, g->key);
}

static void on_hold_end(struct timer *t)
{
	gate_release(container_of(t, struct gate, hold));
}

static void on_address_end(struct timer *t)
{
	struct gate *g = container_of(t, struct gate, address);

	update_soon(g->controller);
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
	if (c->feed)
		feed_server_forget(c->feed, g->key);
	loop_timer_cancel(c->loop, &g->hold);
	loop_timer_cancel(c->loop, &g->address);
	mem_free((void *)(uintptr_t)g->key.p);
	mem_free((void *)(uintptr_t)g->uid.p);
	mem_free((void *)(uintptr_t)g->account.p);
	mem_free(g);
}

static bool accepted(const struct object_status *s)
{
	const struct condition *c = s ? condition_find(&s->conditions, STR("Accepted")) : NULL;

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

	want.n_ports = gate_ports(&c->store, c->translator, gw, ports);
	if (infra) {
		want.labels = infra->labels;
		want.n_labels = infra->n_labels;
		want.annotations = infra->annotations;
		want.n_annotations = infra->n_annotations;
	}
	provision_want(c->provision, &want);
	buf_printf(&account, "%.*s:%.*s", STR_ARG(want.namespace),
		STR_ARG(provision_name(c->provision, want.uid)));
	mem_free((void *)(uintptr_t)g->account.p);
	g->account = str_from(mem_strdup(buf_str(&account)));
	buf_fini(&account);
}

static void class_finalizer(struct controller *c, const struct object *class, bool in_use);

/* Walks all Gateways: who is ours, what they want; who is no more. */
static void gates_sync(struct controller *c)
{
	struct object_list all = store_list(&c->store, KIND_GATEWAY);
	struct object_list classes = store_list(&c->store, KIND_GATEWAY_CLASS);
	VEC(struct gate *) gone = {0};
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&c->gates, &at)))
		((struct gate *)slot->value)->seen = false;
	for (size_t i = 0; i < all.n; i++) {
		const struct gateway *gw = object_gateway(all.p[i]);
		const struct object_status *s = translator_status(
			c->translator, KIND_GATEWAY, gw->object.namespace, gw->object.name);
		struct gate *g = map_get(&c->gates, object_key(&gw->object));

		if (!s || gw->object.deleting)
			continue;
		if (g && !str_eq(g->uid, gw->object.uid)) { /* deleted and made again */
			gate_free(g);
			g = NULL;
		}
		if (!g && !accepted(s))
			continue;
		g = gate_get(c, &gw->object);
		g->seen = true;
		/* One that became invalid keeps its last good data plane. */
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
	for (size_t i = 0; i < classes.n; i++) {
		bool in_use = false;

		for (size_t j = 0; j < all.n && !in_use; j++)
			in_use = str_eq(object_gateway(all.p[j])->spec.gateway_class_name,
				classes.p[i]->name);
		if (translator_status(
			    c->translator, KIND_GATEWAY_CLASS, STR(""), classes.p[i]->name))
			class_finalizer(c, classes.p[i], in_use);
	}
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
		     feed_server_connected(c->feed, g->key) > 0;

	if (waits && !g->held && g->generation >= 0) {
		g->held = true;
		loop_timer_arm(c->loop, &g->hold, CONTROLLER_ACK_WAIT);
	} else if (!waits && g->held) {
		gate_release(g);
	}
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
	view = provision_look(c->provision, g->uid);
	st = gate_state(gw, &view, g->programmed == g->generation, patient, &a);
	gate_hold(c, g, &st);
	digest = state_digest(&st);
	changed = digest != g->told;
	if (changed) {
		g->told = digest;
		translator_set_gateway(c->translator, g->key, &st);
	}
	arena_fini(&a);
	return changed;
}

/* Feeds the data plane and takes up what it said.  True: translate has to look again. */
static bool gate_step(struct controller *c, struct gate *g)
{
	struct str name = g->key, namespace = str_cut(&name, '/');
	const struct gateway *gw =
		object_gateway(store_get(&c->store, KIND_GATEWAY, namespace, name));

	if (!gw)
		return false;
	if (accepted(translator_status(c->translator, KIND_GATEWAY, namespace, name)))
		feed_server_publish(c->feed, g->key, gw->object.generation, c->translator,
			kube_source_raws(c->source));
	if (feed_server_generation(c->feed, g->key) >= gw->object.generation)
		g->programmed = gw->object.generation;
	return gate_tell(c, g, gw);
}

/* --- classes -------------------------------------------------------------------------------- */

static void on_patched(struct api_call *call, int res, int status, struct str body)
{
	struct class_patch *p = container_of(call, struct class_patch, call);

	if (!p->controller->ending && (res < 0 || (status != 200 && status != 409)))
		log_warn("finalizer not written", LOG_INT("status", status), LOG_ERR(res),
			LOG_STR("answer", str_take(body, 300)));
	list_del(&p->node);
	buf_fini(&p->path);
	buf_fini(&p->body);
	mem_free(p);
}

static void patch_class(struct controller *c, struct raw *raw, const struct value *finalizers)
{
	struct class_patch *p = MEM_NEW(struct class_patch);

	p->controller = c;
	list_init(&p->node);
	list_add_tail(&c->patches, &p->node);
	buf_printf(&p->path, "/apis/gateway.networking.k8s.io/v1/gatewayclasses%.*s",
		STR_ARG(raw->key));
	buf_printf(&p->body, "{\"metadata\":{\"resourceVersion\":\"%.*s\",\"finalizers\":",
		STR_ARG(raw->version));
	text_write_json(&p->body, finalizers, TEXT_COMPACT);
	buf_add(&p->body, STR("}}"));
	p->call = (struct api_call){.method = "PATCH",
		.path = buf_str(&p->path),
		.query = STR("fieldManager=sluice"),
		.content_type = "application/merge-patch+json",
		.body = buf_str(&p->body),
		.done = on_patched};
	api_start(c->api, &p->call);
}

/* A class that Gateways use may not go before them. */
static void class_finalizer(struct controller *c, const struct object *class, bool in_use)
{
	struct raw *raw =
		raws_get(kube_source_raws(c->source), KIND_GATEWAY_CLASS, object_key(class));
	struct value list = value_array(), v;
	const struct value *old;
	bool has = false;
	struct arena a;

	if (!raw || !list_empty(&c->patches) || (in_use && class->deleting))
		return;
	arena_init(&a, 0);
	if (text_parse_json(&a, raw->text, &v, NULL) == 0) {
		old = value_get(value_get(&v, STR("metadata")), STR("finalizers"));
		if (old) {
			value_for_each(it, old)
			{
				if (it->kind == VALUE_STRING && str_eq(it->string, STR(FINALIZER)))
					has = true;
				else
					value_push(&a, &list, *it);
			}
		}
		if (in_use)
			value_push(&a, &list, value_str(STR(FINALIZER)));
		if (in_use != has)
			patch_class(c, raw, &list);
	}
	arena_fini(&a);
}

/* --- the version of the CRDs ---------------------------------------------------------------- */

static void tell_version(struct controller *c, struct str version)
{
	bool good = str_starts(version, STR("v1."));
	struct object_list classes = store_list(&c->store, KIND_GATEWAY_CLASS);
	struct condition cond = {.type = STR("SupportedVersion"),
		.reason = good ? STR("SupportedVersion") : STR("UnsupportedVersion"),
		.status = good ? CONDITION_TRUE : CONDITION_FALSE};
	struct arena a;

	arena_init(&a, 256);
	cond.message =
		version.n ? arena_printf(&a, "The cluster's Gateway API CRDs are of version %.*s.",
				    STR_ARG(version))
			  : STR("The cluster's Gateway API CRDs name no version.");
	writer_status_class(c->writer, &cond);
	for (size_t i = 0; i < classes.n; i++) {
		if (translator_status(
			    c->translator, KIND_GATEWAY_CLASS, STR(""), classes.p[i]->name))
			writer_status_mark(c->writer, KIND_GATEWAY_CLASS, object_key(classes.p[i]));
	}
	arena_fini(&a);
}

static void on_version(struct api_call *call, int res, int status, struct str body)
{
	struct controller *c = container_of(call, struct controller, version_call);
	struct value v;
	struct arena a;

	if (c->ending)
		return;
	arena_init(&a, 0);
	if (res == 0 && status == 200 && text_parse_json(&a, body, &v, NULL) == 0)
		tell_version(c,
			value_get_str(value_get(value_get(&v, STR("metadata")), STR("annotations")),
				STR("gateway.networking.k8s.io/bundle-version"), STR("")));
	arena_fini(&a);
	loop_timer_arm(c->loop, &c->version_timer, VERSION_LOOK);
}

static void look_version(struct timer *t)
{
	struct controller *c = container_of(t, struct controller, version_timer);

	c->version_call =
		(struct api_call){.method = "GET", .path = STR(CRD_PATH), .done = on_version};
	api_start(c->api, &c->version_call);
}

/* --- the round ------------------------------------------------------------------------------ */

/* Whether a change of this kind can change what is provisioned; routes and endpoints cannot. */
static bool shapes_gates(enum object_kind k)
{
	return k <= KIND_LISTENER_SET || k == KIND_NAMESPACE || k == KIND_CONFIG_MAP ||
	       k == KIND_REFERENCE_GRANT || k == KIND_SECRET;
}

static void look_at_changes(struct controller *c)
{
	const struct store_change *changes;
	const struct status_change *statuses;
	size_t n = store_changes(&c->store, &changes);

	for (size_t i = 0; i < n; i++) {
		const struct gateway *gw = object_gateway(changes[i].new);
		struct gate *g = gw ? map_get(&c->gates, object_key(changes[i].new)) : NULL;

		c->gates_dirty = c->gates_dirty || shapes_gates(changes[i].kind);
		/* A new generation is programmed by nobody yet: known before it is judged. */
		if (g && working(c))
			gate_tell(c, g, gw);
	}
	translator_update(c->translator, &c->store);
	store_changes_reset(&c->store);
	statuses = translator_changed(c->translator, &n);
	for (size_t i = 0; i < n; i++) {
		struct buf key = {0};
		struct gate *g;

		buf_printf(&key, "%.*s/%.*s", STR_ARG(statuses[i].namespace),
			STR_ARG(statuses[i].name));
		c->gates_dirty = c->gates_dirty || shapes_gates(statuses[i].kind);
		g = statuses[i].kind == KIND_GATEWAY ? map_get(&c->gates, buf_str(&key)) : NULL;
		if (!g || !g->held)
			writer_status_mark(c->writer, statuses[i].kind, buf_str(&key));
		buf_fini(&key);
	}
}

static void on_update(struct task *t)
{
	struct controller *c = container_of(t, struct controller, update);
	const struct map_slot *slot;
	bool again = false;
	size_t at = 0;

	look_at_changes(c);
	if (!working(c))
		return;
	if (c->gates_dirty) {
		c->gates_dirty = false;
		gates_sync(c);
	}
	while ((slot = map_next(&c->gates, &at)))
		again = gate_step(c, slot->value) || again;
	if (again)
		update_soon(c);
}

static void on_settled(void *arg)
{
	struct controller *c = arg;

	if (!c->complete)
		log_info("the cluster's objects are known");
	c->complete = true;
	update_soon(c);
}

static void on_status(void *arg, struct raw *object)
{
	struct controller *c = arg;
	struct str name = object->key, namespace = str_cut(&name, '/');

	if (c->complete && translator_status(c->translator, object->kind, namespace, name))
		writer_status_mark(c->writer, object->kind, object->key);
}

static void on_provisioned(void *arg, struct str uid)
{
	struct controller *c = arg;

	/* Also what nobody wants any more, at the first look. */
	if (!uid.n)
		c->gates_dirty = true;
	update_soon(c);
}

static void on_leading(void *arg, bool leading)
{
	struct controller *c = arg;

	log_info(leading ? "this replica leads" : "this replica does not lead");
	writer_status_enable(c->writer, leading && c->complete);
	provision_enable(c->provision, leading);
	feed_server_enable(c->feed, leading);
	c->gates_dirty = true;
	update_soon(c);
}

static void lead_when_complete(struct controller *c)
{
	if (c->lease && lease_held(c->lease))
		writer_status_enable(c->writer, c->complete);
}

static bool on_allowed(void *arg, struct str gateway, struct str account)
{
	const struct controller *c = arg;
	const struct gate *g = map_get(&c->gates, gateway);

	return g && g->account.n && str_eq(g->account, account);
}

static void on_acked(void *arg, struct str gateway)
{
	(void)gateway;
	update_soon(arg);
}

static void on_port(void *arg, struct str gateway, bool udp, uint16_t port, struct str why)
{
	struct controller *c = arg;

	translator_set_port_error(c->translator, gateway, udp, port, why);
	update_soon(c);
}

/* --- start and end -------------------------------------------------------------------------- */

static int start_feed(struct controller *c, struct str ca, struct str ca_key)
{
	static const struct feed_server_ops ops = {on_allowed, on_acked, on_port};
	struct buf cert = {0}, key = {0};
	int rc = secure_issue(ca, ca_key, STR("sluice controller"), &c->o->feed_host, 1,
		loop_wall(c->loop), CERTIFICATE_DAYS, &cert, &key);

	if (rc == 0)
		rc = secure_server(buf_str(&cert), buf_str(&key), &c->tls);
	if (rc == 0)
		rc = feed_server_new(
			c->loop, &c->o->feed_listen, c->tls, c->api, &ops, c, &c->feed);
	buf_fini(&cert);
	buf_fini(&key);
	return rc;
}

static void identity(struct buf *out)
{
	char host[256] = "";
	uint32_t id;

	rand_secure(&id, sizeof(id));
	if (gethostname(host, sizeof(host) - 1) < 0)
		host[0] = '\0';
	buf_printf(out, "%s-%08x", host, id);
}

/* The authority is there: everything that data planes meet can start. */
static void on_authority(void *arg, struct str cert, struct str key)
{
	struct controller *c = arg;
	struct provision_options o = {.image = c->o->image,
		.feed_url = buf_str(&c->feed_url),
		.ca = cert,
		.log_level = c->o->log_level,
		.controller = c->name};
	struct buf who = {0};
	int rc = start_feed(c, cert, key);

	if (rc < 0) {
		log_error("the feed cannot be served", LOG_ERR(rc));
		return;
	}
	c->provision = provision_new(c->api, &o, on_provisioned, c);
	identity(&who);
	c->lease =
		lease_new(c->api, c->o->namespace, STR(LEASE_NAME), buf_str(&who), on_leading, c);
	buf_fini(&who);
}

static void on_complete(void *arg)
{
	on_settled(arg);
	lead_when_complete(arg);
}

int controller_new(
	struct loop *l, const struct controller_options *o, struct controller **ret_controller)
{
	static const struct kube_source_ops source_ops = {on_complete, on_status};
	struct controller *c = MEM_NEW(struct controller);
	int rc;

	c->loop = l;
	c->o = o;
	c->name = o->controller.n ? o->controller : STR(TRANSLATE_CONTROLLER);
	list_init(&c->patches);
	store_init(&c->store);
	task_init(&c->update, on_update);
	timer_init(&c->version_timer, look_version);
	buf_printf(
		&c->feed_url, "https://%.*s:%u", STR_ARG(o->feed_host), addr_port(&o->feed_listen));
	rc = api_new(l, o->kube, &c->api);
	if (rc < 0) {
		controller_free(c);
		return rc;
	}
	c->translator = translator_new(&(struct translate_options){
		.mode = TRANSLATE_MANAGED, .controllers = &c->name, .n_controllers = 1});
	c->source = kube_source_new(c->api, &c->store, &source_ops, c);
	c->writer = writer_status_new(c->api, c->source, c->translator, c->name);
	c->authority = authority_new(c->api, o->namespace, on_authority, c);
	look_version(&c->version_timer);
	*ret_controller = c;
	return 0;
}

bool controller_ready(const struct controller *c)
{
	return c->complete && c->feed;
}

static void end_calls(struct controller *c)
{
	loop_timer_cancel(c->loop, &c->version_timer);
	api_cancel(&c->version_call);
	list_for_each_safe (node, &c->patches)
		api_cancel(&container_of(node, struct class_patch, node)->call);
	while (api_active(&c->version_call) || !list_empty(&c->patches))
		loop_tick(c->loop, 0);
}

void controller_free(struct controller *c)
{
	const struct map_slot *slot;
	size_t at;

	if (!c)
		return;
	c->ending = true;
	task_cancel(&c->update);
	if (c->api)
		end_calls(c);
	if (c->lease) {
		writer_status_enable(c->writer, false);
		lease_release(c->lease);
	}
	lease_free(c->lease);
	feed_server_free(c->feed);
	c->feed = NULL;
	provision_free(c->provision);
	authority_free(c->authority);
	for (at = 0; (slot = map_next(&c->gates, &at)); at = 0)
		gate_free(slot->value);
	map_fini(&c->gates);
	writer_status_free(c->writer);
	kube_source_free(c->source);
	translator_free(c->translator);
	store_fini(&c->store);
	api_free(c->api);
	secure_context_free(c->tls);
	buf_fini(&c->feed_url);
	mem_free(c);
}
