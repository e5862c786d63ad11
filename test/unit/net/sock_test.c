/* SPDX-License-Identifier: Apache-2.0 */
/* The contracts of op.h, sock.h and stream.h on real TCP sockets. */
#include "fixture.h"

#include <fcntl.h>
#include <netinet/tcp.h>

struct peer {
	struct loop *l;
	struct tcp tcp;
	int hand; /* the other end */
	struct recv_op rx;
	struct send_op tx;
	struct hup_op hup;
	struct op fin;
	struct seen rxs, txs, hups, fins;
	bool submitting;
};

#define SEEN(what, member, count)                                       \
	static void what(struct op *op, int res)                        \
	{                                                               \
		struct peer *p = container_of(op, struct peer, member); \
		assert_false(p->submitting);                            \
		assert_false(op_inflight(op));                          \
		p->count.n++;                                           \
		p->count.res = res;                                     \
	}
SEEN(rx_done, rx.op, rxs)
SEEN(tx_done, tx.op, txs)
SEEN(hup_done, hup.op, hups)
SEEN(fin_done, fin, fins)

static void peer_open(struct peer *p)
{
	const struct addr none = {0};
	int fds[2];

	*p = (struct peer){.l = fixture_loop(NULL, NULL)};
	fixture_pair(fds);
	p->hand = fds[1];
	assert_int_equal(tcp_init(&p->tcp, p->l, fds[0], &none), 0);
	recv_op_init(&p->rx, rx_done);
	send_op_init(&p->tx, tx_done);
	hup_op_init(&p->hup, hup_done);
	op_init(&p->fin, fin_done);
}

static void peer_close(struct peer *p)
{
	slice_drop(&p->rx.got);
	stream_close(&p->tcp.stream);
	loop_tick(p->l, 0);
	assert_false(op_inflight(&p->rx.op) || op_inflight(&p->tx.op));
	close(p->hand);
	loop_free(p->l);
}

static void peer_recv(struct peer *p, size_t want)
{
	p->submitting = true;
	stream_recv(&p->tcp.stream, &p->rx, want);
	p->submitting = false;
}

static void peer_send(struct peer *p, const struct slice *v, unsigned n)
{
	p->submitting = true;
	stream_send(&p->tcp.stream, &p->tx, v, n, 0);
	p->submitting = false;
}

static void hand_write(struct peer *p, const char *text)
{
	assert_int_equal(write(p->hand, text, strlen(text)), strlen(text));
}

static void idle_owns_no_buffer(void **state)
{
	struct peer p;

	(void)state;
	peer_open(&p);
	peer_recv(&p, 2048);
	loop_tick(p.l, 0);
	assert_int_equal(p.rxs.n, 0);
	assert_int_equal(loop_bufs(p.l)->used_bytes, 0);
	assert_int_equal(loop_stats(p.l)->recvs, 0); /* nobody asked in vain */
	hand_write(&p, "hello");
	TICK_UNTIL(p.l, p.rxs.n);
	assert_int_equal(p.rxs.res, 5);
	assert_str(slice_str(p.rx.got), "hello");
	assert_true(loop_bufs(p.l)->used_bytes >= 2048);
	peer_close(&p);
}

/* A short read proves that the socket is drained: one recv per message. */
static void one_recv_per_message(void **state)
{
	struct peer p;

	(void)state;
	peer_open(&p);
	for (int i = 1; i <= 100; i++) {
		peer_recv(&p, 2048);
		hand_write(&p, "ping");
		TICK_UNTIL(p.l, p.rxs.n == i);
		slice_drop(&p.rx.got);
		struct slice v = slice_plain(STR("pong"));
		peer_send(&p, &v, 1);
		TICK_UNTIL(p.l, p.txs.n == i);
	}
	assert_int_equal(loop_stats(p.l)->recvs, 100);
	assert_int_equal(loop_stats(p.l)->sends, 100);
	peer_close(&p);
}

