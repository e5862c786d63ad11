/* SPDX-License-Identifier: Apache-2.0 */
/* One request after the other: what reaches the backend, what comes back, byte for byte. */
#include "proxy/helper_rig.h"

#include <stdio.h>

#define OK2 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define OK2_OUT                                                \
	"HTTP/1.1 200 OK\r\n" RIG_DATE "Content-Length: 2\r\n" \
	"\r\nok"

/* Who names no host asks the one he has connected to. */
static void test_http10_without_host(void **state)
{
	struct rig r;
	struct peer c, b;
	char want[512];

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	c = peer_connect(&r);
	peer_send(&c, "GET /x HTTP/1.0\r\n\r\n");
	b = peer_accept(&r, 0);
	snprintf(want, sizeof(want),
		"GET /x HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n" RIG_FORWARDED("") "\r\n", r.port);
	peer_expect(&b, want);
	peer_close(&c);
	peer_close(&b);
	rig_fini(&r);
}

static void test_get(void **state)
{
	struct rig r;
	struct peer c, b;

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	c = peer_connect(&r);
	peer_send(&c, "GET /x?y=1 HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n");
	b = peer_accept(&r, 0);
	peer_expect(
		&b, "GET /x?y=1 HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n" RIG_FORWARDED("a") "\r\n");
	peer_send(&b, OK2);
	peer_expect(&c, OK2_OUT);
	peer_quiet(&c);
	/* Both connections serve the next one. */
	peer_send(&c, "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
	peer_expect(&b, "GET /2 HTTP/1.1\r\nHost: a\r\n" RIG_FORWARDED("a") "\r\n");
	peer_send(&b, OK2);
	peer_expect(&c, OK2_OUT);
	assert_false(peer_waiting(&r, 0));
	peer_close(&c);
	peer_quiet(&b);
	peer_close(&b);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_http10_without_host),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
