/* SPDX-License-Identifier: Apache-2.0 */
/* A group: Gateways that one data plane serves, with their ListenerSets, judged as one set. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "gwapi/translate_priv.h"

/* ---- the life of a group's result ---- */

static struct str parent_map_key(struct translator *t, const struct parent *p)
{
	buf_reset(&t->scratch);
	buf_printf(&t->scratch, "%.*s/%.*s", STR_ARG(object_kind_name(p->kind)), STR_ARG(p->key));
	return buf_str(&t->scratch);
}

static void pems_release(struct group_unit *g)
{
	vec_for_each (p, &g->pems)
		plan_pem_unref(*p);
	vec_reset(&g->pems);
}

void group_clear(struct translator *t, struct group_unit *g)
{
	vec_for_each (p, &g->parents) {
		struct str key = parent_map_key(t, *p);

		/* A ListenerSet that moved may stand there for another group already. */
		if (map_get(&t->parents, key) == *p)
			map_del(&t->parents, key);
		list_del(&(*p)->to_report);
	}
	vec_reset(&g->parents);
	vec_reset(&g->claims);
	pems_release(g);
	vec_for_each (u, &g->upstreams)
		upstream_release(t, *u);
	vec_reset(&g->upstreams);
	arena_fini(&g->arena);
}

/* ---- Gateways ---- */

static bool gateway_wanted(
	const struct translator *t, const struct group_unit *g, const struct object *o)
{
	if (group_of_class(g))
		return str_eq(object_gateway(o)->spec.gateway_class_name, g->unit.key);
	return t->o.only_gateway.n == 0 || str_eq(t->o.only_gateway, object_key(o));
}

/* An unmanaged class's Gateways are judged together, all others each by itself. */
static bool judged_here(
	const struct translator *t, const struct group_unit *g, const struct class_view *c)
{
	return t->o.mode != TRANSLATE_MANAGED || t->o.only_gateway.n ||
	       c->unmanaged == group_of_class(g);
}

static struct parent *parent_new(
	struct translator *t, struct group_unit *g, const struct object *o, size_t n_listeners)
{
	struct parent *p = ARENA_NEW(&g->arena, struct parent);
	struct str map_key;

	p->kind = o->kind;
	p->object = o;
	p->key = arena_str(&g->arena, object_key(o));
	p->group = g;
	p->gateway = p;
	p->age = o->created;
	p->n_listeners = n_listeners;
	p->listeners = ARENA_ARRAY(&g->arena, struct listener, n_listeners);
	list_init(&p->to_report);
	parent_dirty(t, p);
	map_key = arena_str(&g->arena, parent_map_key(t, p));
	map_put(&t->parents, map_key, p);
	*vec_push(&g->parents) = p;
	return p;
}

#define LISTENER_TAKE(l, from)                          \
	do {                                            \
		(l)->name = (from)->name;               \
		(l)->hostname = (from)->hostname;       \
		(l)->protocol_text = (from)->protocol;  \
		(l)->tls_spec = (from)->tls;            \
		(l)->allowed = &(from)->allowed_routes; \
		(l)->filters_spec = (from)->filters;    \
		(l)->port = (uint16_t)(from)->port;     \
	} while (0)

static void gateway_listeners(struct parent *p, const struct gateway_spec *spec)
{
	for (uint32_t i = 0; i < spec->n_listeners; i++) {
		LISTENER_TAKE(&p->listeners[i], &spec->listeners[i]);
		p->listeners[i].index = i;
		p->listeners[i].parent = p;
	}
}

static void set_listeners(struct parent *p, const struct listener_set_spec *spec)
{
	for (uint32_t i = 0; i < spec->n_listeners; i++) {
		LISTENER_TAKE(&p->listeners[i], &spec->listeners[i]);
		p->listeners[i].index = i;
		p->listeners[i].parent = p;
	}
}

