/* SPDX-License-Identifier: Apache-2.0 */
#include "control/made_priv.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"

static const struct made_row {
	const char *kind;
	const char *group; /* "/api/v1" or "/apis/…" */
	const char *plural;
	bool all; /* not only ours */
} made_rows[MADE_MAX] = {
	[MADE_SERVICE_ACCOUNT] = {"ServiceAccount", "/api/v1", "serviceaccounts", false},
	[MADE_CONFIG_MAP] = {"ConfigMap", "/api/v1", "configmaps", false},
	[MADE_SERVICE] = {"Service", "/api/v1", "services", false},
	[MADE_DEPLOYMENT] = {"Deployment", "/apis/apps/v1", "deployments", false},
	[MADE_DAEMON_SET] = {"DaemonSet", "/apis/apps/v1", "daemonsets", false},
	[MADE_BUDGET] = {"PodDisruptionBudget", "/apis/policy/v1", "poddisruptionbudgets", false},
	/* Whoever scales what is ours: all of them. */
	[MADE_SCALER] = {"HorizontalPodAutoscaler", "/apis/autoscaling/v2",
		"horizontalpodautoscalers", true},
};

const char *made_kind_name(enum made_kind kind)
{
	return made_rows[kind].kind;
}

void made_path(struct buf *out, enum made_kind kind, struct str namespace, struct str name)
{
	buf_reset(out);
	buf_printf(out, "%s/namespaces/%.*s/%s", made_rows[kind].group, STR_ARG(namespace),
		made_rows[kind].plural);
	if (name.n)
		buf_printf(out, "/%.*s", STR_ARG(name));
}

/* --- reading -------------------------------------------------------------------------------- */

static void made_free(struct made *m)
{
	vec_fini(&m->addresses);
	arena_fini(&m->arena);
	mem_free(m);
}

static void add_address(struct made *m, struct str value, bool hostname)
{
	if (value.n)
		*vec_push(&m->addresses) =
			(struct provision_address){arena_str(&m->arena, value), hostname};
}

static void read_service(struct made *m, const struct value *v)
{
	const struct value *spec = value_get(v, STR("spec"));
	const struct value *list = value_get(
		value_get(value_get(v, STR("status")), STR("loadBalancer")), STR("ingress"));
	bool balanced = str_eq(value_get_str(spec, STR("type"), STR("")), STR("LoadBalancer"));

	if (list) {
		value_for_each(it, list)
		{
			add_address(m, value_get_str(it, STR("ip"), STR("")), false);
			add_address(m, value_get_str(it, STR("hostname"), STR("")), true);
		}
	}
	list = value_get(spec, STR("clusterIPs"));
	if (!balanced && list) {
		value_for_each(it, list)
		{
			if (it->kind == VALUE_STRING && !str_eq(it->string, STR("None")))
				add_address(m, it->string, false);
		}
	}
}

static int64_t number(const struct value *v, struct str key, int64_t otherwise)
{
	const struct value *n = value_get(v, key);

	return n && n->kind == VALUE_INT ? n->integer : otherwise;
}

static void read_workload(struct made *m, enum made_kind kind, const struct value *v)
{
	const struct value *meta = value_get(v, STR("metadata")), *st = value_get(v, STR("status"));
	bool daemons = kind == MADE_DAEMON_SET;
	char text[17] = "";
	struct str revision =
		value_get_str(value_get(meta, STR("annotations")), STR(MANIFEST_REVISION), STR(""));
	int64_t updated;

	memcpy(text, revision.p, MIN(revision.n, sizeof(text) - 1));
	m->revision = strtoull(text, NULL, 16);
	if (daemons)
		m->wanted = number(st, STR("desiredNumberScheduled"), 0);
	else
		m->wanted = number(value_get(v, STR("spec")), STR("replicas"), 1);
	m->ready = number(st, daemons ? STR("numberReady") : STR("readyReplicas"), 0);
	updated = number(st, daemons ? STR("updatedNumberScheduled") : STR("updatedReplicas"), 0);
	m->whole = number(st, STR("observedGeneration"), 0) >= number(meta, STR("generation"), 1) &&
		   updated >= m->wanted && m->ready >= m->wanted &&
		   (daemons || number(st, STR("replicas"), 0) <= updated);
}

static void read_scaler(struct made *m, const struct value *v)
{
	const struct value *ref = value_get(value_get(v, STR("spec")), STR("scaleTargetRef"));

	m->target = arena_printf(&m->arena, "%.*s/%.*s",
		STR_ARG(value_get_str(ref, STR("kind"), STR(""))),
		STR_ARG(value_get_str(ref, STR("name"), STR(""))));
}

static struct made *made_read(const struct made_set *s, enum made_kind kind, const struct value *v)
{
	const struct value *meta = value_get(v, STR("metadata"));
	const struct value *labels = value_get(meta, STR("labels"));
	struct made *m = MEM_NEW(struct made);

	arena_init(&m->arena, 256);
	m->key = arena_printf(&m->arena, "%.*s/%.*s",
		STR_ARG(value_get_str(meta, STR("namespace"), STR(""))),
		STR_ARG(value_get_str(meta, STR("name"), STR(""))));
	m->uid = arena_str(&m->arena, value_get_str(meta, STR("uid"), STR("")));
	if (str_eq(value_get_str(labels, STR(PROVISION_CONTROLLER), STR("")),
		    str_from(s->controller)))
		m->gateway =
			arena_str(&m->arena, value_get_str(labels, STR(PROVISION_UID), STR("")));
	m->deleting = value_get(meta, STR("deletionTimestamp")) != NULL;
	m->seen = true;
	if (kind == MADE_SERVICE)
		read_service(m, v);
	else if (kind == MADE_DEPLOYMENT || kind == MADE_DAEMON_SET)
		read_workload(m, kind, v);
	else if (kind == MADE_SCALER)
		read_scaler(m, v);
	return m;
}

