/* SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <math.h>

#include "base/rand.h"
#include "test.h"
#include "text/parse.h"
#include "text/write.h"

static struct arena arena;
static struct buf out;

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
	buf_fini(&out);
	return 0;
}

static struct value json(const char *text)
{
	struct text_error err = {0};
	struct value v;

	if (text_parse_json(&arena, str_from(text), &v, &err))
		fail_msg("%s: %u:%u: %s", text, err.line, err.column, err.what);
	return v;
}

static void writes_json_compact_and_indented(void **state)
{
	struct value v = json("{\"a\":[1,-2.5,true,null,\"x\\n\"],\"b\":{\"c\":{}},\"d\":[]}");

	(void)state;
	buf_reset(&out);
	text_write_json(&out, &v, TEXT_COMPACT);
	assert_str(buf_str(&out), "{\"a\":[1,-2.5,true,null,\"x\\n\"],\"b\":{\"c\":{}},\"d\":[]}");
	buf_reset(&out);
	text_write_json(&out, &v, TEXT_INDENTED);
	assert_str(buf_str(&out), "{\n  \"a\": [\n    1,\n    -2.5,\n    true,\n    null,\n"
				  "    \"x\\n\"\n  ],\n  \"b\": {\n    \"c\": {}\n  },\n"
				  "  \"d\": []\n}\n");
}

static void json_strings_are_always_valid(void **state)
{
	(void)state;
	buf_reset(&out);
	text_write_json_string(&out, str_of("\"\\\b\f\n\r\t\0\x1f\x7f/\xc3\xa9\xff\xe2\x82", 16));
	assert_str(buf_str(&out), "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\\u007f/\xc3\xa9"
				  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void writes_yaml_as_kubectl_prints(void **state)
{
	struct value v =
		json("{\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"web\",\"labels\":{}},"
		     "\"spec\":{\"ports\":[{\"port\":80,\"name\":\"http\"},[1,[2]],[]],"
		     "\"on\":\"true\",\"text\":\"one\\n  two\\n\",\"tail\":\"a\\nb\","
		     "\"more\":\"a\\n\\n\",\"hosts\":[\"*.example\",\"a: b\",\"it's\"]}}");

	(void)state;
	buf_reset(&out);
	text_write_yaml(&out, &v);
	assert_str(buf_str(&out), "apiVersion: v1\n"
				  "metadata:\n"
				  "  name: web\n"
				  "  labels: {}\n"
				  "spec:\n"
				  "  ports:\n"
				  "  - port: 80\n"
				  "    name: http\n"
				  "  - - 1\n"
				  "    - - 2\n"
				  "  - []\n"
				  "  \"on\": \"true\"\n"
				  "  text: |\n"
				  "    one\n"
				  "      two\n"
				  "  tail: |-\n"
				  "    a\n"
				  "    b\n"
				  "  more: |+\n"
				  "    a\n"
				  "\n"
				  "  hosts:\n"
				  "  - '*.example'\n"
				  "  - 'a: b'\n"
				  "  - it's\n");
}

/* What a plain text would be taken for something else is quoted, and only that. */
static void quotes_only_where_needed(void **state)
{
	static const struct {
		const char *text, *yaml;
	} rows[] = {
		{"plain text", "plain text"},
		{"a/b:c#d", "a/b:c#d"},
		{"http://x:80/", "http://x:80/"},
		{"-x", "-x"},
		{"10.0.0.1", "10.0.0.1"},
		{"v1", "v1"},
		{"1.2.3", "1.2.3"},
		{"a,b", "a,b"},
		{"5s", "5s"},
		{"", "\"\""},
		{"true", "\"true\""},
		{"No", "\"No\""},
		{"y", "\"y\""},
		{"~", "\"~\""},
		{"null", "\"null\""},
		{"1", "\"1\""},
		{"1e3", "\"1e3\""},
		{"0x1f", "\"0x1f\""},
		{"1_0", "\"1_0\""},
		{".5", "\".5\""},
		{".inf", "\".inf\""},
		{"12:30", "\"12:30\""},
		{"2026-01-31", "\"2026-01-31\""},
		{"<<", "\"<<\""},
		{"=", "\"=\""},
		{" a", "' a'"},
		{"a ", "'a '"},
		{"a:", "'a:'"},
		{"a: b", "'a: b'"},
		{"a #b", "'a #b'"},
		{"- a", "'- a'"},
		{"-", "'-'"},
		{"---", "'---'"},
		{"?", "'?'"},
		{"*a", "'*a'"},
		{"&a", "'&a'"},
		{"!a", "'!a'"},
		{"{a", "'{a'"},
		{"[a", "'[a'"},
		{"@a", "'@a'"},
		{"%a", "'%a'"},
		{"'a", "'''a'"},
		{"\"a", "'\"a'"},
		{"#a", "'#a'"},
		{"|a", "'|a'"},
		{"a\tb", "'a\tb'"},
		{"a\rb", "\"a\\u000db\""},
		{"\n", "\"\\n\""},
		{" a\nb", "\" a\\nb\""},
		{"\xc3\xa9", "\xc3\xa9"},
		{"\xc2\x85", "\"\\u0085\""},
		{"\xe2\x80\xa8", "\"\\u2028\""},
		{"\xef\xbb\xbfx", "\"\\ufeffx\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct value v = value_str(str_from(rows[i].text)), back;

		buf_reset(&out);
		text_write_yaml(&out, &v);
		assert_int_equal(out.p[out.n - 1], '\n');
		assert_str(str_take(buf_str(&out), out.n - 1), rows[i].yaml);
		assert_int_equal(text_parse_yaml(&arena, buf_str(&out), 1, &back, NULL), 0);
		assert_str(back.string, rows[i].text);
	}
}

static void numbers_are_shortest_and_exact(void **state)
{
	static const struct {
		double real;
		const char *text;
	} rows[] = {
		{0.1, "0.1"},
		{1.0 / 3, "0.3333333333333333"},
		{5e-324, "4.94065645841247e-324"},
		{DBL_MAX, "1.797693134862316e+308"},
		{1e19, "1e+19"},
		{-0.0, "0"},
		{3.0, "3"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct value v = value_float(rows[i].real), back;

		buf_reset(&out);
		text_write_json(&out, &v, TEXT_COMPACT);
		if (i != 3) /* 17 digits here: only that it reads back matters */
			assert_str(buf_str(&out), rows[i].text);
		assert_int_equal(text_parse_json(&arena, buf_str(&out), &back, NULL), 0);
		assert_true(value_equal(&v, &back));
	}
}

/* --- what is written reads back, on random values ------------------------------------------ */

static struct str random_text(struct rand *r)
{
	static const char *const pieces[] = {"a", "b", "true", "null", "1", "0x", "-", ":", " ",
		"  ", "#", "\n", "\n\n", "\t", "'", "\"", "\\", "[", "]", "{", "}", ",", "&", "*",
		"!", "|", ">", "%", "@", "`", "?", "---", "...", "<<", "~", "y", ".", "e", "_",
		"\r", "\x01", "\x7f", "\xc3\xa9", "\xc2\x85", "\xe2\x80\xa8", "\xef\xbb\xbf",
		"\xef\xbf\xbf", "\xf0\x9f\x98\x80", "\xc2\xa0", ": ", " #", "- ", "2026-01-31"};
	struct buf b = {0};
	struct str s;

	for (uint32_t n = rand_below(r, 6); n; n--)
		buf_add(&b, str_from(pieces[rand_below(r, ARRAY_LEN(pieces))]));
	if (rand_below(r, 50) == 0)
		buf_addc(&b, '\0');
	s = arena_str(&arena, buf_str(&b));
	buf_fini(&b);
	return s;
}

static double random_real(struct rand *r)
{
	double real;
	uint64_t bits;

	do {
		bits = rand_u64(r);
		memcpy(&real, &bits, sizeof(real));
	} while (!isfinite(real));
	return rand_below(r, 2) ? real : (double)rand_below(r, 1000) / 8;
}

static struct value random_value(struct rand *r, int depth)
{
	struct value v;

	switch (rand_below(r, depth ? 9 : 6)) {
	case 0:
		return value_null();
	case 1:
		return value_bool(rand_below(r, 2));
	case 2:
		return value_int(rand_below(r, 2) ? (int64_t)rand_u64(r) : rand_below(r, 100));
	case 3:
		return value_float(random_real(r));
	case 4:
	case 5:
		return value_str(random_text(r));
	case 6:
		v = value_array();
		for (uint32_t n = rand_below(r, 5); n; n--)
			value_push(&arena, &v, random_value(r, depth - 1));
		return v;
	default:
		v = value_object();
		for (uint32_t n = rand_below(r, 5); n; n--)
			value_set(&arena, &v, random_text(r), random_value(r, depth - 1));
		return v;
	}
}

static void reads_back(const struct value *v, const char *how, int rc, const struct value *back,
	const struct text_error *err)
{
	if (rc)
		fail_msg("%s: %u:%u: %s in\n%.*s", how, err->line, err->column, err->what,
			STR_ARG(buf_str(&out)));
	if (!value_equal(v, back))
		fail_msg("%s: another value from\n%.*s", how, STR_ARG(buf_str(&out)));
}

static void what_is_written_reads_back(void **state)
{
	struct rand r;

	(void)state;
	for (uint64_t seed = 1; seed <= 20000; seed++) {
		struct text_error err;
		struct value v, back;
		int rc;

		rand_init(&r, seed);
		v = random_value(&r, 4);
		for (int style = TEXT_COMPACT; style <= TEXT_INDENTED; style++) {
			buf_reset(&out);
			text_write_json(&out, &v, (enum text_style)style);
			rc = text_parse_json(&arena, buf_str(&out), &back, &err);
			reads_back(&v, "JSON", rc, &back, &err);
			/* JSON is YAML too. */
			rc = text_parse_yaml(&arena, buf_str(&out), 1, &back, &err);
			reads_back(&v, "JSON as YAML", rc, &back, &err);
		}
		buf_reset(&out);
		text_write_yaml(&out, &v);
		rc = text_parse_yaml(&arena, buf_str(&out), 1, &back, &err);
		reads_back(&v, "YAML", rc, &back, &err);
		arena_reset(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_json_compact_and_indented),
		cmocka_unit_test(json_strings_are_always_valid),
		cmocka_unit_test(writes_yaml_as_kubectl_prints),
		cmocka_unit_test(quotes_only_where_needed),
		cmocka_unit_test(numbers_are_shortest_and_exact),
		cmocka_unit_test(what_is_written_reads_back),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
