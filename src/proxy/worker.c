/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker.c -- a thread with its loop: messages from control, plans swapped at the top of a tick.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "proxy/exchange_priv.h"
#include "proxy/metrics_priv.h"

/* A port's backlog gets this long to finish its handshakes when the port goes. */
#define UNLISTEN_GRACE MSEC(50)

const struct plan *worker_plan(struct worker *w)
{
	return w->plans.current ? w->plans.current->plan : NULL;
}

struct str worker_date(struct worker *w)
{
	/* Monotonic seconds decide when to look at the wall clock: one read a second, not a
	 * request. */
	int64_t second = loop_now(w->loop) / NSEC_PER_SEC;

	if (second != w->date_second || !w->date[0]) {
		w->date_second = second;
		h1_date(loop_wall(w->loop) / NSEC_PER_SEC, w->date);
	}
	return str_of(w->date, H1_DATE_N);
}

static struct msg *msg_to_control(struct worker *w, enum msg_kind kind)
{
	struct msg *m = MEM_NEW(struct msg);

	m->kind = kind;
	m->worker = w;
	return m;
}

static void plan_done(void *ctx, const struct plan *plan)
{
	struct worker *w = ctx;
	struct msg *m = msg_to_control(w, MSG_PLAN_DONE);

	m->plan = plan;
	proxy_mail(w->proxy, m);
}

void worker_endpoint_gone(struct worker *w, struct plan_endpoint *e)
{
	struct msg *m;

	if (!up_leaving_gone(w, e))
		return;
	m = msg_to_control(w, MSG_ENDPOINT_DONE);
	m->endpoint = e;
	proxy_mail(w->proxy, m);
}

void worker_tell_health(struct worker *w, struct plan_endpoint *e, bool eject)
{
	struct msg *m;

	if (!eject || wendpoint_get(w, e)->leaving)
		return;
	m = msg_to_control(w, MSG_EJECT);
	m->endpoint = e;
	proxy_mail(w->proxy, m);
}

void worker_check_drained(struct worker *w)
{
	if (!w->draining || w->told_drained)
		return;
	/* Idle connections go last of all, when no worker has anything else. */
	if (w->ending && !w->told_quiet && list_empty(&w->active)) {
		w->told_quiet = true;
		proxy_mail(w->proxy, msg_to_control(w, MSG_QUIET));
	}
	if (w->n_conns)
		return;
	w->told_drained = true;
	proxy_mail(w->proxy, msg_to_control(w, MSG_DRAINED));
}

/* --- binds -------------------------------------------------------------------------------- */

/* Whether <port> has it that connections to <b> begin with a PROXY header. */
static bool bind_wants_header(const struct bind *b, const struct plan_port *port)
{
	for (uint32_t i = 0; i < port->nbinds; i++) {
		struct addr addr = addr_of_plan(&port->binds[i].addr);

		if (addr_eq(&addr, &b->addr))
			return port->binds[i].flags & PLAN_BIND_PROXY_PROTOCOL;
	}
	return false;
}

/* Looks its port up in the current plan. */
static void bind_look(struct bind *b)
{
	const struct plan *plan = worker_plan(b->worker);

	b->slot = plan ? plan_port_find(plan, b->port_id) : NULL;
	b->header = b->slot && bind_wants_header(b, b->slot->port);
	snprintf(b->port_text, sizeof(b->port_text), "%u", b->slot ? b->slot->port->number : 0u);
}

static void worker_swap(struct worker *w, const struct plan *plan)
{
	plan_holder_swap(&w->plans, plan);
	list_for_each (node, &w->binds)
		bind_look(container_of(node, struct bind, node));
}

void bind_unref(struct bind *b)
{
	AN(b->refs);
	if (--b->refs)
		return;
	list_del(&b->node);
	mem_free(b);
}

static struct bind *bind_find(struct worker *w, const struct addr *addr)
{
	list_for_each (node, &w->binds) {
		struct bind *b = container_of(node, struct bind, node);

		if (!b->closing && addr_eq(&b->addr, addr))
			return b;
	}
	return NULL;
}

static bool free_oldest(struct worker *w, struct list *from, nsec age)
{
	unsigned n = conns_close_oldest(w, from, age);

	metrics_conn_end(CONN_END_DESCRIPTORS, n);
	return n > 0;
}

