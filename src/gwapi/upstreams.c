/* SPDX-License-Identifier: Apache-2.0 */
/* Upstreams: endpoint sets, protocol and TLS, one for each (backend, port, protocol, Gateway). */
#include "base/mem.h"
#include "gwapi/translate_priv.h"

#define TARGETS_MAX 10000 /* endpoints of one upstream; the rest is left out */

/* ---- life ---- */

static void upstream_name(struct buf *b, const struct upstream_unit *u)
{
	buf_reset(b);
	buf_printf(b, "%.*s/%.*s/%.*s", STR_ARG(object_kind_name(u->kind)), STR_ARG(u->namespace),
		STR_ARG(u->name));
	if (u->port)
		buf_printf(b, ":%u", u->port);
	if (u->protocol != PLAN_PROTOCOL_HTTP)
		buf_printf(b, "/%.*s", STR_ARG(plan_protocol_name(u->protocol)));
	if (u->gateway.n)
		buf_printf(b, "@%.*s", STR_ARG(u->gateway));
}

struct upstream_unit *upstream_get(struct translator *t, const struct upstream_unit *like)
{
	struct upstream_unit *u;
	struct str key;
	char *text;

	upstream_name(&t->scratch, like);
	key = buf_str(&t->scratch);
	u = set_get(&t->units[UNIT_UPSTREAM], key);
	if (u) {
		u->users++;
		return u;
	}
	u = mem_zalloc(sizeof(*u) + key.n + like->namespace.n + like->name.n + like->gateway.n);
	text = (char *)(u + 1);
	*u = (struct upstream_unit){.unit = {.kind = UNIT_UPSTREAM, .key = {text, key.n}},
		.kind = like->kind,
		.port = like->port,
		.protocol = like->protocol,
		.users = 1};
	memcpy(text, key.p, key.n);
	text += key.n;
#define KEEP(field)                                         \
	u->field = str_of(text, like->field.n);             \
	if (like->field.n)                                  \
		memcpy(text, like->field.p, like->field.n); \
	text += like->field.n;
	KEEP(namespace)
	KEEP(name)
	KEEP(gateway)
#undef KEEP
	set_put(&t->units[UNIT_UPSTREAM], &u->unit);
	unit_dirty(t, &u->unit);
	return u;
}

void upstream_release(struct translator *t, struct upstream_unit *u)
{
	AN(u->users);
	if (--u->users > 0 || u->queued)
		return;
	u->queued = true;
	*vec_push(&t->unused) = u; /* a route that is made later may want it */
}

/* The names that some upstream wants resolved. */
static void hosts_drop(struct translator *t, struct upstream_unit *u)
{
	vec_for_each (h, &u->hosts) {
		struct count *c = map_get(&t->hosts, *h);

		if (--c->n == 0) {
			map_del(&t->hosts, c->key);
			mem_free(c);
			t->hosts_moved = true;
		}
		mem_free((void *)(uintptr_t)h->p);
	}
	vec_fini(&u->hosts);
}

static void host_want(struct translator *t, struct upstream_unit *u, struct str host)
{
	struct count *c = map_get(&t->hosts, host);

	if (!c) {
		char *text;

		c = mem_zalloc(sizeof(*c) + host.n);
		text = (char *)(c + 1);
		memcpy(text, host.p, host.n);
		c->key = str_of(text, host.n);
		map_put(&t->hosts, c->key, c);
		t->hosts_moved = true;
	}
	c->n++;
	*vec_push(&u->hosts) = str_of(mem_strdup(host), host.n);
}

void upstream_free(struct translator *t, struct upstream_unit *u)
{
	unit_drop(t, &u->unit);
	hosts_drop(t, u);
	set_del(&t->units[UNIT_UPSTREAM], u->unit.key);
	mem_free(u);
}

void upstreams_sweep(struct translator *t)
{
	for (size_t i = 0; i < t->unused.n; i++) {
		struct upstream_unit *u = t->unused.p[i];

		u->queued = false;
		if (u->users)
			continue;
		if (u->put && t->edit && plan_edit_del_upstream(t->edit, u->unit.key) == 0)
			t->edited = true;
		upstream_free(t, u);
	}
	vec_reset(&t->unused);
}

/* ---- targets ---- */

struct targets {
	VEC(struct plan_target) v;
	bool refused; /* some address may not be reached */
};

