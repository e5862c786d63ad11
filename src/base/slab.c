/* SPDX-License-Identifier: Apache-2.0 */
#include "base/slab.h"

#include <string.h>

#include "base/mem.h"
#include "base/poison.h"

#define SLAB_CHUNK (16 * 1024)

struct slab_free {
	struct slab_free *next;
};

struct slab_chunk {
	struct slab_chunk *next;
	size_t bytes;
	_Alignas(16) char data[];
};

void slab_init(struct slab *s, size_t size, size_t chunk)
{
	*s = (struct slab){.size = (MAX(size, sizeof(struct slab_free)) + 15) & ~(size_t)15};
	s->per_chunk = MAX((chunk ? chunk : SLAB_CHUNK) / s->size, (size_t)1);
}

void slab_fini(struct slab *s)
{
	AZ(s->used);
	while (s->chunks) {
		struct slab_chunk *c = s->chunks;

		s->chunks = c->next;
		POISON_CLEAR(c->data, c->bytes);
		mem_free(c);
	}
	s->free = NULL;
}

static void slab_grow(struct slab *s)
{
	size_t bytes = s->size * s->per_chunk;
	struct slab_chunk *c = mem_alloc(sizeof(*c) + bytes);

	c->next = s->chunks;
	c->bytes = bytes;
	s->chunks = c;
	s->total += s->per_chunk;
	for (size_t i = s->per_chunk; i-- > 0;) {
		struct slab_free *f = (struct slab_free *)(void *)(c->data + i * s->size);

		f->next = s->free;
		s->free = f;
		POISON(f, s->size);
	}
}

void *slab_get_raw(struct slab *s)
{
	struct slab_free *f;

	if (unlikely(!s->free))
		slab_grow(s);
	f = s->free;
	AN_HOT(f);
	POISON_CLEAR(f, s->size);
	s->free = f->next;
	s->used++;
	return f;
}

void *slab_get(struct slab *s)
{
	return memset(slab_get_raw(s), 0, s->size);
}

void slab_put(struct slab *s, void *p)
{
	struct slab_free *f = p;

	if (!p)
		return;
	AN(s->used);
	s->used--;
	f->next = s->free;
	s->free = f;
	POISON(f, s->size);
}
