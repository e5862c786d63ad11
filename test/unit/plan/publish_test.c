/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/publish.h"

#include "plan/helper_plan.h"
#include "test.h"

#define WORKERS 2

/* Control and workers in one thread: letters are read when the test says so. */
struct office {
	struct plan_store *store;
	struct plan_publisher *publisher;
	struct plan_holder holders[WORKERS];
	struct desk {
		struct office *office;
		unsigned number;
	} desks[WORKERS];
	const struct plan *plans[WORKERS][64]; /* not read yet */
	unsigned nplans[WORKERS];
	struct plan_endpoint *endpoints[WORKERS][64];
	unsigned nendpoints[WORKERS];
	unsigned done;
};

static void office_plan(void *ctx, unsigned w, const struct plan *p)
{
	struct office *o = ctx;

	AN(o->nplans[w] < 64);
	o->plans[w][o->nplans[w]++] = p;
}

static void office_endpoint(void *ctx, unsigned w, struct plan_endpoint *e)
{
	struct office *o = ctx;

	AN(o->nendpoints[w] < 64);
	o->endpoints[w][o->nendpoints[w]++] = e;
}

static void office_done(void *ctx, const struct plan *p)
{
	struct desk *d = ctx;

	d->office->done++;
	plan_publisher_plan_done(d->office->publisher, d->number, p);
}

static void office_init(struct office *o)
{
	static const struct plan_publisher_ops ops = {office_plan, office_endpoint};

	*o = (struct office){.store = plan_store_new()};
	o->publisher = plan_publisher_new(o->store, WORKERS, &ops, o);
	for (unsigned w = 0; w < WORKERS; w++) {
		o->desks[w] = (struct desk){o, w};
		plan_holder_init(&o->holders[w], office_done, &o->desks[w]);
	}
}

static void office_fini(struct office *o)
{
	for (unsigned w = 0; w < WORKERS; w++)
		plan_holder_fini(&o->holders[w]);
	plan_publisher_free(o->publisher);
	assert_int_equal(plan_store_stats(o->store).plans, 0);
	plan_store_free(o->store);
}

/* The top of worker <w>'s tick. */
static void office_tick(struct office *o, unsigned w)
{
	unsigned n = o->nplans[w];

	o->nplans[w] = 0;
	for (unsigned i = 0; i < n; i++)
		plan_holder_swap(&o->holders[w], o->plans[w][i]);
}

static void office_let_go(struct office *o, unsigned w)
{
	unsigned n = o->nendpoints[w];

	o->nendpoints[w] = 0;
	for (unsigned i = 0; i < n; i++)
		plan_publisher_endpoint_done(o->publisher, w, o->endpoints[w][i]);
}

static void office_publish(struct office *o, uint8_t first, uint8_t n)
{
	struct plan_edit *e = plan_edit_begin(o->store, plan_publisher_current(o->publisher));

	plan_edit_put_upstream(e, some_upstream("u", first, n));
	plan_publisher_publish(o->publisher, plan_edit_commit(e));
}

static void test_a_plan_lives_until_its_last_use(void **state)
{
	struct office o;
	struct plan_hold *a, *b;

	(void)state;
	office_init(&o);
	office_publish(&o, 1, 2);
	office_tick(&o, 0);
	office_tick(&o, 1);
	a = plan_hold_get(&o.holders[0]);
	b = plan_hold_get(&o.holders[0]);
	office_publish(&o, 1, 2);
	assert_int_equal(plan_publisher_live(o.publisher), 2);
	office_tick(&o, 0);
	assert_int_equal(plan_publisher_live(o.publisher), 2); /* worker 1 has not seen it */
	office_tick(&o, 1);
	assert_int_equal(o.done, 1);
	plan_hold_put(a);
	assert_int_equal(plan_publisher_live(o.publisher), 2);
	assert_int_equal(plan_revision(b->plan), 1);
	plan_hold_put(b);
	assert_int_equal(plan_publisher_live(o.publisher), 1);
	/* Two in one tick: the first is answered without ever being used. */
	office_publish(&o, 1, 2);
	office_publish(&o, 1, 2);
	office_tick(&o, 0);
	office_tick(&o, 1);
	assert_int_equal(plan_publisher_live(o.publisher), 1);
	assert_int_equal(o.done, 2 * 3);
	office_fini(&o);
}

static void test_an_endpoint_goes_when_all_have_let_go(void **state)
{
	struct office o;

	(void)state;
	office_init(&o);
	office_publish(&o, 1, 2);
	office_tick(&o, 0);
	office_tick(&o, 1);
	office_publish(&o, 2, 1); /* 10.0.0.1 is gone */
	assert_int_equal(o.nendpoints[0], 0); /* the old plan still holds it */
	office_tick(&o, 0);
	office_tick(&o, 1);
	assert_int_equal(o.nendpoints[0], 1);
	assert_int_equal(o.nendpoints[1], 1);
	assert_int_equal(o.endpoints[0][0]->addr.ip[3], 1);
	office_let_go(&o, 0);
	assert_int_equal(plan_store_stats(o.store).endpoints, 2);
	office_let_go(&o, 1);
	assert_int_equal(plan_store_stats(o.store).endpoints, 1);
	office_fini(&o);
}

static void test_tunnels_keep_no_plans(void **state)
{
	const struct plan_endpoint *tunnels[1000];
	struct office o;

	(void)state;
	office_init(&o);
	office_publish(&o, 1, 2);
	office_tick(&o, 0);
	office_tick(&o, 1);
	for (size_t i = 0; i < ARRAY_LEN(tunnels); i++) {
		struct plan_hold *h = plan_hold_get(&o.holders[i % WORKERS]);

		tunnels[i] =
			plan_upstream_find(h->plan, plan_id(STR("u")))->targets[i % 2].endpoint;
		plan_hold_put(h); /* the response head is sent */
	}
	for (int i = 0; i < 10000; i++) {
		office_publish(&o, (uint8_t)(i % 2 ? 1 : 3), 2);
		assert_true(plan_publisher_live(o.publisher) <= 2);
		office_tick(&o, 0);
		office_tick(&o, 1);
		assert_int_equal(plan_publisher_live(o.publisher), 1);
		/* Later endpoints go at once; those of the tunnels wait to be let go of. */
		for (unsigned w = 0; w < WORKERS; w++) {
			unsigned n = o.nendpoints[w];

			o.nendpoints[w] = 0;
			for (unsigned k = 0; k < n; k++) {
				struct plan_endpoint *e = o.endpoints[w][k];

				if (e == tunnels[0] || e == tunnels[1])
					o.endpoints[w][o.nendpoints[w]++] = e;
				else
					plan_publisher_endpoint_done(o.publisher, w, e);
			}
		}
	}
	assert_true(plan_store_stats(o.store).endpoints <= 4);
	for (size_t i = 0; i < ARRAY_LEN(tunnels); i++)
		assert_int_equal(tunnels[i]->addr.port, 80);
	office_let_go(&o, 0);
	office_let_go(&o, 1);
	assert_int_equal(plan_store_stats(o.store).endpoints, 2);
	office_fini(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_plan_lives_until_its_last_use),
		cmocka_unit_test(test_an_endpoint_goes_when_all_have_let_go),
		cmocka_unit_test(test_tunnels_keep_no_plans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
