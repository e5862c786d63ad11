/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>
#include <stdio.h>

#include "helper_decode.h"

#define ROUTE                                                         \
	"apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n" \
	"metadata: {name: web, namespace: shop}\n"

static struct decoded t;

static int strict(void **state)
{
	(void)state;
	decoded_init(&t, (struct decode_options){0});
	return 0;
}

static int tolerant(void **state)
{
	(void)state;
	decoded_init(&t, (struct decode_options){.tolerant = true});
	return 0;
}

static int done(void **state)
{
	(void)state;
	decoded_fini(&t);
	return 0;
}

static void accept(const char *yaml)
{
	decoded_from(&t, yaml, NULL);
	if (t.rc)
		fail_msg("%d: %.*s", t.rc, STR_ARG(buf_str(&t.errors)));
}

static void refuse(const char *yaml, const char *errors)
{
	decoded_from(&t, yaml, NULL);
	assert_int_equal(t.rc, -EINVAL);
	assert_null(t.object);
	assert_str(buf_str(&t.errors), errors);
}

/* One text a file, which lives as long as an object that names it. */
static void objects_of_a_file_share_its_name(void **state)
{
	const struct object *first;

	(void)state;
	accept("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n");
	first = object_ref(t.object);
	accept("apiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n");
	assert_ptr_equal(first->file.p, t.object->file.p);
	decoded_fini(&t);
	assert_str(first->file, "a.yaml");
	object_unref(first);
	decoded_init(&t, (struct decode_options){0});
}

static void a_route_becomes_a_struct(void **state)
{
	const struct http_route *r;
	const struct http_route_rule *rule;

	(void)state;
	accept("apiVersion: gateway.networking.k8s.io/v1beta1\nkind: HTTPRoute\n"
	       "metadata:\n  name: web\n  namespace: shop\n  uid: u1\n  resourceVersion: \"7\"\n"
	       "  generation: 3\n  creationTimestamp: 2026-01-31T12:00:00Z\n"
	       "  labels: {b: x, a: w}\n  annotations: {k: v}\n"
	       "spec:\n  parentRefs:\n  - {name: gw, port: 8080}\n  hostnames: [shop.example]\n"
	       "  rules:\n  - name: r0\n    matches:\n    - path: {type: Exact, value: /a}\n"
	       "      method: GET\n      headers: [{name: x, value: v, type: RegularExpression}]\n"
	       "    timeouts: {request: 1m30s, backendRequest: 500ms}\n"
	       "    retry: {codes: [503], backoff: 100ms}\n"
	       "    backendRefs: [{name: svc, port: 80, weight: 3}, {name: svc2, port: 81}]\n");
	r = object_http_route(t.object);
	assert_non_null(r);
	assert_str(object_key(t.object), "shop/web");
	assert_str(r->object.api_version, "gateway.networking.k8s.io/v1beta1");
	assert_str(r->object.uid, "u1");
	assert_int_equal(r->object.generation, 3);
	assert_int_equal(r->object.created, SEC(1769860800));
	assert_str(object_label(t.object, STR("a")), "w");
	assert_str(object_annotation(t.object, STR("k")), "v");
	assert_str(r->object.file, "a.yaml");
	assert_int_equal(r->object.line, 1);
	assert_int_equal(r->spec.common.n_parent_refs, 1);
	assert_str(r->spec.common.parent_refs[0].group, "gateway.networking.k8s.io");
	assert_str(r->spec.common.parent_refs[0].kind, "Gateway");
	assert_true(r->spec.common.parent_refs[0].has_port);
	assert_null(r->spec.common.parent_refs[0].section_name.p);
	rule = &r->spec.rules[0];
	assert_str(rule->name, "r0");
	assert_int_equal(rule->matches[0].path.type, PATH_MATCH_EXACT);
	assert_int_equal(rule->matches[0].method, ROUTE_METHOD_GET);
	assert_int_equal(rule->matches[0].headers[0].type, HEADER_MATCH_REGULAR_EXPRESSION);
	assert_true(rule->timeouts->request == SEC(90));
	assert_true(rule->timeouts->backend_request == MSEC(500));
	assert_int_equal(rule->retry->codes[0], 503);
	assert_int_equal(rule->retry->attempts, 1);
	assert_true(rule->retry->has_backoff);
	assert_int_equal(rule->n_backend_refs, 2);
	assert_int_equal(rule->backend_refs[0].ref.weight, 3);
	assert_int_equal(rule->backend_refs[1].ref.weight, 1);
	assert_int_equal(rule->backend_refs[1].ref.to.port, 81);
	assert_str(rule->backend_refs[1].ref.to.kind, "Service");
	assert_null(rule->filters);
}

