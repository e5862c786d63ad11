/* SPDX-License-Identifier: Apache-2.0 */
/*
 * translate_bench.c -- what translating costs: everything, and one change of each kind.
 *
 *	translate_bench [routes]
 *
 * One JSON line per row: name, figure, unit, goal.  The thread's own time.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "gwapi/decode.h"
#include "gwapi/translate.h"
#include "text/parse.h"

#define EDITS 501
#define SERVICES 1000
#define TEAM 10 /* routes of a namespace that a label lets in and a grant lets out */
#define API "apiVersion: gateway.networking.k8s.io/v1"

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

/* The second backendRef's weight. */
static void put_weight(struct store *s, struct decoder *d, size_t i, unsigned version)
{
	char text[1024];

	snprintf(text, sizeof(text),
		"{" API ", kind: HTTPRoute, metadata: {name: r%zu}, spec: {parentRefs: [{name: "
		"web}], hostnames: [h%zu.example.com], rules: [{backendRefs: [{name: s%zu, port: "
		"80}, {name: s%zu, port: 80, weight: %u}]}]}}",
		i, i, i % SERVICES, (i + 1) % SERVICES, version % 100 + 1);
	put(s, d, text);
}

/* A listener that takes every route comes, and goes. */
static void put_gateway(struct store *s, struct decoder *d, size_t i, unsigned version)
{
	char text[512];

	(void)i;
	snprintf(text, sizeof(text),
		"{" API ", kind: Gateway, metadata: {name: web}, spec: {gatewayClassName: sluice, "
		"listeners: [{name: http, port: 80, protocol: HTTP}, {name: https, port: 443, "
		"protocol: HTTPS, tls: {certificateRefs: [{name: pair}]}}%s]}}",
		version % 2 ? ", {name: extra, port: 8080, protocol: HTTP}" : "");
	put(s, d, text);
}

static void put_label(struct store *s, struct decoder *d, size_t i, unsigned version)
{
	char text[256];

	(void)i;
	snprintf(text, sizeof(text),
		"{apiVersion: v1, kind: Namespace, metadata: {name: team, labels: {in: v%u}}}",
		version % 2);
	put(s, d, text);
}

static void put_grant(struct store *s, struct decoder *d, size_t i, unsigned version)
{
	char text[512];

	(void)i;
	snprintf(text, sizeof(text),
		"{apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: "
		"{name: g, namespace: default}, spec: {from: [{group: gateway.networking.k8s.io, "
		"kind: HTTPRoute, namespace: %s}], to: [{group: '', kind: Service}]}}",
		version % 2 ? "team" : "nobody");
	put(s, d, text);
}

static struct str bio_base64(struct arena *a, BIO *b)
{
	char *data;
	size_t n = (size_t)BIO_get_mem_data(b, &data);
	unsigned char *out = (unsigned char *)arena_bytes(a, n / 3 * 4 + 8);
	int len = EVP_EncodeBlock(out, (const unsigned char *)data, (int)n);

	BIO_free(b);
	return str_of((char *)out, (size_t)len);
}

/* A new key and certificate each time. */
static void put_secret(struct store *s, struct decoder *d, size_t i, unsigned version)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	BIO *cert = BIO_new(BIO_s_mem()), *pair = BIO_new(BIO_s_mem());
	struct arena a;
	struct str c, k;

	(void)i;
	arena_init(&a, 0);
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), (long)version + 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -60);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
		(const unsigned char *)"a.example.com", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_set_pubkey(x, key);
	AN(X509_sign(x, key, EVP_sha256()));
	AN(PEM_write_bio_X509(cert, x));
	AN(PEM_write_bio_PrivateKey(pair, key, NULL, NULL, 0, NULL, NULL));
	c = bio_base64(&a, cert);
	k = bio_base64(&a, pair);
	put(s, d,
		arena_printf(&a,
			"{apiVersion: v1, kind: Secret, type: kubernetes.io/tls, metadata: {name: "
			"pair}, data: {tls.crt: %.*s, tls.key: %.*s}}",
			STR_ARG(c), STR_ARG(k))
			.p);
	X509_free(x);
	EVP_PKEY_free(key);
	arena_fini(&a);
}

static void put_world(struct store *s, struct decoder *d, size_t routes)
{
	put_gateway(s, d, 0, 0);
	put_secret(s, d, 0, 0);
	put_label(s, d, 0, 0);
	put_grant(s, d, 0, 0);
	put(s, d,
		"{" API
		", kind: Gateway, metadata: {name: chosen}, spec: {gatewayClassName: sluice, "
		"listeners: [{name: http, port: 81, protocol: HTTP, allowedRoutes: {namespaces: {from: "
		"Selector, selector: {matchLabels: {in: v1}}}}}]}}");
	for (size_t i = 0; i < SERVICES; i++) {
		char text[256];

		snprintf(text, sizeof(text),
			"{apiVersion: v1, kind: Service, metadata: {name: s%zu}, spec: {ports: [{port: "
			"80}]}}",
			i);
		put(s, d, text);
		put_slice(s, d, i, 0);
	}
	for (size_t i = 0; i < TEAM; i++) {
		char text[512];

		snprintf(text, sizeof(text),
			"{" API ", kind: HTTPRoute, metadata: {name: t%zu, namespace: team}, spec: "
			"{parentRefs: [{name: chosen, namespace: default}], rules: [{backendRefs: "
			"[{name: s%zu, namespace: default, port: 80}]}]}}",
			i, i);
		put(s, d, text);
	}
	for (size_t i = 0; i < routes; i++)
		put_route(s, d, i, 0);
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
		plan_unref(p);
	}
	qsort(took, EDITS, sizeof(*took), double_cmp);
	return took[EDITS / 2];
}

int main(int argc, char **argv)
{
	static const struct {
		const char *what;
		void (*change)(struct store *s, struct decoder *d, size_t i, unsigned version);
		size_t of; /* 0: routes */
		double goal;
	} kinds[] = {
		{"one route changed, median", put_route, 0, 1000},
		{"one weight changed, median", put_weight, 0, 1000},
		{"one slice changed, median", put_slice, SERVICES, 1000},
		{"one listener added or removed, median", put_gateway, 1, 1000},
		{"one Secret changed, median", put_secret, 1, 1000},
		{"one Namespace label changed (10 routes), median", put_label, 1, 2000},
		{"one grant changed (10 routes), median", put_grant, 1, 2000},
	};
	size_t routes = argc > 1 ? (size_t)atol(argv[1]) : 40000, before;
	struct decoder *d = decoder_new((struct decode_options){0});
	struct translate_options o = {.plans = plan_store_new()};
	struct translator *t = translator_new(&o);
	struct store s = {0};
	struct plan *p;
	double start;

	store_init(&s);
	put_world(&s, d, routes);
	before = mallinfo2().uordblks;
	start = now();
	p = translator_update(t, &s);
	row("translate everything", routes, (now() - start) / 1e6, "ms", 2000);
	row("memory of a route, plan included", routes,
		(double)(mallinfo2().uordblks - before) / (double)routes, "bytes", 8000);
	plan_unref(p);
	store_changes_reset(&s);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		row(kinds[i].what, routes,
			changes(t, &s, d, kinds[i].of ? kinds[i].of : routes, kinds[i].change),
			"us", kinds[i].goal);
	translator_free(t);
	plan_store_reap(o.plans);
	plan_store_free(o.plans);
	store_fini(&s);
	decoder_free(d);
	return 0;
}
