/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain.h -- a body as it streams through: slices in order, read by several cursors.
 *
 * The writer adds at the end; each reader (the primary upstream, each mirror, a possible retry)
 * has a cursor of its own.  A slice is dropped when every cursor is behind it.  chain_held() is
 * what the slowest cursor keeps in memory: the owner compares it with body-hold, gives credit by
 * the primary's cursor alone, and at the bound lets go of the retry's or a lagging mirror's.
 * With no cursor at all, nothing is held.  Positions count bytes since the chain began.
 * Loop's thread only.
 */
#ifndef NET_CHAIN_H
#define NET_CHAIN_H

#include "base/list.h"
#include "net/nbuf.h"

struct chain_seg {
	struct chain_seg *next;
	uint64_t pos; /* of its first byte */
	struct slice slice;
};

struct chain {
	struct nbuf_pool *pool; /* of the loop */
	struct chain_seg *first; /* oldest slice held */
	struct chain_seg *last;
	struct list cursors;
	uint64_t base; /* position of the first byte held */
	uint64_t end; /* position behind the last byte added */
	bool complete; /* nothing will be added any more */
};

struct cursor {
	struct list node; /* in its chain's cursors */
	struct chain *chain; /* NULL: not open */
	struct chain_seg *seg; /* holds position <at>; NULL: at the end */
	uint64_t at;
};

void chain_init(struct chain *c, struct nbuf_pool *pool);
/* Drops everything; every cursor is closed. */
void chain_fini(struct chain *c);
/* Takes <s>; an empty one is dropped. */
void chain_add(struct chain *c, struct slice s);
/* Bytes kept for the slowest cursor. */
static inline uint64_t chain_held(const struct chain *c)
{
	return c->end - c->base;
}

/* Starts at the oldest byte still held: open cursors before the first chain_add() to see all.
 * <cu> is the caller's, unlinked by cursor_close() or chain_fini(). */
void cursor_open(struct cursor *cu, struct chain *c);
/* Lets go; closing a closed cursor is harmless ({0} is closed). */
void cursor_close(struct cursor *cu);
/* Bytes ahead of the cursor. */
static inline uint64_t cursor_left(const struct cursor *cu)
{
	return cu->chain->end - cu->at;
}
/* True when all of a complete body has been read. */
static inline bool cursor_at_end(const struct cursor *cu)
{
	return cu->chain->complete && cu->at == cu->chain->end;
}
/* Fills <ret_v> with up to <n> slices of at most <max> bytes together, from the cursor on; returns
 * how many.  They borrow: valid until cursor_advance() of this cursor. */
unsigned cursor_peek(const struct cursor *cu, struct slice *ret_v, unsigned n, size_t max);
/* Moves over <n> bytes (at most cursor_left()), dropping what nobody needs any more. */
void cursor_advance(struct cursor *cu, size_t n);

#endif
