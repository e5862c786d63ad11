/* SPDX-License-Identifier: Apache-2.0 */
/* Lookup: the part of the router that requests run through. */
#include "match/path.h"
#include "match/regex.h"
#include "match/router_look_priv.h"

/* A word with the top bit of each byte set that is "/" (the lowest such byte is exact). */
static inline uint64_t slashes(uint64_t w)
{
	uint64_t x = w ^ 0x2f2f2f2f2f2f2f2fu;

	return (x - 0x0101010101010101u) & ~x & 0x8080808080808080u;
}

/* The hash of the element at <*p>, chained to <h>; moves <*p> to its end: a slash or <end>. */
static inline uint64_t element_hash(
	uint64_t h, const char *begin, const char **p, const char *end, uint64_t factor)
{
	for (;;) {
		size_t room = (size_t)(end - *p);
		uint64_t w = likely(room >= 8) ? load_word(*p) : load_tail(begin, *p, end);
		uint64_t slash = slashes(w);
		size_t n = slash ? (size_t)__builtin_ctzll(slash) / 8 : MIN(room, 8);

		*p += n;
		if (n == 8) {
			h = fold(h, w, factor);
			continue;
		}
		return fold(h, (w & (((uint64_t)1 << 8 * n) - 1)) | (uint64_t)n << 56, factor);
	}
}

void path_hash(struct fold_key k, struct str path, struct path_hash *ret)
{
	const char *begin = path.n ? path.p : "";
	const char *end = begin + path.n;
	const char *p = begin;
	uint64_t h = k.start;
	uint32_t n = 0;

	ret->at[0] = h;
	while (p < end) {
		p++; /* the slash */
		h = element_hash(h, begin, &p, end, k.factor);
		if (likely(++n <= PATH_DEPTHS))
			ret->at[n] = h;
	}
	ret->n = n;
	ret->full = h;
}

uint64_t path_hash_at(
	struct fold_key k, struct str path, const struct path_hash *ph, unsigned depth)
{
	const char *begin = path.n ? path.p : "";
	const char *end = begin + path.n;
	const char *p = begin;
	uint64_t h = k.start;

	if (likely(depth <= PATH_DEPTHS))
		return ph->at[depth];
	while (depth--) {
		p++;
		h = element_hash(h, begin, &p, end, k.factor);
	}
	return h;
}

enum host_kind host_kind_of(struct str hostname, struct str *ret_name)
{
	bool wild = str_starts(hostname, STR("*."));

	*ret_name = str_skip(hostname, wild ? 1 : 0);
	return !hostname.n ? HOST_NONE : wild ? HOST_WILD : HOST_EXACT;
}

unsigned host_labels(struct str name)
{
	unsigned dots = 0;

	for (size_t i = 0; i < name.n; i++)
		dots += name.p[i] == '.';
	return dots;
}

struct host *host_find(
	const struct router *r, uint64_t hash, uint64_t scope, enum host_kind kind, struct str name)
{
	struct pmap_probe probe = pmap_probe(&r->hosts, hash);
	struct host *h;

	while ((h = pmap_next(&probe))) {
		if (h->scope == scope && h->kind == kind &&
			str_eq(str_skip(host_name(h), kind == HOST_WILD), name))
			return h;
	}
	return NULL;
}

struct bucket *bucket_find(const struct router *r, uint64_t hash, uint64_t serial,
	enum match_path_kind kind, struct str path)
{
	struct pmap_probe probe = pmap_probe(&r->paths, hash);
	struct bucket *b;

	while ((b = pmap_next(&probe))) {
		if (b->host == serial && b->kind == kind && str_eq(str_of(b->path, b->npath), path))
			return b;
	}
	return NULL;
}

/* ---- conditions ---- */

/* Does <value> fulfil <v>? */
static enum regex_result value_fits(
	const struct match_value *v, const struct match_request *rq, struct str value)
{
	if (v->regex)
		return regex_match(v->regex, rq->regex, value);
	return str_eq(v->value, value) ? REGEX_YES : REGEX_NO;
}

