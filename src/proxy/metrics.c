/* SPDX-License-Identifier: Apache-2.0 */
#include "proxy/metrics_priv.h"

#include <pthread.h>

#include "proxy/reasons.h"

METRICS_DEFINE(proxy_metrics, PROXY_METRICS);

static metric_id by_class[6];
static metric_id by_reason[PROXY_REASON_COUNT];
static metric_id by_cut[PROXY_CUT_COUNT];
static metric_id conn_ends[CONN_END_COUNT];
static metric_id headers_refused[HEADER_REFUSAL_COUNT];
static metric_id up_ends[UP_LOST_COUNT];
static metric_id overloads[OVERLOAD_PAUSE + 1];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const char *const header_refusals[] = {
#define X(id, label) [id] = (label),
	HEADER_REFUSALS(X)
#undef X
};

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
	for (size_t i = 0; i < ARRAY_LEN(header_refusals); i++) {
		struct str label = str_from(header_refusals[i]);

		headers_refused[i] = metric_series(&metric_headers_refused, &label);
	}
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
	for (size_t r = 1; r < PROXY_REASON_COUNT; r++) {
		struct proxy_reason_row row;

		AN(proxy_reason_row(r, &row));
		if (!row.of_response)
			by_reason[r] = metric_series(&metric_answers, &row.name);
	}
}

void metrics_init(unsigned series)
{
	tally_register(series);
	pthread_once(&once, metrics_make);
}

void metrics_routed(struct exchange *x)
{
	x->tally = x->rule->tally;
	metric_add_in(&tally_rule_active, x->tally, 0, 1);
}

/* Gauges last: a series at rest is one that nobody adds to any more. */
static void tallies_end(const struct exchange *x, nsec took)
{
	metric_cell *rule;

	if (x->up_tally)
		metric_add_in(&tally_upstream_active, x->up_tally, 0, -1);
	if (!x->tally)
		return;
	rule = metric_cells(x->tally);
	metric_bump(rule + tally_code(x->status), 1);
	metric_bump_histogram(
		&tally_rule_seconds, rule + tally_rule_seconds.at, (uint64_t)MAX(took, 0));
	metric_bump(rule + tally_rule_active.at, -1);
}

void metrics_up_answered(const struct exchange *x, int status)
{
	nsec took = x->sent_at ? loop_now(x->worker->loop) - x->sent_at : 0;

	metric_cell *up;

	if (!x->up_tally)
		return;
	up = metric_cells(x->up_tally);
	metric_bump(up + tally_code(status), 1);
	metric_bump_histogram(
		&tally_upstream_seconds, up + tally_upstream_seconds.at, (uint64_t)MAX(took, 0));
}

static int failure_of(enum proxy_reason r)
{
	switch ((int)r) {
	case PROXY_R_NO_ENDPOINT:
	case PROXY_R_CONNECT_FAILED:
	case PROXY_R_UPSTREAM_TLS:
		return TALLY_FAILURE_CONNECT;
	case PROXY_R_CONNECT_TIMEOUT:
	case PROXY_R_REQUEST_TIMEOUT:
	case PROXY_R_BACKEND_TIMEOUT:
	case PROXY_R_RESPONSE_TIMEOUT:
	case PROXY_R_BODY_TIMEOUT:
		return TALLY_FAILURE_TIMEOUT;
	case PROXY_R_UPSTREAM_RESET:
	case PROXY_R_UPSTREAM_TRUNCATED:
		return TALLY_FAILURE_RESET;
	case PROXY_R_UPSTREAM_BAD:
	case PROXY_R_UPSTREAM_INTERIMS:
		return TALLY_FAILURE_MALFORMED;
	default:
		return -1;
	}
}

void metrics_up_failed(const struct exchange *x, enum proxy_reason reason)
{
	int why = failure_of(reason);

	if (why < 0)
		return;
	metric_add_in(&tally_rule_failures, x->tally, 0, 1);
	metric_add_in(&tally_upstream_failures, x->up_tally, (unsigned)why, 1);
}

void metrics_exchange(const struct exchange *x)
{
	nsec took = loop_now(x->worker->loop) - x->began;

	metric_add_to(by_class[tally_code(x->status)], 1);
	if (x->reason) {
		metric_add_to(by_reason[x->reason], 1);
		metrics_up_failed(x, x->reason);
	}
	tallies_end(x, took);
	metric_observe(&metric_seconds, (uint64_t)MAX(took, 0));
	if (x->bytes_in)
		metric_add(&metric_bytes_in, (int64_t)x->bytes_in);
	metric_add(&metric_bytes_out, (int64_t)x->bytes_out);
}

void metrics_conn_end(enum conn_ends why, unsigned n)
{
	metric_add_to(conn_ends[why], n);
}

struct str metrics_header_refused(enum header_refusals why)
{
	metric_add_to(headers_refused[why], 1);
	return str_from(header_refusals[why]);
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
