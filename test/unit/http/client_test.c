/* SPDX-License-Identifier: Apache-2.0 */
/* The client before a server that is the test's own hand: real sockets, a clock that stands. */
#include "net/fixture.h"

#include "http/client.h"

struct talk {
	struct clock_manual clock;
	struct loop *l;
	struct tcp tcp;
	int hand; /* the server's end */
	struct client client;
	struct client_call call;
	struct buf body; /* of the answer */
	int status;
	int heads;
	int dones;
	int closes;
	int res;
	size_t most; /* the largest piece */
	bool inside; /* a function of the client is running */
	bool cancel_at_data;
};

static struct talk *talk_of(struct client_call *call)
{
	return container_of(call, struct talk, call);
}

static void on_head(struct client_call *call, const struct http_response *r)
{
	struct talk *t = talk_of(call);

	assert_false(t->inside);
	t->status = r->status;
	t->heads++;
}

static void on_data(struct client_call *call, struct str piece)
{
	struct talk *t = talk_of(call);

	assert_false(t->inside);
	assert_true(piece.n > 0);
	if (t->cancel_at_data)
		client_cancel(&t->client);
	buf_add(&t->body, piece);
	t->most = MAX(t->most, piece.n);
}

static void on_done(struct client_call *call, int res)
{
	struct talk *t = talk_of(call);

	assert_false(t->inside);
	t->dones++;
	t->res = res;
}

static void on_closed(struct client *c)
{
	struct talk *t = container_of(c, struct talk, client);

	assert_false(t->inside);
	t->closes++;
}

static const struct client_call_ops ops = {on_head, on_data, on_done};

static void talk_open(struct talk *t)
{
	const struct client_config config = {
		.limits = HTTP_LIMITS_DEFAULT, .head_timeout = SEC(10), .idle_timeout = SEC(5)};
	const struct addr none = {0};
	int fds[2];

	*t = (struct talk){0};
	clock_manual_init(&t->clock, SEC(1), SEC(1));
	t->l = fixture_loop(&t->clock.clock, NULL);
	fixture_pair(fds);
	t->hand = fds[1];
	assert_int_equal(tcp_init(&t->tcp, t->l, fds[0], &none), 0);
	client_init(&t->client, &t->tcp.stream, &config);
}

static void talk_close(struct talk *t)
{
	client_close(&t->client, on_closed);
	TICK_UNTIL(t->l, t->closes == 1);
	client_fini(&t->client);
	stream_close(&t->tcp.stream);
	if (t->hand >= 0)
		close(t->hand);
	buf_fini(&t->body);
	loop_free(t->l);
}

static void ask(struct talk *t, const char *method, uint64_t want)
{
	buf_reset(&t->body);
	t->status = t->heads = t->dones = 0;
	t->call = (struct client_call){.ops = &ops,
		.request = {.method = str_from(method), .path = STR("/p"), .host = STR("h")},
		.want = want};
	t->inside = true;
	client_start(&t->client, &t->call);
	t->inside = false;
}

static void hand_read(struct talk *t, const char *want)
{
	char text[1024];
	size_t n = 0;

	while (n < strlen(want)) {
		ssize_t got = recv(t->hand, text + n, sizeof(text) - n, MSG_DONTWAIT);

		if (got > 0)
			n += (size_t)got;
		else
			loop_tick(t->l, MSEC(1));
	}
	assert_str(str_of(text, n), want);
}

static void hand_write(struct talk *t, const char *text)
{
	assert_int_equal(write(t->hand, text, strlen(text)), strlen(text));
}

#define ASKED "GET /p HTTP/1.1\r\nHost: h\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\n"

static void test_one_after_the_other(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t);
	for (int i = 0; i < 3; i++) {
		ask(&t, "GET", UINT64_MAX);
		hand_read(&t, ASKED);
		hand_write(&t, OK "Content-Length: 5\r\n\r\nhello");
		TICK_UNTIL(t.l, t.dones == 1);
		assert_int_equal(t.res, 0);
		assert_int_equal(t.status, 200);
		assert_str(buf_str(&t.body), "hello");
		assert_true(client_idle(&t.client));
	}
	talk_close(&t);
}

