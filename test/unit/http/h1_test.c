/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>

#include "base/rand.h"
#include "drive.h"

static struct http_field fields[HTTP_FIELDS_MAX];

static enum http_reason refusal(struct str bytes, size_t step, const struct http_limits *limits)
{
	struct http_request r;
	struct h1_parser p;
	enum h1_result rc = H1_MORE;

	h1_request_begin(&p, &r, fields);
	for (size_t n = MIN(step, bytes.n); rc == H1_MORE; n += step) {
		rc = h1_request_parse(&p, &r, str_take(bytes, n), limits);
		if (n >= bytes.n)
			break;
	}
	return rc == H1_BAD    ? (enum http_reason)p.reason
	       : rc == H1_DONE ? HTTP_R_NONE
			       : HTTP_R_TRUNCATED;
}

/* The same verdict whole and in pieces. */
static void expect(struct buf *b, const struct http_limits *limits, enum http_reason want)
{
	static const size_t steps[] = {SIZE_MAX / 2, 1, 7, 4096};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		enum http_reason got = refusal(buf_str(b), steps[i], limits);

		if (got != want)
			fail_msg("got %s, want %s", http_reason_name(got).p,
				http_reason_name(want).p);
	}
	buf_reset(b);
}

static void repeat(struct buf *b, const char *text, size_t times)
{
	while (times--)
		buf_add(b, str_from(text));
}

#define START "GET / HTTP/1.1\r\nHost: a\r\n"

/* Each limit lets pass what equals it and refuses one more. */
static void test_limits(void **state)
{
	const struct http_limits limits = HTTP_LIMITS_DEFAULT;
	struct buf b = {0};

	(void)state;
	for (int over = 0; over < 2; over++) {
		buf_add(&b, STR("GET /"));
		repeat(&b, "a", limits.uri_max - 1 + (size_t)over);
		buf_add(&b, STR(" HTTP/1.1\r\nHost: a\r\n\r\n"));
		expect(&b, &limits, over ? HTTP_R_URI_TOO_LONG : HTTP_R_NONE);

		buf_add(&b, STR(START));
		repeat(&b, "a: b\r\n", limits.fields_max - 1 + (size_t)over);
		buf_add(&b, STR("\r\n"));
		expect(&b, &limits, over ? HTTP_R_TOO_MANY_HEADERS : HTTP_R_NONE);

		buf_add(&b, STR(START "a: "));
		repeat(&b, "x", limits.head_max - b.n - 4 + (size_t)over);
		buf_add(&b, STR("\r\n\r\n"));
		expect(&b, &limits, over ? HTTP_R_HEAD_TOO_LARGE : HTTP_R_NONE);

		buf_add(&b, STR(START "Connection: a"));
		repeat(&b, ",a", 63 + (size_t)over);
		buf_add(&b, STR("\r\n\r\n"));
		expect(&b, &limits, over ? HTTP_R_TOO_MANY_NOMINATIONS : HTTP_R_NONE);
	}
	buf_fini(&b);
}

/* What never ends is refused as soon as the limit is reached, whatever element it is in. */
static void test_endless(void **state)
{
	const struct http_limits limits = HTTP_LIMITS_DEFAULT;
	struct buf b = {0};

	(void)state;
	repeat(&b, "M", 100000);
	expect(&b, &limits, HTTP_R_METHOD_TOO_LONG);
	buf_add(&b, STR("GET /"));
	repeat(&b, "a", 100000);
	expect(&b, &limits, HTTP_R_URI_TOO_LONG);
	buf_add(&b, STR(START));
	repeat(&b, "a", 100000);
	expect(&b, &limits, HTTP_R_HEAD_TOO_LARGE);
	buf_add(&b, STR(START "a:"));
	repeat(&b, " ", 100000);
	expect(&b, &limits, HTTP_R_HEAD_TOO_LARGE);
	buf_add(&b, STR(START "Cookie: "));
	repeat(&b, "a", 100000);
	expect(&b, &limits, HTTP_R_HEAD_TOO_LARGE);
	buf_add(&b, STR(START));
	repeat(&b, "Cookie: a=b\r\n", 1000);
	expect(&b, &limits, HTTP_R_TOO_MANY_HEADERS);
	repeat(&b, "\r\n", 1000);
	expect(&b, &limits, HTTP_R_BLANK_LINES);
	/* a target that would be too long is refused as such, not for the bad byte behind the limit
	 */
	buf_add(&b, STR("GET /"));
	repeat(&b, "a", limits.uri_max);
	buf_add(&b, STR("\xff HTTP/1.1\r\n"));
	expect(&b, &limits, HTTP_R_URI_TOO_LONG);
	buf_fini(&b);
}

