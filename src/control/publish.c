/* SPDX-License-Identifier: Apache-2.0 */
#include "control/publish.h"

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "kube/reflector.h"
#include "text/parse.h"
#include "text/write.h"

#define PORTS_MAX 512
#define ADDRESSES_MAX 64

/* --- what they come to ------------------------------------------------------------------------ */

struct judging {
	struct publish_port ports[PORTS_MAX];
	size_t n_ports;
	struct provision_address addresses[ADDRESSES_MAX];
	size_t n_addresses;
	struct arena *arena;
};

static void add_address(struct judging *j, struct str value, bool hostname)
{
	for (size_t i = 0; i < j->n_addresses; i++)
		if (str_eq(j->addresses[i].value, value))
			return;
	if (value.n && j->n_addresses < ADDRESSES_MAX)
		j->addresses[j->n_addresses++] =
			(struct provision_address){arena_str(j->arena, value), hostname};
}

static void add_addresses(struct judging *j, const struct value *list)
{
	if (!list || list->kind != VALUE_ARRAY)
		return;
	value_for_each(it, list)
	{
		if (it->kind == VALUE_STRING && !str_eq(it->string, STR("None")))
			add_address(j, it->string, false);
	}
}

static bool endpoint_ready(const struct value *endpoint)
{
	const struct value *ready = value_get(value_get(endpoint, STR("conditions")), STR("ready"));

	return !ready || ready->kind != VALUE_BOOL || ready->boolean; /* absent: ready */
}

/* Of a headless Service: what its name resolves to. */
static void add_endpoints(struct judging *j, const struct value *slice)
{
	const struct value *endpoints = value_get(slice, STR("endpoints"));

	if (!endpoints || endpoints->kind != VALUE_ARRAY)
		return;
	value_for_each(it, endpoints)
	{
		if (endpoint_ready(it))
			add_addresses(j, value_get(it, STR("addresses")));
	}
}

static void judge_addresses(
	struct judging *j, const struct value *service, const struct value *const *slices, size_t n)
{
	const struct value *spec = value_get(service, STR("spec"));
	const struct value *ingress = value_get(
		value_get(value_get(service, STR("status")), STR("loadBalancer")), STR("ingress"));
	struct str type = value_get_str(spec, STR("type"), STR("ClusterIP"));

	if (str_eq(type, STR("ExternalName"))) {
		add_address(j, value_get_str(spec, STR("externalName"), STR("")), true);
		return;
	}
	if (str_eq(type, STR("LoadBalancer")) && ingress && ingress->kind == VALUE_ARRAY) {
		value_for_each(it, ingress)
		{
			add_address(j, value_get_str(it, STR("ip"), STR("")), false);
			add_address(j, value_get_str(it, STR("hostname"), STR("")), true);
		}
	}
	if (!str_eq(type, STR("LoadBalancer")))
		add_addresses(j, value_get(spec, STR("clusterIPs")));
	add_addresses(j, value_get(spec, STR("externalIPs")));
	if (str_eq(value_get_str(spec, STR("clusterIP"), STR("")), STR("None")))
		for (size_t i = 0; i < n; i++)
			add_endpoints(j, slices[i]);
}

static uint16_t port_number(const struct value *v)
{
	return v && v->kind == VALUE_INT && v->integer > 0 && v->integer < 65536
		       ? (uint16_t)v->integer
		       : 0;
}

static void add_port(struct judging *j, uint16_t port, uint16_t target, bool udp)
{
	size_t at = 0;

	while (at < j->n_ports &&
		(j->ports[at].udp != udp            ? j->ports[at].udp < udp
			: j->ports[at].port != port ? j->ports[at].port < port
						    : j->ports[at].target < target))
		at++;
	if (!port || !target || j->n_ports == PORTS_MAX ||
		(at < j->n_ports && j->ports[at].udp == udp && j->ports[at].port == port &&
			j->ports[at].target == target))
		return;
	memmove(&j->ports[at + 1], &j->ports[at], (j->n_ports - at) * sizeof(j->ports[0]));
	j->ports[at] = (struct publish_port){port, target, udp};
	j->n_ports++;
}

/* A named targetPort: the numbers that the cluster found in the pods, under the port's own name. */
static void add_named(struct judging *j, const struct value *port, uint16_t number, bool udp,
	const struct value *const *slices, size_t n)
{
	struct str name = value_get_str(port, STR("name"), STR(""));

	for (size_t i = 0; i < n; i++) {
		const struct value *ports = value_get(slices[i], STR("ports"));

		if (!ports || ports->kind != VALUE_ARRAY)
			continue;
		value_for_each(it, ports)
		{
			bool same = str_eq(value_get_str(it, STR("protocol"), STR("TCP")),
				udp ? STR("UDP") : STR("TCP"));

			if (same && str_eq(value_get_str(it, STR("name"), STR("")), name))
				add_port(j, number, port_number(value_get(it, STR("port"))), udp);
		}
	}
}

