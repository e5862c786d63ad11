/* SPDX-License-Identifier: Apache-2.0 */
#include "control/stamps.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/when.h"

struct stamp {
	uint64_t which; /* of the condition: its place and type */
	uint32_t status;
	uint32_t seconds; /* wall time */
};

/* Most routes of a start have the same times: a list stands once, however many have it. */
struct stamp_list {
	uint32_t refs;
	uint32_t n;
	struct stamp stamps[];
};

struct stamped {
	struct stamp_list *list; /* counted */
	uint16_t n_key;
	char key[]; /* "namespace/name" */
};

static struct str list_key(const void *entry)
{
	const struct stamp_list *l = entry;

	return str_of((const char *)l->stamps, l->n * sizeof(l->stamps[0]));
}

static struct str stamped_key(const void *entry)
{
	const struct stamped *s = entry;

	return str_of(s->key, s->n_key);
}

static struct set *objects_of(struct stamps *s, const struct object *o)
{
	s->objects[o->kind].key = stamped_key;
	s->lists.key = list_key;
	return &s->objects[o->kind];
}

static struct stamp_list *stamps_of(const struct stamps *s, const struct object *o)
{
	const struct stamped *found = set_get(&s->objects[o->kind], object_key(o));

	return found ? found->list : NULL;
}

static void list_unref(struct stamps *s, struct stamp_list *l)
{
	if (!l || --l->refs)
		return;
	set_del(&s->lists, list_key(l));
	mem_free(l);
}

/* The one with the same times, counted; takes <l>. */
static struct stamp_list *list_share(struct stamps *s, struct stamp_list *l)
{
	struct stamp_list *same = set_get(&s->lists, list_key(l));

	if (same) {
		mem_free(l);
	} else {
		set_put(&s->lists, l);
		same = l;
	}
	same->refs++;
	return same;
}

static void stamped_free(struct stamps *s, struct stamped *o)
{
	if (o)
		list_unref(s, o->list);
	mem_free(o);
}

void stamps_fini(struct stamps *s)
{
	for (size_t k = 0; k < KIND_MAX; k++) {
		struct stamped *o;
		size_t at = 0;

		while ((o = set_next(&s->objects[k], &at)))
			stamped_free(s, o);
		set_fini(&s->objects[k]);
	}
	AZ(s->lists.n);
	set_fini(&s->lists);
}

/* Visits every condition of a status with a number for where it stands. */
typedef void stamp_visit_f(void *ctx, uint64_t which, enum condition_status status);

static void visit_list(
	const struct condition_list *list, uint64_t where, stamp_visit_f *fn, void *ctx)
{
	for (size_t i = 0; i < list->n; i++)
		fn(ctx, hash_mix(where, hash_str(list->p[i].type)), list->p[i].status);
}

static uint64_t parent_place(const struct parent_report *p)
{
	uint64_t h = hash_mix(2, hash_str(p->kind));

	h = hash_mix(h, hash_str(p->namespace));
	h = hash_mix(h, hash_str(p->name));
	h = hash_mix(h, hash_str(p->section));
	return hash_mix(h, (uint64_t)(uint32_t)p->port);
}

static void visit(const struct status_said *s, stamp_visit_f *fn, void *ctx)
{
	visit_list(&s->conditions, 0, fn, ctx);
	for (size_t i = 0; i < s->n_listeners; i++)
		visit_list(&s->listeners[i].conditions, hash_mix(1, hash_str(s->listeners[i].name)),
			fn, ctx);
	for (size_t i = 0; i < s->n_parents; i++)
		visit_list(&s->parents[i].conditions, parent_place(&s->parents[i]), fn, ctx);
}

static void count_one(void *ctx, uint64_t which, enum condition_status status)
{
	(void)which;
	(void)status;
	++*(uint32_t *)ctx;
}

struct noting {
	const struct stamp_list *old;
	struct stamp_list *made;
	uint32_t now;
};

