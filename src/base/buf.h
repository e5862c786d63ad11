/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf.h -- bytes that grow at the end.
 *
 * Embedded, heap-backed, owner's thread only.  {0} is a valid empty buffer.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>

#include "base/str.h"

struct buf {
	char *p;
	size_t n; /* bytes held */
	size_t cap; /* bytes allocated */
};

void buf_fini(struct buf *b);
/* Room for <n> more bytes; returns where they go.  buf_added() then counts them. */
char *buf_room(struct buf *b, size_t n);
static inline void buf_added(struct buf *b, size_t n)
{
	AN(b->n + n <= b->cap);
	b->n += n;
}
void buf_add(struct buf *b, struct str s);
void buf_addc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) printf_like(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Drops the first <n> bytes (moves the rest). */
void buf_consume(struct buf *b, size_t n);
static inline void buf_reset(struct buf *b)
{
	b->n = 0;
}
/* What is held; valid until the next change. */
static inline struct str buf_str(const struct buf *b)
{
	return str_of(b->p, b->n);
}

#endif