static void gateway_params(struct translator *t, struct group_unit *g, struct parent *p)
{
	const struct gateway_infrastructure *infra = object_gateway(p->object)->spec.infrastructure;
	const struct local_parameters_reference *r = infra ? infra->parameters_ref : NULL;

	if (!r || p->accepted.reason.n)
		return;
	if (r->group.n || !str_eq(r->kind, STR("ConfigMap"))) {
		p->accepted = (struct problem){STR("InvalidParameters"),
			arena_printf(&g->arena,
				"infrastructure.parametersRef names %.*s \"%.*s\"; only a ConfigMap "
				"(group \"\") is understood.",
				STR_ARG(r->kind), STR_ARG(r->name))};
		return;
	}
	p->accepted = params_apply(
		t, &g->unit, &g->arena, p->object->namespace, r->name, &p->settings, &p->peers);
}

/* In files addresses are where to bind; in a cluster they are the controller's to assign. */
static void gateway_addresses(struct translator *t, struct group_unit *g, struct parent *p)
{
	const struct gateway_spec *spec = &object_gateway(p->object)->spec;

	p->binds = ARENA_ARRAY(&g->arena, struct plan_addr, spec->n_addresses);
	for (uint32_t i = 0; i < spec->n_addresses; i++) {
		const struct gateway_spec_address *d = &spec->addresses[i];
		bool ip = str_eq(d->type, STR("IPAddress"));
		const char *why = NULL;

		if (t->o.mode != TRANSLATE_FILES && (ip || str_eq(d->type, STR("Hostname"))))
			continue;
		if (!ip)
			why = t->o.mode == TRANSLATE_FILES ? "only type IPAddress can be bound"
							   : "use IPAddress or Hostname";
		else if (d->routability.n)
			why = "routability has no meaning outside of a cluster";
		else if (d->value.n == 0)
			continue;
		else if (plan_addr_parse(d->value, 0, &p->binds[p->n_binds]) < 0)
			why = "it is no IP address";
		else
			p->n_binds++;
		if (why && !p->accepted.reason.n)
			p->accepted = (struct problem){STR("UnsupportedAddress"),
				arena_printf(&g->arena,
					"Address %u of Gateway %.*s (type %.*s, value \"%.*s\") is "
					"not supported: %s.",
					i, STR_ARG(p->key), STR_ARG(d->type), STR_ARG(d->value),
					why)};
	}
}

static bool frontend_insecure(const struct frontend_tls *f)
{
	return f->validation &&
	       f->validation->mode == FRONTEND_VALIDATION_MODE_ALLOW_INSECURE_FALLBACK;
}

static bool gateway_insecure(const struct gateway_spec *spec)
{
	const struct gateway_frontend_tls *f = spec->tls ? spec->tls->frontend : NULL;

	if (!f)
		return false;
	if (frontend_insecure(&f->default_))
		return true;
	for (uint32_t i = 0; i < f->n_per_port; i++)
		if (frontend_insecure(&f->per_port[i].tls))
			return true;
	return false;
}

/* What a newer API put outside of listeners might change what all of them do. */
static void parent_notes(struct group_unit *g, struct parent *p)
{
	const struct object_note *n = look_note(p->object, STR("spec.listeners["));

	if (n && !p->accepted.reason.n)
		p->accepted = (struct problem){STR("Invalid"),
			arena_printf(&g->arena,
				"%.*s of %.*s %.*s is not understood by this version.",
				STR_ARG(n->path), STR_ARG(object_kind_name(p->kind)),
				STR_ARG(p->key))};
}

/* In files nobody else would tell that the class is missing. */
static bool class_dangling(struct translator *t, struct str name)
{
	return t->o.mode == TRANSLATE_FILES && !t->o.only_class.n &&
	       !store_get(t->store, KIND_GATEWAY_CLASS, STR(""), name);
}

static struct parent *gateway_add(
	struct translator *t, struct group_unit *g, const struct object *o)
{
	const struct gateway *gw = object_gateway(o);
	struct plan_settings settings;
	struct peer_rules peers;
	struct parent *p;
	struct class_view c =
		class_judge(t, &g->unit, &g->arena, gw->spec.gateway_class_name, &settings, &peers);

