/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mem.h -- malloc that cannot fail.
 *
 * For sizes that our own code chooses.  Out of memory aborts: at that point nothing sensible can be
 * done, and the supervisor restarts the child.  What a peer or the cluster sizes is bounded by its
 * caller before it comes here.  mem_free(NULL) is legal.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include "base/checks.h"
#include "base/str.h"

void *mem_alloc(size_t n) __attribute__((malloc, returns_nonnull, alloc_size(1)));
/* Zeroed. */
void *mem_zalloc(size_t n) __attribute__((malloc, returns_nonnull, alloc_size(1)));
/* Zeroed, at a multiple of <align>, a power of two. */
void *mem_aligned_zalloc(size_t align, size_t n) __attribute__((malloc, returns_nonnull));
void *mem_realloc(void *p, size_t n) __attribute__((returns_nonnull));
/* A NUL-terminated copy of <s>. */
char *mem_strdup(struct str s) __attribute__((returns_nonnull));
void mem_free(void *p);

#define MEM_NEW(type) ((type *)mem_zalloc(sizeof(type)))

#endif
