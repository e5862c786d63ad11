/* SPDX-License-Identifier: Apache-2.0 */
#include "control/provision.h"

#include <errno.h>

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"
#include "control/manifest_priv.h"
#include "kube/reflector.h"

static const struct made_row {
	const char *kind;
	const char *group; /* "/api/v1" or "/apis/…" */
	const char *plural;
} made_rows[MADE_MAX] = {
	[MADE_SERVICE_ACCOUNT] = {"ServiceAccount", "/api/v1", "serviceaccounts"},
	[MADE_CONFIG_MAP] = {"ConfigMap", "/api/v1", "configmaps"},
	[MADE_SERVICE] = {"Service", "/api/v1", "services"},
	[MADE_DEPLOYMENT] = {"Deployment", "/apis/apps/v1", "deployments"},
};

/* An object of ours as the cluster has it. */
struct made {
	struct str key; /* "namespace/name" */
	struct str uid;
	struct str gateway; /* uid */
	VEC(struct provision_address) addresses;
	int64_t ready;
	bool seen;
	bool deleting;
	struct arena arena;
};

struct made_kind_source {
	struct provision *p;
	enum made_kind kind;
	struct reflector *reflector;
	struct map objects; /* by key */
};

enum apply_step { APPLY_IDLE, APPLY_LOOKING, APPLY_WRITING };

struct apply {
	struct dataplane *owner;
	enum made_kind kind;
	enum apply_step step;
	struct api_call call;
	struct timer again;
	struct buf path;
	struct buf body; /* on its way */
	struct buf done; /* as last accepted; empty: none */
	unsigned failures;
};

/* The data plane of one Gateway. */
struct dataplane {
	struct provision *p;
	struct str uid;
	bool wanted;
	bool marked; /* wanted since the last sweep */
	bool digest; /* the plain name was taken */
	struct arena arena; /* of <g> and <name> */
	struct provision_gateway g;
	struct str name;
	struct apply apply[MADE_MAX];
};

struct deletion {
	struct provision *p;
	struct list node;
	struct api_call call;
	struct str path;
	struct buf body;
};

struct provision {
	struct api *api;
	struct arena arena;
	struct provision_options options;
	provision_f *changed;
	void *arg;
	struct made_kind_source kinds[MADE_MAX];
	struct map planes; /* by uid */
	struct list deletions;
	bool on;
	bool ending;
};

static void apply_now(struct apply *x);

/* --- what the cluster has ------------------------------------------------------------------- */

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

static struct made *made_read(enum made_kind kind, const struct value *v)
{
	const struct value *meta = value_get(v, STR("metadata")), *ready;
	struct made *m = MEM_NEW(struct made);

	arena_init(&m->arena, 512);
	m->key = arena_printf(&m->arena, "%.*s/%.*s",
		STR_ARG(value_get_str(meta, STR("namespace"), STR(""))),
		STR_ARG(value_get_str(meta, STR("name"), STR(""))));
	m->uid = arena_str(&m->arena, value_get_str(meta, STR("uid"), STR("")));
	m->gateway = arena_str(&m->arena,
		value_get_str(value_get(meta, STR("labels")), STR(PROVISION_UID), STR("")));
	m->deleting = value_get(meta, STR("deletionTimestamp")) != NULL;
	m->seen = true;
	if (kind == MADE_SERVICE)
		read_service(m, v);
	ready = value_get(value_get(v, STR("status")), STR("readyReplicas"));
	if (kind == MADE_DEPLOYMENT && ready && ready->kind == VALUE_INT)
		m->ready = ready->integer;
	return m;
}

static void tell(struct provision *p, struct str uid)
{
	if (!p->ending && provision_complete(p))
		p->changed(p->arg, uid);
}

static void on_object(void *arg, struct arena *a, struct value *v)
{
	struct made_kind_source *k = arg;
	struct made *m = made_read(k->kind, v), *old;

	(void)a;
	old = map_put(&k->objects, m->key, m);
	if (old)
		made_free(old);
	tell(k->p, m->gateway);
}

static void forget(struct made_kind_source *k, struct str key)
{
	struct made *m = map_del(&k->objects, key);
	struct dataplane *d;

	if (!m)
		return;
	d = map_get(&k->p->planes, m->gateway);
	if (d) {
		buf_reset(&d->apply[k->kind].done);
		if (d->wanted)
			apply_now(&d->apply[k->kind]);
	}
	tell(k->p, m->gateway);
	made_free(m);
}

static void on_deleted(void *arg, struct arena *a, struct value *v)
{
	const struct value *meta = value_get(v, STR("metadata"));

	forget(arg, arena_printf(a, "%.*s/%.*s",
			    STR_ARG(value_get_str(meta, STR("namespace"), STR(""))),
			    STR_ARG(value_get_str(meta, STR("name"), STR("")))));
}

