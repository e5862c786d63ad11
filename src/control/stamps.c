/* SPDX-License-Identifier: Apache-2.0 */
#include "control/stamps.h"

#include <stdio.h>
#include <time.h>

#include "base/hash.h"
#include "base/mem.h"

struct stamp {
	uint64_t which; /* of the condition: its place and type */
	uint32_t status;
	uint32_t seconds; /* wall time */
};

struct stamped {
	char *key;
	uint32_t n;
	struct stamp stamps[];
};

static struct str stamp_key(
	struct arena *a, enum object_kind kind, struct str namespace, struct str name)
{
	return arena_printf(a, "%u/%.*s/%.*s", kind, STR_ARG(namespace), STR_ARG(name));
}

static void stamped_free(struct stamped *s)
{
	if (s)
		mem_free(s->key);
	mem_free(s);
}

void stamps_fini(struct stamps *s)
{
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&s->objects, &at)))
		stamped_free(slot->value);
	map_fini(&s->objects);
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

static void visit(const struct object_status *s, stamp_visit_f *fn, void *ctx)
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
	const struct stamped *old;
	struct stamped *made;
	uint32_t now;
};

static const struct stamp *stamp_find(const struct stamped *s, uint64_t which)
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

void stamps_note(struct stamps *s, enum object_kind kind, struct str namespace, struct str name,
	const struct object_status *status, nsec now)
{
	struct noting n = {.now = (uint32_t)(now / NSEC_PER_SEC)};
	struct stamped *old;
	struct arena scratch;
	uint32_t count = 0;
	struct str key;

	arena_init(&scratch, 512);
	key = stamp_key(&scratch, kind, namespace, name);
	old = map_get(&s->objects, key);
	if (status) {
		visit(status, count_one, &count);
		n.old = old;
		n.made = mem_zalloc(sizeof(*n.made) + count * sizeof(struct stamp));
		n.made->key = mem_strdup(key);
		visit(status, note_one, &n);
		map_put(&s->objects, str_from(n.made->key), n.made);
	} else {
		map_del(&s->objects, key);
	}
	stamped_free(old);
	arena_fini(&scratch);
}

static struct str time_text(struct arena *a, uint32_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;
	char text[24];
	size_t n;

	gmtime_r(&t, &tm);
	n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return arena_str(a, str_of(text, n));
}

static void time_set(struct arena *a, const struct stamped *known, struct value *conditions,
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
	struct stamped *known =
		map_get(&s->objects, stamp_key(a, status->kind, status->namespace, status->name));
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
	if (list && list->n == status->n_listeners) {
		value_for_each(l, list)
		{
			struct value *c = member_of(l, "conditions");

			if (c)
				time_set(a, known, c,
					hash_mix(1, hash_str(status->listeners[i].name)), seconds);
			i++;
		}
	}
	list = member_of(st, "parents");
	if (!list)
		list = member_of(st, "ancestors");
	i = 0;
	if (list && list->n == status->n_parents) {
		value_for_each(p, list)
		{
			struct value *c = member_of(p, "conditions");

			if (c)
				time_set(a, known, c, parent_place(&status->parents[i]), seconds);
			i++;
		}
	}
	return object;
}
