/* SPDX-License-Identifier: Apache-2.0 */
/* The feed's authority over the years, by a steered clock, before an API server of this test's own:
 * one Secret that is got, made and patched. */
#include "test.h"

#include <errno.h>
#include <stdio.h>

#include "base/base64.h"
#include "control/authority.h"
#include "net/listener.h"
#include "pki/issue.h"
#include "text/parse.h"
#include "text/write.h"

#define BEGIN SEC((nsec)1800000000)
#define DAY ((nsec)86400)

struct world {
	struct clock_manual clock;
	struct loop *l;
	struct kube_config config;
	struct api *api;
	struct authority *authority;
	/* the server's side; one connection */
	struct listener listener;
	struct tcp tcp;
	bool connected;
	struct recv_op rx;
	struct send_op tx;
	struct slice v;
	struct buf in, out;
	struct arena a; /* of the Secret */
	struct value secret;
	bool exists;
	int version;
	int refuse; /* the next patches get 409 */
	struct buf log; /* methods */
	/* what was told last, and before that */
	struct buf signer[2], bundle[2];
	int told;
};

static struct value *member(struct value *v, const char *key)
{
	value_for_each_member(m, v)
	{
		if (str_eq(m->key, str_from(key)))
			return &m->value;
	}
	return NULL;
}

/* RFC 7386. */
static void merge(struct arena *a, struct value *into, const struct value *patch)
{
	value_for_each_member(m, patch)
	{
		char key[64];
		struct value *was;

		snprintf(key, sizeof(key), "%.*s", STR_ARG(m->key));
		was = member(into, key);
		if (m->value.kind == VALUE_NULL)
			value_del(into, m->key);
		else if (m->value.kind == VALUE_OBJECT && was)
			merge(a, was, &m->value);
		else
			value_set(a, into, arena_str(a, m->key), value_copy(a, &m->value));
	}
}

static void stamp(struct world *w)
{
	value_set(&w->a, member(&w->secret, "metadata"), STR("resourceVersion"),
		value_str(arena_printf(&w->a, "%d", ++w->version)));
}

/* stringData becomes data, as the API server does it. */
static void create(struct world *w, struct str body)
{
	struct value *strings, data = value_object();

	assert_int_equal(text_parse_json(&w->a, body, &w->secret, NULL), 0);
	strings = member(&w->secret, "stringData");
	value_for_each_member(m, strings)
	{
		struct buf text = {0};

		base64_encode(&text, m->value.string);
		value_add(&w->a, &data, m->key, value_str(arena_str(&w->a, buf_str(&text))));
		buf_fini(&text);
	}
	value_set(&w->a, &w->secret, STR("data"), data);
	w->exists = true;
	stamp(w);
}

static int patch(struct world *w, struct str body)
{
	const struct value *meta = value_get(&w->secret, STR("metadata"));
	struct value doc;

	assert_int_equal(text_parse_json(&w->a, body, &doc, NULL), 0);
	if (w->refuse > 0 || !str_eq(value_get_str(value_get(&doc, STR("metadata")),
					     STR("resourceVersion"), STR("")),
				     value_get_str(meta, STR("resourceVersion"), STR("none")))) {
		w->refuse--;
		return 409;
	}
	merge(&w->a, &w->secret, &doc);
	stamp(w);
	return 200;
}

static void on_sent(struct op *op, int res)
{
	(void)op;
	(void)res;
}

static void reply(struct world *w, struct str head, struct str body)
{
	struct buf text = {0};
	int status = 200;

	buf_printf(&w->log, "%.*s ", STR_ARG(str_take(head, str_find(head, ' '))));
	if (str_starts(head, STR("POST "))) {
		create(w, body);
		status = 201;
	} else if (str_starts(head, STR("PATCH "))) {
		status = patch(w, body);
	} else if (!w->exists) {
		status = 404;
	}
	if (status == 200)
		text_write_json(&text, &w->secret, TEXT_COMPACT);
	buf_reset(&w->out);
	buf_printf(&w->out, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n\r\n%.*s", status, text.n,
		STR_ARG(buf_str(&text)));
	buf_fini(&text);
	w->v = slice_plain(buf_str(&w->out));
	stream_send(&w->tcp.stream, &w->tx, &w->v, 1, 0);
}