	if (!judged_here(t, g, &c) || (!c.ours && !class_dangling(t, gw->spec.gateway_class_name)))
		return NULL;
	p = parent_new(t, g, o, gw->spec.n_listeners);
	if (!c.ours)
		p->accepted = (struct problem){STR("Pending"),
			arena_printf(&g->arena,
				"GatewayClass %.*s does not exist; use \"" TRANSLATE_CLASS
				"\", which always does, or add the GatewayClass.",
				STR_ARG(gw->spec.gateway_class_name))};
	p->settings = settings;
	p->peers = peers;
	if (c.refused.reason.n)
		p->accepted = (struct problem){c.refused.reason,
			arena_printf(&g->arena, "GatewayClass %.*s is not accepted: %.*s",
				STR_ARG(gw->spec.gateway_class_name), STR_ARG(c.refused.message))};
	gateway_params(t, g, p);
	if (t->o.keep_settings)
		good_settings_keep(t, &g->arena, p);
	gateway_addresses(t, g, p);
	parent_notes(g, p);
	p->takes = !p->accepted.reason.n;
	p->insecure = gateway_insecure(&gw->spec);
	gateway_listeners(p, &gw->spec);
	gateway_client_cert(t, g, p);
	return p;
}

/* ---- ListenerSets ---- */

static bool set_allowed(
	struct translator *t, struct group_unit *g, const struct parent *gw, const struct object *o)
{
	const struct allowed_listeners *al = object_gateway(gw->object)->spec.allowed_listeners;

	if (!al)
		return false;
	switch (al->namespaces.from) {
	case FROM_NAMESPACES_ALL:
		return true;
	case FROM_NAMESPACES_SAME:
		return str_eq(gw->object->namespace, o->namespace);
	case FROM_NAMESPACES_SELECTOR:
		return look_selected(t, &g->unit, al->namespaces.selector, o->namespace);
	case FROM_NAMESPACES_UNSET:
	case FROM_NAMESPACES_OTHER:
	case FROM_NAMESPACES_NONE:
		break;
	}
	return false;
}

static void set_add(
	struct translator *t, struct group_unit *g, struct parent *gw, const struct object *o)
{
	const struct listener_set *ls = object_listener_set(o);
	struct parent *p = parent_new(t, g, o, ls->spec.n_listeners);

	p->gateway = gw;
	p->age = MAX(o->created, gw->age);
	p->settings = gw->settings;
	p->peers = gw->peers;
	p->binds = gw->binds;
	p->n_binds = gw->n_binds;
	set_listeners(p, &ls->spec);
	if (!set_allowed(t, g, gw, o))
		p->accepted = (struct problem){STR("NotAllowed"),
			arena_printf(&g->arena,
				"Gateway %.*s does not allow ListenerSets of namespace %.*s; its "
				"spec.allowedListeners decides.",
				STR_ARG(gw->key), STR_ARG(o->namespace))};
	else if (gw->accepted.reason.n)
		p->accepted = (struct problem){STR("ParentNotAccepted"),
			arena_printf(&g->arena, "Gateway %.*s is not accepted: %.*s",
				STR_ARG(gw->key), STR_ARG(gw->accepted.message))};
	parent_notes(g, p);
	p->takes = !p->accepted.reason.n;
}

static void sets_add(struct translator *t, struct group_unit *g, struct parent *gw)
{
	const struct owned_list *l = index_sets(t, gw->key);

	unit_saw(
		t, &g->unit, DEP_OWNED, KIND_LISTENER_SET, gw->object->namespace, gw->object->name);
	for (size_t i = 0; l && i < l->v.n; i++)
		set_add(t, g, gw, l->v.p[i]);
}

/* ---- order and outcome ---- */

/* Who was first keeps what it has: by age, a Gateway before ListenerSets, then by name. */
static int parent_order(const void *x, const void *y)
{
	const struct parent *a = *(const struct parent *const *)x;
	const struct parent *b = *(const struct parent *const *)y;

	if (a->age != b->age)
		return a->age < b->age ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind == KIND_GATEWAY ? -1 : 1;
	return str_cmp(a->key, b->key);
}

