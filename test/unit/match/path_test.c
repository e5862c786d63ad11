/* SPDX-License-Identifier: Apache-2.0 */
#include "match/path.h"

#include <errno.h>

#include "base/rand.h"
#include "match/regex.h"
#include "match/router.h"
#include "test.h"

static void check_path(const char *raw, const char *want, bool dots)
{
	struct path_norm norm;
	char scratch[256];

	if (!want) {
		assert_int_equal(path_normalise(str_from(raw), scratch, &norm), -EINVAL);
		return;
	}
	assert_int_equal(path_normalise(str_from(raw), scratch, &norm), 0);
	assert_str(norm.path, want);
	assert_int_equal(norm.had_dots, dots);
	assert_int_equal(norm.changed, strcmp(raw, want) != 0);
}

static void test_paths_have_one_form(void **state)
{
	(void)state;
	check_path("/", "/", false);
	check_path("/a/b", "/a/b", false);
	check_path("/a%62", "/ab", false);
	check_path("/%7euser/%2D", "/~user/-", false);
	/* Kept: case, empty segments, trailing slash, parameters, escapes of reserved bytes. */
	check_path("//admin", "//admin", false);
	check_path("/admin/", "/admin/", false);
	check_path("/ADMIN", "/ADMIN", false);
	check_path("/a;x=1/b", "/a;x=1/b", false);
	check_path("/a%2fb", "/a%2Fb", false);
	check_path("/a%5cb", "/a%5Cb", false);
	check_path("/a%3fb%23c", "/a%3Fb%23c", false);
	check_path("/caf%c3%a9", "/caf%C3%A9", false);
	/* Nothing is decoded twice. */
	check_path("/a%252fb", "/a%252fb", false);
	check_path("/%252e%252e/a", "/%252e%252e/a", false);
	/* A leading dot of a name, and three dots, are no dot segment. */
	check_path("/.well-known/x", "/.well-known/x", false);
	check_path("/.../..a/a..", "/.../..a/a..", false);
}

static void test_dot_segments_go(void **state)
{
	(void)state;
	check_path("/public/../admin", "/admin", true);
	check_path("/public/%2e%2e/admin", "/admin", true);
	check_path("/public/.%2E/admin", "/admin", true);
	check_path("/./admin", "/admin", true);
	check_path("/a/.", "/a/", true);
	check_path("/a/..", "/", true);
	check_path("/a/b/..", "/a/", true);
	check_path("/..", "/", true);
	check_path("/../../a", "/a", true);
	check_path("/a//../b", "/a/b", true);
	check_path("/a/./b/../c", "/a/c", true);
	check_path("/.", "/", true);
	check_path("/./", "/", true);
	check_path("/a/..%2fb", "/a/..%2Fb", false);
	check_path("/a/..;/b", "/a/..;/b", false);
}

static void test_bad_paths_are_refused(void **state)
{
	static const char *const bad[] = {"", "a", "*", "/a\\b", "/a%00b", "/a%zz", "/%u0041",
		"/a%", "/a%4", "/a b", "/a\tb", "/a\x7f", "/a\x01", "/caf\xc3\xa9", "/a?b", "/a#b"};
	struct path_norm norm;
	char scratch[8];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		check_path(bad[i], NULL, false);
	assert_int_equal(path_normalise(str_of("/a\0b", 4), scratch, &norm), -EINVAL);
}

/* What comes out goes through unchanged, holds no dot segment and is never longer. */
static void test_normal_is_a_fixed_point(void **state)
{
	static const char *const pieces[] = {"/", ".", "..", "%2e", "%2F", "a", "%61", "%3b", ";"};
	struct rand r;

	(void)state;
	rand_init(&r, 7);
	for (int round = 0; round < 100000; round++) {
		char raw[128] = "/";
		char one[128], two[128];
		struct path_norm n1, n2;

		for (uint32_t i = rand_below(&r, 12); i > 0; i--)
			strcat(raw, pieces[rand_below(&r, ARRAY_LEN(pieces))]);
		assert_int_equal(path_normalise(str_from(raw), one, &n1), 0);
		assert_true(n1.path.n <= strlen(raw));
		assert_int_equal(path_normalise(n1.path, two, &n2), 0);
		assert_false(n2.changed);
		assert_false(n2.had_dots);
	}
}

static void check_host(const char *in, const char *want)
{
	struct str key;
	char scratch[HOST_KEY_MAX];

	if (!want) {
		assert_int_equal(host_key(str_from(in), scratch, &key), -EINVAL);
		return;
	}
	assert_int_equal(host_key(str_from(in), scratch, &key), 0);
	assert_str(key, want);
}

