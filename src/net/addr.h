/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addr.h -- a socket address by value: IPv4 or IPv6.
 *
 * IPv4-mapped IPv6 addresses are never kept: addr_of() turns them into IPv4.
 */
#ifndef NET_ADDR_H
#define NET_ADDR_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/str.h"

struct addr {
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
	socklen_t len; /* 0: none */
};

/* Enough for addr_format(), with its NUL. */
#define ADDR_TEXT 64

/* From what the kernel gave; other families give len 0. */
struct addr addr_of(const struct sockaddr_storage *ss, socklen_t len);
/* From 4 or 16 address bytes in network order; <port> in host order. */
struct addr addr_ip4(const void *bytes, uint16_t port);
struct addr addr_ip6(const void *bytes, uint16_t port);
/* "1.2.3.4" or "2001:db8::1" or "[2001:db8::1]".  -EINVAL if it is no literal address. */
int must_check addr_parse_ip(struct str s, uint16_t port, struct addr *ret_addr);
/* "1.2.3.4:80" or "[::]:80".  -EINVAL, or -ERANGE for a port above 65535. */
int must_check addr_parse(struct str s, struct addr *ret_addr);
/* "1.2.3.4:80", "[::1]:80", "-" for none; NUL-terminated; returns <text>. */
const char *addr_format(const struct addr *a, char text[static ADDR_TEXT]);
/* The same without port and brackets. */
const char *addr_format_ip(const struct addr *a, char text[static ADDR_TEXT]);
/* Host order; 0 for none. */
uint16_t addr_port(const struct addr *a);
void addr_set_port(struct addr *a, uint16_t port);
bool addr_eq(const struct addr *a, const struct addr *b);
/* Keyed; over address and port. */
uint64_t addr_hash(const struct addr *a);
bool addr_is_loopback(const struct addr *a);
bool addr_is_link_local(const struct addr *a);
bool addr_is_any(const struct addr *a);

#endif
