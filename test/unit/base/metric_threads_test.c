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
		"demo_size_bytes_count 3\n");
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
	assert_non_null(strstr(out.p, "demo_time_seconds_bucket{route=\"r\",le=\"2\"} 2\n"));
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
		cmocka_unit_test_setup_teardown(the_number_of_series_is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(threads_count_without_loss, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
