/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/mem.h"
#include "test.h"
#include "text/parse.h"
#include "text/write.h"

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

	if (text_parse_yaml(&arena, text, 1, &v, &err))
		fail_msg("%.*s: %u:%u: %s", STR_ARG(text), err.line, err.column, err.what);
	return v;
}

/* <text> says what <json> says. */
static void same(struct str text, const char *json)
{
	struct value v = good(text);
	struct buf out = {0};

	text_write_json(&out, &v, TEXT_COMPACT);
	assert_str(buf_str(&out), json);
	buf_fini(&out);
}

static void bad(struct str text, int code, uint32_t line, uint32_t column, const char *what)
{
	struct text_error err = {0};
	struct value v = value_int(7);

	assert_int_equal(text_parse_yaml(&arena, text, 1, &v, &err), code);
	if (err.line != line || err.column != column || !strstr(err.what, what))
		fail_msg("%.*s: got %u:%u: %s, want %u:%u: %s", STR_ARG(text), err.line, err.column,
			err.what, line, column, what);
	assert_int_equal(v.integer, 7);
}

/* Each line of the file holds a document and what the library behind kubectl (its strict reading)
 * makes of it: a value, or nothing where it refuses; "ours" where we differ on purpose. */
static void agrees_with_kubectl(void **state)
{
	FILE *f = fopen(SOURCE_DIR "/test/unit/text/yaml_verdicts.jsonl", "r");
	char *line = NULL;
	size_t room = 0;
	unsigned seen = 0;

	(void)state;
	assert_non_null(f);
	while (getline(&line, &room, f) > 0) {
		const struct value *want, *ours;
		struct value row, got;
		struct text_error err = {0};
		struct str text;
		int rc;

		assert_int_equal(text_parse_json(&arena, str_from(line), &row, &err), 0);
		text = value_get_str(&row, STR("yaml"), STR(""));
		want = value_get(&row, STR("kubectl"));
		ours = value_get(&row, STR("ours"));
		if (ours)
			want = value_get(ours, STR("value"));
		rc = text_parse_yaml(&arena, text, 1, &got, &err);
		if ((rc == 0) != (want != NULL) || (want && !value_equal(want, &got)))
			fail_msg("%s got %s", line, rc ? err.what : "another value");
		seen++;
	}
	assert_true(seen > 200);
	mem_free(line);
	fclose(f);
}

static void reads_a_route_with_places(void **state)
{
	struct value v = good(STR("apiVersion: v1\n"
				  "kind: HTTPRoute   # of the shop\n"
				  "metadata:\n"
				  "  name: shop\n"
				  "spec:\n"
				  "  hostnames: [\"a.example\", b.example]\n"
				  "  rules:\n"
				  "  - matches:\n"
				  "    - path: {type: Exact, value: /x}\n"
				  "    backendRefs:\n"
				  "      - name: web\n"
				  "        port: 8080\n"));
	const struct value *spec = value_get(&v, STR("spec"));
	const struct value *rule = value_get(spec, STR("rules"))->items;
	const struct value *ref = value_get(rule, STR("backendRefs"))->items;
	const struct member *port = value_member(ref, STR("port"));
	const struct value *hosts = value_get(spec, STR("hostnames"));

	(void)state;
	assert_int_equal(v.line, 1);
	assert_int_equal(port->line, 12);
	assert_int_equal(port->column, 9);
	assert_int_equal(port->value.column, 15);
	assert_int_equal(port->value.integer, 8080);
	assert_int_equal(hosts->items[1].line, 6);
	assert_int_equal(hosts->items[1].column, 28);
	assert_int_equal(rule->line, 8);
	assert_int_equal(rule->column, 5);
	assert_int_equal(ref->column, 9);
	assert_str(value_get_str(&v, STR("kind"), STR("")), "HTTPRoute");
}

