/* SPDX-License-Identifier: Apache-2.0 */
/* A controller's feed and a data plane's store, on one loop: lists, changes, acks, who may. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "control/feed_server.h"
#include "gwapi/decode.h"
#include "net/listener.h"
#include "pki/issue.h"
#include "pki/pair.h"
#include "source/feed_source.h"
#include "text/parse.h"
#include "tls/server.h"

/* The cluster's side: objects, translated for their read sets. */
struct cluster {
	struct loop *l;
	struct store store;
	struct raws raws;
	struct decoder *decoder;
	struct translator *translator;
	struct kube_config config;
	struct api *api;
	struct listener review; /* of tokens */
	struct tcp review_tcp;
	struct recv_op review_rx;
	struct send_op review_tx;
	struct slice review_v;
	struct buf review_out;
	const char *verdict;
	char leader[64];
	int reviews;
	struct feed_server *feed;
	int acks;
	int port;
};

static const char *token_file = "/tmp/sluice-feed-test-token";

#define VERDICT_OF(user, extra)                                       \
	"{\"status\":{\"authenticated\":true,\"user\":{\"username\":" \
	"\"system:serviceaccount:" user "\"" extra "}}}"
#define BOUND(name, uid)                                                 \
	",\"extra\":{\"authentication.kubernetes.io/pod-name\":[\"" name \
	"\"],\"authentication.kubernetes.io/pod-uid\":[\"" uid "\"]}"
#define VERDICT(user) VERDICT_OF(user, BOUND("pod-1", "pod-uid"))
#define OWNED(uid, kind, name, of)                                                             \
	"{\"metadata\":{\"uid\":\"" uid "\",\"ownerReferences\":[{\"apiVersion\":\"apps/v1\"," \
	"\"controller\":true,\"kind\":\"" kind "\",\"name\":\"" name "\",\"uid\":\"" of "\"}]}}"

/* What the API server says, by what it is asked. */
static const char *reply(struct cluster *c, struct str request)
{
	if (str_starts(request, STR("POST /apis/authentication.k8s.io/v1/tokenreviews ")) ||
		str_starts(
			request, STR("POST /apis/authorization.k8s.io/v1/subjectaccessreviews "))) {
		c->reviews++;
		return c->verdict;
	}
	if (str_starts(request, STR("GET /api/v1/namespaces/default/pods/pod-1 ")))
		return OWNED("pod-uid", "ReplicaSet", "web-sluice-1", "set-uid");
	if (str_starts(request, STR("GET /api/v1/namespaces/default/pods/daemon-pod ")))
		return OWNED("pod-uid", "DaemonSet", "web-sluice", "workload-uid");
	if (str_starts(
		    request, STR("GET /apis/apps/v1/namespaces/default/replicasets/web-sluice-1 ")))
		return OWNED("set-uid", "Deployment", "web-sluice", "workload-uid");
	return "{}";
}

static void on_review_sent(struct op *op, int res)
{
	(void)op;
	(void)res;
}

static void on_review_read(struct op *op, int res)
{
	struct cluster *c = container_of(op, struct cluster, review_rx.op);

	const char *text = res > 0 ? reply(c, slice_str(c->review_rx.got)) : "";

	slice_drop(&c->review_rx.got);
	if (res <= 0) {
		stream_close(&c->review_tcp.stream);
		return;
	}
	buf_reset(&c->review_out);
	buf_printf(&c->review_out, "HTTP/1.1 201 Created\r\nContent-Length: %zu\r\n\r\n%s",
		strlen(text), text);
	c->review_v = slice_plain(buf_str(&c->review_out));
	stream_send(&c->review_tcp.stream, &c->review_tx, &c->review_v, 1, 0);
	stream_recv(&c->review_tcp.stream, &c->review_rx, 65536);
}

