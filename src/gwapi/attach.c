/* SPDX-License-Identifier: Apache-2.0 */
/* Which listeners take a route. */
#include "gwapi/translate_priv.h"

struct route_view route_view(const struct object *o)
{
	struct route_view v = {.object = o, .kind = o->kind, .common = object_route_common(o)};

#define VIEW(type, upper, hosts)                                       \
	if (o->kind == KIND_##upper) {                                 \
		const struct type##_spec *s = &object_##type(o)->spec; \
		v.n_rules = s->n_rules;                                \
		hosts                                                  \
	}
#define HOSTS                       \
	v.hostnames = s->hostnames; \
	v.n_hostnames = s->n_hostnames;
	VIEW(http_route, HTTP_ROUTE, HOSTS)
	VIEW(grpc_route, GRPC_ROUTE, HOSTS)
	VIEW(tls_route, TLS_ROUTE, HOSTS)
	VIEW(tcp_route, TCP_ROUTE, )
	VIEW(udp_route, UDP_ROUTE, )
#undef HOSTS
#undef VIEW
	AN(v.common);
	return v;
}

/* Whether <name> lies within the wildcard "*.b". */
static bool wildcard_takes(struct str wildcard, struct str name)
{
	struct str suffix = str_skip(wildcard, 1); /* ".b" */

	return name.n > suffix.n && str_ends(name, suffix);
}

static bool is_wildcard(struct str s)
{
	return str_starts(s, STR("*."));
}

bool hostnames_meet(struct str listener, struct str route)
{
	if (listener.n == 0 || route.n == 0 || str_eq(listener, route))
		return true;
	if (is_wildcard(listener) && wildcard_takes(listener, route))
		return true;
	return is_wildcard(route) && wildcard_takes(route, listener);
}

static bool route_meets(const struct route_view *v, const struct listener *l)
{
	if (v->n_hostnames == 0)
		return true;
	for (size_t i = 0; i < v->n_hostnames; i++)
		if (hostnames_meet(l->hostname, v->hostnames[i]))
			return true;
	return false;
}

static bool namespace_allowed(
	struct translator *t, struct route_unit *r, const struct listener *l, struct str route_ns)
{
	const struct route_namespaces *n = &l->allowed->namespaces;

	switch (n->from) {
	case FROM_NAMESPACES_ALL:
		return true;
	case FROM_NAMESPACES_SELECTOR:
		return look_selected(t, &r->unit, n->selector, route_ns);
	case FROM_NAMESPACES_UNSET:
	case FROM_NAMESPACES_SAME:
		return str_eq(l->parent->object->namespace, route_ns);
	case FROM_NAMESPACES_OTHER:
	case FROM_NAMESPACES_NONE:
		break;
	}
	return false;
}

bool parent_ref_ours(const struct parent_reference *ref, enum object_kind *ret_kind)
{
	struct str group = ref->group.p ? ref->group : object_kind_group(KIND_GATEWAY);
	struct str kind = ref->kind.n ? ref->kind : STR("Gateway");

	return object_kind_find(group, kind, ret_kind) == 0 &&
	       (*ret_kind == KIND_GATEWAY || *ret_kind == KIND_LISTENER_SET);
}

static struct str listener_names(struct arena *a, const struct parent *p)
{
	struct buf b = {0};
	struct str s;

	for (size_t i = 0; i < p->n_listeners && i < 8; i++)
		buf_printf(&b, "%s%.*s (%u)", i ? ", " : "", STR_ARG(p->listeners[i].name),
			p->listeners[i].port);
	if (p->n_listeners > 8)
		buf_printf(&b, " and %zu more", p->n_listeners - 8);
	s = arena_str(a, buf_str(&b));
	buf_fini(&b);
	return s;
}

static void refuse_section(struct arena *a, const struct parent_reference *ref,
	const struct parent *p, struct attachment *ret)
{
	struct str what = ref->section_name.n
				  ? arena_printf(a, "called \"%.*s\"", STR_ARG(ref->section_name))
				  : STR("");

	if (ref->has_port)
		what = arena_printf(
			a, "%.*s%son port %d", STR_ARG(what), what.n ? " " : "", ref->port);
	ret->refused = (struct problem){STR("NoMatchingParent"),
		arena_printf(a, "%.*s %.*s has no listener %.*s; it has %.*s.",
			STR_ARG(object_kind_name(p->kind)), STR_ARG(p->key), STR_ARG(what),
			STR_ARG(listener_names(a, p)))};
}

