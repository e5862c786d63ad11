/* SPDX-License-Identifier: Apache-2.0 */
/* dump_priv.h -- the two halves of the dump: dump.c (the rest) and dump_route.c (routes). */
#ifndef PLAN_DUMP_PRIV_H
#define PLAN_DUMP_PRIV_H

#include "plan/json_priv.h"
#include "plan/plan.h"

void dump_route(struct json *j, const struct plan *p, const struct plan_route *r);
void dump_rule(struct json *j, const struct plan *p, const struct plan_rule *r);
/* The members "filters" (if there are any) and "failure". */
void dump_filters(struct json *j, const struct plan *p, const struct plan_filters *f);
void dump_failure(struct json *j, const struct plan_failure *f);
/* "= /a" exact, "^ /a" prefix, "~ /a.*" regular expression. */
void dump_path(struct json *j, const struct match *m);

#endif
