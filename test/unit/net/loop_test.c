/* SPDX-License-Identifier: Apache-2.0 */
/* The order of a tick, tasks, hooks, watches, quiescence. */
#include "fixture.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

static char trace[64];

static void mark(char c)
{
	size_t n = strlen(trace);

	if (n + 1 < sizeof(trace)) {
		trace[n] = c;
		trace[n + 1] = '\0';
	}
}

static struct loop *open_loop(struct clock_manual *clock)
{
	trace[0] = '\0';
	clock_manual_init(clock, SEC(500), SEC(1000000));
	return fixture_loop(&clock->clock, NULL);
}

static void on_top(struct hook *h)
{
	(void)h;
	mark('T');
}
static void on_end(struct hook *h)
{
	(void)h;
	mark('E');
}
static void on_task(struct task *t)
{
	(void)t;
	mark('t');
}
static void on_timer(struct timer *t)
{
	(void)t;
	mark('i');
}
static void on_op(struct op *op, int res)
{
	(void)op;
	assert_int_equal(res, 7);
	mark('o');
}
static void on_watch(struct watch *w, uint32_t events)
{
	uint64_t n;

	assert_int_equal(events, EPOLLIN);
	assert_int_equal(read(w->fd, &n, sizeof(n)), sizeof(n));
	mark('w');
}

static void order_of_a_tick(void **state)
{
	struct hook top = {.run = on_top}, end = {.run = on_end};
	struct clock_manual clock;
	struct loop *l = open_loop(&clock);
	int fd = eventfd(1, EFD_NONBLOCK);
	struct timer timer;
	struct watch watch;
	struct task task;
	struct op op;

	(void)state;
	loop_hook_end(l, &end);
	loop_hook_top(l, &top);
	task_init(&task, on_task);
	timer_init(&timer, on_timer);
	op_init(&op, on_op);
	loop_defer(l, &task);
	loop_defer(l, &task); /* once */
	loop_timer_arm(l, &timer, MSEC(5));
	op_begin(&op);
	op_complete(l, &op, 7);
	assert_int_equal(loop_watch_fd(l, &watch, fd, EPOLLIN, on_watch), 0);
	assert_string_equal(trace, ""); /* nothing from inside a submit */
	clock_manual_advance(&clock, MSEC(10));
	loop_tick(l, 0);
	assert_string_equal(trace, "TwoitE");
	hook_remove(&top);
	hook_remove(&end);
	loop_tick(l, 0);
	assert_string_equal(trace, "TwoitE");
	loop_unwatch(&watch);
	loop_unwatch(&watch);
	close(fd);
	loop_free(l);
}

static int again_left;
static struct loop *again_loop;

static void again(struct task *t)
{
	mark('t');
	if (--again_left)
		loop_defer(again_loop, t);
}

static void deferred_again_runs_in_the_next_tick(void **state)
{
	struct clock_manual clock;
	struct loop *l = again_loop = open_loop(&clock);
	struct task task;

	(void)state;
	again_left = 3;
	task_init(&task, again);
	loop_defer(l, &task);
	loop_tick(l, SEC(10)); /* does not wait: there is work */
	assert_string_equal(trace, "t");
	loop_tick(l, SEC(10));
	loop_tick(l, SEC(10));
	assert_string_equal(trace, "ttt");
	loop_defer(l, &task);
	task_cancel(&task);
	loop_tick(l, 0);
	assert_string_equal(trace, "ttt");
	loop_free(l);
}

/* A completion that always submits again holds the tick for LOOP_ROUNDS only. */
static int rounds;
static void forever(struct op *op, int res)
{
	(void)res;
	if (++rounds < 100) {
		op_begin(op);
		op_complete(again_loop, op, 0);
	}
}

static void rounds_are_bounded(void **state)
{
	struct clock_manual clock;
	struct loop *l = again_loop = open_loop(&clock);
	struct op op;

	(void)state;
	rounds = 0;
	op_init(&op, forever);
	op_begin(&op);
	op_complete(l, &op, 0);
	loop_tick(l, SEC(10));
	assert_true(rounds <= 2 * LOOP_ROUNDS);
	while (rounds < 100)
		loop_tick(l, SEC(10));
	loop_free(l);
}

