/* SPDX-License-Identifier: Apache-2.0 */
/*
 * escape.h -- any bytes as part of a line that a program reads: JSON strings and key=value text.
 * What comes out is one line of UTF-8; a byte that is not UTF-8 becomes U+FFFD.
 */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include "base/buf.h"

/* <s> as a JSON string with its quotes (RFC 8259 section 7). */
void escape_json(struct buf *out, struct str s);
/* <s> as it is where no blank, quote, '=', backslash or byte that needs an escape is in it, else as
 * escape_json(): the value in key=value. */
void escape_text(struct buf *out, struct str s);

#endif
