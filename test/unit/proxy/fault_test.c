/* SPDX-License-Identifier: Apache-2.0 */
/* Every system call of an exchange fails once, in each way that the kernel knows: the client gets a
 * whole answer or an end, the next exchange is served, and nothing is left over. */
#include "proxy/helper_rig.h"

#include <errno.h>
#include <sys/socket.h>

#include "net/fault.h"

#define NTH_MAX 60
#define BIG 300000 /* more than a socket takes at once; goes by splice where it may */

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
	{FAULT_SPLICE, {EAGAIN, EINTR, ECONNRESET, FAULT_SHORT}},
	{FAULT_PIPE, {EMFILE, ENFILE, 0, 0}},
	{FAULT_SHUTDOWN, {ENOTCONN, 0, 0, 0}},
};

/* What goes to and fro: every call of each is made to fail, on both sides of the gateway. */
static const struct kind {
	const char *name;
	const char *head;
	size_t body; /* bytes of the request's, 'u' */
	const char *answer;
	size_t answer_body; /* 'z' */
	bool ends; /* the answer's end is the connection's */
} kinds[] = {
	{"small", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 0,
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 5, false},
	{"upload",
		"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 300000\r\n\r\n",
		BIG, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 5, false},
	{"download", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 0,
		"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n", BIG, false},
	{"download to the end", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 0,
		"HTTP/1.1 200 OK\r\n\r\n", BIG, true},
};

/* One of the two ends: what it has still to say. */
struct end {
	struct peer p;
	bool open;
	const char *head; /* not sent yet; NULL: nothing is to be said yet */
	char fill;
	size_t left; /* of <fill> */
};

/* As much as the socket takes; false: the peer is gone. */
static void end_send(struct end *e)
{
	char piece[16384];

	while (e->head && *e->head) {
		ssize_t n = send(e->p.fd, e->head, strlen(e->head), MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0)
			return;
		e->head += n;
	}
	memset(piece, e->fill, sizeof(piece));
	while (e->head && e->left) {
		ssize_t n = send(
			e->p.fd, piece, MIN(e->left, sizeof(piece)), MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0)
			return;
		e->left -= (size_t)n;
	}
}

static bool arrived(struct str got, size_t body)
{
	const char *end = memmem(got.p, got.n, "\r\n\r\n", 4);

	return end && got.n - (size_t)(end + 4 - got.p) >= body;
}

/* Plays the backend for whoever comes, while the client waits. */
static void serve(struct rig *r, struct end *b, const struct kind *k)
{
	if (!b->open && peer_waiting(r, 0)) {
		*b = (struct end){.p = peer_accept(r, 0), .open = true, .fill = 'z'};
	}
	if (!b->open)
		return;
	if (!b->head && arrived(peer_read(&b->p), k->body)) {
		b->head = k->answer;
		b->left = k->answer_body;
	}
	end_send(b);
	if (b->head && !*b->head && !b->left) {
		buf_reset(&b->p.in);
		b->head = NULL;
		if (k->ends)
			peer_fin(&b->p);
	}
	(void)peer_read(&b->p);
	if (b->p.eof || b->p.err) {
		peer_close(&b->p);
		b->open = false;
	}
}

enum result { NOTHING, OURS, THEIRS };

/* The answer as it was sent, or one of ours that says what went wrong. */
static enum result whole(struct str got, const struct kind *k)
{
	const char *end = memmem(got.p, got.n, "\r\n\r\n", 4);
	size_t n = 0;

	if (!end)
		return NOTHING;
	if (got.n > 12 && memcmp(got.p, "HTTP/1.1 50", 11) == 0)
		return OURS;
	if (memcmp(got.p, "HTTP/1.1 200", 12) != 0)
		return NOTHING;
	for (const char *p = end + 4; p < got.p + got.n; p++)
		n += *p == 'z';
	if (n != k->answer_body)
		return NOTHING;
	/* Without a length it goes out in chunks, and only the last of them makes it whole. */
	if (k->ends ? memcmp(got.p + got.n - 5, "0\r\n\r\n", 5) == 0
		    : got.n - (size_t)(end + 4 - got.p) == n)
		return THEIRS;
	return NOTHING;
}

/* One exchange on a connection of its own: whose whole answer came. */
static enum result ask(struct rig *r, struct end *b, const struct kind *k)
{
	struct end c = {.p = peer_connect(r), .head = k->head, .fill = 'u', .left = k->body};
	enum result good;

	for (int i = 0; i < 60 && !c.p.eof && !c.p.err; i++) {
		end_send(&c);
		serve(r, b, k);
		(void)peer_read(&c.p);
		rig_advance(r, MSEC(30)); /* a listener rests after a failure */
	}
	/* A feigned reset leaves a backend that waits for ever: then a timer of ours has to end it.
	 */
	if (!c.p.eof && !c.p.err) {
		rig_advance(r, SEC(130));
		(void)peer_read(&c.p);
	}
	if (!c.p.eof && !c.p.err)
		fail_msg("%s: no end: %zu bytes: %.200s", k->name, c.p.in.n, c.p.in.p);
	good = whole(peer_read(&c.p), k);
	/* Bytes, but not all of them: only a reset may end so. */
	if (!good && c.p.in.n && !c.p.err)
		fail_msg("%s: %zu bytes passed for a whole answer: %.200s", k->name, c.p.in.n,
			c.p.in.p);
	peer_close(&c.p);
	return good;
}

/* What the kernel says every day and nobody outside may notice. */
static bool harmless(enum fault_call call, int err)
{
	return err == EAGAIN || err == EINTR || err == FAULT_SHORT || call == FAULT_PIPE;
}

static uint64_t attempt(const struct kind *k, enum fault_call call, int err, uint64_t nth)
{
	struct end b = {0};
	struct fault f;
	struct rig r;

	fault_init(&f);
	f.err = err;
	rig_init_faulty(&r, &f.sys);
	rig_simple(&r);
	f.nth = f.seen[call] + nth;
	f.call = call;
	if (ask(&r, &b, k) != THEIRS && f.hit && harmless(call, err))
		fail_msg("%s: call %d, errno %d, the %ju-th: not served", k->name, (int)call, err,
			(uintmax_t)nth);
	f.call = FAULT_CALLS;
	if (ask(&r, &b, &kinds[0]) != THEIRS)
		fail_msg("%s: call %d, errno %d, the %ju-th: the next request failed", k->name,
			(int)call, err, (uintmax_t)nth);
	if (b.open)
		peer_close(&b.p);
	rig_fini(&r);
	return f.hit;
}

static void every_call_fails_once(void **state)
{
	unsigned injected[FAULT_CALLS] = {0};

	(void)state;
	for (size_t at = 0; at < ARRAY_LEN(kinds) * ARRAY_LEN(sweeps); at++) {
		const struct kind *k = &kinds[at / ARRAY_LEN(sweeps)];
		size_t s = at % ARRAY_LEN(sweeps);

		for (int e = 0; e < 4 && sweeps[s].errs[e]; e++) {
			uint64_t n = 1;

			while (n < NTH_MAX && attempt(k, sweeps[s].call, sweeps[s].errs[e], n))
				n++;
			injected[sweeps[s].call] += (unsigned)n - 1;
		}
	}
	/* Every kind of call was made, and failed. */
	for (size_t s = 0; s < ARRAY_LEN(sweeps); s++) {
		if (!injected[sweeps[s].call])
			fail_msg("call %d never failed", (int)sweeps[s].call);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_fails_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
