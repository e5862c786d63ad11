/* SPDX-License-Identifier: Apache-2.0 */
/* Plans, endpoints and listeners that change under connections, drains, and who gets a request. */
#include "proxy/helper_rig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define OK2 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define OK2_OUT               \
	"HTTP/1.1 200 OK\r\n" \
	"Content-Length: 2\r\n" RIG_DATE "\r\nok"
#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

static struct peer asked(struct rig *r, struct peer *c, int backend)
{
	struct peer b;

	peer_send(c, GET);
	b = peer_accept(r, backend);
	(void)peer_read(&b);
	buf_reset(&b.in);
	return b;
}

/* An exchange keeps the plan it began with until its head is out; then the old plan goes. */
static void test_reload(void **state)
{
	struct rig r;
	struct peer c, b, b2;

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	c = peer_connect(&r);
	b = asked(&r, &c, 0);
	for (int i = 0; i < 20; i++) {
		rig_begin(&r);
		rig_upstream(&r, "other", (const int[]){1, -1});
		rig_route(&r, &(struct rig_rule){.upstream = "other"});
		rig_commit(&r);
	}
	assert_true(proxy_live_plans(r.proxy) <= 2);
	peer_send(&b, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhalf");
	peer_expect_answer(&c, 200, "half");
	assert_int_equal(proxy_live_plans(r.proxy), 1);
	b2 = asked(&r, &c, 1);
	peer_send(&b2, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha");
	peer_expect_answer(&c, 200, "ha");
	/* A body still under way holds none either. */
	rig_simple(&r);
	assert_int_equal(proxy_live_plans(r.proxy), 1);
	peer_send(&b2, "lf");
	peer_expect(&c, "lf");
	peer_close(&b);
	peer_close(&b2);
	peer_close(&c);
	rig_fini(&r);
}

/* A removed endpoint gets no new exchange; the running one ends; its idle connections go
 * when no exchange holds a plan with it, and then the endpoint itself. */
static void test_endpoint_leaves(void **state)
{
	struct rig r;
	struct peer c, c2, b, idle;

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	c = peer_connect(&r);
	c2 = peer_connect(&r);
	b = asked(&r, &c, 0);
	idle = asked(&r, &c2, 0);
	peer_send(&idle, OK2);
	peer_expect(&c2, OK2_OUT);
	assert_int_equal(plan_store_stats(r.store).endpoints, 1);
	rig_begin(&r);
	rig_upstream(&r, "up", (const int[]){1, -1});
	rig_commit(&r);
	peer_quiet(&b);
	assert_int_equal(plan_store_stats(r.store).endpoints, 2);
	peer_send(&b, OK2);
	peer_expect(&c, OK2_OUT);
	peer_expect_eof(&b);
	peer_expect_eof(&idle);
	assert_int_equal(plan_store_stats(r.store).endpoints, 1);
	peer_close(&idle);
	idle = asked(&r, &c2, 1);
	peer_close(&idle);
	peer_close(&b);
	peer_close(&c);
	peer_close(&c2);
	rig_fini(&r);
}

static bool refused(struct rig *r)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(r->port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is = connect(fd, (struct sockaddr *)&at, sizeof(at)) < 0 && errno == ECONNREFUSED;

	close(fd);
	return is;
}

/* A removed listener finishes its exchanges with close; idle ones go. */
static void test_listener_leaves(void **state)
{
	struct rig r;
	struct peer c, idle, b;

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	idle = peer_connect(&r);
	c = peer_connect(&r);
	b = asked(&r, &c, 0);
	r.edit = plan_edit_begin(r.store, proxy_plan(r.proxy));
	assert_int_equal(plan_edit_del_port(r.edit, STR("tcp/80")), 0);
	rig_commit(&r);
	peer_expect_eof(&idle);
	peer_send(&b, OK2);
	peer_expect_answer(&c, 200, "Connection: close\r\n");
	peer_expect_eof(&c);
	rig_advance(&r, MSEC(100));
	assert_int_equal(r.closes, 1);
	assert_true(refused(&r));
	peer_close(&idle);
	peer_close(&c);
	/* And comes again. */
	rig_simple(&r);
	c = peer_connect(&r);
	peer_close(&b);
	b = asked(&r, &c, 0);
	peer_close(&b);
	peer_close(&c);
	rig_fini(&r);
}

static void test_drain(void **state)
{
	struct rig r;
	struct peer c, idle, b;

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	idle = peer_connect(&r);
	proxy_drain(r.proxy, PROXY_DRAIN_ANNOUNCE);
	rig_run(&r);
	c = peer_connect(&r); /* still accepted */
	b = asked(&r, &c, 0);
	proxy_drain(r.proxy, PROXY_DRAIN_RETIRE);
	rig_run(&r);
	assert_true(refused(&r));
	peer_quiet(&idle);
	peer_send(&b, OK2);
	peer_expect_answer(&c, 200, "Connection: close\r\n");
	peer_expect_eof(&c);
	peer_close(&c);
	assert_int_equal(r.drained, 0);
	proxy_drain(r.proxy, PROXY_DRAIN_END);
	peer_expect_eof(&idle);
	assert_int_equal(r.drained, 1);
	peer_close(&idle);
	peer_close(&b);
	rig_fini(&r);
}

static void test_cut(void **state)
{
	struct rig r;
	struct peer c, b;

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	c = peer_connect(&r);
	b = asked(&r, &c, 0);
	proxy_drain(r.proxy, PROXY_DRAIN_END);
	peer_quiet(&c);
	proxy_drain(r.proxy, PROXY_DRAIN_CUT);
	peer_expect_reset(&c);
	peer_expect_reset(&b);
	assert_int_equal(r.drained, 1);
	peer_close(&c);
	peer_close(&b);
	rig_fini(&r);
}

/* Both ends of a tunnel get FIN; data on its way to a client who is sending, too, is not lost. */
static void test_cut_tunnel(void **state)
{
	struct peer c, b;
	struct rig r;

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	c = peer_connect(&r);
	peer_send(&c, "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
	rig_run(&r);
	b = peer_accept(&r, 0);
	(void)peer_read(&b);
	buf_reset(&b.in);
	peer_send(&b,
		"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
	peer_expect_answer(&c, 101, "");
	proxy_drain(r.proxy, PROXY_DRAIN_END);
	peer_quiet(&c);
	peer_send(&b, "late");
	rig_run(&r);
	proxy_drain(r.proxy, PROXY_DRAIN_CUT);
	rig_run(&r);
	peer_send(&c, "more");
	peer_expect(&c, "late");
	assert_true(c.eof);
	assert_int_equal(c.err, 0);
	peer_expect_eof(&b);
	assert_int_equal(r.drained, 0);
	peer_close(&c);
	rig_run(&r);
	assert_int_equal(r.drained, 1);
	peer_close(&b);
	rig_fini(&r);
}

/* --- who gets it ----------------------------------------------------------------------------- */

/* Serves one request wherever it went; returns the backend. */
static int serve_one(struct rig *r, struct peer *c, struct peer *b)
{
	peer_send(c, GET);
	for (int i = 0; i < RIG_BACKENDS; i++) {
		if (!b[i].rig && peer_waiting(r, i))
			b[i] = peer_accept(r, i);
		if (b[i].rig && peer_read(&b[i]).n) {
			buf_reset(&b[i].in);
			peer_send(&b[i], OK2);
			peer_expect_answer(c, 200, "ok");
			return i;
		}
	}
	peer_expect_answer(c, 500, "");
	return RIG_BACKENDS;
}

/* Shares are kept to the request, refused backends' included, and over reloads. */
static void test_weights(void **state)
{
	const struct rig_rule rule = {
		.backends = {
			{.to.upstream = plan_id(STR("u0")), .weight = 5},
			{.to.upstream = plan_id(STR("u1")), .weight = 0},
			{.to.upstream = plan_id(STR("u2")), .weight = 3},
			{.to.refused = PLAN_REFUSED_BACKEND_NOT_FOUND, .weight = 2},
		}};
	static const int share[] = {5, 0, 3, 0, 2};
	struct rig r;
	struct peer c, b[RIG_BACKENDS] = {{0}};
	int count[RIG_BACKENDS + 1] = {0};

	(void)state;
	rig_init(&r);
	for (int reload = 0; reload < 3; reload++) {
		rig_begin(&r);
		rig_upstream(&r, "u0", (const int[]){0, -1});
		rig_upstream(&r, "u1", (const int[]){1, -1});
		rig_upstream(&r, "u2", (const int[]){2, -1});
		rig_route(&r, &rule);
		rig_commit(&r);
		c = peer_connect(&r);
		for (int i = 0; i < 37; i++)
			count[serve_one(&r, &c, b)]++;
		peer_close(&c);
	}
	for (int i = 0; i <= RIG_BACKENDS; i++) {
		int want = 111 * share[i] / 10;

		if (abs(count[i] - want) > 1)
			fail_msg("backend %d got %d of 111, want %d", i, count[i], want);
	}
	for (int i = 0; i < RIG_BACKENDS; i++)
		peer_close_if(&b[i]);
	rig_fini(&r);
}

/* Least request: endpoints that are busy get less. */
static void test_least_request(void **state)
{
	struct rig r;
	struct peer busy[6], b[6], c;
	int n0 = 0, n1 = 0;

	(void)state;
	rig_init(&r);
	rig_begin(&r);
	rig_upstream(&r, "up", (const int[]){0, 1, -1});
	rig_route(&r, &(struct rig_rule){0});
	rig_commit(&r);
	/* Two endpoints, two choices: exactly alternating while nothing ends. */
	for (int i = 0; i < 6; i++) {
		busy[i] = peer_connect(&r);
		peer_send(&busy[i], GET);
		if (peer_waiting(&r, 0)) {
			b[i] = peer_accept(&r, 0);
			n0++;
		} else {
			b[i] = peer_accept(&r, 1);
			n1++;
		}
	}
	assert_int_equal(n0, 3);
	assert_int_equal(n1, 3);
	c = peer_connect(&r);
	for (int i = 0; i < 6; i++) {
		peer_close(&busy[i]);
		peer_close(&b[i]);
	}
	peer_close(&c);
	rig_fini(&r);
}

/* Five failures in a row set an endpoint aside, for a while, never more than half of them. */
static void test_ejection(void **state)
{
	struct rig r;
	struct peer c, b[RIG_BACKENDS] = {{0}};
	int served = 0;

	(void)state;
	rig_init(&r);
	rig_begin(&r);
	rig_upstream(&r, "up", (const int[]){0, RIG_REFUSES, -1});
	rig_route(&r, &(struct rig_rule){0});
	rig_commit(&r);
	c = peer_connect(&r);
	for (int i = 0; i < 60; i++) {
		peer_send(&c, GET);
		if (!b[0].rig && peer_waiting(&r, 0))
			b[0] = peer_accept(&r, 0);
		if (b[0].rig && peer_read(&b[0]).n) {
			buf_reset(&b[0].in);
			peer_send(&b[0], OK2);
			peer_expect_answer(&c, 200, "ok");
			served++;
		} else {
			peer_expect_answer(&c, 503, "connect_failed");
			served = 0;
		}
	}
	assert_true(served >= 20); /* the last ones all went to the good one */
	rig_advance(&r, SEC(31));
	peer_close(&b[0]);
	b[0] = (struct peer){0};
	served = 0;
	for (int i = 0; i < 40 && served >= 0; i++) { /* tried again */
		peer_send(&c, GET);
		if (!b[0].rig && peer_waiting(&r, 0))
			b[0] = peer_accept(&r, 0);
		if (b[0].rig && peer_read(&b[0]).n) {
			buf_reset(&b[0].in);
			peer_send(&b[0], OK2);
			peer_expect_answer(&c, 200, "ok");
		} else {
			peer_expect_answer(&c, 503, "connect_failed");
			served = -1;
		}
	}
	assert_int_equal(served, -1);
	peer_close_if(&b[0]);
	peer_close(&c);
	rig_fini(&r);
}

/* Two workers: each has its own connections, and all answers are right. */
static void test_workers(void **state)
{
	struct rig r;
	struct peer c[16], b[16];

	(void)state;
	rig_init_workers(&r, 2);
	rig_simple(&r);
	for (int i = 0; i < 16; i++) {
		c[i] = peer_connect(&r);
		peer_send(&c[i], GET);
		b[i] = peer_accept(&r, 0);
		(void)peer_read(&b[i]);
	}
	assert_int_equal(rig_worker(&r, 0)->n_conns + rig_worker(&r, 1)->n_conns, 16);
	assert_true(rig_worker(&r, 0)->n_conns > 0);
	assert_true(rig_worker(&r, 1)->n_conns > 0);
	for (int i = 0; i < 16; i++) {
		peer_send(&b[i], OK2);
		peer_expect(&c[i], OK2_OUT);
		peer_close(&c[i]);
		peer_close(&b[i]);
	}
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_endpoint_leaves),
		cmocka_unit_test(test_listener_leaves),
		cmocka_unit_test(test_drain),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_cut_tunnel),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_least_request),
		cmocka_unit_test(test_ejection),
		cmocka_unit_test(test_workers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
