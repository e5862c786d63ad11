/* SPDX-License-Identifier: Apache-2.0 */
/* One request after the other: what reaches the backend, what comes back, byte for byte. */
#include "proxy/helper_rig.h"

#include <stdio.h>

#define OK2 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define OK2_OUT               \
	"HTTP/1.1 200 OK\r\n" \
	"Content-Length: 2\r\n" RIG_DATE "\r\nok"
#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_OUT "GET / HTTP/1.1\r\nHost: a\r\n" RIG_FORWARDED("a") "\r\n"

struct talk {
	struct rig r;
	struct peer c; /* client */
	struct peer b; /* backend, once accepted */
};

static void talk_open(struct talk *t)
{
	rig_init(&t->r);
	rig_simple(&t->r);
	t->c = peer_connect(&t->r);
	t->b = (struct peer){.fd = -1};
}

static void talk_close(struct talk *t)
{
	peer_close(&t->c);
	peer_close_if(&t->b);
	rig_fini(&t->r);
}

static void test_get(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t);
	peer_send(&t.c, "GET /x?y=1 HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n");
	t.b = peer_accept(&t.r, 0);
	peer_expect(&t.b,
		"GET /x?y=1 HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n" RIG_FORWARDED("a") "\r\n");
	peer_send(&t.b, OK2);
	peer_expect(&t.c, OK2_OUT);
	peer_quiet(&t.c);
	/* Both connections serve the next one. */
	peer_send(&t.c, "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
	peer_expect(&t.b, "GET /2 HTTP/1.1\r\nHost: a\r\n" RIG_FORWARDED("a") "\r\n");
	peer_send(&t.b, OK2);
	peer_expect(&t.c, OK2_OUT);
	assert_false(peer_waiting(&t.r, 0));
	peer_close(&t.c);
	peer_quiet(&t.b);
	talk_close(&t);
}

