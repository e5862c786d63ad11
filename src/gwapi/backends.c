/* SPDX-License-Identifier: Apache-2.0 */
/* References to backends: what they lead to, or why not. */
#include "gwapi/translate_priv.h"

/* How the field names it in messages. */
static struct str target_text(
	struct arena *a, struct str kind, struct str namespace, struct str name)
{
	return arena_printf(a, "%.*s %.*s/%.*s", STR_ARG(kind), STR_ARG(namespace), STR_ARG(name));
}

static struct plan_ref refuse(struct rules *x, enum plan_refusal why, struct str reason,
	const char *what, struct str message)
{
	struct str full =
		arena_printf(x->a, "%s%s%.*s", what, what[0] ? ": " : "", STR_ARG(message));

	ref_problem(x, reason, full);
	return (struct plan_ref){.refused = why, .message = arena_str(x->out, message)};
}

static struct plan_ref lead_to(struct rules *x, const struct upstream_unit *like)
{
	struct upstream_unit *u = upstream_get(x->t, like);

	*vec_push(&x->upstreams) = u;
	return (struct plan_ref){.upstream = plan_id(u->unit.key)};
}

/* ---- Service ---- */

static const struct service_port *port_of(const struct service *s, int32_t number, bool udp)
{
	const struct service_port *found = NULL;

	for (uint32_t i = 0; i < s->spec.n_ports; i++) {
		const struct service_port *p = &s->spec.ports[i];

		if (p->port != number)
			continue;
		if ((p->protocol == NETWORK_PROTOCOL_UDP) == udp)
			return p;
		found = p;
	}
	return found;
}

static struct str ports_text(struct arena *a, const struct service *s)
{
	struct buf b = {0};
	struct str text;

	for (uint32_t i = 0; i < s->spec.n_ports && i < 8; i++)
		buf_printf(&b, "%s%d", i ? ", " : "", s->spec.ports[i].port);
	text = b.n ? arena_str(a, buf_str(&b)) : STR("none");
	buf_fini(&b);
	return text;
}

/* Service.spec.ports[].appProtocol (KEP-3726) for traffic of HTTP kind. */
static const struct {
	struct str name;
	enum plan_protocol protocol;
	bool tls; /* needs a BackendTLSPolicy */
} app_protocols[] = {
	{{"kubernetes.io/h2c", 17}, PLAN_PROTOCOL_H2, false},
	{{"kubernetes.io/ws", 16}, PLAN_PROTOCOL_HTTP1, false},
	{{"kubernetes.io/wss", 17}, PLAN_PROTOCOL_HTTP1, true},
	{{"http", 4}, PLAN_PROTOCOL_HTTP, false},
	{{"https", 5}, PLAN_PROTOCOL_HTTP, true},
	{{"grpc", 4}, PLAN_PROTOCOL_H2, false},
	{{"h2c", 3}, PLAN_PROTOCOL_H2, false},
	{{"ws", 2}, PLAN_PROTOCOL_HTTP1, false},
	{{"wss", 3}, PLAN_PROTOCOL_HTTP1, true},
};

static bool is_l4(enum plan_protocol p)
{
	return p == PLAN_PROTOCOL_TCP || p == PLAN_PROTOCOL_UDP;
}

/* Decides the protocol; false with <*why> when it cannot be spoken. */
static bool service_protocol(struct rules *x, const struct service *s, const struct service_port *p,
	enum plan_protocol *protocol, struct str *why)
{
	bool udp = *protocol == PLAN_PROTOCOL_UDP;

