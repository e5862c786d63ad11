/* SPDX-License-Identifier: Apache-2.0 */
#include "control/provision.h"

#include <errno.h>

#include "base/log.h"
#include "base/mem.h"
#include "control/made_priv.h"
#include "text/parse.h"

#define APPLY_STATES(S)                                                              \
	S(APPLY_IDLE, 1u << APPLY_MAKING | 1u << APPLY_WRITING)                      \
	S(APPLY_MAKING, 1u << APPLY_OWNING | 1u << APPLY_LOOKING | 1u << APPLY_IDLE) \
	S(APPLY_OWNING, 1u << APPLY_OWNING | 1u << APPLY_IDLE)                       \
	S(APPLY_LOOKING, 1u << APPLY_IDLE)                                           \
	S(APPLY_WRITING, 1u << APPLY_IDLE)

enum apply_state {
#define S(name, next) name,
	APPLY_STATES(S)
#undef S
};

static const unsigned apply_next[] = {
#define S(name, next) next,
	APPLY_STATES(S)
#undef S
};

/* An entry of managedFields is ours at one of these places. */
#define OWNERS_MAX 4

struct apply {
	struct dataplane *owner;
	enum made_kind kind;
	uint8_t state; /* enum apply_state */
	unsigned entry; /* of managedFields, looked for */
	struct api_call call;
	struct timer again;
	struct buf path;
	struct buf text; /* what is wanted, without uid */
	struct buf body; /* on its way */
	struct buf done; /* as last accepted, without uid; empty: none */
	unsigned failures;
};

struct scale {
	struct api_call call;
	struct timer again;
	struct buf path;
	struct buf body;
};

/* The data plane of one Gateway. */
struct dataplane {
	struct provision *p;
	struct str uid;
	bool wanted;
	bool marked; /* wanted since the last sweep */
	bool digest; /* the plain name was taken */
	bool rolling; /* has been given the template of this version, and is not whole yet */
	bool waits; /* for a turn to be given it */
	struct arena arena; /* of <g> and <name> */
	struct provision_gateway g;
	struct str name;
	struct apply apply[MADE_MAX];
	struct scale scale;
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
	struct buf ca; /* options.ca */
	uint64_t revision;
	char controller[PROVISION_CONTROLLER_N + 1];
	provision_f *changed;
	void *arg;
	struct made_set made;
	struct map planes; /* by uid */
	struct list deletions;
	bool on;
	bool ending;
};

static void apply_now(struct apply *x);
static void delete_made(struct provision *p, enum made_kind kind, struct made *m);

static void apply_move(struct apply *x, enum apply_state to)
{
	AN(apply_next[x->state] & 1u << to);
	x->state = (uint8_t)to;
}

static bool is_workload(enum made_kind kind)
{
	return kind == MADE_DEPLOYMENT || kind == MADE_DAEMON_SET;
}

static struct made *find_own(const struct dataplane *d, enum made_kind kind)
{
	return made_find(&d->p->made, kind, d->g.namespace, d->name);
}

static struct made *find_workload(const struct dataplane *d)
{
	return find_own(d, d->g.params.daemon_set ? MADE_DAEMON_SET : MADE_DEPLOYMENT);
}

/* --- applying ------------------------------------------------------------------------------- */

static void apply_later(struct apply *x)
{
	struct provision *p = x->owner->p;
	nsec wait = nsec_backoff(MSEC(200), x->failures, SEC(20));

	x->failures++;
	apply_move(x, APPLY_IDLE);
	loop_timer_arm(api_loop(p->api), &x->again, wait + api_jitter(p->api, MSEC(200)));
}

static void apply_good(struct apply *x)
{
	apply_move(x, APPLY_IDLE);
	x->failures = 0;
	apply_now(x); /* what is wanted may have changed meanwhile */
}

static void apply_failed(struct apply *x, int res, int status, struct str body)
{
	if (res < 0 || (status != 409 && status != 404))
		log_warn("not applied", LOG_STR("kind", str_from(made_kind_name(x->kind))),
			LOG_STR("namespace", x->owner->g.namespace),
			LOG_STR("name", x->owner->name), LOG_INT("status", status), LOG_ERR(res),
			LOG_STR("answer", str_take(body, 300)));
	apply_later(x);
}

