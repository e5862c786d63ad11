/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>

#include "gwapi/decode_priv.h"
#include "gwapi/names.h"
#include "gwapi/rules_gen.h"

static void names_are_those_of_kubernetes(void **state)
{
	char long_label[65];

	(void)state;
	memset(long_label, 'a', sizeof(long_label));
	assert_true(name_is_label(str_of(long_label, 63)));
	assert_false(name_is_label(str_of(long_label, 64)));
	assert_true(name_is_subdomain(str_of(long_label, 64)));
	assert_true(name_is_subdomain(STR("a.b-c.d1")));
	assert_false(name_is_subdomain(STR("")));
	assert_false(name_is_subdomain(STR("a..b")));
	assert_false(name_is_subdomain(STR("a.b.")));
	assert_false(name_is_subdomain(STR(".a")));
	assert_false(name_is_subdomain(STR("a.-b")));
	assert_false(name_is_subdomain(STR("A")));
	assert_false(name_is_label(STR("a.b")));
	assert_false(name_is_label_1035(STR("1a")));
	assert_true(name_is_label_1035(STR("a1")));
	assert_true(name_is_qualified(STR("a.b/C_d.e-f")));
	assert_false(name_is_qualified(STR("a.b/")));
	assert_false(name_is_qualified(STR("/a")));
	assert_false(name_is_qualified(STR("a/b/c")));
	assert_true(name_is_label_value(STR("")));
	assert_false(name_is_label_value(STR("-")));
}

static void addresses_are_those_of_isip(void **state)
{
	(void)state;
	assert_true(rule_is_ip(STR("10.0.0.1")));
	assert_true(rule_is_ip(STR("2001:db8::1")));
	assert_false(rule_is_ip(STR("10.0.0.01")));
	assert_false(rule_is_ip(STR("::ffff:10.0.0.1")));
	assert_false(rule_is_ip(STR("fe80::1%eth0")));
	assert_false(rule_is_ip(STR("")));
	assert_false(rule_is_ip(STR("10.0.0")));
}

static void times_are_rfc_3339(void **state)
{
	static const char *const bad[] = {"", "2026-01-31", "2026-02-29T00:00:00Z",
		"2026-01-31T24:00:00Z", "2026-01-31T12:00:00", "2026-01-31T12:00:00.Z",
		"2026-13-01T00:00:00Z", "2026-01-31 12:00:00Z", "2026-01-31T12:00:00+1:00"};
	nsec wall;

	(void)state;
	assert_int_equal(decode_time(STR("1970-01-01T00:00:00Z"), &wall), 0);
	assert_true(wall == 0);
	assert_int_equal(decode_time(STR("2024-02-29T12:30:15.25+02:00"), &wall), 0);
	assert_true(wall == SEC(1709202615) + MSEC(250));
	assert_int_equal(decode_time(STR("1969-12-31T23:59:59Z"), &wall), 0);
	assert_true(wall == -SEC(1));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (decode_time(str_from(bad[i]), &wall) != -EINVAL)
			fail_msg("%s is taken", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_those_of_kubernetes),
		cmocka_unit_test(addresses_are_those_of_isip),
		cmocka_unit_test(times_are_rfc_3339),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