static enum http_reason body_refusal(struct buf *b)
{
	struct drive d;
	enum http_reason why;

	drive_init(&d);
	drive_cut(&d, STR("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
		SIZE_MAX, 1);
	d.reason = HTTP_R_NONE;
	drive_cut(&d, buf_str(b), 0, 3);
	why = d.reason;
	drive_fini(&d);
	buf_reset(b);
	return why;
}

static void test_chunked_limits(void **state)
{
	const struct http_limits limits = HTTP_LIMITS_DEFAULT;
	struct buf b = {0};

	(void)state;
	for (int over = 0; over < 2; over++) {
		/* the CR behind the extension counts */
		buf_add(&b, STR("1;"));
		repeat(&b, "a", limits.chunk_ext_max - 1 + (size_t)over);
		buf_add(&b, STR("\r\nx\r\n0\r\n\r\n"));
		assert_int_equal(body_refusal(&b), over ? HTTP_R_CHUNK_EXT_TOO_LARGE : HTTP_R_NONE);

		buf_add(&b, STR("0\r\n"));
		repeat(&b, "a: b\r\n", limits.fields_max + (size_t)over);
		buf_add(&b, STR("\r\n"));
		assert_int_equal(body_refusal(&b), over ? HTTP_R_TOO_MANY_HEADERS : HTTP_R_NONE);

		buf_add(&b, STR("0\r\na:"));
		repeat(&b, "x", limits.trailer_max - 6 + (size_t)over);
		buf_add(&b, STR("\r\n\r\n"));
		assert_int_equal(body_refusal(&b), over ? HTTP_R_TRAILER_TOO_LARGE : HTTP_R_NONE);
	}
	/* summed over the body, not per chunk */
	repeat(&b, "1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nx\r\n", 1000);
	assert_int_equal(body_refusal(&b), HTTP_R_CHUNK_EXT_TOO_LARGE);
	buf_fini(&b);
}

static void test_kept_trailers(void **state)
{
	static const char body[] = "3\r\nabc\r\n0\r\nX-Sum: 1\r\nHost:b\r\n\r\nGET";
	const struct http_limits limits = HTTP_LIMITS_DEFAULT;

	(void)state;
	for (size_t cut = 0; cut < sizeof(body); cut++) {
		struct buf keep = {0};
		struct h1_chunked c = {.keep = &keep};
		struct str in = str_of(body, cut), data;
		enum http_reason why;
		struct http_head h;
		enum h1_result r;

		while ((r = h1_chunked_next(&c, &limits, &in, &data)) == H1_DATA)
			;
		in = str_skip(str_of(body, sizeof(body) - 1), cut - in.n);
		while (r != H1_DONE && (r = h1_chunked_next(&c, &limits, &in, &data)) == H1_DATA)
			;
		assert_int_equal(r, H1_DONE);
		assert_int_equal(in.n, 3);
		assert_int_equal(
			h1_fields_parse(&h, fields, buf_str(&keep), &limits, &why), H1_DONE);
		assert_int_equal(h.fields_n, 2);
		assert_str(http_field_value(&h, &fields[0]), "1");
		assert_int_equal(h1_fields_parse(&h, fields, str_take(buf_str(&keep), keep.n - 1),
					 &limits, &why),
			H1_BAD);
		assert_int_equal(why, HTTP_R_TRUNCATED);
		buf_fini(&keep);
	}
}

/* Data that goes another way is skipped, and the decoder goes on behind it. */
static void test_skip(void **state)
{
	const struct http_limits limits = HTTP_LIMITS_DEFAULT;
	struct h1_chunked c = {0};
	struct str in = STR("100\r\nab"), data;

	(void)state;
	assert_int_equal(h1_chunked_next(&c, &limits, &in, &data), H1_DATA);
	assert_str(data, "ab");
	assert_int_equal(c.left, 254);
	h1_chunked_skip(&c, 254);
	in = STR("\r\n0\r\n\r\n");
	assert_int_equal(h1_chunked_next(&c, &limits, &in, &data), H1_DONE);
}

static void test_chunk_head(void **state)
{
	static const struct {
		uint64_t n;
		const char *text;
	} rows[] = {{1, "1\r\n"}, {15, "f\r\n"}, {16, "10\r\n"}, {0xabc, "abc\r\n"},
		{65536, "10000\r\n"}, {UINT64_MAX, "ffffffffffffffff\r\n"}};
	char out[H1_CHUNK_HEAD_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_str(str_of(out, h1_chunk_head(out, rows[i].n)), rows[i].text);
}

static int request_write(struct h1_request_out o, char *p, size_t cap)
{
	struct http_edits e = {0};

	return h1_request_write(&o, NULL, &e, p, cap);
}

static void test_write_request(void **state)
{
	const struct h1_request_out good = {.method = STR("PUT"),
		.path = STR("/p"),
		.host = STR("a:1"),
		.framing = {.body = HTTP_BODY_LENGTH, .length = 12345678901234567890u}};
	struct http_edits e = {0};
	struct h1_request_out o = good;
	char out[512];
	int n;

	(void)state;
	n = request_write(o, out, sizeof(out));
	assert_str(str_of(out, (size_t)MAX(n, 0)),
		"PUT /p HTTP/1.1\r\nHost: a:1\r\nContent-Length: 12345678901234567890\r\n\r\n");
	assert_int_equal(request_write(o, out, h1_request_bound(&o, NULL, &e) - 1), -ENOBUFS);
#define REFUSE(field, value) \
	o = good;            \
	o.field = (value);   \
	assert_int_equal(request_write(o, out, sizeof(out)), -EINVAL)
	REFUSE(method, STR("G T"));
	REFUSE(method, STR(""));
	REFUSE(path, STR("p"));
	REFUSE(path, STR(""));
	REFUSE(path, STR("/a b"));
	REFUSE(path, STR("/a?b"));
	REFUSE(path, STR("/\r\nX: y"));
	REFUSE(query, STR("a\r"));
	REFUSE(host, STR("a\r\nX: y"));
	REFUSE(host, STR("a b"));
	REFUSE(host, STR(""));
	REFUSE(framing.body, HTTP_BODY_CLOSE);
	REFUSE(framing.body, HTTP_BODY_TUNNEL);
	REFUSE(connection, H1_CONN_UPGRADE);
}

static void test_write_response(void **state)
{
	struct h1_response_out o = {.status = 503,
		.date = STR("D"),
		.framing = {.body = HTTP_BODY_LENGTH},
		.connection = H1_CONN_CLOSE};
	struct arena a;
	struct http_edits e;
	char out[512];
	int n;

	(void)state;
	arena_init(&a, 0);
	http_edits_init(&e, &a);
	n = h1_response_write(&o, NULL, &e, out, sizeof(out));
	assert_str(str_of(out, (size_t)MAX(n, 0)),
		"HTTP/1.1 503 Service Unavailable\r\nDate: D\r\n"
		"Content-Length: 0\r\nConnection: close\r\n\r\n");
	assert_int_equal(http_edits_add(&e, HTTP_DATE, STR("date"), STR("E")), 0);
	o.connection = H1_CONN_KEEP_ALIVE;
	n = h1_response_write(&o, NULL, &e, out, sizeof(out));
	assert_str(str_of(out, (size_t)MAX(n, 0)),
		"HTTP/1.1 503 Service Unavailable\r\ndate: E\r\n"
		"Content-Length: 0\r\nConnection: keep-alive\r\n\r\n");
	o.phrase = STR("a\rb");
	assert_int_equal(h1_response_write(&o, NULL, &e, out, sizeof(out)), -EINVAL);
	o.phrase = STR("");
	o.status = 1000;
	assert_int_equal(h1_response_write(&o, NULL, &e, out, sizeof(out)), -EINVAL);
	o.status = 99;
	assert_int_equal(h1_response_write(&o, NULL, &e, out, sizeof(out)), -EINVAL);
	o.status = 200;
	assert_int_equal(h1_response_write(&o, NULL, &e, out, 16), -ENOBUFS);
	arena_fini(&a);
}

static void test_date(void **state)
{
	char out[H1_DATE_N];

	(void)state;
	assert_str(h1_date(0, out), "Thu, 01 Jan 1970 00:00:00 GMT");
	assert_str(h1_date(784111777, out), "Sun, 06 Nov 1994 08:49:37 GMT");
	assert_str(h1_date(951782399, out), "Mon, 28 Feb 2000 23:59:59 GMT");
	assert_str(h1_date(951782400, out), "Tue, 29 Feb 2000 00:00:00 GMT");
	assert_str(h1_date(4102444800, out), "Fri, 01 Jan 2100 00:00:00 GMT");
}

static struct http_request parsed(const char *text)
{
	const struct http_limits limits = HTTP_LIMITS_DEFAULT;
	struct http_request r;
	struct h1_parser p;

	h1_request_begin(&p, &r, fields);
	assert_int_equal(h1_request_parse(&p, &r, str_from(text), &limits), H1_DONE);
	return r;
}

static void test_request_facts(void **state)
{
	struct http_request r = parsed("POST http://b.:0443/p/q?x=1 HTTP/1.1\r\nHost: a\r\n"
				       "Expect: 100-continue\r\nContent-Length: 7\r\n\r\nrest");

	(void)state;
	assert_str(http_method(&r), "POST");
	assert_int_equal(r.method_id, HTTP_POST);
	assert_str(http_path(&r), "/p/q");
	assert_str(http_query(&r), "x=1");
	assert_true(r.has_query);
	assert_str(http_host(&r), "b.:0443");
	assert_str(http_span_str(&r.head, r.host_name), "b");
	assert_int_equal(r.port, 443);
	assert_int_equal(r.form, URL_ABSOLUTE);
	assert_true(r.expect_continue);
	assert_true(r.keep_alive);
	assert_int_equal(r.framing.body, HTTP_BODY_LENGTH);
	assert_int_equal(r.framing.length, 7);
	assert_str(http_span_str(&r.head, r.target), "http://b.:0443/p/q?x=1");

	assert_false(parsed("GET / HTTP/1.0\r\n\r\n").keep_alive);
	assert_true(parsed("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keep_alive);
	assert_false(
		parsed("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n").keep_alive);
	assert_false(parsed("GET / HTTP/1.0\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n")
			     .keep_alive);
	assert_false(parsed(START "Expect: 100-continue\r\n\r\n").expect_continue);
	assert_false(
		parsed(START "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n").expect_continue);
	assert_str(http_path(&(struct http_request){0}), "/");
}

static bool response_stays(const char *text)
{
	const struct http_limits limits = HTTP_LIMITS_DEFAULT;
	struct http_response r;
	struct h1_parser p;

	h1_response_begin(&p, &r, fields);
	assert_int_equal(h1_response_parse(&p, &r, str_from(text), &limits,
				 (struct h1_asked){.method = HTTP_GET}),
		H1_DONE);
	return r.keep_alive;
}

static void test_response_keep_alive(void **state)
{
	(void)state;
	assert_true(response_stays("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
	assert_false(response_stays("HTTP/1.1 200 OK\r\n\r\n"));
	assert_false(response_stays(
		"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
	assert_false(response_stays("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
	assert_true(response_stays(
		"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"));
}

static void test_phrases(void **state)
{
	(void)state;
	assert_str(http_status_phrase(100), "Continue");
	assert_str(http_status_phrase(404), "Not Found");
	assert_str(http_status_phrase(503), "Service Unavailable");
	assert_str(http_status_phrase(511), "Network Authentication Required");
	assert_str(http_status_phrase(299), "");
	assert_str(http_status_phrase(0), "");
	assert_str(http_status_phrase(999), "");
}

/* The page lists what the table has. */
static void test_reasons_are_documented(void **state)
{
	static char page[65536], row[512];
	FILE *f = fopen(SOURCE_DIR "/docs/http.md", "r");
	size_t n;

	(void)state;
	assert_non_null(f);
	n = fread(page, 1, sizeof(page) - 1, f);
	fclose(f);
	assert_true(n < sizeof(page) - 1);
	for (unsigned i = 1; i < HTTP_REASON_COUNT; i++) {
		enum http_reason r = (enum http_reason)i;

		snprintf(row, sizeof(row), "| `%s` | %d | %s |\n", http_reason_name(r).p,
			http_reason_status(r), http_reason_text(r).p);
		if (!strstr(page, row))
			fail_msg("docs/http.md lacks %s", row);
	}
}

static void test_reasons(void **state)
{
	(void)state;
	for (unsigned a = 0; a < HTTP_REASON_COUNT; a++) {
		struct str name = http_reason_name((enum http_reason)a);
		int status = http_reason_status((enum http_reason)a);

		assert_true(a == HTTP_R_NONE ? status == 0 : status >= 400 && status < 600);
		assert_true(http_reason_text((enum http_reason)a).n > 0);
		for (unsigned b = 0; b < a; b++)
			assert_false(str_eq(name, http_reason_name((enum http_reason)b)));
	}
}

/* --- what we write, we read, and it means the same ---------------------------------------- */

static struct str random_text(struct rand *r, struct arena *a, const char *alphabet, unsigned max)
{
	size_t n = 1 + rand_below(r, max), letters = strlen(alphabet);
	char *p = arena_bytes(a, n);

	for (size_t i = 0; i < n; i++)
		p[i] = alphabet[rand_below(r, (uint32_t)letters)];
	return str_of(p, n);
}

static void test_round_trip(void **state)
{
	static const char token[] = "abcXYZ019-_.!~";
	static const char text[] = "abc/:;=,?%&+\"'\xe9\xff";
	const struct http_limits limits = HTTP_LIMITS_DEFAULT;
	static char out[65536];
	struct rand r;
	struct arena a;

	(void)state;
	rand_init(&r, 7);
	arena_init(&a, 0);
	for (int round = 0; round < 3000; round++) {
		struct h1_request_out o = {.method = random_text(&r, &a, token, 8),
			.path = STR("/x"),
			.query = random_text(&r, &a, "abc=&%?/", 20),
			.has_query = rand_below(&r, 2),
			.host = random_text(&r, &a, "abcA9", 20),
			.framing.body = (enum http_body)rand_below(&r, 3),
			.framing.length = rand_below(&r, 1000000)};
		struct http_edits e;
		struct http_request got;
		struct h1_parser p;
		unsigned it = 0, i = 1;
		struct str name, value;
		enum http_id id;
		int n;

		http_edits_init(&e, &a);
		for (unsigned adds = rand_below(&r, 40); adds; adds--)
			assert_int_equal(http_edits_add(&e, HTTP_OTHER,
						 arena_printf(&a, "x%.*s",
							 STR_ARG(random_text(&r, &a, token, 12))),
						 random_text(&r, &a, text, 60)),
				0);
		n = h1_request_write(&o, NULL, &e, out, sizeof(out));
		assert_true(n > 0);
		h1_request_begin(&p, &got, fields);
		assert_int_equal(
			h1_request_parse(&p, &got, str_of(out, (size_t)n), &limits), H1_DONE);
		assert_int_equal(got.head.n, n);
		assert_true(str_eq(http_method(&got), o.method));
		assert_true(str_eq(http_host(&got), o.host));
		assert_int_equal(got.has_query, o.has_query);
		assert_true(!o.has_query || str_eq(http_query(&got), o.query));
		assert_int_equal(got.framing.body, o.framing.body);
		if (o.framing.body == HTTP_BODY_LENGTH)
			assert_int_equal(got.framing.length, o.framing.length);
		while (http_edits_next(&e, NULL, &it, &id, &name, &value)) {
			assert_true(str_eq(http_field_name(&got.head, &fields[i]), name));
			assert_true(str_eq(http_field_value(&got.head, &fields[i]), value));
			assert_true(fields[i++].plain);
		}
		arena_reset(&a);
	}
	arena_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_chunked_limits),
		cmocka_unit_test(test_kept_trailers),
		cmocka_unit_test(test_skip),
		cmocka_unit_test(test_chunk_head),
		cmocka_unit_test(test_write_request),
		cmocka_unit_test(test_write_response),
		cmocka_unit_test(test_date),
		cmocka_unit_test(test_request_facts),
		cmocka_unit_test(test_response_keep_alive),
		cmocka_unit_test(test_phrases),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_reasons_are_documented),
		cmocka_unit_test(test_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
