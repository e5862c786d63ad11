/* SPDX-License-Identifier: Apache-2.0 */
#include "base/set.h"

#include "base/hash.h"
#include "base/mem.h"

void set_fini(struct set *s)
{
	mem_free(s->slots);
	*s = (struct set){.key = s->key};
}

static uint32_t *hashes(const struct set *s)
{
	return s->cap ? (uint32_t *)(void *)(s->slots + s->cap) : NULL; /* NULL + 0 is not C */
}

/* 32 bits say where to begin and tell keys apart: 2^32 entries are more than memory holds. */
static uint32_t hash_of(uint64_t hash)
{
	return (uint32_t)hash;
}

static size_t home_of(const struct set *s, uint32_t hash)
{
	return hash & (s->cap - 1);
}

/* The place of <key>, or the free one where it would go. */
static size_t set_find(const struct set *s, struct str key, uint32_t hash)
{
	const uint32_t *known = hashes(s);
	size_t i = home_of(s, hash);

	while (s->slots[i] && !(known[i] == hash && str_eq(s->key(s->slots[i]), key)))
		i = (i + 1) & (s->cap - 1);
	return i;
}

void *set_get(const struct set *s, struct str key)
{
	return s->n ? s->slots[set_find(s, key, hash_of(hash_str(key)))] : NULL;
}

static void set_grow(struct set *s)
{
	struct set old = *s;
	const uint32_t *known = hashes(&old);

	s->cap = old.cap ? old.cap * 2 : 8;
	s->slots = mem_zalloc(s->cap * (sizeof(*s->slots) + sizeof(uint32_t)));
	for (size_t i = 0; i < old.cap; i++) {
		size_t at;

		if (!old.slots[i])
			continue;
		for (at = home_of(s, known[i]); s->slots[at];)
			at = (at + 1) & (s->cap - 1);
		s->slots[at] = old.slots[i];
		hashes(s)[at] = known[i];
	}
	mem_free(old.slots);
}

void *set_put(struct set *s, void *entry)
{
	struct str key = s->key(entry);
	uint32_t hash = hash_of(hash_str(key));
	void *had;
	size_t at;

	if ((s->n + 1) * 8 > s->cap * 7)
		set_grow(s);
	at = set_find(s, key, hash);
	had = s->slots[at];
	s->n += !had;
	s->slots[at] = entry;
	hashes(s)[at] = hash;
	return had;
}

/* Moves back every later entry of the run that may stand in <hole>. */
static void hole_close(struct set *s, size_t hole)
{
	uint32_t *known = hashes(s);
	size_t mask = s->cap - 1;

	for (size_t i = (hole + 1) & mask; s->slots[i]; i = (i + 1) & mask) {
		size_t home = home_of(s, known[i]);

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		s->slots[hole] = s->slots[i];
		known[hole] = known[i];
		hole = i;
	}
	s->slots[hole] = NULL;
}

void *set_del(struct set *s, struct str key)
{
	void *had;
	size_t at;

	if (!s->n)
		return NULL;
	at = set_find(s, key, hash_of(hash_str(key)));
	had = s->slots[at];
	if (!had)
		return NULL;
	s->n--;
	hole_close(s, at);
	return had;
}

void *set_next(const struct set *s, size_t *at)
{
	while (*at < s->cap) {
		void *entry = s->slots[(*at)++];

		if (entry)
			return entry;
	}
	return NULL;
}
