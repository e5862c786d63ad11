/* SPDX-License-Identifier: Apache-2.0 */
#include "control/names.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"
#include "net/resolver.h"

struct name {
	struct names *names;
	char *host;
	bool wanted;
	bool gone; /* waits for its lookup to end */
	struct resolve_op op;
	struct timer timer;
	struct plan_addr *addrs; /* as told last */
	size_t n;
	nsec good_until; /* what was told stays at least until then */
};

struct names {
	struct loop *loop;
	struct resolver *resolver;
	names_told_f *told;
	void *arg;
	struct map by_host;
};

static void name_free(struct name *n)
{
	loop_timer_cancel(n->names->loop, &n->timer);
	mem_free(n->addrs);
	mem_free(n->host);
	mem_free(n);
}

static int addr_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct plan_addr));
}

static struct plan_addr plan_addr_of(const struct addr *from)
{
	struct plan_addr to;

	memset(&to, 0, sizeof(to));
	if (from->sa.sa_family == AF_INET) {
		to.family = 4;
		memcpy(to.ip, &from->in.sin_addr, 4);
	} else {
		to.family = 6;
		memcpy(to.ip, &from->in6.sin6_addr, 16);
	}
	return to;
}

/* Told only when they differ: answers come in any order. */
static void name_tell(struct name *n, struct plan_addr *addrs, size_t count)
{
	if (count)
		qsort(addrs, count, sizeof(*addrs), addr_order);
	if (n->n == count && (!count || memcmp(n->addrs, addrs, count * sizeof(*addrs)) == 0)) {
		mem_free(addrs);
		return;
	}
	mem_free(n->addrs);
	n->addrs = addrs;
	n->n = count;
	n->names->told(n->names->arg, str_from(n->host), addrs, count);
}

static void name_resolved(struct op *op, int res)
{
	struct name *n = container_of(op, struct name, op.op);
	nsec now = loop_now(n->names->loop);

	if (n->gone) {
		name_free(n);
		return;
	}
	if (res > 0) {
		struct plan_addr *addrs = mem_alloc((size_t)res * sizeof(*addrs));

		for (int i = 0; i < res; i++)
			addrs[i] = plan_addr_of(&n->op.addrs[i]);
		n->good_until = n->op.expires + NAMES_STALE;
		name_tell(n, addrs, (size_t)res);
	} else if (now >= n->good_until) {
		name_tell(n, NULL, 0);
	}
	loop_timer_at(n->names->loop, &n->timer, MAX(n->op.expires, now + SEC(1)));
}

static void name_again(struct timer *t)
{
	struct name *n = container_of(t, struct name, timer);

	resolver_lookup(n->names->resolver, &n->op, str_from(n->host));
}

int names_new(
	struct loop *l, struct str servers, names_told_f *told, void *arg, struct names **ret_names)
{
	struct names *n = MEM_NEW(struct names);
	char *list = servers.n ? mem_strdup(servers) : NULL;
	int rc = resolver_new(l, &(struct resolver_config){.servers = list}, &n->resolver);

	mem_free(list);
	if (rc < 0) {
		mem_free(n);
		return rc;
	}
	n->loop = l;
	n->told = told;
	n->arg = arg;
	*ret_names = n;
	return 0;
}

static void name_drop(struct name *n)
{
	n->gone = true;
	if (op_inflight(&n->op.op))
		resolver_cancel(n->names->resolver, &n->op);
	else
		name_free(n);
}

void names_free(struct names *n)
{
	const struct map_slot *slot;
	size_t at = 0, dropped = 0;

	if (!n)
		return;
	while ((slot = map_next(&n->by_host, &at))) {
		name_drop(slot->value);
		dropped++;
	}
	map_fini(&n->by_host);
	/* Cancelled lookups complete in the next ticks. */
	for (size_t i = 0; dropped && i < 4; i++)
		loop_tick(n->loop, 0);
	resolver_free(n->resolver);
	mem_free(n);
}

void names_begin(struct names *n)
{
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&n->by_host, &at)))
		((struct name *)slot->value)->wanted = false;
}

void names_want(struct names *n, struct str host)
{
	struct name *name = map_get(&n->by_host, host);

	if (!name) {
		name = MEM_NEW(struct name);
		name->names = n;
		name->host = mem_strdup(host);
		resolve_op_init(&name->op, name_resolved);
		timer_init(&name->timer, name_again);
		map_put(&n->by_host, str_from(name->host), name);
		resolver_lookup(n->resolver, &name->op, host);
	}
	name->wanted = true;
}

void names_end(struct names *n)
{
	VEC(struct name *) unwanted = {0};
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&n->by_host, &at))) {
		if (!((struct name *)slot->value)->wanted)
			*vec_push(&unwanted) = slot->value;
	}
	vec_for_each (name, &unwanted) {
		map_del(&n->by_host, str_from((*name)->host));
		name_drop(*name);
	}
	vec_fini(&unwanted);
}