static void on_review(struct listener *ls, int fd, const struct addr *peer)
{
	struct cluster *c = container_of(ls, struct cluster, review);

	assert_int_equal(tcp_init(&c->review_tcp, c->l, fd, peer), 0);
	recv_op_init(&c->review_rx, on_review_read);
	send_op_init(&c->review_tx, on_review_sent);
	stream_recv(&c->review_tcp.stream, &c->review_rx, 65536);
}

static bool on_allowed(void *arg, struct str gateway, const struct feed_caller *caller)
{
	(void)arg;
	return str_eq(gateway, STR("default/web")) &&
	       str_eq(caller->account, STR("default:web-sluice")) &&
	       str_eq(caller->workload, STR("workload-uid"));
}

static struct str on_leader(void *arg)
{
	return str_from(((struct cluster *)arg)->leader);
}

static void on_acked(void *arg, struct str gateway)
{
	(void)gateway;
	((struct cluster *)arg)->acks++;
}

static void on_port(void *arg, struct str gateway, bool udp, uint16_t port, struct str why)
{
	assert_str(gateway, "default/web");
	assert_false(udp);
	assert_str(why, "Address in use");
	((struct cluster *)arg)->port = port;
}

static void put(struct cluster *c, const char *json)
{
	const struct object *o;
	enum raw_change change;
	struct value v;
	struct raw *raw;
	struct arena a;
	enum object_kind kind;
	struct str group, version;

	arena_init(&a, 0);
	assert_int_equal(text_parse_json(&a, str_from(json), &v, NULL), 0);
	version = value_get_str(&v, STR("apiVersion"), STR(""));
	group = str_find(version, '/') < version.n ? str_cut(&version, '/') : STR("");
	assert_int_equal(
		object_kind_find(group, value_get_str(&v, STR("kind"), STR("")), &kind), 0);
	assert_int_equal(raws_put(&c->raws, &a, kind, &v, false, &change, &raw), 0);
	assert_int_equal(decode_object(c->decoder, &v, STR(""), NULL, &o), 0);
	store_put(&c->store, o);
	object_unref(o);
	arena_fini(&a);
}

static void publish(struct cluster *c, int64_t generation)
{
	struct plan *p = translator_update(c->translator, &c->store);

	assert_null(p);
	store_changes_reset(&c->store);
	feeds_publish(feed_server_feeds(c->feed), STR("default/web"), generation, c->translator,
		&c->raws);
}

#define META(ns, name) \
	"\"metadata\":{\"namespace\":\"" ns "\",\"name\":\"" name "\",\"uid\":\"" name "\"}"
#define GATEWAY                                                                                 \
	"{\"apiVersion\":\"gateway.networking.k8s.io/v1\",\"kind\":\"Gateway\"," META(          \
		"default", "web") ",\"spec\":{\"gatewayClassName\":\"sluice\",\"listeners\":[{" \
				  "\"name\":\"http\",\"port\":80,\"protocol\":\"HTTP\"}]}}"
#define ROUTE(name)                                                                                   \
	"{\"apiVersion\":\"gateway.networking.k8s.io/v1\",\"kind\":\"HTTPRoute\"," META("default",    \
		name) ",\"spec\":{\"parentRefs\":[{\"name\":\"web\"}],\"rules\":[{\"backendRefs\":[{" \
		      "\"name\":\"app\",\"port\":80}]}],\"unknownField\":\"kept \\u00e9\"}}"
#define SECRET(name) \
	"{\"apiVersion\":\"v1\",\"kind\":\"Secret\"," META("default", name) ",\"data\":{}}"

