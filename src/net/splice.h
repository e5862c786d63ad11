/* SPDX-License-Identifier: Apache-2.0 */
/*
 * splice.h -- bytes from socket to socket without passing through us.
 *
 * For tunnels and for body remainders of SPLICE_MIN and more, cleartext on both sides, with no
 * other reader of the body.  The loop lends a pipe from its pool only while bytes are in it, so an
 * idle tunnel holds none; only an empty pipe goes back to the pool, any other is closed.
 */
#ifndef NET_SPLICE_H
#define NET_SPLICE_H

#include "net/sock.h"

#define SPLICE_MIN (32u * 1024)

struct splice_pipe;

/* Uses the receive side of <from> and the send side of <to>.  Completes when <count> bytes have
 * been sent or <from> has ended (res 0; <moved> tells: less than <count> is the peer's FIN), or
 * with a negative errno and <failed> naming the socket.  <moved> moves meanwhile: it is the
 * progress that stall timers look at, and <count> is the credit. */
struct splice_op {
	struct op op;
	struct sock *from;
	struct sock *to;
	uint64_t count; /* UINT64_MAX: until the end */
	uint64_t moved; /* sent into <to> */
	uint64_t taken; /* read out of <from> */
	const struct sock *failed; /* the side at fault, NULL: neither (-EMFILE, -ECANCELED) */
	struct splice_pipe *pipe;
	bool ended; /* <from> has seen FIN */
};
static inline void splice_op_init(struct splice_op *s, op_done_f *done)
{
	*s = (struct splice_op){0};
	op_init(&s->op, done);
}

/* Submit. */
void loop_splice(
	struct loop *l, struct splice_op *s, struct sock *from, struct sock *to, uint64_t count);
/* A request; bytes in the pipe are lost, so <to> can only be closed afterwards when moved < taken.
 */
void splice_cancel(struct splice_op *s);

#endif
