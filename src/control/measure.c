/* SPDX-License-Identifier: Apache-2.0 */
#include "control/measure.h"

#include <pthread.h>

#include "base/mem.h"
#include "base/metric.h"
#include "gwapi/outdone.h"

#define MEASURE_METRICS(M)                                                                       \
	M(metric_reload_good, METRIC_GAUGE, "sluice_config_last_reload_success",                 \
		"1 if the input as read last is in force whole, else 0.", METRIC_PLAIN)          \
	M(metric_reload_at, METRIC_GAUGE, "sluice_config_last_reload_timestamp_seconds",         \
		"When the input was read last.", METRIC_NSEC)                                    \
	M(metric_reload_good_at, METRIC_GAUGE, "sluice_config_last_success_timestamp_seconds",   \
		"When an input that is in force whole was read last; 0: never.", METRIC_NSEC)    \
	M(metric_reload_took, METRIC_GAUGE, "sluice_config_last_reload_duration_seconds",        \
		"From the change that was read last to its plan handed to the workers.",         \
		METRIC_NSEC)                                                                     \
	M(metric_objects, METRIC_GAUGE, "sluice_config_objects", "Objects in force, by kind.",   \
		METRIC_LABELS("kind"))                                                           \
	M(metric_refused, METRIC_GAUGE, "sluice_config_refused_objects",                         \
		"Objects that are not in force whole: the input cannot be read, or status says " \
		"why.",                                                                          \
		METRIC_PLAIN, METRIC_PARTS("by", "input", "status"))                             \
	M(metric_revision, METRIC_GAUGE, "sluice_plan_revision",                                 \
		"Generation of the plan in force: counts up with every change.", METRIC_PLAIN)   \
	M(metric_shadowed, METRIC_GAUGE, "sluice_shadowed_rules",                                \
		"Rules with a match that can never win on one of their hostnames.", METRIC_PLAIN)

METRICS_DECLARE(MEASURE_METRICS)
METRICS_DEFINE(measure_metrics, MEASURE_METRICS);

struct measure {
	struct engine *engine;
	metric_id kinds[KIND_MAX];
	uint64_t looked; /* revision of the plan that was searched for shadowed rules; 0: none */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void metrics_make(void)
{
	metrics_register(&measure_metrics);
}

struct measure *measure_new(struct engine *e)
{
	struct measure *m = MEM_NEW(struct measure);

	pthread_once(&once, metrics_make);
	m->engine = e;
	for (int k = 0; k < KIND_MAX; k++) {
		struct str name = object_kind_name((enum object_kind)k);

		m->kinds[k] = metric_series(&metric_objects, &name);
	}
	return m;
}

void measure_free(struct measure *m)
{
	if (!m)
		return;
	for (int k = 0; k < KIND_MAX; k++)
		metric_release(&metric_objects, m->kinds[k]);
	mem_free(m);
}

static size_t refused_by_input(struct engine *e)
{
	size_t n, bad = 0;
	const struct file_problem *p = engine_problems(e, &n);

	for (size_t i = 0; i < n; i++)
		bad += !p[i].ignored;
	return bad;
}

static size_t refused_by_status(struct engine *e)
{
	size_t n, bad = 0;
	const struct object_status *const *all = translator_statuses(engine_translator(e), &n);

	for (size_t i = 0; i < n; i++)
		bad += !object_status_good(all[i]);
	return bad;
}

/* Once for every plan that is there when somebody looks: a walk over all of its entries. */
static void shadows_count(struct measure *m, const struct plan *plan)
{
	struct outdones s = {0};

	if (!plan || plan_revision(plan) == m->looked)
		return;
	m->looked = plan_revision(plan);
	outdones_find(plan, &s);
	metric_set(&metric_shadowed, (int64_t)s.rules);
	outdones_fini(&s);
}

void measure_update(struct measure *m)
{
	struct engine *e = m->engine;
	struct engine_reload r = engine_reload(e);
	const struct plan *plan = engine_plan(e);

	metric_set(&metric_reload_good, r.good);
	metric_set(&metric_reload_at, r.at);
	metric_set(&metric_reload_good_at, r.good_at);
	metric_set(&metric_reload_took, r.took);
	for (int k = 0; k < KIND_MAX; k++)
		metric_set_to(
			m->kinds[k], (int64_t)store_count(engine_store(e), (enum object_kind)k));
	metric_set_to(metric_refused.plain, (int64_t)refused_by_input(e));
	metric_set_to(metric_refused.plain + 1, (int64_t)refused_by_status(e));
	metric_set(&metric_revision, plan ? (int64_t)plan_revision(plan) : 0);
	shadows_count(m, plan);
}
