/* SPDX-License-Identifier: Apache-2.0 */
#include "base/escape.h"

#include "base/utf8.h"

static void add_escape(struct buf *out, unsigned char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *at = c ? strchr(from, c) : NULL;

	if (at)
		buf_printf(out, "\\%c", to[at - from]);
	else
		buf_printf(out, "\\u%04x", c);
}

/* Bytes that stand for themselves between JSON quotes. */
static size_t plain_run(struct str s)
{
	size_t n = 0;

	while (n < s.n && (unsigned char)s.p[n] >= 0x20 && (unsigned char)s.p[n] < 0x7f &&
		s.p[n] != '"' && s.p[n] != '\\')
		n++;
	return n;
}

void escape_json(struct buf *out, struct str s)
{
	buf_addc(out, '"');
	while (s.n) {
		size_t n = plain_run(s);

		buf_add(out, str_take(s, n));
		s = str_skip(s, n);
		if (s.n == 0)
			break;
		n = utf8_len(s);
		if (n == 0)
			buf_add(out, STR("\xef\xbf\xbd"));
		else if (n == 1)
			add_escape(out, (unsigned char)s.p[0]);
		else
			buf_add(out, str_take(s, n));
		s = str_skip(s, MAX(n, (size_t)1));
	}
	buf_addc(out, '"');
}

void escape_text(struct buf *out, struct str s)
{
	if (s.n && plain_run(s) == s.n && str_find(s, ' ') == s.n && str_find(s, '=') == s.n)
		buf_add(out, s);
	else
		escape_json(out, s);
}
