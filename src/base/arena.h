/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.h -- memory that is freed all at once.
 *
 * An arena hands out pieces of growing blocks; nothing is freed singly.  Embedded in its owner,
 * touched by the owner's thread only.  Under ASan what is not handed out is poisoned.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/checks.h"
#include "base/str.h"

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	char *at; /* free bytes of the newest block: [at, end) */
	char *end;
	size_t next_size; /* of the next block */
	size_t total; /* bytes taken from malloc */
};

/* Ready for use; takes no memory yet.  <first> is the first block's size (0: 1 KiB); blocks double
 * up to 64 KiB. */
void arena_init(struct arena *a, size_t first);
/* Frees all.  The arena may be initialised again. */
void arena_fini(struct arena *a);
/* Frees all but one block, for reuse. */
void arena_reset(struct arena *a);

/* <n> bytes aligned for any type, not zeroed.  Never NULL.  The caller bounds what peers size. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((returns_nonnull));
/* Zeroed. */
void *arena_zalloc(struct arena *a, size_t n) __attribute__((returns_nonnull));
/* <n> zeroed bytes at a multiple of <align>, a power of two up to 16. */
void *arena_zalloc_as(struct arena *a, size_t n, size_t align) __attribute__((returns_nonnull));
/* <n> bytes with no alignment: text. */
char *arena_bytes(struct arena *a, size_t n) __attribute__((returns_nonnull));
/* A copy of <s> with a NUL behind it (not counted in n). */
struct str arena_str(struct arena *a, struct str s);
/* Formatted text, NUL-terminated. */
struct str arena_printf(struct arena *a, const char *fmt, ...) printf_like(2, 3);

#define ARENA_NEW(a, type) ((type *)arena_zalloc_as((a), sizeof(type), _Alignof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_zalloc_as((a), sizeof(type) * (n), _Alignof(type)))

#endif
