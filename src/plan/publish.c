/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/publish.h"

#include "plan/plan_priv.h"

/* ---- control ---- */

/* A plan that workers know of. */
struct live {
	struct plan *plan; /* one count */
	unsigned waiting; /* answers still to come */
	struct list link;
};

struct plan_publisher {
	struct plan_store *store;
	unsigned nworkers;
	struct plan_publisher_ops ops;
	void *ctx;
	struct list live; /* oldest first; the last is the current one */
	size_t nlive;
	struct list waiting; /* dead endpoints that workers were told of */
};

struct plan_publisher *plan_publisher_new(
	struct plan_store *s, unsigned nworkers, const struct plan_publisher_ops *ops, void *ctx)
{
	struct plan_publisher *p = MEM_NEW(struct plan_publisher);

	AN(nworkers);
	p->store = s;
	p->nworkers = nworkers;
	p->ops = *ops;
	p->ctx = ctx;
	list_init(&p->live);
	list_init(&p->waiting);
	return p;
}

static void live_free(struct plan_publisher *p, struct live *l)
{
	list_del(&l->link);
	p->nlive--;
	plan_unref(l->plan);
	mem_free(l);
}

void plan_publisher_free(struct plan_publisher *p)
{
	if (!p)
		return;
	list_for_each_safe (it, &p->live)
		live_free(p, container_of(it, struct live, link));
	list_for_each_safe (it, &p->waiting)
		plan_endpoint_free(p->store, container_of(it, struct plan_endpoint, dead));
	plan_store_reap(p->store);
	mem_free(p);
}

static struct live *live_last(const struct plan_publisher *p)
{
	return list_empty(&p->live) ? NULL : container_of(p->live.prev, struct live, link);
}

struct plan *plan_publisher_current(const struct plan_publisher *p)
{
	struct live *l = live_last(p);

	return l ? l->plan : NULL;
}

size_t plan_publisher_live(const struct plan_publisher *p)
{
	return p->nlive;
}

void plan_publisher_publish(struct plan_publisher *p, struct plan *plan)
{
	struct live *l = MEM_NEW(struct live);

	AN(plan != plan_publisher_current(p));
	*l = (struct live){.plan = plan, .waiting = p->nworkers};
	list_add_tail(&p->live, &l->link);
	p->nlive++;
	for (unsigned w = 0; w < p->nworkers; w++)
		p->ops.plan(p->ctx, w, plan);
}

/* Tells the workers of endpoints that went with the last plan that held them. */
static void send_dead(struct plan_publisher *p)
{
	struct list *it;

	while ((it = list_pop(&p->store->dead))) {
		struct plan_endpoint *e = container_of(it, struct plan_endpoint, dead);

		e->waiting = p->nworkers;
		list_add_tail(&p->waiting, &e->dead);
		for (unsigned w = 0; w < p->nworkers; w++)
			p->ops.endpoint(p->ctx, w, e);
	}
}

void plan_publisher_plan_done(struct plan_publisher *p, unsigned w, const struct plan *plan)
{
	AN(w < p->nworkers);
	list_for_each_safe (it, &p->live) {
		struct live *l = container_of(it, struct live, link);

		if (l->plan != plan)
			continue;
		AN(l->waiting);
		if (--l->waiting == 0) {
			live_free(p, l);
			send_dead(p);
		}
		return;
	}
	AN(!"an answer for a plan that is not out");
}

void plan_publisher_endpoint_done(struct plan_publisher *p, unsigned w, struct plan_endpoint *e)
{
	AN(w < p->nworkers);
	AN(e->waiting);
	if (--e->waiting == 0)
		plan_endpoint_free(p->store, e);
}

/* ---- worker ---- */

void plan_holder_init(struct plan_holder *h, plan_done_f *done, void *ctx)
{
	*h = (struct plan_holder){.done = done, .ctx = ctx};
	list_init(&h->old);
}

/* The last use of a plan that is no longer current. */
void plan_hold_end(struct plan_hold *hold)
{
	const struct plan *plan = hold->plan;
	struct plan_holder *h = hold->holder;

	AZ(hold->uses);
	AZ(hold->current);
	list_del(&hold->link);
	mem_free(hold);
	h->done(h->ctx, plan);
}

static void holder_retire(struct plan_holder *h)
{
	struct plan_hold *hold = h->current;

	h->current = NULL;
	if (!hold)
		return;
	hold->current = false;
	list_add_tail(&h->old, &hold->link);
	if (!hold->uses)
		plan_hold_end(hold);
}

void plan_holder_swap(struct plan_holder *h, const struct plan *p)
{
	struct plan_hold *hold = MEM_NEW(struct plan_hold);

	*hold = (struct plan_hold){.plan = p, .current = true, .holder = h};
	list_init(&hold->link);
	holder_retire(h);
	h->current = hold;
}

void plan_holder_fini(struct plan_holder *h)
{
	holder_retire(h);
	AN(list_empty(&h->old));
}
