/* SPDX-License-Identifier: Apache-2.0 */
/* base64.h -- RFC 4648 section 4, line breaks allowed: as kubeconfigs and Secrets write bytes. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/arena.h"
#include "base/buf.h"

/* The bytes of <s>, in <a>, with a NUL behind them.  -EINVAL for other digits, or padding that does
 * not end the text. */
int must_check base64_decode(struct arena *a, struct str s, struct str *ret_bytes);
/* Appends the text of <bytes>, padded, on one line. */
void base64_encode(struct buf *out, struct str bytes);

#endif
