/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set.h -- things by the text that is in them: open addressing, keyed hash.
 *
 * As map.h, for the tables that hold one entry a route: a slot is a pointer and 32 bits of hash,
 * for the key is read from the entry.  So the key of an entry must not change while it is in.
 * Owner's thread only.  {.key = …} is a valid empty set.
 */
#ifndef BASE_SET_H
#define BASE_SET_H

#include "base/str.h"

/* The key of <entry>; lives as long as the entry stands in the set. */
typedef struct str set_key_f(const void *entry);

struct set {
	set_key_f *key;
	void **slots; /* NULL: free.  Behind them as many hashes, of 32 bits */
	size_t cap; /* power of two, or 0 */
	size_t n;
};

void set_fini(struct set *s);
/* The entry, or NULL. */
void *set_get(const struct set *s, struct str key);
/* Puts <entry> (not NULL) in the place of the one with its key, which is returned; or NULL. */
void *set_put(struct set *s, void *entry);
/* Takes the entry with <key> out and returns it, or NULL. */
void *set_del(struct set *s, struct str key);
/* The next entry at or after <*at>, moving <*at> behind it; NULL at the end.  Order is arbitrary:
 * sort before anything a user sees. */
void *set_next(const struct set *s, size_t *at);

#endif
