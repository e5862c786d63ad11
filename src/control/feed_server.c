/* SPDX-License-Identifier: Apache-2.0 */
#include "control/feed_server.h"

#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "base/rand.h"
#include "http/h1.h"
#include "net/listener.h"
#include "tls/server.h"
#include "source/feed_source.h"
#include "text/parse.h"

#define FIELDS 64
#define REQUEST_TIME SEC(90)

#define FEED_STATES(S)                                                                \
	S(FEED_HELLO, 1u << FEED_READING | 1u << FEED_CLOSED)                         \
	S(FEED_READING, 1u << FEED_ASKING | 1u << FEED_CLOSED)                        \
	S(FEED_ASKING, 1u << FEED_WAITING | 1u << FEED_STREAMING | 1u << FEED_CLOSED) \
	S(FEED_WAITING, 1u << FEED_ASKING | 1u << FEED_CLOSED)                        \
	S(FEED_STREAMING, 1u << FEED_CLOSED)                                          \
	S(FEED_CLOSED, 0u)

enum feed_state {
#define S(name, next) name,
	FEED_STATES(S)
#undef S
};

static const unsigned feed_next[] = {
#define S(name, next) next,
	FEED_STATES(S)
#undef S
};

struct feed_conn {
	struct feed_server *server;
	struct list node; /* of the server */
	uint8_t state; /* enum feed_state */
	bool close_after; /* when all is sent */
	bool head_done; /* of the request at hand; its body is awaited */
	struct tcp tcp;
	struct tls *tls; /* NULL: cleartext */
	struct op hello;
	struct recv_op recv;
	struct send_op send;
	struct timer timer; /* of a request; then of PING */
	struct task free_task;
	struct h1_parser parser;
	struct http_request request;
	struct http_field fields[FIELDS];
	struct buf in;
	struct buf out; /* waits */
	struct buf sending;
	struct slice slice;
	struct feed_question question;
	struct feed_peer peer; /* of the feed that it streams */
	struct list waiting; /* of the server, for a feed that is not there yet */
	bool began; /* to wait; its patience runs */
	bool waited; /* long enough */
	char session[33];
};

struct feed_server {
	struct loop *loop;
	struct listener listener;
	struct tls_policy *policy; /* NULL: cleartext */
	struct tls_thread tls;
	struct feed_auth *auth;
	const struct feed_server_ops *ops;
	void *arg;
	struct feeds feeds;
	struct map sessions;
	struct list waiting; /* connections */
	struct list conns;
	unsigned n;
	bool on;
};

static void conn_move(struct feed_conn *c, enum feed_state to)
{
	AN(feed_next[c->state] & 1u << to);
	c->state = (uint8_t)to;
}

static struct stream *conn_stream(struct feed_conn *c)
{
	return c->tls ? tls_stream(c->tls) : &c->tcp.stream;
}

/* --- sending -------------------------------------------------------------------------------- */

static void conn_close(struct feed_conn *c);

static void pump(struct feed_conn *c)
{
	struct buf swap = c->sending;

	if (c->state == FEED_CLOSED || op_inflight(&c->send.op))
		return;
	if (!c->out.n) {
		if (c->close_after)
			conn_close(c);
		return;
	}
	c->sending = c->out;
	buf_reset(&swap);
	c->out = swap;
	c->slice = slice_plain(buf_str(&c->sending));
	stream_send(conn_stream(c), &c->send, &c->slice, 1, 0);
}

static void on_sent(struct op *op, int res)
{
	struct feed_conn *c = container_of(op, struct feed_conn, send.op);

	if (c->state == FEED_CLOSED)
		return;
	if (res < 0) {
		conn_close(c);
		return;
	}
	if (c->sending.cap > NBUF_LARGE)
		buf_fini(&c->sending);
	pump(c);
}

static void conn_write(struct feed_conn *c, struct str text)
{
	if (c->state == FEED_CLOSED)
		return;
	if (c->out.n + text.n > FEED_BACKLOG_MAX) {
		log_warn("a data plane takes too little and is cut off");
		conn_close(c);
		return;
	}
	buf_add(&c->out, text);
	pump(c);
}

static void answer(struct feed_conn *c, int status, struct str why)
{
	struct buf b = {0};

	buf_printf(&b,
		"HTTP/1.1 %d %.*s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n",
		status, STR_ARG(http_status_phrase(status)), why.n);
	buf_add(&b, why);
	conn_write(c, buf_str(&b));
	buf_fini(&b);
}

