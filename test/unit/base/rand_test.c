/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/rand.h"
#include "test.h"

static void a_seed_gives_one_sequence(void **state)
{
	struct rand a, b, c;

	(void)state;
	rand_init(&a, 42);
	rand_init(&b, 42);
	rand_init(&c, 43);
	for (int i = 0; i < 1000; i++) {
		uint64_t x = rand_u64(&a);

		assert_true(x == rand_u64(&b));
		assert_true(x != rand_u64(&c));
	}
}

/* xoshiro256** by its definition from the state {1, 2, 3, 4}: computed by hand for two steps.
 * 1: rotl(2 * 5, 7) * 9 = 11520.  Then s1 = 2 ^ 3 ^ 1 = 0, so 2: 0. */
static void follows_the_definition(void **state)
{
	struct rand r = {{1, 2, 3, 4}};

	(void)state;
	assert_true(rand_u64(&r) == 11520);
	assert_true(rand_u64(&r) == 0);
}

static void below_is_even_and_in_range(void **state)
{
	unsigned seen[7] = {0};
	struct rand r;

	(void)state;
	rand_init(&r, 5);
	for (int i = 0; i < 70000; i++) {
		uint32_t x = rand_below(&r, 7);

		assert_true(x < 7);
		seen[x]++;
	}
	for (int i = 0; i < 7; i++) /* five standard deviations are 463 */
		assert_in_range(seen[i], 9500, 10500);
	assert_int_equal(rand_below(&r, 1), 0);
	for (int i = 0; i < 100; i++)
		assert_true(rand_below(&r, UINT32_MAX) < UINT32_MAX);
}

static void secure_bytes_fill_what_is_asked(void **state)
{
	unsigned char a[600] = {0}, b[600] = {0};
	unsigned zeros = 0;

	(void)state;
	rand_secure(a, sizeof(a));
	rand_secure(b, sizeof(b));
	rand_secure(b, 0);
	assert_memory_not_equal(a, b, sizeof(a));
	for (size_t i = 0; i < sizeof(a); i++)
		zeros += a[i] == 0;
	assert_true(zeros < 60);
}

static void a_manual_clock_stands_until_moved(void **state)
{
	struct clock_manual c;

	(void)state;
	clock_manual_init(&c, SEC(5), SEC(1000));
	assert_true(clock_mono(&c.clock) == SEC(5));
	assert_true(clock_wall(&c.clock) == SEC(1000));
	clock_manual_advance(&c, MSEC(1500));
	assert_true(clock_mono(&c.clock) == MSEC(6500));
	assert_true(clock_wall(&c.clock) == MSEC(1001500));
}

static void the_system_clock_goes_forward(void **state)
{
	const struct clock *c = clock_system();
	nsec before = clock_mono(c);

	(void)state;
	for (int i = 0; i < 1000; i++) {
		nsec t = clock_mono(c);

		assert_true(t >= before);
		before = t;
	}
	assert_true(clock_wall(c) > SEC(1700000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_seed_gives_one_sequence),
		cmocka_unit_test(follows_the_definition),
		cmocka_unit_test(below_is_even_and_in_range),
		cmocka_unit_test(secure_bytes_fill_what_is_asked),
		cmocka_unit_test(a_manual_clock_stands_until_moved),
		cmocka_unit_test(the_system_clock_goes_forward),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
