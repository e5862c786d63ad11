/* SPDX-License-Identifier: Apache-2.0 */
#include "source/shadow_priv.h"

#include "base/log.h"
#include "base/mem.h"
#include "text/parse.h"

struct slice_list {
	struct list slices;
	char *key;
};

/* Outlives its shadow: an answer for nobody is thrown away. */
struct fetch {
	struct shadows *set;
	struct shadow *shadow; /* NULL: gone */
	struct list node;
	struct api_call call;
	struct buf path;
};

static void slices_key(struct buf *out, const struct shadow *sh)
{
	struct str key = shadow_key(sh);

	buf_printf(out, "%.*s/%.*s", STR_ARG(str_take(key, str_find(key, '/'))), (int)sh->owner_n,
		sh->key + sh->key_n);
}

static void slice_link(struct shadow *sh)
{
	struct shadows *s = sh->set;
	struct slice_list *l;
	struct buf key = {0};

	if (!sh->owner_n)
		return;
	slices_key(&key, sh);
	l = map_get(&s->slices_of, buf_str(&key));
	if (!l) {
		l = MEM_NEW(struct slice_list);
		l->key = mem_strdup(buf_str(&key));
		list_init(&l->slices);
		map_put(&s->slices_of, str_from(l->key), l);
	}
	list_add_tail(&l->slices, &sh->peers);
	buf_fini(&key);
}

static void slice_unlink(struct shadow *sh)
{
	struct shadows *s = sh->set;
	struct slice_list *l;
	struct buf key = {0};

	if (!sh->owner_n)
		return;
	list_del(&sh->peers);
	slices_key(&key, sh);
	l = map_get(&s->slices_of, buf_str(&key));
	if (l && list_empty(&l->slices)) {
		map_del(&s->slices_of, buf_str(&key));
		mem_free(l->key);
		mem_free(l);
	}
	buf_fini(&key);
}

struct shadow *shadow_get(struct shadows *s, enum object_kind kind, struct str key)
{
	return map_get(&s->by_key[kind], key);
}

struct shadow *shadow_put(
	struct shadows *s, enum object_kind kind, struct str key, struct str service)
{
	struct shadow *old = map_get(&s->by_key[kind], key), *sh;

	if (old && str_eq(service, str_of(old->key + old->key_n, old->owner_n)))
		return old;
	sh = mem_zalloc(sizeof(*sh) + key.n + service.n);
	if (old) {
		sh->whole = old->whole;
		shadow_del(s, old);
	}
	sh->set = s;
	sh->kind = (uint8_t)kind;
	sh->key_n = (uint32_t)key.n;
	sh->owner_n = (uint32_t)service.n;
	memcpy(sh->key, key.p, key.n);
	if (service.n)
		memcpy(sh->key + key.n, service.p, service.n);
	list_init(&sh->peers);
	map_put(&s->by_key[kind], shadow_key(sh), sh);
	slice_link(sh);
	return sh;
}

void shadow_del(struct shadows *s, struct shadow *sh)
{
	shadow_forget_fetch(sh);
	slice_unlink(sh);
	map_del(&s->by_key[sh->kind], shadow_key(sh));
	mem_free(sh);
}

/* --- fetching ------------------------------------------------------------------------------- */

static void fetch_free(struct fetch *f)
{
	buf_fini(&f->path);
	mem_free(f);
}

static void tell_refused(
	const struct shadow *sh, struct arena *a, int res, int status, struct str body)
{
	struct str message = {0};
	struct value v;

	if (res == 0 && text_parse_json(a, body, &v, NULL) == 0)
		message = value_get_str(&v, STR("message"), message);
	sh->set->refused(sh->set->arg, sh,
		res < 0 ? str_from(strerror(-res))
			: arena_printf(a, "HTTP status %d%s%.*s", status, message.n ? ": " : "",
				  STR_ARG(message)));
}

