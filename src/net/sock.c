/* SPDX-License-Identifier: Apache-2.0 */
#include "net/sock.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "net/raw_priv.h"
#include "net/sock_priv.h"

#define SEND_IOV 64 /* slices per system call */
#define SEND_SMALL 4096 /* so many bytes may wait for their turn: heads, mostly */

/* --- events --- */

void sock_event(struct sock *s, uint32_t events)
{
	CHECK_OBJ_HOT(s, SOCK_MAGIC);
	if (events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP | EPOLLPRI)) {
		s->flags |= (events & EPOLLERR ? SOCK_RESET : 0) |
			    (events & (EPOLLRDHUP | EPOLLHUP) ? SOCK_FIN : 0) |
			    (events & EPOLLPRI ? SOCK_URGENT : 0);
		if (s->hup && s->flags & (SOCK_RESET | SOCK_FIN))
			op_end(s->loop, s->hup, s->flags & SOCK_RESET ? -ECONNRESET : 0);
	}
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
		s->flags |= SOCK_READABLE;
		if (s->rx)
			op_ready(s->loop, s->rx);
	}
	if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) {
		s->flags |= SOCK_WRITABLE;
		if (s->tx)
			op_ready(s->loop, s->tx);
	}
}

/* --- receive --- */

static void recv_detach(struct op *op)
{
	struct sock *s = container_of(op, struct recv_op, op)->via;

	s->rx = NULL;
}

static ssize_t recv_call(struct sock *s, void *p, size_t n)
{
	ssize_t got;

	do {
		got = SYS(s->loop, recv, raw_recv(s->fd, p, n, 0), s->fd, p, n, 0);
		s->loop->stats.recvs++;
	} while (unlikely(got < 0 && errno == EINTR));
	return got;
}

static void recv_got(struct recv_op *r, struct nbuf *b, const char *p, size_t n)
{
	struct sock *s = r->via;

	sock_read_short(s, n, r->want);
	s->loop->stats.recv_bytes += n;
	r->got = (struct slice){p, n, b};
	op_finish(&r->op, (int)n);
}

static void recv_perform(struct op *op)
{
	struct recv_op *r = container_of(op, struct recv_op, op);
	struct sock *s = r->via;
	struct nbuf *b = r->into ? nbuf_ref(r->into) : nbuf_new(&s->loop->bufs, r->want);
	char *p = b->data + (r->into ? r->at : 0);
	ssize_t n = recv_call(s, p, r->want);

	if (likely(n > 0)) {
		recv_got(r, b, p, (size_t)n);
		return;
	}
	nbuf_unref(b);
	if (n < 0 && errno == EAGAIN) {
		s->flags &= (uint8_t)~SOCK_READABLE;
		op_wait(op);
		return;
	}
	op_finish(op, n < 0 ? -errno : 0);
}

static const struct op_kind recv_kind = {recv_perform, recv_detach};

void sock_recv(struct sock *s, struct recv_op *r)
{
	CHECK_OBJ_HOT(s, SOCK_MAGIC);
	AZ(s->rx);
	AN(r->want);
	op_begin(&r->op);
	r->want = MIN(r->want, r->into ? r->into->cap - r->at : NBUF_LARGE);
	r->got = (struct slice){0};
	r->via = s;
	r->op.kind = &recv_kind;
	s->rx = &r->op;
	if (unlikely(s->fd < 0))
		op_end(s->loop, &r->op, -EBADF);
	else if (s->flags & SOCK_READABLE)
		op_ready(s->loop, &r->op);
}

/* --- send --- */

static void send_detach(struct op *op)
{
	struct sock *s = container_of(op, struct send_op, op)->via;

	s->tx = NULL;
}

static unsigned send_iov(const struct send_op *r, struct iovec *iov, size_t *ret_bytes)
{
	size_t off = r->off, bytes = 0;
	unsigned n = 0;

	for (unsigned i = r->at; i < r->n && n < SEND_IOV; i++, off = 0) {
		if (r->v[i].n == off)
			continue;
		/* sendmsg(2) does not write through it. */
		iov[n].iov_base = (void *)(uintptr_t)(r->v[i].p + off);
		iov[n].iov_len = r->v[i].n - off;
		bytes += iov[n++].iov_len;
	}
	*ret_bytes = bytes;
	return n;
}

static ssize_t send_many(struct sock *s, const struct send_op *r, int flags, size_t *ret_asked)
{
	struct iovec iov[SEND_IOV];
	struct msghdr m = {.msg_iov = iov, .msg_iovlen = send_iov(r, iov, ret_asked)};

	if (m.msg_iovlen == 0)
		return 0;
	s->loop->stats.sends++;
	return SYS(s->loop, sendmsg, sendmsg(s->fd, &m, flags), s->fd, &m, flags);
}

