/* SPDX-License-Identifier: Apache-2.0 */
#include "match/regex.c"

#include "base/rand.h"

#include "test.h"

static void check(const char *pattern, const char *subject, enum regex_result want)
{
	struct regex_scratch *s = regex_scratch_new();
	struct regex_error error;
	struct regex *r;

	assert_int_equal(regex_new(str_from(pattern), &r, &error), 0);
	assert_int_equal(regex_match(r, s, str_from(subject)), want);
	regex_free(r);
	regex_scratch_free(s);
}

static void test_both_ends_are_anchored(void **state)
{
	(void)state;
	check("/a", "/a", REGEX_YES);
	check("/a", "/ab", REGEX_NO);
	check("a", "/a", REGEX_NO);
	check("/a|/ab", "/ab", REGEX_YES);
	check("/a|/b", "/b", REGEX_YES);
	check("/a.*", "/a/b", REGEX_YES);
	check("(*ACCEPT)", "x", REGEX_NO);
	check("/a$", "/a\n", REGEX_NO);
	check("", "", REGEX_YES);
	check("", "a", REGEX_NO);
	check(".", "\xc3\xa9", REGEX_NO); /* bytes */
	check("(?i)/AB", "/ab", REGEX_YES);
}

/* The literal prefix is an optimisation: each of these would fail if it were cut wrongly. */
static void test_a_quantifier_may_take_the_last_literal(void **state)
{
	(void)state;
	check("/ab?", "/a", REGEX_YES);
	check("/ab*c", "/ac", REGEX_YES);
	check("/ab{0}c", "/ac", REGEX_YES);
	check("/ab+c", "/abbc", REGEX_YES);
	check("/ab|x", "x", REGEX_YES);
	check("/a\\Qb\\E", "/ab", REGEX_YES);
	check("/v1(/.*)?", "/v1", REGEX_YES);
	check("/v1(/.*)?", "/v1x", REGEX_NO);
	check("/a{", "/a{", REGEX_YES);
	check("a?", "", REGEX_YES);
}

/* The texts looked for before the engine is asked change no answer. */
static void test_shortcuts_agree_with_the_engine(void **state)
{
	static const char *const pieces[] = {"abc", "abc", "ab/c", "cab", "/", "a", "b", "c",
		"[abc]", "[^]a]", "[a\\]b]", "(abc)", "(a|b)", "(?:ab)", "(?i)", "?", "*", "+",
		"{0}", "{2}", "{,2}", "{", "}", "\\d", "\\.", "\\x61", "\\Qa+\\E", "\\", "|", "^",
		"$", ".", "(", ")", "]", "1", "[[:alpha:]bcd]", "#", "\\1", "(?#x)", "+?",
		"((a)b[)])c"};
	static const char *const words[] = {"abc", "/", "a", "b", "c", "1", "ab", ".", "{", "ABC"};
	struct regex_scratch *s = regex_scratch_new();
	struct regex_error error;
	size_t compiled = 0, matched = 0, shortcut = 0;
	struct rand r;

	(void)state;
	rand_init(&r, 11);
	for (int round = 0; round < 60000; round++) {
		char pattern[128] = "";
		struct regex *with;

		for (uint32_t i = 1 + rand_below(&r, 6); i > 0; i--)
			strcat(pattern, pieces[rand_below(&r, ARRAY_LEN(pieces))]);
		if (regex_new(str_from(pattern), &with, &error) < 0)
			continue;
		compiled++;
		shortcut += with->need.n || with->prefix.n;
		for (int k = 0; k < 20; k++) {
			struct regex plain = *with;
			char subject[64] = "";
			enum regex_result want, got;

			for (uint32_t i = rand_below(&r, 7); i > 0; i--)
				strcat(subject, words[rand_below(&r, ARRAY_LEN(words))]);
			plain.prefix = plain.need = (struct str){0};
			want = regex_match(&plain, s, str_from(subject));
			got = regex_match(with, s, str_from(subject));
			if (got != want)
				fail_msg("%s on %s: %d, want %d", pattern, subject, got, want);
			matched += want == REGEX_YES;
		}
		regex_free(with);
	}
	/* The test is worth something only if all three happen often. */
	assert_true(compiled > 10000);
	assert_true(matched > 10000);
	assert_true(shortcut > 5000);
	regex_scratch_free(s);
}

static void test_wrong_patterns_say_where(void **state)
{
	static const struct {
		const char *pattern;
		size_t offset;
	} bad[] = {{"/a(b", 4}, {"/a[", 3}, {"*", 0}, {"/a\\C", 4}, {"(*UTF)x", 6}};
	struct regex_error error;
	struct regex *r = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		error = (struct regex_error){0};
		assert_int_equal(regex_new(str_from(bad[i].pattern), &r, &error), -EINVAL);
		assert_null(r);
		assert_true(error.text[0]);
		assert_in_range(error.offset, 0, strlen(bad[i].pattern));
		if (i < 3)
			assert_int_equal(error.offset, bad[i].offset);
	}
}

static void test_sizes_are_bounded(void **state)
{
	char longest[REGEX_PATTERN_MAX + 1];
	char nested[2 * 200];
	struct regex_error error;
	struct regex *r;

	(void)state;
	memset(longest, 'a', sizeof(longest));
	assert_int_equal(regex_new(str_of(longest, sizeof(longest)), &r, &error), -E2BIG);
	assert_int_equal(regex_new(str_of(longest, REGEX_PATTERN_MAX), &r, &error), 0);
	regex_free(r);
	assert_true(regex_new(STR("(((a{99}){99}){99})"), &r, &error) < 0);
	memset(nested, '(', 200);
	memset(nested + 200, ')', 200);
	assert_int_equal(regex_new(str_of(nested, sizeof(nested)), &r, &error), -EINVAL);
}

static void test_work_is_bounded(void **state)
{
	char subject[32 * 1024];

	(void)state;
	memset(subject, 'a', sizeof(subject));
	subject[sizeof(subject) - 2] = '!';
	subject[sizeof(subject) - 1] = '\0';
	check("(a+)+$", subject, REGEX_LIMIT);
	check("(a|a)*b", subject, REGEX_LIMIT);
	check("(?:a|b)*c|(\\w+\\s?)*$", subject, REGEX_LIMIT);
	check("a*!", subject, REGEX_YES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ends_are_anchored),
		cmocka_unit_test(test_a_quantifier_may_take_the_last_literal),
		cmocka_unit_test(test_shortcuts_agree_with_the_engine),
		cmocka_unit_test(test_wrong_patterns_say_where),
		cmocka_unit_test(test_sizes_are_bounded),
		cmocka_unit_test(test_work_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
