/* SPDX-License-Identifier: Apache-2.0 */
#include "source/feed_source.h"

#include <errno.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "gwapi/decode.h"
#include "kube/split.h"
#include "source/raw.h"
#include "text/parse.h"
#include "text/write.h"

struct feed_source {
	struct loop *loop;
	struct store *store;
	struct kube_config config;
	struct api *api;
	struct decoder *decoder;
	struct raws raws;
	feed_settled_f *settled;
	void *arg;
	struct str path;
	struct api_call call;
	struct api_call ack;
	struct buf ack_path;
	struct buf ack_body; /* on its way */
	struct buf ack_next;
	struct buf session;
	struct buf refusal; /* the beginning of a 503 */
	struct split split;
	struct arena scratch;
	struct timer again;
	const struct kong_listens *listens; /* NULL: the plan's own */
	VEC(struct publish_port) ports;
	bool ports_told;
	bool direct; /* no Service in between */
	uint64_t rev;
	uint64_t digest; /* of all texts, in no order */
	unsigned failures;
	int status;
	bool listing;
	bool broken;
	bool ack_again;
	bool ending;
};

static void ask(struct feed_source *s);

/* The text comes, or goes: the digest is the same in any order and any process. */
static void digest_text(struct feed_source *s, const struct raw *r)
{
	static const struct hash_key fixed = {1, 2};

	if (r)
		s->digest ^= hash_bytes(&fixed, r->text.p, r->text.n);
}

static void remove_object(struct feed_source *s, enum object_kind kind, struct str key)
{
	struct str name = key, namespace = str_cut(&name, '/');

	digest_text(s, raws_get(&s->raws, kind, key));
	store_del(s->store, kind, namespace, name);
	raws_del(&s->raws, kind, key);
}

static void take_put(struct feed_source *s, struct value *v)
{
	struct str group = value_get_str(v, STR("apiVersion"), STR(""));
	struct str name = value_get_str(v, STR("kind"), STR("")), at, namespace;
	const struct value *meta = value_get(v, STR("metadata"));
	const struct object *o;
	enum raw_change change;
	enum object_kind kind;
	struct raw *raw;

	group = str_find(group, '/') < group.n ? str_cut(&group, '/') : STR("");
	if (object_kind_find(group, name, &kind) < 0)
		return; /* of a newer controller: not for us */
	at = arena_printf(&s->scratch, "%.*s/%.*s",
		STR_ARG(value_get_str(meta, STR("namespace"), STR(""))),
		STR_ARG(value_get_str(meta, STR("name"), STR(""))));
	digest_text(s, raws_get(&s->raws, kind, at));
	if (raws_put(&s->raws, &s->scratch, kind, v, false, &change, &raw) < 0)
		return;
	digest_text(s, raw);
	raw->seen = true;
	if (change != RAW_TEXT)
		return;
	at = raw->key;
	namespace = str_cut(&at, '/');
	if (decode_object(s->decoder, v, STR(""), store_get(s->store, kind, namespace, at), &o) <
		0) {
		log_error("object of the feed cannot be read", LOG_STR("kind", name),
			LOG_STR("object", raw->key));
		store_del(s->store, kind, namespace, at);
		return;
	}
	store_put(s->store, o);
	object_unref(o);
}

static void take_list(struct feed_source *s)
{
	s->listing = true;
	for (size_t k = 0; k < KIND_MAX; k++) {
		const struct map_slot *slot;
		size_t at = 0;

		while ((slot = map_next(&s->raws.by_key[k], &at)))
			((struct raw *)slot->value)->seen = false;
	}
}

/* Absence takes effect only when the list is whole. */
static void end_list(struct feed_source *s)
{
	s->listing = false;
	for (enum object_kind k = 0; k < KIND_MAX; k++) {
		VEC(struct raw *) gone = {0};
		const struct map_slot *slot;
		size_t at = 0;

		while ((slot = map_next(&s->raws.by_key[k], &at))) {
			if (!((struct raw *)slot->value)->seen)
				*vec_push(&gone) = slot->value;
		}
		vec_for_each (r, &gone)
			remove_object(s, k, (*r)->key);
		vec_fini(&gone);
	}
}