/* --- following ------------------------------------------------------------------------------ */

static void tell(struct made_kind_source *k, const struct made *m, bool gone)
{
	if (!k->set->ending)
		k->set->changed(k->set->arg, k->kind, m, gone);
}

static void on_object(void *arg, struct arena *a, struct value *v)
{
	struct made_kind_source *k = ((struct made_part *)arg)->of;
	struct made *m = made_read(k->set, k->kind, v), *old;

	(void)a;
	old = map_put(&k->objects, m->key, m);
	if (old)
		made_free(old);
	tell(k, m, false);
}

static void forget(struct made_kind_source *k, struct str key)
{
	struct made *m = map_del(&k->objects, key);

	if (!m)
		return;
	tell(k, m, true);
	made_free(m);
}

static void on_deleted(void *arg, struct arena *a, struct value *v)
{
	const struct value *meta = value_get(v, STR("metadata"));

	forget(((struct made_part *)arg)->of,
		arena_printf(a, "%.*s/%.*s",
			STR_ARG(value_get_str(meta, STR("namespace"), STR(""))),
			STR_ARG(value_get_str(meta, STR("name"), STR("")))));
}

static bool covers(const struct made_part *p, struct str key)
{
	return !p->namespace.n || str_eq(str_cut(&key, '/'), p->namespace);
}

static void on_begin(void *arg)
{
	struct made_part *p = arg;
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&p->of->objects, &at))) {
		if (covers(p, slot->key))
			((struct made *)slot->value)->seen = false;
	}
}

static void on_listed(void *arg, bool served)
{
	struct made_part *p = arg;
	struct made_kind_source *k = p->of;
	VEC(struct made *) gone = {0};
	const struct map_slot *slot;
	size_t at = 0;

	(void)served;
	while ((slot = map_next(&k->objects, &at))) {
		if (covers(p, slot->key) && !((struct made *)slot->value)->seen)
			*vec_push(&gone) = slot->value;
	}
	vec_for_each (m, &gone)
		forget(k, (*m)->key);
	vec_fini(&gone);
	tell(k, NULL, false);
}

static void on_trouble(void *arg, struct str what)
{
	(void)arg;
	log_warn("API server", LOG_STR("problem", what));
}

static const struct reflector_ops reflector_ops = {
	on_begin, on_object, on_deleted, on_listed, on_trouble};

static void part_start(struct made_part *p, struct api *a, struct str query)
{
	const struct made_row *row = &made_rows[p->of->kind];
	struct buf path = {0};
	struct str at;

	if (p->namespace.n)
		made_path(&path, p->of->kind, p->namespace, (struct str){0});
	else
		buf_printf(&path, "%s/%s", row->group, row->plural);
	at = buf_str(&path);
	p->reflector = reflector_new(a, &at, 1, query, false, &reflector_ops, p);
	buf_fini(&path);
}

void made_start(struct made_set *s, struct api *a, const char *controller, struct kube_scope scope,
	void (*changed)(void *arg, enum made_kind kind, const struct made *m, bool gone), void *arg)
{
	*s = (struct made_set){.api = a, .controller = controller, .changed = changed, .arg = arg};
	for (enum made_kind k = 0; k < MADE_MAX; k++) {
		struct made_kind_source *of = &s->kinds[k];
		struct buf query = {0};

		if (!made_rows[k].all)
			buf_printf(
				&query, "labelSelector=sluice.dev%%2Fcontroller%%3D%s", controller);
		*of = (struct made_kind_source){.set = s, .kind = k, .n = MAX(scope.n, 1u)};
		of->parts = mem_zalloc(of->n * sizeof(*of->parts));
		for (size_t i = 0; i < of->n; i++) {
			of->parts[i] = (struct made_part){.of = of,
				.namespace = scope.n ? scope.namespaces[i] : (struct str){0}};
			part_start(&of->parts[i], a, buf_str(&query));
		}
		buf_fini(&query);
	}
}

void made_end(struct made_set *s)
{
	s->ending = true;
	for (enum made_kind k = 0; k < MADE_MAX; k++) {
		const struct map_slot *slot;
		size_t at = 0;

		for (size_t i = 0; i < s->kinds[k].n; i++)
			reflector_free(s->kinds[k].parts[i].reflector);
		mem_free(s->kinds[k].parts);
		s->kinds[k].parts = NULL;
		s->kinds[k].n = 0;
		while ((slot = map_next(&s->kinds[k].objects, &at)))
			made_free(slot->value);
		map_fini(&s->kinds[k].objects);
	}
}

bool made_complete(const struct made_set *s)
{
	for (enum made_kind k = 0; k < MADE_MAX; k++) {
		for (size_t i = 0; i < s->kinds[k].n; i++) {
			if (!reflector_listed(s->kinds[k].parts[i].reflector))
				return false;
		}
	}
	return true;
}

struct made *made_find(
	const struct made_set *s, enum made_kind kind, struct str namespace, struct str name)
{
	struct buf key = {0};
	struct made *m;

	buf_printf(&key, "%.*s/%.*s", STR_ARG(namespace), STR_ARG(name));
	m = map_get(&s->kinds[kind].objects, buf_str(&key));
	buf_fini(&key);
	return m;
}

bool made_scaled(const struct made_set *s, struct str namespace, struct str target)
{
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&s->kinds[MADE_SCALER].objects, &at))) {
		struct made *m = slot->value;
		struct str name = m->key;

		if (!m->deleting && str_eq(str_cut(&name, '/'), namespace) &&
			str_eq(m->target, target))
			return true;
	}
	return false;
}
