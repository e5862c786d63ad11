/* SPDX-License-Identifier: Apache-2.0 */
/* A plan with one of everything, against test/golden/plan/everything.json. */
#include "plan/dump.h"

#include <stdio.h>
#include <stdlib.h>

#include "match/regex.h"
#include "plan/edit.h"
#include "plan/helper_plan.h"
#include "test.h"

#define GOLDEN SOURCE_DIR "/test/golden/plan/everything.json"

static struct plan_ref to(const char *upstream)
{
	return (struct plan_ref){.upstream = plan_id(str_from(upstream))};
}

static const struct plan_ref refused = {
	.refused = PLAN_REFUSED_REF_NOT_PERMITTED,
	.message = {"Service other/s: no ReferenceGrant", 34},
};

static const struct plan_filters *all_filters(struct arena *a)
{
	static const struct plan_header_edit edits[] = {
		{{"x-set", 5}, {"a \"b\"", 5}, PLAN_HEADER_SET},
		{{"x-add", 5}, {"1", 1}, PLAN_HEADER_ADD},
		{{"x-gone", 6}, {NULL, 0}, PLAN_HEADER_REMOVE},
	};
	static const struct plan_header_filter headers = {edits, ARRAY_LEN(edits)};
	static const struct plan_redirect redirect = {
		.scheme = {"https", 5},
		.hostname = {"b.test", 6},
		.path = {PLAN_PATH_PREFIX, {"/new", 4}},
		.port = 8443,
		.status = 308,
	};
	static const struct plan_rewrite rewrite = {.path = {PLAN_PATH_FULL, {"/full", 5}}};
	static const struct plan_origin origins[] = {
		{.any = true}, {{"https", 5}, {"*.test", 6}, 443, false}};
	static const struct plan_cors cors = {
		.origins = origins,
		.norigins = 2,
		.methods_text = {"GET, PUT", 8},
		.max_age = 5,
		.credentials = true,
	};
	static const struct str names[] = {{"x-user", 6}};
	static struct plan_mirror mirror = {.numerator = 0, .denominator = 100};
	static struct plan_auth auth = {
		.protocol = PLAN_AUTH_HTTP,
		.path_prefix = {"/check", 6},
		.response_headers = names,
		.nresponse_headers = 1,
		.body_max = 1024,
	};
	const struct plan_filter f[] = {
		{.kind = PLAN_FILTER_REQUEST_HEADERS, .request_headers = &headers},
		{.kind = PLAN_FILTER_RESPONSE_HEADERS, .response_headers = &headers},
		{.kind = PLAN_FILTER_REDIRECT, .redirect = &redirect},
		{.kind = PLAN_FILTER_REWRITE, .rewrite = &rewrite},
		{.kind = PLAN_FILTER_MIRROR, .mirror = &mirror},
		{.kind = PLAN_FILTER_CORS, .cors = &cors},
		{.kind = PLAN_FILTER_AUTH, .auth = &auth},
	};

	mirror.to = to("u");
	auth.to = refused;
	return plan_filters_new(a, f, ARRAY_LEN(f));
}

static struct plan_route *full_route(void)
{
	static const uint16_t codes[] = {500, 503};
	static const struct plan_retry retry = {codes, 2, 3, MSEC(100)};
	static const struct plan_session session = {{"sid", 3}, {"/", 1}, SEC(3600), false, true};
	static const struct plan_failure failure = {
		PLAN_REFUSED_RULE_INVALID, {"filters[0]: unknown type", 24}};
	static const struct match_value query[] = {{{"q", 1}, {"1", 1}, NULL}};
	struct plan_route *r =
		plan_route_new(PLAN_ROUTE_HTTP, STR("HTTPRoute"), STR("ns/full"), 1700000000, 4096);
	struct arena *a = plan_route_arena(r);
	struct plan_rule *rules = ARENA_ARRAY(a, struct plan_rule, 2);
	struct plan_backend *b = ARENA_ARRAY(a, struct plan_backend, 3);
	struct plan_attach *at = ARENA_ARRAY(a, struct plan_attach, 2);
	struct match_value *header = ARENA_NEW(a, struct match_value);
	struct regex_error error;