static void want_bounds_the_read(void **state)
{
	struct peer p;

	(void)state;
	peer_open(&p);
	hand_write(&p, "abcdefgh");
	peer_recv(&p, 3);
	TICK_UNTIL(p.l, p.rxs.n == 1);
	assert_str(slice_str(p.rx.got), "abc");
	slice_drop(&p.rx.got);
	peer_recv(&p, 2048); /* the rest makes no new edge */
	TICK_UNTIL(p.l, p.rxs.n == 2);
	assert_str(slice_str(p.rx.got), "defgh");
	peer_close(&p);
}

static void recv_into_appends(void **state)
{
	struct nbuf *b;
	struct peer p;

	(void)state;
	peer_open(&p);
	b = nbuf_new(loop_bufs(p.l), 100);
	memcpy(b->data, "GET ", 4);
	p.submitting = true;
	stream_recv_into(&p.tcp.stream, &p.rx, b, 4);
	p.submitting = false;
	hand_write(&p, "/path");
	TICK_UNTIL(p.l, p.rxs.n == 1);
	assert_ptr_equal(p.rx.got.buf, b);
	assert_int_equal(b->refs, 2);
	assert_str(str_of(b->data, 9), "GET /path");
	nbuf_unref(b);
	peer_close(&p);
}

static void fin_with_data(void **state)
{
	struct peer p;

	(void)state;
	peer_open(&p);
	peer_recv(&p, 2048);
	hand_write(&p, "last");
	shutdown(p.hand, SHUT_WR);
	TICK_UNTIL(p.l, p.rxs.n == 1);
	assert_int_equal(p.rxs.res, 4);
	slice_drop(&p.rx.got);
	peer_recv(&p, 2048);
	TICK_UNTIL(p.l, p.rxs.n == 2);
	assert_int_equal(p.rxs.res, 0);
	peer_recv(&p, 2048); /* and again, if somebody asks again */
	TICK_UNTIL(p.l, p.rxs.n == 3);
	assert_int_equal(p.rxs.res, 0);
	/* half-closed: our direction still works */
	struct slice v = slice_plain(STR("answer"));
	char got[8];
	peer_send(&p, &v, 1);
	TICK_UNTIL(p.l, p.txs.n == 1);
	assert_int_equal(p.txs.res, 0);
	assert_int_equal(read(p.hand, got, sizeof(got)), 6);
	peer_close(&p);
}

/* The FIN comes after the read that looked short: a new edge tells. */
static void fin_after_short_read(void **state)
{
	struct peer p;

	(void)state;
	peer_open(&p);
	peer_recv(&p, 2048);
	hand_write(&p, "x");
	TICK_UNTIL(p.l, p.rxs.n == 1);
	slice_drop(&p.rx.got);
	peer_recv(&p, 2048);
	shutdown(p.hand, SHUT_WR);
	TICK_UNTIL(p.l, p.rxs.n == 2);
	assert_int_equal(p.rxs.res, 0);
	peer_close(&p);
}

static void reset_is_an_error(void **state)
{
	struct peer p;

	(void)state;
	peer_open(&p);
	peer_recv(&p, 2048);
	stream_hangup(&p.tcp.stream, &p.hup);
	fixture_rst(p.hand);
	TICK_UNTIL(p.l, p.rxs.n && p.hups.n);
	assert_int_equal(p.rxs.res, -ECONNRESET); /* not stolen by the hang-up wait */
	assert_int_equal(p.hups.res, -ECONNRESET);
	struct slice v = slice_plain(STR("x"));
	peer_send(&p, &v, 1);
	TICK_UNTIL(p.l, p.txs.n);
	assert_int_equal(p.txs.res, -EPIPE);
	peer_close(&p);
}

static void hangup_leaves_the_bytes(void **state)
{
	struct peer p;

	(void)state;
	peer_open(&p);
	stream_hangup(&p.tcp.stream, &p.hup);
	hand_write(&p, "bytes");
	loop_tick(p.l, MSEC(10));
	assert_int_equal(p.hups.n, 0);
	shutdown(p.hand, SHUT_WR);
	TICK_UNTIL(p.l, p.hups.n);
	assert_int_equal(p.hups.res, 0);
	peer_recv(&p, 2048);
	TICK_UNTIL(p.l, p.rxs.n);
	assert_int_equal(p.rxs.res, 5);
	stream_hangup(&p.tcp.stream, &p.hup); /* known already */
	TICK_UNTIL(p.l, p.hups.n == 2);
	peer_close(&p);
}