/* One system call; most sends are of one slice, for which send(2) is the cheaper one. */
static ssize_t send_call(struct sock *s, const struct send_op *r, int flags, size_t *ret_asked)
{
	const struct slice *v = &r->v[r->at];

	if (r->at + 1 != r->n || s->loop->sys)
		return send_many(s, r, flags, ret_asked);
	*ret_asked = v->n - r->off;
	s->loop->stats.sends++;
	return raw_send(s->fd, v->p + r->off, *ret_asked, flags);
}

/* Moves over <n> sent bytes; true when all is sent. */
static bool send_advance(struct send_op *r, size_t n)
{
	r->sent += n;
	while (r->at < r->n) {
		size_t left = r->v[r->at].n - r->off;

		if (n < left) {
			r->off += n;
			return false;
		}
		n -= left;
		r->off = 0;
		r->at++;
	}
	return true;
}

/* As far as the kernel takes it: 1 all sent, 0 it is full, or a negative errno. */
static int send_try(struct sock *s, struct send_op *r)
{
	int flags = MSG_NOSIGNAL | (r->flags & SEND_MORE ? MSG_MORE : 0);

	for (;;) {
		size_t asked;
		ssize_t put = send_call(s, r, flags, &asked);

		if (unlikely(put < 0)) {
			if (errno == EINTR)
				continue;
			if (errno != EAGAIN)
				return -errno;
			put = 0;
		}
		s->loop->stats.send_bytes += (uint64_t)put;
		if (send_advance(r, (size_t)put))
			return 1;
		if ((size_t)put < asked) {
			s->flags &= (uint8_t)~SOCK_WRITABLE;
			return 0;
		}
	}
}

static void send_perform(struct op *op)
{
	struct send_op *r = container_of(op, struct send_op, op);
	int res = send_try(r->via, r);

	if (res == 0)
		op_wait(op);
	else
		op_finish(op, MIN(res, 0));
}

static const struct op_kind send_kind = {send_perform, send_detach};

static bool send_is_small(const struct send_op *r)
{
	size_t n = 0;

	for (unsigned i = 0; i < r->n; i++)
		n += r->v[i].n;
	return n <= SEND_SMALL;
}

void sock_send(struct sock *s, struct send_op *r)
{
	int res = 0;

	CHECK_OBJ_HOT(s, SOCK_MAGIC);
	AZ(s->tx);
	AN(r->n);
	op_begin(&r->op);
	r->at = 0;
	r->off = 0;
	r->sent = 0;
	r->via = s;
	r->op.kind = &send_kind;
	s->tx = &r->op;
	if (unlikely(s->fd < 0))
		res = -EBADF;
	else if (!(s->flags & SOCK_WRITABLE))
		return;
	else if (send_is_small(r))
		op_ready(s->loop, &r->op);
	else
		res = send_try(s, r);
	if (res != 0)
		op_end(s->loop, &r->op, MIN(res, 0));
}

/* A send that has not had its turn has it now: what is to follow follows its bytes. */
static void send_turn(struct sock *s)
{
	struct op *op = s->tx;

	if (!op || op->kind != &send_kind || op->state != OP_READY || s->fd < 0)
		return;
	send_perform(op);
	if (op->state == OP_WAITING)
		op->state = OP_READY; /* it stands in the queue still */
}

/* --- hang-up --- */

static void hup_detach(struct op *op)
{
	struct sock *s = container_of(op, struct hup_op, op)->via;

	s->hup = NULL;
}

static const struct op_kind hup_kind = {NULL, hup_detach};

void sock_hangup(struct sock *s, struct hup_op *h)
{
	CHECK_OBJ(s, SOCK_MAGIC);
	AZ(s->hup);
	op_begin(&h->op);
	h->via = s;
	h->op.kind = &hup_kind;
	s->hup = &h->op;
	if (s->fd < 0)
		op_end(s->loop, &h->op, -EBADF);
	else if (s->flags & (SOCK_RESET | SOCK_FIN))
		op_end(s->loop, &h->op, s->flags & SOCK_RESET ? -ECONNRESET : 0);
}

/* --- life --- */

int sock_shutdown(struct sock *s)
{
	if (s->fd < 0)
		return -EBADF;
	send_turn(s);
	return SYS(s->loop, shutdown, shutdown(s->fd, SHUT_WR), s->fd, SHUT_WR) < 0 ? -errno : 0;
}

void sock_cancel(struct sock *s, struct op *op)
{
	if (op == s->tx)
		send_turn(s);
	if (op->state == OP_WAITING || op->state == OP_READY)
		op_end(s->loop, op, -ECANCELED);
}

static void sock_prepare(struct sock *s, struct loop *l, int fd)
{
	*s = (struct sock){.magic = SOCK_MAGIC, .fd = fd, .loop = l};
}

int sock_init(struct sock *s, struct loop *l, int fd)
{
	int r;

	sock_prepare(s, l, fd);
	r = loop_add_fd(l, fd, s, false, SOCK_EVENTS);
	if (r < 0) {
		(void)close(fd);
		s->fd = -1;
		return r;
	}
	s->flags = SOCK_WRITABLE; /* a new socket's buffer is empty */
	return 0;
}

