/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_forward.c -- the forwarder again, on our own loop: what the loop costs above the kernel.
 *
 *	net_forward [--splice] PORT ORIGIN-PORT
 *
 * Each client connection has one connection to the origin; bytes are received into the loop's
 * buffers and sent on.  The difference to forwarder.c is the price of loop, ops and buffers.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "net/listener.h"
#include "net/splice.h"
#include "net/stream.h"

struct pair;

struct half {
	struct pair *pair;
	struct half *other;
	struct tcp tcp;
	struct recv_op rx;
	struct send_op tx; /* into this one's socket */
	struct slice v;
	struct splice_op splice;
	bool bulk; /* the last buffer was full: take a large one next */
};

struct pair {
	struct half client, origin;
	struct connect_op dial;
	int inflight;
	bool closing;
};

static bool splicing;
static size_t bulk_size = NBUF_LARGE;
static struct addr origin_at;
static struct loop *loop;

static void pair_close(struct pair *p)
{
	p->closing = true;
	stream_close(&p->client.tcp.stream);
	stream_close(&p->origin.tcp.stream);
}

/* Each completion ends here: true when the pair is on its way out. */
static bool pair_over(struct pair *p, bool failed)
{
	p->inflight--;
	if (failed && !p->closing)
		pair_close(p);
	if (!p->closing)
		return false;
	if (p->inflight == 0)
		mem_free(p);
	return true;
}

static void half_read(struct half *h)
{
	h->pair->inflight++;
	stream_recv(&h->tcp.stream, &h->rx, h->bulk ? bulk_size : NBUF_SMALL);
}

static void sent(struct op *op, int res)
{
	struct half *h = container_of(op, struct half, tx.op);

	slice_drop(&h->v);
	if (!pair_over(h->pair, res < 0))
		half_read(h->other);
}

static void received(struct op *op, int res)
{
	struct half *h = container_of(op, struct half, rx.op);
	struct half *to = h->other;

	if (pair_over(h->pair, res <= 0)) {
		if (res > 0)
			slice_drop(&h->rx.got);
		return;
	}
	h->bulk = (size_t)res == h->rx.want;
	to->v = h->rx.got;
	h->pair->inflight++;
	stream_send(&to->tcp.stream, &to->tx, &to->v, 1, 0);
}

static void spliced(struct op *op, int res)
{
	struct half *h = container_of(op, struct half, splice.op);

	(void)res;
	(void)pair_over(h->pair, true); /* the end of either direction ends both */
}

static void half_init(struct half *h, struct pair *p, struct half *other)
{
	h->pair = p;
	h->other = other;
	recv_op_init(&h->rx, received);
	send_op_init(&h->tx, sent);
	splice_op_init(&h->splice, spliced);
}

static void half_start(struct half *h)
{
	if (!splicing) {
		half_read(h);
		return;
	}
	h->pair->inflight++;
	loop_splice(loop, &h->splice, &h->tcp.sock, &h->other->tcp.sock, UINT64_MAX);
}

static void connected(struct op *op, int res)
{
	struct pair *p = container_of(op, struct pair, dial.op);

	if (pair_over(p, res < 0))
		return;
	half_start(&p->client);
	half_start(&p->origin);
}

static void accepted(struct listener *ls, int fd, const struct addr *peer)
{
	struct pair *p = MEM_NEW(struct pair);

	(void)ls;
	half_init(&p->client, p, &p->origin);
	half_init(&p->origin, p, &p->client);
	if (tcp_init(&p->client.tcp, loop, fd, peer) < 0) {
		mem_free(p);
		return;
	}
	connect_op_init(&p->dial, connected);
	p->inflight++;
	tcp_connect(&p->origin.tcp, loop, &p->dial, &origin_at, NULL, SEC(5));
}

static void stop(int sig)
{
	(void)sig;
	loop_stop(loop);
}

int main(int argc, char **argv)
{
	const struct loop_config config = {0};
	struct listener ls;
	struct addr at;
	int fd;

	splicing = argc > 1 && strcmp(argv[1], "--splice") == 0;
	if (argc != 3 + splicing) {
		fprintf(stderr, "usage: net_forward [--splice] PORT ORIGIN-PORT\n");
		return 2;
	}
	AZ(addr_parse_ip(STR("127.0.0.1"), (uint16_t)atoi(argv[2 + splicing]), &origin_at));
	AZ(addr_parse_ip(STR("127.0.0.1"), (uint16_t)atoi(argv[1 + splicing]), &at));
	fd = listener_open(&at);
	if (fd < 0 || loop_new(&config, &loop) < 0 ||
		listener_init(&ls, loop, fd, accepted, NULL) < 0) {
		fprintf(stderr, "net_forward: cannot listen\n");
		return 1;
	}
	(void)signal(SIGTERM, stop);
	loop_run(loop);
	return 0;
}