static void take_port(struct feed_source *s, const struct value *v)
{
	const struct value *port = value_get(v, STR("port")), *udp = value_get(v, STR("udp")),
			   *target = value_get(v, STR("target"));

	if (port && port->kind == VALUE_INT && port->integer > 0 && port->integer < 65536 &&
		target && target->kind == VALUE_INT && target->integer > 0 &&
		target->integer < 65536)
		*vec_push(&s->ports) = (struct publish_port){(uint16_t)port->integer,
			(uint16_t)target->integer, udp && udp->kind == VALUE_BOOL && udp->boolean};
}

static void take_ports(struct feed_source *s, const struct value *frame)
{
	const struct value *list = value_get(frame, STR("ports"));

	s->ports_told = true;
	s->direct = !list;
	vec_reset(&s->ports);
	if (!list || list->kind != VALUE_ARRAY)
		return;
	value_for_each(it, list) take_port(s, it);
}

static void take_commit(struct feed_source *s, const struct value *frame)
{
	const struct value *rev = value_get(frame, STR("rev"));

	if (!rev || rev->kind != VALUE_INT) {
		s->broken = true;
		return;
	}
	if (s->listing)
		end_list(s);
	s->rev = (uint64_t)rev->integer;
	s->failures = 0;
	s->settled(s->arg);
}

/* To that replica itself, under the name that its certificate has; empty: to whom the name says. */
static void go_to(struct feed_source *s, struct str address)
{
	struct addr to;

	if (!address.n || addr_parse(address, &to) < 0 || !addr_port(&to))
		api_direct(s->api, NULL);
	else
		api_direct(s->api, &to);
}

static void take_frame(struct feed_source *s, struct str piece)
{
	struct value frame;
	enum object_kind kind;
	struct str type;

	if (text_parse_json(&s->scratch, piece, &frame, NULL) < 0) {
		s->broken = true;
		return;
	}
	type = value_get_str(&frame, STR("type"), STR(""));
	if (str_eq(type, STR("HELLO"))) {
		buf_reset(&s->session);
		buf_add(&s->session, value_get_str(&frame, STR("session"), STR("")));
		/* Acknowledgements go to the replica that has the session. */
		go_to(s, value_get_str(&frame, STR("address"), STR("")));
	} else if (str_eq(type, STR("LIST"))) {
		take_list(s);
	} else if (str_eq(type, STR("PUT"))) {
		value_for_each_member(m, &frame)
		{
			if (str_eq(m->key, STR("object")) && m->value.kind == VALUE_OBJECT)
				take_put(s, &m->value);
		}
	} else if (str_eq(type, STR("DEL"))) {
		if (object_kind_find(value_get_str(&frame, STR("group"), STR("")),
			    value_get_str(&frame, STR("kind"), STR("")), &kind) == 0)
			remove_object(s, kind, value_get_str(&frame, STR("key"), STR("")));
	} else if (str_eq(type, STR("PORTS"))) {
		take_ports(s, &frame);
	} else if (str_eq(type, STR("COMMIT"))) {
		take_commit(s, &frame);
	}
}

static void on_head(struct api_call *call, int status)
{
	struct feed_source *s = container_of(call, struct feed_source, call);

	s->status = status;
	s->broken = status != 200;
}

static void on_data(struct api_call *call, struct str in)
{
	struct feed_source *s = container_of(call, struct feed_source, call);
	struct str piece;

	if (s->status == 503 && s->refusal.n + in.n <= FEED_REFUSAL_MAX)
		buf_add(&s->refusal, in);
	while (!s->broken && !s->ending) {
		enum split_result r = split_next(&s->split, &in, &piece);

		if (r == SPLIT_MORE)
			return;
		arena_reset(&s->scratch);
		if (r == SPLIT_BAD)
			s->broken = true;
		else
			take_frame(s, piece);
	}
	if (s->broken && s->status == 200)
		api_cancel(call);
}

