/* SPDX-License-Identifier: Apache-2.0 */
/* The operators' server: what it answers, refuses and bounds, over real sockets and a steered
 * clock. */
#include "admin/server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/addr.h"
#include "test.h"

struct stage {
	struct clock_manual clock;
	struct loop *loop;
	struct admin_server *server;
	struct sockaddr_in at;
	struct buf seen; /* paths and queries that the handler got */
	struct buf got;
	bool eof, reset;
};

static void handler(void *arg, const struct admin_request *rq, struct admin_reply *reply)
{
	struct stage *s = arg;

	buf_printf(&s->seen, "%.*s?%.*s\n", STR_ARG(rq->path), STR_ARG(rq->query));
	if (str_eq(rq->path, STR("/none")))
		reply->status = 404;
	if (str_eq(rq->path, STR("/json")))
		reply->type = "application/json";
	if (str_eq(rq->path, STR("/large")))
		for (int i = 0; i < 100000; i++)
			buf_add(&reply->body, STR("0123456789"));
	else
		buf_add(&reply->body, STR("hello\n"));
}

static int setup(void **state)
{
	static struct stage s;
	struct loop_config lc = {0};
	socklen_t n = sizeof(s.at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	s = (struct stage){
		.at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
	clock_manual_init(&s.clock, SEC(1000), 0);
	lc.clock = &s.clock.clock;
	assert_int_equal(loop_new(&lc, &s.loop), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&s.at, sizeof(s.at)), 0);
	assert_int_equal(listen(fd, 128), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&s.at, &n), 0);
	assert_int_equal(admin_server_new(s.loop, fd, handler, &s, &s.server), 0);
	*state = &s;
	return 0;
}

static int teardown(void **state)
{
	struct stage *s = *state;

	admin_server_free(s->server);
	loop_free(s->loop);
	buf_fini(&s->seen);
	buf_fini(&s->got);
	return 0;
}

static int client(struct stage *s)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&s->at, sizeof(s->at)), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

static void say(struct stage *s, int fd, const char *text)
{
	size_t n = strlen(text);

	assert_int_equal(send(fd, text, n, MSG_NOSIGNAL), (ssize_t)n);
	for (int i = 0; i < 5; i++)
		loop_tick(s->loop, 0);
}

/* Reads what is there, turning the loop, until the end or until nothing comes any more. */
static struct str hear(struct stage *s, int fd)
{
	buf_reset(&s->got);
	s->eof = s->reset = false;
	for (int quiet = 0; quiet < 20 && !s->eof && !s->reset;) {
		ssize_t n = recv(fd, buf_room(&s->got, 65536), 65536, 0);

		quiet = n > 0 ? 0 : quiet + 1;
		if (n > 0)
			buf_added(&s->got, (size_t)n);
		s->eof = n == 0;
		s->reset = n < 0 && errno == ECONNRESET;
		loop_tick(s->loop, 0);
	}
	return buf_str(&s->got);
}

static void one(struct stage *s, const char *request, const char *head, const char *body)
{
	int fd = client(s);
	struct str got;

	say(s, fd, request);
	got = hear(s, fd);
	if (!str_starts(got, str_from(head)))
		fail_msg("got %.*s", STR_ARG(str_take(got, 200)));
	assert_true(str_ends(got, str_from(body)));
	assert_true(s->eof);
	close(fd);
	for (int i = 0; i < 5; i++)
		loop_tick(s->loop, 0);
	assert_false(admin_server_busy(s->server));
}

static void test_answers(void **state)
{
	struct stage *s = *state;

	one(s, "GET /a?b=c%20d HTTP/1.1\r\nHost: x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
		"Content-Length: 6\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
		"\r\n\r\nhello\n");
	one(s, "GET /json HTTP/1.0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n", "hello\n");
	one(s, "GET /none HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 Not Found\r\n", "hello\n");
	/* HEAD: the same without the body. */
	one(s, "HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK\r\n",
		"Content-Length: 6\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n");
	assert_str(buf_str(&s->seen), "/a?b=c%20d\n/json?\n/none?\n/a?\n");
}

