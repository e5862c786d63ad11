/* SPDX-License-Identifier: Apache-2.0 */
#include "control/authority.h"

#include "base/base64.h"
#include "base/log.h"
#include "base/mem.h"
#include "pki/issue.h"
#include "text/parse.h"
#include "text/write.h"

struct authority {
	struct api *api;
	struct arena arena;
	struct str collection;
	struct str path;
	struct str namespace;
	authority_f *ready;
	void *arg;
	struct api_call call;
	struct timer again;
	struct buf body;
	bool ending;
};

static void look(struct authority *x);

static void later(struct authority *x)
{
	loop_timer_arm(api_loop(x->api), &x->again, SEC(1) + api_jitter(x->api, SEC(1)));
}

/* Takes certificate and key out of the Secret; false: it does not hold a pair. */
static bool take(struct authority *x, struct str body)
{
	struct str cert, key;
	const struct value *data;
	int64_t expiry;
	struct value v;

	if (text_parse_json(&x->arena, body, &v, NULL) < 0)
		return false;
	data = value_get(&v, STR("data"));
	if (base64_decode(&x->arena, value_get_str(data, STR("tls.crt"), STR("")), &cert) < 0 ||
		base64_decode(&x->arena, value_get_str(data, STR("tls.key"), STR("")), &key) < 0 ||
		pki_expiry(cert, &expiry) < 0)
		return false;
	x->ready(x->arg, cert, key);
	return true;
}

static void on_made(struct api_call *call, int res, int status, struct str body)
{
	struct authority *x = container_of(call, struct authority, call);

	(void)body;
	if (x->ending)
		return;
	if (res == 0 && (status == 201 || status == 409)) {
		look(x); /* ours, or that of the replica that was faster */
		return;
	}
	log_warn("the authority's Secret cannot be made", LOG_INT("status", status), LOG_ERR(res),
		LOG_STR("answer", str_take(body, 300)));
	later(x);
}

static void make(struct authority *x)
{
	struct buf cert = {0}, key = {0};

	AZ(pki_issue((struct str){0}, (struct str){0}, STR("sluice feed authority"), NULL, 0,
		loop_wall(api_loop(x->api)), AUTHORITY_DAYS, &cert, &key));
	buf_reset(&x->body);
	buf_printf(&x->body,
		"{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"type\":\"kubernetes.io/tls\",\"metadata\":{"
		"\"name\":\"" AUTHORITY_SECRET
		"\",\"namespace\":\"%.*s\"},\"stringData\":{\"tls.crt\":",
		STR_ARG(x->namespace));
	text_write_json_string(&x->body, buf_str(&cert));
	buf_add(&x->body, STR(",\"tls.key\":"));
	text_write_json_string(&x->body, buf_str(&key));
	buf_add(&x->body, STR("}}"));
	buf_fini(&cert);
	buf_fini(&key);
	x->call = (struct api_call){.method = "POST",
		.path = x->collection,
		.content_type = "application/json",
		.body = buf_str(&x->body),
		.done = on_made};
	api_start(x->api, &x->call);
}

static void on_looked(struct api_call *call, int res, int status, struct str body)
{
	struct authority *x = container_of(call, struct authority, call);

	if (x->ending)
		return;
	if (res == 0 && status == 404) {
		make(x);
		return;
	}
	if (res == 0 && status == 200 && take(x, body))
		return;
	log_warn("the authority's Secret cannot be used", LOG_STR("secret", x->path),
		LOG_INT("status", status), LOG_ERR(res));
	later(x);
}

static void look(struct authority *x)
{
	x->call = (struct api_call){.method = "GET", .path = x->path, .done = on_looked};
	api_start(x->api, &x->call);
}

static void on_again(struct timer *t)
{
	look(container_of(t, struct authority, again));
}

struct authority *authority_new(struct api *a, struct str namespace, authority_f *ready, void *arg)
{
	struct authority *x = MEM_NEW(struct authority);

	x->api = a;
	x->ready = ready;
	x->arg = arg;
	arena_init(&x->arena, 4096);
	timer_init(&x->again, on_again);
	x->namespace = arena_str(&x->arena, namespace);
	x->collection =
		arena_printf(&x->arena, "/api/v1/namespaces/%.*s/secrets", STR_ARG(namespace));
	x->path = arena_printf(&x->arena, "%.*s/" AUTHORITY_SECRET, STR_ARG(x->collection));
	look(x);
	return x;
}

void authority_free(struct authority *x)
{
	if (!x)
		return;
	x->ending = true;
	loop_timer_cancel(api_loop(x->api), &x->again);
	api_cancel(&x->call);
	while (api_active(&x->call))
		loop_tick(api_loop(x->api), 0);
	buf_fini(&x->body);
	arena_fini(&x->arena);
	mem_free(x);
}
