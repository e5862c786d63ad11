/* SPDX-License-Identifier: Apache-2.0 */
/* The router as a person asks about it: walks over all of it. */
#include <stdlib.h>

#include "base/vec.h"
#include "match/router_look_priv.h"

void look_trace(struct look *k, const struct host *h, const struct match *m, enum match_why why,
	struct str detail)
{
	k->trace->seen(k->trace, h->listener, host_name(h), m, why, detail);
}

static void each_cand(
	router_each_f *fn, void *ctx, const struct host *h, const struct cand *c, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		fn(ctx, h->listener, host_name(h), c[i].m);
}

/* Buckets know their host by its serial. */
static int host_serial_cmp(const void *a, const void *b)
{
	const struct host *x = *(const struct host *const *)a;
	const struct host *y = *(const struct host *const *)b;

	return (x->serial > y->serial) - (x->serial < y->serial);
}

void router_each(const struct router *r, router_each_f *fn, void *ctx)
{
	VEC(const struct host *) hosts = {0};
	struct pmap_iter it = {0};
	const struct host *h;
	const struct bucket *b;

	while ((h = pmap_iter_next(&r->hosts, &it))) {
		*vec_push(&hosts) = h;
		each_cand(fn, ctx, h, h->regexes, h->nregexes);
	}
	if (hosts.n)
		qsort(hosts.p, hosts.n, sizeof(*hosts.p), host_serial_cmp);
	it = (struct pmap_iter){0};
	while ((b = pmap_iter_next(&r->paths, &it))) {
		const struct host want = {.serial = b->host};
		const struct host *key = &want;
		const struct host *const *found;

		AN(hosts.p); /* a bucket never outlives its host */
		found = bsearch(&key, hosts.p, hosts.n, sizeof(*hosts.p), host_serial_cmp);

		AN(found);
		each_cand(fn, ctx, *found, bucket_cands(b), b->n);
	}
	vec_fini(&hosts);
}

struct other {
	uint64_t listener;
	struct str hostname;
	const struct match *m;
	enum match_why why;
};

struct others {
	const struct listeners *listeners; /* NULL: none */
	const struct match_request *rq;
	const struct match_listener *listener;
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

/* Why no match of listener <id>, which was not chosen, was looked at. */
static enum match_why why_not_chosen(const struct others *o, uint64_t id)
{
	for (size_t i = 0; o->listeners && i < o->listeners->n; i++)
		if (o->listeners->all[i].id == id &&
			hostname_fits(o->listeners->all[i].hostname, o->rq->host))
			return MATCH_WHY_LISTENER;
	return MATCH_WHY_ELSEWHERE;
}

/* Collects what the look did not pass by. */
static void others_add(void *ctx, uint64_t listener, struct str hostname, const struct match *m)
{
	struct others *o = ctx;
	enum match_why why;

	if (!o->listener || o->listener->id != listener)
		why = why_not_chosen(o, listener);
	else if (!hostname_fits(hostname, o->rq->host))
		why = MATCH_WHY_HOST;
	else if (m->kind != MATCH_PATH_REGEX && !path_fits(m, o->rq->path))
		why = MATCH_WHY_PATH;
	else
		return;
	*vec_push(&o->all) = (struct other){listener, hostname, m, why};
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
	return c;
}

enum match_verdict router_explain(const struct router *r, const struct match_request *rq,
	struct match_trace *t, struct match_result *ret)
{
	struct others o = {
		.listeners = r->listeners, .rq = rq, .listener = router_listener(r, rq->host)};
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
