/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vec.h -- a typed array that grows.
 *
 *	struct { VEC_FIELDS(struct route *); } v = {0};	or	VEC(int) v = {0};
 *	*vec_push(&v) = x;   v.p[i]   v.n   vec_fini(&v);
 *
 * Pointers into it die at the next vec_push.  {0} is a valid empty vector.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include "base/mem.h"

#define VEC(type)              \
	struct {               \
		type *p;       \
		size_t n, cap; \
	}

/* Where the elements are once there is room for one more. */
static inline void *vec_room_(void *p, size_t n, size_t *cap, size_t size)
{
	if (n == *cap) {
		*cap = *cap ? *cap * 2 : 2;
		p = mem_realloc(p, *cap * size);
	}
	/* A capacity is never without memory: what no compiler or analyzer can see from here. */
	if (!p)
		__builtin_unreachable();
	return p;
}

/* Pointer to a new last element, not zeroed. */
#define vec_push(v) \
	((v)->p = vec_room_((v)->p, (v)->n, &(v)->cap, sizeof(*(v)->p)), &(v)->p[(v)->n++])
#define vec_fini(v) (mem_free((v)->p), (v)->p = NULL, (v)->n = (v)->cap = 0)
#define vec_reset(v) ((v)->n = 0)
#define vec_for_each(it, v) \
	for (__typeof__((v)->p + 0) it = (v)->p; it && it != (v)->p + (v)->n; it++)

#endif