/* Any framing, whole and byte by byte; what ends with the connection leaves it closed. */
static void test_framings(void **state)
{
	static const struct {
		const char *method;
		const char *text;
		const char *body;
		bool idle;
		bool fin;
	} rows[] = {
		{"GET", OK "Content-Length: 3\r\n\r\nabc", "abc", true, false},
		{"GET", OK "Content-Length: 0\r\n\r\n", "", true, false},
		{"GET", "HTTP/1.1 204 N\r\n\r\n", "", true, false},
		{"HEAD", OK "Content-Length: 3\r\n\r\n", "", true, false},
		{"GET",
			OK
			"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2;x\r\nbc\r\n0\r\nT: u\r\n\r\n",
			"abc", true, false},
		{"GET", OK "\r\nabc", "abc", false, true},
		{"GET", OK "Connection: close\r\nContent-Length: 3\r\n\r\nabc", "abc", false,
			false},
		{"GET", "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc", false, false},
		{"GET",
			"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\nLink: x\r\n\r\n" OK
			"Content-Length: 3\r\n\r\nabc",
			"abc", true, false},
		{"GET", OK "Content-Length: 3\r\n\r\nabcHTTP/1.1", "abc", false, false},
	};
	struct talk t;

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		size_t row = i / 2, n = strlen(rows[row].text);
		size_t step = i % 2 ? 1 : n;

		talk_open(&t);
		ask(&t, rows[row].method, UINT64_MAX);
		for (size_t at = 0; at < n && !t.dones; at += step) {
			assert_int_equal(write(t.hand, rows[row].text + at, step), step);
			loop_tick(t.l, MSEC(1));
			loop_tick(t.l, 0);
		}
		if (rows[row].fin)
			assert_int_equal(shutdown(t.hand, SHUT_WR), 0);
		TICK_UNTIL(t.l, t.dones == 1);
		assert_int_equal(t.res, 0);
		assert_int_equal(t.heads, 1);
		assert_str(buf_str(&t.body), rows[row].body);
		loop_tick(t.l, 0);
		/* byte by byte, the surplus comes when the connection is already idle */
		if (row + 1 < ARRAY_LEN(rows) || step > 1)
			assert_int_equal(client_idle(&t.client), rows[row].idle);
		talk_close(&t);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *text;
		enum http_reason why;
		int res;
		bool fin;
	} rows[] = {
		{"HTTP/1.1 2000 OK\r\n\r\n", HTTP_R_BAD_STATUS_LINE, -EPROTO, false},
		{OK "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
			HTTP_R_LENGTH_AND_CHUNKED, -EPROTO, false},
		{OK "Transfer-Encoding: chunked\r\n\r\nx", HTTP_R_BAD_CHUNK_SIZE, -EPROTO, false},
		{"HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", HTTP_R_UNASKED_101,
			-EPROTO, false},
		{OK "Content-Length: 5\r\n\r\nabc", HTTP_R_TRUNCATED, -ECONNRESET, true},
		{OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", HTTP_R_TRUNCATED, -ECONNRESET,
			true},
		{"HTTP/1.1 200", HTTP_R_TRUNCATED, -ECONNRESET, true},
		{"", HTTP_R_NONE, -ECONNRESET, true},
	};
	struct talk t;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		talk_open(&t);
		ask(&t, "GET", UINT64_MAX);
		hand_read(&t, ASKED);
		hand_write(&t, rows[i].text);
		if (rows[i].fin)
			assert_int_equal(shutdown(t.hand, SHUT_WR), 0);
		TICK_UNTIL(t.l, t.dones == 1);
		assert_int_equal(t.res, rows[i].res);
		assert_int_equal(client_reason(&t.client), rows[i].why);
		assert_int_equal(client_unanswered(&t.client), rows[i].text[0] == '\0');
		assert_false(client_idle(&t.client));
		talk_close(&t);
	}
}

static void test_interim_bound(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t);
	ask(&t, "GET", UINT64_MAX);
	for (int i = 0; i <= CLIENT_INTERIM_MAX; i++)
		hand_write(&t, "HTTP/1.1 100 C\r\n\r\n");
	TICK_UNTIL(t.l, t.dones == 1);
	assert_int_equal(t.res, -EPROTO);
	assert_int_equal(client_reason(&t.client), HTTP_R_TOO_MANY_INTERIM);
	talk_close(&t);
}

