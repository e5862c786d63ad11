/* SPDX-License-Identifier: Apache-2.0 */
/* Laws of the translator, on random worlds. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "gwapi/types_gen.h"
#include "helper_random.h"
#include "helper_world.h"
#include "text/parse.h"

/* Random worlds have every kind that translate reads: a law is not one for the others. */
static void test_every_kind_takes_part(void **state)
{
	static const enum object_kind decoded_only[] = {KIND_X_BACKEND,
		KIND_X_BACKEND_TRAFFIC_POLICY, KIND_X_TELEMETRY_POLICY, KIND_CLUSTER_TRUST_BUNDLE};
	bool seen[KIND_MAX] = {false};
	struct dice d = {1};

	(void)state;
	for (unsigned i = 0; i < 5000; i++)
		seen[random_pick(&d).kind] = true;
	for (unsigned i = 0; i < sizeof(decoded_only) / sizeof(decoded_only[0]); i++)
		seen[decoded_only[i]] = true;
	for (enum object_kind k = 0; k < KIND_MAX; k++)
		if (!seen[k])
			fail_msg("no random %.*s", STR_ARG(object_kind_name(k)));
}

#define ALL_FEATURES                                                            \
	(TRANSLATE_GRPC_ROUTE | TRANSLATE_TLS | TRANSLATE_TCP | TRANSLATE_UDP | \
		TRANSLATE_LISTENER_FILTERS)

static unsigned effort(unsigned n)
{
	const char *more = getenv("TRANSLATE_EFFORT");

	return more ? n * (unsigned)atoi(more) : n;
}

/* The dump and the statuses, as one text. */
static void outcome(struct translator *t, const struct plan *p, struct buf *out)
{
	struct world w = {.t = t, .plan = (struct plan *)(uintptr_t)p};

	world_dump(&w, out);
	world_statuses(&w, out);
}

static void same(struct str got, struct str want, const char *law, unsigned seed, unsigned step)
{
	unsigned line = 1;

	if (str_eq(got, want))
		return;
	while (got.n || want.n) {
		struct str g = str_cut(&got, '\n'), x = str_cut(&want, '\n');

		if (!str_eq(g, x))
			fail_msg("%s (seed %u, step %u), line %u:\n got: %.*s\nwant: %.*s", law,
				seed, step, line, STR_ARG(g), STR_ARG(x));
		line++;
	}
}

/* Facts that are no objects, as both translators are told them. */
struct facts {
	bool port_error, resolved, ready;
};

static void tell(struct translator *t, const struct facts *f)
{
	struct plan_addr a;
	struct gateway_state ready = {.programmed = PROGRAMMED_YES};

	AZ(plan_addr_parse(STR("10.9.9.9"), 0, &a));
	translator_set_port_error(
		t, STR(""), false, 80, f->port_error ? STR("Address already in use") : STR(""));
	translator_set_resolved(t, STR("app.internal"), &a, f->resolved);
	translator_set_gateway(t, STR("na/gw0"), f->ready ? &ready : NULL);
}

/* What a new translator makes of <s>. */
static void from_nothing(const struct translate_options *o, const struct facts *f, struct store *s,
	struct buf *plan_and_status)
{
	struct plan_store *plans = plan_store_new();
	struct translate_options opt = *o;
	struct translator *t;
	struct plan *p;

	opt.plans = plans;
	t = translator_new(&opt);
	tell(t, f);
	p = translator_update(t, s);
	outcome(t, p, plan_and_status);
	plan_unref(p);
	translator_free(t);
	plan_store_reap(plans);
	plan_store_free(plans);
}

static void edit(struct world *w, struct dice *d)
{
	struct buf yaml = {0};

	if (dice_roll(d, 4) == 0) {
		struct random_name n = random_pick(d);

		store_del(&w->store, n.kind, str_from(n.namespace), str_from(n.name));
		return;
	}
	random_object(d, &yaml);
	world_load(w, buf_str(&yaml));
	buf_fini(&yaml);
}

static void random_world(
	struct world *w, struct dice *d, enum translate_mode mode, uint32_t with, unsigned edits)
{
	world_init(w, STR(""));
	translator_free(w->t);
	w->o.mode = mode;
	w->o.with = with;
	w->t = translator_new(&w->o);
	for (unsigned i = 0; i < edits; i++)
		edit(w, d);
}

