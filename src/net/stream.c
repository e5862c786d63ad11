/* SPDX-License-Identifier: Apache-2.0 */
#include "net/stream.h"

static struct sock *tcp_sock(struct stream *s)
{
	return &tcp_of(s)->sock;
}

static void tcp_recv(struct stream *s, struct recv_op *r)
{
	sock_recv(tcp_sock(s), r);
}

static void tcp_send(struct stream *s, struct send_op *r)
{
	sock_send(tcp_sock(s), r);
}

static void tcp_hangup(struct stream *s, struct hup_op *h)
{
	sock_hangup(tcp_sock(s), h);
}

static void tcp_shutdown(struct stream *s, struct op *op)
{
	op_begin(op);
	op_complete(s->loop, op, sock_shutdown(tcp_sock(s)));
}

static void tcp_cancel(struct stream *s, struct op *op)
{
	sock_cancel(tcp_sock(s), op);
}

static void tcp_close(struct stream *s, bool abort)
{
	if (abort)
		sock_abort(tcp_sock(s));
	else
		sock_close(tcp_sock(s));
}

static const struct stream_ops tcp_ops = {
	.name = "tcp",
	.recv = tcp_recv,
	.send = tcp_send,
	.hangup = tcp_hangup,
	.shutdown = tcp_shutdown,
	.cancel = tcp_cancel,
	.close = tcp_close,
	.raw = tcp_sock,
	.base = tcp_sock,
};

int tcp_init(struct tcp *t, struct loop *l, int fd, const struct addr *peer)
{
	t->stream = (struct stream){&tcp_ops, l};
	t->peer = *peer;
	return sock_init(&t->sock, l, fd);
}

void tcp_connect(struct tcp *t, struct loop *l, struct connect_op *c, const struct addr *to,
	const struct addr *from, nsec timeout)
{
	t->stream = (struct stream){&tcp_ops, l};
	t->peer = *to;
	sock_connect(&t->sock, l, c, to, from, timeout);
}