	if (p->protocol == NETWORK_PROTOCOL_SCTP || (p->protocol == NETWORK_PROTOCOL_UDP) != udp) {
		*why = arena_printf(x->a, "port %d of Service %.*s is not a %s port", p->port,
			STR_ARG(object_key(&s->object)), udp ? "UDP" : "TCP");
		return false;
	}
	if (is_l4(*protocol) || p->app_protocol.n == 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(app_protocols); i++) {
		/* IANA service names know no case (RFC 6335 section 5.1). */
		if (!str_eq_nocase(app_protocols[i].name, p->app_protocol))
			continue;
		if (app_protocols[i].tls && !policy_for(x->t, x->looker, &s->object, p->name)) {
			*why = arena_printf(x->a,
				"appProtocol %.*s of Service %.*s port %d needs a BackendTLSPolicy",
				STR_ARG(p->app_protocol), STR_ARG(object_key(&s->object)), p->port);
			return false;
		}
		if (*protocol != PLAN_PROTOCOL_H2) /* gRPC stays HTTP/2 */
			*protocol = app_protocols[i].protocol;
		if (*protocol != PLAN_PROTOCOL_H2 || h2_served(x->t))
			return true;
		*why = arena_printf(x->a,
			"appProtocol %.*s of Service %.*s port %d is HTTP/2, which this version "
			"does not speak to backends",
			STR_ARG(p->app_protocol), STR_ARG(object_key(&s->object)), p->port);
		return false;
	}
	*why = arena_printf(x->a, "appProtocol %.*s of Service %.*s port %d is not supported",
		STR_ARG(p->app_protocol), STR_ARG(object_key(&s->object)), p->port);
	return false;
}

static struct plan_ref service_resolve(struct rules *x, const struct backend_object_reference *ref,
	struct str namespace, enum plan_protocol protocol, const char *what)
{
	const struct service *s =
		object_service(look(x->t, x->looker, KIND_SERVICE, namespace, ref->name));
	struct str title = target_text(x->a, STR("Service"), namespace, ref->name);
	const struct service_port *p;
	struct str why;

	if (!s)
		return refuse(x, PLAN_REFUSED_BACKEND_NOT_FOUND, STR("BackendNotFound"), what,
			arena_printf(x->a, "%.*s does not exist.", STR_ARG(title)));
	if (s->spec.type == SERVICE_EXTERNAL_NAME && x->t->o.mode != TRANSLATE_FILES &&
		!x->t->o.allow_external_name)
		return refuse(x, PLAN_REFUSED_BACKEND_REFUSED, STR("RefNotPermitted"), what,
			arena_printf(x->a,
				"%.*s is of type ExternalName, which is followed only with "
				"--allow-external-name.",
				STR_ARG(title)));
	if (!ref->has_port)
		return refuse(x, PLAN_REFUSED_BACKEND_NOT_FOUND, STR("BackendNotFound"), what,
			arena_printf(x->a, "the reference to %.*s names no port; it has %.*s.",
				STR_ARG(title), STR_ARG(ports_text(x->a, s))));
	p = port_of(s, ref->port, protocol == PLAN_PROTOCOL_UDP);
	if (!p)
		return refuse(x, PLAN_REFUSED_BACKEND_NOT_FOUND, STR("BackendNotFound"), what,
			arena_printf(x->a, "%.*s has no port %d; it has %.*s.", STR_ARG(title),
				ref->port, STR_ARG(ports_text(x->a, s))));
	*vec_push(&x->services) = (struct route_use){
		.service = key_of(x->a, namespace, ref->name), .port = (uint16_t)ref->port};
	if (!service_protocol(x, s, p, &protocol, &why))
		return refuse(x, PLAN_REFUSED_BACKEND_PROTOCOL, STR("UnsupportedProtocol"), what,
			arena_printf(x->a, "%.*s.", STR_ARG(why)));
	return lead_to(x, &(struct upstream_unit){.kind = KIND_SERVICE,
				  .namespace = namespace,
				  .name = ref->name,
				  .port = (uint16_t)ref->port,
				  .protocol = (uint8_t)protocol,
				  .gateway = x->gateway});
}

/* ---- our Backend ---- */

static const struct {
	enum backend_protocol is;
	enum plan_protocol protocol;
} backend_protocols[] = {
	{BACKEND_PROTOCOL_HTTP, PLAN_PROTOCOL_HTTP},
	{BACKEND_PROTOCOL_H2C, PLAN_PROTOCOL_H2},
	{BACKEND_PROTOCOL_HTTPS, PLAN_PROTOCOL_HTTP},
	{BACKEND_PROTOCOL_TCP, PLAN_PROTOCOL_TCP},
	{BACKEND_PROTOCOL_UDP, PLAN_PROTOCOL_UDP},
};

