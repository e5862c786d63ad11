/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule changes: headers, paths, redirects, CORS, retries, sessions, weights. */
#include "proxy/helper_rig.h"

#include <stdio.h>

#define OK2 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define OK2_OUT               \
	"HTTP/1.1 200 OK\r\n" \
	"Content-Length: 2\r\n" RIG_DATE "\r\nok"
#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

#define EDITS(...)                                                            \
	(&(const struct plan_header_filter){                                  \
		.edits = (const struct plan_header_edit[]){__VA_ARGS__},      \
		.n = sizeof((const struct plan_header_edit[]){__VA_ARGS__}) / \
		     sizeof(struct plan_header_edit)})
#define SET(k, v)                                                      \
	{                                                              \
		.name = STR(k), .value = STR(v), .op = PLAN_HEADER_SET \
	}
#define ADD(k, v)                                                      \
	{                                                              \
		.name = STR(k), .value = STR(v), .op = PLAN_HEADER_ADD \
	}
#define DEL(k)                                           \
	{                                                \
		.name = STR(k), .op = PLAN_HEADER_REMOVE \
	}
#define REQUEST_HEADERS(...)                                                               \
	{                                                                                  \
		.kind = PLAN_FILTER_REQUEST_HEADERS, .request_headers = EDITS(__VA_ARGS__) \
	}
#define RESPONSE_HEADERS(...)                                                                \
	{                                                                                    \
		.kind = PLAN_FILTER_RESPONSE_HEADERS, .response_headers = EDITS(__VA_ARGS__) \
	}
#define REDIRECT(...)                                                                   \
	{                                                                               \
		.kind = PLAN_FILTER_REDIRECT, .redirect = &(const struct plan_redirect) \
		{                                                                       \
			__VA_ARGS__                                                     \
		}                                                                       \
	}
#define REWRITE(...)                                                                 \
	{                                                                            \
		.kind = PLAN_FILTER_REWRITE, .rewrite = &(const struct plan_rewrite) \
		{                                                                    \
			__VA_ARGS__                                                  \
		}                                                                    \
	}

struct row {
	struct rig_rule rule;
	const char *request;
	const char *upstream; /* what the backend gets; NULL: nothing */
	const char *response; /* what it says; NULL: OK2 */
	const char *client; /* what the client gets; NULL: OK2_OUT */
};

static void run_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct rig r;
		struct peer c, b = {0};

		rig_init(&r);
		rig_with(&r, &rows[i].rule);
		c = peer_connect(&r);
		peer_send(&c, rows[i].request);
		if (rows[i].upstream) {
			b = peer_accept(&r, 0);
			peer_expect(&b, rows[i].upstream);
			peer_send(&b, rows[i].response ? rows[i].response : OK2);
		}
		peer_expect(&c, rows[i].client ? rows[i].client : OK2_OUT);
		peer_quiet(&c);
		peer_close(&c);
		peer_close_if(&b);
		rig_fini(&r);
	}
}

/* For what has static storage, where a compound literal may not stand. */
#define CORS(c) .filters = {{.kind = PLAN_FILTER_CORS, .cors = &(c)}}, .n_filters = 1
#define LIT(l)                      \
	{                           \
		"" l, sizeof(l) - 1 \
	}
#define FWD_A RIG_FORWARDED("a")

