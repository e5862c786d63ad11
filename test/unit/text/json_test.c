/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/buf.h"
#include "test.h"
#include "text/parse.h"

static struct arena arena;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

static struct value good(struct str text)
{
	struct text_error err = {0};
	struct value v;

	if (text_parse_json(&arena, text, &v, &err))
		fail_msg("%.*s: %u:%u: %s", STR_ARG(text), err.line, err.column, err.what);
	return v;
}

static void bad(struct str text, int code, uint32_t line, uint32_t column, const char *what)
{
	struct text_error err = {0};
	struct value v = value_int(7);

	assert_int_equal(text_parse_json(&arena, text, &v, &err), code);
	if (err.line != line || err.column != column || !strstr(err.what, what))
		fail_msg("%.*s: got %u:%u: %s, want %u:%u: %s", STR_ARG(text), err.line, err.column,
			err.what, line, column, what);
	assert_int_equal(v.integer, 7); /* untouched */
	assert_int_equal(text_parse_json(&arena, text, &v, NULL), code);
}

static void reads_every_kind_with_its_place(void **state)
{
	struct value v = good(STR("\xef\xbb\xbf{\"a\": [null, true,\r\n false, -1, 2.5],\n"
				  "\t\"b\" : {\"c\":\"d\"}, \"e\": {}, \"f\": []}\n"));
	const struct value *a = value_get(&v, STR("a"));
	const struct member *b = value_member(&v, STR("b"));

	(void)state;
	assert_int_equal(v.kind, VALUE_OBJECT);
	assert_int_equal(v.n, 4);
	assert_int_equal(v.column, 1);
	assert_int_equal(a->n, 5);
	assert_int_equal(a->column, 7);
	assert_int_equal(a->items[0].kind, VALUE_NULL);
	assert_true(a->items[1].boolean);
	assert_int_equal(a->items[1].line, 1);
	assert_int_equal(a->items[1].column, 14);
	assert_false(a->items[2].boolean);
	assert_int_equal(a->items[2].line, 2);
	assert_int_equal(a->items[2].column, 2);
	assert_int_equal(a->items[3].integer, -1);
	assert_true(a->items[4].real > 2.4 && a->items[4].real < 2.6);
	assert_int_equal(b->line, 3);
	assert_int_equal(b->column, 2);
	assert_int_equal(b->value.column, 8);
	assert_str(value_get_str(&b->value, STR("c"), STR("")), "d");
}

static void numbers_have_the_kind_of_their_value(void **state)
{
	(void)state;
	assert_int_equal(good(STR("0")).integer, 0);
	assert_int_equal(good(STR("-0")).integer, 0);
	assert_int_equal(good(STR("8e1")).kind, VALUE_INT);
	assert_int_equal(good(STR("80.0")).integer, 80);
	assert_true(good(STR("9223372036854775807")).integer == INT64_MAX);
	assert_true(good(STR("-9223372036854775808")).integer == INT64_MIN);
	assert_int_equal(good(STR("9223372036854775808")).kind, VALUE_FLOAT);
	assert_int_equal(good(STR("1.5E+3")).integer, 1500);
	assert_int_equal(good(STR("1e-400")).integer, 0);
	assert_int_equal(
		good(STR("0.1000000000000000055511151231257827021181583404541015625")).kind,
		VALUE_FLOAT);
	assert_int_equal(
		good(STR("0.10000000000000000555111512312578270211815834045410156250000")).kind,
		VALUE_FLOAT);
	bad(STR("1e400"), -EINVAL, 1, 1, "too large");
	bad(STR("01"), -EINVAL, 1, 1, "not a number");
	bad(STR("-"), -EINVAL, 1, 1, "not a number");
	bad(STR("1."), -EINVAL, 1, 1, "not a number");
	bad(STR("1e"), -EINVAL, 1, 1, "not a number");
	bad(STR(".5"), -EINVAL, 1, 1, "expected a value, found '.'");
	bad(STR("+1"), -EINVAL, 1, 1, "expected a value");
	bad(STR("1x"), -EINVAL, 1, 2, "nothing behind the value");
	bad(STR("NaN"), -EINVAL, 1, 1, "expected a value");
}