static const struct stamp *stamp_find(const struct stamp_list *s, uint64_t which)
{
	for (uint32_t i = 0; s && i < s->n; i++) {
		if (s->stamps[i].which == which)
			return &s->stamps[i];
	}
	return NULL;
}

static void note_one(void *ctx, uint64_t which, enum condition_status status)
{
	struct noting *n = ctx;
	const struct stamp *was = stamp_find(n->old, which);

	n->made->stamps[n->made->n++] = (struct stamp){.which = which,
		.status = status,
		.seconds = was && was->status == status ? was->seconds : n->now};
}

static struct stamp_list *list_made(
	struct stamps *s, const struct stamp_list *old, const struct status_said *said, nsec now)
{
	struct noting n = {.old = old, .now = (uint32_t)(now / NSEC_PER_SEC)};
	uint32_t count = 0;

	visit(said, count_one, &count);
	n.made = mem_zalloc(sizeof(*n.made) + count * sizeof(struct stamp));
	visit(said, note_one, &n);
	return list_share(s, n.made);
}

static struct stamped *stamped_new(const struct object *o)
{
	struct str key = object_key(o);
	struct stamped *new = mem_alloc(sizeof(*new) + key.n);

	new->n_key = (uint16_t)key.n; /* the API bounds it: 63 + 1 + 253 */
	memcpy(new->key, key.p, key.n);
	return new;
}

void stamps_note(
	struct stamps *s, const struct object *o, const struct object_status *status, nsec now)
{
	struct set *objects = objects_of(s, o);
	struct stamped *of = set_get(objects, object_key(o));
	struct stamp_list *old = of ? of->list : NULL;

	if (!status) {
		set_del(objects, object_key(o));
		stamped_free(s, of);
		return;
	}
	if (!of) {
		of = stamped_new(o);
		set_put(objects, of);
	}
	of->list = list_made(s, old, status->said, now);
	list_unref(s, old);
}

static struct str time_text(struct arena *a, uint32_t seconds)
{
	char text[WHEN_TEXT];

	return arena_str(a, when_text(SEC(seconds), 0, text));
}

static void time_set(struct arena *a, const struct stamp_list *known, struct value *conditions,
	uint64_t where, uint32_t now)
{
	value_for_each(c, conditions)
	{
		struct str type = value_get_str(c, STR("type"), (struct str){0});
		const struct stamp *was = stamp_find(known, hash_mix(where, hash_str(type)));

		value_set(a, c, STR("lastTransitionTime"),
			value_str(time_text(a, was ? was->seconds : now)));
	}
}

static struct value *member_of(struct value *object, const char *key)
{
	value_for_each_member(m, object)
	{
		if (str_eq(m->key, str_from(key)))
			return &m->value;
	}
	return NULL;
}

struct value stamps_render(
	const struct stamps *s, struct arena *a, const struct object_status *status, nsec now)
{
	const struct stamp_list *known = stamps_of(s, status->object);
	uint32_t seconds = (uint32_t)(now / NSEC_PER_SEC);
	struct value object = status_object(a, status, NULL, time_text(a, seconds));
	struct value *st = member_of(&object, "status"), *list;
	size_t i = 0;

	if (!st)
		return object;
	list = member_of(st, "conditions");
	if (list)
		time_set(a, known, list, 0, seconds);
	list = member_of(st, "listeners");
	if (list && list->n == status->said->n_listeners) {
		value_for_each(l, list)
		{
			struct value *c = member_of(l, "conditions");

			if (c)
				time_set(a, known, c,
					hash_mix(1, hash_str(status->said->listeners[i].name)),
					seconds);
			i++;
		}
	}
	list = member_of(st, "parents");
	if (!list)
		list = member_of(st, "ancestors");
	i = 0;
	if (list && list->n == status->said->n_parents) {
		value_for_each(p, list)
		{
			struct value *c = member_of(p, "conditions");

			if (c)
				time_set(a, known, c, parent_place(&status->said->parents[i]),
					seconds);
			i++;
		}
	}
	return object;
}
