/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every series has a run of cells at the same index in each thread's table.  A thread's table is a
 * fixed array of chunks which the thread makes when it first writes there, so a cell never moves
 * and a reader needs no lock against the writers.  Cells are never cleared, since only their thread
 * may write them: a reused run starts from the sums it is found with (<base>).
 */
#include "base/metric.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/list.h"
#include "base/map.h"
#include "base/utf8.h"
#include "base/vec.h"

#define CHUNK 1024
#define CHUNKS (METRIC_CELLS_MAX / CHUNK)
#define BUSY_LOOK 16

typedef metric_cell cell_t;

struct cells {
	struct cells *next;
	_Atomic(cell_t *) chunks[CHUNKS];
};

struct series {
	struct list node; /* in its metric's, in order of birth */
	struct metric *of;
	metric_id id;
	uint32_t refs;
	char *key; /* the map's: label values with their lengths */
	size_t key_n;
	char *text; /* the label values as exposed: a="b",c="d" */
	int64_t base[]; /* <run> sums at birth */
};

struct metric_series {
	struct list all;
	struct map by_key;
	uint32_t n;
	uint32_t run; /* cells of one series */
	uint32_t n_gauges;
	uint32_t gauges[METRIC_RUN_MAX]; /* which of them are gauges' */
	struct series *other; /* beyond the bound; NULL until needed */
};

static struct {
	pthread_mutex_t lock;
	VEC(struct metric *) metrics;
	VEC(struct series *) owners; /* by id; NULL within a run or free */
	VEC(metric_id) free[METRIC_RUN_MAX + 1]; /* by length of run */
	VEC(struct series *) busy; /* given back, and a gauge of theirs is not at rest */
	uint32_t next; /* first id never used */
	_Atomic(struct cells *) threads;
} registry = {.lock = PTHREAD_MUTEX_INITIALIZER, .next = 1};

static _Thread_local struct cells *mine;

/* --- cells ------------------------------------------------------------------------------- */

static struct cells *cells_new(void)
{
	struct cells *c = MEM_NEW(struct cells);

	c->next = atomic_load(&registry.threads);
	while (!atomic_compare_exchange_weak(&registry.threads, &c->next, c))
		;
	mine = c;
	return c;
}

static cell_t *chunk_new(struct cells *c, metric_id id)
{
	cell_t *chunk = mem_zalloc(CHUNK * sizeof(*chunk));

	atomic_store_explicit(&c->chunks[id / CHUNK], chunk, memory_order_release);
	return chunk;
}

/* The first time that this thread writes there. */
static __attribute__((noinline)) cell_t *my_cell_new(metric_id id)
{
	struct cells *c = mine ? mine : cells_new();

	return &chunk_new(c, id)[id % CHUNK];
}

static inline cell_t *my_cell(metric_id id)
{
	struct cells *c = mine;
	cell_t *chunk = likely(c != NULL)
				? atomic_load_explicit(&c->chunks[id / CHUNK], memory_order_relaxed)
				: NULL;

	return likely(chunk != NULL) ? &chunk[id % CHUNK] : my_cell_new(id);
}

metric_cell *metric_cells(metric_id series)
{
	return my_cell(series);
}

void metric_add_to(metric_id series, int64_t n)
{
	metric_bump(my_cell(series), n);
}

void metric_set_to(metric_id series, int64_t value)
{
	atomic_store_explicit(my_cell(series), value, memory_order_relaxed);
}

void metric_observe_to(const struct metric *m, metric_id series, uint64_t value)
{
	if (series)
		metric_bump_histogram(m, my_cell(series), value);
}

/* Sums may wrap in theory; unsigned arithmetic keeps that defined. */
static int64_t sum(metric_id id)
{
	uint64_t total = 0;

	for (struct cells *c = atomic_load(&registry.threads); c; c = c->next) {
		cell_t *chunk = atomic_load_explicit(&c->chunks[id / CHUNK], memory_order_acquire);

		if (chunk)
			total += (uint64_t)atomic_load_explicit(
				&chunk[id % CHUNK], memory_order_relaxed);
	}
	return (int64_t)total;
}