/* A read stops at the urgent mark without the socket being drained. */
static void urgent_mark_does_not_hang(void **state)
{
	char got[16] = {0};
	size_t n = 0;
	struct peer p;

	(void)state;
	peer_open(&p);
	hand_write(&p, "abc");
	assert_int_equal(send(p.hand, "!", 1, MSG_OOB), 1);
	hand_write(&p, "def");
	for (int i = 1; n < 6; i++) {
		peer_recv(&p, 2048);
		TICK_UNTIL(p.l, p.rxs.n == i);
		memcpy(got + n, p.rx.got.p, p.rx.got.n);
		n += p.rx.got.n;
		slice_drop(&p.rx.got);
	}
	assert_string_equal(got, "abcdef"); /* the urgent byte is not in the stream */
	peer_close(&p);
}

static void cancel_races(void **state)
{
	struct peer p;

	(void)state;
	peer_open(&p);
	peer_recv(&p, 2048);
	stream_cancel(&p.tcp.stream, &p.rx.op);
	assert_true(op_inflight(&p.rx.op)); /* a request, not an end */
	assert_int_equal(p.rxs.n, 0);
	stream_cancel(&p.tcp.stream, &p.rx.op);
	loop_tick(p.l, 0);
	assert_int_equal(p.rxs.n, 1);
	assert_int_equal(p.rxs.res, -ECANCELED);
	stream_cancel(&p.tcp.stream, &p.rx.op); /* idle: harmless */
	/* cancelled when its bytes had arrived but were not read: they stay */
	hand_write(&p, "kept");
	loop_tick(p.l, MSEC(50));
	peer_recv(&p, 2048);
	stream_cancel(&p.tcp.stream, &p.rx.op);
	TICK_UNTIL(p.l, p.rxs.n == 2);
	assert_int_equal(p.rxs.res, -ECANCELED);
	peer_recv(&p, 2048);
	TICK_UNTIL(p.l, p.rxs.n == 3);
	assert_str(slice_str(p.rx.got), "kept");
	peer_close(&p);
}

static void close_with_ops_in_flight(void **state)
{
	static char big[4 << 20];
	struct slice v = slice_plain(str_of(big, sizeof(big)));
	struct peer p;

	(void)state;
	peer_open(&p);
	peer_recv(&p, 2048);
	peer_send(&p, &v, 1);
	stream_hangup(&p.tcp.stream, &p.hup);
	stream_close(&p.tcp.stream);
	stream_close(&p.tcp.stream);
	memset(&p.tcp, 0x5a, sizeof(p.tcp)); /* the stream may go at once, the ops not */
	assert_int_equal(p.rxs.n + p.txs.n + p.hups.n, 0);
	loop_tick(p.l, 0);
	assert_int_equal(p.rxs.res, -ECANCELED);
	assert_int_equal(p.txs.res, -ECANCELED);
	assert_int_equal(p.hups.res, -ECANCELED);
	assert_true(p.tx.sent > 0 && p.tx.sent < sizeof(big));
	close(p.hand);
	loop_free(p.l);
}

static void ops_on_a_closed_stream(void **state)
{
	struct slice v = slice_plain(STR("x"));
	struct peer p;

	(void)state;
	peer_open(&p);
	stream_close(&p.tcp.stream);
	peer_recv(&p, 10);
	peer_send(&p, &v, 1);
	stream_hangup(&p.tcp.stream, &p.hup);
	stream_shutdown(&p.tcp.stream, &p.fin);
	loop_tick(p.l, 0);
	assert_int_equal(p.rxs.res, -EBADF);
	assert_int_equal(p.txs.res, -EBADF);
	assert_int_equal(p.hups.res, -EBADF);
	assert_int_equal(p.fins.res, -EBADF);
	peer_close(&p);
}