static void judge_ports(
	struct judging *j, const struct value *service, const struct value *const *slices, size_t n)
{
	const struct value *ports = value_get(value_get(service, STR("spec")), STR("ports"));

	if (!ports || ports->kind != VALUE_ARRAY)
		return;
	value_for_each(it, ports)
	{
		struct str protocol = value_get_str(it, STR("protocol"), STR("TCP"));
		const struct value *target = value_get(it, STR("targetPort"));
		uint16_t number = port_number(value_get(it, STR("port")));
		bool udp = str_eq(protocol, STR("UDP"));

		if (!udp && !str_eq(protocol, STR("TCP")))
			continue;
		if (target && target->kind == VALUE_STRING)
			add_named(j, it, number, udp, slices, n);
		else
			add_port(j, number, target ? port_number(target) : number, udp);
	}
}

static size_t slice_ready(const struct value *slice)
{
	const struct value *endpoints = value_get(slice, STR("endpoints"));
	size_t n = 0;

	if (!endpoints || endpoints->kind != VALUE_ARRAY)
		return 0;
	value_for_each(it, endpoints) n += endpoint_ready(it);
	return n;
}

/* A dual-stack Service has each pod twice. */
static size_t ready_count(const struct value *const *slices, size_t n)
{
	size_t v4 = 0, v6 = 0;

	for (size_t i = 0; i < n; i++) {
		bool is6 =
			str_eq(value_get_str(slices[i], STR("addressType"), STR("")), STR("IPv6"));

		*(is6 ? &v6 : &v4) += slice_ready(slices[i]);
	}
	return MAX(v4, v6);
}

struct publish_view publish_judge(
	struct arena *a, const struct value *service, const struct value *const *slices, size_t n)
{
	struct judging *j = ARENA_NEW(a, struct judging);

	j->arena = a;
	judge_ports(j, service, slices, n);
	judge_addresses(j, service, slices, n);
	return (struct publish_view){.complete = true,
		.found = true,
		.ports = j->ports,
		.n_ports = j->n_ports,
		.addresses = j->addresses,
		.n_addresses = j->n_addresses,
		.n_ready = ready_count(slices, n)};
}

/* --- what is watched -------------------------------------------------------------------------- */

enum { WATCH_SERVICE, WATCH_SLICES, WATCH_MAX };

struct watched {
	struct str key;
	struct str text; /* JSON */
	bool seen;
};

struct publish_watch {
	struct publish *publish;
	struct reflector *reflector;
	struct map objects; /* by name */
};

struct publish {
	struct api *api;
	publish_f *changed;
	void *arg;
	struct str name; /* "namespace/name" */
	struct publish_watch watches[WATCH_MAX];
	struct arena judged;
	struct publish_view view;
	bool ending;
};

static void watched_free(struct watched *w)
{
	mem_free((void *)(uintptr_t)w->key.p);
	mem_free((void *)(uintptr_t)w->text.p);
	mem_free(w);
}

static const struct value *parse_watched(struct arena *a, const struct watched *w)
{
	struct value *v = ARENA_NEW(a, struct value);

	return text_parse_json(a, w->text, v, NULL) == 0 ? v : NULL;
}

static bool complete(const struct publish *p)
{
	for (int i = 0; i < WATCH_MAX; i++)
		if (!p->watches[i].reflector || !reflector_listed(p->watches[i].reflector))
			return false;
	return true;
}

static void judge(struct publish *p)
{
	const struct map *slices = &p->watches[WATCH_SLICES].objects;
	const struct map_slot *slot;
	const struct value **list;
	struct watched *service;
	size_t at = 0, n = 0;

	if (p->ending || !complete(p))
		return;
	arena_reset(&p->judged);
	p->view = (struct publish_view){.complete = true};
	at = 0;
	slot = map_next(&p->watches[WATCH_SERVICE].objects, &at);
	service = slot ? slot->value : NULL;
	list = ARENA_ARRAY(&p->judged, const struct value *, slices->n);
	at = 0;
	while ((slot = map_next(slices, &at))) {
		list[n] = parse_watched(&p->judged, slot->value);
		n += list[n] != NULL;
	}
	if (service) {
		const struct value *v = parse_watched(&p->judged, service);

		if (v)
			p->view = publish_judge(&p->judged, v, list, n);
	}
	p->changed(p->arg);
}

