/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/metric.h"
#include "test.h"

#define DEMO_METRICS(M)                                                                   \
	M(demo_requests, METRIC_COUNTER, "demo_requests_total", "Requests seen.",         \
		METRIC_LABELS("route", "code"))                                           \
	M(demo_open, METRIC_GAUGE, "demo_open", "Open things.", METRIC_PLAIN)             \
	M(demo_size, METRIC_HISTOGRAM, "demo_size_bytes", "Sizes.", .buckets = {10, 100}, \
		.scale = 1)                                                               \
	M(demo_ends, METRIC_COUNTER, "demo_ends_total", "Ends.", METRIC_LABELS("who"),    \
		METRIC_PARTS("why", "idle", "full"))                                      \
	M(demo_took, METRIC_HISTOGRAM, "demo_took_seconds", "Times.",                     \
		METRIC_SECONDS_WITH(demo_ends))                                           \
	M(demo_busy, METRIC_GAUGE, "demo_busy", "Busy.", METRIC_WITH(demo_ends))          \
	M(demo_age, METRIC_GAUGE, "demo_age_seconds", "Age.", METRIC_NSEC)                \
	M(demo_time, METRIC_HISTOGRAM, "demo_time_seconds", "Times.", METRIC_SECONDS_BY("route"))

METRICS_DECLARE(DEMO_METRICS)
METRICS_DEFINE(demo_metrics, DEMO_METRICS);

static int setup(void **state)
{
	(void)state;
	metrics_register(&demo_metrics);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	metrics_reset();
	return 0;
}

static metric_id requests(const char *route, const char *code)
{
	return metric_series(&demo_requests, (struct str[]){str_from(route), str_from(code)});
}

static void is_told_as_prometheus_reads_it(void **state)
{
	metric_id a = requests("shop", "200"), b = requests("a\"b\\c\nd\xff", "404");
	struct buf out = {0};

	(void)state;
	metric_add_to(a, 2);
	metric_add_to(a, 1);
	metric_add_to(b, 1);
	metric_add(&demo_open, 5);
	metric_add(&demo_open, -7);
	metric_observe(&demo_size, 10);
	metric_observe(&demo_size, 11);
	metric_observe(&demo_size, 1000);
	metric_set(&demo_age, MSEC(1500));
	metrics_write(&out);
	assert_str(buf_str(&out),
		"# HELP demo_requests_total Requests seen.\n"
		"# TYPE demo_requests_total counter\n"
		"demo_requests_total{route=\"shop\",code=\"200\"} 3\n"
		"demo_requests_total{route=\"a\\\"b\\\\c\\nd\xef\xbf\xbd\",code=\"404\"} 1\n"
		"# HELP demo_open Open things.\n"
		"# TYPE demo_open gauge\n"
		"demo_open -2\n"
		"# HELP demo_size_bytes Sizes.\n"
		"# TYPE demo_size_bytes histogram\n"
		"demo_size_bytes_bucket{le=\"10\"} 1\n"
		"demo_size_bytes_bucket{le=\"100\"} 2\n"
		"demo_size_bytes_bucket{le=\"+Inf\"} 3\n"
		"demo_size_bytes_sum 1021\n"
		"demo_size_bytes_count 3\n"
		"# HELP demo_age_seconds Age.\n"
		"# TYPE demo_age_seconds gauge\n"
		"demo_age_seconds 1.5\n");
	assert_int_equal(metric_read(&demo_size, demo_size.plain), 3);
	buf_fini(&out);
}

