/* SPDX-License-Identifier: Apache-2.0 */
/* Making routers from routers.  Control thread only. */
#include <errno.h>

#include "base/mem.h"
#include "match/router_priv.h"

struct router_edit {
	struct router *r; /* not yet seen by anyone */
};

/* ---- counted values ---- */

static size_t bucket_size(size_t npath, uint32_t n)
{
	size_t head = (offsetof(struct bucket, path) + npath + 7) & ~(size_t)7;

	return head + n * sizeof(struct cand);
}

static size_t host_size(size_t nname, size_t ndepths)
{
	size_t head = (offsetof(struct host, name) + nname + 7) & ~(size_t)7;

	return head + ndepths * sizeof(struct host_depth);
}

static void bucket_hold(void *value)
{
	((struct bucket *)value)->refs++;
}

static void bucket_drop(void *value)
{
	struct bucket *b = value;

	if (--b->refs == 0)
		mem_free(b);
}

static void host_hold(void *value)
{
	((struct host *)value)->refs++;
}

static void host_drop(void *value)
{
	struct host *h = value;

	if (--h->refs)
		return;
	mem_free(h->regexes);
	mem_free(h);
}

const struct pmap_ops bucket_ops = {bucket_hold, bucket_drop};
const struct pmap_ops host_ops = {host_hold, host_drop};

/* ---- arrays of candidates ---- */

static struct cand cand_of(const struct match *m)
{
	return (struct cand){
		.m = m,
		.method = m->method,
		.nheaders = m->nheaders,
		.nquery = m->nquery,
	};
}

/* Where <m> goes among <n> sorted candidates: behind its equals. */
static uint32_t cands_place(const struct cand *c, uint32_t n, const struct match *m)
{
	uint32_t lo = 0;

	while (lo < n) {
		uint32_t mid = lo + (n - lo) / 2;

		if (match_cmp(c[mid].m, m) <= 0)
			lo = mid + 1;
		else
			n = mid;
	}
	return lo;
}

static void cands_insert(struct cand *c, uint32_t n, const struct match *m)
{
	uint32_t at = cands_place(c, n, m);

	memmove(c + at + 1, c + at, (n - at) * sizeof(*c));
	c[at] = cand_of(m);
}

static uint32_t cands_find(const struct cand *c, uint32_t n, const struct match *m)
{
	uint32_t i = 0;

	while (i < n && c[i].m != m)
		i++;
	return i;
}

static void cands_remove(struct cand *c, uint32_t n, uint32_t at)
{
	memmove(c + at, c + at + 1, (n - at - 1) * sizeof(*c));
}

/* Arrays have room for a power of two, so that growing one by one is linear in sum. */
static uint32_t cands_room(uint32_t n)
{
	uint32_t room = 1;

	while (room < n)
		room *= 2;
	return room;
}

static bool cands_full(uint32_t n)
{
	return (n & (n - 1)) == 0;
}

/* ---- hosts ---- */

struct host_key {
	uint64_t hash;
	uint64_t scope;
	enum host_kind kind;
	struct str name; /* as host_find() wants it */
};

static struct host_key host_key_of(uint64_t scope, struct str hostname)
{
	struct host_key k = {.scope = scope};

	k.kind = host_kind_of(hostname, &k.name);
	k.hash = host_hash(fold_key(), scope, k.kind, k.name);
	return k;
}

static struct host *host_get(const struct router *r, const struct host_key *k)
{
	return host_find(r, k->hash, k->scope, k->kind, k->name);
}

static struct host *host_make(struct router *r, const struct host_key *k, struct str hostname)
{
	struct host *h = mem_zalloc(host_size(hostname.n, 0));

	h->refs = 1;
	h->serial = r->next_serial++;
	h->scope = k->scope;
	h->kind = (uint8_t)k->kind;
	h->nname = (uint16_t)hostname.n;
	if (hostname.n)
		memcpy(h->name, hostname.p, hostname.n);
	pmap_add(&r->hosts, &host_ops, k->hash, h);
	if (h->kind == HOST_WILD)
		wilds_add(&r->wilds, k->name, 1);
	return h;
}

/* <h> with room for <ndepths> depths and as this router's own: the old one or a copy. */
static struct host *host_own(
	struct router *r, const struct host_key *k, struct host *old, unsigned ndepths)
{
	size_t size = host_size(old->nname, MAX(ndepths, old->ndepths));
	struct host *h;

