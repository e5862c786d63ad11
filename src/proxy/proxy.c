/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy.c -- the control side: plans to workers, sockets to plans, health to endpoints.
 */
#include "proxy/proxy.h"

#include <errno.h>
#include <unistd.h>

#include "proxy/metrics_priv.h"
#include "proxy/worker_priv.h"

/* A bind that failed is tried again: whoever held the port may have gone. */
#define BIND_RETRY SEC(1)
#define EJECTED_FOR SEC(30)

/* An address that some plan's port binds. */
struct proxy_bind {
	struct addr addr;
	struct listener_tuning tuning;
	uint32_t flags; /* enum plan_bind_flag */
	uint64_t port_id;
	char *name;
	bool wanted;
	bool open;
	unsigned leaving; /* workers that still drain it */
	int err; /* as told last */
	bool told;
};

struct ejection {
	struct list node;
	struct timer timer;
	struct plan_endpoint *endpoint;
	struct proxy *proxy;
};

struct proxy {
	struct loop *loop;
	struct plan_store *store;
	struct proxy_config config;
	const struct proxy_ops *ops;
	void *arg;
	struct mailbox mailbox;
	struct plan_publisher *publisher;
	unsigned n_workers;
	struct worker *workers;
	_Atomic uint64_t memory; /* that the workers hold */
	unsigned n_drained;
	unsigned n_quiet;
	bool draining; /* the sockets are somebody else's, or nobody's */
	VEC(struct proxy_bind) binds;
	struct timer retry;
	struct list ejections;
};

static struct msg *msg_new(enum msg_kind kind)
{
	struct msg *m = MEM_NEW(struct msg);

	m->kind = kind;
	return m;
}

static void send_plan(void *ctx, unsigned w, const struct plan *plan)
{
	struct proxy *p = ctx;
	struct msg *m = msg_new(MSG_PLAN);

	m->plan = plan;
	worker_mail(&p->workers[w], m);
}

static void ejection_free(struct ejection *e)
{
	list_del(&e->node);
	loop_timer_cancel(e->proxy->loop, &e->timer);
	mem_free(e);
}

static void send_endpoint(void *ctx, unsigned w, struct plan_endpoint *e)
{
	struct proxy *p = ctx;
	struct msg *m;

	list_for_each_safe (node, &p->ejections) {
		struct ejection *ej = container_of(node, struct ejection, node);

		if (ej->endpoint == e)
			ejection_free(ej);
	}
	if (w >= p->n_workers)
		return; /* the workers have ended */
	m = msg_new(MSG_ENDPOINT);
	m->endpoint = e;
	worker_mail(&p->workers[w], m);
}

static const struct plan_publisher_ops publisher_ops = {send_plan, send_endpoint};

/* --- health ------------------------------------------------------------------------------- */

static void ejection_over(struct timer *t)
{
	struct ejection *e = container_of(t, struct ejection, timer);

	atomic_fetch_and_explicit(
		&e->endpoint->health, ~(uint32_t)PLAN_HEALTH_EJECTED, memory_order_relaxed);
	ejection_free(e);
}

/* At most half of a set is set aside: beyond that the set is in trouble, not the endpoint. */
static bool may_eject(const struct proxy *p, const struct plan_endpoint *e)
{
	const struct plan *plan = plan_publisher_current(p->publisher);
	const struct plan_upstream *u = plan ? plan_upstream_find(plan, e->upstream) : NULL;
	unsigned ejected = 0;

	if (!u || (plan_endpoint_health(e) & PLAN_HEALTH_EJECTED))
		return false;
	for (uint32_t i = 0; i < u->ntargets; i++)
		ejected +=
			(plan_endpoint_health(u->targets[i].endpoint) & PLAN_HEALTH_EJECTED) != 0;
	return (ejected + 1) * 2 <= u->ntargets;
}

static void eject(struct proxy *p, struct plan_endpoint *endpoint)
{
	struct ejection *e;

	if (!may_eject(p, endpoint))
		return;
	metric_add(&metric_ejections, 1);
	atomic_fetch_or_explicit(&endpoint->health, PLAN_HEALTH_EJECTED, memory_order_relaxed);
	e = MEM_NEW(struct ejection);
	e->endpoint = endpoint;
	e->proxy = p;
	timer_init(&e->timer, ejection_over);
	list_add_tail(&p->ejections, &e->node);
	loop_timer_arm(p->loop, &e->timer, EJECTED_FOR);
}

/* --- sockets ------------------------------------------------------------------------------ */

static void bind_told(struct proxy *p, struct proxy_bind *b, int err)
{
	if (b->told && b->err == err)
		return;
	b->told = true;
	b->err = err;
	p->ops->bound(p->arg, str_from(b->name), &b->addr, err);
}

/* Options are the sockets', whoever opened them: set each time, also on those that were open. */
static int bind_sockets(struct proxy *p, const struct proxy_bind *b, int fds[PROXY_SLOTS])
{
	bool dual = b->flags & PLAN_BIND_DUAL;
	int rc = p->ops->open(p->arg, &b->addr, dual, fds), tuned = 0;

	if (rc < 0)
		return rc;
	for (unsigned i = 0; i < PROXY_SLOTS && tuned == 0; i++)
		tuned = listener_tune(fds[i], &b->tuning);
	for (unsigned i = 0; i < PROXY_SLOTS && tuned < 0; i++)
		(void)close(fds[i]);
	return tuned;
}