static void on_begin(void *arg)
{
	struct publish_watch *w = arg;
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&w->objects, &at)))
		((struct watched *)slot->value)->seen = false;
}

static void on_object(void *arg, struct arena *a, struct value *v)
{
	struct publish_watch *w = arg;
	struct watched *x = MEM_NEW(struct watched), *old;
	struct buf text = {0};

	(void)a;
	text_write_json(&text, v, TEXT_COMPACT);
	x->key = str_from(
		mem_strdup(value_get_str(value_get(v, STR("metadata")), STR("name"), STR(""))));
	x->text = str_from(mem_strdup(buf_str(&text)));
	x->seen = true;
	buf_fini(&text);
	old = map_del(&w->objects, x->key);
	if (old)
		watched_free(old);
	map_put(&w->objects, x->key, x);
	judge(w->publish);
}

static void forget(struct publish_watch *w, struct str key)
{
	struct watched *x = map_del(&w->objects, key);

	if (x)
		watched_free(x);
}

static void on_deleted(void *arg, struct arena *a, struct value *v)
{
	struct publish_watch *w = arg;

	(void)a;
	forget(w, value_get_str(value_get(v, STR("metadata")), STR("name"), STR("")));
	judge(w->publish);
}

static void on_listed(void *arg, bool served)
{
	struct publish_watch *w = arg;
	VEC(struct watched *) gone = {0};
	const struct map_slot *slot;
	size_t at = 0;

	(void)served;
	while ((slot = map_next(&w->objects, &at)))
		if (!((struct watched *)slot->value)->seen)
			*vec_push(&gone) = slot->value;
	vec_for_each (x, &gone)
		forget(w, (*x)->key);
	vec_fini(&gone);
	judge(w->publish);
}

static void on_trouble(void *arg, struct str what)
{
	const struct publish_watch *w = arg;

	log_warn("publish Service cannot be read", LOG_STR("service", w->publish->name),
		LOG_STR("problem", what));
}

static const struct reflector_ops watch_ops = {
	on_begin, on_object, on_deleted, on_listed, on_trouble};

static bool name_good(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return s.n > 0 && s.n <= 63;
}

struct publish *publish_new(struct api *a, struct str service, publish_f *changed, void *arg)
{
	struct str name = service, namespace = str_cut(&name, '/');
	struct publish *p;
	struct str path[WATCH_MAX], query[WATCH_MAX];
	struct arena scratch;

	if (!name_good(namespace) || !name_good(name))
		return NULL;
	p = MEM_NEW(struct publish);
	p->api = a;
	p->changed = changed;
	p->arg = arg;
	p->name = str_from(mem_strdup(service));
	arena_init(&p->judged, 0);
	arena_init(&scratch, 0);
	path[WATCH_SERVICE] =
		arena_printf(&scratch, "/api/v1/namespaces/%.*s/services", STR_ARG(namespace));
	query[WATCH_SERVICE] =
		arena_printf(&scratch, "fieldSelector=metadata.name%%3D%.*s", STR_ARG(name));
	path[WATCH_SLICES] = arena_printf(&scratch,
		"/apis/discovery.k8s.io/v1/namespaces/%.*s/endpointslices", STR_ARG(namespace));
	query[WATCH_SLICES] = arena_printf(
		&scratch, "labelSelector=kubernetes.io%%2Fservice-name%%3D%.*s", STR_ARG(name));
	for (int i = 0; i < WATCH_MAX; i++) {
		p->watches[i].publish = p;
		p->watches[i].reflector =
			reflector_new(a, &path[i], 1, query[i], false, &watch_ops, &p->watches[i]);
	}
	arena_fini(&scratch);
	return p;
}

void publish_free(struct publish *p)
{
	const struct map_slot *slot;
	size_t at;

	if (!p)
		return;
	p->ending = true;
	for (int i = 0; i < WATCH_MAX; i++) {
		reflector_free(p->watches[i].reflector);
		for (at = 0; (slot = map_next(&p->watches[i].objects, &at)); at = 0) {
			struct watched *x = slot->value;

			map_del(&p->watches[i].objects, x->key);
			watched_free(x);
		}
		map_fini(&p->watches[i].objects);
	}
	arena_fini(&p->judged);
	mem_free((void *)(uintptr_t)p->name.p);
	mem_free(p);
}

struct str publish_name(const struct publish *p)
{
	return p->name;
}

struct publish_view publish_look(const struct publish *p)
{
	return p->view;
}
