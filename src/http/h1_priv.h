/* SPDX-License-Identifier: Apache-2.0 */
/* h1_priv.h -- what the parser asks of h1_check.c: the meaning of a head whose bytes are good. */
#ifndef HTTP_H1_PRIV_H
#define HTTP_H1_PRIV_H

#include "http/h1.h"

/* Method and target together (RFC 9112 §3.2); fills what <r> says of them. */
enum http_reason h1_request_line_check(struct http_request *r);
/* Host, framing, Connection, Expect, Upgrade of a whole request head; fills the rest of <r>. */
enum http_reason h1_request_check(struct http_request *r);
enum http_reason h1_response_check(struct http_response *r, struct h1_asked asked);

#endif