static void test_headers(void **state)
{
	const struct plan_filter edits[] = {
		REQUEST_HEADERS(SET("x-set", "new"), ADD("x-add", "2"), DEL("x-del"))};
	const struct plan_filters on_backend = {
		.p = edits, .n = 1, .kinds = 1u << PLAN_FILTER_REQUEST_HEADERS};
	const struct row rows[] = {
		{{.filters = {edits[0]}, .n_filters = 1},
			"GET / HTTP/1.1\r\nHost: a\r\nX-Set: old\r\nX-set: older\r\nX-Add: 1\r\n"
			"X-Del: 3\r\nKeep: k\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: a\r\nX-Add: 1\r\nKeep: k\r\n"
			"x-set: new\r\nx-add: 2\r\n" FWD_A "\r\n",
			NULL, NULL},
		{{.backends = {{.to.upstream = plan_id(STR("up")),
			  .weight = 1,
			  .filters = &on_backend}}},
			"GET / HTTP/1.1\r\nHost: a\r\nX-Del: 3\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: a\r\nx-set: new\r\nx-add: 2\r\n" FWD_A "\r\n",
			NULL, NULL},
		{{.filters = {REQUEST_HEADERS(SET("host", "b.example"))}, .n_filters = 1}, GET,
			"GET / HTTP/1.1\r\nHost: b.example\r\n" FWD_A "\r\n", NULL, NULL},
		/* A client's form with '_' of a name that a filter sets is dropped. */
		{{.filters = {edits[0]}, .n_filters = 1},
			"GET / HTTP/1.1\r\nHost: a\r\nX_Set: evil\r\nX_Other: 1\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: a\r\nX_Other: 1\r\n"
			"x-set: new\r\nx-add: 2\r\n" FWD_A "\r\n",
			NULL, NULL},
		/* What we say of the client ourselves, filters may change. */
		{{.filters = {REQUEST_HEADERS(SET("x-forwarded-host", "mine"), DEL("x-request-id"),
			  ADD("x-forwarded-port", "1"))},
			 .n_filters = 1},
			GET,
			"GET / HTTP/1.1\r\nHost: a\r\nx-forwarded-for: 127.0.0.1\r\n"
			"x-forwarded-proto: http\r\nx-forwarded-port: 80\r\n"
			"x-forwarded-host: mine\r\nx-forwarded-port: 1\r\n\r\n",
			NULL, NULL},
		{{.filters = {RESPONSE_HEADERS(
			  SET("server", "ours"), ADD("x-add", "2"), DEL("x-del"))},
			 .n_filters = 1},
			GET, "GET / HTTP/1.1\r\nHost: a\r\n" FWD_A "\r\n",
			"HTTP/1.1 200 OK\r\nServer: theirs\r\nX-Del: 1\r\nX-Add: 1\r\n"
			"Content-Length: 0\r\n\r\n",
			"HTTP/1.1 200 OK\r\nX-Add: 1\r\nContent-Length: 0\r\nserver: ours\r\nx-add: 2\r\n" RIG_DATE
			"\r\n"},
	};

	(void)state;
	run_rows(rows, ARRAY_LEN(rows));
}

static void test_rewrites(void **state)
{
	const struct row rows[] = {
		{{.filters = {REWRITE(.hostname = STR("h.example"))}, .n_filters = 1}, GET,
			"GET / HTTP/1.1\r\nHost: h.example\r\n" FWD_A "\r\n", NULL, NULL},
		{{.filters = {REWRITE(.path = {PLAN_PATH_FULL, STR("/full")})}, .n_filters = 1},
			"GET /any?q=1 HTTP/1.1\r\nHost: a\r\n\r\n",
			"GET /full?q=1 HTTP/1.1\r\nHost: a\r\n" FWD_A "\r\n", NULL, NULL},
		{{.path = "/old",
			 .filters = {REWRITE(.path = {PLAN_PATH_PREFIX, STR("/new")})},
			 .n_filters = 1},
			"GET /old/a%20b?q HTTP/1.1\r\nHost: a\r\n\r\n",
			"GET /new/a%20b?q HTTP/1.1\r\nHost: a\r\n" FWD_A "\r\n", NULL, NULL},
		{{.path = "/old",
			 .filters = {REWRITE(.path = {PLAN_PATH_PREFIX, STR("")})},
			 .n_filters = 1},
			"GET /old HTTP/1.1\r\nHost: a\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: a\r\n" FWD_A "\r\n", NULL, NULL},
	};

	(void)state;
	run_rows(rows, ARRAY_LEN(rows));
}

