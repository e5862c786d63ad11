/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn.c -- a client's connection: waits for requests, hands bytes to its exchange, ends politely.
 */
#include <errno.h>

#include "base/log.h"
#include "net/proxy_header.h"
#include "proxy/exchange_priv.h"
#include "proxy/metrics_priv.h"

/* After a refusal we read on a little, so that the client can read our answer before a reset. */
#define LINGER_BYTES 65536
#define LINGER_TIME SEC(2)
/* A head is looked at again after so many bytes at least. */
#define HEAD_LOOK 64

static const unsigned conn_next[] = {
#define S(name, next) next,
	CONN_STATES(S)
#undef S
};

static void conn_move(struct conn *c, enum conn_state to)
{
	CHECK_OBJ_HOT(c, CONN_MAGIC);
	AN(conn_next[c->state] & (1u << to));
	c->state = to;
}

struct out *out_new(struct worker *w)
{
	struct out *o = slab_get_raw(&w->outs);

	o->n = 0;
	return o;
}

void out_drop(struct out *o)
{
	for (unsigned i = 0; i < o->n; i++)
		slice_drop(&o->v[i]);
	o->n = 0;
}

static void conn_out_done(struct conn *c)
{
	if (!c->out)
		return;
	out_drop(c->out);
	slab_put(&c->worker->outs, c->out);
	c->out = NULL;
}

/* Frees a closed connection once the loop has let go of it. */
static void conn_release(struct conn *c)
{
	struct worker *w = c->worker;

	if (c->state != CONN_CLOSED || op_inflight(&c->recv.op) || op_inflight(&c->send.op) ||
		op_inflight(&c->hup.op) || op_inflight(&c->turn))
		return;
	AZ(c->x);
	if (c->tls)
		tls_free(c->tls);
	conn_out_done(c);
	list_del(&c->node);
	w->n_conns--;
	metric_add(&metric_conns, -1);
	bind_unref(c->bind);
	c->magic = 0;
	slab_put(&w->conns, c);
	worker_check_drained(w);
}

static void conn_end(struct conn *c, bool abort)
{
	struct exchange *x = c->x;

	if (c->state == CONN_CLOSED)
		return;
	conn_move(c, CONN_CLOSED);
	loop_timer_cancel(c->worker->loop, &c->timer);
	slice_drop(&c->rest);
	if (abort)
		stream_abort(c->stream);
	else
		stream_close(c->stream);
	c->x = NULL;
	if (x)
		exchange_client_gone(x); /* reads <c> for the log */
	conn_release(c);
}

void conn_close(struct conn *c)
{
	conn_end(c, false);
}

void conn_abort(struct conn *c)
{
	conn_end(c, true);
}

static void conn_idle_timer(struct conn *c)
{
	const struct plan_port_slot *slot = bind_slot(c->bind);
	nsec idle = slot ? slot->port->settings->client_idle : SEC(75);

	if (idle)
		loop_timer_arm(c->worker->loop, &c->timer, idle);
	else
		loop_timer_cancel(c->worker->loop, &c->timer); /* of what came before */
}

static void conn_begin(struct conn *c, struct slice first)
{
	conn_move(c, CONN_ACTIVE);
	list_del(&c->node);
	list_add_tail(&c->worker->active, &c->node);
	c->requests++;
	c->x = exchange_new(c, first);
	exchange_start(c->x);
}

/* --- a head that comes in pieces ---------------------------------------------------------- */

/* The next bytes must lie behind those we have: in the same buffer, or all in a larger one. */
static void head_want_more(struct conn *c)
{
	struct nbuf *b = c->rest.buf;
	size_t n = c->rest.n, end = (size_t)(c->rest.p - b->data) + n;

	if (end == b->cap || b->refs > 1) {
		struct nbuf *larger = nbuf_new(loop_bufs(c->worker->loop), n * 2);

		memcpy(larger->data, c->rest.p, n);
		slice_drop(&c->rest);
		c->rest = (struct slice){larger->data, n, larger};
		b = larger;
		end = n;
	}
	c->into = nbuf_ref(b);
	stream_recv_into(c->stream, &c->recv, b, end);
}

