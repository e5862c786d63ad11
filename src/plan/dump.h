/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dump.h -- a whole plan as JSON text, in one canonical order.
 *
 * Two plans with the same content give the same bytes, whatever the order of edits that made them:
 * golden files, "incremental = full" and /config_dump use it.  Secrets (private keys) are left out;
 * a PEM shows its source and digest.  Revision, ids and counts are not shown.  No trailing blanks,
 * one object per line, ends with a newline.
 */
#ifndef PLAN_DUMP_H
#define PLAN_DUMP_H

#include "base/buf.h"
#include "plan/plan.h"

/* Appends to <out>. */
void plan_dump(const struct plan *p, struct buf *out);
/* One of it, a line: for explain. */
void plan_dump_rule(const struct plan *p, const struct plan_rule *r, struct buf *out);
void plan_dump_upstream(const struct plan_upstream *u, struct buf *out);

#endif
