/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every reason in docs/reasons.md is provoked: the log names it with its status, and the metric
 * counts it once.  A reason without a scenario fails the last test.
 */
#include "proxy/helper_rig.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/metrics_priv.h"
#include "proxy/reasons.h"

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define LIT(l)                      \
	{                           \
		"" l, sizeof(l) - 1 \
	}

struct stage {
	struct rig r;
	struct peer c, b;
	int log[2];
	char line[100000];
};

struct scenario {
	const char *reason;
	const char *bytes; /* what the client sends; NULL: GET */
	struct rig_rule rule;
	/* Beside that; NULL: nothing. */
	void (*before)(struct stage *s); /* before the plan is there */
	void (*plan)(struct stage *s); /* in place of the plan with <rule> */
	void (*connected)(struct stage *s); /* before the bytes */
	void (*after)(struct stage *s); /* after them */
	const char *backend; /* says this */
	bool begun; /* its answer was under way */
	nsec wait; /* then */
};

/* ---- what is more than bytes ---- */

static void fin(struct stage *s)
{
	peer_fin(&s->c);
}

static void accept_backend(struct stage *s)
{
	s->b = peer_accept(&s->r, 0);
	(void)peer_read(&s->b);
}

static void client_resets(struct stage *s)
{
	accept_backend(s);
	peer_reset(&s->c);
	s->c.fd = -1;
}

static void backend_leaves(struct stage *s)
{
	accept_backend(s);
	peer_close(&s->b);
	s->b = (struct peer){0};
}

