/* SPDX-License-Identifier: Apache-2.0 */
/* explain_priv.h -- filters as a line each. */
#ifndef GWAPI_EXPLAIN_PRIV_H
#define GWAPI_EXPLAIN_PRIV_H

#include "base/buf.h"
#include "plan/plan.h"

/* Appends "<indent>RequestHeaderModifier set x: y" and so on; NULL is legal. */
void explain_filters(
	struct buf *b, const struct plan *p, const char *indent, const struct plan_filters *f);

#endif