static void apply_start(
	struct apply *x, const char *method, const char *query, const char *type, api_done_f *done)
{
	x->call = (struct api_call){.method = method,
		.path = buf_str(&x->path),
		.query = str_from(query),
		.content_type = type,
		.body = buf_str(&x->body),
		.done = done};
	api_start(x->owner->p->api, &x->call);
}

static void on_applied(struct api_call *call, int res, int status, struct str body)
{
	struct apply *x = container_of(call, struct apply, call);

	if (x->owner->p->ending)
		return;
	if (res == 0 && status == 200) {
		apply_good(x);
		return;
	}
	buf_reset(&x->done);
	apply_failed(x, res, status, body);
}

/* To the uid that we know and no other: what was deleted and made by somebody is not ours. */
static void apply_write(struct apply *x, const struct made *m)
{
	struct dataplane *d = x->owner;

	apply_move(x, APPLY_WRITING);
	made_path(&x->path, x->kind, d->g.namespace, d->name);
	buf_reset(&x->body);
	AN(manifest_write(&x->body, x->kind, &d->p->options, &d->g, d->name, m->uid));
	buf_reset(&x->done);
	buf_add(&x->done, buf_str(&x->text));
	if (is_workload(x->kind) && m->revision != d->p->revision)
		d->rolling = true;
	apply_start(x, "PATCH", "fieldManager=sluice&force=true", "application/apply-patch+yaml",
		on_applied);
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

static void apply_all(struct dataplane *d)
{
	for (enum made_kind k = 0; k < MADE_MAX; k++)
		apply_now(&d->apply[k]);
}

/* The name is taken: by a former leader a moment ago, or by somebody. */
static void on_looked(struct api_call *call, int res, int status, struct str body)
{
	struct apply *x = container_of(call, struct apply, call);
	struct dataplane *d = x->owner;
	bool taken = false, ours;
	struct value v;
	struct arena a;

	if (d->p->ending)
		return;
	arena_init(&a, 0);
	if (res == 0 && status == 200 && text_parse_json(&a, body, &v, NULL) == 0) {
		const struct value *labels =
			value_get(value_get(&v, STR("metadata")), STR("labels"));

		ours = str_eq(value_get_str(labels, STR(PROVISION_UID), STR("")), d->uid) &&
		       str_eq(value_get_str(labels, STR(PROVISION_CONTROLLER), STR("")),
			       str_from(d->p->controller));
		taken = !ours;
	}
	arena_fini(&a);
	if (taken && !d->digest) {
		apply_move(x, APPLY_IDLE);
		take_digest(d);
		apply_all(d);
		return;
	}
	apply_later(x);
}

static void apply_own(struct apply *x);

static void on_owned(struct api_call *call, int res, int status, struct str body)
{
	struct apply *x = container_of(call, struct apply, call);

	if (x->owner->p->ending)
		return;
	if (res == 0 && status == 200) {
		apply_good(x);
	} else if (res == 0 && status == 422 && ++x->entry < OWNERS_MAX) {
		apply_own(x);
	} else {
		/* It is made; only a field that is taken out later may stay. */
		log_warn("the fields of a new object are not ours to take out",
			LOG_STR("kind", str_from(made_kind_name(x->kind))),
			LOG_STR("name", x->owner->name), LOG_INT("status", status), LOG_ERR(res),
			LOG_STR("answer", str_take(body, 300)));
		apply_good(x);
	}
}

/*
 * POST has noted its fields as those of an update, which a later apply does not take out: they are
 * made those of an apply (Kubernetes, server-side apply: "upgrading from client-side apply").
 */
static void apply_own(struct apply *x)
{
	apply_move(x, APPLY_OWNING);
	made_path(&x->path, x->kind, x->owner->g.namespace, x->owner->name);
	buf_reset(&x->body);
	buf_printf(&x->body,
		"[{\"op\":\"test\",\"path\":\"/metadata/managedFields/%u/manager\",\"value\":\"sluice\"},"
		"{\"op\":\"test\",\"path\":\"/metadata/managedFields/%u/operation\",\"value\":\"Update\"},"
		"{\"op\":\"replace\",\"path\":\"/metadata/managedFields/%u/operation\","
		"\"value\":\"Apply\"}]",
		x->entry, x->entry, x->entry);
	apply_start(x, "PATCH", "fieldManager=sluice", "application/json-patch+json", on_owned);
}

static void on_created(struct api_call *call, int res, int status, struct str body)
{
	struct apply *x = container_of(call, struct apply, call);
	struct dataplane *d = x->owner;

	if (d->p->ending)
		return;
	if (res == 0 && status == 201) {
		x->entry = 0;
		apply_own(x);
		return;
	}
	buf_reset(&x->done);
	if (res == 0 && status == 409) {
		apply_move(x, APPLY_LOOKING);
		made_path(&x->path, x->kind, d->g.namespace, d->name);
		buf_reset(&x->body);
		apply_start(x, "GET", "", NULL, on_looked);
		return;
	}
	apply_failed(x, res, status, body);
}

static void apply_make(struct apply *x)
{
	struct dataplane *d = x->owner;

	apply_move(x, APPLY_MAKING);
	made_path(&x->path, x->kind, d->g.namespace, (struct str){0});
	buf_reset(&x->body);
	buf_add(&x->body, buf_str(&x->text));
	buf_reset(&x->done);
	buf_add(&x->done, buf_str(&x->text));
	apply_start(x, "POST", "fieldManager=sluice", "application/json", on_created);
}

static void on_again(struct timer *t)
{
	apply_now(container_of(t, struct apply, again));
}

/* An upgrade of the controller changes every template: a few workloads at a time. */
static bool may_roll(struct dataplane *d, const struct made *m)
{
	struct provision *p = d->p;
	const struct map_slot *slot;
	unsigned rolling = 0;
	size_t at = 0;

	d->waits = false;
	if (m->revision == p->revision || d->rolling)
		return true;
	while ((slot = map_next(&p->planes, &at))) {
		struct dataplane *other = slot->value;
		struct made *w = find_workload(other);

		rolling += other->rolling || (w && w->revision == p->revision && !w->whole);
	}
	d->waits = rolling >= p->options.max_rollouts;
	return !d->waits;
}

static void wake_waiting(struct provision *p)
{
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&p->planes, &at))) {
		struct dataplane *d = slot->value;

		if (d->waits && d->wanted)
			apply_all(d);
	}
}

