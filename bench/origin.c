/* SPDX-License-Identifier: Apache-2.0 */
/*
 * origin.c -- the backend of the benchmarks: the least work that is a correct HTTP/1.1 answer.
 *
 *	origin PORT
 *
 * "GET /N" is answered with N bytes of body (0 to 16 MiB); request bodies with a Content-Length are
 * read and dropped.  One thread, epoll.  It trusts its client, which is a benchmark on loopback.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/checks.h"
#include "base/mem.h"

#define BODY_MAX (16u << 20)
#define IN_SIZE 65536

struct conn {
	int fd;
	size_t in_n;
	size_t skip; /* request body still to come */
	char head[128]; /* of the answer under way */
	size_t head_n, head_at, body_left;
	char in[IN_SIZE];
};

static char *body;

/* Sends what is pending; false when the socket is full or gone. */
static bool flush_out(struct conn *c)
{
	while (c->head_at < c->head_n || c->body_left) {
		struct iovec iov[2] = {
			{c->head + c->head_at, c->head_n - c->head_at}, {body, c->body_left}};
		ssize_t n = writev(c->fd, iov, 2);
		size_t head;

		if (n < 0)
			return false;
		head = MIN((size_t)n, c->head_n - c->head_at);
		c->head_at += head;
		c->body_left -= (size_t)n - head;
	}
	return true;
}

static void answer(struct conn *c, const char *head)
{
	const char *slash = strchr(head, '/');
	size_t size = slash ? strtoul(slash + 1, NULL, 10) : 0;

	size = MIN(size, BODY_MAX);
	c->head_n = (size_t)snprintf(c->head, sizeof(c->head),
		"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n", size);
	c->head_at = 0;
	c->body_left = size;
}

static size_t body_of(char *head, size_t n)
{
	char *field;

	head[n - 1] = '\0'; /* the last LF: strcasestr needs an end */
	field = strcasestr(head, "\ncontent-length:");
	return field ? strtoul(field + 16, NULL, 10) : 0;
}

/* Serves every whole request in the buffer, one at a time. */
static bool serve(struct conn *c)
{
	for (;;) {
		char *end;
		size_t n;

		if (!flush_out(c))
			return errno == EAGAIN;
		n = MIN(c->skip, c->in_n);
		c->skip -= n;
		memmove(c->in, c->in + n, c->in_n - n);
		c->in_n -= n;
		end = c->in_n ? memmem(c->in, c->in_n, "\r\n\r\n", 4) : NULL;
		if (!end || c->skip)
			return true;
		n = (size_t)(end - c->in) + 4;
		c->skip = body_of(c->in, n);
		answer(c, c->in);
		memmove(c->in, c->in + n, c->in_n - n);
		c->in_n -= n;
	}
}

static bool conn_turn(struct conn *c)
{
	for (;;) {
		ssize_t n;

		if (!serve(c))
			return false;
		if (c->in_n == IN_SIZE)
			return false;
		n = read(c->fd, c->in + c->in_n, IN_SIZE - c->in_n);
		if (n == 0)
			return false;
		if (n < 0)
			return errno == EAGAIN;
		c->in_n += (size_t)n;
		if (c->in_n < IN_SIZE && !c->skip)
			return serve(c);
	}
}

static void accept_all(int listener, int ep)
{
	const int on = 1;
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct conn *c = MEM_NEW(struct conn);
		struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};

		c->fd = fd;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		AZ(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev));
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int on = 1;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int ep = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = NULL}, events[256];

	signal(SIGPIPE, SIG_IGN); /* a client that left is no reason to end */
	if (argc != 2) {
		fprintf(stderr, "usage: origin PORT\n");
		return 2;
	}
	sa.sin_port = htons((uint16_t)atoi(argv[1]));
	body = mem_alloc(BODY_MAX);
	memset(body, 'x', BODY_MAX);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (struct sockaddr *)&sa, sizeof(sa)) < 0 || listen(listener, 4096) < 0) {
		perror("origin");
		return 1;
	}
	AZ(epoll_ctl(ep, EPOLL_CTL_ADD, listener, &ev));
	for (;;) {
		int n = epoll_wait(ep, events, ARRAY_LEN(events), -1);

		for (int i = 0; i < n; i++) {
			struct conn *c = events[i].data.ptr;

			if (!c) {
				accept_all(listener, ep);
			} else if (!conn_turn(c)) {
				close(c->fd);
				mem_free(c);
			}
		}
	}
}
