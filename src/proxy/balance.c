/* SPDX-License-Identifier: Apache-2.0 */
/*
 * balance.c -- which backend of a rule, and which endpoint of an upstream.
 */
#include "base/buf.h"
#include "proxy/upconn_priv.h"

/* Rules with several backends that a worker remembers; beyond it all start anew. */
#define WRRS_MAX 65536
/* Picks that a worker may skip at most to find its place. */
#define WRR_PHASE_MAX 1000u

/* Smooth weighted round robin: after any N picks a backend's count differs from its share by less
 * than one.  Kept by the rule's identity, so a reload goes on where it was. */
struct wrr {
	uint64_t rule;
	uint32_t n;
	int64_t current[];
};

static size_t wrr_place(const struct worker *w, uint64_t rule)
{
	size_t i = rule & (w->wrrs.n - 1);

	while (w->wrrs.p[i] && w->wrrs.p[i]->rule != rule)
		i = (i + 1) & (w->wrrs.n - 1);
	return i;
}

void balance_free(struct worker *w)
{
	vec_for_each (r, &w->wrrs)
		mem_free(*r);
	vec_fini(&w->wrrs);
	w->n_wrrs = 0;
}

static void wrrs_grow(struct worker *w)
{
	__typeof__(w->wrrs) old = w->wrrs;
	size_t n = old.n ? old.n * 2 : 64;

	if (w->n_wrrs >= WRRS_MAX) {
		balance_free(w);
		old.n = 0;
		n = 64;
	}
	w->wrrs.p = mem_zalloc(n * sizeof(*w->wrrs.p));
	w->wrrs.n = w->wrrs.cap = n;
	for (size_t i = 0; i < old.n; i++) {
		if (old.p[i])
			w->wrrs.p[wrr_place(w, old.p[i]->rule)] = old.p[i];
	}
	if (old.n)
		mem_free(old.p);
}

static uint32_t wrr_next(const struct plan_rule *rule, struct wrr *r)
{
	uint32_t best = 0;

	for (uint32_t i = 0; i < r->n; i++) {
		r->current[i] += rule->backends[i].weight;
		if (!rule->backends[best].weight ||
			(rule->backends[i].weight && r->current[i] > r->current[best]))
			best = i;
	}
	r->current[best] -= rule->total_weight;
	return best;
}

/* Each worker begins at a place of its own in the round, or all would pick the first backend at
 * once. */
static void wrr_phase(const struct worker *w, const struct plan_rule *rule, struct wrr *r)
{
	uint32_t skip = MIN(rule->total_weight, WRR_PHASE_MAX) * w->number / w->proxy_workers;

	while (skip--)
		(void)wrr_next(rule, r);
}

static struct wrr *wrr_get(struct worker *w, const struct plan_rule *rule)
{
	struct wrr **place, *r;

	if ((w->n_wrrs + 1) * 2 > w->wrrs.n)
		wrrs_grow(w);
	place = &w->wrrs.p[wrr_place(w, rule->id)];
	r = *place;
	if (r && r->n == rule->nbackends)
		return r;
	if (r)
		mem_free(r);
	else
		w->n_wrrs++;
	r = mem_zalloc(sizeof(*r) + rule->nbackends * sizeof(r->current[0]));
	r->rule = rule->id;
	r->n = rule->nbackends;
	*place = r;
	wrr_phase(w, rule, r);
	return r;
}

const struct plan_backend *balance_backend(struct worker *w, const struct plan_rule *rule)
{
	if (!rule->nbackends || !rule->total_weight)
		return NULL;
	if (rule->nbackends == 1)
		return rule->backends;
	return &rule->backends[wrr_next(rule, wrr_get(w, rule))];
}

/* --- endpoints ----------------------------------------------------------------------------- */

enum eligible {
	ELIGIBLE_HEALTHY, /* ready and not set aside */
	ELIGIBLE_READY, /* all are set aside: then health counts for nothing */
	ELIGIBLE_SERVING, /* none is ready, but some still answer */
	ELIGIBLE_LEVELS,
};

