/* SPDX-License-Identifier: Apache-2.0 */
/* Entries that can never win: what is found by hand-made cases, and that no claim is ever wrong. */
#include "match/router.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/rand.h"
#include "match/helper_naive.h"
#include "match/regex.h"
#include "test.h"

#define CASE_MAX 4

/* An entry as text: host, path kind ('=' exact, '^' prefix, '~' regex), path, conditions. */
struct entry {
	uint64_t listener;
	const char *host;
	const char *path; /* "= /a" */
	const char *header; /* "x=1", NULL: none; "x~1": regex */
	enum match_method method;
};

struct shadow_case {
	const char *what;
	struct entry e[CASE_MAX]; /* up to the first without path; [0] is the one in question */
	const char *listeners[3]; /* hostnames; ids 1, 2 … */
	int by; /* which entry; -1: it can win; -2: another listener */
};

static const struct shadow_case cases[] = {
	{"the same twice: the first rule", {{1, "", "^ /a", 0, 0}, {1, "", "^ /a", 0, 0}}, {""}, 1},
	{"another path", {{1, "", "^ /a", 0, 0}, {1, "", "^ /b", 0, 0}}, {""}, -1},
	{"a longer prefix is only a part", {{1, "", "^ /a", 0, 0}, {1, "", "^ /a/b", 0, 0}}, {""},
		-1},
	{"an exact path is only a part", {{1, "", "^ /a", 0, 0}, {1, "", "= /a", 0, 0}}, {""}, -1},
	{"a shorter prefix comes later", {{1, "", "^ /a/b", 0, 0}, {1, "", "^ /a", 0, 0}}, {""},
		-1},
	{"more conditions go first, and take a part",
		{{1, "", "^ /a", 0, 0}, {1, "", "^ /a", "x=1", 0}}, {""}, -1},
	{"fewer conditions go later", {{1, "", "^ /a", "x=1", 0}, {1, "", "^ /a", 0, 0}}, {""}, -1},
	{"the same condition", {{1, "", "^ /a", "x=1", 0}, {1, "", "^ /a", "x=1", 0}}, {""}, 1},
	{"another value", {{1, "", "^ /a", "x=1", 0}, {1, "", "^ /a", "x=2", 0}}, {""}, -1},
	{"the same text as expression", {{1, "", "^ /a", "x=1", 0}, {1, "", "^ /a", "x~1", 0}},
		{""}, -1},
	{"the same expression", {{1, "", "^ /a", "x~1", 0}, {1, "", "^ /a", "x~1", 0}}, {""}, 1},
	{"another method",
		{{1, "", "^ /a", 0, MATCH_METHOD_GET}, {1, "", "^ /a", 0, MATCH_METHOD_PUT}}, {""},
		-1},
	{"the same method",
		{{1, "", "^ /a", 0, MATCH_METHOD_GET}, {1, "", "^ /a", 0, MATCH_METHOD_GET}}, {""},
		1},
	{"a prefix goes before every expression", {{1, "", "~ /a.*", 0, 0}, {1, "", "^ /", 0, 0}},
		{""}, 1},
	{"that it begins with", {{1, "", "~ /a/b[0-9]", 0, 0}, {1, "", "^ /a", 0, 0}}, {""}, 1},
	{"and not one that it may leave", {{1, "", "~ /a/?.*", 0, 0}, {1, "", "^ /a", 0, 0}}, {""},
		-1},
	{"nor one half of it", {{1, "", "~ /a/b|/c", 0, 0}, {1, "", "^ /a", 0, 0}}, {""}, -1},
	{"nor an element in part", {{1, "", "~ /ab.*", 0, 0}, {1, "", "^ /a", 0, 0}}, {""}, -1},
	{"with a condition it takes a part", {{1, "", "~ /a.*", 0, 0}, {1, "", "^ /", "x=1", 0}},
		{""}, -1},
	{"that the expression has too", {{1, "", "~ /a.*", "x=1", 0}, {1, "", "^ /", "x=1", 0}},
		{""}, 1},
	{"the same expression as path", {{1, "", "~ /a.*", 0, 0}, {1, "", "~ /a.*", 0, 0}}, {""},
		1},
	{"another host", {{1, "a.b", "^ /", 0, 0}, {1, "c.b", "^ /", 0, 0}}, {""}, -1},
	{"a host in a wildcard is a part", {{1, "*.b", "^ /", 0, 0}, {1, "a.b", "^ /", 0, 0}}, {""},
		-1},
	{"all that the listener takes", {{1, "*.b", "^ /", 0, 0}, {1, "a.b", "^ /", 0, 0}}, {"a.b"},
		1},
	{"of any host too", {{1, "", "^ /a", 0, 0}, {1, "a.b", "^ /", 0, 0}}, {"a.b"}, 1},
	{"by its wildcard", {{1, "", "= /a", 0, 0}, {1, "*.b", "^ /", 0, 0}}, {"*.b"}, 1},
	{"by a wildcard around it", {{1, "", "= /a", 0, 0}, {1, "*.c", "^ /", 0, 0}}, {"*.b.c"}, 1},
	{"but its path decides", {{1, "", "^ /", 0, 0}, {1, "a.b", "^ /a", 0, 0}}, {"a.b"}, -1},
	{"and its conditions", {{1, "", "^ /", 0, 0}, {1, "a.b", "^ /", "x=1", 0}}, {"a.b"}, -1},
	{"an exact path there", {{1, "", "= /a", 0, 0}, {1, "a.b", "= /a", 0, 0}}, {"a.b"}, 1},
	{"an expression there", {{1, "", "~ /a.*", 0, 0}, {1, "a.b", "~ /a.*", 0, 0}}, {"a.b"}, 1},
	{"another listener", {{1, "", "^ /", 0, 0}, {2, "", "^ /", 0, 0}}, {"", "a.b"}, -1},
	{"which has the host", {{1, "a.b", "^ /", 0, 0}}, {"", "a.b"}, -2},
	{"or all under it", {{1, "*.b", "^ /", 0, 0}}, {"", "*.b"}, -2},
	{"or more", {{1, "*.a.b", "^ /", 0, 0}}, {"", "*.b"}, -2},
	{"or less", {{1, "*.b", "^ /", 0, 0}}, {"", "*.a.b"}, -1},
	{"a host under it", {{1, "x.a.b", "^ /", 0, 0}}, {"*.b", "*.a.b"}, -2},
};

