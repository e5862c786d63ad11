/* SPDX-License-Identifier: Apache-2.0 */
#include "control/feed_server.h"

#include <errno.h>
#include <stdio.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/rand.h"
#include "http/h1.h"
#include "net/listener.h"
#include "tls/server.h"
#include "source/feed_source.h"
#include "text/parse.h"
#include "text/write.h"

#define FIELDS 64

#define FEED_STATES(S)                                                                \
	S(FEED_HELLO, 1u << FEED_READING | 1u << FEED_CLOSED)                         \
	S(FEED_READING, 1u << FEED_ASKING | 1u << FEED_CLOSED)                        \
	S(FEED_ASKING, 1u << FEED_READING | 1u << FEED_STREAMING | 1u << FEED_CLOSED) \
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

/* An object that the data planes of a Gateway have. */
struct fed {
	struct str id; /* "kind/namespace/name" */
	enum object_kind kind;
	uint64_t revision; /* of the text */
	bool seen;
};

struct feed {
	struct feed_server *server;
	struct str gateway;
	struct map objects;
	const struct raws *raws;
	uint64_t rev;
	int64_t generation;
	uint64_t generation_rev; /* the first revision that holds it */
	int64_t last_generation; /* before */
	struct list conns; /* streaming */
	struct buf ports; /* the frame of a class's Service; empty: none was told */
	bool ports_new;
	struct buf batch;
};

struct feed_conn {
	struct feed_server *server;
	struct list node; /* of the server */
	struct list peer; /* of the feed */
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
	struct feed *feed;
	uint64_t acked;
	bool ready; /* it said so with its last word */
	struct buf proxy_listen, stream_listen; /* likewise */
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
	struct map feeds;
	struct map sessions;
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
	buf_fini(&c->proxy_listen);
	buf_fini(&c->stream_listen);
	mem_free(c);
}

static void conn_close(struct feed_conn *c)
{
	struct feed *f = c->feed;

	if (c->state == FEED_CLOSED)
		return;
	conn_move(c, FEED_CLOSED);
	loop_timer_cancel(c->server->loop, &c->timer);
	stream_close(conn_stream(c));
	feed_auth_cancel(&c->question);
	loop_defer(c->server->loop, &c->free_task);
	if (!f)
		return;
	c->feed = NULL;
	list_del(&c->peer);
	map_del(&c->server->sessions, str_from(c->session));
	if (c->server->on)
		c->server->ops->acked(c->server->arg, f->gateway);
}

static void on_timer(struct timer *t)
{
	struct feed_conn *c = container_of(t, struct feed_conn, timer);

	if (c->state != FEED_STREAMING) {
		conn_close(c);
		return;
	}
	conn_write(c, STR("{\"type\":\"PING\"}\n"));
	if (c->state == FEED_STREAMING)
		loop_timer_arm(c->server->loop, t, FEED_PING);
}

/* --- feeds ---------------------------------------------------------------------------------- */

static struct feed *feed_get(struct feed_server *s, struct str gateway)
{
	struct feed *f = map_get(&s->feeds, gateway);

	if (f)
		return f;
	f = MEM_NEW(struct feed);
	f->server = s;
	f->gateway = str_from(mem_strdup(gateway));
	f->generation = f->last_generation = -1;
	list_init(&f->conns);
	map_put(&s->feeds, f->gateway, f);
	return f;
}

static void fed_free(struct fed *o)
{
	mem_free((void *)(uintptr_t)o->id.p);
	mem_free(o);
}

static void add_put(struct buf *out, const struct raw *r)
{
	buf_add(out, STR("{\"type\":\"PUT\",\"object\":"));
	buf_add(out, r->text);
	buf_add(out, STR("}\n"));
}

static void add_commit(struct buf *out, const struct feed *f)
{
	buf_printf(out, "{\"type\":\"COMMIT\",\"rev\":%llu}\n", (unsigned long long)f->rev);
}

static void on_read_object(void *ctx, const struct object *o)
{
	struct feed *f = ctx;
	struct raw *r = raws_get(f->raws, o->kind, object_key(o));
	struct buf id = {0};
	struct fed *fed;

	if (!r)
		return;
	buf_printf(&id, "%u/%.*s", o->kind, STR_ARG(r->key));
	fed = map_get(&f->objects, buf_str(&id));
	if (!fed) {
		fed = MEM_NEW(struct fed);
		fed->id = str_from(mem_strdup(buf_str(&id)));
		fed->kind = o->kind;
		map_put(&f->objects, fed->id, fed);
	}
	buf_fini(&id);
	fed->seen = true;
	if (fed->revision == r->revision)
		return;
	fed->revision = r->revision;
	add_put(&f->batch, r);
}

