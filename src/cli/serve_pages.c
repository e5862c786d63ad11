/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve_pages.c -- what operators are told: pages, health, metrics, and what is wrong with the
 * input.
 */
#include "base/log.h"
#include "base/metric.h"
#include "base/vec.h"
#include "cli/serve_priv.h"
#include "gwapi/explain.h"
#include "match/path.h"
#include "plan/dump.h"
#include "text/write.h"

#define SERVE_METRICS(M)                                                                         \
	M(metric_plans, METRIC_GAUGE, "sluice_plans",                                            \
		"Plans alive: the current one and those that requests still use.", METRIC_PLAIN) \
	M(metric_problems, METRIC_GAUGE, "sluice_input_problems",                                \
		"Things that are wrong with the input.", METRIC_PLAIN)                           \
	M(metric_stale, METRIC_GAUGE, "sluice_input_stale_files",                                \
		"Files that cannot be used and of which the last good objects are in force.",    \
		METRIC_PLAIN)

METRICS_DECLARE(SERVE_METRICS)
METRICS_DEFINE(serve_metrics, SERVE_METRICS);

void serve_pages_init(void)
{
	metrics_register(&serve_metrics);
}

void serve_problems(void *arg)
{
	struct serve *s = arg;
	struct engine_input in = engine_input(s->engine);
	size_t n, bad = 0;
	const struct file_problem *p = engine_problems(s->engine, &n);

	for (size_t i = 0; i < n; i++)
		bad += !p[i].ignored;
	metric_set(&metric_problems, (int64_t)bad);
	metric_set(&metric_stale, (int64_t)in.stale);
	if (in.stale && in.stale != s->stale)
		log_warn("serving what was good before, where the input cannot be used",
			LOG_INT("files", in.stale), LOG_BOOL("from-state-dir", in.from_state));
	else if (!in.stale && s->stale)
		log_info("the input is whole again");
	s->stale = in.stale;
	for (size_t i = 0; i < n; i++) {
		if (!p[i].fresh)
			continue;
		if (p[i].ignored)
			log_info("input", LOG_STR("note", p[i].text));
		else
			log_error("input", LOG_STR("problem", p[i].text));
	}
}

/* Beside the items: whether what is in force is what the input says. */
static struct value status_input(struct serve *s, struct arena *a)
{
	struct engine_input in = engine_input(s->engine);
	struct value v = value_object(), problems = value_array();
	size_t n;
	const struct file_problem *p = engine_problems(s->engine, &n);

	for (size_t i = 0; i < n; i++) {
		if (!p[i].ignored)
			value_push(a, &problems, value_str(p[i].text));
	}
	value_add(a, &v, STR("digest"),
		value_str(arena_printf(a, "%016llx", (unsigned long long)in.digest)));
	value_add(a, &v, STR("staleFiles"), value_int((int64_t)in.stale));
	value_add(a, &v, STR("problems"), problems);
	return v;
}

static void page_status(struct serve *s, struct admin_reply *reply)
{
	struct value list;
	struct arena a;

	arena_init(&a, 0);
	list = engine_status(s->engine, &a);
	value_add(&a, &list, STR("input"), status_input(s, &a));
	text_write_json(&reply->body, &list, TEXT_INDENTED);
	reply->type = "application/json";
	arena_fini(&a);
}

static void page_explain(struct serve *s, struct str query, struct admin_reply *reply)
{
	VEC(struct explain_header) headers = {0};
	struct explain_request rq = {0};
	struct query_param p;
	bool json = false;
	struct arena a;
	int rc;

	arena_init(&a, 0);
	while (query_next(&query, arena_bytes(&a, query.n + 1), &p)) {
		if (str_eq(p.name, STR("method")))
			rq.method = arena_str(&a, p.value);
		else if (str_eq(p.name, STR("url")))
			rq.url = arena_str(&a, p.value);
		else if (str_eq(p.name, STR("format")))
			json = str_eq(p.value, STR("json"));
		else if (str_eq(p.name, STR("header"))) {
			struct str value = arena_str(&a, p.value), name = str_cut(&value, ':');

			*vec_push(&headers) = (struct explain_header){name, str_trim(value)};
		}
	}
	rq.headers = headers.p;
	rq.n_headers = headers.n;
	rq.statuses = translator_statuses(engine_translator(s->engine), &rq.n_statuses);
	rc = explain(proxy_plan(s->proxy), &rq, json, &reply->body);
	reply->status = rc < 0 ? 400 : rc == EXPLAIN_FOUND ? 200 : 404;
	if (json && rc >= 0)
		reply->type = "application/json";
	vec_fini(&headers);
	arena_fini(&a);
}

static void page_dump(struct serve *s, struct admin_reply *reply)
{
	plan_dump(proxy_plan(s->proxy), &reply->body);
	reply->type = "application/json";
}

static void not_found(struct admin_reply *reply, struct str what_there_is)
{
	reply->status = 404;
	buf_add(&reply->body, what_there_is);
}

void serve_admin(void *arg, const struct admin_request *rq, struct admin_reply *reply)
{
	struct serve *s = arg;

	if (str_eq(rq->path, STR("/status")))
		page_status(s, reply);
	else if (str_eq(rq->path, STR("/explain")))
		page_explain(s, rq->query, reply);
	else if (str_eq(rq->path, STR("/config_dump")))
		page_dump(s, reply);
	else
		not_found(reply, STR("there are /status, /explain?method=&url=, /config_dump\n"));
}

void serve_health(void *arg, const struct admin_request *rq, struct admin_reply *reply)
{
	struct serve *s = arg;

	if (str_eq(rq->path, STR("/healthz"))) {
		buf_add(&reply->body, STR("ok\n"));
	} else if (str_eq(rq->path, STR("/readyz"))) {
		reply->status = s->ready ? 200 : 503;
		buf_add(&reply->body, s->ready    ? STR("ready\n")
				      : s->ending ? STR("ending\n")
						  : STR("no configuration yet\n"));
	} else if (str_eq(rq->path, STR("/metrics"))) {
		reply->type = "text/plain; version=0.0.4; charset=utf-8";
		metric_set(&metric_plans, (int64_t)proxy_live_plans(s->proxy));
		measure_update(s->measure);
		metrics_write(&reply->body);
	} else {
		not_found(reply, STR("there are /healthz, /readyz, /metrics\n"));
	}
}
