/* SPDX-License-Identifier: Apache-2.0 */
#include "tls/memory.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <stdlib.h>

static _Thread_local int64_t held;

int64_t tls_memory(void)
{
	return held;
}

/* Whose failure OpenSSL reports, so these may return NULL. */
static void *counted_alloc(size_t n, const char *file, int line)
{
	void *p = malloc(n);

	(void)file;
	(void)line;
	held += (int64_t)malloc_usable_size(p);
	return p;
}

static void counted_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	held -= (int64_t)malloc_usable_size(p);
	free(p);
}

static void *counted_realloc(void *p, size_t n, const char *file, int line)
{
	int64_t before = (int64_t)malloc_usable_size(p);
	void *q;

	if (n == 0) {
		counted_free(p, file, line);
		return NULL;
	}
	q = realloc(p, n);
	if (q)
		held += (int64_t)malloc_usable_size(q) - before;
	return q;
}

bool tls_memory_count(void)
{
	return CRYPTO_set_mem_functions(counted_alloc, counted_realloc, counted_free) == 1;
}
