/* SPDX-License-Identifier: Apache-2.0 */
/* What of a status is a refusal. */
#include "test.h"

#include "control/events.h"

static struct condition made(const char *type, enum condition_status status)
{
	return (struct condition){
		.type = str_from(type), .reason = STR("R"), .message = STR("m"), .status = status};
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

		assert_int_equal(
			events_refusal(&(struct object_status){.conditions = list}) != NULL,
			cases[i].refused);
		assert_int_equal(events_refusal(&(struct object_status){
					 .listeners = &listener, .n_listeners = 1}) != NULL,
			cases[i].refused);
		assert_int_equal(events_refusal(&(struct object_status){
					 .parents = &parent, .n_parents = 1}) != NULL,
			cases[i].refused);
	}
	assert_null(events_refusal(&(struct object_status){0}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_refusal)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
