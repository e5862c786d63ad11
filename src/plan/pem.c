/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/pem.h"

#include <string.h>

#include "plan/plan_priv.h"

/* The key in the store's map: lives in <a>. */
static struct str pem_key(struct arena *a, enum plan_pem_kind kind, struct str digest)
{
	return arena_printf(a, "%u/%.*s", (unsigned)kind, STR_ARG(digest));
}

struct plan_pem *plan_pem_find(struct plan_store *s, enum plan_pem_kind kind, struct str digest)
{
	struct arena a;
	struct plan_pem *p;

	arena_init(&a, 512);
	p = map_get(&s->pems, pem_key(&a, kind, digest));
	arena_fini(&a);
	return p ? plan_pem_ref(p) : NULL;
}

struct plan_pem *plan_pem_get(struct plan_store *s, const struct plan_pem *from)
{
	struct arena a;
	struct plan_pem *p;
	struct str key, *names;

	arena_init(&a, 512);
	key = pem_key(&a, from->kind, from->digest);
	p = map_get(&s->pems, key);
	if (p) {
		arena_fini(&a);
		return plan_pem_ref(p);
	}
	p = ARENA_NEW(&a, struct plan_pem);
	names = ARENA_ARRAY(&a, struct str, from->nnames);
	for (size_t i = 0; i < from->nnames; i++)
		names[i] = arena_str(&a, from->names[i]);
	*p = (struct plan_pem){
		.store = s,
		.kind = from->kind,
		.source = arena_str(&a, from->source),
		.digest = str_skip(key, 2),
		.chain = arena_str(&a, from->chain),
		.key = arena_str(&a, from->key),
		.names = names,
		.nnames = from->nnames,
	};
	plan_segment_begin(&p->seg, &a);
	plan_segment_freeze(&p->seg);
	map_put(&s->pems, key, p);
	if (s->dress)
		s->dress->pem(p);
	return p;
}

struct plan_pem *plan_pem_ref(struct plan_pem *p)
{
	p->seg.refs++;
	return p;
}

void plan_pem_unref(struct plan_pem *p)
{
	if (!p || --p->seg.refs)
		return;
	if (p->parsed_free)
		p->parsed_free(p->parsed);
	/* The map borrows the key that ends in the digest. */
	AN(map_del(&p->store->pems, str_of(p->digest.p - 2, p->digest.n + 2)) == p);
	explicit_bzero((void *)(uintptr_t)p->key.p, p->key.n);
	plan_segment_fini(&p->seg);
}