struct made {
	struct match m[CASE_MAX];
	struct match_order order;
	struct match_value header[CASE_MAX];
	struct regex *regexes[CASE_MAX * 2];
	size_t n_regexes;
};

static const struct regex *regex_of(struct made *x, const char *text)
{
	struct regex_error err;

	AZ(regex_new(str_from(text), &x->regexes[x->n_regexes], &err));
	return x->regexes[x->n_regexes++];
}

static struct match *make(struct made *x, const struct entry *e, size_t i)
{
	static const enum match_path_kind kinds[] = {
		['='] = MATCH_PATH_EXACT, ['^'] = MATCH_PATH_PREFIX, ['~'] = MATCH_PATH_REGEX};
	struct match *m = &x->m[i];

	x->order = (struct match_order){0, STR("n/r")};
	/* Entry 0 is the last of equals. */
	*m = (struct match){.order = &x->order,
		.rule = (uint16_t)(i ? i : CASE_MAX),
		.method = (uint8_t)e->method,
		.headers = &x->header[i]};
	match_set_path(m, kinds[(unsigned char)e->path[0]], str_from(e->path + 2));
	if (m->kind == MATCH_PATH_REGEX) {
		m->regex = regex_of(x, e->path + 2);
		m->rank = (uint16_t)strlen(e->path + 2);
	}
	if (e->header) {
		m->nheaders = 1;
		x->header[i] = (struct match_value){.name = str_of(e->header, 1),
			.value = str_from(e->header + 2),
			.regex = e->header[1] == '~' ? regex_of(x, e->header + 2) : NULL};
	}
	return m;
}

struct told {
	const struct match *asked;
	struct match_shadow s;
	unsigned n;
};

static void note(void *ctx, const struct match_shadow *s)
{
	struct told *t = ctx;

	if (s->m != t->asked)
		return;
	t->s = *s;
	t->n++;
}

