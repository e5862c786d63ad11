/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop.h -- one event loop per thread: ticks, timers, tasks, completions.
 *
 * A tick, in this order:
 *   1. top hooks (the plan is swapped here);
 *   2. epoll_wait; it blocks only if nothing is queued; then the clock is read, once;
 *   3. events mark ops ready; watches run;
 *   4. ready ops do their system calls, a batch at a time, then complete, first in first out; what
 *      their completions submit joins the queue, for a bounded number of rounds (a peer that always
 *      has more cannot hold the tick);
 *   5. due timers fire (after 4, so that an answer that is there wins over its deadline), and what
 *      they have completed is delivered as in 4;
 *   6. deferred tasks; what they defer runs in the next tick;
 *   7. end hooks.
 * Callbacks run in 1 and 3 to 7 only, never from inside a submit.
 *
 * Everything here is for the loop's own thread, except loop_stop() and what mailbox.h offers.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include "base/clock.h"
#include "base/list.h"
#include "net/nbuf.h"
#include "net/op.h"
#include "net/timer.h"

struct net_sys;
struct loop;

/* Rounds of completions in one tick; what is left comes first in the next. */
#define LOOP_ROUNDS 8

/* Counters since loop_new(); plain numbers, read on the loop's thread. */
struct loop_stats {
	uint64_t ticks;
	uint64_t events;
	uint64_t completions;
	uint64_t timers; /* fired */
	uint64_t tasks; /* run */
	uint64_t recvs; /* system calls */
	uint64_t sends;
	uint64_t recv_bytes;
	uint64_t send_bytes;
	uint64_t accepts;
	uint64_t stale_events; /* for a descriptor that was closed meanwhile */
};

struct loop_config {
	const struct clock *clock; /* borrowed; NULL: the system's */
	struct net_sys *sys; /* borrowed; NULL: the kernel, called directly (fault.h) */
};

/* Returns owned in <ret_loop>, or a negative errno (descriptors).  SIGPIPE is ignored from then on:
 * splice(2) has no other way to keep quiet. */
int must_check loop_new(const struct loop_config *config, struct loop **ret_loop);
/* Nothing may be in flight, armed or watched any more.  NULL is legal. */
void loop_free(struct loop *l);

/* Runs ticks on the calling thread until loop_stop(). */
void loop_run(struct loop *l);
/* One tick; waits at most <max_wait> for events (0: not at all).  For tests and start-up. */
void loop_tick(struct loop *l, nsec max_wait);
/* loop_run() returns after the current tick.  Any thread, and signal handlers. */
void loop_stop(struct loop *l);

/* Monotonic time as of this tick. */
nsec loop_now(const struct loop *l);
/* Wall time now (reads the clock). */
nsec loop_wall(const struct loop *l);
const struct clock *loop_clock(const struct loop *l);
struct nbuf_pool *loop_bufs(struct loop *l);
const struct loop_stats *loop_stats(const struct loop *l);

/* Fires <after> from loop_now(), or at absolute <due>; an armed timer is moved (nearly free when it
 * moves later, see timer.h). */
void loop_timer_at(struct loop *l, struct timer *t, nsec due);
static inline void loop_timer_arm(struct loop *l, struct timer *t, nsec after)
{
	loop_timer_at(l, t, loop_now(l) + after);
}
/* Harmless if not armed. */
void loop_timer_cancel(struct loop *l, struct timer *t);

/* Work for the end of this tick, when the completions queued so far have been delivered. */
struct task;
typedef void task_f(struct task *t);
struct task {
	struct list node;
	task_f *run;
};
static inline void task_init(struct task *t, task_f *run)
{
	t->run = run;
	list_init(&t->node);
}
static inline bool task_queued(const struct task *t)
{
	return list_linked(&t->node);
}
/* Queued once, however often it is called before it runs. */
void loop_defer(struct loop *l, struct task *t);
void task_cancel(struct task *t);

/* Called each tick until removed.  A hook may remove itself, not others. */
struct hook;
typedef void hook_f(struct hook *h);
struct hook {
	struct list node;
	hook_f *run;
};
void loop_hook_top(struct loop *l, struct hook *h);
void loop_hook_end(struct loop *l, struct hook *h);
void hook_remove(struct hook *h);

/* Level-triggered readiness of a descriptor that is not ours to read (inotify, signalfd, pidfd,
 * c-ares).  ready() runs in step 3 of a tick with a mask of EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP,
 * each tick while it lasts, so it must read or unwatch. */
struct watch;
typedef void watch_f(struct watch *w, uint32_t events);
struct watch {
	struct list node; /* among those with an event */
	struct loop *loop; /* NULL: not watched */
	watch_f *ready;
	int fd;
	uint32_t events; /* waited for */
	uint32_t got;
};
/* Borrows <fd> until loop_unwatch(); <events> EPOLLIN and/or EPOLLOUT.  Negative errno from
 * epoll_ctl (-EEXIST: already watched). */
int must_check loop_watch_fd(
	struct loop *l, struct watch *w, int fd, uint32_t events, watch_f *ready);
/* Changes what is waited for. */
void loop_rewatch(struct watch *w, uint32_t events);
/* ready() does not run any more, <w> may go at once.  Before the fd is closed.  Harmless if not
 * watched. */
void loop_unwatch(struct watch *w);

/* Tells when the loop has nothing left to do at the clock's present time: the queues are empty, no
 * timer is due, and an epoll_wait without waiting saw nothing.  Tests that own the clock advance
 * it, then ask every loop; messages between loops may take a second round. */
struct quiesce;
typedef void quiesce_f(struct quiesce *q);
struct quiesce {
	struct list node;
	quiesce_f *quiet; /* on the loop's thread, once */
};
void loop_quiesce(struct loop *l, struct quiesce *q, quiesce_f *quiet);

/* For whoever implements an op (streams over streams): */

/* The op is in flight from here on, waiting for the implementer. */
static inline void op_begin(struct op *op)
{
	CHECK_OBJ(op, OP_MAGIC);
	AN(op->state == OP_IDLE && op->done);
	op->state = OP_WAITING;
}
/* <op> is in flight and not complete; done(op, res) runs at its turn in step 4. */
void op_complete(struct loop *l, struct op *op, int res);

#endif
