/* SPDX-License-Identifier: Apache-2.0 */
#include "control/controller.h"

#include <errno.h>
#include <unistd.h>

#include "base/log.h"
#include "base/rand.h"
#include "control/controller_priv.h"
#include "pki/issue.h"
#include "tls/server.h"

#define LEASE_NAME "sluice-controller"
#define CERTIFICATE_DAYS 365

/* --- the round ------------------------------------------------------------------------------ */

void controller_update_soon(struct controller *c)
{
	if (c->complete && !c->ending)
		loop_defer(c->loop, &c->update);
}

bool controller_working(const struct controller *c)
{
	return c->complete && c->feed && provision_complete(c->provision) &&
	       classes_complete(c->classes) && c->lease && lease_held(c->lease) && !c->ending;
}

/* Whether a change of this kind can change what is provisioned; routes and endpoints cannot. */
static bool shapes_gates(enum object_kind k)
{
	return k <= KIND_LISTENER_SET || k == KIND_NAMESPACE || k == KIND_CONFIG_MAP ||
	       k == KIND_REFERENCE_GRANT || k == KIND_SECRET;
}

static void tell_looks(struct controller *c)
{
	size_t n;
	const struct translate_look *looks = translator_looked(c->translator, &n);

	for (size_t i = 0; i < n; i++)
		kube_source_look(c->source, looks[i].kind, looks[i].namespace, looks[i].name);
	kube_source_looked(c->source);
}

static void look_at_changes(struct controller *c)
{
	const struct store_change *changes;
	const struct status_change *statuses;
	size_t n = store_changes(&c->store, &changes);

	for (size_t i = 0; i < n; i++) {
		const struct gateway *gw = object_gateway(changes[i].new);

		c->gates_dirty = c->gates_dirty || shapes_gates(changes[i].kind);
		if (gw && controller_working(c))
			gates_changed(c, gw);
	}
	translator_update(c->translator, &c->store);
	store_changes_reset(&c->store);
	gates_reread(c);
	tell_looks(c);
	statuses = translator_changed(c->translator, &n);
	for (size_t i = 0; i < n; i++) {
		const struct object *o = statuses[i].object;

		c->gates_dirty = c->gates_dirty || shapes_gates((enum object_kind)o->kind);
		writer_status_mark(c->writer, (enum object_kind)o->kind, object_key(o));
	}
}

static void on_update(struct task *t)
{
	struct controller *c = container_of(t, struct controller, update);

	look_at_changes(c);
	/* What is on its way is not missing: nothing is told of it before it is here. */
	if (!controller_working(c) || kube_source_behind(c->source))
		return;
	if (c->gates_dirty) {
		c->gates_dirty = false;
		gates_sync(c);
	}
	c->fresh = false;
	if (gates_step(c)) {
		controller_update_soon(c);
	} else if (!c->writing) {
		/* Translate knows by now what the cluster has made of every Gateway. */
		c->writing = true;
		writer_status_enable(c->writer, true);
		gates_mark_left(c);
	}
}

static void on_settle_end(struct timer *t)
{
	gates_settle_all(container_of(t, struct controller, settle));
}

static void on_settled(void *arg)
{
	struct controller *c = arg;

	if (!c->complete && kube_source_complete(c->source) && !kube_source_behind(c->source)) {
		log_info("the cluster's objects are known");
		c->complete = true;
	}
	if (!c->ending)
		loop_defer(c->loop, &c->update);
}

static void on_status(void *arg, struct raw *object)
{
	struct controller *c = arg;
	struct str name = object->key, namespace = str_cut(&name, '/');

	if (c->complete && translator_status(c->translator, object->kind, namespace, name))
		writer_status_mark(c->writer, object->kind, object->key);
}

static bool on_looked_at(void *arg, enum object_kind kind, struct str namespace, struct str name)
{
	struct controller *c = arg;

	return translator_looks_at(c->translator, kind, namespace, name);
}

static void on_provisioned(void *arg, struct str uid)
{
	struct controller *c = arg;

	/* Also what nobody wants any more, at the first look. */
	if (!uid.n)
		c->gates_dirty = true;
	controller_update_soon(c);
}

static void on_leading(void *arg, bool leading)
{
	struct controller *c = arg;

	log_info(leading ? "this replica leads" : "this replica does not lead");
	c->writing = false;
	writer_status_enable(c->writer, false);
	provision_enable(c->provision, leading);
	feed_server_enable(c->feed, leading);
	c->gates_dirty = c->fresh = true;
	if (leading) {
		gates_unsettle(c);
		loop_timer_arm(c->loop, &c->settle, CONTROLLER_SETTLE);
	} else {
		loop_timer_cancel(c->loop, &c->settle);
	}
	controller_update_soon(c);
}

