/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random receives, sends, cancels, half-closes, closes and resets on many connections whose both
 * ends are on one loop, with and without feigned EAGAIN, EINTR and short calls.  Bytes are a
 * function of their position, so what arrives is checked; every op completes exactly once; an end
 * that was closed in order loses nothing that was sent.
 */
#include "fixture.h"

#include <fcntl.h>

#include "base/rand.h"
#include "net/fault.h"

#define PAIRS 12
#define STEPS 6000

struct end {
	struct tcp tcp;
	struct end *peer;
	struct recv_op rx;
	struct send_op tx;
	struct hup_op hup;
	struct slice v[4];
	char out[70000];
	int submitted, completed; /* ops */
	uint64_t received, sent; /* positions in the two directions */
	bool fin_sent, fin_seen, broken;
};

struct zoo {
	struct fault fault;
	struct loop *l;
	struct rand r;
	struct end ends[PAIRS][2];
	uint64_t bytes; /* received in all */
	int fins; /* seen, in order */
};

static struct zoo zoo;

static char byte_at(uint64_t pos)
{
	return (char)(pos * 31 + pos / 253);
}

static void end_received(struct op *op, int res)
{
	struct end *e = container_of(op, struct end, rx.op);

	e->completed++;
	if (res == 0) {
		/* A FIN stands behind all that the peer had sent before it. */
		if (!e->broken && !e->peer->broken)
			assert_int_equal(e->received, e->peer->sent);
		e->fin_seen = true;
		zoo.fins++;
	}
	if (res <= 0) {
		assert_null(e->rx.got.buf);
		e->broken |= res < 0 && res != -ECANCELED;
		return;
	}
	assert_int_equal(e->rx.got.n, res);
	assert_true((size_t)res <= e->rx.want);
	for (int i = 0; i < res; i++)
		assert_int_equal(e->rx.got.p[i], byte_at(e->received + (uint64_t)i));
	e->received += (uint64_t)res;
	zoo.bytes += (uint64_t)res;
	slice_drop(&e->rx.got);
}

static void end_sent(struct op *op, int res)
{
	struct end *e = container_of(op, struct end, tx.op);
	size_t all = 0;

	e->completed++;
	for (unsigned i = 0; i < e->tx.n; i++)
		all += e->v[i].n;
	assert_true(e->tx.sent <= all);
	if (res == 0)
		assert_int_equal(e->tx.sent, all);
	e->sent += e->tx.sent;
	e->broken |= res < 0 && res != -ECANCELED;
}

static void end_hung_up(struct op *op, int res)
{
	struct end *e = container_of(op, struct end, hup.op);

	(void)res;
	e->completed++;
}

static void end_init(struct end *e, struct end *peer, int fd)
{
	const struct addr none = {0};

	memset(e, 0, sizeof(*e));
	e->peer = peer;
	recv_op_init(&e->rx, end_received);
	send_op_init(&e->tx, end_sent);
	hup_op_init(&e->hup, end_hung_up);
	assert_int_equal(tcp_init(&e->tcp, zoo.l, fd, &none), 0);
}

static void pair_connect(struct end p[2])
{
	int fds[2];

	fixture_pair(fds);
	assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
	end_init(&p[0], &p[1], fds[0]);
	end_init(&p[1], &p[0], fds[1]);
}

static bool end_idle(const struct end *e)
{
	return !op_inflight(&e->rx.op) && !op_inflight(&e->tx.op) && !op_inflight(&e->hup.op);
}

static void end_send(struct end *e)
{
	unsigned n = 1 + rand_below(&zoo.r, ARRAY_LEN(e->v));
	size_t at = 0;

	if (op_inflight(&e->tx.op) || e->fin_sent)
		return;
	for (unsigned i = 0; i < n; i++) {
		size_t len = rand_below(&zoo.r, rand_below(&zoo.r, 4) ? 300 : 17000);

		e->v[i] = slice_plain(str_of(e->out + at, len));
		at += len;
	}
	for (size_t i = 0; i < at; i++)
		e->out[i] = byte_at(e->sent + i);
	e->submitted++;
	stream_send(&e->tcp.stream, &e->tx, e->v, n, rand_below(&zoo.r, 8) ? 0 : SEND_MORE);
}

