/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_header.h -- the PROXY protocol's header (HAProxy's proxy-protocol.txt), versions 1 and 2:
 * what a load balancer says about its client before the client's first byte.
 *
 *	v1: "PROXY TCP4 203.0.113.7 198.51.100.1 51234 443\r\n", at most PROXY_HEADER_V1_MAX bytes
 *	v2: twelve bytes that no other protocol begins with, version and command, family and
 *	    transport, length, addresses, and TLVs (§2.2)
 *
 * Bytes in, facts out: no I/O, no state.  The caller gives all bytes from the connection's first,
 * and asks again when there are more; he keeps the time.  Everything is checked that is said: what
 * nobody can mean is refused as soon as it is seen.  Of the TLVs only the checksum (CRC32c) is
 * looked at, if there is one; the others are skipped, within their bounds.
 */
#ifndef NET_PROXY_HEADER_H
#define NET_PROXY_HEADER_H

#include "net/addr.h"

#define PROXY_HEADER_V1_MAX 107 /* §2.1: the longest line, CRLF included */
#define PROXY_HEADER_MAX 4096 /* of a v2 header, TLVs included */

struct proxy_header {
	/* The client.  None (len 0) where the sender speaks for himself (LOCAL: a health check), or
	 * cannot say (UNKNOWN, UNSPEC) or names no TCP address (UNIX, UDP): then it is the
	 * connection's own peer. */
	struct addr source;
	uint8_t version; /* 1 or 2 */
};

/*
 * Returns the header's length, at which the client's own bytes begin; 0: it is not whole yet; or,
 * as soon as that is certain,
 *	-EPROTO		it is no header, or a malformed one
 *	-EMSGSIZE	it is longer than the bounds above
 *	-EBADMSG	its checksum is wrong
 */
int must_check proxy_header_parse(struct str in, struct proxy_header *ret_header);

#endif
