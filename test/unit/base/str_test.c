/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/mem.h"
#include "base/str.h"
#include "test.h"

static const struct str none = {NULL, 0};

static void compares(void **state)
{
	(void)state;
	assert_true(str_eq(none, STR("")));
	assert_true(str_eq(STR("ab"), STR("ab")));
	assert_false(str_eq(STR("ab"), STR("abc")));
	assert_false(str_eq(STR("ab"), STR("aB")));
	assert_true(str_eq_nocase(STR("aBz"), STR("AbZ")));
	assert_false(str_eq_nocase(STR("a@["), STR("a`{"))); /* beside the letters */
	assert_false(str_eq_nocase(STR("a"), STR("ab")));
	assert_true(str_eq_nocase(none, none));
	assert_true(str_cmp(STR("a"), STR("b")) < 0);
	assert_true(str_cmp(STR("ab"), STR("a")) > 0);
	assert_true(str_cmp(STR("a"), STR("ab")) < 0);
	assert_true(str_cmp(STR("\xff"), STR("a")) > 0); /* bytes, not chars */
	assert_int_equal(str_cmp(none, STR("")), 0);
	assert_true(str_cmp(none, STR("a")) < 0);
}

static void cuts_and_trims(void **state)
{
	struct str rest = STR("a,,b,");

	(void)state;
	assert_str(str_cut(&rest, ','), "a");
	assert_str(str_cut(&rest, ','), "");
	assert_str(str_cut(&rest, ','), "b");
	assert_int_equal(rest.n, 0);
	assert_str(str_cut(&rest, ','), "");
	rest = none;
	assert_int_equal(str_cut(&rest, ',').n, 0);
	assert_str(str_trim(STR(" \t a b\t ")), "a b");
	assert_str(str_trim(STR(" \t ")), "");
	assert_str(str_trim(STR("a")), "a");
	assert_int_equal(str_trim(none).n, 0);
	assert_str(str_skip(STR("abc"), 1), "bc");
	assert_str(str_skip(STR("abc"), 9), "");
	assert_str(str_take(STR("abc"), 2), "ab");
	assert_str(str_take(STR("abc"), 9), "abc");
	assert_int_equal(str_skip(none, 3).n, 0);
}

static void finds(void **state)
{
	(void)state;
	assert_int_equal(str_find(STR("abc"), 'c'), 2);
	assert_int_equal(str_find(STR("abc"), 'x'), 3);
	assert_int_equal(str_find(none, 'x'), 0);
	assert_true(str_starts(STR("abc"), STR("ab")));
	assert_true(str_starts(STR("abc"), none));
	assert_false(str_starts(STR("ab"), STR("abc")));
	assert_true(str_ends(STR("abc"), STR("bc")));
	assert_true(str_ends(none, none));
	assert_false(str_ends(STR("bc"), STR("abc")));
}

static void reads_numbers(void **state)
{
	uint64_t v = 7;

	(void)state;
	assert_int_equal(str_to_u64(STR("0"), 10, &v), 0);
	assert_int_equal(v, 0);
	assert_int_equal(str_to_u64(STR("0010"), 10, &v), 0);
	assert_int_equal(v, 10);
	assert_int_equal(str_to_u64(STR("18446744073709551615"), UINT64_MAX, &v), 0);
	assert_true(v == UINT64_MAX);
	assert_int_equal(str_to_u64(STR("18446744073709551616"), UINT64_MAX, &v), -ERANGE);
	assert_int_equal(str_to_u64(STR("99999999999999999999999"), UINT64_MAX, &v), -ERANGE);
	assert_int_equal(str_to_u64(STR("11"), 10, &v), -ERANGE);
	assert_int_equal(str_to_u64(STR(""), 10, &v), -EINVAL);
	assert_int_equal(str_to_u64(STR("-1"), 10, &v), -EINVAL);
	assert_int_equal(str_to_u64(STR("+1"), 10, &v), -EINVAL);
	assert_int_equal(str_to_u64(STR(" 1"), 10, &v), -EINVAL);
	assert_int_equal(str_to_u64(STR("1x"), 10, &v), -EINVAL);
	assert_int_equal(str_to_u64(STR("1\xb2"), 100, &v), -EINVAL);
	/* What is no number stays none, however large its beginning. */
	assert_int_equal(str_to_u64(STR("99999999999999999999999x"), UINT64_MAX, &v), -EINVAL);
	assert_true(v == UINT64_MAX);
}

static void memory_of_no_bytes_is_memory(void **state)
{
	char *p = mem_alloc(0), *s;

	(void)state;
	p = mem_realloc(p, 0);
	mem_free(p);
	mem_free(NULL);
	s = mem_strdup(none);
	assert_int_equal(s[0], '\0');
	mem_free(s);
	s = mem_strdup(str_of("abcd", 3));
	assert_string_equal(s, "abc");
	mem_free(s);
	p = mem_aligned_zalloc(64, 65);
	assert_int_equal((uintptr_t)p % 64, 0);
	for (int i = 0; i < 65; i++)
		assert_int_equal(p[i], 0);
	mem_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares),
		cmocka_unit_test(cuts_and_trims),
		cmocka_unit_test(finds),
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(memory_of_no_bytes_is_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
