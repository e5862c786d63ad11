/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sweeps: one exchange over every kind of op, with the n-th call of each kind failing.  Whatever
 * fails, every op completes once, nothing hangs, no descriptor or buffer is left.
 */
#include "fixture.h"

#include <fcntl.h>

#include "net/fault.h"
#include "net/listener.h"
#include "net/splice.h"

/*
 * The cast: a client connects and sends BODY bytes; the server receives a part and sends it back,
 * then splices the rest back through, and closes behind the FIN.
 */
#define BODY 300000u
#define PART 5000u

struct play {
	struct fault fault;
	struct clock_manual clock;
	struct loop *l;
	struct listener ls;
	struct addr at;
	/* client */
	struct tcp cl;
	struct connect_op dial;
	struct send_op cl_tx;
	struct recv_op cl_rx;
	struct op cl_fin;
	size_t cl_got;
	bool cl_open, cl_over;
	/* server */
	struct tcp sv;
	struct recv_op sv_rx;
	struct send_op sv_tx;
	struct splice_op sv_splice;
	size_t sv_got;
	struct slice sv_v;
	bool sv_open, sv_over;
	int first_err;
	int pressed;
};

static char body[BODY];

static void play_err(struct play *p, int err)
{
	if (err < 0 && !p->first_err)
		p->first_err = err;
}

static void cl_end(struct play *p, int err)
{
	play_err(p, err);
	p->cl_over = true;
	stream_close(&p->cl.stream);
}

static void sv_end(struct play *p, int err)
{
	play_err(p, err);
	p->sv_over = true;
	stream_close(&p->sv.stream);
}

static void cl_received(struct op *op, int res)
{
	struct play *p = container_of(op, struct play, cl_rx.op);

	if (res <= 0) {
		cl_end(p, res);
		return;
	}
	assert_true(p->cl_got + (size_t)res <= BODY);
	assert_memory_equal(p->cl_rx.got.p, body + p->cl_got, (size_t)res);
	p->cl_got += (size_t)res;
	slice_drop(&p->cl_rx.got);
	stream_recv(&p->cl.stream, &p->cl_rx, 16384);
}

static void cl_finished(struct op *op, int res)
{
	struct play *p = container_of(op, struct play, cl_fin);

	if (res < 0 && !p->cl_over)
		cl_end(p, res);
}

static void cl_sent(struct op *op, int res)
{
	struct play *p = container_of(op, struct play, cl_tx.op);

	if (p->cl_over)
		return;
	if (res < 0)
		cl_end(p, res);
	else
		stream_shutdown(&p->cl.stream, &p->cl_fin);
}

static struct slice cl_v[3];

static void cl_connected(struct op *op, int res)
{
	struct play *p = container_of(op, struct play, dial.op);

	if (res < 0) {
		play_err(p, res);
		p->cl_over = true;
		return;
	}
	p->cl_open = true;
	stream_recv(&p->cl.stream, &p->cl_rx, 16384);
	stream_send(&p->cl.stream, &p->cl_tx, cl_v, 3, 0);
}

static void sv_spliced(struct op *op, int res)
{
	struct play *p = container_of(op, struct play, sv_splice.op);

	if (!p->sv_over)
		sv_end(p, res);
}

static void sv_sent(struct op *op, int res)
{
	struct play *p = container_of(op, struct play, sv_tx.op);

	slice_drop(&p->sv_v);
	if (p->sv_over)
		return;
	if (res < 0)
		sv_end(p, res);
	else if (p->sv_got < PART)
		stream_recv(&p->sv.stream, &p->sv_rx, PART - p->sv_got);
	else
		loop_splice(p->l, &p->sv_splice, stream_raw(&p->sv.stream),
			stream_raw(&p->sv.stream), UINT64_MAX);
}