	pmap_own(&r->hosts, &host_ops, k->hash);
	if (old->refs == 1 && ndepths <= old->ndepths)
		return old;
	if (old->refs == 1) {
		uintptr_t was = (uintptr_t)old;

		h = mem_realloc(old, size);
		pmap_set(&r->hosts, &host_ops, k->hash, (void *)was, h);
		return h;
	}
	h = mem_zalloc(size);
	memcpy(h, old, host_size(old->nname, old->ndepths));
	h->refs = 1;
	if (h->nregexes) {
		h->regexes = mem_alloc(cands_room(h->nregexes) * sizeof(*h->regexes));
		memcpy(h->regexes, old->regexes, h->nregexes * sizeof(*h->regexes));
	}
	old->refs--;
	pmap_set(&r->hosts, &host_ops, k->hash, old, h);
	return h;
}

static unsigned depth_place(const struct host *h, uint32_t depth)
{
	unsigned i = 0;

	while (i < h->ndepths && host_depths(h)[i].depth > depth)
		i++;
	return i;
}

/* One bucket more or less of prefixes with <depth> elements. */
static void host_count_depth(
	struct router *r, const struct host_key *k, struct host *h, uint32_t depth, int by)
{
	unsigned at = depth_place(h, depth);
	bool have = at < h->ndepths && host_depths(h)[at].depth == depth;
	struct host_depth *d;

	h = host_own(r, k, h, h->ndepths + !have);
	d = host_depths(h);
	if (!have) {
		memmove(d + at + 1, d + at, (h->ndepths - at) * sizeof(*d));
		d[at] = (struct host_depth){.depth = depth};
		h->ndepths++;
	}
	d[at].count += (uint32_t)by;
	if (!d[at].count) {
		h->ndepths--;
		memmove(d + at, d + at + 1, (h->ndepths - at) * sizeof(*d));
	}
}

static void host_count(
	struct router *r, const struct host_key *k, struct host *h, const struct match *m, int by)
{
	if (m->kind == MATCH_PATH_PREFIX)
		host_count_depth(r, k, h, m->depth, by);
	else
		host_own(r, k, h, 0)->nexact += (uint32_t)by;
}

static void host_remove_if_empty(struct router *r, const struct host_key *k)
{
	struct host *h = host_get(r, k);

	if (h->nexact || h->ndepths || h->nregexes)
		return;
	if (h->kind == HOST_WILD)
		wilds_add(&r->wilds, k->name, -1);
	pmap_del(&r->hosts, &host_ops, k->hash, h);
	host_drop(h);
}

void wilds_add(struct wilds *w, struct str name, int by)
{
	unsigned n = host_labels(name);

	if (n >= WILD_LABELS)
		return; /* longer than any host key: never asked for */
	w->count[n] += (uint32_t)by;
	if (w->count[n])
		w->present[n / 64] |= (uint64_t)1 << n % 64;
	else
		w->present[n / 64] &= ~((uint64_t)1 << n % 64);
}

/* ---- regular expressions of a host ---- */

static void host_add_regex(
	struct router *r, const struct host_key *k, struct host *h, const struct match *m)
{
	h = host_own(r, k, h, 0);
	if (!h->nregexes || cands_full(h->nregexes))
		h->regexes =
			mem_realloc(h->regexes, cands_room(h->nregexes + 1) * sizeof(*h->regexes));
	cands_insert(h->regexes, h->nregexes, m);
	h->nregexes++;
}

static int host_del_regex(
	struct router *r, const struct host_key *k, struct host *h, const struct match *m)
{
	uint32_t at = cands_find(h->regexes, h->nregexes, m);

	if (at == h->nregexes)
		return -ENOENT;
	h = host_own(r, k, h, 0);
	cands_remove(h->regexes, h->nregexes, at);
	if (--h->nregexes == 0) {
		mem_free(h->regexes);
		h->regexes = NULL;
	}
	return 0;
}

/* ---- buckets ---- */

static uint64_t bucket_hash(const struct host *h, const struct match *m)
{
	struct fold_key k = fold_key();
	struct path_hash ph;

	path_hash(k, m->path, &ph);
	return path_slot_hash(k, h->serial, m->kind, ph.full);
}

