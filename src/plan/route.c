/* SPDX-License-Identifier: Apache-2.0 */
#include "match/regex.h"
#include "plan/plan_priv.h"
#include "plan/tally.h"

/* First and further blocks: a route with one rule and one match fits in the first, and what is
 * larger wastes little: there may be 40,000 of them. */
#define ROUTE_SIZE 448
#define ROUTE_MORE 256

struct plan_route_regex {
	struct regex *regex;
	struct plan_route_regex *next;
};

struct plan_route *plan_route_new(enum plan_route_kind kind, struct str kind_name, struct str name,
	int64_t created, size_t size)
{
	struct arena a;
	struct plan_route *r;

	arena_init(&a, size ? size : ROUTE_SIZE);
	r = ARENA_NEW(&a, struct plan_route);
	a.next_size = ROUTE_MORE;
	r->kind = (uint8_t)kind;
	r->name = arena_printf(&a, "%.*s/%.*s", STR_ARG(kind_name), STR_ARG(name));
	r->order = (struct match_order){created, str_skip(r->name, kind_name.n + 1)};
	plan_segment_begin(&r->seg, &a);
	return r;
}

int plan_route_regex(struct plan_route *r, struct str pattern, const struct regex **ret_regex,
	struct regex_error *error)
{
	struct plan_route_regex *own;
	struct regex *regex;
	int res = regex_new(pattern, &regex, error);

	if (res < 0)
		return res;
	own = ARENA_NEW(plan_route_arena(r), struct plan_route_regex);
	*own = (struct plan_route_regex){regex, r->regexes};
	r->regexes = own;
	*ret_regex = regex;
	return 0;
}

void plan_route_unref(struct plan_route *r)
{
	if (--r->seg.refs)
		return;
	tally_route_drop(r);
	for (struct plan_route_regex *own = r->regexes; own; own = own->next)
		regex_free(own->regex);
	plan_segment_fini(&r->seg);
}

void plan_route_free(struct plan_route *r)
{
	if (r)
		plan_route_unref(r);
}

static bool name_is_forwarded(struct str lower)
{
	return str_starts(lower, STR("x-forwarded-")) || str_eq(lower, STR("x-request-id"));
}

/* Whether <f> may read or write what the proxy says of the client: edits name their fields, others
 * either look at no request field or at any. */
static bool filter_is_forwarded(const struct plan_filter *f)
{
	const uint32_t blind = 1u << PLAN_FILTER_RESPONSE_HEADERS | 1u << PLAN_FILTER_REDIRECT |
			       1u << PLAN_FILTER_REWRITE | 1u << PLAN_FILTER_CORS;

	if (f->kind != PLAN_FILTER_REQUEST_HEADERS)
		return !(1u << f->kind & blind);
	for (size_t i = 0; i < f->request_headers->n; i++)
		if (name_is_forwarded(f->request_headers->edits[i].name))
			return true;
	return false;
}

const struct plan_filters *plan_filters_new(struct arena *a, const struct plan_filter *p, size_t n)
{
	struct plan_filters *f;
	struct plan_filter *own;

	if (!n)
		return NULL;
	f = ARENA_NEW(a, struct plan_filters);
	own = ARENA_ARRAY(a, struct plan_filter, n);
	memcpy(own, p, n * sizeof(*p));
	for (size_t i = 0; i < n; i++) {
		f->kinds |= 1u << p[i].kind;
		f->forwarded = f->forwarded || filter_is_forwarded(&p[i]);
	}
	f->p = own;
	f->n = (uint32_t)n;
	return f;
}
