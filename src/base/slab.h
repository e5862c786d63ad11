/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slab.h -- objects of one size, reused.
 *
 * One slab belongs to one thread.  Objects come zeroed.  Under ASan a free object is poisoned.
 */
#ifndef BASE_SLAB_H
#define BASE_SLAB_H

#include "base/checks.h"

struct slab_chunk;
struct slab_free;

struct slab {
	size_t size; /* of an object, rounded to 16 */
	size_t per_chunk;
	struct slab_free *free;
	struct slab_chunk *chunks;
	size_t used; /* objects handed out */
	size_t total;
};

/* Objects of <size> bytes, taken from malloc in chunks of about <chunk> bytes (0: 16 KiB). */
void slab_init(struct slab *s, size_t size, size_t chunk);
/* All objects must have been given back. */
void slab_fini(struct slab *s);
/* A zeroed object; never NULL. */
void *slab_get(struct slab *s) __attribute__((returns_nonnull));
/* As slab_get, without zeroing: for buffers. */
void *slab_get_raw(struct slab *s) __attribute__((returns_nonnull));
/* Takes back <p>; NULL is legal. */
void slab_put(struct slab *s, void *p);

#endif
