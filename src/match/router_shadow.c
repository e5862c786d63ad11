/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries that can never win.
 *
 * Under one listener an entry is outdone by what the look comes to before it: the hosts that are
 * more specific than its own and take all requests it could see, and under its own host the same
 * path's earlier candidates; a regular expression also by prefixes.  Within one path the order is
 * by number of conditions, so an earlier candidate whose conditions are a part of these has exactly
 * these: it stands in the run of equals right before.
 */
#include <stdlib.h>

#include "base/vec.h"
#include "match/path.h"
#include "match/router_look_priv.h"

/* A set of hosts: one name, all under ".b", or all. */
struct hosts {
	enum host_kind kind;
	struct str name;
};

/* A host as one of the listeners that look in its scope sees it. */
struct shadow_host {
	const struct host *h;
	const struct match_listener *l;
	bool unseen; /* none of its requests come to this listener */
	const struct match_listener *outdone; /* takes all of them; NULL: none does */
	uint32_t first, n; /* in <covers> */
};

struct shadows {
	const struct router *r;
	VEC(struct shadow_host) hosts; /* by serial */
	VEC(const struct host *) covers; /* more specific than theirs, and take all they could */
	struct scope_order order;
	router_shadow_f *fn;
	void *ctx;
};

/* ---- hosts ---- */

static struct hosts hosts_of(struct str hostname)
{
	struct hosts a;

	a.kind = host_kind_of(hostname, &a.name);
	return a;
}

/* What a host under a listener can see: of the two, one lies in the other. */
static struct hosts hosts_both(struct hosts a, struct hosts b)
{
	if (a.kind == HOST_NONE || b.kind == HOST_EXACT)
		return b;
	if (b.kind == HOST_NONE || a.kind == HOST_EXACT)
		return a;
	return a.name.n >= b.name.n ? a : b;
}

/* Whether the hostname of kind <kind> and <name> goes before that of <than>. */
static bool more_specific(enum host_kind kind, struct str name, struct hosts than)
{
	return kind < than.kind ||
	       (kind == HOST_WILD && than.kind == HOST_WILD && name.n > than.name.n);
}

/* The next wildcard that takes all of <seen>, from the most specific: ".b.c", ".c"; empty: none. */
static struct str wild_cover(struct hosts seen, struct str last)
{
	struct str rest = last.n ? str_skip(last, 1) : seen.name;

	if (!last.n && seen.kind == HOST_WILD)
		return seen.name;
	return str_skip(rest, str_find(rest, '.'));
}

static const struct match_listener *listener_before(
	const struct shadows *x, const struct match_listener *l, struct hosts seen)
{
	struct hosts own = hosts_of(l->hostname);
	const struct match_listener *found;
	struct str name = {0};

	if (seen.kind == HOST_NONE)
		return NULL;
	found = seen.kind == HOST_EXACT
			? listener_find(x->r->listeners, x->r->key, HOST_EXACT, seen.name)
			: NULL;
	while (!found && (name = wild_cover(seen, name)).n && more_specific(HOST_WILD, name, own))
		found = listener_find(x->r->listeners, x->r->key, HOST_WILD, name);
	return found == l ? NULL : found;
}

static void cover_add(
	struct shadows *x, struct shadow_host *sh, enum host_kind kind, struct str name)
{
	const struct host *c = host_find(
		x->r, host_hash(x->r->key, sh->h->scope, kind, name), sh->h->scope, kind, name);

	if (!c)
		return;
	*vec_push(&x->covers) = c;
	sh->n++;
}

static void covers_find(struct shadows *x, struct shadow_host *sh, struct hosts seen)
{
	struct hosts own = hosts_of(host_name(sh->h));
	struct str name = {0};

	sh->first = (uint32_t)x->covers.n;
	if (seen.kind == HOST_NONE)
		return;
	if (seen.kind == HOST_EXACT && own.kind != HOST_EXACT)
		cover_add(x, sh, HOST_EXACT, seen.name);
	while ((name = wild_cover(seen, name)).n && more_specific(HOST_WILD, name, own))
		cover_add(x, sh, HOST_WILD, name);
}

static int host_cmp(const void *a, const void *b)
{
	uint64_t x = ((const struct shadow_host *)a)->h->serial;
	uint64_t y = ((const struct shadow_host *)b)->h->serial;

	return (x > y) - (x < y);
}

