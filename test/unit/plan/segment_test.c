/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/segment.h"

#include <errno.h>

#include "base/buf.h"
#include "plan/dump.h"
#include "plan/publish.h"
#include "plan/settings.h"
#include "test.h"

static void test_addresses_parse_and_print(void **state)
{
	static const char *const good[][2] = {
		{"10.0.0.1", "10.0.0.1:80"},
		{"255.0.99.100", "255.0.99.100:80"},
		{"::1", "[::1]:80"},
		{"2001:DB8:0:0::1", "[2001:db8::1]:80"},
	};
	static const char *const bad[] = {"", "10.0.0", "10.0.0.256", "a.b", "[::1]", "1.2.3.4 "};
	struct plan_addr a;
	struct buf out = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_int_equal(plan_addr_parse(str_from(good[i][0]), 80, &a), 0);
		buf_reset(&out);
		plan_addr_print(&a, &out);
		assert_str(buf_str(&out), good[i][1]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(plan_addr_parse(str_from(bad[i]), 80, &a), -EINVAL);
	buf_fini(&out);
}

static void test_cidr_holds_its_addresses(void **state)
{
	static const struct {
		const char *net;
		uint8_t bits;
		const char *ip;
		bool in;
	} t[] = {
		{"10.0.0.0", 8, "10.255.1.2", true},
		{"10.0.0.0", 8, "11.0.0.1", false},
		{"192.168.16.0", 20, "192.168.31.255", true},
		{"192.168.16.0", 20, "192.168.32.0", false},
		{"0.0.0.0", 0, "1.2.3.4", true},
		{"0.0.0.0", 0, "::1", false},
		{"1.2.3.4", 32, "1.2.3.4", true},
		{"1.2.3.4", 32, "1.2.3.5", false},
		{"fd00::", 9, "fd7f::1", true},
		{"fd00::", 9, "fd80::1", false},
		{"::1", 128, "::1", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct plan_cidr c = {.bits = t[i].bits};
		struct plan_addr a;

		assert_int_equal(plan_addr_parse(str_from(t[i].net), 0, &c.addr), 0);
		assert_int_equal(plan_addr_parse(str_from(t[i].ip), 0, &a), 0);
		assert_int_equal(plan_cidr_has(&c, &a), t[i].in);
	}
}

static void test_settings_defaults_lie_in_their_bounds(void **state)
{
	struct plan_settings s = plan_settings_default();
	const struct plan_setting *idle = plan_setting_find(STR("client.idle-timeout"));

	(void)state;
	for (size_t i = 0; i < plan_setting_count; i++) {
		const struct plan_setting *d = &plan_setting_table[i];

		assert_int_equal(plan_setting_get(&s, d), d->def);
		assert_int_equal(plan_setting_set(&s, d, d->def), 0);
		assert_int_equal(plan_setting_set(&s, d, d->min - 1), -ERANGE);
		assert_int_equal(plan_setting_set(&s, d, d->max + 1), -ERANGE);
		assert_ptr_equal(plan_setting_find(str_from(d->key)), d);
	}
	assert_non_null(idle);
	assert_int_equal(plan_setting_set(&s, idle, SEC(3)), 0);
	assert_true(s.client_idle == SEC(3));
	assert_null(plan_setting_find(STR("client.nothing")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_parse_and_print),
		cmocka_unit_test(test_cidr_holds_its_addresses),
		cmocka_unit_test(test_settings_defaults_lie_in_their_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