static void sv_received(struct op *op, int res)
{
	struct play *p = container_of(op, struct play, sv_rx.op);

	if (res <= 0) {
		if (!p->sv_over)
			sv_end(p, res);
		return;
	}
	p->sv_got += (size_t)res;
	p->sv_v = p->sv_rx.got;
	p->sv_rx.got = (struct slice){0};
	stream_send(&p->sv.stream, &p->sv_tx, &p->sv_v, 1, 0);
}

static void sv_accepted(struct listener *ls, int fd, const struct addr *peer)
{
	struct play *p = container_of(ls, struct play, ls);
	int r = tcp_init(&p->sv, p->l, fd, peer);

	assert_false(p->sv_open);
	if (r < 0) {
		play_err(p, r);
		p->sv_over = true;
		return;
	}
	p->sv_open = true;
	stream_recv(&p->sv.stream, &p->sv_rx, 1000);
}

static void sv_pressure(struct listener *ls, int err)
{
	assert_int_not_equal(err, -ECONNABORTED); /* one connection's fate, not want */
	container_of(ls, struct play, ls)->pressed++;
}

static void play_init(struct play *p)
{
	clock_manual_init(&p->clock, SEC(1), 0);
	connect_op_init(&p->dial, cl_connected);
	send_op_init(&p->cl_tx, cl_sent);
	recv_op_init(&p->cl_rx, cl_received);
	op_init(&p->cl_fin, cl_finished);
	recv_op_init(&p->sv_rx, sv_received);
	send_op_init(&p->sv_tx, sv_sent);
	splice_op_init(&p->sv_splice, sv_spliced);
	for (size_t i = 0; i < BODY; i++)
		body[i] = (char)(i * 7 + i / 251);
	cl_v[0] = slice_plain(str_of(body, 10));
	cl_v[1] = slice_plain(str_of(body + 10, 0));
	cl_v[2] = slice_plain(str_of(body + 10, BODY - 10));
}

/* Opens the loop and the listener; false when the fault hit already here. */
static bool play_open(struct play *p)
{
	struct loop_config config = {.clock = &p->clock.clock, .sys = &p->fault.sys};
	struct sockaddr_in in;
	int fd;

	if (loop_new(&config, &p->l) < 0)
		return false;
	fd = fixture_listen(&in);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	p->at = addr_ip4(&in.sin_addr, ntohs(in.sin_port));
	return listener_init(&p->ls, p->l, fd, sv_accepted, sv_pressure) == 0;
}

static bool play_over(const struct play *p)
{
	return p->cl_over && (p->sv_over || !p->sv_open);
}

static void play_run(struct play *p)
{
	tcp_connect(&p->cl, p->l, &p->dial, &p->at, NULL, SEC(5));
	for (int i = 0; !play_over(p); i++) {
		if (i > 6000)
			fail_msg("call %d, the %luth, errno %d: hangs", p->fault.call,
				(unsigned long)p->fault.nth, p->fault.err);
		loop_tick(p->l, MSEC(1));
		clock_manual_advance(&p->clock, MSEC(1));
	}
	loop_tick(p->l, 0);
	assert_false(op_inflight(&p->dial.op) || op_inflight(&p->cl_tx.op));
	assert_false(op_inflight(&p->cl_rx.op) || op_inflight(&p->cl_fin));
	assert_false(op_inflight(&p->sv_rx.op) || op_inflight(&p->sv_tx.op));
	assert_false(op_inflight(&p->sv_splice.op));
	assert_int_equal(loop_bufs(p->l)->used_bytes, 0);
}

/* One performance; returns whether the fault was met. */
static bool play(enum fault_call call, uint64_t nth, uint64_t times, int err, struct play *p)
{
	int before = fixture_fds();

	memset(p, 0, sizeof(*p));
	fault_init(&p->fault);
	p->fault.call = call;
	p->fault.nth = nth;
	p->fault.times = times;
	p->fault.err = err;
	play_init(p);
	if (play_open(p))
		play_run(p);
	if (p->l)
		listener_close(&p->ls);
	loop_free(p->l);
	assert_int_equal(fixture_fds(), before);
	return p->fault.hit > 0;
}

