/* SPDX-License-Identifier: Apache-2.0 */
/* buf, list and vec. */
#include "base/buf.h"
#include "base/list.h"
#include "base/rand.h"
#include "base/vec.h"
#include "test.h"

static void a_buf_grows_and_is_consumed(void **state)
{
	struct buf b = {0};
	size_t expect = 0;

	(void)state;
	assert_int_equal(buf_str(&b).n, 0);
	buf_add(&b, STR(""));
	buf_consume(&b, 0);
	for (int i = 0; i < 1000; i++) {
		buf_printf(&b, "%d,", i % 10);
		buf_addc(&b, ';');
		buf_add(&b, STR("ab"));
		expect += 5;
	}
	assert_int_equal(b.n, expect);
	assert_str(str_take(buf_str(&b), 10), "0,;ab1,;ab");
	buf_consume(&b, 5);
	assert_str(str_take(buf_str(&b), 5), "1,;ab");
	buf_consume(&b, b.n);
	assert_int_equal(b.n, 0);
	memcpy(buf_room(&b, 3), "xyz", 3);
	buf_added(&b, 3);
	assert_str(buf_str(&b), "xyz");
	buf_reset(&b);
	assert_int_equal(b.n, 0);
	assert_true(b.cap > 0);
	buf_fini(&b);
	assert_null(b.p);
}

static void a_buf_prints_what_is_longer_than_its_room(void **state)
{
	static char big[5000];
	struct buf b = {0};

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	buf_printf(&b, "[%s]", big);
	assert_int_equal(b.n, sizeof(big) + 1);
	assert_int_equal(b.p[0], '[');
	assert_int_equal(b.p[b.n - 1], ']');
	buf_fini(&b);
}

struct item {
	int n;
	struct list node;
};

static int item_of(const struct list *node)
{
	return container_of(node, const struct item, node)->n;
}

static void a_list_keeps_order_and_lets_go(void **state)
{
	struct item items[10];
	struct list head;
	int n = 0;

	(void)state;
	list_init(&head);
	assert_true(list_empty(&head));
	assert_null(list_pop(&head));
	for (int i = 0; i < 10; i++) {
		items[i].n = i;
		list_init(&items[i].node);
		assert_false(list_linked(&items[i].node));
		if (i % 2)
			list_add_tail(&head, &items[i].node);
		else
			list_add_head(&head, &items[i].node);
		assert_true(list_linked(&items[i].node));
	}
	list_for_each (it, &head) {
		static const int order[] = {8, 6, 4, 2, 0, 1, 3, 5, 7, 9};

		assert_int_equal(item_of(it), order[n++]);
	}
	assert_int_equal(n, 10);
	list_for_each_safe (it, &head)
		if (item_of(it) % 3 == 0)
			list_del(it);
	list_del(&items[3].node); /* twice is harmless */
	assert_false(list_linked(&items[3].node));
	assert_int_equal(item_of(list_pop(&head)), 8);
	assert_int_equal(item_of(list_pop(&head)), 4);
	for (n = 0; list_pop(&head); n++)
		;
	assert_int_equal(n, 4);
	assert_true(list_empty(&head));
}

static void a_vec_grows_and_is_walked(void **state)
{
	VEC(uint64_t) v = {0};
	uint64_t sum = 0;

	(void)state;
	vec_for_each (it, &v)
		fail_msg("an empty vector holds %lu", *it);
	for (uint64_t i = 0; i < 1000; i++)
		*vec_push(&v) = i;
	assert_int_equal(v.n, 1000);
	vec_for_each (it, &v)
		sum += *it;
	assert_int_equal(sum, 499500);
	vec_reset(&v);
	assert_int_equal(v.n, 0);
	*vec_push(&v) = 5;
	assert_int_equal(v.p[0], 5);
	vec_fini(&v);
	assert_null(v.p);
	assert_int_equal(v.cap, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_buf_grows_and_is_consumed),
		cmocka_unit_test(a_buf_prints_what_is_longer_than_its_room),
		cmocka_unit_test(a_list_keeps_order_and_lets_go),
		cmocka_unit_test(a_vec_grows_and_is_walked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
