/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

static bool tail(struct str s, size_t at)
{
	return at < s.n && ((unsigned char)s.p[at] & 0xc0) == 0x80;
}

/* The second byte's range closes what the first leaves open: RFC 3629 section 4. */
static bool second_fits(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0;
	case 0xed:
		return second <= 0x9f;
	case 0xf0:
		return second >= 0x90;
	case 0xf4:
		return second <= 0x8f;
	default:
		return true;
	}
}

size_t utf8_len(struct str s)
{
	unsigned char first;

	if (s.n == 0)
		return 0;
	first = (unsigned char)s.p[0];
	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4 || !tail(s, 1))
		return 0;
	if (!second_fits(first, (unsigned char)s.p[1]))
		return 0;
	if (first < 0xe0)
		return 2;
	if (!tail(s, 2))
		return 0;
	if (first < 0xf0)
		return 3;
	return tail(s, 3) ? 4 : 0;
}

size_t utf8_valid(struct str s)
{
	size_t at = 0, n;

	while (at < s.n) {
		uint64_t word;

		/* Most text is ASCII: eight bytes a step. */
		if (s.n - at >= sizeof(word)) {
			memcpy(&word, s.p + at, sizeof(word));
			if ((word & 0x8080808080808080u) == 0) {
				at += sizeof(word);
				continue;
			}
		}
		n = utf8_len(str_skip(s, at));
		if (n == 0)
			break;
		at += n;
	}
	return at;
}

size_t utf8_put(char out[static UTF8_MAX], uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	AN(c <= 0x10ffff);
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}
