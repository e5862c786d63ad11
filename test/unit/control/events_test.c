/* SPDX-License-Identifier: Apache-2.0 */
/* What of a status is a refusal. */
#include "test.h"

#include "control/events.h"

static struct condition made(const char *type, enum condition_status status)
{
	return (struct condition){
		.type = str_from(type), .reason = STR("R"), .message = STR("m"), .status = status};
}

static void refusal_is(const struct status_said *said, bool want)
{
	struct object_status s = {.said = said};

	assert_int_equal(events_refusal(&s) != NULL, want);
}

static void test_refusal(void **state)
{
	static const struct {
		const char *type;
		enum condition_status status;
		bool refused;
	} cases[] = {{"Accepted", CONDITION_FALSE, true}, {"Accepted", CONDITION_TRUE, false},
		{"Accepted", CONDITION_UNKNOWN, false}, {"ResolvedRefs", CONDITION_FALSE, true},
		{"Conflicted", CONDITION_TRUE, true}, {"Conflicted", CONDITION_FALSE, false},
		{"PartiallyInvalid", CONDITION_TRUE, true},
		/* Only waiting. */
		{"Programmed", CONDITION_FALSE, false}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct condition c = made(cases[i].type, cases[i].status);
		struct condition_list list = {&c, 1};
		struct listener_report listener = {.conditions = list};
		struct parent_report parent = {.conditions = list};

		refusal_is(&(struct status_said){.conditions = list}, cases[i].refused);
		refusal_is(&(struct status_said){.listeners = &listener, .n_listeners = 1},
			cases[i].refused);
		refusal_is(&(struct status_said){.parents = &parent, .n_parents = 1},
			cases[i].refused);
	}
	refusal_is(&(struct status_said){0}, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_refusal)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
