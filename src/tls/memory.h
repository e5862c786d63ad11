/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory.h -- what OpenSSL holds, counted where it allocates.
 *
 * A count for each thread: its allocations less what it freed.  A connection lives and dies on one
 * thread, so a worker's count is what its connections hold; what one thread makes and another frees
 * (contexts, certificates) moves between two counts and is right in their sum.
 */
#ifndef TLS_MEMORY_H
#define TLS_MEMORY_H

#include "base/checks.h"

/* Counts from here on.  Before anything else of OpenSSL is called; false: that was too late, and
 * tls_memory() stays 0. */
bool tls_memory_count(void);
/* Bytes, of the calling thread; below 0 where it frees what others made. */
int64_t tls_memory(void);

#endif
