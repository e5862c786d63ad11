/* SPDX-License-Identifier: Apache-2.0 */
/* Who looked at what. */
#include "base/mem.h"
#include "gwapi/translate_priv.h"

struct edge {
	struct edge *next; /* of the unit */
	struct dep *dep;
	struct unit *unit;
	struct list in_dep;
};

static struct str dep_name(const void *entry)
{
	return ((const struct dep *)entry)->key;
}

void deps_init(struct translator *t)
{
	t->deps.key = dep_name;
}

/* "what kind/namespace/name": one text a dep, made in the translator's scratch. */
static struct str dep_key(struct translator *t, enum dep_what what, enum object_kind kind,
	struct str namespace, struct str name)
{
	struct buf *b = &t->scratch;

	buf_reset(b);
	buf_addc(b, (char)('a' + what));
	buf_addc(b, (char)('a' + kind));
	buf_add(b, namespace);
	buf_addc(b, '/');
	buf_add(b, name);
	return buf_str(b);
}

/* Bodies of these are only kept while somebody looks: the source is told. */
static void note_look(struct translator *t, const struct dep *d)
{
	if (t->o.tell_looked && d->what == DEP_OBJECT &&
		(d->kind == KIND_SERVICE || d->kind == KIND_SECRET || d->kind == KIND_CONFIG_MAP))
		*vec_push(&t->looked) =
			(struct translate_look){d->kind, arena_str(&t->looked_arena, d->namespace),
				arena_str(&t->looked_arena, d->name)};
}

const struct translate_look *translator_looked(const struct translator *t, size_t *ret_n)
{
	*ret_n = t->looked.n;
	return t->looked.p;
}

bool translator_looks_at(
	struct translator *t, enum object_kind kind, struct str namespace, struct str name)
{
	return set_get(&t->deps, dep_key(t, DEP_OBJECT, kind, namespace, name)) != NULL;
}

static struct dep *dep_get(struct translator *t, enum dep_what what, enum object_kind kind,
	struct str namespace, struct str name)
{
	struct str key = dep_key(t, what, kind, namespace, name);
	struct dep *d = set_get(&t->deps, key);
	char *text;

	if (d)
		return d;
	d = mem_zalloc(sizeof(*d) + key.n);
	text = (char *)(d + 1);
	memcpy(text, key.p, key.n);
	*d = (struct dep){.key = {text, key.n},
		.what = (uint8_t)what,
		.kind = kind,
		.namespace = {text + 2, namespace.n},
		.name = {text + 3 + namespace.n, name.n}};
	list_init(&d->edges);
	set_put(&t->deps, d);
	note_look(t, d);
	return d;
}

static void edges_drop(struct translator *t, struct unit *u)
{
	struct edge *e = u->edges;

	u->edges = NULL;
	while (e) {
		struct edge *next = e->next;
		struct dep *d = e->dep;

		list_del(&e->in_dep);
		mem_free(e);
		if (list_empty(&d->edges)) {
			set_del(&t->deps, d->key);
			note_look(t, d);
			mem_free(d);
		}
		e = next;
	}
}

void unit_begin(struct translator *t, struct unit *u)
{
	edges_drop(t, u);
	u->serial = ++t->serial;
	if (u->dirty)
		list_del(&u->dirty_link);
	u->dirty = false;
}

void unit_saw(struct translator *t, struct unit *u, enum dep_what what, enum object_kind kind,
	struct str namespace, struct str name)
{
	struct dep *d;
	struct edge *e;

	if (!u)
		return;
	d = dep_get(t, what, kind, namespace, name);
	if (d->seen == u->serial)
		return;
	d->seen = u->serial;
	e = MEM_NEW(struct edge);
	e->dep = d;
	e->unit = u;
	e->next = u->edges;
	u->edges = e;
	list_add_tail(&d->edges, &e->in_dep);
}

void unit_dirty(struct translator *t, struct unit *u)
{
	if (u->dirty)
		return;
	u->dirty = true;
	list_add_tail(&t->dirty[u->kind], &u->dirty_link);
}

void dep_touch(struct translator *t, enum dep_what what, enum object_kind kind,
	struct str namespace, struct str name)
{
	struct dep *d = set_get(&t->deps, dep_key(t, what, kind, namespace, name));

	if (!d)
		return;
	list_for_each (at, &d->edges)
		unit_dirty(t, container_of(at, struct edge, in_dep)->unit);
}

void unit_drop(struct translator *t, struct unit *u)
{
	edges_drop(t, u);
	if (u->dirty)
		list_del(&u->dirty_link);
	u->dirty = false;
}

void unit_each_seen(const struct unit *u, unit_saw_f *fn, void *ctx)
{
	for (const struct edge *e = u->edges; e; e = e->next)
		fn(ctx, e->dep);
}

void deps_fini(struct translator *t)
{
	AZ(t->deps.n); /* every unit was dropped */
	set_fini(&t->deps);
	vec_fini(&t->looked);
	arena_fini(&t->looked_arena);
}
