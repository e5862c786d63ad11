/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include "base/hash.h"
#include "base/mem.h"

void map_fini(struct map *m)
{
	mem_free(m->slots);
	*m = (struct map){0};
}

/* The slot of <key>, or the free slot where it would go. */
static struct map_slot *map_find(const struct map *m, struct str key, uint64_t hash)
{
	size_t i = hash & (m->cap - 1);

	while (m->slots[i].value && !(m->slots[i].hash == hash && str_eq(m->slots[i].key, key)))
		i = (i + 1) & (m->cap - 1);
	return &m->slots[i];
}

void *map_get(const struct map *m, struct str key)
{
	return m->n ? map_find(m, key, hash_str(key))->value : NULL;
}

static void map_grow(struct map *m)
{
	struct map old = *m;

	m->cap = old.cap ? old.cap * 2 : 8;
	m->slots = mem_zalloc(m->cap * sizeof(*m->slots));
	for (size_t i = 0; i < old.cap; i++) {
		if (old.slots[i].value)
			*map_find(m, old.slots[i].key, old.slots[i].hash) = old.slots[i];
	}
	mem_free(old.slots);
}

void *map_put(struct map *m, struct str key, void *value)
{
	uint64_t hash = hash_str(key);
	struct map_slot *slot;
	void *had;

	AN(value);
	if ((m->n + 1) * 4 > m->cap * 3)
		map_grow(m);
	slot = map_find(m, key, hash);
	had = slot->value;
	m->n += !had;
	*slot = (struct map_slot){key, hash, value};
	return had;
}

void *map_del(struct map *m, struct str key)
{
	struct map_slot *slot;
	void *had;
	size_t hole, i;

	if (!m->n)
		return NULL;
	slot = map_find(m, key, hash_str(key));
	had = slot->value;
	if (!had)
		return NULL;
	/* Close the hole: move back every later entry of the run that may stand there. */
	hole = (size_t)(slot - m->slots);
	for (i = (hole + 1) & (m->cap - 1); m->slots[i].value; i = (i + 1) & (m->cap - 1)) {
		size_t home = m->slots[i].hash & (m->cap - 1);

		if (((i - home) & (m->cap - 1)) >= ((i - hole) & (m->cap - 1))) {
			m->slots[hole] = m->slots[i];
			hole = i;
		}
	}
	m->slots[hole] = (struct map_slot){0};
	m->n--;
	return had;
}

const struct map_slot *map_next(const struct map *m, size_t *at)
{
	while (*at < m->cap) {
		const struct map_slot *slot = &m->slots[(*at)++];

		if (slot->value)
			return slot;
	}
	return NULL;
}