static void defaults_are_applied_as_the_api_server_would(void **state)
{
	const struct http_route *r;
	const struct gateway *g;

	(void)state;
	accept(ROUTE "spec: {}\n");
	r = object_http_route(t.object);
	assert_int_equal(r->spec.n_rules, 1);
	assert_int_equal(r->spec.rules[0].n_matches, 1);
	assert_int_equal(r->spec.rules[0].matches[0].path.type, PATH_MATCH_PATH_PREFIX);
	assert_str(r->spec.rules[0].matches[0].path.value, "/");
	accept(ROUTE "spec:\n  rules:\n  - matches: null\n    filters: []\n");
	r = object_http_route(t.object);
	assert_int_equal(r->spec.rules[0].n_matches, 1);
	assert_non_null(r->spec.rules[0].filters);
	assert_int_equal(r->spec.rules[0].n_filters, 0);
	accept("apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g}\n"
	       "spec:\n  gatewayClassName: c\n  listeners: [{name: a, port: 80, protocol: HTTP}]\n");
	g = object_gateway(t.object);
	assert_str(object_key(t.object), "default/g");
	assert_int_equal(g->spec.listeners[0].allowed_routes.namespaces.from, FROM_NAMESPACES_SAME);
	assert_null(g->status);
}

static void an_error_names_place_object_field_and_remedy(void **state)
{
	(void)state;
	refuse(ROUTE "spec:\n  rules:\n  - backendRef: []\n",
		"a.yaml:6:5: HTTPRoute shop/web: spec.rules[0].backendRef: unknown field (did you "
		"mean backendRefs?)\n");
	refuse(ROUTE "spec:\n  rules:\n  - matches:\n    - path: {type: Prefix, value: /}\n",
		"a.yaml:7:20: HTTPRoute shop/web: spec.rules[0].matches[0].path.type: \"Prefix\" is "
		"not one of Exact, PathPrefix, RegularExpression (did you mean PathPrefix?)\n");
	refuse(ROUTE "spec:\n  parentRefs:\n  - {port: 0}\n",
		"a.yaml:6:12: HTTPRoute shop/web: spec.parentRefs[0].port: must be at least 1, is 0\n"
		"a.yaml:6:5: HTTPRoute shop/web: spec.parentRefs[0].name: is required\n");
	refuse(ROUTE "spec:\n  hostnames: [A.example]\n",
		"a.yaml:5:15: HTTPRoute shop/web: spec.hostnames[0]: \"A.example\" does not match "
		"^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$\n");
	refuse(ROUTE "spec:\n  rules:\n  - name: on\n  - {name: 80}\n  - {name: []}\n",
		"a.yaml:6:11: HTTPRoute shop/web: spec.rules[0].name: must be a string, not "
		"boolean: put it in quotes\n"
		"a.yaml:7:12: HTTPRoute shop/web: spec.rules[1].name: must be a string, not integer: "
		"put it in quotes\n"
		"a.yaml:8:12: HTTPRoute shop/web: spec.rules[2].name: must be a string, not array\n");
	refuse(ROUTE "spec: 3\n",
		"a.yaml:4:7: HTTPRoute shop/web: spec: must be an object, not integer\n");
	refuse(ROUTE "spec:\n  rules:\n  - timeouts: {request: 1s, backendRequest: 2s}\n",
		"a.yaml:6:15: HTTPRoute shop/web: spec.rules[0].timeouts: backendRequest timeout "
		"cannot be longer than request timeout\n");
	refuse("kind: HTTPRoute\n",
		"a.yaml:1:1: HTTPRoute (no name): apiVersion and kind are required\n");
	refuse("apiVersion: gateway.networking.k8s.io/v1alpha2\nkind: HTTPRoute\nmetadata: {name: "
	       "x}\n",
		"a.yaml:1:1: HTTPRoute x: version gateway.networking.k8s.io/v1alpha2 is not served: "
		"use gateway.networking.k8s.io/v1, gateway.networking.k8s.io/v1beta1\n");
}

