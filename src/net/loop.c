/* SPDX-License-Identifier: Apache-2.0 */
#include "net/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/loop_priv.h"
#include "net/raw_priv.h"
#include "net/sock_priv.h"

/* --- descriptors --- */

static uint64_t fd_token(uint32_t gen, int fd)
{
	return (uint64_t)gen << 32 | (uint32_t)fd;
}

static struct fd_entry *fd_entry(struct loop *l, int fd)
{
	size_t n = l->n_fds;

	if (unlikely((size_t)fd >= n)) {
		while ((size_t)fd >= n)
			n = n ? n * 2 : 64;
		l->fds = mem_realloc(l->fds, n * sizeof(*l->fds));
		memset(l->fds + l->n_fds, 0, (n - l->n_fds) * sizeof(*l->fds));
		l->n_fds = n;
	}
	return &l->fds[fd];
}

static int ep_ctl(struct loop *l, int op, int fd, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.u64 = fd_token(fd_entry(l, fd)->gen, fd)};

	return SYS(l, epoll_ctl, epoll_ctl(l->ep, op, fd, &ev), l->ep, op, fd, &ev) < 0 ? -errno
											: 0;
}

int loop_add_fd(struct loop *l, int fd, void *who, bool is_watch, uint32_t events)
{
	int r = ep_ctl(l, EPOLL_CTL_ADD, fd, events);
	struct fd_entry *e;

	if (r < 0)
		return r;
	e = fd_entry(l, fd);
	e->who = who;
	e->is_watch = is_watch;
	return 0;
}

void loop_drop_fd(struct loop *l, int fd, bool tell)
{
	struct fd_entry *e = fd_entry(l, fd);

	e->who = NULL;
	e->gen++;
	/* Not through the fault table: taking away does not fail for a descriptor that is ours. */
	if (tell)
		(void)epoll_ctl(l->ep, EPOLL_CTL_DEL, fd, NULL);
}

int loop_watch_fd(struct loop *l, struct watch *w, int fd, uint32_t events, watch_f *ready)
{
	int r;

	*w = (struct watch){.fd = fd, .events = events, .ready = ready};
	list_init(&w->node);
	r = loop_add_fd(l, fd, w, true, events);
	if (r == 0)
		w->loop = l;
	return r;
}

void loop_rewatch(struct watch *w, uint32_t events)
{
	AN(w->loop);
	if (w->events == events)
		return;
	w->events = events;
	/* A registered descriptor can only be refused for want of kernel memory, which MOD does not
	 * take. */
	AZ(ep_ctl(w->loop, EPOLL_CTL_MOD, w->fd, events));
	w->got &= events | EPOLLERR | EPOLLHUP;
	if (!w->got)
		list_del(&w->node);
}

void loop_unwatch(struct watch *w)
{
	if (!w->loop)
		return;
	loop_drop_fd(w->loop, w->fd, true);
	list_del(&w->node);
	w->loop = NULL;
}

/* --- ops --- */

void op_end(struct loop *l, struct op *op, int res)
{
	bool queued = op->state == OP_READY;

	AN(op->state == OP_WAITING || queued);
	if (op->kind)
		op->kind->detach(op);
	op->state = OP_DONE;
	op->res = res;
	if (!queued)
		op_push(l, op);
}

void op_complete(struct loop *l, struct op *op, int res)
{
	CHECK_OBJ(op, OP_MAGIC);
	op_end(l, op, res);
}

/* The system calls of the queue's next batch, one behind the other.  Returns those that are done,
 * in their order; <*queue> becomes the rest. */
static struct op *queue_perform(const struct loop *l, struct op **queue)
{
	uint64_t enough = l->stats.recv_bytes + LOOP_BATCH_BYTES;
	struct op *done, **tail = &done, *op = *queue;

	for (unsigned i = 0; op && i < LOOP_BATCH && l->stats.recv_bytes < enough; i++) {
		struct op *next = op->next;

		CHECK_OBJ_HOT(op, OP_MAGIC);
		if (op->state == OP_READY)
			op->kind->perform(op);
		if (op->state == OP_DONE) { /* else it waits again, or has queued itself again */
			*tail = op;
			tail = &op->next;
		}
		op = next;
	}
	*tail = NULL;
	*queue = op;
	return done;
}

