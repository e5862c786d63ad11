/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metric.h -- counters, gauges and histograms that cost a worker one addition.
 *
 * A module declares its metrics in one table:
 *
 *	#define POOL_METRICS(M)                                                                \
 *		M(pool_connects, METRIC_COUNTER, "sluice_pool_connects_total",                 \
 *			"Connections opened to backends.", METRIC_LABELS("backend"))           \
 *		M(pool_idle, METRIC_GAUGE, "sluice_pool_idle", "Idle connections.", METRIC_PLAIN) \
 *		M(pool_wait, METRIC_HISTOGRAM, "sluice_pool_wait_seconds", "Time ...",         \
 *			METRIC_SECONDS)
 *	METRICS_DECLARE(POOL_METRICS)			in the header
 *	METRICS_DEFINE(pool_metrics, POOL_METRICS)	in one .c
 *	metrics_register(&pool_metrics);		once, when the process is wired
 *
 * Each thread writes cells of its own, with no lock and no shared cache line; a reader sums them by
 * relaxed atomics.  A series (a metric with label values) is asked for when configuration changes,
 * never per request; it is counted, and its memory is reused after the last holder released it. The
 * number of series is bounded: beyond the bound all share one whose label values are "other".
 */
#ifndef BASE_METRIC_H
#define BASE_METRIC_H

#include "base/buf.h"
#include "base/clock.h"

#define METRIC_LABELS_MAX 4
#define METRIC_BUCKETS_MAX 16
#define METRIC_SERIES_MAX 20000 /* of one metric */
#define METRIC_CELLS_MAX (512u << 10) /* of all series of the process */

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

/* A series: the place of its cells.  0 is none: adding to it is harmless. */
typedef uint32_t metric_id;

struct metric {
	enum metric_kind kind;
	const char *name;
	const char *help;
	const char *labels[METRIC_LABELS_MAX]; /* names, up to the first NULL */
	uint64_t buckets[METRIC_BUCKETS_MAX]; /* upper bounds, ascending, up to the first 0 */
	double scale; /* a histogram's values and sum are told divided by this */
	metric_id plain; /* the one series of a metric without labels, once registered */
	struct metric_series *series; /* the registry's */
};

/* The last argument of a table's row. */
#define METRIC_PLAIN .scale = 1
#define METRIC_LABELS(...) .labels = {__VA_ARGS__}, .scale = 1
/* Nanoseconds in, seconds out: 0.5 ms to 60 s. */
#define METRIC_SECONDS                                                                      \
	.buckets = {MSEC(1) / 2, MSEC(1), MSEC(2), MSEC(5), MSEC(10), MSEC(25), MSEC(50),   \
		MSEC(100), MSEC(250), MSEC(500), SEC(1), SEC(2), SEC(5), SEC(10), SEC(60)}, \
	.scale = 1e9
#define METRIC_SECONDS_BY(...) METRIC_SECONDS, .labels = {__VA_ARGS__}

struct metrics {
	struct metric *const *all;
	size_t n;
};

#define METRICS_DECLARE(table) table(METRIC_EXTERN_)
#define METRICS_DEFINE(name, table)                                                                \
	table(METRIC_DEFINE_) static struct metric *const name##_all[] = {table(METRIC_ADDRESS_)}; \
	const struct metrics name = {name##_all, sizeof(name##_all) / sizeof(name##_all[0])}
#define METRIC_EXTERN_(id, kind_, name_, help_, ...) extern struct metric id;
#define METRIC_DEFINE_(id, kind_, name_, help_, ...) \
	struct metric id = {.kind = kind_, .name = name_, .help = help_, __VA_ARGS__};
#define METRIC_ADDRESS_(id, kind_, name_, help_, ...) &id,

/* Make the metrics of one table known; once a table, before other threads use it.  Names differ. */
void metrics_register(const struct metrics *table);

/* The series of <m> with these label values, as many as <m> has labels (copied): made at first
 * asking.  Any thread, takes a lock.  Release each answer once. */
metric_id metric_series(struct metric *m, const struct str *values);
void metric_release(struct metric *m, metric_id series);

/* Add <n> to a counter's or gauge's series (a gauge may sink: the sum over threads counts).  Any
 * thread. */
void metric_add_to(metric_id series, int64_t n);
/* Make this thread's part of a gauge <value>: for gauges that one thread sets. */
void metric_set_to(metric_id series, int64_t value);
/* One observation of <m>'s histogram. */
void metric_observe_to(const struct metric *m, metric_id series, uint64_t value);

/* The same for metrics without labels. */
static inline void metric_add(const struct metric *m, int64_t n)
{
	metric_add_to(m->plain, n);
}
static inline void metric_set(const struct metric *m, int64_t value)
{
	metric_set_to(m->plain, value);
}
static inline void metric_observe(const struct metric *m, uint64_t value)
{
	metric_observe_to(m, m->plain, value);
}

/* The sum over all threads; a histogram's number of observations.  Any thread. */
int64_t metric_read(const struct metric *m, metric_id series);

/* Appends all registered metrics in the Prometheus text format 0.0.4.  Any thread, takes the lock
 * of metric_series(). */
void metrics_write(struct buf *out);

/* Forget all: for tests, when no other thread runs. */
void metrics_reset(void);

#endif
