/* SPDX-License-Identifier: Apache-2.0 */
#include "control/events.h"

#include <openssl/sha.h>
#include <pthread.h>

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/metric.h"
#include "base/when.h"
#include "text/write.h"

#define NAME_MAX_KEPT 200 /* of an object's name, before the digest */

#define EVENTS_METRICS(M)                                                      \
	M(metric_events, METRIC_COUNTER, "sluice_events_total",                \
		"Kubernetes Events made about refused objects.", METRIC_PLAIN) \
	M(metric_dropped, METRIC_COUNTER, "sluice_events_dropped_total",       \
		"Kubernetes Events not made: there were too many.", METRIC_PLAIN)

METRICS_DECLARE(EVENTS_METRICS)
METRICS_DEFINE(events_metrics, EVENTS_METRICS);

/* What was said last of an object. */
struct said {
	uint64_t digest;
	nsec at;
	char *id; /* "kind/namespace/name" */
};

struct posting {
	struct events *events;
	struct list node;
	struct api_call call;
	struct buf path;
	struct buf body;
};

struct events {
	struct api *api;
	struct str controller;
	struct str instance;
	struct map said;
	struct list postings;
	nsec credit; /* time that may be spent: an Event costs a second over EVENTS_RATE */
	nsec credit_at;
	bool ending;
};

static const struct condition *refusal_in(const struct condition_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct condition *c = &list->p[i];
		bool positive =
			str_eq(c->type, STR("Accepted")) || str_eq(c->type, STR("ResolvedRefs"));
		bool negative = str_eq(c->type, STR("Conflicted")) ||
				str_eq(c->type, STR("PartiallyInvalid"));

		if ((positive && c->status == CONDITION_FALSE) ||
			(negative && c->status == CONDITION_TRUE))
			return c;
	}
	return NULL;
}

const struct condition *events_refusal(const struct object_status *s)
{
	const struct condition *c = refusal_in(&s->said->conditions);

	for (size_t i = 0; !c && i < s->said->n_listeners; i++)
		c = refusal_in(&s->said->listeners[i].conditions);
	for (size_t i = 0; !c && i < s->said->n_parents; i++)
		c = refusal_in(&s->said->parents[i].conditions);
	return c;
}

/* --- writing -------------------------------------------------------------------------------- */

static void posting_free(struct posting *p)
{
	list_del(&p->node);
	buf_fini(&p->path);
	buf_fini(&p->body);
	mem_free(p);
}

static void on_posted(struct api_call *call, int res, int status, struct str body)
{
	struct posting *p = container_of(call, struct posting, call);

	/* 409: it has been told. */
	if (res == 0 && status == 201)
		metric_add(&metric_events, 1);
	else if (!p->events->ending && (res < 0 || status != 409))
		log_warn("event not written", LOG_INT("status", status), LOG_ERR(res),
			LOG_STR("answer", str_take(body, 300)));
	posting_free(p);
}

static void add_member(struct buf *out, const char *key, struct str value)
{
	buf_printf(out, "%s\"%s\":", out->p[out->n - 1] == '{' ? "" : ",", key);
	text_write_json_string(out, value);
}

static void add_time(struct buf *out, nsec wall)
{
	char text[WHEN_TEXT];

	add_member(out, "eventTime", when_text(wall, 6, text));
}

/* At most EVENTS_NOTE_MAX bytes, and no part of a character. */
static struct str note_of(struct str message)
{
	size_t n = MIN(message.n, (size_t)EVENTS_NOTE_MAX);

	while (n < message.n && n > 0 && ((unsigned char)message.p[n] & 0xc0) == 0x80)
		n--;
	return str_take(message, n);
}

static void write_event(struct buf *out, const struct events *e, const struct object_status *s,
	const struct condition *c, struct str namespace, uint64_t digest)
{
	struct str kept = str_take(s->object->name, NAME_MAX_KEPT);

	buf_printf(out,
		"{\"apiVersion\":\"events.k8s.io/v1\",\"kind\":\"Event\",\"metadata\":{\"name\":\"%.*s."
		"%016llx\",\"namespace\":\"%.*s\"},\"type\":\"Warning\",\"action\":\"Translate\"",
		STR_ARG(kept), (unsigned long long)digest, STR_ARG(namespace));
	add_member(out, "reason", c->reason);
	add_member(out, "note", note_of(c->message));
	add_member(out, "reportingController", e->controller);
	add_member(out, "reportingInstance", e->instance);
	add_time(out, loop_wall(api_loop(e->api)));
	buf_add(out, STR(",\"regarding\":{"));
	add_member(out, "apiVersion", s->object->api_version);
	add_member(out, "kind", object_kind_name((enum object_kind)s->object->kind));
	if (s->object->namespace.n)
		add_member(out, "namespace", s->object->namespace);
	add_member(out, "name", s->object->name);
	add_member(out, "uid", s->object->uid);
	buf_add(out, STR("}}"));
}

