/* SPDX-License-Identifier: Apache-2.0 */
#include "match/router.h"

#include <errno.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/rand.h"
#include "match/helper_naive.h"
#include "match/regex.h"
#include "test.h"

/* ---- by hand: one rule of precedence each ---- */

#define TABLE_MAX 12

struct table {
	struct match m[TABLE_MAX];
	struct match_order order[TABLE_MAX];
	struct match_value header[TABLE_MAX];
	struct router_edit *edit;
	struct router *r;
	size_t n;
};

static struct match *table_add(struct table *t, uint64_t listener, const char *hostname,
	enum match_path_kind kind, const char *path)
{
	struct match *m = &t->m[t->n];

	AN(t->n < TABLE_MAX);
	if (!t->edit)
		t->edit = router_edit_begin(NULL);
	t->order[t->n] = (struct match_order){0, STR("n/r")};
	*m = (struct match){.order = &t->order[t->n], .payload = m, .rule = (uint16_t)t->n};
	match_set_path(m, kind, str_from(path));
	t->n++;
	router_edit_add(t->edit, listener, str_from(hostname), m);
	return m;
}

static void table_ready(struct table *t, const struct match_listener *l, size_t n)
{
	router_edit_listeners(t->edit, l, n);
	t->r = router_edit_commit(t->edit);
	t->edit = NULL;
}

static const struct match *table_ask(struct table *t, const char *host, const char *path)
{
	struct match_request rq = {
		.host = str_from(host), .path = str_from(path), .method = MATCH_METHOD_GET};
	struct match_result res;
	enum match_verdict v = router_match(t->r, &rq, &res);

	assert_int_equal(v, res.match ? MATCH_FOUND : MATCH_NONE);
	return res.match;
}

static const struct match_listener any_host[] = {{.id = 1}};

static void test_exact_before_longest_prefix(void **state)
{
	struct table t = {0};
	const struct match *root = table_add(&t, 1, "", MATCH_PATH_PREFIX, "/");
	const struct match *a = table_add(&t, 1, "", MATCH_PATH_PREFIX, "/a");
	const struct match *ab = table_add(&t, 1, "", MATCH_PATH_PREFIX, "/a/b/");
	const struct match *exact = table_add(&t, 1, "", MATCH_PATH_EXACT, "/a/b");

	(void)state;
	table_ready(&t, any_host, 1);
	assert_ptr_equal(table_ask(&t, "h", "/"), root);
	assert_ptr_equal(table_ask(&t, "h", "/x"), root);
	assert_ptr_equal(table_ask(&t, "h", "/ab"), root);
	assert_ptr_equal(table_ask(&t, "h", "/a"), a);
	assert_ptr_equal(table_ask(&t, "h", "/a/"), a);
	assert_ptr_equal(table_ask(&t, "h", "/a/bc"), a);
	assert_ptr_equal(table_ask(&t, "h", "/a/b"), exact);
	assert_ptr_equal(table_ask(&t, "h", "/a/b/"), ab);
	assert_ptr_equal(table_ask(&t, "h", "/a/b/c"), ab);
	router_unref(t.r);
}

static void test_only_the_most_specific_listener_counts(void **state)
{
	static const struct match_listener l[] = {
		{.id = 1, .hostname = {"a.b", 3}}, {.id = 2, .hostname = {"*.b", 3}}, {.id = 3},
		{.id = 4, .hostname = {"*.x.b", 5}},
		{.id = 5, .hostname = {"*.b", 3}}, /* a second time: loses */
	};
	struct table t = {0};
	const struct match *exact = table_add(&t, 1, "", MATCH_PATH_PREFIX, "/only");
	const struct match *wild = table_add(&t, 2, "", MATCH_PATH_PREFIX, "/");
	const struct match *none = table_add(&t, 3, "", MATCH_PATH_PREFIX, "/");
	const struct match *deep = table_add(&t, 4, "", MATCH_PATH_PREFIX, "/");

	(void)state;
	table_ready(&t, l, ARRAY_LEN(l));
	assert_ptr_equal(table_ask(&t, "a.b", "/only"), exact);
	assert_null(table_ask(&t, "a.b", "/other")); /* not the wildcard's */
	assert_ptr_equal(table_ask(&t, "c.b", "/other"), wild);
	assert_ptr_equal(table_ask(&t, "d.c.b", "/"), wild);
	assert_ptr_equal(table_ask(&t, "d.x.b", "/"), deep);
	assert_ptr_equal(table_ask(&t, "x.b", "/"), wild);
	assert_ptr_equal(table_ask(&t, "b", "/"), none);
	assert_ptr_equal(table_ask(&t, "", "/"), none);
	router_unref(t.r);
}