/* incremental = full, after each of many small edits */
static void incremental(enum translate_mode mode, const char *only, unsigned seed)
{
	struct dice d = {seed};
	struct facts f = {0};
	struct world w;

	random_world(&w, &d, mode, seed % 2 ? ALL_FEATURES : 0, 40);
	if (only) {
		translator_free(w.t);
		w.o.only_gateway = str_from(only);
		w.t = translator_new(&w.o);
	}
	for (unsigned step = 0; step < 60; step++) {
		struct buf got = {0}, want = {0};

		for (uint32_t n = dice_roll(&d, 3); n; n--)
			edit(&w, &d);
		if (dice_roll(&d, 4) == 0) {
			f = (struct facts){dice_roll(&d, 2), dice_roll(&d, 2), dice_roll(&d, 2)};
			tell(w.t, &f);
		}
		world_update(&w);
		outcome(w.t, w.plan, &got);
		from_nothing(&w.o, &f, &w.store, &want);
		same(buf_str(&got), buf_str(&want), "incremental = full", seed, step);
		buf_fini(&got);
		buf_fini(&want);
	}
	world_fini(&w);
}

static void test_incremental_files(void **state)
{
	(void)state;
	for (unsigned i = 0; i < effort(4); i++)
		incremental(TRANSLATE_FILES, NULL, 100 + i);
}

static void test_incremental_managed(void **state)
{
	(void)state;
	for (unsigned i = 0; i < effort(4); i++)
		incremental(TRANSLATE_MANAGED, NULL, 200 + i);
	for (unsigned i = 0; i < effort(4); i++)
		incremental(TRANSLATE_MANAGED, "na/gw0", 600 + i);
}

/* Objects of <from> into <to>, in an order that <d> decides. */
static void shuffle_into(struct store *to, struct store *from, struct dice *d)
{
	VEC(const struct object *) all = {0};

	for (enum object_kind k = 0; k < KIND_MAX; k++) {
		struct object_list l = store_list(from, k);

		for (size_t i = 0; i < l.n; i++)
			*vec_push(&all) = l.p[i];
	}
	for (size_t i = all.n; i > 1; i--) {
		size_t j = dice_roll(d, (uint32_t)i);
		const struct object *x = all.p[i - 1];

		all.p[i - 1] = all.p[j];
		all.p[j] = x;
	}
	vec_for_each (o, &all)
		store_put(to, *o);
	vec_fini(&all);
}

static void test_order_of_arrival(void **state)
{
	(void)state;
	for (unsigned seed = 300; seed < 300 + effort(10); seed++) {
		struct dice d = {seed};
		struct buf got = {0}, want = {0};
		struct facts f = {0};
		struct world w;
		struct store other;

		random_world(&w, &d, TRANSLATE_FILES, ALL_FEATURES, 80);
		from_nothing(&w.o, &f, &w.store, &want);
		store_init(&other);
		shuffle_into(&other, &w.store, &d);
		from_nothing(&w.o, &f, &other, &got);
		same(buf_str(&got), buf_str(&want), "order of arrival", seed, 0);
		store_fini(&other);
		buf_fini(&got);
		buf_fini(&want);
		world_fini(&w);
	}
}

/* A ListenerSet that moves from one Gateway to another belongs to the new one, whichever of the two
 * is looked at first. */
