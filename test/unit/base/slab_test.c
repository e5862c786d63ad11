/* SPDX-License-Identifier: Apache-2.0 */
#include "base/poison.h"
#include "base/rand.h"
#include "base/slab.h"
#include "test.h"

static void objects_are_zeroed_aligned_and_apart(void **state)
{
	unsigned char *live[1000] = {0};
	struct slab s;
	struct rand r;

	(void)state;
	rand_init(&r, 7);
	slab_init(&s, 40, 1000);
	assert_int_equal(s.size, 48);
	for (int i = 0; i < 20000; i++) {
		size_t at = rand_below(&r, ARRAY_LEN(live));

		if (live[at]) {
			for (size_t k = 0; k < 40; k++)
				assert_int_equal(live[at][k], at & 0xff);
			slab_put(&s, live[at]);
			live[at] = NULL;
			continue;
		}
		live[at] = slab_get(&s);
		assert_int_equal((uintptr_t)live[at] % 16, 0);
		for (size_t k = 0; k < 40; k++)
			assert_int_equal(live[at][k], 0);
		memset(live[at], (int)(at & 0xff), 40);
	}
	assert_true(s.used <= s.total);
	for (size_t i = 0; i < ARRAY_LEN(live); i++)
		slab_put(&s, live[i]);
	assert_int_equal(s.used, 0);
	slab_fini(&s);
}

static void an_object_given_back_is_the_next_one(void **state)
{
	struct slab s;
	void *first;
	size_t total;

	(void)state;
	slab_init(&s, 1, 0);
	first = slab_get(&s);
	total = s.total;
	assert_int_equal(total, 16384 / 16);
	for (int i = 0; i < 10000; i++) {
		slab_put(&s, first);
		assert_ptr_equal(slab_get_raw(&s), first);
	}
	assert_int_equal(s.total, total);
	slab_put(&s, first);
	slab_put(&s, NULL);
	slab_fini(&s);
}

static void an_object_larger_than_a_chunk_is_legal(void **state)
{
	struct slab s;
	char *p;

	(void)state;
	slab_init(&s, 100000, 4096);
	assert_int_equal(s.per_chunk, 1);
	p = slab_get(&s);
	p[99999] = 1;
	slab_put(&s, p);
	slab_fini(&s);
}

static void a_free_object_is_poisoned(void **state)
{
	struct slab s;
	char *p;

	(void)state;
	slab_init(&s, 64, 0);
	p = slab_get(&s);
	p[63] = 1;
	slab_put(&s, p);
#ifdef POISON_ON
	assert_true(__asan_address_is_poisoned(p));
	assert_true(__asan_address_is_poisoned(p + 63));
#endif
	slab_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_zeroed_aligned_and_apart),
		cmocka_unit_test(an_object_given_back_is_the_next_one),
		cmocka_unit_test(an_object_larger_than_a_chunk_is_legal),
		cmocka_unit_test(a_free_object_is_poisoned),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