static int64_t series_sum(const struct series *s, uint32_t i)
{
	return (int64_t)((uint64_t)sum(s->id + i) - (uint64_t)s->base[i]);
}

/* --- series ------------------------------------------------------------------------------ */

static uint32_t n_labels(const struct metric *m)
{
	uint32_t n = 0;

	while (n < METRIC_LABELS_MAX && m->labels[n])
		n++;
	return n;
}

static uint32_t n_parts(const struct metric *m)
{
	uint32_t n = 0;

	while (n < METRIC_PARTS_MAX && m->parts[n])
		n++;
	return n;
}

static uint32_t n_buckets(const struct metric *m)
{
	uint32_t n = 0;

	while (n < METRIC_BUCKETS_MAX && m->buckets[n])
		n++;
	return n;
}

/* Whether nobody is between the two halves of a gauge's up and down. */
static bool series_rests(const struct series *s)
{
	const struct metric_series *all = s->of->series;

	for (uint32_t i = 0; i < all->n_gauges; i++)
		if (series_sum(s, all->gauges[i]) != 0)
			return false;
	return true;
}

static void run_give(struct series *s)
{
	*vec_push(&registry.free[s->of->series->run]) = s->id;
	mem_free(s);
}

/* A few of those that waited: whoever asks for many comes by often. */
static void busy_look(void)
{
	for (size_t i = 0; i < MIN(registry.busy.n, (size_t)BUSY_LOOK); i++) {
		struct series *s = registry.busy.p[i];

		if (!series_rests(s))
			continue;
		registry.busy.p[i--] = registry.busy.p[--registry.busy.n];
		run_give(s);
	}
}

/* A run of <n> cells within one chunk, or 0: all are taken. */
static metric_id take_run(uint32_t n)
{
	metric_id id = 0;

	busy_look();
	if (registry.free[n].n)
		return registry.free[n].p[--registry.free[n].n];
	if (registry.next % CHUNK + n > CHUNK)
		registry.next += CHUNK - registry.next % CHUNK;
	if (registry.next + n <= METRIC_CELLS_MAX) {
		id = registry.next;
		registry.next += n;
	}
	return id;
}

static void add_label_value(struct buf *out, struct str s)
{
	while (s.n) {
		size_t n = utf8_len(s);

		if (n == 0)
			buf_add(out, STR("\xef\xbf\xbd"));
		else if (s.p[0] == '\n')
			buf_add(out, STR("\\n"));
		else if (s.p[0] == '"' || s.p[0] == '\\')
			buf_printf(out, "\\%c", s.p[0]);
		else
			buf_add(out, str_take(s, n));
		s = str_skip(s, MAX(n, (size_t)1));
	}
}

static char *exposed_labels(const struct metric *m, const struct str *values)
{
	struct buf text = {0};
	char *copy;

	for (uint32_t i = 0; i < n_labels(m); i++) {
		AN(values);
		buf_printf(&text, "%s%s=\"", i ? "," : "", m->labels[i]);
		add_label_value(&text, values[i]);
		buf_addc(&text, '"');
	}
	copy = mem_strdup(buf_str(&text));
	buf_fini(&text);
	return copy;
}

/* NULL when no cells are left. */
static struct series *series_new(struct metric *m, const struct str *values)
{
	uint32_t run = m->series->run;
	metric_id id = take_run(run);
	struct series *s;

	if (!id)
		return NULL;
	s = mem_zalloc(sizeof(*s) + run * sizeof(s->base[0]));
	s->id = id;
	s->of = m;
	s->text = exposed_labels(m, values);
	for (uint32_t i = 0; i < run; i++)
		s->base[i] = sum(id + i);
	while (registry.owners.n <= id)
		*vec_push(&registry.owners) = NULL;
	registry.owners.p[id] = s;
	list_init(&s->node);
	list_add_tail(&m->series->all, &s->node);
	m->series->n++;
	return s;
}

