/* SPDX-License-Identifier: Apache-2.0 */
/* Every system call of an exchange fails once, in each way that the kernel knows: the client gets a
 * whole answer or an end, the next exchange is served, and nothing is left over. */
#include "proxy/helper_rig.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "net/fault.h"

#define NTH_MAX 40

static const struct {
	enum fault_call call;
	int errs[4];
} sweeps[] = {
	{FAULT_RECV, {EAGAIN, EINTR, ECONNRESET, FAULT_SHORT}},
	{FAULT_SENDMSG, {EAGAIN, EINTR, ECONNRESET, FAULT_SHORT}},
	{FAULT_ACCEPT, {EAGAIN, EINTR, ECONNABORTED, EMFILE}},
	{FAULT_CONNECT, {EINTR, ECONNREFUSED, EADDRNOTAVAIL, ENETUNREACH}},
	{FAULT_SOCKET, {EMFILE, ENFILE, ENOBUFS, ENOMEM}},
	{FAULT_EPOLL_CTL, {ENOMEM, ENOSPC, 0, 0}},
	{FAULT_EPOLL_WAIT, {EINTR, 0, 0, 0}},
	{FAULT_SHUTDOWN, {ENOTCONN, 0, 0, 0}},
};

/* Plays the backend for whoever comes, while the client waits. */
static void serve(struct rig *r, struct peer *b, bool *have)
{
	struct str got;

	if (!*have && peer_waiting(r, 0)) {
		*b = peer_accept(r, 0);
		*have = true;
	}
	if (!*have)
		return;
	got = peer_read(b);
	if (got.n >= 4 && memcmp(got.p + got.n - 4, "\r\n\r\n", 4) == 0) {
		buf_reset(&b->in);
		peer_send(b, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
	}
	if (b->eof || b->err) {
		peer_close(b);
		*have = false;
	}
}

static bool whole(struct str got)
{
	return got.n > 5 && (memcmp(got.p + got.n - 5, "hello", 5) == 0 ||
				    memcmp(got.p, "HTTP/1.1 50", 11) == 0);
}

/* One request on a connection of its own; true: answered whole. */
static bool ask(struct rig *r, struct peer *b, bool *have)
{
	struct peer c = peer_connect(r);
	bool good;

	peer_send(&c, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
	for (int i = 0; i < 30 && !c.eof && !c.err; i++) {
		serve(r, b, have);
		(void)peer_read(&c);
		rig_advance(r, MSEC(30)); /* a listener rests after a failure */
	}
	/* A feigned reset leaves a backend that waits for ever: then a timer of ours has to end it.
	 */
	if (!c.eof && !c.err) {
		rig_advance(r, SEC(130));
		(void)peer_read(&c);
	}
	if (!c.eof && !c.err)
		fail_msg("no end: %zu bytes: %.*s", c.in.n, STR_ARG(buf_str(&c.in)));
	good = whole(peer_read(&c));
	/* Bytes, but not all of them: only a reset may end so. */
	assert_true(good || c.in.n == 0 || c.err);
	peer_close(&c);
	return good;
}

static uint64_t attempt(enum fault_call call, int err, uint64_t nth)
{
	struct peer b = {0};
	bool have = false;
	struct fault f;
	struct rig r;

	fault_init(&f);
	f.err = err;
	rig_init_faulty(&r, &f.sys);
	rig_simple(&r);
	f.nth = f.seen[call] + nth;
	f.call = call;
	(void)ask(&r, &b, &have);
	f.call = FAULT_CALLS;
	if (!ask(&r, &b, &have))
		fail_msg("call %d, errno %d, the %ju-th: the next request failed", (int)call, err,
			(uintmax_t)nth);
	if (have)
		peer_close(&b);
	rig_fini(&r);
	return f.hit;
}

static void every_call_fails_once(void **state)
{
	unsigned injected = 0;

	(void)state;
	for (size_t s = 0; s < ARRAY_LEN(sweeps); s++) {
		for (int e = 0; e < 4 && sweeps[s].errs[e]; e++) {
			uint64_t n = 1;

			while (n < NTH_MAX && attempt(sweeps[s].call, sweeps[s].errs[e], n))
				n++;
			assert_true(n < NTH_MAX || sweeps[s].call == FAULT_EPOLL_WAIT);
			injected += (unsigned)n - 1;
		}
	}
	assert_true(injected > 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_fails_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