static void on_done(struct api_call *call, int res, int status, struct str body)
{
	struct feed_source *s = container_of(call, struct feed_source, call);
	nsec wait = nsec_backoff(FEED_BACKOFF_FIRST, s->failures, FEED_BACKOFF_MAX);
	struct str refusal;

	(void)status;
	(void)body;
	if (s->ending)
		return;
	buf_reset(&s->session);
	refusal = buf_str(&s->refusal);
	if (str_starts(refusal, STR("leader ")) && refusal.p[refusal.n - 1] == '\n')
		go_to(s, str_trim(str_skip(str_take(refusal, refusal.n - 1), 7)));
	else
		go_to(s, (struct str){0});
	if (s->failures++ < 3 || s->failures % 20 == 0)
		log_warn("the feed has ended, asking again", LOG_INT("status", s->status),
			LOG_ERR(res));
	loop_timer_arm(s->loop, &s->again, wait / 2 + api_jitter(s->api, wait / 2));
}

static void ask(struct feed_source *s)
{
	split_init(&s->split, SPLIT_FRAMES);
	s->broken = s->listing = false;
	s->status = 0;
	buf_reset(&s->refusal);
	s->call = (struct api_call){.method = "GET",
		.path = s->path,
		.done = on_done,
		.head = on_head,
		.data = on_data};
	api_start(s->api, &s->call);
}

static void on_again(struct timer *t)
{
	ask(container_of(t, struct feed_source, again));
}

/* --- what was good before ------------------------------------------------------------------- */

void feed_source_assume(struct feed_source *s, struct str text)
{
	struct value v;

	arena_reset(&s->scratch);
	if (text_parse_json(&s->scratch, text, &v, NULL) == 0 && v.kind == VALUE_OBJECT)
		take_put(s, &v);
}

void feed_source_texts(const struct feed_source *s, feed_text_f *fn, void *arg)
{
	for (enum object_kind k = 0; k < KIND_MAX; k++) {
		const struct map_slot *slot;
		size_t at = 0;

		while ((slot = map_next(&s->raws.by_key[k], &at))) {
			const struct raw *r = slot->value;

			fn(arg, object_kind_name(k), r->text);
		}
	}
}

uint64_t feed_source_digest(const struct feed_source *s)
{
	return s->digest;
}

/* --- acknowledgements ---------------------------------------------------------------------- */

static void send_ack(struct feed_source *s);

static void on_acked(struct api_call *call, int res, int status, struct str body)
{
	struct feed_source *s = container_of(call, struct feed_source, ack);

	(void)res;
	(void)status; /* a session that is gone has no use for it */
	(void)body;
	if (s->ack_again && !s->ending)
		send_ack(s);
}

static void send_ack(struct feed_source *s)
{
	s->ack_again = false;
	buf_fini(&s->ack_body);
	s->ack_body = s->ack_next;
	s->ack_next = (struct buf){0};
	if (!s->session.n)
		return;
	buf_reset(&s->ack_path);
	buf_printf(&s->ack_path, FEED_ACK_PATH "%.*s", STR_ARG(buf_str(&s->session)));
	s->ack = (struct api_call){.method = "POST",
		.path = buf_str(&s->ack_path),
		.content_type = "application/json",
		.body = buf_str(&s->ack_body),
		.done = on_acked};
	api_start(s->api, &s->ack);
}

static void add_listens(
	struct buf *body, const char *key, const struct kong_listens *l, bool stream)
{
	struct buf text = {0};

	kong_listens_print(l, stream, &text);
	buf_printf(body, "\"%s\":", key);
	text_write_json_string(body, buf_str(&text));
	buf_addc(body, ',');
	buf_fini(&text);
}

bool feed_source_ports(
	const struct feed_source *s, const struct publish_port **ret_ports, size_t *ret_n)
{
	static const struct publish_port none;

	*ret_ports = s->direct ? NULL : s->ports.n ? s->ports.p : &none;
	*ret_n = s->ports.n;
	return s->ports_told;
}

