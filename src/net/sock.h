/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sock.h -- a connected or connecting socket on a loop, and its operations.
 *
 * The descriptor is registered with epoll once, edge-triggered for everything, and never touched
 * again; the loop remembers what it knows to be readable and writable.  A receive asks the kernel
 * only when an event said that there is something; a short read proves that the socket is drained,
 * so no second call asks again.  A send is tried at submit, a small one at its turn, with others.
 * Between them a small exchange costs one recv and one send.
 *
 * At most one receive (or splice out of it), one send (or splice into it) and one hang-up wait are
 * in flight on a socket at a time.  Embedded in its owner; loop's thread only.
 */
#ifndef NET_SOCK_H
#define NET_SOCK_H

#include "net/addr.h"
#include "net/loop.h"

/* Receive up to <want> bytes; the buffer comes with the completion, so an idle connection holds
 * none.  res: bytes in <got>; 0: the peer's FIN; -ECONNRESET, -ETIMEDOUT, -ECANCELED ... */
struct recv_op {
	struct op op;
	struct slice got; /* at completion with res > 0: the receiver owns it, else empty */
	size_t want; /* most bytes */
	struct nbuf *into; /* append to this one at <at>; NULL: a fresh buffer */
	size_t at;
	void *via; /* whom it waits for: the sock, or a stream's own */
};
static inline void recv_op_init(struct recv_op *r, op_done_f *done)
{
	*r = (struct recv_op){0};
	op_init(&r->op, done);
}

#define SEND_MORE 1u /* more follows at once: the kernel may hold back a partial segment */

/* Send all of some slices.  Completes when the kernel has taken everything (res 0) or with an
 * error: -EPIPE, -ECONNRESET, -ECANCELED ...  <sent> moves while it waits, so that a stall can be
 * told from progress, and is right after an error too. */
struct send_op {
	struct op op;
	const struct slice *v; /* borrowed, unchanged */
	unsigned n;
	unsigned flags;
	unsigned at; /* v[at] is under way, */
	size_t off; /* from this byte */
	size_t sent;
	void *via; /* as in recv_op */
};
static inline void send_op_init(struct send_op *s, op_done_f *done)
{
	*s = (struct send_op){0};
	op_init(&s->op, done);
}

/* Wait until the peer has gone. */
struct hup_op {
	struct op op;
	void *via; /* as in recv_op */
};
static inline void hup_op_init(struct hup_op *h, op_done_f *done)
{
	*h = (struct hup_op){0};
	op_init(&h->op, done);
}

struct sock {
	uint32_t magic;
#define SOCK_MAGIC 0x736f636bu
	int fd; /* -1: closed */
	struct loop *loop;
	struct op *rx; /* in flight */
	struct op *tx;
	struct op *hup;
	uint8_t flags; /* SOCK_*: in sock.c */
};

/* Takes the non-blocking <fd> (also on failure, when it is closed) and registers it.  Negative
 * errno from epoll_ctl. */
int must_check sock_init(struct sock *s, struct loop *l, int fd);
/* Cancels what is in flight, but for a send that was to be tried yet, and closes.  <s> itself may
 * be freed at once; the ops complete later in this tick, with -ECANCELED or what they had got.
 * Closing twice is harmless. */
void sock_close(struct sock *s);
/* The same, and the peer sees a reset: for what must not look complete. */
void sock_abort(struct sock *s);
static inline bool sock_is_open(const struct sock *s)
{
	return s->fd >= 0;
}

/* want <= 64 KiB is one buffer; more is taken as 64 KiB.  <r>.into as the caller set it. */
void sock_recv(struct sock *s, struct recv_op *r);
void sock_send(struct sock *s, struct send_op *r);
/* Completes when the peer has gone, without reading: 0 after its FIN (it may still read), or the
 * negative errno of a reset.  Bytes before it stay to be read. */
void sock_hangup(struct sock *s, struct hup_op *h);
/* Half-close: FIN after all that was sent.  Negative errno (-ENOTCONN). */
int sock_shutdown(struct sock *s);
/* Our own end's address (a system call, so ask once); negative errno. */
int must_check sock_local(const struct sock *s, struct addr *ret_addr);
/* Bytes that were sent and that the peer has not acknowledged (a system call); 0 if closed. */
size_t sock_unsent(const struct sock *s);
/* Kernel's own probes for connections without an idle timer of ours: probes after <idle>, dead
 * after <dead> without an answer, to probes or to data (SO_KEEPALIVE, TCP_USER_TIMEOUT).  Whole
 * seconds. Negative errno. */
int must_check sock_keepalive(struct sock *s, nsec idle, nsec dead);
/* Asks that <op>, in flight on <s>, ends soon; it is detached at once, so a new one of its kind may
 * be submitted before it completes.  Harmless if <op> has its result already or is idle. */
void sock_cancel(struct sock *s, struct op *op);

/* Connect.  Opens a non-blocking socket for <to>, and completes with 0 when <s> is connected and
 * registered, else with the negative errno (-ECONNREFUSED, -ETIMEDOUT after <timeout>, -EMFILE,
 * -ECANCELED) and <s> closed.  TCP_NODELAY is set. */
struct connect_op {
	struct op op;
	struct sock *sock;
	struct timer timer;
};
static inline void connect_op_init(struct connect_op *c, op_done_f *done)
{
	*c = (struct connect_op){0};
	op_init(&c->op, done);
}
/* Initialises <s>.  <timeout> 0: the kernel's.  <from>: local address to bind, or NULL. */
void sock_connect(struct sock *s, struct loop *l, struct connect_op *c, const struct addr *to,
	const struct addr *from, nsec timeout);
/* Completes with -ECANCELED and closes the socket, unless it has its result. */
void sock_connect_cancel(struct connect_op *c);

#endif