static void backend_leaves_inside(struct stage *s)
{
	accept_backend(s);
	peer_send(&s->b, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc");
	peer_close(&s->b);
	s->b = (struct peer){0};
}

static void cut(struct stage *s)
{
	accept_backend(s);
	proxy_drain(s->r.proxy, PROXY_DRAIN_END);
	rig_run(&s->r);
	proxy_drain(s->r.proxy, PROXY_DRAIN_CUT);
}

static void switched(struct stage *s)
{
	accept_backend(s);
	peer_send(&s->b, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
			 "Upgrade: websocket\r\n\r\n");
	rig_advance(&s->r, SEC(12));
}

/* The backend sends for as long as anybody takes it; the client takes nothing. */
static void client_takes_nothing(struct stage *s)
{
	static char big[400000];

	memset(big, 'x', sizeof(big));
	accept_backend(s);
	peer_send(&s->b, "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
	for (int i = 0; i < 60; i++) {
		(void)!send(s->b.fd, big, sizeof(big), MSG_NOSIGNAL | MSG_DONTWAIT);
		rig_run(&s->r);
	}
	rig_advance(&s->r, SEC(125));
}

static void short_limits(struct stage *s)
{
	s->r.settings.tunnel_idle = SEC(10);
	s->r.settings.response_body_idle = SEC(5);
}

static void other_host(struct rig *r, struct plan_port *p)
{
	(void)r;
	((struct plan_listener *)(uintptr_t)p->listeners)->hostname = STR("b.test");
}

static void listener_of_another_host(struct stage *s)
{
	s->r.port_edit = other_host;
}

static void bound_to_backend(struct rig *r, struct plan_port *p)
{
	((struct plan_bind *)(uintptr_t)p->binds)->addr.port = r->backends[0].port;
}

static void backend_where_we_listen(struct stage *s)
{
	s->r.port_edit = bound_to_backend;
}

static void with_tls(struct rig *r, struct plan_port *p)
{
	(void)r;
	((struct plan_listener *)(uintptr_t)p->listeners)->tls =
		ARENA_NEW(plan_port_arena(p), struct plan_server_tls);
}

static void listener_with_tls(struct stage *s)
{
	s->r.port_edit = with_tls;
}

static void tls_upstream(struct rig *r, struct plan_upstream *u)
{
	(void)r;
	u->tls = ARENA_NEW(plan_upstream_arena(u), struct plan_client_tls);
	u->tls->sni = STR("a");
}

static void upstream_with_tls(struct stage *s)
{
	s->r.upstream_edit = tls_upstream;
}

static void h2_upstream(struct rig *r, struct plan_upstream *u)
{
	(void)r;
	u->protocol = PLAN_PROTOCOL_TCP;
}

static void upstream_that_speaks_no_http(struct stage *s)
{
	s->r.upstream_edit = h2_upstream;
}

static void overloaded(struct stage *s)
{
	rig_worker(&s->r, 0)->overload = OVERLOAD_REFUSE;
}

static void plan_with(struct stage *s, struct rig_rule rule, const int *backends)
{
	rig_begin(&s->r);
	rig_upstream(&s->r, "up", backends);
	rig_route(&s->r, &rule);
	rig_commit(&s->r);
}

static void plan_without_endpoint(struct stage *s)
{
	plan_with(s, (struct rig_rule){0}, (const int[]){-1});
}

static void plan_that_is_refused(struct stage *s)
{
	plan_with(s, (struct rig_rule){0}, (const int[]){RIG_REFUSES, -1});
}

static void plan_with_side(struct stage *s, const struct plan_filter *f)
{
	struct rig_rule rule = {.filters = {*f}, .n_filters = 1};

	rig_begin(&s->r);
	rig_upstream(&s->r, "up", (const int[]){0, -1});
	rig_upstream(&s->r, "side", (const int[]){1, -1});
	rig_route(&s->r, &rule);
	rig_commit(&s->r);
}

static void plan_with_auth(struct stage *s)
{
	static struct plan_auth auth;

	auth = (struct plan_auth){.to.upstream = plan_id(STR("side")), .body_max = 4};
	plan_with_side(s, &(struct plan_filter){.kind = PLAN_FILTER_AUTH, .auth = &auth});
}

static void auth_says_no(struct stage *s)
{
	s->b = peer_accept(&s->r, 1);
	peer_send(&s->b, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
}

static void auth_is_ill(struct stage *s)
{
	s->b = peer_accept(&s->r, 1);
	peer_send(&s->b, "HTTP/1.1 500 Ill\r\nContent-Length: 0\r\n\r\n");
}

/* Two values that fit alone and not together. */
static void plan_that_bloats(struct stage *s)
{
	static char text[40000];
	static struct plan_header_edit edits[2];
	static const struct plan_header_filter filter = {.edits = edits, .n = 2};

	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 2; i++)
		edits[i] = (struct plan_header_edit){.name = i ? STR("x-a") : STR("x-b"),
			.value = str_of(text, sizeof(text)),
			.op = PLAN_HEADER_SET};
	plan_with_side(s, &(struct plan_filter){
				  .kind = PLAN_FILTER_REQUEST_HEADERS, .request_headers = &filter});
}

static const struct plan_redirect redirect = {.hostname = LIT("b.test"), .status = 302};
static const struct plan_origin any_origin[] = {{.any = true}};
static const struct plan_cors cors = {
	.origins = any_origin, .norigins = 1, .any_method = true, .any_header = true};
static const struct plan_failure rule_invalid = {.reason = PLAN_REFUSED_RULE_INVALID};
#define REFUSED(which) .rule.backends = {{.weight = 1, .to.refused = PLAN_REFUSED_##which}}

#define HEAD "GET / HTTP/1.1\r\nHost: a\r\n"
#define POST "POST / HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define TEN(x) x x x x x x x x x x
#define NINE_K "\002" /* stands for so many bytes: peer_says() */

static const struct scenario scenarios[] = {
	{.reason = "bare_lf", .bytes = "GET / HTTP/1.1\nHost: a\r\n\r\n"},
	{.reason = "bare_cr", .bytes = "GET / HTTP/1.1\rHost: a\r\n\r\n"},
	{.reason = "blank_lines", .bytes = TEN("\r\n") GET},
	{.reason = "bad_method", .bytes = "G@T / HTTP/1.1\r\nHost: a\r\n\r\n"},
	{.reason = "method_too_long", .bytes = TEN("ABCDE") " / HTTP/1.1\r\nHost: a\r\n\r\n"},
	{.reason = "method_refused", .bytes = "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"},
	{.reason = "bad_request_line", .bytes = "GET / HTTX/1.1\r\nHost: a\r\n\r\n"},
	{.reason = "bad_target", .bytes = "GET a HTTP/1.1\r\nHost: a\r\n\r\n"},
	{.reason = "uri_too_long", .bytes = "GET /" NINE_K " HTTP/1.1\r\nHost: a\r\n\r\n"},
	{.reason = "bad_version", .bytes = "GET /\r\nHost: a\r\n\r\n"},
	{.reason = "version_refused", .bytes = "GET / HTTP/2.0\r\nHost: a\r\n\r\n"},
	{.reason = "bad_status_line", .backend = "HTTP/1.1 OK\r\n\r\n"},
	{.reason = "head_too_large", .bytes = HEAD "x: " NINE_K NINE_K NINE_K NINE_K "\r\n\r\n"},
	{.reason = "too_many_headers", .bytes = HEAD TEN(TEN("x: 1\r\n")) "\r\n"},
	{.reason = "obs_fold", .bytes = HEAD "x: 1\r\n 2\r\n\r\n"},
	{.reason = "empty_header_name", .bytes = HEAD ": 1\r\n\r\n"},
	{.reason = "bad_header_name", .bytes = HEAD "a@b: 1\r\n\r\n"},
	{.reason = "blank_in_header_name", .bytes = HEAD "x : 1\r\n\r\n"},
	{.reason = "missing_colon", .bytes = HEAD "x\r\n\r\n"},
	{.reason = "bad_header_value", .bytes = HEAD "x: \001\r\n\r\n"},
	{.reason = "too_many_nominations", .bytes = HEAD "Connection: " TEN(TEN("a,")) "b\r\n\r\n"},
	{.reason = "missing_host", .bytes = "GET / HTTP/1.1\r\n\r\n"},
	{.reason = "duplicate_host", .bytes = HEAD "Host: a\r\n\r\n"},
	{.reason = "bad_host", .bytes = "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
	{.reason = "expectation_failed", .bytes = POST "Expect: more\r\nContent-Length: 0\r\n\r\n"},
	{.reason = "bad_content_length", .bytes = POST "Content-Length: x\r\n\r\n"},
	{.reason = "duplicate_content_length",
		.bytes = POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\na"},
	{.reason = "length_and_chunked",
		.bytes = POST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"},
	{.reason = "bad_transfer_encoding", .bytes = POST "Transfer-Encoding: gzip\r\n\r\n"},
	{.reason = "chunked_in_http10",
		.bytes = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
	{.reason = "upgrade_with_body",
		.bytes = POST "Connection: upgrade\r\nUpgrade: x\r\nContent-Length: 1\r\n\r\na"},
	{.reason = "too_many_interim",
		.backend = TEN(TEN("HTTP/1.1 103 Hint\r\n\r\n")),
		.wait = SEC(1)},
	{.reason = "unasked_switch",
		.backend = "HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"},
	{.reason = "bad_chunk_size", .bytes = CHUNKED "x\r\n"},
	{.reason = "bad_chunk_extension", .bytes = CHUNKED "1;=\r\n"},
	{.reason = "chunk_extension_too_large", .bytes = CHUNKED "1;" NINE_K NINE_K "\r\n"},
	{.reason = "bad_chunk_end", .bytes = CHUNKED "1\r\naa\r\n"},
	{.reason = "trailer_too_large", .bytes = CHUNKED "0\r\nx: " NINE_K "\r\n\r\n"},
	{.reason = "truncated", .bytes = POST "Content-Length: 5\r\n\r\nab", .after = fin},
	{.reason = "no_route", .rule.path = "/elsewhere"},
	{.reason = "no_listener", .before = listener_of_another_host},
	{.reason = "misdirected", .before = listener_with_tls},
	{.reason = "rule_invalid", .rule.failure = &rule_invalid},
	{.reason = "backend_not_found", REFUSED(BACKEND_NOT_FOUND)},
	{.reason = "backend_kind", REFUSED(BACKEND_KIND)},
	{.reason = "ref_not_permitted", REFUSED(REF_NOT_PERMITTED)},
	{.reason = "backend_protocol", .before = upstream_that_speaks_no_http},
	{.reason = "backend_tls", REFUSED(BACKEND_TLS)},
	{.reason = "backend_refused", REFUSED(BACKEND_REFUSED)},
	{.reason = "backend_is_gateway", .before = backend_where_we_listen},
	{.reason = "no_backend", .rule.no_backend = true},
	{.reason = "regex_limit",
		.bytes = "GET /" TEN(TEN("a")) "! HTTP/1.1\r\nHost: a\r\n\r\n",
		.rule.regex = "/(a+)+"},
	{.reason = "bad_rewrite", .plan = plan_that_bloats, .after = accept_backend},
	{.reason = "bad_path", .bytes = "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n"},
	{.reason = "no_endpoint", .plan = plan_without_endpoint},
	{.reason = "connect_failed", .plan = plan_that_is_refused},
	{.reason = "connect_timeout",
		.before = upstream_with_tls,
		.after = accept_backend,
		.wait = SEC(6)},
	{.reason = "upstream_tls",
		.before = upstream_with_tls,
		.backend = "HTTP/1.1 200 OK\r\n\r\n"},
	{.reason = "upstream_reset", .after = backend_leaves},
	{.reason = "upstream_bad_response", .backend = "nonsense\r\n\r\n"},
	{.reason = "upstream_interim_flood",
		.backend = TEN(TEN("HTTP/1.1 103 Hint\r\n\r\n")),
		.wait = SEC(1)},
	{.reason = "upstream_truncated", .after = backend_leaves_inside, .begun = true},
	{.reason = "request_timeout",
		.rule.timeout_request = SEC(3),
		.after = accept_backend,
		.wait = SEC(4)},
	{.reason = "backend_timeout",
		.rule.timeout_backend = SEC(3),
		.after = accept_backend,
		.wait = SEC(4)},
	{.reason = "response_timeout", .after = accept_backend, .wait = SEC(61)},
	{.reason = "body_timeout",
		.begun = true,
		.before = short_limits,
		.backend = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc",
		.wait = SEC(12)},
	{.reason = "head_timeout", .bytes = "GET / HT", .wait = SEC(11)},
	{.reason = "request_body_timeout",
		.bytes = POST "Content-Length: 5\r\n\r\nab",
		.after = accept_backend,
		.wait = SEC(61)},
	{.reason = "client_stalled", .after = client_takes_nothing},
	{.reason = "client_gone", .after = client_resets},
	{.reason = "tunnel_idle",
		.bytes = HEAD "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n",
		.before = short_limits,
		.after = switched},
	{.reason = "auth_denied", .plan = plan_with_auth, .after = auth_says_no},
	{.reason = "auth_failed", .plan = plan_with_auth, .after = auth_is_ill},
	{.reason = "cors_preflight",
		.bytes = "OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: http://b.test\r\n"
			 "Access-Control-Request-Method: PUT\r\n\r\n",
		.rule.filters = {{.kind = PLAN_FILTER_CORS, .cors = &cors}},
		.rule.n_filters = 1},
	{.reason = "redirect",
		.rule.filters = {{.kind = PLAN_FILTER_REDIRECT, .redirect = &redirect}},
		.rule.n_filters = 1},
	{.reason = "overload", .connected = overloaded},
	{.reason = "drained", .after = cut},
};

/* ---- the run ---- */

static bool row_of(const char *name, struct proxy_reason_row *ret_row)
{
	for (size_t i = 1; proxy_reason_row(i, ret_row); i++)
		if (str_eq(ret_row->name, str_from(name)))
			return true;
	return false;
}

static int64_t counted(const char *name)
{
	struct str label = str_from(name);
	int64_t n;
	metric_id id;

	id = metric_series(&metric_answers, &label);
	n = metric_read(&metric_answers, id);
	metric_release(&metric_answers, id);
	return n;
}

static void stage_open(struct stage *s, const struct scenario *sc)
{
	struct proxy_config pc = {.workers = 1, .writer = writer_new()};

	assert_int_equal(pipe(s->log), 0);
	pc.access_output = (unsigned)writer_output(pc.writer, s->log[1]);
	rig_init_config(&s->r, pc);
	if (sc->before)
		sc->before(s);
	if (sc->plan)
		sc->plan(s);
	else
		rig_with(&s->r, &sc->rule);
	s->c = peer_connect(&s->r);
	s->b = (struct peer){0};
	rig_run(&s->r);
}

static void stage_close(struct stage *s)
{
	if (s->c.fd >= 0)
		peer_close(&s->c);
	peer_close_if(&s->b);
	rig_fini(&s->r);
	close(s->log[0]);
	close(s->log[1]);
}

static const char *line_of(struct stage *s)
{
	size_t n = 0;

	rig_run(&s->r);
	writer_flush(s->r.writer);
	close(s->log[1]);
	while (n < sizeof(s->line) - 1 && read(s->log[0], s->line + n, 1) == 1)
		n++;
	s->line[n] = 0;
	s->log[1] = dup(s->log[0]);
	return s->line;
}

static void peer_says(struct peer *p, const char *bytes)
{
	struct buf out = {0};

	for (; *bytes; bytes++) {
		if (*bytes == NINE_K[0])
			buf_printf(&out, "%09000d", 0);
		else
			buf_addc(&out, *bytes);
	}
	peer_send_n(p, out.p, out.n);
	buf_fini(&out);
}

static bool run(const struct scenario *sc)
{
	static struct stage s;
	struct proxy_reason_row row;
	const char *told = sc->reason, *line;
	char want[200];
	int64_t before, times;

	if (!row_of(sc->reason, &row))
		fail_msg("%s is no reason", sc->reason);
	if (row.of_response)
		told = str_eq(row.name, STR("too_many_interim")) ? "upstream_interim_flood"
								 : "upstream_bad_response";
	stage_open(&s, sc);
	before = counted(told);
	if (sc->connected)
		sc->connected(&s);
	peer_says(&s.c, sc->bytes ? sc->bytes : GET);
	if (sc->after)
		sc->after(&s);
	if (sc->backend) {
		accept_backend(&s);
		peer_send(&s.b, sc->backend);
	}
	rig_run(&s.r);
	if (sc->wait)
		rig_advance(&s.r, sc->wait);
	line = line_of(&s);
	times = counted(told) - before;
	stage_close(&s);
	/* An answer that had begun keeps its status. */
	if (row.status && !row.of_response && !sc->begun)
		snprintf(want, sizeof(want), "\"status\":%d,\"reason\":\"%s\"", row.status, told);
	else
		snprintf(want, sizeof(want), "\"reason\":\"%s\"", told);
	if (!strstr(line, want))
		print_error("%s: no %s in the log: %.300s\n", sc->reason, want, line);
	else if (times != 1)
		print_error("%s: counted %lld times\n", sc->reason, (long long)times);
	else
		return true;
	return false;
}

static void test_scenarios(void **state)
{
	bool good = true;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scenarios); i++)
		good &= run(&scenarios[i]);
	assert_true(good);
}

static void test_every_reason_has_a_scenario(void **state)
{
	struct proxy_reason_row row;

	(void)state;
	for (size_t i = 1; proxy_reason_row(i, &row); i++) {
		bool found = false;

		for (size_t k = 0; k < ARRAY_LEN(scenarios); k++)
			found |= str_eq(row.name, str_from(scenarios[k].reason));
		if (!found)
			fail_msg("no scenario provokes %.*s", STR_ARG(row.name));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scenarios),
		cmocka_unit_test(test_every_reason_has_a_scenario),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
