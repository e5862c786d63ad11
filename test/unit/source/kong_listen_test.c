/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of KONG_PROXY_LISTEN and KONG_STREAM_LISTEN, and where listener ports lead. */
#include "test.h"

#include "source/kong_listen.h"

#define HTTP false
#define STREAM true

struct row {
	bool stream;
	const char *text;
	const char *want; /* printed again; or the error, from its entry on */
};

static const struct row good[] = {
	{HTTP, "off", "off"},
	{STREAM, "off", "off"},
	{HTTP, " off , 0.0.0.0:8000", "off"},
	{HTTP, "0.0.0.0:8000", "0.0.0.0:8000"},
	{HTTP,
		"0.0.0.0:8000 reuseport backlog=16384, 0.0.0.0:8443 http2 ssl reuseport "
		"backlog=16384",
		"0.0.0.0:8000 reuseport backlog=16384, 0.0.0.0:8443 ssl http2 reuseport "
		"backlog=16384"},
	/* The page's own: http2 twice. */
	{HTTP,
		"0.0.0.0:8000 reuseport backlog=16384, 0.0.0.0:8443 http2 ssl reuseport "
		"backlog=16384 http2",
		"0.0.0.0:8000 reuseport backlog=16384, 0.0.0.0:8443 ssl http2 reuseport "
		"backlog=16384"},
	/* The page's three entries, without its stray quotation mark. */
	{STREAM,
		"0.0.0.0:9901 reuseport backlog=16384, 0.0.0.0:9902 reuseport backlog=16384 udp, "
		"0.0.0.0:9903 reuseport backlog=16384 ssl",
		"0.0.0.0:9901 reuseport backlog=16384, 0.0.0.0:9902 udp reuseport backlog=16384, "
		"0.0.0.0:9903 ssl reuseport backlog=16384"},
	{HTTP, "0.0.0.0:80 backlog=1 backlog=2", "0.0.0.0:80 backlog=2"},
	{HTTP, "[::]:80,\n\t[::1]:81", "[::]:80, [::1]:81"},
	{HTTP, "[::]:80 ipv6only=off", "[::]:80 ipv6only=off"},
	{HTTP, "[::]:80 ipv6only=off ipv6only=on", "[::]:80 ipv6only=on"},
	{HTTP, "localhost:80", "localhost:80"},
	{HTTP, "0.0.0.0:80 proxy_protocol deferred bind",
		"0.0.0.0:80 proxy_protocol deferred bind"},
	{HTTP, "0.0.0.0:80 so_keepalive=on", "0.0.0.0:80 so_keepalive=on"},
	{HTTP, "0.0.0.0:80 so_keepalive=off", "0.0.0.0:80 so_keepalive=off"},
	{HTTP, "0.0.0.0:80 so_keepalive=30m::10 so_keepalive=off", "0.0.0.0:80 so_keepalive=off"},
	{HTTP, "0.0.0.0:80 so_keepalive=30m::10", "0.0.0.0:80 so_keepalive=1800::10"},
	{HTTP, "0.0.0.0:80 so_keepalive=:5s:", "0.0.0.0:80 so_keepalive=:5:"},
	/* One number, two transports: two sockets. */
	{STREAM, "0.0.0.0:53, 0.0.0.0:53 udp", "0.0.0.0:53, 0.0.0.0:53 udp"},
	{HTTP, "0.0.0.0:80, 127.0.0.1:80", "0.0.0.0:80, 127.0.0.1:80"},
};

