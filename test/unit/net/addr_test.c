/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>

#include "net/addr.h"

static void round_trip(void **state)
{
	static const char *const good[] = {"1.2.3.4:80", "0.0.0.0:0", "[::]:8080",
		"[2001:db8::1]:443", "255.255.255.255:65535"};
	char text[ADDR_TEXT];
	struct addr a;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_int_equal(addr_parse(str_from(good[i]), &a), 0);
		assert_string_equal(addr_format(&a, text), good[i]);
	}
	assert_string_equal(addr_format(&(struct addr){0}, text), "-");
}

static void refused(void **state)
{
	static const char *const bad[] = {"", ":", ":80", "1.2.3.4", "1.2.3.4:", "1.2.3.4:x",
		"::1:80", "[::1]80", "[::1", "[1.2.3.4]:80", "1.2.3:80", "1.2.3.4:-1", "a.b:80",
		"[::g]:1", "[]:1", "01.2.3.4:80", "1.2.3.4 :80"};
	struct addr a = {.len = 7};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (addr_parse(str_from(bad[i]), &a) != -EINVAL)
			fail_msg("\"%s\" is taken", bad[i]);
	}
	assert_int_equal(addr_parse(STR("1.2.3.4:65536"), &a), -ERANGE);
	assert_int_equal(addr_parse_ip(STR("1.2.3.4\0x"), 1, &a), -EINVAL);
	assert_int_equal(a.len, 7); /* untouched */
}

static void mapped_is_ipv4(void **state)
{
	struct addr a, b;

	(void)state;
	assert_int_equal(addr_parse(STR("[::ffff:10.1.2.3]:99"), &a), 0);
	assert_int_equal(addr_parse(STR("10.1.2.3:99"), &b), 0);
	assert_true(addr_eq(&a, &b));
	assert_true(addr_hash(&a) == addr_hash(&b));
	addr_set_port(&b, 100);
	assert_int_equal(addr_port(&b), 100);
	assert_false(addr_eq(&a, &b));
}

static void kinds(void **state)
{
	static const struct {
		const char *ip;
		bool loopback, link_local, any;
	} rows[] = {
		{"127.0.0.1", true, false, false},
		{"127.255.0.9", true, false, false},
		{"::1", true, false, false},
		{"::ffff:127.0.0.1", true, false, false},
		{"169.254.169.254", false, true, false},
		{"fe80::1", false, true, false},
		{"0.0.0.0", false, false, true},
		{"::", false, false, true},
		{"10.0.0.1", false, false, false},
		{"2001:db8::1", false, false, false},
	};
	struct addr a;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(addr_parse_ip(str_from(rows[i].ip), 1, &a), 0);
		assert_int_equal(addr_is_loopback(&a), rows[i].loopback);
		assert_int_equal(addr_is_link_local(&a), rows[i].link_local);
		assert_int_equal(addr_is_any(&a), rows[i].any);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(refused),
		cmocka_unit_test(mapped_is_ipv4),
		cmocka_unit_test(kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