static void on_read(struct op *op, int res)
{
	struct world *w = container_of(op, struct world, rx.op);
	uint64_t n = 0;
	struct str text, number;
	char *end, *length;

	if (res > 0)
		buf_add(&w->in, slice_str(w->rx.got));
	slice_drop(&w->rx.got);
	if (res <= 0)
		return;
	buf_addc(&w->in, '\0');
	w->in.n--;
	text = buf_str(&w->in);
	end = strstr(w->in.p, "\r\n\r\n");
	length = strcasestr(w->in.p, "content-length: ");
	if (end && length) {
		number = str_from(length + 16);
		assert_int_equal(
			str_to_u64(str_take(number, str_find(number, '\r')), 1 << 20, &n), 0);
	}
	if (end && text.n >= (size_t)(end + 4 - text.p) + n) {
		reply(w, text, str_of(end + 4, n));
		buf_reset(&w->in);
	}
	stream_recv(&w->tcp.stream, &w->rx, 65536);
}

static void on_accepted(struct listener *ls, int fd, const struct addr *peer)
{
	struct world *w = container_of(ls, struct world, listener);

	/* One at a time; an idle one may have been closed meanwhile. */
	if (w->connected) {
		stream_close(&w->tcp.stream);
		loop_tick(w->l, 0);
	}
	w->connected = true;
	buf_reset(&w->in);
	assert_int_equal(tcp_init(&w->tcp, w->l, fd, peer), 0);
	recv_op_init(&w->rx, on_read);
	send_op_init(&w->tx, on_sent);
	stream_recv(&w->tcp.stream, &w->rx, 65536);
}

static void set(struct buf *b, struct str s)
{
	buf_reset(b);
	buf_add(b, s);
}

static bool contains(const struct buf *text, const struct buf *part)
{
	return memmem(text->p, text->n, part->p, part->n) != NULL;
}

/* At each step: who trusts what was told before trusts who signs now, and the other way round. */
static void on_told(void *arg, struct str cert, struct str key, struct str bundle)
{
	struct world *w = arg;

	assert_true(key.n > 0);
	if (w->told++) {
		set(&w->signer[1], buf_str(&w->signer[0]));
		set(&w->bundle[1], buf_str(&w->bundle[0]));
	}
	set(&w->signer[0], cert);
	set(&w->bundle[0], bundle);
	assert_true(contains(&w->bundle[0], &w->signer[0]));
	if (w->told > 1) {
		assert_true(contains(&w->bundle[1], &w->signer[0]));
		assert_true(contains(&w->bundle[0], &w->signer[1]));
	}
}

static void world_open(struct world *w)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct addr any;
	int fd;

	*w = (struct world){0};
	arena_init(&w->a, 0);
	clock_manual_init(&w->clock, SEC(1), BEGIN);
	assert_int_equal(loop_new(&(struct loop_config){.clock = &w->clock.clock}, &w->l), 0);
	assert_int_equal(addr_parse(STR("127.0.0.1:0"), &any), 0);
	fd = listener_open(&any);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &len), 0);
	any = addr_of(&ss, len);
	assert_int_equal(listener_init(&w->listener, w->l, fd, on_accepted, NULL), 0);
	w->config.host = STR("127.0.0.1");
	w->config.port = addr_port(&any);
	assert_int_equal(api_new(w->l, &w->config, &w->api), 0);
	w->authority = authority_new(w->api, STR("sluice-system"), on_told, w);
}

static void world_close(struct world *w)
{
	authority_free(w->authority);
	api_free(w->api);
	listener_close(&w->listener);
	if (w->connected)
		stream_close(&w->tcp.stream);
	loop_tick(w->l, 0);
	loop_tick(w->l, 0);
	loop_free(w->l);
	arena_fini(&w->a);
	buf_fini(&w->in);
	buf_fini(&w->out);
	buf_fini(&w->log);
	for (size_t i = 0; i < 2; i++) {
		buf_fini(&w->signer[i]);
		buf_fini(&w->bundle[i]);
	}
}

static void settle(struct world *w)
{
	for (int i = 0; i < 60; i++)
		loop_tick(w->l, MSEC(1));
}

