/* SPDX-License-Identifier: Apache-2.0 */
#include "net/proxy_header.h"

#include <errno.h>

#define V2_FIXED 16 /* signature, version and command, family and transport, length */
#define TLV_FIXED 3 /* type, length */
#define TLV_CRC32C 0x03

static const struct str v1_signature = {"PROXY ", 6};
static const struct str v2_signature = {"\r\n\r\n\0\r\nQUIT\n", 12};

enum v2_command { V2_LOCAL, V2_PROXY };
enum v2_family { V2_UNSPEC, V2_INET, V2_INET6, V2_UNIX };
enum v2_transport { V2_UNSPEC_TRANSPORT, V2_STREAM, V2_DGRAM };

/* Bytes of both addresses, ports included. */
static const size_t v2_addresses[] = {[V2_INET] = 12, [V2_INET6] = 36, [V2_UNIX] = 216};

static unsigned byte_at(struct str s, size_t at)
{
	return (uint8_t)s.p[at];
}

static uint16_t be16_at(struct str s, size_t at)
{
	return (uint16_t)(byte_at(s, at) << 8 | byte_at(s, at + 1));
}

/* <in> is the signature's beginning, or begins with it. */
static bool may_begin(struct str in, struct str signature)
{
	return memcmp(in.p, signature.p, MIN(in.n, signature.n)) == 0;
}

/* --- version 1: a line of text ------------------------------------------------------------- */

/* Leading zeros are not allowed: some would read them as octal. */
static int v1_port(struct str s, uint16_t *ret_port)
{
	uint64_t port;

	if (str_to_u64(s, 65535, &port) < 0 || (s.n > 1 && s.p[0] == '0'))
		return -EPROTO;
	*ret_port = (uint16_t)port;
	return 0;
}

static int v1_address(struct str s, bool six, uint16_t port, struct addr *ret_addr)
{
	bool colon = str_find(s, ':') < s.n, bracket = s.n && s.p[0] == '[';

	if (colon != six || bracket || addr_parse_ip(s, port, ret_addr) < 0)
		return -EPROTO;
	return 0;
}

/* "TCP4 203.0.113.7 198.51.100.1 51234 443", one blank between two. */
static int v1_line(struct str line, struct addr *ret_source)
{
	struct str family = str_cut(&line, ' '), source = str_cut(&line, ' '),
		   destination = str_cut(&line, ' '), source_port = str_cut(&line, ' ');
	bool six = str_eq(family, STR("TCP6"));
	struct addr addr, unused;
	uint16_t from, to;

	if (str_eq(family, STR("UNKNOWN")))
		return 0; /* whatever follows */
	if (!six && !str_eq(family, STR("TCP4")))
		return -EPROTO;
	if (v1_port(source_port, &from) < 0 || v1_port(line, &to) < 0 ||
		v1_address(source, six, from, &addr) < 0 ||
		v1_address(destination, six, to, &unused) < 0)
		return -EPROTO;
	*ret_source = addr;
	return 0;
}

static int v1_parse(struct str in, struct proxy_header *ret)
{
	struct proxy_header h = {.version = 1};
	struct str seen = str_take(in, PROXY_HEADER_V1_MAX);
	size_t end = str_find(seen, '\n');

	if (end == seen.n)
		return seen.n == PROXY_HEADER_V1_MAX ? -EMSGSIZE : 0;
	if (seen.p[end - 1] != '\r')
		return -EPROTO;
	if (v1_line(str_skip(str_take(seen, end - 1), v1_signature.n), &h.source) < 0)
		return -EPROTO;
	*ret = h;
	return (int)end + 1;
}

/* --- version 2: binary --------------------------------------------------------------------- */

/* Castagnoli's polynomial, reflected (RFC 3720 appendix B.4); once a connection at most. */
static uint32_t crc32c(uint32_t crc, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		crc ^= (uint8_t)p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
	}
	return crc;
}

/* The sum stands in big-endian order at <at> of <header>, and counts as zeros in itself. */
static bool checksum_good(struct str header, size_t at)
{
	uint32_t said = (uint32_t)be16_at(header, at) << 16 | be16_at(header, at + 2);
	uint32_t crc = crc32c(~0u, header.p, at);

	crc = crc32c(crc, "\0\0\0\0", 4);
	crc = crc32c(crc, header.p + at + 4, header.n - at - 4);
	return ~crc == said;
}

/* From <at> of <header> to its end. */
static int v2_tlvs(struct str header, size_t at)
{
	size_t sum = 0;

	while (at < header.n) {
		size_t len, left = header.n - at;

		if (left < TLV_FIXED)
			return -EPROTO;
		len = be16_at(header, at + 1);
		if (len > left - TLV_FIXED)
			return -EPROTO;
		if (byte_at(header, at) == TLV_CRC32C) {
			if (len != 4 || sum)
				return -EPROTO;
			sum = at + TLV_FIXED;
		}
		at += TLV_FIXED + len;
	}
	return sum && !checksum_good(header, sum) ? -EBADMSG : 0;
}

/* What the bytes so far say is possible, if they go on well. */
static int v2_check(struct str in, size_t *ret_whole)
{
	unsigned command, family;
	size_t len;

	if (in.n > 12 && (byte_at(in, 12) >> 4 != 2 || (byte_at(in, 12) & 15) > V2_PROXY))
		return -EPROTO;
	if (in.n > 13 && (byte_at(in, 13) >> 4 > V2_UNIX || (byte_at(in, 13) & 15) > V2_DGRAM))
		return -EPROTO;
	if (in.n < V2_FIXED)
		return 0;
	command = byte_at(in, 12) & 15;
	family = byte_at(in, 13) >> 4;
	len = be16_at(in, 14);
	if (len > PROXY_HEADER_MAX - V2_FIXED)
		return -EMSGSIZE;
	if (command == V2_PROXY && len < v2_addresses[family])
		return -EPROTO;
	*ret_whole = V2_FIXED + len;
	return 0;
}

static struct addr v2_source(struct str header)
{
	unsigned family = byte_at(header, 13) >> 4, transport = byte_at(header, 13) & 15;
	const char *p = header.p + V2_FIXED;

	if (transport == V2_STREAM && family == V2_INET)
		return addr_ip4(p, be16_at(header, V2_FIXED + 8));
	if (transport == V2_STREAM && family == V2_INET6)
		return addr_ip6(p, be16_at(header, V2_FIXED + 32));
	return (struct addr){0};
}

static int v2_parse(struct str in, struct proxy_header *ret)
{
	struct proxy_header h = {.version = 2};
	size_t whole = 0;
	int rc = v2_check(in, &whole);

	if (rc < 0 || !whole || in.n < whole)
		return rc;
	in = str_take(in, whole);
	/* Of LOCAL, and without a family, the rest means nothing (§2.2). */
	if ((byte_at(in, 12) & 15) == V2_PROXY && byte_at(in, 13) >> 4 != V2_UNSPEC) {
		rc = v2_tlvs(in, V2_FIXED + v2_addresses[byte_at(in, 13) >> 4]);
		if (rc < 0)
			return rc;
		h.source = v2_source(in);
	}
	*ret = h;
	return (int)whole;
}

int proxy_header_parse(struct str in, struct proxy_header *ret_header)
{
	if (!in.n)
		return 0;
	if (may_begin(in, v2_signature))
		return in.n < v2_signature.n ? 0 : v2_parse(in, ret_header);
	if (may_begin(in, v1_signature))
		return in.n < v1_signature.n ? 0 : v1_parse(in, ret_header);
	return -EPROTO;
}
