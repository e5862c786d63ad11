/* SPDX-License-Identifier: Apache-2.0 */
/* Plans go round between control and workers on real threads; the sanitizers watch. */
#include "plan/publish.h"

#include <pthread.h>
#include <stdio.h>

#include "base/rand.h"
#include "base/vec.h"
#include "plan/helper_plan.h"
#include "test.h"

/* ---- mailboxes ---- */

enum kind { PLAN, ENDPOINT, STOP };

struct letter {
	enum kind kind;
	unsigned worker;
	const struct plan *plan;
	struct plan_endpoint *endpoint;
};

struct mailbox {
	pthread_mutex_t lock;
	pthread_cond_t some;
	VEC(struct letter) letters;
};

static void mailbox_init(struct mailbox *m)
{
	*m = (struct mailbox){0};
	pthread_mutex_init(&m->lock, NULL);
	pthread_cond_init(&m->some, NULL);
}

static void mailbox_fini(struct mailbox *m)
{
	vec_fini(&m->letters);
	pthread_cond_destroy(&m->some);
	pthread_mutex_destroy(&m->lock);
}

static void mailbox_put(struct mailbox *m, struct letter l)
{
	pthread_mutex_lock(&m->lock);
	*vec_push(&m->letters) = l;
	pthread_cond_signal(&m->some);
	pthread_mutex_unlock(&m->lock);
}

/* The oldest letter; waits for one if <wait>. */
static bool mailbox_take(struct mailbox *m, bool wait, struct letter *l)
{
	bool have;

	pthread_mutex_lock(&m->lock);
	while (wait && !m->letters.n)
		pthread_cond_wait(&m->some, &m->lock);
	have = m->letters.n > 0;
	if (have) {
		*l = m->letters.p[0];
		memmove(m->letters.p, m->letters.p + 1, --m->letters.n * sizeof(*l));
	}
	pthread_mutex_unlock(&m->lock);
	return have;
}

/* ---- workers ---- */

#define WORKERS 3
#define USES 8
#define TUNNELS 4

struct worker {
	unsigned number;
	pthread_t thread;
	struct mailbox in;
	struct mailbox *out;
	struct plan_holder holder;
	struct plan_hold *uses[USES]; /* exchanges: hold a plan */
	struct plan_endpoint *tunnels[TUNNELS]; /* hold only an endpoint */
	uint64_t answers; /* so that reads are not optimised away */
};

static void worker_done(void *ctx, const struct plan *p)
{
	struct worker *w = ctx;

	mailbox_put(w->out, (struct letter){PLAN, w->number, p, NULL});
}

/* An exchange begins: looks up, keeps the plan, and perhaps opens a tunnel. */
static void worker_exchange(struct worker *w, struct rand *r)
{
	struct plan_hold **use = &w->uses[rand_below(r, USES)];
	const struct plan_upstream *u;
	char path[16];

	if (*use) { /* the one before ends: it may read to its last moment */
		w->answers += plan_revision((*use)->plan);
		u = some_answer((*use)->plan, "tcp/80", "h", "/0");
		w->answers += u ? u->ntargets : 0;
		plan_hold_put(*use);
		*use = NULL;
	}
	if (!w->holder.current)
		return;
	*use = plan_hold_get(&w->holder);
	snprintf(path, sizeof(path), "/%u", rand_below(r, 8));
	u = some_answer((*use)->plan, "tcp/80", "h", path);
	if (u && u->ntargets)
		w->tunnels[rand_below(r, TUNNELS)] =
			u->targets[rand_below(r, u->ntargets)].endpoint;
}

static void worker_letter(struct worker *w, const struct letter *l)
{
	if (l->kind == PLAN) {
		plan_holder_swap(&w->holder, l->plan);
		return;
	}
	for (size_t i = 0; i < TUNNELS; i++) {
		if (w->tunnels[i] == l->endpoint)
			w->tunnels[i] = NULL;
	}
	mailbox_put(w->out, (struct letter){ENDPOINT, w->number, NULL, l->endpoint});
}

