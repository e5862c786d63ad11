/* SPDX-License-Identifier: Apache-2.0 */
/* Values by schema: types, bounds, defaults, unknown fields, list keys. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/nearest.h"
#include "gwapi/decode_priv.h"

#define NONE ((struct str){NULL, 0})
/* Keys are compared pairwise; longer lists come only from an API server, which has done it. */
#define MAX_PAIRWISE 1024

static void decode_list(struct decoder *d, const struct schema *s, const struct value *v,
	const void **ret_items, uint32_t *ret_n, const struct decode_path *path);

static void wrong_type(
	struct decoder *d, const struct decode_path *path, const struct value *v, const char *want)
{
	decode_refuse(d, path, v, "must be %s, not %s", want, value_kind_name(v->kind));
}

void decode_not_text(struct decoder *d, const struct decode_path *path, const struct value *v)
{
	/* y, on, 80 and 1.0 are none of YAML's strings. */
	bool quotes = v->kind == VALUE_BOOL || v->kind == VALUE_INT || v->kind == VALUE_FLOAT;

	decode_refuse(d, path, v, "must be a string, not %s%s", value_kind_name(v->kind),
		quotes ? ": put it in quotes" : "");
}

/* Text that is present has p != NULL. */
static struct str present(struct str s)
{
	return s.n ? s : str_of(schema_texts, 0);
}

static void check_text(struct decoder *d, const struct schema *s, const struct value *v,
	const struct decode_path *path)
{
	int64_t n = (int64_t)rule_size(v->string);
	nsec when;

	if (n < s->min)
		decode_fault(d, path, v, NOTE_INVALID, NONE,
			n == 0 && s->min == 1 ? "must not be empty"
					      : "must have at least %" PRId64
						" characters, has %" PRId64,
			s->min, n);
	if (n > s->max) {
		d->blocked = true;
		decode_fault(d, path, v, NOTE_INVALID, NONE,
			"must have at most %" PRId64 " characters, has %" PRId64, s->max, n);
	}
	if (s->pattern && !dfa_match(s->pattern, v->string))
		decode_fault(d, path, v, NOTE_INVALID, NONE, "\"%.*s\" does not match %s",
			STR_ARG(str_take(v->string, 80)), s->pattern->pattern);
	if (s->date_time && decode_time(v->string, &when))
		decode_fault(d, path, v, NOTE_INVALID, NONE,
			"\"%.*s\" is no RFC 3339 time such as 2026-01-31T12:00:00Z",
			STR_ARG(str_take(v->string, 40)));
}

static struct str enum_nth(const void *of, size_t i)
{
	return ((const struct str *)of)[i];
}

static void unknown_value(struct decoder *d, const struct schema *s, const struct value *v,
	const struct decode_path *path)
{
	struct str near = nearest_name(v->string, enum_nth, s->names, s->n_names);
	struct buf allowed = {0};

	d->blocked = true;
	for (unsigned i = 0; i < s->n_names; i++) {
		if (s->allowed & (1ull << i))
			buf_printf(&allowed, "%s%.*s", allowed.n ? ", " : "", STR_ARG(s->names[i]));
	}
	decode_fault(d, path, v, NOTE_UNKNOWN_VALUE, present(v->string),
		"\"%.*s\" is not one of %.*s%s%.*s%s", STR_ARG(str_take(v->string, 80)),
		STR_ARG(buf_str(&allowed)), near.p ? " (did you mean " : "", STR_ARG(near),
		near.p ? "?)" : "");
	buf_fini(&allowed);
}

static void decode_enum(struct decoder *d, const struct schema *s, const struct value *v,
	uint8_t *dst, const struct decode_path *path)
{
	for (unsigned i = 0; i < s->n_names; i++) {
		if ((s->allowed & (1ull << i)) && str_eq(s->names[i], v->string)) {
			*dst = (uint8_t)(ENUM_FIRST + i);
			return;
		}
	}
	*dst = ENUM_OTHER;
	unknown_value(d, s, v, path);
}

