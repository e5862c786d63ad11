/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/poison.h"
#include "base/rand.h"
#include "test.h"

/* True where ASan would stop a read of <p>; always where there is no ASan to ask. */
static bool is_poisoned(const void *p)
{
#ifdef POISON_ON
	return __asan_address_is_poisoned(p);
#else
	(void)p;
	return true;
#endif
}

static void pieces_are_aligned_and_apart(void **state)
{
	struct arena a;
	unsigned char *pieces[500];
	size_t sizes[500];
	struct rand r;

	(void)state;
	rand_init(&r, 1);
	arena_init(&a, 0);
	for (size_t i = 0; i < 500; i++) {
		sizes[i] = rand_below(&r, i % 50 ? 200 : 200000);
		if (i % 3) {
			pieces[i] = arena_alloc(&a, sizes[i]);
			assert_int_equal((uintptr_t)pieces[i] % 16, 0);
		} else {
			pieces[i] = (unsigned char *)arena_bytes(&a, sizes[i]);
		}
		memset(pieces[i], (int)(i & 0xff), sizes[i]);
	}
	for (size_t i = 0; i < 500; i++)
		for (size_t k = 0; k < sizes[i]; k++)
			assert_int_equal(pieces[i][k], i & 0xff);
	arena_fini(&a);
	assert_int_equal(a.total, 0);
}

static void zalloc_clears_what_was_used_before(void **state)
{
	struct arena a;
	uint64_t *p;

	(void)state;
	arena_init(&a, 4096);
	memset(arena_alloc(&a, 4000), 0xff, 4000);
	arena_reset(&a);
	p = arena_zalloc(&a, 4000);
	for (size_t i = 0; i < 500; i++)
		assert_true(p[i] == 0);
	arena_fini(&a);
}

static void reset_keeps_one_block_and_counts(void **state)
{
	struct arena a;
	size_t one;

	(void)state;
	arena_init(&a, 0);
	arena_reset(&a); /* nothing yet */
	assert_int_equal(a.total, 0);
	for (int i = 0; i < 100; i++)
		arena_alloc(&a, 1000);
	arena_reset(&a);
	one = a.total;
	assert_true(one >= 1024 && one <= 65536 + 64);
	for (int i = 0; i < 1000; i++) {
		arena_reset(&a);
		arena_alloc(&a, 900);
	}
	assert_int_equal(a.total, one); /* reuse takes nothing new */
	arena_fini(&a);
	arena_init(&a, 0);
	arena_alloc(&a, 1);
	arena_fini(&a);
}

/* A piece larger than any block gets one of its own size. */
static void a_large_piece_does_not_break_the_small_ones(void **state)
{
	struct arena a;
	char *large;

	(void)state;
	arena_init(&a, 0);
	large = arena_bytes(&a, 1 << 20);
	memset(large, 1, 1 << 20);
	memset(arena_bytes(&a, 10), 2, 10);
	assert_int_equal(large[(1 << 20) - 1], 1);
	arena_fini(&a);
}

static void text_is_copied_with_a_nul_behind(void **state)
{
	struct arena a;
	char source[] = "abc";
	struct str s;

	(void)state;
	arena_init(&a, 0);
	s = arena_str(&a, STR("abcdef"));
	assert_str(s, "abcdef");
	assert_int_equal(s.p[6], '\0');
	s = arena_str(&a, str_of(source, 3));
	source[0] = 'x';
	assert_str(s, "abc");
	s = arena_str(&a, (struct str){NULL, 0});
	assert_int_equal(s.n, 0);
	assert_int_equal(s.p[0], '\0');
	s = arena_printf(&a, "%s-%d", "port", 8080);
	assert_str(s, "port-8080");
	assert_int_equal(s.p[s.n], '\0');
	arena_fini(&a);
}

static void what_is_not_handed_out_is_poisoned(void **state)
{
	struct arena a;
	char *p;

	(void)state;
	arena_init(&a, 4096);
	p = arena_bytes(&a, 24);
	p[23] = 1;
	assert_true(is_poisoned(p + 24));
	assert_true(is_poisoned(p + 2000));
	arena_reset(&a);
	assert_true(is_poisoned(p));
	p = arena_bytes(&a, 8);
	p[7] = 1;
	assert_true(is_poisoned(p + 8));
	arena_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_aligned_and_apart),
		cmocka_unit_test(zalloc_clears_what_was_used_before),
		cmocka_unit_test(reset_keeps_one_block_and_counts),
		cmocka_unit_test(a_large_piece_does_not_break_the_small_ones),
		cmocka_unit_test(text_is_copied_with_a_nul_behind),
		cmocka_unit_test(what_is_not_handed_out_is_poisoned),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