static void refuse(struct feed_conn *c, int status, struct str why)
{
	answer(c, status, why);
	c->close_after = true;
	pump(c);
}

/* --- the end of a connection ---------------------------------------------------------------- */

static void conn_free(struct task *t)
{
	struct feed_conn *c = container_of(t, struct feed_conn, free_task);

	if (op_inflight(&c->recv.op) || op_inflight(&c->send.op) || op_inflight(&c->hello) ||
		feed_auth_active(&c->question)) {
		loop_defer(c->server->loop, &c->free_task);
		return;
	}
	if (c->tls)
		tls_free(c->tls);
	list_del(&c->node);
	c->server->n--;
	buf_fini(&c->in);
	buf_fini(&c->out);
	buf_fini(&c->sending);
	feed_question_fini(&c->question);
	feed_peer_fini(&c->peer);
	mem_free(c);
}

static void conn_close(struct feed_conn *c)
{
	struct feed *f = c->peer.feed;

	if (c->state == FEED_CLOSED)
		return;
	conn_move(c, FEED_CLOSED);
	list_del(&c->waiting);
	loop_timer_cancel(c->server->loop, &c->timer);
	stream_close(conn_stream(c));
	feed_auth_cancel(&c->question);
	loop_defer(c->server->loop, &c->free_task);
	if (!f)
		return;
	feed_peer_leave(&c->peer);
	map_del(&c->server->sessions, str_from(c->session));
	if (c->server->on)
		c->server->ops->acked(c->server->arg, feed_name(f));
}

static void ask_feed(struct feed_conn *c);

static void on_timer(struct timer *t)
{
	struct feed_conn *c = container_of(t, struct feed_conn, timer);

	if (c->state == FEED_WAITING) {
		c->waited = true;
		loop_timer_arm(c->server->loop, t, REQUEST_TIME);
		ask_feed(c);
		return;
	}
	if (c->state != FEED_STREAMING) {
		conn_close(c);
		return;
	}
	conn_write(c, STR("{\"type\":\"PING\"}\n"));
	if (c->state == FEED_STREAMING)
		loop_timer_arm(c->server->loop, t, FEED_PING);
}

/* --- requests ------------------------------------------------------------------------------- */

static void read_more(struct feed_conn *c)
{
	if (c->state != FEED_CLOSED && !op_inflight(&c->recv.op))
		stream_recv(conn_stream(c), &c->recv, NBUF_SMALL);
}

static void next_request(struct feed_conn *c)
{
	c->head_done = false;
	h1_request_begin(&c->parser, &c->request, c->fields);
	loop_timer_arm(c->server->loop, &c->timer, REQUEST_TIME);
}

static void stream_begin(struct feed_conn *c, struct str feed)
{
	struct feed_server *s = c->server;
	struct buf b = {0};
	uint64_t id[2];

	rand_secure(id, sizeof(id));
	snprintf(c->session, sizeof(c->session), "%016llx%016llx", (unsigned long long)id[0],
		(unsigned long long)id[1]);
	conn_move(c, FEED_STREAMING);
	list_del(&c->waiting);
	map_put(&s->sessions, str_from(c->session), c);
	loop_timer_arm(s->loop, &c->timer, FEED_PING);
	buf_printf(&b,
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
		"{\"type\":\"HELLO\",\"session\":\"%s\",\"address\":\"%.*s\"}\n",
		c->session, STR_ARG(s->ops->leader(s->arg)));
	feeds_join(&s->feeds, feed, &c->peer, &b);
	conn_write(c, buf_str(&b));
	buf_fini(&b);
}

/* Where to go instead is told; the Service may lead to any replica. */
static void refuse_not_leading(struct feed_conn *c)
{
	struct str leader = c->server->ops->leader(c->server->arg);
	struct buf why = {0};

	if (leader.n)
		buf_printf(&why, "leader %.*s\n", STR_ARG(leader));
	else
		buf_add(&why, STR("nobody leads\n"));
	refuse(c, 503, buf_str(&why));
	buf_fini(&why);
}

static bool wants_class(const struct feed_conn *c)
{
	return str_starts(http_path(&c->request), STR(FEED_CLASS_PATH));
}

