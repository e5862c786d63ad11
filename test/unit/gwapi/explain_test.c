/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>

#include "gwapi/explain.h"
#include "helper_world.h"
#include "text/parse.h"

static const char world[] =
	"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: web}\nspec:\n"
	"  gatewayClassName: sluice\n  listeners:\n"
	"  - {name: http, port: 8080, protocol: HTTP}\n"
	"  - {name: shop, port: 8080, protocol: HTTP, hostname: shop.example.com}\n"
	"---\n"
	"apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: api}\nspec:\n"
	"  parentRefs: [{name: web, sectionName: http}]\n  rules:\n"
	"  - name: v2\n"
	"    matches: [{path: {value: /api}, method: POST, headers: [{name: X-V, value: '2'}]}]\n"
	"    filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-a, "
	"value: b}]}}]\n"
	"    backendRefs: [{group: sluice.dev, kind: Backend, name: app}]\n"
	"  - matches: [{path: {value: /api}}]\n"
	"    backendRefs: [{group: sluice.dev, kind: Backend, name: app}]\n"
	"  - matches: [{path: {value: /broken}}]\n"
	"    backendRefs: [{name: none, port: 80}]\n"
	"  - matches: [{path: {value: /old}}]\n"
	"    filters: [{type: RequestRedirect, requestRedirect: {hostname: new.example.com}}]\n"
	"---\n"
	"apiVersion: sluice.dev/v1alpha1\nkind: Backend\nmetadata: {name: app}\n"
	"spec: {endpoints: ['127.0.0.1:3000']}\n";

struct asked {
	struct world w;
	struct buf out;
};

static int setup(void **state)
{
	static struct asked a;

	a = (struct asked){0};
	world_init(&a.w, STR(""));
	world_load(&a.w, str_from(world));
	world_update(&a.w);
	*state = &a;
	return 0;
}

static int teardown(void **state)
{
	struct asked *a = *state;

	buf_fini(&a->out);
	world_fini(&a->w);
	return 0;
}

static int ask(struct asked *a, const char *method, const char *url, const char *v, bool json)
{
	struct explain_header h = {STR("x-v"), str_from(v)};
	struct explain_request rq = {.method = str_from(method),
		.url = str_from(url),
		.headers = &h,
		.n_headers = v ? 1 : 0};

	buf_reset(&a->out);
	return explain(a->w.plan, &rq, json, &a->out);
}

static bool says(struct asked *a, const char *what)
{
	buf_addc(&a->out, '\0');
	a->out.n--;
	return strstr(a->out.p, what) != NULL;
}

#define assert_says(a, what)                                            \
	do {                                                            \
		if (!says(a, what))                                     \
			fail_msg("no \"%s\" in\n%s", what, (a)->out.p); \
	} while (0)

static void test_found(void **state)
{
	struct asked *a = *state;

	assert_int_equal(EXPLAIN_FOUND, ask(a, "POST", "http://x.net:8080/api/y?q=1", "2", false));
	assert_says(a, "port      tcp/8080");
	assert_says(a, "listener  Gateway/default/web/http (host any)");
	assert_says(a, "HTTPRoute/default/api rule 0 \"v2\"");
	assert_says(a, "filter    RequestHeaderModifier set x-a: b");
	assert_says(a, "Backend/default/app 127.0.0.1:3000");
	assert_says(a,
		"rule 1 (host any, path under \"/api\") at Gateway/default/web/http: fits, but "
		"another match goes before it");
}

static void test_why_not(void **state)
{
	struct asked *a = *state;

	assert_int_equal(EXPLAIN_FOUND, ask(a, "GET", "/api", "2", false));
	assert_says(a, "rule      HTTPRoute/default/api rule 1");
	assert_says(a, "the method does not fit");
	assert_int_equal(EXPLAIN_FOUND, ask(a, "POST", "http://x.net:8080/api", "3", false));
	assert_says(a, "a header does not fit (x-v)");
}

static void test_refused(void **state)
{
	struct asked *a = *state;

	assert_int_equal(EXPLAIN_REFUSED, ask(a, "GET", "http://x.net:8080/broken", NULL, false));
	assert_says(a, "answers 500 (backend_not_found): Service default/none does not exist.");
}

static void test_redirect_is_found(void **state)
{
	struct asked *a = *state;

	assert_int_equal(EXPLAIN_FOUND, ask(a, "GET", "http://x.net:8080/old", NULL, false));
	assert_says(a, "RequestRedirect 302 host new.example.com");
}

/* The more specific listener takes the request; its routes alone count. */
static void test_isolation(void **state)
{
	struct asked *a = *state;

	assert_int_equal(
		EXPLAIN_NONE, ask(a, "GET", "http://shop.example.com:8080/api", NULL, false));
	assert_says(a, "Gateway/default/web/shop");
	assert_says(a, "404: no rule of the listener fits.");
	assert_says(a, "another listener is more specific");
}

static void test_ports(void **state)
{
	struct asked *a = *state;

	assert_int_equal(EXPLAIN_NONE, ask(a, "GET", "http://x.net:9999/", NULL, false));
	assert_says(a, "nothing listens on port 9999 for http; there is tcp/8080 (http).");
	assert_int_equal(EXPLAIN_NONE, ask(a, "GET", "https://x.net/", NULL, false));
}

static void test_malformed(void **state)
{
	struct asked *a = *state;

	assert_int_equal(-EINVAL, ask(a, "GET", "", NULL, false));
	assert_int_equal(-EINVAL, ask(a, "GET", "http://x.net:99999/", NULL, false));
	assert_int_equal(-EINVAL, ask(a, "GET", "http://a b/", NULL, false));
	assert_int_equal(-EINVAL, ask(a, "GET", "http://x.net:8080/%zz", NULL, false));
	assert_says(a, "this is no path");
}

static void test_json(void **state)
{
	struct asked *a = *state;
	struct arena mem;
	struct value v;

	arena_init(&mem, 0);
	assert_int_equal(EXPLAIN_FOUND, ask(a, "POST", "http://x.net:8080/api", "2", true));
	assert_int_equal(0, text_parse_json(&mem, buf_str(&a->out), &v, NULL));
	assert_str(value_get_str(&v, STR("verdict"), STR("")), "found");
	assert_str(value_get_str(&v, STR("ruleName"), STR("")), "v2");
	assert_int_equal(3, value_get(&v, STR("notTaken"))->n);
	assert_non_null(value_get(value_get(&v, STR("plan")), STR("backends")));
	assert_int_equal(EXPLAIN_NONE, ask(a, "GET", "http://x.net:1/", NULL, true));
	assert_int_equal(0, text_parse_json(&mem, buf_str(&a->out), &v, NULL));
	arena_fini(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_found, setup, teardown),
		cmocka_unit_test_setup_teardown(test_why_not, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_redirect_is_found, setup, teardown),
		cmocka_unit_test_setup_teardown(test_isolation, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ports, setup, teardown),
		cmocka_unit_test_setup_teardown(test_malformed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_json, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