static void cluster_open(struct cluster *c, const char *verdict)
{
	static const struct feed_server_ops ops = {on_allowed, on_leader, on_acked, on_port};
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct addr any;
	int fd;

	*c = (struct cluster){.verdict = verdict};
	assert_int_equal(loop_new(&(struct loop_config){0}, &c->l), 0);
	assert_int_equal(addr_parse(STR("127.0.0.1:0"), &any), 0);
	fd = listener_open(&any);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &len), 0);
	any = addr_of(&ss, len);
	assert_int_equal(listener_init(&c->review, c->l, fd, on_review, NULL), 0);
	c->config.host = STR("127.0.0.1");
	c->config.port = addr_port(&any);
	assert_int_equal(api_new(c->l, &c->config, &c->api), 0);
	store_init(&c->store);
	c->decoder = decoder_new((struct decode_options){.tolerant = true});
	c->translator = translator_new(&(struct translate_options){.mode = TRANSLATE_MANAGED});
	put(c, "{\"apiVersion\":\"gateway.networking.k8s.io/v1\",\"kind\":\"GatewayClass\","
	       "\"metadata\":{\"name\":\"sluice\"},\"spec\":{\"controllerName\":\"sluice.dev/"
	       "gateway-controller\"}}");
	put(c, "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"default\"}}");
	put(c, GATEWAY);
	put(c, ROUTE("first"));
	put(c, SECRET("nobody-names-it"));
	addr_set_port(&any, 0);
	/* A port that is free: another moment's listener. */
	fd = listener_open(&any);
	len = sizeof(ss);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &len), 0);
	any = addr_of(&ss, len);
	close(fd);
	assert_int_equal(feed_server_new(c->l, &any, NULL, c->api, &ops, c, &c->feed), 0);
	c->port = addr_port(&any);
	feed_server_enable(c->feed, true);
}

static void cluster_close(struct cluster *c)
{
	feed_server_free(c->feed);
	translator_free(c->translator);
	store_fini(&c->store);
	raws_fini(&c->raws);
	decoder_free(c->decoder);
	api_free(c->api);
	listener_close(&c->review);
	if (c->reviews)
		stream_close(&c->review_tcp.stream);
	loop_tick(c->l, 0);
	buf_fini(&c->review_out);
	loop_free(c->l);
}

struct plane {
	struct store store;
	struct feed_source *source;
	int settled;
};

static void on_settled(void *arg)
{
	((struct plane *)arg)->settled++;
}

static void plane_open_with(struct plane *p, struct cluster *c, struct feed_options o)
{
	struct buf url = {0}, err = {0};

	*p = (struct plane){0};
	store_init(&p->store);
	buf_printf(&url, "%s://127.0.0.1:%d", o.ca_file.n ? "https" : "http", c->port);
	o.url = buf_str(&url);
	o.token_file = str_from(token_file);
	assert_int_equal(feed_source_new(c->l, &o, &p->store, on_settled, p, &p->source, &err), 0);
	buf_fini(&url);
	buf_fini(&err);
}

static void plane_open(struct plane *p, struct cluster *c, const char *gateway)
{
	plane_open_with(p, c, (struct feed_options){.gateway = str_from(gateway)});
}

static void plane_close(struct plane *p)
{
	feed_source_free(p->source);
	store_fini(&p->store);
}

#define UNTIL(c, cond)                                       \
	do {                                                 \
		for (int i_ = 0; i_ < 3000 && !(cond); i_++) \
			loop_tick((c)->l, MSEC(1));          \
		assert_true(cond);                           \
	} while (0)

static bool has(struct plane *p, enum object_kind kind, const char *name)
{
	return store_get(&p->store, kind, kind == KIND_NAMESPACE ? STR("") : STR("default"),
		       str_from(name)) != NULL;
}