static void post(
	struct events *e, const struct object_status *s, const struct condition *c, uint64_t digest)
{
	/* Those of objects without a namespace live in "default". */
	struct str namespace = s->object->namespace.n ? s->object->namespace : STR("default");
	struct posting *p = MEM_NEW(struct posting);

	p->events = e;
	list_init(&p->node);
	list_add_tail(&e->postings, &p->node);
	buf_printf(&p->path, "/apis/events.k8s.io/v1/namespaces/%.*s/events", STR_ARG(namespace));
	write_event(&p->body, e, s, c, namespace, digest);
	p->call = (struct api_call){.method = "POST",
		.path = buf_str(&p->path),
		.content_type = "application/json",
		.body = buf_str(&p->body),
		.done = on_posted};
	api_start(e->api, &p->call);
}

/* --- what is worth one ----------------------------------------------------------------------- */

/* The same in every replica. */
static uint64_t digest_of(const struct object_status *s, const struct condition *c)
{
	unsigned char sum[SHA256_DIGEST_LENGTH];
	struct buf text = {0};
	uint64_t digest;

	buf_printf(&text, "%.*s %.*s %.*s %.*s %.*s",
		STR_ARG(object_kind_name((enum object_kind)s->object->kind)),
		STR_ARG(s->object->uid), STR_ARG(c->type), STR_ARG(c->reason), STR_ARG(c->message));
	SHA256((const unsigned char *)text.p, text.n, sum);
	memcpy(&digest, sum, sizeof(digest));
	buf_fini(&text);
	return digest;
}

static bool spend(struct events *e, nsec now)
{
	nsec cost = SEC(1) / EVENTS_RATE;

	e->credit = MIN(e->credit + (now - e->credit_at), cost * EVENTS_BURST);
	e->credit_at = now;
	if (e->credit < cost)
		return false;
	e->credit -= cost;
	return true;
}

static void said_free(struct said *s)
{
	if (s)
		mem_free(s->id);
	mem_free(s);
}

void events_note(
	struct events *e, enum object_kind kind, struct str key, const struct object_status *status)
{
	const struct condition *c = status ? events_refusal(status) : NULL;
	nsec now = loop_now(api_loop(e->api));
	struct buf id = {0};
	struct said *s;
	uint64_t digest;

	buf_printf(&id, "%u/%.*s", kind, STR_ARG(key));
	s = map_get(&e->said, buf_str(&id));
	if (!c) {
		map_del(&e->said, buf_str(&id));
		said_free(s);
		buf_fini(&id);
		return;
	}
	digest = digest_of(status, c);
	if (s && (s->digest == digest || now - s->at < EVENTS_PAUSE)) {
		metric_add(&metric_dropped, s->digest != digest);
	} else if (!spend(e, now)) {
		metric_add(&metric_dropped, 1);
	} else {
		if (!s) {
			s = MEM_NEW(struct said);
			s->id = mem_strdup(buf_str(&id));
			map_put(&e->said, str_from(s->id), s);
		}
		s->digest = digest;
		s->at = now;
		post(e, status, c, digest);
	}
	buf_fini(&id);
}

/* --- start and end --------------------------------------------------------------------------- */

static pthread_once_t metrics_once = PTHREAD_ONCE_INIT;

static void metrics_make(void)
{
	metrics_register(&events_metrics);
}

struct events *events_new(struct api *a, struct str controller, struct str instance)
{
	struct events *e = MEM_NEW(struct events);

	pthread_once(&metrics_once, metrics_make);
	e->api = a;
	e->controller = str_from(mem_strdup(controller));
	e->instance = str_from(mem_strdup(str_take(instance, 128)));
	e->credit = SEC(1) / EVENTS_RATE * EVENTS_BURST;
	e->credit_at = loop_now(api_loop(a));
	list_init(&e->postings);
	return e;
}

void events_free(struct events *e)
{
	const struct map_slot *slot;
	size_t at = 0;

	if (!e)
		return;
	e->ending = true;
	list_for_each_safe (node, &e->postings)
		api_cancel(&container_of(node, struct posting, node)->call);
	while (!list_empty(&e->postings))
		loop_tick(api_loop(e->api), 0);
	while ((slot = map_next(&e->said, &at)))
		said_free(slot->value);
	map_fini(&e->said);
	mem_free((void *)(uintptr_t)e->controller.p);
	mem_free((void *)(uintptr_t)e->instance.p);
	mem_free(e);
}
