/* SPDX-License-Identifier: Apache-2.0 */
/* What of a cluster is asked for, and what of it stays: before a server that knows a few objects
 * and answers by path. */
#include "test.h"

#include <stdio.h>

#include "base/mem.h"
#include "net/listener.h"
#include "net/stream.h"
#include "source/kube_source.h"

struct world;

struct conn {
	struct list node;
	struct world *world;
	struct tcp tcp;
	struct recv_op rx;
	struct send_op tx;
	struct slice v;
	struct buf in, out;
};

struct world {
	struct loop *l;
	struct listener listener;
	struct list conns;
	struct buf seen; /* "PATH?QUERY ACCEPT", a line each */
	struct kube_config config;
	struct api *api;
	struct store store;
	struct kube_source *source;
	bool looked; /* at what is called "used" */
	int settled;
	struct buf failed;
	const char *forbidden; /* what the server refuses */
};

#define META(name)                                                                              \
	"\"metadata\":{\"name\":\"" name "\",\"namespace\":\"default\",\"uid\":\"u-" name "\"," \
	"\"resourceVersion\":\"4\",\"managedFields\":[{\"manager\":\"kubectl\"}]}"
#define SECRET(name) \
	"{\"kind\":\"Secret\",\"apiVersion\":\"v1\"," META(name) ",\"data\":{\"k\":\"djE=\"}}"

static const struct {
	const char *path; /* the request begins with it */
	const char *items;
} collections[] = {
	{"/apis/gateway.networking.k8s.io/v1/gateways?",
		"{" META(
			"gw") ",\"spec\":{\"gatewayClassName\":\"x\",\"listeners\":[{\"name\":\"a\","
			      "\"port\":80,\"protocol\":\"HTTP\"}]},\"status\":{\"addresses\":[]}}"},
	{"/api/v1/secrets?", "{" META("used") "},{" META("idle") "}"},
	{"/api/v1/configmaps?", "{" META("idle") "}"},
	{"/api/v1/services?",
		"{" META(
			"used") ",\"spec\":{\"ports\":[{\"port\":80}]},\"status\":{\"loadBalancer\":{}}},"
				"{" META("idle") ",\"spec\":{\"ports\":[{\"port\":80}]}}"},
	{"/api/v1/namespaces?", ""},
};

static const char *items_of(struct str target)
{
	for (size_t i = 0; i < ARRAY_LEN(collections); i++) {
		if (str_starts(target, str_from(collections[i].path)))
			return collections[i].items;
	}
	return NULL;
}

static void on_sent(struct op *op, int res)
{
	(void)op;
	(void)res;
}

static void send_text(struct conn *c, const char *status, const char *body)
{
	buf_printf(&c->out, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", status, strlen(body),
		body);
}

