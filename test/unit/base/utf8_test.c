/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"
#include "test.h"

/* The definition, straight: decode by the lead byte, then refuse what RFC 3629 forbids. */
static size_t naive_len(const unsigned char *p, size_t n)
{
	size_t len = p[0] < 0x80       ? 1
		     : p[0] >> 5 == 6  ? 2
		     : p[0] >> 4 == 14 ? 3
		     : p[0] >> 3 == 30 ? 4
				       : 0;
	uint32_t c = len == 1 ? p[0] : len == 2 ? p[0] & 0x1f : len == 3 ? p[0] & 0xf : p[0] & 7;
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

	if (len == 0 || len > n)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if (p[i] >> 6 != 2)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	return c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : len;
}

static void agrees_with_the_definition(void **state)
{
	unsigned char p[4] = {0};

	(void)state;
	for (uint32_t hi = 0; hi < 0x10000; hi++) {
		static const unsigned char tails[] = {0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff};

		p[0] = (unsigned char)(hi >> 8);
		p[1] = (unsigned char)hi;
		for (size_t i = 0; i < sizeof(tails) * sizeof(tails); i++) {
			p[2] = tails[i / sizeof(tails)];
			p[3] = tails[i % sizeof(tails)];
			for (size_t n = 1; n <= 4; n++)
				assert_int_equal(utf8_len(str_of(p, n)), naive_len(p, n));
		}
	}
	assert_int_equal(utf8_len(STR("")), 0);
}

static void every_code_point_is_put_and_read(void **state)
{
	char out[UTF8_MAX];

	(void)state;
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		size_t n;

		if (c >= 0xd800 && c < 0xe000)
			continue;
		n = utf8_put(out, c);
		assert_int_equal(utf8_len(str_of(out, n)), n);
	}
	assert_str(str_of(out, utf8_put(out, 0x20ac)), "\xe2\x82\xac");
}

static void the_first_bad_byte_is_found_anywhere(void **state)
{
	char text[40];

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_int_equal(utf8_valid(str_of(text, sizeof(text))), sizeof(text));
	for (size_t i = 0; i < sizeof(text); i++) {
		text[i] = (char)0xe9;
		assert_int_equal(utf8_valid(str_of(text, sizeof(text))), i);
		text[i] = 'a';
	}
	assert_int_equal(utf8_valid(STR("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3")), 8);
	assert_int_equal(utf8_valid(STR("")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_definition),
		cmocka_unit_test(every_code_point_is_put_and_read),
		cmocka_unit_test(the_first_bad_byte_is_found_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