static void send_all_of_many_slices(void **state)
{
	enum { PIECES = 150, PIECE = 40000 };
	static char bytes[PIECES][PIECE];
	struct slice v[PIECES];
	static char got[PIECE];
	struct peer p;

	(void)state;
	peer_open(&p);
	for (int i = 0; i < PIECES; i++) {
		memset(bytes[i], 'a' + i % 26, PIECE);
		v[i] = slice_plain(str_of(bytes[i], i % 7 ? PIECE : 0)); /* some empty */
	}
	peer_send(&p, v, PIECES);
	assert_int_equal(p.txs.n, 0);
	for (int i = 0; i < PIECES; i++) {
		for (size_t n = 0; n < v[i].n;) {
			ssize_t r = recv(p.hand, got, v[i].n - n, MSG_DONTWAIT);

			if (r < 0) {
				assert_int_equal(errno, EAGAIN);
				loop_tick(p.l, MSEC(1));
				continue;
			}
			assert_memory_equal(got, v[i].p + n, (size_t)r);
			n += (size_t)r;
		}
	}
	TICK_UNTIL(p.l, p.txs.n);
	assert_int_equal(p.txs.res, 0);
	assert_int_equal(p.tx.sent, (PIECES - (PIECES + 6) / 7) * PIECE);
	peer_close(&p);
}

static void shutdown_sends_fin(void **state)
{
	struct peer p;
	char c;

	(void)state;
	peer_open(&p);
	stream_shutdown(&p.tcp.stream, &p.fin);
	assert_int_equal(p.fins.n, 0);
	loop_tick(p.l, 0);
	assert_int_equal(p.fins.res, 0);
	assert_int_equal(read(p.hand, &c, 1), 0);
	peer_close(&p);
}

/* A small send waits for its turn, but what ends the stream comes behind it. */
static void the_end_comes_behind_what_was_sent(void **state)
{
	struct slice v = slice_plain(STR("last"));
	struct peer p;
	char got[8];

	(void)state;
	for (int closes = 0; closes < 2; closes++) {
		peer_open(&p);
		peer_send(&p, &v, 1);
		assert_int_equal(p.txs.n, 0);
		if (closes)
			stream_close(&p.tcp.stream);
		else
			stream_shutdown(&p.tcp.stream, &p.fin);
		assert_int_equal(read(p.hand, got, sizeof(got)), 4);
		assert_int_equal(read(p.hand, got, sizeof(got)), 0);
		loop_tick(p.l, 0);
		assert_int_equal(p.txs.n, 1);
		assert_int_equal(p.txs.res, 0);
		peer_close(&p);
	}
}

/* The same where the kernel takes a part only: the rest is cancelled, once. */
static void close_cancels_what_does_not_fit(void **state)
{
	struct peer p;
	static char fill[65536];
	struct slice v = slice_plain(str_of(fill, 4096));

	(void)state;
	peer_open(&p);
	while (send(p.tcp.sock.fd, fill, sizeof(fill), MSG_DONTWAIT) > 0)
		;
	peer_send(&p, &v, 1);
	stream_close(&p.tcp.stream);
	assert_int_equal(p.txs.n, 0);
	loop_tick(p.l, 0);
	assert_int_equal(p.txs.n, 1);
	assert_int_equal(p.txs.res, -ECANCELED);
	peer_close(&p);
}

static void batch_done(struct op *op, int res)
{
	struct peer *p = container_of(op, struct peer, rx.op);

	assert_int_equal(loop_stats(p->l)->recvs, 2);
	p->rxs.n++;
	p->rxs.res = res;
}

/* Both ready receives are read before the first of them completes. */
static void calls_come_in_batches(void **state)
{
	const struct addr none = {0};
	struct peer p, q;
	int fds[2];

	(void)state;
	peer_open(&p);
	recv_op_init(&p.rx, batch_done);
	q = p;
	fixture_pair(fds);
	q.hand = fds[1];
	assert_int_equal(tcp_init(&q.tcp, q.l, fds[0], &none), 0);
	peer_recv(&p, 100);
	peer_recv(&q, 100);
	hand_write(&p, "one");
	hand_write(&q, "three");
	TICK_UNTIL(p.l, p.rxs.n && q.rxs.n);
	assert_int_equal(p.rxs.res, 3);
	assert_int_equal(q.rxs.res, 5);
	slice_drop(&q.rx.got);
	stream_close(&q.tcp.stream);
	close(q.hand);
	peer_close(&p);
}

