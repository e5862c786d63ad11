/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>

#include "base/base64.h"

static void test_vectors(void **state)
{
	/* RFC 4648 section 10 */
	static const char *const rows[][2] = {{"", ""}, {"Zg==", "f"}, {"Zm8=", "fo"},
		{"Zm9v", "foo"}, {"Zm9vYg==", "foob"}, {"Zm9v\nYmE=\n", "fooba"},
		{"Zm9vYmFy", "foobar"}, {"Zg", "f"}, {"+/+/", "\xfb\xff\xbf"}};
	struct arena a;
	struct str out;

	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(base64_decode(&a, str_from(rows[i][0]), &out), 0);
		assert_str(out, rows[i][1]);
	}
	assert_int_equal(base64_decode(&a, STR("Z"), &out), -EINVAL);
	assert_int_equal(base64_decode(&a, STR("Zg==Zg=="), &out), -EINVAL);
	assert_int_equal(base64_decode(&a, STR("Z\0=="), &out), -EINVAL);
	assert_int_equal(base64_decode(&a, STR("Zm9-"), &out), -EINVAL);
	assert_int_equal(base64_decode(&a, STR("Zm9v==="), &out), -EINVAL);
	arena_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_vectors)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