/* What is not wanted any more goes; of two workloads the old one when the new one serves.  A
 * Service that lost all its ports stays: its Gateway became invalid. */
static void drop_unwanted(struct apply *x, struct made *m)
{
	const struct made *other = find_workload(x->owner);

	if (!m || x->kind == MADE_SERVICE ||
		(is_workload(x->kind) && (!other || !other->whole || !other->ready)))
		return;
	buf_reset(&x->done);
	delete_made(x->owner->p, x->kind, m);
}

/* Brings one object to what is wanted, if it is not there or on its way. */
static void apply_now(struct apply *x)
{
	struct dataplane *d = x->owner;
	struct made *m;

	if (!d->p->on || !d->wanted || x->state != APPLY_IDLE || timer_armed(&x->again))
		return;
	m = find_own(d, x->kind);
	if (m && !str_eq(m->gateway, d->uid)) { /* another Gateway's, or no business of ours */
		if (d->digest)
			return;
		take_digest(d);
		m = find_own(d, x->kind);
	}
	if (m && m->deleting)
		return; /* its end is told */
	buf_reset(&x->text);
	if (!manifest_write(&x->text, x->kind, &d->p->options, &d->g, d->name, (struct str){0})) {
		drop_unwanted(x, m);
		return;
	}
	if (str_eq(buf_str(&x->text), buf_str(&x->done)))
		return;
	if (!m && x->done.n)
		apply_later(x); /* made a moment ago: the watch will tell its uid */
	else if (!m)
		apply_make(x);
	else if (!is_workload(x->kind) || may_roll(d, m))
		apply_write(x, m);
}

