/* SPDX-License-Identifier: Apache-2.0 */
/* The PROXY header: what is taken, what is refused and why, whole and cut at every byte. */
#include "test.h"

#include <errno.h>

#include "base/buf.h"
#include "net/proxy_header.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define V4 "\xcb\x00\x71\x07\xc6\x33\x64\x01\xc8\x22\x01\xbb" /* 203.0.113.7:51234 → :443 */
#define V6                                           \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07" \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01" \
	"\xc8\x22\x01\xbb"
#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define NUL54 /* half a UNIX address */                          \
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" \
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

struct good {
	const char *what;
	struct str header;
	const char *source; /* "-": the connection's own */
};

static int parse(struct str in, struct proxy_header *h)
{
	*h = (struct proxy_header){0};
	return proxy_header_parse(in, h);
}

/* Of each beginning nothing is certain; the whole is the header, whatever follows. */
static void check_good(const struct good *g)
{
	struct buf with = {0};
	char text[ADDR_TEXT];
	struct proxy_header h;

	for (size_t n = 0; n < g->header.n; n++)
		if (parse(str_take(g->header, n), &h) != 0 || h.version)
			fail_msg("%s: decided after %zu bytes", g->what, n);
	buf_add(&with, g->header);
	buf_add(&with, STR("GET / HTTP/1.1\r\n"));
	for (size_t n = g->header.n; n <= with.n; n++) {
		int rc = parse(str_take(buf_str(&with), n), &h);

		if (rc != (int)g->header.n)
			fail_msg("%s: %d for %zu bytes", g->what, rc, n);
		assert_string_equal(addr_format(&h.source, text), g->source);
		assert_int_equal(h.version, g->header.p[0] == 'P' ? 1 : 2);
	}
	buf_fini(&with);
}