static bool listener_valid(const struct listener *l)
{
	return !l->conflict.reason.n && !l->accepted.reason.n && !l->unbound.reason.n;
}

/* Whether the listeners let the whole stand (Gateway API v1.7.0, "Handling indistinct Listeners").
 */
static void parent_outcome(struct group_unit *g, struct parent *p)
{
	struct buf bad = {0}, good = {0};

	for (size_t i = 0; i < p->n_listeners; i++) {
		const struct listener *l = &p->listeners[i];
		/* A ListenerSet stands or falls with entries that can serve; a Gateway is accepted
		 * with listeners that cannot, as its types have it. */
		bool serves = p->kind == KIND_GATEWAY || !l->broken.reason.n;
		struct buf *b = listener_valid(l) && serves ? &good : &bad;

		buf_printf(b, "%s\"%.*s\"", b->n ? ", " : "", STR_ARG(p->listeners[i].name));
	}
	if (bad.n && good.n) {
		p->some_invalid = true;
		p->invalid_message = arena_printf(&g->arena,
			"Some listeners are not valid: %.*s; accepted are %.*s. See the conditions "
			"of each.",
			STR_ARG(buf_str(&bad)), STR_ARG(buf_str(&good)));
	} else if (bad.n) {
		p->accepted = (struct problem){STR("ListenersNotValid"),
			arena_printf(&g->arena,
				"None of the listeners is valid: %.*s. See the conditions of each.",
				STR_ARG(buf_str(&bad)))};
	}
	buf_fini(&bad);
	buf_fini(&good);
}

/* ---- facts from outside ---- */

bool group_shared(const struct translator *t, const struct group_unit *g)
{
	return t->o.mode == TRANSLATE_SHARED || group_of_class(g);
}

/* Finds where <l> stands; else says why it cannot. */
static struct problem listen_find(const struct listens_slot *s, struct listener *l)
{
	bool udp = listener_udp(l);
	bool ssl = l->protocol == PROTOCOL_HTTPS || l->protocol == PROTOCOL_TLS;
	bool stream = l->protocol == PROTOCOL_TLS || l->protocol == PROTOCOL_TCP || udp;
	bool protocol = false;

	for (size_t i = 0; i < s->n; i++) {
		const struct translate_listen *x = &s->listens[i];

		if (x->udp != udp || x->stream != stream || x->ssl != ssl)
			continue;
		protocol = true;
		if (x->port == l->port) {
			l->listen = x;
			return (struct problem){0};
		}
	}
	/* The two sentences are those of the page that we do the work of: an interface. */
	if (protocol)
		return (struct problem){STR("PortUnavailable"),
			STR("no Kong listen with the requested protocol is configured for the "
			    "requested port")};
	return (struct problem){STR("UnsupportedProtocol"),
		STR("no Kong listen with the requested protocol is configured")};
}

/* Two ports of a Service that lead to one socket cannot be told apart there: who was first has it.
 */
static void listen_claim(struct group_unit *g, struct listener *l)
{
	vec_for_each (c, &g->claims) {
		const struct listener *other = *c;

		if (other->port == l->port || other->listen->target != l->listen->target ||
			other->listen->udp != l->listen->udp)
			continue;
		l->accepted = (struct problem){STR("PortUnavailable"),
			arena_printf(&g->arena,
				"Ports %u and %u lead to the same listen (%u), which %.*s has; give "
				"the Service's port a targetPort of its own.",
				l->port, other->port, l->listen->target,
				STR_ARG(listener_text(&g->arena, other)))};
		return;
	}
	*vec_push(&g->claims) = l;
}

/* What the listens say of a listener.  A protocol that is not built yet still needs its listen. */
static void listener_listen(struct translator *t, struct group_unit *g, struct listener *l)
{
	const struct listens_slot *s = map_get(&t->listens, g->unit.key);
	bool unbuilt = l->protocol != PROTOCOL_OTHER &&
		       str_eq(l->accepted.reason, STR("UnsupportedProtocol"));
	struct problem bad;

	if (l->accepted.reason.n && !unbuilt)
		return;
	if (!s || !s->known) {
		l->pending = !unbuilt;
		l->pending_why = s && s->why.n ? s->why
					       : STR("No data plane has told yet which ports it "
						     "listens on.");
		return;
	}
	bad = listen_find(s, l);
	if (bad.reason.n)
		l->accepted = bad;
	else if (!unbuilt)
		listen_claim(g, l);
}

