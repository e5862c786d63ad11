/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/api.h"

#include <errno.h>

#include "base/mem.h"
#include "base/rand.h"
#include "kube/auth.h"

#define RETRY_FIRST MSEC(100)
#define RETRY_MAX SEC(10)

#define CONN_STATES(S)                                                                \
	S(CONN_RESOLVING, 1u << CONN_CONNECTING | 1u << CONN_CLOSING)                 \
	S(CONN_CONNECTING, 1u << CONN_SHAKING | 1u << CONN_IDLE | 1u << CONN_CLOSING) \
	S(CONN_SHAKING, 1u << CONN_IDLE | 1u << CONN_CLOSING)                         \
	S(CONN_IDLE, 1u << CONN_BUSY | 1u << CONN_CLOSING)                            \
	S(CONN_BUSY, 1u << CONN_IDLE | 1u << CONN_CLOSING)                            \
	S(CONN_CLOSING, 0u)

enum conn_state {
#define S(name, next) name,
	CONN_STATES(S)
#undef S
};

static const unsigned conn_next[] = {
#define S(name, next) next,
	CONN_STATES(S)
#undef S
};

struct api_conn {
	struct api *api;
	struct list node;
	uint8_t state; /* enum conn_state */
	bool stream; /* for one streamed call */
	bool has_client;
	bool client_closed;
	bool used; /* has carried an exchange */
	uint64_t serial; /* auth_serial() of when it began */
	struct api_call *call; /* what it is for, from its birth */
	struct resolve_op resolve;
	struct connect_op connect;
	struct op hello;
	struct tcp tcp;
	struct tls *tls; /* NULL: cleartext, or not yet */
	struct client client;
	struct client_call exchange;
	struct http_edits edits;
	struct arena arena;
	struct task free_task;
	struct timer hello_timer;
};

struct api {
	struct loop *loop;
	const struct kube_config *config;
	struct auth *auth;
	struct tls_thread tls;
	struct resolver *resolver; /* NULL: the host is a literal address */
	struct addr literal;
	struct addr direct;
	bool directed;
	struct str authority;
	struct arena arena;
	struct list conns;
	struct list waiting; /* calls */
	struct list running; /* calls of every kind, for api_free */
	unsigned n_shared; /* connections for gathered calls */
	struct task dispatch;
	struct rand rand;
	struct buf why;
	bool ending;
};

static void conn_close(struct api_conn *c);
static void call_end(struct api_call *call, int res);

static void conn_move(struct api_conn *c, enum conn_state to)
{
	AN(conn_next[c->state] & 1u << to);
	c->state = (uint8_t)to;
}

struct loop *api_loop(const struct api *a)
{
	return a->loop;
}

struct str api_why(const struct api *a)
{
	struct str why = auth_why(a->auth);

	return why.n ? why : buf_str(&a->why);
}

nsec api_jitter(struct api *a, nsec below)
{
	return (nsec)(rand_u64(&a->rand) % (uint64_t)MAX(below, 1));
}

/* --- calls --------------------------------------------------------------------------------- */

static bool gathered(const struct api_call *call)
{
	return !call->head;
}

static bool later(int res, int status)
{
	if (res == 0)
		return status == 429 || status == 500 || (status >= 502 && status <= 504);
	return res != -ECANCELED && res != -EFBIG && res != -EINVAL && res != -EACCES;
}

static void call_tell(struct api_call *call, int res)
{
	struct buf answer = call->answer;

	call->answer = (struct buf){0};
	call->active = false;
	list_del(&call->node);
	loop_timer_cancel(call->api->loop, &call->again);
	call->done(call, res, res == 0 ? call->status : 0, buf_str(&answer));
	buf_fini(&answer);
}

/* Into the queue: few are `first`, so that looking for the last of them costs nothing. */
static void call_queue(struct api *a, struct api_call *call)
{
	struct list *before = a->waiting.next;

	while (call->first && before != &a->waiting &&
		container_of(before, struct api_call, node)->first)
		before = before->next;
	list_add_tail(call->first ? before : &a->waiting, &call->node);
	loop_defer(a->loop, &a->dispatch);
}

