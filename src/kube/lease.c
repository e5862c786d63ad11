/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/lease.h"

#include "base/mem.h"
#include "base/when.h"
#include "text/parse.h"
#include "text/write.h"

struct lease {
	struct api *api;
	struct loop *loop;
	struct str collection; /* path */
	struct str path;
	struct str namespace;
	struct str name;
	struct str identity;
	lease_f *changed;
	void *arg;
	struct api_call call;
	struct timer timer;
	struct timer deadline; /* while it is held: the end of what was renewed last */
	struct buf body;
	struct buf holder;
	struct buf seen; /* holder and renewTime as last read */
	nsec seen_at; /* when that last changed */
	nsec asked; /* when the running write was sent */
	int64_t transitions;
	bool held;
	bool ending;
};

static void look(struct lease *l);

static void hold(struct lease *l, bool held)
{
	if (l->held == held)
		return;
	l->held = held;
	if (!l->ending)
		l->changed(l->arg, held);
}

static void again(struct lease *l, nsec wait)
{
	if (!l->ending)
		loop_timer_arm(l->loop, &l->timer, wait + api_jitter(l->api, wait / 10));
}

static void write_body(struct lease *l, struct str version, struct str holder, struct str since)
{
	char now[WHEN_TEXT];

	(void)when_text(loop_wall(l->loop), 6, now);
	buf_reset(&l->body);
	buf_printf(&l->body,
		"{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\",\"metadata\":{"
		"\"name\":\"%.*s\",\"namespace\":\"%.*s\",\"resourceVersion\":\"%.*s\"},\"spec\":{"
		"\"leaseDurationSeconds\":%d,\"leaseTransitions\":%lld,\"renewTime\":\"%s\","
		"\"acquireTime\":\"%.*s\",\"holderIdentity\":",
		STR_ARG(l->name), STR_ARG(l->namespace), STR_ARG(version), LEASE_DURATION,
		(long long)l->transitions, now, STR_ARG(since.n ? since : str_from(now)));
	text_write_json_string(&l->body, holder);
	buf_add(&l->body, STR("}}"));
}

static void on_written(struct api_call *call, int res, int status, struct str body)
{
	struct lease *l = container_of(call, struct lease, call);

	(void)body;
	if (res == 0 && (status == 200 || status == 201) && !l->ending &&
		loop_now(l->loop) < l->asked + LEASE_DEADLINE) {
		loop_timer_at(l->loop, &l->deadline, l->asked + LEASE_DEADLINE);
		hold(l, true);
	} else if (res == 0 && status == 409) {
		hold(l, false); /* somebody else wrote it: who, the next look tells */
	}
	again(l, LEASE_RETRY);
}

static void put(struct lease *l, const char *method, struct str path, api_done_f *done)
{
	l->asked = loop_now(l->loop);
	l->call = (struct api_call){.method = method,
		.path = path,
		.content_type = "application/json",
		.body = buf_str(&l->body),
		.first = true,
		.done = done};
	api_start(l->api, &l->call);
}

/* Whether nobody else holds it, by what was read and by our own clock. */
static bool free_to_take(struct lease *l, const struct value *spec, struct str holder)
{
	const struct value *d = value_get(spec, STR("leaseDurationSeconds"));
	struct buf now = {0};
	int64_t seconds = d && d->kind == VALUE_INT ? d->integer : LEASE_DURATION;

	if (!holder.n || str_eq(holder, l->identity))
		return true;
	buf_printf(&now, "%.*s %.*s", STR_ARG(holder),
		STR_ARG(value_get_str(spec, STR("renewTime"), STR(""))));
	if (!str_eq(buf_str(&now), buf_str(&l->seen))) {
		buf_fini(&l->seen);
		l->seen = now;
		l->seen_at = loop_now(l->loop);
		return false;
	}
	buf_fini(&now);
	return loop_now(l->loop) - l->seen_at > SEC(MIN(MAX(seconds, 1), 3600));
}

static void decide(struct lease *l, struct str body)
{
	const struct value *spec, *n;
	struct value doc;
	struct str holder;
	struct arena a;

	arena_init(&a, 0);
	if (text_parse_json(&a, body, &doc, NULL) < 0) {
		again(l, LEASE_RETRY);
		arena_fini(&a);
		return;
	}
	spec = value_get(&doc, STR("spec"));
	holder = value_get_str(spec, STR("holderIdentity"), STR(""));
	buf_reset(&l->holder);
	buf_add(&l->holder, holder);
	n = value_get(spec, STR("leaseTransitions"));
	l->transitions = n && n->kind == VALUE_INT ? n->integer : 0;
	if (free_to_take(l, spec, holder)) {
		bool ours = str_eq(holder, l->identity);

		if (!ours && l->transitions < INT32_MAX)
			l->transitions++;
		write_body(l,
			value_get_str(
				value_get(&doc, STR("metadata")), STR("resourceVersion"), STR("")),
			l->identity,
			ours ? value_get_str(spec, STR("acquireTime"), STR("")) : STR(""));
		put(l, "PUT", l->path, on_written);
	} else {
		hold(l, false);
		again(l, LEASE_RETRY);
	}
	arena_fini(&a);
}