static void on_begin(void *arg)
{
	struct made_kind_source *k = arg;
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&k->objects, &at)))
		((struct made *)slot->value)->seen = false;
}

static void on_listed(void *arg, bool served)
{
	struct made_kind_source *k = arg;
	VEC(struct made *) gone = {0};
	const struct map_slot *slot;
	size_t at = 0;

	(void)served;
	while ((slot = map_next(&k->objects, &at))) {
		if (!((struct made *)slot->value)->seen)
			*vec_push(&gone) = slot->value;
	}
	vec_for_each (m, &gone)
		forget(k, (*m)->key);
	vec_fini(&gone);
	tell(k->p, STR(""));
}

static void on_trouble(void *arg, struct str what)
{
	(void)arg;
	log_warn("API server", LOG_STR("problem", what));
}

static const struct reflector_ops reflector_ops = {
	on_begin, on_object, on_deleted, on_listed, on_trouble};

static struct made *find_made(
	const struct provision *p, enum made_kind kind, struct str namespace, struct str name)
{
	struct buf key = {0};
	struct made *m;

	buf_printf(&key, "%.*s/%.*s", STR_ARG(namespace), STR_ARG(name));
	m = map_get(&p->kinds[kind].objects, buf_str(&key));
	buf_fini(&key);
	return m;
}

/* --- applying ------------------------------------------------------------------------------- */

static void set_path(struct buf *out, enum made_kind kind, struct str namespace, struct str name)
{
	buf_reset(out);
	buf_printf(out, "%s/namespaces/%.*s/%s/%.*s", made_rows[kind].group, STR_ARG(namespace),
		made_rows[kind].plural, STR_ARG(name));
}

static void apply_later(struct apply *x)
{
	struct provision *p = x->owner->p;

	x->step = APPLY_IDLE;
	loop_timer_arm(api_loop(p->api), &x->again,
		MIN(MSEC(200) << MIN(x->failures++, 7u), SEC(20)) + api_jitter(p->api, MSEC(200)));
}

static void on_applied(struct api_call *call, int res, int status, struct str body)
{
	struct apply *x = container_of(call, struct apply, call);

	if (x->owner->p->ending)
		return;
	x->step = APPLY_IDLE;
	if (res == 0 && (status == 200 || status == 201)) {
		x->failures = 0;
		buf_reset(&x->done);
		buf_add(&x->done, buf_str(&x->body));
		apply_now(x); /* what is wanted may have changed meanwhile */
		return;
	}
	if (res < 0 || (status != 409 && status != 404))
		log_warn("not applied", LOG_STR("kind", str_from(made_rows[x->kind].kind)),
			LOG_STR("namespace", x->owner->g.namespace),
			LOG_STR("name", x->owner->name), LOG_INT("status", status), LOG_ERR(res),
			LOG_STR("answer", str_take(body, 300)));
	apply_later(x);
}

static void apply_write(struct apply *x)
{
	x->step = APPLY_WRITING;
	x->call = (struct api_call){.method = "PATCH",
		.path = buf_str(&x->path),
		.query = STR("fieldManager=sluice&force=true"),
		.content_type = "application/apply-patch+yaml",
		.body = buf_str(&x->body),
		.done = on_applied};
	api_start(x->owner->p->api, &x->call);
}

static void take_digest(struct dataplane *d)
{
	log_warn("the name is taken by an object that is not ours",
		LOG_STR("namespace", d->g.namespace), LOG_STR("name", d->name));
	d->digest = true;
	d->name = provision_make_name(&d->arena, d->g.namespace, d->g.name, d->g.class_name, true);
	for (enum made_kind k = 0; k < MADE_MAX; k++)
		buf_reset(&d->apply[k].done);
}

static void on_looked(struct api_call *call, int res, int status, struct str body)
{
	struct apply *x = container_of(call, struct apply, call);

	(void)body;
	if (x->owner->p->ending)
		return;
	x->step = APPLY_IDLE;
	if (res == 0 && status == 404) {
		apply_write(x);
	} else if (res == 0 && status == 200) {
		struct made *m =
			find_made(x->owner->p, x->kind, x->owner->g.namespace, x->owner->name);

		/* Ours may have been made by a former leader a moment ago. */
		if (!m && !x->owner->digest && ++x->failures > 3)
			take_digest(x->owner);
		apply_later(x);
	} else {
		apply_later(x);
	}
}

static void on_again(struct timer *t)
{
	apply_now(container_of(t, struct apply, again));
}

