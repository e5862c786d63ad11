/* SPDX-License-Identifier: Apache-2.0 */
/* metadata, judged as the API server does (apimachinery's validation of ObjectMeta). */
#include <errno.h>
#include <stdlib.h>

#include "base/nearest.h"
#include "gwapi/decode_priv.h"
#include "gwapi/names.h"

#define NONE ((struct str){NULL, 0})
#define MAX_ANNOTATIONS (256u << 10) /* bytes of all keys and values */

/* Known, and of no use here. */
static const struct str skipped[] = {
	{"generateName", 12},
	{"selfLink", 8},
	{"deletionGracePeriodSeconds", 26},
	{"ownerReferences", 15},
	{"finalizers", 10},
	{"managedFields", 13},
	{"clusterName", 11},
};

static const struct str known[] = {
	{"name", 4},
	{"namespace", 9},
	{"labels", 6},
	{"annotations", 11},
	{"uid", 3},
	{"resourceVersion", 15},
	{"generation", 10},
	{"creationTimestamp", 17},
	{"deletionTimestamp", 17},
};

static bool one_of(const struct str *list, size_t n, struct str s)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(list[i], s))
			return true;
	}
	return false;
}

static int two_digits(const char *p)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return -1;
	return (p[0] - '0') * 10 + p[1] - '0';
}

/* Days since 1970-01-01 of a day of the Gregorian calendar. */
static int64_t days_of(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400, of_era = y % 400;
	int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The offset behind the seconds: Z or +hh:mm. */
static int zone_parse(struct str s, int64_t *ret_seconds)
{
	int hours, minutes;

	if (s.n == 1 && (s.p[0] == 'Z' || s.p[0] == 'z')) {
		*ret_seconds = 0;
		return 0;
	}
	if (s.n != 6 || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':')
		return -EINVAL;
	hours = two_digits(s.p + 1);
	minutes = two_digits(s.p + 4);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return -EINVAL;
	*ret_seconds = (hours * 60 + minutes) * 60 * (s.p[0] == '-' ? -1 : 1);
	return 0;
}

int decode_time(struct str s, nsec *ret_wall)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int century, year, month, day, hour, minute, second;
	int64_t zone, seconds;
	nsec fraction = 0, unit = NSEC_PER_SEC;
	size_t i = 19;

	if (s.n < 20 || s.p[4] != '-' || s.p[7] != '-' || (s.p[10] != 'T' && s.p[10] != 't') ||
		s.p[13] != ':' || s.p[16] != ':')
		return -EINVAL;
	century = two_digits(s.p);
	year = two_digits(s.p + 2);
	month = two_digits(s.p + 5);
	day = two_digits(s.p + 8);
	hour = two_digits(s.p + 11);
	minute = two_digits(s.p + 14);
	second = two_digits(s.p + 17);
	if (century < 0 || year < 0 || month < 1 || month > 12 || day < 1 || hour < 0 ||
		hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
		return -EINVAL;
	year += century * 100;
	if (day > lengths[month - 1] + (month == 2 && is_leap(year)))
		return -EINVAL;
	if (s.p[i] == '.') {
		for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
			unit /= 10;
			fraction += (s.p[i] - '0') * unit;
		}
		if (i == 20)
			return -EINVAL;
	}
	if (zone_parse(str_skip(s, i), &zone))
		return -EINVAL;
	seconds = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - zone;
	/* 1678 to 2261 fit nanoseconds. */
	if (seconds > INT64_MAX / NSEC_PER_SEC - 1 || seconds < INT64_MIN / NSEC_PER_SEC + 1)
		return -EINVAL;
	*ret_wall = seconds * NSEC_PER_SEC + fraction;
	return 0;
}

/* The text of a member, or p == NULL. */
static struct str meta_text(
	struct decoder *d, const struct value *meta, struct str name, const struct decode_path *up)
{
	const struct value *v = value_get(meta, name);
	struct decode_path path = {up, name, 0, false};

	if (!v || v->kind == VALUE_NULL)
		return NONE;
	if (v->kind == VALUE_STRING)
		return v->string;
	decode_not_text(d, &path, v);
	return NONE;
}

