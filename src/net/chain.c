/* SPDX-License-Identifier: Apache-2.0 */
#include "net/chain.h"

void chain_init(struct chain *c, struct nbuf_pool *pool)
{
	*c = (struct chain){.pool = pool};
	list_init(&c->cursors);
}

static void chain_drop_first(struct chain *c)
{
	struct chain_seg *s = c->first;

	c->first = s->next;
	if (!c->first)
		c->last = NULL;
	c->base = s->pos + s->slice.n;
	slice_drop(&s->slice);
	slab_put(&c->pool->segs, s);
}

void chain_fini(struct chain *c)
{
	struct list *n;

	while ((n = list_pop(&c->cursors)) != NULL)
		container_of(n, struct cursor, node)->chain = NULL;
	while (c->first)
		chain_drop_first(c);
}

/* Drops what every cursor has passed. */
static void chain_trim(struct chain *c)
{
	uint64_t least = c->end;

	list_for_each (n, &c->cursors)
		least = MIN(least, container_of(n, struct cursor, node)->at);
	while (c->first && c->first->pos + c->first->slice.n <= least)
		chain_drop_first(c);
}

void chain_add(struct chain *c, struct slice s)
{
	struct chain_seg *seg;

	AZ(c->complete);
	if (s.n == 0 || list_empty(&c->cursors)) {
		c->end += s.n;
		c->base = list_empty(&c->cursors) ? c->end : c->base;
		slice_drop(&s);
		return;
	}
	seg = slab_get(&c->pool->segs);
	seg->pos = c->end;
	seg->slice = s;
	if (c->last)
		c->last->next = seg;
	else
		c->first = seg;
	c->last = seg;
	c->end += s.n;
	list_for_each (n, &c->cursors) {
		struct cursor *cu = container_of(n, struct cursor, node);

		if (!cu->seg)
			cu->seg = seg;
	}
}

void cursor_open(struct cursor *cu, struct chain *c)
{
	*cu = (struct cursor){.chain = c, .seg = c->first, .at = c->base};
	list_add_tail(&c->cursors, &cu->node);
}

void cursor_close(struct cursor *cu)
{
	struct chain *c = cu->chain;

	if (!c)
		return;
	list_del(&cu->node);
	cu->chain = NULL;
	chain_trim(c);
}

unsigned cursor_peek(const struct cursor *cu, struct slice *ret_v, unsigned n, size_t max)
{
	unsigned i = 0;
	uint64_t at = cu->at;

	for (const struct chain_seg *s = cu->seg; s && i < n && max; s = s->next) {
		ret_v[i] = slice_sub(s->slice, at - s->pos, max);
		at += ret_v[i].n;
		max -= ret_v[i].n;
		i++;
	}
	return i;
}

void cursor_advance(struct cursor *cu, size_t n)
{
	AN(n <= cursor_left(cu));
	cu->at += n;
	while (cu->seg && cu->seg->pos + cu->seg->slice.n <= cu->at)
		cu->seg = cu->seg->next;
	chain_trim(cu->chain);
}
