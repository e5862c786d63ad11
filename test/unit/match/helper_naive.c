/* SPDX-License-Identifier: Apache-2.0 */
#include "helper_naive.h" /* beside this file: the fuzz target includes it by path */

#include "match/path.h"
#include "match/regex.h"

/* -1: does not fit; else the more the better: exact above all wildcards above none. */
static int host_score(struct str pattern, struct str host)
{
	if (!pattern.n)
		return 0;
	if (pattern.p[0] != '*')
		return str_eq(pattern, host) ? 1000 : -1;
	pattern = str_skip(pattern, 1);
	return host.n > pattern.n && str_ends(host, pattern) ? (int)pattern.n : -1;
}

const struct match_listener *naive_listener(
	const struct match_listener *l, size_t n, struct str host)
{
	const struct match_listener *best = NULL;
	int top = -1;

	for (size_t i = 0; i < n; i++) {
		int score = host_score(l[i].hostname, host);

		if (score > top) {
			top = score;
			best = &l[i];
		}
	}
	return best;
}

/* Elements of <path> and of the prefix, one by one. */
static bool prefix_takes(struct str prefix, struct str path)
{
	prefix = str_skip(prefix, 1);
	path = str_skip(path, 1);
	while (prefix.n) {
		if (!path.n || !str_eq(str_cut(&prefix, '/'), str_cut(&path, '/')))
			return false;
	}
	return true;
}

static int path_score(const struct match *m, const struct match_request *rq)
{
	if (m->kind == MATCH_PATH_EXACT)
		return str_eq(m->path, rq->path) ? 100000 : -1;
	if (m->kind == MATCH_PATH_PREFIX)
		return prefix_takes(m->path, rq->path) ? 10000 + (int)m->path.n : -1;
	return regex_match(m->regex, rq->regex, rq->path) == REGEX_YES ? m->rank : -1;
}

static bool value_takes(const struct match_value *v, struct str value, struct regex_scratch *s)
{
	return v->regex ? regex_match(v->regex, s, value) == REGEX_YES : str_eq(v->value, value);
}

static bool conditions_take(const struct match *m, const struct match_request *rq)
{
	struct str value;

	if (m->method != MATCH_METHOD_ANY && m->method != rq->method)
		return false;
	for (size_t i = 0; i < m->nheaders; i++) {
		if (!rq->header(rq, m->headers[i].name, &value) ||
			!value_takes(&m->headers[i], value, rq->regex))
			return false;
	}
	for (size_t i = 0; i < m->nquery; i++) {
		if (!query_first(rq->query, m->query[i].name, rq->scratch, &value) ||
			!value_takes(&m->query[i], value, rq->regex))
			return false;
	}
	return true;
}

/* All criteria as numbers, most important first; the name apart. */
struct score {
	int64_t c[9];
	struct str name;
};

static bool score_better(const struct score *a, const struct score *b)
{
	for (size_t i = 0; i < 7; i++) {
		if (a->c[i] != b->c[i])
			return a->c[i] > b->c[i];
	}
	if (!str_eq(a->name, b->name))
		return str_cmp(a->name, b->name) < 0;
	return a->c[7] != b->c[7] ? a->c[7] > b->c[7] : a->c[8] > b->c[8];
}

const struct naive_entry *naive_match(const struct naive_entry *e, size_t n,
	const struct match_listener *listener, const struct match_request *rq)
{
	const struct naive_entry *best = NULL;
	struct score top = {0};

	for (size_t i = 0; listener && i < n; i++) {
		const struct match *m = e[i].m;
		struct score s = {
			.c = {host_score(e[i].hostname, rq->host), 0, 0,
				m->method != MATCH_METHOD_ANY, m->nheaders, m->nquery,
				-m->order->created, -m->rule, -m->index},
			.name = m->order->name,
		};

		if (e[i].listener != listener->id || s.c[0] < 0)
			continue;
		s.c[1] = path_score(m, rq);
		if (s.c[1] < 0 || !conditions_take(m, rq))
			continue;
		if (!best || score_better(&s, &top)) {
			best = &e[i];
			top = s;
		}
	}
	return best;
}

/* ---- a small world ---- */

static const char *const hostnames[] = {"", "*.b", "*.a.b", "a.b", "x.a.b", "*.y.a.b", "b", "*.c"};
static const char *const hosts[] = {
	"a.b", "x.a.b", "y.a.b", "z.y.a.b", "b", "c", "", "q.c", "xa.b", "[::1]"};
