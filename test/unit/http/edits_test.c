/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>

#include "http/h1.h"

static struct http_field fields[HTTP_FIELDS_MAX];
static struct http_request req;
static struct arena arena;
static struct http_edits edits;
static char out[4096];

static void begin(const char *text)
{
	const struct http_limits limits = HTTP_LIMITS_DEFAULT;
	struct h1_parser p;

	h1_request_begin(&p, &req, fields);
	assert_int_equal(h1_request_parse(&p, &req, str_from(text), &limits), H1_DONE);
	http_edits_init(&edits, &arena);
}

static struct str written(const struct http_edits *e)
{
	struct h1_request_out o;
	int n;

	h1_request_out_init(&o, &req);
	n = h1_request_write(&o, &req.head, e, out, sizeof(out));
	assert_true(n > 0);
	return str_of(out, (size_t)n);
}

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

#define START "GET /p?q HTTP/1.1\r\nHost: a\r\n"
#define HEAD START "X-One: 1\r\nAccept: */*\r\nx-one: 2\r\nCookie: c\r\n\r\n"

static void test_unchanged(void **state)
{
	(void)state;
	begin(HEAD);
	assert_str(written(&edits), HEAD);
}

static void test_set_add_remove(void **state)
{
	struct str v;

	(void)state;
	begin(HEAD);
	assert_int_equal(http_edits_set(&edits, &req.head, HTTP_OTHER, STR("X-ONE"), STR("3")), 0);
	assert_int_equal(http_edits_add(&edits, HTTP_ACCEPT, STR("Accept"), STR("b")), 0);
	http_edits_remove(&edits, &req.head, HTTP_COOKIE, STR("cookie"));
	assert_int_equal(http_edits_add(&edits, HTTP_OTHER, STR("X-Gone"), STR("1")), 0);
	http_edits_remove(&edits, &req.head, HTTP_OTHER, STR("x-gone"));
	assert_str(written(&edits), START "Accept: */*\r\nX-ONE: 3\r\nAccept: b\r\n\r\n");
	assert_true(http_edits_get(&edits, &req.head, HTTP_OTHER, STR("x-One"), &v));
	assert_str(v, "3");
	assert_true(http_edits_get(&edits, &req.head, HTTP_ACCEPT, STR(""), &v));
	assert_str(v, "*/*");
	assert_false(http_edits_get(&edits, &req.head, HTTP_COOKIE, STR(""), &v));
	assert_false(http_edits_get(&edits, &req.head, HTTP_OTHER, STR("X-Gone"), &v));
}

static void test_copies_differ(void **state)
{
	struct http_edits copy;

	(void)state;
	begin(HEAD);
	assert_int_equal(http_edits_add(&edits, HTTP_OTHER, STR("A"), STR("1")), 0);
	http_edits_copy(&copy, &edits, &arena);
	assert_int_equal(http_edits_set(&copy, &req.head, HTTP_OTHER, STR("a"), STR("2")), 0);
	http_edits_remove(&copy, &req.head, HTTP_OTHER, STR("x-one"));
	assert_str(written(&edits),
		START "X-One: 1\r\nAccept: */*\r\nx-one: 2\r\nCookie: c\r\nA: 1\r\n\r\n");
	assert_str(written(&copy), START "Accept: */*\r\nCookie: c\r\na: 2\r\n\r\n");
}

/* More additions than the first block holds, and more fields than one word of bits. */
static void test_many(void **state)
{
	struct buf text = {0};
	unsigned it = 0, n = 0;
	enum http_id id;
	struct str name, value;

	(void)state;
	buf_add(&text, STR(START));
	for (int i = 0; i < 90; i++)
		buf_printf(&text, "F%d: %d\r\n", i, i);
	buf_add(&text, STR("\r\n"));
	buf_addc(&text, '\0');
	begin(text.p);
	for (int i = 0; i < 50; i++)
		assert_int_equal(http_edits_add(&edits, HTTP_OTHER, STR("A"), STR("x")), 0);
	http_edits_remove(&edits, &req.head, HTTP_OTHER, STR("F0"));
	http_edits_remove(&edits, &req.head, HTTP_OTHER, STR("F80"));
	while (http_edits_next(&edits, &req.head, &it, &id, &name, &value))
		n++;
	assert_int_equal(n, 1 + 88 + 50);
	assert_false(http_edits_get(&edits, &req.head, HTTP_OTHER, STR("f80"), &value));
	assert_true(http_edits_get(&edits, &req.head, HTTP_OTHER, STR("f79"), &value));
	buf_fini(&text);
}