static void listener_port(struct translator *t, struct group_unit *g, struct listener *l)
{
	struct str gw = l->parent->gateway->key;

	if (l->conflict.reason.n)
		return;
	if (group_shared(t, g))
		listener_listen(t, g, l);
	if (l->pending || l->accepted.reason.n)
		return;
	vec_for_each (e, &t->port_errors) {
		if (e->udp != listener_udp(l) || e->port != l->port ||
			(e->gateway.n && !str_eq(e->gateway, gw) &&
				!str_eq(e->gateway, g->unit.key)))
			continue;
		l->unbound = (struct problem){STR("PortUnavailable"),
			arena_printf(&g->arena,
				"Port %u cannot be bound: %.*s. Free the port, or choose another.",
				l->port, STR_ARG(e->why))};
	}
}

/* ---- what routes see of a parent ---- */

/* Which routes it takes, through whatever listeners: their order and number do not matter. */
static uint64_t parent_digest(const struct parent *p)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < p->n_listeners; i++) {
		uint64_t one = listener_digest(&p->listeners[i]);
		bool again = false;

		for (size_t j = 0; j < i && !again; j++)
			again = listener_digest(&p->listeners[j]) == one;
		if (!again)
			sum += one;
	}
	return hash_mix(sum, p->gateway->wants_client_cert) | 1; /* 0: there was none */
}

static uint64_t listeners_digest(struct translator *t, const struct parent *p)
{
	struct buf *b = &t->scratch;

	buf_reset(b);
	buf_printf(b, "%d", p->gateway->wants_client_cert);
	for (size_t i = 0; i < p->n_listeners; i++) {
		const struct listener *l = &p->listeners[i];

		buf_printf(b, "|%.*s,%u,%llx", STR_ARG(l->name), l->port,
			(unsigned long long)listener_digest(l));
	}
	return hash_str(buf_str(b));
}

/* What routes saw of a listener, and of a parent, before. */
struct seen_listener {
	struct str name;
	uint64_t digest;
};

struct seen {
	enum object_kind kind;
	struct str key;
	uint64_t digest, listeners_digest;
	struct str cert;
	const struct seen_listener *listeners;
	size_t n_listeners;
};

static const struct seen_listener *seen_listeners(struct arena *a, const struct parent *p)
{
	struct seen_listener *s = ARENA_ARRAY(a, struct seen_listener, p->n_listeners);

	for (size_t i = 0; i < p->n_listeners; i++)
		s[i] = (struct seen_listener){
			arena_str(a, p->listeners[i].name), listener_digest(&p->listeners[i])};
	return s;
}

static struct seen seen_parent(struct arena *a, const struct parent *p)
{
	return (struct seen){.kind = p->kind,
		.key = arena_str(a, p->key),
		.digest = p->digest,
		.listeners_digest = p->listeners_digest,
		.cert = p->client_cert ? arena_str(a, p->client_cert->digest) : STR(""),
		.listeners = seen_listeners(a, p),
		.n_listeners = p->n_listeners};
}

static struct seen *seen_take(struct arena *a, const struct group_unit *g, size_t *ret_n)
{
	struct seen *s = ARENA_ARRAY(a, struct seen, g->parents.n);

	for (size_t i = 0; i < g->parents.n; i++)
		s[i] = seen_parent(a, g->parents.p[i]);
	*ret_n = g->parents.n;
	return s;
}

static void parent_touch(
	struct translator *t, enum dep_what what, enum object_kind kind, struct str key)
{
	struct str namespace, name;

	key_split(key, &namespace, &name);
	dep_touch(t, what, kind, namespace, name);
}

static void parent_status_del(struct translator *t, enum object_kind kind, struct str key)
{
	struct str namespace, name;

	key_split(key, &namespace, &name);
	status_del(t, kind, namespace, name);
}