void conn_keep_head(struct conn *c, struct slice head, nsec began)
{
	const struct plan_port_slot *slot = bind_slot(c->bind);
	nsec limit = slot ? slot->port->settings->head_timeout : SEC(10);

	conn_move(c, CONN_HEAD);
	c->x = NULL;
	c->rest = head;
	c->lingered = head.n;
	c->began = began;
	/* Absolute: further bytes renew nothing. */
	loop_timer_at(c->worker->loop, &c->timer, began + limit);
	head_want_more(c);
}

static struct exchange *head_exchange(struct conn *c)
{
	struct slice head = c->rest;

	c->rest = (struct slice){0};
	loop_timer_cancel(c->worker->loop, &c->timer);
	conn_move(c, CONN_ACTIVE);
	c->x = exchange_new(c, head);
	c->x->began = c->began;
	return c->x;
}

/* A head is looked at from its beginning each time, so not for every byte: when it may be whole,
 * when its buffer is full, when a bound may be passed, or when it has grown by a quarter. */
static bool head_worth_a_look(const struct conn *c, struct slice got)
{
	const struct plan_port_slot *slot = bind_slot(c->bind);
	size_t n = c->rest.n;

	return memchr(got.p, '\n', got.n) ||
	       c->rest.p + n == c->rest.buf->data + c->rest.buf->cap ||
	       n - c->lingered >= MAX(c->lingered / 4, (size_t)HEAD_LOOK) ||
	       (slot && n > (uint64_t)slot->port->settings->head_max);
}

static void head_received(struct conn *c, struct slice got, int res)
{
	bool look;

	if (res <= 0) {
		slice_drop(&got);
		c->saw_eof |= res == 0;
		exchange_start_last(head_exchange(c),
			res == 0 ? (enum proxy_reason)HTTP_R_TRUNCATED : PROXY_R_CLIENT_GONE);
		return;
	}
	AN(got.p == c->rest.p + c->rest.n);
	c->rest.n += got.n;
	look = head_worth_a_look(c, got);
	slice_drop(&got);
	if (look)
		exchange_start(head_exchange(c));
	else
		head_want_more(c);
}

/* --- its beginning ------------------------------------------------------------------------- */

/* The listener for the name in a ClientHello; NULL: there is none, or it cannot be carried out. */
static struct tls_policy *conn_policy(void *ctx, struct str name)
{
	struct conn *c = ctx;
	const struct plan_port_slot *slot = bind_slot(c->bind);
	const struct match_listener *m;
	const struct plan_listener *l;
	char key[HOST_KEY_MAX];

	if (!slot || (name.n && host_key(name, key, &name) < 0))
		return NULL;
	m = router_listener(slot->router, name);
	l = m ? m->payload : NULL;
	if (!l || !l->http || !l->tls || !l->tls->parsed || l->failure)
		return NULL;
	c->demands = listener_demands(l);
	return l->tls->parsed;
}

static void conn_wait(struct conn *c)
{
	if (!op_inflight(&c->recv.op))
		stream_recv(c->stream, &c->recv, NBUF_SMALL);
}

/* The limit is from accept on: a timer that runs goes on. */
static void conn_handshake(struct conn *c, struct slice first, nsec limit)
{
	conn_move(c, CONN_HANDSHAKE);
	c->tls = tls_accept(&c->worker->tls, &c->tcp.stream, conn_policy, c);
	c->stream = tls_stream(c->tls);
	if (!timer_armed(&c->timer))
		loop_timer_arm(c->worker->loop, &c->timer, limit);
	if (first.n)
		tls_first(c->tls, first);
	tls_handshake(c->tls, &c->turn);
}

/* Once what comes before has come; <first> is what came with it. */
static void conn_start(struct conn *c, struct slice first)
{
	const struct plan_port_slot *slot = bind_slot(c->bind);

	if (slot && slot->port->kind == PLAN_PORT_TLS) {
		conn_handshake(c, first, slot->port->settings->handshake_timeout);
		return;
	}
	conn_move(c, CONN_IDLE);
	conn_idle_timer(c);
	if (first.n)
		conn_begin(c, first);
	else
		conn_wait(c);
}

/* --- the PROXY header ---------------------------------------------------------------------- */