static void moves(const char *from, const char *to)
{
	static const char gateways[] =
		"apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: c}\n"
		"spec: {controllerName: sluice.dev/gateway-controller}\n---\n"
		"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: a}\n"
		"spec:\n  gatewayClassName: c\n  allowedListeners: {namespaces: {from: Same}}\n"
		"  listeners: [{name: http, port: 80, protocol: HTTP}]\n---\n"
		"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: b}\n"
		"spec:\n  gatewayClassName: c\n  allowedListeners: {namespaces: {from: Same}}\n"
		"  listeners: [{name: http, port: 80, protocol: HTTP}]\n---\n"
		"apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\n"
		"spec: {parentRefs: [{kind: ListenerSet, name: s}], rules: [{name: x}]}\n---\n";
	static const char set[] =
		"apiVersion: gateway.networking.k8s.io/v1\nkind: ListenerSet\nmetadata: {name: s}\n"
		"spec:\n  parentRef: {name: %s}\n"
		"  listeners: [{name: x, port: 81, protocol: HTTP}]\n";
	const struct object_status *s;
	char text[512];
	struct world w;

	world_init(&w, STR("#: mode managed\n"));
	world_load(&w, str_from(gateways));
	for (int i = 0; i < 2; i++) {
		if (i) /* both Gateways change as well, this order makes the new one first */
			world_load(&w, str_from(gateways));
		snprintf(text, sizeof(text), set, i ? to : from);
		world_load(&w, str_from(text));
		world_update(&w);
	}
	s = translator_status(w.t, KIND_HTTP_ROUTE, STR("default"), STR("r"));
	assert_non_null(s);
	assert_int_equal(1, s->said->n_parents);
	s = translator_status(w.t, KIND_LISTENER_SET, STR("default"), STR("s"));
	assert_int_equal(1, s->said->listeners[0].attached);
	s = translator_status(w.t, KIND_GATEWAY, STR("default"), str_from(to));
	assert_int_equal(1, s->said->attached_sets);
	s = translator_status(w.t, KIND_GATEWAY, STR("default"), str_from(from));
	assert_int_equal(0, s->said->attached_sets);
	world_fini(&w);
}

static void test_listener_set_moves(void **state)
{
	(void)state;
	moves("a", "b");
	moves("b", "a");
}

static void take(void *ctx, const struct object *o)
{
	store_put(ctx, o);
}

/* What random Gateways ask for, and a user's own data plane has. */
static const struct translate_listen every_listen[] = {{.port = 80, .target = 8000},
	{.port = 8080, .target = 8080}, {.port = 443, .target = 8443, .ssl = true},
	{.port = 9000, .target = 9000, .stream = true},
	{.port = 9000, .target = 9000, .stream = true, .udp = true},
	{.port = 443, .target = 9443, .stream = true, .ssl = true}};

/* The plan alone: a data plane writes no status. */
static void plan_of(const struct translate_options *o, struct store *s, struct buf *out)
{
	struct plan_store *plans = plan_store_new();
	struct translate_options opt = *o;
	struct world w = {0};
	struct plan *p;

	opt.plans = plans;
	w.t = translator_new(&opt);
	translator_set_listens(w.t, STR(""), true, STR(""), every_listen, ARRAY_LEN(every_listen));
	p = translator_update(w.t, s);
	w.plan = p;
	world_dump(&w, out);
	plan_unref(p);
	translator_free(w.t);
	plan_store_reap(plans);
	plan_store_free(plans);
}

/* Returns whether some route stood in the plan: the law means nothing on empty ones. */
static bool read_set_of(struct world *w, struct str gateway, unsigned seed)
{
	bool any;

	bool class = str_find(gateway, '/') == gateway.n;
	struct translate_options o = {.mode = class ? TRANSLATE_SHARED : TRANSLATE_MANAGED,
		.with = ALL_FEATURES,
		.only_class = class ? gateway : STR(""),
		.only_gateway = class ? STR("") : gateway};
	struct buf got = {0}, want = {0};
	struct store part;

	store_init(&part);
	translator_read_set(w->t, gateway, take, &part);
	plan_of(&o, &w->store, &want);
	plan_of(&o, &part, &got);
	same(buf_str(&got), buf_str(&want), "plan(read set) = plan(everything)", seed, 0);
	buf_addc(&want, '\0');
	any = strstr(want.p, "\"attached\"") != NULL;
	store_fini(&part);
	buf_fini(&got);
	buf_fini(&want);
	return any;
}

