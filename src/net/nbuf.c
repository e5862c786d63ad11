/* SPDX-License-Identifier: Apache-2.0 */
#include "net/nbuf.h"

#include "base/mem.h"
#include "base/poison.h"
#include "net/chain.h"

static const uint32_t class_cap[NBUF_CLASSES] = {NBUF_SMALL, NBUF_MEDIUM, NBUF_LARGE};
/* Free buffers kept: 2 MiB, 4 MiB and 4 MiB. */
static const uint32_t class_keep[NBUF_CLASSES] = {1024, 256, 64};

void nbuf_pool_init(struct nbuf_pool *p)
{
	*p = (struct nbuf_pool){0};
	for (int i = 0; i < NBUF_CLASSES; i++)
		p->classes[i].keep = class_keep[i];
	slab_init(&p->segs, sizeof(struct chain_seg), 0);
}

static size_t nbuf_bytes(const struct nbuf *b)
{
	return sizeof(*b) + b->cap;
}

void nbuf_pool_trim(struct nbuf_pool *p)
{
	for (int i = 0; i < NBUF_CLASSES; i++) {
		struct nbuf_class *c = &p->classes[i];

		while (c->free) {
			struct nbuf *b = c->free;

			c->free = b->next;
			p->held_bytes -= nbuf_bytes(b);
			POISON_CLEAR(b->data, b->cap);
			mem_free(b);
		}
		c->n_free = 0;
	}
}

void nbuf_pool_fini(struct nbuf_pool *p)
{
	AZ(p->used_bytes);
	nbuf_pool_trim(p);
	AZ(p->held_bytes);
	slab_fini(&p->segs);
}

static struct nbuf *nbuf_grow(struct nbuf_pool *p, uint32_t class)
{
	struct nbuf *b = mem_alloc(sizeof(*b) + class_cap[class]);

	*b = (struct nbuf){.cap = class_cap[class], .class = class, .pool = p};
	p->held_bytes += nbuf_bytes(b);
	return b;
}

struct nbuf *nbuf_new(struct nbuf_pool *p, size_t want)
{
	uint32_t class = want <= NBUF_SMALL ? 0 : want <= NBUF_MEDIUM ? 1 : 2;
	struct nbuf_class *c = &p->classes[class];
	struct nbuf *b = c->free;

	if (likely(b)) {
		c->free = b->next;
		c->n_free--;
		POISON_CLEAR(b->data, b->cap);
	} else {
		b = nbuf_grow(p, class);
	}
	b->magic = NBUF_MAGIC;
	b->refs = 1;
	p->used_bytes += nbuf_bytes(b);
	return b;
}

void nbuf_free(struct nbuf *b)
{
	struct nbuf_class *c = &b->pool->classes[b->class];

	b->magic = 0;
	b->pool->used_bytes -= nbuf_bytes(b);
	if (c->n_free >= c->keep) {
		b->pool->held_bytes -= nbuf_bytes(b);
		mem_free(b);
		return;
	}
	b->next = c->free;
	c->free = b;
	c->n_free++;
	POISON(b->data, b->cap);
}