static enum match_why conditions_judge(
	const struct match *m, const struct match_request *rq, struct str *ret_detail)
{
	struct str value;
	enum regex_result res;

	for (uint8_t i = 0; i < m->nheaders; i++) {
		const struct match_value *v = &m->headers[i];

		*ret_detail = v->name;
		res = REGEX_NO;
		if (rq->header && rq->header(rq, v->name, &value))
			res = value_fits(v, rq, value);
		if (res != REGEX_YES)
			return res == REGEX_NO ? MATCH_WHY_HEADER : MATCH_WHY_REGEX_LIMIT;
	}
	for (uint8_t i = 0; i < m->nquery; i++) {
		const struct match_value *v = &m->query[i];

		*ret_detail = v->name;
		res = REGEX_NO;
		if (query_first(rq->query, v->name, rq->scratch, &value))
			res = value_fits(v, rq, value);
		if (res != REGEX_YES)
			return res == REGEX_NO ? MATCH_WHY_QUERY : MATCH_WHY_REGEX_LIMIT;
	}
	*ret_detail = (struct str){0};
	return MATCH_WHY_WON;
}

enum match_why cand_judge(
	const struct cand *c, const struct match_request *rq, struct str *ret_detail)
{
	if (c->method != MATCH_METHOD_ANY && c->method != rq->method)
		return MATCH_WHY_METHOD;
	if (likely(!(c->nheaders | c->nquery)))
		return MATCH_WHY_WON;
	return conditions_judge(c->m, rq, ret_detail);
}

/* ---- the look ---- */

/* Takes note of what came out of one candidate.  True when the look is over. */
static bool look_note(struct look *k, const struct host *h, const struct match *m,
	enum match_why why, struct str detail)
{
	bool decides = why == MATCH_WHY_WON || why == MATCH_WHY_REGEX_LIMIT;

	if (k->verdict != MATCH_NONE && decides)
		why = MATCH_WHY_PRECEDENCE;
	if (unlikely(k->trace))
		look_trace(k, h, m, why, detail);
	if (!decides || k->verdict != MATCH_NONE)
		return false;
	k->verdict = why == MATCH_WHY_WON ? MATCH_FOUND : MATCH_REGEX_LIMIT;
	k->match = m;
	k->host = h;
	return !k->trace;
}

static bool look_bucket(struct look *k, const struct host *h, const struct bucket *b)
{
	const struct cand *c = bucket_cands(b);
	const struct cand *end = c + b->n;

	for (; c != end; c++) {
		struct str detail = {0};

		if (look_note(k, h, c->m, cand_judge(c, k->rq, &detail), detail))
			return true;
	}
	return false;
}

static bool look_regexes(struct look *k, const struct host *h)
{
	for (uint32_t i = 0; i < h->nregexes; i++) {
		const struct cand *c = &h->regexes[i];
		struct str detail = {0};
		enum match_why why = MATCH_WHY_METHOD;
		enum regex_result res;

		if (c->method == MATCH_METHOD_ANY || c->method == k->rq->method) {
			res = regex_match(c->m->regex, k->rq->regex, k->rq->path);
			why = res == REGEX_YES  ? cand_judge(c, k->rq, &detail)
			      : res == REGEX_NO ? MATCH_WHY_PATH
						: MATCH_WHY_REGEX_LIMIT;
		}
		if (look_note(k, h, c->m, why, detail))
			return true;
	}
	return false;
}

/* Is <b>'s path the first <npath> bytes of the request's, up to an element's end? */
static bool prefix_fits(const struct bucket *b, const struct host *h, struct str path)
{
	return b->host == h->serial && b->kind == MATCH_PATH_PREFIX &&
	       str_starts(path, str_of(b->path, b->npath)) &&
	       (path.n == b->npath || path.p[b->npath] == '/');
}

static bool look_host(struct look *k, const struct host *h)
{
	const struct host_depth *d = host_depths(h);
	const struct host_depth *end = d + h->ndepths;
	struct pmap_probe probes[PATH_DEPTHS];
	unsigned n = 0;
	struct bucket *b;

	while (d != end && d->depth > k->path.n)
		d++;
	/* Ask for all slots at once: they are independent, and one miss costs as much as ten. */
	for (; d + n != end && n < ARRAY_LEN(probes); n++) {
		uint64_t ph = path_hash_at(k->key, k->rq->path, &k->path, d[n].depth);

		probes[n] = pmap_probe(
			&k->r->paths, path_slot_hash(k->key, h->serial, MATCH_PATH_PREFIX, ph));
		pmap_prefetch(&probes[n]);
	}
	if (h->nexact) {
		b = bucket_find(k->r,
			path_slot_hash(k->key, h->serial, MATCH_PATH_EXACT, k->path.full),
			h->serial, MATCH_PATH_EXACT, k->rq->path);
		if (b && look_bucket(k, h, b))
			return true;
	}
	for (unsigned i = 0; i < n; i++) {
		while ((b = pmap_next(&probes[i]))) {
			if (prefix_fits(b, h, k->rq->path) && look_bucket(k, h, b))
				return true;
		}
	}
	/* More depths than any sane host has: one by one. */
	for (d += n; d != end; d++) {
		uint64_t ph = path_hash_at(k->key, k->rq->path, &k->path, d->depth);

		b = bucket_find(k->r, path_slot_hash(k->key, h->serial, MATCH_PATH_PREFIX, ph),
			h->serial, MATCH_PATH_PREFIX,
			str_take(k->rq->path, path_prefix_len(k->rq->path, d->depth)));
		if (b && look_bucket(k, h, b))
			return true;
	}
	return look_regexes(k, h);
}

