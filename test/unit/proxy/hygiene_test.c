/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must never happen: a half request that passes for a whole, a pooled connection with bytes of
 * another exchange, a cut response that ends like a complete one, a request sent twice.
 */
#include "proxy/helper_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define OK2 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define OK2_OUT               \
	"HTTP/1.1 200 OK\r\n" \
	"Content-Length: 2\r\n" RIG_DATE "\r\nok"
#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_OUT "GET / HTTP/1.1\r\nHost: a\r\n" RIG_FORWARDED("a") "\r\n"
#define POST_CL "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"
#define POST_TE "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

static struct peer backend_after_head(struct rig *r, struct peer *c, const char *request)
{
	struct peer b;

	peer_send(c, request);
	b = peer_accept(r, 0);
	(void)peer_read(&b);
	buf_reset(&b.in);
	return b;
}

/* The next request of another client gets its own answer. */
static void good_after(struct rig *r)
{
	struct peer c = peer_connect(r), b;

	peer_send(&c, GET);
	b = peer_accept(r, 0);
	peer_expect(&b, GET_OUT);
	peer_send(&b, OK2);
	peer_expect(&c, OK2_OUT);
	peer_close(&c);
	peer_close(&b);
}

/* Refused before the backend hears of it; the connection ends. */
static void test_refusals(void **state)
{
	static const struct {
		const char *in;
		int status;
		const char *reason;
	} rows[] = {
		{"GET / HTTP/1.1\r\n\r\n", 400, "missing_host"},
		{"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, "duplicate_host"},
		{"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_target"},
		{"GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_path"},
		{"GET /a%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_path"},
		{"GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n", 400, ""},
		{"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400, "blank_in_header_name"},
		{"CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n", 405, "method_refused"},
		{"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method_refused"},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "version_refused"},
		{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
		 "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
			400, "length_and_chunked"},
		{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nabcde", 400,
			"bad_content_length"},
		{POST_TE "5 \r\nabcde\r\n0\r\n\r\n", 400, "bad_chunk_size"},
		{POST_TE "5\nabcde\r\n0\r\n\r\n", 400, "bare_lf"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rig r;
		struct peer c;

		rig_init(&r);
		rig_simple(&r);
		c = peer_connect(&r);
		peer_send(&c, rows[i].in);
		peer_expect_answer(&c, rows[i].status, rows[i].reason);
		peer_expect_eof(&c);
		assert_false(peer_waiting(&r, 0));
		good_after(&r);
		peer_close(&c);
		rig_fini(&r);
	}
}

/* An error in the body when the head is out already, or the client's end there: no terminating
 * chunk, no reuse. */
static void test_half_requests(void **state)
{
	static const struct {
		const char *head, *body;
		enum { SEND, FIN, RESET } how;
		const char *reason; /* of the 400; NULL: nobody is there to read one */
	} rows[] = {
		{POST_TE "3\r\nabc\r\n", "zz\r\n", SEND, "bad_chunk_size"},
		{POST_TE "3\r\nabc\r\n", "3\r\nabcXX", SEND, "bad_chunk_end"},
		{POST_TE "3\r\nabc\r\n", "", FIN, "truncated"},
		{POST_TE "3\r\nabc\r\n", "", RESET, NULL},
		{POST_CL "ab", "", FIN, "truncated"},
		{POST_CL "ab", "", RESET, NULL},
		{POST_TE "3\r\nabc\r\n", "0\r\nBad Name: x\r\n\r\n", SEND, ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rig r;
		struct peer c, b;

		rig_init(&r);
		rig_simple(&r);
		c = peer_connect(&r);
		b = backend_after_head(&r, &c, rows[i].head);
		if (rows[i].how == SEND)
			peer_send(&c, rows[i].body);
		else if (rows[i].how == FIN)
			peer_fin(&c);
		else
			peer_reset(&c);
		peer_expect_reset(&b);
		if (rows[i].reason) {
			peer_expect_answer(&c, 400, rows[i].reason);
			peer_expect_eof(&c);
			peer_close(&c);
		}
		peer_close(&b);
		good_after(&r);
		rig_fini(&r);
	}
}

/* Malformed or impossible responses: 502 where nothing is out yet, and the connection goes. */
static void test_bad_responses(void **state)
{
	static const struct {
		const char *in;
		bool fin;
		const char *reason;
	} rows[] = {
		{"garbage\r\n\r\n", false, "upstream_bad_response"},
		{"HTTP/1.1 2000 OK\r\n\r\n", false, "upstream_bad_response"},
		{"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", false, "upstream_bad_response"},
		{"HTTP/1.1 200 OK\r\nX: a\x01\r\nContent-Length: 0\r\n\r\n", false,
			"upstream_bad_response"},
		{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", false,
			"upstream_bad_response"},
		{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok",
			false, "upstream_bad_response"},
		{"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", false,
			"upstream_bad_response"},
		{"HTTP/1.1 200 OK\r\nContent-Len", true, "upstream_reset"},
		{"", true, "upstream_reset"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rig r;
		struct peer c, b;

		rig_init(&r);
		rig_simple(&r);
		c = peer_connect(&r);
		b = backend_after_head(&r, &c, GET);
		peer_send(&b, rows[i].in);
		if (rows[i].fin)
			peer_fin(&b);
		peer_expect_answer(&c, 502, rows[i].reason);
		peer_quiet(&c);
		peer_close(&b);
		good_after(&r);
		peer_close(&c);
		rig_fini(&r);
	}
}

/* A response that breaks behind its head cannot become a 502: the client's connection is cut. */
static void test_cut_responses(void **state)
{
	static const char CHUNKED[] =
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n";
	static const struct {
		const char *head, *rest;
	} rows[] = {
		{CHUNKED, NULL},
		{CHUNKED, "zz\r\n"},
		{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rig r;
		struct peer c, b;

		rig_init(&r);
		rig_simple(&r);
		c = peer_connect(&r);
		b = backend_after_head(&r, &c, GET);
		peer_send(&b, rows[i].head);
		peer_expect_answer(&c, 200, "ok");
		if (rows[i].rest)
			peer_send(&b, rows[i].rest);
		else
			peer_fin(&b);
		peer_expect_reset(&c);
		peer_close(&b);
		good_after(&r);
		peer_close(&c);
		rig_fini(&r);
	}
}

/* More than was announced belongs to nobody: the answer is whole, the connection goes. */
static void test_surplus(void **state)
{
	static const char *const rows[] = {
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 Evil\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nHTTP/1.1 2",
		"HTTP/1.1 204 OK\r\n\r\nbody",
		"HTTP/1.1 304 OK\r\nContent-Length: 4\r\n\r\nbody",
		"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nX",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rig r;
		struct peer c, b;

		rig_init(&r);
		rig_simple(&r);
		c = peer_connect(&r);
		b = backend_after_head(&r, &c, GET);
		peer_send(&b, rows[i]);
		peer_expect_answer(&c, (int)strtol(rows[i] + 9, NULL, 10), "");
		peer_quiet(&c);
		peer_expect_eof(&b);
		peer_close(&b);
		good_after(&r);
		peer_close(&c);
		rig_fini(&r);
	}
}

/* Bytes, or an end, on an idle connection: it is not used again. */
static void test_idle_disturbed(void **state)
{
	(void)state;
	for (int how = 0; how < 3; how++) {
		struct rig r;
		struct peer c, b, b2;

		rig_init(&r);
		rig_simple(&r);
		c = peer_connect(&r);
		b = backend_after_head(&r, &c, GET);
		peer_send(&b, OK2);
		peer_expect(&c, OK2_OUT);
		/* In the same tick as the next request, without a run between. */
		if (how == 0)
			assert_int_equal(write(b.fd, OK2, sizeof(OK2) - 1), sizeof(OK2) - 1);
		else if (how == 1)
			assert_int_equal(shutdown(b.fd, SHUT_WR), 0);
		else
			peer_reset(&b);
		peer_send(&c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
		b2 = peer_accept(&r, 0);
		peer_expect(&b2, "POST / HTTP/1.1\r\nHost: a\r\n"
				 "Content-Length: 2\r\n" RIG_FORWARDED("a") "\r\nhi");
		peer_send(&b2, OK2);
		peer_expect(&c, OK2_OUT);
		if (how != 2) {
			peer_expect_eof(&b);
			peer_close(&b);
		}
		peer_close(&b2);
		peer_close(&c);
		rig_fini(&r);
	}
}

/* A reused connection that dies under a request: GET goes once more on a fresh one; POST never. */
static void test_replay(void **state)
{
	struct rig r;
	struct peer c, b, b2;

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	c = peer_connect(&r);
	b = backend_after_head(&r, &c, GET);
	peer_send(&b, OK2);
	peer_expect(&c, OK2_OUT);
	peer_send(&c, GET);
	peer_expect(&b, GET_OUT);
	peer_reset(&b);
	b = peer_accept(&r, 0);
	peer_expect(&b, GET_OUT);
	/* Once: the fresh one dies too. */
	peer_reset(&b);
	peer_expect_answer(&c, 502, "upstream_reset");
	assert_false(peer_waiting(&r, 0));
	/* A byte of the answer was there: no replay. */
	peer_send(&c, GET);
	b = peer_accept(&r, 0);
	peer_send(&b, OK2);
	peer_expect(&c, OK2_OUT);
	peer_send(&c, GET);
	peer_expect(&b, GET_OUT GET_OUT);
	peer_send(&b, "H");
	peer_reset(&b);
	peer_expect_answer(&c, 502, "upstream_reset");
	assert_false(peer_waiting(&r, 0));
	/* POST on a pooled connection that dies. */
	peer_send(&c, GET);
	b = peer_accept(&r, 0);
	peer_send(&b, OK2);
	peer_expect(&c, OK2_OUT);
	peer_send(&c, POST_CL "abcd");
	peer_reset(&b);
	peer_expect_answer(&c, 502, "upstream_reset");
	assert_false(peer_waiting(&r, 0));
	/* And POST does not take one that has been idle for a second. */
	peer_send(&c, GET);
	b = peer_accept(&r, 0);
	peer_send(&b, OK2);
	peer_expect(&c, OK2_OUT);
	rig_advance(&r, MSEC(1100));
	peer_send(&c, POST_CL "abcd");
	b2 = peer_accept(&r, 0);
	peer_expect(&b2, "POST / HTTP/1.1\r\nHost: a\r\n"
			 "Content-Length: 4\r\n" RIG_FORWARDED("a") "\r\nabcd");
	peer_close(&b);
	peer_close(&b2);
	peer_close(&c);
	rig_fini(&r);
}

/* The client goes while its answer is awaited: the backend is told. */
static void test_client_gone(void **state)
{
	struct rig r;
	struct peer c, b;

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	c = peer_connect(&r);
	b = backend_after_head(&r, &c, GET);
	peer_reset(&c);
	peer_expect_reset(&b);
	peer_close(&b);
	good_after(&r);
	rig_fini(&r);
}

static void test_interim_flood(void **state)
{
	char many[2048];
	size_t n = 0;
	struct rig r;
	struct peer c, b;

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	c = peer_connect(&r);
	b = backend_after_head(&r, &c, GET);
	for (int i = 0; i < 40; i++)
		n += (size_t)snprintf(
			many + n, sizeof(many) - n, "HTTP/1.1 102 Processing\r\n\r\n");
	peer_send(&b, many);
	peer_expect_answer(&c, 102, "upstream_interim_flood");
	peer_expect_reset(&b);
	peer_close(&b);
	peer_close(&c);
	rig_fini(&r);
}

/* A head that never ends is refused, not kept. */
static void test_large_heads(void **state)
{
	static char big[70000];
	struct rig r;
	struct peer c, b;

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	memset(big, 'x', sizeof(big) - 1);
	c = peer_connect(&r);
	peer_send(&c, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
	peer_send(&c, big);
	peer_expect_answer(&c, 431, "head_too_large");
	peer_expect_eof(&c);
	peer_close(&c);
	c = peer_connect(&r);
	peer_send(&c, "GET /");
	peer_send(&c, big);
	peer_expect_answer(&c, 414, "uri_too_long");
	peer_close(&c);
	c = peer_connect(&r);
	b = backend_after_head(&r, &c, GET);
	peer_send(&b, "HTTP/1.1 200 OK\r\nX: ");
	peer_send(&b, big);
	peer_expect_answer(&c, 502, "upstream_bad_response");
	peer_close(&b);
	good_after(&r);
	/* A large one within the limit, in pieces, is forwarded whole. */
	big[30000] = 0;
	b = (struct peer){0};
	peer_send(&c, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
	peer_send(&c, big);
	peer_send(&c, "\r\n\r\n");
	b = peer_accept(&r, 0);
	assert_true(peer_read(&b).n > 30000);
	peer_close(&b);
	peer_close(&c);
	rig_fini(&r);
}

/* Answers of our own where there is nobody to ask. */
static void test_nobody(void **state)
{
	static const struct plan_failure failure = {PLAN_REFUSED_RULE_INVALID, {0}};
	static const struct {
		struct rig_rule rule;
		int status;
		const char *reason;
	} rows[] = {
		{{.path = "/elsewhere"}, 404, "no_route"},
		{{.hostname = "other"}, 404, "no_route"},
		{{.no_backend = true}, 500, "no_backend"},
		{{.upstream = "missing"}, 500, "backend_not_found"},
		{{.backends = {{.to.refused = PLAN_REFUSED_REF_NOT_PERMITTED, .weight = 1}}}, 500,
			"ref_not_permitted"},
		{{.failure = &failure}, 500, "rule_invalid"},
		{{.upstream = "empty"}, 503, "no_endpoint"},
		{{.upstream = "dead"}, 503, "connect_failed"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rig r;
		struct peer c;

		rig_init(&r);
		rig_begin(&r);
		rig_upstream(&r, "up", (const int[]){0, -1});
		rig_upstream(&r, "empty", (const int[]){-1});
		rig_upstream(&r, "dead", (const int[]){RIG_REFUSES, -1});
		rig_route(&r, &rows[i].rule);
		rig_commit(&r);
		c = peer_connect(&r);
		peer_send(&c, GET);
		peer_expect_answer(&c, rows[i].status, rows[i].reason);
		peer_quiet(&c);
		peer_send(&c, "GET / HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n\r\n");
		peer_expect_answer(&c, rows[i].status, "\"reason\":\"");
		/* HEAD is told the length and gets no body. */
		peer_send(&c, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
		peer_expect_answer(&c, rows[i].status, "\r\n\r\n");
		peer_quiet(&c);
		peer_close(&c);
		rig_fini(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_half_requests),
		cmocka_unit_test(test_bad_responses),
		cmocka_unit_test(test_cut_responses),
		cmocka_unit_test(test_surplus),
		cmocka_unit_test(test_idle_disturbed),
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_client_gone),
		cmocka_unit_test(test_interim_flood),
		cmocka_unit_test(test_large_heads),
		cmocka_unit_test(test_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
