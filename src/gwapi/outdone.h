/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outdone.h -- matches of a plan that take no request on one of their hostnames, because others go
 * before them: told by check, explain and a metric, never in the status of either route, which may
 * belong to two people.
 *
 * What can be proved stands at router_shadows().  A hostname counts only when the match is outdone
 * there under every listener that its route is attached to with it.  Pure; the thread that holds
 * the plan.
 */
#ifndef GWAPI_OUTDONE_H
#define GWAPI_OUTDONE_H

#include "base/vec.h"
#include "plan/plan.h"

struct outdone {
	const struct match *m; /* payload: struct plan_rule */
	struct str hostname; /* of its route, "" for none */
	const struct match
		*by; /* NULL: the listener <by_listener> has all requests for <hostname> */
	struct str by_hostname;
	const struct plan_listener *by_listener;
};

struct outdones {
	VEC(struct outdone) all; /* by route, rule, match and hostname; borrowed from the plan */
	size_t rules; /* how many different ones */
};

/* Fills <ret>, which is {0}; outdones_fini() later, while the plan still lives. */
void outdones_find(const struct plan *p, struct outdones *ret);
void outdones_fini(struct outdones *s);

/* The one of <m> under <hostname>, or NULL. */
const struct outdone *outdones_get(
	const struct outdones *s, const struct match *m, struct str hostname);

/* Appends one sentence that names both and what to do, without a newline. */
void outdone_print(struct buf *out, const struct outdone *s);

#endif
