/* SPDX-License-Identifier: Apache-2.0 */
/*
 * router_priv.h -- how a router lies in memory: shared by lookup, edit and explain.
 *
 * Two persistent maps (pmap.h).  `hosts` takes the hash of (scope, hostname) to a struct
 * host: what kinds of paths there are under it.  `paths` takes the hash of (host serial, kind,
 * path) to a struct bucket: the candidates for exactly that path, in order.  So a lookup costs a
 * probe per hostname that could match and one per prefix depth that exists under it, and reads
 * the bytes of the path to confirm.
 *
 * Hashes are keyed.  The peer chooses request paths but not what is in the tables, and never sees
 * a hash: a multiplicative hash with a secret start and factor is enough, and cheap to roll along
 * the elements of a path.
 */
#ifndef MATCH_ROUTER_PRIV_H
#define MATCH_ROUTER_PRIV_H

#include "base/hash.h"
#include "match/pmap.h"
#include "base/vec.h"
#include "match/router.h"

/* The process's secret for the hashes below. */
struct fold_key {
	uint64_t start;
	uint64_t factor;
};

/* A match as a bucket holds it: what decides most tries stands here, so that <m> is read last. */
struct cand {
	const struct match *m;
	uint8_t method;
	uint8_t nheaders;
	uint8_t nquery;
};

/* All matches of one (host, kind, path).  Behind the path bytes, aligned, the candidates. */
struct bucket {
	uint32_t refs;
	uint32_t n;
	uint64_t host; /* host.serial */
	uint32_t npath;
	uint8_t kind;
	char path[];
};

enum host_kind { HOST_EXACT, HOST_WILD, HOST_NONE };

struct host_depth {
	uint32_t count; /* buckets of prefixes with this many elements */
	uint32_t depth;
};

/* One hostname in one scope.  Behind the name, aligned, the depths. */
struct host {
	uint32_t refs;
	uint32_t nexact; /* buckets of exact paths */
	uint64_t serial; /* of this host in this and all routers made from it */
	uint64_t scope;
	struct cand *regexes; /* in order; NULL: none */
	uint32_t nregexes;
	uint16_t ndepths; /* depths that exist, longest first */
	uint16_t nname;
	uint8_t kind; /* enum host_kind */
	char name[]; /* as a route writes it: "a.b", "*.b", "" */
};

/* How many wildcards with a number of labels behind the star there are: which suffixes to try. */
#define WILD_LABELS 128 /* more than a name of 253 bytes can have */
struct wilds {
	uint64_t present[WILD_LABELS / 64];
	uint32_t count[WILD_LABELS];
};

struct listeners {
	uint32_t refs;
	uint32_t n;
	uint32_t mask; /* of slots */
	struct wilds wilds;
	const struct match_listener *none; /* takes what no other takes; or NULL */
	uint64_t *hashes; /* mask + 1; 0: free */
	uint32_t *index; /* mask + 1 */
	struct match_listener *all;
};

struct router {
	uint32_t refs;
	struct fold_key key;
	size_t entries;
	uint64_t next_serial;
	struct pmap hosts;
	struct pmap paths;
	struct listeners *listeners; /* NULL: none */
	struct wilds wilds; /* of all hosts */
};

extern const struct pmap_ops host_ops;
extern const struct pmap_ops bucket_ops;

static inline struct cand *bucket_cands(const struct bucket *b)
{
	size_t at = (offsetof(struct bucket, path) + b->npath + 7) & ~(size_t)7;

	return (struct cand *)((uintptr_t)b + at);
}

static inline struct host_depth *host_depths(const struct host *h)
{
	size_t at = (offsetof(struct host, name) + h->nname + 7) & ~(size_t)7;

	return (struct host_depth *)((uintptr_t)h + at);
}

static inline struct str host_name(const struct host *h)
{
	return str_of(h->name, h->nname);
}

/* ---- hashes ---- */

static inline struct fold_key fold_key(void)
{
	const struct hash_key *k = hash_process_key();

	return (struct fold_key){k->k0, k->k1 | 1};
}

