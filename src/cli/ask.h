/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask.h -- one question to a running gateway's admin address.
 */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include "base/buf.h"

#define ASK_TIMEOUT 30 /* seconds */

/* GET <target> at <address> ("127.0.0.1:15000").  Returns the HTTP status with the body in <body>,
 * or -errno with a sentence in <body>. */
int must_check ask(struct str address, struct str target, struct buf *body);

/* Appends <s> with everything but unreserved characters percent-encoded (RFC 3986 section 2.3). */
void ask_encode(struct buf *out, struct str s);

#endif