/* Every way a request is framed or said, and what the backend sees of it. */
static void test_requests(void **state)
{
	static const struct {
		const char *in, *out;
		bool closes;
	} rows[] = {
		{"POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
			"POST /p HTTP/1.1\r\nHost: a\r\n"
			"Content-Length: 3\r\n" RIG_FORWARDED("a") "\r\nabc",
			false},
		{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
			"POST / HTTP/1.1\r\nHost: a\r\n"
			"Content-Length: 0\r\n" RIG_FORWARDED("a") "\r\n",
			false},
		{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
		 "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nSecret: t\r\n\r\n",
			"POST / HTTP/1.1\r\nHost: a\r\n" RIG_FORWARDED(
				"a") "Transfer-Encoding: chunked\r\n\r\n"
				     "5\r\nabcde\r\n0\r\n\r\n",
			false},
		{"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
			"GET / HTTP/1.1\r\nHost: a\r\n"
			"Content-Length: 3\r\n" RIG_FORWARDED("a") "\r\nabc",
			false},
		{"GET http://b.example/secret?q HTTP/1.1\r\nHost: a\r\n\r\n",
			"GET /secret?q HTTP/1.1\r\nHost: b.example\r\n" RIG_FORWARDED(
				"b.example") "\r\n",
			false},
		{"GET http://b.example HTTP/1.1\r\nHost: b.example\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: b.example\r\n" RIG_FORWARDED("b.example") "\r\n",
			false},
		{"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
			"OPTIONS * HTTP/1.1\r\nHost: a\r\n" RIG_FORWARDED("a") "\r\n", false},
		{"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", GET_OUT, true},
		{"GET / HTTP/1.0\r\nHost: a\r\n\r\n", GET_OUT, true},
		{"GET /a/../b/./c HTTP/1.1\r\nHost: a\r\n\r\n",
			"GET /b/c HTTP/1.1\r\nHost: a\r\n" RIG_FORWARDED("a") "\r\n", false},
		{"GET /a%2Fb//c HTTP/1.1\r\nHost: A.\r\n\r\n",
			"GET /a%2Fb//c HTTP/1.1\r\nHost: A.\r\n" RIG_FORWARDED("A.") "\r\n", false},
		/* hop by hop, nominated, forged, underscored */
		{"GET / HTTP/1.1\r\nHost: a\r\nConnection: X-Drop, Host, X-Forwarded-For\r\n"
		 "X-Drop: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\nX-Forwarded-For: 6.6.6.6\r\n"
		 "Forwarded: for=6\r\nX-Real-IP: 6.6.6.6\r\nX_Forwarded_For: 6\r\n"
		 "X_Own: 7\r\nContent_Length: 9\r\nKeep: 1\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: a\r\nX_Own: 7\r\nKeep: 1\r\n" RIG_FORWARDED(
				"a") "\r\n",
			false},
		/* an upgrade that is to be ignored */
		{"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n"
		 "Upgrade: h2c\r\nHTTP2-Settings: AAAA\r\n\r\n",
			GET_OUT, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct talk t;

		talk_open(&t);
		peer_send(&t.c, rows[i].in);
		t.b = peer_accept(&t.r, 0);
		peer_expect(&t.b, rows[i].out);
		peer_send(&t.b, OK2);
		if (rows[i].closes) {
			peer_expect_answer(&t.c, 200, "Connection: close\r\n");
			peer_expect_eof(&t.c);
		} else {
			peer_expect(&t.c, OK2_OUT);
			peer_quiet(&t.c);
		}
		talk_close(&t);
	}
}

static void test_http10(void **state)
{
	struct talk t;
	char want[256];

	(void)state;
	talk_open(&t);
	peer_send(&t.c, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	t.b = peer_accept(&t.r, 0);
	snprintf(want, sizeof(want),
		"GET / HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nx-forwarded-for: 127.0.0.1\r\n"
		"x-forwarded-proto: http\r\nx-forwarded-port: 80\r\nx-request-id: R\r\n\r\n",
		t.r.port);
	peer_expect(&t.b, want);
	peer_send(&t.b, OK2);
	peer_expect(&t.c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" RIG_DATE
			  "Connection: keep-alive\r\n\r\nok");
	/* No chunks for 1.0, no interim either: the end of the connection ends the body. */
	peer_send(&t.c, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	peer_expect(&t.b, want);
	peer_send(&t.b, "HTTP/1.1 103 Early\r\nLink: x\r\n\r\n"
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
			"3\r\nabc\r\n0\r\n\r\n");
	peer_expect(&t.c, "HTTP/1.1 200 OK\r\n" RIG_DATE "Connection: close\r\n\r\nabc");
	peer_expect_eof(&t.c);
	talk_close(&t);
}

/* Every framing of a response, whole and byte by byte. */
static void test_responses(void **state)
{
	static const struct {
		const char *method, *in, *out;
		bool fin; /* the backend ends the connection behind it */
		bool pooled; /* its connection serves the next request */
	} rows[] = {
		{"GET", OK2, OK2_OUT, false, true},
		{"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n",
			"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n" RIG_DATE "\r\n", false, true},
		{"GET", "HTTP/1.1 204 No Content\r\nX: y\r\n\r\n",
			"HTTP/1.1 204 No Content\r\nX: y\r\n" RIG_DATE "\r\n", false, true},
		{"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 20\r\nETag: \"e\"\r\n\r\n",
			"HTTP/1.1 304 Not Modified\r\nContent-Length: 20\r\nETag: \"e\"\r\n" RIG_DATE
			"\r\n",
			false, true},
		{"GET",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
			"2;e\r\nok\r\n0\r\nT: x\r\n\r\n",
			"HTTP/1.1 200 OK\r\n" RIG_DATE
			"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
			false, true},
		{"GET", "HTTP/1.1 200 OK\r\n\r\nok",
			"HTTP/1.1 200 OK\r\n" RIG_DATE
			"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
			true, false},
		{"GET", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", OK2_OUT, false, false},
		{"GET", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
			OK2_OUT, false, false},
		{"GET", "HTTP/1.1 200 Fine by me\r\nContent-Length: 0\r\nServer: s\r\n\r\n",
			"HTTP/1.1 200 Fine by me\r\nContent-Length: 0\r\nServer: s\r\n" RIG_DATE
			"\r\n",
			false, true},
		{"GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: l\r\n\r\n" OK2,
			"HTTP/1.1 103 Early Hints\r\nLink: l\r\n\r\n" OK2_OUT, false, true},
		{"GET",
			"HTTP/1.1 200 OK\r\nDate: D\r\nConnection: X-Hop\r\nX-Hop: 1\r\n"
			"Keep-Alive: timeout=60\r\nContent-Length: 0\r\n\r\n",
			"HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 0\r\n\r\n", false, true},
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		size_t n = i / 2;
		struct talk t;
		char request[64];

		talk_open(&t);
		snprintf(request, sizeof(request), "%s / HTTP/1.1\r\nHost: a\r\n\r\n",
			rows[n].method);
		peer_send(&t.c, request);
		t.b = peer_accept(&t.r, 0);
		(void)peer_read(&t.b);
		buf_reset(&t.b.in);
		if (i % 2)
			for (const char *p = rows[n].in; *p; p++)
				peer_send_n(&t.b, p, 1);
		else
			peer_send(&t.b, rows[n].in);
		if (rows[n].fin)
			peer_fin(&t.b);
		if (strstr(rows[n].out, "chunked") && i % 2)
			peer_expect_answer(&t.c, 200, "1\r\nk\r\n0\r\n\r\n");
		else
			peer_expect(&t.c, rows[n].out);
		peer_quiet(&t.c);
		if (!rows[n].pooled && !rows[n].fin)
			peer_expect_eof(&t.b);
		peer_send(&t.c, GET);
		assert_int_equal(peer_waiting(&t.r, 0), !rows[n].pooled);
		if (rows[n].pooled)
			peer_expect(&t.b, GET_OUT);
		talk_close(&t);
	}
}

/* Three in one segment are answered in order, one at a time. */
static void test_pipeline(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t);
	peer_send(&t.c, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
			"POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nxy"
			"GET /3 HTTP/1.1\r\nHost: a\r\n\r\nBAD\r\n\r\n");
	t.b = peer_accept(&t.r, 0);
	peer_expect(&t.b, "GET /1 HTTP/1.1\r\nHost: a\r\n" RIG_FORWARDED("a") "\r\n");
	peer_quiet(&t.c);
	peer_send(&t.b, OK2);
	peer_expect(&t.c, OK2_OUT);
	peer_expect(&t.b, "POST /2 HTTP/1.1\r\nHost: a\r\n"
			  "Content-Length: 2\r\n" RIG_FORWARDED("a") "\r\nxy");
	peer_send(&t.b, OK2);
	peer_expect(&t.c, OK2_OUT);
	peer_expect(&t.b, "GET /3 HTTP/1.1\r\nHost: a\r\n" RIG_FORWARDED("a") "\r\n");
	peer_send(&t.b, OK2);
	peer_expect_answer(&t.c, 200, "400 bad_method");
	peer_expect_eof(&t.c);
	peer_quiet(&t.b);
	talk_close(&t);
}

/* What a client sends before FIN is served, also what comes while another answer is awaited. */
static void test_half_close(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t);
	peer_send(&t.c, GET);
	t.b = peer_accept(&t.r, 0);
	peer_expect(&t.b, GET_OUT);
	peer_send(&t.c, GET);
	peer_fin(&t.c);
	peer_send(&t.b, OK2);
	peer_expect(&t.c, OK2_OUT);
	peer_expect(&t.b, GET_OUT);
	peer_send(&t.b, OK2);
	peer_expect(&t.c, OK2_OUT);
	peer_expect_eof(&t.c);
	talk_close(&t);
}

static void test_byte_by_byte(void **state)
{
	static const char in[] = "POST /p?q HTTP/1.1\r\nHost: a\r\nX: y\r\n"
				 "Transfer-Encoding: chunked\r\n\r\n"
				 "1\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
	struct talk t;

	(void)state;
	talk_open(&t);
	for (const char *p = in; *p; p++)
		peer_send_n(&t.c, p, 1);
	t.b = peer_accept(&t.r, 0);
	peer_expect(&t.b, "POST /p?q HTTP/1.1\r\nHost: a\r\nX: y\r\n" RIG_FORWARDED(
				  "a") "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n");
	peer_send(&t.b, OK2);
	peer_expect(&t.c, OK2_OUT);
	peer_expect(&t.b, GET_OUT);
	peer_send(&t.b, OK2);
	peer_expect(&t.c, OK2_OUT);
	talk_close(&t);
}

static void test_expect(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t);
	peer_send(&t.c, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
			"Content-Length: 3\r\n\r\n");
	peer_expect(&t.c, "HTTP/1.1 100 Continue\r\n\r\n");
	t.b = peer_accept(&t.r, 0);
	peer_expect(&t.b, "POST / HTTP/1.1\r\nHost: a\r\n"
			  "Content-Length: 3\r\n" RIG_FORWARDED("a") "\r\n");
	peer_send(&t.c, "abc");
	peer_expect(&t.b, "abc");
	peer_send(&t.b, OK2);
	peer_expect(&t.c, OK2_OUT);
	/* Refused before the body was asked for. */
	peer_send(&t.c, "POST / HTTP/1.1\r\nHost: a\r\nExpect: more\r\n"
			"Content-Length: 3\r\n\r\n");
	peer_expect_answer(&t.c, 417, "expectation_failed");
	peer_expect_eof(&t.c);
	talk_close(&t);
}

/* An answer before the end of the upload: it goes out, and neither connection is used again. */
static void test_early_answer(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t);
	peer_send(&t.c, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
			"3\r\nabc\r\n");
	t.b = peer_accept(&t.r, 0);
	(void)peer_read(&t.b);
	buf_reset(&t.b.in);
	peer_send(&t.b, "HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n");
	peer_expect(&t.c,
		"HTTP/1.1 413 No\r\nContent-Length: 0\r\n" RIG_DATE "Connection: close\r\n\r\n");
	peer_expect_reset(&t.b);
	peer_expect_eof(&t.c);
	peer_send(&t.c, "3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_false(peer_waiting(&t.r, 0));
	talk_close(&t);
}

/* Bodies larger than any buffer, both ways, each framing, with the reader slower than the writer:
 * nothing is lost, and what waits with us is bounded. */
static void stream_rows(bool chunked, size_t total)
{
	static char piece[65536];
	struct talk t;
	char head[256];
	size_t up = 0, down = 0;
	struct worker *w;

	talk_open(&t);
	w = rig_worker(&t.r, 0);
	for (size_t i = 0; i < sizeof(piece); i++)
		piece[i] = (char)('a' + i % 23);
	if (!chunked)
		snprintf(head, sizeof(head),
			"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n", total);
	else
		snprintf(head, sizeof(head),
			"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
	peer_send(&t.c, head);
	t.b = peer_accept(&t.r, 0);
	while (up < total) {
		size_t n = MIN(total - up, sizeof(piece));

		if (chunked) {
			snprintf(head, sizeof(head), "%zx\r\n", n);
			peer_send(&t.c, head);
		}
		/* The backend reads only when the sender cannot go on: peer_pump(). */
		peer_pump(&t.c, &t.b, piece, n);
		if (chunked)
			peer_pump(&t.c, &t.b, "\r\n", 2);
		up += n;
		assert_true(loop_bufs(w->loop)->used_bytes <= 5 * 65536);
	}
	if (chunked)
		peer_send(&t.c, "0\r\n\r\n");
	peer_drain(&t.b);
	assert_int_equal(peer_body(&t.b, chunked, piece, sizeof(piece)), total);
	buf_reset(&t.b.in);
	snprintf(head, sizeof(head),
		chunked ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
			: "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
		total);
	peer_send(&t.b, head);
	while (down < total) {
		size_t n = MIN(total - down, sizeof(piece));

		if (chunked) {
			snprintf(head, sizeof(head), "%zx\r\n", n);
			peer_pump(&t.b, &t.c, head, strlen(head));
		}
		peer_pump(&t.b, &t.c, piece, n);
		if (chunked)
			peer_pump(&t.b, &t.c, "\r\n", 2);
		down += n;
		assert_true(loop_bufs(w->loop)->used_bytes <= 5 * 65536);
	}
	if (chunked)
		peer_pump(&t.b, &t.c, "0\r\n\r\n", 5);
	peer_drain(&t.c);
	assert_int_equal(peer_body(&t.c, chunked, piece, sizeof(piece)), total);
	buf_reset(&t.c.in);
	assert_int_equal(loop_bufs(w->loop)->used_bytes, 0);
	peer_send(&t.c, GET);
	peer_expect(&t.b, GET_OUT);
	talk_close(&t);
}

static void test_stream(void **state)
{
	(void)state;
	stream_rows(false, 3000000);
	stream_rows(true, 3000000);
	stream_rows(false, 70000);
	stream_rows(true, 17);
}

/* Idle connections cost little: the promise of ARCHITECTURE.md. */
static void test_idle_memory(void **state)
{
	struct talk t;
	struct worker *w;

	(void)state;
	talk_open(&t);
	w = rig_worker(&t.r, 0);
	peer_send(&t.c, GET);
	t.b = peer_accept(&t.r, 0);
	peer_send(&t.b, OK2);
	(void)peer_read(&t.c);
	assert_int_equal(loop_bufs(w->loop)->used_bytes, 0);
	assert_int_equal(w->n_exchanges, 0);
	assert_int_equal(w->conns.used, 1);
	assert_true(w->conns.size <= 1024);
	assert_true(w->upconns.size <= 1024);
	talk_close(&t);
}

/* Two reads and two writes for a small exchange. */
static void test_calls(void **state)
{
	struct talk t;
	struct loop_stats before;
	const struct loop_stats *s;

	(void)state;
	talk_open(&t);
	s = loop_stats(rig_worker(&t.r, 0)->loop);
	for (int i = 0; i < 3; i++) {
		peer_send(&t.c, GET);
		if (i == 0)
			t.b = peer_accept(&t.r, 0);
		(void)peer_read(&t.b);
		peer_send(&t.b, OK2);
		(void)peer_read(&t.c);
		if (i == 1)
			before = *s;
	}
	assert_int_equal(s->recvs - before.recvs, 2);
	assert_int_equal(s->sends - before.sends, 2);
	talk_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_http10),
		cmocka_unit_test(test_responses),
		cmocka_unit_test(test_pipeline),
		cmocka_unit_test(test_half_close),
		cmocka_unit_test(test_byte_by_byte),
		cmocka_unit_test(test_expect),
		cmocka_unit_test(test_early_answer),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_idle_memory),
		cmocka_unit_test(test_calls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