static void answer(struct conn *c, struct str target)
{
	struct world *w = c->world;
	const char *items = items_of(target);
	struct buf body = {0};

	buf_reset(&c->out);
	if (w->forbidden && str_starts(target, str_from(w->forbidden))) {
		send_text(c, "403 Forbidden", "{\"kind\":\"Status\",\"message\":\"not yours\"}");
	} else if (memmem(target.p, target.n, "watch=1", 7)) {
		buf_add(&c->out, STR("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
	} else if (str_starts(target, STR("/api/v1/namespaces/default/secrets/used"))) {
		send_text(c, "200 OK", SECRET("used"));
	} else if (items) {
		buf_printf(&body, "{\"metadata\":{\"resourceVersion\":\"9\"},\"items\":[%s]}%c",
			items, 0);
		send_text(c, "200 OK", body.p);
	} else {
		send_text(c, "404 Not Found", "{}");
	}
	buf_fini(&body);
	c->v = slice_plain(buf_str(&c->out));
	stream_send(&c->tcp.stream, &c->tx, &c->v, 1, 0);
}

static struct str field(struct str head, const char *name)
{
	const char *at = memmem(head.p, head.n, name, strlen(name));
	struct str rest = at ? str_skip(head, (size_t)(at - head.p) + strlen(name)) : STR("");

	return str_take(rest, str_find(rest, '\r'));
}

static void on_read(struct op *op, int res)
{
	struct conn *c = container_of(op, struct conn, rx.op);
	struct str head, target;

	if (res > 0)
		buf_add(&c->in, slice_str(c->rx.got));
	slice_drop(&c->rx.got);
	if (res <= 0)
		return;
	head = buf_str(&c->in);
	if (head.n > 4 && memcmp(head.p + head.n - 4, "\r\n\r\n", 4) == 0) {
		target = str_skip(head, str_find(head, ' ') + 1);
		target = str_take(target, str_find(target, ' '));
		buf_printf(&c->world->seen, "%.*s %.*s\n", STR_ARG(target),
			STR_ARG(field(head, "Accept: ")));
		answer(c, target);
		buf_reset(&c->in);
	}
	stream_recv(&c->tcp.stream, &c->rx, 65536);
}

static void on_accepted(struct listener *ls, int fd, const struct addr *peer)
{
	struct world *w = container_of(ls, struct world, listener);
	struct conn *c = MEM_NEW(struct conn);

	c->world = w;
	assert_int_equal(tcp_init(&c->tcp, w->l, fd, peer), 0);
	recv_op_init(&c->rx, on_read);
	send_op_init(&c->tx, on_sent);
	list_add_tail(&w->conns, &c->node);
	stream_recv(&c->tcp.stream, &c->rx, 65536);
}

static void on_settled(void *arg)
{
	struct world *w = arg;

	w->settled++;
	store_changes_reset(&w->store);
	kube_source_looked(w->source);
}

static void on_status(void *arg, struct raw *object)
{
	(void)arg;
	(void)object;
}

static bool on_looked_at(void *arg, enum object_kind kind, struct str namespace, struct str name)
{
	(void)kind;
	(void)namespace;
	return ((struct world *)arg)->looked && str_eq(name, STR("used"));
}

static void on_failed(void *arg, struct str why)
{
	struct world *w = arg;

	if (!w->failed.n)
		buf_printf(&w->failed, "%.*s", STR_ARG(why));
}

static void on_refused(void *arg, struct str line)
{
	(void)arg;
	fail_msg("%.*s", STR_ARG(line));
}

static void world_open(struct world *w, const struct kube_source_ops *ops, const char *forbidden)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct addr any;
	int fd;

	*w = (struct world){.looked = true, .forbidden = forbidden};
	assert_int_equal(loop_new(&(struct loop_config){0}, &w->l), 0);
	list_init(&w->conns);
	assert_int_equal(addr_parse(STR("127.0.0.1:0"), &any), 0);
	fd = listener_open(&any);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &len), 0);
	any = addr_of(&ss, len);
	assert_int_equal(listener_init(&w->listener, w->l, fd, on_accepted, NULL), 0);
	w->config.host = STR("127.0.0.1");
	w->config.port = addr_port(&any);
	assert_int_equal(api_new(w->l, &w->config, &w->api), 0);
	store_init(&w->store);
	w->source = kube_source_new(w->api, &w->store, (struct kube_scope){0}, ops, w);
}

static void world_close(struct world *w)
{
	struct list *node;

	kube_source_free(w->source);
	api_free(w->api);
	listener_close(&w->listener);
	list_for_each (it, &w->conns)
		stream_close(&container_of(it, struct conn, node)->tcp.stream);
	loop_tick(w->l, 0);
	loop_tick(w->l, 0);
	while ((node = list_pop(&w->conns))) {
		struct conn *c = container_of(node, struct conn, node);

		buf_fini(&c->in);
		buf_fini(&c->out);
		mem_free(c);
	}
	store_fini(&w->store);
	loop_free(w->l);
	buf_fini(&w->seen);
	buf_fini(&w->failed);
}

static bool done(const struct world *w)
{
	return w->failed.n || (kube_source_complete(w->source) && !kube_source_behind(w->source));
}

static void run(struct world *w)
{
	for (int i = 0; i < 20000 && !done(w); i++)
		loop_tick(w->l, MSEC(1));
	assert_true(done(w));
}

