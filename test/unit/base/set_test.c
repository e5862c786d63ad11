/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdio.h>

#include "base/rand.h"
#include "base/set.h"

#define KEYS 200

struct thing {
	char key[16];
	bool present;
};

static struct str thing_key(const void *entry)
{
	return str_from(((const struct thing *)entry)->key);
}

/* Against the plainest model there is: an array indexed by the key's number. */
static void test_random_against_array(void **state)
{
	static struct thing things[2][KEYS];
	struct thing *in[KEYS] = {0};
	struct set s = {.key = thing_key};
	struct rand r;
	size_t n = 0, at = 0, seen = 0;
	struct thing *t;

	(void)state;
	rand_init(&r, 1);
	for (int i = 0; i < KEYS; i++) {
		snprintf(things[0][i].key, sizeof(things[0][i].key), "k%d", i);
		things[1][i] = things[0][i];
	}
	assert_null(set_get(&s, STR("k0")));
	assert_null(set_del(&s, STR("k0")));
	for (int step = 0; step < 20000; step++) {
		uint32_t i = rand_below(&r, KEYS);
		/* Of two things with one key either may stand there. */
		struct thing *now = rand_below(&r, 2) ? &things[rand_below(&r, 2)][i] : NULL;
		void *had = now ? set_put(&s, now) : set_del(&s, str_from(things[0][i].key));

		assert_ptr_equal(had, in[i]);
		n = n + (now != NULL) - (in[i] != NULL);
		in[i] = now;
		assert_int_equal(s.n, n);
	}
	for (int i = 0; i < KEYS; i++)
		assert_ptr_equal(set_get(&s, str_from(things[0][i].key)), in[i]);
	while ((t = set_next(&s, &at))) {
		assert_false(t->present);
		t->present = true;
		seen++;
	}
	assert_int_equal(seen, n);
	set_fini(&s);
	assert_null(set_get(&s, STR("k1")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_against_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