/* In a cluster nobody may send us to ourselves or to the node (loopback, link-local, any). */
static bool address_local(const struct plan_addr *a)
{
	static const uint8_t zero[16] = {0};
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct plan_addr v4 = *a;

	if (a->family == 4)
		return a->ip[0] == 127 || a->ip[0] == 0 || (a->ip[0] == 169 && a->ip[1] == 254);
	if (memcmp(a->ip, mapped, sizeof(mapped)) == 0) {
		v4.family = 4;
		memcpy(v4.ip, a->ip + 12, 4);
		return address_local(&v4);
	}
	if (memcmp(a->ip, zero, 15) == 0 && a->ip[15] <= 1)
		return true;
	return a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80;
}

static void target_add(const struct translator *t, struct targets *list,
	const struct plan_addr *addr, uint16_t port, uint16_t flags)
{
	struct plan_target *x;

	if (t->o.mode != TRANSLATE_FILES && !t->o.allow_local && address_local(addr)) {
		list->refused = true;
		return;
	}
	if (list->v.n == TARGETS_MAX)
		return;
	x = vec_push(&list->v);
	memset(x, 0, sizeof(*x));
	x->addr = *addr;
	x->addr.port = port;
	x->flags = flags;
	x->weight = 1;
}

/* EndpointConditions: nil ready means ready, nil serving means as ready, nil terminating no. */
static uint16_t endpoint_flags(const struct slice_endpoint *e)
{
	const struct endpoint_conditions *c = e->conditions;
	bool ready = !c || !c->has_ready || c->ready;
	bool serving = !c || !c->has_serving ? ready : c->serving;
	bool terminating = c && c->has_terminating && c->terminating;

	return (uint16_t)((ready ? PLAN_TARGET_READY : 0) | (serving ? PLAN_TARGET_SERVING : 0) |
			  (terminating ? PLAN_TARGET_TERMINATING : 0));
}

/* The slice's port that has the Service port's name; 0 when it has none. */
static uint16_t slice_port(const struct endpoint_slice *s, const struct service_port *p)
{
	for (uint32_t i = 0; i < s->n_ports; i++) {
		const struct slice_port *sp = &s->ports[i];

		if (!str_eq(sp->name, p->name) || (sp->protocol == NETWORK_PROTOCOL_UDP) !=
							  (p->protocol == NETWORK_PROTOCOL_UDP))
			continue;
		if (sp->has_port)
			return (uint16_t)sp->port;
		/* No number means every port: then the Service's own target. */
		return (uint16_t)(p->has_target_port && !p->target_port.text.p
					  ? p->target_port.number
					  : p->port);
	}
	return 0;
}

static void slice_add(struct translator *t, struct targets *list, const struct endpoint_slice *s,
	const struct service_port *p)
{
	uint16_t port = slice_port(s, p);

	if (!port || (s->address_type != ENDPOINT_ADDRESS_IPV4 &&
			     s->address_type != ENDPOINT_ADDRESS_IPV6))
		return;
	for (uint32_t i = 0; i < s->n_endpoints; i++) {
		const struct slice_endpoint *e = &s->endpoints[i];
		uint16_t flags = endpoint_flags(e);
		struct plan_addr addr;

		/* All addresses of an endpoint lead to the same; the first one counts. */
		if (e->n_addresses == 0 || plan_addr_parse(e->addresses[0], 0, &addr) < 0)
			continue;
		if (flags & (PLAN_TARGET_READY | PLAN_TARGET_SERVING))
			target_add(t, list, &addr, port, flags);
	}
}

static void slices_add(struct translator *t, struct upstream_unit *u, struct targets *list,
	const struct service_port *p)
{
	struct object_list slices = store_slices(t->store, u->namespace, u->name);

	unit_saw(t, &u->unit, DEP_OWNED, KIND_ENDPOINT_SLICE, u->namespace, u->name);
	for (size_t i = 0; i < slices.n; i++)
		slice_add(t, list, object_endpoint_slice(slices.p[i]), p);
}

struct hosts {
	VEC(struct plan_dns) v;
};

static struct str host_lower(struct arena *a, struct str s)
{
	char *p = arena_bytes(a, s.n);

	if (s.n && s.p[s.n - 1] == '.')
		s.n--;
	for (size_t i = 0; i < s.n; i++)
		p[i] = ascii_lower(s.p[i]);
	return str_of(p, s.n);
}

static void host_add(struct translator *t, struct upstream_unit *u, struct arena *a,
	struct hosts *hosts, struct targets *list, struct str host, uint16_t port)
{
	struct str name = host_lower(a, host);
	const struct resolved *r;