static void test_head_bound(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t);
	ask(&t, "GET", UINT64_MAX);
	hand_write(&t, OK);
	for (int i = 0; i < 40 && !t.dones; i++) {
		char line[1024] = "X: ";

		memset(line + 3, 'x', sizeof(line) - 6);
		memcpy(line + sizeof(line) - 3, "\r\n", 3);
		hand_write(&t, line);
		loop_tick(t.l, 0);
	}
	TICK_UNTIL(t.l, t.dones == 1);
	assert_int_equal(t.res, -EPROTO);
	assert_int_equal(client_reason(&t.client), HTTP_R_HEAD_TOO_LARGE);
	talk_close(&t);
}

/* Nothing comes without credit, and no piece is larger than it. */
static void test_credit(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t);
	ask(&t, "GET", 0);
	hand_read(&t, ASKED);
	hand_write(&t, OK "Transfer-Encoding: chunked\r\n\r\n8\r\nabcdefgh\r\n0\r\n\r\n");
	TICK_UNTIL(t.l, t.heads == 1);
	for (int i = 0; i < 10; i++)
		loop_tick(t.l, 0);
	assert_int_equal(t.body.n, 0);
	for (size_t n = 3; n <= 6; n += 3) {
		t.inside = true;
		client_want(&t.client, 3);
		t.inside = false;
		TICK_UNTIL(t.l, t.body.n == n);
		for (int i = 0; i < 10; i++)
			loop_tick(t.l, 0);
		assert_int_equal(t.body.n, n);
	}
	assert_int_equal(t.dones, 0);
	/* exactly what is left: the end is seen without asking for more */
	client_want(&t.client, 2);
	TICK_UNTIL(t.l, t.dones == 1);
	assert_int_equal(t.res, 0);
	assert_str(buf_str(&t.body), "abcdefgh");
	assert_true(t.most <= 3);
	assert_true(client_idle(&t.client));
	talk_close(&t);
}

static void test_timeouts(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t);
	ask(&t, "GET", UINT64_MAX);
	hand_read(&t, ASKED);
	clock_manual_advance(&t.clock, SEC(9));
	hand_write(&t, "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 2");
	loop_tick(t.l, MSEC(1));
	loop_tick(t.l, MSEC(1));
	assert_int_equal(t.dones, 0);
	clock_manual_advance(&t.clock, SEC(1) + MSEC(2));
	TICK_UNTIL(t.l, t.dones == 1);
	assert_int_equal(t.res, -ETIMEDOUT);
	talk_close(&t);

	talk_open(&t);
	ask(&t, "GET", UINT64_MAX);
	hand_write(&t, OK "Content-Length: 5\r\n\r\na");
	TICK_UNTIL(t.l, t.body.n == 1);
	clock_manual_advance(&t.clock, SEC(4));
	hand_write(&t, "b");
	TICK_UNTIL(t.l, t.body.n == 2);
	clock_manual_advance(&t.clock, SEC(4));
	loop_tick(t.l, 0);
	assert_int_equal(t.dones, 0);
	clock_manual_advance(&t.clock, SEC(1) + MSEC(2));
	TICK_UNTIL(t.l, t.dones == 1);
	assert_int_equal(t.res, -ETIMEDOUT);
	talk_close(&t);
}

/* Who has no credit open is not timed: the consumer is slow, not the peer. */
static void test_no_timeout_without_credit(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t);
	ask(&t, "GET", 1);
	hand_write(&t, OK "Content-Length: 2\r\n\r\nab");
	TICK_UNTIL(t.l, t.body.n == 1);
	clock_manual_advance(&t.clock, SEC(100));
	loop_tick(t.l, 0);
	loop_tick(t.l, 0);
	assert_int_equal(t.dones, 0);
	client_want(&t.client, 1);
	TICK_UNTIL(t.l, t.dones == 1);
	assert_int_equal(t.res, 0);
	talk_close(&t);
}

