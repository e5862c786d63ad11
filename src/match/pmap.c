/* SPDX-License-Identifier: Apache-2.0 */
#include "match/pmap.h"

#include "base/mem.h"

#define SHARD_BITS_MIN 2
#define SHARD_BITS_MAX 15 /* fits the tag; reached only beyond DIR_DEPTH_MAX */
#define DIR_DEPTH_MAX 16 /* 65,536 shards: six million values */

static struct pmap_shard *shard_of(uintptr_t entry)
{
	return (struct pmap_shard *)(entry & ~PMAP_TAG);
}

/* How many entries of <d> from an entry on belong to the same shard; an empty entry stands alone.
 */
static size_t shard_span(const struct pmap_dir *d, uintptr_t entry)
{
	return entry ? (size_t)1 << (d->depth - shard_of(entry)->depth) : 1;
}

static size_t shard_size(unsigned bits)
{
	return sizeof(struct pmap_shard) + (sizeof(struct pmap_slot) << bits);
}

static struct pmap_shard *shard_new(unsigned depth, unsigned bits)
{
	struct pmap_shard *s = mem_zalloc(shard_size(bits));

	s->refs = 1;
	s->depth = (uint8_t)depth;
	s->bits = (uint8_t)bits;
	return s;
}

static bool shard_full(const struct pmap_shard *s)
{
	return ((size_t)s->n + 1) * 4 > ((size_t)3 << s->bits);
}

static void shard_insert(struct pmap_shard *s, struct pmap_slot slot)
{
	size_t mask = ((size_t)1 << s->bits) - 1;
	size_t i = slot.hash & mask;

	while (s->slots[i].value)
		i = (i + 1) & mask;
	s->slots[i] = slot;
	s->n++;
}

static void shard_drop(struct pmap_shard *s, const struct pmap_ops *ops)
{
	if (--s->refs)
		return;
	for (size_t i = 0; i < (size_t)1 << s->bits; i++) {
		if (s->slots[i].value)
			ops->drop(s->slots[i].value);
	}
	mem_free(s);
}

/* Points every entry that <hash>'s shard of <depth> has at <s> (NULL: empties them). */
static void dir_set(struct pmap_dir *d, uint64_t hash, unsigned depth, struct pmap_shard *s)
{
	size_t span = (size_t)1 << (d->depth - depth);
	size_t first = pmap_index(d, hash) & ~(span - 1);

	for (size_t i = 0; i < span; i++)
		d->shards[first + i] = s ? (uintptr_t)s | s->bits : 0;
}

static struct pmap_dir *dir_new(unsigned depth, size_t n)
{
	struct pmap_dir *d = mem_zalloc(sizeof(*d) + (sizeof(d->shards[0]) << depth));

	d->refs = 1;
	d->depth = depth;
	d->n = n;
	return d;
}

static void dir_hold_shards(struct pmap_dir *d)
{
	for (size_t i = 0; i < (size_t)1 << d->depth; i += shard_span(d, d->shards[i])) {
		if (d->shards[i])
			shard_of(d->shards[i])->refs++;
	}
}

/* A directory that is this map's own. */
static struct pmap_dir *dir_own(struct pmap *m)
{
	struct pmap_dir *old = m->dir;

	if (!old) {
		m->dir = dir_new(0, 0);
	} else if (old->refs > 1) {
		m->dir = dir_new(old->depth, old->n);
		memcpy(m->dir->shards, old->shards, sizeof(old->shards[0]) << old->depth);
		dir_hold_shards(m->dir);
		old->refs--;
	}
	return m->dir;
}

static void dir_double(struct pmap *m)
{
	struct pmap_dir *old = m->dir;
	struct pmap_dir *d = dir_new(old->depth + 1, old->n);

	for (size_t i = 0; i < (size_t)1 << old->depth; i++)
		d->shards[2 * i] = d->shards[2 * i + 1] = old->shards[i];
	m->dir = d;
	mem_free(old);
}

struct pmap pmap_share(const struct pmap *m)
{
	if (m->dir)
		m->dir->refs++;
	return *m;
}

void pmap_fini(struct pmap *m, const struct pmap_ops *ops)
{
	struct pmap_dir *d = m->dir;

	m->dir = NULL;
	if (!d || --d->refs)
		return;
	for (size_t i = 0; i < (size_t)1 << d->depth;) {
		uintptr_t entry = d->shards[i];

		i += shard_span(d, entry);
		if (entry)
			shard_drop(shard_of(entry), ops);
	}
	mem_free(d);
}

/* The shard of <hash>, the map's own; NULL if there is none. */
static struct pmap_shard *shard_own(struct pmap *m, const struct pmap_ops *ops, uint64_t hash)
{
	struct pmap_dir *d = dir_own(m);
	struct pmap_shard *old = shard_of(d->shards[pmap_index(d, hash)]);
	struct pmap_shard *s;