static bool number_allowed(const struct schema *s, int64_t i)
{
	for (unsigned k = 0; k < s->n_numbers; k++) {
		if (s->numbers[k] == i)
			return true;
	}
	return s->n_numbers == 0;
}

static void decode_number(struct decoder *d, const struct schema *s, const struct value *v,
	void *dst, const struct decode_path *path)
{
	int64_t i = v->integer;
	struct buf allowed = {0};

	if (v->kind == VALUE_FLOAT && v->real == floor(v->real) && fabs(v->real) < 0x1p53)
		i = (int64_t)v->real;
	else if (v->kind != VALUE_INT) {
		wrong_type(d, path, v, "an integer");
		return;
	}
	if (s->kind == SCHEMA_INT32 && (i < INT32_MIN || i > INT32_MAX)) {
		decode_refuse(d, path, v, "%" PRId64 " does not fit 32 bits", i);
		return;
	}
	if (s->kind == SCHEMA_INT32)
		*(int32_t *)dst = (int32_t)i;
	else
		*(int64_t *)dst = i;
	if (i < s->min)
		decode_fault(d, path, v, NOTE_INVALID, NONE,
			"must be at least %" PRId64 ", is %" PRId64, s->min, i);
	if (i > s->max)
		decode_fault(d, path, v, NOTE_INVALID, NONE,
			"must be at most %" PRId64 ", is %" PRId64, s->max, i);
	if (number_allowed(s, i))
		return;
	d->blocked = true;
	for (unsigned k = 0; k < s->n_numbers; k++)
		buf_printf(&allowed, "%s%" PRId64, k ? ", " : "", s->numbers[k]);
	decode_fault(d, path, v, NOTE_UNKNOWN_VALUE, arena_printf(&d->scratch, "%" PRId64, i),
		"%" PRId64 " is not one of %.*s", i, STR_ARG(buf_str(&allowed)));
	buf_fini(&allowed);
}

/* A duration of the API: at most four numbers of at most five digits with h, m, s or ms (GEP-2257).
 * Anything else stays 0. */
static nsec duration_parse(struct str s)
{
	nsec sum = 0;
	size_t i = 0;

	while (i < s.n) {
		nsec n = 0;
		size_t digits = 0;

		for (; i < s.n && digits < 5 && s.p[i] >= '0' && s.p[i] <= '9'; i++, digits++)
			n = n * 10 + (s.p[i] - '0');
		if (digits == 0 || i == s.n)
			return 0;
		if (str_starts(str_skip(s, i), STR("ms"))) {
			sum += MSEC(n);
			i += 2;
			continue;
		}
		if (s.p[i] != 'h' && s.p[i] != 'm' && s.p[i] != 's')
			return 0;
		sum += SEC(n) * (s.p[i] == 'h' ? 3600 : s.p[i] == 'm' ? 60 : 1);
		i++;
		if (sum > NSEC_NEVER / 2)
			return 0;
	}
	return sum;
}

static void decode_int_or_str(struct decoder *d, const struct value *v, struct int_or_str *dst,
	const struct decode_path *path)
{
	if (v->kind == VALUE_STRING)
		dst->text = present(v->string);
	else if (v->kind == VALUE_INT && v->integer >= INT32_MIN && v->integer <= INT32_MAX)
		dst->number = (int32_t)v->integer;
	else
		wrong_type(d, path, v, "a number or a name");
}

static void decode_text(struct decoder *d, const struct schema *s, const struct value *v, void *dst,
	const struct decode_path *path)
{
	if (v->kind != VALUE_STRING) {
		decode_not_text(d, path, v);
		return;
	}
	if (s->kind == SCHEMA_ENUM) {
		decode_enum(d, s, v, dst, path);
		return;
	}
	check_text(d, s, v, path);
	if (s->kind == SCHEMA_DURATION)
		*(nsec *)dst = duration_parse(v->string);
	else
		*(struct str *)dst = present(v->string);
}