static void on_fetched(struct api_call *call, int res, int status, struct str body)
{
	struct fetch *f = container_of(call, struct fetch, call);
	struct shadow *sh = f->shadow;
	struct shadows *s = f->set;
	struct value v;
	struct arena a;
	bool good;

	s->fetching--;
	list_del(&f->node);
	fetch_free(f);
	if (!sh) {
		s->body(s->arg, NULL, NULL, NULL);
		return;
	}
	sh->fetch = NULL;
	if (sh->again) {
		shadow_fetch(sh);
		return;
	}
	arena_init(&a, 0);
	good = res == 0 && status == 200 && text_parse_json(&a, body, &v, NULL) == 0;
	if (!good && (res < 0 || status != 404) && s->refused) {
		tell_refused(sh, &a, res, status, body);
	} else if (!good && (res < 0 || status != 404)) {
		log_warn("an object cannot be fetched", LOG_STR("kind", object_kind_name(sh->kind)),
			LOG_STR("object", shadow_key(sh)), LOG_INT("status", status), LOG_ERR(res));
		sh->failed = true;
		if (!timer_armed(&s->retry))
			loop_timer_arm(api_loop(s->api), &s->retry, SHADOW_RETRY);
	}
	s->body(s->arg, sh, &a, good ? &v : NULL);
	arena_fini(&a);
}

void shadow_fetch(struct shadow *sh)
{
	struct shadows *s = sh->set;
	struct fetch *f;

	sh->failed = false;
	if (sh->fetch) {
		sh->again = true;
		return;
	}
	f = MEM_NEW(struct fetch);
	f->set = s;
	f->shadow = sh;
	sh->fetch = f;
	sh->again = false;
	s->fetching++;
	list_init(&f->node);
	list_add_tail(&s->fetches, &f->node);
	s->path(s->arg, sh, &f->path);
	/* Every write waits for it. */
	f->call = (struct api_call){
		.method = "GET", .path = buf_str(&f->path), .first = true, .done = on_fetched};
	api_start(s->api, &f->call);
}

void shadow_forget_fetch(struct shadow *sh)
{
	if (sh->fetch)
		sh->fetch->shadow = NULL;
	sh->fetch = NULL;
	sh->again = sh->failed = false;
}

static void on_retry(struct timer *t)
{
	struct shadows *s = container_of(t, struct shadows, retry);

	for (enum object_kind k = 0; k < KIND_MAX; k++) {
		const struct map_slot *slot;
		size_t at = 0;

		while ((slot = map_next(&s->by_key[k], &at))) {
			if (((struct shadow *)slot->value)->failed)
				shadow_fetch(slot->value);
		}
	}
}

void shadow_slices(struct shadows *s, struct str service_key, shadow_visit_f *fn, void *arg)
{
	struct slice_list *l = map_get(&s->slices_of, service_key);

	if (!l)
		return;
	list_for_each_safe (node, &l->slices)
		fn(arg, container_of(node, struct shadow, peers));
}

void shadows_init(struct shadows *s, struct api *a)
{
	s->api = a;
	list_init(&s->fetches);
	timer_init(&s->retry, on_retry);
}

static void ignore_body(void *arg, struct shadow *sh, struct arena *a, struct value *v)
{
	(void)arg;
	(void)sh;
	(void)a;
	(void)v;
}

void shadows_fini(struct shadows *s)
{
	s->body = ignore_body;
	loop_timer_cancel(api_loop(s->api), &s->retry);
	for (enum object_kind k = 0; k < KIND_MAX; k++) {
		const struct map_slot *slot;
		size_t at;

		for (at = 0; (slot = map_next(&s->by_key[k], &at)); at = 0) {
			shadow_del(s, slot->value);
		}
		map_fini(&s->by_key[k]);
	}
	list_for_each_safe (node, &s->fetches)
		api_cancel(&container_of(node, struct fetch, node)->call);
	while (s->fetching)
		loop_tick(api_loop(s->api), 0);
	map_fini(&s->slices_of);
}
