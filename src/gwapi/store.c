/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "gwapi/store.h"

#define MAX_NAMESPACE 63
#define MAX_NAME 253
/* So many changes are put into the sorted list one by one; more sort it anew. */
#define FEW_CHANGES 32

static const struct str service_label = {"kubernetes.io/service-name", 26};

/* The EndpointSlices of one Service. */
struct store_slices {
	struct str key; /* "namespace/service", owned */
	VEC(const struct object *) sorted;
};

/* A key on the stack; longer names than the API allows find nothing. */
struct store_key {
	char text[MAX_NAMESPACE + 1 + MAX_NAME];
};

static struct str key_in(const void *entry)
{
	return object_key(entry);
}

void store_init(struct store *s)
{
	*s = (struct store){0};
	for (unsigned k = 0; k < KIND_MAX; k++)
		s->kinds[k].by_key.key = key_in;
}

static void slices_free(struct store_slices *l)
{
	vec_fini(&l->sorted);
	mem_free((void *)(uintptr_t)l->key.p);
	mem_free(l);
}

void store_fini(struct store *s)
{
	const struct map_slot *slot;
	size_t at = 0;

	store_changes_reset(s);
	vec_fini(&s->changes);
	while ((slot = map_next(&s->slices, &at)))
		slices_free(slot->value);
	map_fini(&s->slices);
	for (unsigned k = 0; k < KIND_MAX; k++) {
		struct store_kind *kind = &s->kinds[k];
		const struct object *o;

		for (at = 0; (o = set_next(&kind->by_key, &at));)
			object_unref(o);
		set_fini(&kind->by_key);
		map_fini(&kind->changed);
		vec_fini(&kind->sorted);
	}
}

static struct str key_of(struct store_key *k, struct str namespace, struct str name)
{
	if (namespace.n > MAX_NAMESPACE || name.n > MAX_NAME)
		return STR("");
	if (namespace.n)
		memcpy(k->text, namespace.p, namespace.n);
	k->text[namespace.n] = '/';
	if (name.n)
		memcpy(k->text + namespace.n + 1, name.p, name.n);
	return str_of(k->text, namespace.n + 1 + name.n);
}

/* By namespace, then name: not by key, where '-' sorts before '/'. */
static int object_order(const struct object *a, const struct object *b)
{
	int order = str_cmp(a->namespace, b->namespace);

	return order ? order : str_cmp(a->name, b->name);
}

static int object_sort(const void *a, const void *b)
{
	return object_order(*(const struct object *const *)a, *(const struct object *const *)b);
}

/* Where <o> stands in the sorted <p>, or would. */
static size_t sorted_place(const struct object *const *p, size_t n, const struct object *o)
{
	size_t lo = 0;

	while (lo < n) {
		size_t mid = lo + (n - lo) / 2;

		if (object_order(p[mid], o) < 0)
			lo = mid + 1;
		else
			n = mid;
	}
	return lo;
}

/* In <v> (a VEC of objects, sorted), put <new> for the object with its key, or take <old> out. */
#define SORTED_CHANGE(v, old, new)                                                \
	do {                                                                      \
		size_t at_ = sorted_place((v)->p, (v)->n, (old) ? (old) : (new)); \
		if (!(old)) {                                                     \
			(void)vec_push(v);                                        \
			memmove((v)->p + at_ + 1, (v)->p + at_,                   \
				((v)->n - 1 - at_) * sizeof(*(v)->p));            \
		}                                                                 \
		if (new)                                                          \
			(v)->p[at_] = (new);                                      \
		else                                                              \
			memmove((v)->p + at_, (v)->p + at_ + 1,                   \
				(--(v)->n - at_) * sizeof(*(v)->p));              \
	} while (0)

/* The list of the Service that slice <o> names, made when it is missing; NULL without a label. */
static struct store_slices *slices_of(struct store *s, const struct object *o)
{
	struct str service = object_label(o, service_label);
	struct store_slices *l;
	struct store_key k;
	struct str key = key_of(&k, o->namespace, service);

	if (!service.n || !key.n)
		return NULL;
	l = map_get(&s->slices, key);
	if (l)
		return l;
	l = MEM_NEW(struct store_slices);
	l->key = str_of(mem_strdup(key), key.n);
	map_put(&s->slices, l->key, l);
	return l;
}

static void slices_change(struct store *s, const struct object *old, const struct object *new)
{
	struct store_slices *from = old ? slices_of(s, old) : NULL;
	struct store_slices *to = new ? slices_of(s, new) : NULL;
	const struct object *none = NULL;

	if (from && from == to) {
		SORTED_CHANGE(&to->sorted, old, new);
		return;
	}
	if (from)
		SORTED_CHANGE(&from->sorted, old, none);
	if (to)
		SORTED_CHANGE(&to->sorted, none, new);
	if (from && from->sorted.n == 0) {
		map_del(&s->slices, from->key);
		slices_free(from);
	}
}

/* Remember a change; several of one key become one, from the first old to the last new. */
static void change_note(
	struct store *s, enum object_kind kind, const struct object *old, const struct object *new)
{
	struct str key = object_key(new ? new : old);
	struct store_kind *k = &s->kinds[kind];
	uintptr_t at = (uintptr_t)map_get(&k->changed, key);
	struct store_change *c;

