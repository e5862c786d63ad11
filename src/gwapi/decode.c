/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/nearest.h"
#include "base/mem.h"
#include "gwapi/decode_priv.h"
#include "gwapi/types_gen.h"

struct decoder *decoder_new(struct decode_options options)
{
	struct decoder *d = MEM_NEW(struct decoder);

	d->options = options;
	arena_init(&d->scratch, 16 << 10);
	return d;
}

void decoder_free(struct decoder *d)
{
	if (!d)
		return;
	object_file_unref(d->file);
	vec_fini(&d->notes);
	arena_fini(&d->scratch);
	mem_free(d);
}

struct str decoder_ignored(const struct decoder *d)
{
	return d->ignored;
}

static void decoder_reset(struct decoder *d, const struct value *v, struct str file)
{
	const struct value *meta = value_get(v, STR("metadata"));

	arena_reset(&d->scratch);
	vec_reset(&d->notes);
	d->n_errors = d->n_faults = 0;
	d->blocked = false;
	d->ignored = STR("");
	if (!d->file.p != !file.n || !str_eq(d->file, file)) {
		object_file_unref(d->file);
		d->file = file.n ? object_file_new(file) : (struct str){0};
	}
	d->kind = arena_str(&d->scratch, value_get_str(v, STR("kind"), STR("object")));
	d->name = arena_str(&d->scratch, value_get_str(meta, STR("name"), STR("(no name)")));
	d->namespace = arena_str(&d->scratch, value_get_str(meta, STR("namespace"), STR("")));
}

/* The kind at <i> if it is of the group <of>; else an empty name. */
static struct str kind_nth(const void *of, size_t i)
{
	const struct str *group = of;
	enum object_kind kind = schema_roots[i].kind;

	return str_eq(object_kind_group(kind), *group) ? object_kind_name(kind) : STR("");
}

/* Of a kind that we do not have: a slip of the pen is an error, others are not for us. */
static int kind_unknown(struct decoder *d, const struct value *v, struct str group, struct str kind)
{
	struct str near = nearest_name(kind, kind_nth, &group, n_schema_roots);
	struct str version = value_get_str(v, STR("apiVersion"), STR(""));

	if (near.n) {
		decode_refuse(d, NULL, v, "%.*s has no such kind (did you mean %.*s?)",
			STR_ARG(version), STR_ARG(near));
		return -EINVAL;
	}
	d->ignored = arena_printf(&d->scratch, "%.*s (%.*s)", STR_ARG(kind), STR_ARG(version));
	return -ENOTSUP;
}

/* The schema for an object's apiVersion and kind; NULL after an error or a kind to ignore. */
static const struct schema_root *root_find(struct decoder *d, const struct value *v, int *ret_why)
{
	struct str version = value_get_str(v, STR("apiVersion"), STR(""));
	struct str kind = value_get_str(v, STR("kind"), STR(""));
	size_t slash = str_find(version, '/');
	struct str group = slash < version.n ? str_take(version, slash) : STR("");
	struct buf served = {0};

	for (size_t i = 0; i < n_schema_roots; i++) {
		const struct schema_root *r = &schema_roots[i];

		if (!str_eq(object_kind_name(r->kind), kind) ||
			!str_eq(object_kind_group(r->kind), group))
			continue;
		if (str_eq(r->api_version, version)) {
			buf_fini(&served);
			return r;
		}
		buf_printf(&served, "%s%.*s", served.n ? ", " : "", STR_ARG(r->api_version));
	}
	*ret_why = -EINVAL;
	if (!version.n || !kind.n) {
		decode_refuse(d, NULL, v, "apiVersion and kind are required");
	} else if (served.n) {
		decode_refuse(d, NULL, v, "version %.*s is not served: use %.*s", STR_ARG(version),
			STR_ARG(buf_str(&served)));
	} else {
		*ret_why = kind_unknown(d, v, group, kind);
	}
	buf_fini(&served);
	return NULL;
}

/* The first of each pair wins in data, so stringData goes over it, as on write to the API server.
 */
static const void *old_of(const struct object *old, const struct schema_root *r)
{
	return old && old->kind == r->kind ? old : NULL;
}

/* As the API server on write: stringData goes over data, and is gone. */
static void secret_merge(struct decoder *d, struct secret *s)
{
	struct str_pair *all =
		ARENA_ARRAY(&d->scratch, struct str_pair, s->n_data + s->n_string_data + 1);
	uint32_t n = 0, i = 0, j = 0;

	/* Both are sorted by key. */
	while (i < s->n_data || j < s->n_string_data) {
		int order = i == s->n_data ? 1
			    : j == s->n_string_data
				    ? -1
				    : str_cmp(s->data[i].key, s->string_data[j].key);

		all[n++] = order < 0 ? s->data[i] : s->string_data[j];
		i += order <= 0;
		j += order >= 0;
	}
	s->data = all;
	s->n_data = n;
	s->string_data = NULL;
	s->n_string_data = 0;
}

int decode_object(struct decoder *d, const struct value *v, struct str file,
	const struct object *old, const struct object **ret_object)
{
	const struct schema_root *r;
	struct object *o;
	int err = -EINVAL;

	decoder_reset(d, v, file);
	if (v->kind != VALUE_OBJECT) {
		decode_refuse(d, NULL, v, "must be an object, not %s", value_kind_name(v->kind));
		return -EINVAL;
	}
	r = root_find(d, v, &err);
	if (!r)
		return err;
	o = arena_zalloc(&d->scratch, r->schema->size);
	o->kind = (uint8_t)r->kind;
	o->api_version = r->api_version;
	o->file = d->file;
	o->line = v->line;
	o->column = v->column;
	decode_meta(d, v, o);
	decode_core(d, r->kind, v);
	decode_struct(d, r->schema, v, o, NULL, true);
	if (r->kind == KIND_SECRET && ((struct secret *)o)->string_data)
		secret_merge(d, (struct secret *)o);
	/* As the API server: rules speak only of what has its types, fields and bounds. */
	if (!d->blocked && r->schema->deep_rules)
		decode_rules(d, r->schema, v, o, old_of(old, r), NULL);
	if (d->n_errors)
		return -EINVAL;
	o->notes = d->notes.p;
	o->n_notes = (uint32_t)d->notes.n;
	err = decode_pack(d, r->schema, o, ret_object);
	if (err) {
		decode_refuse(d, NULL, v, "is larger than %u bytes", DECODE_MAX_OBJECT);
		return -EINVAL;
	}
	return 0;
}

const struct value *decode_items_next(struct decode_items *items)
{
	const struct value *doc = items->doc;
	const struct value *list = value_get(doc, STR("items"));

	if (!str_ends(value_get_str(doc, STR("kind"), STR("")), STR("List")) || !list ||
		list->kind != VALUE_ARRAY)
		return items->at++ == 0 ? doc : NULL;
	return items->at < list->n ? &list->items[items->at++] : NULL;
}