/* The exchange is over.  Where it makes sense the call goes back to those that wait. */
static void call_end(struct api_call *call, int res)
{
	struct api *a = call->api;
	nsec wait;

	call->conn = NULL;
	/* Once more at once, where we may be known by now. */
	if (gathered(call) && res == 0 && call->status == 401 && !call->renewed && !a->ending &&
		auth_refused(a->auth, call->serial)) {
		call->renewed = true;
		buf_reset(&call->answer);
		list_del(&call->node);
		call_queue(a, call);
		return;
	}
	if (!gathered(call) || !later(res, call->status) || ++call->tries >= API_TRIES ||
		a->ending) {
		call_tell(call, res);
		return;
	}
	wait = MIN(RETRY_FIRST << call->tries, RETRY_MAX);
	wait = MAX(wait / 2 + api_jitter(a, wait / 2), call->retry_after);
	buf_reset(&call->answer);
	loop_timer_arm(a->loop, &call->again, wait);
}

static void call_again(struct timer *t)
{
	struct api_call *call = container_of(t, struct api_call, again);

	list_del(&call->node);
	call_queue(call->api, call);
}

void api_start(struct api *a, struct api_call *call)
{
	AN(!call->active);
	call->api = a;
	call->active = true;
	call->status = 0;
	call->tries = 0;
	call->conn = NULL;
	call->renewed = false;
	call->retry_after = 0;
	call->answer = (struct buf){0};
	timer_init(&call->again, call_again);
	list_init(&call->node);
	call_queue(a, call);
}

void api_cancel(struct api_call *call)
{
	struct api *a = call->api;

	if (!call->active)
		return;
	if (call->conn) {
		conn_close(call->conn);
		return;
	}
	/* Waiting: told from the loop as everything is. */
	call->tries = API_TRIES;
	call->status = -1;
	loop_timer_cancel(a->loop, &call->again);
	list_del(&call->node);
	list_add_head(&a->waiting, &call->node);
	loop_defer(a->loop, &a->dispatch);
}

/* --- connections --------------------------------------------------------------------------- */

static void conn_free(struct task *t)
{
	struct api_conn *c = container_of(t, struct api_conn, free_task);
	struct api *a = c->api;
	struct api_call *call = c->call;

	if (op_inflight(&c->resolve.op) || op_inflight(&c->connect.op) || op_inflight(&c->hello) ||
		(c->has_client && !c->client_closed)) {
		loop_defer(a->loop, &c->free_task);
		return;
	}
	if (c->has_client)
		client_fini(&c->client);
	if (c->tls)
		tls_free(c->tls);
	else if (c->tcp.stream.ops)
		stream_close(&c->tcp.stream);
	arena_fini(&c->arena);
	list_del(&c->node);
	if (!c->stream)
		a->n_shared--;
	c->call = NULL;
	mem_free(c);
	if (call)
		call_end(call, -ECANCELED);
	loop_defer(a->loop, &a->dispatch);
}

static void on_client_closed(struct client *cl)
{
	struct api_conn *c = container_of(cl, struct api_conn, client);

	c->client_closed = true;
}

/* Ends the connection; a call that it still has ends with it. */
static void conn_close(struct api_conn *c)
{
	if (c->state == CONN_CLOSING)
		return;
	conn_move(c, CONN_CLOSING);
	loop_timer_cancel(c->api->loop, &c->hello_timer);
	if (op_inflight(&c->resolve.op))
		resolver_cancel(c->api->resolver, &c->resolve);
	if (op_inflight(&c->connect.op))
		sock_connect_cancel(&c->connect);
	else if (c->has_client)
		client_close(&c->client, on_client_closed);
	else if (c->tls)
		stream_close(tls_stream(c->tls));
	loop_defer(c->api->loop, &c->free_task);
}

/* The connection cannot be had: its call ends with <res>. */
static void conn_fail(struct api_conn *c, int res)
{
	struct api_call *call = c->call;

	c->call = NULL;
	conn_close(c);
	if (call)
		call_end(call, res);
}

