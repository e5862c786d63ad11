/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers, slices, and a chain read by several cursors, against a flat copy of the body. */
#include "fixture.h"

#include "base/rand.h"
#include "net/chain.h"

static void classes_and_accounting(void **state)
{
	struct nbuf_pool p;
	struct nbuf *a, *b, *c;

	(void)state;
	nbuf_pool_init(&p);
	a = nbuf_new(&p, 1);
	b = nbuf_new(&p, NBUF_SMALL + 1);
	c = nbuf_new(&p, 10 << 20);
	assert_int_equal(a->cap, NBUF_SMALL);
	assert_int_equal(b->cap, NBUF_MEDIUM);
	assert_int_equal(c->cap, NBUF_LARGE);
	assert_true(p.used_bytes >= NBUF_SMALL + NBUF_MEDIUM + NBUF_LARGE);
	nbuf_ref(b);
	nbuf_unref(b);
	nbuf_unref(b);
	nbuf_unref(a);
	nbuf_unref(c);
	nbuf_unref(NULL);
	assert_int_equal(p.used_bytes, 0);
	assert_true(p.held_bytes > 0);
	assert_ptr_equal(nbuf_new(&p, 5), a); /* the last one back is warm */
	nbuf_unref(a);
	nbuf_pool_trim(&p);
	assert_int_equal(p.held_bytes, 0);
	nbuf_pool_fini(&p);
}

static void free_buffers_are_bounded(void **state)
{
	struct nbuf *all[200];
	struct nbuf_pool p;

	(void)state;
	nbuf_pool_init(&p);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		all[i] = nbuf_new(&p, NBUF_LARGE);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		nbuf_unref(all[i]);
	assert_true(p.held_bytes <= 65 * (NBUF_LARGE + 64));
	nbuf_pool_fini(&p);
}

/* --- chain --- */

#define CURSORS 4
#define BODY 300000

struct model {
	struct nbuf_pool pool;
	struct chain chain;
	struct cursor cursors[CURSORS];
	uint64_t at[CURSORS];
	bool open[CURSORS];
	char body[BODY];
};

static void model_add(struct model *m, struct rand *r)
{
	size_t n = rand_below(r, 3000);
	struct nbuf *b = nbuf_new(&m->pool, n);

	n = MIN(n, (size_t)b->cap);
	if (m->chain.end + n > BODY)
		n = 0;
	for (size_t i = 0; i < n; i++)
		b->data[i] = m->body[m->chain.end + i] = (char)rand_u64(r);
	chain_add(&m->chain, (struct slice){b->data, n, b});
}

static void model_read(struct model *m, struct rand *r, unsigned i)
{
	struct slice v[5];
	size_t max = rand_below(r, 5000);
	unsigned n = cursor_peek(&m->cursors[i], v, ARRAY_LEN(v), max);
	uint64_t at = m->at[i];
	size_t got = 0, go;

	for (unsigned k = 0; k < n; k++) {
		assert_memory_equal(v[k].p, m->body + at + got, v[k].n);
		got += v[k].n;
	}
	assert_true(got <= max);
	assert_true(got > 0 || max == 0 || at == m->chain.end);
	go = got ? rand_below(r, (uint32_t)got + 1) : 0;
	cursor_advance(&m->cursors[i], go);
	m->at[i] += go;
}

static void model_toggle(struct model *m, unsigned i)
{
	if (m->open[i]) {
		cursor_close(&m->cursors[i]);
		cursor_close(&m->cursors[i]);
	} else {
		cursor_open(&m->cursors[i], &m->chain);
		m->at[i] = m->chain.base;
	}
	m->open[i] = !m->open[i];
}

/* Held is what the slowest needs, rounded up to the slice it is in. */
static void model_check(struct model *m)
{
	uint64_t least = m->chain.end;

	for (unsigned i = 0; i < CURSORS; i++) {
		if (!m->open[i])
			continue;
		least = MIN(least, m->at[i]);
		assert_int_equal(cursor_left(&m->cursors[i]), m->chain.end - m->at[i]);
	}
	assert_true(m->chain.base <= least);
	assert_true(least - m->chain.base < 3000);
}

static void chain_equals_model(void **state)
{
	static struct model m;
	struct rand r;

	(void)state;
	for (uint64_t seed = 1; seed <= 30; seed++) {
		memset(&m, 0, sizeof(m));
		nbuf_pool_init(&m.pool);
		chain_init(&m.chain, &m.pool);
		rand_init(&r, seed);
		for (int step = 0; step < 2000; step++) {
			unsigned i = rand_below(&r, CURSORS);

			if (rand_below(&r, 40) == 0)
				model_toggle(&m, i);
			else if (rand_below(&r, 3) == 0)
				model_add(&m, &r);
			else if (m.open[i])
				model_read(&m, &r, i);
			model_check(&m);
		}
		chain_fini(&m.chain);
		assert_int_equal(m.pool.used_bytes, 0);
		nbuf_pool_fini(&m.pool);
	}
}

static void complete_body_ends(void **state)
{
	struct nbuf_pool pool;
	struct chain c;
	struct cursor a, b = {0};

	(void)state;
	nbuf_pool_init(&pool);
	chain_init(&c, &pool);
	cursor_open(&a, &c);
	chain_add(&c, slice_plain(STR("body")));
	assert_false(cursor_at_end(&a));
	c.complete = true;
	cursor_advance(&a, 4);
	assert_true(cursor_at_end(&a));
	assert_int_equal(chain_held(&c), 0);
	cursor_close(&b); /* {0} is closed */
	chain_fini(&c);
	assert_null(a.chain);
	nbuf_pool_fini(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_and_accounting),
		cmocka_unit_test(free_buffers_are_bounded),
		cmocka_unit_test(chain_equals_model),
		cmocka_unit_test(complete_body_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