static void lines_count_from_where_the_document_stands(void **state)
{
	struct text_error err;
	struct value v;

	(void)state;
	assert_int_equal(text_parse_yaml(&arena, STR("---\na: b\n"), 40, &v, NULL), 0);
	assert_int_equal(v.members[0].line, 41);
	assert_int_equal(text_parse_yaml(&arena, STR("---\na: b: c\n"), 40, &v, &err), -EINVAL);
	assert_int_equal(err.line, 41);
	assert_int_equal(err.column, 5);
}

static void mistakes_are_told_where_they_are(void **state)
{
	(void)state;
	bad(STR("a: b: c\n"), -EINVAL, 1, 5, "a second ':' on this line");
	bad(STR("a:\n\tb: c\n"), -EINVAL, 2, 1, "a tab indents this line; use spaces");
	bad(STR("a:\n  b: c\n    d: e\n"), -EINVAL, 3, 6, "a second ':' on this line");
	bad(STR("a:\n  b: [c]\n    d: e\n"), -EINVAL, 3, 5, "indented deeper");
	bad(STR("a:\n    b: c\n  d: e\n"), -EINVAL, 3, 3, "indented deeper");
	bad(STR("a: b\n- c\n"), -EINVAL, 2, 1, "expected a key and ':', found '-'");
	bad(STR("a: b\nc\n"), -EINVAL, 2, 1, "expected a key and ':', found 'c'");
	bad(STR("a: - b\n"), -EINVAL, 1, 4, "a list begins on a line of its own");
	bad(STR("a: @b\n"), -EINVAL, 1, 4, "a value cannot start with '@'; quote it");
	bad(STR("a: *b\n"), -EINVAL, 1, 4, "no anchor \"&b\"");
	bad(STR("a: 'b\n\n"), -EINVAL, 1, 4, "no closing quote");
	bad(STR("a: \"b\n---\n"), -EINVAL, 2, 1, "ends within a quoted text");
	bad(STR("a: [b,\n  c\n"), -EINVAL, 1, 4, "the ']' that closes this is missing");
	bad(STR("a: {b: c\nd: e\n"), -EINVAL, 2, 2, "expected ',' or '}', found ':'");
	bad(STR("a: [b}\n"), -EINVAL, 1, 6, "expected ',' or ']', found '}'");
	bad(STR("a: [b] c\n"), -EINVAL, 1, 8, "expected the line's end, found 'c'");
	bad(STR("a: |x\n  b\n"), -EINVAL, 1, 5, "expected the line's end behind '|'");
	bad(STR("a: .inf\n"), -EINVAL, 1, 4, ".inf has no form in JSON");
	bad(STR("a: !!int b\n"), -EINVAL, 1, 10, "\"b\" is not an integer");
	bad(STR("a: !env HOME\n"), -EINVAL, 1, 4, "unknown tag \"!env\"");
	bad(STR("a: 1\nb: 2\na: 3\n"), -EINVAL, 3, 1,
		"key \"a\" stands twice, first at line 1, column 1");
	bad(STR("1.10: a\n"), -EINVAL, 1, 1, "reads as a number with a fraction; quote it");
	bad(STR("? [a]\n: b\n"), -EINVAL, 1, 3, "a key must be text");
	bad(STR("<<: 1\n"), -EINVAL, 1, 5, "'<<' merges mappings");
	bad(STR("%TAG ! x\n---\na: b\n"), -EINVAL, 1, 1, "the only directive");
	bad(STR("a: b\n---\nc: d\n"), -EINVAL, 2, 1, "a second document begins here");
	bad(STR("a: \"\\q\"\n"), -EINVAL, 1, 5, "no such escape");
	bad(STR("a: \"\\ud800\"\n"), -EINVAL, 1, 5, "names no character");
	bad(STR("a: b\0c\n"), -EINVAL, 1, 5, "NUL byte");
	bad(STR("a: b\r\nb: \xe9\r\n"), -EINVAL, 2, 4, "not UTF-8");
}

