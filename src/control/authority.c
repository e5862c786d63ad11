/* SPDX-License-Identifier: Apache-2.0 */
#include "control/authority.h"

#include <errno.h>

#include "base/base64.h"
#include "base/log.h"
#include "base/mem.h"
#include "pki/issue.h"
#include "pki/pair.h"
#include "text/parse.h"
#include "text/write.h"

struct authority {
	struct api *api;
	struct arena arena; /* of its life */
	struct arena scratch; /* of a look */
	struct str collection;
	struct str path;
	struct str namespace;
	authority_f *told;
	void *arg;
	struct api_call call;
	struct timer again;
	struct buf body;
	bool ending;
};

static void look(struct authority *x);

static void later(struct authority *x, nsec wait)
{
	loop_timer_arm(api_loop(x->api), &x->again, wait + api_jitter(x->api, wait));
}

static nsec wall(const struct authority *x)
{
	return loop_wall(api_loop(x->api));
}

/* --- the steps ------------------------------------------------------------------------------- */

int authority_next(const struct authority_view *v, nsec now, enum authority_step *ret_step)
{
	nsec made, until, next_made, next_until;
	int rc = pki_validity(v->cert, &made, &until);

	if (rc < 0)
		return rc;
	*ret_step = AUTHORITY_KEEP;
	if (v->next_cert.n) {
		rc = pki_validity(v->next_cert, &next_made, &next_until);
		if (rc == 0 && (now >= next_made + AUTHORITY_OVERLAP || now >= until))
			*ret_step = AUTHORITY_SWITCH;
		return rc;
	}
	if (v->old_cert.n) {
		if (now >= made + 2 * AUTHORITY_OVERLAP)
			*ret_step = AUTHORITY_DROP;
		return 0;
	}
	if (v->rotate || now >= until - (until - made) / 3)
		*ret_step = AUTHORITY_ANNOUNCE;
	return 0;
}

static int issue(struct authority *x, struct buf *cert, struct buf *key)
{
	return pki_issue((struct str){0}, (struct str){0}, STR("sluice feed authority"), NULL, 0,
		wall(x), AUTHORITY_DAYS, cert, key);
}

static void add_data(struct authority *x, struct value *data, const char *key, struct str pem)
{
	struct buf text = {0};

	base64_encode(&text, pem);
	value_add(&x->scratch, data, str_from(key),
		pem.n ? value_str(arena_str(&x->scratch, buf_str(&text))) : value_null());
	buf_fini(&text);
}

static struct value data_of(
	struct authority *x, const struct authority_view *v, enum authority_step step)
{
	struct value data = value_object();
	struct buf cert = {0}, key = {0};
	struct str none = {0};

	switch (step) {
	case AUTHORITY_ANNOUNCE:
		AZ(issue(x, &cert, &key));
		add_data(x, &data, "next.crt", buf_str(&cert));
		add_data(x, &data, "next.key", buf_str(&key));
		break;
	case AUTHORITY_SWITCH:
		add_data(x, &data, "tls.crt", v->next_cert);
		add_data(x, &data, "tls.key", v->next_key);
		add_data(x, &data, "next.crt", none);
		add_data(x, &data, "next.key", none);
		add_data(x, &data, "old.crt", v->cert);
		break;
	case AUTHORITY_DROP:
		add_data(x, &data, "old.crt", none);
		break;
	case AUTHORITY_KEEP:
		break;
	}
	buf_fini(&cert);
	buf_fini(&key);
	return data;
}

static void on_patched(struct api_call *call, int res, int status, struct str body)
{
	struct authority *x = container_of(call, struct authority, call);

	if (x->ending)
		return;
	if (res == 0 && (status == 200 || status == 409)) {
		look(x); /* ours, or that of the replica that was faster */
		return;
	}
	log_warn("the authority's Secret cannot be changed", LOG_INT("status", status),
		LOG_ERR(res), LOG_STR("answer", str_take(body, 300)));
	later(x, AUTHORITY_LOOK);
}

static void patch(struct authority *x, const struct authority_view *v, enum authority_step step,
	struct str version)
{
	static const char *const names[] = {[AUTHORITY_KEEP] = "",
		[AUTHORITY_ANNOUNCE] = "a new authority of the feed is announced",
		[AUTHORITY_SWITCH] = "the new authority of the feed signs",
		[AUTHORITY_DROP] = "the old authority of the feed is dropped"};
	struct value doc = value_object(), meta = value_object(), notes = value_object();
	struct arena *a = &x->scratch;

