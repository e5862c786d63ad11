/* SPDX-License-Identifier: Apache-2.0 */
/*
 * router_bench.c -- what a route lookup and a change of the plan cost.
 *
 *	router_bench [seconds per row]
 *
 * One JSON line per row: name, figure, unit, goal.  Requests are laid out in the order they are
 * asked, so that reading them costs no miss: what is measured is the router.
 */
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/rand.h"
#include "base/vec.h"
#include "match/path.h"
#include "match/regex.h"
#include "plan/edit.h"

#define REQUESTS (1 << 18)

struct request {
	char host[24];
	char path[40];
	uint8_t nhost, npath;
};

/* The thread's own time: other work on the machine does not count, though its cache misses do. */
static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int double_cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Times of many short chunks; the figure is their 10th percentile, what an undisturbed machine
 * gives. */
struct samples {
	VEC(double) all;
};

static double samples_end(struct samples *s, double share)
{
	double figure;

	qsort(s->all.p, s->all.n, sizeof(*s->all.p), double_cmp);
	figure = s->all.p[(size_t)((double)(s->all.n - 1) * share)];
	vec_fini(&s->all);
	return figure;
}

static void row(const char *name, double figure, const char *unit, double goal)
{
	printf("{\"row\":\"%s\",\"figure\":%.1f,\"unit\":\"%s\",\"goal\":%.0f,\"met\":%s}\n", name,
		figure, unit, goal, figure <= goal ? "true" : "false");
	fflush(stdout);
}

/* ---- lookups ---- */

struct world {
	struct router *router;
	struct match *matches;
	struct match_order order;
	char (*text)[40]; /* paths */
	size_t hosts;
	size_t routes;
};

static void host_of(size_t i, size_t hosts, char out[24])
{
	snprintf(out, 24, "h%zu.example.com", i % hosts);
}

/* <routes> prefix routes spread over <hosts> hostnames. */
static struct world world_make(size_t routes, size_t hosts)
{
	struct world w = {.order = {0, STR("ns/r")}, .hosts = hosts, .routes = routes};
	struct match_listener any = {.id = 1};
	struct router_edit *e = router_edit_begin(NULL);

	w.matches = mem_zalloc(routes * sizeof(*w.matches));
	w.text = mem_zalloc(routes * sizeof(*w.text));
	for (size_t i = 0; i < routes; i++) {
		char host[24];

		host_of(i, hosts, host);
		snprintf(w.text[i], sizeof(w.text[i]), "/team-%zu/service-%zu", i % 97, i);
		w.matches[i].order = &w.order;
		match_set_path(&w.matches[i], MATCH_PATH_PREFIX, str_from(w.text[i]));
		router_edit_add(e, 1, str_from(host), &w.matches[i]);
	}
	router_edit_listeners(e, &any, 1);
	w.router = router_edit_commit(e);
	return w;
}

static void world_free(struct world *w)
{
	router_unref(w->router);
	mem_free(w->matches);
	mem_free(w->text);
}

static double *zipf_sums(size_t n)
{
	double *sums = mem_alloc(n * sizeof(*sums));
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sums[i] = sum += 1.0 / (double)(i + 1);
	return sums;
}

static size_t zipf_draw(const double *sums, size_t n, struct rand *r)
{
	double at = (double)(rand_u64(r) >> 11) * 0x1p-53 * sums[n - 1];
	size_t lo = 0;

	while (lo < n) {
		size_t mid = lo + (n - lo) / 2;

		if (sums[mid] <= at)
			lo = mid + 1;
		else
			n = mid;
	}
	return lo;
}

static struct request *requests_make(const struct world *w, bool zipf)
{
	struct request *q = mem_zalloc(REQUESTS * sizeof(*q));
	double *sums = zipf_sums(w->routes);
	uint32_t *popular = mem_alloc(w->routes * sizeof(*popular));
	struct rand r;

	rand_init(&r, 1);
	for (size_t i = 0; i < w->routes; i++) { /* popularity has nothing to do with position */
		size_t k = rand_below(&r, (uint32_t)i + 1);

		popular[i] = popular[k];
		popular[k] = (uint32_t)i;
	}
	for (size_t i = 0; i < REQUESTS; i++) {
		size_t n = zipf ? popular[zipf_draw(sums, w->routes, &r)]
				: rand_below(&r, (uint32_t)w->routes);

		host_of(n, w->hosts, q[i].host);
		snprintf(q[i].path, sizeof(q[i].path), "%s/items", w->text[n]);
		q[i].nhost = (uint8_t)strlen(q[i].host);
		q[i].npath = (uint8_t)strlen(q[i].path);
	}
	mem_free(sums);
	mem_free(popular);
	return q;
}

#define CHUNK 4096

static double lookup_ns(const struct router *router, const struct request *q, double seconds)
{
	struct samples s = {0};
	size_t at = 0;

	for (double end = now() + seconds * 1e9; now() < end; at = (at + CHUNK) % REQUESTS) {
		double t = now();

		for (size_t i = at; i < at + CHUNK; i++) {
			struct match_request rq = {
				.host = str_of(q[i].host, q[i].nhost),
				.path = str_of(q[i].path, q[i].npath),
				.method = MATCH_METHOD_GET,
			};
			struct match_result res;

			if (router_match(router, &rq, &res) != MATCH_FOUND)
				abort();
		}
		*vec_push(&s.all) = (now() - t) / CHUNK;
	}
	return samples_end(&s, 0.1);
}

