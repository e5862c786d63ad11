/* SPDX-License-Identifier: Apache-2.0 */
#include "gwapi/outdone.h"

#include <stdlib.h>

#include "base/buf.h"
#include "gwapi/explain_priv.h"

struct finding {
	struct outdone s;
	uint32_t n; /* listeners */
	bool seen; /* some request comes to one of them */
};

struct search {
	const struct plan *plan;
	const struct plan_port *port; /* whose router is walked */
	VEC(struct finding) all;
	VEC(uint64_t) scopes; /* of all listeners of all ports, sorted */
};

static const struct plan_listener *listener_by(const struct plan_port *p, uint64_t id)
{
	for (uint32_t i = 0; i < p->nlisteners; i++)
		if (p->listeners[i].id == id)
			return &p->listeners[i];
	return NULL;
}

static void seen(void *ctx, const struct match_shadow *s)
{
	struct search *x = ctx;

	*vec_push(&x->all) =
		(struct finding){.s = {s->m, s->hostname, s->by, s->by_hostname,
					 s->by ? NULL : listener_by(x->port, s->by_listener)},
			.n = 1,
			.seen = s->by || s->by_listener != s->listener};
}

static const struct plan_rule *rule_of(const struct match *m)
{
	return m->payload;
}

/* By route, rule, match and hostname; of findings too, which begin with one. */
static int outdone_cmp(const void *a, const void *b)
{
	const struct outdone *x = a, *y = b;
	int c = str_cmp(rule_of(x->m)->route->name, rule_of(y->m)->route->name);

	if (!c)
		c = (x->m->rule > y->m->rule) - (x->m->rule < y->m->rule);
	if (!c)
		c = (x->m->index > y->m->index) - (x->m->index < y->m->index);
	return c ? c : str_cmp(x->hostname, y->hostname);
}

const struct outdone *outdones_get(
	const struct outdones *s, const struct match *m, struct str hostname)
{
	const struct outdone want = {.m = m, .hostname = hostname};

	return s->all.n ? bsearch(&want, s->all.p, s->all.n, sizeof(want), outdone_cmp) : NULL;
}

static int scope_cmp(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void scopes_add(struct search *x, const struct plan_port *p)
{
	for (uint32_t i = 0; i < p->nlisteners; i++)
		*vec_push(&x->scopes) =
			p->listeners[i].scope ? p->listeners[i].scope : p->listeners[i].id;
}

/* How many listeners look in <scope>. */
static uint32_t lookers(const struct search *x, uint64_t scope)
{
	uint32_t n = 0;
	size_t lo = 0, end = x->scopes.n;

	while (lo < end) {
		size_t mid = lo + (end - lo) / 2;

		if (x->scopes.p[mid] < scope)
			lo = mid + 1;
		else
			end = mid;
	}
	while (lo + n < x->scopes.n && x->scopes.p[lo + n] == scope)
		n++;
	return n;
}

/* The listeners that its route stands under with this hostname. */
static uint32_t attachments(const struct search *x, const struct outdone *s)
{
	const struct plan_route *r = rule_of(s->m)->route;
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->nattaches; i++)
		if (str_eq(r->attaches[i].hostname, s->hostname))
			n += lookers(x, r->attaches[i].scope);
	return n;
}

static void found(const struct search *x, struct outdones *ret, const struct finding *f)
{
	const struct outdone *last = ret->all.n ? &ret->all.p[ret->all.n - 1] : NULL;

	if (!f->seen || f->n < attachments(x, &f->s))
		return;
	ret->rules += !last || rule_of(last->m) != rule_of(f->s.m);
	*vec_push(&ret->all) = f->s;
}

void outdones_find(const struct plan *p, struct outdones *ret)
{
	struct search x = {.plan = p};
	size_t n;
	const struct plan_port_slot *ports = plan_ports(p, &n);

	for (size_t i = 0; i < n; i++) {
		x.port = ports[i].port;
		scopes_add(&x, x.port);
		router_shadows(ports[i].router, seen, &x);
	}
	if (x.scopes.n)
		qsort(x.scopes.p, x.scopes.n, sizeof(*x.scopes.p), scope_cmp);
	if (x.all.n)
		qsort(x.all.p, x.all.n, sizeof(*x.all.p), outdone_cmp);
	for (size_t i = 0; i < x.all.n;) {
		struct finding f = x.all.p[i];

		/* Under several listeners: one that is outdone by a match says more. */
		for (i++; i < x.all.n && outdone_cmp(&f, &x.all.p[i]) == 0; i++) {
			if (!f.s.by && (x.all.p[i].seen || !f.seen))
				f.s = x.all.p[i].s;
			f.seen |= x.all.p[i].seen;
			f.n++;
		}
		found(&x, ret, &f);
	}
	vec_fini(&x.all);
	vec_fini(&x.scopes);
}

void outdones_fini(struct outdones *s)
{
	vec_fini(&s->all);
}

static struct str any(struct str hostname)
{
	return hostname.n ? hostname : STR("any");
}

static void print_place(struct buf *out, const struct match *m)
{
	explain_rule_name(out, rule_of(m));
	if (rule_of(m)->route->nmatches > 1)
		buf_printf(out, " match %u", m->index);
}

/* Why <by> goes first, and what can be done. */
static void print_reason(struct buf *out, const struct outdone *s)
{
	bool same_host = str_eq(s->hostname, s->by_hostname);
	bool same_path = s->m->kind == s->by->kind && str_eq(s->m->path, s->by->path);

	if (!same_host)
		buf_printf(out,
			", whose hostname %.*s is more specific, takes all of them; remove this "
			"one, or narrow that one's path or conditions",
			STR_ARG(any(s->by_hostname)));
	else if (!same_path)
		buf_add(out,
			STR(" takes all of them, for a prefix goes before a regular "
			    "expression; write this one as Exact or PathPrefix, or narrow that "
			    "one"));
	else if (rule_of(s->m)->route == rule_of(s->by)->route)
		buf_add(out, STR(" has the same conditions and stands before it; remove one of the "
				 "two"));
	else if (s->by->order->created != s->m->order->created)
		buf_add(out, STR(" has the same conditions and its route is older; remove one of "
				 "the two, or give this one a condition more"));
	else
		buf_add(out,
			STR(" has the same conditions and its route's name sorts first; remove "
			    "one of the two, or give this one a condition more"));
}

void outdone_print(struct buf *out, const struct outdone *s)
{
	print_place(out, s->m);
	buf_add(out, STR(" ("));
	explain_match(out, s->m);
	buf_printf(out, ") never takes a request for host %.*s: ", STR_ARG(any(s->hostname)));
	if (s->by) {
		print_place(out, s->by);
		print_reason(out, s);
		return;
	}
	buf_printf(out,
		"listener %.*s has all of them; attach the route to that one, or give it another "
		"hostname",
		STR_ARG(s->by_listener ? s->by_listener->name : STR("?")));
}