/* False when the Backend speaks something else than the route. */
static bool backend_protocol(const struct backend *b, enum plan_protocol *protocol)
{
	if (b->spec.protocol == BACKEND_PROTOCOL_UNSET)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(backend_protocols); i++) {
		if (backend_protocols[i].is != b->spec.protocol)
			continue;
		if (is_l4(*protocol) || is_l4(backend_protocols[i].protocol))
			return *protocol == backend_protocols[i].protocol;
		if (*protocol != PLAN_PROTOCOL_H2)
			*protocol = backend_protocols[i].protocol;
		return true;
	}
	return false;
}

static struct plan_ref own_resolve(struct rules *x, const struct backend_object_reference *ref,
	struct str namespace, enum plan_protocol protocol, const char *what)
{
	const struct backend *b =
		object_backend(look(x->t, x->looker, KIND_BACKEND, namespace, ref->name));
	struct str title = target_text(x->a, STR("Backend"), namespace, ref->name);

	if (!b)
		return refuse(x, PLAN_REFUSED_BACKEND_NOT_FOUND, STR("BackendNotFound"), what,
			arena_printf(x->a, "%.*s does not exist.", STR_ARG(title)));
	if (ref->has_port)
		return refuse(x, PLAN_REFUSED_RULE_INVALID, STR("UnsupportedValue"), what,
			arena_printf(x->a,
				"the endpoints of %.*s have ports of their own; take port %d out "
				"of the reference.",
				STR_ARG(title), ref->port));
	if (object_note_under(&b->object, STR("spec")) || !backend_protocol(b, &protocol) ||
		(protocol == PLAN_PROTOCOL_H2 && !h2_served(x->t)))
		return refuse(x, PLAN_REFUSED_BACKEND_PROTOCOL, STR("UnsupportedProtocol"), what,
			arena_printf(x->a, "%.*s does not speak what %.*ss send.", STR_ARG(title),
				STR_ARG(object_kind_name(x->object->kind))));
	return lead_to(x, &(struct upstream_unit){.kind = KIND_BACKEND,
				  .namespace = namespace,
				  .name = ref->name,
				  .protocol = (uint8_t)protocol,
				  .gateway = x->gateway});
}

struct plan_ref backend_resolve(struct rules *x, const struct backend_object_reference *ref,
	enum plan_protocol protocol, const char *what)
{
	struct str namespace = namespace_or(ref->namespace, x->object->namespace);
	struct str kind = ref->kind.n ? ref->kind : STR("Service");
	enum object_kind k = KIND_MAX;

	if (object_kind_find(ref->group, kind, &k) < 0 || (k != KIND_SERVICE && k != KIND_BACKEND))
		return refuse(x, PLAN_REFUSED_BACKEND_KIND, STR("InvalidKind"), what,
			arena_printf(x->a,
				"%.*s%s%.*s \"%.*s\" is no backend that is understood; use a Service "
				"or a sluice.dev Backend.",
				STR_ARG(ref->group), ref->group.n ? "/" : "", STR_ARG(kind),
				STR_ARG(ref->name)));
	if (!look_granted(x->t, x->looker, (enum object_kind)x->object->kind, x->object->namespace,
		    ref->group, kind, namespace, ref->name))
		return refuse(x, PLAN_REFUSED_REF_NOT_PERMITTED, STR("RefNotPermitted"), what,
			arena_printf(x->a,
				"%.*s is in another namespace, and no ReferenceGrant there lets "
				"%.*ss of namespace %.*s refer to it.",
				STR_ARG(target_text(x->a, kind, namespace, ref->name)),
				STR_ARG(object_kind_name(x->object->kind)),
				STR_ARG(x->object->namespace)));
	if (k == KIND_SERVICE)
		return service_resolve(x, ref, namespace, protocol, what);
	return own_resolve(x, ref, namespace, protocol, what);
}