static void queue_complete(struct loop *l, struct op *op)
{
	while (op) {
		struct op *next = op->next;

		op->state = OP_IDLE;
		l->stats.completions++;
		op->done(op, op->res);
		op = next;
	}
}

/* What stands in the queue now, not what joins it meanwhile. */
static void queue_round(struct loop *l)
{
	struct op *op = l->q_head;

	l->q_head = NULL;
	l->q_tail = &l->q_head;
	while (op)
		queue_complete(l, queue_perform(l, &op));
}

static void queue_run(struct loop *l)
{
	for (int i = 0; i < LOOP_ROUNDS && l->q_head; i++)
		queue_round(l);
}

/* --- time and deferred work --- */

nsec loop_now(const struct loop *l)
{
	return l->now;
}

nsec loop_wall(const struct loop *l)
{
	return clock_wall(l->clock);
}

const struct clock *loop_clock(const struct loop *l)
{
	return l->clock;
}

struct nbuf_pool *loop_bufs(struct loop *l)
{
	return &l->bufs;
}

const struct loop_stats *loop_stats(const struct loop *l)
{
	return &l->stats;
}

void loop_timer_at(struct loop *l, struct timer *t, nsec due)
{
	wheel_arm(&l->wheel, t, due);
}

void loop_timer_cancel(struct loop *l, struct timer *t)
{
	wheel_cancel(&l->wheel, t);
}

void loop_defer(struct loop *l, struct task *t)
{
	if (!task_queued(t))
		list_add_tail(&l->tasks, &t->node);
}

void task_cancel(struct task *t)
{
	list_del(&t->node);
}

/* Moves all of <from> to the empty <to>. */
static void list_take(struct list *to, struct list *from)
{
	list_init(to);
	if (list_empty(from))
		return;
	*to = *from;
	to->next->prev = to;
	to->prev->next = to;
	list_init(from);
}

static void tasks_run(struct loop *l)
{
	struct list now;
	struct list *n;

	list_take(&now, &l->tasks);
	while ((n = list_pop(&now)) != NULL) {
		struct task *t = container_of(n, struct task, node);

		l->stats.tasks++;
		t->run(t);
	}
}

void loop_hook_top(struct loop *l, struct hook *h)
{
	list_add_tail(&l->tops, &h->node);
}

void loop_hook_end(struct loop *l, struct hook *h)
{
	list_add_tail(&l->ends, &h->node);
}

void hook_remove(struct hook *h)
{
	list_del(&h->node);
}

static void hooks_run(struct list *hooks)
{
	list_for_each_safe (n, hooks) {
		struct hook *h = container_of(n, struct hook, node);

		h->run(h);
	}
}

void loop_quiesce(struct loop *l, struct quiesce *q, quiesce_f *quiet)
{
	q->quiet = quiet;
	list_add_tail(&l->quiescing, &q->node);
}

static void quiesce_run(struct loop *l)
{
	struct list now;
	struct list *n;

	list_take(&now, &l->quiescing);
	while ((n = list_pop(&now)) != NULL) {
		struct quiesce *q = container_of(n, struct quiesce, node);

		q->quiet(q);
	}
}

/* --- the tick --- */

static bool loop_idle(const struct loop *l)
{
	return !l->q_head && list_empty(&l->tasks);
}

/* Milliseconds for epoll_wait: rounded up, so that a timer is due when we wake. */
static int wait_ms(struct loop *l, nsec max_wait)
{
	nsec next, wait = max_wait;

	if (!loop_idle(l) || !list_empty(&l->quiescing) || max_wait == 0)
		return 0;
	next = wheel_next(&l->wheel);
	if (next != NSEC_NEVER)
		wait = MIN(wait, MAX(next - clock_mono(l->clock), 0));
	if (wait == NSEC_NEVER)
		return -1;
	return (int)MIN((wait + MSEC(1) - 1) / MSEC(1), (nsec)INT32_MAX);
}

static void watch_event(struct loop *l, struct watch *w, uint32_t events)
{
	w->got |= events & (w->events | EPOLLERR | EPOLLHUP);
	if (w->got && !list_linked(&w->node))
		list_add_tail(&l->watches, &w->node);
}