static void test_read_set(void **state)
{
	unsigned with_routes = 0, with_shared = 0;

	(void)state;
	for (unsigned seed = 400; seed < 400 + effort(40); seed++) {
		struct dice d = {seed};
		struct object_list gateways;
		struct world w;

		random_world(&w, &d, TRANSLATE_MANAGED, ALL_FEATURES, 300);
		world_update(&w);
		for (unsigned i = 0; i < 10; i++)
			edit(&w, &d);
		world_update(&w);
		gateways = store_list(&w.store, KIND_GATEWAY);
		for (size_t i = 0; i < gateways.n; i++) {
			struct str name = object_gateway(gateways.p[i])->spec.gateway_class_name;
			const struct object *class =
				store_get(&w.store, KIND_GATEWAY_CLASS, STR(""), name);
			bool shared = class && class_unmanaged(class);

			with_routes +=
				read_set_of(&w, shared ? name : object_key(gateways.p[i]), seed);
			with_shared += shared;
		}
		world_fini(&w);
	}
	if (with_routes < 10)
		fail_msg("only %u plans had routes", with_routes);
	if (with_shared < 5)
		fail_msg("only %u Gateways were of an unmanaged class", with_shared);
}

static void add_reading(void *ctx, const struct object *o)
{
	/* Without an order; an object that says something else is another one. */
	*(uint64_t *)ctx += hash_mix(hash_str(object_key(o)), (uint64_t)(uintptr_t)o ^ o->kind);
}

static uint64_t reading(struct world *w, struct str gateway)
{
	uint64_t sum = 0;

	translator_read_set(w->t, gateway, add_reading, &sum);
	return sum;
}

static bool told_of(const struct world *w, struct str gateway)
{
	size_t n;
	const struct str *keys = translator_read_changed(w->t, &n);

	for (size_t i = 0; i < n; i++) {
		if (str_eq(keys[i], gateway))
			return true;
	}
	return false;
}

/* Gateways of an unmanaged class are read as one: the class. */
static bool read_by_class(const struct world *w, const struct object *gateway)
{
	const struct object *class = store_get(&w->store, KIND_GATEWAY_CLASS, STR(""),
		object_gateway(gateway)->spec.gateway_class_name);

	return class && class_unmanaged(class);
}

/* What is not told of has not changed; and not everything is told of. */
static void test_read_changed(void **state)
{
	unsigned told = 0, untold = 0;

	(void)state;
	for (unsigned seed = 700; seed < 700 + effort(40); seed++) {
		struct dice d = {seed};
		struct world w;

		random_world(&w, &d, TRANSLATE_MANAGED, ALL_FEATURES, 300);
		world_update(&w);
		for (unsigned step = 0; step < 60; step++) {
			struct object_list all = store_list(&w.store, KIND_GATEWAY);
			uint64_t *before = mem_zalloc((all.n + 1) * sizeof(*before));
			char **names = mem_zalloc((all.n + 1) * sizeof(*names));
			size_t n = 0;

			for (size_t i = 0; i < all.n; i++) {
				if (read_by_class(&w, all.p[i]))
					continue;
				names[n] = mem_strdup(object_key(all.p[i]));
				before[n] = reading(&w, str_from(names[n]));
				n++;
			}
			edit(&w, &d);
			world_update(&w);
			for (size_t i = 0; i < n; i++) {
				bool is_told = told_of(&w, str_from(names[i]));

				told += is_told;
				untold += !is_told;
				if (!is_told && reading(&w, str_from(names[i])) != before[i])
					fail_msg(
						"seed %u step %u: %s reads something else, and nobody says so",
						seed, step, names[i]);
				mem_free(names[i]);
			}
			mem_free(before);
			mem_free(names);
		}
		world_fini(&w);
	}
	assert_true(told > 100 && untold > told);
}