static void abort_sends_reset(void **state)
{
	struct peer p;
	char c;

	(void)state;
	peer_open(&p);
	stream_abort(&p.tcp.stream);
	assert_int_equal(read(p.hand, &c, 1), -1);
	assert_int_equal(errno, ECONNRESET);
	peer_close(&p);
}

/* The number of a closed descriptor comes back at once: its old events must not reach the new. */
static void stale_event_of_reused_fd(void **state)
{
	const struct addr none = {0};
	struct peer p;
	int fds[2], old, dup_fd;

	(void)state;
	peer_open(&p);
	old = p.tcp.sock.fd;
	dup_fd = dup(old); /* keeps the old registration alive in the kernel */
	stream_close(&p.tcp.stream);
	fixture_pair(fds);
	if (fds[0] != old) {
		assert_int_equal(dup3(fds[0], old, O_CLOEXEC), old);
		close(fds[0]);
	}
	assert_int_equal(tcp_init(&p.tcp, p.l, old, &none), 0);
	peer_recv(&p, 100);
	hand_write(&p, "for the old one");
	for (int i = 0; i < 5; i++)
		loop_tick(p.l, MSEC(2));
	assert_int_equal(p.rxs.n, 0);
	assert_true(loop_stats(p.l)->stale_events > 0);
	close(dup_fd);
	close(fds[1]);
	peer_close(&p);
}

/* --- connect --- */

struct dial {
	struct connect_op op;
	struct tcp tcp;
	struct seen seen;
};

static void dial_done(struct op *op, int res)
{
	struct dial *d = container_of(op, struct dial, op.op);

	d->seen.n++;
	d->seen.res = res;
}

static struct addr addr_in(const struct sockaddr_in *in)
{
	return addr_ip4(&in->sin_addr, ntohs(in->sin_port));
}

static void connect_good(void **state)
{
	struct loop *l = fixture_loop(NULL, NULL);
	struct dial d = {0};
	struct sockaddr_in at;
	int ls = fixture_listen(&at);
	struct addr to = addr_in(&at), local;

	(void)state;
	connect_op_init(&d.op, dial_done);
	tcp_connect(&d.tcp, l, &d.op, &to, NULL, SEC(5));
	assert_int_equal(d.seen.n, 0);
	TICK_UNTIL(l, d.seen.n);
	assert_int_equal(d.seen.res, 0);
	assert_true(addr_eq(&d.tcp.peer, &to));
	assert_int_equal(sock_local(&d.tcp.sock, &local), 0);
	assert_true(addr_is_loopback(&local));
	sock_connect_cancel(&d.op); /* too late: harmless */
	assert_true(sock_is_open(&d.tcp.sock));
	stream_close(&d.tcp.stream);
	close(ls);
	loop_free(l);
}

static void connect_from_and_keepalive(void **state)
{
	struct loop *l = fixture_loop(NULL, NULL);
	struct dial d = {0};
	struct sockaddr_in at;
	int ls = fixture_listen(&at), value = 0;
	struct addr to = addr_in(&at), from, local;
	socklen_t len = sizeof(value);

	(void)state;
	assert_int_equal(addr_parse(STR("127.0.0.9:0"), &from), 0);
	connect_op_init(&d.op, dial_done);
	tcp_connect(&d.tcp, l, &d.op, &to, &from, SEC(5));
	TICK_UNTIL(l, d.seen.n);
	assert_int_equal(d.seen.res, 0);
	assert_int_equal(sock_local(&d.tcp.sock, &local), 0);
	addr_set_port(&local, 0);
	assert_true(addr_eq(&local, &from));
	assert_int_equal(sock_keepalive(&d.tcp.sock, SEC(60), SEC(120)), 0);
	assert_int_equal(getsockopt(d.tcp.sock.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &value, &len), 0);
	assert_int_equal(value, 120000);
	stream_close(&d.tcp.stream);
	/* an address that is not ours */
	assert_int_equal(addr_parse(STR("192.0.2.1:0"), &from), 0);
	tcp_connect(&d.tcp, l, &d.op, &to, &from, SEC(5));
	TICK_UNTIL(l, d.seen.n == 2);
	assert_int_equal(d.seen.res, -EADDRNOTAVAIL);
	close(ls);
	loop_free(l);
}

