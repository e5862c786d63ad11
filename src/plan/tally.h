/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tally.h -- what is counted for each rule and each upstream of a plan.
 *
 * A rule and an upstream hold the id of a series (base/metric.h) from when they are put until the
 * last plan that has them is freed: a worker adds to it without looking anything up, a reload goes
 * on counting, and the series of what was deleted goes away.  The series of a rule is found by
 * (kind, route, rule), that of an upstream by its name.  Their number is bounded: what is put when
 * all are taken shares the series "other".
 *
 * Where nobody asked for them (tools), every id is 0 and nothing is counted.
 */
#ifndef PLAN_TALLY_H
#define PLAN_TALLY_H

#include "base/metric.h"
#include "plan/rule.h"

struct plan_upstream;

#define TALLY_SERIES_DEFAULT 1000 /* of rules, and of upstreams */

/* The parts of <code>: tally_code(). */
#define TALLY_CODES "none", "1xx", "2xx", "3xx", "4xx", "5xx"

/* Why an upstream did not answer, and the parts of <why>. */
enum tally_failure {
	TALLY_FAILURE_CONNECT, /* no endpoint, no connection, no TLS */
	TALLY_FAILURE_TIMEOUT,
	TALLY_FAILURE_RESET, /* it ended the connection before its answer was whole */
	TALLY_FAILURE_MALFORMED,
};
#define TALLY_FAILURES "connect", "timeout", "reset", "malformed"

#define TALLY_METRICS(M)                                                                       \
	M(tally_rule, METRIC_COUNTER, "sluice_rule_requests_total",                            \
		"Requests by the rule that took them and the class of their status.",          \
		METRIC_LABELS("kind", "route", "rule"), METRIC_PARTS("code", TALLY_CODES))     \
	M(tally_rule_seconds, METRIC_HISTOGRAM, "sluice_rule_request_seconds",                 \
		"Time from the first byte of a request to the end of its answer, by rule.",    \
		METRIC_SECONDS_WITH(tally_rule))                                               \
	M(tally_rule_active, METRIC_GAUGE, "sluice_rule_requests_active",                      \
		"Requests under way, by rule.", METRIC_WITH(tally_rule))                       \
	M(tally_rule_failures, METRIC_COUNTER, "sluice_rule_upstream_failures_total",          \
		"Tries that an upstream did not answer, by rule.", METRIC_WITH(tally_rule))    \
	M(tally_upstream, METRIC_COUNTER, "sluice_upstream_requests_total",                    \
		"Tries that an upstream answered, by the class of its status.",                \
		METRIC_LABELS("upstream"), METRIC_PARTS("code", TALLY_CODES))                  \
	M(tally_upstream_seconds, METRIC_HISTOGRAM, "sluice_upstream_response_seconds",        \
		"Time from the end of a request to the head of the upstream's answer.",        \
		METRIC_SECONDS_WITH(tally_upstream))                                           \
	M(tally_upstream_active, METRIC_GAUGE, "sluice_upstream_requests_active",              \
		"Requests that an upstream works on.", METRIC_WITH(tally_upstream))            \
	M(tally_upstream_failures, METRIC_COUNTER, "sluice_upstream_failures_total",           \
		"Tries that an upstream did not answer, by why.", METRIC_WITH(tally_upstream), \
		METRIC_PARTS("why", TALLY_FAILURES))

METRICS_DECLARE(TALLY_METRICS)

/* The part of a status: 0 (none), 1 to 5. */
static inline unsigned tally_code(int status)
{
	unsigned class = (unsigned)status / 100;

	return class <= 5 ? class : 5;
}

/* Once a process, before the first plan: <limit> series for rules and as many for upstreams
 * (0: TALLY_SERIES_DEFAULT).  Later calls do nothing. */
void tally_register(unsigned limit);

/* "name", or "#3" for a rule without one; <room> is for the latter. */
#define TALLY_RULE_ROOM 8
struct str tally_rule_name(const struct plan_rule *r, char room[TALLY_RULE_ROOM]);

/* For edit.c and the segments: sets the ids of a new route or upstream; gives them back. */
void tally_route_hold(struct plan_route *r);
void tally_route_drop(struct plan_route *r);
void tally_upstream_hold(struct plan_upstream *u);
void tally_upstream_drop(struct plan_upstream *u);

#endif
