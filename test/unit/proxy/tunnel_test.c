/* SPDX-License-Identifier: Apache-2.0 */
/* Upgrades: what may become a tunnel, and what a tunnel does with bytes and ends. */
#include "proxy/helper_rig.h"

#include <stdio.h>

#define OK2 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define OK2_OUT               \
	"HTTP/1.1 200 OK\r\n" \
	"Content-Length: 2\r\n" RIG_DATE "\r\nok"
#define WS                                                                             \
	"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" \
	"Sec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\n\r\n"
#define WS_OUT                                                                                                \
	"GET /ws HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\n" RIG_FORWARDED( \
		"a") "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n"
#define SWITCH                                                                              \
	"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" \
	"Sec-WebSocket-Accept: x\r\n\r\n"
#define SWITCH_OUT                                                                 \
	"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\n" RIG_DATE \
	"Connection: upgrade\r\nUpgrade: websocket\r\n\r\n"

struct talk {
	struct rig r;
	struct peer c, b;
};

static void talk_open(struct talk *t)
{
	rig_init(&t->r);
	rig_simple(&t->r);
	t->c = peer_connect(&t->r);
}

static void tunnel_open(struct talk *t)
{
	talk_open(t);
	peer_send(&t->c, WS);
	t->b = peer_accept(&t->r, 0);
	peer_expect(&t->b, WS_OUT);
	peer_send(&t->b, SWITCH);
	peer_expect(&t->c, SWITCH_OUT);
}

static void talk_close(struct talk *t)
{
	peer_close(&t->c);
	peer_close(&t->b);
	rig_fini(&t->r);
}

static void test_bytes(void **state)
{
	struct talk t;

	(void)state;
	tunnel_open(&t);
	for (int i = 0; i < 3; i++) {
		peer_send(&t.c, "ping");
		peer_expect(&t.b, "ping");
		peer_send(&t.b, "pong");
		peer_expect(&t.c, "pong");
	}
	/* Waiting, it holds the request's head (for the log) and neither buffers nor the plan. */
	assert_true(loop_bufs(rig_worker(&t.r, 0)->loop)->used_bytes <= NBUF_SMALL + 64);
	rig_simple(&t.r);
	assert_int_equal(proxy_live_plans(t.r.proxy), 1);
	rig_advance(&t.r, SEC(3500));
	peer_quiet(&t.c);
	talk_close(&t);
}

/* Bytes behind the request wait for the 101; bytes behind the 101 go out with it. */
static void test_early_bytes(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t);
	peer_send(&t.c, WS "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n");
	t.b = peer_accept(&t.r, 0);
	peer_expect(&t.b, WS_OUT);
	peer_quiet(&t.b);
	peer_send(&t.b, SWITCH "hello");
	peer_expect(&t.c, SWITCH_OUT "hello");
	peer_expect(&t.b, "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n");
	talk_close(&t);
	/* Not switched: they are the next request, through the whole of routing. */
	talk_open(&t);
	peer_send(&t.c, WS "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n");
	t.b = peer_accept(&t.r, 0);
	peer_expect(&t.b, WS_OUT);
	peer_send(&t.b, "HTTP/1.1 200 OK\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
			"Content-Length: 2\r\n\r\nok");
	peer_expect(&t.c, OK2_OUT);
	peer_expect(&t.b, "GET /admin HTTP/1.1\r\nHost: a\r\n" RIG_FORWARDED("a") "\r\n");
	talk_close(&t);
}

/* A FIN goes through; the other way stays open until its own. */
static void test_half_close(void **state)
{
	struct talk t;

	(void)state;
	tunnel_open(&t);
	peer_send(&t.c, "last words");
	peer_fin(&t.c);
	peer_expect(&t.b, "last words");
	peer_expect_eof(&t.b);
	peer_send(&t.b, "answer");
	peer_expect(&t.c, "answer");
	peer_fin(&t.b);
	peer_expect_eof(&t.c);
	assert_int_equal(rig_worker(&t.r, 0)->n_conns, 0);
	assert_int_equal(rig_worker(&t.r, 0)->upconns.used, 0);
	talk_close(&t);
}

static void test_resets(void **state)
{
	struct talk t;

	(void)state;
	tunnel_open(&t);
	peer_reset(&t.c);
	peer_expect_reset(&t.b);
	talk_close(&t);
	tunnel_open(&t);
	peer_reset(&t.b);
	peer_expect_reset(&t.c);
	talk_close(&t);
}

static void test_idle(void **state)
{
	struct talk t;

	(void)state;
	tunnel_open(&t);
	rig_advance(&t.r, SEC(3000));
	peer_send(&t.b, "x");
	peer_expect(&t.c, "x");
	rig_advance(&t.r, SEC(3000));
	peer_quiet(&t.c);
	rig_advance(&t.r, SEC(602));
	peer_expect_reset(&t.c);
	peer_expect_reset(&t.b);
	talk_close(&t);
}

static void pump(struct peer *from, struct peer *to, size_t total)
{
	static char piece[65536];
	size_t at = 0;

	for (size_t i = 0; i < sizeof(piece); i++)
		piece[i] = (char)('a' + i % 23);
	buf_reset(&to->in);
	for (size_t sent = 0; sent < total; sent += sizeof(piece))
		peer_pump(from, to, piece, sizeof(piece));
	peer_drain(to);
	assert_int_equal(to->in.n, total);
	for (size_t i = 0; i < total; i++, at++)
		if (to->in.p[i] != piece[at % sizeof(piece)])
			fail_msg("byte %zu", i);
	buf_reset(&to->in);
}

/* Much, both ways, slower reader than writer; whatever waits with us is bounded. */
static void test_bulk(void **state)
{
	struct talk t;

	(void)state;
	tunnel_open(&t);
	pump(&t.c, &t.b, 64 * 65536);
	pump(&t.b, &t.c, 64 * 65536);
	assert_true(loop_bufs(rig_worker(&t.r, 0)->loop)->used_bytes <= 2 * 65600);
	peer_send(&t.c, "ping");
	peer_expect(&t.b, "ping");
	peer_fin(&t.c);
	peer_expect_eof(&t.b);
	pump(&t.b, &t.c, 8 * 65536);
	peer_fin(&t.b);
	peer_expect_eof(&t.c);
	assert_int_equal(rig_worker(&t.r, 0)->n_conns, 0);
	talk_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_early_bytes),
		cmocka_unit_test(test_half_close),
		cmocka_unit_test(test_resets),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_bulk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