/* A change of endpoints touches the upstream and nothing else. */
static void test_endpoints_touch_no_route(void **state)
{
	static const char world[] =
		"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: web}\n"
		"spec:\n  gatewayClassName: sluice\n"
		"  listeners: [{name: http, port: 8080, protocol: HTTP}]\n---\n"
		"apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\n"
		"spec:\n  parentRefs: [{name: web}]\n"
		"  rules: [{backendRefs: [{name: s, port: 80}]}]\n---\n"
		"apiVersion: v1\nkind: Service\nmetadata: {name: s}\n"
		"spec: {ports: [{port: 80}]}\n---\n";
	static const char slice[] =
		"apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
		"metadata: {name: s1, labels: {kubernetes.io/service-name: s}}\n"
		"addressType: IPv4\nports: [{port: 3000}]\nendpoints: [{addresses: [10.0.0.%u]}]\n";
	struct world w;
	char text[512];
	const struct plan_route *route;
	const struct plan_upstream *u;
	size_t n;

	(void)state;
	world_init(&w, STR(""));
	world_load(&w, str_from(world));
	world_update(&w);
	route = plan_route_find(w.plan, plan_id(STR("HTTPRoute/default/r")));
	assert_non_null(route);
	for (unsigned i = 1; i < 4; i++) {
		snprintf(text, sizeof(text), slice, i);
		world_load(&w, str_from(text));
		world_update(&w);
		assert_ptr_equal(
			route, plan_route_find(w.plan, plan_id(STR("HTTPRoute/default/r"))));
		u = plan_upstream_find(w.plan, plan_id(STR("Service/default/s:80")));
		assert_int_equal(1, u->ntargets);
		assert_int_equal(i, u->targets[0].addr.ip[3]);
		assert_int_equal(3000, u->targets[0].addr.port);
		translator_changed(w.t, &n);
		assert_int_equal(0, n);
	}
	world_fini(&w);
}

/* A Gateway whose listeners are <names> on ports from 8080 on, each with <more> ("" or ", …"). */
static void gateway_load(struct world *w, const char *names, const char *more)
{
	struct buf b = {0};
	unsigned port = 8080;

	buf_printf(&b,
		"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: web}\n"
		"spec:\n  gatewayClassName: sluice\n  listeners:\n");
	for (const char *at = names; *at; at++)
		buf_printf(&b, "  - {name: %c, port: %u, protocol: HTTP%s}\n", *at, port++,
			at[1] ? "" : more);
	world_load(w, buf_str(&b));
	world_update(w);
	buf_fini(&b);
}

static const struct plan_route *route_of(const struct world *w, const char *name)
{
	const struct plan_route *r = plan_route_find(w->plan, plan_id(str_from(name)));

	assert_non_null(r);
	return r;
}

/* Whether a request to <port> finds the route. */
static bool served(const struct world *w, unsigned port, const char *route)
{
	struct match_request rq = {.host = STR("h.test"), .path = STR("/"), .method = 1};
	const struct plan_port_slot *slot;
	struct match_result res;
	char name[32];

	snprintf(name, sizeof(name), "tcp/%u", port);
	slot = plan_port_find(w->plan, plan_id(str_from(name)));
	return slot && router_match(slot->router, &rq, &res) == MATCH_FOUND &&
	       str_eq(plan_rule_of(&res)->route->name, str_from(route));
}

static uint32_t attached_routes(const struct world *w, size_t listener)
{
	const struct object_status *s =
		translator_status(w->t, KIND_GATEWAY, STR("default"), STR("web"));

	assert_true(listener < s->said->n_listeners);
	return s->said->listeners[listener].attached;
}

static const char two_routes[] =
	"apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\n"
	"spec:\n  parentRefs: [{name: web}]\n  hostnames: [h.test]\n"
	"  rules: [{backendRefs: [{name: s, port: 80}]}]\n---\n"
	"apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: other}\n"
	"spec:\n  parentRefs: [{name: web}]\n  hostnames: [other.test]\n"
	"  rules: [{backendRefs: [{name: s, port: 80}]}]\n---\n";

/* A listener that takes what others take comes and goes: every route serves there at once, counts,
 * and none is touched. */
static void test_a_listener_touches_no_route(void **state)
{
	const struct plan_route *r;
	struct world w;
	size_t n;

	(void)state;
	world_init(&w, STR(""));
	world_load(&w, str_from(two_routes));
	gateway_load(&w, "a", "");
	r = route_of(&w, "HTTPRoute/default/r");
	assert_int_equal(attached_routes(&w, 0), 2);
	gateway_load(&w, "abc", "");
	assert_ptr_equal(route_of(&w, "HTTPRoute/default/r"), r);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(attached_routes(&w, i), 2);
		assert_true(served(&w, 8080 + i, "HTTPRoute/default/r"));
	}
	translator_changed(w.t, &n);
	assert_int_equal(n, 1); /* the Gateway's */
	gateway_load(&w, "a", "");
	assert_ptr_equal(route_of(&w, "HTTPRoute/default/r"), r);
	assert_false(served(&w, 8081, "HTTPRoute/default/r"));
	world_fini(&w);
}

