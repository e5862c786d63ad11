/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which listeners of a parent take the same routes.
 *
 * A listener decides by route kind, namespace and hostname, and a parentRef may ask for it by name
 * or port.  Two of one parent that decide alike, and that no route asks for by itself, take the
 * same routes: they share a scope of the plan and a count, and when one of them comes or goes no
 * route is looked at.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "gwapi/translate_priv.h"

static void digest_selector(struct buf *b, const struct label_selector *s)
{
	for (uint32_t i = 0; i < s->n_match_labels; i++)
		buf_printf(b, "=%.*s=%.*s", STR_ARG(s->match_labels[i].key),
			STR_ARG(s->match_labels[i].value));
	for (uint32_t i = 0; i < s->n_match_expressions; i++) {
		const struct label_selector_requirement *r = &s->match_expressions[i];

		buf_printf(b, "?%.*s?%.*s", STR_ARG(r->key), STR_ARG(r->operator));
		for (uint32_t j = 0; j < r->n_values; j++)
			buf_printf(b, ",%.*s", STR_ARG(r->values[j]));
	}
}

/* Neither "#" nor ":" can be in a name. */
static struct str section_key(struct buf *b, struct str kind, struct str key, struct str section)
{
	buf_reset(b);
	buf_printf(b, "%.*s/%.*s#%.*s", STR_ARG(kind), STR_ARG(key), STR_ARG(section));
	return buf_str(b);
}

static struct str port_key(struct buf *b, struct str kind, struct str key, uint16_t port)
{
	buf_reset(b);
	buf_printf(b, "%.*s/%.*s:%u", STR_ARG(kind), STR_ARG(key), port);
	return buf_str(b);
}

static void takes_fill(struct translator *t, struct group_unit *g, struct listener *l)
{
	const struct parent *p = l->parent;
	struct str kind = object_kind_name(p->kind);
	struct buf b = {0};

	buf_printf(&b, "%.*s/%.*s|%x|%.*s|%d|", STR_ARG(kind), STR_ARG(p->key), l->kinds,
		STR_ARG(l->hostname), (int)l->allowed->namespaces.from);
	if (l->allowed->namespaces.selector)
		digest_selector(&b, l->allowed->namespaces.selector);
	if (map_get(&t->addressed, section_key(&t->scratch, kind, p->key, l->name)))
		buf_printf(&b, "|name %.*s", STR_ARG(l->name));
	if (map_get(&t->addressed, port_key(&t->scratch, kind, p->key, l->port)))
		buf_printf(&b, "|port %u", l->port);
	l->takes = plan_id(buf_str(&b));
	l->takes_name = arena_printf(&g->arena, "%.*s/%.*s/%llx", STR_ARG(kind), STR_ARG(p->key),
		(unsigned long long)l->takes);
	buf_fini(&b);
}

void scopes_fill(struct translator *t, struct group_unit *g, struct parent *p)
{
	unit_saw(t, &g->unit, DEP_ADDRESSED, p->kind, p->object->namespace, p->object->name);
	for (size_t i = 0; i < p->n_listeners; i++)
		takes_fill(t, g, &p->listeners[i]);
}

uint64_t listener_scope(const struct listener *l)
{
	return listener_serves(l) ? l->takes : l->id;
}

uint64_t listener_digest(const struct listener *l)
{
	return hash_mix(l->takes, listener_serves(l));
}

static void address(struct translator *t, enum object_kind kind, struct str namespace,
	struct str name, struct str key, int by)
{
	const struct count *c = counter_add(&t->addressed, key, by);
	uint32_t n = c ? c->n : 0;

	if (n == 0 || (n == 1 && by > 0))
		dep_touch(t, DEP_ADDRESSED, kind, namespace, name);
}

static void address_ref(struct translator *t, const struct object *route,
	const struct parent_reference *ref, int by)
{
	struct str namespace = namespace_or(ref->namespace, route->namespace), name, key;
	struct buf b = {0}, parent = {0};
	enum object_kind kind;

	if ((!ref->section_name.n && !ref->has_port) || !parent_ref_ours(ref, &kind))
		return;
	buf_printf(&parent, "%.*s/%.*s", STR_ARG(namespace), STR_ARG(ref->name));
	key = buf_str(&parent);
	name = object_kind_name(kind);
	if (ref->section_name.n)
		address(t, kind, namespace, ref->name,
			section_key(&b, name, key, ref->section_name), by);
	if (ref->has_port)
		address(t, kind, namespace, ref->name, port_key(&b, name, key, (uint16_t)ref->port),
			by);
	buf_fini(&b);
	buf_fini(&parent);
}

void scopes_address(struct translator *t, const struct object *o, int by)
{
	struct route_view v;

	if (o->kind < KIND_HTTP_ROUTE || o->kind > KIND_UDP_ROUTE)
		return;
	v = route_view(o);
	for (uint32_t i = 0; i < v.common->n_parent_refs; i++)
		address_ref(t, o, &v.common->parent_refs[i], by);
}

void scopes_fini(struct translator *t)
{
	size_t at = 0;
	const struct map_slot *slot;

	while ((slot = map_next(&t->addressed, &at)))
		mem_free(slot->value);
	map_fini(&t->addressed);
}
