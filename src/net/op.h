/* SPDX-License-Identifier: Apache-2.0 */
/*
 * op.h -- one asynchronous operation, in completion form.
 *
 * An op is embedded in the object that waits for it and belongs to one loop; only that loop's
 * thread may touch it.  Between submit and completion the loop borrows the op and everything
 * handed in with it: the owner may not free any of them, nor submit the op again.
 *
 *   - done() never runs from inside a submit; it runs later in the same tick or in a later one;
 *   - every submitted op completes exactly once, whatever happens: errors come by completion too,
 *     submit functions return nothing;
 *   - cancel is a request: the op still completes, with -ECANCELED or with what it had got before;
 *   - inside done() the op is no longer in flight: it may be submitted again or freed at once.
 */
#ifndef NET_OP_H
#define NET_OP_H

#include "base/checks.h"

struct op;

/* <res>: >= 0 good (what it counts stands with the submit function), else a negative errno. */
typedef void op_done_f(struct op *op, int res);

enum op_state {
	OP_IDLE, /* the owner's */
	OP_WAITING, /* in flight: for an event */
	OP_READY, /* in flight: the event is there, the system call is tried at its turn */
	OP_DONE, /* in flight: the result stands, done() is due */
};

struct op_kind;

struct op {
	uint32_t magic;
#define OP_MAGIC 0x6f70a11eu
	uint8_t state; /* enum op_state */
	int res; /* from OP_DONE on */
	op_done_f *done;
	struct op *next; /* in the loop's queue */
	const struct op_kind *kind; /* how it is carried out; NULL: by somebody else's calls */
};

/* Before the first use; <done> may be changed while the op is idle. */
static inline void op_init(struct op *op, op_done_f *done)
{
	*op = (struct op){.magic = OP_MAGIC, .done = done};
}

/* True between submit and done(). */
static inline bool op_inflight(const struct op *op)
{
	return op->state != OP_IDLE;
}

#endif
