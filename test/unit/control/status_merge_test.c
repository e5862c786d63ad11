/* SPDX-License-Identifier: Apache-2.0 */
/* Our entries replace our entries; what others wrote stays where it stands. */
#include "test.h"

#include "control/writer.h"
#include "text/parse.h"
#include "text/write.h"

#define NOW STR("2026-11-24T12:00:00Z")
#define US "sluice.dev/gateway-controller"

static void expect(
	enum object_kind kind, const struct object_status *s, const char *before, const char *want)
{
	struct value previous, merged, wanted;
	struct buf out = {0};
	struct arena a;

	arena_init(&a, 0);
	if (before)
		assert_int_equal(text_parse_json(&a, str_from(before), &previous, NULL), 0);
	merged = status_merge(&a, kind, s, before ? &previous : NULL, STR(US), NOW);
	assert_int_equal(text_parse_json(&a, str_from(want), &wanted, NULL), 0);
	if (!value_equal(&merged, &wanted)) {
		text_write_json(&out, &merged, TEXT_INDENTED);
		fail_msg("%.*s", STR_ARG(buf_str(&out)));
	}
	arena_fini(&a);
}

#define COND(type, status, when)                                        \
	"{\"type\":\"" type "\",\"status\":\"" status                   \
	"\",\"reason\":\"R\",\"message\":\"m\",\"observedGeneration\":" \
	"3,\"lastTransitionTime\":\"" when "\"}"
#define OLD "2020-01-01T00:00:00Z"
#define NEW "2026-11-24T12:00:00Z"

static const struct condition accepted[] = {{{"Accepted", 8}, {"R", 1}, {"m", 1}, CONDITION_TRUE}};

static void test_route(void **state)
{
	struct parent_report parents[] = {{.group = STR("g"),
		.kind = STR("Gateway"),
		.name = STR("web"),
		.controller = STR(US),
		.conditions = {accepted, 1}}};
	struct status_said said = {.parents = parents, .n_parents = 1};
	struct object o = {.kind = KIND_HTTP_ROUTE, .generation = 3};
	struct object_status s = {&o, &said};

	(void)state;
#define REF(name) "\"parentRef\":{\"group\":\"g\",\"kind\":\"Gateway\",\"name\":\"" name "\"}"
#define OTHERS "{\"controllerName\":\"other\"," REF("web") ",\"conditions\":[]}"
	expect(KIND_HTTP_ROUTE, &s, NULL,
		"{\"parents\":[{\"controllerName\":\"" US
		"\"," REF("web") ",\"conditions\":[" COND("Accepted", "True", NEW) "]}]}");
	/* Ours in another state, with a condition of a stranger; one of ours for a parent that is
	 * gone; one of another controller. */
	expect(KIND_HTTP_ROUTE, &s,
		"{\"parents\":[{\"controllerName\":\"" US
		"\"," REF("web") ",\"conditions\":[" COND("Accepted", "True", OLD) "," COND(
			"ResolvedRefs", "False", OLD) "," COND("Foreign", "True",
			OLD) "]},{\"controllerName\":\"" US
			     "\"," REF("gone") ",\"conditions\":[]}," OTHERS "]}",
		"{\"parents\":[" OTHERS ",{\"controllerName\":\"" US
		"\"," REF("web") ",\"conditions\":[" COND("Accepted", "True", OLD) "," COND(
			"Foreign", "True", OLD) "]}]}");
	/* No longer of ours. */
	expect(KIND_HTTP_ROUTE, NULL,
		"{\"parents\":[{\"controllerName\":\"" US
		"\"," REF("web") ",\"conditions\":[]}," OTHERS "]}",
		"{\"parents\":[" OTHERS "]}");
}

static void test_gateway(void **state)
{
	struct listener_report listeners[] = {
		{.name = STR("http"), .attached = 2, .conditions = {accepted, 1}}};
	struct status_said said = {.conditions = {accepted, 1},
		.listeners = listeners,
		.n_listeners = 1,
		.attached_sets = -1};
	struct object o = {.kind = KIND_GATEWAY, .generation = 3};
	struct object_status s = {&o, &said};

	(void)state;
	expect(KIND_GATEWAY, &s,
		"{\"addresses\":[{\"value\":\"1.2.3.4\"}],\"conditions\":[" COND(
			"Programmed", "True", OLD) "," COND("Foreign", "True",
			OLD) "],\"listeners\":[{\"name\":\"gone\"},{"
			     "\"name\":\"http\",\"conditions\":[" COND(
				     "Foreign", "False", OLD) "]}]}",
		"{\"conditions\":[" COND("Accepted", "True", NEW) "," COND("Foreign", "True",
			OLD) "],\"listeners\":[{\"name\":\"http\",\"attachedRoutes\":2,\"supportedKinds\":[],"
			     "\"conditions\":[" COND("Accepted", "True", NEW) "," COND(
				     "Foreign", "False", OLD) "]}]}");
}

static void expect_left(const char *before, int64_t generation, const char *want)
{
	struct value previous, wanted, left;
	struct arena a;

	arena_init(&a, 0);
	assert_int_equal(text_parse_json(&a, str_from(before), &previous, NULL), 0);
	assert_int_equal(text_parse_json(&a, str_from(want), &wanted, NULL), 0);
	left = status_left(&a, &previous, generation);
	assert_true(value_equal(&left, &wanted));
	arena_fini(&a);
}

/* A Gateway that went to another class: what we said goes, what somebody has said since stays. */
static void test_left(void **state)
{
#define SAID                                                                             \
	"{\"addresses\":[{\"value\":\"10.0.0.1\"}],\"listeners\":[{\"name\":\"http\"}]," \
	"\"conditions\":[" COND("Accepted", "True", OLD) "," COND("theirs/Nice", "True", OLD) "]}"
	(void)state;
	expect_left(SAID, 4, "{\"conditions\":[" COND("theirs/Nice", "True", OLD) "]}");
	expect_left(SAID, 3, SAID);
	expect_left("{\"conditions\":[" COND("Programmed", "True", OLD) "]}", 4, "{}");
	expect_left("{}", 4, "{}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_route),
		cmocka_unit_test(test_gateway), cmocka_unit_test(test_left)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