static void refuse_allowed(struct arena *a, const struct route_view *v, const struct parent *p,
	bool kind_fits, struct attachment *ret)
{
	if (kind_fits)
		ret->refused = (struct problem){STR("NotAllowedByListeners"),
			arena_printf(a,
				"No listener of %.*s %.*s allows routes of namespace %.*s; "
				"allowedRoutes.namespaces decides.",
				STR_ARG(object_kind_name(p->kind)), STR_ARG(p->key),
				STR_ARG(v->object->namespace))};
	else
		ret->refused = (struct problem){STR("NotAllowedByListeners"),
			arena_printf(a, "No listener of %.*s %.*s takes %.*ss.",
				STR_ARG(object_kind_name(p->kind)), STR_ARG(p->key),
				STR_ARG(object_kind_name(v->kind)))};
}

static bool section_fits(const struct parent_reference *ref, const struct listener *l)
{
	if (!ref)
		return true;
	if (ref->section_name.n && !str_eq(ref->section_name, l->name))
		return false;
	return !ref->has_port || ref->port == l->port;
}

/* Sections, then kinds and namespaces, then hostnames: the last hurdle that none takes is told. */
static void attach_listeners(struct translator *t, struct route_unit *r, const struct route_view *v,
	struct attachment *ret)
{
	const struct parent *p = ret->parent;
	bool section = false, kind = false, allowed = false;

	ret->listeners = ARENA_ARRAY(&t->making.arena, struct listener *, p->n_listeners);
	for (size_t i = 0; i < p->n_listeners; i++) {
		struct listener *l = &p->listeners[i];

		if (!section_fits(ret->ref, l))
			continue;
		section = true;
		if (!(l->kinds & (1u << v->kind)))
			continue;
		kind = true;
		if (!namespace_allowed(t, r, l, v->object->namespace))
			continue;
		allowed = true;
		if (route_meets(v, l))
			ret->listeners[ret->n_listeners++] = l;
	}
	if (ret->n_listeners)
		return;
	if (!section)
		refuse_section(&t->making.arena, ret->ref, p, ret);
	else if (!allowed)
		refuse_allowed(&t->making.arena, v, p, kind, ret);
	else
		ret->refused = (struct problem){STR("NoMatchingListenerHostname"),
			arena_printf(&t->making.arena,
				"No hostname of the route fits a listener of %.*s %.*s.",
				STR_ARG(object_kind_name(p->kind)), STR_ARG(p->key))};
}

/* What the outcome hangs on: how exactly the reference asks. */
static void attach_saw(struct translator *t, struct route_unit *r, enum object_kind kind,
	struct str namespace, const struct attachment *at)
{
	const struct parent_reference *ref = at->ref;

	if (!ref->section_name.n && !ref->has_port)
		unit_saw(t, &r->unit, DEP_PARENT, kind, namespace, ref->name);
	else if (at->n_listeners && !ref->has_port)
		unit_saw(t, &r->unit, DEP_SECTION, kind, namespace,
			key_of(&t->making.arena, ref->name, ref->section_name));
	else
		unit_saw(t, &r->unit, DEP_LISTENERS, kind, namespace, ref->name);
}

bool attach_judge(struct translator *t, struct route_unit *r, const struct route_view *v,
	const struct parent_reference *ref, struct attachment *ret)
{
	enum object_kind kind;
	struct str namespace, key;

	*ret = (struct attachment){.ref = ref};
	if (!parent_ref_ours(ref, &kind))
		return false;
	namespace = namespace_or(ref->namespace, v->object->namespace);
	key = key_of(&t->making.arena, namespace, ref->name);
	ret->parent = look_parent(t, NULL, kind, key);
	if (!ret->parent) {
		attach_saw(t, r, kind, namespace, ret);
		/* In a cluster somebody else may answer for it; in files nobody would. */
		if (t->o.mode != TRANSLATE_FILES || t->o.only_class.n || t->o.only_gateway.n ||
			look(t, &r->unit, kind, namespace, ref->name))
			return false;
		ret->refused = (struct problem){STR("NoMatchingParent"),
			arena_printf(&t->making.arena, "%.*s %.*s does not exist.",
				STR_ARG(object_kind_name(kind)), STR_ARG(key))};
		return true;
	}
	if (!kind_served(t, v->kind)) {
		attach_saw(t, r, kind, namespace, ret);
		ret->refused = (struct problem){STR("UnsupportedValue"),
			arena_printf(&t->making.arena, "%.*s is not served by this version.",
				STR_ARG(object_kind_name(v->kind)))};
		return true;
	}
	attach_listeners(t, r, v, ret);
	attach_saw(t, r, kind, namespace, ret);
	return true;
}