/* The feed asked for: a Gateway's key, or a class's name. */
static struct str wanted_feed(const struct feed_conn *c)
{
	return str_skip(http_path(&c->request),
		wants_class(c) ? strlen(FEED_CLASS_PATH) : strlen(FEED_PATH));
}

/* Nothing of another form, so that no name stands for another kind of feed. */
static bool wanted_well(const struct feed_conn *c)
{
	struct str feed = wanted_feed(c);

	return feed.n && (str_find(feed, '/') == feed.n) == wants_class(c);
}

/* A controller that has just started, or made this Gateway's data plane, is about to have the feed:
 * who waits for it comes sooner than who is sent away and asks again. */
static void wait_for_feed(struct feed_conn *c)
{
	struct feed_server *s = c->server;

	conn_move(c, FEED_WAITING);
	if (list_empty(&c->waiting))
		list_add_tail(&s->waiting, &c->waiting);
	if (!c->began) {
		c->began = true;
		loop_timer_arm(s->loop, &c->timer, FEED_PATIENCE);
	}
}

/* Nobody leads, as far as is known: so perhaps this replica does in a moment. */
static bool may_lead(const struct feed_server *s)
{
	return s->on || !s->ops->leader(s->arg).n;
}

/* Asks again for whom waits for <feed>; empty: for all. */
static void wake_waiting(struct feed_server *s, struct str feed)
{
	list_for_each_safe (node, &s->waiting) {
		struct feed_conn *c = container_of(node, struct feed_conn, waiting);

		if (!feed.n || str_eq(wanted_feed(c), feed))
			ask_feed(c);
	}
}

static void on_begun(void *arg, struct str feed)
{
	wake_waiting(arg, feed);
}

static void on_known(struct feed_question *q, int res, const struct feed_caller *caller)
{
	struct feed_conn *c = container_of(q, struct feed_conn, question);
	struct feed_server *s = c->server;
	struct str feed = wanted_feed(c);
	bool here = s->on && feeds_has(&s->feeds, feed);

	if (c->state != FEED_ASKING)
		return;
	if (res == -EPERM)
		refuse(c, 403,
			STR("not allowed: verb serve on this gatewayclass is wanted (RBAC)\n"));
	else if (res == -EACCES)
		refuse(c, 401, STR("the token is not good, or is bound to no pod of ours\n"));
	else if (res < 0)
		refuse(c, 503, STR("who asks could not be found out\n"));
	else if (!here && !c->waited && may_lead(s))
		wait_for_feed(c);
	else if (!s->on)
		refuse_not_leading(c);
	else if (!here)
		refuse(c, 503, STR("nothing is known of this Gateway or class yet\n"));
	else if (!wants_class(c) && !s->ops->allowed(s->arg, feed, caller))
		refuse(c, 403, STR("this pod serves another Gateway\n"));
	else
		stream_begin(c, feed);
}

static void ask_feed(struct feed_conn *c)
{
	struct str bearer = http_value(&c->request.head, HTTP_AUTHORIZATION);

	if (!str_starts(bearer, STR("Bearer "))) {
		refuse(c, 401, STR("a bearer token is wanted\n"));
		return;
	}
	if (!wanted_well(c)) {
		refuse(c, 404, STR("no such feed\n"));
		return;
	}
	conn_move(c, FEED_ASKING);
	c->question.done = on_known;
	feed_auth_ask(c->server->auth, &c->question, str_trim(str_skip(bearer, 7)),
		wants_class(c) ? wanted_feed(c) : (struct str){0});
}

static void take_ports(struct feed_server *s, struct str gateway, const struct value *ports)
{
	if (!ports)
		return;
	value_for_each(p, ports)
	{
		const struct value *port = value_get(p, STR("port")),
				   *udp = value_get(p, STR("udp"));

		if (port && port->kind == VALUE_INT && port->integer > 0 && port->integer < 65536)
			s->ops->port(s->arg, gateway,
				udp && udp->kind == VALUE_BOOL && udp->boolean,
				(uint16_t)port->integer, value_get_str(p, STR("error"), STR("")));
	}
}

/* What it says of itself; an older data plane says nothing and is ready. */
static void take_report(struct feed_peer *to, const struct value *v)
{
	const struct value *ready = value_get(v, STR("ready"));

	to->ready = !ready || ready->kind != VALUE_BOOL || ready->boolean;
	buf_reset(&to->proxy_listen);
	buf_add(&to->proxy_listen, value_get_str(v, STR("proxyListen"), STR("off")));
	buf_reset(&to->stream_listen);
	buf_add(&to->stream_listen, value_get_str(v, STR("streamListen"), STR("off")));
}