static void what_is_taken(void **state)
{
	const struct good rows[] = {
		{"IPv4", STR("PROXY TCP4 203.0.113.7 198.51.100.1 51234 443\r\n"),
			"203.0.113.7:51234"},
		{"IPv6", STR("PROXY TCP6 2001:db8::7 2001:DB8::1 51234 443\r\n"),
			"[2001:db8::7]:51234"},
		{"mapped", STR("PROXY TCP6 ::ffff:203.0.113.7 ::1 1 2\r\n"), "203.0.113.7:1"},
		{"ports' ends", STR("PROXY TCP4 255.255.255.255 255.255.255.255 65535 0\r\n"),
			"255.255.255.255:65535"},
		{"unknown", STR("PROXY UNKNOWN\r\n"), "-"},
		{"unknown, the longest line",
			STR("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
			    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
			"-"},
		{"v2 IPv4", STR(SIGNATURE "\x21\x11\0\x0c" V4), "203.0.113.7:51234"},
		{"v2 IPv6", STR(SIGNATURE "\x21\x21\0\x24" V6), "[2001:db8::7]:51234"},
		{"v2 UNIX", STR(SIGNATURE "\x21\x31\0\xd8" NUL54 NUL54 NUL54 NUL54), "-"},
		{"v2 UDP", STR(SIGNATURE "\x21\x12\0\x0c" V4), "-"},
		{"v2 without a transport", STR(SIGNATURE "\x21\x10\0\x0c" V4), "-"},
		{"v2 without a family",
			STR(SIGNATURE "\x21\x00\0\x03"
				      "xyz"),
			"-"},
		{"v2 LOCAL", STR(SIGNATURE "\x20\x00\0\0"), "-"},
		{"v2 LOCAL, its rest ignored", STR(SIGNATURE "\x20\x11\0\x0c" V4), "-"},
		{"v2 LOCAL, a short rest", STR(SIGNATURE "\x20\x21\0\1x"), "-"},
		{"v2 TLVs", STR(SIGNATURE "\x21\x11\0\x1b" V4 "\x01\0\2h2\xea\0\4vpce\x04\0\0"),
			"203.0.113.7:51234"},
		{"v2 checksum",
			STR(SIGNATURE "\x21\x11\0\x18" V4 "\x04\0\2xx"
				      "\x03\0\4\xe7\x3f\x8a\xeb"),
			"203.0.113.7:51234"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_good(&rows[i]);
}

/* Refused with <err> at byte <at>, and at no earlier one. */
static void check_bad(const char *what, struct str in, size_t at, int err)
{
	struct proxy_header h;

	for (size_t n = 0; n <= in.n; n++) {
		int rc = parse(str_take(in, n), &h);

		if (rc != (n < at ? 0 : err) || h.version)
			fail_msg("%s: %d after %zu bytes", what, rc, n);
	}
}

static void what_is_refused_and_when(void **state)
{
	const struct {
		const char *what;
		struct str in;
		size_t at; /* 0: its end */
		int err;
	} rows[] = {
		{"a request", STR("GET / HTTP/1.1\r\n"), 1, -EPROTO},
		{"a request that begins alike", STR("PROPFIND / HTTP/1.1\r\n"), 4, -EPROTO},
		{"a ClientHello", STR("\x16\x03\x01"), 1, -EPROTO},
		{"blank lines", STR("\r\n\r\nGET"), 5, -EPROTO},
		{"family", STR("PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n"), 0, -EPROTO},
		{"no family", STR("PROXY \r\n"), 0, -EPROTO},
		{"LF alone", STR("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n"), 0, -EPROTO},
		{"LF alone, unknown", STR("PROXY UNKNOWN\n"), 0, -EPROTO},
		{"two blanks", STR("PROXY TCP4  1.2.3.4 1.2.3.4 1 2\r\n"), 0, -EPROTO},
		{"a blank at the end", STR("PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n"), 0, -EPROTO},
		{"a field too many", STR("PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n"), 0, -EPROTO},
		{"a field too few", STR("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n"), 0, -EPROTO},
		{"port above", STR("PROXY TCP4 1.2.3.4 1.2.3.4 65536 2\r\n"), 0, -EPROTO},
		{"port with a zero", STR("PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n"), 0, -EPROTO},
		{"port's sign", STR("PROXY TCP4 1.2.3.4 1.2.3.4 +1 2\r\n"), 0, -EPROTO},
		{"octal address", STR("PROXY TCP4 01.2.3.4 1.2.3.4 1 2\r\n"), 0, -EPROTO},
		{"IPv6 as TCP4", STR("PROXY TCP4 ::1 ::1 1 2\r\n"), 0, -EPROTO},
		{"IPv4 as TCP6", STR("PROXY TCP6 1.2.3.4 ::1 1 2\r\n"), 0, -EPROTO},
		{"IPv4 as its destination", STR("PROXY TCP6 ::1 1.2.3.4 1 2\r\n"), 0, -EPROTO},
		{"brackets", STR("PROXY TCP6 [::1] ::1 1 2\r\n"), 0, -EPROTO},
		{"a zone", STR("PROXY TCP6 fe80::1%lo ::1 1 2\r\n"), 0, -EPROTO},
		{"NUL", STR("PROXY TCP4 1.2.3.4\0 1.2.3.4 1 2\r\n"), 0, -EPROTO},
		{"lower case", STR("PROXY tcp4 1.2.3.4 1.2.3.4 1 2\r\n"), 0, -EPROTO},
		{"a line without an end", STR("PROXY UNKNOWN " HEX64 HEX64 "\r\n"), 107, -EMSGSIZE},
		{"v2 version", STR(SIGNATURE "\x31\x11\0\x0c" V4), 13, -EPROTO},
		{"v2 command", STR(SIGNATURE "\x22\x11\0\x0c" V4), 13, -EPROTO},
		{"v2 family", STR(SIGNATURE "\x21\x41\0\x0c" V4), 14, -EPROTO},
		{"v2 transport", STR(SIGNATURE "\x21\x13\0\x0c" V4), 14, -EPROTO},
		{"v2 signature", STR("\r\n\r\n\0\r\nQUIT\r"), 0, -EPROTO},
		{"v2 addresses cut short", STR(SIGNATURE "\x21\x21\0\x0c" V4), 16, -EPROTO},
		{"v2 length", STR(SIGNATURE "\x21\x11\xff\xff" V4), 16, -EMSGSIZE},
		{"v2 one too long", STR(SIGNATURE "\x20\x00\x0f\xf1"), 0, -EMSGSIZE},
		{"v2 TLV beyond the end", STR(SIGNATURE "\x21\x11\0\x10" V4 "\x01\0\2h"), 0,
			-EPROTO},
		{"v2 half a TLV", STR(SIGNATURE "\x21\x11\0\x0e" V4 "\x01\0"), 0, -EPROTO},
		{"v2 checksum of 3 bytes", STR(SIGNATURE "\x21\x11\0\x12" V4 "\x03\0\3xxx"), 0,
			-EPROTO},
		{"v2 checksum wrong", STR(SIGNATURE "\x21\x11\0\x13" V4 "\x03\0\4xxxx"), 0,
			-EBADMSG},
		{"v2 two checksums", STR(SIGNATURE "\x21\x11\0\x1a" V4 "\x03\0\4xxxx\x03\0\4xxxx"),
			0, -EPROTO},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_bad(rows[i].what, rows[i].in, rows[i].at ? rows[i].at : rows[i].in.n,
			rows[i].err);
}

/* The most that is taken is taken: 4,096 bytes, nearly all in one TLV. */
static void the_largest(void **state)
{
	struct buf b = {0};
	struct proxy_header h;

	(void)state;
	buf_add(&b, STR(SIGNATURE "\x21\x11\x0f\xf0" V4 "\x04\x0f\xe1"));
	while (b.n < PROXY_HEADER_MAX)
		buf_addc(&b, 'x');
	assert_int_equal(parse(str_take(buf_str(&b), b.n - 1), &h), 0);
	assert_int_equal(parse(buf_str(&b), &h), PROXY_HEADER_MAX);
	buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_taken),
		cmocka_unit_test(what_is_refused_and_when),
		cmocka_unit_test(the_largest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
