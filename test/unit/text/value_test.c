/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"
#include "text/value.h"

static void builds_and_reads_back(void **state)
{
	struct arena a;
	struct value o = value_object();
	struct value list = value_array();
	uint32_t seen = 0;

	(void)state;
	arena_init(&a, 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(value_push(&a, &list, value_int(i))->integer, i);
	value_add(&a, &o, STR("kind"), value_str(STR("Gateway")));
	value_add(&a, &o, STR("list"), list);
	value_set(&a, &o, STR("kind"), value_str(STR("HTTPRoute")));
	value_set(&a, &o, STR("flag"), value_bool(true));
	assert_int_equal(o.n, 3);
	assert_str(value_get_str(&o, STR("kind"), STR("")), "HTTPRoute");
	assert_str(value_get_str(&o, STR("flag"), STR("none")), "none");
	assert_null(value_get(&o, STR("kin")));
	assert_null(value_get(NULL, STR("kind")));
	assert_null(value_get(&list, STR("kind")));
	value_for_each(it, value_get(&o, STR("list"))) assert_int_equal(it->integer, seen++);
	assert_int_equal(seen, 100);
	value_for_each(it, &o) fail_msg("an object has no items (%p)", (void *)it);
	assert_true(value_del(&o, STR("list")));
	assert_false(value_del(&o, STR("list")));
	assert_str(o.members[1].key, "flag");
	assert_int_equal(o.n, 2);
	arena_fini(&a);
}

static void equality_ignores_order_and_place_only(void **state)
{
	struct arena a;
	struct value x = value_object(), y = value_object();

	(void)state;
	arena_init(&a, 0);
	value_add(&a, &x, STR("a"), value_int(1));
	value_add(&a, &x, STR("b"), value_null());
	value_add(&a, &y, STR("b"), value_null())->line = 7;
	value_add(&a, &y, STR("a"), value_int(1));
	assert_true(value_equal(&x, &y));
	value_set(&a, &y, STR("a"), value_float(1));
	assert_true(value_equal(&x, &y));
	value_set(&a, &y, STR("a"), value_float(1.5));
	assert_false(value_equal(&x, &y));
	value_set(&a, &y, STR("a"), value_int(1));
	value_add(&a, &y, STR("c"), value_array());
	assert_false(value_equal(&x, &y));
	arena_fini(&a);
}

static void copy_shares_nothing(void **state)
{
	struct arena a, b;
	struct value x = value_object(), list = value_array(), copy;
	char text[] = "text";

	(void)state;
	arena_init(&a, 0);
	arena_init(&b, 0);
	value_push(&a, &list, value_str(str_of(text, 4)));
	value_add(&a, &x, STR("list"), list);
	value_add(&a, &x, STR("none"), value_array());
	copy = value_copy(&b, &x);
	assert_true(value_equal(&x, &copy));
	arena_fini(&a);
	text[0] = 'x';
	assert_str(copy.members[0].value.items[0].string, "text");
	value_push(&b, &copy.members[0].value, value_int(2));
	assert_int_equal(copy.members[0].value.n, 2);
	arena_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_and_reads_back),
		cmocka_unit_test(equality_ignores_order_and_place_only),
		cmocka_unit_test(copy_shares_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
