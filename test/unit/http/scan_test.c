/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <ctype.h>

#include "base/rand.h"
#include "http/name.h"
#include "http/scan_priv.h"

/* The classes once more, from the grammar's own words. */
static bool in_class(unsigned c, unsigned class)
{
	bool alnum = c < 0x80 && isalnum((int)c);

	switch (class) {
	case SCAN_TOKEN:
		return alnum || (c && c < 0x80 && strchr("!#$%&'*+-.^_`|~", (int)c));
	case SCAN_VALUE:
		return c == '\t' || (c >= ' ' && c != 0x7f);
	case SCAN_TARGET:
		return c > ' ' && c < 0x7f && c != '#';
	case SCAN_LABEL:
		return alnum || c == '-' || c == '_';
	case SCAN_HEX:
		return c < 0x80 && isxdigit((int)c);
	case SCAN_QDTEXT:
		return c == '\t' || (c >= ' ' && c != '"' && c != '\\' && c != 0x7f);
	default:
		return false;
	}
}

static void test_classes(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++)
		for (unsigned class = SCAN_TOKEN; class <= SCAN_QDTEXT; class *= 2)
			assert_int_equal(scan_is((char)c, class), in_class(c, class));
}

static const char *scan(unsigned class, const char *p, const char *end, const char *floor)
{
	bool odd = false;

	switch (class) {
	case SCAN_TOKEN:
		return scan_token(p, end, &odd);
	case SCAN_VALUE:
		return scan_value(p, end, floor);
	default:
		return scan_target(p, end, floor);
	}
}

static void blocks_are_plain(unsigned class, const char *text, size_t n)
{
	for (size_t from = 0; from <= 5; from += 5) {
		const char *want = scan_plain(text + from, text + n, class);

		assert_ptr_equal(scan(class, text + from, text + n, text), want);
		assert_ptr_equal(scan(class, text + from, text + n, text + from), want);
	}
}

/* Each byte value at each place of texts of each length: blocks and tails say the same as the
 * table. */
static void test_blocks_against_table(void **state)
{
	static const unsigned classes[] = {SCAN_TOKEN, SCAN_VALUE, SCAN_TARGET};
	char text[40];

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(classes); k++) {
		for (unsigned c = 0; c < 256; c++) {
			for (size_t at = 0; at < sizeof(text); at++) {
				memset(text, 'x', sizeof(text));
				text[at] = (char)c;
				for (size_t n = MAX(at, 5); n <= sizeof(text); n++)
					blocks_are_plain(classes[k], text, n);
			}
		}
	}
}

static void test_odd_names(void **state)
{
	static const char text[] = "a-name-without-0123456789:";
	static const char under[] = "a-name_without-0123456789:";
	bool odd = false;

	(void)state;
	assert_int_equal(*scan_token(under, under + 26, &odd), ':');
	assert_true(odd);
	odd = false;
	assert_ptr_equal(scan_token(text, text + 16, &odd), text + 16);
	assert_false(odd);
}

static void flip(char *text, size_t n, struct rand *r)
{
	for (size_t i = 0; i < n; i++)
		if (isalpha((unsigned char)text[i]) && rand_below(r, 2))
			text[i] = (char)(text[i] ^ 0x20);
}

/* Every known name in any case is found; with any one byte changed to anything else it is not. */
static void test_names(void **state)
{
	struct rand r;

	(void)state;
	rand_init(&r, 1);
	for (unsigned id = 1; id < HTTP_ID_COUNT; id++) {
		struct str name = http_id_name((enum http_id)id);
		char text[64];

		memcpy(text, name.p, name.n);
		flip(text, name.n, &r);
		assert_int_equal(http_name_id(str_of(text, name.n)), id);
		assert_int_equal(http_name_id(str_take(name, name.n - 1)), HTTP_OTHER);
		for (size_t i = 0; i < name.n; i++) {
			char was = text[i];

			for (unsigned c = 0; c < 256; c++) {
				text[i] = (char)c;
				if (ascii_lower((char)c) != ascii_lower(was))
					assert_int_not_equal(
						http_name_id(str_of(text, name.n)), id);
			}
			text[i] = was;
		}
	}
	assert_int_equal(http_name_id(STR("")), HTTP_OTHER);
	assert_int_equal(http_name_id(STR("x")), HTTP_OTHER);
	assert_int_equal(
		http_name_id(STR("x-a-name-that-is-longer-than-any-known-name")), HTTP_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_blocks_against_table),
		cmocka_unit_test(test_odd_names),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