static void add_field(struct api_conn *c, const char *name, struct str value)
{
	struct str n = str_from(name);

	if (value.n && http_edits_add(&c->edits, http_name_id(n), n, value) < 0)
		c->exchange.request.method = (struct str){0}; /* refused: -EINVAL by the client */
}

static void conn_use(struct api_conn *c)
{
	struct api_call *call = c->call;
	struct api *a = c->api;
	struct str token = auth_token(a->auth);

	conn_move(c, CONN_BUSY);
	call->serial = auth_serial(a->auth);
	arena_reset(&c->arena);
	http_edits_init(&c->edits, &c->arena);
	c->exchange.request = (struct h1_request_out){.method = str_from(call->method),
		.path = a->config->prefix.n
				? arena_printf(&c->arena, "%.*s%.*s", STR_ARG(a->config->prefix),
					  STR_ARG(call->path))
				: call->path,
		.query = call->query,
		.has_query = call->query.n > 0,
		.host = a->authority};
	if (token.n)
		add_field(
			c, "Authorization", arena_printf(&c->arena, "Bearer %.*s", STR_ARG(token)));
	add_field(c, "Accept", str_from(call->accept ? call->accept : "application/json"));
	add_field(c, "User-Agent", STR("sluice"));
	add_field(c, "Content-Type", str_from(call->content_type));
	c->exchange.edits = &c->edits;
	c->exchange.body = call->body;
	c->exchange.want = UINT64_MAX;
	client_start(&c->client, &c->exchange);
}

static void on_head(struct client_call *exchange, const struct http_response *r)
{
	struct api_conn *c = container_of(exchange, struct api_conn, exchange);
	struct str name = STR("Retry-After");
	const struct http_field *f = http_find(&r->head, http_name_id(name), name, 0);
	uint64_t seconds;

	if (!c->call)
		return;
	c->call->status = r->status;
	if (r->status == 401 && c->call->head)
		c->call->renewed = auth_refused(c->api->auth, c->call->serial);
	c->call->retry_after = 0;
	if (f && str_to_u64(http_field_value(&r->head, f), 60, &seconds) == 0)
		c->call->retry_after = SEC((nsec)seconds);
	if (c->call->head)
		c->call->head(c->call, r->status);
}

static void on_data(struct client_call *exchange, struct str piece)
{
	struct api_conn *c = container_of(exchange, struct api_conn, exchange);

	if (!c->call)
		return;
	if (c->call->data)
		c->call->data(c->call, piece);
	else if (c->call->answer.n + piece.n > API_BODY_MAX)
		conn_fail(c, -EFBIG);
	else
		buf_add(&c->call->answer, piece);
}

static void on_done(struct client_call *exchange, int res)
{
	struct api_conn *c = container_of(exchange, struct api_conn, exchange);
	struct api_call *call = c->call;

	c->call = NULL;
	if (c->state == CONN_BUSY) {
		if (res == 0 && client_idle(&c->client) && !c->stream) {
			conn_move(c, CONN_IDLE);
			c->used = true;
		} else {
			conn_close(c);
		}
	}
	loop_defer(c->api->loop, &c->api->dispatch);
	if (call)
		call_end(call, res);
}

static const struct client_call_ops exchange_ops = {on_head, on_data, on_done};

static void conn_ready(struct api_conn *c)
{
	struct stream *s = c->tls ? tls_stream(c->tls) : &c->tcp.stream;
	struct client_config config = {.limits = HTTP_LIMITS_DEFAULT,
		.head_timeout = API_HEAD_TIMEOUT,
		.idle_timeout = c->stream ? 0 : API_HEAD_TIMEOUT};

	loop_timer_cancel(c->api->loop, &c->hello_timer);
	if (sock_keepalive(stream_base(s), SEC(15), SEC(30)) < 0) {
		conn_fail(c, -ENOTCONN);
		return;
	}
	client_init(&c->client, s, &config);
	c->has_client = true;
	c->exchange.ops = &exchange_ops;
	conn_move(c, CONN_IDLE);
	if (c->call)
		conn_use(c);
	else
		loop_defer(c->api->loop, &c->api->dispatch);
}