static void other_kinds_are_ignored_by_name(void **state)
{
	(void)state;
	decoded_from(&t, "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n", NULL);
	assert_int_equal(t.rc, -ENOTSUP);
	assert_str(decoder_ignored(t.decoder), "Deployment (apps/v1)");
	assert_int_equal(t.errors.n, 0);
}

static void metadata_is_judged(void **state)
{
	(void)state;
	refuse("apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n"
	       "metadata: {name: Web, namespace: a.b, lables: {}}\nspec: {}\n",
		"a.yaml:3:39: HTTPRoute a.b/Web: metadata.lables: unknown field (did you mean "
		"labels?)\n"
		"a.yaml:3:18: HTTPRoute a.b/Web: metadata.name: \"Web\" is no name: at most 253 "
		"lower-case letters, digits, '-' or '.', first and last a letter or digit\n"
		"a.yaml:3:34: HTTPRoute a.b/Web: metadata.namespace: \"a.b\" is no namespace: at most "
		"63 lower-case letters, digits or '-', first and last a letter or digit\n");
	decoded_from(&t, ROUTE, NULL);
	assert_int_equal(t.rc, -EINVAL);
	refuse("apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\n"
	       "metadata: {name: c, namespace: x}\nspec: {controllerName: a.b/c}\n",
		"a.yaml:3:32: GatewayClass x/c: metadata.namespace: must be absent: a GatewayClass "
		"belongs to no namespace\n");
	decoded_from(&t,
		"apiVersion: v1\nkind: Namespace\nmetadata: {name: n, labels: {\"a b\": x, c: "
		"\"-\"}}\n",
		NULL);
	assert_int_equal(t.rc, -EINVAL);
}

static void annotations_have_a_bound(void **state)
{
	struct buf b = {0};

	(void)state;
	for (unsigned over = 0; over < 2; over++) {
		buf_reset(&b);
		buf_add(&b, STR("apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n"
				"spec: {}\nmetadata:\n  name: a\n  annotations:\n    k: "));
		for (unsigned i = 0; i < (256u << 10) - 1 + over; i++)
			buf_addc(&b, 'v');
		buf_addc(&b, 0);
		decoded_from(&t, b.p, NULL);
		assert_int_equal(t.rc, over ? -EINVAL : 0);
	}
	buf_fini(&b);
}

/* What v1.6.3 alone had is read as well, and v1.7.0's rules stand. */
static void fields_of_the_older_release_are_read(void **state)
{
	const struct http_route *r;
	const struct x_backend *b;

	(void)state;
	accept(ROUTE
		"spec:\n  rules:\n  - sessionPersistence: {sessionName: s, cookie: {name: c},\n"
		"      cookieConfig: {lifetimeType: Session}}\n");
	r = object_http_route(t.object);
	assert_str(r->spec.rules[0].session_persistence->session_name, "s");
	assert_int_equal(r->spec.rules[0].session_persistence->cookie_config->lifetime_type,
		COOKIE_LIFETIME_SESSION);
	accept("apiVersion: gateway.networking.x-k8s.io/v1alpha1\nkind: XBackend\n"
	       "metadata: {name: b}\nspec: {type: ExternalHostname, port: {number: 443, port: 444},\n"
	       "  externalHostname: {hostname: a.example}}\n");
	b = object_x_backend(t.object);
	assert_int_equal(b->spec.port.number, 443);
	assert_int_equal(b->spec.port.port, 444);
}

static void status_is_kept_only_when_asked_for(void **state)
{
	static const char yaml[] = ROUTE
		"spec: {}\nstatus:\n  parents:\n"
		"  - {controllerName: a.b/c, parentRef: {name: g}, conditions: [{type: Accepted,\n"
		"    status: \"True\", reason: R, message: m, lastTransitionTime: 2026-01-31T12:00:00Z}]}\n";

	(void)state;
	accept(yaml);
	assert_null(object_http_route(t.object)->status);
	decoded_fini(&t);
	decoded_init(&t, (struct decode_options){.keep_status = true});
	accept(yaml);
	assert_int_equal(object_http_route(t.object)->status->n_parents, 1);
	assert_str(object_http_route(t.object)->status->parents[0].parent_ref.name, "g");
}