bool worker_free_descriptors(struct worker *w, nsec grace)
{
	return free_oldest(w, &w->idle, 0) || up_close_pools(w) || free_oldest(w, &w->fresh, grace);
}

static void bind_pressure(struct listener *ls, int err)
{
	(void)err;
	(void)worker_free_descriptors(
		container_of(ls, struct bind_listener, listener)->bind->worker, FRESH_GRACE);
}

static void bind_listen(struct worker *w, const struct msg *m)
{
	struct bind *b = MEM_NEW(struct bind);

	b->worker = w;
	b->addr = m->addr;
	b->port_id = m->port_id;
	b->refs = 1;
	list_init(&b->node);
	list_add_tail(&w->binds, &b->node);
	bind_look(b);
	for (unsigned i = 0; i < m->n_fds; i++) {
		struct bind_listener *bl = &b->listeners[b->n_listeners];

		if (w->draining) {
			close(m->fds[i]);
			continue;
		}
		bl->bind = b;
		if (listener_init(&bl->listener, w->loop, m->fds[i], conn_accepted, bind_pressure) <
			0)
			continue;
		bl->open = true;
		if (w->overload == OVERLOAD_PAUSE)
			listener_pause(&bl->listener);
		b->n_listeners++;
		b->refs++;
	}
}

static void bind_listener_gone(struct bind_listener *bl)
{
	bl->open = false;
	bind_unref(bl->bind);
}

static void bind_told_gone(struct worker *w, const struct addr *addr)
{
	struct msg *m = msg_to_control(w, MSG_UNLISTENED);

	m->addr = *addr;
	proxy_mail(w->proxy, m);
}

static void bind_drained(struct listener *ls)
{
	struct bind_listener *bl = container_of(ls, struct bind_listener, listener);
	struct bind *b = bl->bind;

	if (--b->n_listeners == 0)
		bind_told_gone(b->worker, &b->addr);
	bind_listener_gone(bl);
}

static void bind_unlisten(struct worker *w, const struct addr *addr)
{
	struct bind *b = bind_find(w, addr);
	unsigned n;

	if (!b || !b->n_listeners) {
		if (b) {
			b->closing = true;
			bind_unref(b);
		}
		bind_told_gone(w, addr);
		return;
	}
	b->closing = true;
	conns_close_idle(w, b);
	n = b->n_listeners;
	for (unsigned i = 0; i < n; i++)
		listener_drain(&b->listeners[i].listener, UNLISTEN_GRACE, bind_drained);
	bind_unref(b);
}

/* Stops accepting without a filter: a newer child, or nobody, takes what comes. */
static void binds_stop(struct worker *w)
{
	list_for_each_safe (node, &w->binds) {
		struct bind *b = container_of(node, struct bind, node);
		unsigned n = b->n_listeners;

		b->refs++;
		for (unsigned i = 0; i < n; i++) {
			if (!b->listeners[i].open)
				continue;
			listener_close(&b->listeners[i].listener);
			bind_listener_gone(&b->listeners[i]);
		}
		b->n_listeners = 0;
		if (!b->closing) {
			b->closing = true;
			bind_unref(b);
		}
		bind_unref(b);
	}
}

void binds_pause(struct worker *w, bool pause)
{
	list_for_each (node, &w->binds) {
		struct bind *b = container_of(node, struct bind, node);

		for (unsigned i = 0; i < b->n_listeners && !b->closing; i++) {
			if (!b->listeners[i].open)
				continue;
			if (pause)
				listener_pause(&b->listeners[i].listener);
			else
				listener_resume(&b->listeners[i].listener);
		}
	}
}

/* --- messages ----------------------------------------------------------------------------- */

static void worker_drain(struct worker *w, enum proxy_drain how)
{
	w->say_close = true;
	if (how == PROXY_DRAIN_ANNOUNCE)
		return;
	if (!w->draining)
		binds_stop(w);
	w->draining = true;
	w->cut = how == PROXY_DRAIN_CUT;
	w->ending |= how == PROXY_DRAIN_END;
	if (how == PROXY_DRAIN_IDLE)
		conns_end_idle(w);
	if (w->cut)
		conns_cut(w);
	worker_check_drained(w);
}

