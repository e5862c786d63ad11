/* SPDX-License-Identifier: Apache-2.0 */
#include "match/pmap.h"

#include "base/mem.h"
#include "base/rand.h"
#include "test.h"

#define VALUES 3000

struct thing {
	uint32_t refs;
	uint64_t hash;
};

static size_t living;

static void thing_hold(void *value)
{
	((struct thing *)value)->refs++;
}

static void thing_drop(void *value)
{
	struct thing *t = value;

	if (--t->refs == 0) {
		living--;
		mem_free(t);
	}
}

static const struct pmap_ops ops = {thing_hold, thing_drop};

/* A map and what it must hold: bit i for key i. */
struct pair {
	struct pmap map;
	struct thing *held[VALUES];
	size_t n;
};

static struct thing *find(const struct pmap *m, uint64_t hash, const struct thing *want)
{
	struct pmap_probe probe = pmap_probe(m, hash);
	struct thing *t;

	while ((t = pmap_next(&probe)) && t != want)
		;
	return t;
}

static void check(const struct pair *p, const uint64_t *hashes)
{
	struct pmap_iter it = {0};
	size_t n = 0;

	assert_int_equal(pmap_count(&p->map), p->n);
	for (size_t i = 0; i < VALUES; i++) {
		if (p->held[i])
			assert_ptr_equal(find(&p->map, hashes[i], p->held[i]), p->held[i]);
	}
	while (pmap_iter_next(&p->map, &it))
		n++;
	assert_int_equal(n, p->n);
}

static void change(struct pair *p, const uint64_t *hashes, uint32_t i, bool replace)
{
	struct thing *old = p->held[i];
	struct thing *t = MEM_NEW(struct thing);

	*t = (struct thing){1, hashes[i]};
	living++;
	if (!old) {
		pmap_add(&p->map, &ops, hashes[i], t);
		p->held[i] = t;
		p->n++;
		return;
	}
	if (replace) {
		pmap_set(&p->map, &ops, hashes[i], old, t);
		p->held[i] = t;
	} else {
		pmap_del(&p->map, &ops, hashes[i], old);
		p->held[i] = NULL;
		p->n--;
		thing_drop(t);
	}
	thing_drop(old);
}

/* Random changes, with a copy kept for a while that must not notice them. */
static void run(const uint64_t *hashes, size_t values, uint64_t seed)
{
	static struct pair now, kept;
	struct rand r;

	memset(&now, 0, sizeof(now));
	memset(&kept, 0, sizeof(kept));
	rand_init(&r, seed);
	for (int round = 0; round < 12; round++) {
		bool growing = round < 6;

		pmap_fini(&kept.map, &ops);
		kept = now;
		kept.map = pmap_share(&now.map);
		for (size_t i = 0; i < values / 2; i++) {
			uint32_t at = rand_below(&r, (uint32_t)values);

			if (growing == !now.held[at] || rand_below(&r, 8) == 0)
				change(&now, hashes, at, rand_below(&r, 3) == 0);
		}
		check(&now, hashes);
		check(&kept, hashes);
	}
	for (uint32_t i = 0; i < values; i++) {
		if (now.held[i])
			change(&now, hashes, i, false);
	}
	assert_int_equal(pmap_count(&now.map), 0);
	assert_int_equal(pmap_bytes(&now.map), 0);
	check(&kept, hashes);
	pmap_fini(&kept.map, &ops);
	pmap_fini(&now.map, &ops);
	assert_int_equal(living, 0);
}

static void test_random_changes_leave_copies_alone(void **state)
{
	static uint64_t hashes[VALUES];
	struct rand r;

	(void)state;
	for (uint64_t seed = 0; seed < 10; seed++) {
		rand_init(&r, 1000 + seed);
		for (size_t i = 0; i < VALUES; i++)
			hashes[i] = rand_u64(&r);
		run(hashes, VALUES, seed);
	}
}

static void test_hashes_that_meet(void **state)
{
	static uint64_t hashes[VALUES];

	(void)state;
	for (size_t i = 0; i < VALUES; i++)
		hashes[i] = i % 20; /* same shard for ever, few homes, and whole hashes in common */
	run(hashes, 300, 1);
	for (size_t i = 0; i < VALUES; i++)
		hashes[i] = UINT64_MAX - i;
	run(hashes, 300, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_changes_leave_copies_alone),
		cmocka_unit_test(test_hashes_that_meet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