/* Whether any name is in both. */
static bool hosts_meet(struct hosts a, struct hosts b)
{
	if (a.kind == HOST_NONE || b.kind == HOST_NONE)
		return true;
	if (a.kind == HOST_EXACT && b.kind == HOST_EXACT)
		return str_eq(a.name, b.name);
	if (a.kind == HOST_WILD && b.kind == HOST_WILD)
		return str_ends(a.name, b.name) || str_ends(b.name, a.name);
	return a.kind == HOST_WILD ? a.name.n < b.name.n && str_ends(b.name, a.name)
				   : b.name.n < a.name.n && str_ends(a.name, b.name);
}

static void host_begin(struct shadows *x, const struct host *h, const struct match_listener *l)
{
	struct shadow_host sh = {.h = h, .l = l};
	struct hosts own = hosts_of(host_name(h)), all = hosts_of(l->hostname),
		     seen = hosts_both(own, all);

	sh.unseen = !hosts_meet(own, all);
	if (!sh.unseen) {
		sh.outdone = listener_before(x, l, seen);
		covers_find(x, &sh, seen);
	}
	*vec_push(&x->hosts) = sh;
}

/* ---- conditions ---- */

static bool value_among(const struct match_value *v, const struct match_value *all, uint8_t n)
{
	for (uint8_t i = 0; i < n; i++)
		if (!v->regex == !all[i].regex && str_eq(v->name, all[i].name) &&
			str_eq(v->value, all[i].value))
			return true;
	return false;
}

/* Each condition of <w>, path aside, is one of <m>'s. */
static bool conditions_cover(const struct match *w, const struct match *m)
{
	if (w->method != MATCH_METHOD_ANY && w->method != m->method)
		return false;
	for (uint8_t i = 0; i < w->nheaders; i++)
		if (!value_among(&w->headers[i], m->headers, m->nheaders))
			return false;
	for (uint8_t i = 0; i < w->nquery; i++)
		if (!value_among(&w->query[i], m->query, m->nquery))
			return false;
	return true;
}

/* One of the last of <n> candidates, those with the fewest conditions, that covers <m>; or NULL. */
static const struct match *cands_cover(const struct cand *c, uint32_t n, const struct match *m)
{
	for (uint32_t i = n; i > 0 && n - i < MATCH_SHADOW_LOOK; i--)
		if (c[i - 1].m != m && conditions_cover(c[i - 1].m, m))
			return c[i - 1].m;
	return NULL;
}

static bool equal_counts(const struct cand *a, const struct cand *b)
{
	return a->method == b->method && a->nheaders == b->nheaders && a->nquery == b->nquery;
}

/* One of those right before <at> with as many conditions, which must be the same ones. */
static const struct match *cands_twin(const struct cand *c, uint32_t at)
{
	for (uint32_t i = at; i > 0 && at - i < MATCH_SHADOW_LOOK; i--) {
		if (!equal_counts(&c[i - 1], &c[at]))
			break;
		if (conditions_cover(c[i - 1].m, c[at].m))
			return c[i - 1].m;
	}
	return NULL;
}

/* ---- paths ---- */

/* The whole elements that every path which the pattern takes begins with. */
static struct str literal_elements(struct str pattern)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/_-~%";
	size_t n = 0;

	if (pattern.n && pattern.p[0] == '^')
		pattern = str_skip(pattern, 1);
	if (str_find(pattern, '|') < pattern.n)
		return (struct str){0};
	while (n < pattern.n && strchr(plain, pattern.p[n]) && pattern.p[n])
		n++;
	if (n == pattern.n)
		return pattern;
	/* The last byte may be there more than once, or not at all. */
	if (n > 0 && strchr("*?{+", pattern.p[n]))
		n--;
	while (n > 0 && pattern.p[n - 1] != '/')
		n--;
	return str_take(pattern, n ? n - 1 : 0);
}

/* A match under a prefix of <path> in <h> that covers <m>. */
static const struct match *prefix_cover(
	const struct shadows *x, const struct host *h, struct str path, const struct match *m)
{
	const struct host_depth *d = host_depths(h);
	const struct match *found = NULL;
	struct path_hash ph;

	if (path.n && path.p[0] != '/')
		return NULL;
	path_hash(x->r->key, path, &ph);
	for (uint16_t i = 0; i < h->ndepths && !found; i++) {
		const struct bucket *b;

		if (d[i].depth > ph.n)
			continue;
		b = bucket_find(x->r,
			path_slot_hash(x->r->key, h->serial, MATCH_PATH_PREFIX,
				path_hash_at(x->r->key, path, &ph, d[i].depth)),
			h->serial, MATCH_PATH_PREFIX,
			str_take(path, path_prefix_len(path, d[i].depth)));
		if (b)
			found = cands_cover(bucket_cands(b), b->n, m);
	}
	return found;
}