static void test_refused(void **state)
{
	static const struct str bad[] = {
		{"a\r\nb", 4}, {"a\0", 2}, {" a", 2}, {"a\t", 2}, {"\x7f", 1}};

	(void)state;
	begin(HEAD);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(http_edits_add(&edits, HTTP_OTHER, STR("A"), bad[i]), -EINVAL);
		assert_int_equal(
			http_edits_set(&edits, &req.head, HTTP_COOKIE, STR("Cookie"), bad[i]),
			-EINVAL);
	}
	assert_int_equal(http_edits_add(&edits, HTTP_OTHER, STR("a b"), STR("")), -EINVAL);
	assert_int_equal(http_edits_add(&edits, HTTP_OTHER, STR(""), STR("")), -EINVAL);
	assert_int_equal(http_edits_add(&edits, HTTP_HOST, STR("Host"), STR("b")), -EINVAL);
	assert_int_equal(
		http_edits_add(&edits, HTTP_CONTENT_LENGTH, STR("Content-Length"), STR("1")),
		-EINVAL);
	assert_str(written(&edits), HEAD);
}

static bool ours(void *ctx, struct str dashed)
{
	(void)ctx;
	return str_eq(dashed, STR("x-user"));
}

static void test_underscores(void **state)
{
	(void)state;
	begin(START
		"X_User: 1\r\nX_Free: 1\r\nX-Both: 1\r\nX_both: 1\r\nX-User: 2\r\nCookie_: 1\r\n"
		"X_Real_IP: 1\r\nACCESS_CONTROL-REQUEST_METHOD: x\r\n\r\n");
	assert_true(req.head.underscores);
	http_strip_underscores(&edits, &req.head, ours, NULL);
	assert_str(
		written(&edits), START "X_Free: 1\r\nX-Both: 1\r\nX-User: 2\r\nCookie_: 1\r\n\r\n");
	begin(START "X-Free: 1\r\n\r\n");
	assert_false(req.head.underscores);
}

/* A client cannot have the gateway's own words removed by naming them in Connection. */
static void test_nominations(void **state)
{
	(void)state;
	begin(START "Connection: x-forwarded-for, X-Mine, host\r\nX-Forwarded-For: 1\r\n"
		    "X-Mine: 1\r\nX-Kept: 1\r\n\r\n");
	assert_true(req.head.nominates);
	http_strip_hop_by_hop(&edits, &req.head);
	assert_str(written(&edits), START "X-Forwarded-For: 1\r\nX-Kept: 1\r\n\r\n");
	begin(START "Connection: keep-alive, Close\r\n\r\n");
	assert_false(req.head.nominates);
}

static void test_lists(void **state)
{
	struct str rest = STR(" ,a, b\t,,\tc d ,"), item;

	(void)state;
	assert_true(http_list_next(&rest, &item));
	assert_str(item, "a");
	assert_true(http_list_next(&rest, &item));
	assert_str(item, "b");
	assert_true(http_list_next(&rest, &item));
	assert_str(item, "c d");
	assert_false(http_list_next(&rest, &item));
	begin(START "Accept: a, B\r\nAccept: c\r\n\r\n");
	assert_true(http_list_has(&req.head, HTTP_ACCEPT, STR("b")));
	assert_true(http_list_has(&req.head, HTTP_ACCEPT, STR("C")));
	assert_false(http_list_has(&req.head, HTTP_ACCEPT, STR("d")));
	assert_false(http_list_has(&req.head, HTTP_VIA, STR("a")));
}

static void test_find(void **state)
{
	const struct http_field *f;

	(void)state;
	begin(HEAD);
	f = http_find(&req.head, HTTP_OTHER, STR("X-ONE"), 0);
	assert_non_null(f);
	assert_str(http_field_value(&req.head, f), "1");
	f = http_find(&req.head, HTTP_OTHER, STR("X-ONE"), (unsigned)(f - fields) + 1);
	assert_non_null(f);
	assert_str(http_field_value(&req.head, f), "2");
	assert_null(http_find(&req.head, HTTP_OTHER, STR("X-ONE"), (unsigned)(f - fields) + 1));
	assert_null(http_find(&req.head, HTTP_DATE, STR(""), 0));
	assert_str(http_value(&req.head, HTTP_COOKIE), "c");
	assert_null(http_value(&req.head, HTTP_DATE).p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unchanged),
		cmocka_unit_test(test_set_add_remove),
		cmocka_unit_test(test_copies_differ),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_underscores),
		cmocka_unit_test(test_nominations),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