static enum writer_answer on_may(void *arg, enum object_kind kind, struct str key)
{
	struct controller *c = arg;

	if (task_queued(&c->update) || kube_source_behind(c->source))
		return WRITER_LATER;
	return gates_hold(c, kind, key) ? WRITER_FORGET : WRITER_GO;
}

static void on_unmanaged(void *arg)
{
	controller_update_soon(arg);
}

static void on_written(void *arg, enum object_kind kind, struct str key)
{
	struct controller *c = arg;
	struct str name = key, namespace = str_cut(&name, '/');

	if (c->events)
		events_note(c->events, kind, key,
			translator_status(c->translator, kind, namespace, name));
}

static void on_classes(void *arg)
{
	controller_update_soon(arg);
}

static bool on_allowed(void *arg, struct str gateway, const struct feed_caller *caller)
{
	const struct controller *c = arg;
	const struct gate *g = map_get(&c->gates, gateway);

	return g && g->account.n && str_eq(g->account, caller->account) &&
	       provision_workload_is(c->provision, g->uid, caller->workload);
}

/* What stands behind '@' in the name of whoever holds the Lease. */
static struct str on_leader(void *arg)
{
	const struct controller *c = arg;
	struct str holder = c->lease ? lease_holder(c->lease) : (struct str){0};
	struct str at = str_skip(holder, str_find(holder, '@') + 1);
	bool led = c->lease && !lease_held(c->lease) && str_eq(at, c->o->feed_address);

	return led ? STR("") : at; /* what this pod was before it started anew */
}

static void on_acked(void *arg, struct str gateway)
{
	(void)gateway;
	controller_update_soon(arg);
}

static void on_port(void *arg, struct str gateway, bool udp, uint16_t port, struct str why)
{
	struct controller *c = arg;

	translator_set_port_error(c->translator, gateway, udp, port, why);
	controller_update_soon(c);
}

/* --- start and end -------------------------------------------------------------------------- */

/* A certificate for the feed's host, signed by the authority.  The caller has its count. */
static int make_policy(
	struct controller *c, struct str ca, struct str ca_key, struct tls_policy **ret_policy)
{
	struct tls_policy_config config = {.id = STR("feed"), .npairs = 1};
	struct buf cert = {0}, key = {0};
	struct pki_pair *pair = NULL;
	int rc = pki_issue(ca, ca_key, STR("sluice controller"), &c->o->feed_host, 1,
		loop_wall(c->loop), CERTIFICATE_DAYS, &cert, &key);

	if (rc == 0)
		rc = pki_pair_new(buf_str(&cert), buf_str(&key), &pair);
	config.pairs = &pair;
	if (rc == 0)
		rc = tls_policy_new(&config, ret_policy);
	pki_pair_unref(pair);
	buf_fini(&cert);
	buf_fini(&key);
	return rc;
}

static int start_feed(struct controller *c, struct tls_policy *policy)
{
	static const struct feed_server_ops ops = {on_allowed, on_leader, on_acked, on_port};
	int rc = feed_server_new(c->loop, &c->o->feed_listen, policy, c->api, &ops, c, &c->feed);

	if (rc == 0)
		c->feeds = feed_server_feeds(c->feed);
	return rc;
}

/* Its name, else "HOST-RANDOM"; and "@ADDRESS" where data planes reach it. */
static void identity(const struct controller *c, struct buf *out)
{
	char host[256] = "";
	uint32_t id;

	if (c->o->identity.n) {
		buf_add(out, c->o->identity);
	} else {
		rand_secure(&id, sizeof(id));
		if (gethostname(host, sizeof(host) - 1) < 0)
			host[0] = '\0';
		buf_printf(out, "%s-%08x", host, id);
	}
	if (c->o->feed_address.n)
		buf_printf(out, "@%.*s", STR_ARG(c->o->feed_address));
}

/* The certificate that data planes meet is of another authority, or has a third of its life left.
 */
static bool certificate_due(const struct controller *c, struct str ca)
{
	return !str_eq(buf_str(&c->signer), ca) ||
	       loop_wall(c->loop) >= c->certified + CERTIFICATE_DAYS * SEC(86400) / 3 * 2;
}