/* What a load costs here whose address is the result of the one before, in a table of <bytes>. */
static double load_ns(size_t bytes)
{
	size_t n = bytes / 64;
	size_t *next = mem_alloc(n * 64);
	struct samples s = {0};
	struct rand r;
	size_t at = 0;

	rand_init(&r, 5);
	for (size_t i = 0; i < n; i++)
		next[i * 8] = i;
	for (size_t i = n - 1; i > 0; i--) { /* one cycle through all (Sattolo) */
		size_t k = rand_below(&r, (uint32_t)i);
		size_t t = next[i * 8];

		next[i * 8] = next[k * 8];
		next[k * 8] = t;
	}
	for (int chunk = 0; chunk < 500; chunk++) {
		double t = now();

		for (int i = 0; i < CHUNK; i++)
			at = next[at * 8];
		__asm__ volatile("" : : "r"(at));
		*vec_push(&s.all) = (now() - t) / CHUNK;
	}
	mem_free(next);
	return samples_end(&s, 0.1);
}

static void bench_lookup(size_t routes, size_t hosts, double seconds)
{
	struct world w = world_make(routes, hosts);

	for (int zipf = 1; zipf >= 0; zipf--) {
		struct request *q = requests_make(&w, zipf);
		char name[96];

		snprintf(name, sizeof(name), "lookup, %zu routes, %zu hosts, %s", routes, hosts,
			zipf ? "zipf" : "uniform");
		row(name, lookup_ns(w.router, q, seconds), "ns", zipf ? 150 : 400);
		mem_free(q);
	}
	world_free(&w);
}

/* ---- candidates ---- */

/* A request's headers: a few names before the one asked for, as in life. */
static bool some_header(const struct match_request *rq, struct str name, struct str *ret_value)
{
	static const struct str names[] = {{"host", 4}, {"user-agent", 10}, {"accept", 6},
		{"accept-encoding", 15}, {"accept-language", 15}, {"cookie", 6},
		{"x-request-id", 12}, {"version", 7}};

	(void)rq;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_eq(names[i], name)) {
			*ret_value = STR("stable");
			return true;
		}
	}
	return false;
}

/* ns per lookup among <n> candidates that do not fit and one that does. */
static double candidates_ns(size_t n, const struct regex *regex, double seconds)
{
	struct match_order order = {0, STR("ns/r")};
	struct match_listener any = {.id = 1};
	struct router_edit *e = router_edit_begin(NULL);
	struct match *m = mem_zalloc((n + 1) * sizeof(*m));
	struct match_value header = {.name = STR("version"), .value = STR("canary")};
	struct match_request rq = {.host = STR("a.test"),
		.path = STR("/api/v1/users/1234/orders"),
		.method = MATCH_METHOD_GET,
		.header = some_header,
		.regex = regex_scratch_new()};
	struct match_result res;
	struct router *r;
	struct samples s = {0};

	for (size_t i = 0; i <= n; i++) {
		m[i].order = &order;
		m[i].rule = (uint16_t)i;
		m[i].regex = regex;
		match_set_path(&m[i], regex && i < n ? MATCH_PATH_REGEX : MATCH_PATH_PREFIX,
			regex && i < n ? STR("x") : STR("/api"));
		if (!regex && i < n) {
			m[i].headers = &header;
			m[i].nheaders = 1;
		}
		/* Regular expressions go behind prefixes: the one that fits has no hostname. */
		router_edit_add(e, 1, regex && i < n ? STR("a.test") : (struct str){0}, &m[i]);
	}
	router_edit_listeners(e, &any, 1);
	r = router_edit_commit(e);
	for (double end = now() + seconds * 1e9; now() < end;) {
		double t = now();

		for (int i = 0; i < 1000; i++) {
			if (router_match(r, &rq, &res) != MATCH_FOUND || res.match != &m[n])
				abort();
		}
		*vec_push(&s.all) = (now() - t) / 1000;
	}
	router_unref(r);
	regex_scratch_free(rq.regex);
	mem_free(m);
	return samples_end(&s, 0.1);
}

static void bench_candidates(double seconds)
{
	static const char *const patterns[] = {"/api/v[0-9]+/accounts/.*",
		"/[a-z]+/v[0-9]+/carts/[0-9]+", "/static/.*\\.js",
		"/[a-z]+/v[0-9]+/users/[a-z]+" /* this one needs the engine to say no */};
	double none = candidates_ns(0, NULL, seconds);

	row("each header candidate", (candidates_ns(16, NULL, seconds) - none) / 16, "ns", 40);
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		struct regex_error error;
		struct regex *regex;
		char name[96];

		AZ(regex_new(str_from(patterns[i]), &regex, &error));
		snprintf(name, sizeof(name), "each regex tried, %s", patterns[i]);
		for (char *c = name; *c; c++)
			*c = *c == '\\' ? ' ' : *c;
		row(name, (candidates_ns(16, regex, seconds) - none) / 16, "ns", 120);
		regex_free(regex);
	}
}

