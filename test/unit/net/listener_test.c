/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets: batches, pause, out of descriptors, drain. */
#include "fixture.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/resource.h>

#include "net/listener.h"

#define MOST 64

struct door {
	struct clock_manual clock;
	struct loop *l;
	struct listener ls;
	struct addr at;
	int fds[MOST];
	int n;
	int pressed;
	int drained;
	bool close_early;
};

static void door_accepted(struct listener *ls, int fd, const struct addr *peer)
{
	struct door *d = container_of(ls, struct door, ls);

	assert_true(addr_is_loopback(peer) && addr_port(peer) != 0);
	assert_true(d->n < MOST);
	d->fds[d->n++] = fd;
	if (d->close_early)
		listener_close(ls);
}

static void door_pressure(struct listener *ls, int err)
{
	assert_int_equal(err, -EMFILE);
	container_of(ls, struct door, ls)->pressed++;
}

static void door_drained(struct listener *ls)
{
	container_of(ls, struct door, ls)->drained++;
}

static void door_local(int fd, struct addr *ret_at)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &len), 0);
	*ret_at = addr_of(&ss, len);
}

static void door_open(struct door *d)
{
	struct addr any;
	int fd;

	*d = (struct door){0};
	clock_manual_init(&d->clock, SEC(100), 0);
	d->l = fixture_loop(&d->clock.clock, NULL);
	assert_int_equal(addr_parse(STR("127.0.0.1:0"), &any), 0);
	fd = listener_open(&any);
	assert_true(fd >= 0);
	door_local(fd, &d->at);
	assert_int_equal(listener_init(&d->ls, d->l, fd, door_accepted, door_pressure), 0);
}

static void door_shut(struct door *d)
{
	for (int i = 0; i < d->n; i++)
		close(d->fds[i]);
	listener_close(&d->ls);
	listener_close(&d->ls);
	loop_free(d->l);
}

/* Blocking connect: the kernel completes it without us. */
static int knock(const struct addr *at)
{
	int fd = socket(at->sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, &at->sa, at->len), 0);
	return fd;
}