static const struct match *exact_cover(
	const struct shadows *x, const struct host *h, const struct match *m)
{
	struct path_hash ph;
	const struct bucket *b;

	path_hash(x->r->key, m->path, &ph);
	b = bucket_find(x->r, path_slot_hash(x->r->key, h->serial, MATCH_PATH_EXACT, ph.full),
		h->serial, MATCH_PATH_EXACT, m->path);
	return b ? cands_cover(bucket_cands(b), b->n, m) : NULL;
}

/* The same expression, among the first <n> of <h>. */
static const struct match *regex_cover(const struct host *h, uint32_t n, const struct match *m)
{
	for (uint32_t i = n; i > 0 && n - i < MATCH_SHADOW_LOOK; i--) {
		const struct match *w = h->regexes[i - 1].m;

		if (w != m && str_eq(w->path, m->path) && conditions_cover(w, m))
			return w;
	}
	return NULL;
}

/* Anything of a host that goes before <m>'s. */
static const struct match *host_cover(
	const struct shadows *x, const struct host *h, const struct match *m)
{
	const struct match *w = NULL;

	switch ((enum match_path_kind)m->kind) {
	case MATCH_PATH_EXACT:
		w = exact_cover(x, h, m);
		return w ? w : prefix_cover(x, h, m->path, m);
	case MATCH_PATH_PREFIX:
		return prefix_cover(x, h, m->path, m);
	case MATCH_PATH_REGEX:
		w = regex_cover(h, h->nregexes, m);
		return w ? w : prefix_cover(x, h, literal_elements(m->path), m);
	}
	return NULL;
}

/* ---- the walk ---- */

static void entry_look(
	struct shadows *x, const struct shadow_host *sh, const struct cand *c, uint32_t at)
{
	const struct match *m = c[at].m;
	struct match_shadow s = {.listener = sh->l->id, .hostname = host_name(sh->h), .m = m};

	if (sh->outdone || sh->unseen) {
		s.by_listener = sh->outdone ? sh->outdone->id : s.listener;
		x->fn(x->ctx, &s);
		return;
	}
	s.by_listener = s.listener;
	for (uint32_t i = 0; i < sh->n && !s.by; i++) {
		s.by = host_cover(x, x->covers.p[sh->first + i], m);
		s.by_hostname = host_name(x->covers.p[sh->first + i]);
	}
	if (!s.by) {
		s.by_hostname = s.hostname;
		s.by = m->kind == MATCH_PATH_REGEX ? regex_cover(sh->h, at, m) : cands_twin(c, at);
	}
	if (!s.by && m->kind == MATCH_PATH_REGEX)
		s.by = prefix_cover(x, sh->h, literal_elements(m->path), m);
	if (s.by)
		x->fn(x->ctx, &s);
}

static void entries_look(
	struct shadows *x, const struct shadow_host *sh, const struct cand *c, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		entry_look(x, sh, c, i);
}

static void hosts_begin(struct shadows *x)
{
	const struct scope_order *o = &x->order;
	struct pmap_iter it = {0};
	const struct host *h;

	scope_order_init(&x->order, x->r);
	while ((h = pmap_iter_next(&x->r->hosts, &it)))
		for (size_t i = scope_order_first(o, h->scope);
			i < o->listeners.n && o->listeners.p[i]->scope == h->scope; i++)
			host_begin(x, h, o->listeners.p[i]);
	if (x->hosts.n)
		qsort(x->hosts.p, x->hosts.n, sizeof(*x->hosts.p), host_cmp);
}

void router_shadows(const struct router *r, router_shadow_f *fn, void *ctx)
{
	struct shadows x = {.r = r, .fn = fn, .ctx = ctx};
	struct pmap_iter it = {0};
	const struct bucket *b;

	if (!r->listeners || !r->listeners->n)
		return;
	hosts_begin(&x);
	vec_for_each (sh, &x.hosts)
		entries_look(&x, sh, sh->h->regexes, sh->h->nregexes);
	while (x.hosts.n && (b = pmap_iter_next(&r->paths, &it))) {
		size_t lo = 0, n = x.hosts.n;

		while (lo < n) {
			size_t mid = lo + (n - lo) / 2;

			if (x.hosts.p[mid].h->serial < b->host)
				lo = mid + 1;
			else
				n = mid;
		}
		for (; lo < x.hosts.n && x.hosts.p[lo].h->serial == b->host; lo++)
			entries_look(&x, &x.hosts.p[lo], bucket_cands(b), b->n);
	}
	vec_fini(&x.hosts);
	vec_fini(&x.covers);
	scope_order_fini(&x.order);
}
