/* SPDX-License-Identifier: Apache-2.0 */
/* explain_priv.h -- rules, matches and filters as text. */
#ifndef GWAPI_EXPLAIN_PRIV_H
#define GWAPI_EXPLAIN_PRIV_H

#include "base/buf.h"
#include "plan/plan.h"

/* Appends 'HTTPRoute/ns/name rule 3 "its name"'. */
void explain_rule_name(struct buf *b, const struct plan_rule *r);
/* Appends 'path under "/a", header x = "1"'. */
void explain_match(struct buf *b, const struct match *m);
/* Appends "<indent>RequestHeaderModifier set x: y" and so on; NULL is legal. */
void explain_filters(
	struct buf *b, const struct plan *p, const char *indent, const struct plan_filters *f);

#endif
