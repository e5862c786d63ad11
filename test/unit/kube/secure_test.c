/* SPDX-License-Identifier: Apache-2.0 */
/* TLS between two ends of our own: who is trusted, who is not, and that bytes pass. */
#include "test.h"

#include <errno.h>
#include <sys/socket.h>
#include <stdlib.h>
#include <unistd.h>

#include "kube/secure.h"
#include "net/loop.h"

struct end {
	struct tcp tcp;
	struct secure s;
	struct op hello;
	struct recv_op rx;
	struct send_op tx;
	int hello_res;
	int rx_res;
	int tx_res;
	struct buf got;
};

#define PENDING 1000

static void on_hello(struct op *op, int res)
{
	container_of(op, struct end, hello)->hello_res = res;
}

static void on_rx(struct op *op, int res)
{
	struct end *e = container_of(op, struct end, rx.op);

	if (res > 0)
		buf_add(&e->got, slice_str(e->rx.got));
	slice_drop(&e->rx.got);
	e->rx_res = res;
}

static void on_tx(struct op *op, int res)
{
	container_of(op, struct end, tx.op)->tx_res = res;
}

static void end_open(
	struct end *e, struct loop *l, int fd, struct secure_context *c, struct str name)
{
	const struct addr none = {0};

	*e = (struct end){.hello_res = PENDING, .rx_res = PENDING, .tx_res = PENDING};
	assert_int_equal(tcp_init(&e->tcp, l, fd, &none), 0);
	op_init(&e->hello, on_hello);
	recv_op_init(&e->rx, on_rx);
	send_op_init(&e->tx, on_tx);
	secure_init(&e->s, c, &e->tcp.stream, name, &e->hello);
}

static void end_close(struct end *e, struct loop *l)
{
	stream_close(&e->s.stream);
	loop_tick(l, 0);
	loop_tick(l, 0);
	secure_fini(&e->s);
	buf_fini(&e->got);
}

static void ticks(struct loop *l, const int *res)
{
	for (int i = 0; i < 2000 && *res == PENDING; i++)
		loop_tick(l, MSEC(1));
	assert_int_not_equal(*res, PENDING);
}

struct pair {
	struct loop *l;
	struct end client;
	struct end server;
	struct secure_context *cc;
	struct secure_context *sc;
};

/* A server "web.example" of one authority before a client that trusts <trusted> (0 that one, 1
 * another) and asks for <name>; returns what the client's handshake says. */
static int pair_open(struct pair *p, int trusted, const char *name, int days)
{
	const struct str names[] = {STR("web.example"), STR("other.example")};
	struct buf cert[2] = {0}, key[2] = {0}, leaf = {0}, leaf_key = {0};
	int64_t expiry;
	int fds[2];

	*p = (struct pair){0};
	assert_int_equal(loop_new(&(struct loop_config){0}, &p->l), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			secure_issue((struct str){0}, (struct str){0}, STR("authority"), NULL, 0,
				clock_wall(clock_system()), 30, &cert[i], &key[i]),
			0);
	assert_int_equal(secure_issue(buf_str(&cert[0]), buf_str(&key[0]), STR("web"), names, 2,
				 clock_wall(clock_system()), days, &leaf, &leaf_key),
		0);
	assert_int_equal(secure_issue(buf_str(&cert[0]), buf_str(&key[1]), STR("web"), names, 2, 0,
				 1, &leaf, &leaf_key),
		-EINVAL);
	assert_int_equal(secure_expiry(buf_str(&leaf), &expiry), 0);
	assert_true(llabs((long long)(expiry - clock_wall(clock_system()) / NSEC_PER_SEC -
				      days * 86400)) < 60);
	assert_int_equal(secure_client(buf_str(&cert[trusted]), (struct str){0}, (struct str){0},
				 false, &p->cc),
		0);
	assert_int_equal(secure_server(buf_str(&leaf), buf_str(&leaf_key), &p->sc), 0);
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	end_open(&p->server, p->l, fds[0], p->sc, (struct str){0});
	end_open(&p->client, p->l, fds[1], p->cc, str_from(name));
	ticks(p->l, &p->client.hello_res);
	for (int i = 0; i < 2; i++) {
		buf_fini(&cert[i]);
		buf_fini(&key[i]);
	}
	buf_fini(&leaf);
	buf_fini(&leaf_key);
	return p->client.hello_res;
}

static void pair_close(struct pair *p)
{
	end_close(&p->client, p->l);
	end_close(&p->server, p->l);
	secure_context_free(p->cc);
	secure_context_free(p->sc);
	loop_free(p->l);
}

static void test_bytes(void **state)
{
	static char block[300000];
	struct slice v[2];
	struct pair p;

	(void)state;
	assert_int_equal(pair_open(&p, 0, "other.example", 30), 0);
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = (char)(i * 7 + i / 251);
	v[0] = slice_plain(str_of(block, 1));
	v[1] = slice_plain(str_of(block + 1, sizeof(block) - 1));
	stream_send(&p.client.s.stream, &p.client.tx, v, 2, 0);
	while (p.server.got.n < sizeof(block)) {
		p.server.rx_res = PENDING;
		stream_recv(&p.server.s.stream, &p.server.rx, 10000);
		ticks(p.l, &p.server.rx_res);
		assert_true(p.server.rx_res > 0);
	}
	ticks(p.l, &p.client.tx_res);
	assert_int_equal(p.client.tx_res, 0);
	assert_memory_equal(p.server.got.p, block, sizeof(block));
	/* A connection that is cut without a close_notify is no end of data. */
	p.server.rx_res = PENDING;
	stream_recv(&p.server.s.stream, &p.server.rx, 100);
	stream_close(&p.client.s.stream);
	ticks(p.l, &p.server.rx_res);
	assert_int_equal(p.server.rx_res, -ECONNRESET);
	pair_close(&p);
}

static void test_not_trusted(void **state)
{
	struct pair p;

	(void)state;
	assert_int_equal(pair_open(&p, 1, "web.example", 30), -EPROTO);
	pair_close(&p);
	assert_int_equal(pair_open(&p, 0, "evil.example", 30), -EPROTO);
	pair_close(&p);
	assert_int_equal(pair_open(&p, 0, "127.0.0.1", 30), -EPROTO);
	pair_close(&p);
}

static void test_unusable(void **state)
{
	struct secure_context *c;
	int64_t expiry;

	(void)state;
	assert_int_equal(
		secure_client(STR("no PEM"), (struct str){0}, (struct str){0}, false, &c), -EINVAL);
	assert_int_equal(secure_server(STR("x"), STR("y"), &c), -EINVAL);
	assert_int_equal(secure_expiry(STR(""), &expiry), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_not_trusted), cmocka_unit_test(test_unusable)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
