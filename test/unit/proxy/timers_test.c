/* SPDX-License-Identifier: Apache-2.0 */
/* Every timer, on both sides of its moment. */
#include "proxy/helper_rig.h"

#include <sys/socket.h>
#include <unistd.h>

#define OK2 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define OK2_OUT               \
	"HTTP/1.1 200 OK\r\n" \
	"Content-Length: 2\r\n" RIG_DATE "\r\nok"
#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

static struct peer asked(struct rig *r, struct peer *c, const char *request)
{
	struct peer b;

	peer_send(c, request);
	b = peer_accept(r, 0);
	(void)peer_read(&b);
	buf_reset(&b.in);
	return b;
}

static void test_client_idle(void **state)
{
	struct rig r;
	struct peer c, b, fresh;

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	fresh = peer_connect(&r);
	c = peer_connect(&r);
	rig_advance(&r, SEC(74));
	b = asked(&r, &c, GET);
	peer_send(&b, OK2);
	peer_expect_answer(&c, 200, "ok");
	peer_quiet(&fresh);
	rig_advance(&r, SEC(2));
	peer_expect_eof(&fresh);
	peer_quiet(&c);
	rig_advance(&r, SEC(74));
	peer_expect_eof(&c);
	peer_close(&fresh);
	peer_close(&c);
	peer_close(&b);
	rig_fini(&r);
}

/* Absolute: bytes that drip do not renew it. */
static void test_head(void **state)
{
	struct rig r;
	struct peer c;

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	c = peer_connect(&r);
	rig_advance(&r, SEC(30)); /* before the first byte it is only idle */
	for (int i = 0; i < 9; i++) {
		peer_send(&c, i ? "x" : "GET /");
		rig_advance(&r, SEC(1));
	}
	peer_quiet(&c);
	rig_advance(&r, SEC(2));
	peer_expect_answer(&c, 408, "head_timeout");
	peer_expect_eof(&c);
	peer_close(&c);
	rig_fini(&r);
}