	*vec_push(&hosts->v) = (struct plan_dns){name, port};
	host_want(t, u, name);
	unit_saw(t, &u->unit, DEP_HOST, KIND_SERVICE, STR(""), name);
	r = map_get(&t->resolved, name);
	for (size_t i = 0; r && i < r->n; i++)
		target_add(t, list, &r->addrs[i], port, PLAN_TARGET_READY | PLAN_TARGET_SERVING);
}

/* "127.0.0.1:3000", "[::1]:3000", "app.internal:8080".  False when it is none of these. */
static bool endpoint_split(struct str s, struct str *ret_host, uint16_t *ret_port)
{
	size_t colon = s.n;
	uint64_t port;

	while (colon > 0 && s.p[colon - 1] != ':')
		colon--;
	if (colon < 2 || str_to_u64(str_skip(s, colon), 65535, &port) < 0 || port == 0)
		return false;
	*ret_host = str_take(s, colon - 1);
	*ret_port = (uint16_t)port;
	if (ret_host->p[0] == '[') {
		if (ret_host->p[ret_host->n - 1] != ']')
			return false;
		*ret_host = str_of(ret_host->p + 1, ret_host->n - 2);
	}
	return ret_host->n > 0;
}

static void backend_add(struct translator *t, struct upstream_unit *u, struct arena *a,
	struct hosts *hosts, struct targets *list, const struct backend *b)
{
	for (uint32_t i = 0; i < b->spec.n_endpoints; i++) {
		struct plan_addr addr;
		struct str host;
		uint16_t port;

		if (!endpoint_split(b->spec.endpoints[i], &host, &port))
			continue;
		if (plan_addr_parse(host, 0, &addr) == 0)
			target_add(t, list, &addr, port, PLAN_TARGET_READY | PLAN_TARGET_SERVING);
		else
			host_add(t, u, a, hosts, list, host, port);
	}
}

/* ---- TLS ---- */

static void tls_sans(struct arena *a, struct plan_client_tls *tls,
	const struct subject_alt_name *sans, uint32_t n)
{
	struct plan_san *list = ARENA_ARRAY(a, struct plan_san, n);

	for (uint32_t i = 0; i < n; i++) {
		bool uri = sans[i].type == SUBJECT_ALT_NAME_URI;

		list[i] =
			(struct plan_san){arena_str(a, uri ? sans[i].uri : sans[i].hostname), uri};
	}
	tls->sans = list;
	tls->nsans = n;
}

/* The client certificate of the Gateway; what is wrong with it where it has none. */
static struct str tls_client(
	struct translator *t, struct upstream_unit *u, struct arena *a, struct plan_client_tls *tls)
{
	const struct parent *gw;
	struct str namespace, name;

	if (u->gateway.n == 0)
		return STR("");
	key_split(u->gateway, &namespace, &name);
	unit_saw(t, &u->unit, DEP_CLIENT_CERT, KIND_GATEWAY, namespace, name);
	gw = look_parent(t, &u->unit, KIND_GATEWAY, u->gateway);
	if (!gw || !gw->client_cert)
		return arena_printf(a, "Gateway %.*s has no valid client certificate.%s%.*s",
			STR_ARG(u->gateway), gw ? " " : "",
			STR_ARG(gw ? gw->resolved.message : STR("")));
	tls->client = plan_pem_ref(gw->client_cert);
	return STR("");
}

/* <why> lives as long as <p>. */
static void upstream_refuse(struct plan_upstream *p, enum plan_refusal reason, struct str why)
{
	p->refused = (uint8_t)reason;
	p->failure = why;
}

static struct str policy_failure(const struct policy_view *v)
{
	return v->accepted.reason.n ? v->accepted.message : v->resolved.message;
}

static void tls_fill(struct translator *t, struct upstream_unit *u, struct plan_upstream *p,
	struct policy_view *v, struct str hostname, const struct subject_alt_name *sans,
	uint32_t n_sans)
{
	struct arena *a = plan_upstream_arena(p);
	struct str why = policy_failure(v);
	struct plan_client_tls *tls = ARENA_NEW(a, struct plan_client_tls);

	tls->sni = arena_str(a, hostname);
	tls_sans(a, tls, sans, n_sans);
	tls->ca = v->ca; /* its count is the upstream's now */
	v->ca = NULL;
	p->tls = tls;
	if (!why.n)
		why = tls_client(t, u, a, tls);
	if (why.n)
		upstream_refuse(p, PLAN_REFUSED_BACKEND_TLS, arena_str(a, why));
}