static bool target_is(const struct plan_target *t, enum eligible level)
{
	switch (level) {
	case ELIGIBLE_HEALTHY:
		return (t->flags & PLAN_TARGET_READY) && !plan_endpoint_health(t->endpoint);
	case ELIGIBLE_READY:
		return t->flags & PLAN_TARGET_READY;
	case ELIGIBLE_SERVING:
		return t->flags & PLAN_TARGET_SERVING;
	case ELIGIBLE_LEVELS:
		break;
	}
	return false;
}

static uint32_t load_of(struct worker *w, struct plan_endpoint *e)
{
	return wendpoint_get(w, e)->active;
}

/* A random target of the level, neither <avoid> nor <other>; NULL when a full round from a random
 * start finds none. */
static const struct plan_target *pick_random(struct worker *w, const struct plan_upstream *u,
	enum eligible level, const struct plan_endpoint *avoid, const struct plan_endpoint *other)
{
	uint32_t start = rand_below(&w->rand, u->ntargets);

	for (uint32_t i = 0; i < u->ntargets; i++) {
		const struct plan_target *t = &u->targets[(start + i) % u->ntargets];

		if (t->endpoint != avoid && t->endpoint != other && target_is(t, level))
			return t;
	}
	return NULL;
}

/* The less loaded of two different ones, chosen at random. */
static struct plan_endpoint *pick_level(struct worker *w, const struct plan_upstream *u,
	enum eligible level, const struct plan_endpoint *avoid)
{
	const struct plan_target *a = pick_random(w, u, level, avoid, NULL), *b;

	if (!a || u->ntargets == 1)
		return a ? a->endpoint : NULL;
	b = pick_random(w, u, level, avoid, a->endpoint);
	/* a->load / a->weight against b's, without a division. */
	if (b && (uint64_t)load_of(w, b->endpoint) * a->weight <
			 (uint64_t)load_of(w, a->endpoint) * b->weight)
		return b->endpoint;
	return a->endpoint;
}

/* The next in order behind this worker's last pick of this upstream: behind the pick, not behind
 * the place looked at first, or the one after a target that is set aside would get its share too.
 */
static struct plan_endpoint *pick_round_robin(struct worker *w, const struct plan_upstream *u,
	enum eligible level, const struct plan_endpoint *avoid)
{
	uint32_t *round = &wendpoint_get(w, u->targets[0].endpoint)->round;

	for (uint32_t i = 0; i < u->ntargets; i++) {
		uint32_t at = (*round + i) % u->ntargets;
		const struct plan_target *t = &u->targets[at];

		if (t->endpoint == avoid || !target_is(t, level))
			continue;
		*round = at + 1;
		return t->endpoint;
	}
	return NULL;
}

struct plan_endpoint *balance_endpoint(struct worker *w, const struct plan_upstream *u,
	enum plan_balance how, const struct plan_endpoint *avoid)
{
	struct plan_endpoint *e = NULL;

	if (!u->ntargets)
		return NULL;
	for (enum eligible level = 0; !e && level < ELIGIBLE_LEVELS; level++) {
		e = how == PLAN_BALANCE_ROUND_ROBIN ? pick_round_robin(w, u, level, avoid)
						    : pick_level(w, u, level, avoid);
	}
	return e || !avoid ? e : balance_endpoint(w, u, how, NULL);
}

struct plan_endpoint *balance_endpoint_at(const struct plan_upstream *u, struct str address)
{
	struct buf text = {0};
	struct plan_endpoint *found = NULL;

	for (uint32_t i = 0; !found && i < u->ntargets; i++) {
		const struct plan_target *t = &u->targets[i];

		buf_reset(&text);
		plan_addr_print(&t->addr, &text);
		if (str_eq(buf_str(&text), address) &&
			(t->flags & (PLAN_TARGET_READY | PLAN_TARGET_SERVING)))
			found = t->endpoint;
	}
	buf_fini(&text);
	return found;
}