/* By another connection, at once. */
static void conn_again(struct api_conn *c)
{
	struct api_call *call = c->call;

	c->call = NULL;
	conn_close(c);
	if (!call)
		return;
	call->conn = NULL;
	list_del(&call->node);
	call_queue(c->api, call);
}

static void on_hello(struct op *op, int res)
{
	struct api_conn *c = container_of(op, struct api_conn, hello);

	if (c->state != CONN_SHAKING)
		return;
	if (res < 0) {
		buf_reset(&c->api->why);
		buf_add(&c->api->why, tls_why(c->tls));
		if (auth_distrusts(c->api->auth))
			conn_again(c);
		else
			conn_fail(c, res);
	} else {
		buf_reset(&c->api->why);
		conn_ready(c);
	}
}

static void on_hello_timeout(struct timer *t)
{
	conn_fail(container_of(t, struct api_conn, hello_timer), -ETIMEDOUT);
}

static void on_connected(struct op *op, int res)
{
	struct api_conn *c = container_of(op, struct api_conn, connect.op);
	struct tls_client *client;

	if (c->state != CONN_CONNECTING)
		return;
	if (res < 0) {
		conn_fail(c, res);
		return;
	}
	client = auth_client(c->api->auth);
	c->serial = auth_serial(c->api->auth);
	if (!client) {
		conn_ready(c);
		return;
	}
	conn_move(c, CONN_SHAKING);
	loop_timer_arm(c->api->loop, &c->hello_timer, API_CONNECT_TIMEOUT);
	c->tls = tls_connect(&c->api->tls, client, &c->tcp.stream);
	tls_handshake(c->tls, &c->hello);
}

static void conn_connect(struct api_conn *c, struct addr to)
{
	if (!c->api->directed)
		addr_set_port(&to, c->api->config->port);
	conn_move(c, CONN_CONNECTING);
	tcp_connect(&c->tcp, c->api->loop, &c->connect, &to, NULL, API_CONNECT_TIMEOUT);
}

static void on_resolved(struct op *op, int res)
{
	struct api_conn *c = container_of(op, struct api_conn, resolve.op);

	if (c->state != CONN_RESOLVING)
		return;
	if (res <= 0)
		conn_fail(c, res ? res : -ENOENT);
	else
		conn_connect(c, c->api->directed ? c->api->direct : c->resolve.addrs[0]);
}

static struct api_conn *conn_new(struct api *a, struct api_call *call)
{
	struct api_conn *c = MEM_NEW(struct api_conn);

	c->api = a;
	c->stream = !gathered(call);
	c->call = call;
	call->conn = c;
	c->tcp.sock.fd = -1;
	resolve_op_init(&c->resolve, on_resolved);
	connect_op_init(&c->connect, on_connected);
	op_init(&c->hello, on_hello);
	timer_init(&c->hello_timer, on_hello_timeout);
	task_init(&c->free_task, conn_free);
	arena_init(&c->arena, 2048);
	list_add_tail(&a->conns, &c->node);
	if (!c->stream)
		a->n_shared++;
	if (a->directed)
		conn_connect(c, a->direct);
	else if (a->resolver)
		resolver_lookup(a->resolver, &c->resolve, a->config->host);
	else
		conn_connect(c, a->literal);
	return c;
}

/* An idle connection that is still good and speaks for whom we are now; others are cleared away. */
static struct api_conn *idle_conn(struct api *a)
{
	list_for_each_safe (node, &a->conns) {
		struct api_conn *c = container_of(node, struct api_conn, node);

		if (c->state != CONN_IDLE || c->call)
			continue;
		if (client_idle(&c->client) && c->serial == auth_serial(a->auth))
			return c;
		conn_close(c);
	}
	return NULL;
}

