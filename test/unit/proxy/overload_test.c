/* SPDX-License-Identifier: Apache-2.0 */
/* What goes overboard when memory runs out, in its order, and that it comes back. */
#include "proxy/helper_rig.h"

#define SLOW 400 /* partial heads, a buffer of 16 KB each */
#define LIMIT MiB(4)

static void stages_have_an_order(void **state)
{
	(void)state;
	assert_int_equal(overload_judge(OVERLOAD_NONE, 0, 1600), OVERLOAD_NONE);
	assert_int_equal(overload_judge(OVERLOAD_NONE, 1399, 1600), OVERLOAD_NONE);
	assert_int_equal(overload_judge(OVERLOAD_NONE, 1400, 1600), OVERLOAD_IDLE);
	assert_int_equal(overload_judge(OVERLOAD_NONE, 1600, 1600), OVERLOAD_REFUSE);
	assert_int_equal(overload_judge(OVERLOAD_NONE, 1700, 1600), OVERLOAD_PAUSE);
	assert_int_equal(overload_judge(OVERLOAD_NONE, UINT64_MAX, 1600), OVERLOAD_PAUSE);
	/* A stage ends a sixteenth below where it began. */
	assert_int_equal(overload_judge(OVERLOAD_PAUSE, 1650, 1600), OVERLOAD_PAUSE);
	assert_int_equal(overload_judge(OVERLOAD_PAUSE, 1599, 1600), OVERLOAD_REFUSE);
	assert_int_equal(overload_judge(OVERLOAD_REFUSE, 1500, 1600), OVERLOAD_REFUSE);
	assert_int_equal(overload_judge(OVERLOAD_REFUSE, 1499, 1600), OVERLOAD_IDLE);
	assert_int_equal(overload_judge(OVERLOAD_PAUSE, 0, 1600), OVERLOAD_NONE);
}

/* What a client costs who sends a part of something and waits. */
static uint64_t cost_of(struct rig *r, const char *bytes, size_t n)
{
	uint64_t before = worker_memory(rig_worker(r, 0)), after;
	struct peer p = peer_connect(r);

	peer_send_n(&p, bytes, n);
	rig_run(r);
	after = worker_memory(rig_worker(r, 0));
	peer_reset(&p);
	rig_run(r);
	assert_int_equal(worker_memory(rig_worker(r, 0)), before);
	return after - before;
}

/* docs/hardening.md: the bytes of a head that is not whole, rounded up to a buffer, and no more. */
static void a_partial_head_holds_its_bytes(void **state)
{
	static const struct {
		size_t bytes, buffer;
	} rows[] = {{28, NBUF_SMALL}, {2000, NBUF_SMALL}, {3000, NBUF_MEDIUM}, {16000, NBUF_MEDIUM},
		{20000, NBUF_LARGE}, {32000, NBUF_LARGE}};
	static char head[32000];
	struct rig r;

	(void)state;
	rig_init_limited(&r, MiB(64));
	rig_simple(&r);
	memset(head, 'x', sizeof(head));
	memcpy(head, "GET / HTTP/1.1\r\nHost: a\r\nX: ", 28);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t cost = cost_of(&r, head, rows[i].bytes);

		if (cost != sizeof(struct conn) + sizeof(struct nbuf) + rows[i].buffer)
			fail_msg("%zu bytes of a head cost %ju", rows[i].bytes, (uintmax_t)cost);
	}
	rig_fini(&r);
}

static void memory_is_shed_and_comes_back(void **state)
{
	static struct peer slow[SLOW];
	static char part[3000];
	struct peer idle, asks, b;
	struct rig r;
	int n = 0;

	(void)state;
	memset(part, 'x', sizeof(part));
	memcpy(part, "GET / HTTP/1.1\r\nHost: a\r\nX: ", 28);
	rig_init_limited(&r, LIMIT);
	rig_simple(&r);
	idle = peer_connect(&r);
	peer_send(&idle, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	b = peer_accept(&r, 0);
	peer_send(&b, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
	peer_expect_answer(&idle, 204, "");
	peer_close(&b);
	asks = peer_connect(&r);
	peer_send(&asks, "GET / HTTP/1.1\r\nHost: a\r\n");
	/* Slow clients until nobody is accepted: the one that is idle has to go first. */
	while (n < SLOW && !idle.eof) {
		slow[n] = peer_connect(&r);
		peer_send_n(&slow[n++], part, sizeof(part));
		(void)peer_read(&idle);
	}
	peer_expect_eof(&idle);
	assert_true(n > 100 && n < SLOW);
	for (; n < SLOW; n++) {
		slow[n] = peer_connect(&r);
		peer_send_n(&slow[n], part, sizeof(part));
	}
	/* Whoever comes to the end of his head is refused, and told when to come again. */
	peer_send(&asks, "\r\n");
	peer_expect_answer(&asks, 503, "overload");
	peer_expect_eof(&asks);
	/* When they go, all is well. */
	for (int i = 0; i < n; i++)
		peer_reset(&slow[i]);
	rig_advance(&r, SEC(1));
	peer_close(&asks);
	asks = peer_connect(&r);
	peer_send(&asks, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	b = peer_accept(&r, 0);
	peer_send(&b, "HTTP/1.1 204 No Content\r\n\r\n");
	peer_expect_answer(&asks, 204, "");
	peer_close(&asks);
	peer_close(&b);
	peer_close(&idle);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stages_have_an_order),
		cmocka_unit_test(a_partial_head_holds_its_bytes),
		cmocka_unit_test(memory_is_shed_and_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