static void watches_run(struct loop *l)
{
	struct list *n;

	while ((n = list_pop(&l->watches)) != NULL) {
		struct watch *w = container_of(n, struct watch, node);
		uint32_t got = w->got;

		w->got = 0;
		w->ready(w, got);
	}
}

static void event_take(struct loop *l, const struct epoll_event *ev)
{
	uint32_t fd = (uint32_t)ev->data.u64;
	struct fd_entry *e = &l->fds[fd];

	if (unlikely(!e->who || e->gen != (uint32_t)(ev->data.u64 >> 32))) {
		l->stats.stale_events++;
		return;
	}
	if (e->is_watch)
		watch_event(l, e->who, ev->events);
	else
		sock_event(e->who, ev->events);
}

static int events_take(struct loop *l, int ms)
{
	int n = SYS(l, epoll_wait, raw_epoll_wait(l->ep, l->events, LOOP_EVENTS, ms), l->ep,
		l->events, LOOP_EVENTS, ms);

	l->now = clock_mono(l->clock);
	if (n < 0) {
		AN(errno == EINTR); /* the others are our own bugs */
		return 0;
	}
	for (int i = 0; i < n; i++)
		event_take(l, &l->events[i]);
	l->stats.events += (uint64_t)n;
	return n;
}

void loop_tick(struct loop *l, nsec max_wait)
{
	unsigned fired;
	bool quiet;

	hooks_run(&l->tops);
	quiet = loop_idle(l);
	l->stats.ticks++;
	if (events_take(l, wait_ms(l, max_wait)) > 0)
		quiet = false;
	watches_run(l);
	queue_run(l);
	fired = wheel_run(&l->wheel, l->now);
	l->stats.timers += fired;
	if (fired)
		quiet = false;
	queue_run(l);
	tasks_run(l);
	if (quiet && loop_idle(l) && !list_empty(&l->quiescing))
		quiesce_run(l);
	hooks_run(&l->ends);
}

void loop_run(struct loop *l)
{
	while (!atomic_load_explicit(&l->stop, memory_order_acquire))
		loop_tick(l, NSEC_NEVER);
	atomic_store(&l->stop, false);
}

void loop_stop(struct loop *l)
{
	uint64_t one = 1;
	int saved = errno; /* we may be in a signal handler */

	atomic_store_explicit(&l->stop, true, memory_order_release);
	(void)!write(l->wake, &one, sizeof(one));
	errno = saved;
}

static void woken(struct watch *w, uint32_t events)
{
	uint64_t n;

	(void)events;
	(void)!read(w->fd, &n, sizeof(n));
}

/* --- life --- */

static void loop_init(struct loop *l, const struct loop_config *config)
{
	l->clock = config->clock ? config->clock : clock_system();
	l->sys = config->sys;
	l->now = clock_mono(l->clock);
	l->q_tail = &l->q_head;
	list_init(&l->watches);
	list_init(&l->tasks);
	list_init(&l->tops);
	list_init(&l->ends);
	list_init(&l->quiescing);
	wheel_init(&l->wheel, l->now);
	nbuf_pool_init(&l->bufs);
}

int loop_new(const struct loop_config *config, struct loop **ret_loop)
{
	struct loop *l = MEM_NEW(struct loop);
	int r;

	loop_init(l, config);
	l->ep = epoll_create1(EPOLL_CLOEXEC);
	l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	l->reserve = eventfd(0, EFD_CLOEXEC);
	r = l->ep < 0 || l->wake < 0 || l->reserve < 0 ? -errno : 0;
	if (r == 0)
		r = loop_watch_fd(l, &l->wake_watch, l->wake, EPOLLIN, woken);
	if (r < 0) {
		loop_free(l);
		return r;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	*ret_loop = l;
	return 0;
}

static void close_if(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	AZ(l->q_head);
	AN(list_empty(&l->tasks));
	loop_unwatch(&l->wake_watch);
	for (size_t i = 0; i < l->n_fds; i++)
		AZ(l->fds[i].who);
	AN(wheel_next(&l->wheel) == NSEC_NEVER);
	loop_free_pipes(l);
	nbuf_pool_fini(&l->bufs);
	close_if(l->ep);
	close_if(l->wake);
	close_if(l->reserve);
	mem_free(l->fds);
	mem_free(l);
}
