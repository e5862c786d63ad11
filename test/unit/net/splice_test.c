/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes from socket to socket: whole, counted, ended, reset, cancelled. */
#include "fixture.h"

#include <fcntl.h>

#include "base/mem.h"
#include "base/rand.h"
#include "net/splice.h"

struct tunnel {
	struct loop *l;
	struct sock from, to;
	int in, out; /* the test's ends: we write in, read out */
	struct splice_op op;
	struct seen seen;
};

static void tunnel_done(struct op *op, int res)
{
	struct tunnel *t = container_of(op, struct tunnel, op.op);

	t->seen.n++;
	t->seen.res = res;
}

static void tunnel_open(struct tunnel *t)
{
	int a[2], b[2];

	*t = (struct tunnel){.l = fixture_loop(NULL, NULL)};
	fixture_pair(a);
	fixture_pair(b);
	t->in = a[1];
	t->out = b[1];
	assert_int_equal(sock_init(&t->from, t->l, a[0]), 0);
	assert_int_equal(sock_init(&t->to, t->l, b[0]), 0);
	splice_op_init(&t->op, tunnel_done);
	assert_int_equal(fcntl(t->in, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(fcntl(t->out, F_SETFL, O_NONBLOCK), 0);
}

static void tunnel_close(struct tunnel *t)
{
	sock_close(&t->from);
	sock_close(&t->to);
	loop_tick(t->l, 0);
	assert_false(op_inflight(&t->op.op));
	close(t->in);
	close(t->out);
	loop_free(t->l);
}

/* Pushes <n> bytes of <src> through, reading with pauses so that both directions block. */
static void tunnel_push(struct tunnel *t, const char *src, size_t n, bool fin)
{
	char *got = mem_alloc(n);
	size_t put = 0, have = 0;

	for (int i = 0; have < n; i++) {
		ssize_t r;

		assert_true(i < 200000);
		if (put < n && (r = write(t->in, src + put, n - put)) > 0)
			put += (size_t)r;
		if (put == n && fin) {
			shutdown(t->in, SHUT_WR);
			fin = false;
		}
		loop_tick(t->l, 0);
		if (i % 3 == 0 && (r = read(t->out, got + have, MIN(n - have, 300000u))) > 0)
			have += (size_t)r;
	}
	assert_memory_equal(got, src, n);
	mem_free(got);
}

static char *random_bytes(size_t n)
{
	char *p = mem_alloc(n);
	struct rand r;

	rand_init(&r, n);
	for (size_t i = 0; i < n; i++)
		p[i] = (char)rand_u64(&r);
	return p;
}

static void until_the_end(void **state)
{
	enum { N = 9 << 20 };
	char *src = random_bytes(N);
	struct tunnel t;

	(void)state;
	tunnel_open(&t);
	loop_splice(t.l, &t.op, &t.from, &t.to, UINT64_MAX);
	tunnel_push(&t, src, N, true);
	TICK_UNTIL(t.l, t.seen.n);
	assert_int_equal(t.seen.res, 0);
	assert_int_equal(t.op.moved, N);
	assert_true(t.op.ended);
	mem_free(src);
	tunnel_close(&t);
}

static void rest_done(struct op *op, int res)
{
	(void)op;
	assert_int_equal(res, 4);
}

/* The count is the credit: what comes behind it is somebody else's. */
static void count_is_exact(void **state)
{
	enum { N = 200000 };
	char *src = random_bytes(N);
	struct recv_op rx;
	struct tunnel t;

	(void)state;
	tunnel_open(&t);
	recv_op_init(&rx, rest_done);
	loop_splice(t.l, &t.op, &t.from, &t.to, N);
	tunnel_push(&t, src, N, false);
	TICK_UNTIL(t.l, t.seen.n);
	assert_int_equal(t.op.moved, N);
	assert_false(t.op.ended);
	/* the source goes on, with more splices or with ordinary reads */
	loop_splice(t.l, &t.op, &t.from, &t.to, 10);
	assert_int_equal(write(t.in, "0123456789rest", 14), 14);
	TICK_UNTIL(t.l, t.seen.n == 2);
	assert_int_equal(t.op.moved, 10);
	rx.want = 100;
	sock_recv(&t.from, &rx);
	TICK_UNTIL(t.l, !op_inflight(&rx.op));
	assert_str(slice_str(rx.got), "rest");
	slice_drop(&rx.got);
	mem_free(src);
	tunnel_close(&t);
}

static void empty_and_nothing(void **state)
{
	struct tunnel t;

	(void)state;
	tunnel_open(&t);
	loop_splice(t.l, &t.op, &t.from, &t.to, 0);
	assert_int_equal(t.seen.n, 0);
	loop_tick(t.l, 0);
	assert_int_equal(t.seen.n, 1);
	loop_splice(t.l, &t.op, &t.from, &t.to, 100);
	shutdown(t.in, SHUT_WR);
	TICK_UNTIL(t.l, t.seen.n == 2);
	assert_int_equal(t.seen.res, 0);
	assert_int_equal(t.op.moved, 0);
	tunnel_close(&t);
}

static void idle_tunnel_holds_no_pipe(void **state)
{
	struct tunnel t;
	char got[8];
	int before;

	(void)state;
	tunnel_open(&t);
	before = fixture_fds();
	loop_splice(t.l, &t.op, &t.from, &t.to, UINT64_MAX);
	loop_tick(t.l, 0);
	assert_int_equal(fixture_fds(), before);
	assert_int_equal(write(t.in, "x", 1), 1);
	TICK_UNTIL(t.l, t.op.moved == 1);
	loop_tick(t.l, 0);
	assert_null(t.op.pipe);
	assert_int_equal(fixture_fds(), before + 2); /* pooled, and used again: */
	assert_int_equal(write(t.in, "y", 1), 1);
	TICK_UNTIL(t.l, t.op.moved == 2);
	assert_int_equal(fixture_fds(), before + 2);
	assert_int_equal(read(t.out, got, sizeof(got)), 2);
	splice_cancel(&t.op);
	assert_int_equal(t.seen.n, 0);
	loop_tick(t.l, 0);
	assert_int_equal(t.seen.res, -ECANCELED);
	splice_cancel(&t.op);
	tunnel_close(&t);
}

static void a_reset_names_its_side(void **state)
{
	struct tunnel t;

	(void)state;
	tunnel_open(&t);
	loop_splice(t.l, &t.op, &t.from, &t.to, UINT64_MAX);
	fixture_rst(t.in);
	TICK_UNTIL(t.l, t.seen.n);
	assert_int_equal(t.seen.res, -ECONNRESET);
	assert_ptr_equal(t.op.failed, &t.from);
	t.in = -1;
	tunnel_close(&t);
	tunnel_open(&t);
	loop_splice(t.l, &t.op, &t.from, &t.to, UINT64_MAX);
	fixture_rst(t.out);
	TICK_UNTIL(t.l, t.seen.n); /* though nothing is to be sent */
	assert_int_equal(t.seen.res, -ECONNRESET);
	assert_ptr_equal(t.op.failed, &t.to);
	loop_splice(t.l, &t.op, &t.from, &t.to, UINT64_MAX); /* known from before */
	TICK_UNTIL(t.l, t.seen.n == 2);
	assert_int_equal(t.seen.res, -ECONNRESET);
	assert_ptr_equal(t.op.failed, &t.to);
	t.out = -1;
	tunnel_close(&t);
}

/* Bytes stuck in the pipe: it is closed, never pooled for somebody else to read. */
static void cancel_with_bytes_in_the_pipe(void **state)
{
	static char block[65536];
	struct tunnel t;
	int before;

	(void)state;
	tunnel_open(&t);
	before = fixture_fds();
	loop_splice(t.l, &t.op, &t.from, &t.to, UINT64_MAX);
	for (int i = 0; i < 4000 && t.op.taken == t.op.moved; i++) {
		(void)!write(t.in, block, sizeof(block));
		loop_tick(t.l, MSEC(1));
	}
	assert_true(t.op.taken > t.op.moved);
	sock_close(&t.to); /* ends the op, seen from either socket */
	loop_tick(t.l, 0);
	assert_int_equal(t.seen.n, 1);
	assert_int_equal(t.seen.res, -ECANCELED);
	assert_null(t.from.rx);
	assert_int_equal(fixture_fds(), before - 1);
	tunnel_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(until_the_end),
		cmocka_unit_test(count_is_exact),
		cmocka_unit_test(empty_and_nothing),
		cmocka_unit_test(idle_tunnel_holds_no_pipe),
		cmocka_unit_test(a_reset_names_its_side),
		cmocka_unit_test(cancel_with_bytes_in_the_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