static void decode_scalar(struct decoder *d, const struct schema *s, const struct value *v,
	void *dst, const struct decode_path *path)
{
	switch ((enum schema_kind)s->kind) {
	case SCHEMA_STR:
	case SCHEMA_ENUM:
	case SCHEMA_DURATION:
		decode_text(d, s, v, dst, path);
		return;
	case SCHEMA_INT32:
	case SCHEMA_INT64:
		decode_number(d, s, v, dst, path);
		return;
	case SCHEMA_BOOL:
		if (v->kind != VALUE_BOOL) {
			wrong_type(d, path, v, "true or false");
			return;
		}
		*(bool *)dst = v->boolean;
		return;
	case SCHEMA_INT_OR_STR:
		decode_int_or_str(d, v, dst, path);
		return;
	case SCHEMA_STRUCT:
		decode_struct(d, s, v, dst, path, false);
		return;
	case SCHEMA_LIST:
	case SCHEMA_MAP:
	case SCHEMA_BYTES:
		break; /* counted: decode_field() has them, and no list holds one */
	}
	AN(false);
}

static void check_count(struct decoder *d, const struct schema *s, const struct value *v,
	const char *what, const struct decode_path *path)
{
	uint32_t n = v->n;

	/* A field that is null is none. */
	value_for_each_member(m, v) n -= s->kind == SCHEMA_STRUCT && m->value.kind == VALUE_NULL;
	if (n < s->min)
		decode_fault(d, path, v, NOTE_INVALID, NONE, "must have at least %" PRId64 " %s",
			s->min, what);
	if (n > s->max) {
		d->blocked = true;
		decode_fault(d, path, v, NOTE_INVALID, NONE,
			"must have at most %" PRId64 " %s, has %u", s->max, what, n);
	}
}

static const struct schema_field *field_find(const struct schema *s, struct str name)
{
	for (unsigned i = 0; i < s->n_fields; i++) {
		if (str_eq(s->fields[i].name, name))
			return &s->fields[i];
	}
	return NULL;
}

/* Are the key fields of two items of a list map the same?  A key is text, a number or an enum. */
static bool same_keys(const struct schema *s, const char *a, const char *b)
{
	for (unsigned k = 0; k < s->n_keys; k++) {
		const struct schema_field *f = field_find(s->item, str_from(s->keys[k]));

		if (f->schema->kind == SCHEMA_STR) {
			const struct str *x = (const struct str *)(a + f->offset);
			const struct str *y = (const struct str *)(b + f->offset);

			if (!str_eq(*x, *y))
				return false;
		} else if (memcmp(a + f->offset, b + f->offset, f->schema->size) != 0) {
			return false;
		}
	}
	return true;
}

static bool same_item(
	const struct schema *s, const struct value *v, const char *items, uint32_t a, uint32_t b)
{
	size_t size = s->item->size;

	if (s->list == SCHEMA_SET)
		return value_equal(&v->items[a], &v->items[b]);
	return same_keys(s, items + a * size, items + b * size);
}

static void check_distinct(struct decoder *d, const struct schema *s, const struct value *v,
	const char *items, const struct decode_path *path)
{
	if (s->list == SCHEMA_ATOMIC || v->n > MAX_PAIRWISE)
		return;
	for (uint32_t i = 1; i < v->n; i++) {
		for (uint32_t j = 0; j < i; j++) {
			struct decode_path at = {path, NONE, i, false};

			if (!same_item(s, v, items, i, j))
				continue;
			decode_fault(d, &at, &v->items[i], NOTE_INVALID, NONE,
				"is a duplicate of item %u", j);
			break;
		}
	}
}

static void decode_list(struct decoder *d, const struct schema *s, const struct value *v,
	const void **ret_items, uint32_t *ret_n, const struct decode_path *path)
{
	size_t faults = d->n_faults;
	char *items;

	if (v->kind != VALUE_ARRAY) {
		wrong_type(d, path, v, "a list");
		return;
	}
	check_count(d, s, v, v->n == 1 || s->min == 1 ? "item" : "items", path);
	items = arena_zalloc(&d->scratch, MAX(v->n * (size_t)s->item->size, 1));
	for (uint32_t i = 0; i < v->n; i++) {
		struct decode_path at = {path, NONE, i, false};

		decode_scalar(d, s->item, &v->items[i], items + i * s->item->size, &at);
	}
	*ret_items = items;
	*ret_n = v->n;
	if (d->n_faults == faults)
		check_distinct(d, s, v, items, path);
}

