/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stamps.h -- when each condition of an object changed its status last.
 *
 * translate knows no time; this keeps, in a few bytes a condition, what lastTransitionTime needs:
 * which condition had which status since when.  Control thread only.
 */
#ifndef CONTROL_STAMPS_H
#define CONTROL_STAMPS_H

#include "base/clock.h"
#include "base/map.h"
#include "gwapi/status.h"

struct stamps {
	struct map objects; /* "kind/namespace/name" → struct stamped */
};

void stamps_fini(struct stamps *s);
/* The object's status is <status> now, at wall time <now>; NULL: there is none any more. */
void stamps_note(struct stamps *s, enum object_kind kind, struct str namespace, struct str name,
	const struct object_status *status, nsec now);
/* The object as it would be listed, with its lastTransitionTimes; borrows <status>. */
struct value stamps_render(
	const struct stamps *s, struct arena *a, const struct object_status *status, nsec now);

#endif
