/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/channel.h"
#include "cli/supervisor.h"

/* What the processes of one test share. */
struct shared {
	_Atomic int port;
	_Atomic unsigned starts;
	_Atomic bool last_good;
	_Atomic uint64_t set_aside;
};

static struct shared *shared;

static int ask(int fd, struct channel_msg *m, int *fds, size_t *n)
{
	if (channel_send(fd, m, NULL, 0) < 0 || channel_recv(fd, m, fds, n) <= 0)
		exit(3);
	return m->result;
}

/* A port of 127.0.0.1 that nobody uses. */
static uint16_t free_port(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct addr at;

	assert_int_equal(addr_parse(STR("127.0.0.1:0"), &at), 0);
	assert_int_equal(bind(fd, &at.sa, at.len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &len), 0);
	close(fd);
	at = addr_of(&ss, len);
	return addr_port(&at);
}

static void open_sockets(const struct child_start *start, int *fds)
{
	struct channel_msg m = {.kind = CHANNEL_OPEN, .slots = LISTEN_SLOTS};
	size_t n;

	if (addr_parse(STR("127.0.0.1:1"), &m.addr) < 0)
		exit(3);
	addr_set_port(&m.addr, (uint16_t)shared->port);
	if (ask(start->ask_fd, &m, fds, &n) < 0 || n != LISTEN_SLOTS)
		exit(3);
}

static void ready(const struct child_start *start, uint64_t digest)
{
	struct channel_msg m = {.kind = CHANNEL_INPUT, .digest = digest};
	size_t n;

	(void)ask(start->ask_fd, &m, NULL, &n);
	m = (struct channel_msg){.kind = CHANNEL_READY};
	(void)ask(start->ask_fd, &m, NULL, &n);
}

/* Answers each connection with the number of this child; dies when it is asked "x". */
static int serving_child(void *arg, const struct child_start *start)
{
	int fds[LISTEN_SLOTS];

	(void)arg;
	open_sockets(start, fds);
	ready(start, 7);
	shared->starts++;
	for (;;) {
		char c, answer = (char)('0' + start->generation);
		int fd = -1;

		for (int i = 0; fd < 0; i = (i + 1) % LISTEN_SLOTS)
			fd = accept(fds[i], NULL, NULL);
		if (read(fd, &c, 1) == 1 && c == 'x')
			abort();
		if (write(fd, &answer, 1) != 1)
			return 3;
		close(fd);
	}
}

static int failing_child(void *arg, const struct child_start *start)
{
	(void)arg;
	(void)start;
	return 1;
}

/* Dies of the same input until it is told to leave that input aside. */
static int looping_child(void *arg, const struct child_start *start)
{
	(void)arg;
	shared->starts++;
	shared->last_good = start->last_good;
	shared->set_aside = start->set_aside;
	if (!start->last_good) {
		struct channel_msg m = {.kind = CHANNEL_INPUT, .digest = 42};
		size_t n;

		(void)ask(start->ask_fd, &m, NULL, &n);
		abort();
	}
	ready(start, 43);
	for (;;)
		pause();
}

static pid_t start_supervisor(child_main_f *child)
{
	static char *argv[] = {NULL};
	pid_t pid;

	*shared = (struct shared){.port = free_port()};
	pid = fork();
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(3);
		_exit(supervise(argv, child, NULL));
	}
	return pid;
}

static int wait_exit(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* Until another process has done its part; the wait of a test's harness, not of the code. */
static void until(bool (*true_now)(void))
{
	for (int i = 0; i < 20000 && !true_now(); i++)
		usleep(500);
	assert_true(true_now());
}

static bool is_serving(void)
{
	return shared->starts != 0;
}

static bool left_aside(void)
{
	return shared->last_good;
}

/* One connection: sends <c>, returns the answer or 0. */
static char converse(char c)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char answer = 0;
	struct addr at;

	assert_int_equal(addr_parse(STR("127.0.0.1:1"), &at), 0);
	addr_set_port(&at, (uint16_t)shared->port);
	assert_int_equal(connect(fd, &at.sa, at.len), 0);
	assert_int_equal(write(fd, &c, 1), 1);
	if (read(fd, &answer, 1) != 1)
		answer = 0;
	close(fd);
	return answer;
}

static void test_crash_keeps_the_sockets(void **state)
{
	pid_t pid = start_supervisor(serving_child);

	(void)state;
	until(is_serving);
	assert_int_equal(converse('a'), '1');
	assert_int_equal(converse('x'), 0);
	/* Connects at once and waits in the backlog for the next child. */
	assert_int_equal(converse('a'), '2');
	kill(pid, SIGTERM);
	assert_int_equal(wait_exit(pid), 0);
}

static void test_what_cannot_start_ends_with_its_status(void **state)
{
	(void)state;
	assert_int_equal(wait_exit(start_supervisor(failing_child)), 1);
}

static void test_three_crashes_on_one_input_set_it_aside(void **state)
{
	pid_t pid = start_supervisor(looping_child);

	(void)state;
	until(left_aside);
	assert_int_equal(shared->starts, 4);
	assert_int_equal(shared->set_aside, 42);
	kill(pid, SIGTERM);
	assert_int_equal(wait_exit(pid), 0);
}

static int setup(void **state)
{
	(void)state;
	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return shared == MAP_FAILED;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crash_keeps_the_sockets),
		cmocka_unit_test(test_what_cannot_start_ends_with_its_status),
		cmocka_unit_test(test_three_crashes_on_one_input_set_it_aside),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
