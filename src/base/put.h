/* SPDX-License-Identifier: Apache-2.0 */
/*
 * put.h -- text written at a cursor, for lines and heads that are made once a request.
 *
 * The caller has made room; each function returns where the next byte goes.
 */
#ifndef BASE_PUT_H
#define BASE_PUT_H

#include "base/str.h"

#define PUT_U64_MAX 20 /* digits */

/* Bytes of a literal. */
#define PUT_LIT(p, lit) ((char *)mempcpy((p), "" lit, sizeof(lit) - 1))

static inline char *put_str(char *p, struct str s)
{
	if (s.n == 0)
		return p;
	AN_HOT(s.p);
	return mempcpy(p, s.p, s.n);
}

static inline char *put_u64(char *p, uint64_t v)
{
	char digits[PUT_U64_MAX], *d = digits + sizeof(digits);

	if (v < 10) {
		*p = (char)('0' + v);
		return p + 1;
	}
	do
		*--d = (char)('0' + v % 10);
	while (v /= 10);
	return mempcpy(p, d, (size_t)(digits + sizeof(digits) - d));
}

#endif
