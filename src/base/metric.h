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
 * Metrics that are always asked for together, as those of one route, are a set: the first is
 * declared with labels, the others follow it with METRIC_WITH(first), and one series of the first
 * leads to the cells of all.  METRIC_PARTS splits a counter by a label whose values are known:
 *
 *	M(pool_ends, METRIC_COUNTER, "sluice_pool_ends_total", "...", METRIC_WITH(pool_connects),
 *		METRIC_PARTS("why", "idle", "full"))
 *
 * Each thread writes cells of its own, with no lock and no shared cache line; a reader sums them by
 * relaxed atomics.  A series (a metric with label values) is asked for when configuration changes,
 * never per request; it is counted, and its memory is reused after the last holder released it. The
 * number of series is bounded: beyond the bound all share one whose label values are "other".  A
 * series that is given back while one of its gauges is not at 0 (a request that outlives its route)
 * is not reused before it is.
 */
#ifndef BASE_METRIC_H
#define BASE_METRIC_H

#include <stdatomic.h>

#include "base/buf.h"
#include "base/clock.h"

#define METRIC_LABELS_MAX 4
#define METRIC_BUCKETS_MAX 16
#define METRIC_PARTS_MAX 8
#define METRIC_RUN_MAX 64 /* cells of one series of a set */
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
	double scale; /* values are told divided by this */
	const char *part; /* label of <parts>; NULL: none */
	const char *parts[METRIC_PARTS_MAX]; /* up to the first NULL */
	struct metric *with; /* the first of its set; NULL: it is one itself */
	uint32_t limit; /* of series; 0: METRIC_SERIES_MAX */
	/* once registered: */
	metric_id plain; /* the one series of a metric without labels */
	uint32_t at; /* its first cell behind that of its set's series */
	uint32_t cells; /* how many it has there */
	struct metric_series *series; /* the registry's */
};

/* The last argument of a table's row. */
#define METRIC_PLAIN .scale = 1
#define METRIC_LABELS(...) .labels = {__VA_ARGS__}, .scale = 1
#define METRIC_WITH(first) .with = &(first), .scale = 1
#define METRIC_PARTS(label, ...) .part = (label), .parts = {__VA_ARGS__}
/* Nanoseconds in, seconds out: the bounds that Prometheus' client libraries have by default, and
 * finer ones below: what a gateway adds is less than 5 ms. */
#define METRIC_BUCKETS                                                                        \
	.buckets = {MSEC(1) / 2, MSEC(1), MSEC(5) / 2, MSEC(5), MSEC(10), MSEC(25), MSEC(50), \
		MSEC(100), MSEC(250), MSEC(500), SEC(1), SEC(5) / 2, SEC(5), SEC(10), SEC(60)}
#define METRIC_SECONDS METRIC_BUCKETS, .scale = 1e9
#define METRIC_SECONDS_WITH(first) METRIC_BUCKETS, .with = &(first), .scale = 1e9
/* A gauge that is set in nanoseconds. */
#define METRIC_NSEC .scale = 1e9
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

/*
 * For where every instruction counts: this thread's cells of a series (not 0), once for several
 * additions.  The pointer is good as long as the thread; a part or a metric of the set lies <at>
 * behind.  Only its own thread writes a cell, so a load and a store do; they are atomic for
 * readers.
 */
typedef _Atomic int64_t metric_cell;
metric_cell *metric_cells(metric_id series);
static inline void metric_bump(metric_cell *cell, int64_t n)
{
	atomic_store_explicit(
		cell, atomic_load_explicit(cell, memory_order_relaxed) + n, memory_order_relaxed);
}
/* <cells> are those of the histogram <m> itself. */
static inline void metric_bump_histogram(const struct metric *m, metric_cell *cells, uint64_t value)
{
	uint32_t i = 0, n = m->cells - 2;

	while (i < n && value > m->buckets[i])
		i++;
	metric_bump(cells + i, 1);
	metric_bump(cells + n + 1, (int64_t)value);
}

/* The same in a set: <series> is that of its first metric, or 0; <part> is 0 where there are none.
 */
static inline void metric_add_in(const struct metric *m, metric_id series, unsigned part, int64_t n)
{
	if (series)
		metric_add_to(series + m->at + part, n);
}
static inline void metric_observe_in(const struct metric *m, metric_id series, uint64_t value)
{
	if (series)
		metric_observe_to(m, series + m->at, value);
}

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

/* The sum over all threads, and parts; a histogram's number of observations.  <series> is that of
 * the set's first metric.  Any thread. */
int64_t metric_read(const struct metric *m, metric_id series);

/* Appends all registered metrics in the Prometheus text format 0.0.4.  Any thread, takes the lock
 * of metric_series(). */
void metrics_write(struct buf *out);

/* Forget all: for tests, when no other thread runs. */
void metrics_reset(void);

#endif
