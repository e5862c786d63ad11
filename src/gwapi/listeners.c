/* SPDX-License-Identifier: Apache-2.0 */
/* A listener judged by itself: protocol, route kinds, TLS. */
#include "gwapi/translate_priv.h"

static const struct {
	struct str name;
	enum protocol protocol;
} protocols[] = {
	{{"HTTP", 4}, PROTOCOL_HTTP},
	{{"HTTPS", 5}, PROTOCOL_HTTPS},
	{{"TLS", 3}, PROTOCOL_TLS},
	{{"TCP", 3}, PROTOCOL_TCP},
	{{"UDP", 3}, PROTOCOL_UDP},
};

bool listener_udp(const struct listener *l)
{
	return l->protocol == PROTOCOL_UDP;
}

/* One whose listeners are all bad is refused, but a port that cannot be bound stays in the plan: it
 * is tried again. */
bool parent_stands(const struct parent *p)
{
	return p->takes &&
	       (!p->accepted.reason.n || str_eq(p->accepted.reason, STR("ListenersNotValid")));
}

bool listener_serves(const struct listener *l)
{
	return parent_stands(l->parent) && !l->conflict.reason.n && !l->accepted.reason.n &&
	       !l->broken.reason.n && !l->pending;
}

struct str listener_text(struct arena *a, const struct listener *l)
{
	return arena_printf(a, "listener \"%.*s\" of %.*s %.*s", STR_ARG(l->name),
		STR_ARG(object_kind_name(l->parent->kind)), STR_ARG(l->parent->key));
}

/* The path of the listener in its object, for notes. */
static struct str listener_path(struct arena *a, const struct listener *l)
{
	return arena_printf(a, "spec.listeners[%u]", l->index);
}

static void listener_kinds(struct translator *t, struct group_unit *g, struct listener *l)
{
	uint32_t may = protocol_kinds(t, l->protocol), got = 0;
	const struct allowed_routes *al = l->allowed;

	l->kinds = may;
	if (al->n_kinds == 0)
		return;
	for (uint32_t i = 0; i < al->n_kinds; i++) {
		const struct route_group_kind *k = &al->kinds[i];
		struct str group = k->group.p ? k->group : object_kind_group(KIND_HTTP_ROUTE);
		enum object_kind kind;

		if (object_kind_find(group, k->kind, &kind) == 0 && (may & (1u << kind))) {
			got |= 1u << kind;
			continue;
		}
		if (!l->resolved.reason.n)
			l->resolved = (struct problem){STR("InvalidRouteKinds"),
				arena_printf(&g->arena,
					"allowedRoutes.kinds[%u] is %.*s%s%.*s; protocol %.*s takes "
					"%.*s.",
					i, STR_ARG(group), group.n ? "/" : "", STR_ARG(k->kind),
					STR_ARG(l->protocol_text),
					STR_ARG(kinds_text(&g->arena, may)))};
	}
	l->kinds = got;
	l->dangling = got == 0;
}

static void listener_unsupported(struct group_unit *g, struct listener *l)
{
	const char *hint = l->protocol == PROTOCOL_OTHER ? "use HTTP or HTTPS"
							 : "it is not served by this version";

	l->accepted = (struct problem){STR("UnsupportedProtocol"),
		arena_printf(&g->arena, "Protocol %.*s is not supported: %s.",
			STR_ARG(l->protocol_text), hint)};
}

/* Values that this version does not know, and those that it does not serve. */
static void listener_values(struct translator *t, struct group_unit *g, struct listener *l)
{
	const struct object_note *n =
		object_note_under(l->parent->object, listener_path(&g->arena, l));

	if (n) {
		l->accepted = (struct problem){STR("UnsupportedValue"),
			arena_printf(&g->arena, "%.*s is not understood by this version%s%.*s.",
				STR_ARG(n->path), n->text.n ? ": " : "", STR_ARG(n->text))};
		return;
	}
	if (l->filters_spec && l->filters_spec->n_requests)
		filters_listener(t, g, l, &g->arena);
}

void listener_judge(struct translator *t, struct group_unit *g, struct listener *l)
{
	l->protocol = PROTOCOL_OTHER;
	for (size_t i = 0; i < ARRAY_LEN(protocols); i++)
		if (str_eq(protocols[i].name, l->protocol_text))
			l->protocol = protocols[i].protocol;
	if (l->protocol == PROTOCOL_TCP || l->protocol == PROTOCOL_UDP)
		l->hostname = STR("");
	l->id_name = arena_printf(&g->arena, "%.*s/%.*s/%.*s",
		STR_ARG(object_kind_name(l->parent->kind)), STR_ARG(l->parent->key),
		STR_ARG(l->name));
	l->id = plan_id(l->id_name);
	if (!protocol_served(t, l->protocol)) {
		listener_unsupported(g, l);
		return;
	}
	listener_values(t, g, l);
	listener_tls(t, g, l);
	listener_kinds(t, g, l);
}
