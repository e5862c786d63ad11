/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>

#include "base/mem.h"
#include "gwapi/types_gen.h"

static void kinds_are_found_by_group_and_name(void **state)
{
	enum object_kind kind;

	(void)state;
	for (enum object_kind k = 0; k < KIND_MAX; k++) {
		assert_int_equal(
			object_kind_find(object_kind_group(k), object_kind_name(k), &kind), 0);
		assert_int_equal(kind, k);
	}
	assert_int_equal(object_kind_find(STR("apps"), STR("Service"), &kind), -ENOENT);
	assert_int_equal(object_kind_find(STR(""), STR("HTTPRoute"), &kind), -ENOENT);
	assert_true(object_kind_cluster(KIND_GATEWAY_CLASS));
	assert_false(object_kind_cluster(KIND_GATEWAY));
}

static void the_last_reference_frees(void **state)
{
	struct http_route *r = MEM_NEW(struct http_route);

	(void)state;
	r->object.magic = OBJECT_MAGIC;
	r->object.refs = 1;
	r->object.kind = KIND_HTTP_ROUTE;
	assert_ptr_equal(object_http_route(&r->object), r);
	assert_null(object_gateway(&r->object));
	assert_null(object_gateway(NULL));
	object_ref(&r->object);
	object_unref(&r->object);
	assert_int_equal(r->object.refs, 1);
	object_unref(&r->object);
	object_unref(NULL);
}

static void pairs_are_found_by_key(void **state)
{
	static const struct str_pair labels[] = {
		{{"a", 1}, {"1", 1}}, {{"ab", 2}, {"", 0}}, {{"b", 1}, {"3", 1}}};

	(void)state;
	assert_str(str_pair_get(labels, 3, STR("a")), "1");
	assert_str(str_pair_get(labels, 3, STR("b")), "3");
	assert_non_null(str_pair_get(labels, 3, STR("ab")).p);
	assert_null(str_pair_get(labels, 3, STR("c")).p);
	assert_null(str_pair_get(NULL, 0, STR("a")).p);
}

static void a_note_covers_what_stands_beneath(void **state)
{
	static const struct object_note notes[] = {
		{NOTE_UNKNOWN_FIELD, {"spec.rules[10].x", 16}, {"", 0}}};
	struct object o = {.notes = notes, .n_notes = 1};

	(void)state;
	assert_non_null(object_note_under(&o, STR("spec.rules[10]")));
	assert_non_null(object_note_under(&o, STR("spec.rules[10].x")));
	assert_non_null(object_note_under(&o, STR("spec.rules")));
	assert_non_null(object_note_under(&o, STR("")));
	assert_null(object_note_under(&o, STR("spec.rules[1")));
	assert_null(object_note_under(&o, STR("spec.rules[1]")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_are_found_by_group_and_name),
		cmocka_unit_test(the_last_reference_frees),
		cmocka_unit_test(pairs_are_found_by_key),
		cmocka_unit_test(a_note_covers_what_stands_beneath),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