static void bind_open(struct proxy *p, struct proxy_bind *b)
{
	int fds[PROXY_SLOTS], rc = bind_sockets(p, b, fds);

	if (rc < 0) {
		bind_told(p, b, rc);
		loop_timer_arm(p->loop, &p->retry, BIND_RETRY);
		return;
	}
	for (unsigned w = 0; w < p->n_workers; w++) {
		struct msg *m = msg_new(MSG_LISTEN);

		m->addr = b->addr;
		m->port_id = b->port_id;
		for (unsigned slot = w; slot < PROXY_SLOTS; slot += p->n_workers)
			m->fds[m->n_fds++] = fds[slot];
		worker_mail(&p->workers[w], m);
	}
	b->open = true;
	bind_told(p, b, 0);
}

static void bind_close(struct proxy *p, struct proxy_bind *b)
{
	for (unsigned w = 0; w < p->n_workers; w++) {
		struct msg *m = msg_new(MSG_UNLISTEN);

		m->addr = b->addr;
		worker_mail(&p->workers[w], m);
	}
	b->open = false;
	b->leaving = p->n_workers;
}

static void bind_forget(struct proxy *p, struct proxy_bind *b)
{
	mem_free(b->name);
	*b = p->binds.p[--p->binds.n];
}

static void bind_unlistened(struct proxy *p, const struct addr *addr)
{
	vec_for_each (b, &p->binds) {
		if (!addr_eq(&b->addr, addr) || !b->leaving || --b->leaving)
			continue;
		p->ops->close(p->arg, &b->addr);
		if (b->wanted)
			bind_open(p, b);
		else
			bind_forget(p, b);
		return;
	}
}

static struct listener_tuning tuning_of(const struct plan_bind *b)
{
	return (struct listener_tuning){.backlog = b->backlog,
		.deferred = b->flags & PLAN_BIND_DEFERRED,
		.keepalive = b->flags & PLAN_BIND_KEEPALIVE      ? 1
			     : b->flags & PLAN_BIND_NO_KEEPALIVE ? -1
								 : 0,
		.keep_idle = b->keep_idle,
		.keep_interval = b->keep_interval,
		.keep_count = b->keep_count};
}

static void bind_want(struct proxy *p, const struct plan_port *port, const struct plan_bind *wanted)
{
	struct addr addr = addr_of_plan(&wanted->addr);
	struct proxy_bind *b = NULL;

	vec_for_each (known, &p->binds) {
		if (addr_eq(&known->addr, &addr))
			b = known;
	}
	if (!b) {
		b = vec_push(&p->binds);
		*b = (struct proxy_bind){.addr = addr,
			.port_id = port->id,
			.tuning = tuning_of(wanted),
			.flags = wanted->flags};
		b->name = mem_strdup(port->name);
	} else if (b->port_id != port->id) {
		mem_free(b->name);
		b->name = mem_strdup(port->name);
		b->port_id = port->id;
		b->told = false;
		for (unsigned w = 0; b->open && w < p->n_workers; w++) {
			struct msg *m = msg_new(MSG_LISTEN_PORT);

			m->addr = addr;
			m->port_id = port->id;
			worker_mail(&p->workers[w], m);
		}
	}
	b->wanted = true;
}

static void binds_follow(struct proxy *p, const struct plan *plan)
{
	size_t n;
	const struct plan_port_slot *ports = plan_ports(plan, &n);

	if (p->draining)
		return;
	vec_for_each (b, &p->binds)
		b->wanted = false;
	for (size_t i = 0; i < n; i++) {
		const struct plan_port *port = ports[i].port;

		if (port->kind != PLAN_PORT_HTTP && port->kind != PLAN_PORT_TLS)
			continue;
		for (uint32_t k = 0; k < port->nbinds; k++)
			bind_want(p, port, &port->binds[k]);
	}
	for (size_t i = p->binds.n; i-- > 0;) {
		struct proxy_bind *b = &p->binds.p[i];

		if (b->wanted && !b->open && !b->leaving)
			bind_open(p, b);
		else if (!b->wanted && b->open)
			bind_close(p, b);
		else if (!b->wanted && !b->leaving)
			bind_forget(p, b);
	}
}

static void binds_retry(struct timer *t)
{
	struct proxy *p = container_of(t, struct proxy, retry);

	for (size_t i = 0; i < p->binds.n && !p->draining; i++) {
		if (p->binds.p[i].wanted && !p->binds.p[i].open && !p->binds.p[i].leaving)
			bind_open(p, &p->binds.p[i]);
	}
}

/* --- messages from workers ---------------------------------------------------------------- */