static void series_free(struct metric *m, struct series *s)
{
	list_del(&s->node);
	m->series->n--;
	if (s->key)
		map_del(&m->series->by_key, str_of(s->key, s->key_n));
	registry.owners.p[s->id] = NULL;
	mem_free(s->key);
	mem_free(s->text);
	if (series_rests(s))
		run_give(s);
	else
		*vec_push(&registry.busy) = s;
}

static struct series *series_other(struct metric *m)
{
	static const struct str other[METRIC_LABELS_MAX] = {
		{"other", 5}, {"other", 5}, {"other", 5}, {"other", 5}};

	if (!m->series->other)
		m->series->other = series_new(m, other);
	return m->series->other;
}

static struct buf series_key(const struct metric *m, const struct str *values)
{
	struct buf key = {0};

	for (uint32_t i = 0; i < n_labels(m); i++) {
		buf_add(&key, str_of(&values[i].n, sizeof(values[i].n)));
		buf_add(&key, values[i]);
	}
	return key;
}

static struct series *series_find_or_make(struct metric *m, const struct str *values)
{
	struct buf key = series_key(m, values);
	struct series *s = map_get(&m->series->by_key, buf_str(&key));

	if (!s && m->series->n < (m->limit ? m->limit : METRIC_SERIES_MAX)) {
		s = series_new(m, values);
		if (s) {
			s->key = mem_strdup(buf_str(&key));
			s->key_n = key.n;
			map_put(&m->series->by_key, str_of(s->key, s->key_n), s);
		}
	}
	buf_fini(&key);
	return s ? s : series_other(m);
}

metric_id metric_series(struct metric *m, const struct str *values)
{
	metric_id id = 0;
	struct series *s;

	pthread_mutex_lock(&registry.lock);
	s = m->series ? series_find_or_make(m, values) : NULL;
	if (s) {
		s->refs++;
		id = s->id;
	}
	pthread_mutex_unlock(&registry.lock);
	return id;
}

void metric_release(struct metric *m, metric_id series)
{
	struct series *s;

	if (series == 0)
		return;
	pthread_mutex_lock(&registry.lock);
	AN(series < registry.owners.n);
	s = registry.owners.p[series];
	AN(s && s->refs);
	/* The shared one stays: its count is of many. */
	if (--s->refs == 0 && s != m->series->other)
		series_free(m, s);
	pthread_mutex_unlock(&registry.lock);
}

/* Its cells go behind those that its set has already. */
static void metric_place(struct metric *m)
{
	struct metric_series *set;

	if (m->with)
		m->series = m->with->series;
	AN(!m->with || m->series); /* the first of a set is registered first */
	if (!m->with) {
		m->series = MEM_NEW(struct metric_series);
		list_init(&m->series->all);
	}
	set = m->series;
	AZ(set->n);
	m->at = set->run;
	m->cells = m->kind == METRIC_HISTOGRAM ? n_buckets(m) + 2 : MAX(n_parts(m), 1u);
	set->run += m->cells;
	AN(set->run <= METRIC_RUN_MAX);
	for (uint32_t i = 0; i < m->cells && m->kind == METRIC_GAUGE; i++)
		set->gauges[set->n_gauges++] = m->at + i;
}

void metrics_register(const struct metrics *table)
{
	pthread_mutex_lock(&registry.lock);
	for (size_t i = 0; i < table->n; i++) {
		struct metric *m = table->all[i];

		AZ(m->series);
		for (size_t k = 0; k < registry.metrics.n; k++)
			AN(strcmp(registry.metrics.p[k]->name, m->name) != 0);
		metric_place(m);
		if (n_labels(m) == 0 && !m->with) {
			struct series *s = series_new(m, NULL);

			AN(s);
			s->refs = 1;
			m->plain = s->id;
		}
		*vec_push(&registry.metrics) = m;
	}
	pthread_mutex_unlock(&registry.lock);
}

