/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publish.h -- plans on their way to workers and back.
 *
 * Control holds a publisher, each worker a holder; between them go four messages, carried by
 * whoever owns the mailboxes (the callbacks here; net in the gateway, a queue in the tests):
 *
 *	control → worker   PLAN(plan)        swap to it at the top of the next tick
 *	worker → control   PLAN_DONE(plan)   I neither use nor hold <plan> any more
 *	control → worker   ENDPOINT(e)       no plan holds <e>: drain your connections to it
 *	worker → control   ENDPOINT_DONE(e)  I keep nothing that points at <e>
 *
 * A worker counts its own uses of a plan in a struct plan_hold of its own, not atomically, and
 * answers each PLAN it got exactly once.  When all workers have, control frees the root and drops
 * counts on segments.  Tunnels, TCP connections and UDP sessions hold only their endpoint: a
 * worker may keep pointers to an endpoint until it has answered ENDPOINT.
 *
 * An exchange holds the plan from the choice of the rule until the response head is sent, so old
 * roots go quickly: open tunnels and slow bodies keep none.
 */
#ifndef PLAN_PUBLISH_H
#define PLAN_PUBLISH_H

#include "base/list.h"
#include "plan/edit.h"

/* ---- control ---- */

struct plan_publisher_ops {
	/* Delivers to worker <w>, in order, at once or later; never calls back from inside. */
	void (*plan)(void *ctx, unsigned w, const struct plan *p);
	void (*endpoint)(void *ctx, unsigned w, struct plan_endpoint *e);
};

struct plan_publisher;

/* For <nworkers> ≥ 1 workers, all with an empty holder.  <s> and <ops> are borrowed. */
struct plan_publisher *plan_publisher_new(
	struct plan_store *s, unsigned nworkers, const struct plan_publisher_ops *ops, void *ctx);
/* Workers have ended and delivered all their answers, or will never answer: drops everything. */
void plan_publisher_free(struct plan_publisher *p);

/* Takes the caller's count on <plan> and sends it to all workers.  Not the one published last. */
void plan_publisher_publish(struct plan_publisher *p, struct plan *plan);
/* The one published last, or NULL.  Borrowed. */
struct plan *plan_publisher_current(const struct plan_publisher *p);

/* Answers of worker <w>. */
void plan_publisher_plan_done(struct plan_publisher *p, unsigned w, const struct plan *plan);
void plan_publisher_endpoint_done(struct plan_publisher *p, unsigned w, struct plan_endpoint *e);

/* Roots not yet freed, the current one included. */
size_t plan_publisher_live(const struct plan_publisher *p);

/* ---- worker ---- */

/* One plan in one worker.  Owned by the holder; an exchange keeps a pointer from plan_hold_get()
 * to plan_hold_put(). */
struct plan_hold {
	const struct plan *plan;
	uint32_t uses;
	bool current;
	struct list link; /* in the holder's list */
	struct plan_holder *holder;
};

/* Tells control PLAN_DONE.  Called from plan_holder_swap() and plan_hold_put(). */
typedef void plan_done_f(void *ctx, const struct plan *p);

struct plan_holder {
	struct plan_hold *current; /* NULL before the first plan */
	struct list old; /* still in use */
	plan_done_f *done;
	void *ctx;
};

void plan_holder_init(struct plan_holder *h, plan_done_f *done, void *ctx);
/* Nothing is held any more but the current plan, which is given back. */
void plan_holder_fini(struct plan_holder *h);
/* The top of a tick, with a plan from the mailbox.  The one before is given back now or when its
 * last use ends. */
void plan_holder_swap(struct plan_holder *h, const struct plan *p);

/* A use of the current plan; there must be one. */
static inline struct plan_hold *plan_hold_get(struct plan_holder *h)
{
	h->current->uses++;
	return h->current;
}
void plan_hold_end(struct plan_hold *h);
/* The end of a use. */
static inline void plan_hold_put(struct plan_hold *h)
{
	AN_HOT(h->uses);
	if (--h->uses == 0 && unlikely(!h->current))
		plan_hold_end(h);
}

#endif