static int certify(struct controller *c, struct str ca, struct str ca_key)
{
	struct tls_policy *policy = NULL;
	int rc;

	if (!certificate_due(c, ca))
		return 0;
	rc = make_policy(c, ca, ca_key, &policy);
	if (rc == 0 && c->feed)
		feed_server_policy(c->feed, policy);
	else if (rc == 0)
		rc = start_feed(c, policy);
	tls_policy_unref(policy);
	if (rc < 0)
		return rc;
	buf_reset(&c->signer);
	buf_add(&c->signer, ca);
	c->certified = loop_wall(c->loop);
	return 0;
}

/* Everything that data planes meet can start. */
static void start_serving(struct controller *c)
{
	struct provision_options o = {.image = c->o->image,
		.feed_url = buf_str(&c->feed_url),
		.ca = buf_str(&c->ca),
		.log_level = c->o->log_level,
		.controller = c->name,
		.max_rollouts = c->o->max_rollouts,
		.scope = c->o->scope};
	struct buf who = {0};

	c->provision = provision_new(c->api, &o, on_provisioned, c);
	identity(c, &who);
	c->events = events_new(c->api, c->name, buf_str(&who));
	c->lease =
		lease_new(c->api, c->o->namespace, STR(LEASE_NAME), buf_str(&who), on_leading, c);
	buf_fini(&who);
}

/* The authority is there, or has been looked at again. */
static void on_authority(void *arg, struct str cert, struct str key, struct str bundle)
{
	struct controller *c = arg;
	bool news = !str_eq(buf_str(&c->ca), bundle);
	int rc = certify(c, cert, key);

	if (rc < 0) {
		log_error("the feed cannot be served", LOG_ERR(rc));
		return;
	}
	if (!news)
		return;
	buf_reset(&c->ca);
	buf_add(&c->ca, bundle);
	if (!c->provision) {
		start_serving(c);
		return;
	}
	provision_trust(c->provision, bundle);
	c->gates_dirty = true;
	controller_update_soon(c);
}

int controller_new(
	struct loop *l, const struct controller_options *o, struct controller **ret_controller)
{
	static const struct writer_ops writer_ops = {on_may, on_written};
	static const struct kube_source_ops source_ops = {
		on_settled, on_status, on_looked_at, NULL, NULL};
	struct controller *c = MEM_NEW(struct controller);
	int rc;

	c->loop = l;
	c->o = o;
	c->name = o->controller.n ? o->controller : STR(TRANSLATE_CONTROLLER);
	store_init(&c->store);
	task_init(&c->update, on_update);
	timer_init(&c->settle, on_settle_end);
	buf_printf(
		&c->feed_url, "https://%.*s:%u", STR_ARG(o->feed_host), addr_port(&o->feed_listen));
	rc = api_new(l, o->kube, &c->api);
	if (rc < 0) {
		struct buf why = {0};

		api_new_why(rc, &why);
		log_error("no API server", LOG_STR("problem", buf_str(&why)));
		buf_fini(&why);
		controller_free(c);
		return rc;
	}
	c->translator = translator_new(&(struct translate_options){.mode = TRANSLATE_MANAGED,
		.controllers = &c->name,
		.n_controllers = 1,
		.tell_looked = true});
	c->source = kube_source_new(c->api, &c->store, o->scope, &source_ops, c);
	c->writer = writer_status_new(c->api, c->source, c->translator, c->name, &writer_ops, c);
	c->authority = authority_new(c->api, o->namespace, on_authority, c);
	c->classes =
		classes_new(c->api, &c->store, c->translator, c->source, c->writer, on_classes, c);
	c->unmanaged = unmanaged_new(c->api, &c->o->unmanaged, on_unmanaged, c);
	*ret_controller = c;
	return 0;
}

bool controller_ready(const struct controller *c)
{
	return c->complete && c->feed;
}

void controller_free(struct controller *c)
{
	if (!c)
		return;
	c->ending = true;
	task_cancel(&c->update);
	loop_timer_cancel(c->loop, &c->settle);
	classes_free(c->classes);
	if (c->lease) {
		writer_status_enable(c->writer, false);
		lease_release(c->lease);
	}
	lease_free(c->lease);
	feed_server_free(c->feed);
	c->feed = NULL;
	c->feeds = NULL;
	provision_free(c->provision);
	authority_free(c->authority);
	gates_free(c);
	unmanaged_free(c->unmanaged);
	writer_status_free(c->writer);
	events_free(c->events);
	kube_source_free(c->source);
	translator_free(c->translator);
	store_fini(&c->store);
	api_free(c->api);
	buf_fini(&c->feed_url);
	buf_fini(&c->ca);
	buf_fini(&c->signer);
	mem_free(c);
}