#define REDIRECTED(status, location) \
	"HTTP/1.1 " status "\r\nlocation: " location "\r\n" RIG_DATE "Content-Length: 0\r\n\r\n"

static void test_redirects(void **state)
{
	const struct row rows[] = {
		{{.filters = {REDIRECT(.scheme = STR("https"), .status = 301)},
			 .n_filters = 1,
			 .no_backend = true},
			"GET /x?y HTTP/1.1\r\nHost: a:8080\r\n\r\n", NULL, NULL,
			REDIRECTED("301 Moved Permanently", "https://a/x?y")},
		{{.filters = {REDIRECT(.hostname = STR("b.example"), .port = 8443, .status = 302)},
			 .n_filters = 1},
			GET, NULL, NULL, REDIRECTED("302 Found", "http://b.example:8443/")},
		{{.path = "/p",
			 .filters = {REDIRECT(.path = {PLAN_PATH_PREFIX, STR("/q")},
				 .status = 308)},
			 .n_filters = 1},
			"GET /p/r HTTP/1.1\r\nHost: a\r\n\r\n", NULL, NULL,
			REDIRECTED("308 Permanent Redirect", "http://a/q/r")},
		{{.filters = {REDIRECT(.path = {PLAN_PATH_FULL, STR("/f")}, .status = 303)},
			 .n_filters = 1},
			"GET /p/r HTTP/1.1\r\nHost: a\r\n\r\n", NULL, NULL,
			REDIRECTED("303 See Other", "http://a/f")},
		{{.filters = {REDIRECT(.scheme = STR("https"), .port = 443, .status = 307)},
			 .n_filters = 1},
			GET, NULL, NULL, REDIRECTED("307 Temporary Redirect", "https://a/")},
	};

	(void)state;
	run_rows(rows, ARRAY_LEN(rows));
}

static const struct plan_origin origins[] = {
	{.scheme = LIT("https"), .host = LIT("*.good.example"), .port = 443},
	{.scheme = LIT("http"), .host = LIT("one.example"), .port = 81},
};
static const struct plan_origin any_origin[] = {{.any = true}};

