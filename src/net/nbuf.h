/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nbuf.h -- counted network buffers, and slices of them.
 *
 * A pool belongs to one loop; counts are plain integers, so buffers never leave their thread.
 * Three sizes: 2 KiB (request heads are mostly below 1 KiB, so a slow client's partial head costs
 * one of these), 16 KiB (one TLS record, ordinary bodies), 64 KiB (bulk: fewest system calls).
 * A bounded number of free buffers is kept, the rest goes back to malloc.
 *
 * A buffer only ever grows at its end: bytes once received do not change while somebody else
 * holds the buffer, so slices of one buffer may be shared by the primary, its mirrors and a retry.
 */
#ifndef NET_NBUF_H
#define NET_NBUF_H

#include "base/checks.h"
#include "base/slab.h"
#include "base/str.h"

#define NBUF_SMALL 2048u
#define NBUF_MEDIUM 16384u
#define NBUF_LARGE 65536u
#define NBUF_CLASSES 3

struct nbuf_pool;

struct nbuf {
	uint32_t magic;
#define NBUF_MAGIC 0x6e627566u
	uint32_t refs;
	uint32_t cap; /* bytes at data */
	uint32_t class;
	struct nbuf_pool *pool;
	struct nbuf *next; /* among the free */
	char data[];
};

struct nbuf_class {
	struct nbuf *free;
	uint32_t n_free;
	uint32_t keep; /* most free buffers kept */
};

struct nbuf_pool {
	struct nbuf_class classes[NBUF_CLASSES];
	size_t used_bytes; /* in buffers handed out: what the overload judge counts */
	size_t held_bytes; /* the same and the free ones */
	struct slab segs; /* for chain.c */
};

void nbuf_pool_init(struct nbuf_pool *p);
/* All buffers must have been dropped. */
void nbuf_pool_fini(struct nbuf_pool *p);
/* Gives free buffers back to malloc: for use under memory pressure. */
void nbuf_pool_trim(struct nbuf_pool *p);

/* A buffer with room for <want> bytes, or for NBUF_LARGE if <want> is more.  Not zeroed.  Returns
 * owned (one reference); never NULL. */
struct nbuf *nbuf_new(struct nbuf_pool *p, size_t want) __attribute__((returns_nonnull));
/* The last reference is gone: back to the pool. */
void nbuf_free(struct nbuf *b);
/* Frees at the last reference.  NULL is legal. */
static inline void nbuf_unref(struct nbuf *b)
{
	if (!b)
		return;
	CHECK_OBJ(b, NBUF_MAGIC);
	AN(b->refs);
	if (--b->refs == 0)
		nbuf_free(b);
}
static inline struct nbuf *nbuf_ref(struct nbuf *b)
{
	CHECK_OBJ_HOT(b, NBUF_MAGIC);
	b->refs++;
	return b;
}

/* Some bytes and the buffer that keeps them alive.  <buf> NULL: the bytes live elsewhere, for as
 * long as their owner says (constants, an exchange's arena).  Passed by value; whoever holds a
 * slice holds one reference, unless it says "borrows". */
struct slice {
	const char *p;
	size_t n;
	struct nbuf *buf;
};

/* Bytes without a buffer. */
static inline struct slice slice_plain(struct str s)
{
	return (struct slice){s.p, s.n, NULL};
}
static inline struct str slice_str(struct slice s)
{
	return (struct str){s.p, s.n};
}
/* Returns owned: one more reference. */
static inline struct slice slice_ref(struct slice s)
{
	if (s.buf)
		nbuf_ref(s.buf);
	return s;
}
/* Drops the reference and empties <s>. */
static inline void slice_drop(struct slice *s)
{
	nbuf_unref(s->buf);
	*s = (struct slice){0};
}
/* <s> from <from> on, at most <n> bytes (clamped); borrows: no reference of its own. */
static inline struct slice slice_sub(struct slice s, size_t from, size_t n)
{
	from = MIN(from, s.n);
	return (struct slice){s.p + from, MIN(n, s.n - from), s.buf};
}

#endif
