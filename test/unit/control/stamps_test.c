/* SPDX-License-Identifier: Apache-2.0 */
/* A condition keeps its time while its status stays, whatever else about it changes. */
#include "test.h"

#include "control/stamps.h"

#define T1 SEC(1000000000) /* 2001-09-09T01:46:40Z */
#define T2 SEC(1000000060)
#define T3 SEC(1000000120)

static const char key[] = "ns/r";
static const struct object route = {
	.kind = KIND_HTTP_ROUTE, .namespace = {key, 2}, .name = {key + 3, 1}};

struct conds {
	struct condition c[2];
};

static struct conds conds(enum condition_status accepted, const char *message)
{
	return (struct conds){{{STR("Accepted"), STR("R"), str_from(message), accepted},
		{STR("ResolvedRefs"), STR("R"), STR("m"), CONDITION_TRUE}}};
}

static void note(struct stamps *s, const struct object_status *o, nsec now)
{
	stamps_note(s, &route, o, now);
}

/* The n-th condition's time at the n-th parent. */
static void time_is(const struct stamps *s, const struct object_status *o, size_t parent,
	size_t condition, const char *want)
{
	const struct value *list;
	struct value v;
	struct arena a;

	arena_init(&a, 0);
	v = stamps_render(s, &a, o, T3);
	list = value_get(value_get(&v, STR("status")), STR("parents"));
	assert_non_null(list);
	assert_true(parent < list->n);
	list = value_get(&list->items[parent], STR("conditions"));
	assert_true(condition < list->n);
	assert_str(
		value_get_str(&list->items[condition], STR("lastTransitionTime"), STR("")), want);
	arena_fini(&a);
}

static void test_time_stays_while_the_status_does(void **state)
{
	struct stamps s = {0};
	struct conds c = conds(CONDITION_TRUE, "first");
	struct parent_report p = {.kind = STR("Gateway"), .name = STR("g"), .conditions = {c.c, 2}};
	struct status_said said = {.parents = &p, .n_parents = 1};
	struct object_status o = {.object = &route, .said = &said};

	(void)state;
	note(&s, &o, T1);
	time_is(&s, &o, 0, 0, "2001-09-09T01:46:40Z");
	c = conds(CONDITION_TRUE, "another message");
	note(&s, &o, T2);
	time_is(&s, &o, 0, 0, "2001-09-09T01:46:40Z");
	c = conds(CONDITION_FALSE, "no more");
	note(&s, &o, T2);
	time_is(&s, &o, 0, 0, "2001-09-09T01:47:40Z");
	time_is(&s, &o, 0, 1, "2001-09-09T01:46:40Z");
	/* Gone and back: a new time. */
	note(&s, NULL, T2);
	assert_int_equal(s.objects[KIND_HTTP_ROUTE].n, 0);
	assert_int_equal(s.lists.n, 0);
	note(&s, &o, T3);
	time_is(&s, &o, 0, 1, "2001-09-09T01:48:40Z");
	stamps_fini(&s);
}

/* Two parents have times of their own, and keep them when their order changes. */
static void test_parents_are_told_apart(void **state)
{
	struct stamps s = {0};
	struct conds c = conds(CONDITION_TRUE, "m");
	struct parent_report p[2] = {
		{.kind = STR("Gateway"), .name = STR("g"), .conditions = {c.c, 2}},
		{.kind = STR("Gateway"),
			.name = STR("g"),
			.section = STR("http"),
			.conditions = {c.c, 2}}};
	struct parent_report first = p[0];
	struct status_said said = {.parents = p, .n_parents = 1};
	struct object_status o = {.object = &route, .said = &said};

	(void)state;
	note(&s, &o, T1);
	said.n_parents = 2;
	note(&s, &o, T2);
	time_is(&s, &o, 0, 0, "2001-09-09T01:46:40Z");
	time_is(&s, &o, 1, 0, "2001-09-09T01:47:40Z");
	p[0] = p[1];
	p[1] = first;
	note(&s, &o, T3);
	time_is(&s, &o, 0, 0, "2001-09-09T01:47:40Z");
	time_is(&s, &o, 1, 0, "2001-09-09T01:46:40Z");
	stamps_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time_stays_while_the_status_does),
		cmocka_unit_test(test_parents_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