static void a_transition_rule_looks_at_the_old_object(void **state)
{
	static const char yaml[] = "apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\n"
				   "metadata: {name: c}\nspec: {controllerName: a.b/%s}\n";
	const struct object *old;
	char text[256];

	(void)state;
	snprintf(text, sizeof(text), yaml, "one");
	accept(text);
	old = object_ref(t.object);
	decoded_from(&t, text, old);
	assert_int_equal(t.rc, 0);
	snprintf(text, sizeof(text), yaml, "two");
	decoded_from(&t, text, old);
	assert_int_equal(t.rc, -EINVAL);
	assert_str(buf_str(&t.errors),
		"a.yaml:4:24: GatewayClass c: spec.controllerName: field is immutable\n");
	object_unref(old);
}

static void core_kinds_skip_what_we_do_not_use(void **state)
{
	const struct service *s;
	const struct endpoint_slice *e;
	const struct secret *k;
	const struct cluster_trust_bundle *c;

	(void)state;
	accept("apiVersion: certificates.k8s.io/v1beta1\nkind: ClusterTrustBundle\n"
	       "metadata: {name: \"a.example:ca:main\"}\n"
	       "spec: {signerName: a.example/ca, trustBundle: pem}\n");
	c = object_cluster_trust_bundle(t.object);
	assert_str(c->spec.trust_bundle, "pem");
	assert_str(object_key(t.object), "/a.example:ca:main");
	decoded_from(&t,
		"apiVersion: certificates.k8s.io/v1\nkind: ClusterTrustBundle\n"
		"metadata: {name: \"a:\"}\nspec: {trustBundle: pem}\n",
		NULL);
	assert_int_equal(t.rc, -EINVAL);
	accept("apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n  sessionAffinity: None\n"
	       "  ports: [{port: 80, targetPort: http}, {port: 81, targetPort: 8081, name: b}]\n"
	       "status: {loadBalancer: {ingress: [{ip: 10.0.0.1}]}}\n");
	s = object_service(t.object);
	assert_int_equal(s->spec.type, SERVICE_CLUSTER_IP);
	assert_str(s->spec.ports[0].target_port.text, "http");
	assert_null(s->spec.ports[1].target_port.text.p);
	assert_int_equal(s->spec.ports[1].target_port.number, 8081);
	assert_int_equal(s->spec.ports[0].protocol, NETWORK_PROTOCOL_TCP);
	assert_str(s->status->load_balancer->ingress[0].ip, "10.0.0.1");
	accept("apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: e}\n"
	       "addressType: IPv4\nendpoints: [{addresses: [10.0.0.1], conditions: {ready: false}}]\n"
	       "ports: [{port: 80}]\n");
	e = object_endpoint_slice(t.object);
	assert_true(e->endpoints[0].conditions->has_ready);
	assert_false(e->endpoints[0].conditions->ready);
	assert_false(e->endpoints[0].conditions->has_serving);
	accept("apiVersion: v1\nkind: Secret\nmetadata: {name: k}\ntype: kubernetes.io/tls\n"
	       "data: {a: aGk=, b: aGV5, c: YQ==, d: \"\"}\nstringData: {x: new, c: over}\n");
	k = object_secret(t.object);
	assert_str(str_pair_get(k->data, k->n_data, STR("a")), "hi");
	assert_str(str_pair_get(k->data, k->n_data, STR("b")), "hey");
	assert_str(str_pair_get(k->data, k->n_data, STR("c")), "over");
	assert_str(str_pair_get(k->data, k->n_data, STR("x")), "new");
	assert_null(k->string_data);
	assert_str(str_pair_get(k->data, k->n_data, STR("d")), "");
	refuse("apiVersion: v1\nkind: Secret\nmetadata: {name: k}\ndata: {a: aGk}\n",
		"a.yaml:4:11: Secret default/k: data[a]: is no base64\n");
}