static void test_no_listener_no_match(void **state)
{
	static const struct match_listener l[] = {{.id = 1, .hostname = {"a.b", 3}}};
	struct table t = {0};

	(void)state;
	table_add(&t, 1, "", MATCH_PATH_PREFIX, "/");
	table_ready(&t, l, 1);
	assert_null(table_ask(&t, "c.b", "/"));
	assert_null(router_listener(t.r, STR("c.b")));
	router_unref(t.r);
}

static void test_less_specific_hostname_is_tried_next(void **state)
{
	struct table t = {0};
	const struct match *exact = table_add(&t, 1, "x.a.b", MATCH_PATH_PREFIX, "/e");
	const struct match *longer = table_add(&t, 1, "*.a.b", MATCH_PATH_PREFIX, "/w");
	const struct match *shorter = table_add(&t, 1, "*.b", MATCH_PATH_EXACT, "/w");
	const struct match *none = table_add(&t, 1, "", MATCH_PATH_PREFIX, "/");

	(void)state;
	table_ready(&t, any_host, 1);
	assert_ptr_equal(table_ask(&t, "x.a.b", "/e"), exact);
	assert_ptr_equal(table_ask(&t, "x.a.b", "/w"), longer);
	assert_ptr_equal(table_ask(&t, "y.b", "/w"), shorter);
	assert_ptr_equal(table_ask(&t, "x.a.b", "/"), none);
	assert_ptr_equal(table_ask(&t, "q", "/e"), none);
	router_unref(t.r);
}

static void test_the_oldest_then_the_first_name_then_the_first_rule(void **state)
{
	struct table t = {0};
	struct match *m[4];

	(void)state;
	t.edit = router_edit_begin(NULL);
	for (size_t i = 0; i < 4; i++) {
		m[i] = &t.m[i];
		t.order[i] = (struct match_order){i == 3 ? 5 : 9, i == 2 ? STR("n/a") : STR("n/b")};
		*m[i] = (struct match){.order = &t.order[i], .rule = (uint16_t)(9 - i)};
		match_set_path(m[i], MATCH_PATH_EXACT, STR("/"));
		router_edit_add(t.edit, 1, (struct str){0}, m[i]);
	}
	table_ready(&t, any_host, 1);
	for (int left = 4; left > 0; left--) {
		static const int order[] = {0, 1, 2, 3}; /* loses first … wins first */
		const struct match *won = table_ask(&t, "h", "/");
		struct router_edit *e = router_edit_begin(t.r);
		struct router *next;

		/* 3: oldest; 2: first name; 1: lower rule than 0 */
		assert_ptr_equal(won, m[order[left - 1]]);
		assert_int_equal(router_edit_del(e, 1, (struct str){0}, won), 0);
		assert_int_equal(router_edit_del(e, 1, (struct str){0}, won), -ENOENT);
		next = router_edit_commit(e);
		router_unref(t.r);
		t.r = next;
	}
	assert_int_equal(router_stats(t.r).entries, 0);
	assert_int_equal(router_stats(t.r).hosts, 0);
	router_unref(t.r);
}

static void test_a_regex_limit_is_not_a_no(void **state)
{
	static const char evil[] = "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!";
	struct table t = {0};
	struct regex_error error;
	struct regex *regex;
	struct match *m;
	struct match_request rq = {.host = STR("h"), .path = str_from(evil)};
	struct match_result res;

	(void)state;
	assert_int_equal(regex_new(STR("/(a+)+[bc]"), &regex, &error), 0);
	m = table_add(&t, 1, "h", MATCH_PATH_EXACT, "/never");
	table_add(&t, 1, "", MATCH_PATH_PREFIX, "/"); /* less specific: must not take it */
	m = &t.m[t.n++];
	*m = (struct match){.order = &t.order[0], .regex = regex, .rank = 7};
	match_set_path(m, MATCH_PATH_REGEX, STR("/(a+)+[bc]"));
	router_edit_add(t.edit, 1, STR("h"), m);
	table_ready(&t, any_host, 1);
	rq.regex = regex_scratch_new();
	assert_int_equal(router_match(t.r, &rq, &res), MATCH_REGEX_LIMIT);
	assert_ptr_equal(res.match, m);
	rq.path = STR("/aab");
	assert_int_equal(router_match(t.r, &rq, &res), MATCH_FOUND);
	assert_ptr_equal(res.match, m);
	regex_scratch_free((struct regex_scratch *)rq.regex);
	router_unref(t.r);
	regex_free(regex);
}