static bool listener_seen(const struct seen *s, const struct seen_listener *l)
{
	for (size_t i = 0; s && i < s->n_listeners; i++)
		if (str_eq(s->listeners[i].name, l->name))
			return s->listeners[i].digest == l->digest;
	return false;
}

/* Listeners of <a> that <b> (NULL: nothing) has not, or not as they are. */
static void sections_touch(struct translator *t, const struct seen *a, const struct seen *b)
{
	for (size_t i = 0; a && i < a->n_listeners; i++) {
		struct buf key = {0};

		if (listener_seen(b, &a->listeners[i]))
			continue;
		buf_printf(&key, "%.*s/%.*s", STR_ARG(a->key), STR_ARG(a->listeners[i].name));
		parent_touch(t, DEP_SECTION, a->kind, buf_str(&key));
		buf_fini(&key);
	}
}

/* What became of a parent; <was> or <is> may be NULL. */
static void parent_compare(struct translator *t, const struct seen *was, const struct seen *is)
{
	const struct seen *one = is ? is : was;

	if (!was || !is || was->digest != is->digest)
		parent_touch(t, DEP_PARENT, one->kind, one->key);
	if (!was || !is || was->listeners_digest != is->listeners_digest)
		parent_touch(t, DEP_LISTENERS, one->kind, one->key);
	sections_touch(t, was, is);
	sections_touch(t, is, was);
}

static const struct seen *seen_find(
	const struct seen *s, size_t n, enum object_kind kind, struct str key)
{
	for (size_t i = 0; i < n; i++)
		if (s[i].kind == kind && str_eq(s[i].key, key))
			return &s[i];
	return NULL;
}

static void parents_touch(struct translator *t, struct arena *a, const struct group_unit *g,
	const struct seen *old, size_t n_old)
{
	size_t n;
	const struct seen *now = seen_take(a, g, &n);

	for (size_t i = 0; i < n; i++) {
		const struct seen *was = seen_find(old, n_old, now[i].kind, now[i].key);

		parent_compare(t, was, &now[i]);
		if (!was || !str_eq(was->cert, now[i].cert))
			parent_touch(
				t, DEP_CLIENT_CERT, KIND_GATEWAY, g->parents.p[i]->gateway->key);
	}
	for (size_t i = 0; i < n_old; i++) {
		if (seen_find(now, n, old[i].kind, old[i].key))
			continue;
		parent_compare(t, &old[i], NULL);
		parent_status_del(t, old[i].kind, old[i].key);
	}
}

/* ---- all of it ---- */

static void members_add(struct translator *t, struct group_unit *g)
{
	struct object_list all;

	if (group_of_class(g)) {
		const struct object *class =
			look(t, &g->unit, KIND_GATEWAY_CLASS, STR(""), g->unit.key);

		if (!class || !class_unmanaged(class))
			return;
	} else if (g->unit.key.n) {
		struct str namespace, name;
		const struct object *o;

		key_split(g->unit.key, &namespace, &name);
		o = look(t, &g->unit, KIND_GATEWAY, namespace, name);
		if (o && gateway_wanted(t, g, o))
			gateway_add(t, g, o);
		return;
	}
	unit_saw(t, &g->unit, DEP_KIND, KIND_GATEWAY, STR(""), STR(""));
	all = store_list(t->store, KIND_GATEWAY);
	for (size_t i = 0; i < all.n; i++) {
		if (!gateway_wanted(t, g, all.p[i]))
			continue;
		look(t, &g->unit, KIND_GATEWAY, all.p[i]->namespace, all.p[i]->name);
		gateway_add(t, g, all.p[i]);
	}
}

/* ---- ListenerSets without a Gateway ---- */

static void dangling_tell(struct translator *t, const struct object *o, struct str gateway)
{
	struct status_said *s = status_new(o);
	struct conditions c = {.a = &s->arena};
	struct str why = arena_printf(
		&s->arena, "Gateway %.*s, named by parentRef, does not exist.", STR_ARG(gateway));

	condition_add(&c, STR("Accepted"), CONDITION_UNKNOWN, STR("Pending"), why);
	condition_add(&c, STR("Programmed"), CONDITION_UNKNOWN, STR("Pending"), why);
	s->conditions = conditions_end(&c);
	status_put(t, o, s);
}