static void take_ack(struct feed_conn *c, struct str body)
{
	struct feed_server *s = c->server;
	struct feed_conn *to =
		map_get(&s->sessions, str_skip(http_path(&c->request), strlen(FEED_ACK_PATH)));
	const struct value *rev;
	struct value v;
	struct arena a;

	if (!to || !to->peer.feed) {
		answer(c, 404, STR("no such session\n"));
		return;
	}
	arena_init(&a, 0);
	if (text_parse_json(&a, body, &v, NULL) == 0 && (rev = value_get(&v, STR("rev"))) &&
		rev->kind == VALUE_INT && rev->integer >= 0) {
		take_ports(s, feed_name(to->peer.feed), value_get(&v, STR("ports")));
		feed_peer_acked(&to->peer, (uint64_t)rev->integer);
		take_report(&to->peer, &v);
		s->ops->acked(s->arg, feed_name(to->peer.feed));
		answer(c, 200, STR("ok\n"));
	} else {
		answer(c, 400, STR("{\"rev\":N} is wanted\n"));
	}
	arena_fini(&a);
}

/* The whole request is here: its head and <body>. */
static void serve(struct feed_conn *c, struct str body)
{
	const struct http_request *r = &c->request;

	if (!may_lead(c->server))
		refuse_not_leading(c);
	else if (r->method_id == HTTP_GET &&
		 (str_starts(http_path(r), STR(FEED_PATH)) || wants_class(c)))
		ask_feed(c);
	else if (r->method_id == HTTP_POST && str_starts(http_path(r), STR(FEED_ACK_PATH)))
		take_ack(c, body);
	else
		refuse(c, 404,
			STR("there are " FEED_PATH ", " FEED_CLASS_PATH " and " FEED_ACK_PATH
			    "\n"));
}

/* The request's head has arrived, and may be served; else H1_MORE or H1_BAD. */
static enum h1_result parse_head(struct feed_conn *c)
{
	const struct http_limits limits = {.head_max = FEED_HEAD_MAX,
		.uri_max = 2048,
		.fields_max = FIELDS,
		.trailer_max = 0,
		.chunk_ext_max = 0};
	enum h1_result result = H1_DONE;

	if (!c->head_done)
		result = h1_request_parse(&c->parser, &c->request, buf_str(&c->in), &limits);
	c->head_done = result == H1_DONE;
	c->request.head.base = c->in.p; /* where the bytes are now */
	if (c->head_done && (c->request.framing.body == HTTP_BODY_CHUNKED ||
				    c->request.framing.length > FEED_ACK_MAX))
		return H1_BAD;
	return result;
}

/* Serves what has arrived. */
static void parse(struct feed_conn *c)
{
	while (c->state == FEED_READING && c->in.n && !c->close_after) {
		enum h1_result result = parse_head(c);
		size_t head = c->request.head.n, length = 0;

		if (result == H1_MORE)
			return;
		if (result != H1_DONE) {
			refuse(c, 400, STR("no such request\n"));
			return;
		}
		if (c->request.framing.body == HTTP_BODY_LENGTH)
			length = (size_t)c->request.framing.length;
		if (c->in.n < head + length)
			return;
		serve(c, str_of(c->in.p + head, length));
		if (c->state != FEED_READING || c->close_after)
			return;
		buf_consume(&c->in, head + length);
		next_request(c);
	}
}

static void on_received(struct op *op, int res)
{
	struct feed_conn *c = container_of(op, struct feed_conn, recv.op);

	if (res > 0 && c->state == FEED_READING)
		buf_add(&c->in, slice_str(c->recv.got));
	slice_drop(&c->recv.got);
	if (c->state == FEED_CLOSED)
		return;
	if (res <= 0 || c->in.n > FEED_HEAD_MAX + FEED_ACK_MAX) {
		conn_close(c);
		return;
	}
	parse(c);
	read_more(c); /* of a stream: to see its end */
}

static void conn_ready(struct feed_conn *c)
{
	conn_move(c, FEED_READING);
	next_request(c);
	read_more(c);
}

