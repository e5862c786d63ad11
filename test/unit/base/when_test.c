/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/when.h"

static void times_are_text(void **state)
{
	static const struct {
		nsec wall;
		int digits;
		const char *text;
	} rows[] = {
		{0, 0, "1970-01-01T00:00:00Z"},
		{SEC(1793275200), 0, "2026-10-29T12:00:00Z"},
		{SEC(951782399) + MSEC(7), 3, "2000-02-28T23:59:59.007Z"},
		{SEC(1793275200) + 1999, 6, "2026-10-29T12:00:00.000001Z"},
		{SEC(1793275200) + 999999999, 6, "2026-10-29T12:00:00.999999Z"},
		{SEC(1793275200) + 5, 9, "2026-10-29T12:00:00.000000005Z"},
	};
	char text[WHEN_TEXT];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str got = when_text(rows[i].wall, rows[i].digits, text);

		assert_string_equal(text, rows[i].text);
		assert_int_equal(got.n, strlen(text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(times_are_text)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