	b[0] = (struct plan_backend){to("u"), all_filters(a), 3};
	b[1] = (struct plan_backend){refused, NULL, 1};
	b[2] = (struct plan_backend){to("nowhere"), NULL, 0};
	rules[0] = (struct plan_rule){
		.id = 1,
		.route = r,
		.name = STR("first"),
		.backends = b,
		.nbackends = 3,
		.total_weight = 4,
		.filters = all_filters(a),
		.retry = &retry,
		.session = &session,
		.timeout_request = SEC(10),
		.timeout_backend = 0,
	};
	rules[1] = (struct plan_rule){
		.id = 2,
		.route = r,
		.failure = &failure,
		.timeout_request = PLAN_TIMEOUT_UNSET,
		.timeout_backend = PLAN_TIMEOUT_UNSET,
		.index = 1,
	};
	r->rules = rules;
	r->nrules = 2;
	r->matches = ARENA_ARRAY(a, struct match, 3);
	r->nmatches = 3;
	for (uint16_t i = 0; i < 3; i++) {
		r->matches[i].order = &r->order;
		r->matches[i].payload = &rules[i / 2];
		r->matches[i].rule = i / 2;
		r->matches[i].index = i % 2;
	}
	header->name = STR("version");
	header->value = STR("v[12]");
	AZ(plan_route_regex(r, header->value, &header->regex, &error));
	match_set_path(&r->matches[0], MATCH_PATH_PREFIX, STR("/a/"));
	r->matches[0].headers = header;
	r->matches[0].nheaders = 1;
	r->matches[0].method = MATCH_METHOD_GET;
	match_set_path(&r->matches[1], MATCH_PATH_EXACT, STR("/a"));
	r->matches[1].query = query;
	r->matches[1].nquery = 1;
	match_set_path(&r->matches[2], MATCH_PATH_REGEX, STR("/b\\d+"));
	AZ(plan_route_regex(r, STR("/b\\d+"), &r->matches[2].regex, &error));
	r->matches[2].rank = 5;
	at[0] = (struct plan_attach){plan_id(STR("Gateway/ns/gw/tcp/443")), STR("*.a.test")};
	at[1] = (struct plan_attach){plan_id(STR("none")), {NULL, 0}};
	r->attaches = at;
	r->nattaches = 2;
	return r;
}

static struct plan_pem *some_pem(struct plan_store *s, enum plan_pem_kind kind)
{
	struct plan_pem from = {
		.kind = kind,
		.source = kind == PLAN_PEM_PAIR ? STR("Secret/ns/cert") : STR("ConfigMap/ns/ca"),
		.digest = STR("sha256:abc"),
		.chain = STR("-----CHAIN-----"),
		.key = kind == PLAN_PEM_PAIR ? STR("-----SECRET-----") : STR(""),
	};

	return plan_pem_get(s, &from);
}

static struct plan_port *tls_port(struct plan_store *s)
{
	struct plan_port *p = some_port("tcp/443", 443);
	struct arena *a = plan_port_arena(p);
	struct plan_listener *l = ARENA_NEW(a, struct plan_listener);
	struct plan_server_tls *tls = ARENA_NEW(a, struct plan_server_tls);
	struct plan_settings *settings = ARENA_NEW(a, struct plan_settings);
	struct plan_pem **pems = ARENA_ARRAY(a, struct plan_pem *, 2);
	struct plan_cidr *trusted = ARENA_NEW(a, struct plan_cidr);

