/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utf8.h -- UTF-8 as RFC 3629 has it: shortest forms only, no surrogates, nothing above U+10FFFF.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/str.h"

#define UTF8_MAX 4 /* bytes of one character */

/* Bytes of <s> before its first ill-formed byte; s.n when all is well. */
size_t utf8_valid(struct str s);

/* Bytes of the character at the beginning of <s>, or 0 where it is ill-formed (or <s> empty). */
size_t utf8_len(struct str s);

/* Write <c>, a code point that is no surrogate, to <out>; returns the number of bytes. */
size_t utf8_put(char out[static UTF8_MAX], uint32_t c);

#endif
