/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upconn.c -- connections to endpoints, and the pool of idle ones (one per endpoint and worker).
 *
 * A receive is in flight whenever a connection is idle or awaits an answer: on an idle one its
 * completion means that the backend closed it or spoke out of turn, and it is closed; a request
 * that takes the connection over finds the receive already there.
 */
#include <errno.h>

#include "base/log.h"
#include "proxy/metrics_priv.h"
#include "proxy/upconn_priv.h"

/* Requests that may not be repeated take a pooled connection only if it is this fresh. */
#define FRESH SEC(1)
/* Failures in a row after which control is told to set an endpoint aside. */
#define FAILURES_TO_EJECT 5

static const unsigned up_next[] = {
#define S(name, next) next,
	UP_STATES(S)
#undef S
};

static void up_move(struct upconn *u, enum up_state to)
{
	CHECK_OBJ_HOT(u, UPCONN_MAGIC);
	AN(up_next[u->state] & (1u << to));
	u->state = to;
}

/* --- endpoints ---------------------------------------------------------------------------- */

struct wendpoint *wendpoint_make(struct worker *w, struct plan_endpoint *e)
{
	struct wendpoint **slot;

	while (w->endpoints.n <= e->index)
		*vec_push(&w->endpoints) = NULL;
	slot = &w->endpoints.p[e->index];
	if (!*slot) {
		*slot = MEM_NEW(struct wendpoint);
		list_init(&(*slot)->pool);
		(*slot)->serial = e->serial;
		(*slot)->endpoint = e;
	}
	AN((*slot)->serial == e->serial);
	return *slot;
}

/* Gone when control may forget it: nothing of ours points at it any more. */
bool up_leaving_gone(struct worker *w, struct plan_endpoint *e)
{
	struct wendpoint *ep = e->index < w->endpoints.n ? w->endpoints.p[e->index] : NULL;

	if (!ep)
		return true;
	if (ep->active || ep->open)
		return false;
	w->endpoints.p[e->index] = NULL;
	mem_free(ep);
	return true;
}

static void up_close(struct upconn *u, bool abort);

static void wendpoint_check(struct worker *w, struct wendpoint *ep)
{
	if (ep->leaving && !ep->active && !ep->open)
		worker_endpoint_gone(w, ep->endpoint);
}

void wendpoint_active(struct worker *w, struct plan_endpoint *e, int by)
{
	struct wendpoint *ep = wendpoint_get(w, e);

	ep->active += (uint32_t)by;
	if (by < 0)
		wendpoint_check(w, ep);
}

void wendpoint_result(struct worker *w, struct plan_endpoint *e, bool good)
{
	struct wendpoint *ep = wendpoint_get(w, e);

	if (good) {
		ep->failures = 0;
	} else if (++ep->failures == FAILURES_TO_EJECT) {
		ep->failures = 0;
		worker_tell_health(w, e, true);
	}
}

void up_endpoint_leaving(struct worker *w, struct plan_endpoint *e)
{
	struct wendpoint *ep = wendpoint_get(w, e);

	ep->leaving = true;
	list_for_each_safe (node, &ep->pool)
		up_close(container_of(node, struct upconn, node), false);
	wendpoint_check(w, ep);
}

bool up_close_pools(struct worker *w)
{
	bool any = false;

	vec_for_each (ep, &w->endpoints) {
		if (!*ep)
			continue;
		any |= !list_empty(&(*ep)->pool);
		list_for_each_safe (node, &(*ep)->pool)
			up_close(container_of(node, struct upconn, node), false);
	}
	return any;
}

/* --- connections -------------------------------------------------------------------------- */

static void up_release(struct upconn *u)
{
	struct worker *w = u->worker;
	struct wendpoint *ep = u->ep;

	if (u->state != UP_CLOSED || op_inflight(&u->recv.op) || op_inflight(&u->send.op) ||
		op_inflight(&u->connect.op) || op_inflight(&u->splice.op) ||
		op_inflight(&u->handshake))
		return;
	if (u->tls)
		tls_free(u->tls);
	tls_client_unref(u->tls_client);
	out_drop(&u->out);
	ep->open--;
	metric_add(&metric_up_conns, -1);
	u->magic = 0;
	slab_put(&w->upconns, u);
	wendpoint_check(w, ep);
}

static void up_close(struct upconn *u, bool abort)
{
	if (u->state == UP_CLOSED)
		return;
	if (u->state == UP_POOLED) {
		list_del(&u->node);
		u->ep->n_pooled--;
	}
	if (u->state == UP_CONNECTING)
		sock_connect_cancel(&u->connect);
	up_move(u, UP_CLOSED);
	u->user = NULL;
	loop_timer_cancel(u->worker->loop, &u->timer);
	if (op_inflight(&u->splice.op))
		splice_cancel(&u->splice);
	if (u->stream && abort)
		stream_abort(u->stream);
	else if (u->stream)
		stream_close(u->stream);
	up_release(u);
}

