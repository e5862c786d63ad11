/* SPDX-License-Identifier: Apache-2.0 */
/* helper_random.h -- random objects of a small world, as YAML: many references fit, many do not. */
#ifndef TEST_UNIT_GWAPI_HELPER_RANDOM_H
#define TEST_UNIT_GWAPI_HELPER_RANDOM_H

#include "base/buf.h"
#include "gwapi/object.h"

struct dice {
	uint64_t state;
};

/* From 0 to n - 1. */
uint32_t dice_roll(struct dice *d, uint32_t n);

/* One object: appends its YAML to <out>; which one it is (it may replace another) is told. */
struct random_name {
	enum object_kind kind;
	char namespace[16];
	char name[16];
};
struct random_name random_object(struct dice *d, struct buf *out);
/* One of the objects that random_object() may make. */
struct random_name random_pick(struct dice *d);

#endif
