/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uring_forwarder.c -- the forwarder once more, by io_uring instead of epoll.
 *
 *	uring_forwarder PORT ORIGIN-PORT
 *
 * What a second back end of the loop could save at best: nothing of HTTP, one thread, and every
 *help that the kernel has: SINGLE_ISSUER and DEFER_TASKRUN, multishot accept and receive into a
 *ring of buffers, one io_uring_enter for all that is to be sent and waited for.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <liburing.h>

#include "base/checks.h"
#include "base/mem.h"

#define ENTRIES 4096
#define BUFFERS 2048 /* a power of two */
#define CHUNK 4096
#define GROUP 0
#define NONE UINT32_MAX
#define SENT 1 /* in user_data, beside the half's address: its send, not its receive */

struct pair;

/* One direction: out of <fd>, into the other half's. */
struct half {
	struct pair *pair;
	struct half *other;
	int fd;
	uint32_t first, last; /* what is read and not sent, by number of buffer; NONE: nothing */
	bool receiving; /* the multishot receive is in the kernel */
	bool sending; /* <first> is */
	bool ended; /* FIN or an error */
	bool told; /* the other side has its FIN */
};

struct pair {
	struct half client, origin;
};

static struct io_uring ring;
static struct io_uring_buf_ring *bufs;
static char *memory; /* BUFFERS × CHUNK */
static uint32_t next_of[BUFFERS], length_of[BUFFERS];
static struct sockaddr_in origin_at;

static struct io_uring_sqe *sqe_of(void *data)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);

	if (!sqe) {
		(void)io_uring_submit(&ring);
		sqe = io_uring_get_sqe(&ring);
	}
	AN(sqe);
	io_uring_sqe_set_data(sqe, data);
	return sqe;
}

static void buffer_give(uint32_t id)
{
	io_uring_buf_ring_add(
		bufs, memory + (size_t)id * CHUNK, CHUNK, (unsigned short)id, BUFFERS - 1, 0);
	io_uring_buf_ring_advance(bufs, 1);
}

static void receive(struct half *h)
{
	struct io_uring_sqe *sqe = sqe_of(h);

	io_uring_prep_recv_multishot(sqe, h->fd, NULL, 0, 0);
	io_uring_sqe_set_data(sqe, h);
	sqe->flags |= IOSQE_BUFFER_SELECT;
	sqe->buf_group = GROUP;
	h->receiving = true;
}

/* One send at a time, so that nothing overtakes; MSG_WAITALL sends all of it. */
static void send_first(struct half *h)
{
	struct io_uring_sqe *sqe;

	if (h->sending || h->first == NONE)
		return;
	sqe = sqe_of(NULL);
	io_uring_prep_send(sqe, h->other->fd, memory + (size_t)h->first * CHUNK,
		length_of[h->first], MSG_NOSIGNAL | MSG_WAITALL);
	io_uring_sqe_set_data(sqe, (char *)h + SENT);
	h->sending = true;
}

static void half_look(struct half *h)
{
	struct pair *p = h->pair;

	if (h->ended && h->first == NONE && !h->told) {
		h->told = true;
		shutdown(h->other->fd, SHUT_WR);
	}
	if (!p->client.told || !p->origin.told || p->client.receiving || p->origin.receiving)
		return;
	close(p->client.fd);
	close(p->origin.fd);
	mem_free(p);
}

static void on_received(struct half *h, const struct io_uring_cqe *cqe)
{
	h->receiving = cqe->flags & IORING_CQE_F_MORE;
	if (cqe->res > 0) {
		uint32_t id = cqe->flags >> IORING_CQE_BUFFER_SHIFT;

		length_of[id] = (uint32_t)cqe->res;
		next_of[id] = NONE;
		*(h->first == NONE ? &h->first : &next_of[h->last]) = id;
		h->last = id;
		send_first(h);
	} else if (cqe->res != -ENOBUFS) {
		h->ended = true;
	}
	if (!h->receiving && !h->ended)
		receive(h);
	half_look(h);
}

static void on_sent(struct half *h, int res)
{
	uint32_t id = h->first;

	h->sending = false;
	h->first = next_of[id];
	buffer_give(id);
	if (res < 0)
		h->ended = true;
	send_first(h);
	half_look(h);
}

static void half_init(struct half *h, struct pair *p, struct half *other, int fd)
{
	const int on = 1;

	*h = (struct half){.pair = p, .other = other, .fd = fd, .first = NONE};
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	receive(h);
}

static void pair_open(int client)
{
	int origin = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct pair *p;

	/* Blocking: on loopback, once per connection. */
	if (connect(origin, (struct sockaddr *)&origin_at, sizeof(origin_at)) < 0) {
		close(origin);
		close(client);
		return;
	}
	p = MEM_NEW(struct pair);
	half_init(&p->client, p, &p->origin, client);
	half_init(&p->origin, p, &p->client, origin);
}

static void listen_on(uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct io_uring_sqe *sqe = sqe_of(NULL);
	const int on = 1;

	at.sin_port = htons(port);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 4096) < 0) {
		perror("uring_forwarder");
		exit(1);
	}
	io_uring_prep_multishot_accept(sqe, fd, NULL, NULL, SOCK_CLOEXEC);
	io_uring_sqe_set_data(sqe, NULL);
}

static void ring_init(void)
{
	struct io_uring_params p = {.flags = IORING_SETUP_SINGLE_ISSUER |
					     IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE,
		.cq_entries = 4 * ENTRIES};
	struct io_uring_buf_reg reg = {.ring_entries = BUFFERS, .bgid = GROUP};
	int rc = io_uring_queue_init_params(ENTRIES, &ring, &p);

	if (rc < 0) {
		fprintf(stderr, "uring_forwarder: io_uring: %s\n", strerror(-rc));
		exit(1);
	}
	bufs = mmap(NULL, BUFFERS * sizeof(struct io_uring_buf), PROT_READ | PROT_WRITE,
		MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
	AN(bufs != MAP_FAILED);
	reg.ring_addr = (uintptr_t)bufs;
	AZ(io_uring_register_buf_ring(&ring, &reg, 0));
	io_uring_buf_ring_init(bufs);
	memory = mem_alloc((size_t)BUFFERS * CHUNK);
	for (uint32_t i = 0; i < BUFFERS; i++)
		buffer_give(i);
}

static void run(void)
{
	for (;;) {
		struct io_uring_cqe *cqe;
		unsigned head, n = 0;

		(void)io_uring_submit_and_wait(&ring, 1);
		io_uring_for_each_cqe(&ring, head, cqe)
		{
			uintptr_t data = (uintptr_t)io_uring_cqe_get_data(cqe);

			n++;
			if (!data && cqe->res >= 0)
				pair_open(cqe->res);
			else if (data & SENT)
				on_sent((struct half *)(data - SENT), cqe->res);
			else if (data)
				on_received((struct half *)data, cqe);
		}
		io_uring_cq_advance(&ring, n);
	}
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: uring_forwarder PORT ORIGIN-PORT\n");
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	origin_at = (struct sockaddr_in){.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(argv[2])),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	ring_init();
	listen_on((uint16_t)atoi(argv[1]));
	run();
}
