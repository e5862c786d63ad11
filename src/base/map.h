/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map.h -- text to pointer, open addressing, keyed hash.
 *
 * Keys are borrowed: they live as long as the entry (usually inside the value).  Owner's thread
 * only.  {0} is a valid empty map.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/str.h"

struct map_slot {
	struct str key;
	uint64_t hash;
	void *value; /* NULL: free */
};

struct map {
	struct map_slot *slots;
	size_t cap; /* power of two, or 0 */
	size_t n;
};

void map_fini(struct map *m);
/* The value, or NULL. */
void *map_get(const struct map *m, struct str key);
/* Sets <key> to <value> (not NULL); returns the value it had, or NULL.  On replacement the entry
 * borrows the new <key>. */
void *map_put(struct map *m, struct str key, void *value);
/* Removes <key>; returns its value, or NULL. */
void *map_del(struct map *m, struct str key);
/* The next occupied slot at or after <*at>, moving <*at> behind it; NULL at the end.  Order is
 * arbitrary: sort before anything a user sees. */
const struct map_slot *map_next(const struct map *m, size_t *at);

#endif
