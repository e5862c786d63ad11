/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include <stdlib.h>

void *mem_alloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	AN(p);
	return p;
}

void *mem_zalloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	AN(p);
	return p;
}

void *mem_aligned_zalloc(size_t align, size_t n)
{
	size_t size = (n + align - 1) & ~(align - 1);
	void *p = aligned_alloc(align, size);

	AN(p);
	return memset(p, 0, size);
}

void *mem_realloc(void *old, size_t n)
{
	void *p = realloc(old, n ? n : 1);

	AN(p);
	return p;
}

char *mem_strdup(struct str s)
{
	char *p = mem_alloc(s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

void mem_free(void *p)
{
	free(p);
}