/* ---- explain ---- */

struct told {
	struct match_trace trace;
	const struct match *m[TABLE_MAX];
	uint64_t listener[TABLE_MAX];
	enum match_why why[TABLE_MAX];
	size_t n;
};

static void told_seen(struct match_trace *trace, const struct match_listener *listener,
	struct str hostname, const struct match *m, enum match_why why, struct str detail)
{
	struct told *t = container_of(trace, struct told, trace);

	(void)hostname;
	(void)detail;
	AN(t->n < TABLE_MAX);
	t->listener[t->n] = listener->id;
	t->m[t->n] = m;
	t->why[t->n++] = why;
}

static void test_explain_tells_why_each_lost(void **state)
{
	static const struct match_listener l[] = {
		{.id = 1, .hostname = {"a.b", 3}}, {.id = 2}, {.id = 3, .hostname = {"*.c", 3}}};
	struct table t = {0};
	struct told told = {.trace = {told_seen}};
	struct match_request rq = {
		.host = STR("a.b"), .path = STR("/x/y"), .method = MATCH_METHOD_GET};
	struct match_result res;
	struct match *m[7];
	static const enum match_why want[] = {MATCH_WHY_METHOD, MATCH_WHY_WON, MATCH_WHY_PRECEDENCE,
		MATCH_WHY_PATH, MATCH_WHY_HOST, MATCH_WHY_LISTENER, MATCH_WHY_ELSEWHERE};

	(void)state;
	/* In the order they are to be told. */
	m[0] = table_add(&t, 9, "", MATCH_PATH_EXACT, "/x/y");
	m[0]->method = MATCH_METHOD_POST;
	AZ(router_edit_del(t.edit, 9, (struct str){0}, m[0]));
	router_edit_add(t.edit, 1, (struct str){0}, m[0]);
	m[1] = table_add(&t, 1, "", MATCH_PATH_PREFIX, "/x");
	m[2] = table_add(&t, 1, "", MATCH_PATH_PREFIX, "/");
	m[3] = table_add(&t, 1, "a.b", MATCH_PATH_EXACT, "/x");
	m[4] = table_add(&t, 1, "c.b", MATCH_PATH_PREFIX, "/");
	m[5] = table_add(&t, 2, "", MATCH_PATH_PREFIX, "/");
	m[6] = table_add(&t, 3, "", MATCH_PATH_PREFIX, "/");
	table_ready(&t, l, 3);
	assert_int_equal(router_explain(t.r, &rq, &told.trace, &res), MATCH_FOUND);
	assert_ptr_equal(res.match, m[1]);
	assert_int_equal(res.listener->id, 1);
	assert_str(res.hostname, "");
	assert_int_equal(told.n, 7);
	for (size_t i = 0; i < 7; i++) {
		assert_ptr_equal(told.m[i], m[i]);
		assert_string_equal(match_why_text(told.why[i]), match_why_text(want[i]));
	}
	router_unref(t.r);
}

/* The same question has the same answer, however the tables lie in memory. */
static void test_explain_tells_listeners_in_their_order(void **state)
{
	struct match_listener l[9] = {{.id = 100, .hostname = STR("h")}};
	struct table t = {0};
	struct told told = {.trace = {told_seen}};
	struct match_request rq = {.host = STR("h"), .path = STR("/"), .method = MATCH_METHOD_GET};
	struct match_result res;
	struct match *m = table_add(&t, 100, "", MATCH_PATH_PREFIX, "/");
	static const char *const names[] = {"*.a", "*.b", "*.c", "*.d", "*.e", "*.f", "*.g", ""};

	(void)state;
	for (size_t i = 1; i < ARRAY_LEN(l); i++) {
		l[i] = (struct match_listener){.id = i, .hostname = str_from(names[i - 1])};
		router_edit_add(t.edit, i, (struct str){0}, m);
	}
	table_ready(&t, l, ARRAY_LEN(l));
	assert_int_equal(router_explain(t.r, &rq, &told.trace, &res), MATCH_FOUND);
	assert_int_equal(told.n, ARRAY_LEN(l));
	assert_int_equal(told.why[0], MATCH_WHY_WON);
	for (size_t i = 1; i < told.n; i++)
		assert_int_equal(told.listener[i], i);
	assert_int_equal(told.why[1], MATCH_WHY_ELSEWHERE);
	assert_int_equal(told.why[8], MATCH_WHY_LISTENER);
	router_unref(t.r);
}

/* ---- against the naive matcher ---- */

struct dice {
	struct choices c;
	struct rand r;
};

static uint32_t dice_below(struct choices *c, uint32_t n)
{
	return rand_below(&container_of(c, struct dice, c)->r, n);
}

