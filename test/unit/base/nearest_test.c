/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/nearest.h"

static void distance_counts_slips(void **state)
{
	(void)state;
	assert_int_equal(nearest_distance(STR("rules"), STR("rules")), 0);
	assert_int_equal(nearest_distance(STR("rule"), STR("Rules")), 1);
	assert_int_equal(nearest_distance(STR("ruels"), STR("rules")), 1);
	assert_int_equal(nearest_distance(STR("backendRef"), STR("backendRefs")), 1);
	assert_int_equal(nearest_distance(STR(""), STR("abc")), 3);
	assert_int_equal(nearest_distance(STR("kitten"), STR("sitting")), 3);
}

static struct str word_nth(const void *of, size_t i)
{
	return str_from(((const char *const *)of)[i]);
}

static void the_nearest_is_found_if_it_is_near(void **state)
{
	static const char *const words[] = {
		"serve", "check", "status", "", "explain", "log-format"};
	static const struct {
		const char *said, *meant;
	} rows[] = {{"chekc", "check"}, {"Check", "check"}, {"explian", "explain"},
		{"sevre", "serve"}, {"format", "log-format"}, {"help", NULL}, {"x", NULL},
		{"", NULL}, {"stop", NULL}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str found =
			nearest_name(str_from(rows[i].said), word_nth, words, ARRAY_LEN(words));

		if (!rows[i].meant)
			assert_null(found.p);
		else
			assert_true(str_eq(found, str_from(rows[i].meant)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distance_counts_slips),
		cmocka_unit_test(the_nearest_is_found_if_it_is_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