static void tolerance_turns_findings_into_notes(void **state)
{
	const struct http_route *r;
	const struct object_note *n;

	(void)state;
	accept(ROUTE "spec:\n  rules:\n  - matches: [{path: {type: Glob, value: /}}]\n"
		     "    backendRef: 3\n  - filters: [{type: Fault, fault: {}}]\n");
	r = object_http_route(t.object);
	assert_int_equal(r->spec.rules[0].matches[0].path.type, PATH_MATCH_OTHER);
	assert_int_equal(r->spec.rules[1].filters[0].type, HTTP_ROUTE_FILTER_OTHER);
	n = object_note_under(t.object, STR("spec.rules[0]"));
	assert_int_equal(n->kind, NOTE_UNKNOWN_VALUE);
	assert_str(n->path, "spec.rules[0].matches[0].path.type");
	assert_str(n->text, "Glob");
	n = object_note_under(t.object, STR("spec.rules[0].backendRef"));
	assert_int_equal(n->kind, NOTE_UNKNOWN_FIELD);
	assert_str(n->text, "backendRefs");
	assert_non_null(object_note_under(t.object, STR("spec.rules[1].filters[0].fault")));
	assert_null(object_note_under(t.object, STR("spec.rules[2]")));
	accept(ROUTE "spec:\n  rules:\n  - timeouts: {request: 1s, backendRequest: 2s}\n");
	assert_int_equal(
		object_note_under(t.object, STR("spec.rules[0].timeouts"))->kind, NOTE_RULE);
	/* What the struct cannot hold is refused in either mode. */
	decoded_from(&t, ROUTE "spec:\n  rules: [{name: 3}]\n", NULL);
	assert_int_equal(t.rc, -EINVAL);
}

static void every_note_is_kept_or_the_object_is_refused(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_add(&b, STR(ROUTE "spec:\n"));
	for (int i = 0; i < DECODE_MAX_NOTES + 1; i++)
		buf_printf(&b, "  x%d: 1\n", i);
	buf_addc(&b, 0);
	decoded_from(&t, b.p, NULL);
	assert_int_equal(t.rc, -EINVAL);
	buf_fini(&b);
}

static void a_usual_route_takes_about_a_kilobyte(void **state)
{
	(void)state;
	accept("apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n"
	       "metadata:\n  name: shop-frontend-12345\n  namespace: team-12345\n"
	       "  uid: 0b4e1c9e-6f0c-4c9e-9f4e-1c9e6f0c4c9e\n  resourceVersion: \"123456789\"\n"
	       "  generation: 3\n  creationTimestamp: 2026-01-31T12:00:00Z\n  labels: {app: shop}\n"
	       "spec:\n  parentRefs: [{name: gateway, namespace: infra}]\n"
	       "  hostnames: [shop-12345.example.com]\n"
	       "  rules:\n  - matches: [{path: {type: PathPrefix, value: /api/v1}}]\n"
	       "    backendRefs: [{name: frontend, port: 8080}]\n"
	       "  - backendRefs: [{name: fallback, port: 8080}]\n");
	assert_in_range(t.object->size, 1, 1200);
}

static void a_list_holds_items(void **state)
{
	struct value item = value_object(), items = value_array(), list = value_object();
	struct decode_items it = {.doc = &list};
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	value_push(&a, &items, item);
	value_push(&a, &items, item);
	value_add(&a, &list, STR("kind"), value_str(STR("HTTPRouteList")));
	value_add(&a, &list, STR("items"), items);
	assert_non_null(decode_items_next(&it));
	assert_non_null(decode_items_next(&it));
	assert_null(decode_items_next(&it));
	it = (struct decode_items){.doc = &item};
	assert_ptr_equal(decode_items_next(&it), &item);
	assert_null(decode_items_next(&it));
	arena_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(objects_of_a_file_share_its_name, strict, done),
		cmocka_unit_test_setup_teardown(a_route_becomes_a_struct, strict, done),
		cmocka_unit_test_setup_teardown(
			defaults_are_applied_as_the_api_server_would, strict, done),
		cmocka_unit_test_setup_teardown(
			an_error_names_place_object_field_and_remedy, strict, done),
		cmocka_unit_test_setup_teardown(other_kinds_are_ignored_by_name, strict, done),
		cmocka_unit_test_setup_teardown(metadata_is_judged, strict, done),
		cmocka_unit_test_setup_teardown(annotations_have_a_bound, strict, done),
		cmocka_unit_test_setup_teardown(fields_of_the_older_release_are_read, strict, done),
		cmocka_unit_test_setup_teardown(status_is_kept_only_when_asked_for, strict, done),
		cmocka_unit_test_setup_teardown(
			a_transition_rule_looks_at_the_old_object, strict, done),
		cmocka_unit_test_setup_teardown(core_kinds_skip_what_we_do_not_use, strict, done),
		cmocka_unit_test_setup_teardown(
			tolerance_turns_findings_into_notes, tolerant, done),
		cmocka_unit_test_setup_teardown(
			every_note_is_kept_or_the_object_is_refused, tolerant, done),
		cmocka_unit_test_setup_teardown(a_usual_route_takes_about_a_kilobyte, strict, done),
		cmocka_unit_test(a_list_holds_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
