/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pmap.h -- a persistent map from 64-bit hashes to counted values.
 *
 * A map is a small handle on a counted directory of counted shards (extendible hashing: the top
 * bits of the hash choose the shard, the low bits the slot in it).  pmap_share() makes a second
 * map that shares everything; changing either then copies the directory (8 bytes a shard) and the
 * shards touched (at most PMAP_SHARD_MAX values), so a change costs what it changes.
 *
 * Values carry their own count, which the map works through struct pmap_ops: one count for each
 * shard that holds the value.  Different values may have the same hash: the caller compares keys.
 * Hashes must be keyed (hash.h), or a chosen set of keys could fill one shard.
 *
 * All changes and counts belong to one thread.  Any thread may look up in a map that is no longer
 * changed.  {0} is a valid empty map.
 */
#ifndef MATCH_PMAP_H
#define MATCH_PMAP_H

#include "base/checks.h"

#define PMAP_SHARD_BITS 7
#define PMAP_SHARD_MAX 96 /* of 1 << PMAP_SHARD_BITS slots; then it is split */

struct pmap_slot {
	uint64_t hash;
	void *value; /* NULL: free */
};

struct pmap_shard {
	uint32_t refs; /* directories that point here */
	uint16_t n;
	uint8_t depth; /* top bits of the hash that all its values share */
	uint8_t bits; /* log2 of its slots */
	_Alignas(16) struct pmap_slot slots[];
};

struct pmap_dir {
	uint32_t refs;
	uint32_t depth; /* log2 of its length */
	size_t n; /* values in the map */
	uintptr_t shards[]; /* pointer | bits of that shard: a lookup need not read its head */
};

struct pmap {
	struct pmap_dir *dir;
};

struct pmap_ops {
	void (*hold)(void *value);
	void (*drop)(void *value);
};

#define PMAP_TAG ((uintptr_t)15)

static inline size_t pmap_index(const struct pmap_dir *d, uint64_t hash)
{
	return (size_t)(hash >> 1 >> (63 - d->depth));
}

static inline size_t pmap_count(const struct pmap *m)
{
	return m->dir ? m->dir->n : 0;
}

/* A look for values of one hash. */
struct pmap_probe {
	const struct pmap_slot *slots; /* NULL: nothing there */
	size_t mask;
	size_t at;
	uint64_t hash;
};

static inline struct pmap_probe pmap_probe(const struct pmap *m, uint64_t hash)
{
	struct pmap_probe p = {.hash = hash};
	uintptr_t shard = m->dir ? m->dir->shards[pmap_index(m->dir, hash)] : 0;

	if (shard) {
		p.slots = ((const struct pmap_shard *)(shard & ~PMAP_TAG))->slots;
		p.mask = ((size_t)1 << (shard & PMAP_TAG)) - 1;
		p.at = hash & p.mask;
	}
	return p;
}

/* The next value, or NULL at the end. */
static inline void *pmap_next(struct pmap_probe *p)
{
	if (!p->slots)
		return NULL;
	for (;;) {
		const struct pmap_slot *s = &p->slots[p->at];

		if (!s->value)
			return NULL;
		p->at = (p->at + 1) & p->mask;
		if (s->hash == p->hash)
			return s->value;
	}
}

/* Asks the memory for the slot where pmap_next() will look first. */
static inline void pmap_prefetch(const struct pmap_probe *p)
{
	if (p->slots)
		__builtin_prefetch(&p->slots[p->at]);
}

/* A map that shares all of <m>. */
struct pmap pmap_share(const struct pmap *m);
/* Gives up the map; values that no map holds any more are dropped. */
void pmap_fini(struct pmap *m, const struct pmap_ops *ops);

/* Makes the shard of <hash> this map's own.  Afterwards a value in it with a count of 1 is seen by
 * this map alone and may be changed in place. */
void pmap_own(struct pmap *m, const struct pmap_ops *ops, uint64_t hash);
/* Adds <value>, taking the caller's count on it. */
void pmap_add(struct pmap *m, const struct pmap_ops *ops, uint64_t hash, void *value);
/* Puts <value> in place of <old>, which is there; counts are the caller's affair. */
void pmap_set(
	struct pmap *m, const struct pmap_ops *ops, uint64_t hash, const void *old, void *value);
/* Takes <old>, which is there, out of the map; its count goes to the caller. */
void pmap_del(struct pmap *m, const struct pmap_ops *ops, uint64_t hash, const void *old);

/* Walks all values: {0} begins; NULL at the end.  The map must not change meanwhile. */
struct pmap_iter {
	size_t shard;
	size_t slot;
};
void *pmap_iter_next(const struct pmap *m, struct pmap_iter *it);

/* Bytes of directory and shards, shared ones included. */
size_t pmap_bytes(const struct pmap *m);

#endif