static const char *const paths[] = {"/", "/a", "/a/", "/a/b", "/ab", "/a/b/c", "/b", "/a//b",
	"/a/b/longer-element", "/a/b/longer-element/x", "/12345678/12345678", "/1234567/8", "//a",
	"/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5",
	"/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4"};
static const char *const patterns[4] = {"/a.*", "/a/[a-z]+(/.*)?", ".*b", "v[12]"};
static const char *const values[] = {"v1", "v2", "v3", ""};
static const char *const queries[] = {"", "p=v1", "p=v2&q=v1", "q=v2", "p=v3&p=v1", "p&q=%761"};

#define PICK(c, a) ((a)[(c)->below((c), ARRAY_LEN(a))])

static bool world_header(const struct match_request *rq, struct str name, struct str *ret_value)
{
	const struct world *w = rq->header_ctx;
	const char *value = w->request_headers[name.p[0] == 'y'];

	if (value)
		*ret_value = str_from(value);
	return value != NULL;
}

void world_init(struct world *w, struct choices *c)
{
	static const char *const names[6] = {"n/a", "n/b", "m/a", "n/aa", "a/z", "z/a"};
	struct regex_error error;

	*w = (struct world){0};
	for (size_t i = 0; i < ARRAY_LEN(w->orders); i++)
		w->orders[i] = (struct match_order){c->below(c, 3), str_from(names[i])};
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++)
		AZ(regex_new(str_from(patterns[i]), &w->regexes[i], &error));
	w->scratch = regex_scratch_new();
	for (size_t i = 0; i < 1 + c->below(c, WORLD_LISTENERS); i++) {
		struct str hostname = str_from(PICK(c, hostnames));
		bool have = false;

		for (size_t k = 0; k < w->nlisteners; k++)
			have |= str_eq(w->listeners[k].hostname, hostname);
		if (!have)
			w->listeners[w->nlisteners++] =
				(struct match_listener){.id = 100 + i, .hostname = hostname};
	}
	for (size_t i = 0; i < WORLD_ENTRIES; i++)
		world_match(w, c, i);
}

void world_fini(struct world *w)
{
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++)
		regex_free(w->regexes[i]);
	regex_scratch_free(w->scratch);
}

static uint8_t world_values(
	struct world *w, struct choices *c, struct match_value *v, const char *one, const char *two)
{
	uint32_t n = c->below(c, 6);

	n = n > 3 ? n - 3 : 0;
	for (uint32_t i = 0; i < n; i++) {
		bool regex = c->below(c, 4) == 0;

		v[i] = (struct match_value){
			.name = str_from(i ? two : one),
			.value = str_from(PICK(c, values)),
			.regex = regex ? w->regexes[3] : NULL,
		};
	}
	return (uint8_t)n;
}

void world_match(struct world *w, struct choices *c, size_t i)
{
	struct match *m = &w->matches[i];
	uint32_t kind = c->below(c, 8);

	*m = (struct match){
		.order = &PICK(c, w->orders),
		.payload = m,
		.rule = (uint16_t)(i / 8),
		.index = (uint16_t)(i % 8),
		.method = (uint8_t)(c->below(c, 3) ? 0 : MATCH_METHOD_GET + c->below(c, 2)),
		.headers = w->headers[i],
		.query = w->query[i],
	};
	m->nheaders = world_values(w, c, w->headers[i], "x", "y");
	m->nquery = world_values(w, c, w->query[i], "p", "q");
	if (kind == 0) {
		uint32_t which = c->below(c, 3);

		m->regex = w->regexes[which];
		m->rank = (uint16_t)strlen(patterns[which]);
		match_set_path(m, MATCH_PATH_REGEX, str_from(patterns[which]));
	} else {
		match_set_path(m, kind < 4 ? MATCH_PATH_EXACT : MATCH_PATH_PREFIX,
			str_from(PICK(c, paths)));
	}
}

struct naive_entry world_entry(struct world *w, struct choices *c, size_t i)
{
	return (struct naive_entry){
		.listener = 100 + c->below(c, WORLD_LISTENERS),
		.hostname = str_from(PICK(c, hostnames)),
		.m = &w->matches[i],
	};
}

struct match_request world_request(struct world *w, struct choices *c)
{
	for (size_t i = 0; i < 2; i++)
		w->request_headers[i] = c->below(c, 3) ? PICK(c, values) : NULL;
	return (struct match_request){
		.host = str_from(PICK(c, hosts)),
		.path = str_from(PICK(c, paths)),
		.query = str_from(PICK(c, queries)),
		.method = (enum match_method)(MATCH_METHOD_GET + c->below(c, 3)),
		.header = world_header,
		.header_ctx = w,
		.regex = w->scratch,
		.scratch = w->query_scratch,
	};
}