/* A router and the entries it must hold. */
struct pair {
	struct router *r;
	struct naive_entry e[WORLD_ENTRIES];
	size_t n;
};

static void check_pair(struct world *w, struct dice *d, const struct pair *p, int times)
{
	for (int i = 0; i < times; i++) {
		struct match_request rq = world_request(w, &d->c);
		const struct match_listener *l =
			naive_listener(w->listeners, w->nlisteners, rq.host);
		const struct naive_entry *want = naive_match(p->e, p->n, l, &rq);
		const struct match_listener *got_l = router_listener(p->r, rq.host);
		struct match_result got;

		assert_int_equal(got_l ? got_l->id : 0, l ? l->id : 0);
		assert_int_equal(router_match(p->r, &rq, &got), want ? MATCH_FOUND : MATCH_NONE);
		assert_ptr_equal(got.match, want ? want->m : NULL);
		if (want)
			assert_true(str_eq(got.hostname, want->hostname));
	}
	assert_int_equal(router_stats(p->r).entries, p->n);
}

/* Some entries go, some come; what <p> held before is in <base>. */
static void edit_pair(struct world *w, struct dice *d, const struct pair *base, struct pair *p)
{
	struct router_edit *e = router_edit_begin(base->r);
	bool used[WORLD_ENTRIES] = {0};

	*p = *base;
	for (uint32_t i = rand_below(&d->r, 6); i > 0 && p->n; i--) {
		uint32_t at = rand_below(&d->r, (uint32_t)p->n);

		assert_int_equal(
			router_edit_del(e, p->e[at].listener, p->e[at].hostname, p->e[at].m), 0);
		p->e[at] = p->e[--p->n];
	}
	for (size_t i = 0; i < p->n; i++)
		used[p->e[i].m - w->matches] = true;
	for (uint32_t i = rand_below(&d->r, 8); i > 0 && p->n < WORLD_ENTRIES; i--) {
		uint32_t at = rand_below(&d->r, WORLD_ENTRIES);
		struct naive_entry new = world_entry(w, &d->c, at);

		if (used[at])
			continue;
		used[at] = true;
		router_edit_add(e, new.listener, new.hostname, new.m);
		p->e[p->n++] = new;
	}
	router_edit_listeners(e, w->listeners, w->nlisteners);
	p->r = router_edit_commit(e);
}

#define KEPT 5

static void test_random_edits_against_naive(void **state)
{
	static struct pair pairs[KEPT];
	struct dice d = {.c = {dice_below}};
	struct world w;

	(void)state;
	for (uint64_t seed = 0; seed < 40; seed++) {
		size_t at = 0;

		rand_init(&d.r, seed);
		world_init(&w, &d.c);
		memset(pairs, 0, sizeof(pairs));
		for (int step = 0; step < 60; step++) {
			size_t next = (at + 1 + rand_below(&d.r, KEPT - 1)) % KEPT;
			struct pair made;

			edit_pair(&w, &d, &pairs[at], &made);
			router_unref(pairs[next].r);
			pairs[next] = made;
			check_pair(&w, &d, &pairs[next], 100);
			/* Those made before still answer as they did. */
			for (size_t i = 0; i < KEPT; i++) {
				if (pairs[i].r)
					check_pair(&w, &d, &pairs[i], 10);
			}
			/* Often the newest is the base, sometimes an older one: histories fork. */
			if (rand_below(&d.r, 4))
				at = next;
			else if (!pairs[at].r)
				at = next;
		}
		for (size_t i = 0; i < KEPT; i++)
			router_unref(pairs[i].r);
		world_fini(&w);
	}
}