/* --- the number of replicas ----------------------------------------------------------------- */

static void scale_now(struct dataplane *d);

static void on_scale_again(struct timer *t)
{
	scale_now(container_of(t, struct dataplane, scale.again));
}

static void on_scaled(struct api_call *call, int res, int status, struct str body)
{
	struct dataplane *d = container_of(call, struct dataplane, scale.call);

	if (d->p->ending)
		return;
	if (res < 0 || (status != 200 && status != 404 && status != 409))
		log_warn("not scaled", LOG_STR("namespace", d->g.namespace),
			LOG_STR("name", d->name), LOG_INT("status", status), LOG_ERR(res),
			LOG_STR("answer", str_take(body, 300)));
	/* Looked at again when the watch has brought what became of it. */
	loop_timer_arm(api_loop(d->p->api), &d->scale.again, SEC(2));
}

static void scale_now(struct dataplane *d)
{
	const struct made *m = find_own(d, MADE_DEPLOYMENT);
	struct scale *s = &d->scale;
	struct buf target = {0};
	bool scaled;

	if (!d->p->on || !d->wanted || d->g.params.daemon_set || d->g.params.replicas < 0 || !m ||
		m->deleting || !str_eq(m->gateway, d->uid) || m->wanted == d->g.params.replicas ||
		api_active(&s->call) || timer_armed(&s->again))
		return;
	buf_printf(&target, "Deployment/%.*s", STR_ARG(d->name));
	scaled = d->g.params.hpa_max || made_scaled(&d->p->made, d->g.namespace, buf_str(&target));
	buf_fini(&target);
	if (scaled)
		return;
	made_path(&s->path, MADE_DEPLOYMENT, d->g.namespace, d->name);
	buf_add(&s->path, STR("/scale"));
	buf_reset(&s->body);
	buf_printf(&s->body, "{\"spec\":{\"replicas\":%d}}", d->g.params.replicas);
	s->call = (struct api_call){.method = "PATCH",
		.path = buf_str(&s->path),
		.query = STR("fieldManager=sluice-scale"),
		.content_type = "application/merge-patch+json",
		.body = buf_str(&s->body),
		.done = on_scaled};
	api_start(d->p->api, &s->call);
}

/* --- what the cluster has ------------------------------------------------------------------- */

static void tell(struct provision *p, struct str uid)
{
	if (!p->ending && provision_complete(p))
		p->changed(p->arg, uid);
}

/* A list is complete: what it does not hold is to be made again. */
static void look_at_list(struct provision *p, enum made_kind kind)
{
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&p->planes, &at))) {
		struct dataplane *d = slot->value;

		if (d->apply[kind].state == APPLY_IDLE && !find_own(d, kind))
			buf_reset(&d->apply[kind].done);
		if (d->wanted)
			apply_now(&d->apply[kind]);
	}
	tell(p, STR(""));
}

static void on_made(void *arg, enum made_kind kind, const struct made *m, bool gone)
{
	struct provision *p = arg;
	const struct map_slot *slot;
	struct dataplane *d;
	size_t at = 0;

	if (!m) {
		look_at_list(p, kind);
		return;
	}
	while (kind == MADE_SCALER && (slot = map_next(&p->planes, &at)))
		scale_now(slot->value);
	if (!m->gateway.n)
		return;
	d = map_get(&p->planes, m->gateway);
	if (d && gone)
		buf_reset(&d->apply[kind].done);
	if (d && d->rolling && is_workload(kind) && m->revision == p->revision && m->whole)
		d->rolling = false;
	if (d && d->wanted) {
		apply_all(d);
		scale_now(d);
	}
	if (is_workload(kind) && m->whole)
		wake_waiting(p);
	tell(p, m->gateway);
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
	timer_init(&d->scale.again, on_scale_again);
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
	c.params.image = arena_str(a, g->params.image);
	c.params.resources = arena_str(a, g->params.resources);
	c.params.affinity = arena_str(a, g->params.affinity);
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
	apply_all(d);
	scale_now(d);
}