/* Until the fault lies behind the last call of the kind. */
static void sweep(enum fault_call call, int err, bool harmless)
{
	static struct play p;
	uint64_t nth = 1;

	for (; nth < 300 && play(call, nth, 1, err, &p); nth += nth < 40 ? 1 : 7) {
		if (!harmless)
			continue;
		if (p.first_err || p.cl_got != BODY)
			fail_msg("call %d, the %luth, errno %d: result %d, %zu bytes", call,
				(unsigned long)nth, err, p.first_err, p.cl_got);
	}
	assert_true(nth > 1); /* the kind was called at all */
}

static void without_fault(void **state)
{
	static struct play p;

	(void)state;
	assert_false(play(FAULT_CALLS, 1, 1, EIO, &p));
	assert_int_equal(p.first_err, 0);
	assert_int_equal(p.cl_got, BODY);
}

static void eagain_changes_nothing(void **state)
{
	(void)state;
	sweep(FAULT_RECV, EAGAIN, true);
	sweep(FAULT_SENDMSG, EAGAIN, true);
	sweep(FAULT_ACCEPT, EAGAIN, true);
	sweep(FAULT_SPLICE, EAGAIN, true);
}

static void eintr_changes_nothing(void **state)
{
	(void)state;
	sweep(FAULT_RECV, EINTR, true);
	sweep(FAULT_SENDMSG, EINTR, true);
	sweep(FAULT_ACCEPT, EINTR, true);
	sweep(FAULT_CONNECT, EINTR, true);
	sweep(FAULT_SPLICE, EINTR, true);
	sweep(FAULT_EPOLL_WAIT, EINTR, true);
}

static void short_changes_nothing(void **state)
{
	static struct play p;

	(void)state;
	sweep(FAULT_RECV, FAULT_SHORT, true);
	sweep(FAULT_SENDMSG, FAULT_SHORT, true);
	sweep(FAULT_SPLICE, FAULT_SHORT, true);
	/* and a long run of them, not only one */
	assert_true(play(FAULT_RECV, 1, 500, FAULT_SHORT, &p));
	assert_int_equal(p.cl_got, BODY);
	assert_true(play(FAULT_SENDMSG, 1, 500, FAULT_SHORT, &p));
	assert_int_equal(p.cl_got, BODY);
	assert_true(play(FAULT_SPLICE, 1, 500, FAULT_SHORT, &p));
	assert_int_equal(p.cl_got, BODY);
}

static void reset_ends_cleanly(void **state)
{
	(void)state;
	sweep(FAULT_RECV, ECONNRESET, false);
	sweep(FAULT_SENDMSG, ECONNRESET, false);
	sweep(FAULT_SENDMSG, EPIPE, false);
	sweep(FAULT_SPLICE, ECONNRESET, false);
	sweep(FAULT_SHUTDOWN, ENOTCONN, false);
	sweep(FAULT_CONNECT, ECONNREFUSED, false);
	sweep(FAULT_CONNECT, EADDRNOTAVAIL, false);
}

static void exhaustion_ends_cleanly(void **state)
{
	(void)state;
	sweep(FAULT_ACCEPT, EMFILE, true); /* rests and tries again */
	sweep(FAULT_ACCEPT, ENOMEM, true);
	sweep(FAULT_ACCEPT, ECONNABORTED, true);
	sweep(FAULT_SOCKET, EMFILE, false);
	sweep(FAULT_EPOLL_CTL, ENOMEM, false);
	sweep(FAULT_EPOLL_CTL, ENOSPC, false);
	sweep(FAULT_PIPE, EMFILE, false);
	sweep(FAULT_SENDMSG, ENOBUFS, false);
	sweep(FAULT_RECV, ENOMEM, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_fault),
		cmocka_unit_test(eagain_changes_nothing),
		cmocka_unit_test(eintr_changes_nothing),
		cmocka_unit_test(short_changes_nothing),
		cmocka_unit_test(reset_ends_cleanly),
		cmocka_unit_test(exhaustion_ends_cleanly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
