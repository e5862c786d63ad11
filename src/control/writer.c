/* SPDX-License-Identifier: Apache-2.0 */
#include "control/writer.h"

#include <errno.h>

#include "base/log.h"
#include "base/when.h"
#include "text/parse.h"
#include "text/write.h"

struct wanted {
	struct writer_status *w;
	enum object_kind kind;
	struct str id; /* "kind/namespace/name" */
	struct str key;
	struct api_call call;
	struct timer timer;
	struct buf path;
	struct buf patch;
	nsec wrote; /* 0: not yet */
	nsec marked;
	bool again; /* marked while it was being written or resting */
	unsigned failures;
};

struct writer_status {
	struct api *api;
	struct kube_source *source;
	struct translator *translator;
	struct str controller;
	const struct writer_ops *ops;
	void *arg;
	struct map wanted;
	struct condition class_condition;
	struct arena class_arena;
	bool on;
	bool ending;
};

static void write_now(struct wanted *x);

static void wanted_free(struct wanted *x)
{
	map_del(&x->w->wanted, x->id);
	loop_timer_cancel(api_loop(x->w->api), &x->timer);
	buf_fini(&x->path);
	buf_fini(&x->patch);
	mem_free((void *)(uintptr_t)x->id.p);
	mem_free(x);
}

nsec writer_due(nsec wrote, nsec marked)
{
	return MIN(MAX(wrote, marked) + WRITER_PAUSE, wrote + WRITER_BURST);
}

/* After a write, and after a failure: for a while nothing, then once more if there is cause. */
static void on_timer(struct timer *t)
{
	struct wanted *x = container_of(t, struct wanted, timer);
	struct loop *l = api_loop(x->w->api);

	if (!x->again || !x->w->on) {
		wanted_free(x);
		return;
	}
	if (x->wrote && !x->failures && loop_now(l) < writer_due(x->wrote, x->marked)) {
		loop_timer_at(l, t, writer_due(x->wrote, x->marked));
		return;
	}
	x->again = false;
	write_now(x);
}

static void pause_for(struct wanted *x, nsec wait)
{
	loop_timer_arm(api_loop(x->w->api), &x->timer, wait);
}

static void mark(struct wanted *x)
{
	x->again = true;
	x->marked = loop_now(api_loop(x->w->api));
}

static void learn(struct wanted *x, struct str body)
{
	struct raw *raw = raws_get(kube_source_raws(x->w->source), x->kind, x->key);
	const struct value *status;
	struct buf text = {0};
	struct value v;
	struct arena a;

	arena_init(&a, 0);
	if (raw && text_parse_json(&a, body, &v, NULL) == 0) {
		status = value_get(&v, STR("status"));
		if (status)
			text_write_json(&text, status, TEXT_COMPACT);
		raw_wrote(raw,
			value_get_str(value_get(&v, STR("metadata")), STR("resourceVersion"),
				raw->version),
			buf_str(&text));
	}
	buf_fini(&text);
	arena_fini(&a);
}

static void on_done(struct api_call *call, int res, int status, struct str body)
{
	struct wanted *x = container_of(call, struct wanted, call);

	if (x->w->ending)
		return;
	if (res == 0 && status == 200) {
		x->failures = 0;
		x->wrote = loop_now(api_loop(x->w->api));
		learn(x, body);
		x->w->ops->written(x->w->arg, x->kind, x->key);
		pause_for(x, WRITER_PAUSE);
		return;
	}
	if (res == 0 && status == 404) { /* deleted meanwhile */
		pause_for(x, WRITER_PAUSE);
		return;
	}
	/* A conflict: the watch brings, or has brought, the object as it is. */
	x->again = true;
	x->failures++;
	if (res < 0 || status != 409)
		log_warn("status not written", LOG_STR("kind", object_kind_name(x->kind)),
			LOG_STR("object", x->key), LOG_INT("status", status), LOG_ERR(res),
			LOG_STR("answer", str_take(body, 300)));
	pause_for(x, nsec_backoff(MSEC(20), x->failures, SEC(5)));
}