static void run_case(const struct shadow_case *c)
{
	struct made x = {0};
	struct match_listener l[3];
	struct router_edit *e = router_edit_begin(NULL);
	struct told t = {.asked = &x.m[0]};
	struct router *r;
	size_t n = 0;

	for (size_t i = 0; i < CASE_MAX && c->e[i].path; i++)
		router_edit_add(e, c->e[i].listener, str_from(c->e[i].host), make(&x, &c->e[i], i));
	for (; n < ARRAY_LEN(l) && c->listeners[n]; n++)
		l[n] = (struct match_listener){.id = n + 1, .hostname = str_from(c->listeners[n])};
	router_edit_listeners(e, l, n);
	r = router_edit_commit(e);
	router_shadows(r, note, &t);
	if (t.n != (c->by != -1) || (c->by >= 0 && t.s.by != &x.m[c->by]) ||
		(c->by == -2 && (t.s.by || t.s.by_listener != 2)))
		fail_msg("%s", c->what);
	router_unref(r);
	for (size_t i = 0; i < x.n_regexes; i++)
		regex_free(x.regexes[i]);
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		run_case(&cases[i]);
}

/* ---- no claim is wrong ---- */

struct random_choices {
	struct choices c;
	struct rand rand;
};

static uint32_t random_below(struct choices *c, uint32_t n)
{
	return rand_below(&container_of(c, struct random_choices, c)->rand, n);
}

struct claim {
	uint64_t listener;
	struct str hostname;
	const struct match *m;
};

struct claims {
	struct claim p[WORLD_ENTRIES];
	size_t n;
};

static void claim_add(void *ctx, const struct match_shadow *s)
{
	struct claims *c = ctx;

	AN(c->n < WORLD_ENTRIES);
	c->p[c->n++] = (struct claim){s->listener, s->hostname, s->m};
}

static void hold_to_naive(struct world *w, struct choices *c, const struct naive_entry *e, size_t n,
	const struct claims *claims)
{
	for (int i = 0; i < 300; i++) {
		struct match_request rq = world_request(w, c);
		const struct match_listener *l =
			naive_listener(w->listeners, w->nlisteners, rq.host);
		const struct naive_entry *won = naive_match(e, n, l, &rq);

		for (size_t k = 0; won && k < claims->n; k++)
			assert_false(claims->p[k].m == won->m &&
				     claims->p[k].listener == won->listener &&
				     str_eq(claims->p[k].hostname, won->hostname));
	}
}

static void test_no_claim_is_wrong(void **state)
{
	struct random_choices rc = {.c = {random_below}};
	size_t claimed = 0;

	(void)state;
	rand_init(&rc.rand, 7);
	for (int round = 0; round < 150; round++) {
		struct naive_entry e[WORLD_ENTRIES];
		struct router_edit *edit = router_edit_begin(NULL);
		struct claims claims = {.n = 0};
		struct router *r;
		struct world w;

		world_init(&w, &rc.c);
		for (size_t i = 0; i < WORLD_ENTRIES; i++) {
			e[i] = world_entry(&w, &rc.c, i);
			router_edit_add(edit, e[i].listener, e[i].hostname, e[i].m);
		}
		router_edit_listeners(edit, w.listeners, w.nlisteners);
		r = router_edit_commit(edit);
		router_shadows(r, claim_add, &claims);
		claimed += claims.n;
		hold_to_naive(&w, &rc.c, e, WORLD_ENTRIES, &claims);
		router_unref(r);
		world_fini(&w);
	}
	assert_true(claimed > 500);
}

/* As many candidates of one path as one likes cost no more than MATCH_SHADOW_LOOK each. */
static void test_cost_is_bounded(void **state)
{
	enum { N = 20000 };
	static struct match m[N];
	static const struct match_listener any[] = {{.id = 1}};
	struct match_order order = {0, STR("n/r")};
	struct router_edit *e = router_edit_begin(NULL);
	struct told t = {.asked = &m[N - 1]};
	struct router *r;

	(void)state;
	for (int i = 0; i < N; i++) {
		m[i] = (struct match){.order = &order, .rule = (uint16_t)i};
		match_set_path(&m[i], MATCH_PATH_PREFIX, STR("/"));
		router_edit_add(e, 1, STR(""), &m[i]);
	}
	router_edit_listeners(e, any, 1);
	r = router_edit_commit(e);
	router_shadows(r, note, &t);
	assert_int_equal(t.n, 1);
	router_unref(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_no_claim_is_wrong),
		cmocka_unit_test(test_cost_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
