/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of the plan's enums, from their tables. */
#include "plan/plan.h"

struct str plan_protocol_name(enum plan_protocol p)
{
	static const struct str names[] = {
#define P(name, text) [PLAN_PROTOCOL_##name] = {"" text, sizeof(text) - 1},
		PLAN_PROTOCOLS(P)
#undef P
	};

	AN((size_t)p < ARRAY_LEN(names));
	return names[p];
}

struct str plan_refusal_name(enum plan_refusal r)
{
	static const struct str names[] = {
#define R(name, text) [PLAN_REFUSED_##name] = {"" text, sizeof(text) - 1},
		PLAN_REFUSALS(R)
#undef R
	};

	AN((size_t)r < ARRAY_LEN(names));
	return names[r];
}