/* One watch's callback unwatches another whose event is already taken. */
static struct watch pair[2];
static void unwatch_other(struct watch *w, uint32_t events)
{
	(void)events;
	mark('w');
	loop_unwatch(w == &pair[0] ? &pair[1] : &pair[0]);
	loop_unwatch(w);
}

static void unwatched_does_not_run(void **state)
{
	struct clock_manual clock;
	struct loop *l = open_loop(&clock);
	int fds[2] = {eventfd(1, 0), eventfd(1, 0)};

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(loop_watch_fd(l, &pair[i], fds[i], EPOLLIN, unwatch_other), 0);
	assert_int_equal(loop_watch_fd(l, &(struct watch){0}, fds[0], EPOLLIN, on_watch), -EEXIST);
	loop_tick(l, SEC(1));
	loop_tick(l, 0);
	assert_string_equal(trace, "w");
	close(fds[0]);
	close(fds[1]);
	loop_free(l);
}

static void rewatch_mutes(void **state)
{
	struct clock_manual clock;
	struct loop *l = open_loop(&clock);
	int fd = eventfd(1, EFD_NONBLOCK);
	struct watch w;

	(void)state;
	assert_int_equal(loop_watch_fd(l, &w, fd, EPOLLIN, on_watch), 0);
	loop_rewatch(&w, 0);
	loop_tick(l, MSEC(5));
	assert_string_equal(trace, "");
	loop_rewatch(&w, EPOLLIN);
	loop_tick(l, SEC(1));
	assert_string_equal(trace, "w");
	loop_unwatch(&w);
	close(fd);
	loop_free(l);
}

/* The clock stands still, so only the advance makes the timer due; quiet comes after it fired and
 * after all that it set off. */
static struct loop *q_loop;
static struct task q_task;
static void q_timer(struct timer *t)
{
	(void)t;
	mark('i');
	loop_defer(q_loop, &q_task);
}
static void on_quiet(struct quiesce *q)
{
	(void)q;
	mark('q');
}

static void quiet_when_all_is_done(void **state)
{
	struct clock_manual clock;
	struct loop *l = q_loop = open_loop(&clock);
	struct timer timer, later;
	struct quiesce q;

	(void)state;
	timer_init(&timer, q_timer);
	timer_init(&later, on_timer);
	task_init(&q_task, on_task);
	loop_timer_arm(l, &timer, SEC(10));
	loop_timer_arm(l, &later, SEC(3600));
	loop_quiesce(l, &q, on_quiet);
	TICK_UNTIL(l, strchr(trace, 'q'));
	assert_string_equal(trace, "q");
	clock_manual_advance(&clock, SEC(11));
	loop_quiesce(l, &q, on_quiet);
	TICK_UNTIL(l, strlen(trace) == 4);
	assert_string_equal(trace, "qitq");
	loop_timer_cancel(l, &later);
	loop_free(l);
}

static struct loop *stop_loop;
static void stop_now(struct timer *t)
{
	(void)t;
	loop_stop(stop_loop);
}

static void run_until_stop(void **state)
{
	struct loop *l = stop_loop = fixture_loop(NULL, NULL);
	struct timer timer;
	nsec before = loop_now(l);

	(void)state;
	timer_init(&timer, stop_now);
	loop_timer_arm(l, &timer, MSEC(20));
	loop_run(l);
	assert_true(loop_now(l) - before >= MSEC(20));
	assert_true(loop_stats(l)->ticks < 20); /* waited, did not spin */
	loop_stop(l);
	loop_run(l); /* was stopped before it ran */
	loop_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_of_a_tick),
		cmocka_unit_test(deferred_again_runs_in_the_next_tick),
		cmocka_unit_test(rounds_are_bounded),
		cmocka_unit_test(unwatched_does_not_run),
		cmocka_unit_test(rewatch_mutes),
		cmocka_unit_test(quiet_when_all_is_done),
		cmocka_unit_test(run_until_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