static void test_feed(void **state)
{
	const struct feed_port refused = {80, false, "Address in use"};
	struct cluster c;
	struct plane p;

	(void)state;
	cluster_open(&c, VERDICT("default:web-sluice"));
	publish(&c, 1);
	plane_open(&p, &c, "default/web");
	UNTIL(&c, p.settled == 1);
	assert_true(has(&p, KIND_GATEWAY, "web"));
	assert_true(has(&p, KIND_HTTP_ROUTE, "first"));
	/* The read set and no more: what the Gateway does not look at stays with the controller. */
	assert_false(has(&p, KIND_SECRET, "nobody-names-it"));
	assert_int_equal(feeds_generation(feed_server_feeds(c.feed), STR("default/web")), -1);
	feed_source_ack(p.source, true, &refused, 1);
	UNTIL(&c,
		c.acks > 0 && feeds_generation(feed_server_feeds(c.feed), STR("default/web")) == 1);
	assert_int_equal(c.port, 80);
	/* A change is one revision; a new generation counts only once it is acknowledged. */
	put(&c, ROUTE("second"));
	store_del(&c.store, KIND_HTTP_ROUTE, STR("default"), STR("first"));
	raws_del(&c.raws, KIND_HTTP_ROUTE, STR("default/first"));
	publish(&c, 2);
	assert_int_equal(feeds_generation(feed_server_feeds(c.feed), STR("default/web")), 1);
	UNTIL(&c, p.settled == 2);
	assert_true(has(&p, KIND_HTTP_ROUTE, "second"));
	assert_false(has(&p, KIND_HTTP_ROUTE, "first"));
	feed_source_ack(p.source, true, NULL, 0);
	UNTIL(&c, feeds_generation(feed_server_feeds(c.feed), STR("default/web")) == 2);
	/* Nothing new is no revision. */
	publish(&c, 2);
	loop_tick(c.l, MSEC(5));
	assert_int_equal(p.settled, 2);
	/* Cut off, it comes again and learns what went meanwhile; its token is still believed. */
	feed_server_enable(c.feed, false);
	assert_int_equal(feeds_connected(feed_server_feeds(c.feed), STR("default/web")), 0);
	store_del(&c.store, KIND_HTTP_ROUTE, STR("default"), STR("second"));
	raws_del(&c.raws, KIND_HTTP_ROUTE, STR("default/second"));
	publish(&c, 3);
	feed_server_enable(c.feed, true);
	UNTIL(&c, p.settled == 3);
	assert_false(has(&p, KIND_HTTP_ROUTE, "second"));
	assert_true(has(&p, KIND_GATEWAY, "web"));
	assert_int_equal(c.reviews, 1);
	plane_close(&p);
	cluster_close(&c);
}

/* A controller that has just started: who asks waits for the feed, and is not sent away. */
static void test_waits_for_what_is_about_to_be(void **state)
{
	struct cluster c;
	struct plane p;

	(void)state;
	cluster_open(&c, VERDICT("default:web-sluice"));
	feed_server_enable(c.feed, false);
	plane_open(&p, &c, "default/web");
	UNTIL(&c, c.reviews > 0);
	for (int i = 0; i < 20; i++)
		loop_tick(c.l, MSEC(1));
	feed_server_enable(c.feed, true);
	for (int i = 0; i < 20; i++)
		loop_tick(c.l, MSEC(1));
	assert_int_equal(p.settled, 0);
	publish(&c, 1);
	UNTIL(&c, p.settled == 1);
	assert_int_equal(c.reviews, 1); /* it asked once */
	plane_close(&p);
	cluster_close(&c);
}

static void refused_with(const char *verdict, const char *gateway)
{
	struct cluster c;
	struct plane p;

	cluster_open(&c, verdict);
	publish(&c, 1);
	plane_open(&p, &c, gateway);
	UNTIL(&c, c.reviews > 0);
	for (int i = 0; i < 50; i++)
		loop_tick(c.l, MSEC(1));
	assert_int_equal(p.settled, 0);
	assert_int_equal(feeds_connected(feed_server_feeds(c.feed), STR("default/web")), 0);
	plane_close(&p);
	cluster_close(&c);
}

static void test_refused(void **state)
{
	(void)state;
	refused_with(VERDICT("default:another1"), "default/web");
	refused_with(VERDICT("default:web-sluice"), "default/other");
	refused_with("{\"status\":{\"authenticated\":false}}", "default/web");
	/* Bound to no pod, to a pod that is gone, to another of the same name, to one of no owner.
	 */
	refused_with(VERDICT_OF("default:web-sluice", ""), "default/web");
	refused_with(VERDICT_OF("default:web-sluice", BOUND("gone", "pod-uid")), "default/web");
	refused_with(VERDICT_OF("default:web-sluice", BOUND("pod-1", "old-uid")), "default/web");
}

