/* SPDX-License-Identifier: Apache-2.0 */
/* The wheel against a naive model on random input, and its edges. */
#include "test.h"

#include "base/rand.h"
#include "net/timer.h"

#define TIMERS 300

struct probe {
	struct timer timer;
	nsec due; /* the model */
	int fired;
	struct timer_wheel *rearm; /* arm again at once, already due */
};

static nsec now;

static void probe_fire(struct timer *t)
{
	struct probe *p = container_of(t, struct probe, timer);

	assert_false(timer_armed(t));
	assert_true(p->due <= now); /* never early */
	p->fired++;
	p->due = NSEC_NEVER;
	if (p->rearm) {
		p->due = now;
		wheel_arm(p->rearm, t, now);
	}
}

static nsec random_span(struct rand *r)
{
	static const nsec spans[] = {MSEC(3), MSEC(70), SEC(5), SEC(400), SEC(40000), SEC(9000000)};

	return (nsec)(rand_u64(r) % (uint64_t)spans[rand_below(r, ARRAY_LEN(spans))]);
}

/* After a run: what is due by a whole tick has fired, nothing armed was lost. */
static void check_model(struct probe *p)
{
	for (int i = 0; i < TIMERS; i++) {
		assert_int_equal(p[i].due != NSEC_NEVER, timer_armed(&p[i].timer));
		if (p[i].due != NSEC_NEVER && now - p[i].due >= 2 * TIMER_TICK)
			fail_msg("timer %d is late by %ld", i, (long)(now - p[i].due));
	}
}

static void random_step(struct timer_wheel *w, struct rand *r, struct probe *p)
{
	struct probe *q = &p[rand_below(r, TIMERS)];

	switch (rand_below(r, 8)) {
	case 0:
		wheel_cancel(w, &q->timer);
		q->due = NSEC_NEVER;
		break;
	case 1:
		now += random_span(r);
		wheel_run(w, now);
		check_model(p);
		break;
	case 2: /* to the very next thing to do, as the loop does */
		if (wheel_next(w) != NSEC_NEVER)
			now = MAX(now, wheel_next(w));
		wheel_run(w, now);
		check_model(p);
		break;
	default:
		q->due = now + random_span(r);
		wheel_arm(w, &q->timer, q->due);
	}
}

static void check_next(struct timer_wheel *w, struct probe *p)
{
	nsec least = NSEC_NEVER;

	for (int i = 0; i < TIMERS; i++)
		least = MIN(least, p[i].due);
	if (least == NSEC_NEVER)
		assert_true(wheel_next(w) == NSEC_NEVER);
	else
		assert_true(wheel_next(w) <= MAX(least, now) + 2 * TIMER_TICK);
}

static void wheel_equals_model(void **state)
{
	static struct probe probes[TIMERS];
	struct timer_wheel w;
	struct rand r;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		rand_init(&r, seed);
		now = (nsec)(rand_u64(&r) >> 8);
		wheel_init(&w, now);
		memset(probes, 0, sizeof(probes));
		for (int i = 0; i < TIMERS; i++) {
			timer_init(&probes[i].timer, probe_fire);
			probes[i].due = NSEC_NEVER;
		}
		for (int step = 0; step < 20000; step++) {
			random_step(&w, &r, probes);
			if (step % 64 == 0)
				check_next(&w, probes);
		}
	}
}

static void far_timer_fires_on_time(void **state)
{
	struct timer_wheel w;
	struct probe p = {.due = SEC(86400 * 400)}; /* beyond the top level */
	int runs = 0;

	(void)state;
	now = 0;
	wheel_init(&w, now);
	timer_init(&p.timer, probe_fire);
	wheel_arm(&w, &p.timer, p.due);
	while (!p.fired && runs++ < 1000) {
		now = wheel_next(&w);
		assert_true(now != NSEC_NEVER);
		wheel_run(&w, now);
	}
	assert_int_equal(p.fired, 1);
	assert_true(now <= SEC(86400 * 400) + TIMER_TICK);
}

static void rearm_later_does_not_move(void **state)
{
	struct timer_wheel w;
	struct probe p = {0};
	struct list *next;

	(void)state;
	now = 0;
	wheel_init(&w, now);
	timer_init(&p.timer, probe_fire);
	wheel_arm(&w, &p.timer, SEC(1));
	next = p.timer.node.next;
	for (int i = 0; i < 100; i++)
		wheel_arm(&w, &p.timer, p.due = SEC(75) + i);
	assert_ptr_equal(p.timer.node.next, next);
	now = SEC(74);
	assert_int_equal(wheel_run(&w, now), 0);
	now = SEC(76);
	assert_int_equal(wheel_run(&w, now), 1);
	assert_true(wheel_next(&w) == NSEC_NEVER);
}

static void due_rearm_waits_for_next_run(void **state)
{
	struct timer_wheel w;
	struct probe p = {.due = MSEC(5)};

	(void)state;
	now = 0;
	wheel_init(&w, now);
	p.rearm = &w;
	timer_init(&p.timer, probe_fire);
	wheel_arm(&w, &p.timer, MSEC(5));
	now = SEC(10);
	assert_int_equal(wheel_run(&w, now), 1);
	now += MSEC(1);
	assert_int_equal(wheel_run(&w, now), 1);
	wheel_cancel(&w, &p.timer);
	wheel_cancel(&w, &p.timer);
	assert_true(wheel_next(&w) == NSEC_NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wheel_equals_model),
		cmocka_unit_test(far_timer_fires_on_time),
		cmocka_unit_test(rearm_later_does_not_move),
		cmocka_unit_test(due_rearm_waits_for_next_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