static void dataplane_free(struct dataplane *d)
{
	for (enum made_kind k = 0; k < MADE_MAX; k++) {
		struct apply *x = &d->apply[k];

		loop_timer_cancel(api_loop(d->p->api), &x->again);
		buf_fini(&x->path);
		buf_fini(&x->text);
		buf_fini(&x->body);
		buf_fini(&x->done);
	}
	loop_timer_cancel(api_loop(d->p->api), &d->scale.again);
	buf_fini(&d->scale.path);
	buf_fini(&d->scale.body);
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
	return api_active(&d->scale.call);
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
	made_path(&path, kind, namespace, name);
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

void provision_each_made(const struct provision *p, provision_made_f *fn, void *ctx)
{
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&p->made.kinds[MADE_SERVICE_ACCOUNT].objects, &at))) {
		const struct made *m = slot->value;

		if (m->gateway.n)
			fn(ctx, m->gateway);
	}
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
		while ((slot = map_next(&p->made.kinds[k].objects, &at))) {
			struct made *m = slot->value;
			struct dataplane *d = map_get(&p->planes, m->gateway);

			if (m->gateway.n && (!d || !d->wanted) && !m->deleting)
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
	m = find_own(d, MADE_SERVICE);
	if (m && str_eq(m->gateway, uid)) {
		v.has_service = true;
		v.addresses = m->addresses.p;
		v.n_addresses = m->addresses.n;
	}
	m = find_workload(d);
	if (m && str_eq(m->gateway, uid)) {
		v.ready = m->ready;
		v.scaled_to_none = m->wanted == 0;
	}
	return v;
}

bool provision_workload_is(const struct provision *p, struct str gateway_uid, struct str uid)
{
	struct dataplane *d = map_get(&p->planes, gateway_uid);

	for (enum made_kind k = 0; d && k < MADE_MAX; k++) {
		const struct made *m = is_workload(k) ? find_own(d, k) : NULL;

		if (m && str_eq(m->gateway, gateway_uid) && str_eq(m->uid, uid))
			return true;
	}
	return false;
}

struct str provision_name(const struct provision *p, struct str uid)
{
	struct dataplane *d = map_get(&p->planes, uid);

	return d ? d->name : (struct str){0};
}

bool provision_complete(const struct provision *p)
{
	return made_complete(&p->made);
}

void provision_enable(struct provision *p, bool on)
{
	p->on = on;
}

void provision_trust(struct provision *p, struct str ca)
{
	buf_reset(&p->ca);
	buf_add(&p->ca, ca);
	p->options.ca = buf_str(&p->ca);
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
		arena_str(&p->arena, options->feed_url), options->ca,
		arena_str(&p->arena, options->log_level), arena_str(&p->arena, options->controller),
		MAX(options->max_rollouts, 1u), options->scope};
	provision_trust(p, options->ca);
	p->revision = manifest_revision(&p->options);
	provision_controller(options->controller, p->controller);
	made_start(&p->made, a, p->controller, options->scope, on_made, p);
	return p;
}

void provision_free(struct provision *p)
{
	const struct map_slot *slot;
	size_t at = 0;

	if (!p)
		return;
	p->ending = true;
	made_end(&p->made);
	list_for_each_safe (node, &p->deletions)
		api_cancel(&container_of(node, struct deletion, node)->call);
	while ((slot = map_next(&p->planes, &at))) {
		struct dataplane *d = slot->value;

		for (enum made_kind k = 0; k < MADE_MAX; k++)
			api_cancel(&d->apply[k].call);
		api_cancel(&d->scale.call);
		while (dataplane_busy(d))
			loop_tick(api_loop(p->api), 0);
	}
	while (!list_empty(&p->deletions))
		loop_tick(api_loop(p->api), 0);
	for (at = 0; (slot = map_next(&p->planes, &at)); at = 0)
		dataplane_free(slot->value);
	map_fini(&p->planes);
	buf_fini(&p->ca);
	arena_fini(&p->arena);
	mem_free(p);
}