static void numbers_words_and_texts(void **state)
{
	(void)state;
	same(STR("[yes, No, on, OFF, y, true, \"yes\", 'no', ~, null, !!str null]"),
		"[true,false,true,false,true,true,\"yes\",\"no\",null,null,\"null\"]");
	same(STR("[1, 010, 0o10, 0x10, 0b10, 1_000, 1e3, 1.5, .5, 5., 08, 1.2.3, 1:2, 2026-01-31]"),
		"[1,8,8,16,2,1000,1000,1.5,0.5,5,8,\"1.2.3\",\"1:2\",\"2026-01-31\"]");
	same(STR("{8080: a, true: b, 0x1F: c}"), "{\"8080\":\"a\",\"true\":\"b\",\"31\":\"c\"}");
	same(STR("\xef\xbb\xbf"
		 "a: \"\\ud83d\\ude00\"\n"),
		"{\"a\":\"\xf0\x9f\x98\x80\"}");
}

static void merges_and_aliases(void **state)
{
	struct value v;

	(void)state;
	same(STR("base: &b {x: 1, z: 2}\nc:\n  z: 3\n  <<: *b\nd: *b\n"),
		"{\"base\":{\"x\":1,\"z\":2},\"c\":{\"z\":3,\"x\":1},\"d\":{\"x\":1,\"z\":2}}");
	same(STR("- &a {x: 1}\n- &b {x: 2, z: 2}\n- <<: [*a, *b]\n"),
		"[{\"x\":1},{\"x\":2,\"z\":2},{\"x\":1,\"z\":2}]");
	same(STR("\"<<\": {a: b}\n"), "{\"<<\":{\"a\":\"b\"}}");
	bad(STR("a: &x [*x]\n"), -EINVAL, 1, 8, "within its own anchor");
	/* An alias stands where it is written; what it repeats keeps its own places. */
	v = good(STR("a: &x\n  - 1\nb: *x\n"));
	assert_int_equal(v.members[1].value.line, 3);
	assert_int_equal(v.members[1].value.items[0].line, 2);
}

static void aliases_are_bounded(void **state)
{
	struct buf text = {0};

	(void)state;
	/* Each level repeats the one before ten times. */
	buf_add(&text, STR("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"));
	for (int i = 1; i < 10; i++) {
		buf_printf(&text, "a%d: &a%d [", i, i);
		for (int k = 0; k < 10; k++)
			buf_printf(&text, "%s*a%d", k ? "," : "", i - 1);
		buf_add(&text, STR("]\n"));
	}
	bad(buf_str(&text), -E2BIG, 5, 26, "aliases repeat too much");
	buf_reset(&text);
	/* Each level is one deeper than the one before. */
	buf_add(&text, STR("a0: &a0 []\n"));
	for (int i = 1; i < 100; i++)
		buf_printf(&text, "a%d: &a%d [*a%d]\n", i, i, i - 1);
	bad(buf_str(&text), -E2BIG, 64, 12, "aliases repeat too much");
	buf_reset(&text);
	for (int i = 0; i <= TEXT_MAX_ANCHORS; i++)
		buf_printf(&text, "- &a%d\n", i);
	bad(buf_str(&text), -E2BIG, TEXT_MAX_ANCHORS + 1, 3, "more than 1024 anchors");
	buf_fini(&text);
}

static void depth_is_bounded(void **state)
{
	struct buf text = {0};

	(void)state;
	for (int i = 0; i < 50000; i++)
		buf_add(&text, STR("- "));
	bad(buf_str(&text), -E2BIG, 1, 2 * TEXT_MAX_DEPTH + 1, "more than 64 levels");
	buf_reset(&text);
	for (int i = 0; i < 50000; i++)
		buf_add(&text, STR("[a: {b: "));
	bad(buf_str(&text), -E2BIG, 1, 171, "more than 64 levels");
	buf_reset(&text);
	for (int i = 0; i < 1000; i++) {
		for (int k = 0; k < i; k++)
			buf_addc(&text, ' ');
		buf_add(&text, STR("? \n"));
	}
	bad(buf_str(&text), -E2BIG, TEXT_MAX_DEPTH + 1, TEXT_MAX_DEPTH + 1, "more than 64 levels");
	buf_fini(&text);
}