static const struct row broken[] = {
	/* The page's own, character for character. */
	{STREAM,
		"0.0.0.0:9901 reuseport backlog=16384, 0.0.0.0:9902 reuseport backlog=16384 udp\", "
		"0.0.0.0:9903 reuseport backlog=16384 ssl",
		"entry 2, character 79: a stray \" after 'udp': the value has one quotation mark at "
		"its beginning and one at its end, or none"},
	{HTTP, "",
		"entry 1, character 1: an entry is empty: host:port is wanted, as in 0.0.0.0:8000"},
	{HTTP, "0.0.0.0:80,",
		"entry 2, character 12: an entry is empty: host:port is wanted, as in "
		"0.0.0.0:8000"},
	{HTTP, "0.0.0.0:80, off",
		"entry 2, character 13: 'off' is no address: host:port is wanted "
		"first, as in 0.0.0.0:8000"},
	{HTTP, "ssl 0.0.0.0:80",
		"entry 1, character 1: 'ssl' is no address: host:port is wanted "
		"first, as in 0.0.0.0:8000"},
	{HTTP, "8000",
		"entry 1, character 1: '8000' is no address: host:port is wanted first, as in "
		"0.0.0.0:8000"},
	{HTTP, ":8000",
		"entry 1, character 1: ':8000' is no address: host:port is wanted first, as "
		"in 0.0.0.0:8000"},
	{HTTP, "0.0.0.0:0", "entry 1, character 9: '0' is no port from 1 to 65535"},
	{HTTP, "0.0.0.0:65536", "entry 1, character 9: '65536' is no port from 1 to 65535"},
	{HTTP, "0.0.0.256:80", "entry 1, character 1: '0.0.0.256' is no IP address"},
	{HTTP, ":::80",
		"entry 1, character 1: ':::80': an IPv6 address stands in brackets, as in "
		"[::]:8000"},
	{HTTP, "[::]", "entry 1, character 1: '[::]': a port is missing, as in [::]:8000"},
	{HTTP, "[::80", "entry 1, character 1: '[::80': the ']' of an IPv6 address is missing"},
	{HTTP, "[1.2.3.4]:80", "entry 1, character 1: '1.2.3.4' is no IP address"},
	{HTTP, "a b:80",
		"entry 1, character 1: 'a' is no address: host:port is wanted first, as in "
		"0.0.0.0:8000"},
	{HTTP, "a/b:80", "entry 1, character 1: 'a/b' is no host name"},
	{HTTP, "0.0.0.0:80 udp", "entry 1, character 12: 'udp' is a flag of stream_listen only"},
	{STREAM, "0.0.0.0:80 http2",
		"entry 1, character 12: 'http2' is a flag of proxy_listen only"},
	{STREAM, "0.0.0.0:80 deferred",
		"entry 1, character 12: 'deferred' is a flag of proxy_listen only"},
	{HTTP, "0.0.0.0:80 quic",
		"entry 1, character 12: 'quic' is none of the flags ssl, http2, deferred, "
		"proxy_protocol, bind, reuseport, backlog=N, ipv6only=on|off, "
		"so_keepalive=on|off|idle:interval:count"},
	{HTTP, "0.0.0.0:80 backlog",
		"entry 1, character 12: 'backlog' is none of the flags ssl, "
		"http2, deferred, proxy_protocol, bind, reuseport, backlog=N, "
		"ipv6only=on|off, so_keepalive=on|off|idle:interval:count"},
	{HTTP, "0.0.0.0:80 backlog=x",
		"entry 1, character 20: backlog=x: a number from 1 to 2147483647 is wanted"},
	{HTTP, "0.0.0.0:80 ipv6only=on",
		"entry 1, character 1: ipv6only is for an address in brackets, as in [::]:80"},
	{HTTP, "[::]:80 ipv6only=maybe",
		"entry 1, character 18: ipv6only=maybe: on or off is wanted"},
	{HTTP, "0.0.0.0:80 so_keepalive=::",
		"entry 1, character 25: so_keepalive=::: on, off or idle:interval:count is wanted, as "
		"in 30m::10"},
	{HTTP, "0.0.0.0:80, 0.0.0.0:80 ssl",
		"entry 2, character 13: 0.0.0.0:80 is listened on already, by another entry"},
	{STREAM, "0.0.0.0:80 udp ssl", "entry 1, character 1: ssl and udp do not go together"},
	{STREAM, "0.0.0.0:80 udp proxy_protocol",
		"entry 1, character 1: proxy_protocol and udp do not go together"},
};

static void test_what_is_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct kong_listens l = {0};
		struct buf err = {0}, out = {0};

		assert_int_equal(0, kong_listens_parse(&l, good[i].stream, str_from(good[i].text),
					    "LISTEN", &err));
		kong_listens_print(&l, good[i].stream, &out);
		assert_str(buf_str(&out), good[i].want);
		kong_listens_fini(&l);
		buf_fini(&out);
		buf_fini(&err);
	}
}

static void test_what_is_refused_says_where_and_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		struct kong_listens l = {0};
		struct buf err = {0};

		assert_true(kong_listens_parse(&l, broken[i].stream, str_from(broken[i].text),
				    "LISTEN", &err) < 0);
		assert_true(str_starts(buf_str(&err), STR("LISTEN: ")));
		assert_str(str_skip(buf_str(&err), 8), broken[i].want);
		assert_int_equal(l.v.n, 0);
		buf_fini(&err);
		kong_listens_fini(&l);
	}
}

static void test_an_address_once_over_both_settings(void **state)
{
	struct kong_listens l = {0};
	struct buf err = {0};

	(void)state;
	assert_int_equal(0, kong_listens_parse(&l, HTTP, STR("0.0.0.0:80"), "A", &err));
	assert_true(kong_listens_parse(&l, STREAM, STR("0.0.0.0:81, 0.0.0.0:80"), "B", &err) < 0);
	assert_str(buf_str(&err), "B: entry 2, character 13: 0.0.0.0:80 is listened on already, by "
				  "another entry");
	assert_int_equal(l.v.n, 1);
	kong_listens_fini(&l);
	buf_fini(&err);
}