static bool asked(struct world *w, const char *what)
{
	return memmem(w->seen.p, w->seen.n, what, strlen(what)) != NULL;
}

static bool stored(struct world *w, enum object_kind kind, const char *name)
{
	return store_get(&w->store, kind, STR("default"), str_from(name)) != NULL;
}

static struct raw *raw_of(struct world *w, enum object_kind kind, const char *key)
{
	return raws_get(kube_source_raws(w->source), kind, str_from(key));
}

static const struct kube_source_ops follow = {on_settled, on_status, on_looked_at, NULL, NULL};
static const struct kube_source_ops once = {
	on_settled, on_status, on_looked_at, on_failed, on_refused};

static void test_what_nobody_looks_at(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, &follow, NULL);
	run(&w);
	/* Of Secrets and ConfigMaps the metadata; bodies of those that somebody looks at. */
	assert_true(asked(&w, "as=PartialObjectMetadataList;"));
	assert_true(asked(&w, "/api/v1/namespaces/default/secrets/used application/json\n"));
	assert_false(asked(&w, "/secrets/idle"));
	assert_false(asked(&w, "/configmaps/idle"));
	assert_true(stored(&w, KIND_SECRET, "used"));
	assert_false(stored(&w, KIND_SECRET, "idle"));
	/* Of a Service that nobody looks at there is neither object nor text. */
	assert_true(stored(&w, KIND_SERVICE, "used") && raw_of(&w, KIND_SERVICE, "default/used"));
	assert_false(stored(&w, KIND_SERVICE, "idle") || raw_of(&w, KIND_SERVICE, "default/idle"));
	/* The last one who looked has left. */
	w.looked = false;
	kube_source_look(w.source, KIND_SECRET, STR("default"), STR("used"));
	kube_source_look(w.source, KIND_SERVICE, STR("default"), STR("used"));
	assert_false(stored(&w, KIND_SECRET, "used") || raw_of(&w, KIND_SECRET, "default/used"));
	assert_false(stored(&w, KIND_SERVICE, "used") || raw_of(&w, KIND_SERVICE, "default/used"));
	world_close(&w);
}

static void test_what_is_never_stored(void **state)
{
	struct raw *raw;
	struct world w;

	(void)state;
	world_open(&w, &follow, NULL);
	run(&w);
	raw = raw_of(&w, KIND_GATEWAY, "default/gw");
	assert_non_null(raw);
	assert_null(memmem(raw->text.p, raw->text.n, "managedFields", 13));
	assert_null(memmem(raw->text.p, raw->text.n, "status", 6));
	assert_str(raw->status, "{\"addresses\":[]}"); /* which we write, apart */
	raw = raw_of(&w, KIND_SERVICE, "default/used");
	assert_null(memmem(raw->text.p, raw->text.n, "managedFields", 13));
	assert_null(memmem(raw->text.p, raw->text.n, "status", 6));
	assert_int_equal(raw->status.n, 0);
	world_close(&w);
}

static void test_once(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, &once, NULL);
	for (int i = 0; i < 20000 && !kube_source_complete(w.source); i++)
		loop_tick(w.l, MSEC(1));
	kube_source_look(w.source, KIND_SECRET, STR("default"), STR("used"));
	kube_source_look(w.source, KIND_SECRET, STR("default"), STR("absent"));
	run(&w);
	assert_int_equal(w.failed.n, 0);
	assert_false(asked(&w, "watch=1"));
	assert_false(asked(&w, "/api/v1/secrets?"));
	assert_true(stored(&w, KIND_SECRET, "used"));
	assert_true(stored(&w, KIND_SERVICE, "used"));
	assert_false(stored(&w, KIND_SERVICE, "idle"));
	world_close(&w);
}

static void test_once_refused(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, &once, "/apis/gateway.networking.k8s.io/v1/gateways");
	run(&w);
	assert_str(buf_str(&w.failed),
		"cannot list gateways.gateway.networking.k8s.io: HTTP status 403: not yours");
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_nobody_looks_at),
		cmocka_unit_test(test_what_is_never_stored), cmocka_unit_test(test_once),
		cmocka_unit_test(test_once_refused)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