static void accepted_sockets_are_ready_for_use(void **state)
{
	socklen_t len = sizeof(int);
	int one = 0, fd;
	struct door d;

	(void)state;
	door_open(&d);
	fd = knock(&d.at);
	TICK_UNTIL(d.l, d.n == 1);
	assert_int_equal(getsockopt(d.fds[0], IPPROTO_TCP, TCP_NODELAY, &one, &len), 0);
	assert_true(one);
	assert_true(fcntl(d.fds[0], F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(d.fds[0], F_GETFD) & FD_CLOEXEC);
	close(fd);
	door_shut(&d);
}

static void a_tick_accepts_a_batch(void **state)
{
	int fds[40];
	struct door d;

	(void)state;
	door_open(&d);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		fds[i] = knock(&d.at);
	loop_tick(d.l, MSEC(50));
	assert_int_equal(d.n, LISTENER_BATCH);
	TICK_UNTIL(d.l, d.n == ARRAY_LEN(fds));
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	door_shut(&d);
}

static void paused_leaves_them_in_the_backlog(void **state)
{
	struct door d;
	int fd;

	(void)state;
	door_open(&d);
	listener_pause(&d.ls);
	fd = knock(&d.at);
	for (int i = 0; i < 5; i++)
		loop_tick(d.l, MSEC(2));
	assert_int_equal(d.n, 0);
	listener_resume(&d.ls);
	TICK_UNTIL(d.l, d.n == 1);
	close(fd);
	door_shut(&d);
}

static void close_from_the_callback(void **state)
{
	struct door d;
	int a, b;

	(void)state;
	door_open(&d);
	d.close_early = true;
	a = knock(&d.at);
	b = knock(&d.at);
	TICK_UNTIL(d.l, d.n == 1);
	loop_tick(d.l, 0);
	assert_int_equal(d.n, 1);
	close(a);
	close(b);
	door_shut(&d);
}

static void released_socket_lives_on(void **state)
{
	struct door d;
	int fd, ls;

	(void)state;
	door_open(&d);
	ls = listener_release(&d.ls);
	fd = knock(&d.at);
	loop_tick(d.l, 0);
	assert_int_equal(d.n, 0);
	assert_int_equal(listener_init(&d.ls, d.l, ls, door_accepted, NULL), 0);
	TICK_UNTIL(d.l, d.n == 1); /* it waited in the backlog */
	close(fd);
	door_shut(&d);
}

/* --- out of descriptors --- */

/* Uses up all descriptors below a lowered limit; returns how many it took. */
static int exhaust(int taken[MOST], struct rlimit *old)
{
	struct rlimit low;
	int n = 0, fd;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, old), 0);
	low = *old;
	low.rlim_cur = 48;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	while (n < MOST && (fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
		taken[n++] = fd;
	assert_int_equal(errno, EMFILE);
	return n;
}

static void emfile_rests_and_recovers(void **state)
{
	int taken[MOST], n, fd;
	struct rlimit old;
	struct door d;

	(void)state;
	door_open(&d);
	fd = knock(&d.at);
	n = exhaust(taken, &old);
	loop_tick(d.l, MSEC(50));
	assert_int_equal(d.pressed, 1);
	for (int i = 0; i < 20; i++)
		loop_tick(d.l, 0); /* time stands still: it rests, however often we look */
	assert_int_equal(d.pressed, 1);
	close(taken[--n]); /* what the pressure callback is for */
	clock_manual_advance(&d.clock, LISTENER_REST + MSEC(1));
	TICK_UNTIL(d.l, d.n == 1);
	assert_int_equal(d.ls.shed, 0);
	while (n)
		close(taken[--n]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	close(fd);
	door_shut(&d);
}

static void emfile_for_long_sheds(void **state)
{
	int taken[MOST], n, fd;
	struct rlimit old;
	struct door d;
	char c;

	(void)state;
	door_open(&d);
	fd = knock(&d.at);
	n = exhaust(taken, &old);
	for (int i = 0; i < 1000 && !d.ls.shed; i++) {
		loop_tick(d.l, MSEC(1));
		clock_manual_advance(&d.clock, LISTENER_REST);
	}
	assert_int_equal(d.ls.shed, 1);
	assert_true(d.pressed >= LISTENER_SHED / (2 * LISTENER_REST));
	assert_int_equal(read(fd, &c, 1), -1); /* told at once */
	assert_int_equal(errno, ECONNRESET);
	while (n)
		close(taken[--n]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	close(fd);
	fd = knock(&d.at);
	for (int i = 0; i < 100 && !d.n; i++) {
		loop_tick(d.l, MSEC(1));
		clock_manual_advance(&d.clock, LISTENER_REST);
	}
	assert_int_equal(d.n, 1);
	close(fd);
	door_shut(&d);
}

/* --- drain --- */

static void drain_loses_nobody(void **state)
{
	struct door d;
	int in[20], fd;

	(void)state;
	door_open(&d);
	listener_pause(&d.ls);
	for (size_t i = 0; i < ARRAY_LEN(in); i++)
		in[i] = knock(&d.at);
	listener_drain(&d.ls, MSEC(200), door_drained);
	/* a SYN from now on is not answered */
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_int_equal(connect(fd, &d.at.sa, d.at.len), -1);
	for (int i = 0; i < 10; i++)
		loop_tick(d.l, MSEC(2));
	assert_int_equal(d.n, ARRAY_LEN(in));
	assert_int_equal(d.drained, 0);
	clock_manual_advance(&d.clock, MSEC(201));
	TICK_UNTIL(d.l, d.drained == 1);
	assert_int_equal(d.n, ARRAY_LEN(in));
	for (size_t i = 0; i < ARRAY_LEN(in); i++) {
		assert_int_equal(write(in[i], "x", 1), 1);
		close(in[i]);
	}
	close(fd);
	door_shut(&d);
}

static void both_families_on_one_port(void **state)
{
	struct addr v4, v6;
	int a, b;

	(void)state;
	assert_int_equal(addr_parse(STR("0.0.0.0:0"), &v4), 0);
	a = listener_open(&v4);
	assert_true(a >= 0);
	door_local(a, &v4);
	assert_int_equal(addr_parse(STR("[::]:0"), &v6), 0);
	addr_set_port(&v6, addr_port(&v4));
	b = listener_open(&v6);
	if (b == -EAFNOSUPPORT) {
		close(a);
		skip();
	}
	assert_true(b >= 0);
	close(a);
	close(b);
	assert_int_equal(addr_parse(STR("192.0.2.1:1"), &v4), 0);
	assert_int_equal(listener_open(&v4), -EADDRNOTAVAIL);
}

static int option_of(int fd, int level, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	assert_int_equal(getsockopt(fd, level, name, &value, &len), 0);
	return value;
}

/* The kernel tells a listening socket's backlog as the most that may wait (tcp_info, unacked and
 * sacked). */
static unsigned backlog_of(int fd)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);

	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
	return info.tcpi_sacked;
}

static void tuning_reaches_the_socket(void **state)
{
	const struct listener_tuning all = {.backlog = 7,
		.deferred = true,
		.keepalive = 1,
		.keep_idle = 31,
		.keep_interval = 5,
		.keep_count = 3};
	const struct listener_tuning off = {.backlog = 9, .keepalive = -1};
	struct addr at;
	int fd, in, out;

	(void)state;
	assert_int_equal(addr_parse(STR("127.0.0.1:0"), &at), 0);
	fd = listener_open(&at);
	assert_true(fd >= 0);
	assert_int_equal(listener_tune(fd, &all), 0);
	assert_int_equal(backlog_of(fd), 7);
	assert_true(option_of(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT) > 0);
	/* Who is accepted has them too. */
	door_local(fd, &at);
	out = knock(&at);
	assert_int_equal(write(out, "x", 1), 1);
	in = -1;
	for (int i = 0; i < 1000 && in < 0; i++) {
		in = accept(fd, NULL, NULL);
		if (in < 0)
			usleep(1000);
	}
	assert_true(in >= 0);
	assert_int_equal(option_of(in, SOL_SOCKET, SO_KEEPALIVE), 1);
	assert_int_equal(option_of(in, IPPROTO_TCP, TCP_KEEPIDLE), 31);
	assert_int_equal(option_of(in, IPPROTO_TCP, TCP_KEEPINTVL), 5);
	assert_int_equal(option_of(in, IPPROTO_TCP, TCP_KEEPCNT), 3);
	/* A later process may want it otherwise. */
	assert_int_equal(listener_tune(fd, &off), 0);
	assert_int_equal(backlog_of(fd), 9);
	assert_int_equal(option_of(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT), 0);
	assert_int_equal(option_of(fd, SOL_SOCKET, SO_KEEPALIVE), 0);
	close(in);
	close(out);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted_sockets_are_ready_for_use),
		cmocka_unit_test(a_tick_accepts_a_batch),
		cmocka_unit_test(paused_leaves_them_in_the_backlog),
		cmocka_unit_test(close_from_the_callback),
		cmocka_unit_test(released_socket_lives_on),
		cmocka_unit_test(emfile_rests_and_recovers),
		cmocka_unit_test(emfile_for_long_sheds),
		cmocka_unit_test(drain_loses_nobody),
		cmocka_unit_test(both_families_on_one_port),
		cmocka_unit_test(tuning_reaches_the_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