static void seconds_are_told_from_nanoseconds(void **state)
{
	metric_id s = metric_series(&demo_time, (struct str[]){STR("r")});
	struct buf out = {0};

	(void)state;
	metric_observe_to(&demo_time, s, MSEC(1) / 2);
	metric_observe_to(&demo_time, s, MSEC(1500));
	metrics_write(&out);
	buf_addc(&out, '\0');
	assert_non_null(strstr(out.p, "demo_time_seconds_bucket{route=\"r\",le=\"0.0005\"} 1\n"));
	assert_non_null(strstr(out.p, "demo_time_seconds_bucket{route=\"r\",le=\"1\"} 1\n"));
	assert_non_null(strstr(out.p, "demo_time_seconds_bucket{route=\"r\",le=\"2.5\"} 2\n"));
	assert_non_null(strstr(out.p, "demo_time_seconds_sum{route=\"r\"} 1.5005\n"));
	assert_non_null(strstr(out.p, "demo_time_seconds_count{route=\"r\"} 2\n"));
	buf_fini(&out);
}

static void a_series_lives_while_it_is_held_and_starts_from_nothing(void **state)
{
	metric_id a = requests("shop", "200"), again = requests("shop", "200");
	struct buf out = {0};

	(void)state;
	assert_int_equal(a, again);
	metric_add_to(a, 3);
	metric_release(&demo_requests, a);
	assert_int_equal(metric_read(&demo_requests, a), 3);
	metric_release(&demo_requests, a);
	metrics_write(&out);
	buf_addc(&out, '\0');
	assert_null(strstr(out.p, "shop"));
	buf_fini(&out);
	again = requests("other-shop", "200");
	assert_int_equal(again, a); /* reused */
	assert_int_equal(metric_read(&demo_requests, again), 0);
	metric_add_to(again, 1);
	assert_int_equal(metric_read(&demo_requests, again), 1);
	/* Values that would run together are kept apart. */
	assert_int_not_equal(requests("ab", "c"), requests("a", "bc"));
}

static metric_id ends(const char *who)
{
	return metric_series(&demo_ends, (struct str[]){str_from(who)});
}

static bool told(const char *line)
{
	struct buf out = {0};
	bool found;

	metrics_write(&out);
	buf_addc(&out, '\0');
	found = strstr(out.p, line) != NULL;
	buf_fini(&out);
	return found;
}

static void a_set_has_one_series_for_all_its_metrics(void **state)
{
	metric_id a = ends("a"), b = ends("b");

	(void)state;
	metric_add_in(&demo_ends, a, 1, 2);
	metric_add_in(&demo_ends, b, 0, 3);
	metric_observe_in(&demo_took, a, MSEC(3));
	metric_observe_in(&demo_took, a, SEC(100));
	metric_add_in(&demo_busy, b, 0, 1);
	assert_true(told("demo_ends_total{who=\"a\",why=\"idle\"} 0\n"
			 "demo_ends_total{who=\"a\",why=\"full\"} 2\n"
			 "demo_ends_total{who=\"b\",why=\"idle\"} 3\n"
			 "demo_ends_total{who=\"b\",why=\"full\"} 0\n"));
	assert_true(told("demo_took_seconds_bucket{who=\"a\",le=\"0.0025\"} 0\n"
			 "demo_took_seconds_bucket{who=\"a\",le=\"0.005\"} 1\n"));
	assert_true(told("demo_took_seconds_bucket{who=\"a\",le=\"+Inf\"} 2\n"
			 "demo_took_seconds_sum{who=\"a\"} 100.003\n"
			 "demo_took_seconds_count{who=\"a\"} 2\n"));
	assert_true(told("demo_busy{who=\"a\"} 0\ndemo_busy{who=\"b\"} 1\n"));
	assert_int_equal(metric_read(&demo_ends, a), 2);
	assert_int_equal(metric_read(&demo_took, a), 2);
	assert_int_equal(metric_read(&demo_busy, b), 1);
	metric_add_in(&demo_busy, 0, 0, 1); /* none: harmless */
	metric_observe_in(&demo_took, 0, 1);
	assert_int_equal(metric_read(&demo_busy, a), 0);
}

