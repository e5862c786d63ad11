/* SPDX-License-Identifier: Apache-2.0 */
#include "source/raw.h"

#include <errno.h>

#include "base/mem.h"
#include "text/write.h"

bool raw_kind_has_status(enum object_kind kind)
{
	return kind <= KIND_UDP_ROUTE || kind == KIND_BACKEND_TLS_POLICY ||
	       kind == KIND_X_BACKEND_TRAFFIC_POLICY || kind == KIND_X_TELEMETRY_POLICY;
}

static void str_free(struct str *s)
{
	mem_free((void *)(uintptr_t)s->p);
	*s = (struct str){0};
}

static void str_set(struct str *s, struct str to)
{
	if (str_eq(*s, to))
		return;
	str_free(s);
	if (to.n)
		*s = str_of(mem_strdup(to), to.n);
}

static void raw_free(struct raw *r)
{
	str_free(&r->key);
	str_free(&r->text);
	str_free(&r->version);
	str_free(&r->status);
	str_free(&r->uid);
	mem_free(r);
}

static struct value *member(struct value *v, struct str key)
{
	value_for_each_member(m, v)
	{
		if (str_eq(m->key, key))
			return &m->value;
	}
	return NULL;
}

/* The status leaves <v>; its text is in <out>. */
static void take_status(struct value *v, bool keep, struct buf *out)
{
	const struct value *status = value_get(v, STR("status"));

	if (keep && status && status->kind == VALUE_OBJECT)
		text_write_json(out, status, TEXT_COMPACT);
	value_del(v, STR("status"));
}

int raws_put(struct raws *r, struct arena *a, enum object_kind kind, struct value *v,
	bool keep_status, enum raw_change *ret_change, struct raw **ret_raw)
{
	struct value *meta = member(v, STR("metadata"));
	struct str name = value_get_str(meta, STR("name"), STR(""));
	struct str namespace = value_get_str(meta, STR("namespace"), STR(""));
	struct str version = value_get_str(meta, STR("resourceVersion"), STR(""));
	struct buf text = {0}, status = {0};
	struct str key;
	struct raw *o;

	if (!name.n)
		return -EINVAL;
	key = arena_printf(a, "%.*s/%.*s", STR_ARG(namespace), STR_ARG(name));
	value_del(meta, STR("managedFields"));
	value_del(meta, STR("resourceVersion"));
	take_status(v, keep_status, &status);
	text_write_json(&text, v, TEXT_COMPACT);
	o = map_get(&r->by_key[kind], key);
	*ret_change = RAW_SAME;
	if (!o) {
		o = MEM_NEW(struct raw);
		o->kind = (uint8_t)kind;
		str_set(&o->key, key);
		map_put(&r->by_key[kind], o->key, o);
	}
	if (!str_eq(o->text, buf_str(&text))) {
		*ret_change = RAW_TEXT;
		o->revision = ++r->revision;
	} else if (!str_eq(o->status, buf_str(&status))) {
		*ret_change = RAW_STATUS;
	}
	str_set(&o->text, buf_str(&text));
	str_set(&o->status, buf_str(&status));
	str_set(&o->version, version);
	str_set(&o->uid, value_get_str(meta, STR("uid"), STR("")));
	*ret_raw = o;
	buf_fini(&text);
	buf_fini(&status);
	return 0;
}

struct raw *raws_get(const struct raws *r, enum object_kind kind, struct str key)
{
	return map_get(&r->by_key[kind], key);
}

void raws_del(struct raws *r, enum object_kind kind, struct str key)
{
	struct raw *o = map_del(&r->by_key[kind], key);

	if (o)
		raw_free(o);
}

void raw_wrote(struct raw *r, struct str version, struct str status)
{
	str_set(&r->version, version);
	str_set(&r->status, status);
}

void raws_fini(struct raws *r)
{
	for (size_t k = 0; k < KIND_MAX; k++) {
		const struct map_slot *slot;
		size_t at = 0;

		while ((slot = map_next(&r->by_key[k], &at)))
			raw_free(slot->value);
		map_fini(&r->by_key[k]);
	}
}