static void up_received(struct op *op, int res)
{
	struct upconn *u = container_of(op, struct upconn, recv.op);
	struct slice got = u->recv.got;

	u->recv.got = (struct slice){0};
	if (u->state == UP_BUSY && u->user) {
		u->user->received(u, got, res < 0 ? res : 0);
		return;
	}
	slice_drop(&got);
	if (u->state == UP_CLOSED) {
		up_release(u);
		return;
	}
	metrics_up_end(UP_LOST_PEER); /* idle: it ended, or spoke out of turn */
	up_close(u, false);
}

static void up_sent(struct op *op, int res)
{
	struct upconn *u = container_of(op, struct upconn, send.op);

	out_drop(&u->out);
	if (u->state == UP_CLOSED)
		up_release(u);
	else if (u->user)
		u->user->sent(u, res);
}

/* The connection can be used, or is over. */
static void up_ready(struct upconn *u, int res)
{
	const struct up_user *user = u->user;

	if (res == 0) {
		up_move(u, UP_BUSY);
		user->connected(u, 0);
		return;
	}
	/* The user is told while the connection is still there, and may not use it. */
	up_move(u, UP_CLOSED);
	u->user = NULL;
	user->connected(u, res);
	up_release(u);
}

static void up_connect(struct upconn *u)
{
	struct addr to = addr_of_plan(&u->ep->endpoint->addr);

	tcp_connect(&u->tcp, u->worker->loop, &u->connect, &to, NULL, u->connect_limit);
}

/* Clients that wait hold the descriptors that an exchange needs: then some of them go. */
static bool up_connect_again(struct upconn *u, int res)
{
	if ((res != -EMFILE && res != -ENFILE) || u->again)
		return false;
	u->again = true;
	if (!worker_free_descriptors(u->worker, 0))
		return false;
	up_connect(u);
	return true;
}

static bool same_ip(struct addr a, struct addr b)
{
	addr_set_port(&a, 0);
	addr_set_port(&b, 0);
	return addr_eq(&a, &b);
}

/* Connected to a port of ours on this machine: what we send would come back to us as a request, to
 * be sent again.  The kernel talks to an address of its own from that very address (or, below
 * 127/8, from its first). */
static bool up_is_gateway(const struct upconn *u)
{
	struct addr to = addr_of_plan(&u->ep->endpoint->addr), from;
	bool ours = false;

	list_for_each (node, &u->worker->binds) {
		const struct bind *b = container_of(node, struct bind, node);

		ours |= addr_port(&b->addr) == addr_port(&to) &&
			(addr_is_any(&b->addr) || same_ip(b->addr, to));
	}
	if (!ours)
		return false;
	return addr_is_loopback(&to) || (sock_local(&u->tcp.sock, &from) == 0 && same_ip(from, to));
}

static void up_connected(struct op *op, int res)
{
	struct upconn *u = container_of(op, struct upconn, connect.op);

	if (u->state == UP_CLOSED) {
		up_release(u);
		return;
	}
	if (up_connect_again(u, res))
		return;
	if (res == 0 && up_is_gateway(u)) {
		stream_close(&u->tcp.stream);
		res = -ELOOP;
	}
	if (res < 0 || !u->tls_client) {
		u->stream = res < 0 ? NULL : &u->tcp.stream;
		up_ready(u, res);
		return;
	}
	u->tls = tls_connect(&u->worker->tls, u->tls_client, &u->tcp.stream);
	u->stream = tls_stream(u->tls);
	loop_timer_arm(u->worker->loop, &u->timer, u->connect_limit);
	tls_handshake(u->tls, &u->handshake);
}

static void up_tell(const struct upconn *u)
{
	struct buf at = {0};

	plan_addr_print(&u->ep->endpoint->addr, &at);
	log_warn("TLS to an endpoint failed", LOG_STR("endpoint", buf_str(&at)),
		LOG_STR("why", u->late ? STR("it took too long") : tls_why(u->tls)));
	buf_fini(&at);
}

static void up_shaken(struct op *op, int res)
{
	struct upconn *u = container_of(op, struct upconn, handshake);

	loop_timer_cancel(u->worker->loop, &u->timer);
	if (u->state == UP_CLOSED) {
		up_release(u);
		return;
	}
	if (res < 0) {
		up_tell(u);
		stream_close(u->stream);
		res = u->late ? -ETIMEDOUT : -EPROTO;
	}
	up_ready(u, res);
}

static void up_spliced(struct op *op, int res)
{
	struct upconn *u = container_of(op, struct upconn, splice.op);

	if (u->state == UP_CLOSED)
		up_release(u);
	else if (u->user && u->user->spliced)
		u->user->spliced(u, res);
}

/* Left armed while the connection is busy: moving it later is nearly free. */
static void up_timer(struct timer *t)
{
	struct upconn *u = container_of(t, struct upconn, timer);

	if (u->state == UP_POOLED) {
		metrics_up_end(UP_LOST_IDLE);
		up_close(u, false);
	}
	if (u->state == UP_CONNECTING && u->tls) {
		u->late = true;
		stream_cancel(u->stream, &u->handshake);
	}
}

