/* SPDX-License-Identifier: Apache-2.0 */
/* What goes overboard when memory runs out, in its order. */
#include "proxy/helper_rig.h"

static void stages_have_an_order(void **state)
{
	(void)state;
	assert_int_equal(overload_judge(OVERLOAD_NONE, 0, 1600), OVERLOAD_NONE);
	assert_int_equal(overload_judge(OVERLOAD_NONE, 1399, 1600), OVERLOAD_NONE);
	assert_int_equal(overload_judge(OVERLOAD_NONE, 1400, 1600), OVERLOAD_IDLE);
	assert_int_equal(overload_judge(OVERLOAD_NONE, 1600, 1600), OVERLOAD_REFUSE);
	assert_int_equal(overload_judge(OVERLOAD_NONE, 1700, 1600), OVERLOAD_PAUSE);
	assert_int_equal(overload_judge(OVERLOAD_NONE, UINT64_MAX, 1600), OVERLOAD_PAUSE);
	/* A stage ends a sixteenth below where it began. */
	assert_int_equal(overload_judge(OVERLOAD_PAUSE, 1650, 1600), OVERLOAD_PAUSE);
	assert_int_equal(overload_judge(OVERLOAD_PAUSE, 1599, 1600), OVERLOAD_REFUSE);
	assert_int_equal(overload_judge(OVERLOAD_REFUSE, 1500, 1600), OVERLOAD_REFUSE);
	assert_int_equal(overload_judge(OVERLOAD_REFUSE, 1499, 1600), OVERLOAD_IDLE);
	assert_int_equal(overload_judge(OVERLOAD_PAUSE, 0, 1600), OVERLOAD_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stages_have_an_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