static void test_host_keys(void **state)
{
	char longest[300];

	(void)state;
	check_host("", "");
	check_host("Example.COM", "example.com");
	check_host("example.com:8080", "example.com");
	check_host("example.com.", "example.com");
	check_host("example.com.:80", "example.com");
	check_host("example.com:", "example.com");
	check_host("a_b.example", "a_b.example");
	check_host("127.0.0.1:1", "127.0.0.1");
	check_host("[::1]:8080", "[::1]");
	check_host("[FE80::A]", "[fe80::a]");
	check_host("a:65536", NULL);
	check_host("a:b", NULL);
	check_host("a:1:2", NULL);
	check_host("a..b", NULL);
	check_host(".a", NULL);
	check_host(".", NULL);
	check_host("a..", NULL);
	check_host("u@a", NULL);
	check_host("a b", NULL);
	check_host("a/b", NULL);
	check_host("a%41", NULL);
	check_host("*.a", NULL);
	check_host("[::1", NULL);
	check_host("[::1]x", NULL);
	check_host("[]", NULL);
	check_host("[a/b]", NULL);
	memset(longest, 'a', sizeof(longest));
	for (size_t i = 50; i < 253; i += 51)
		longest[i] = '.';
	longest[253] = '\0';
	check_host(longest, longest);
	longest[253] = 'a';
	longest[254] = '\0';
	check_host(longest, NULL);
}

/* The table in the comment of HTTPPathModifier.replacePrefixMatch. */
static void test_replace_prefix(void **state)
{
	static const struct {
		const char *path, *prefix, *replace, *want;
	} t[] = {
		{"/foo/bar", "/foo", "/xyz", "/xyz/bar"},
		{"/foo/bar", "/foo", "/xyz/", "/xyz/bar"},
		{"/foo/bar", "/foo/", "/xyz", "/xyz/bar"},
		{"/foo/bar", "/foo/", "/xyz/", "/xyz/bar"},
		{"/foo", "/foo", "/xyz", "/xyz"},
		{"/foo/", "/foo", "/xyz", "/xyz/"},
		{"/foo/bar", "/foo", "", "/bar"},
		{"/foo/", "/foo", "", "/"},
		{"/foo", "/foo", "", "/"},
		{"/foo/", "/foo", "/", "/"},
		{"/foo", "/foo", "/", "/"},
		{"/foo/bar", "/", "/xyz", "/xyz/foo/bar"},
		{"/", "/", "/xyz", "/xyz/"},
		{"/f%6fo/bar", "/foo", "/xyz", "/xyz/bar"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct match m = {0};
		struct match by = {0};
		char out[64];

		match_set_path(&m, MATCH_PATH_PREFIX, str_from(t[i].prefix));
		match_set_path(&by, MATCH_PATH_PREFIX, str_from(t[i].replace));
		assert_str(str_of(out,
				   path_replace_prefix(str_from(t[i].path), m.depth, by.path, out)),
			t[i].want);
	}
}

static void check_query(const char *query, const char *name, const char *want)
{
	struct str value;
	char scratch[128];

	assert_true(strlen(query) <= sizeof(scratch));
	if (!query_first(str_from(query), str_from(name), scratch, &value)) {
		assert_null(want);
		return;
	}
	assert_non_null(want);
	assert_str(value, want);
}

static void test_query_first_wins(void **state)
{
	(void)state;
	check_query("a=1&a=2", "a", "1");
	check_query("b=0&a=1", "a", "1");
	check_query("a", "a", "");
	check_query("a=", "a", "");
	check_query("%61=1", "a", "1");
	check_query("a=b=c", "a", "b=c");
	check_query("a=x+y%20z%2B", "a", "x y z+");
	check_query("a=%zz%4", "a", "%zz%4");
	check_query("&&a=1&&", "a", "1");
	check_query("=1", "a", NULL);
	check_query("=1", "", "1");
	check_query("A=1", "a", NULL);
	check_query("", "a", NULL);
	check_query("ab=1&a%3D=2", "a=", "2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths_have_one_form),
		cmocka_unit_test(test_dot_segments_go),
		cmocka_unit_test(test_bad_paths_are_refused),
		cmocka_unit_test(test_normal_is_a_fixed_point),
		cmocka_unit_test(test_host_keys),
		cmocka_unit_test(test_replace_prefix),
		cmocka_unit_test(test_query_first_wins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