/* One that takes others than its neighbours has a scope of its own. */
static void test_a_listener_that_differs(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, STR(""));
	world_load(&w, str_from(two_routes));
	gateway_load(&w, "ab", ", hostname: other.test");
	assert_true(served(&w, 8080, "HTTPRoute/default/r"));
	assert_false(served(&w, 8081, "HTTPRoute/default/r"));
	assert_int_equal(attached_routes(&w, 0), 2);
	assert_int_equal(attached_routes(&w, 1), 1);
	gateway_load(&w, "ab", ", allowedRoutes: {kinds: [{kind: GRPCRoute}]}");
	assert_int_equal(attached_routes(&w, 1), 0);
	gateway_load(&w, "ab",
		", allowedRoutes: {namespaces: {from: Selector, "
		"selector: {matchLabels: {a: b}}}}");
	assert_int_equal(attached_routes(&w, 1), 0);
	gateway_load(&w, "ab", "");
	assert_int_equal(attached_routes(&w, 1), 2);
	assert_true(served(&w, 8081, "HTTPRoute/default/r"));
	world_fini(&w);
}

/* A route that asks for one listener is on that one alone, and listeners share again when it goes.
 */
static void test_a_route_asks_for_a_listener(void **state)
{
	static const char *const refs[] = {"sectionName: b", "port: 8081"};
	struct world w;
	char text[512];

	(void)state;
	world_init(&w, STR(""));
	world_load(&w, str_from(two_routes));
	gateway_load(&w, "abc", "");
	for (size_t i = 0; i < ARRAY_LEN(refs); i++) {
		snprintf(text, sizeof(text),
			"apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n"
			"metadata: {name: first, creationTimestamp: \"2020-01-01T00:00:00Z\"}\n"
			"spec:\n  parentRefs: [{name: web, %s}]\n  hostnames: [h.test]\n"
			"  rules: [{matches: [{method: GET}], backendRefs: [{name: s, port: 80}]}]\n",
			refs[i]);
		world_load(&w, str_from(text));
		world_update(&w);
		for (unsigned k = 0; k < 3; k++) {
			assert_int_equal(attached_routes(&w, k), k == 1 ? 3 : 2);
			assert_true(served(&w, 8080 + k,
				k == 1 ? "HTTPRoute/default/first" : "HTTPRoute/default/r"));
		}
		store_del(&w.store, KIND_HTTP_ROUTE, STR("default"), STR("first"));
		world_update(&w);
		assert_int_equal(attached_routes(&w, 1), 2);
		assert_true(served(&w, 8081, "HTTPRoute/default/r"));
		assert_int_equal(route_of(&w, "HTTPRoute/default/r")->nattaches, 1);
	}
	world_fini(&w);
}

static void host_is(void *ctx, struct str host)
{
	assert_str(host, "app.internal");
	++*(unsigned *)ctx;
}

/* A name is asked for while some rule leads to it, and its addresses come into the plan. */
static void test_names(void **state)
{
	static const char world[] =
		"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: web}\n"
		"spec:\n  gatewayClassName: sluice\n"
		"  listeners: [{name: http, port: 8080, protocol: HTTP}]\n---\n"
		"apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\n"
		"spec:\n  parentRefs: [{name: web}]\n"
		"  rules: [{backendRefs: [{group: sluice.dev, kind: Backend, name: b}]}]\n---\n"
		"apiVersion: sluice.dev/v1alpha1\nkind: Backend\nmetadata: {name: b}\n"
		"spec: {endpoints: ['App.Internal:8080']}\n";
	struct facts f = {.resolved = true};
	struct world w;
	unsigned n = 0;
	const struct plan_upstream *u;

	(void)state;
	world_init(&w, STR(""));
	world_load(&w, str_from(world));
	world_update(&w);
	translator_hosts(w.t, host_is, &n);
	assert_int_equal(1, n);
	tell(w.t, &f);
	world_update(&w);
	u = plan_upstream_find(w.plan, plan_id(STR("Backend/default/b")));
	assert_int_equal(1, u->ntargets);
	assert_int_equal(8080, u->targets[0].addr.port);
	store_del(&w.store, KIND_HTTP_ROUTE, STR("default"), STR("r"));
	world_update(&w);
	assert_null(plan_upstream_find(w.plan, plan_id(STR("Backend/default/b"))));
	translator_hosts(w.t, host_is, &n);
	assert_int_equal(1, n);
	world_fini(&w);
}