static void cells_are_not_reused_before_their_gauges_rest(void **state)
{
	metric_id a = ends("a"), b, c;

	(void)state;
	metric_add_in(&demo_busy, a, 0, 1);
	metric_release(&demo_ends, a);
	assert_false(told("\"a\""));
	b = ends("b");
	assert_int_not_equal(a, b);
	/* Whoever was busy ends, and counts where nobody is told it any more. */
	metric_add_in(&demo_ends, a, 0, 1);
	metric_add_in(&demo_busy, a, 0, -1);
	c = ends("c");
	assert_int_equal(c, a);
	assert_true(told("demo_ends_total{who=\"c\",why=\"idle\"} 0\n"));
	assert_true(told("demo_busy{who=\"c\"} 0\n"));
}

static void a_metric_may_have_a_bound_of_its_own(void **state)
{
	metric_id a, b;

	(void)state;
	demo_ends.limit = 1;
	a = ends("a");
	b = ends("b");
	demo_ends.limit = 0;
	assert_int_not_equal(a, b);
	metric_add_in(&demo_ends, b, 0, 1);
	assert_true(told("demo_ends_total{who=\"other\",why=\"idle\"} 1\n"));
	assert_false(told("\"b\""));
}

static void the_number_of_series_is_bounded(void **state)
{
	metric_id last = 0, first = 0;
	char name[16];

	(void)state;
	for (int i = 0; i < METRIC_SERIES_MAX + 10; i++) {
		snprintf(name, sizeof(name), "r%d", i);
		last = requests(name, "200");
		if (i == 0)
			first = last;
		if (i < METRIC_SERIES_MAX)
			continue;
		assert_int_equal(last, requests("another", "500")); /* they share one */
	}
	metric_add_to(last, 4);
	metric_release(&demo_requests, last);
	assert_int_equal(metric_read(&demo_requests, last), 4);
	metric_add_to(0, 1); /* none: harmless */
	metric_release(&demo_requests, first);
	metric_release(&demo_requests, 0);
}

#define THREADS 4
#define ROUNDS 50000

static _Atomic bool done;

static void *count_up(void *arg)
{
	metric_id id = *(metric_id *)arg;

	for (int i = 0; i < ROUNDS; i++) {
		metric_add_to(id, 1);
		metric_observe(&demo_size, (uint64_t)i % 200);
		metric_add(&demo_open, i % 2 ? -1 : 1);
	}
	return NULL;
}

static void *read_on(void *arg)
{
	int64_t before = 0;

	while (!atomic_load(&done)) {
		struct buf out = {0};
		int64_t now = metric_read(&demo_requests, *(metric_id *)arg);

		metrics_write(&out);
		buf_fini(&out);
		AN(now >= before);
		before = now;
		/* Series come and go meanwhile. */
		metric_release(&demo_requests, requests("fleeting", "200"));
	}
	return NULL;
}

static void threads_count_without_loss(void **state)
{
	metric_id id = requests("all", "200");
	pthread_t threads[THREADS], reader;

	(void)state;
	assert_int_equal(pthread_create(&reader, NULL, read_on, &id), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count_up, &id), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	atomic_store(&done, true);
	pthread_join(reader, NULL);
	assert_int_equal(metric_read(&demo_requests, id), THREADS * ROUNDS);
	assert_int_equal(metric_read(&demo_size, demo_size.plain), THREADS * ROUNDS);
	assert_int_equal(metric_read(&demo_open, demo_open.plain), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_told_as_prometheus_reads_it, setup, teardown),
		cmocka_unit_test_setup_teardown(seconds_are_told_from_nanoseconds, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_series_lives_while_it_is_held_and_starts_from_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_set_has_one_series_for_all_its_metrics, setup, teardown),
		cmocka_unit_test_setup_teardown(
			cells_are_not_reused_before_their_gauges_rest, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_metric_may_have_a_bound_of_its_own, setup, teardown),
		cmocka_unit_test_setup_teardown(the_number_of_series_is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(threads_count_without_loss, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