static void test_daemon(void **state)
{
	struct cluster c;
	struct plane p;

	(void)state;
	cluster_open(&c, VERDICT_OF("default:web-sluice", BOUND("daemon-pod", "pod-uid")));
	publish(&c, 1);
	plane_open(&p, &c, "default/web");
	UNTIL(&c, p.settled == 1);
	plane_close(&p);
	cluster_close(&c);
}

/* Two replicas: the one that the name leads to names the other. */
static void test_follows_the_leader(void **state)
{
	struct cluster first, second;
	struct plane p;

	(void)state;
	cluster_open(&first, VERDICT("default:web-sluice"));
	cluster_open(&second, VERDICT("default:web-sluice"));
	publish(&second, 1);
	snprintf(first.leader, sizeof(first.leader), "127.0.0.1:%d", second.port);
	snprintf(second.leader, sizeof(second.leader), "127.0.0.1:%d", second.port);
	feed_server_enable(first.feed, false);
	plane_open(&p, &first, "default/web");
	for (int i = 0; i < 3000 && p.settled == 0; i++) {
		loop_tick(first.l, MSEC(1));
		loop_tick(second.l, MSEC(1));
	}
	assert_int_equal(p.settled, 1);
	/* Acknowledgements find it, too. */
	feed_source_ack(p.source, true, NULL, 0);
	for (int i = 0; i < 3000 && second.acks == 0; i++) {
		loop_tick(first.l, MSEC(1));
		loop_tick(second.l, MSEC(1));
	}
	assert_int_equal(feeds_generation(feed_server_feeds(second.feed), STR("default/web")), 1);
	plane_close(&p);
	cluster_close(&second);
	cluster_close(&first);
}

/* The class is the user's own from here on. */
static void unmanage(struct cluster *c)
{
	put(c, "{\"apiVersion\":\"gateway.networking.k8s.io/v1\",\"kind\":\"GatewayClass\","
	       "\"metadata\":{\"name\":\"sluice\",\"annotations\":{\"konghq.com/"
	       "gatewayclass-unmanaged\":\"true\"}},\"spec\":{\"controllerName\":\"sluice.dev/"
	       "gateway-controller\"}}");
}

static void publish_class(struct cluster *c)
{
	assert_null(translator_update(c->translator, &c->store));
	store_changes_reset(&c->store);
	feeds_publish(feed_server_feeds(c->feed), STR("sluice"), 0, c->translator, &c->raws);
}

struct heard {
	unsigned n;
	char text[256];
};

static void on_report(void *ctx, const struct feed_report *r)
{
	struct heard *h = ctx;

	h->n++;
	snprintf(h->text, sizeof(h->text), "%.*s|%.*s", STR_ARG(r->proxy_listen),
		STR_ARG(r->stream_listen));
}

static struct heard heard(struct cluster *c)
{
	struct heard h = {0};

	feeds_reports(feed_server_feeds(c->feed), STR("sluice"), on_report, &h);
	return h;
}

/* The verdict answers both reviews: who the bearer is, and that he may. */
#define MAY                                                                            \
	"{\"status\":{\"authenticated\":true,\"allowed\":true,\"user\":{\"username\":" \
	"\"system:serviceaccount:default:mine\",\"groups\":[\"g\"]}}}"