static struct str now_text(struct writer_status *w, struct arena *a)
{
	char text[WHEN_TEXT];

	return arena_str(a, when_text(loop_wall(api_loop(w->api)), 0, text));
}

/* SupportedVersion is no matter of translate. */
static void add_class_condition(struct writer_status *w, struct arena *a, struct value *status,
	const struct value *previous, int64_t generation, struct str now)
{
	const struct condition *c = &w->class_condition;
	struct value v = value_object();

	if (!c->type.n)
		return;
	value_for_each_member(m, status)
	{
		if (!str_eq(m->key, STR("conditions")))
			continue;
		if (previous && value_get(previous, STR("conditions"))) {
			value_for_each(p, value_get(previous, STR("conditions")))
			{
				if (str_eq(value_get_str(p, STR("type"), STR("")), c->type) &&
					str_eq(value_get_str(p, STR("status"), STR("")),
						condition_status_name(c->status)))
					now = value_get_str(p, STR("lastTransitionTime"), now);
			}
		}
		value_add(a, &v, STR("lastTransitionTime"), value_str(now));
		value_add(a, &v, STR("message"), value_str(c->message));
		value_add(a, &v, STR("observedGeneration"), value_int(generation));
		value_add(a, &v, STR("reason"), value_str(c->reason));
		value_add(a, &v, STR("status"), value_str(condition_status_name(c->status)));
		value_add(a, &v, STR("type"), value_str(c->type));
		value_push(a, &m->value, v);
	}
}

/* The patch that makes <before> into <after>: whole members, and null for those that go. */
static struct value patch_of(
	struct arena *a, const struct value *before, const struct value *after, struct str version)
{
	struct value doc = value_object(), meta = value_object(), status = value_copy(a, after);

	if (before) {
		value_for_each_member(m, before)
		{
			if (!value_get(after, m->key))
				value_add(a, &status, m->key, value_null());
		}
	}
	value_add(a, &meta, STR("resourceVersion"), value_str(version));
	value_add(a, &doc, STR("metadata"), meta);
	value_add(a, &doc, STR("status"), status);
	return doc;
}

/* What counts the routes is not told after all of them. */
static bool goes_first(enum object_kind kind)
{
	return kind == KIND_GATEWAY_CLASS || kind == KIND_GATEWAY || kind == KIND_LISTENER_SET;
}

static void send_patch(struct wanted *x, struct arena *a, const struct value *patch)
{
	struct str name = x->key, namespace = str_cut(&name, '/');

	buf_reset(&x->path);
	buf_printf(&x->path, "%.*s/%.*s/status",
		STR_ARG(kube_source_path(x->w->source, a, x->kind, namespace)), STR_ARG(name));
	buf_reset(&x->patch);
	text_write_json(&x->patch, patch, TEXT_COMPACT);
	x->call = (struct api_call){.method = "PATCH",
		.path = buf_str(&x->path),
		.query = STR("fieldManager=sluice"),
		.content_type = "application/merge-patch+json",
		.body = buf_str(&x->patch),
		.first = goes_first(x->kind),
		.done = on_done};
	api_start(x->w->api, &x->call);
}

/* Of the object as it is now. */
static int64_t generation_of(struct writer_status *w, const struct wanted *x, struct arena *a)
{
	struct raw *raw = raws_get(kube_source_raws(w->source), x->kind, x->key);
	const struct value *n = NULL;
	struct value v;

	if (raw && text_parse_json(a, raw->text, &v, NULL) == 0)
		n = value_get(value_get(&v, STR("metadata")), STR("generation"));
	return n && n->kind == VALUE_INT ? n->integer : 0;
}

