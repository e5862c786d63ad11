/* SPDX-License-Identifier: Apache-2.0 */
#include "net/splice.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/sock_priv.h"

#define PIPE_SIZE (256 * 1024) /* asked for; 64 KiB of small segments need more than 16 pages */
#define PIPES_KEPT 32
#define SPLICE_TURNS 16 /* pipes filled and emptied in one turn */

struct splice_pipe {
	struct splice_pipe *next;
	int rd, wr;
};

static void pipe_close(struct splice_pipe *p)
{
	(void)close(p->rd);
	(void)close(p->wr);
	mem_free(p);
}

void loop_free_pipes(struct loop *l)
{
	while (l->pipes) {
		struct splice_pipe *p = l->pipes;

		l->pipes = p->next;
		pipe_close(p);
	}
}

/* NULL with errno: there are no descriptors. */
static struct splice_pipe *pipe_get(struct loop *l)
{
	int fds[2];
	struct splice_pipe *p = l->pipes;

	if (p) {
		l->pipes = p->next;
		l->n_pipes--;
		return p;
	}
	if (SYS(l, pipe2, pipe2(fds, O_CLOEXEC | O_NONBLOCK), fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return NULL;
	/* Refused above the user's allowance: then it is a smaller pipe. */
	(void)fcntl(fds[1], F_SETPIPE_SZ, PIPE_SIZE);
	p = MEM_NEW(struct splice_pipe);
	p->rd = fds[0];
	p->wr = fds[1];
	return p;
}

static void pipe_put(struct loop *l, struct splice_pipe *p)
{
	if (l->n_pipes >= PIPES_KEPT) {
		pipe_close(p);
		return;
	}
	p->next = l->pipes;
	l->pipes = p;
	l->n_pipes++;
}

static uint64_t in_pipe(const struct splice_op *s)
{
	return s->taken - s->moved;
}

/* Gives the pipe back once it is empty, or closes it with what is lost. */
static void splice_detach(struct op *op)
{
	struct splice_op *s = container_of(op, struct splice_op, op);

	s->from->rx = NULL;
	s->to->tx = NULL;
	if (!s->pipe)
		return;
	if (in_pipe(s))
		pipe_close(s->pipe);
	else
		pipe_put(s->from->loop, s->pipe);
	s->pipe = NULL;
}

static ssize_t splice_call(struct loop *l, int from, int to, size_t n)
{
	unsigned flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;
	ssize_t moved;

	do
		moved = SYS(l, splice, splice(from, NULL, to, NULL, n, flags), from, to, n, flags);
	while (moved < 0 && errno == EINTR);
	return moved;
}

/* The pipe is empty, so EAGAIN speaks of the socket.  1: went on, 0: nothing there. */
static int splice_in(struct splice_op *s)
{
	size_t want = (size_t)MIN(s->count - s->taken, (uint64_t)PIPE_SIZE);
	struct loop *l = s->from->loop;
	ssize_t n;

	if (!(s->from->flags & SOCK_READABLE))
		return 0;
	if (!s->pipe)
		s->pipe = pipe_get(l);
	if (!s->pipe)
		return -errno;
	n = splice_call(l, s->from->fd, s->pipe->wr, want);
	if (n > 0) {
		s->taken += (uint64_t)n;
		return 1;
	}
	if (n == 0) {
		s->ended = true;
		return 1;
	}
	if (errno == EAGAIN) {
		s->from->flags &= (uint8_t)~SOCK_READABLE;
		return 0;
	}
	s->failed = s->from;
	return -errno;
}

/* Bytes are in the pipe. */
static int splice_out(struct splice_op *s)
{
	ssize_t n;

	if (!(s->to->flags & SOCK_WRITABLE))
		return 0;
	n = splice_call(s->to->loop, s->pipe->rd, s->to->fd, (size_t)in_pipe(s));
	if (n > 0) {
		s->moved += (uint64_t)n;
		return 1;
	}
	if (n < 0 && errno != EAGAIN) {
		s->failed = s->to;
		return -errno;
	}
	s->to->flags &= (uint8_t)~SOCK_WRITABLE;
	return 0;
}

static bool splice_over(const struct splice_op *s)
{
	return !in_pipe(s) && (s->ended || s->moved == s->count);
}

static void splice_perform(struct op *op)
{
	struct splice_op *s = container_of(op, struct splice_op, op);
	int r = 1;

	if (s->to->flags & SOCK_RESET) { /* even if <from> has nothing to say */
		s->failed = s->to;
		op_finish(op, -ECONNRESET);
		return;
	}
	for (int i = 0; r > 0 && !splice_over(s) && i < 2 * SPLICE_TURNS; i++)
		r = in_pipe(s) ? splice_out(s) : splice_in(s);
	if (r < 0 || splice_over(s)) {
		op_finish(op, MIN(r, 0));
		return;
	}
	if (!in_pipe(s) && s->pipe) { /* an idle tunnel holds none */
		pipe_put(s->from->loop, s->pipe);
		s->pipe = NULL;
	}
	op_wait(op);
	if (r > 0) /* there is more, but others have their turn first */
		op_ready(s->from->loop, op);
}

static const struct op_kind splice_kind = {splice_perform, splice_detach};

void loop_splice(
	struct loop *l, struct splice_op *s, struct sock *from, struct sock *to, uint64_t count)
{
	AZ(from->rx);
	AZ(to->tx);
	AN(from->loop == l && to->loop == l);
	op_begin(&s->op);
	s->op.kind = &splice_kind;
	s->from = from;
	s->to = to;
	s->count = count;
	s->moved = s->taken = 0;
	s->failed = NULL;
	s->ended = false;
	from->rx = &s->op;
	to->tx = &s->op;
	if (from->fd < 0 || to->fd < 0)
		op_end(l, &s->op, -EBADF);
	else if (from->flags & SOCK_READABLE || to->flags & SOCK_RESET || count == 0)
		op_ready(l, &s->op);
}

void splice_cancel(struct splice_op *s)
{
	if (op_inflight(&s->op))
		sock_cancel(s->from, &s->op);
}