/* Thousands of entries: shards split, directories double, and all shrinks again. */
static void test_many_entries_come_and_go(void **state)
{
	enum { N = 6000, BATCH = 500 };
	static struct match m[N];
	static char paths[N][24];
	static char hosts[N][24];
	struct match_order order = {0, STR("n/r")};
	struct router *r = NULL;

	(void)state;
	for (int i = 0; i < N; i++) {
		snprintf(paths[i], sizeof(paths[i]), "/svc/%d", i / 2);
		snprintf(hosts[i], sizeof(hosts[i]), i % 3 ? "h%d.test" : "*.h%d.test", i % 700);
		m[i] = (struct match){.order = &order, .rule = (uint16_t)i};
		match_set_path(
			&m[i], i % 2 ? MATCH_PATH_EXACT : MATCH_PATH_PREFIX, str_from(paths[i]));
	}
	for (int phase = 0; phase < 2; phase++) {
		for (int at = 0; at < N; at += BATCH) {
			struct router_edit *e = router_edit_begin(r);
			struct router *next;

			for (int i = at; i < at + BATCH; i++) {
				if (phase == 0)
					router_edit_add(e, 1, str_from(hosts[i]), &m[i]);
				else
					assert_int_equal(
						router_edit_del(e, 1, str_from(hosts[i]), &m[i]),
						0);
			}
			router_edit_listeners(e, any_host, 1);
			next = router_edit_commit(e);
			router_unref(r);
			r = next;
			for (int i = 0; i < N; i++) {
				struct match_result res;
				struct match_request rq = {.path = str_from(paths[i])};
				char host[32];
				bool there = phase == 0 ? i < at + BATCH : i >= at + BATCH;

				snprintf(host, sizeof(host), i % 3 ? "%s" : "x%s",
					i % 3 ? hosts[i] : hosts[i] + 1);
				rq.host = str_from(host);
				router_match(r, &rq, &res);
				if (there)
					assert_ptr_equal(res.match, &m[i]);
				else
					assert_ptr_not_equal(res.match, &m[i]);
			}
		}
	}
	assert_int_equal(router_stats(r).entries, 0);
	assert_int_equal(router_stats(r).hosts, 0);
	router_unref(r);
}

static void test_methods_have_names(void **state)
{
	(void)state;
	assert_int_equal(match_method_of(STR("GET")), MATCH_METHOD_GET);
	assert_int_equal(match_method_of(STR("PATCH")), MATCH_METHOD_PATCH);
	assert_int_equal(match_method_of(STR("get")), MATCH_METHOD_OTHER);
	assert_int_equal(match_method_of(STR("ANY")), MATCH_METHOD_OTHER);
	assert_int_equal(match_method_of(STR("TRACE")), MATCH_METHOD_OTHER);
	assert_str(match_method_name(MATCH_METHOD_DELETE), "DELETE");
}

static bool finds(const struct router *r, const struct match *m)
{
	struct match_request rq = {.host = STR("h"), .path = STR("/a"), .method = MATCH_METHOD_GET};
	struct match_result res;

	return router_match(r, &rq, &res) == MATCH_FOUND && res.match == m;
}

static void count_each(
	void *ctx, const struct match_listener *l, struct str hostname, const struct match *m)
{
	(void)hostname;
	(void)m;
	*(uint64_t *)ctx += l->id;
}

/* Listeners of one scope look at the same entries, in whatever router they stand. */
static void test_scopes_are_shared(void **state)
{
	static const struct match_order order;
	static const struct match_listener two[] = {
		{.id = 10, .scope = 7, .hostname = {"h", 1}}, {.id = 20, .scope = 7}};
	static const struct match_listener other[] = {{.id = 30, .scope = 8}};
	struct match m = {.order = &order};
	struct router_edit *e = router_edit_begin(NULL);
	struct router *table, *a, *b, *later, *follow;
	uint64_t ids = 0;

	(void)state;
	match_set_path(&m, MATCH_PATH_PREFIX, STR("/"));
	table = router_edit_commit(e);
	a = router_with(table, two, 2);
	b = router_with(table, other, 1);
	assert_false(finds(a, &m));
	e = router_edit_begin(table);
	router_edit_add(e, 7, (struct str){0}, &m);
	later = router_edit_commit(e);
	assert_false(finds(a, &m)); /* it stands as it was */
	follow = router_follow(later, a);
	assert_true(finds(follow, &m));
	router_each(follow, count_each, &ids);
	assert_int_equal(ids, 30); /* once for each */
	router_unref(a);
	router_unref(table);
	assert_true(finds(follow, &m));
	router_unref(follow);
	follow = router_follow(later, b);
	assert_false(finds(follow, &m));
	router_unref(follow);
	router_unref(b);
	router_unref(later);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scopes_are_shared),
		cmocka_unit_test(test_exact_before_longest_prefix),
		cmocka_unit_test(test_only_the_most_specific_listener_counts),
		cmocka_unit_test(test_no_listener_no_match),
		cmocka_unit_test(test_less_specific_hostname_is_tried_next),
		cmocka_unit_test(test_the_oldest_then_the_first_name_then_the_first_rule),
		cmocka_unit_test(test_a_regex_limit_is_not_a_no),
		cmocka_unit_test(test_explain_tells_why_each_lost),
		cmocka_unit_test(test_explain_tells_listeners_in_their_order),
		cmocka_unit_test(test_random_edits_against_naive),
		cmocka_unit_test(test_many_entries_come_and_go),
		cmocka_unit_test(test_methods_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
