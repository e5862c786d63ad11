/* SPDX-License-Identifier: Apache-2.0 */
/* What goes overboard when memory runs out, in its order, and that it comes back. */
#include "proxy/helper_rig.h"

#define SLOW 400 /* partial heads, some 11 KB each */
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

static void memory_is_shed_and_comes_back(void **state)
{
	static struct peer slow[SLOW];
	struct peer idle, asks, b;
	struct rig r;
	int n = 0;

	(void)state;
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
		peer_send(&slow[n++], "GET / HTTP/1.1\r\nHost: a\r\n");
		(void)peer_read(&idle);
	}
	peer_expect_eof(&idle);
	assert_true(n > 100 && n < SLOW);
	for (; n < SLOW; n++) {
		slow[n] = peer_connect(&r);
		peer_send(&slow[n], "GET / HTTP/1.1\r\nHost: a\r\n");
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
		cmocka_unit_test(memory_is_shed_and_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
