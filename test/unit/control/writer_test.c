/* SPDX-License-Identifier: Apache-2.0 */
/* How often the status of one object is written while it goes on changing. */
#include "test.h"

#include "control/writer.h"

struct story {
	unsigned writes;
	nsec last; /* the last write */
};

/* The writer's timer, over <n> changes that come <apart>: each write shows all changes so far. */
static struct story tell(unsigned n, nsec apart)
{
	nsec end = SEC(1) + (n - 1) * apart, wrote = SEC(1);
	struct story s = {1, wrote};

	for (unsigned i = 1; i < n;) {
		nsec first = SEC(1) + i * apart, due = first; /* not shown yet */

		for (nsec marked = first;
			first < wrote + WRITER_PAUSE && due < writer_due(wrote, marked);) {
			due = writer_due(wrote, marked);
			marked = MIN(end, SEC(1) + (due - SEC(1)) / apart * apart);
		}
		wrote = due;
		s = (struct story){s.writes + 1, wrote};
		while (i < n && SEC(1) + i * apart <= due)
			i++;
	}
	return s;
}

static void test_a_burst_takes_few_writes_and_ends_right(void **state)
{
	static const nsec apart[] = {MSEC(1), MSEC(4), MSEC(20)};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct story s = tell(1000, apart[i]);
		nsec end = SEC(1) + 999 * apart[i];

		assert_in_range(s.writes, 2, 20);
		assert_true(s.last >= end && s.last <= end + WRITER_PAUSE);
	}
}

static void test_what_changes_now_and_then_is_written_at_once(void **state)
{
	struct story s = tell(10, WRITER_PAUSE);

	(void)state;
	assert_int_equal(s.writes, 10);
	assert_int_equal(s.last, SEC(1) + 9 * WRITER_PAUSE);
}

static void test_what_never_rests_is_written_all_the_same(void **state)
{
	nsec wrote = SEC(5);

	(void)state;
	assert_int_equal(writer_due(wrote, wrote + WRITER_BURST - 1), wrote + WRITER_BURST);
	assert_int_equal(writer_due(wrote, wrote - SEC(1)), wrote + WRITER_PAUSE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_burst_takes_few_writes_and_ends_right),
		cmocka_unit_test(test_what_changes_now_and_then_is_written_at_once),
		cmocka_unit_test(test_what_never_rests_is_written_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
