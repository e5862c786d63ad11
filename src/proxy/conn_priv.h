/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn_priv.h -- a client's connection.
 *
 * Belongs to its worker's thread and outlives its exchanges, of which it has one at a time.  It is
 * freed only when no op of its own is in flight (conn_release).
 */
#ifndef PROXY_CONN_PRIV_H
#define PROXY_CONN_PRIV_H

#include "http/h1.h"
#include "net/listener.h"
#include "net/stream.h"
#include "tls/server.h"

#define OUT_MAX 12 /* slices of one send */

struct plan_cidr;
struct worker;
struct bind;
struct exchange;

/* What is being sent, kept until it is. */
struct out {
	struct slice v[OUT_MAX]; /* each holds a reference */
	unsigned n;
	char chunk[H1_CHUNK_HEAD_MAX];
};

#define CONN_STATES(S)                                                                            \
	S(CONN_PROXY_HEADER, 1u << CONN_HANDSHAKE | 1u << CONN_IDLE | 1u << CONN_CLOSED)          \
	S(CONN_HANDSHAKE, 1u << CONN_IDLE | 1u << CONN_CLOSED)                                    \
	S(CONN_IDLE, 1u << CONN_ACTIVE | 1u << CONN_CLOSED)                                       \
	S(CONN_ACTIVE, 1u << CONN_IDLE | 1u << CONN_HEAD | 1u << CONN_LINGER | 1u << CONN_CLOSED) \
	S(CONN_HEAD, 1u << CONN_ACTIVE | 1u << CONN_CLOSED)                                       \
	S(CONN_LINGER, 1u << CONN_CLOSED)                                                         \
	S(CONN_CLOSED, 0u)

/* HEAD: a part of a request's head is here, and nothing else is kept for it: who sends slowly costs
 * the bytes that he sent. */
enum conn_state {
#define S(name, next) name,
	CONN_STATES(S)
#undef S
};

struct conn {
	uint32_t magic;
#define CONN_MAGIC 0x636f6e6eu
	enum conn_state state;
	struct worker *worker;
	struct bind *bind;
	struct list node; /* in the worker's idle or active list */
	struct stream *stream; /* &tcp.stream, or tls over it */
	struct tls *tls; /* NULL: clear text */
	uint64_t demands; /* listener_demands() of the listener that let it in; 0: clear text */
	struct exchange *x; /* NULL unless ACTIVE */
	struct slice rest; /* received behind the last request; HEAD, PROXY_HEADER: of this one */
	nsec began; /* HEAD: the first of them */
	struct out *out; /* of the send in flight */
	struct nbuf *into; /* of the receive in flight: it may outlive its exchange */
	size_t lingered; /* LINGER: bytes thrown away; HEAD: bytes looked at */
	uint32_t requests;
	bool close_after; /* no further request */
	bool saw_eof; /* the peer has sent FIN, and all before it is read */
	char peer[ADDR_TEXT]; /* the client's address as text; empty until it is needed */
	struct recv_op recv;
	struct send_op send;
	struct hup_op hup; /* FIN or reset while an answer is awaited */
	struct op turn; /* handshake at the beginning, shutdown at the end */
	struct timer timer;
	struct tcp tcp; /* .peer is whom a PROXY header named, once one has */
};

/* Its client's address is in one of the <n> ranges. */
bool conn_from(const struct conn *c, const struct plan_cidr *list, uint32_t n);
void conn_accepted(struct listener *ls, int fd, const struct addr *peer);
/* Sends <n> slices (references taken over) and calls exchange_sent() when done. */
void conn_send(struct conn *c, const struct slice *v, unsigned n, unsigned flags);
/* Wants more bytes of the request: exchange_received(). */
void conn_want(struct conn *c, size_t want);
/* The exchange is over: next request, linger or close. */
void conn_exchange_over(struct conn *c, bool clean);
/* The kernel has not taken all of what was sent. */
static inline bool conn_sending(const struct conn *c)
{
	return op_inflight(&c->send.op) && c->send.op.state != OP_DONE;
}
/* Watches for the client's going away while an answer is awaited. */
void conn_watch(struct conn *c);
void conn_close(struct conn *c);
void conn_abort(struct conn *c);
void conns_close_idle(struct worker *w, struct bind *only);
/* The same for all, counted as cuts. */
void conns_end_idle(struct worker *w);
/* Closes the first of <from>, which is in the order of age, that are not younger than <age>: at
 * most CONNS_CLOSE_MAX.  Returns how many. */
#define CONNS_CLOSE_MAX 64
unsigned conns_close_oldest(struct worker *w, struct list *from, nsec age);
/* A head that is not whole: <head> (taken over) waits for the rest of it. */
void conn_keep_head(struct conn *c, struct slice head, nsec began);
bool conn_should_close(const struct conn *c);
void conns_cut(struct worker *w);
struct out *out_new(struct worker *w);
void out_drop(struct out *o);

#endif