void sock_close(struct sock *s)
{
	int fd = s->fd;

	CHECK_OBJ(s, SOCK_MAGIC);
	if (fd < 0)
		return;
	if (s->rx)
		sock_cancel(s, s->rx);
	if (s->tx)
		sock_cancel(s, s->tx);
	if (s->hup)
		sock_cancel(s, s->hup);
	loop_drop_fd(s->loop, fd, false);
	(void)close(fd);
	s->fd = -1;
}

void sock_abort(struct sock *s)
{
	struct linger now = {.l_onoff = 1, .l_linger = 0};

	if (s->fd >= 0)
		(void)setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	sock_close(s);
}

int sock_local(const struct sock *s, struct addr *ret_addr)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(s->fd, (struct sockaddr *)&ss, &len) < 0)
		return -errno;
	*ret_addr = addr_of(&ss, len);
	return 0;
}

size_t sock_unsent(const struct sock *s)
{
	int n = 0;

	if (s->fd < 0 || ioctl(s->fd, SIOCOUTQ, &n) < 0)
		return 0;
	return (size_t)n;
}

int sock_keepalive(struct sock *s, nsec idle, nsec dead)
{
	const int probes = 3;
	const struct {
		int level, name, value;
	} options[] = {
		{SOL_SOCKET, SO_KEEPALIVE, 1},
		{IPPROTO_TCP, TCP_KEEPIDLE, (int)MAX(idle / NSEC_PER_SEC, 1)},
		{IPPROTO_TCP, TCP_KEEPCNT, probes},
		{IPPROTO_TCP, TCP_KEEPINTVL, (int)MAX((dead - idle) / NSEC_PER_SEC / probes, 1)},
		{IPPROTO_TCP, TCP_USER_TIMEOUT, (int)(dead / MSEC(1))},
	};

	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (setsockopt(s->fd, options[i].level, options[i].name, &options[i].value,
			    sizeof(options[i].value)) < 0)
			return -errno;
	return 0;
}

/* --- connect --- */

static void connect_detach(struct op *op)
{
	struct connect_op *c = container_of(op, struct connect_op, op);

	c->sock->tx = NULL;
	loop_timer_cancel(c->sock->loop, &c->timer);
}

static int connect_result(struct sock *s)
{
	socklen_t len = sizeof(int);
	int err = 0;

	if (!(s->flags & (SOCK_RESET | SOCK_FIN)))
		return 0;
	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		return -errno;
	return -err;
}

static void connect_perform(struct op *op)
{
	struct connect_op *c = container_of(op, struct connect_op, op);
	struct sock *s = c->sock;
	int r = connect_result(s);

	op_finish(op, r);
	if (r < 0)
		sock_close(s);
}

static const struct op_kind connect_kind = {connect_perform, connect_detach};

static void connect_fail(struct connect_op *c, int err)
{
	struct sock *s = c->sock;

	if (c->op.state != OP_WAITING && c->op.state != OP_READY)
		return;
	op_end(s->loop, &c->op, err);
	sock_close(s);
}

static void connect_late(struct timer *t)
{
	connect_fail(container_of(t, struct connect_op, timer), -ETIMEDOUT);
}

void sock_connect_cancel(struct connect_op *c)
{
	connect_fail(c, -ECANCELED);
}

/* An open socket on its way to <to>, or a negative errno. */
static int connect_open(struct loop *l, const struct addr *to, const struct addr *from)
{
	int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
	int family = to->sa.sa_family;
	int fd = SYS(l, socket, socket(family, type, 0), family, type, 0);
	int one = 1;
	int r;

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	/* The port is chosen at connect, by the whole four-tuple: more than 28,000 per address. */
	if (from && addr_port(from) == 0)
		(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	if (from && bind(fd, &from->sa, from->len) < 0)
		goto err;
	/* EINTR too leaves a connect under way. */
	r = SYS(l, connect, connect(fd, &to->sa, to->len), fd, &to->sa, to->len);
	if (r < 0 && errno != EINPROGRESS && errno != EINTR)
		goto err;
	return fd;
err:
	r = -errno;
	(void)close(fd);
	return r;
}

void sock_connect(struct sock *s, struct loop *l, struct connect_op *c, const struct addr *to,
	const struct addr *from, nsec timeout)
{
	int r;

	op_begin(&c->op);
	c->op.kind = &connect_kind;
	c->sock = s;
	timer_init(&c->timer, connect_late);
	sock_prepare(s, l, -1);
	r = connect_open(l, to, from);
	if (r >= 0)
		r = sock_init(s, l, r);
	if (r < 0) {
		op_end(l, &c->op, r);
		return;
	}
	s->flags = 0;
	s->tx = &c->op;
	if (timeout > 0)
		loop_timer_arm(l, &c->timer, timeout);
}
