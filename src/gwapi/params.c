/* SPDX-License-Identifier: Apache-2.0 */
/* Traffic settings from a ConfigMap: the table of plan/settings.h, and those about peers. */
#include <errno.h>

#include "gwapi/dataplane.h"
#include "gwapi/peers.h"
#include "gwapi/translate_priv.h"

/* One unit of a duration, longest names first so that "ms" is not read as "m". */
static const struct {
	struct str name;
	nsec value;
	int order; /* h before m before s before ms */
} duration_units[] = {
	{{"ms", 2}, MSEC(1), 4},
	{{"h", 1}, SEC(3600), 1},
	{{"m", 1}, SEC(60), 2},
	{{"s", 1}, SEC(1), 3},
};

int params_duration(struct str s, nsec *ret_value)
{
	nsec total = 0;
	int last = 0;

	if (s.n == 0)
		return -EINVAL;
	while (s.n) {
		size_t digits = 0, i;
		uint64_t v;

		while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
			digits++;
		if (digits > 5 || str_to_u64(str_take(s, digits), 99999, &v) < 0)
			return -EINVAL;
		s = str_skip(s, digits);
		for (i = 0; i < ARRAY_LEN(duration_units); i++)
			if (str_starts(s, duration_units[i].name))
				break;
		if (i == ARRAY_LEN(duration_units) || duration_units[i].order <= last)
			return -EINVAL;
		last = duration_units[i].order;
		s = str_skip(s, duration_units[i].name.n);
		total += (nsec)v * duration_units[i].value;
	}
	*ret_value = total;
	return 0;
}

static int params_size(struct str s, int64_t *ret_value)
{
	static const struct {
		struct str suffix;
		int shift;
	} units[] = {{{"KiB", 3}, 10}, {{"Ki", 2}, 10}, {{"MiB", 3}, 20}, {{"Mi", 2}, 20}};
	uint64_t v;
	int shift = 0;

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (str_ends(s, units[i].suffix)) {
			shift = units[i].shift;
			s = str_take(s, s.n - units[i].suffix.n);
			break;
		}
	}
	if (str_to_u64(s, INT64_MAX >> 20, &v) < 0)
		return -EINVAL;
	*ret_value = (int64_t)(v << shift);
	return 0;
}

static struct str bound_text(struct arena *a, const struct plan_setting *d, int64_t v)
{
	struct buf b = {0};
	struct str text;

	plan_setting_print(d, v, &b);
	text = arena_str(a, buf_str(&b));
	buf_fini(&b);
	return text;
}

static struct str choices_text(struct arena *a, const struct plan_setting *d)
{
	struct str all = plan_setting_choice(d, 0);

	for (int64_t i = 1; i <= d->max; i++)
		all = arena_printf(
			a, "%.*s, %.*s", STR_ARG(all), STR_ARG(plan_setting_choice(d, i)));
	return all;
}

static int setting_parse(const struct plan_setting *d, struct str text, int64_t *ret_value)
{
	uint64_t v;

	switch (d->type) {
	case PLAN_SETTING_DURATION:
		return params_duration(text, ret_value);
	case PLAN_SETTING_SIZE:
		return params_size(text, ret_value);
	case PLAN_SETTING_CHOICE:
		for (int64_t i = 0; i <= d->max; i++) {
			if (str_eq(plan_setting_choice(d, i), text)) {
				*ret_value = i;
				return 0;
			}
		}
		return -EINVAL;
	case PLAN_SETTING_COUNT:
		if (str_to_u64(text, INT64_MAX, &v) < 0)
			return -EINVAL;
		*ret_value = (int64_t)v;
		return 0;
	}
	return -EINVAL;
}

static struct problem problem_of(struct str message)
{
	return (struct problem){STR("InvalidParameters"), message};
}

/* The key with the longest common beginning: good enough to point at a misspelt end. */
static struct str nearest_key(struct str key)
{
	struct str best = str_from(peer_settings[0].key);
	size_t best_n = 0;