bool conn_from(const struct conn *c, const struct plan_cidr *list, uint32_t n)
{
	struct plan_addr peer = {0};

	if (c->tcp.peer.sa.sa_family == AF_INET) {
		peer.family = 4;
		memcpy(peer.ip, &c->tcp.peer.in.sin_addr, 4);
	} else {
		peer.family = 6;
		memcpy(peer.ip, &c->tcp.peer.in6.sin6_addr, 16);
	}
	for (uint32_t i = 0; i < n; i++) {
		if (plan_cidr_has(&list[i], &peer))
			return true;
	}
	return false;
}

static void proxy_header_refuse(struct conn *c, enum header_refusals why)
{
	struct str name = metrics_header_refused(why);
	char peer[ADDR_TEXT];

	log_debug("PROXY header refused",
		LOG_STR("peer", str_from(addr_format(&c->tcp.peer, peer))), LOG_STR("why", name));
	conn_close(c);
}

/* What follows is the client's own. */
static void proxy_header_done(struct conn *c, const struct proxy_header *h, size_t n)
{
	struct slice first = c->rest;

	if (h->source.len)
		c->tcp.peer = h->source;
	c->rest = (struct slice){0};
	first.p += n;
	first.n -= n;
	if (!first.n)
		slice_drop(&first);
	conn_start(c, first);
}

static void proxy_header_received(struct conn *c, struct slice got, int res)
{
	struct proxy_header h;
	int n;

	if (res <= 0) {
		/* Who only looks whether we listen is no client. */
		if (c->rest.n)
			proxy_header_refuse(c, HEADER_TRUNCATED);
		else
			conn_close(c);
		return;
	}
	if (c->rest.n) {
		AN(got.p == c->rest.p + c->rest.n);
		c->rest.n += got.n;
		slice_drop(&got);
	} else {
		c->rest = got;
	}
	n = proxy_header_parse(str_of(c->rest.p, c->rest.n), &h);
	if (n > 0)
		proxy_header_done(c, &h, (size_t)n);
	else if (n == 0)
		head_want_more(c);
	else
		proxy_header_refuse(c, n == -EMSGSIZE  ? HEADER_TOO_LONG
				       : n == -EBADMSG ? HEADER_CHECKSUM
						       : HEADER_MALFORMED);
}

/* One timer for the header and what is the next to come: a handshake, or a request's first byte. */
static void proxy_header_wait(struct conn *c, const struct plan_port *port)
{
	const struct plan_settings *s = port->settings;

	loop_timer_arm(c->worker->loop, &c->timer,
		port->kind == PLAN_PORT_TLS ? s->handshake_timeout : s->head_timeout);
	conn_wait(c);
}

static void proxy_header_begin(struct conn *c)
{
	const struct plan_port *port = bind_slot(c->bind)->port;
	const struct plan_peers *p = &port->peers;

	if (!p->nbalancers || conn_from(c, p->balancers, p->nbalancers))
		proxy_header_wait(c, port);
	else if (p->others_plain)
		conn_start(c, (struct slice){0});
	else
		proxy_header_refuse(c, HEADER_UNTRUSTED);
}

/* --- events -------------------------------------------------------------------------------- */

static void conn_linger_received(struct conn *c, int res)
{
	c->lingered += res > 0 ? (size_t)res : 0;
	if (res <= 0 || c->lingered > LINGER_BYTES)
		conn_close(c);
	else
		conn_wait(c);
}

static void conn_received(struct op *op, int res)
{
	struct conn *c = container_of(op, struct conn, recv.op);
	struct slice got = c->recv.got;

	c->recv.got = (struct slice){0};
	nbuf_unref(c->into);
	c->into = NULL;
	switch (c->state) {
	case CONN_IDLE:
		if (res > 0)
			conn_begin(c, got);
		else
			conn_close(c);
		break;
	case CONN_ACTIVE:
		c->saw_eof |= res == 0;
		if (c->x)
			exchange_received(c->x, got, res);
		else
			slice_drop(&got);
		break;
	case CONN_HEAD:
		head_received(c, got, res);
		break;
	case CONN_LINGER:
		slice_drop(&got);
		conn_linger_received(c, res);
		break;
	case CONN_PROXY_HEADER:
		proxy_header_received(c, got, res);
		break;
	case CONN_HANDSHAKE:
	case CONN_CLOSED:
		slice_drop(&got);
		conn_release(c);
		break;
	}
}

