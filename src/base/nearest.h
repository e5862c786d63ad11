/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nearest.h -- which of the names there are somebody may have meant by one that there is not.
 */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include "base/str.h"

/* How many letters must be added, taken, changed or swapped with their neighbour to turn <a> into
 * <b>, case apart; texts beyond 64 bytes count as far. */
unsigned nearest_distance(struct str a, struct str b);

/* Of the <n> names nth(of, i) the nearest to <name>, at most one slip in three letters away, else
 * the first that has it in itself; p == NULL: none is near.  An empty name is skipped. */
typedef struct str nearest_nth_f(const void *of, size_t i);
struct str nearest_name(struct str name, nearest_nth_f *nth, const void *of, size_t n);

#endif