/* Brings one object to what is wanted, if it is not there or on its way. */
static void apply_now(struct apply *x)
{
	struct dataplane *d = x->owner;
	struct made *m;

	if (!d->p->on || !d->wanted || x->step != APPLY_IDLE || timer_armed(&x->again))
		return;
	m = find_made(d->p, x->kind, d->g.namespace, d->name);
	if (m && m->deleting)
		return; /* its end is told */
	if (m && !str_eq(m->gateway, d->uid)) {
		if (!d->digest)
			take_digest(d);
		m = find_made(d->p, x->kind, d->g.namespace, d->name);
	}
	buf_reset(&x->body);
	if (!manifest_write(&x->body, x->kind, &d->p->options, &d->g, d->name, (struct str){0}))
		return;
	if (str_eq(buf_str(&x->body), buf_str(&x->done)))
		return;
	set_path(&x->path, x->kind, d->g.namespace, d->name);
	if (m || x->done.n) {
		apply_write(x);
		return;
	}
	x->step = APPLY_LOOKING;
	x->call = (struct api_call){.method = "GET", .path = buf_str(&x->path), .done = on_looked};
	api_start(d->p->api, &x->call);
}

/* --- what is wanted ------------------------------------------------------------------------- */

static struct dataplane *dataplane_get(struct provision *p, struct str uid)
{
	struct dataplane *d = map_get(&p->planes, uid);

	if (d)
		return d;
	d = MEM_NEW(struct dataplane);
	d->p = p;
	d->uid = str_from(mem_strdup(uid));
	arena_init(&d->arena, 1024);
	for (enum made_kind k = 0; k < MADE_MAX; k++) {
		d->apply[k].owner = d;
		d->apply[k].kind = k;
		timer_init(&d->apply[k].again, on_again);
	}
	map_put(&p->planes, d->uid, d);
	return d;
}

static const struct str_pair *copy_pairs(struct arena *a, const struct str_pair *from, uint32_t n)
{
	struct str_pair *to = ARENA_ARRAY(a, struct str_pair, n);

	for (uint32_t i = 0; i < n; i++)
		to[i] = (struct str_pair){arena_str(a, from[i].key), arena_str(a, from[i].value)};
	return to;
}

static struct provision_gateway copy_gateway(struct arena *a, const struct provision_gateway *g)
{
	struct provision_gateway c = *g;
	struct provision_port *ports = ARENA_ARRAY(a, struct provision_port, g->n_ports);

	c.namespace = arena_str(a, g->namespace);
	c.name = arena_str(a, g->name);
	c.uid = arena_str(a, g->uid);
	c.api_version = arena_str(a, g->api_version);
	c.class_name = arena_str(a, g->class_name);
	c.address = arena_str(a, g->address);
	c.labels = copy_pairs(a, g->labels, g->n_labels);
	c.annotations = copy_pairs(a, g->annotations, g->n_annotations);
	if (g->n_ports)
		memcpy(ports, g->ports, g->n_ports * sizeof(*ports));
	c.ports = ports;
	return c;
}

void provision_want(struct provision *p, const struct provision_gateway *g)
{
	struct dataplane *d = dataplane_get(p, g->uid);

	d->wanted = d->marked = true;
	arena_reset(&d->arena);
	d->g = copy_gateway(&d->arena, g);
	d->name = provision_make_name(&d->arena, g->namespace, g->name, g->class_name, d->digest);
	for (enum made_kind k = 0; k < MADE_MAX; k++)
		apply_now(&d->apply[k]);
}

static void dataplane_free(struct dataplane *d)
{
	for (enum made_kind k = 0; k < MADE_MAX; k++) {
		struct apply *x = &d->apply[k];

		loop_timer_cancel(api_loop(d->p->api), &x->again);
		buf_fini(&x->path);
		buf_fini(&x->body);
		buf_fini(&x->done);
	}
	map_del(&d->p->planes, d->uid);
	arena_fini(&d->arena);
	mem_free((void *)(uintptr_t)d->uid.p);
	mem_free(d);
}

static bool dataplane_busy(const struct dataplane *d)
{
	for (enum made_kind k = 0; k < MADE_MAX; k++) {
		if (api_active(&d->apply[k].call))
			return true;
	}
	return false;
}

static void on_gone(struct api_call *call, int res, int status, struct str body)
{
	struct deletion *d = container_of(call, struct deletion, call);

	(void)res;
	(void)status; /* if it failed the next sweep tries again */
	(void)body;
	list_del(&d->node);
	mem_free((void *)(uintptr_t)d->path.p);
	buf_fini(&d->body);
	mem_free(d);
}