static void settings_are(struct world *w, int64_t headers)
{
	const struct plan_port_slot *slot = plan_port_find(w->plan, plan_id(STR("tcp/80")));

	assert_non_null(slot);
	assert_int_equal(headers, slot->port->settings->headers_max);
}

/* What is remembered of a Gateway's settings is used when they become unfit, and goes with it. */
static void test_settings_are_kept(void **state)
{
	static const char gateway[] =
		"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\n"
		"metadata: {name: gw, namespace: default}\n"
		"spec:\n  gatewayClassName: sluice\n"
		"  infrastructure: {parametersRef: {group: \"\", kind: ConfigMap, name: s}}\n"
		"  listeners: [{name: http, port: 80, protocol: HTTP}]\n";
	static const char map[] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: s, "
				  "namespace: default}\ndata: {client.headers: \"%u\"}\n";
	char text[256];
	struct world w;

	(void)state;
	world_init(&w, STR(""));
	translator_free(w.t);
	w.o.keep_settings = true;
	w.t = translator_new(&w.o);
	world_load(&w, str_from(gateway));
	for (unsigned i = 0; i < 2; i++) {
		snprintf(text, sizeof(text), map, 20 + i);
		world_load(&w, str_from(text));
		world_update(&w);
		settings_are(&w, 20 + i);
		snprintf(text, sizeof(text), map, 1);
		world_load(&w, str_from(text));
		world_update(&w);
		settings_are(&w, 20 + i);
	}
	store_del(&w.store, KIND_CONFIG_MAP, STR("default"), STR("s"));
	world_update(&w);
	settings_are(&w, 21);
	store_del(&w.store, KIND_GATEWAY, STR("default"), STR("gw"));
	world_update(&w);
	world_load(&w, str_from(gateway));
	world_update(&w);
	assert_null(plan_port_find(w.plan, plan_id(STR("tcp/80"))));
	world_fini(&w);
}

/* lastTransitionTime moves with the status, not with reason or message. */
static void test_transition_time(void **state)
{
	struct condition c = {STR("Accepted"), STR("Accepted"), STR("m"), CONDITION_TRUE};
	struct object o = {.kind = KIND_GATEWAY};
	struct status_said said = {.conditions = {&c, 1}, .attached_sets = -1};
	struct object_status s = {&o, &said};
	struct arena a;
	struct value first, second;
	const struct value *v;

	(void)state;
	arena_init(&a, 0);
	first = status_render(&a, &s, NULL, STR("2026-01-01T00:00:00Z"));
	c.reason = STR("ListenersNotValid");
	second = status_render(&a, &s, &first, STR("2026-02-02T00:00:00Z"));
	v = &value_get(&second, STR("conditions"))->items[0];
	assert_str(value_get_str(v, STR("lastTransitionTime"), STR("")), "2026-01-01T00:00:00Z");
	assert_str(value_get_str(v, STR("reason"), STR("")), "ListenersNotValid");
	c.status = CONDITION_FALSE;
	second = status_render(&a, &s, &second, STR("2026-03-03T00:00:00Z"));
	v = &value_get(&second, STR("conditions"))->items[0];
	assert_str(value_get_str(v, STR("lastTransitionTime"), STR("")), "2026-03-03T00:00:00Z");
	arena_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind_takes_part),
		cmocka_unit_test(test_transition_time),
		cmocka_unit_test(test_endpoints_touch_no_route),
		cmocka_unit_test(test_a_listener_touches_no_route),
		cmocka_unit_test(test_a_listener_that_differs),
		cmocka_unit_test(test_a_route_asks_for_a_listener),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_settings_are_kept),
		cmocka_unit_test(test_listener_set_moves),
		cmocka_unit_test(test_order_of_arrival),
		cmocka_unit_test(test_incremental_files),
		cmocka_unit_test(test_incremental_managed),
		cmocka_unit_test(test_read_set),
		cmocka_unit_test(test_read_changed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
