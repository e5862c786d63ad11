/* SPDX-License-Identifier: Apache-2.0 */
/* name_priv.h -- the table of names, for the parser to look into without a call. */
#ifndef HTTP_NAME_PRIV_H
#define HTTP_NAME_PRIV_H

#include "http/name.h"
#include "http/scan_priv.h"

/* Found by trial so that no two rows of HTTP_NAMES share a slot.  A collision after a new row is an
 * initialiser overridden, which does not compile: then try other factors. */
#define NAME_SLOTS 512
#define NAME_SLOT(n, a, b) (((n)*16u + (a) + (b)*5u) % NAME_SLOTS)
#define NAME_ROOM 32 /* the longest name of the table, without a NUL */

struct name_row {
	char name[NAME_ROOM]; /* lower case, zeros behind */
	uint8_t n;
	uint8_t flags;
} __attribute__((aligned(64))); /* one cache line, and the index is a shift */
extern const uint8_t name_slots[NAME_SLOTS];
extern const struct name_row name_rows[HTTP_ID_COUNT];

/* The one row that <n> >= 2 bytes at <p> can be; row 0 (HTTP_OTHER) has no length. */
static inline unsigned name_candidate(const char *p, size_t n)
{
	/* no '-' or digit of the table changes with this bit, and a letter loses its case */
	unsigned first = (unsigned char)p[0] | 0x20u, other = (unsigned char)p[n - 2] | 0x20u;

	return name_slots[NAME_SLOT((unsigned)n, first, other)];
}

static inline enum http_id name_find(const char *p, size_t n)
{
	unsigned id = n >= 2 && n <= NAME_ROOM ? name_candidate(p, n) : HTTP_OTHER;

	return name_rows[id].n == n && scan_eq_nocase(p, name_rows[id].name, n) ? (enum http_id)id
										: HTTP_OTHER;
}

#endif