static bool look_name(struct look *k, uint64_t scope, enum host_kind kind, struct str name)
{
	const struct host *h =
		host_find(k->r, host_hash(k->key, scope, kind, name), scope, kind, name);

	return h && look_host(k, h);
}

/*
 * The next suffix of <*rest> (".b.c" of "a.b.c") whose number of labels is in <w>, longest first;
 * <*labels> counts those left.  Returns an empty string at the end.
 */
static struct str wild_next(const struct wilds *w, struct str *rest, unsigned *labels)
{
	while (*labels) {
		unsigned n = (*labels)--;

		*rest = str_skip(*rest, rest->p[0] == '.');
		*rest = str_skip(*rest, str_find(*rest, '.'));
		if (n < WILD_LABELS && (w->present[n / 64] >> n % 64 & 1))
			return *rest;
	}
	return (struct str){0};
}

static bool wilds_any(const struct wilds *w)
{
	return (w->present[0] | w->present[1]) != 0;
}

static void look_hosts(struct look *k, uint64_t scope)
{
	struct str host = k->rq->host;

	path_hash(k->key, k->rq->path, &k->path);
	if (look_name(k, scope, HOST_EXACT, host))
		return;
	if (wilds_any(&k->r->wilds)) {
		unsigned labels = host_labels(host);
		struct str rest = host;
		struct str suffix;

		while ((suffix = wild_next(&k->r->wilds, &rest, &labels)).n) {
			if (look_name(k, scope, HOST_WILD, suffix))
				return;
		}
	}
	look_name(k, scope, HOST_NONE, (struct str){0});
}

/* ---- listeners ---- */

const struct match_listener *listener_find(
	const struct listeners *ls, struct fold_key k, enum host_kind kind, struct str name)
{
	uint64_t hash = host_hash(k, 0, kind, name) | 1;

	for (size_t i = hash >> 32 & ls->mask; ls->hashes[i]; i = (i + 1) & ls->mask) {
		const struct match_listener *l = &ls->all[ls->index[i]];
		struct str have;

		if (ls->hashes[i] == hash && host_kind_of(l->hostname, &have) == kind &&
			str_eq(have, name))
			return l;
	}
	return NULL;
}

const struct match_listener *router_listener(const struct router *r, struct str host)
{
	const struct listeners *ls = r->listeners;
	struct fold_key k = r->key;
	const struct match_listener *l;

	if (!ls)
		return NULL;
	if (ls->n == 1 && ls->none)
		return ls->none;
	l = listener_find(ls, k, HOST_EXACT, host);
	if (!l && wilds_any(&ls->wilds)) {
		unsigned labels = host_labels(host);
		struct str suffix;

		while (!l && (suffix = wild_next(&ls->wilds, &host, &labels)).n)
			l = listener_find(ls, k, HOST_WILD, suffix);
	}
	return l ? l : ls->none;
}

/* ---- entry points ---- */

enum match_verdict look_run(struct look *k, const struct match_listener *l)
{
	k->listener = l;
	if (l)
		look_hosts(k, l->scope);
	return k->verdict;
}

void look_result(const struct look *k, const struct match_listener *l, struct match_result *ret)
{
	*ret = (struct match_result){.listener = l, .match = k->match};
	if (k->host)
		ret->hostname = host_name(k->host);
}

enum match_verdict router_match_at(const struct router *r, const struct match_listener *l,
	const struct match_request *rq, struct match_result *ret)
{
	struct look k;

	look_init(&k, r, rq, NULL);
	look_run(&k, l);
	look_result(&k, l, ret);
	return k.verdict;
}

enum match_verdict router_match(
	const struct router *r, const struct match_request *rq, struct match_result *ret)
{
	return router_match_at(r, router_listener(r, rq->host), rq, ret);
}
