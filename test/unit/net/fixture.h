/* SPDX-License-Identifier: Apache-2.0 */
/* fixture.h -- a loop with a clock that stands still, and TCP pairs on loopback. */
#ifndef TEST_UNIT_NET_FIXTURE_H
#define TEST_UNIT_NET_FIXTURE_H

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/loop.h"
#include "net/stream.h"

/* Ticks until <cond>, at most so many: a test that hangs fails instead. */
#define TICK_UNTIL(l, cond)                                                                 \
	do {                                                                                \
		for (int tries_ = 0; !(cond); tries_++) {                                   \
			if (tries_ == 4000)                                                 \
				fail_msg("%s:%d: still not %s", __FILE__, __LINE__, #cond); \
			loop_tick((l), MSEC(1));                                            \
		}                                                                           \
	} while (0)

/* An op's completions as a test sees them. */
struct seen {
	int n;
	int res;
};

static inline struct loop *fixture_loop(const struct clock *clock, struct net_sys *sys)
{
	struct loop_config config = {.clock = clock, .sys = sys};
	struct loop *l = NULL;

	assert_int_equal(loop_new(&config, &l), 0);
	return l;
}

static inline int fixture_listen(struct sockaddr_in *ret_at)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	*ret_at = at;
	return fd;
}

/* A connected pair: [0] non-blocking, for the loop; [1] blocking, for the test's hand. */
static inline void fixture_pair(int fds[2])
{
	struct sockaddr_in at;
	int ls = fixture_listen(&at);

	fds[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fds[1], (struct sockaddr *)&at, sizeof(at)), 0);
	fds[0] = accept4(ls, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(fds[0] >= 0);
	close(ls);
}

static inline void fixture_rst(int fd)
{
	struct linger now = {.l_onoff = 1, .l_linger = 0};

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
	close(fd);
}

/* Open descriptors of this process: what a fault must not leak. */
static inline int fixture_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 1024; fd++) {
		struct pollfd p = {.fd = fd};

		n += poll(&p, 1, 0) >= 0 && !(p.revents & POLLNVAL);
	}
	return n;
}

#endif