static void control_deliver(struct mail *mail)
{
	struct msg *m = container_of(mail, struct msg, mail);
	struct worker *w = m->worker;
	struct proxy *p = w->proxy;

	switch (m->kind) {
	case MSG_PLAN_DONE:
		plan_publisher_plan_done(p->publisher, w->number, m->plan);
		break;
	case MSG_ENDPOINT_DONE:
		plan_publisher_endpoint_done(p->publisher, w->number, m->endpoint);
		break;
	case MSG_UNLISTENED:
		bind_unlistened(p, &m->addr);
		break;
	case MSG_EJECT:
		eject(p, m->endpoint);
		break;
	case MSG_QUIET:
		if (++p->n_quiet == p->n_workers)
			proxy_drain(p, PROXY_DRAIN_IDLE);
		break;
	case MSG_DRAINED:
		if (++p->n_drained == p->n_workers)
			p->ops->drained(p->arg);
		break;
	case MSG_PLAN:
	case MSG_ENDPOINT:
	case MSG_LISTEN:
	case MSG_LISTEN_PORT:
	case MSG_UNLISTEN:
	case MSG_DRAIN:
	case MSG_STOP:
		AN(!"a message for workers");
	}
	mem_free(m);
}

void proxy_mail(struct proxy *p, struct msg *m)
{
	m->mail.deliver = control_deliver;
	mailbox_post(&p->mailbox, &m->mail);
}

/* --- life --------------------------------------------------------------------------------- */

int proxy_new(struct loop *control, struct plan_store *store, const struct proxy_config *config,
	const struct proxy_ops *ops, void *arg, struct proxy **ret_proxy)
{
	struct proxy *p = MEM_NEW(struct proxy);
	unsigned started = 0;
	int rc;

	AN(config->workers >= 1 && config->workers <= PROXY_WORKERS_MAX);
	metrics_init(config->metric_series);
	metric_set(&metric_memory_limit, (int64_t)config->memory_limit);
	p->loop = control;
	p->store = store;
	p->config = *config;
	p->ops = ops;
	p->arg = arg;
	list_init(&p->ejections);
	timer_init(&p->retry, binds_retry);
	rc = mailbox_init(&p->mailbox, control);
	if (rc < 0) {
		mem_free(p);
		return rc;
	}
	plan_store_dress(store, &proxy_dress);
	p->publisher = plan_publisher_new(store, config->workers, &publisher_ops, p);
	p->workers = mem_zalloc(config->workers * sizeof(*p->workers));
	p->n_workers = config->workers;
	for (; rc == 0 && started < config->workers; started += rc == 0) {
		struct worker *w = &p->workers[started];

		rc = worker_init(w, p, started, config->workers, config);
		if (rc == 0 && config->writer) {
			w->ring = writer_ring(config->writer, 0);
			w->access_output = config->access_output;
			w->access_format = config->access_format;
		}
		if (rc == 0)
			overload_init(w, &p->memory, config->memory_limit);
		if (rc == 0 && config->steer)
			rc = steer_join(config->steer, w->loop, &w->steered);
		if (rc == 0 && !config->by_hand)
			rc = worker_start(w);
	}
	if (rc < 0) {
		p->n_workers = started;
		proxy_free(p);
		return rc;
	}
	*ret_proxy = p;
	return 0;
}

void proxy_publish(struct proxy *p, struct plan *plan)
{
	plan_publisher_publish(p->publisher, plan);
	binds_follow(p, plan);
}

struct plan *proxy_plan(const struct proxy *p)
{
	return plan_publisher_current(p->publisher);
}

size_t proxy_live_plans(const struct proxy *p)
{
	return plan_publisher_live(p->publisher);
}

void proxy_drain(struct proxy *p, enum proxy_drain how)
{
	p->draining |= how != PROXY_DRAIN_ANNOUNCE;
	for (unsigned w = 0; w < p->n_workers; w++) {
		struct msg *m = msg_new(MSG_DRAIN);

		m->drain = how;
		worker_mail(&p->workers[w], m);
	}
}

struct worker *proxy_worker(struct proxy *p, unsigned i)
{
	AN(i < p->n_workers);
	return &p->workers[i];
}

bool proxy_tick(struct proxy *p)
{
	bool busy = false;

	AN(p->config.by_hand);
	for (unsigned w = 0; w < p->n_workers; w++)
		busy |= worker_tick(&p->workers[w]);
	return busy;
}

void proxy_free(struct proxy *p)
{
	if (!p)
		return;
	for (unsigned w = 0; w < p->n_workers; w++)
		worker_mail(&p->workers[w], msg_new(MSG_STOP));
	for (unsigned w = 0; w < p->n_workers; w++) {
		if (p->config.by_hand)
			worker_run(&p->workers[w]);
		else
			worker_join(&p->workers[w]);
	}
	p->n_workers = 0; /* nobody is there to be told anything */
	/* What they said last is read while the publisher still stands. */
	mailbox_fini(&p->mailbox);
	list_for_each_safe (node, &p->ejections)
		ejection_free(container_of(node, struct ejection, node));
	loop_timer_cancel(p->loop, &p->retry);
	plan_publisher_free(p->publisher);
	vec_for_each (b, &p->binds)
		mem_free(b->name);
	vec_fini(&p->binds);
	mem_free(p->workers);
	mem_free(p);
}