/* The client may read our answer to its end.  Sent bytes come first; a socket that will not take
 * them is cut by the timer. */
static void conn_half_close(struct conn *c)
{
	if (!op_inflight(&c->send.op) && !op_inflight(&c->turn))
		stream_shutdown(c->stream, &c->turn);
}

static void conn_sent(struct op *op, int res)
{
	struct conn *c = container_of(op, struct conn, send.op);

	conn_out_done(c);
	if (c->state == CONN_CLOSED)
		conn_release(c);
	else if (c->x)
		exchange_sent(c->x, res);
	else if (res < 0)
		conn_close(c);
	else if (c->state == CONN_LINGER)
		conn_half_close(c);
}

static void conn_hung_up(struct op *op, int res)
{
	struct conn *c = container_of(op, struct conn, hup.op);

	if (c->state == CONN_CLOSED) {
		conn_release(c);
		return;
	}
	/* A FIN alone is a half-close: the client may still read its answer, and bytes before it
	 * may still be unread.  A reset is the end. */
	if (res < 0 && res != -ECANCELED)
		conn_close(c);
}

static void conn_timer(struct timer *t)
{
	struct conn *c = container_of(t, struct conn, timer);

	/* While an exchange runs its own timer decides. */
	if (c->state == CONN_ACTIVE || c->state == CONN_CLOSED)
		return;
	if (c->state == CONN_HEAD) {
		exchange_start_last(head_exchange(c), PROXY_R_HEAD_TIMEOUT);
		return;
	}
	if (c->state == CONN_PROXY_HEADER) {
		proxy_header_refuse(c, HEADER_TIMEOUT);
		return;
	}
	metrics_conn_end(c->state == CONN_IDLE     ? CONN_END_IDLE
			 : c->state == CONN_LINGER ? CONN_END_LINGER
						   : CONN_END_HANDSHAKE,
		1);
	conn_close(c);
}

static void conn_turned(struct op *op, int res)
{
	struct conn *c = container_of(op, struct conn, turn);

	if (c->state == CONN_CLOSED) {
		conn_release(c);
		return;
	}
	if (c->state != CONN_HANDSHAKE)
		return; /* half-closed */
	if (res < 0) {
		metric_add(&metric_tls_failures, 1);
		log_debug("TLS handshake failed", LOG_STR("why", tls_why(c->tls)), LOG_ERR(res));
		conn_close(c);
		return;
	}
	metric_add(&metric_tls_handshakes, 1);
	conn_move(c, CONN_IDLE);
	conn_idle_timer(c);
	conn_wait(c);
}

void conn_accepted(struct listener *ls, int fd, const struct addr *peer)
{
	struct bind_listener *bl = container_of(ls, struct bind_listener, listener);
	struct worker *w = bl->bind->worker;
	struct conn *c = slab_get(&w->conns);

	c->magic = CONN_MAGIC;
	c->worker = w;
	c->bind = bl->bind;
	if (tcp_init(&c->tcp, w->loop, fd, peer) < 0) {
		slab_put(&w->conns, c);
		return;
	}
	c->stream = &c->tcp.stream;
	c->bind->refs++;
	w->n_conns++;
	metric_add(&metric_conns, 1);
	metric_add(&metric_accepts, 1);
	recv_op_init(&c->recv, conn_received);
	send_op_init(&c->send, conn_sent);
	hup_op_init(&c->hup, conn_hung_up);
	op_init(&c->turn, conn_turned);
	timer_init(&c->timer, conn_timer);
	c->began = loop_now(w->loop);
	list_init(&c->node);
	list_add_tail(&w->fresh, &c->node);
	if (c->bind->header)
		proxy_header_begin(c);
	else
		conn_start(c, (struct slice){0});
}

void conn_want(struct conn *c, size_t want)
{
	if (c->state == CONN_ACTIVE && !op_inflight(&c->recv.op))
		stream_recv(c->stream, &c->recv, want);
}