static void worker_deliver(struct mail *mail)
{
	struct msg *m = container_of(mail, struct msg, mail);
	struct worker *w = m->worker;
	struct bind *b;

	switch (m->kind) {
	case MSG_PLAN:
		worker_swap(w, m->plan);
		break;
	case MSG_ENDPOINT:
		up_endpoint_leaving(w, m->endpoint);
		break;
	case MSG_LISTEN:
		bind_listen(w, m);
		break;
	case MSG_LISTEN_PORT:
		b = bind_find(w, &m->addr);
		if (b) {
			b->port_id = m->port_id;
			bind_look(b);
		}
		break;
	case MSG_UNLISTEN:
		bind_unlisten(w, &m->addr);
		break;
	case MSG_DRAIN:
		worker_drain(w, m->drain);
		break;
	case MSG_STOP:
		worker_drain(w, PROXY_DRAIN_CUT);
		w->stopping = true;
		break;
	case MSG_PLAN_DONE:
	case MSG_ENDPOINT_DONE:
	case MSG_UNLISTENED:
	case MSG_EJECT:
	case MSG_QUIET:
	case MSG_DRAINED:
		AN(!"a message for control");
	}
	mem_free(m);
}

void worker_mail(struct worker *w, struct msg *m)
{
	m->worker = w;
	m->mail.deliver = worker_deliver;
	mailbox_post(&w->mailbox, &m->mail);
}

/* --- life --------------------------------------------------------------------------------- */

int worker_init(struct worker *w, struct proxy *p, unsigned number, unsigned n,
	const struct proxy_config *config)
{
	const struct loop_config lc = {.clock = config->clock, .sys = config->sys};
	uint64_t seed;
	int rc = loop_new(&lc, &w->loop);

	if (rc < 0)
		return rc;
	rc = mailbox_init(&w->mailbox, w->loop);
	if (rc < 0) {
		loop_free(w->loop);
		return rc;
	}
	w->proxy = p;
	w->number = number;
	w->proxy_workers = n;
	rand_secure(&seed, sizeof(seed));
	rand_init(&w->rand, seed);
	for (int i = 0; i < 16; i++)
		w->id_prefix[i] = "0123456789abcdef"[rand_below(&w->rand, 16)];
	plan_holder_init(&w->plans, plan_done, w);
	list_init(&w->binds);
	list_init(&w->idle);
	list_init(&w->fresh);
	list_init(&w->active);
	list_init(&w->lone_subs);
	tls_thread_init(&w->tls, w->loop);
	slab_init(&w->conns, sizeof(struct conn), 0);
	slab_init(&w->upconns, sizeof(struct upconn), 0);
	slab_init(&w->outs, sizeof(struct out), 0);
	sub_slab_init(&w->subs);
	w->regex = regex_scratch_new();
	return 0;
}

static void worker_empty(struct worker *w)
{
	subs_cut(w);
	up_close_pools(w);
	while (w->n_conns || w->upconns.used || w->n_exchanges || w->tls.streams.used)
		loop_tick(w->loop, MSEC(1));
	overload_fini(w);
	exchange_free_spares(w);
	balance_free(w);
	vec_for_each (ep, &w->endpoints)
		mem_free(*ep);
	vec_fini(&w->endpoints);
	plan_holder_fini(&w->plans);
	steer_leave(w->steered);
	mailbox_fini(&w->mailbox);
	tls_thread_fini(&w->tls);
	slab_fini(&w->conns);
	slab_fini(&w->upconns);
	slab_fini(&w->outs);
	slab_fini(&w->subs);
	regex_scratch_free(w->regex);
	buf_fini(&w->log_line);
	loop_free(w->loop);
}

bool worker_tick(struct worker *w)
{
	const struct loop_stats *s = loop_stats(w->loop);
	uint64_t before = s->events + s->completions + s->timers + s->tasks;

	loop_tick(w->loop, 0);
	return s->events + s->completions + s->timers + s->tasks != before;
}

void worker_run(struct worker *w)
{
	while (!w->stopping)
		loop_tick(w->loop, NSEC_NEVER);
	worker_empty(w);
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	char name[16];

	snprintf(name, sizeof(name), "worker-%u", w->number);
	pthread_setname_np(pthread_self(), name);
	worker_run(w);
	return NULL;
}

int worker_start(struct worker *w)
{
	sigset_t all, before;
	int rc;

	/* Signals are the control thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&w->thread, NULL, worker_main, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc)
		worker_empty(w);
	return -rc;
}

void worker_join(struct worker *w)
{
	AZ(pthread_join(w->thread, NULL));
}