static struct bucket *bucket_make(const struct host *h, const struct match *m)
{
	struct bucket *b = mem_zalloc(bucket_size(m->path.n, 1));

	b->refs = 1;
	b->host = h->serial;
	b->kind = m->kind;
	b->npath = (uint32_t)m->path.n;
	if (m->path.n)
		memcpy(b->path, m->path.p, m->path.n);
	return b;
}

/* <old> as this router's own with room for <n> candidates. */
static struct bucket *bucket_own(struct router *r, uint64_t hash, struct bucket *old, uint32_t n)
{
	size_t size = bucket_size(old->npath, cands_room(n));
	uintptr_t was = (uintptr_t)old;
	struct bucket *b;

	pmap_own(&r->paths, &bucket_ops, hash);
	if (old->refs == 1) {
		if (n <= old->n || !cands_full(old->n))
			return old;
		b = mem_realloc(old, size);
	} else {
		b = mem_alloc(size);
		memcpy(b, old, bucket_size(old->npath, old->n));
		b->refs = 1;
		old->refs--;
	}
	pmap_set(&r->paths, &bucket_ops, hash, (void *)was, b);
	return b;
}

static void bucket_add(
	struct router *r, const struct host_key *k, struct host *h, const struct match *m)
{
	uint64_t hash = bucket_hash(h, m);
	struct bucket *b = bucket_find(r, hash, h->serial, m->kind, m->path);

	if (b) {
		b = bucket_own(r, hash, b, b->n + 1);
	} else {
		b = bucket_make(h, m);
		pmap_add(&r->paths, &bucket_ops, hash, b);
		host_count(r, k, h, m, 1);
	}
	cands_insert(bucket_cands(b), b->n, m);
	b->n++;
}

static int bucket_del(
	struct router *r, const struct host_key *k, struct host *h, const struct match *m)
{
	uint64_t hash = bucket_hash(h, m);
	struct bucket *b = bucket_find(r, hash, h->serial, m->kind, m->path);
	uint32_t at = b ? cands_find(bucket_cands(b), b->n, m) : 0;

	if (!b || at == b->n)
		return -ENOENT;
	if (b->n == 1) {
		pmap_del(&r->paths, &bucket_ops, hash, b);
		bucket_drop(b);
		host_count(r, k, h, m, -1);
		return 0;
	}
	b = bucket_own(r, hash, b, b->n);
	cands_remove(bucket_cands(b), b->n, at);
	b->n--;
	return 0;
}

/* ---- listeners ---- */

static void listeners_drop(struct listeners *ls)
{
	if (!ls || --ls->refs)
		return;
	mem_free(ls->hashes);
	mem_free(ls->index);
	mem_free(ls->all);
	mem_free(ls);
}

/* Enters listener <i>; false if its hostname is there already. */
static bool listeners_enter(struct listeners *ls, uint32_t i)
{
	const struct match_listener *l = &ls->all[i];
	struct str name, have;
	enum host_kind kind = host_kind_of(l->hostname, &name);
	uint64_t hash = host_hash(fold_key(), 0, kind, name) | 1;
	size_t at = hash >> 32 & ls->mask;

	for (; ls->hashes[at]; at = (at + 1) & ls->mask) {
		if (host_kind_of(ls->all[ls->index[at]].hostname, &have) == kind &&
			str_eq(have, name))
			return false;
	}
	ls->hashes[at] = hash;
	ls->index[at] = i;
	if (kind == HOST_NONE)
		ls->none = l;
	if (kind == HOST_WILD)
		wilds_add(&ls->wilds, name, 1);
	return true;
}

static struct listeners *listeners_new(const struct match_listener *l, size_t n)
{
	struct listeners *ls = MEM_NEW(struct listeners);
	size_t slots = 4;
	size_t text = 0;
	char *to;

	while (slots < n * 2)
		slots *= 2;
	for (size_t i = 0; i < n; i++)
		text += l[i].hostname.n;
	ls->refs = 1;
	ls->mask = (uint32_t)slots - 1;
	ls->hashes = mem_zalloc(slots * sizeof(*ls->hashes));
	ls->index = mem_zalloc(slots * sizeof(*ls->index));
	ls->all = mem_zalloc(n * sizeof(*ls->all) + text); /* hostnames behind */
	to = (char *)(ls->all + n);
	for (size_t i = 0; i < n; i++) {
		struct match_listener *own = &ls->all[ls->n];

		*own = l[i];
		own->hostname.p = to;
		if (!own->scope)
			own->scope = own->id;
		if (l[i].hostname.n)
			memcpy(to, l[i].hostname.p, l[i].hostname.n);
		if (listeners_enter(ls, ls->n)) {
			ls->n++;
			to += l[i].hostname.n;
		}
	}
	return ls;
}

