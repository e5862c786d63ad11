/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame.h -- what one frame of a watch says.  Pure; any bytes are legal.
 */
#ifndef KUBE_FRAME_H
#define KUBE_FRAME_H

#include "text/value.h"

enum frame_kind {
	FRAME_PUT, /* ADDED or MODIFIED */
	FRAME_DELETED,
	FRAME_BOOKMARK,
	FRAME_GONE, /* the resourceVersion is too old: list again */
	FRAME_ERROR, /* any other ERROR: begin the watch again */
};

struct frame {
	enum frame_kind kind;
	struct value *object; /* in the arena */
	struct str resource_version; /* of the object; empty with FRAME_GONE and FRAME_ERROR */
};

/* 0, or -EINVAL for text that is no frame. */
int must_check frame_parse(struct arena *a, struct str text, struct frame *ret_frame);

#endif
