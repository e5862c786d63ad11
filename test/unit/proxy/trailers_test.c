/* SPDX-License-Identifier: Apache-2.0 */
/* Trailers end here, in both directions: what comes behind a body is checked, counted and dropped,
 * so that no field of it can frame, route or authorise anything behind us (RFC 9110 section 6.5.1).
 */
#include "proxy/helper_rig.h"

#include <stdio.h>

static const char *const names[] = {
	/* framing, routing, authentication, content, caching, and what we say ourselves */
	"Content-Length: 5", "Transfer-Encoding: chunked", "Host: b", "Trailer: x", "TE: trailers",
	"Connection: close", "Upgrade: x", "Expect: 100-continue",
	"Authorization: Basic eA==", "Proxy-Authorization: x", "Cookie: a=b", "Set-Cookie: a=b",
	"WWW-Authenticate: Basic", "Content-Type: text/html", "Content-Encoding: gzip",
	"Content-Range: bytes 0-1/2", "Range: bytes=0-1", "Cache-Control: no-store", "Vary: *",
	"Age: 1", "Location: /", "Retry-After: 1", "Max-Forwards: 1", "X-Forwarded-For: 192.0.2.1",
	"Forwarded: for=x", "X-Request-Id: 1", "X-Real-IP: 192.0.2.1",
	/* and what would do no harm */
	"X-Checksum: abc", "Server-Timing: a"};

#define HEAD_OUT \
	"POST / HTTP/1.1\r\nHost: a\r\n" RIG_FORWARDED("a") "Transfer-Encoding: chunked\r\n\r\n"
#define ANSWER_OUT "HTTP/1.1 200 OK\r\n" RIG_DATE "Transfer-Encoding: chunked\r\n\r\n"

static void test_none_passes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char text[300];
		struct peer c, b;
		struct rig r;

		rig_init(&r);
		rig_simple(&r);
		c = peer_connect(&r);
		snprintf(text, sizeof(text),
			"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
			"3\r\nabc\r\n0\r\n%s\r\n\r\n",
			names[i]);
		peer_send(&c, text);
		b = peer_accept(&r, 0);
		peer_expect(&b, HEAD_OUT "3\r\nabc\r\n0\r\n\r\n");
		snprintf(text, sizeof(text),
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n%s\r\n\r\n",
			names[i]);
		peer_send(&b, text);
		peer_expect(&c, ANSWER_OUT "2\r\nok\r\n0\r\n\r\n");
		/* Both connections are still good for the next. */
		peer_send(&c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
		peer_expect(&b, "GET / HTTP/1.1\r\nHost: a\r\n" RIG_FORWARDED("a") "\r\n");
		peer_send(&b, "HTTP/1.1 204 No Content\r\n\r\n");
		peer_expect_answer(&c, 204, "");
		peer_close(&c);
		peer_close(&b);
		rig_fini(&r);
	}
}

/* Malformed ones make the message malformed, whoever sends it. */
static void test_they_are_checked(void **state)
{
	static const struct {
		const char *line, *reason;
	} rows[] = {
		{"x : 1\r\n", "blank_in_header_name"},
		{" x: 1\r\n", "obs_fold"},
		{"x\r\n", "missing_colon"},
		{": 1\r\n", "empty_header_name"},
		{"x: \001\r\n", "bad_header_value"},
		{"x: 1\n", "bare_lf"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[300];
		struct peer c, b;
		struct rig r;

		rig_init(&r);
		rig_simple(&r);
		c = peer_connect(&r);
		snprintf(text, sizeof(text),
			"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n%s\r\n",
			rows[i].line);
		peer_send(&c, text);
		peer_expect_answer(&c, 400, rows[i].reason);
		assert_false(peer_waiting(&r, 0));
		peer_close(&c);
		c = peer_connect(&r);
		peer_send(&c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
		b = peer_accept(&r, 0);
		(void)peer_read(&b);
		snprintf(text, sizeof(text),
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n%s\r\n",
			rows[i].line);
		peer_send(&b, text);
		/* Whole it must not look. */
		(void)peer_read(&c);
		assert_null(memmem(c.in.p ? c.in.p : "", c.in.n, "\r\n0\r\n\r\n", 7));
		assert_true(c.err || c.eof || memmem(c.in.p, c.in.n, "502", 3));
		peer_close(&c);
		peer_close(&b);
		rig_fini(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none_passes),
		cmocka_unit_test(test_they_are_checked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