static void add_gone(struct feed *f)
{
	VEC(struct fed *) gone = {0};
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&f->objects, &at))) {
		struct fed *o = slot->value;

		if (!o->seen)
			*vec_push(&gone) = o;
		o->seen = false;
	}
	vec_for_each (o, &gone) {
		struct str key = str_skip((*o)->id, str_find((*o)->id, '/') + 1);

		buf_printf(&f->batch,
			"{\"type\":\"DEL\",\"kind\":\"%.*s\",\"group\":\"%.*s\",\"key\":",
			STR_ARG(object_kind_name((*o)->kind)),
			STR_ARG(object_kind_group((*o)->kind)));
		text_write_json_string(&f->batch, key);
		buf_add(&f->batch, STR("}\n"));
		map_del(&f->objects, (*o)->id);
		fed_free(*o);
	}
	vec_fini(&gone);
}

void feed_server_publish(struct feed_server *s, struct str gateway, int64_t generation,
	struct translator *t, const struct raws *raws)
{
	struct feed *f = feed_get(s, gateway);

	f->raws = raws;
	buf_reset(&f->batch);
	if (f->ports_new)
		buf_add(&f->batch, buf_str(&f->ports));
	f->ports_new = false;
	translator_read_set(t, gateway, on_read_object, f);
	add_gone(f);
	if (!f->batch.n && f->generation == generation)
		return;
	f->rev++;
	if (f->generation != generation) {
		f->last_generation = f->generation;
		f->generation = generation;
		f->generation_rev = f->rev;
	}
	add_commit(&f->batch, f);
	list_for_each_safe (node, &f->conns)
		conn_write(container_of(node, struct feed_conn, peer), buf_str(&f->batch));
	if (f->batch.cap > NBUF_LARGE)
		buf_fini(&f->batch);
}

void feed_server_ports(
	struct feed_server *s, struct str class_name, const struct publish_port *ports, size_t n)
{
	struct feed *f = feed_get(s, class_name);
	struct buf b = {0};

	buf_add(&b, STR("{\"type\":\"PORTS\""));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s{\"port\":%u,\"udp\":%s,\"target\":%u}", i ? "," : ",\"ports\":[",
			ports[i].port, ports[i].udp ? "true" : "false", ports[i].target);
	buf_add(&b, n ? STR("]}\n") : ports ? STR(",\"ports\":[]}\n") : STR("}\n"));
	if (str_eq(buf_str(&b), buf_str(&f->ports))) {
		buf_fini(&b);
		return;
	}
	buf_fini(&f->ports);
	f->ports = b;
	f->ports_new = true;
}

uint64_t feed_server_rev(const struct feed_server *s, struct str gateway)
{
	const struct feed *f = map_get(&s->feeds, gateway);

	return f ? f->rev : 0;
}

uint64_t feed_server_acked(const struct feed_server *s, struct str gateway)
{
	const struct feed *f = map_get(&s->feeds, gateway);
	uint64_t best = 0;

	if (!f)
		return 0;
	list_for_each (node, &f->conns) {
		const struct feed_conn *c = container_of(node, struct feed_conn, peer);

		if (c->ready)
			best = MAX(best, c->acked);
	}
	return best;
}

void feed_server_reports(
	const struct feed_server *s, struct str class_name, feed_report_f *fn, void *ctx)
{
	const struct feed *f = map_get(&s->feeds, class_name);

	if (!f)
		return;
	list_for_each (node, &f->conns) {
		const struct feed_conn *c = container_of(node, struct feed_conn, peer);
		const struct feed_report r = {
			buf_str(&c->proxy_listen), buf_str(&c->stream_listen)};

		if (c->acked && c->ready)
			fn(ctx, &r);
	}
}

void feed_server_forget(struct feed_server *s, struct str gateway)
{
	struct feed *f = map_get(&s->feeds, gateway);
	const struct map_slot *slot;
	size_t at = 0;

	if (!f)
		return;
	map_del(&s->feeds, gateway);
	list_for_each_safe (node, &f->conns) {
		struct feed_conn *c = container_of(node, struct feed_conn, peer);

		map_del(&s->sessions, str_from(c->session));
		list_del(&c->peer);
		c->feed = NULL;
		conn_close(c);
	}
	while ((slot = map_next(&f->objects, &at)))
		fed_free(slot->value);
	map_fini(&f->objects);
	buf_fini(&f->batch);
	buf_fini(&f->ports);
	mem_free((void *)(uintptr_t)f->gateway.p);
	mem_free(f);
}

int64_t feed_server_generation(const struct feed_server *s, struct str gateway)
{
	const struct feed *f = map_get(&s->feeds, gateway);
	int64_t best = -1;

	if (!f)
		return -1;
	list_for_each (node, &f->conns) {
		struct feed_conn *c = container_of(node, struct feed_conn, peer);

		if (c->acked >= f->generation_rev)
			return f->generation;
		if (c->acked)
			best = f->last_generation;
	}
	return best;
}

