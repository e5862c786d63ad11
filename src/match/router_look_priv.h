/* SPDX-License-Identifier: Apache-2.0 */
/* router_look_priv.h -- one lookup in progress, on its caller's stack. */
#ifndef MATCH_ROUTER_LOOK_PRIV_H
#define MATCH_ROUTER_LOOK_PRIV_H

#include "match/router_priv.h"

struct look {
	const struct router *r;
	const struct match_request *rq;
	struct match_trace *trace; /* NULL: stop at the first that decides */
	struct fold_key key;
	enum match_verdict verdict;
	const struct match *match;
	const struct host *host;
	const struct match_listener *listener; /* under which */
	struct path_hash path;
};

static inline void look_init(struct look *k, const struct router *r, const struct match_request *rq,
	struct match_trace *trace)
{
	k->r = r;
	k->rq = rq;
	k->trace = trace;
	k->key = r->key;
	k->verdict = MATCH_NONE;
	k->match = NULL;
	k->host = NULL;
	/* <path> is filled when it is needed: it is large. */
}

/* Everything under <l> (NULL: nothing). */
enum match_verdict look_run(struct look *k, const struct match_listener *l);
void look_result(const struct look *k, const struct match_listener *l, struct match_result *ret);
/* Tells the trace; in router_explain.c. */
void look_trace(struct look *k, const struct host *h, const struct match *m, enum match_why why,
	struct str detail);

#endif
