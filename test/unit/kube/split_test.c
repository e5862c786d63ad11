/* SPDX-License-Identifier: Apache-2.0 */
/* Lists and watches cut anywhere give the same pieces. */
#include "test.h"

#include "kube/split.h"

/* "[item]" and "<meta>", one after the other, then what the verdict was. */
static void run(enum split_form form, struct str text, size_t step, struct buf *out)
{
	struct split s = {0};
	struct str piece;

	split_init(&s, form);
	for (size_t at = 0; at < text.n; at += step) {
		struct str in = str_take(str_skip(text, at), step);
		enum split_result r;

		while ((r = split_next(&s, &in, &piece)) != SPLIT_MORE && r != SPLIT_BAD)
			buf_printf(out, r == SPLIT_META ? "<%.*s>" : "[%.*s]", STR_ARG(piece));
		if (r == SPLIT_BAD) {
			buf_printf(out, "bad");
			split_fini(&s);
			return;
		}
	}
	buf_printf(out, split_complete(&s) ? "end" : "cut");
	split_fini(&s);
}

static void expect(enum split_form form, const char *text, const char *want)
{
	for (size_t step = 1; step <= strlen(text); step++) {
		struct buf out = {0};

		run(form, str_from(text), step, &out);
		assert_str(buf_str(&out), want);
		buf_fini(&out);
	}
}

static void test_list(void **state)
{
	(void)state;
	expect(SPLIT_LIST,
		"{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"1\"}, \"items\" : "
		"[ {\"a\":[1,{}]} ,{\"b\":\"}]\\\"\"}]}",
		"<{\"resourceVersion\":\"1\"}>[{\"a\":[1,{}]}][{\"b\":\"}]\\\"\"}]end");
	expect(SPLIT_LIST, "{\"items\":[],\"n\":-1.5e3,\"x\":[[{\"items\":[{}]}]],\"t\":true}",
		"end");
	expect(SPLIT_LIST, "{}", "end");
	expect(SPLIT_LIST, "{\"items\":null,\"metadata\":null}", "end");
	/* Keys as long as one of ours and longer, and items beneath another key. */
	expect(SPLIT_LIST,
		"{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":1,\"i\\\"tems\":[{}],\"items\":[{}]}",
		"[{}]end");
}

static void test_watch(void **state)
{
	(void)state;
	expect(SPLIT_FRAMES, "{\"type\":\"ADDED\",\"object\":{\"x\":\"{\"}}\n{\"b\":{}}\n",
		"[{\"type\":\"ADDED\",\"object\":{\"x\":\"{\"}}][{\"b\":{}}]end");
	expect(SPLIT_FRAMES, "{\"a\":[", "cut");
	expect(SPLIT_FRAMES, "", "end");
}

static void test_refused(void **state)
{
	(void)state;
	expect(SPLIT_LIST, "[]", "bad");
	expect(SPLIT_LIST, "{1:2}", "bad");
	expect(SPLIT_LIST, "{\"items\":[1]}", "bad");
	expect(SPLIT_LIST, "{\"items\":[{}],\"items\":[{}]}", "[{}]bad");
	expect(SPLIT_LIST, "{}x", "bad");
	expect(SPLIT_FRAMES, "{} ]", "[{}]bad");
	expect(SPLIT_FRAMES, "null", "bad");
}

static void test_bounds(void **state)
{
	struct split s = {0};
	struct buf deep = {0};
	struct str in, piece;
	char block[65536];
	enum split_result r;

	(void)state;
	for (int i = 0; i < 1100; i++)
		buf_add(&deep, STR("{\"a\":"));
	split_init(&s, SPLIT_FRAMES);
	in = buf_str(&deep);
	assert_int_equal(split_next(&s, &in, &piece), SPLIT_BAD);
	split_init(&s, SPLIT_FRAMES);
	memset(block, '"', sizeof(block));
	memset(block + 2, 'x', sizeof(block) - 2);
	block[0] = '{';
	in = str_of(block, sizeof(block));
	assert_int_equal(split_next(&s, &in, &piece), SPLIT_MORE);
	memset(block, 'x', sizeof(block));
	for (int i = 0; i < 64; i++) {
		in = str_of(block, sizeof(block));
		r = split_next(&s, &in, &piece);
		if (r != SPLIT_MORE)
			break;
	}
	assert_int_equal(r, SPLIT_BAD);
	split_fini(&s);
	buf_fini(&deep);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_list),
		cmocka_unit_test(test_watch), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bounds)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