void conn_watch(struct conn *c)
{
	if (c->state == CONN_ACTIVE && !op_inflight(&c->hup.op))
		stream_hangup(c->stream, &c->hup);
}

void conn_send(struct conn *c, const struct slice *v, unsigned n, unsigned flags)
{
	AZ(c->out);
	AN(n <= OUT_MAX);
	c->out = out_new(c->worker);
	memcpy(c->out->v, v, n * sizeof(*v));
	c->out->n = n;
	stream_send(c->stream, &c->send, c->out->v, n, flags);
}

static void conn_shut_done(struct conn *c)
{
	conn_move(c, CONN_LINGER);
	c->lingered = c->rest.n;
	slice_drop(&c->rest);
	if (c->saw_eof) {
		conn_close(c);
		return;
	}
	conn_half_close(c);
	loop_timer_arm(c->worker->loop, &c->timer, LINGER_TIME);
	conn_wait(c);
}

void conn_exchange_over(struct conn *c, bool clean)
{
	struct slice rest = c->rest;
	struct worker *w = c->worker;

	c->x = NULL;
	if (c->state == CONN_CLOSED)
		return;
	if (!clean) {
		conn_abort(c);
		return;
	}
	if (c->close_after) {
		conn_shut_done(c);
		return;
	}
	conn_move(c, CONN_IDLE);
	list_del(&c->node);
	list_add_tail(&c->worker->idle, &c->node);
	conn_idle_timer(c);
	c->rest = (struct slice){0};
	if (rest.n) {
		conn_begin(c, rest);
		return;
	}
	if (c->saw_eof)
		conn_close(c);
	else
		conn_wait(c);
	worker_check_drained(w);
}

static void list_close_idle(struct list *from, struct bind *only)
{
	list_for_each_safe (node, from) {
		struct conn *c = container_of(node, struct conn, node);

		if ((!only || c->bind == only) && c->state == CONN_IDLE)
			conn_close(c);
	}
}

void conns_close_idle(struct worker *w, struct bind *only)
{
	list_close_idle(&w->idle, only);
	list_close_idle(&w->fresh, only);
}

unsigned conns_close_oldest(struct worker *w, struct list *from, nsec age)
{
	unsigned n = 0;

	for (; n < CONNS_CLOSE_MAX && !list_empty(from); n++) {
		struct conn *c = container_of(from->next, struct conn, node);

		if (loop_now(w->loop) - c->began < age)
			break;
		conn_close(c);
	}
	return n;
}

/* A listener that goes, a process that gives way: the answer says so, unless the client has sent
 * its next request already. */
bool conn_should_close(const struct conn *c)
{
	return !c->rest.n && (c->worker->say_close || c->bind->closing);
}

static void list_end_idle(struct list *from)
{
	list_for_each_safe (node, from) {
		struct conn *c = container_of(node, struct conn, node);

		if (c->state == CONN_IDLE) {
			metrics_cut(PROXY_CUT_IDLE);
			conn_close(c);
		}
	}
}

void conns_end_idle(struct worker *w)
{
	list_end_idle(&w->idle);
	list_end_idle(&w->fresh);
}

/* FIN to both sides.  The client's lingers: data on its way to him is not lost to a reset because
 * he was sending, too. */
static void conn_cut_tunnel(struct conn *c)
{
	request_drop_up(c->x, UP_END_CLOSE);
	exchange_end(c->x, true);
}

void conns_cut(struct worker *w)
{
	conns_end_idle(w);
	list_for_each_safe (node, &w->fresh)
		conn_close(container_of(node, struct conn, node)); /* still shaking hands */
	list_for_each_safe (node, &w->active) {
		struct conn *c = container_of(node, struct conn, node);

		if (c->state == CONN_HEAD)
			metrics_cut(PROXY_CUT_REQUEST);
		if (c->x) {
			c->x->reason = PROXY_R_DRAINED;
			metrics_cut(c->x->state == X_TUNNEL ? PROXY_CUT_TUNNEL : PROXY_CUT_REQUEST);
		}
		if (c->x && c->x->state == X_TUNNEL)
			conn_cut_tunnel(c);
		else
			conn_abort(c);
	}
}
