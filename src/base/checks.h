/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checks.h -- assertions that stay on in production, and small compiler helpers.
 *
 * An assertion states what our own code guarantees.  No byte from a peer and no cluster object
 * may reach one: input is refused by an ordinary branch.  A failed check prints the place and
 * aborts; the supervisor restarts the child.  _HOT variants exist only in debug builds.
 */
#ifndef BASE_CHECKS_H
#define BASE_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define must_check __attribute__((warn_unused_result))
#define printf_like(f, a) __attribute__((format(printf, f, a)))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) ((type *)((uintptr_t)(ptr)-offsetof(type, member)))

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* Print <what> with its place and abort. */
_Noreturn void check_fail(const char *what, const char *file, int line, const char *func);

/* Assert non-zero. */
#define AN(x)                                                         \
	do {                                                          \
		if (unlikely(!(x)))                                   \
			check_fail(#x, __FILE__, __LINE__, __func__); \
	} while (0)
/* Assert zero. */
#define AZ(x)                                                                  \
	do {                                                                   \
		if (unlikely(!!(x)))                                           \
			check_fail("!(" #x ")", __FILE__, __LINE__, __func__); \
	} while (0)
/* Assert that <p> is a live object whose first check word is <m>. */
#define CHECK_OBJ(p, m)                \
	do {                           \
		AN(p);                 \
		AN((p)->magic == (m)); \
	} while (0)

#ifdef NDEBUG_HOT
#define CHECK_OBJ_HOT(p, m) ((void)0)
#define AN_HOT(x) ((void)0)
#else
#define CHECK_OBJ_HOT(p, m) CHECK_OBJ(p, m)
#define AN_HOT(x) AN(x)
#endif

#endif