static void end_recv(struct end *e)
{
	if (op_inflight(&e->rx.op))
		return;
	e->submitted++;
	stream_recv(&e->tcp.stream, &e->rx, 1 + rand_below(&zoo.r, 40000));
}

static void end_act(struct end *e)
{
	switch (rand_below(&zoo.r, 40)) {
	case 0:
		stream_cancel(&e->tcp.stream, &e->rx.op);
		break;
	case 1:
		if (!op_inflight(&e->hup.op)) {
			e->submitted++;
			stream_hangup(&e->tcp.stream, &e->hup);
		}
		break;
	case 2:
		if (!op_inflight(&e->tx.op) && !e->fin_sent && sock_is_open(&e->tcp.sock)) {
			e->fin_sent = true;
			e->broken |= sock_shutdown(&e->tcp.sock) < 0;
		}
		break;
	case 3:
		if (rand_below(&zoo.r, 6))
			break;
		/* With bytes unread a close is a reset: the peer may miss what we sent. */
		e->broken = e->peer->broken = true;
		if (rand_below(&zoo.r, 2))
			stream_close(&e->tcp.stream);
		else
			stream_abort(&e->tcp.stream);
		break;
	case 4:
		if (op_inflight(&e->tx.op)) {
			stream_cancel(&e->tcp.stream, &e->tx.op);
			e->fin_sent = true; /* it may stand in the middle of a slice */
		}
		break;
	default:
		if (rand_below(&zoo.r, 2))
			end_send(e);
		else
			end_recv(e);
	}
}

/* A pair that is over, or for once one that is not, makes room for a new one. */
static void pair_renew(struct end p[2])
{
	for (int i = 0; i < 2; i++) {
		p[i].broken = true;
		stream_close(&p[i].tcp.stream);
	}
	loop_tick(zoo.l, 0);
	for (int i = 0; i < 2; i++) {
		assert_true(end_idle(&p[i]));
		assert_int_equal(p[i].submitted, p[i].completed);
	}
	pair_connect(p);
}

static void zoo_run(uint64_t seed, enum fault_call call, int err)
{
	int before = fixture_fds();

	memset(&zoo, 0, sizeof(zoo));
	rand_init(&zoo.r, seed);
	fault_init(&zoo.fault);
	zoo.l = fixture_loop(NULL, err ? &zoo.fault.sys : NULL);
	for (int i = 0; i < PAIRS; i++)
		pair_connect(zoo.ends[i]);
	for (int step = 0; step < STEPS; step++) {
		struct end *p = zoo.ends[rand_below(&zoo.r, PAIRS)];

		if (err && rand_below(&zoo.r, 5) == 0) {
			zoo.fault.call = call;
			zoo.fault.nth = zoo.fault.seen[call] + 1 + rand_below(&zoo.r, 3);
			zoo.fault.err = err;
		}
		if (rand_below(&zoo.r, 400) == 0)
			pair_renew(p);
		end_act(&p[rand_below(&zoo.r, 2)]);
		if (rand_below(&zoo.r, 3) == 0)
			loop_tick(zoo.l, 0);
	}
	for (int i = 0; i < PAIRS; i++)
		pair_renew(zoo.ends[i]);
	for (int i = 0; i < PAIRS; i++)
		for (int k = 0; k < 2; k++)
			stream_close(&zoo.ends[i][k].tcp.stream);
	assert_int_equal(loop_bufs(zoo.l)->used_bytes, 0);
	assert_true(zoo.bytes > 1000000 && zoo.fins > 10); /* it did do something */
	assert_true(!err || zoo.fault.hit > 50);
	loop_free(zoo.l);
	assert_int_equal(fixture_fds(), before);
}

static void without_faults(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++)
		zoo_run(seed, FAULT_CALLS, 0);
}

static void with_faults(void **state)
{
	(void)state;
	zoo_run(11, FAULT_RECV, EAGAIN);
	zoo_run(12, FAULT_RECV, EINTR);
	zoo_run(13, FAULT_RECV, FAULT_SHORT);
	zoo_run(14, FAULT_SENDMSG, EAGAIN);
	zoo_run(15, FAULT_SENDMSG, EINTR);
	zoo_run(16, FAULT_SENDMSG, FAULT_SHORT);
	zoo_run(17, FAULT_RECV, ECONNRESET);
	zoo_run(18, FAULT_SENDMSG, ECONNRESET);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_faults),
		cmocka_unit_test(with_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