static void parse_both(struct kong_listens *l, const char *http, const char *stream)
{
	struct buf err = {0};

	assert_int_equal(0, kong_listens_parse(l, HTTP, str_from(http), "A", &err));
	assert_int_equal(0, kong_listens_parse(l, STREAM, str_from(stream), "B", &err));
}

static const struct publish_port page[] = {{80, 8000, false}, {443, 8443, false},
	{9901, 9901, false}, {9902, 9902, true}, {9903, 9903, false}};

static void test_the_page_s_service_leads_to_its_listens(void **state)
{
	static const struct translate_listen want[] = {{.port = 80, .target = 8000},
		{.port = 443, .target = 8443, .ssl = true},
		{.port = 9901, .target = 9901, .stream = true},
		{.port = 9902, .target = 9902, .stream = true, .udp = true},
		{.port = 9903, .target = 9903, .stream = true, .ssl = true}};
	struct kong_listens l = {0};
	struct translate_listen *list;
	struct arena a;
	size_t n;

	(void)state;
	arena_init(&a, 0);
	parse_both(&l, "0.0.0.0:8000 backlog=7, [::]:8000, 0.0.0.0:8443 ssl",
		"0.0.0.0:9901, 0.0.0.0:9902 udp, 0.0.0.0:9903 ssl");
	list = kong_listens_join(&l, page, ARRAY_LEN(page), &a, &n);
	assert_int_equal(n, ARRAY_LEN(want));
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(list[i].port, want[i].port);
		assert_int_equal(list[i].target, want[i].target);
		assert_int_equal(list[i].udp, want[i].udp);
		assert_int_equal(list[i].ssl, want[i].ssl);
		assert_int_equal(list[i].stream, want[i].stream);
	}
	assert_int_equal(list[0].n_binds, 2);
	assert_int_equal(list[0].binds[0].addr.port, 8000);
	assert_int_equal(list[0].binds[0].backlog, 7);
	assert_int_equal(list[0].binds[0].flags, PLAN_BIND_NO_HTTP2);
	assert_int_equal(list[0].binds[1].backlog, KONG_BACKLOG_DEFAULT);
	assert_int_equal(list[0].binds[1].flags, PLAN_BIND_NO_HTTP2 | PLAN_BIND_V6ONLY);
	kong_listens_fini(&l);
	arena_fini(&a);
}

static void test_ports_without_a_listen_lead_nowhere(void **state)
{
	static const struct publish_port ports[] = {
		{80, 8000, true} /* UDP to a TCP listen */, {81, 8001, false}, {82, 8000, false}};
	struct kong_listens l = {0};
	struct translate_listen *list;
	struct arena a;
	size_t n;

	(void)state;
	arena_init(&a, 0);
	parse_both(&l, "0.0.0.0:8000", "off");
	list = kong_listens_join(&l, ports, ARRAY_LEN(ports), &a, &n);
	assert_int_equal(n, 1);
	assert_int_equal(list[0].port, 82);
	/* No Service: the listens' own numbers. */
	list = kong_listens_join(&l, NULL, 0, &a, &n);
	assert_int_equal(n, 1);
	assert_int_equal(list[0].port, 8000);
	kong_listens_fini(&l);
	arena_fini(&a);
}

static void test_what_replicas_have_in_common(void **state)
{
	struct translate_listen a[] = {{.port = 80}, {.port = 443, .ssl = true},
		{.port = 53, .udp = true, .stream = true}};
	struct translate_listen b[] = {{.port = 53, .stream = true}, {.port = 443, .ssl = true}};

	(void)state;
	assert_int_equal(1, translate_listens_common(a, 3, b, 2));
	assert_int_equal(a[0].port, 443);
	assert_int_equal(0, translate_listens_common(a, 1, b, 0));
}

static void test_what_has_no_effect_is_said(void **state)
{
	struct kong_listens l = {0};
	struct buf out = {0};

	(void)state;
	parse_both(&l, "0.0.0.0:8443 ssl http2", "[::]:53 udp backlog=5");
	kong_listens_notes(&l, &out);
	assert_str(buf_str(&out),
		"0.0.0.0:8443: http2: HTTP/2 is not served yet, HTTP/1.1 is\n"
		"0.0.0.0:8443: without reuseport, each worker has a socket of its own all the same\n"
		"[::]:53: backlog: a udp socket has none\n");
	kong_listens_fini(&l);
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_taken),
		cmocka_unit_test(test_what_is_refused_says_where_and_why),
		cmocka_unit_test(test_an_address_once_over_both_settings),
		cmocka_unit_test(test_the_page_s_service_leads_to_its_listens),
		cmocka_unit_test(test_ports_without_a_listen_lead_nowhere),
		cmocka_unit_test(test_what_replicas_have_in_common),
		cmocka_unit_test(test_what_has_no_effect_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
