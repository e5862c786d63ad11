/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>

#include "http/url.h"

static void good(const char *text, const char *host, unsigned port)
{
	struct url_authority a;

	if (url_authority_parse(str_from(text), &a) < 0)
		fail_msg("%s was refused", text);
	assert_str(a.host, host);
	assert_int_equal(a.port, port);
}

static void test_good_authorities(void **state)
{
	(void)state;
	good("a", "a", 0);
	good("A.b-c_d.example", "A.b-c_d.example", 0);
	good("a.:80", "a", 80);
	good("a:", "a", 0);
	good("a:080", "a", 80);
	good("a:65535", "a", 65535);
	good("127.0.0.1:8080", "127.0.0.1", 8080);
	good("[::1]", "[::1]", 0);
	good("[::1]:443", "[::1]", 443);
	good("[2001:db8::192.0.2.1]", "[2001:db8::192.0.2.1]", 0);
}

static void test_bad_authorities(void **state)
{
	static const struct str bad[] = {{"", 0}, {":80", 3}, {".", 1}, {"..", 2}, {".a", 2},
		{"a..", 3}, {"a..b", 4}, {"a:b", 3}, {"a:1:2", 5}, {"a:65536", 7}, {"a:0", 3},
		{"a:000080", 8}, {"a:-1", 4}, {"a:+1", 4}, {"u@a", 3}, {"a/b", 3}, {"a,b", 3},
		{"a b", 3}, {"a%41", 4}, {"a\0b", 3}, {"\xff", 1}, {"[", 1}, {"[]", 2}, {"[::1", 4},
		{"::1", 3}, {"[::1]x", 6}, {"[::1]:x", 7}, {"[v1.a]", 6}, {"[::1%1]", 7},
		{"[::1\0]", 6}, {"[1.2.3.4]", 9}, {"[::1]]", 6}};
	static char long_host[URL_HOST_MAX + 1];
	struct url_authority a = {.port = 7};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (url_authority_parse(bad[i], &a) != -EINVAL)
			fail_msg("%.*s was accepted", STR_ARG(bad[i]));
	memset(long_host, 'a', sizeof(long_host));
	assert_int_equal(url_authority_parse(str_of(long_host, sizeof(long_host)), &a), -EINVAL);
	assert_int_equal(a.port, 7);
	assert_int_equal(url_authority_parse(str_of(long_host, URL_HOST_MAX), &a), 0);
}

static void target(const char *text, enum url_form form, const char *authority, const char *path,
	const char *query)
{
	struct url_target t;

	if (url_target_parse(str_from(text), &t) < 0)
		fail_msg("%s was refused", text);
	assert_int_equal(t.form, form);
	assert_str(t.authority, authority);
	assert_str(t.path, path);
	assert_int_equal(t.has_query, query != NULL);
	assert_str(t.query, query ? query : "");
}

static void test_good_targets(void **state)
{
	(void)state;
	target("/", URL_ORIGIN, "", "/", NULL);
	target("//a", URL_ORIGIN, "", "//a", NULL);
	target("/a?b?c", URL_ORIGIN, "", "/a", "b?c");
	target("/a?", URL_ORIGIN, "", "/a", "");
	target("/http://b/", URL_ORIGIN, "", "/http://b/", NULL);
	target("*", URL_ASTERISK, "", "*", NULL);
	target("http://b", URL_ABSOLUTE, "b", "", NULL);
	target("hTTp://b:80/x?y", URL_ABSOLUTE, "b:80", "/x", "y");
	target("https://[::1]?y/z", URL_ABSOLUTE, "[::1]", "", "y/z");
	target("b:443", URL_AUTHORITY, "b:443", "", NULL);
}

static void test_scheme(void **state)
{
	struct url_target t;

	(void)state;
	assert_int_equal(url_target_parse(STR("HTTPS://b/"), &t), 0);
	assert_true(t.https);
	assert_int_equal(url_target_parse(STR("http://b/"), &t), 0);
	assert_false(t.https);
}

static void test_bad_targets(void **state)
{
	static const char *const bad[] = {"", "?", "?x", "**", "*?", "http:/", "http://",
		"http:///x", "http://?x", "http://u@b/", "http://u:p@b/", "ftp://b/", "ws://b/",
		"httpx://b/", "a/b", "@a/", "a@b"};
	struct url_target t;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (url_target_parse(str_from(bad[i]), &t) != -EINVAL)
			fail_msg("%s was accepted", bad[i]);
}

static void test_lower(void **state)
{
	char out[URL_HOST_ROOM];

	(void)state;
	assert_str(url_host_lower(STR("A-b.C9"), out), "a-b.c9");
}

static void test_target_bytes(void **state)
{
	(void)state;
	assert_true(url_target_bytes(STR("")));
	assert_true(url_target_bytes(STR("/a%zz?[]|\"<>\\^`{}")));
	assert_false(url_target_bytes(STR("/a b")));
	assert_false(url_target_bytes(STR("/a#b")));
	assert_false(url_target_bytes(STR("/a\r\n")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_authorities),
		cmocka_unit_test(test_bad_authorities),
		cmocka_unit_test(test_good_targets),
		cmocka_unit_test(test_scheme),
		cmocka_unit_test(test_bad_targets),
		cmocka_unit_test(test_lower),
		cmocka_unit_test(test_target_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
