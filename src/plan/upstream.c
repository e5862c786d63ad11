/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/upstream.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "plan/plan_priv.h"
#include "plan/tally.h"

/* ---- endpoints ---- */

struct plan_endpoint *plan_endpoint_new(
	struct plan_store *s, uint64_t upstream, const struct plan_addr *addr)
{
	struct plan_endpoint *e = MEM_NEW(struct plan_endpoint);

	e->addr = *addr;
	e->upstream = upstream;
	e->serial = ++s->serial;
	e->index = s->free_indices.n ? s->free_indices.p[--s->free_indices.n] : s->indices++;
	e->refs = 1;
	list_init(&e->dead);
	s->endpoints++;
	return e;
}

void plan_endpoint_unref(struct plan_store *s, struct plan_endpoint *e)
{
	if (--e->refs)
		return;
	list_add_tail(&s->dead, &e->dead);
	s->ndead++;
}

void plan_endpoint_free(struct plan_store *s, struct plan_endpoint *e)
{
	AZ(e->refs);
	list_del(&e->dead);
	*vec_push(&s->free_indices) = e->index;
	s->ndead--;
	s->endpoints--;
	mem_free(e);
}

/* ---- upstreams ---- */

struct plan_upstream *plan_upstream_new(struct str name, size_t ntargets)
{
	struct arena a;
	struct plan_upstream *u;

	arena_init(&a, sizeof(*u) + name.n + 1 + ntargets * sizeof(*u->targets) + 64);
	u = ARENA_NEW(&a, struct plan_upstream);
	u->name = arena_str(&a, name);
	u->id = plan_id(name);
	u->targets = ARENA_ARRAY(&a, struct plan_target, ntargets);
	u->ntargets = (uint32_t)ntargets;
	for (size_t i = 0; i < ntargets; i++) {
		u->targets[i].weight = 1;
		u->targets[i].flags = PLAN_TARGET_READY | PLAN_TARGET_SERVING;
	}
	plan_segment_begin(&u->seg, &a);
	return u;
}

static struct plan_client_tls *client_tls_copy(struct arena *a, const struct plan_client_tls *from)
{
	struct plan_client_tls *tls = ARENA_NEW(a, struct plan_client_tls);
	struct plan_san *sans = ARENA_ARRAY(a, struct plan_san, from->nsans);

	*tls = *from;
	tls->parsed = NULL;
	tls->parsed_free = NULL;
	tls->sni = arena_str(a, from->sni);
	tls->min_version = arena_str(a, from->min_version);
	for (size_t i = 0; i < from->nsans; i++)
		sans[i] = (struct plan_san){arena_str(a, from->sans[i].value), from->sans[i].uri};
	tls->sans = sans;
	if (tls->ca)
		plan_pem_ref(tls->ca);
	if (tls->client)
		plan_pem_ref(tls->client);
	return tls;
}

struct plan_upstream *plan_upstream_copy(const struct plan_upstream *from, size_t ntargets)
{
	struct plan_upstream *u = plan_upstream_new(from->name, ntargets);
	struct arena *a = plan_upstream_arena(u);
	struct plan_dns *dns = ARENA_ARRAY(a, struct plan_dns, from->ndns);

	for (size_t i = 0; i < from->ndns; i++)
		dns[i] = (struct plan_dns){arena_str(a, from->dns[i].host), from->dns[i].port};
	u->dns = dns;
	u->ndns = from->ndns;
	u->protocol = from->protocol;
	u->refused = from->refused;
	u->failure = arena_str(a, from->failure);
	if (from->tls)
		u->tls = client_tls_copy(a, from->tls);
	return u;
}

void plan_upstream_unref(struct plan_upstream *u)
{
	if (--u->seg.refs)
		return;
	tally_upstream_drop(u);
	for (uint32_t i = 0; i < u->ntargets; i++) {
		if (u->targets[i].endpoint)
			plan_endpoint_unref(u->store, u->targets[i].endpoint);
	}
	if (u->tls) {
		if (u->tls->parsed_free)
			u->tls->parsed_free(u->tls->parsed);
		plan_pem_unref(u->tls->ca);
		plan_pem_unref(u->tls->client);
	}
	plan_segment_fini(&u->seg);
}

void plan_upstream_free(struct plan_upstream *u)
{
	if (u)
		plan_upstream_unref(u);
}

/* ---- settling ---- */

static int addr_cmp(const struct plan_addr *a, const struct plan_addr *b)
{
	int c = (a->family > b->family) - (a->family < b->family);

	if (!c)
		c = memcmp(a->ip, b->ip, sizeof(a->ip));
	if (!c)
		c = (a->port > b->port) - (a->port < b->port);
	if (!c)
		c = (a->scope > b->scope) - (a->scope < b->scope);
	return c;
}

static int target_cmp(const void *a, const void *b)
{
	return addr_cmp(
		&((const struct plan_target *)a)->addr, &((const struct plan_target *)b)->addr);
}

static void targets_join(struct plan_upstream *u)
{
	struct plan_target *to = u->targets;
	uint32_t n = u->ntargets;

	if (n)
		qsort(to, n, sizeof(*to), target_cmp);
	u->ntargets = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct plan_target t = u->targets[i];

		if (u->ntargets && plan_addr_eq(&to[u->ntargets - 1].addr, &t.addr)) {
			to[u->ntargets - 1].flags |= t.flags;
			continue;
		}
		to[u->ntargets++] = t;
	}
}

static uint64_t tls_digest(const struct plan_client_tls *tls)
{
	struct buf b = {0};
	uint64_t digest;

	/* Lengths first, so that no two policies print alike. */
	buf_printf(&b, "%zu:%.*s %zu:%.*s ca %zu:%.*s client %zu:%.*s ca-kind %d", tls->sni.n,
		STR_ARG(tls->sni), tls->min_version.n, STR_ARG(tls->min_version),
		tls->ca ? tls->ca->digest.n : 0, STR_ARG(tls->ca ? tls->ca->digest : STR("")),
		tls->client ? tls->client->digest.n : 0,
		STR_ARG(tls->client ? tls->client->digest : STR("")),
		tls->ca ? (int)tls->ca->kind : -1);
	for (size_t i = 0; i < tls->nsans; i++)
		buf_printf(&b, " %d:%zu:%.*s", tls->sans[i].uri, tls->sans[i].value.n,
			STR_ARG(tls->sans[i].value));
	digest = hash_str(buf_str(&b));
	buf_fini(&b);
	return digest;
}

void plan_upstream_settle(
	struct plan_store *s, struct plan_upstream *u, const struct plan_upstream *was)
{
	uint32_t old = 0;

	u->store = s;
	targets_join(u);
	for (uint32_t i = 0; i < u->ntargets; i++) {
		struct plan_target *t = &u->targets[i];
		int c = 1;

		while (was && old < was->ntargets &&
			(c = addr_cmp(&was->targets[old].addr, &t->addr)) < 0)
			old++;
		if (was && old < was->ntargets && c == 0) {
			t->endpoint = was->targets[old].endpoint;
			t->endpoint->refs++;
		} else {
			t->endpoint = plan_endpoint_new(s, u->id, &t->addr);
		}
	}
	if (u->tls)
		u->tls->digest = tls_digest(u->tls);
}
