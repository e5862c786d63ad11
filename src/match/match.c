/* SPDX-License-Identifier: Apache-2.0 */
#include "match/router.h"

static const struct str method_names[] = {
#define M(name) [MATCH_METHOD_##name] = {#name, sizeof(#name) - 1},
	MATCH_METHODS(M)
#undef M
};

enum match_method match_method_of(struct str name)
{
	for (unsigned m = MATCH_METHOD_GET; m < MATCH_METHOD_OTHER; m++) {
		if (str_eq(method_names[m], name))
			return (enum match_method)m;
	}
	return MATCH_METHOD_OTHER;
}

struct str match_method_name(enum match_method m)
{
	AN((size_t)m < ARRAY_LEN(method_names));
	return method_names[m];
}

const char *match_why_text(enum match_why why)
{
	static const char *const texts[] = {
#define W(name, text) [MATCH_WHY_##name] = text,
		MATCH_WHYS(W)
#undef W
	};

	AN((size_t)why < ARRAY_LEN(texts));
	return texts[why];
}

void match_set_path(struct match *m, enum match_path_kind kind, struct str path)
{
	m->kind = (uint8_t)kind;
	m->depth = 0;
	if (kind == MATCH_PATH_PREFIX) {
		if (path.n && path.p[path.n - 1] == '/')
			path.n--;
		for (size_t i = 0; i < path.n; i++)
			m->depth += path.p[i] == '/';
	}
	m->path = path;
}

static int cmp_desc(unsigned a, unsigned b)
{
	return (a < b) - (a > b);
}

/* Criteria 3 (among regular expressions) and 4 of the precedence in the header. */
int match_cmp(const struct match *a, const struct match *b)
{
	int c = 0;

	if (a->kind == MATCH_PATH_REGEX)
		c = cmp_desc(a->rank, b->rank);
	if (!c)
		c = cmp_desc(a->method != MATCH_METHOD_ANY, b->method != MATCH_METHOD_ANY);
	if (!c)
		c = cmp_desc(a->nheaders, b->nheaders);
	if (!c)
		c = cmp_desc(a->nquery, b->nquery);
	if (!c && a->order != b->order) {
		c = (a->order->created > b->order->created) -
		    (a->order->created < b->order->created);
		if (!c)
			c = str_cmp(a->order->name, b->order->name);
	}
	if (!c)
		c = cmp_desc(b->rule, a->rule);
	if (!c)
		c = cmp_desc(b->index, a->index);
	return c;
}