static void test_cors(void **state)
{
	static const struct plan_cors some = {
		.origins = origins,
		.norigins = 2,
		.methods_text = LIT("GET, PUT"),
		.headers_text = LIT("x-a, x-b"),
		.expose_text = LIT("x-e"),
		.max_age = 5,
		.credentials = true,
	};
	static const struct plan_cors any = {.origins = any_origin,
		.norigins = 1,
		.any_method = true,
		.any_header = true,
		.max_age = 5};
	static const struct plan_cors any_with = {.origins = any_origin,
		.norigins = 1,
		.any_method = true,
		.any_header = true,
		.max_age = 5,
		.credentials = true};
#define PREFLIGHT(origin)                                  \
	"OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: " origin \
	"\r\nAccess-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: x-a\r\n\r\n"
	const struct row rows[] = {
		{{CORS(some)}, PREFLIGHT("https://deep.er.good.example"), NULL, NULL,
			"HTTP/1.1 204 No Content\r\nvary: Origin\r\n"
			"access-control-allow-origin: https://deep.er.good.example\r\n"
			"access-control-allow-credentials: true\r\n"
			"access-control-expose-headers: x-e\r\n"
			"access-control-allow-methods: GET, PUT\r\n"
			"access-control-allow-headers: x-a, x-b\r\n"
			"access-control-max-age: 5\r\n" RIG_DATE "\r\n"},
		{{CORS(some)}, PREFLIGHT("https://good.example"), NULL, NULL,
			"HTTP/1.1 204 No Content\r\nvary: Origin\r\n" RIG_DATE "\r\n"},
		{{CORS(some)}, PREFLIGHT("http://one.example"), NULL, NULL,
			"HTTP/1.1 204 No Content\r\nvary: Origin\r\n" RIG_DATE "\r\n"},
		{{CORS(any)}, PREFLIGHT("http://x.y"), NULL, NULL,
			"HTTP/1.1 204 No Content\r\nvary: Origin\r\n"
			"access-control-allow-origin: *\r\naccess-control-allow-methods: *\r\n"
			"access-control-allow-headers: *\r\n"
			"access-control-max-age: 5\r\n" RIG_DATE "\r\n"},
		{{CORS(any_with)}, PREFLIGHT("http://x.y"), NULL, NULL,
			"HTTP/1.1 204 No Content\r\nvary: Origin\r\n"
			"access-control-allow-origin: http://x.y\r\n"
			"access-control-allow-credentials: true\r\n"
			"access-control-allow-methods: PUT\r\naccess-control-allow-headers: x-a\r\n"
			"access-control-max-age: 5\r\n" RIG_DATE "\r\n"},
		/* An actual request: the backend's own fields are replaced. */
		{{CORS(some)}, "GET / HTTP/1.1\r\nHost: a\r\nOrigin: http://one.example:81\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: a\r\nOrigin: http://one.example:81\r\n" FWD_A
			"\r\n",
			"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: "
			"0\r\n\r\n",
			"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nvary: Origin\r\n"
			"access-control-allow-origin: http://one.example:81\r\n"
			"access-control-allow-credentials: true\r\n"
			"access-control-expose-headers: x-e\r\n" RIG_DATE "\r\n"},
		{{CORS(some)}, "GET / HTTP/1.1\r\nHost: a\r\nOrigin: http://evil.example\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: a\r\nOrigin: http://evil.example\r\n" FWD_A "\r\n",
			"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nVary: Accept, "
			"origin\r\nContent-Length: 0\r\n\r\n",
			"HTTP/1.1 200 OK\r\nVary: Accept, origin\r\nContent-Length: 0\r\n" RIG_DATE
			"\r\n"},
		/* OPTIONS that is no preflight goes to the backend. */
		{{CORS(some)}, "OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n",
			"OPTIONS / HTTP/1.1\r\nHost: a\r\n" FWD_A "\r\n",
			"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
			"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nvary: Origin\r\n" RIG_DATE "\r\n"},
	};

	(void)state;
	run_rows(rows, ARRAY_LEN(rows));
}

/* Our own errors carry the fields too, or a script could not read them. */
static void test_cors_on_errors(void **state)
{
	static const struct plan_cors some = {.origins = origins, .norigins = 2};
	struct rig r;
	struct peer c;

	(void)state;
	rig_init(&r);
	rig_with(&r, &(struct rig_rule){CORS(some), .upstream = "missing"});
	c = peer_connect(&r);
	peer_send(&c, "GET / HTTP/1.1\r\nHost: a\r\nOrigin: http://one.example:81\r\n\r\n");
	peer_expect_answer(&c, 500, "access-control-allow-origin: http://one.example:81\r\n");
	peer_close(&c);
	rig_fini(&r);
}

/* --- who the client is ---------------------------------------------------------------------- */

static void test_trusted(void **state)
{
	static const struct plan_cidr loopback = {{.ip = {127}, .family = 4}, 8};
	struct rig r;
	struct peer c, b;

	(void)state;
	rig_init(&r);
	r.trusted = &loopback;
	rig_simple(&r);
	c = peer_connect(&r);
	peer_send(&c, "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\n"
		      "X-Forwarded-For: 2.2.2.2\r\nX-Forwarded-Proto: https\r\n"
		      "X-Request-Id: theirs\r\n\r\n");
	b = peer_accept(&r, 0);
	peer_expect(&b, "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\n"
			"X-Request-Id: theirs\r\n"
			"x-forwarded-for: 1.1.1.1, 2.2.2.2, 127.0.0.1\r\n"
			"x-forwarded-host: a\r\nx-forwarded-port: 80\r\n\r\n");
	peer_close(&c);
	peer_close(&b);
	rig_fini(&r);
}

