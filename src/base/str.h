/* SPDX-License-Identifier: Apache-2.0 */
/*
 * str.h -- text as pointer and length, by value.
 *
 * A struct str borrows its bytes; whoever made it says for how long.  It is not NUL-terminated
 * except where a function says so.  The empty string is {NULL or any, 0}.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdint.h>
#include <string.h>

#include "base/checks.h"

struct str {
	const char *p;
	size_t n;
};

#define STR(lit) ((struct str){"" lit, sizeof(lit) - 1})
/* For printf: "%.*s", STR_ARG(s). */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

static inline struct str str_from(const char *cstr)
{
	return (struct str){cstr, cstr ? strlen(cstr) : 0};
}

static inline struct str str_of(const void *p, size_t n)
{
	return (struct str){p, n};
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* ASCII case-insensitive. */
bool str_eq_nocase(struct str a, struct str b);

/* Bytewise order, a shorter string before its extensions: <0, 0, >0. */
int str_cmp(struct str a, struct str b);

static inline bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static inline bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n &&
	       (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

/* <s> without its first <n> bytes (n clamped). */
static inline struct str str_skip(struct str s, size_t n)
{
	n = MIN(n, s.n);
	return (struct str){n ? s.p + n : s.p, s.n - n}; /* NULL + 0 is undefined */
}

static inline struct str str_take(struct str s, size_t n)
{
	return (struct str){s.p, MIN(n, s.n)};
}

/* Index of the first <c> in <s>, or s.n. */
static inline size_t str_find(struct str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
	return at ? (size_t)(at - s.p) : s.n;
}

/* Cut <*rest> at the first <sep>: returns what stands before it and moves <*rest> behind it;
 * without a <sep> returns all and leaves <*rest> empty. */
struct str str_cut(struct str *rest, char sep);

/* <s> without blanks (SP, HTAB) at both ends. */
struct str str_trim(struct str s);

/* Decimal digits only, no sign, no blanks, at least one digit.  Returns 0, -EINVAL on other bytes,
 * -ERANGE above <max>. */
int must_check str_to_u64(struct str s, uint64_t max, uint64_t *ret_value);

static inline char ascii_lower(char c)
{
	return (c >= 'A' && c <= 'Z') ? (char)(c | 0x20) : c;
}

#endif