/* Something has come in on an idle connection: its end, or bytes that answer nothing we asked. */
static bool up_disturbed(const struct upconn *u)
{
	return u->recv.op.state != OP_WAITING;
}

/* The most recently used one that may serve: older ones are likelier to be dying. */
static struct upconn *up_pooled(struct wendpoint *ep, uint64_t digest, nsec now, bool fresh)
{
	list_for_each_safe (node, &ep->pool) {
		struct upconn *u = container_of(node, struct upconn, node);

		if (u->tls_digest != digest || up_disturbed(u)) {
			up_close(u, false);
			continue;
		}
		if (fresh && now - u->pooled_at > FRESH)
			return NULL;
		list_del(&u->node);
		ep->n_pooled--;
		up_move(u, UP_BUSY);
		return u;
	}
	return NULL;
}

struct addr addr_of_plan(const struct plan_addr *a)
{
	return a->family == 4 ? addr_ip4(a->ip, a->port) : addr_ip6(a->ip, a->port);
}

struct upconn *up_get(struct worker *w, struct plan_endpoint *e, const struct plan_upstream *us,
	const struct plan_settings *s, enum up_want_fresh fresh, const struct up_user *user,
	void *owner)
{
	struct wendpoint *ep = wendpoint_get(w, e);
	uint64_t digest = us->tls ? us->tls->digest : 0;
	nsec now = loop_now(w->loop);
	struct upconn *u = fresh == UP_NEW ? NULL : up_pooled(ep, digest, now, fresh == UP_FRESH);

	if (u) {
		u->reused = true;
		u->uses++;
		u->user = user;
		u->owner = owner;
		u->idle_limit = s->pool_idle;
		return u;
	}
	u = slab_get(&w->upconns);
	u->magic = UPCONN_MAGIC;
	u->worker = w;
	u->ep = ep;
	u->tls_digest = digest;
	u->user = user;
	u->owner = owner;
	u->uses = 1;
	u->idle_limit = s->pool_idle;
	list_init(&u->node);
	recv_op_init(&u->recv, up_received);
	send_op_init(&u->send, up_sent);
	connect_op_init(&u->connect, up_connected);
	splice_op_init(&u->splice, up_spliced);
	op_init(&u->handshake, up_shaken);
	u->tls_client = us->tls ? tls_client_ref(us->tls->parsed) : NULL;
	u->connect_limit = s->connect_timeout;
	timer_init(&u->timer, up_timer);
	u->pool_max = (uint32_t)s->pool_max;
	ep->open++;
	metric_add(&metric_up_conns, 1);
	metric_add(&metric_up_connects, 1);
	up_connect(u);
	return u;
}

void up_send(struct upconn *u, unsigned flags)
{
	stream_send(u->stream, &u->send, u->out.v, u->out.n, flags);
}

void up_want(struct upconn *u, size_t want)
{
	if (!op_inflight(&u->recv.op))
		stream_recv(u->stream, &u->recv, want);
}

void up_want_head(struct upconn *u)
{
	up_want(u, u->bulky ? NBUF_SMALL : NBUF_MEDIUM);
}

void head_gather(struct slice *head, struct slice got, struct nbuf_pool *pool)
{
	struct nbuf *b;
	size_t n;

	if (!head->n) {
		slice_drop(head);
		*head = got;
		return;
	}
	/* What does not fit lies beyond every limit on heads, so the parser has its verdict. */
	n = MIN(got.n, NBUF_LARGE - head->n);
	b = nbuf_new(pool, head->n + n);
	memcpy(b->data, head->p, head->n);
	memcpy(b->data + head->n, got.p, n);
	n += head->n;
	slice_drop(head);
	slice_drop(&got);
	*head = (struct slice){b->data, n, b};
}

/* Idle connections that this worker keeps to one endpoint. */
static unsigned up_pool_room(const struct upconn *u)
{
	return MAX(u->pool_max / u->worker->proxy_workers, 1u);
}

static bool up_poolable(const struct upconn *u)
{
	const struct worker *w = u->worker;

	return u->state == UP_BUSY && !u->ep->leaving && !w->cut && u->idle_limit > 0 &&
	       u->ep->n_pooled < up_pool_room(u) && !op_inflight(&u->send.op) &&
	       !op_inflight(&u->splice.op);
}

void up_done(struct upconn *u, enum up_end how)
{
	struct worker *w = u->worker;

	u->user = NULL;
	u->owner = NULL;
	if (how == UP_END_REUSE && u->ep->n_pooled >= up_pool_room(u))
		metrics_up_end(UP_LOST_FULL);
	if (how != UP_END_REUSE || !up_poolable(u)) {
		up_close(u, how == UP_END_ABORT);
		return;
	}
	up_move(u, UP_POOLED);
	u->pooled_at = loop_now(w->loop);
	list_add_head(&u->ep->pool, &u->node);
	u->ep->n_pooled++;
	loop_timer_arm(w->loop, &u->timer, u->idle_limit);
	up_want_head(u);
}