static void on_read(struct api_call *call, int res, int status, struct str body)
{
	struct lease *l = container_of(call, struct lease, call);

	if (res == 0 && status == 200) {
		decide(l, body);
		return;
	}
	if (res == 0 && status == 404) {
		l->transitions = 0;
		write_body(l, STR(""), l->identity, STR(""));
		put(l, "POST", l->collection, on_written);
		return;
	}
	again(l, LEASE_RETRY);
}

static void look(struct lease *l)
{
	l->call =
		(struct api_call){.method = "GET", .path = l->path, .first = true, .done = on_read};
	api_start(l->api, &l->call);
}

/* Nobody has answered in time: a request that hangs does not make a leader. */
static void on_deadline(struct timer *t)
{
	struct lease *l = container_of(t, struct lease, deadline);

	hold(l, false);
	api_cancel(&l->call);
}

static void on_timer(struct timer *t)
{
	struct lease *l = container_of(t, struct lease, timer);

	if (!api_active(&l->call))
		look(l);
}

struct lease *lease_new(struct api *a, struct str namespace, struct str name, struct str identity,
	lease_f *changed, void *arg)
{
	struct lease *l = MEM_NEW(struct lease);
	struct buf path = {0};

	l->api = a;
	l->loop = api_loop(a);
	l->changed = changed;
	l->arg = arg;
	l->namespace = str_from(mem_strdup(namespace));
	l->name = str_from(mem_strdup(name));
	l->identity = str_from(mem_strdup(identity));
	buf_printf(
		&path, "/apis/coordination.k8s.io/v1/namespaces/%.*s/leases", STR_ARG(namespace));
	l->collection = str_from(mem_strdup(buf_str(&path)));
	buf_printf(&path, "/%.*s", STR_ARG(name));
	l->path = str_from(mem_strdup(buf_str(&path)));
	buf_fini(&path);
	timer_init(&l->timer, on_timer);
	timer_init(&l->deadline, on_deadline);
	look(l);
	return l;
}

struct str lease_holder(const struct lease *l)
{
	return l->held ? l->identity : buf_str(&l->holder);
}

bool lease_held(const struct lease *l)
{
	return l->held;
}

static void on_released(struct api_call *call, int res, int status, struct str body)
{
	(void)call;
	(void)res;
	(void)status;
	(void)body;
}

static void on_read_to_release(struct api_call *call, int res, int status, struct str body)
{
	struct lease *l = container_of(call, struct lease, call);
	struct value doc;
	struct arena a;

	if (res < 0 || status != 200)
		return;
	arena_init(&a, 0);
	if (text_parse_json(&a, body, &doc, NULL) == 0 &&
		str_eq(value_get_str(value_get(&doc, STR("spec")), STR("holderIdentity"), STR("")),
			l->identity)) {
		write_body(l,
			value_get_str(
				value_get(&doc, STR("metadata")), STR("resourceVersion"), STR("")),
			STR(""), STR(""));
		put(l, "PUT", l->path, on_released);
	}
	arena_fini(&a);
}

static void end_call(struct lease *l)
{
	l->ending = true;
	loop_timer_cancel(l->loop, &l->timer);
	loop_timer_cancel(l->loop, &l->deadline);
	api_cancel(&l->call);
	while (api_active(&l->call))
		loop_tick(l->loop, 0);
}

void lease_release(struct lease *l)
{
	nsec until = loop_now(l->loop) + SEC(1);

	if (!l->held)
		return;
	end_call(l);
	l->held = false;
	l->call = (struct api_call){
		.method = "GET", .path = l->path, .first = true, .done = on_read_to_release};
	api_start(l->api, &l->call);
	while (api_active(&l->call) && loop_now(l->loop) < until)
		loop_tick(l->loop, MSEC(100));
}

void lease_free(struct lease *l)
{
	if (!l)
		return;
	end_call(l);
	mem_free((void *)(uintptr_t)l->collection.p);
	mem_free((void *)(uintptr_t)l->path.p);
	mem_free((void *)(uintptr_t)l->namespace.p);
	mem_free((void *)(uintptr_t)l->name.p);
	mem_free((void *)(uintptr_t)l->identity.p);
	buf_fini(&l->body);
	buf_fini(&l->seen);
	buf_fini(&l->holder);
	mem_free(l);
}