static void advance(struct world *w, nsec by)
{
	clock_manual_advance(&w->clock, by);
	settle(w);
}

static unsigned certificates(const struct buf *bundle)
{
	unsigned n = 0;

	for (struct str rest = buf_str(bundle); rest.n; rest = str_skip(rest, 1))
		n += str_starts(rest, STR("-----BEGIN CERTIFICATE"));
	return n;
}

/* From one authority to the next: announced, signing, alone. */
static void rotate(struct world *w)
{
	struct buf first = {0};

	set(&first, buf_str(&w->signer[0]));
	assert_int_equal(certificates(&w->bundle[0]), 2);
	assert_true(contains(&w->bundle[0], &first));
	/* Nothing happens before its time, however often it is looked. */
	for (int i = 0; i < 4; i++)
		advance(w, AUTHORITY_LOOK * 2);
	assert_true(contains(&w->signer[0], &first));
	advance(w, AUTHORITY_OVERLAP);
	assert_false(contains(&w->signer[0], &first));
	assert_int_equal(certificates(&w->bundle[0]), 2);
	advance(w, AUTHORITY_OVERLAP);
	assert_int_equal(certificates(&w->bundle[0]), 1);
	assert_false(contains(&w->bundle[0], &first));
	buf_fini(&first);
}

static void test_a_life(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	settle(&w);
	assert_int_equal(w.told, 1);
	assert_int_equal(certificates(&w.bundle[0]), 1);
	buf_addc(&w.log, '\0');
	assert_string_equal(w.log.p, "GET POST GET ");
	advance(&w, SEC(AUTHORITY_DAYS * DAY / 3 * 2 - DAY));
	assert_int_equal(certificates(&w.bundle[0]), 1);
	/* A third of its life is left. */
	advance(&w, SEC(2 * DAY));
	rotate(&w);
	world_close(&w);
}

static void test_on_request(void **state)
{
	struct world w;
	struct value notes = value_object();

	(void)state;
	world_open(&w);
	settle(&w);
	value_add(&w.a, &notes, STR(AUTHORITY_ROTATE), value_str(STR("now")));
	value_set(&w.a, member(&w.secret, "metadata"), STR("annotations"), notes);
	/* Another replica is faster at first: what it left is looked at. */
	w.refuse = 1;
	advance(&w, AUTHORITY_LOOK * 2);
	rotate(&w);
	assert_null(value_get(value_get(value_get(&w.secret, STR("metadata")), STR("annotations")),
		STR(AUTHORITY_ROTATE)));
	world_close(&w);
}

static void test_steps(void **state)
{
	struct buf cert = {0}, key = {0}, next = {0}, next_key = {0};
	struct authority_view v;
	enum authority_step step;
	nsec until = BEGIN + SEC(AUTHORITY_DAYS * DAY);

	(void)state;
	assert_int_equal(pki_issue((struct str){0}, (struct str){0}, STR("x"), NULL, 0, BEGIN,
				 AUTHORITY_DAYS, &cert, &key),
		0);
	assert_int_equal(pki_issue((struct str){0}, (struct str){0}, STR("x"), NULL, 0,
				 until - SEC(60), AUTHORITY_DAYS, &next, &next_key),
		0);
	v = (struct authority_view){.cert = buf_str(&cert), .next_cert = buf_str(&next)};
	assert_int_equal(authority_next(&v, until - SEC(1), &step), 0);
	assert_int_equal(step, AUTHORITY_KEEP);
	/* What has expired signs no longer, however new the next one is. */
	assert_int_equal(authority_next(&v, until, &step), 0);
	assert_int_equal(step, AUTHORITY_SWITCH);
	/* A request waits for the rotation that is under way. */
	v.rotate = true;
	assert_int_equal(authority_next(&v, until - SEC(1), &step), 0);
	assert_int_equal(step, AUTHORITY_KEEP);
	v = (struct authority_view){.cert = STR("none")};
	assert_int_equal(authority_next(&v, BEGIN, &step), -EINVAL);
	buf_fini(&cert);
	buf_fini(&key);
	buf_fini(&next);
	buf_fini(&next_key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_life),
		cmocka_unit_test(test_on_request), cmocka_unit_test(test_steps)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
