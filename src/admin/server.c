/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/server.h"

#include <errno.h>

#include "base/list.h"
#include "base/mem.h"
#include "http/h1.h"
#include "net/listener.h"
#include "net/stream.h"

#define FIELDS 64

#define ADMIN_STATES(S)                                              \
	S(ADMIN_READING, 1u << ADMIN_WRITING | 1u << ADMIN_CLOSED)   \
	S(ADMIN_WRITING, 1u << ADMIN_LINGERING | 1u << ADMIN_CLOSED) \
	S(ADMIN_LINGERING, 1u << ADMIN_CLOSED)                       \
	S(ADMIN_CLOSED, 0u)

enum admin_state {
#define S(name, next) name,
	ADMIN_STATES(S)
#undef S
};

static const unsigned admin_next[] = {
#define S(name, next) next,
	ADMIN_STATES(S)
#undef S
};

struct admin_conn {
	struct admin_server *server;
	struct list node;
	enum admin_state state;
	struct tcp tcp;
	struct recv_op recv;
	struct send_op send;
	struct op shut;
	struct timer timer;
	struct task free_task;
	struct h1_parser parser;
	struct http_request request;
	struct http_field fields[FIELDS];
	struct buf in;
	struct buf out;
	struct slice slice;
};

struct admin_server {
	struct loop *loop;
	struct listener listener;
	admin_handler_f *handler;
	void *arg;
	struct list conns;
	unsigned n;
};

static void conn_move(struct admin_conn *c, enum admin_state to)
{
	AN(admin_next[c->state] & (1u << to));
	c->state = to;
}

static void conn_free(struct task *t)
{
	struct admin_conn *c = container_of(t, struct admin_conn, free_task);

	/* Cancelled ops complete before their memory goes. */
	if (op_inflight(&c->recv.op) || op_inflight(&c->send.op) || op_inflight(&c->shut)) {
		loop_defer(c->server->loop, &c->free_task);
		return;
	}
	list_del(&c->node);
	c->server->n--;
	buf_fini(&c->in);
	buf_fini(&c->out);
	mem_free(c);
}

static void conn_close(struct admin_conn *c)
{
	if (c->state == ADMIN_CLOSED)
		return;
	conn_move(c, ADMIN_CLOSED);
	loop_timer_cancel(c->server->loop, &c->timer);
	stream_close(&c->tcp.stream);
	loop_defer(c->server->loop, &c->free_task);
}

static void on_timer(struct timer *t)
{
	conn_close(container_of(t, struct admin_conn, timer));
}

static void on_shut(struct op *op, int res)
{
	struct admin_conn *c = container_of(op, struct admin_conn, shut);

	if (c->state != ADMIN_LINGERING)
		return;
	if (res < 0)
		conn_close(c);
	else
		stream_recv(&c->tcp.stream, &c->recv, NBUF_SMALL);
}

static void on_sent(struct op *op, int res)
{
	struct admin_conn *c = container_of(op, struct admin_conn, send.op);

	if (c->state != ADMIN_WRITING)
		return;
	if (res < 0) {
		conn_close(c);
		return;
	}
	conn_move(c, ADMIN_LINGERING);
	stream_shutdown(&c->tcp.stream, &c->shut);
}

static void conn_answer(struct admin_conn *c, const struct admin_reply *reply, bool head_only)
{
	buf_printf(&c->out,
		"HTTP/1.1 %d %.*s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
		"Cache-Control: no-store\r\nConnection: close\r\n\r\n",
		reply->status, STR_ARG(http_status_phrase(reply->status)), reply->type,
		reply->body.n);
	if (!head_only)
		buf_add(&c->out, buf_str(&reply->body));
	conn_move(c, ADMIN_WRITING);
	c->slice = slice_plain(buf_str(&c->out));
	stream_send(&c->tcp.stream, &c->send, &c->slice, 1, 0);
}

static void conn_refuse(struct admin_conn *c, int status, struct str why)
{
	struct admin_reply reply = {.status = status, .type = "text/plain"};

	buf_add(&reply.body, why);
	buf_addc(&reply.body, '\n');
	conn_answer(c, &reply, false);
	buf_fini(&reply.body);
}

