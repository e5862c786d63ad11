/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdio.h>

#include "base/map.h"
#include "base/rand.h"

/* Against the plainest model there is: an array indexed by the key's number. */
static void test_random_against_array(void **state)
{
	static char keys[200][16];
	int values[200], present[200] = {0};
	struct map m = {0};
	struct rand r;
	size_t n = 0;

	(void)state;
	rand_init(&r, 1);
	for (int i = 0; i < 200; i++)
		snprintf(keys[i], sizeof(keys[i]), "k%d", i);
	for (int step = 0; step < 20000; step++) {
		uint32_t i = rand_below(&r, 200);
		struct str key = str_from(keys[i]);

		if (rand_below(&r, 2)) {
			void *had = map_put(&m, key, &values[i]);

			assert_ptr_equal(had, present[i] ? &values[i] : NULL);
			n += !present[i];
			present[i] = 1;
		} else {
			void *had = map_del(&m, key);

			assert_ptr_equal(had, present[i] ? &values[i] : NULL);
			n -= (size_t)present[i];
			present[i] = 0;
		}
		assert_int_equal(m.n, n);
	}
	for (int i = 0; i < 200; i++)
		assert_ptr_equal(map_get(&m, str_from(keys[i])), present[i] ? &values[i] : NULL);
	map_fini(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_against_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
