/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stamps.h -- when each condition of an object changed its status last.
 *
 * translate knows no time; this keeps what lastTransitionTime needs: which condition had which
 * status since when.  Objects with the same times share a list of them.  Control thread only.
 */
#ifndef CONTROL_STAMPS_H
#define CONTROL_STAMPS_H

#include "base/clock.h"
#include "base/set.h"
#include "gwapi/status.h"

struct stamps {
	struct set objects[KIND_MAX]; /* struct stamped by "namespace/name" */
	struct set lists; /* struct stamp_list by its bytes */
};

void stamps_fini(struct stamps *s);
/* The status of <o> is <status> now, at wall time <now>; NULL: there is none any more. */
void stamps_note(
	struct stamps *s, const struct object *o, const struct object_status *status, nsec now);
/* The object as it would be listed, with its lastTransitionTimes; borrows <status>. */
struct value stamps_render(
	const struct stamps *s, struct arena *a, const struct object_status *status, nsec now);

#endif