	log_info(names[step]);
	value_add(a, &meta, STR("resourceVersion"), value_str(version));
	if (step == AUTHORITY_ANNOUNCE) {
		value_add(a, &notes, STR(AUTHORITY_ROTATE), value_null());
		value_add(a, &meta, STR("annotations"), notes);
	}
	value_add(a, &doc, STR("metadata"), meta);
	value_add(a, &doc, STR("data"), data_of(x, v, step));
	buf_reset(&x->body);
	text_write_json(&x->body, &doc, TEXT_COMPACT);
	x->call = (struct api_call){.method = "PATCH",
		.path = x->path,
		.query = STR("fieldManager=sluice"),
		.content_type = "application/merge-patch+json",
		.body = buf_str(&x->body),
		.done = on_patched};
	api_start(x->api, &x->call);
}

/* --- looking --------------------------------------------------------------------------------- */

static struct str pem_of(struct authority *x, const struct value *data, const char *key)
{
	struct str pem;

	if (base64_decode(&x->scratch, value_get_str(data, str_from(key), STR("")), &pem) < 0)
		return (struct str){0};
	return pem;
}

static void tell(struct authority *x, const struct authority_view *v)
{
	struct buf bundle = {0};

	buf_printf(&bundle, "%.*s%.*s%.*s", STR_ARG(v->cert), STR_ARG(v->next_cert),
		STR_ARG(v->old_cert));
	x->told(x->arg, v->cert, v->key, buf_str(&bundle));
	buf_fini(&bundle);
}

/* A pair that belongs together, or nothing is told. */
static bool usable(const struct authority_view *v)
{
	struct pki_pair *pair;

	if (pki_pair_new(v->cert, v->key, &pair) < 0)
		return false;
	pki_pair_unref(pair);
	return true;
}

/* Tells what the Secret holds and takes the next step; false: it does not hold a pair. */
static bool take(struct authority *x, struct str body)
{
	const struct value *data, *meta;
	struct authority_view v = {0};
	enum authority_step step;
	struct value doc;

	arena_reset(&x->scratch);
	if (text_parse_json(&x->scratch, body, &doc, NULL) < 0)
		return false;
	data = value_get(&doc, STR("data"));
	meta = value_get(&doc, STR("metadata"));
	v = (struct authority_view){pem_of(x, data, "tls.crt"), pem_of(x, data, "tls.key"),
		pem_of(x, data, "next.crt"), pem_of(x, data, "next.key"),
		pem_of(x, data, "old.crt"),
		value_get_str(value_get(meta, STR("annotations")), STR(AUTHORITY_ROTATE), STR(""))
				.n > 0};
	if (!usable(&v) || authority_next(&v, wall(x), &step) < 0)
		return false;
	tell(x, &v);
	if (step == AUTHORITY_KEEP)
		later(x, AUTHORITY_LOOK);
	else
		patch(x, &v, step, value_get_str(meta, STR("resourceVersion"), STR("")));
	return true;
}

static void on_made(struct api_call *call, int res, int status, struct str body)
{
	struct authority *x = container_of(call, struct authority, call);

	if (x->ending)
		return;
	if (res == 0 && (status == 201 || status == 409)) {
		look(x); /* ours, or that of the replica that was faster */
		return;
	}
	log_warn("the authority's Secret cannot be made", LOG_INT("status", status), LOG_ERR(res),
		LOG_STR("answer", str_take(body, 300)));
	later(x, SEC(1));
}

static void make(struct authority *x)
{
	struct buf cert = {0}, key = {0};

	AZ(issue(x, &cert, &key));
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
	later(x, SEC(1));
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

struct authority *authority_new(struct api *a, struct str namespace, authority_f *told, void *arg)
{
	struct authority *x = MEM_NEW(struct authority);

	x->api = a;
	x->told = told;
	x->arg = arg;
	arena_init(&x->arena, 1024);
	arena_init(&x->scratch, 4096);
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
	arena_fini(&x->scratch);
	arena_fini(&x->arena);
	mem_free(x);
}