static void test_a_class_is_one_feed(void **state)
{
	static const struct publish_port ports[] = {{80, 8000, false}, {53, 5353, true}};
	const struct publish_port *got;
	struct kong_listens own = {0};
	struct buf err = {0};
	struct cluster c;
	struct plane p;
	size_t n;

	(void)state;
	assert_int_equal(
		0, kong_listens_parse(&own, false, STR("0.0.0.0:8000 backlog=5"), "", &err));
	cluster_open(&c, MAY);
	unmanage(&c);
	feeds_ports(feed_server_feeds(c.feed), STR("sluice"), ports, 2);
	publish_class(&c);
	plane_open_with(
		&p, &c, (struct feed_options){.class_name = STR("sluice"), .listens = &own});
	UNTIL(&c, p.settled == 1);
	assert_int_equal(c.reviews, 2); /* TokenReview, SubjectAccessReview */
	assert_true(has(&p, KIND_GATEWAY, "web"));
	assert_true(has(&p, KIND_HTTP_ROUTE, "first"));
	assert_false(has(&p, KIND_SECRET, "nobody-names-it"));
	assert_true(feed_source_ports(p.source, &got, &n));
	assert_int_equal(n, 2);
	assert_int_equal(got[0].target, 8000);
	assert_true(got[1].udp);
	/* Before it says that it uses a revision nobody counts on it. */
	assert_int_equal(heard(&c).n, 0);
	assert_int_equal(feeds_acked(feed_server_feeds(c.feed), STR("sluice")), 0);
	feed_source_ack(p.source, true, NULL, 0);
	UNTIL(&c, heard(&c).n == 1);
	assert_string_equal(heard(&c).text, "0.0.0.0:8000 backlog=5|off");
	assert_int_equal(feeds_acked(feed_server_feeds(c.feed), STR("sluice")),
		feeds_rev(feed_server_feeds(c.feed), STR("sluice")));
	/* The Service goes: told, and a revision of its own. */
	feeds_ports(feed_server_feeds(c.feed), STR("sluice"), NULL, 0);
	publish_class(&c);
	UNTIL(&c, p.settled == 2);
	assert_true(feed_source_ports(p.source, &got, &n));
	assert_null(got);
	assert_true(feeds_acked(feed_server_feeds(c.feed), STR("sluice")) <
		    feeds_rev(feed_server_feeds(c.feed), STR("sluice")));
	/* One that ends is not counted on. */
	feed_source_ack(p.source, false, NULL, 0);
	UNTIL(&c, heard(&c).n == 0);
	plane_close(&p);
	cluster_close(&c);
	kong_listens_fini(&own);
}

static void class_refused_with(const char *verdict, const char *class_name)
{
	struct kong_listens own = {0};
	struct cluster c;
	struct plane p;

	cluster_open(&c, verdict);
	unmanage(&c);
	publish_class(&c);
	plane_open_with(
		&p, &c, (struct feed_options){.class_name = str_from(class_name), .listens = &own});
	for (int i = 0; i < 100; i++)
		loop_tick(c.l, MSEC(1));
	assert_int_equal(p.settled, 0);
	assert_int_equal(feeds_connected(feed_server_feeds(c.feed), STR("sluice")), 0);
	plane_close(&p);
	cluster_close(&c);
}

static void test_who_may_not_serve_a_class(void **state)
{
	(void)state;
	class_refused_with(VERDICT("default:mine"), "sluice"); /* not allowed */
	class_refused_with("{\"status\":{\"authenticated\":false,\"allowed\":true}}", "sluice");
	class_refused_with(MAY, "another");
	class_refused_with(MAY, "default/web"); /* no Gateway's feed by this door */
}

static int make_token(void **state)
{
	FILE *f = fopen(token_file, "w");

	(void)state;
	if (!f)
		return -1;
	fputs("secret\n", f);
	return fclose(f);
}

static int remove_token(void **state)
{
	(void)state;
	return unlink(token_file);
}

/* --- TLS: the authority changes -------------------------------------------------------------- */

static const char *ca_file = "/tmp/sluice-feed-test-ca";

static void write_file(const char *path, struct str a, struct str b)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(a.p, 1, a.n, f) + (b.n ? fwrite(b.p, 1, b.n, f) : 0), a.n + b.n);
	assert_int_equal(fclose(f), 0);
}