static void write_now(struct wanted *x)
{
	struct writer_status *w = x->w;
	struct raw *raw = raws_get(kube_source_raws(w->source), x->kind, x->key);
	struct str name = x->key, namespace = str_cut(&name, '/'), now;
	const struct object_status *status =
		translator_status(w->translator, x->kind, namespace, name);
	enum writer_answer may = w->ops->may(w->arg, x->kind, x->key);
	struct value before, after, patch;
	const struct value *previous = NULL;
	struct arena a;

	if (may == WRITER_LATER) {
		x->again = true;
		pause_for(x, WRITER_SOON);
		return;
	}
	if (!raw || !w->on || may == WRITER_FORGET) {
		wanted_free(x);
		return;
	}
	arena_init(&a, 0);
	if (raw->status.n && text_parse_json(&a, raw->status, &before, NULL) == 0)
		previous = &before;
	now = now_text(w, &a);
	if (!status && previous && (x->kind == KIND_GATEWAY || x->kind == KIND_LISTENER_SET))
		after = status_left(&a, previous, generation_of(w, x, &a));
	else
		after = status_merge(&a, x->kind, status, previous, w->controller, now);
	if (x->kind == KIND_GATEWAY_CLASS && status)
		add_class_condition(w, &a, &after, previous, status->object->generation, now);
	if (previous ? value_equal(previous, &after) : after.n == 0) {
		pause_for(x, 0);
	} else if (!previous && !status) {
		pause_for(x, 0);
	} else {
		patch = patch_of(&a, previous, &after, raw->version);
		send_patch(x, &a, &patch);
	}
	arena_fini(&a);
}

void writer_status_mark(struct writer_status *w, enum object_kind kind, struct str key)
{
	struct buf id = {0};
	struct wanted *x;

	if (!w->on || !raw_kind_has_status(kind))
		return;
	buf_printf(&id, "%u/%.*s", kind, STR_ARG(key));
	x = map_get(&w->wanted, buf_str(&id));
	if (x) {
		mark(x);
		buf_fini(&id);
		return;
	}
	x = MEM_NEW(struct wanted);
	x->w = w;
	x->kind = kind;
	x->id = str_from(mem_strdup(buf_str(&id)));
	x->key = str_skip(x->id, str_find(x->id, '/') + 1);
	timer_init(&x->timer, on_timer);
	map_put(&w->wanted, x->id, x);
	buf_fini(&id);
	/* Not at once: facts of this tick may still change it. */
	mark(x);
	pause_for(x, 0);
}

void writer_status_enable(struct writer_status *w, bool on)
{
	size_t n;
	const struct object_status *const *all;

	if (w->on == on)
		return;
	w->on = on;
	if (!on)
		return;
	all = translator_statuses(w->translator, &n);
	for (size_t i = 0; i < n; i++) {
		const struct object *o = all[i]->object;

		writer_status_mark(w, (enum object_kind)o->kind, object_key(o));
	}
}

void writer_status_class(struct writer_status *w, const struct condition *c)
{
	arena_fini(&w->class_arena);
	arena_init(&w->class_arena, 256);
	w->class_condition = (struct condition){.type = arena_str(&w->class_arena, c->type),
		.reason = arena_str(&w->class_arena, c->reason),
		.message = arena_str(&w->class_arena, c->message),
		.status = c->status};
}

struct writer_status *writer_status_new(struct api *a, struct kube_source *source,
	struct translator *t, struct str controller, const struct writer_ops *ops, void *arg)
{
	struct writer_status *w = MEM_NEW(struct writer_status);

	w->api = a;
	w->source = source;
	w->translator = t;
	w->controller = controller;
	w->ops = ops;
	w->arg = arg;
	arena_init(&w->class_arena, 256);
	return w;
}

void writer_status_free(struct writer_status *w)
{
	const struct map_slot *slot;
	size_t at;

	if (!w)
		return;
	w->ending = true;
	for (;;) {
		struct wanted *x;

		at = 0;
		slot = map_next(&w->wanted, &at);
		if (!slot)
			break;
		x = slot->value;
		if (api_active(&x->call))
			api_cancel(&x->call);
		while (api_active(&x->call))
			loop_tick(api_loop(w->api), 0);
		wanted_free(x);
	}
	map_fini(&w->wanted);
	arena_fini(&w->class_arena);
	mem_free(w);
}