static inline uint64_t fold(uint64_t h, uint64_t word, uint64_t factor)
{
	__extension__ unsigned __int128 m = (unsigned __int128)(h ^ word) * factor;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "load_word() reads words as they lie");

static inline uint64_t load_word(const char *p)
{
	uint64_t w;

	memcpy(&w, p, 8);
	return w;
}

/* The fewer than 8 bytes from <p> to <end> of a text that begins at <begin>, missing ones as 0. */
static inline uint64_t load_tail(const char *begin, const char *p, const char *end)
{
	size_t n = (size_t)(end - p);
	uint64_t w = 0;

	if (!n)
		return 0;
	if (likely(end - begin >= 8))
		return load_word(end - 8) >> 8 * (8 - n);
	for (size_t i = 0; i < n; i++)
		w |= (uint64_t)(uint8_t)p[i] << 8 * i;
	return w;
}

/* The last word of a span holds fewer than 8 bytes: its top byte counts them. */
static inline uint64_t fold_span(uint64_t h, struct str s, uint64_t factor)
{
	const char *begin = s.n ? s.p : "";
	const char *end = begin + s.n;
	const char *p = begin;

	for (; end - p >= 8; p += 8)
		h = fold(h, load_word(p), factor);
	return fold(h, load_tail(begin, p, end) | (uint64_t)(end - p) << 56, factor);
}

static inline uint64_t host_hash(
	struct fold_key k, uint64_t scope, enum host_kind kind, struct str name)
{
	uint64_t h = fold(k.start ^ (uint64_t)kind << 32, scope, k.factor);

	return fold_span(h, name, k.factor);
}

static inline uint64_t path_slot_hash(
	struct fold_key k, uint64_t serial, enum match_path_kind kind, uint64_t path)
{
	return fold(path, (serial << 2 | kind) * 0x9e3779b97f4a7c15u, k.factor);
}

#define PATH_DEPTHS 32 /* hashes kept per request; deeper ones are made when asked for */

/* The hash of a path after each of its elements: at[0] of "", at[1] of "/a" … */
struct path_hash {
	uint32_t n; /* elements: slashes */
	uint64_t full;
	uint64_t at[PATH_DEPTHS + 1];
};

/* <path> begins with "/", or is empty. */
void path_hash(struct fold_key k, struct str path, struct path_hash *ret);
/* The hash after <depth> elements, depth ≤ n. */
uint64_t path_hash_at(
	struct fold_key k, struct str path, const struct path_hash *ph, unsigned depth);

/* The value of the map for a key, or NULL.  <name> of a wildcard is ".b", without the star. */
struct host *host_find(const struct router *r, uint64_t hash, uint64_t scope, enum host_kind kind,
	struct str name);
struct bucket *bucket_find(const struct router *r, uint64_t hash, uint64_t serial,
	enum match_path_kind kind, struct str path);

/* The listener with exactly this hostname, or NULL. */
const struct match_listener *listener_find(
	const struct listeners *ls, struct fold_key k, enum host_kind kind, struct str name);

/* A router's listeners by scope, for a walk over all of it: who looks in a host's scope stands side
 * by side.  Borrows the router. */
struct scope_order {
	VEC(const struct match_listener *) listeners;
};

void scope_order_init(struct scope_order *o, const struct router *r);
void scope_order_fini(struct scope_order *o);
/* The first listener that looks in <scope>, or the end. */
size_t scope_order_first(const struct scope_order *o, uint64_t scope);

/* "*.b" to (HOST_WILD, ".b"), "" to HOST_NONE, else HOST_EXACT. */
enum host_kind host_kind_of(struct str hostname, struct str *ret_name);
/* Dots in <name>: for a wildcard ".b.c", the labels behind its star. */
unsigned host_labels(struct str name);
void wilds_add(struct wilds *w, struct str name, int by);

/* Why <c> does not take <rq> (MATCH_WHY_WON if it does); conditions only, not the path. */
enum match_why cand_judge(
	const struct cand *c, const struct match_request *rq, struct str *ret_detail);

#endif
