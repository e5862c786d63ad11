/* SPDX-License-Identifier: Apache-2.0 */
#include "base/escape.h"
#include "test.h"

static void json_is_one_line_of_utf8(void **state)
{
	struct buf out = {0};

	(void)state;
	escape_json(&out, str_of("\"\\\b\f\n\r\t\0\x1f\x7f/\xc3\xa9\xff\xe2\x82", 16));
	assert_str(buf_str(&out), "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\\u007f/\xc3\xa9"
				  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	buf_fini(&out);
}

static void text_is_quoted_where_it_must(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {{"plain/text:80", "plain/text:80"}, {"", "\"\""}, {"a b", "\"a b\""},
		{"a=b", "\"a=b\""}, {"a\"b", "\"a\\\"b\""}, {"a\\b", "\"a\\\\b\""},
		{"a\nb", "\"a\\nb\""}, {"\xc3\xa9", "\"\xc3\xa9\""}, {"\xff", "\"\xef\xbf\xbd\""}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out = {0};

		escape_text(&out, str_from(rows[i].in));
		assert_str(buf_str(&out), rows[i].out);
		buf_fini(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_is_one_line_of_utf8),
		cmocka_unit_test(text_is_quoted_where_it_must),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
