/* SPDX-License-Identifier: Apache-2.0 */
/*
 * translate_bench.c -- what translating costs: everything, one changed route, one changed endpoint.
 *
 *	translate_bench [routes]
 *
 * One JSON line per row: name, figure, unit, goal.  The thread's own time.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gwapi/decode.h"
#include "gwapi/translate.h"
#include "text/parse.h"

#define EDITS 501
#define SERVICES 1000

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void row(const char *what, size_t routes, double value, const char *unit, double goal)
{
	printf("{\"name\":\"%s at %zu routes\",\"value\":%.3f,\"unit\":\"%s\",\"goal\":%g}\n", what,
		routes, value, unit, goal);
	fflush(stdout);
}

static void put(struct store *s, struct decoder *d, const char *yaml)
{
	const struct object *o;
	struct value v;
	struct arena a;

	arena_init(&a, 0);
	AZ(text_parse_yaml(&a, str_from(yaml), 1, &v, NULL));
	AZ(decode_object(d, &v, STR(""), NULL, &o));
	store_put(s, o);
	object_unref(o);
	arena_fini(&a);
}

static void put_route(struct store *s, struct decoder *d, size_t i, unsigned version)
{
	char text[1024];

	snprintf(text, sizeof(text),
		"{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r%zu}, "
		"spec: {parentRefs: [{name: web}], hostnames: [h%zu.example.com], rules: [{matches: "
		"[{path: {value: /v%u}}], backendRefs: [{name: s%zu, port: 80}]}, {backendRefs: "
		"[{name: s%zu, port: 80}]}]}}",
		i, i, version, i % SERVICES, (i + 1) % SERVICES);
	put(s, d, text);
}

static void put_slice(struct store *s, struct decoder *d, size_t i, unsigned version)
{
	char text[512];

	snprintf(text, sizeof(text),
		"{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: e%zu, labels: "
		"{kubernetes.io/service-name: s%zu}}, addressType: IPv4, ports: [{port: 80}], "
		"endpoints: [{addresses: [10.0.%zu.%zu]}, {addresses: [10.1.0.%u]}]}",
		i, i, i / 250, i % 250 + 1, version % 250 + 1);
	put(s, d, text);
}

static int double_cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The median of EDITS updates after <change>, in microseconds. */
static double changes(struct translator *t, struct store *s, struct decoder *d, size_t n,
	void (*change)(struct store *s, struct decoder *d, size_t i, unsigned version))
{
	static double took[EDITS];

	for (unsigned i = 0; i < EDITS; i++) {
		struct plan *p;
		double start;

		change(s, d, (i * 7919u) % n, i + 1);
		start = now();
		p = translator_update(t, s);
		store_changes_reset(s);
		took[i] = (now() - start) / 1e3;
		AN(p);
		plan_unref(p);
	}
	qsort(took, EDITS, sizeof(*took), double_cmp);
	return took[EDITS / 2];
}

int main(int argc, char **argv)
{
	size_t routes = argc > 1 ? (size_t)atol(argv[1]) : 40000, before;
	struct decoder *d = decoder_new((struct decode_options){0});
	struct translate_options o = {.plans = plan_store_new()};
	struct translator *t = translator_new(&o);
	struct store s = {0};
	struct plan *p;
	double start;

	store_init(&s);
	put(&s, d,
		"{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: web}, "
		"spec: {gatewayClassName: sluice, listeners: [{name: http, port: 80, protocol: "
		"HTTP}]}}");
	for (size_t i = 0; i < SERVICES; i++) {
		char text[256];

		snprintf(text, sizeof(text),
			"{apiVersion: v1, kind: Service, metadata: {name: s%zu}, spec: {ports: [{port: "
			"80}]}}",
			i);
		put(&s, d, text);
		put_slice(&s, d, i, 0);
	}
	for (size_t i = 0; i < routes; i++)
		put_route(&s, d, i, 0);
	before = mallinfo2().uordblks;
	start = now();
	p = translator_update(t, &s);
	row("translate everything", routes, (now() - start) / 1e6, "ms", 2000);
	row("memory of a route, plan included", routes,
		(double)(mallinfo2().uordblks - before) / (double)routes, "bytes", 8000);
	plan_unref(p);
	store_changes_reset(&s);
	row("one route changed, median", routes, changes(t, &s, d, routes, put_route), "us", 1000);
	row("one slice changed, median", routes, changes(t, &s, d, SERVICES, put_slice), "us",
		1000);
	translator_free(t);
	plan_store_reap(o.plans);
	plan_store_free(o.plans);
	store_fini(&s);
	decoder_free(d);
	return 0;
}