/* ---- keys ---- */

static void bench_keys(double seconds)
{
	static const char *const paths[] = {"/api/v1/users/1234/orders", "/a%62c/%7euser/x/../y"};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct str path = str_from(paths[i]);
		struct samples s = {0};
		char name[96];

		for (double end = now() + seconds * 1e9; now() < end;) {
			double t = now();

			for (int k = 0; k < 1000; k++) {
				char scratch[64], host_scratch[HOST_KEY_MAX];
				struct path_norm norm;
				struct str host;

				if (path_normalise(path, scratch, &norm) < 0 ||
					host_key(STR("Shop.example.com:8080"), host_scratch,
						&host) < 0)
					abort();
				__asm__ volatile("" : : "r"(norm.path.p), "r"(host.p) : "memory");
			}
			*vec_push(&s.all) = (now() - t) / 1000;
		}
		snprintf(name, sizeof(name), "keys of host and path, %s", paths[i]);
		row(name, samples_end(&s, 0.1), "ns", 100);
	}
}

/* ---- plans ---- */

static struct plan_route *plan_one(size_t i, unsigned version)
{
	char name[40];
	struct plan_route *r;
	struct plan_rule *rule;
	struct plan_backend *b;
	struct plan_attach *at;
	struct arena *a;

	snprintf(name, sizeof(name), "team-%zu/service-%zu", i % 97, i);
	r = plan_route_new(PLAN_ROUTE_HTTP, STR("HTTPRoute"), str_from(name), 1700000000, 0);
	a = plan_route_arena(r);
	rule = ARENA_NEW(a, struct plan_rule);
	b = ARENA_NEW(a, struct plan_backend);
	at = ARENA_NEW(a, struct plan_attach);
	b->weight = 1;
	b->to.upstream = 1 + i + version;
	*rule = (struct plan_rule){.id = i + 1,
		.route = r,
		.backends = b,
		.nbackends = 1,
		.total_weight = 1,
		.timeout_request = PLAN_TIMEOUT_UNSET,
		.timeout_backend = PLAN_TIMEOUT_UNSET};
	r->matches = ARENA_NEW(a, struct match);
	r->matches[0] = (struct match){.order = &r->order, .payload = rule};
	match_set_path(&r->matches[0], MATCH_PATH_PREFIX, arena_printf(a, "/%s", name));
	*at = (struct plan_attach){
		.scope = 1, .hostname = arena_printf(a, "h%zu.example.com", i % 1000)};
	r->rules = rule;
	r->attaches = at;
	r->nrules = r->nmatches = 1;
	r->nattaches = 1;
	return r;
}

static void bench_plan(size_t routes)
{
	enum { EDITS = 2001 };
	struct plan_store *s = plan_store_new();
	struct plan_edit *e = plan_edit_begin(s, NULL);
	static double took[EDITS];
	size_t before = mallinfo2().uordblks;
	struct plan *p;
	double t = now();
	char name[96];
	struct rand r;

	for (size_t i = 0; i < routes; i++)
		plan_edit_put_route(e, plan_one(i, 0));
	p = plan_edit_commit(e);
	snprintf(name, sizeof(name), "plan of %zu routes, built", routes);
	row(name, (now() - t) / 1e6, "ms", 200);
	snprintf(name, sizeof(name), "plan of %zu routes, each", routes);
	row(name, (double)(mallinfo2().uordblks - before) / (double)routes, "bytes", 500);
	rand_init(&r, 3);
	for (unsigned i = 0; i < EDITS; i++) {
		struct plan *next;

		t = now();
		e = plan_edit_begin(s, p);
		plan_edit_put_route(e, plan_one(rand_below(&r, (uint32_t)routes), i + 1));
		next = plan_edit_commit(e);
		plan_unref(p);
		took[i] = (now() - t) / 1e3;
		p = next;
	}
	qsort(took, EDITS, sizeof(*took), double_cmp);
	snprintf(name, sizeof(name), "one route changed at %zu, median", routes);
	row(name, took[EDITS / 2], "us", 1000);
	snprintf(name, sizeof(name), "one route changed at %zu, 99 %%", routes);
	row(name, took[EDITS * 99 / 100], "us", 1000);
	plan_unref(p);
	plan_store_free(s);
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 0.5;

	/* The goals of the lookups are for a machine where these cost 39 and 84 ns. */
	row("a dependent load in 4 MiB", load_ns(4 << 20), "ns", 39);
	row("a dependent load in 64 MiB", load_ns(64 << 20), "ns", 84);
	bench_lookup(1, 1, seconds);
	bench_lookup(1000, 1, seconds);
	bench_lookup(10000, 1, seconds);
	bench_lookup(100000, 1, seconds);
	bench_lookup(10000, 10000, seconds);
	bench_lookup(100000, 10000, seconds);
	bench_candidates(seconds);
	bench_keys(seconds);
	bench_plan(5000);
	bench_plan(40000);
	return 0;
}