struct expected {
	uint32_t line;
	const char *text;
};

static void split(struct str stream, const struct expected *want, size_t n)
{
	struct text_documents docs = {stream, 1};
	struct text_document d;
	size_t i = 0;

	while (text_split_documents(&docs, &d)) {
		if (i == n)
			fail_msg("one document too many: %.*s", STR_ARG(d.text));
		assert_str(d.text, want[i].text);
		assert_int_equal(d.line, want[i].line);
		i++;
	}
	assert_int_equal(i, n);
	assert_false(text_split_documents(&docs, &d));
}

#define SPLIT(text, ...)                                                          \
	do {                                                                      \
		static const struct expected want_[] = {__VA_ARGS__};             \
		split(str_of((text), sizeof(text) - 1), want_, ARRAY_LEN(want_)); \
	} while (0)

static void a_stream_is_split_into_documents(void **state)
{
	(void)state;
	split(STR(""), NULL, 0);
	split(STR("\n# nothing\n---\n\n--- # still nothing\n...\n"), NULL, 0);
	SPLIT("a: b", {1, "a: b"});
	SPLIT("---\na: b\n---\nc: d\n", {1, "---\na: b\n"}, {3, "---\nc: d\n"});
	SPLIT("# first\n---\na: b\n---\n# none\n---\nc: d", {2, "---\na: b\n"}, {6, "---\nc: d"});
	SPLIT("a: b\r\n---\r\nc: d\r\n", {1, "a: b\r\n"}, {2, "---\r\nc: d\r\n"});
	SPLIT("a: |\n  x\n  ---\n  y\n---\nb: c\n", {1, "a: |\n  x\n  ---\n  y\n"},
		{5, "---\nb: c\n"});
	SPLIT("---a: b\n----\n--- c\n", {1, "---a: b\n----\n"}, {3, "--- c\n"});
	SPLIT("a: b\n...\n# between\n---\nc: d\n", {1, "a: b\n...\n"}, {4, "---\nc: d\n"});
	SPLIT("%YAML 1.2\n---\na: b\n...\n%YAML 1.1\n---\nc: d\n",
		{1, "%YAML 1.2\n---\na: b\n...\n"}, {5, "%YAML 1.1\n---\nc: d\n"});
	SPLIT("\xef\xbb\xbf# x\n---\na: b\n", {2, "---\na: b\n"});
	/* A text that is not closed ends with its document. */
	SPLIT("a: \"b\n---\nc: d\n", {1, "a: \"b\n"}, {2, "---\nc: d\n"});
}

static void one_broken_document_leaves_the_others(void **state)
{
	struct text_documents docs = {STR("a: 1\n---\nb: [\n---\nc: 3\n"), 1};
	struct text_document d;
	struct text_error err;
	struct value v;

	(void)state;
	assert_true(text_split_documents(&docs, &d));
	assert_int_equal(text_parse_yaml(&arena, d.text, d.line, &v, &err), 0);
	assert_true(text_split_documents(&docs, &d));
	assert_int_equal(text_parse_yaml(&arena, d.text, d.line, &v, &err), -EINVAL);
	assert_int_equal(err.line, 3);
	assert_true(text_split_documents(&docs, &d));
	assert_int_equal(text_parse_yaml(&arena, d.text, d.line, &v, &err), 0);
	assert_int_equal(v.members[0].value.line, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_kubectl),
		cmocka_unit_test(reads_a_route_with_places),
		cmocka_unit_test(lines_count_from_where_the_document_stands),
		cmocka_unit_test(mistakes_are_told_where_they_are),
		cmocka_unit_test(numbers_words_and_texts),
		cmocka_unit_test(merges_and_aliases),
		cmocka_unit_test(aliases_are_bounded),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(a_stream_is_split_into_documents),
		cmocka_unit_test(one_broken_document_leaves_the_others),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