/* --- retries --------------------------------------------------------------------------------- */

static void test_retry_codes(void **state)
{
	static const uint16_t codes[] = {500, 503};
	static const struct plan_retry retry = {
		.codes = codes, .ncodes = 2, .attempts = 2, .backoff = MSEC(100)};
	struct rig r;
	struct peer c, b;

	(void)state;
	rig_init(&r);
	rig_with(&r, &(struct rig_rule){.retry = &retry});
	c = peer_connect(&r);
	peer_send(&c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
	for (int i = 0; i < 3; i++) {
		b = peer_accept(&r, 0);
		peer_expect(&b, "POST / HTTP/1.1\r\nHost: a\r\n"
				"Content-Length: 3\r\n" FWD_A "\r\nabc");
		peer_send(&b, "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
		if (i < 2) {
			peer_quiet(&c);
			peer_close(&b);
			assert_false(peer_waiting(&r, 0));
			rig_advance(&r, MSEC(100) * (1 << i) * 9 / 8 + MSEC(2));
		}
	}
	/* The attempts are used up: the last answer is the client's. */
	peer_expect(&c, "HTTP/1.1 503 No\r\nContent-Length: 0\r\n" RIG_DATE "\r\n");
	/* A status that is not listed is not retried. */
	peer_send(&c, GET);
	(void)peer_read(&b);
	peer_send(&b, "HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n");
	peer_expect(&c, "HTTP/1.1 502 No\r\nContent-Length: 0\r\n" RIG_DATE "\r\n");
	peer_close(&b);
	peer_close(&c);
	rig_fini(&r);
}

static void test_retry_connect(void **state)
{
	static const struct plan_retry retry = {.attempts = 1, .backoff = MSEC(100)};
	static const struct plan_retry never = {.attempts = 0};
	struct rig r;
	struct peer c, b;

	(void)state;
	rig_init(&r);
	rig_begin(&r);
	rig_upstream(&r, "dead", (const int[]){RIG_REFUSES, -1});
	rig_route(&r, &(struct rig_rule){.upstream = "dead", .retry = &retry});
	rig_commit(&r);
	c = peer_connect(&r);
	peer_send(&c, GET);
	peer_quiet(&c);
	rig_advance(&r, MSEC(120));
	peer_expect_answer(&c, 503, "connect_failed");
	/* The other endpoint is tried, whatever the balancer's first choice was. */
	rig_begin(&r);
	rig_upstream(&r, "dead", (const int[]){RIG_REFUSES, 0, -1});
	rig_commit(&r);
	for (int i = 0; i < 8; i++) {
		peer_send(&c, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
		rig_advance(&r, MSEC(120));
		b = peer_accept(&r, 0);
		peer_send(
			&b, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
		peer_expect_answer(&c, 200, "ok");
		peer_close(&b);
		peer_close(&c);
		c = peer_connect(&r);
	}
	/* attempts: 0 turns off the safe replay too. */
	rig_with(&r, &(struct rig_rule){.retry = &never});
	peer_send(&c, GET);
	b = peer_accept(&r, 0);
	peer_send(&b, OK2);
	peer_expect_answer(&c, 200, "ok");
	peer_send(&c, GET);
	peer_reset(&b);
	peer_expect_answer(&c, 502, "upstream_reset");
	assert_false(peer_waiting(&r, 0));
	peer_close(&c);
	rig_fini(&r);
}

/* A try that reaches backendRequest is made again; the request's own limit ends it all. */
static void test_retry_timeouts(void **state)
{
	static const struct plan_retry retry = {.attempts = 5, .backoff = MSEC(100)};
	struct rig r;
	struct peer c, b, b2;

	(void)state;
	rig_init(&r);
	rig_with(&r,
		&(struct rig_rule){
			.retry = &retry, .timeout_backend = SEC(1), .timeout_request = MSEC(2500)});
	c = peer_connect(&r);
	peer_send(&c, GET);
	b = peer_accept(&r, 0);
	rig_advance(&r, MSEC(1002));
	(void)peer_read(&b);
	buf_reset(&b.in);
	peer_expect_reset(&b);
	rig_advance(&r, MSEC(115));
	b2 = peer_accept(&r, 0);
	peer_quiet(&c);
	rig_advance(&r, MSEC(1400));
	peer_expect_answer(&c, 504, "request_timeout");
	peer_close(&b);
	peer_close(&b2);
	peer_close(&c);
	rig_fini(&r);
}

/* A body larger than body-hold cannot be sent again: no retry, and no half body either. */
static void test_retry_large_body(void **state)
{
	static const uint16_t codes[] = {503};
	static const struct plan_retry retry = {.codes = codes, .ncodes = 1, .attempts = 2};
	static char big[200001];
	struct rig r;
	struct peer c, b;

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	rig_init(&r);
	rig_with(&r, &(struct rig_rule){.retry = &retry});
	c = peer_connect(&r);
	peer_send(&c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n");
	b = peer_accept(&r, 0);
	peer_pump(&c, &b, big, 200000);
	peer_drain(&b);
	peer_send(&b, "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
	peer_expect(&c, "HTTP/1.1 503 No\r\nContent-Length: 0\r\n" RIG_DATE "\r\n");
	peer_close(&b);
	peer_close(&c);
	rig_fini(&r);
}

/* --- sessions -------------------------------------------------------------------------------- */

static void test_session(void **state)
{
	static const struct plan_session cookie = {.name = LIT("s"), .path = LIT("/")};
	static const struct plan_session header = {.name = LIT("x-s"), .header = true};

	(void)state;
	for (int kind = 0; kind < 2; kind++) {
		struct rig r;
		struct peer c, b;
		char id[128], request[256], *at;
		int first;

		rig_init(&r);
		rig_begin(&r);
		rig_upstream(&r, "up", (const int[]){0, 1, 2, -1});
		rig_route(&r, &(struct rig_rule){.session = kind ? &header : &cookie});
		rig_commit(&r);
		c = peer_connect(&r);
		peer_send(&c, GET);
		first = peer_waiting(&r, 0) ? 0 : peer_waiting(&r, 1) ? 1 : 2;
		b = peer_accept(&r, first);
		peer_send(&b, OK2);
		(void)peer_read(&c);
		*buf_room(&c.in, 1) = 0;
		at = strstr(c.in.p, kind ? "x-s: " : "set-cookie: s=");
		assert_non_null(at);
		assert_int_equal(
			sscanf(at, kind ? "x-s: %127[0-9a-f]" : "set-cookie: s=%127[0-9a-f]", id),
			1);
		if (!kind)
			assert_non_null(strstr(at, "; Path=/; HttpOnly"));
		buf_reset(&c.in);
		snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: a\r\n%s%s\r\n\r\n",
			kind ? "X-S: " : "Cookie: q=1; s=", id);
		for (int i = 0; i < 10; i++) {
			(void)peer_read(&b);
			buf_reset(&b.in);
			peer_send(&c, request);
			assert_true(peer_read(&b).n > 0);
			peer_send(&b, OK2);
			peer_expect_answer(&c, 200, "ok");
		}
		/* Nonsense is as good as nothing. */
		peer_send(&c, "GET / HTTP/1.1\r\nHost: a\r\nCookie: s=zz\r\nX-S: zz\r\n\r\n");
		peer_close(&b);
		peer_close(&c);
		rig_fini(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_rewrites),
		cmocka_unit_test(test_redirects),
		cmocka_unit_test(test_cors),
		cmocka_unit_test(test_cors_on_errors),
		cmocka_unit_test(test_trusted),
		cmocka_unit_test(test_retry_codes),
		cmocka_unit_test(test_retry_connect),
		cmocka_unit_test(test_retry_timeouts),
		cmocka_unit_test(test_retry_large_body),
		cmocka_unit_test(test_session),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
