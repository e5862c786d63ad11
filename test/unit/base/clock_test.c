/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/clock.h"

static void test_backoff_doubles_up_to_its_bound(void **state)
{
	static const nsec want[] = {MSEC(200), MSEC(400), MSEC(800), MSEC(1600), SEC(2), SEC(2)};

	(void)state;
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(nsec_backoff(MSEC(200), i, SEC(2)), want[i]);
	assert_int_equal(nsec_backoff(SEC(2), 0, SEC(2)), SEC(2));
	assert_int_equal(nsec_backoff(MSEC(1), UINT32_MAX, SEC(2)), SEC(2));
}

/* A route may say a hundred thousand hours. */
static void test_backoff_never_overflows(void **state)
{
	const nsec long_time = SEC(99999 * (nsec)3600);

	(void)state;
	for (unsigned i = 0; i < 70; i++) {
		assert_int_equal(nsec_backoff(long_time, i, long_time), long_time);
		assert_in_range(nsec_backoff(1, i, NSEC_NEVER), 1, NSEC_NEVER);
	}
	assert_int_equal(nsec_backoff(1, 62, NSEC_NEVER), (nsec)1 << 62);
	assert_int_equal(nsec_backoff(1, 63, NSEC_NEVER), NSEC_NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_backoff_doubles_up_to_its_bound),
		cmocka_unit_test(test_backoff_never_overflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