static int base64_digit(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* RFC 4648 §4 with padding; line breaks are skipped, as Go does. */
static int base64_decode(struct arena *a, struct str s, struct str *ret_bytes)
{
	char *out = arena_bytes(a, s.n / 4 * 3 + 3);
	uint32_t group = 0;
	size_t n = 0, digits = 0, pads = 0;

	for (size_t i = 0; i < s.n; i++) {
		int v = base64_digit((unsigned char)s.p[i]);

		if (s.p[i] == '\n' || s.p[i] == '\r')
			continue;
		if (s.p[i] == '=' && digits % 4 + pads >= 2 && pads < 2 && digits % 4 != 0) {
			pads++;
			continue;
		}
		if (v < 0 || pads)
			return -EINVAL;
		group = group << 6 | (uint32_t)v;
		if (++digits % 4 == 0) {
			out[n++] = (char)(group >> 16);
			out[n++] = (char)(group >> 8);
			out[n++] = (char)group;
		}
	}
	if ((digits + pads) % 4 != 0)
		return -EINVAL;
	if (pads) {
		group <<= 6 * pads;
		out[n++] = (char)(group >> 16);
		if (pads == 1)
			out[n++] = (char)(group >> 8);
	}
	*ret_bytes = str_of(out, n);
	return 0;
}

static int pair_order(const void *a, const void *b)
{
	return str_cmp(((const struct str_pair *)a)->key, ((const struct str_pair *)b)->key);
}

static void decode_pair(struct decoder *d, const struct schema *s, const struct value *v,
	struct str_pair *dst, const struct decode_path *path)
{
	if (v->kind != VALUE_STRING) {
		decode_not_text(d, path, v);
		return;
	}
	if (s->kind == SCHEMA_MAP) {
		check_text(d, s->item, v, path);
		dst->value = present(v->string);
		return;
	}
	if (base64_decode(&d->scratch, v->string, &dst->value))
		decode_refuse(d, path, v, "is no base64");
	dst->value = present(dst->value);
}

static void decode_map(struct decoder *d, const struct schema *s, const struct value *v,
	const void **ret_pairs, uint32_t *ret_n, const struct decode_path *path)
{
	struct str_pair *pairs;
	uint32_t n = 0;

	if (v->kind != VALUE_OBJECT) {
		wrong_type(d, path, v, "a map");
		return;
	}
	check_count(d, s, v, "entries", path);
	pairs = ARENA_ARRAY(&d->scratch, struct str_pair, MAX(v->n, 1));
	value_for_each_member(m, v)
	{
		struct decode_path at = {path, m->key, 0, true};

		if (m->value.kind == VALUE_NULL && s->kind == SCHEMA_BYTES)
			continue;
		pairs[n].key = present(m->key);
		decode_pair(d, s, &m->value, &pairs[n++], &at);
	}
	qsort(pairs, n, sizeof(*pairs), pair_order);
	*ret_pairs = pairs;
	*ret_n = n;
}

static void decode_field(struct decoder *d, const struct schema_field *f, const struct value *v,
	char *base, const struct decode_path *up)
{
	struct decode_path path = {up, f->name, 0, false};
	void *dst = base + f->offset;

	switch ((enum schema_kind)f->schema->kind) {
	case SCHEMA_LIST:
		decode_list(d, f->schema, v, dst, (uint32_t *)(void *)(base + f->aux), &path);
		return;
	case SCHEMA_MAP:
	case SCHEMA_BYTES:
		decode_map(d, f->schema, v, dst, (uint32_t *)(void *)(base + f->aux), &path);
		return;
	case SCHEMA_STRUCT:
		if (f->flags & FIELD_POINTER) {
			void *held = arena_zalloc(&d->scratch, f->schema->size);

			*(void **)dst = held;
			dst = held;
		}
		break;
	case SCHEMA_STR:
		/* What is spelled out but the default anyway shares the program's text. */
		if (f->otherwise && value_equal(v, f->otherwise)) {
			*(struct str *)dst = f->otherwise->string;
			return;
		}
		break;
	case SCHEMA_ENUM:
	case SCHEMA_INT32:
	case SCHEMA_INT64:
	case SCHEMA_BOOL:
	case SCHEMA_DURATION:
	case SCHEMA_INT_OR_STR:
		break;
	}
	decode_scalar(d, f->schema, v, dst, &path);
	if (f->flags & FIELD_HAS)
		*(bool *)(base + f->aux) = true;
}

static struct str field_nth(const void *of, size_t i)
{
	return ((const struct schema_field *)of)[i].name;
}

static void unknown_field(struct decoder *d, const struct schema *s, const struct member *m,
	const struct decode_path *up)
{
	struct decode_path path = {up, m->key, 0, false};
	struct value place = {.line = m->line, .column = m->column};
	struct str near = nearest_name(m->key, field_nth, s->fields, s->n_fields);

	decode_fault(d, &path, &place, NOTE_UNKNOWN_FIELD, present(near), "unknown field%s%.*s%s",
		near.p ? " (did you mean " : "", STR_ARG(near), near.p ? "?)" : "");
}

/* {type: IPAddress} and a value that is none: the only oneOf of the API. */
static void check_address(struct decoder *d, const struct schema *s, const struct value *v,
	const char *base, const struct decode_path *up)
{
	const struct schema_field *f = field_find(s, STR("value"));
	const struct str *type = (const struct str *)(base + field_find(s, STR("type"))->offset);
	const struct str *text = (const struct str *)(base + f->offset);
	struct decode_path path = {up, f->name, 0, false};
	const struct value *at = value_get(v, f->name);
	struct str plain = str_starts(*text, STR("::ffff:")) ? str_skip(*text, 7) : *text;

	if (str_eq(*type, STR("IPAddress")) && text->p && !rule_is_ip(*text) &&
		!(plain.n != text->n && rule_is_ip(plain)))
		decode_fault(d, &path, at ? at : v, NOTE_INVALID, NONE,
			"\"%.*s\" is no IPv4 or IPv6 address, as type IPAddress needs",
			STR_ARG(str_take(*text, 80)));
}

static bool is_meta(struct str name)
{
	return str_eq(name, STR("apiVersion")) || str_eq(name, STR("kind")) ||
	       str_eq(name, STR("metadata"));
}

/* Decode what is there; returns which fields were. */
static uint64_t decode_members(struct decoder *d, const struct schema *s, const struct value *v,
	void *dst, const struct decode_path *path, bool root)
{
	uint64_t seen = 0;

	value_for_each_member(m, v)
	{
		const struct schema_field *f = field_find(s, m->key);

		if (root && is_meta(m->key))
			continue;
		if (!f && !s->loose)
			unknown_field(d, s, m, path);
		/* A null is as good as absent: no field is nullable. */
		if (!f || m->value.kind == VALUE_NULL)
			continue;
		seen |= 1ull << (f - s->fields);
		if ((f->flags & FIELD_STATUS) && !d->options.keep_status)
			continue;
		decode_field(d, f, &m->value, dst, path);
	}
	return seen;
}

void decode_struct(struct decoder *d, const struct schema *s, const struct value *v, void *dst,
	const struct decode_path *path, bool root)
{
	uint64_t seen;

	if (v->kind != VALUE_OBJECT) {
		wrong_type(d, path, v, "an object");
		return;
	}
	check_count(d, s, v, "fields", path);
	seen = decode_members(d, s, v, dst, path, root);
	for (unsigned i = 0; i < s->n_fields; i++) {
		const struct schema_field *f = &s->fields[i];
		struct decode_path at = {path, f->name, 0, false};

		if (seen & (1ull << i))
			continue;
		if (f->otherwise) {
			decode_field(d, f, f->otherwise, dst, path);
		} else if (f->flags & FIELD_REQUIRED) {
			d->blocked = true;
			decode_fault(d, &at, v, NOTE_INVALID, NONE, "is required");
		}
	}
	if (s->ip_address)
		check_address(d, s, v, dst, path);
}