static void test_refusals_reach_no_handler(void **state)
{
	static const struct {
		const char *request, *status;
	} rows[] = {
		{"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 405 "},
		{"DELETE /a HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 405 "},
		{"GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 400 "},
		{"GET /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
			"HTTP/1.1 400 "},
		{"GET /a HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
		{"nonsense\r\n\r\n", "HTTP/1.1 400 "},
		{"GET /a HTTP/1.1\nHost: x\n\n", "HTTP/1.1 400 "},
	};
	struct stage *s = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		one(s, rows[i].request, rows[i].status, "\n");
	assert_int_equal(s->seen.n, 0);
}

static void test_heads_are_bounded(void **state)
{
	struct stage *s = *state;
	struct buf big = {0};
	int fd = client(s);

	buf_add(&big, STR("GET /a HTTP/1.1\r\nHost: x\r\nX: "));
	for (int i = 0; i < ADMIN_HEAD / 10; i++)
		buf_add(&big, STR("xxxxxxxxxx"));
	buf_addc(&big, '\0');
	say(s, fd, big.p);
	assert_true(str_starts(hear(s, fd), STR("HTTP/1.1 400 ")));
	assert_int_equal(s->seen.n, 0);
	close(fd);
	buf_fini(&big);
}

static void test_a_request_in_pieces(void **state)
{
	struct stage *s = *state;
	int fd = client(s);

	say(s, fd, "GET /a HT");
	say(s, fd, "TP/1.1\r\nHo");
	assert_int_equal(hear(s, fd).n, 0);
	assert_true(admin_server_busy(s->server));
	say(s, fd, "st: x\r\n\r\n");
	assert_true(str_starts(hear(s, fd), STR("HTTP/1.1 200 OK\r\n")));
	close(fd);
}

static void test_a_large_answer_is_whole(void **state)
{
	struct stage *s = *state;
	int fd = client(s);
	struct str got;

	say(s, fd, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
	got = hear(s, fd);
	assert_true(got.n > 1000000 && str_ends(got, STR("0123456789")));
	assert_true(s->eof);
	close(fd);
}

/* All of an exchange has ADMIN_TIMEOUT, also with somebody who says nothing or reads nothing. */
static void test_time_is_bounded(void **state)
{
	struct stage *s = *state;
	int silent = client(s), half = client(s);

	for (int i = 0; i < 5; i++)
		loop_tick(s->loop, 0);
	say(s, half, "GET /");
	clock_manual_advance(&s->clock, ADMIN_TIMEOUT - MSEC(10));
	assert_int_equal(hear(s, silent).n, 0);
	assert_false(s->eof);
	clock_manual_advance(&s->clock, MSEC(20));
	hear(s, silent);
	assert_true(s->eof || s->reset);
	hear(s, half);
	assert_true(s->eof || s->reset);
	assert_false(admin_server_busy(s->server));
	close(silent);
	close(half);
}

static void test_connections_are_bounded(void **state)
{
	struct stage *s = *state;
	int fds[ADMIN_CONNECTIONS + 1];

	for (int i = 0; i <= ADMIN_CONNECTIONS; i++) {
		fds[i] = client(s);
		for (int k = 0; k < 3; k++)
			loop_tick(s->loop, 0);
	}
	hear(s, fds[ADMIN_CONNECTIONS]);
	assert_true(s->eof || s->reset);
	say(s, fds[0], "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(str_starts(hear(s, fds[0]), STR("HTTP/1.1 200 OK\r\n")));
	for (int i = 0; i <= ADMIN_CONNECTIONS; i++)
		close(fds[i]);
}

/* Stopped: who is accepted is answered, nobody else. */
static void test_stop(void **state)
{
	struct stage *s = *state;
	int fd = client(s), late;

	say(s, fd, "GET /a HTTP/1.1\r\n");
	admin_server_stop(s->server);
	admin_server_stop(NULL);
	assert_true(admin_server_busy(s->server));
	late = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(late, (struct sockaddr *)&s->at, sizeof(s->at)), -1);
	say(s, fd, "Host: x\r\n\r\n");
	assert_true(str_starts(hear(s, fd), STR("HTTP/1.1 200 OK\r\n")));
	close(late);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_answers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refusals_reach_no_handler, setup, teardown),
		cmocka_unit_test_setup_teardown(test_heads_are_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_request_in_pieces, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_large_answer_is_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(test_time_is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_connections_are_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
