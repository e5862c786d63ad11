/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listeners that cannot be told apart (Gateway API v1.7.0, "Distinct Listeners").
 *
 * Between objects the older one keeps its listener and the younger loses; inside one object all
 * that cannot be told apart lose.  Protocols are compared before anything is said about support.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "gwapi/translate_priv.h"

static struct str group_text(const struct listener *l)
{
	return l->protocol == PROTOCOL_OTHER ? l->protocol_text : (struct str){NULL, 0};
}

/* Protocols that can share a port: HTTP with HTTP; HTTPS and TLS by SNI. */
static bool protocols_share(const struct listener *a, const struct listener *b)
{
	bool a_tls = a->protocol == PROTOCOL_HTTPS || a->protocol == PROTOCOL_TLS;
	bool b_tls = b->protocol == PROTOCOL_HTTPS || b->protocol == PROTOCOL_TLS;

	if (a->protocol == PROTOCOL_HTTP && b->protocol == PROTOCOL_HTTP)
		return true;
	if (a->protocol == PROTOCOL_OTHER && b->protocol == PROTOCOL_OTHER)
		return str_eq(group_text(a), group_text(b));
	return a_tls && b_tls;
}

static bool binds_meet(const struct parent *a, const struct parent *b)
{
	if (a->n_binds == 0 || b->n_binds == 0)
		return true;
	for (size_t i = 0; i < a->n_binds; i++)
		for (size_t j = 0; j < b->n_binds; j++)
			if (plan_addr_eq(&a->binds[i], &b->binds[j]))
				return true;
	return false;
}

bool parents_share(const struct parent *a, const struct parent *b)
{
	return a->gateway == b->gateway || binds_meet(a, b);
}

enum clash { CLASH_NONE, CLASH_PROTOCOL, CLASH_HOSTNAME };

static enum clash clash(const struct listener *a, const struct listener *b)
{
	if (a->port != b->port || listener_udp(a) != listener_udp(b) ||
		!parents_share(a->parent, b->parent))
		return CLASH_NONE;
	if (!protocols_share(a, b)) /* nor does TCP with TCP: there is no hostname to tell by */
		return CLASH_PROTOCOL;
	return str_eq(a->hostname, b->hostname) ? CLASH_HOSTNAME : CLASH_NONE;
}

static void lose(struct group_unit *g, struct listener *l, const struct listener *to, enum clash c)
{
	struct str other = l->parent == to->parent
				   ? arena_printf(&g->arena, "listener \"%.*s\"", STR_ARG(to->name))
				   : listener_text(&g->arena, to);

	if (c == CLASH_PROTOCOL)
		l->conflict = (struct problem){STR("ProtocolConflict"),
			arena_printf(&g->arena,
				"Protocol %.*s cannot share port %u with %.*s (%.*s); choose "
				"another port.",
				STR_ARG(l->protocol_text), l->port, STR_ARG(other),
				STR_ARG(to->protocol_text))};
	else
		l->conflict = (struct problem){STR("HostnameConflict"),
			arena_printf(&g->arena,
				"%s%.*s%s on port %u is also taken by %.*s; choose another "
				"hostname or port.",
				l->hostname.n ? "Hostname \"" : "Every hostname",
				STR_ARG(l->hostname), l->hostname.n ? "\"" : "", l->port,
				STR_ARG(other))};
}

/* Protocol conflicts outweigh those of hostnames. */
static void against(struct group_unit *g, struct listener *l, const struct listener *other)
{
	enum clash c = clash(l, other);

	if (c == CLASH_PROTOCOL || (c == CLASH_HOSTNAME && !l->conflict.reason.n)) {
		if (!str_eq(l->conflict.reason, STR("ProtocolConflict")))
			lose(g, l, other, c);
	}
}

/* Listeners of one port, in order of precedence of their objects. */
struct bucket {
	struct listener **p;
	size_t n;
};

struct ranked {
	struct listener *l;
	size_t rank; /* of its object */
};

static int ranked_order(const void *x, const void *y)
{
	const struct ranked *a = x, *b = y;

	if (listener_udp(a->l) != listener_udp(b->l))
		return listener_udp(a->l) ? 1 : -1;
	if (a->l->port != b->l->port)
		return a->l->port < b->l->port ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->l->index < b->l->index ? -1 : 1;
}

