/* SPDX-License-Identifier: Apache-2.0 */
/* The router as a person asks about it: walks over all of it. */
#include <stdlib.h>

#include "base/vec.h"
#include "match/router_look_priv.h"

void look_trace(struct look *k, const struct host *h, const struct match *m, enum match_why why,
	struct str detail)
{
	k->trace->seen(k->trace, k->listener, host_name(h), m, why, detail);
}

/* A walk: hosts by serial, as buckets know them; listeners by scope, as hosts do. */
struct each {
	router_each_f *fn;
	void *ctx;
	VEC(const struct host *) hosts;
	struct scope_order order;
};

static int host_serial_cmp(const void *a, const void *b)
{
	const struct host *x = *(const struct host *const *)a;
	const struct host *y = *(const struct host *const *)b;

	return (x->serial > y->serial) - (x->serial < y->serial);
}

/* ---- listeners by scope ---- */

static int listener_scope_cmp(const void *a, const void *b)
{
	const struct match_listener *x = *(const struct match_listener *const *)a;
	const struct match_listener *y = *(const struct match_listener *const *)b;

	return (x->scope > y->scope) - (x->scope < y->scope);
}

void scope_order_init(struct scope_order *o, const struct router *r)
{
	*o = (struct scope_order){0};
	for (uint32_t i = 0; r->listeners && i < r->listeners->n; i++)
		*vec_push(&o->listeners) = &r->listeners->all[i];
	if (o->listeners.n)
		qsort(o->listeners.p, o->listeners.n, sizeof(*o->listeners.p), listener_scope_cmp);
}

void scope_order_fini(struct scope_order *o)
{
	vec_fini(&o->listeners);
}

size_t scope_order_first(const struct scope_order *o, uint64_t scope)
{
	size_t lo = 0, n = o->listeners.n;

	while (lo < n) {
		size_t mid = lo + (n - lo) / 2;

		if (o->listeners.p[mid]->scope < scope)
			lo = mid + 1;
		else
			n = mid;
	}
	return lo;
}

/* ---- every match ---- */

static void each_cand(const struct each *e, const struct host *h, const struct cand *c, uint32_t n)
{
	const struct scope_order *o = &e->order;

	for (size_t at = scope_order_first(o, h->scope);
		at < o->listeners.n && o->listeners.p[at]->scope == h->scope; at++)
		for (uint32_t i = 0; i < n; i++)
			e->fn(e->ctx, o->listeners.p[at], host_name(h), c[i].m);
}

static void each_begin(struct each *e, const struct router *r)
{
	struct pmap_iter it = {0};
	const struct host *h;

	scope_order_init(&e->order, r);
	while ((h = pmap_iter_next(&r->hosts, &it)))
		*vec_push(&e->hosts) = h;
	if (e->hosts.n)
		qsort(e->hosts.p, e->hosts.n, sizeof(*e->hosts.p), host_serial_cmp);
}

void router_each(const struct router *r, router_each_f *fn, void *ctx)
{
	struct each e = {.fn = fn, .ctx = ctx};
	struct pmap_iter it = {0};
	const struct bucket *b;

	each_begin(&e, r);
	vec_for_each (h, &e.hosts)
		each_cand(&e, *h, (*h)->regexes, (*h)->nregexes);
	while ((b = pmap_iter_next(&r->paths, &it))) {
		const struct host want = {.serial = b->host};
		const struct host *key = &want;
		const struct host *const *found;

		AN(e.hosts.p); /* a bucket never outlives its host */
		found = bsearch(&key, e.hosts.p, e.hosts.n, sizeof(*e.hosts.p), host_serial_cmp);
		AN(found);
		each_cand(&e, *found, bucket_cands(b), b->n);
	}
	vec_fini(&e.hosts);
	scope_order_fini(&e.order);
}

struct other {
	const struct match_listener *listener;
	struct str hostname;
	const struct match *m;
	enum match_why why;
};

struct others {
	const struct match_request *rq;
	const struct match_listener *listener; /* that was chosen; NULL: none */
	VEC(struct other) all;
};

static bool hostname_fits(struct str hostname, struct str host)
{
	struct str name;

	switch (host_kind_of(hostname, &name)) {
	case HOST_EXACT:
		return str_eq(name, host);
	case HOST_WILD:
		return host.n > name.n && str_ends(host, name);
	case HOST_NONE:
		break;
	}
	return true;
}

static bool path_fits(const struct match *m, struct str path)
{
	if (m->kind == MATCH_PATH_EXACT)
		return str_eq(m->path, path);
	return str_starts(path, m->path) && (path.n == m->path.n || path.p[m->path.n] == '/');
}

/* Collects what the look did not pass by. */
static void others_add(
	void *ctx, const struct match_listener *l, struct str hostname, const struct match *m)
{
	struct others *o = ctx;
	enum match_why why;

	if (o->listener != l)
		why = hostname_fits(l->hostname, o->rq->host) ? MATCH_WHY_LISTENER
							      : MATCH_WHY_ELSEWHERE;
	else if (!hostname_fits(hostname, o->rq->host))
		why = MATCH_WHY_HOST;
	else if (m->kind != MATCH_PATH_REGEX && !path_fits(m, o->rq->path))
		why = MATCH_WHY_PATH;
	else
		return;
	*vec_push(&o->all) = (struct other){l, hostname, m, why};
}

static int other_cmp(const void *a, const void *b)
{
	const struct other *x = a;
	const struct other *y = b;
	int c = str_cmp(x->m->order->name, y->m->order->name);

	if (!c)
		c = (x->m->rule > y->m->rule) - (x->m->rule < y->m->rule);
	if (!c)
		c = (x->m->index > y->m->index) - (x->m->index < y->m->index);
	if (!c)
		c = str_cmp(x->hostname, y->hostname);
	/* Two of one router: they stand in one array. */
	return c ? c : (x->listener > y->listener) - (x->listener < y->listener);
}

enum match_verdict router_explain(const struct router *r, const struct match_request *rq,
	struct match_trace *t, struct match_result *ret)
{
	struct others o = {.rq = rq, .listener = router_listener(r, rq->host)};
	struct look k;

	look_init(&k, r, rq, t);
	look_run(&k, o.listener);
	look_result(&k, o.listener, ret);
	router_each(r, others_add, &o);
	if (o.all.n)
		qsort(o.all.p, o.all.n, sizeof(*o.all.p), other_cmp);
	vec_for_each (it, &o.all)
		t->seen(t, it->listener, it->hostname, it->m, it->why, (struct str){0});
	vec_fini(&o.all);
	return k.verdict;
}