static void service_tls(struct translator *t, struct upstream_unit *u, struct arena *a,
	struct plan_upstream *p, const struct service *s, const struct service_port *port)
{
	const struct backend_tls_policy *policy;
	struct policy_view v;
	const struct backend_tls_policy_validation *val;

	if (u->protocol == PLAN_PROTOCOL_UDP)
		return;
	policy = policy_for(t, &u->unit, &s->object, port->name);
	if (!policy)
		return;
	v = policy_judge(t, &u->unit, a, policy);
	val = &policy->spec.validation;
	tls_fill(t, u, p, &v, val->hostname, val->subject_alt_names, val->n_subject_alt_names);
}

static void backend_tls(struct translator *t, struct upstream_unit *u, struct arena *a,
	struct plan_upstream *p, const struct backend *b)
{
	struct policy_view v;

	if (!b->spec.tls && b->spec.protocol != BACKEND_PROTOCOL_HTTPS)
		return;
	if (!b->spec.tls) {
		upstream_refuse(p, PLAN_REFUSED_BACKEND_TLS,
			STR("The Backend's protocol is HTTPS but it has no tls."));
		return;
	}
	v = backend_tls_judge(t, &u->unit, a, b);
	tls_fill(t, u, p, &v, b->spec.tls->hostname, b->spec.tls->subject_alt_names,
		b->spec.tls->n_subject_alt_names);
}

/* ---- all of it ---- */

static struct plan_upstream *upstream_build(
	struct translator *t, struct upstream_unit *u, struct targets *list, struct hosts *hosts)
{
	struct plan_upstream *p = plan_upstream_new(u->unit.key, list->v.n);
	struct arena *a = plan_upstream_arena(p);
	struct plan_dns *dns = ARENA_ARRAY(a, struct plan_dns, hosts->v.n);

	(void)t;
	for (size_t i = 0; i < list->v.n; i++)
		p->targets[i] = list->v.p[i];
	for (size_t i = 0; i < hosts->v.n; i++)
		dns[i] = (struct plan_dns){arena_str(a, hosts->v.p[i].host), hosts->v.p[i].port};
	p->dns = dns;
	p->ndns = (uint32_t)hosts->v.n;
	p->protocol = u->protocol;
	if (list->refused && list->v.n == 0)
		upstream_refuse(p, PLAN_REFUSED_BACKEND_REFUSED,
			STR("Every address of the backend is loopback or link-local, which may not "
			    "be reached from a cluster."));
	return p;
}

static const struct service_port *service_port_of(
	const struct service *s, const struct upstream_unit *u)
{
	bool udp = u->protocol == PLAN_PROTOCOL_UDP;

	for (uint32_t i = 0; s && i < s->spec.n_ports; i++)
		if (s->spec.ports[i].port == u->port &&
			(s->spec.ports[i].protocol == NETWORK_PROTOCOL_UDP) == udp)
			return &s->spec.ports[i];
	return NULL;
}

static struct plan_upstream *upstream_do(
	struct translator *t, struct upstream_unit *u, struct arena *a)
{
	struct targets list = {0};
	struct hosts hosts = {0};
	const struct object *o = look(t, &u->unit, u->kind, u->namespace, u->name);
	const struct service *s = object_service(o);
	const struct backend *b = object_backend(o);
	const struct service_port *port = service_port_of(s, u);
	struct plan_upstream *p;

	if (s && port && s->spec.type == SERVICE_EXTERNAL_NAME)
		host_add(t, u, a, &hosts, &list, s->spec.external_name, u->port);
	else if (port)
		slices_add(t, u, &list, port);
	if (b)
		backend_add(t, u, a, &hosts, &list, b);
	p = upstream_build(t, u, &list, &hosts);
	if (port)
		service_tls(t, u, a, p, s, port);
	if (b)
		backend_tls(t, u, a, p, b);
	vec_fini(&list.v);
	vec_fini(&hosts.v);
	return p;
}

void upstream_make(struct translator *t, struct upstream_unit *u)
{
	struct plan_upstream *p;
	struct arena a;

	unit_begin(t, &u->unit);
	if (u->users == 0)
		return; /* about to be swept */
	hosts_drop(t, u);
	arena_init(&a, 0);
	p = upstream_do(t, u, &a);
	arena_fini(&a);
	if (!t->edit) {
		plan_upstream_free(p);
		return;
	}
	plan_edit_put_upstream(t->edit, p);
	t->edited = true;
	u->put = true;
}
