/* SPDX-License-Identifier: Apache-2.0 */
#include "proxy/metrics_priv.h"

#include <pthread.h>

METRICS_DEFINE(proxy_metrics, PROXY_METRICS);

static metric_id by_class[6];
static metric_id by_reason[PROXY_REASON_COUNT];
static metric_id by_cut[PROXY_CUT_COUNT];
static metric_id conn_ends[CONN_END_COUNT];
static metric_id up_ends[UP_LOST_COUNT];
static metric_id overloads[OVERLOAD_PAUSE + 1];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void metrics_ends_make(void)
{
#define X(id, label) label,
	static const char *const conns[] = {CONN_ENDS(X)}, *const ups[] = {UP_LOSSES(X)};
#undef X

	for (size_t i = 0; i < ARRAY_LEN(conns); i++)
		conn_ends[i] =
			metric_series(&metric_conn_ends, &(struct str){conns[i], strlen(conns[i])});
	for (size_t i = 0; i < ARRAY_LEN(ups); i++)
		up_ends[i] = metric_series(&metric_up_ends, &(struct str){ups[i], strlen(ups[i])});
}

static void metrics_overloads_make(void)
{
#define X(stage, label) [stage] = label,
	static const char *const stages[] = {OVERLOADS(X)};
#undef X

	for (size_t i = OVERLOAD_IDLE; i < ARRAY_LEN(stages); i++)
		overloads[i] = metric_series(
			&metric_overloads, &(struct str){stages[i], strlen(stages[i])});
}

static void metrics_make(void)
{
	static const char *const classes[] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};

	metrics_register(&proxy_metrics);
	metrics_ends_make();
	metrics_overloads_make();
	for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
		struct str label = str_from(classes[i]);

		by_class[i] = metric_series(&metric_requests, &label);
	}
	for (size_t i = 0; i < PROXY_CUT_COUNT; i++) {
		static const char *const kinds[] = {"idle", "request", "tunnel"};
		struct str label = str_from(kinds[i]);

		by_cut[i] = metric_series(&metric_cuts, &label);
	}
	for (int r = 1; r < PROXY_REASON_COUNT; r++) {
		struct str label = proxy_reason_name((enum proxy_reason)r);

		by_reason[r] = metric_series(&metric_answers, &label);
	}
}

void metrics_init(void)
{
	pthread_once(&once, metrics_make);
}

void metrics_exchange(const struct exchange *x)
{
	nsec took = loop_now(x->worker->loop) - x->began;

	metric_add_to(by_class[MIN((unsigned)x->status / 100, 5u)], 1);
	if (x->reason && x->reason != PROXY_R_BEFORE_)
		metric_add_to(by_reason[x->reason], 1);
	metric_observe(&metric_seconds, (uint64_t)MAX(took, 0));
	if (x->bytes_in)
		metric_add(&metric_bytes_in, (int64_t)x->bytes_in);
	metric_add(&metric_bytes_out, (int64_t)x->bytes_out);
}

void metrics_conn_end(enum conn_ends why)
{
	metric_add_to(conn_ends[why], 1);
}

void metrics_up_end(enum up_losses why)
{
	metric_add_to(up_ends[why], 1);
}

void metrics_overload(enum overload stage)
{
	metric_add_to(overloads[stage], 1);
}

void metrics_retry(const struct exchange *x)
{
	(void)x;
	metric_add(&metric_retries, 1);
}

void metrics_mirror_lost(const struct worker *w)
{
	(void)w;
	metric_add(&metric_mirrors_lost, 1);
}

void metrics_cut(enum proxy_cut kind)
{
	metric_add_to(by_cut[kind], 1);
}

int64_t proxy_cuts(enum proxy_cut kind)
{
	return metric_read(&metric_cuts, by_cut[kind]);
}
