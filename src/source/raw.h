/* SPDX-License-Identifier: Apache-2.0 */
/*
 * raw.h -- objects as text, beside the store that holds them decoded.
 *
 * What the API server sent is kept as one line of JSON without managedFields, resourceVersion and
 * status, so that it can travel to a data plane with every field that this version does not know,
 * and so that a new version that changes only the status is seen to be no change.  The status is
 * kept apart, for kinds whose status we write.  Control thread only; {0} is empty.
 */
#ifndef SOURCE_RAW_H
#define SOURCE_RAW_H

#include "base/map.h"
#include "gwapi/object.h"
#include "text/value.h"

struct raw {
	uint8_t kind; /* enum object_kind */
	bool seen; /* by the list under way */
	struct str key; /* "namespace/name", "/name" */
	struct str text;
	uint64_t revision; /* of the text: moves when it changes, never repeats */
	struct str version; /* resourceVersion */
	struct str status; /* JSON; empty: none, or none of our business */
	struct str uid;
};

struct raws {
	struct map by_key[KIND_MAX];
	uint64_t revision;
};

enum raw_change { RAW_SAME, RAW_STATUS, RAW_TEXT };

/* <v> is an object of <kind>; its managedFields, resourceVersion and status are taken out of it.
 * -EINVAL without metadata.name.  <*ret_raw> is the set's, until the next change of that key. */
int must_check raws_put(struct raws *r, struct arena *a, enum object_kind kind, struct value *v,
	bool keep_status, enum raw_change *ret_change, struct raw **ret_raw);
/* NULL: none. */
struct raw *raws_get(const struct raws *r, enum object_kind kind, struct str key);
void raws_del(struct raws *r, enum object_kind kind, struct str key);
/* Our own write was answered with this: as if it had come by the watch. */
void raw_wrote(struct raw *r, struct str version, struct str status);
void raws_fini(struct raws *r);

/* Kinds whose status subresource a gateway controller writes. */
bool raw_kind_has_status(enum object_kind kind);

#endif
