/* SPDX-License-Identifier: Apache-2.0 */
#include "net/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

#include "base/hash.h"

struct addr addr_ip4(const void *bytes, uint16_t port)
{
	struct addr a = {.len = sizeof(a.in)};

	a.in.sin_family = AF_INET;
	a.in.sin_port = htons(port);
	memcpy(&a.in.sin_addr, bytes, 4);
	return a;
}

struct addr addr_ip6(const void *bytes, uint16_t port)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct addr a = {.len = sizeof(a.in6)};

	if (memcmp(bytes, mapped, sizeof(mapped)) == 0)
		return addr_ip4((const char *)bytes + 12, port);
	a.in6.sin6_family = AF_INET6;
	a.in6.sin6_port = htons(port);
	memcpy(&a.in6.sin6_addr, bytes, 16);
	return a;
}

struct addr addr_of(const struct sockaddr_storage *ss, socklen_t len)
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;
	struct addr a;

	if (ss->ss_family == AF_INET && len >= sizeof(in)) {
		memcpy(&in, ss, sizeof(in));
		return addr_ip4(&in.sin_addr, ntohs(in.sin_port));
	}
	if (ss->ss_family != AF_INET6 || len < sizeof(in6))
		return (struct addr){0};
	memcpy(&in6, ss, sizeof(in6));
	a = addr_ip6(&in6.sin6_addr, ntohs(in6.sin6_port));
	if (a.sa.sa_family == AF_INET6)
		a.in6.sin6_scope_id = in6.sin6_scope_id; /* link-local peers need it */
	return a;
}

int addr_parse_ip(struct str s, uint16_t port, struct addr *ret_addr)
{
	char text[INET6_ADDRSTRLEN];
	uint8_t bytes[16];
	bool bracket = s.n >= 2 && s.p[0] == '[' && s.p[s.n - 1] == ']';

	if (bracket)
		s = str_of(s.p + 1, s.n - 2);
	if (s.n == 0 || s.n >= sizeof(text) || str_find(s, '\0') != s.n)
		return -EINVAL;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	if (!bracket && inet_pton(AF_INET, text, bytes) == 1) {
		*ret_addr = addr_ip4(bytes, port);
		return 0;
	}
	if (inet_pton(AF_INET6, text, bytes) != 1)
		return -EINVAL;
	*ret_addr = addr_ip6(bytes, port);
	return 0;
}

int addr_parse(struct str s, struct addr *ret_addr)
{
	size_t colon = s.n;
	uint64_t port;
	int r;

	while (colon > 0 && s.p[colon - 1] != ':')
		colon--;
	if (colon == 0)
		return -EINVAL;
	/* "::1" without brackets leaves open where the port begins. */
	if (s.p[0] != '[' && str_find(s, ':') != colon - 1)
		return -EINVAL;
	r = str_to_u64(str_skip(s, colon), 65535, &port);
	if (r < 0)
		return r;
	return addr_parse_ip(str_take(s, colon - 1), (uint16_t)port, ret_addr);
}

const char *addr_format_ip(const struct addr *a, char text[static ADDR_TEXT])
{
	const void *bytes = a->sa.sa_family == AF_INET ? (const void *)&a->in.sin_addr
						       : (const void *)&a->in6.sin6_addr;

	if (a->len == 0 || !inet_ntop(a->sa.sa_family, bytes, text, ADDR_TEXT))
		memcpy(text, "-", 2);
	return text;
}

const char *addr_format(const struct addr *a, char text[static ADDR_TEXT])
{
	char ip[ADDR_TEXT];

	if (a->len == 0)
		return addr_format_ip(a, text);
	addr_format_ip(a, ip);
	(void)snprintf(text, ADDR_TEXT, a->sa.sa_family == AF_INET ? "%.46s:%u" : "[%.46s]:%u", ip,
		addr_port(a));
	return text;
}

uint16_t addr_port(const struct addr *a)
{
	if (a->len == 0)
		return 0;
	return ntohs(a->sa.sa_family == AF_INET ? a->in.sin_port : a->in6.sin6_port);
}

void addr_set_port(struct addr *a, uint16_t port)
{
	if (a->sa.sa_family == AF_INET)
		a->in.sin_port = htons(port);
	else
		a->in6.sin6_port = htons(port);
}

bool addr_eq(const struct addr *a, const struct addr *b)
{
	if (a->len != b->len)
		return false;
	if (a->len == 0)
		return true;
	if (a->sa.sa_family == AF_INET)
		return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr &&
		       a->in.sin_port == b->in.sin_port;
	return memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr, 16) == 0 &&
	       a->in6.sin6_port == b->in6.sin6_port && a->in6.sin6_scope_id == b->in6.sin6_scope_id;
}

uint64_t addr_hash(const struct addr *a)
{
	const struct hash_key *k = hash_process_key();

	if (a->len == 0)
		return 0;
	if (a->sa.sa_family == AF_INET)
		return hash_mix(hash_bytes(k, &a->in.sin_addr, 4), addr_port(a));
	return hash_mix(hash_bytes(k, &a->in6.sin6_addr, 16), addr_port(a));
}

bool addr_is_loopback(const struct addr *a)
{
	if (a->len == 0)
		return false;
	if (a->sa.sa_family == AF_INET)
		return ntohl(a->in.sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&a->in6.sin6_addr);
}

bool addr_is_link_local(const struct addr *a)
{
	if (a->len == 0)
		return false;
	if (a->sa.sa_family == AF_INET)
		return ntohl(a->in.sin_addr.s_addr) >> 16 == 0xa9fe;
	return IN6_IS_ADDR_LINKLOCAL(&a->in6.sin6_addr);
}

bool addr_is_any(const struct addr *a)
{
	if (a->len == 0)
		return false;
	if (a->sa.sa_family == AF_INET)
		return a->in.sin_addr.s_addr == 0;
	return IN6_IS_ADDR_UNSPECIFIED(&a->in6.sin6_addr);
}
