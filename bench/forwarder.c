/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forwarder.c -- the least that a proxy must do: move bytes between two sockets.
 *
 *	forwarder [--splice] PORT ORIGIN-PORT
 *
 * What the kernel charges for a proxied exchange, and so the floor that the benchmarks compare
 *with. Each client connection has one connection to the origin on 127.0.0.1.  One thread,
 * edge-triggered epoll, each descriptor registered once; a small exchange costs two reads and two
 * writes.  It knows nothing of HTTP.  It stands alone: nothing of net is in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/checks.h"
#include "base/mem.h"

#define CHUNK 65536
#define PIPE_SIZE (256 * 1024)

struct pair;

/* One direction: out of <fd>, into the other half's. */
struct half {
	struct pair *pair;
	struct half *other;
	int fd;
	int pipe[2]; /* --splice */
	size_t held; /* bytes read, not yet written */
	size_t at;
	char *hold; /* copy: those bytes, while the other side is full */
	bool ended; /* FIN read */
	bool fin; /* behind known bytes */
};

struct pair {
	struct half client, origin;
	struct pair *next; /* dead ones, freed after the events of one wait */
	bool dead;
};

static bool splicing;
static struct sockaddr_in origin_at;
static struct pair *graveyard;

static void pair_kill(struct pair *p)
{
	if (p->dead)
		return;
	p->dead = true;
	close(p->client.fd);
	close(p->origin.fd);
	p->next = graveyard;
	graveyard = p;
}

static void bury(void)
{
	while (graveyard) {
		struct pair *p = graveyard;
		struct half *halves[] = {&p->client, &p->origin};

		graveyard = p->next;
		for (size_t i = 0; i < ARRAY_LEN(halves); i++) {
			mem_free(halves[i]->hold);
			if (splicing) {
				close(halves[i]->pipe[0]);
				close(halves[i]->pipe[1]);
			}
		}
		mem_free(p);
	}
}

/* Writes what is held; 1 all gone, 0 the other side is full, -1 gone. */
static int half_flush(struct half *h)
{
	while (h->held) {
		ssize_t n;

		if (splicing)
			n = splice(h->pipe[0], NULL, h->other->fd, NULL, h->held,
				SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
		else
			n = send(h->other->fd, h->hold + h->at, h->held, MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN ? 0 : -1;
		h->held -= (size_t)n;
		h->at += (size_t)n;
	}
	return 1;
}

/* Reads and passes on one chunk; 1 there may be more, 0 not now, -1 gone. */
static int half_copy(struct half *h)
{
	static char chunk[CHUNK];
	ssize_t n = recv(h->fd, chunk, sizeof(chunk), 0);
	ssize_t put;

	if (n <= 0) {
		h->ended = n == 0;
		return n < 0 && errno != EAGAIN ? -1 : 0;
	}
	put = send(h->other->fd, chunk, (size_t)n, MSG_NOSIGNAL);
	if (put < 0 && errno != EAGAIN)
		return -1;
	put = MAX(put, 0);
	if (put < n) {
		if (!h->hold)
			h->hold = mem_alloc(CHUNK);
		h->held = (size_t)(n - put);
		h->at = 0;
		memcpy(h->hold, chunk + put, h->held);
		return 0;
	}
	return n == CHUNK || h->fin;
}

static int half_splice(struct half *h)
{
	ssize_t n =
		splice(h->fd, NULL, h->pipe[1], NULL, PIPE_SIZE, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);

	if (n <= 0) {
		h->ended = n == 0;
		return n < 0 && errno != EAGAIN ? -1 : 0;
	}
	h->held = (size_t)n;
	return half_flush(h);
}

/* As far as it goes. */
static void half_run(struct half *h)
{
	int r = half_flush(h);

	while (r > 0 && !h->ended)
		r = splicing ? half_splice(h) : half_copy(h);
	if (r < 0) {
		pair_kill(h->pair);
	} else if (h->ended && !h->held) {
		if (h->other->ended)
			pair_kill(h->pair);
		else
			shutdown(h->other->fd, SHUT_WR);
	}
}

static void half_event(struct half *h, uint32_t events)
{
	if (events & (EPOLLERR | EPOLLHUP)) {
		pair_kill(h->pair);
		return;
	}
	if (events & EPOLLRDHUP)
		h->fin = true;
	if (events & EPOLLIN && !h->held)
		half_run(h);
	if (events & EPOLLOUT && h->other->held && !h->pair->dead)
		half_run(h->other);
}

static void half_init(struct half *h, struct pair *p, struct half *other, int fd)
{
	const int on = 1;

	*h = (struct half){.pair = p, .other = other, .fd = fd};
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (splicing) {
		AZ(pipe2(h->pipe, O_NONBLOCK | O_CLOEXEC));
		(void)fcntl(h->pipe[1], F_SETPIPE_SZ, PIPE_SIZE);
	}
}

static void pair_open(int ep, int client)
{
	const uint32_t all = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
	int origin = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct epoll_event ev = {.events = all};
	struct pair *p;

	/* Blocking: on loopback, once per connection. */
	if (connect(origin, (struct sockaddr *)&origin_at, sizeof(origin_at)) < 0) {
		close(origin);
		close(client);
		return;
	}
	AZ(fcntl(origin, F_SETFL, O_NONBLOCK));
	p = MEM_NEW(struct pair);
	half_init(&p->client, p, &p->origin, client);
	half_init(&p->origin, p, &p->client, origin);
	ev.data.ptr = &p->client;
	AZ(epoll_ctl(ep, EPOLL_CTL_ADD, client, &ev));
	ev.data.ptr = &p->origin;
	AZ(epoll_ctl(ep, EPOLL_CTL_ADD, origin, &ev));
}

static int open_listener(uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const int on = 1;

	at.sin_port = htons(port);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 4096) < 0) {
		perror("forwarder");
		exit(1);
	}
	return fd;
}

static void run(int ep, int listener)
{
	struct epoll_event events[256];

	for (;;) {
		int n = epoll_wait(ep, events, ARRAY_LEN(events), -1);

		for (int i = 0; i < n; i++) {
			struct half *h = events[i].data.ptr;
			int fd;

			if (h) {
				if (!h->pair->dead)
					half_event(h, events[i].events);
				continue;
			}
			while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >=
				0)
				pair_open(ep, fd);
		}
		bury();
	}
}

int main(int argc, char **argv)
{
	struct epoll_event ev = {.events = EPOLLIN};
	int ep = epoll_create1(EPOLL_CLOEXEC);
	int listener;

	splicing = argc > 1 && strcmp(argv[1], "--splice") == 0;
	if (argc != 3 + splicing) {
		fprintf(stderr, "usage: forwarder [--splice] PORT ORIGIN-PORT\n");
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	origin_at = (struct sockaddr_in){.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(argv[2 + splicing])),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	listener = open_listener((uint16_t)atoi(argv[1 + splicing]));
	AZ(epoll_ctl(ep, EPOLL_CTL_ADD, listener, &ev));
	run(ep, listener);
}