	if (!old || old->refs == 1)
		return old;
	s = mem_alloc(shard_size(old->bits));
	memcpy(s, old, shard_size(old->bits));
	s->refs = 1;
	for (size_t i = 0; i < (size_t)1 << s->bits; i++) {
		if (s->slots[i].value)
			ops->hold(s->slots[i].value);
	}
	old->refs--;
	dir_set(d, hash, s->depth, s);
	return s;
}

void pmap_own(struct pmap *m, const struct pmap_ops *ops, uint64_t hash)
{
	shard_own(m, ops, hash);
}

/* Puts a new shard in its place; one that got no value is none. */
static void shard_place(struct pmap *m, uint64_t hash, struct pmap_shard *s)
{
	dir_set(m->dir, hash, s->depth, s->n ? s : NULL);
	if (!s->n)
		mem_free(s);
}

/* Moves the values of <s>, which is the map's own and full, into one larger shard or two. */
static void shard_make_room(struct pmap *m, uint64_t hash, struct pmap_shard *s)
{
	bool split = s->bits >= PMAP_SHARD_BITS && s->depth < DIR_DEPTH_MAX;
	unsigned depth = s->depth + split;
	struct pmap_shard *to[2];
	uint64_t bit = (uint64_t)1 << 63 >> s->depth;

	AN(split || s->bits < SHARD_BITS_MAX);
	if (split && s->depth == m->dir->depth)
		dir_double(m);
	to[0] = shard_new(depth, split ? s->bits : s->bits + 1u);
	to[1] = split ? shard_new(depth, s->bits) : to[0];
	for (size_t i = 0; i < (size_t)1 << s->bits; i++) {
		if (s->slots[i].value)
			shard_insert(to[(s->slots[i].hash & bit) != 0], s->slots[i]);
	}
	shard_place(m, split ? hash & ~bit : hash, to[0]);
	if (split)
		shard_place(m, hash | bit, to[1]);
	mem_free(s);
}

void pmap_add(struct pmap *m, const struct pmap_ops *ops, uint64_t hash, void *value)
{
	struct pmap_shard *s;

	AN(value);
	while ((s = shard_own(m, ops, hash)) && shard_full(s))
		shard_make_room(m, hash, s);
	if (!s) {
		s = shard_new(m->dir->depth, SHARD_BITS_MIN);
		dir_set(m->dir, hash, s->depth, s);
	}
	shard_insert(s, (struct pmap_slot){hash, value});
	m->dir->n++;
}

/* The slot of <s> that holds <value>. */
static size_t shard_find(const struct pmap_shard *s, uint64_t hash, const void *value)
{
	size_t mask = ((size_t)1 << s->bits) - 1;
	size_t i = hash & mask;

	while (s->slots[i].value != value) {
		AN(s->slots[i].value);
		i = (i + 1) & mask;
	}
	return i;
}

void pmap_set(
	struct pmap *m, const struct pmap_ops *ops, uint64_t hash, const void *old, void *value)
{
	struct pmap_shard *s = shard_own(m, ops, hash);

	AN(s);
	AN(value);
	s->slots[shard_find(s, hash, old)].value = value;
}

void pmap_del(struct pmap *m, const struct pmap_ops *ops, uint64_t hash, const void *old)
{
	struct pmap_shard *s = shard_own(m, ops, hash);
	size_t mask, hole;

	AN(s);
	mask = ((size_t)1 << s->bits) - 1;
	hole = shard_find(s, hash, old);
	/* Close the hole: move back every later value of the run that may stand there. */
	for (size_t i = (hole + 1) & mask; s->slots[i].value; i = (i + 1) & mask) {
		size_t home = s->slots[i].hash & mask;

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			s->slots[hole] = s->slots[i];
			hole = i;
		}
	}
	s->slots[hole] = (struct pmap_slot){0};
	m->dir->n--;
	if (--s->n)
		return;
	dir_set(m->dir, hash, s->depth, NULL);
	mem_free(s);
	if (!m->dir->n) { /* begin small again */
		mem_free(m->dir);
		m->dir = NULL;
	}
}

void *pmap_iter_next(const struct pmap *m, struct pmap_iter *it)
{
	const struct pmap_dir *d = m->dir;

	while (d && it->shard < (size_t)1 << d->depth) {
		const struct pmap_shard *s = shard_of(d->shards[it->shard]);

		while (s && it->slot < (size_t)1 << s->bits) {
			void *value = s->slots[it->slot++].value;

			if (value)
				return value;
		}
		it->shard += shard_span(d, d->shards[it->shard]);
		it->slot = 0;
	}
	return NULL;
}

size_t pmap_bytes(const struct pmap *m)
{
	const struct pmap_dir *d = m->dir;
	size_t sum = d ? sizeof(*d) + (sizeof(d->shards[0]) << d->depth) : 0;

	for (size_t i = 0; d && i < (size_t)1 << d->depth; i += shard_span(d, d->shards[i])) {
		if (d->shards[i])
			sum += shard_size(shard_of(d->shards[i])->bits);
	}
	return sum;
}
