/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop_priv.h -- the loop's inside, for the files of net.
 */
#ifndef NET_LOOP_PRIV_H
#define NET_LOOP_PRIV_H

#include <sys/epoll.h>

#include "net/fault.h"
#include "net/loop.h"

/* Events of one tick, and ops whose system calls are made in one go before the first of them
 * completes: the kernel's code and ours push each other out of the nearest cache, so they take
 * turns seldom; what a batch has received is still in the next one when it is read. */
#define LOOP_EVENTS 32
#define LOOP_BATCH 32
#define LOOP_BATCH_BYTES 65536

/* How ops of one kind are carried out. */
struct op_kind {
	/* At its turn when OP_READY: op_wait() to go on waiting, op_finish() with the result, or
	 * op_again() for another turn. */
	void (*perform)(struct op *op);
	/* The op ends, by result or cancel: take it out of its socket. */
	void (*detach)(struct op *op);
};

/* Who owns a descriptor in this loop.  An event carries (generation, fd); one for an older
 * generation is stale. */
struct fd_entry {
	void *who; /* struct sock or struct watch; NULL: nobody */
	uint32_t gen;
	bool is_watch;
};

struct splice_pipe;

struct loop {
	int ep;
	struct net_sys *sys; /* NULL: the kernel */
	const struct clock *clock;
	nsec now;
	struct op *q_head; /* READY and DONE ops, oldest first */
	struct op **q_tail;
	struct list watches; /* with an event */
	struct list tasks;
	struct list tops;
	struct list ends;
	struct list quiescing;
	struct fd_entry *fds;
	size_t n_fds;
	struct timer_wheel wheel;
	struct nbuf_pool bufs;
	struct loop_stats stats;
	struct splice_pipe *pipes; /* empty ones */
	unsigned n_pipes;
	int reserve; /* a descriptor to give up, or -1 */
	int wake; /* eventfd */
	struct watch wake_watch;
	_Atomic bool stop;
	struct epoll_event events[LOOP_EVENTS];
};

/* Registers <fd> for <events>; negative errno. */
int must_check loop_add_fd(struct loop *l, int fd, void *who, bool is_watch, uint32_t events);
/* Forgets it: later events are stale.  Does not tell epoll: closing the descriptor does, or
 * <tell> says that it will live on. */
void loop_drop_fd(struct loop *l, int fd, bool tell);
void loop_free_pipes(struct loop *l);

static inline void op_push(struct loop *l, struct op *op)
{
	op->next = NULL;
	*l->q_tail = op;
	l->q_tail = &op->next;
}
/* A waiting op gets its turn. */
static inline void op_ready(struct loop *l, struct op *op)
{
	if (op->state == OP_WAITING) {
		op->state = OP_READY;
		op_push(l, op);
	}
}
/* perform(): nothing yet. */
static inline void op_wait(struct op *op)
{
	op->state = OP_WAITING;
}
/* perform(): the result. */
static inline void op_finish(struct op *op, int res)
{
	op->kind->detach(op);
	op->state = OP_DONE;
	op->res = res;
}
/* Ends an op that waits or is ready, from outside its turn. */
void op_end(struct loop *l, struct op *op, int res);

/* The system calls: direct unless the loop has a table. */
#define SYS(l, name, direct, ...) \
	(likely(!(l)->sys) ? (direct) : (l)->sys->name((l)->sys, __VA_ARGS__))

#endif
