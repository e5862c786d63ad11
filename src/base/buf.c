/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

void buf_fini(struct buf *b)
{
	mem_free(b->p);
	*b = (struct buf){0};
}

char *buf_room(struct buf *b, size_t n)
{
	if (b->cap - b->n < n) {
		size_t cap = b->cap ? b->cap : 256;

		while (cap - b->n < n)
			cap *= 2;
		b->p = mem_realloc(b->p, cap);
		b->cap = cap;
	}
	return b->p + b->n;
}

void buf_add(struct buf *b, struct str s)
{
	if (s.n)
		memcpy(buf_room(b, s.n), s.p, s.n);
	b->n += s.n;
}

void buf_addc(struct buf *b, char c)
{
	*buf_room(b, 1) = c;
	b->n++;
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list twice;
	int n;

	va_copy(twice, ap);
	n = vsnprintf(NULL, 0, fmt, twice);
	va_end(twice);
	AN(n >= 0);
	buf_room(b, (size_t)n + 1);
	vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	b->n += (size_t)n;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void buf_consume(struct buf *b, size_t n)
{
	AN(n <= b->n);
	if (n && n < b->n)
		memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}