static void test_cancel(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t);
	ask(&t, "GET", UINT64_MAX);
	t.inside = true;
	client_cancel(&t.client);
	t.inside = false;
	TICK_UNTIL(t.l, t.dones == 1);
	assert_int_equal(t.res, -ECANCELED);
	assert_false(client_idle(&t.client));
	talk_close(&t);

	talk_open(&t);
	ask(&t, "GET", UINT64_MAX);
	t.cancel_at_data = true;
	hand_write(&t, OK "Content-Length: 5\r\n\r\nhello");
	TICK_UNTIL(t.l, t.dones == 1);
	assert_int_equal(t.res, -ECANCELED);
	talk_close(&t);

	/* a close during a call ends the call first */
	talk_open(&t);
	ask(&t, "GET", UINT64_MAX);
	talk_close(&t);
	assert_int_equal(t.dones, 1);
	assert_int_equal(t.res, -ECANCELED);
}

/* Bytes that nobody asked for are never the answer to the next request. */
static void test_unasked_bytes(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t);
	ask(&t, "GET", UINT64_MAX);
	hand_write(&t, OK "Content-Length: 0\r\n\r\n");
	TICK_UNTIL(t.l, t.dones == 1);
	assert_true(client_idle(&t.client));
	hand_write(&t, OK "Content-Length: 0\r\n\r\n");
	TICK_UNTIL(t.l, !client_idle(&t.client));
	talk_close(&t);

	talk_open(&t);
	assert_true(client_idle(&t.client));
	ask(&t, "GET", UINT64_MAX);
	hand_write(&t, OK "Content-Length: 0\r\n\r\n");
	TICK_UNTIL(t.l, t.dones == 1);
	close(t.hand);
	t.hand = -1;
	TICK_UNTIL(t.l, !client_idle(&t.client));
	assert_int_equal(t.dones, 1);
	talk_close(&t);
}

static void test_request_body(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t);
	t.call = (struct client_call){.ops = &ops,
		.request = {.method = STR("PATCH"),
			.path = STR("/a"),
			.query = STR("b"),
			.has_query = true,
			.host = STR("h")},
		.body = STR("{}"),
		.want = UINT64_MAX};
	client_start(&t.client, &t.call);
	hand_read(&t, "PATCH /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}");
	hand_write(&t, OK "Content-Length: 0\r\n\r\n");
	TICK_UNTIL(t.l, t.dones == 1);
	assert_int_equal(t.res, 0);
	talk_close(&t);
}

/* An answer before the request has gone counts; the connection does not stay. */
static void test_early_answer(void **state)
{
	static char large[16 << 20];
	struct talk t;

	(void)state;
	memset(large, 'x', sizeof(large));
	talk_open(&t);
	t.call = (struct client_call){.ops = &ops,
		.request = {.method = STR("PUT"), .path = STR("/"), .host = STR("h")},
		.body = str_of(large, sizeof(large)),
		.want = UINT64_MAX};
	client_start(&t.client, &t.call);
	loop_tick(t.l, 0);
	hand_write(&t, "HTTP/1.1 413 X\r\nContent-Length: 2\r\n\r\nno");
	TICK_UNTIL(t.l, t.dones == 1);
	assert_int_equal(t.res, 0);
	assert_int_equal(t.status, 413);
	assert_str(buf_str(&t.body), "no");
	assert_false(client_idle(&t.client));
	talk_close(&t);
}

static void test_unwritable(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t);
	t.call = (struct client_call){.ops = &ops,
		.request = {.method = STR("GET"), .path = STR("/\r\n"), .host = STR("h")}};
	t.inside = true;
	client_start(&t.client, &t.call);
	t.inside = false;
	TICK_UNTIL(t.l, t.dones == 1);
	assert_int_equal(t.res, -EINVAL);
	assert_int_equal(recv(t.hand, (char[1]){0}, 1, 0), 0);
	talk_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_after_the_other),
		cmocka_unit_test(test_framings),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_interim_bound),
		cmocka_unit_test(test_head_bound),
		cmocka_unit_test(test_credit),
		cmocka_unit_test(test_timeouts),
		cmocka_unit_test(test_no_timeout_without_credit),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_unasked_bytes),
		cmocka_unit_test(test_request_body),
		cmocka_unit_test(test_early_answer),
		cmocka_unit_test(test_unwritable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