	s->revision++;
	if (at) {
		c = &s->changes.p[at - 1];
		/* The map borrows the key of an object: keep one that this change holds. */
		map_put(&k->changed, object_key(new ? new : c->old ? c->old : c->new), (void *)at);
		if (!new && !c->old) {
			/* Added and gone again: the entry stays, holding neither. */
			map_del(&k->changed, key);
		}
		object_unref(c->new);
		c->new = new ? object_ref(new) : NULL;
		return;
	}
	c = vec_push(&s->changes);
	*c = (struct store_change){
		.kind = kind,
		.old = old ? object_ref(old) : NULL,
		.new = new ? object_ref(new) : NULL,
	};
	map_put(&k->changed, key, (void *)(uintptr_t)s->changes.n);
}

/* <old> or <new> may be NULL, not both.  The store's reference to <old> is given back last. */
static void store_change(
	struct store *s, enum object_kind kind, const struct object *old, const struct object *new)
{
	struct store_kind *k = &s->kinds[kind];

	change_note(s, kind, old, new);
	if (kind == KIND_ENDPOINT_SLICE)
		slices_change(s, old, new);
	if (!k->dirty && s->changes.n <= FEW_CHANGES)
		SORTED_CHANGE(&k->sorted, old, new);
	else
		k->dirty = true;
	object_unref(old);
}

static bool same_version(const struct object *a, const struct object *b)
{
	return a->uid.n && a->resource_version.n && str_eq(a->uid, b->uid) &&
	       str_eq(a->resource_version, b->resource_version);
}

void store_put(struct store *s, const struct object *o)
{
	struct store_kind *k = &s->kinds[o->kind];
	const struct object *old = set_get(&k->by_key, object_key(o));

	if (old == o || (old && same_version(old, o)))
		return;
	set_put(&k->by_key, (void *)(uintptr_t)object_ref(o));
	store_change(s, o->kind, old, o);
}

bool store_del(struct store *s, enum object_kind kind, struct str namespace, struct str name)
{
	struct store_key key;
	const struct object *old = set_del(&s->kinds[kind].by_key, key_of(&key, namespace, name));

	if (!old)
		return false;
	store_change(s, kind, old, NULL);
	return true;
}

const struct object *store_get(
	const struct store *s, enum object_kind kind, struct str namespace, struct str name)
{
	struct store_key key;

	return set_get(&s->kinds[kind].by_key, key_of(&key, namespace, name));
}

size_t store_count(const struct store *s, enum object_kind kind)
{
	return s->kinds[kind].by_key.n;
}

static void sort_anew(struct store_kind *k)
{
	const struct object *o;
	size_t at = 0;

	vec_reset(&k->sorted);
	while ((o = set_next(&k->by_key, &at)))
		*vec_push(&k->sorted) = o;
	if (k->sorted.n)
		qsort(k->sorted.p, k->sorted.n, sizeof(*k->sorted.p), object_sort);
	k->dirty = false;
}

struct object_list store_list(struct store *s, enum object_kind kind)
{
	struct store_kind *k = &s->kinds[kind];

	if (k->dirty)
		sort_anew(k);
	return (struct object_list){k->sorted.p, k->sorted.n};
}

struct object_list store_list_in(struct store *s, enum object_kind kind, struct str namespace)
{
	struct object_list all = store_list(s, kind);
	struct object first = {.namespace = namespace};
	size_t from = sorted_place(all.p, all.n, &first);
	size_t to = from;

	while (to < all.n && str_eq(all.p[to]->namespace, namespace))
		to++;
	return all.n ? (struct object_list){all.p + from, to - from} : all;
}

struct object_list store_slices(struct store *s, struct str namespace, struct str service)
{
	struct store_key key;
	struct store_slices *l = map_get(&s->slices, key_of(&key, namespace, service));

	return l ? (struct object_list){l->sorted.p, l->sorted.n} : (struct object_list){NULL, 0};
}

size_t store_changes(struct store *s, const struct store_change **ret_changes)
{
	size_t n = 0;

	/* Drop what came and went. */
	for (size_t i = 0; i < s->changes.n; i++) {
		struct store_change c = s->changes.p[i];

		if (!c.old && !c.new)
			continue;
		s->changes.p[n++] = c;
		map_put(&s->kinds[c.kind].changed, object_key(c.new ? c.new : c.old),
			(void *)(uintptr_t)n);
	}
	s->changes.n = n;
	*ret_changes = s->changes.p;
	return n;
}

void store_changes_reset(struct store *s)
{
	for (size_t i = 0; i < s->changes.n; i++) {
		object_unref(s->changes.p[i].old);
		object_unref(s->changes.p[i].new);
	}
	if (s->changes.n > FEW_CHANGES)
		vec_fini(&s->changes); /* of a start: never so many again */
	vec_reset(&s->changes);
	for (unsigned k = 0; k < KIND_MAX; k++)
		map_fini(&s->kinds[k].changed);
}
