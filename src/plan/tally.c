/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/tally.h"

#include <pthread.h>
#include <stdio.h>

#include "plan/upstream.h"

METRICS_DEFINE(tally_metrics, TALLY_METRICS);

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void tally_make(void)
{
	metrics_register(&tally_metrics);
}

void tally_register(unsigned limit)
{
	if (!tally_rule.limit)
		tally_rule.limit = tally_upstream.limit = limit ? limit : TALLY_SERIES_DEFAULT;
	pthread_once(&once, tally_make);
}

struct str tally_rule_name(const struct plan_rule *r, char room[TALLY_RULE_ROOM])
{
	if (r->name.n)
		return r->name;
	return str_of(room, (size_t)snprintf(room, TALLY_RULE_ROOM, "#%u", r->index));
}

/* The segment is still control's own: it is being put. */
static struct plan_rule *own(const struct plan_rule *r)
{
	return (struct plan_rule *)(uintptr_t)r;
}

void tally_route_hold(struct plan_route *r)
{
	struct str kind = str_take(r->name, r->name.n - r->order.name.n - 1);

	for (uint16_t i = 0; i < r->nrules; i++) {
		char room[TALLY_RULE_ROOM];
		struct str labels[] = {kind, r->order.name, tally_rule_name(&r->rules[i], room)};

		own(&r->rules[i])->tally = metric_series(&tally_rule, labels);
	}
}

void tally_route_drop(struct plan_route *r)
{
	for (uint16_t i = 0; i < r->nrules; i++)
		metric_release(&tally_rule, r->rules[i].tally);
}

void tally_upstream_hold(struct plan_upstream *u)
{
	u->tally = metric_series(&tally_upstream, &u->name);
}

void tally_upstream_drop(struct plan_upstream *u)
{
	metric_release(&tally_upstream, u->tally);
}