static void strings_are_unescaped(void **state)
{
	(void)state;
	assert_str(good(STR("\"\"")).string, "");
	assert_str(good(STR("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"")).string, "a\"\\/\b\f\n\r\t");
	assert_str(good(STR("\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"")).string,
		"A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	assert_true(str_eq(good(STR("\"a\\u0000b\"")).string, str_of("a\0b", 3)));
	bad(STR("\"a\\x\""), -EINVAL, 1, 3, "no such escape");
	bad(STR("\"\\u12\""), -EINVAL, 1, 2, "four hexadecimal digits");
	bad(STR("\"\\ud83d\""), -EINVAL, 1, 2, "half of a surrogate pair");
	bad(STR("\"\\ud83d\\u0041\""), -EINVAL, 1, 2, "half of a surrogate pair");
	bad(STR("\"\\ude00\""), -EINVAL, 1, 2, "half of a surrogate pair");
	bad(STR("\"a\nb\""), -EINVAL, 1, 3, "a string holds the line's end");
	bad(STR("\"a\tb\""), -EINVAL, 1, 3, "a string holds a tab");
	bad(STR("[\"abc"), -EINVAL, 1, 2, "no closing quote");
	bad(STR("[\"abc\\"), -EINVAL, 1, 2, "no closing quote");
	bad(STR("\"\\"), -EINVAL, 1, 1, "no closing quote");
}

static void structure_is_strict(void **state)
{
	(void)state;
	bad(STR(""), -EINVAL, 1, 1, "expected a value, found the end");
	bad(STR(" \n "), -EINVAL, 2, 2, "expected a value, found the end");
	bad(STR("{} {}"), -EINVAL, 1, 4, "nothing behind the value, found '{'");
	bad(STR("[1,]"), -EINVAL, 1, 4, "expected a value, found ']'");
	bad(STR("[1 2]"), -EINVAL, 1, 4, "expected ',' or ']', found '2'");
	bad(STR("{\"a\":1,}"), -EINVAL, 1, 8, "expected a key in quotes, found '}'");
	bad(STR("{a:1}"), -EINVAL, 1, 2, "expected a key in quotes, found 'a'");
	bad(STR("{\"a\" 1}"), -EINVAL, 1, 6, "expected ':', found '1'");
	bad(STR("{\"a\":1 \"b\":2}"), -EINVAL, 1, 8, "expected ',' or '}'");
	bad(STR("{\"a\":1"), -EINVAL, 1, 7, "found the end");
	bad(STR("// no\n1"), -EINVAL, 1, 1, "expected a value");
	bad(STR("'a'"), -EINVAL, 1, 1, "expected a value");
	bad(STR("True"), -EINVAL, 1, 1, "expected a value, found 'T'");
	bad(STR("nul"), -EINVAL, 1, 1, "expected a value");
	bad(STR("\v1"), -EINVAL, 1, 1, "found control byte 0x0b");
}

static void bytes_that_are_no_text_are_named(void **state)
{
	(void)state;
	bad(str_of("{\n \"a\": \"\xff\"}", 11), -EINVAL, 2, 8, "not UTF-8");
	bad(STR("\"\xc0\x80\""), -EINVAL, 1, 2, "not UTF-8");
	bad(STR("\"\xed\xa0\x80\""), -EINVAL, 1, 2, "not UTF-8");
	bad(STR("\xff\xfe{\0}\0"), -EINVAL, 1, 4, "NUL byte");
	bad(str_of("[1,\n\0]", 6), -EINVAL, 2, 1, "NUL byte");
}

static void a_key_twice_names_both_places(void **state)
{
	struct buf text = {0};

	(void)state;
	bad(STR("{\"a\": 1,\n  \"b\": 2, \"a\": 3}"), -EINVAL, 2, 11,
		"key \"a\" stands twice, first at line 1, column 2");
	bad(STR("{\"a\":1,\"\\u0061\":2}"), -EINVAL, 1, 8, "stands twice");
	buf_addc(&text, '{');
	for (int i = 0; i < 100; i++)
		buf_printf(&text, "\"k%d\":%d,\n", i, i);
	buf_add(&text, STR("\"k50\":0}"));
	bad(buf_str(&text), -EINVAL, 101, 1,
		"key \"k50\" stands twice, first at line 51, column 1");
	text.n -= 8;
	buf_add(&text, STR("\"k100\":0}"));
	assert_int_equal(good(buf_str(&text)).n, 101);
	buf_fini(&text);
}

static void bounds_hold(void **state)
{
	struct buf text = {0};
	char *room;

	(void)state;
	for (int i = 0; i < TEXT_MAX_DEPTH; i++)
		buf_addc(&text, '[');
	for (int i = 0; i < TEXT_MAX_DEPTH; i++)
		buf_addc(&text, ']');
	good(buf_str(&text));
	buf_reset(&text);
	for (int i = 0; i < 100000; i++)
		buf_add(&text, STR("{\"a\":["));
	bad(buf_str(&text), -E2BIG, 1, TEXT_MAX_DEPTH / 2 * 6 + 1, "more than 64 levels");
	buf_reset(&text);
	buf_addc(&text, '[');
	for (uint32_t i = 0; i < TEXT_MAX_NODES; i++)
		buf_add(&text, STR("1,"));
	text.p[text.n - 1] = ']';
	bad(buf_str(&text), -E2BIG, 1, 2 * TEXT_MAX_NODES, "values in one document");
	buf_reset(&text);
	room = buf_room(&text, TEXT_MAX_DOCUMENT + 1);
	memset(room, ' ', TEXT_MAX_DOCUMENT + 1);
	room[0] = '1';
	buf_added(&text, TEXT_MAX_DOCUMENT);
	good(buf_str(&text));
	buf_added(&text, 1);
	bad(buf_str(&text), -E2BIG, 1, 1, "at most 4194304 are read");
	buf_fini(&text);
}

static void a_message_is_one_line_of_text(void **state)
{
	struct text_error err;
	struct buf text = {0};
	struct value v;
	struct str key;

	(void)state;
	buf_add(&text, STR("{\"\\n\\u0001x"));
	for (int i = 0; i < 60; i++)
		buf_add(&text, STR("\xe2\x82\xac"));
	buf_add(&text, STR("\":1,"));
	key = arena_str(&arena, str_skip(buf_str(&text), 1));
	buf_add(&text, str_take(key, key.n - 1));
	buf_addc(&text, '}');
	assert_int_equal(text_parse_json(&arena, buf_str(&text), &v, &err), -EINVAL);
	assert_non_null(strstr(err.what, "key \"??x\xe2\x82\xac"));
	assert_non_null(strstr(err.what, "??\" stands twice"));
	buf_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_kind_with_its_place),
		cmocka_unit_test(numbers_have_the_kind_of_their_value),
		cmocka_unit_test(strings_are_unescaped),
		cmocka_unit_test(structure_is_strict),
		cmocka_unit_test(bytes_that_are_no_text_are_named),
		cmocka_unit_test(a_key_twice_names_both_places),
		cmocka_unit_test(bounds_hold),
		cmocka_unit_test(a_message_is_one_line_of_text),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