static void delete_made(struct provision *p, enum made_kind kind, struct made *m)
{
	struct deletion *d = MEM_NEW(struct deletion);
	struct str name = m->key, namespace = str_cut(&name, '/');
	struct buf path = {0};

	m->deleting = true;
	set_path(&path, kind, namespace, name);
	d->p = p;
	d->path = str_from(mem_strdup(buf_str(&path)));
	buf_fini(&path);
	buf_printf(&d->body,
		"{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"propagationPolicy\":\"Background\","
		"\"preconditions\":{\"uid\":\"%.*s\"}}",
		STR_ARG(m->uid));
	list_init(&d->node);
	list_add_tail(&p->deletions, &d->node);
	d->call = (struct api_call){.method = "DELETE",
		.path = d->path,
		.content_type = "application/json",
		.body = buf_str(&d->body),
		.done = on_gone};
	api_start(p->api, &d->call);
}

void provision_sweep(struct provision *p)
{
	VEC(struct dataplane *) gone = {0};
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&p->planes, &at))) {
		struct dataplane *d = slot->value;

		d->wanted = d->marked;
		d->marked = false;
		if (!d->wanted && !dataplane_busy(d))
			*vec_push(&gone) = d;
	}
	vec_for_each (d, &gone)
		dataplane_free(*d);
	vec_fini(&gone);
	for (enum made_kind k = 0; p->on && provision_complete(p) && k < MADE_MAX; k++) {
		at = 0;
		while ((slot = map_next(&p->kinds[k].objects, &at))) {
			struct made *m = slot->value;
			struct dataplane *d = map_get(&p->planes, m->gateway);

			if ((!d || !d->wanted) && !m->deleting)
				delete_made(p, k, m);
		}
	}
}

struct provision_view provision_look(const struct provision *p, struct str uid)
{
	struct provision_view v = {0};
	struct dataplane *d = map_get(&p->planes, uid);
	struct made *m;

	if (!d)
		return v;
	m = find_made(p, MADE_SERVICE, d->g.namespace, d->name);
	if (m && str_eq(m->gateway, uid)) {
		v.has_service = true;
		v.addresses = m->addresses.p;
		v.n_addresses = m->addresses.n;
	}
	m = find_made(p, MADE_DEPLOYMENT, d->g.namespace, d->name);
	if (m && str_eq(m->gateway, uid))
		v.ready = m->ready;
	return v;
}

struct str provision_name(const struct provision *p, struct str uid)
{
	struct dataplane *d = map_get(&p->planes, uid);

	return d ? d->name : (struct str){0};
}

bool provision_complete(const struct provision *p)
{
	for (enum made_kind k = 0; k < MADE_MAX; k++) {
		if (!p->kinds[k].reflector || !reflector_listed(p->kinds[k].reflector))
			return false;
	}
	return true;
}

void provision_enable(struct provision *p, bool on)
{
	p->on = on;
}

struct provision *provision_new(
	struct api *a, const struct provision_options *options, provision_f *changed, void *arg)
{
	struct provision *p = MEM_NEW(struct provision);

	p->api = a;
	p->changed = changed;
	p->arg = arg;
	list_init(&p->deletions);
	arena_init(&p->arena, 4096);
	p->options = (struct provision_options){arena_str(&p->arena, options->image),
		arena_str(&p->arena, options->feed_url), arena_str(&p->arena, options->ca),
		arena_str(&p->arena, options->log_level),
		arena_str(&p->arena, options->controller)};
	for (enum made_kind k = 0; k < MADE_MAX; k++) {
		struct str path =
			arena_printf(&p->arena, "%s/%s", made_rows[k].group, made_rows[k].plural);

		p->kinds[k] = (struct made_kind_source){.p = p, .kind = k};
		p->kinds[k].reflector =
			reflector_new(a, &path, 1, STR("labelSelector=sluice.dev%2Fgateway-uid"),
				false, &reflector_ops, &p->kinds[k]);
	}
	return p;
}

void provision_free(struct provision *p)
{
	const struct map_slot *slot;
	size_t at = 0;

	if (!p)
		return;
	p->ending = true;
	for (enum made_kind k = 0; k < MADE_MAX; k++)
		reflector_free(p->kinds[k].reflector);
	list_for_each_safe (node, &p->deletions)
		api_cancel(&container_of(node, struct deletion, node)->call);
	while ((slot = map_next(&p->planes, &at))) {
		struct dataplane *d = slot->value;

		for (enum made_kind k = 0; k < MADE_MAX; k++)
			api_cancel(&d->apply[k].call);
		while (dataplane_busy(d))
			loop_tick(api_loop(p->api), 0);
	}
	while (!list_empty(&p->deletions))
		loop_tick(api_loop(p->api), 0);
	for (at = 0; (slot = map_next(&p->planes, &at)); at = 0)
		dataplane_free(slot->value);
	map_fini(&p->planes);
	for (enum made_kind k = 0; k < MADE_MAX; k++) {
		for (at = 0; (slot = map_next(&p->kinds[k].objects, &at));)
			made_free(slot->value);
		map_fini(&p->kinds[k].objects);
	}
	arena_fini(&p->arena);
	mem_free(p);
}