void api_direct(struct api *a, const struct addr *to)
{
	a->directed = to != NULL;
	if (to)
		a->direct = *to;
	list_for_each_safe (node, &a->conns) {
		struct api_conn *c = container_of(node, struct api_conn, node);

		if (c->state == CONN_IDLE && !c->call)
			conn_close(c);
	}
}

/* Tells one that waits, where it is cancelled or nobody knows who we are. */
static bool tell_waiting(struct api_call *call, int ready)
{
	struct api *a = call->api;

	if (call->status == -1 || a->ending)
		call_tell(call, -ECANCELED);
	else if (ready == -EACCES)
		call_tell(call, -EACCES);
	else
		return false;
	return true;
}

static void on_auth(void *arg)
{
	struct api *a = arg;

	loop_defer(a->loop, &a->dispatch);
}

static void dispatch(struct task *t)
{
	struct api *a = container_of(t, struct api, dispatch);
	bool full = false; /* gathered calls stay where they are */
	int ready = a->ending || list_empty(&a->waiting) ? 0 : auth_ready(a->auth);

	list_for_each_safe (node, &a->waiting) {
		struct api_call *call = container_of(node, struct api_call, node);
		struct api_conn *c = NULL;

		/* done() may change the list: the rest is for the next turn. */
		if (tell_waiting(call, ready)) {
			loop_defer(a->loop, t);
			return;
		}
		if (ready < 0)
			continue;
		if (gathered(call)) {
			c = full ? NULL : idle_conn(a);
			full = !c && a->n_shared >= API_CONNECTIONS;
			if (full)
				continue;
		}
		list_del(&call->node);
		list_add_tail(&a->running, &call->node);
		if (c) {
			c->call = call;
			call->conn = c;
			conn_use(c);
		} else {
			conn_new(a, call);
		}
	}
}

void api_new_why(int rc, struct buf *err)
{
	if (rc == -ENOENT)
		buf_add(err,
			STR("no authority is named for the server, and this system has no trusted "
			    "certificates of its own: name a file (--feed-ca; certificate-authority "
			    "in a kubeconfig), or install the package ca-certificates"));
	else
		buf_printf(
			err, "the certificates for the server cannot be used: %s", strerror(-rc));
}

int api_new(struct loop *l, const struct kube_config *config, struct api **ret_api)
{
	struct api *a = MEM_NEW(struct api);
	uint64_t seed;
	int rc = 0;

	a->loop = l;
	a->config = config;
	list_init(&a->conns);
	list_init(&a->waiting);
	list_init(&a->running);
	arena_init(&a->arena, 256);
	task_init(&a->dispatch, dispatch);
	tls_thread_init(&a->tls, l);
	rand_secure(&seed, sizeof(seed));
	rand_init(&a->rand, seed);
	a->authority = arena_printf(&a->arena,
		str_find(config->host, ':') < config->host.n ? "[%.*s]:%u" : "%.*s:%u",
		STR_ARG(config->host), config->port);
	if (addr_parse_ip(config->host, config->port, &a->literal) < 0)
		rc = resolver_new(l, &(struct resolver_config){0}, &a->resolver);
	if (rc == 0)
		rc = auth_new(l, config, on_auth, a, &a->auth);
	if (rc < 0) {
		api_free(a);
		return rc;
	}
	*ret_api = a;
	return 0;
}

void api_free(struct api *a)
{
	if (!a)
		return;
	a->ending = true;
	list_for_each_safe (node, &a->running)
		api_cancel(container_of(node, struct api_call, node));
	list_for_each_safe (node, &a->conns)
		conn_close(container_of(node, struct api_conn, node));
	loop_defer(a->loop, &a->dispatch);
	while (!list_empty(&a->conns) || !list_empty(&a->waiting) || !list_empty(&a->running))
		loop_tick(a->loop, 0);
	task_cancel(&a->dispatch);
	resolver_free(a->resolver);
	while (a->tls.streams.used)
		loop_tick(a->loop, 0);
	tls_thread_fini(&a->tls);
	auth_free(a->auth);
	buf_fini(&a->why);
	arena_fini(&a->arena);
	mem_free(a);
}
