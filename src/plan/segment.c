/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/segment.h"

#include <arpa/inet.h>
#include <errno.h>

#include "base/buf.h"
#include "base/put.h"
#include "base/hash.h"
#include "base/mem.h"

void plan_segment_begin(struct plan_segment *seg, const struct arena *a)
{
	*seg = (struct plan_segment){.refs = 1, .arena = MEM_NEW(struct arena)};
	*seg->arena = *a;
}

void plan_segment_freeze(struct plan_segment *seg)
{
	if (!seg->arena)
		return;
	seg->bytes = (uint32_t)MIN(seg->arena->total, UINT32_MAX);
	seg->blocks = seg->arena->blocks;
	mem_free(seg->arena);
	seg->arena = NULL;
}

void plan_segment_fini(struct plan_segment *seg)
{
	struct arena a;

	plan_segment_freeze(seg);
	a = (struct arena){.blocks = seg->blocks};
	arena_fini(&a);
}

uint64_t plan_id(struct str name)
{
	return hash_str(name);
}

int plan_addr_parse(struct str ip, uint16_t port, struct plan_addr *ret_addr)
{
	struct plan_addr a = {.port = port};
	char text[INET6_ADDRSTRLEN];

	if (ip.n >= sizeof(text) || (ip.n && memchr(ip.p, '\0', ip.n)))
		return -EINVAL;
	memcpy(text, ip.n ? ip.p : "", ip.n);
	text[ip.n] = '\0';
	if (inet_pton(AF_INET, text, a.ip) == 1)
		a.family = 4;
	else if (inet_pton(AF_INET6, text, a.ip) == 1)
		a.family = 6;
	else
		return -EINVAL;
	*ret_addr = a;
	return 0;
}

static const char *addr_text(const struct plan_addr *a, char out[INET6_ADDRSTRLEN])
{
	if (a->family)
		inet_ntop(a->family == 4 ? AF_INET : AF_INET6, a->ip, out, INET6_ADDRSTRLEN);
	return a->family ? out : "none";
}

/* The access log asks once a request: no printf where it is IPv4. */
static char *put_ip4(char *p, const uint8_t ip[4])
{
	for (int i = 0; i < 4; i++) {
		p = put_u64(p, ip[i]);
		*p++ = '.';
	}
	return p - 1;
}

struct str plan_addr_text(const struct plan_addr *a, char room[static PLAN_ADDR_TEXT])
{
	char text[INET6_ADDRSTRLEN], *p = room;

	if (a->family == 4) {
		p = put_ip4(p, a->ip);
	} else {
		*p = '[';
		p += a->family == 6;
		p = put_str(p, str_from(addr_text(a, text)));
		*p = ']';
		p += a->family == 6;
	}
	*p++ = ':';
	return str_of(room, (size_t)(put_u64(p, a->port) - room));
}

void plan_addr_print(const struct plan_addr *a, struct buf *out)
{
	char text[PLAN_ADDR_TEXT];

	buf_add(out, plan_addr_text(a, text));
}

void plan_cidr_print(const struct plan_cidr *c, struct buf *out)
{
	char text[INET6_ADDRSTRLEN];

	buf_printf(out, "%s/%u", addr_text(&c->addr, text), c->bits);
}

bool plan_cidr_has(const struct plan_cidr *c, const struct plan_addr *a)
{
	size_t whole = c->bits / 8;
	unsigned rest = c->bits % 8;

	if (c->addr.family != a->family || memcmp(c->addr.ip, a->ip, whole) != 0)
		return false;
	return !rest || ((c->addr.ip[whole] ^ a->ip[whole]) & (0xff00u >> rest & 0xffu)) == 0;
}