unsigned feed_server_connected(const struct feed_server *s, struct str gateway)
{
	const struct feed *f = map_get(&s->feeds, gateway);
	unsigned n = 0;

	if (f)
		list_for_each (node, &f->conns)
			n++;
	return n;
}

unsigned feed_server_heard(const struct feed_server *s, struct str gateway)
{
	const struct feed *f = map_get(&s->feeds, gateway);
	unsigned n = 0;

	if (f)
		list_for_each (node, &f->conns)
			n += container_of(node, struct feed_conn, peer)->acked > 0;
	return n;
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
	loop_timer_arm(c->server->loop, &c->timer, SEC(90));
}

static void stream_begin(struct feed_conn *c, struct str gateway)
{
	struct feed_server *s = c->server;
	struct feed *f = map_get(&s->feeds, gateway);
	const struct map_slot *slot;
	struct buf b = {0};
	uint64_t id[2];
	size_t at = 0;

	if (!f || !f->rev) {
		refuse(c, 503, STR("nothing is known of this Gateway or class yet\n"));
		return;
	}
	rand_secure(id, sizeof(id));
	snprintf(c->session, sizeof(c->session), "%016llx%016llx", (unsigned long long)id[0],
		(unsigned long long)id[1]);
	conn_move(c, FEED_STREAMING);
	c->feed = f;
	list_add_tail(&f->conns, &c->peer);
	map_put(&s->sessions, str_from(c->session), c);
	loop_timer_arm(s->loop, &c->timer, FEED_PING);
	buf_printf(&b,
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
		"{\"type\":\"HELLO\",\"session\":\"%s\",\"address\":\"%.*s\"}\n"
		"{\"type\":\"LIST\"}\n",
		c->session, STR_ARG(s->ops->leader(s->arg)));
	if (f->ports.n)
		buf_add(&b, buf_str(&f->ports));
	while ((slot = map_next(&f->objects, &at))) {
		struct fed *o = slot->value;
		struct raw *r =
			raws_get(f->raws, o->kind, str_skip(o->id, str_find(o->id, '/') + 1));

		/* What changed since the last publish comes with the next. */
		if (r)
			add_put(&b, r);
	}
	add_commit(&b, f);
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

static void on_known(struct feed_question *q, int res, const struct feed_caller *caller)
{
	struct feed_conn *c = container_of(q, struct feed_conn, question);
	struct feed_server *s = c->server;

	if (c->state != FEED_ASKING)
		return;
	if (!s->on)
		refuse_not_leading(c);
	else if (res == -EPERM)
		refuse(c, 403,
			STR("not allowed: verb serve on this gatewayclass is wanted (RBAC)\n"));
	else if (res == -EACCES)
		refuse(c, 401, STR("the token is not good, or is bound to no pod of ours\n"));
	else if (res < 0)
		refuse(c, 503, STR("who asks could not be found out\n"));
	else if (!wants_class(c) && !s->ops->allowed(s->arg, wanted_feed(c), caller))
		refuse(c, 403, STR("this pod serves another Gateway\n"));
	else
		stream_begin(c, wanted_feed(c));
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
static void take_report(struct feed_conn *to, const struct value *v)
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

	if (!to || !to->feed) {
		answer(c, 404, STR("no such session\n"));
		return;
	}
	arena_init(&a, 0);
	if (text_parse_json(&a, body, &v, NULL) == 0 && (rev = value_get(&v, STR("rev"))) &&
		rev->kind == VALUE_INT && rev->integer >= 0) {
		take_ports(s, to->feed->gateway, value_get(&v, STR("ports")));
		to->acked = MIN((uint64_t)rev->integer, to->feed->rev);
		take_report(to, &v);
		s->ops->acked(s->arg, to->feed->gateway);
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

	if (!c->server->on)
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
	list_init(&c->peer);
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
	if (on)
		return;
	list_for_each_safe (node, &s->conns)
		conn_close(container_of(node, struct feed_conn, node));
}

void feed_server_free(struct feed_server *s)
{
	const struct map_slot *slot;
	size_t at;

	if (!s)
		return;
	s->on = false;
	listener_close(&s->listener);
	for (at = 0; (slot = map_next(&s->feeds, &at)); at = 0)
		feed_server_forget(s, slot->key);
	list_for_each_safe (node, &s->conns)
		conn_close(container_of(node, struct feed_conn, node));
	while (!list_empty(&s->conns) || s->tls.streams.used)
		loop_tick(s->loop, 0);
	tls_thread_fini(&s->tls);
	tls_policy_unref(s->policy);
	map_fini(&s->feeds);
	map_fini(&s->sessions);
	feed_auth_free(s->auth);
	mem_free(s);
}
