/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/settings.h"

#include <errno.h>
#include <inttypes.h>

#include "base/buf.h"

const struct plan_setting plan_setting_table[] = {
#define S(field, key_, type_, def_, min_, max_, doc_)            \
	{                                                        \
		.key = (key_),                                   \
		.doc = (doc_),                                   \
		.offset = offsetof(struct plan_settings, field), \
		.def = (def_),                                   \
		.min = (min_),                                   \
		.max = (max_),                                   \
		.type = PLAN_SETTING_##type_,                    \
	},
	PLAN_SETTINGS(S)
#undef S
};
const size_t plan_setting_count = ARRAY_LEN(plan_setting_table);

struct str plan_setting_choice(const struct plan_setting *d, int64_t value)
{
	static const struct str balances[] = {
		[PLAN_BALANCE_LEAST_REQUEST] = {"least-request", 13},
		[PLAN_BALANCE_ROUND_ROBIN] = {"round-robin", 11},
	};

	/* The table has one CHOICE; a second would bring a column of its own. */
	AN(d->type == PLAN_SETTING_CHOICE);
	AN(value >= 0 && (size_t)value < ARRAY_LEN(balances));
	return balances[value];
}

void plan_setting_print(const struct plan_setting *d, int64_t v, struct buf *out)
{
	if (d->type == PLAN_SETTING_CHOICE)
		buf_add(out, plan_setting_choice(d, v));
	else if (d->type == PLAN_SETTING_DURATION && v % NSEC_PER_SEC)
		buf_printf(out, "%" PRId64 "ms", v / MSEC(1));
	else if (d->type == PLAN_SETTING_DURATION)
		buf_printf(out, "%" PRId64 "s", v / NSEC_PER_SEC);
	else if (d->type == PLAN_SETTING_SIZE && v && v % MiB(1) == 0)
		buf_printf(out, "%" PRId64 "MiB", v >> 20);
	else if (d->type == PLAN_SETTING_SIZE && v && v % KiB(1) == 0)
		buf_printf(out, "%" PRId64 "KiB", v >> 10);
	else
		buf_printf(out, "%" PRId64, v);
}

struct plan_settings plan_settings_default(void)
{
	return (struct plan_settings){
#define S(field, key, type, def, min, max, doc) .field = (def),
		PLAN_SETTINGS(S)
#undef S
	};
}

const struct plan_setting *plan_setting_find(struct str key)
{
	for (size_t i = 0; i < plan_setting_count; i++) {
		if (str_eq(str_from(plan_setting_table[i].key), key))
			return &plan_setting_table[i];
	}
	return NULL;
}

int plan_setting_set(struct plan_settings *s, const struct plan_setting *d, int64_t value)
{
	if (value < d->min || value > d->max)
		return -ERANGE;
	memcpy((char *)s + d->offset, &value, sizeof(value));
	return 0;
}