int64_t metric_read(const struct metric *m, metric_id series)
{
	int64_t total = 0;
	struct series *s;

	pthread_mutex_lock(&registry.lock);
	s = series && series < registry.owners.n ? registry.owners.p[series] : NULL;
	for (uint32_t i = 0; s && i < m->cells - (m->kind == METRIC_HISTOGRAM); i++)
		total += series_sum(s, m->at + i);
	pthread_mutex_unlock(&registry.lock);
	return total;
}

/* --- exposition -------------------------------------------------------------------------- */

/* <label> NULL: none beside the series' own. */
static void add_sample(struct buf *out, const struct metric *m, const char *suffix,
	const struct series *s, const char *label, const char *value)
{
	buf_printf(out, "%s%s", m->name, suffix);
	if (s->text[0] || label)
		buf_printf(out, "{%s%s", s->text, s->text[0] && label ? "," : "");
	if (label)
		buf_printf(out, "%s=\"%s\"", label, value);
	if (s->text[0] || label)
		buf_addc(out, '}');
	buf_addc(out, ' ');
}

static void add_number(struct buf *out, const struct metric *m, int64_t v)
{
	if (m->scale > 1)
		buf_printf(out, "%.15g\n", (double)v / m->scale);
	else
		buf_printf(out, "%lld\n", (long long)v);
}

static void add_histogram(struct buf *out, const struct metric *m, const struct series *s)
{
	uint32_t n = n_buckets(m);
	int64_t total = 0;

	for (uint32_t i = 0; i <= n; i++) {
		char le[32] = "+Inf";

		if (i < n)
			snprintf(le, sizeof(le), "%.15g", (double)m->buckets[i] / m->scale);
		total += series_sum(s, m->at + i);
		add_sample(out, m, "_bucket", s, "le", le);
		buf_printf(out, "%lld\n", (long long)total);
	}
	add_sample(out, m, "_sum", s, NULL, NULL);
	add_number(out, m, series_sum(s, m->at + n + 1));
	add_sample(out, m, "_count", s, NULL, NULL);
	buf_printf(out, "%lld\n", (long long)total);
}

static void add_series(struct buf *out, const struct metric *m, const struct series *s)
{
	if (m->kind == METRIC_HISTOGRAM) {
		add_histogram(out, m, s);
		return;
	}
	for (uint32_t i = 0; i < m->cells; i++) {
		add_sample(out, m, "", s, m->part, m->part ? m->parts[i] : NULL);
		add_number(out, m, series_sum(s, m->at + i));
	}
}

static void add_metric(struct buf *out, const struct metric *m)
{
	static const char *const kinds[] = {"counter", "gauge", "histogram"};

	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help, m->name, kinds[m->kind]);
	list_for_each (it, &m->series->all)
		add_series(out, m, container_of(it, struct series, node));
}

void metrics_write(struct buf *out)
{
	pthread_mutex_lock(&registry.lock);
	vec_for_each (m, &registry.metrics)
		if (!list_empty(&(*m)->series->all))
			add_metric(out, *m);
	pthread_mutex_unlock(&registry.lock);
}

static void metric_forget(struct metric *m)
{
	if (!m->with) {
		list_for_each_safe (it, &m->series->all)
			series_free(m, container_of(it, struct series, node));
		map_fini(&m->series->by_key);
		mem_free(m->series);
	}
	m->series = NULL;
	m->plain = 0;
}

void metrics_reset(void)
{
	vec_for_each (m, &registry.metrics)
		metric_forget(*m);
	vec_for_each (s, &registry.busy)
		mem_free(*s);
	vec_fini(&registry.busy);
	vec_fini(&registry.metrics);
	vec_fini(&registry.owners);
	for (size_t i = 0; i < ARRAY_LEN(registry.free); i++)
		vec_fini(&registry.free[i]);
	registry.next = 1;
	/* Tables stay with their threads; new series start from what they hold. */
}