static bool parent_known(const struct group_unit *g, enum object_kind kind, struct str key)
{
	for (size_t i = 0; i < g->parents.n; i++)
		if (g->parents.p[i]->kind == kind && str_eq(g->parents.p[i]->key, key))
			return true;
	return false;
}

/* In files nobody else would tell that the parent is missing. */
static void danglings(struct translator *t, struct group_unit *g)
{
	struct object_list all = {0};
	VEC(struct str) now = {0};

	if (t->o.mode == TRANSLATE_FILES && !t->o.only_class.n && !t->o.only_gateway.n) {
		unit_saw(t, &g->unit, DEP_KIND, KIND_LISTENER_SET, STR(""), STR(""));
		all = store_list(t->store, KIND_LISTENER_SET);
	}
	for (size_t i = 0; i < all.n; i++) {
		const struct parent_gateway_reference *r =
			&object_listener_set(all.p[i])->spec.parent_ref;
		struct str ns = namespace_or(r->namespace, all.p[i]->namespace);
		struct str key = object_key(all.p[i]);

		if (store_get(t->store, KIND_GATEWAY, ns, r->name))
			continue;
		dangling_tell(t, all.p[i], key_of(&g->arena, ns, r->name));
		*vec_push(&now) = str_of(mem_strdup(key), key.n);
	}
	vec_for_each (old, &g->dangling) {
		bool still = parent_known(g, KIND_LISTENER_SET, *old);

		vec_for_each (n, &now)
			still = still || str_eq(*n, *old);
		if (!still)
			parent_status_del(t, KIND_LISTENER_SET, *old);
		mem_free((void *)(uintptr_t)old->p);
	}
	vec_reset(&g->dangling);
	vec_for_each (n, &now)
		*vec_push(&g->dangling) = *n;
	vec_fini(&now);
}

static void parent_scopes(struct translator *t, struct group_unit *g, struct parent *p)
{
	scopes_fill(t, g, p);
	p->digest = parent_digest(p);
	p->listeners_digest = listeners_digest(t, p);
}

void group_make(struct translator *t, struct group_unit *g)
{
	struct arena before;
	struct seen *old;
	struct parent **takes;
	size_t n_old, n_gateways, n = 0;

	arena_init(&before, 0);
	old = seen_take(&before, g, &n_old);
	unit_begin(t, &g->unit);
	group_clear(t, g);
	arena_init(&g->arena, 4096);
	unit_saw(t, &g->unit, DEP_STATE, KIND_GATEWAY, STR(""), STR(""));
	members_add(t, g);
	n_gateways = g->parents.n;
	for (size_t i = 0; i < n_gateways; i++)
		sets_add(t, g, g->parents.p[i]);
	takes = ARENA_ARRAY(&g->arena, struct parent *, g->parents.n);
	for (size_t i = 0; i < g->parents.n; i++) {
		struct parent *p = g->parents.p[i];

		for (size_t j = 0; j < p->n_listeners; j++)
			listener_judge(t, g, &p->listeners[j]);
		if (p->takes)
			takes[n++] = p;
	}
	if (n)
		qsort(takes, n, sizeof(*takes), parent_order);
	conflicts_find(g, takes, n);
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < takes[i]->n_listeners; j++)
			listener_port(t, g, &takes[i]->listeners[j]);
		parent_outcome(g, takes[i]);
		if (takes[i]->kind == KIND_LISTENER_SET && !takes[i]->accepted.reason.n)
			takes[i]->gateway->attached_sets++;
	}
	overlaps_find(g, takes, n);
	for (size_t i = 0; i < g->parents.n; i++)
		parent_scopes(t, g, g->parents.p[i]);
	ports_make(t, g, takes, n);
	parents_touch(t, &before, g, old, n_old);
	danglings(t, g);
	arena_fini(&before);
}
