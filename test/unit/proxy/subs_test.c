/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of our own: mirrors and external authorization. */
#include "proxy/helper_rig.h"

#include <stdio.h>

#define OK2 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define OK2_OUT               \
	"HTTP/1.1 200 OK\r\n" \
	"Content-Length: 2\r\n" RIG_DATE "\r\nok"
#define OK0 "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_OUT "GET / HTTP/1.1\r\nHost: a\r\n" RIG_FORWARDED("a") "\r\n"

#define LIT(l)                      \
	{                           \
		"" l, sizeof(l) - 1 \
	}

static void open_with(struct rig *r, const struct plan_filter *filters, unsigned n)
{
	struct rig_rule rule = {.n_filters = n};

	memcpy(rule.filters, filters, n * sizeof(*filters));
	rig_init(r);
	rig_begin(r);
	rig_upstream(r, "up", (const int[]){0, -1});
	rig_upstream(r, "side", (const int[]){1, -1});
	rig_upstream(r, "side2", (const int[]){2, -1});
	rig_upstream(r, "dead", (const int[]){RIG_REFUSES, -1});
	rig_route(r, &rule);
	rig_commit(r);
}

static struct plan_mirror mirror_to(const char *upstream, uint32_t numerator, uint32_t denominator)
{
	return (struct plan_mirror){.to.upstream = plan_id(str_from(upstream)),
		.numerator = numerator,
		.denominator = denominator};
}

#define MIRROR(m)                                          \
	{                                                  \
		.kind = PLAN_FILTER_MIRROR, .mirror = &(m) \
	}

