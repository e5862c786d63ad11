/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h -- a byte stream: what HTTP and tunnels speak on, whether cleartext or TLS.
 *
 * An ops table over op.h's completions.  struct tcp is the cleartext stream: its table points at
 * sock.h's functions and adds no call, copy or buffer.  TLS is a stream over a stream: it keeps the
 * consumer's op (recv_op.via is its to use), works with ops of its own on the stream below, and
 * ends the consumer's with op_complete().
 *
 * At most one recv, one send, one hang-up wait and one shutdown are in flight at a time.  All
 * errors come by completion.  Loop's thread only.
 */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include "net/sock.h"

struct stream;

struct stream_ops {
	const char *name; /* "tcp", "tls": for logs */
	/* r->want, r->into and r->at are set; contract of struct recv_op. */
	void (*recv)(struct stream *s, struct recv_op *r);
	/* r->v, r->n and r->flags are set; contract of struct send_op. */
	void (*send)(struct stream *s, struct send_op *r);
	void (*hangup)(struct stream *s, struct hup_op *h);
	/* Half-close, after what was sent: FIN, or close_notify and FIN. */
	void (*shutdown)(struct stream *s, struct op *op);
	void (*cancel)(struct stream *s, struct op *op);
	void (*close)(struct stream *s, bool abort);
	/* The socket whose bytes are the stream's own, to splice from or to; NULL: not possible
	 * (TLS, or bytes already taken from the socket wait in a layer). */
	struct sock *(*raw)(struct stream *s);
	/* The socket at the bottom: for its addresses and options only. */
	struct sock *(*base)(struct stream *s);
};

struct stream {
	const struct stream_ops *ops;
	struct loop *loop;
};

/* Up to <want> bytes into a fresh buffer. */
static inline void stream_recv(struct stream *s, struct recv_op *r, size_t want)
{
	r->want = want;
	r->into = NULL;
	s->ops->recv(s, r);
}
/* Appends to <into> (borrowed until completion) from byte <at> to its end; <got> holds only what is
 * new, with a reference of its own. */
static inline void stream_recv_into(
	struct stream *s, struct recv_op *r, struct nbuf *into, size_t at)
{
	AN(at < into->cap);
	r->want = into->cap - at;
	r->into = into;
	r->at = at;
	s->ops->recv(s, r);
}
/* Sends all of <v> (borrowed with what it points at; at least one byte together). */
static inline void stream_send(
	struct stream *s, struct send_op *r, const struct slice *v, unsigned n, unsigned flags)
{
	r->v = v;
	r->n = n;
	r->flags = flags;
	s->ops->send(s, r);
}
/* As sock_hangup(). */
static inline void stream_hangup(struct stream *s, struct hup_op *h)
{
	s->ops->hangup(s, h);
}
/* No send may be in flight.  res 0 or a negative errno; receiving goes on. */
static inline void stream_shutdown(struct stream *s, struct op *op)
{
	s->ops->shutdown(s, op);
}
/* A request; harmless when <op> is idle or done. */
static inline void stream_cancel(struct stream *s, struct op *op)
{
	s->ops->cancel(s, op);
}
/* Cancels what is in flight and closes; the stream itself may be freed at once unless its maker
 * says otherwise; ops complete later in this tick.  Closing twice is harmless. */
static inline void stream_close(struct stream *s)
{
	s->ops->close(s, false);
}
/* The peer sees a reset (TLS: no close_notify). */
static inline void stream_abort(struct stream *s)
{
	s->ops->close(s, true);
}
static inline struct sock *stream_raw(struct stream *s)
{
	return s->ops->raw(s);
}
static inline struct sock *stream_base(struct stream *s)
{
	return s->ops->base(s);
}

/* The cleartext stream. */
struct tcp {
	struct stream stream;
	struct sock sock;
	struct addr peer;
};

/* Takes the connected, non-blocking <fd>, as an accepted() callback got it.  Negative errno, then
 * <fd> is closed. */
int must_check tcp_init(struct tcp *t, struct loop *l, int fd, const struct addr *peer);
/* Initialises <t>; contract of sock_connect(). */
void tcp_connect(struct tcp *t, struct loop *l, struct connect_op *c, const struct addr *to,
	const struct addr *from, nsec timeout);
static inline struct tcp *tcp_of(struct stream *s)
{
	return container_of(s, struct tcp, stream);
}
#endif
