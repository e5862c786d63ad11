/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/settings.h"

#include <errno.h>

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