static void connect_refused(void **state)
{
	struct loop *l = fixture_loop(NULL, NULL);
	struct dial d = {0};
	struct sockaddr_in at;
	int ls = fixture_listen(&at);
	struct addr to = addr_in(&at);

	(void)state;
	close(ls);
	connect_op_init(&d.op, dial_done);
	tcp_connect(&d.tcp, l, &d.op, &to, NULL, SEC(5));
	TICK_UNTIL(l, d.seen.n);
	assert_int_equal(d.seen.res, -ECONNREFUSED);
	assert_false(sock_is_open(&d.tcp.sock));
	loop_free(l);
}

/* A full backlog drops SYNs: the connect neither fails nor ends until its time is over. */
static void connect_times_out_and_cancels(void **state)
{
	struct clock_manual clock;
	struct sockaddr_in at;
	int ls = fixture_listen(&at), fill[8];
	struct addr to = addr_in(&at);
	struct dial a = {0}, b = {0};
	struct loop *l;

	(void)state;
	clock_manual_init(&clock, SEC(1000), 0);
	l = fixture_loop(&clock.clock, NULL);
	assert_int_equal(listen(ls, 0), 0);
	for (size_t i = 0; i < ARRAY_LEN(fill); i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)!connect(fill[i], (struct sockaddr *)&at, sizeof(at));
	}
	connect_op_init(&a.op, dial_done);
	connect_op_init(&b.op, dial_done);
	tcp_connect(&a.tcp, l, &a.op, &to, NULL, SEC(5));
	tcp_connect(&b.tcp, l, &b.op, &to, NULL, SEC(50));
	clock_manual_advance(&clock, SEC(4));
	loop_tick(l, 0);
	assert_int_equal(a.seen.n, 0);
	clock_manual_advance(&clock, SEC(2));
	loop_tick(l, 0);
	assert_int_equal(a.seen.res, -ETIMEDOUT);
	assert_int_equal(b.seen.n, 0);
	sock_connect_cancel(&b.op);
	assert_int_equal(b.seen.n, 0);
	loop_tick(l, 0);
	assert_int_equal(b.seen.res, -ECANCELED);
	assert_int_equal(a.seen.n + b.seen.n, 2);
	for (size_t i = 0; i < ARRAY_LEN(fill); i++)
		close(fill[i]);
	close(ls);
	loop_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idle_owns_no_buffer),
		cmocka_unit_test(one_recv_per_message),
		cmocka_unit_test(want_bounds_the_read),
		cmocka_unit_test(recv_into_appends),
		cmocka_unit_test(fin_with_data),
		cmocka_unit_test(fin_after_short_read),
		cmocka_unit_test(reset_is_an_error),
		cmocka_unit_test(hangup_leaves_the_bytes),
		cmocka_unit_test(urgent_mark_does_not_hang),
		cmocka_unit_test(cancel_races),
		cmocka_unit_test(close_with_ops_in_flight),
		cmocka_unit_test(ops_on_a_closed_stream),
		cmocka_unit_test(send_all_of_many_slices),
		cmocka_unit_test(shutdown_sends_fin),
		cmocka_unit_test(the_end_comes_behind_what_was_sent),
		cmocka_unit_test(close_cancels_what_does_not_fit),
		cmocka_unit_test(calls_come_in_batches),
		cmocka_unit_test(abort_sends_reset),
		cmocka_unit_test(stale_event_of_reused_fd),
		cmocka_unit_test(connect_good),
		cmocka_unit_test(connect_from_and_keepalive),
		cmocka_unit_test(connect_refused),
		cmocka_unit_test(connect_times_out_and_cancels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