	p->kind = PLAN_PORT_TLS;
	*l = p->listeners[0];
	*settings = *l->settings;
	settings->client_idle = SEC(5);
	pems[0] = some_pem(s, PLAN_PEM_PAIR);
	pems[1] = some_pem(s, PLAN_PEM_CA);
	*tls = (struct plan_server_tls){
		.certs = &pems[0],
		.ncerts = 1,
		.client_cas = &pems[1],
		.nclient_cas = 1,
		.min_version = STR("1.3"),
		.client_auth = PLAN_CLIENT_AUTH_REQUIRE,
	};
	l->hostname = STR("*.test");
	l->tls = tls;
	l->settings = settings;
	p->listeners = l;
	AZ(plan_addr_parse(STR("10.0.0.0"), 0, &trusted->addr));
	trusted->bits = 8;
	p->peers.trusted = trusted;
	p->peers.ntrusted = 1;
	return p;
}

static struct plan_upstream *tls_upstream(struct plan_store *s)
{
	static const struct plan_san sans[] = {{{"a.svc", 5}, false}, {{"spiffe://x/y", 12}, true}};
	static const struct plan_dns dns[] = {{{"app.internal", 12}, 8080}};
	struct plan_upstream *u = some_upstream("v", 7, 2);

	u->tls = ARENA_NEW(plan_upstream_arena(u), struct plan_client_tls);
	u->tls->sni = STR("a.svc");
	u->tls->sans = sans;
	u->tls->nsans = 2;
	u->tls->ca = some_pem(s, PLAN_PEM_CA);
	u->tls->client = some_pem(s, PLAN_PEM_PAIR);
	u->protocol = PLAN_PROTOCOL_H2;
	u->dns = dns;
	u->ndns = 1;
	u->targets[0].flags = PLAN_TARGET_SERVING | PLAN_TARGET_TERMINATING;
	AZ(plan_addr_parse(STR("2001:db8::1"), 443, &u->targets[1].addr));
	u->targets[1].weight = 5;
	return u;
}

static struct str read_golden(char *into, size_t size)
{
	FILE *f = fopen(GOLDEN, "r");
	size_t n = f ? fread(into, 1, size, f) : 0;

	if (f)
		fclose(f);
	return str_of(into, n);
}

/* GOLDEN_UPDATE=1 in the environment: what is printed becomes what is wanted.  Read the diff. */
static void write_golden(struct str text)
{
	FILE *f = fopen(GOLDEN, "w");

	assert_non_null(f);
	fwrite(text.p, 1, text.n, f);
	fclose(f);
}

static void test_everything_is_dumped(void **state)
{
	static char golden[65536];
	struct plan_store *s = plan_store_new();
	struct plan_edit *e = plan_edit_begin(s, NULL);
	struct plan_upstream *v, *copy;
	struct buf out = {0};
	struct buf before = {0};
	struct str want;
	struct plan *p;

	(void)state;
	plan_edit_put_port(e, tls_port(s));
	plan_edit_put_port(e, some_port("tcp/80", 80));
	plan_edit_put_route(e, full_route());
	plan_edit_put_upstream(e, some_upstream("u", 1, 2));
	v = tls_upstream(s);
	plan_edit_put_upstream(e, v);
	p = plan_edit_commit(e);
	plan_dump(p, &out);
	if (getenv("GOLDEN_UPDATE"))
		write_golden(buf_str(&out));
	want = read_golden(golden, sizeof(golden));
	if (!str_eq(buf_str(&out), want))
		fail_msg("got:\n%.*s\nwant:\n%.*s", STR_ARG(buf_str(&out)), STR_ARG(want));
	assert_null(memmem(out.p, out.n, "SECRET", 6));

	/* A copy with the same targets prints the same. */
	plan_dump_upstream(v, &before);
	copy = plan_upstream_copy(v, v->ntargets);
	for (uint32_t i = 0; i < v->ntargets; i++) {
		copy->targets[i] = v->targets[i];
		copy->targets[i].endpoint = NULL;
	}
	e = plan_edit_begin(s, p);
	plan_edit_put_upstream(e, copy);
	plan_unref(p);
	p = plan_edit_commit(e);
	buf_reset(&out);
	plan_dump_upstream(copy, &out);
	assert_true(str_eq(buf_str(&out), buf_str(&before)));
	buf_fini(&out);
	buf_fini(&before);
	plan_unref(p);
	plan_store_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything_is_dumped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