/* ---- the edit ---- */

/* A router of its own that shares all of <base> (NULL: an empty one). */
static struct router *router_copy(const struct router *base)
{
	struct router *r = MEM_NEW(struct router);

	if (base) {
		*r = *base;
		r->hosts = pmap_share(&base->hosts);
		r->paths = pmap_share(&base->paths);
		if (base->listeners)
			base->listeners->refs++;
	}
	r->refs = 1;
	r->key = fold_key();
	return r;
}

struct router_edit *router_edit_begin(const struct router *base)
{
	struct router_edit *e = MEM_NEW(struct router_edit);

	e->r = router_copy(base);
	return e;
}

struct router *router_with(const struct router *r, const struct match_listener *l, size_t n)
{
	struct router *with = router_copy(r);

	listeners_drop(with->listeners);
	with->listeners = n ? listeners_new(l, n) : NULL;
	return with;
}

struct router *router_follow(const struct router *r, const struct router *of)
{
	struct router *follow = router_copy(r);

	listeners_drop(follow->listeners);
	follow->listeners = of->listeners;
	if (follow->listeners)
		follow->listeners->refs++;
	return follow;
}

void router_edit_add(
	struct router_edit *e, uint64_t scope, struct str hostname, const struct match *m)
{
	struct host_key k = host_key_of(scope, hostname);
	struct host *h = host_get(e->r, &k);

	if (!h)
		h = host_make(e->r, &k, hostname);
	if (m->kind == MATCH_PATH_REGEX)
		host_add_regex(e->r, &k, h, m);
	else
		bucket_add(e->r, &k, h, m);
	e->r->entries++;
}

int router_edit_del(
	struct router_edit *e, uint64_t scope, struct str hostname, const struct match *m)
{
	struct host_key k = host_key_of(scope, hostname);
	struct host *h = host_get(e->r, &k);
	int res = -ENOENT;

	if (h && m->kind == MATCH_PATH_REGEX)
		res = host_del_regex(e->r, &k, h, m);
	else if (h)
		res = bucket_del(e->r, &k, h, m);
	if (res < 0)
		return res;
	e->r->entries--;
	host_remove_if_empty(e->r, &k);
	return 0;
}

void router_edit_listeners(struct router_edit *e, const struct match_listener *l, size_t n)
{
	listeners_drop(e->r->listeners);
	e->r->listeners = n ? listeners_new(l, n) : NULL;
}

struct router *router_edit_commit(struct router_edit *e)
{
	struct router *r = e->r;

	mem_free(e);
	return r;
}

void router_edit_abort(struct router_edit *e)
{
	router_unref(router_edit_commit(e));
}

struct router *router_ref(struct router *r)
{
	r->refs++;
	return r;
}

void router_unref(struct router *r)
{
	if (!r || --r->refs)
		return;
	pmap_fini(&r->hosts, &host_ops);
	pmap_fini(&r->paths, &bucket_ops);
	listeners_drop(r->listeners);
	mem_free(r);
}

size_t router_entries(const struct router *r)
{
	return r->entries;
}

struct router_stats router_stats(const struct router *r)
{
	struct router_stats st = {
		.entries = r->entries,
		.hosts = pmap_count(&r->hosts),
		.listeners = r->listeners ? r->listeners->n : 0,
		.bytes = sizeof(*r) + pmap_bytes(&r->hosts) + pmap_bytes(&r->paths),
	};
	struct pmap_iter it = {0};
	const struct host *h;
	const struct bucket *b;

	while ((h = pmap_iter_next(&r->hosts, &it))) {
		st.bytes += host_size(h->nname, h->ndepths);
		if (h->nregexes)
			st.bytes += cands_room(h->nregexes) * sizeof(struct cand);
	}
	it = (struct pmap_iter){0};
	while ((b = pmap_iter_next(&r->paths, &it)))
		st.bytes += bucket_size(b->npath, cands_room(b->n));
	return st;
}