static void test_request_body(void **state)
{
	struct rig r;
	struct peer c, b;

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	c = peer_connect(&r);
	b = asked(&r, &c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
	for (int i = 0; i < 4; i++) { /* drips within the limit, four times beyond it together */
		rig_advance(&r, SEC(50));
		peer_send(&c, "x");
		peer_expect(&b, "x");
	}
	rig_advance(&r, SEC(59));
	peer_quiet(&c);
	rig_advance(&r, SEC(2));
	peer_expect_answer(&c, 408, "request_body_timeout");
	peer_expect_eof(&c);
	peer_expect_reset(&b);
	peer_close(&c);
	peer_close(&b);
	rig_fini(&r);
}

static void test_response_head(void **state)
{
	struct rig r;
	struct peer c, b;

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	c = peer_connect(&r);
	b = asked(&r, &c, GET);
	rig_advance(&r, SEC(59));
	peer_quiet(&c);
	rig_advance(&r, SEC(2));
	peer_expect_answer(&c, 504, "response_timeout");
	peer_quiet(&c);
	peer_expect_reset(&b);
	peer_close(&c);
	peer_close(&b);
	rig_fini(&r);
}

/* A route's own timeouts take the place of the setting. */
static void test_route_timeouts(void **state)
{
	struct rig r;
	struct peer c, b;

	(void)state;
	rig_init(&r);
	rig_with(&r, &(struct rig_rule){.timeout_request = SEC(3)});
	c = peer_connect(&r);
	b = asked(&r, &c, GET);
	rig_advance(&r, MSEC(2900));
	peer_quiet(&c);
	rig_advance(&r, MSEC(200));
	peer_expect_answer(&c, 504, "request_timeout");
	peer_close(&b);
	rig_with(&r, &(struct rig_rule){.timeout_backend = SEC(2), .timeout_request = SEC(3)});
	b = asked(&r, &c, GET);
	rig_advance(&r, MSEC(2100));
	peer_expect_answer(&c, 504, "backend_timeout");
	peer_close(&b);
	/* Longer than the setting. */
	rig_with(&r, &(struct rig_rule){.timeout_request = SEC(100)});
	b = asked(&r, &c, GET);
	rig_advance(&r, SEC(90));
	peer_quiet(&c);
	peer_send(&b, OK2);
	peer_expect_answer(&c, 200, "ok");
	peer_close(&b);
	/* It covers the body as well: then the connection is cut. */
	b = asked(&r, &c, GET);
	peer_send(&b, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
	peer_expect_answer(&c, 200, "ab");
	rig_advance(&r, SEC(101));
	peer_expect_reset(&c);
	peer_close(&b);
	peer_close(&c);
	rig_fini(&r);
}

static void test_response_body(void **state)
{
	struct rig r;
	struct peer c, b;

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	c = peer_connect(&r);
	b = asked(&r, &c, GET);
	peer_send(&b, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nab");
	peer_expect_answer(&c, 200, "ab");
	rig_advance(&r, SEC(299));
	peer_send(&b, "c");
	peer_expect(&c, "c");
	rig_advance(&r, SEC(299));
	peer_quiet(&c);
	rig_advance(&r, SEC(2));
	peer_expect_reset(&c);
	peer_expect_reset(&b);
	peer_close(&c);
	peer_close(&b);
	/* Event streams have none. */
	c = peer_connect(&r);
	b = asked(&r, &c, GET);
	peer_send(&b, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
	peer_expect_answer(&c, 200, "chunked");
	rig_advance(&r, SEC(3000));
	peer_send(&b, "data: x\n\n");
	peer_expect(&c, "9\r\ndata: x\n\n\r\n");
	peer_close(&c);
	peer_close(&b);
	rig_fini(&r);
}

/* A client that takes nothing is dropped; one that takes slowly is not. */
static void test_send_stall(void **state)
{
	static char big[400000];
	struct rig r;
	struct peer c, b;
	static char byte[4096];

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	memset(big, 'x', sizeof(big) - 1);
	c = peer_connect(&r);
	assert_int_equal(setsockopt(c.fd, SOL_SOCKET, SO_RCVBUF, &(int){262144}, sizeof(int)), 0);
	b = asked(&r, &c, GET);
	peer_send(&b, "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
	for (int i = 0; i < 40; i++)
		(void)!send(b.fd, big, sizeof(big), MSG_NOSIGNAL | MSG_DONTWAIT), rig_run(&r);
	for (int i = 0; i < 3; i++) {
		rig_advance(&r, SEC(50));
		for (int k = 0; k < 200; k++)
			(void)!recv(c.fd, byte, sizeof(byte), MSG_DONTWAIT), rig_run(&r);
	}
	assert_int_equal(rig_worker(&r, 0)->n_conns, 1);
	rig_advance(&r, SEC(122));
	assert_int_equal(rig_worker(&r, 0)->n_conns, 0);
	assert_int_equal(rig_worker(&r, 0)->upconns.used, 0);
	peer_close(&c);
	peer_close(&b);
	rig_fini(&r);
}

static void test_pool_idle(void **state)
{
	struct rig r;
	struct peer c, b, b2;

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	c = peer_connect(&r);
	b = asked(&r, &c, GET);
	peer_send(&b, OK2);
	rig_advance(&r, MSEC(3900));
	peer_expect_answer(&c, 200, "ok");
	peer_send(&c, GET); /* busy when the timer of the first rest comes */
	rig_advance(&r, SEC(10));
	(void)peer_read(&b);
	buf_reset(&b.in);
	peer_send(&b, OK2);
	peer_expect_answer(&c, 200, "ok");
	rig_advance(&r, MSEC(4100));
	peer_expect_eof(&b);
	peer_close(&b);
	/* What the backend says of itself, a second earlier. */
	b2 = asked(&r, &c, GET);
	peer_send(&b2, "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=9\r\nContent-Length: 2\r\n\r\nok");
	peer_expect_answer(&c, 200, "ok");
	rig_advance(&r, MSEC(7900));
	peer_quiet(&b2);
	rig_advance(&r, MSEC(200));
	peer_expect_eof(&b2);
	peer_close(&b2);
	peer_close(&c);
	rig_fini(&r);
}

/* After a refusal we read on for two seconds, so that our answer is not lost in a reset. */
static void test_linger(void **state)
{
	struct rig r;
	struct peer c;

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	c = peer_connect(&r);
	peer_send(&c, "BAD\r\n\r\n");
	peer_expect_answer(&c, 400, "bad_method");
	peer_expect_eof(&c);
	assert_int_equal(rig_worker(&r, 0)->n_conns, 1);
	peer_send(&c, "more of it");
	rig_advance(&r, MSEC(2100));
	assert_int_equal(rig_worker(&r, 0)->n_conns, 0);
	peer_close(&c);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_client_idle),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_request_body),
		cmocka_unit_test(test_response_head),
		cmocka_unit_test(test_route_timeouts),
		cmocka_unit_test(test_response_body),
		cmocka_unit_test(test_send_stall),
		cmocka_unit_test(test_pool_idle),
		cmocka_unit_test(test_linger),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
