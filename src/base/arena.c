/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/poison.h"

#define ARENA_FIRST 1024
#define ARENA_BLOCK_MAX (64 * 1024)
#define ARENA_ALIGN 16

struct arena_block {
	struct arena_block *older;
	size_t size; /* of data[] */
	_Alignas(ARENA_ALIGN) char data[];
};

void arena_init(struct arena *a, size_t first)
{
	*a = (struct arena){.next_size = first ? first : ARENA_FIRST};
}

static void block_free(struct arena_block *b)
{
	POISON_CLEAR(b->data, b->size);
	mem_free(b);
}

void arena_fini(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *b = a->blocks;

		a->blocks = b->older;
		block_free(b);
	}
	*a = (struct arena){.next_size = ARENA_FIRST};
}

void arena_reset(struct arena *a)
{
	struct arena_block *keep = a->blocks;

	if (!keep)
		return;
	while (keep->older) {
		struct arena_block *b = keep->older;

		keep->older = b->older;
		a->total -= sizeof(*b) + b->size;
		block_free(b);
	}
	a->at = keep->data;
	a->end = keep->data + keep->size;
	POISON(keep->data, keep->size);
}

static void arena_grow(struct arena *a, size_t n)
{
	size_t size = MAX(a->next_size, n);
	struct arena_block *b = mem_alloc(sizeof(*b) + size);

	b->older = a->blocks;
	b->size = size;
	a->blocks = b;
	a->at = b->data;
	a->end = b->data + size;
	a->total += sizeof(*b) + size;
	a->next_size = MIN(a->next_size * 2, ARENA_BLOCK_MAX);
	POISON(b->data, size);
}

char *arena_bytes(struct arena *a, size_t n)
{
	char *p;

	if (unlikely((size_t)(a->end - a->at) < n || !a->at))
		arena_grow(a, n);
	p = a->at;
	a->at += n;
	POISON_CLEAR(p, n);
	return p;
}

static void *arena_alloc_as(struct arena *a, size_t n, size_t align)
{
	size_t pad = (size_t)(-(uintptr_t)a->at & (align - 1));

	if ((size_t)(a->end - a->at) >= pad + n && a->at)
		a->at += pad;
	else
		arena_grow(a, n);
	return arena_bytes(a, n);
}

void *arena_alloc(struct arena *a, size_t n)
{
	return arena_alloc_as(a, n, ARENA_ALIGN);
}

void *arena_zalloc(struct arena *a, size_t n)
{
	return memset(arena_alloc(a, n), 0, n);
}

void *arena_zalloc_as(struct arena *a, size_t n, size_t align)
{
	return memset(arena_alloc_as(a, n, align), 0, n);
}

struct str arena_str(struct arena *a, struct str s)
{
	char *p = arena_bytes(a, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return str_of(p, s.n);
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	AN(n >= 0);
	p = arena_bytes(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return str_of(p, (size_t)n);
}
