/* SPDX-License-Identifier: Apache-2.0 */
/* The series of rules and upstreams live as long as a plan that has them. */
#include "plan/tally.h"

#include "plan/helper_plan.h"
#include "plan/plan.h"
#include "test.h"

static bool told(const char *part)
{
	struct buf out = {0};
	bool found;

	metrics_write(&out);
	buf_addc(&out, '\0');
	found = strstr(out.p, part) != NULL;
	buf_fini(&out);
	return found;
}

static uint32_t rule_tally(const struct plan *p)
{
	return plan_route_find(p, plan_id(STR("HTTPRoute/ns/a")))->rules[0].tally;
}

static uint32_t upstream_tally(const struct plan *p)
{
	return plan_upstream_find(p, plan_id(STR("Service/ns/u:80")))->tally;
}

static void put_all(struct plan_edit *e, const char *path)
{
	plan_edit_put_route(e, some_route("a", "tcp/80", "a.test", path, "Service/ns/u:80"));
	plan_edit_put_upstream(e, some_upstream("Service/ns/u:80", 1, 2));
}

static void test_nothing_is_counted_where_nobody_asked(void **state)
{
	struct plan_store *s = plan_store_new();
	struct plan_edit *e = plan_edit_begin(s, NULL);
	struct plan *p;

	(void)state;
	put_all(e, "/x");
	p = plan_edit_commit(e);
	assert_int_equal(rule_tally(p), 0);
	assert_int_equal(upstream_tally(p), 0);
	plan_unref(p);
	plan_store_reap(s);
	plan_store_free(s);
}

static void test_series_follow_the_plan(void **state)
{
	struct plan_store *s = plan_store_new();
	struct plan_edit *e = plan_edit_begin(s, NULL);
	struct plan *one, *two, *three;
	uint32_t rule, up;

	(void)state;
	tally_register(0);
	put_all(e, "/x");
	one = plan_edit_commit(e);
	rule = rule_tally(one);
	up = upstream_tally(one);
	assert_true(rule && up && rule != up);
	metric_add_in(&tally_rule, rule, tally_code(204), 3);
	metric_add_in(&tally_upstream_failures, up, TALLY_FAILURE_RESET, 2);
	assert_true(told("sluice_rule_requests_total{kind=\"HTTPRoute\",route=\"ns/a\",rule=\"#0\","
			 "code=\"2xx\"} 3\n"));
	assert_true(told("sluice_upstream_failures_total{upstream=\"Service/ns/u:80\","
			 "why=\"reset\"} 2\n"));
	/* Replaced: it goes on. */
	e = plan_edit_begin(s, one);
	put_all(e, "/y");
	two = plan_edit_commit(e);
	assert_int_equal(rule_tally(two), rule);
	assert_int_equal(upstream_tally(two), up);
	/* Deleted: it is told while a plan that has it is used. */
	e = plan_edit_begin(s, two);
	AZ(plan_edit_del_route(e, STR("HTTPRoute/ns/a")));
	AZ(plan_edit_del_upstream(e, STR("Service/ns/u:80")));
	three = plan_edit_commit(e);
	plan_unref(two);
	assert_true(told("ns/a"));
	plan_unref(one);
	assert_false(told("ns/a"));
	assert_false(told("Service/ns/u:80"));
	plan_unref(three);
	/* Put and given up: nothing stays. */
	e = plan_edit_begin(s, NULL);
	put_all(e, "/x");
	assert_true(told("ns/a"));
	plan_edit_abort(e);
	assert_false(told("ns/a"));
	plan_store_reap(s);
	plan_store_free(s);
}

static void test_a_rule_has_a_name(void **state)
{
	struct plan_rule r = {.index = 65535};
	char room[TALLY_RULE_ROOM];

	(void)state;
	assert_str(tally_rule_name(&r, room), "#65535");
	r.name = STR("api");
	assert_str(tally_rule_name(&r, room), "api");
	assert_int_equal(tally_code(0), 0);
	assert_int_equal(tally_code(101), 1);
	assert_int_equal(tally_code(599), 5);
	assert_int_equal(tally_code(999), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_counted_where_nobody_asked),
		cmocka_unit_test(test_series_follow_the_plan),
		cmocka_unit_test(test_a_rule_has_a_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