/* The time of a member, 0 when there is none. */
static nsec meta_time(
	struct decoder *d, const struct value *meta, struct str name, const struct decode_path *up)
{
	struct decode_path path = {up, name, 0, false};
	struct str s = meta_text(d, meta, name, up);
	nsec wall = 0;

	if (s.n && decode_time(s, &wall))
		decode_fault(d, &path, value_get(meta, name), NOTE_INVALID, NONE,
			"\"%.*s\" is no RFC 3339 time", STR_ARG(str_take(s, 40)));
	return wall;
}

static int pair_order(const void *a, const void *b)
{
	return str_cmp(((const struct str_pair *)a)->key, ((const struct str_pair *)b)->key);
}

static void check_pair(struct decoder *d, const struct member *m, bool labels, size_t *bytes,
	const struct decode_path *path)
{
	char lower[320];
	struct str key = m->key;

	/* Keys of annotations are judged in lower case. */
	if (!labels && key.n < sizeof(lower)) {
		for (size_t i = 0; i < key.n; i++)
			lower[i] = ascii_lower(key.p[i]);
		key.p = lower;
	}
	if (!name_is_qualified(key))
		decode_fault(d, path, &m->value, NOTE_INVALID, NONE,
			"is no key: an optional DNS name and '/', then at most 63 letters, digits, "
			"'-', '_' or '.', first and last a letter or digit");
	if (labels && !name_is_label_value(m->value.string))
		decode_fault(d, path, &m->value, NOTE_INVALID, NONE,
			"\"%.*s\" is no label value: at most 63 letters, digits, '-', '_' or '.', "
			"first and last a letter or digit",
			STR_ARG(str_take(m->value.string, 80)));
	*bytes += m->key.n + m->value.string.n;
}

static uint32_t meta_pairs(struct decoder *d, const struct value *meta, struct str name,
	const struct decode_path *up, const struct str_pair **ret_pairs)
{
	const struct value *v = value_get(meta, name);
	bool labels = str_eq(name, STR("labels"));
	struct decode_path path = {up, name, 0, false};
	struct str_pair *pairs;
	size_t bytes = 0;
	uint32_t n = 0;

	if (!v || v->kind == VALUE_NULL)
		return 0;
	if (v->kind != VALUE_OBJECT) {
		decode_refuse(d, &path, v, "must be a map, not %s", value_kind_name(v->kind));
		return 0;
	}
	pairs = ARENA_ARRAY(&d->scratch, struct str_pair, MAX(v->n, 1));
	value_for_each_member(m, v)
	{
		struct decode_path at = {&path, m->key, 0, true};

		if (m->value.kind != VALUE_STRING) {
			decode_not_text(d, &at, &m->value);
			continue;
		}
		check_pair(d, m, labels, &bytes, &at);
		pairs[n++] = (struct str_pair){m->key, m->value.string};
	}
	if (!labels && bytes > MAX_ANNOTATIONS)
		decode_fault(d, &path, v, NOTE_INVALID, NONE, "must have at most %u bytes, has %zu",
			MAX_ANNOTATIONS, bytes);
	qsort(pairs, n, sizeof(*pairs), pair_order);
	*ret_pairs = pairs;
	return n;
}

/* A ClusterTrustBundle of a signer is named after it: "example.com:signer:name". */
static bool is_bundle_name(struct str s)
{
	if (s.n && s.p[s.n - 1] == ':')
		return false;
	while (s.n) {
		if (!name_is_subdomain(str_cut(&s, ':')))
			return false;
	}
	return true;
}

static void check_name(
	struct decoder *d, struct object *o, const struct value *meta, const struct decode_path *up)
{
	struct decode_path path = {up, STR("name"), 0, false};
	const struct value *v = value_get(meta, STR("name"));
	bool label = o->kind == KIND_SERVICE || o->kind == KIND_NAMESPACE;