/* All listeners by port.  <fn> is called for each bucket. */
static void buckets_each(struct group_unit *g, struct parent **parents, size_t n,
	void (*fn)(struct group_unit *g, const struct bucket *b))
{
	VEC(struct ranked) all = {0};
	struct listener **list;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < parents[i]->n_listeners; j++)
			*vec_push(&all) = (struct ranked){&parents[i]->listeners[j], i};
	if (all.n)
		qsort(all.p, all.n, sizeof(*all.p), ranked_order);
	list = mem_alloc(sizeof(struct listener *) * (all.n + 1));
	for (size_t i = 0; i < all.n; i++)
		list[i] = all.p[i].l;
	for (size_t i = 0, end; i < all.n; i = end) {
		for (end = i; end < all.n && list[end]->port == list[i]->port &&
			      listener_udp(list[end]) == listener_udp(list[i]);
			end++)
			;
		fn(g, &(struct bucket){list + i, end - i});
	}
	mem_free(list);
	vec_fini(&all);
}

/* Those of one object, b->p[from, to), against the <kept> of older ones, then among themselves;
 * returns how many are kept now. */
static size_t bucket_object(
	struct group_unit *g, const struct bucket *b, size_t from, size_t to, size_t kept)
{
	size_t mine = kept, n = kept;
	struct listener **keep = b->p; /* behind what was read already */

	for (size_t i = from; i < to; i++) {
		struct listener *l = b->p[i];

		for (size_t k = 0; k < mine; k++)
			against(g, l, keep[k]);
		if (!l->conflict.reason.n)
			keep[n++] = l;
	}
	for (size_t x = mine; x < n; x++)
		for (size_t y = mine; y < n; y++)
			if (x != y)
				against(g, keep[x], keep[y]);
	for (size_t x = mine; x < n; x++)
		if (!keep[x]->conflict.reason.n)
			keep[kept++] = keep[x];
	return kept;
}

static void bucket_conflicts(struct group_unit *g, const struct bucket *b)
{
	size_t kept = 0;

	for (size_t i = 0, end; i < b->n; i = end) {
		const struct parent *p = b->p[i]->parent;

		for (end = i; end < b->n && b->p[end]->parent == p; end++)
			;
		kept = bucket_object(g, b, i, end, kept);
	}
}

void conflicts_find(struct group_unit *g, struct parent **parents, size_t n)
{
	buckets_each(g, parents, n, bucket_conflicts);
}

/* ---- OverlappingTLSConfig ---- */

/* Whether some name fits both: equal, one within the other's wildcard, or anything with none. */
static bool names_overlap(struct str a, struct str b)
{
	return hostnames_meet(a, b);
}

static bool certs_overlap(const struct listener *a, const struct listener *b)
{
	for (size_t i = 0; i < a->certs.n; i++)
		for (size_t j = 0; j < b->certs.n; j++)
			for (size_t x = 0; x < a->certs.p[i]->nnames; x++)
				for (size_t y = 0; y < b->certs.p[j]->nnames; y++)
					if (names_overlap(a->certs.p[i]->names[x],
						    b->certs.p[j]->names[y]))
						return true;
	return false;
}

static bool overlap_counts(const struct listener *l)
{
	return l->terminates && !l->conflict.reason.n && !l->accepted.reason.n;
}

static void overlap_check(struct group_unit *g, struct listener *a, const struct listener *b)
{
	if (a == b || !overlap_counts(b) || !parents_share(a->parent, b->parent) ||
		str_eq(a->overlap.reason, STR("OverlappingCertificates")))
		return;
	if (certs_overlap(a, b))
		a->overlap = (struct problem){STR("OverlappingCertificates"),
			arena_printf(&g->arena,
				"A certificate here and one of %.*s hold for the same names: "
				"clients may reuse a connection for both.",
				STR_ARG(listener_text(&g->arena, b)))};
	else if (!a->overlap.reason.n && names_overlap(a->hostname, b->hostname))
		a->overlap = (struct problem){STR("OverlappingHostnames"),
			arena_printf(&g->arena,
				"The hostname overlaps with that of %.*s: clients may reuse a "
				"connection for both.",
				STR_ARG(listener_text(&g->arena, b)))};
}

static void bucket_overlaps(struct group_unit *g, const struct bucket *b)
{
	for (size_t i = 0; i < b->n; i++)
		for (size_t j = 0; j < b->n && overlap_counts(b->p[i]); j++)
			overlap_check(g, b->p[i], b->p[j]);
}

void overlaps_find(struct group_unit *g, struct parent **parents, size_t n)
{
	buckets_each(g, parents, n, bucket_overlaps);
}