static void on_hello(struct op *op, int res)
{
	struct feed_conn *c = container_of(op, struct feed_conn, hello);

	if (c->state != FEED_HELLO)
		return;
	if (res < 0)
		conn_close(c);
	else
		conn_ready(c);
}

/* One certificate for whoever calls, by whichever name. */
static struct tls_policy *on_choose(void *ctx, struct str name)
{
	(void)name;
	return ((struct feed_server *)ctx)->policy;
}

static void on_accepted(struct listener *ls, int fd, const struct addr *peer)
{
	struct feed_server *s = container_of(ls, struct feed_server, listener);
	struct feed_conn *c = MEM_NEW(struct feed_conn);

	c->server = s;
	if (tcp_init(&c->tcp, s->loop, fd, peer) < 0) {
		mem_free(c);
		return;
	}
	recv_op_init(&c->recv, on_received);
	send_op_init(&c->send, on_sent);
	op_init(&c->hello, on_hello);
	timer_init(&c->timer, on_timer);
	task_init(&c->free_task, conn_free);
	list_init(&c->waiting);
	list_add_tail(&s->conns, &c->node);
	s->n++;
	if (s->policy) {
		c->tls = tls_accept(&s->tls, &c->tcp.stream, on_choose, s);
		tls_handshake(c->tls, &c->hello);
	}
	if (s->n > FEED_CONNECTIONS || sock_keepalive(&c->tcp.sock, SEC(15), SEC(30)) < 0) {
		conn_close(c);
		return;
	}
	loop_timer_arm(s->loop, &c->timer, SEC(10));
	if (!c->tls)
		conn_ready(c);
}

/* --- feeds ---------------------------------------------------------------------------------- */

static void on_frames(struct feed_peer *p, struct str frames)
{
	conn_write(container_of(p, struct feed_conn, peer), frames);
}

static void on_ended(struct feed_peer *p)
{
	struct feed_conn *c = container_of(p, struct feed_conn, peer);

	map_del(&c->server->sessions, str_from(c->session));
	conn_close(c);
}

static const struct feeds_ops feeds_ops = {on_frames, on_ended, on_begun};

struct feeds *feed_server_feeds(struct feed_server *s)
{
	return &s->feeds;
}

/* --- start and end -------------------------------------------------------------------------- */

int feed_server_new(struct loop *l, const struct addr *at, struct tls_policy *policy, struct api *a,
	const struct feed_server_ops *ops, void *arg, struct feed_server **ret_server)
{
	struct feed_server *s = MEM_NEW(struct feed_server);
	int fd = listener_open_dual(at), rc = fd;

	s->loop = l;
	s->policy = policy ? tls_policy_ref(policy) : NULL;
	tls_thread_init(&s->tls, l);
	s->auth = feed_auth_new(a);
	s->ops = ops;
	s->arg = arg;
	list_init(&s->conns);
	list_init(&s->waiting);
	feeds_init(&s->feeds, &feeds_ops, s);
	if (fd >= 0)
		rc = listener_init(&s->listener, l, fd, on_accepted, NULL);
	if (rc < 0) {
		feed_auth_free(s->auth);
		tls_policy_unref(s->policy);
		tls_thread_fini(&s->tls);
		mem_free(s);
		return rc;
	}
	*ret_server = s;
	return 0;
}

void feed_server_policy(struct feed_server *s, struct tls_policy *policy)
{
	tls_policy_unref(s->policy);
	s->policy = tls_policy_ref(policy);
}

void feed_server_enable(struct feed_server *s, bool on)
{
	if (s->on == on)
		return;
	s->on = on;
	if (on) {
		wake_waiting(s, (struct str){0});
		return;
	}
	list_for_each_safe (node, &s->conns)
		conn_close(container_of(node, struct feed_conn, node));
}

void feed_server_free(struct feed_server *s)
{
	if (!s)
		return;
	s->on = false;
	listener_close(&s->listener);
	feeds_fini(&s->feeds);
	list_for_each_safe (node, &s->conns)
		conn_close(container_of(node, struct feed_conn, node));
	while (!list_empty(&s->conns) || s->tls.streams.used)
		loop_tick(s->loop, 0);
	tls_thread_fini(&s->tls);
	tls_policy_unref(s->policy);
	map_fini(&s->sessions);
	feed_auth_free(s->auth);
	mem_free(s);
}