static void *worker_run(void *arg)
{
	struct worker *w = arg;
	struct letter l;
	struct rand r;

	rand_init(&r, w->number);
	for (;;) {
		bool stop = false;

		while (!stop && mailbox_take(&w->in, false, &l)) {
			stop = l.kind == STOP;
			if (!stop)
				worker_letter(w, &l);
		}
		if (stop)
			break;
		worker_exchange(w, &r);
		for (size_t i = 0; i < TUNNELS; i++) {
			if (w->tunnels[i])
				w->answers += w->tunnels[i]->addr.port +
					      plan_endpoint_health(w->tunnels[i]);
		}
	}
	for (size_t i = 0; i < USES; i++) {
		if (w->uses[i])
			plan_hold_put(w->uses[i]);
	}
	plan_holder_fini(&w->holder);
	mailbox_put(w->out, (struct letter){STOP, w->number, NULL, NULL});
	return NULL;
}

/* ---- control ---- */

static void send_plan(void *ctx, unsigned w, const struct plan *p)
{
	mailbox_put(&((struct worker *)ctx)[w].in, (struct letter){PLAN, w, p, NULL});
}

static void send_endpoint(void *ctx, unsigned w, struct plan_endpoint *e)
{
	mailbox_put(&((struct worker *)ctx)[w].in, (struct letter){ENDPOINT, w, NULL, e});
}

static bool control_letter(struct plan_publisher *p, const struct letter *l)
{
	if (l->kind == PLAN)
		plan_publisher_plan_done(p, l->worker, l->plan);
	else if (l->kind == ENDPOINT)
		plan_publisher_endpoint_done(p, l->worker, l->endpoint);
	return l->kind == STOP;
}

static struct plan *control_change(struct plan_store *s, const struct plan *base, struct rand *r)
{
	struct plan_edit *e = plan_edit_begin(s, base);
	uint32_t i = rand_below(r, 8);
	char name[8], path[8];

	if (!base)
		plan_edit_put_port(e, some_port("tcp/80", 80));
	snprintf(name, sizeof(name), "r%u", i);
	snprintf(path, sizeof(path), "/%u", i);
	plan_edit_put_route(e, some_route(name, "tcp/80", "", path, "u"));
	plan_edit_put_upstream(
		e, some_upstream("u", (uint8_t)rand_below(r, 9), (uint8_t)rand_below(r, 5)));
	return plan_edit_commit(e);
}

static void test_plans_go_round(void **state)
{
	static const struct plan_publisher_ops ops = {send_plan, send_endpoint};
	struct plan_store *s = plan_store_new();
	struct worker workers[WORKERS] = {0};
	struct mailbox in;
	struct plan_publisher *p;
	struct letter l;
	struct rand r;
	unsigned stopped = 0;

	(void)state;
	rand_init(&r, 99);
	mailbox_init(&in);
	p = plan_publisher_new(s, WORKERS, &ops, workers);
	for (unsigned w = 0; w < WORKERS; w++) {
		workers[w].number = w;
		workers[w].out = &in;
		mailbox_init(&workers[w].in);
		plan_holder_init(&workers[w].holder, worker_done, &workers[w]);
		assert_int_equal(
			pthread_create(&workers[w].thread, NULL, worker_run, &workers[w]), 0);
	}
	for (int i = 0; i < 500; i++) {
		const struct plan *base = plan_publisher_current(p);
		struct plan *plan = control_change(s, base, &r);
		const struct plan_upstream *u = plan_upstream_find(plan, plan_id(STR("u")));

		plan_publisher_publish(p, plan);
		if (u->ntargets)
			atomic_store_explicit(&u->targets[0].endpoint->health, (uint32_t)i % 2,
				memory_order_relaxed);
		/* Never far ahead: some answers are waited for. */
		while (mailbox_take(&in, plan_publisher_live(p) > 10, &l))
			control_letter(p, &l);
	}
	/* All but the current plan come home while workers keep working, tunnels open. */
	while (plan_publisher_live(p) > 1 && mailbox_take(&in, true, &l))
		control_letter(p, &l);
	assert_int_equal(plan_store_stats(s).plans, 1);
	for (unsigned w = 0; w < WORKERS; w++)
		mailbox_put(&workers[w].in, (struct letter){.kind = STOP});
	while (stopped < WORKERS && mailbox_take(&in, true, &l))
		stopped += control_letter(p, &l);
	for (unsigned w = 0; w < WORKERS; w++) {
		pthread_join(workers[w].thread, NULL);
		mailbox_fini(&workers[w].in);
	}
	assert_int_equal(plan_store_stats(s).plans, 0);
	assert_int_equal(plan_publisher_live(p), 0);
	plan_publisher_free(p);
	mailbox_fini(&in);
	plan_store_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plans_go_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
