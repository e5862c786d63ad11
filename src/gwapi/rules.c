/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>

#include "gwapi/rules_priv.h"

bool dfa_match(const struct dfa *d, struct str s)
{
	unsigned state = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c & 0xc0) == 0x80)
			continue; /* inside a character */
		state = d->next[state * d->n_classes + d->classes[MIN(c, 128)]];
	}
	return d->accept[state];
}

size_t rule_size(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

bool rule_contains(struct str s, struct str part)
{
	return part.n == 0 || (s.n && memmem(s.p, s.n, part.p, part.n));
}

struct str rule_first_part(struct str s, char sep)
{
	return str_take(s, str_find(s, sep));
}

bool rule_is_ip(struct str s)
{
	char text[INET6_ADDRSTRLEN + 1];
	unsigned char addr[16];

	if (s.n >= sizeof(text) || memchr(s.n ? s.p : "", 0, s.n))
		return false;
	memcpy(text, s.n ? s.p : "", s.n);
	text[s.n] = 0;
	if (inet_pton(AF_INET, text, addr) == 1)
		return true;
	/* Kubernetes does not take an IPv4 address in IPv6's clothes. */
	return inet_pton(AF_INET6, text, addr) == 1 &&
	       memcmp(addr, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) != 0;
}