/* The feed shows a certificate of this authority from now on. */
static void certify(struct cluster *c, const struct buf *ca, const struct buf *ca_key)
{
	const struct str name = STR("127.0.0.1");
	struct buf cert = {0}, key = {0};
	struct tls_policy *policy;
	struct pki_pair *pair;

	assert_int_equal(pki_issue(buf_str(ca), buf_str(ca_key), STR("controller"), &name, 1,
				 loop_wall(c->l), 30, &cert, &key),
		0);
	assert_int_equal(pki_pair_new(buf_str(&cert), buf_str(&key), &pair), 0);
	assert_int_equal(
		tls_policy_new(
			&(struct tls_policy_config){.id = STR("feed"), .pairs = &pair, .npairs = 1},
			&policy),
		0);
	feed_server_policy(c->feed, policy);
	tls_policy_unref(policy);
	pki_pair_unref(pair);
	buf_fini(&cert);
	buf_fini(&key);
}

static void plane_open_tls(struct plane *p, struct cluster *c)
{
	plane_open_with(p, c,
		(struct feed_options){.gateway = STR("default/web"), .ca_file = str_from(ca_file)});
}

static void test_the_authority_changes(void **state)
{
	struct buf ca[2] = {{0}}, key[2] = {{0}};
	struct plane old, both, new;
	struct cluster c;

	(void)state;
	cluster_open(&c, VERDICT("default:web-sluice"));
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pki_issue((struct str){0}, (struct str){0}, STR("authority"), NULL,
					 0, loop_wall(c.l), 30, &ca[i], &key[i]),
			0);
	publish(&c, 1);
	certify(&c, &ca[0], &key[0]);
	write_file(ca_file, buf_str(&ca[0]), STR(""));
	plane_open_tls(&old, &c);
	UNTIL(&c, old.settled == 1);
	/* Announced: who comes now trusts both. */
	write_file(ca_file, buf_str(&ca[0]), buf_str(&ca[1]));
	plane_open_tls(&both, &c);
	UNTIL(&c, both.settled == 1);
	/* The new one signs.  Who is connected stays so, and gets what changes. */
	certify(&c, &ca[1], &key[1]);
	put(&c, ROUTE("second"));
	publish(&c, 2);
	UNTIL(&c, old.settled == 2 && both.settled == 2);
	assert_int_equal(feeds_connected(feed_server_feeds(c.feed), STR("default/web")), 2);
	/* Cut off, all come back: one by what it trusts already, one by the file read again. */
	feed_server_enable(c.feed, false);
	UNTIL(&c, feeds_connected(feed_server_feeds(c.feed), STR("default/web")) == 0);
	feed_server_enable(c.feed, true);
	UNTIL(&c, feeds_connected(feed_server_feeds(c.feed), STR("default/web")) == 2);
	/* The old one is dropped. */
	write_file(ca_file, buf_str(&ca[1]), STR(""));
	plane_open_tls(&new, &c);
	UNTIL(&c, new.settled == 1);
	/* Nobody who is of another authority is believed. */
	certify(&c, &ca[0], &key[0]);
	plane_close(&new);
	plane_open_tls(&new, &c);
	for (int i = 0; i < 300; i++)
		loop_tick(c.l, MSEC(1));
	assert_int_equal(new.settled, 0);
	plane_close(&old);
	plane_close(&both);
	plane_close(&new);
	cluster_close(&c);
	unlink(ca_file);
	for (size_t i = 0; i < 2; i++) {
		buf_fini(&ca[i]);
		buf_fini(&key[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_feed),
		cmocka_unit_test(test_waits_for_what_is_about_to_be),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_daemon),
		cmocka_unit_test(test_follows_the_leader),
		cmocka_unit_test(test_a_class_is_one_feed),
		cmocka_unit_test(test_who_may_not_serve_a_class),
		cmocka_unit_test(test_the_authority_changes)};

	return cmocka_run_group_tests(tests, make_token, remove_token);
}