	for (size_t i = 0; i < plan_setting_count + peer_setting_count; i++) {
		struct str k = str_from(i < plan_setting_count
						? plan_setting_table[i].key
						: peer_settings[i - plan_setting_count].key);
		size_t n = 0;

		while (n < k.n && n < key.n && k.p[n] == key.p[n])
			n++;
		if (n > best_n) {
			best_n = n;
			best = k;
		}
	}
	return best;
}

static struct problem setting_apply(struct arena *a, struct str map, struct str key,
	struct str text, struct plan_settings *settings)
{
	static const char *const kinds[] = {[PLAN_SETTING_DURATION] = "a duration such as",
		[PLAN_SETTING_SIZE] = "a size such as",
		[PLAN_SETTING_COUNT] = "a number such as"};
	const struct plan_setting *d = plan_setting_find(key);
	int64_t v;

	if (!d) {
		struct str near = nearest_key(key);

		return problem_of(arena_printf(a,
			"ConfigMap %.*s: key \"%.*s\" is no setting; did you mean \"%.*s\"?",
			STR_ARG(map), STR_ARG(key), STR_ARG(near)));
	}
	if (setting_parse(d, str_trim(text), &v) == 0 && plan_setting_set(settings, d, v) == 0)
		return (struct problem){0};
	if (d->type == PLAN_SETTING_CHOICE)
		return problem_of(arena_printf(a,
			"ConfigMap %.*s: %.*s: \"%.*s\" is not allowed; give one of %.*s.",
			STR_ARG(map), STR_ARG(key), STR_ARG(clip(text, 64)),
			STR_ARG(choices_text(a, d))));
	return problem_of(arena_printf(a,
		"ConfigMap %.*s: %.*s: \"%.*s\" is not allowed; give %s %.*s, from %.*s to %.*s.",
		STR_ARG(map), STR_ARG(key), STR_ARG(clip(text, 64)), kinds[d->type],
		STR_ARG(bound_text(a, d, d->def)), STR_ARG(bound_text(a, d, d->min)),
		STR_ARG(bound_text(a, d, d->max))));
}

/* How the data plane runs is the controller's business; here only mistakes are told. */
static struct problem dataplane_check(
	struct arena *a, struct str map, struct str key, struct str text)
{
	struct dataplane_params unused = dataplane_params_none();
	struct str wanted;
	int rc = dataplane_param(a, key, text, &unused, &wanted);

	if (rc == 0)
		return (struct problem){0};
	if (rc == -ENOENT)
		return problem_of(arena_printf(a,
			"ConfigMap %.*s: key \"%.*s\" is no setting of the data plane.",
			STR_ARG(map), STR_ARG(key)));
	return problem_of(
		arena_printf(a, "ConfigMap %.*s: %.*s: \"%.*s\" is not allowed; give %.*s.",
			STR_ARG(map), STR_ARG(key), STR_ARG(clip(text, 64)), STR_ARG(wanted)));
}

struct problem params_apply(struct translator *t, struct unit *u, struct arena *a,
	struct str namespace, struct str name, struct plan_settings *settings,
	struct peer_rules *peers)
{
	const struct config_map *m =
		object_config_map(look(t, u, KIND_CONFIG_MAP, namespace, name));
	struct str key = key_of(a, namespace, name);

	if (!m)
		return problem_of(arena_printf(a,
			"ConfigMap %.*s, named by parametersRef, does not exist.", STR_ARG(key)));
	if (m->n_binary_data)
		return problem_of(arena_printf(a,
			"ConfigMap %.*s: binaryData holds no settings; put them into data.",
			STR_ARG(key)));
	for (uint32_t i = 0; i < m->n_data; i++) {
		const struct str_pair *d = &m->data[i];
		struct problem p;

		if (peer_setting_find(d->key))
			p = peer_setting_apply(a, key, d->key, d->value, peers);
		else if (str_starts(d->key, STR(DATAPLANE_PREFIX)))
			p = dataplane_check(a, key, d->key, d->value);
		else
			p = setting_apply(a, key, d->key, d->value, settings);
		if (p.reason.n)
			return p;
	}
	return (struct problem){0};
}