static void conn_serve(struct admin_conn *c)
{
	const struct http_request *r = &c->request;
	struct admin_request request = {http_path(r), http_query(r)};
	struct admin_reply reply = {.status = 200, .type = "text/plain; charset=utf-8"};

	if (r->method_id != HTTP_GET && r->method_id != HTTP_HEAD) {
		conn_refuse(c, 405, STR("only GET and HEAD are answered here"));
		return;
	}
	if (r->framing.body != HTTP_BODY_NONE) {
		conn_refuse(c, 400, STR("no request here has a body"));
		return;
	}
	c->server->handler(c->server->arg, &request, &reply);
	conn_answer(c, &reply, r->method_id == HTTP_HEAD);
	buf_fini(&reply.body);
}

static void on_received(struct op *op, int res)
{
	struct admin_conn *c = container_of(op, struct admin_conn, recv.op);
	const struct http_limits limits = {.head_max = ADMIN_HEAD,
		.uri_max = ADMIN_HEAD,
		.fields_max = FIELDS,
		.trailer_max = 0,
		.chunk_ext_max = 0};
	enum h1_result result;

	if (res > 0 && c->state == ADMIN_READING)
		buf_add(&c->in, slice_str(c->recv.got));
	slice_drop(&c->recv.got);
	if (c->state == ADMIN_CLOSED)
		return;
	if (res <= 0) {
		conn_close(c);
		return;
	}
	if (c->state == ADMIN_LINGERING) {
		stream_recv(&c->tcp.stream, &c->recv, NBUF_SMALL);
		return;
	}
	result = h1_request_parse(&c->parser, &c->request, buf_str(&c->in), &limits);
	if (result == H1_MORE)
		stream_recv(&c->tcp.stream, &c->recv, NBUF_SMALL);
	else if (result == H1_DONE)
		conn_serve(c);
	else
		conn_refuse(c, 400, STR("this is not an HTTP/1.1 request"));
}

static void on_accepted(struct listener *ls, int fd, const struct addr *peer)
{
	struct admin_server *s = container_of(ls, struct admin_server, listener);
	struct admin_conn *c = MEM_NEW(struct admin_conn);

	c->server = s;
	if (tcp_init(&c->tcp, s->loop, fd, peer) < 0) {
		mem_free(c);
		return;
	}
	recv_op_init(&c->recv, on_received);
	send_op_init(&c->send, on_sent);
	op_init(&c->shut, on_shut);
	timer_init(&c->timer, on_timer);
	task_init(&c->free_task, conn_free);
	list_add_tail(&s->conns, &c->node);
	if (++s->n > ADMIN_CONNECTIONS) {
		conn_close(c);
		return;
	}
	h1_request_begin(&c->parser, &c->request, c->fields);
	loop_timer_arm(s->loop, &c->timer, ADMIN_TIMEOUT);
	stream_recv(&c->tcp.stream, &c->recv, NBUF_SMALL);
}

int admin_server_new(struct loop *l, int fd, admin_handler_f *handler, void *arg,
	struct admin_server **ret_server)
{
	struct admin_server *s = MEM_NEW(struct admin_server);
	int rc;

	s->loop = l;
	s->handler = handler;
	s->arg = arg;
	list_init(&s->conns);
	rc = listener_init(&s->listener, l, fd, on_accepted, NULL);
	if (rc < 0) {
		mem_free(s);
		return rc;
	}
	*ret_server = s;
	return 0;
}

void admin_server_stop(struct admin_server *s)
{
	if (s)
		listener_close(&s->listener);
}

bool admin_server_busy(const struct admin_server *s)
{
	return s && s->n;
}

void admin_server_free(struct admin_server *s)
{
	if (!s)
		return;
	listener_close(&s->listener);
	list_for_each_safe (node, &s->conns)
		conn_close(container_of(node, struct admin_conn, node));
	while (!list_empty(&s->conns))
		loop_tick(s->loop, 0);
	mem_free(s);
}