static void test_mirrors(void **state)
{
	const struct plan_mirror one = mirror_to("side", 100, 100), two = mirror_to("side2", 1, 1),
				 dead = mirror_to("dead", 1, 1), none = mirror_to("side", 0, 100);
	const struct plan_filter filters[] = {MIRROR(one), MIRROR(two), MIRROR(dead), MIRROR(none)};
	struct rig r;
	struct peer c, b, m1, m2;

	(void)state;
	open_with(&r, filters, 4);
	c = peer_connect(&r);
	peer_send(&c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
	b = peer_accept(&r, 0);
	m1 = peer_accept(&r, 1);
	m2 = peer_accept(&r, 2);
#define HEAD_OUT                         \
	"POST / HTTP/1.1\r\nHost: a\r\n" \
	"Content-Length: 6\r\n" RIG_FORWARDED("a") "\r\n"
	peer_expect(&b, HEAD_OUT "abc");
	peer_expect(&m1, HEAD_OUT "abc");
	peer_expect(&m2, HEAD_OUT "abc");
	peer_send(&c, "def");
	peer_expect(&b, "def");
	peer_expect(&m1, "def");
	peer_expect(&m2, "def");
	/* The client waits for none of them, and sees nothing of them. */
	peer_send(&b, OK2);
	peer_expect(&c, OK2_OUT);
	peer_send(
		&m1, "HTTP/1.1 500 Evil\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n");
	peer_reset(&m2);
	/* The next one takes the connection of the first mirror again. */
	peer_send(&c, GET);
	peer_expect(&b, GET_OUT);
	peer_expect(&m1, GET_OUT);
	m2 = peer_accept(&r, 2);
	peer_expect(&m2, GET_OUT);
	peer_send(&b, OK2);
	peer_expect(&c, OK2_OUT);
	peer_quiet(&c);
	/* A mirror that never answers is given up. */
	rig_advance(&r, SEC(31));
	assert_int_equal(rig_worker(&r, 0)->subs.used, 0);
	peer_close(&m1);
	peer_close(&m2);
	peer_close(&b);
	peer_close(&c);
	rig_fini(&r);
}

/* One that does not read is let go of at body-hold; the primary gets all. */
static void test_mirror_lags(void **state)
{
	static char piece[65536];
	const struct plan_mirror m = mirror_to("side", 1, 1);
	const struct plan_filter filters[] = {MIRROR(m)};
	struct rig r;
	struct peer c, b, s;
	size_t total = 400 * sizeof(piece);
	char head[128];

	(void)state;
	open_with(&r, filters, 1);
	memset(piece, 'x', sizeof(piece));
	c = peer_connect(&r);
	snprintf(head, sizeof(head), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n",
		total);
	peer_send(&c, head);
	b = peer_accept(&r, 0);
	s = peer_accept(&r, 1);
	for (size_t n = 0; n < total; n += sizeof(piece)) {
		peer_pump(&c, &b, piece, sizeof(piece));
		assert_true(loop_bufs(rig_worker(&r, 0)->loop)->used_bytes <= 6 * 65600);
	}
	peer_drain(&b);
	assert_int_equal(peer_body(&b, false, piece, sizeof(piece)), total);
	peer_send(&b, OK2);
	peer_expect(&c, OK2_OUT);
	assert_int_equal(rig_worker(&r, 0)->subs.used, 0);
	peer_close(&s);
	peer_close(&b);
	peer_close(&c);
	rig_fini(&r);
}

/* The exchange is cut: what the mirror has is no whole request. */
static void test_mirror_cut(void **state)
{
	const struct plan_mirror m = mirror_to("side", 1, 1);
	const struct plan_filter filters[] = {MIRROR(m)};
	struct rig r;
	struct peer c, b, s;

	(void)state;
	open_with(&r, filters, 1);
	c = peer_connect(&r);
	peer_send(
		&c, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
	b = peer_accept(&r, 0);
	s = peer_accept(&r, 1);
	(void)peer_read(&b);
	(void)peer_read(&s);
	buf_reset(&b.in);
	buf_reset(&s.in);
	peer_reset(&c);
	peer_expect_reset(&b);
	peer_expect_reset(&s);
	peer_close(&b);
	peer_close(&s);
	rig_fini(&r);
}

/* --- external authorization ----------------------------------------------------------------- */

static const struct str asks[] = {LIT("x-token")};
static const struct str sets[] = {LIT("x-user")};

static struct plan_auth auth_at(const char *upstream, uint32_t body_max)
{
	return (struct plan_auth){.to.upstream = plan_id(str_from(upstream)),
		.path_prefix = STR("/check"),
		.request_headers = asks,
		.nrequest_headers = 1,
		.response_headers = sets,
		.nresponse_headers = 1,
		.body_max = body_max};
}

#define AUTH(a)                                        \
	{                                              \
		.kind = PLAN_FILTER_AUTH, .auth = &(a) \
	}

static void test_auth_allows(void **state)
{
	const struct plan_auth a = auth_at("side", 0);
	const struct plan_filter filters[] = {AUTH(a)};
	struct rig r;
	struct peer c, b, s;

	(void)state;
	open_with(&r, filters, 1);
	c = peer_connect(&r);
	for (int i = 0; i < 2; i++) {
		peer_send(&c, "GET /p?q HTTP/1.1\r\nHost: a\r\nAuthorization: me\r\nX-Token: t\r\n"
			      "X-User: forged\r\nX_User: forged\r\nX-Private: p\r\n\r\n");
		if (i == 0)
			s = peer_accept(&r, 1);
		peer_expect(&s, "GET /check/p?q HTTP/1.1\r\nHost: a\r\nauthorization: me\r\n"
				"x-token: t\r\nContent-Length: 0\r\n\r\n");
		peer_quiet(&c);
		if (i == 0)
			assert_false(peer_waiting(&r, 0));
		peer_send(&s, "HTTP/1.1 200 OK\r\nX-User: alice\r\nX-Else: e\r\nHost: evil\r\n"
			      "Content-Length: 0\r\n\r\n");
		if (i == 0)
			b = peer_accept(&r, 0);
		peer_expect(&b, "GET /p?q HTTP/1.1\r\nHost: a\r\nAuthorization: me\r\n"
				"X-Token: t\r\nX-Private: p\r\n" RIG_FORWARDED(
					"a") "X-User: alice\r\n\r\n");
		peer_send(&b, OK2);
		peer_expect(&c, OK2_OUT);
	}
	peer_close(&s);
	peer_close(&b);
	peer_close(&c);
	rig_fini(&r);
}

static void test_auth_denies(void **state)
{
	const struct plan_auth a = auth_at("side", 0), dead = auth_at("dead", 0),
			       missing = auth_at("nowhere", 0);
	const struct plan_filter filters[] = {AUTH(a)}, on_dead[] = {AUTH(dead)},
				 on_missing[] = {AUTH(missing)};
	static const struct {
		const char *says;
		int status;
		const char *text;
	} rows[] = {
		{"HTTP/1.1 403 No\r\nContent-Length: 6\r\n\r\nsecret", 403, "auth_denied"},
		{"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: "
		 "0\r\n\r\n",
			401, "www-authenticate: Basic realm=x\r\n"},
		{"HTTP/1.1 204 Almost\r\n\r\n", 403, "auth_denied"},
		{"HTTP/1.1 302 Away\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n", 403,
			"auth_denied"},
		{"HTTP/1.1 503 Ill\r\nContent-Length: 0\r\n\r\n", 503, "auth_failed"},
		{"garbage\r\n\r\n", 503, "auth_failed"},
		{NULL, 503, "auth_failed"}, /* says nothing */
	};
	struct rig r;
	struct peer c, s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		open_with(&r, filters, 1);
		c = peer_connect(&r);
		peer_send(&c, GET);
		s = peer_accept(&r, 1);
		if (rows[i].says)
			peer_send(&s, rows[i].says);
		else
			rig_advance(&r, SEC(6));
		peer_expect_answer(&c, rows[i].status, rows[i].text);
		peer_quiet(&c);
		assert_false(peer_waiting(&r, 0));
		peer_close(&s);
		peer_close(&c);
		rig_fini(&r);
	}
	open_with(&r, on_dead, 1);
	c = peer_connect(&r);
	peer_send(&c, GET);
	peer_expect_answer(&c, 503, "auth_failed");
	peer_close(&c);
	rig_fini(&r);
	open_with(&r, on_missing, 1);
	c = peer_connect(&r);
	peer_send(&c, GET);
	peer_expect_answer(&c, 500, "backend_not_found");
	assert_false(peer_waiting(&r, 0));
	peer_close(&c);
	rig_fini(&r);
}

/* forwardBody: the body, as far as it is sent along, first goes to the authorization server. */
static void test_auth_body(void **state)
{
	const struct plan_auth a = auth_at("side", 8);
	const struct plan_filter filters[] = {AUTH(a)};
	struct rig r;
	struct peer c, b, s;

	(void)state;
	open_with(&r, filters, 1);
	c = peer_connect(&r);
	peer_send(&c, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
		      "Transfer-Encoding: chunked\r\n\r\n");
	peer_expect(&c, "HTTP/1.1 100 Continue\r\n\r\n");
	peer_send(&c, "3\r\nabc\r\n");
	assert_false(peer_waiting(&r, 1));
	peer_send(&c, "3\r\ndef\r\n0\r\n\r\n");
	s = peer_accept(&r, 1);
	peer_expect(&s, "POST /check/ HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabcdef");
	peer_send(&s, OK0);
	b = peer_accept(&r, 0);
	peer_expect(&b, "POST / HTTP/1.1\r\nHost: a\r\n" RIG_FORWARDED(
				"a") "Transfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n0\r\n\r\n");
	peer_send(&b, OK2);
	peer_expect(&c, OK2_OUT);
	/* Larger: the authorization server gets the beginning, as soon as that is here. */
	peer_send(&c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\nabcdefghi");
	peer_expect(&s, "POST /check/ HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nabcdefgh");
	peer_send(&s, OK0);
	peer_send(&c, "jkl");
	peer_expect(&b, "POST / HTTP/1.1\r\nHost: a\r\n"
			"Content-Length: 12\r\n" RIG_FORWARDED("a") "\r\nabcdefghijkl");
	peer_send(&b, OK2);
	peer_expect(&c, OK2_OUT);
	peer_send(&c, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
		      "9\r\nabcdefghi\r\n");
	peer_expect(&s, "POST /check/ HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nabcdefgh");
	peer_send(&s, OK0);
	peer_expect(&b, "POST / HTTP/1.1\r\nHost: a\r\n" RIG_FORWARDED(
				"a") "Transfer-Encoding: chunked\r\n\r\n9\r\nabcdefghi\r\n");
	peer_send(&c, "0\r\n\r\n");
	peer_expect(&b, "0\r\n\r\n");
	peer_send(&b, OK2);
	peer_expect(&c, OK2_OUT);
	peer_close(&s);
	peer_close(&b);
	peer_close(&c);
	rig_fini(&r);
}

/* The client goes while the authorization server thinks. */
static void test_auth_client_gone(void **state)
{
	const struct plan_auth a = auth_at("side", 0);
	const struct plan_filter filters[] = {AUTH(a)};
	struct rig r;
	struct peer c, s;

	(void)state;
	open_with(&r, filters, 1);
	c = peer_connect(&r);
	peer_send(&c, GET);
	s = peer_accept(&r, 1);
	(void)peer_read(&s);
	buf_reset(&s.in);
	peer_reset(&c);
	peer_expect_reset(&s);
	assert_int_equal(rig_worker(&r, 0)->subs.used, 0);
	peer_close(&s);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mirrors),
		cmocka_unit_test(test_mirror_lags),
		cmocka_unit_test(test_mirror_cut),
		cmocka_unit_test(test_auth_allows),
		cmocka_unit_test(test_auth_denies),
		cmocka_unit_test(test_auth_body),
		cmocka_unit_test(test_auth_client_gone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