	if (!o->name.n) {
		decode_refuse(d, &path, v ? v : meta, "is required");
		return;
	}
	if (o->kind == KIND_SERVICE && !name_is_label_1035(o->name))
		decode_fault(d, &path, v, NOTE_INVALID, NONE,
			"\"%.*s\" is no name: at most 63 lower-case letters, digits or '-', first "
			"a letter, last a letter or digit",
			STR_ARG(str_take(o->name, 80)));
	else if (o->kind == KIND_NAMESPACE && !name_is_label(o->name))
		decode_fault(d, &path, v, NOTE_INVALID, NONE,
			"\"%.*s\" is no name: at most 63 lower-case letters, digits or '-', first "
			"and last a letter or digit",
			STR_ARG(str_take(o->name, 80)));
	else if (!label && !name_is_subdomain(o->name) &&
		 !(o->kind == KIND_CLUSTER_TRUST_BUNDLE && is_bundle_name(o->name)))
		decode_fault(d, &path, v, NOTE_INVALID, NONE,
			"\"%.*s\" is no name: at most 253 lower-case letters, digits, '-' or '.', "
			"first and last a letter or digit",
			STR_ARG(str_take(o->name, 80)));
}

static void check_namespace(
	struct decoder *d, struct object *o, const struct value *meta, const struct decode_path *up)
{
	struct decode_path path = {up, STR("namespace"), 0, false};
	const struct value *v = value_get(meta, STR("namespace"));

	if (object_kind_cluster(o->kind)) {
		if (o->namespace.n)
			decode_fault(d, &path, v, NOTE_INVALID, NONE,
				"must be absent: a %.*s belongs to no namespace", STR_ARG(d->kind));
		o->namespace = STR("");
		return;
	}
	if (!o->namespace.n)
		o->namespace = STR("default");
	if (!name_is_label(o->namespace))
		decode_fault(d, &path, v, NOTE_INVALID, NONE,
			"\"%.*s\" is no namespace: at most 63 lower-case letters, digits or '-', "
			"first and last a letter or digit",
			STR_ARG(str_take(o->namespace, 80)));
	d->namespace = arena_str(&d->scratch, o->namespace);
}

static struct str known_nth(const void *of, size_t i)
{
	return ((const struct str *)of)[i];
}

static void check_members(struct decoder *d, const struct value *meta, const struct decode_path *up)
{
	value_for_each_member(m, meta)
	{
		struct decode_path path = {up, m->key, 0, false};
		struct value place = {.line = m->line, .column = m->column};
		struct str near;

		if (d->options.tolerant || one_of(known, ARRAY_LEN(known), m->key) ||
			one_of(skipped, ARRAY_LEN(skipped), m->key))
			continue;
		near = nearest_name(m->key, known_nth, known, ARRAY_LEN(known));
		decode_refuse(d, &path, &place, "unknown field%s%.*s%s",
			near.p ? " (did you mean " : "", STR_ARG(near), near.p ? "?)" : "");
	}
}

void decode_meta(struct decoder *d, const struct value *v, struct object *o)
{
	const struct value *meta = value_get(v, STR("metadata"));
	struct decode_path path = {NULL, STR("metadata"), 0, false};
	const struct value *generation = value_get(meta, STR("generation"));

	if (!meta || meta->kind != VALUE_OBJECT) {
		decode_refuse(d, &path, meta ? meta : v, "must be an object with a name");
		return;
	}
	check_members(d, meta, &path);
	o->name = meta_text(d, meta, STR("name"), &path);
	o->namespace = meta_text(d, meta, STR("namespace"), &path);
	check_name(d, o, meta, &path);
	check_namespace(d, o, meta, &path);
	o->uid = meta_text(d, meta, STR("uid"), &path);
	o->resource_version = meta_text(d, meta, STR("resourceVersion"), &path);
	if (generation && generation->kind == VALUE_INT)
		o->generation = generation->integer;
	o->created = meta_time(d, meta, STR("creationTimestamp"), &path);
	o->deleting = meta_text(d, meta, STR("deletionTimestamp"), &path).n > 0;
	o->n_labels = meta_pairs(d, meta, STR("labels"), &path, &o->labels);
	o->n_annotations = meta_pairs(d, meta, STR("annotations"), &path, &o->annotations);
}