void feed_source_ack(struct feed_source *s, bool ready, const struct feed_port *ports, size_t n)
{
	struct buf body = {0};

	buf_printf(&body, "{\"rev\":%llu,\"ready\":%s,", (unsigned long long)s->rev,
		ready ? "true" : "false");
	if (s->listens) {
		add_listens(&body, "proxyListen", s->listens, false);
		add_listens(&body, "streamListen", s->listens, true);
	}
	buf_add(&body, STR("\"ports\":["));
	for (size_t i = 0; i < n; i++) {
		buf_printf(&body, "%s{\"port\":%u,\"udp\":%s,\"error\":", i ? "," : "",
			ports[i].port, ports[i].udp ? "true" : "false");
		text_write_json_string(&body, str_from(ports[i].error));
		buf_addc(&body, '}');
	}
	buf_add(&body, STR("]}"));
	/* A running one borrows its text: the newest goes when it is done. */
	buf_fini(&s->ack_next);
	s->ack_next = body;
	s->ack_again = true;
	if (!api_active(&s->ack))
		send_ack(s);
}

/* --- start --------------------------------------------------------------------------------- */

static int parse_url(struct kube_config *c, struct str url, struct buf *err)
{
	struct str rest;
	uint64_t port;

	c->tls = str_starts(url, STR("https://"));
	rest = str_skip(url, c->tls ? 8 : 7);
	c->host = arena_str(&c->arena, str_cut(&rest, ':'));
	if ((!c->tls && !str_starts(url, STR("http://"))) || !c->host.n ||
		str_to_u64(rest, 65535, &port) < 0 || port == 0) {
		buf_printf(err, "--feed %.*s: an address like https://HOST:PORT is wanted",
			STR_ARG(url));
		return -EINVAL;
	}
	c->port = (uint16_t)port;
	return 0;
}

static int configure(struct feed_source *s, const struct feed_options *o, struct buf *err)
{
	struct kube_config *c = &s->config;
	struct buf pem = {0};
	int rc;

	arena_init(&c->arena, 0);
	rc = parse_url(c, o->url, err);
	if (rc < 0)
		return rc;
	c->token_file = arena_str(&c->arena, o->token_file);
	if (c->tls && o->ca_file.n) {
		/* Read again as the token is: the authority changes. */
		c->ca_file = arena_str(&c->arena, o->ca_file);
		rc = kube_read_file(c->ca_file.p, &pem);
		if (rc < 0)
			buf_printf(err, "%s: %s", c->ca_file.p, strerror(-rc));
		else
			c->ca = arena_str(&c->arena, buf_str(&pem));
		buf_fini(&pem);
	}
	return rc;
}

int feed_source_new(struct loop *l, const struct feed_options *o, struct store *store,
	feed_settled_f *settled, void *arg, struct feed_source **ret_source, struct buf *err)
{
	struct feed_source *s = MEM_NEW(struct feed_source);
	int rc;

	s->loop = l;
	s->store = store;
	s->settled = settled;
	s->arg = arg;
	arena_init(&s->scratch, 16384);
	timer_init(&s->again, on_again);
	rc = configure(s, o, err);
	if (rc == 0) {
		rc = api_new(l, &s->config, &s->api);
		if (rc < 0)
			api_new_why(rc, err);
	}
	if (rc < 0) {
		feed_source_free(s);
		return rc;
	}
	s->decoder = decoder_new((struct decode_options){.tolerant = true});
	s->path = o->class_name.n
			  ? arena_printf(&s->config.arena, FEED_CLASS_PATH "%.*s",
				    STR_ARG(o->class_name))
			  : arena_printf(&s->config.arena, FEED_PATH "%.*s", STR_ARG(o->gateway));
	s->listens = o->class_name.n ? o->listens : NULL;
	ask(s);
	*ret_source = s;
	return 0;
}

void feed_source_free(struct feed_source *s)
{
	if (!s)
		return;
	s->ending = true;
	loop_timer_cancel(s->loop, &s->again);
	api_free(s->api);
	decoder_free(s->decoder);
	raws_fini(&s->raws);
	vec_fini(&s->ports);
	split_fini(&s->split);
	arena_fini(&s->scratch);
	kube_config_fini(&s->config);
	buf_fini(&s->ack_path);
	buf_fini(&s->ack_body);
	buf_fini(&s->ack_next);
	buf_fini(&s->session);
	buf_fini(&s->refusal);
	mem_free(s);
}
