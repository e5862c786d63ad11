/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h -- time as a value that is handed in.
 *
 * Nothing in the project asks the kernel for the time except through a struct clock, so tests own
 * time.  nsec is int64 nanoseconds; monotonic for timers, wall for logs, status and cookies.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/checks.h"

typedef int64_t nsec;

#define NSEC_PER_SEC ((nsec)1000000000)
#define MSEC(n) ((nsec)(n)*1000000)
#define SEC(n) ((nsec)(n)*NSEC_PER_SEC)
#define NSEC_NEVER INT64_MAX

/* How long to wait after <failures> failures and one more: <first>, doubled for each, at most
 * <max>. Pure. */
static inline nsec nsec_backoff(nsec first, unsigned failures, nsec max)
{
	return failures < 63 && first <= max >> failures ? first << failures : max;
}

struct clock {
	nsec (*mono)(const struct clock *c);
	nsec (*wall)(const struct clock *c);
};

/* The kernel's clocks. */
const struct clock *clock_system(void);

/* A clock that stands still until it is moved.  Any thread may read it. */
struct clock_manual {
	struct clock clock;
	_Atomic nsec mono_now;
	_Atomic nsec wall_now;
};
void clock_manual_init(struct clock_manual *c, nsec mono, nsec wall);
void clock_manual_advance(struct clock_manual *c, nsec by);

static inline nsec clock_mono(const struct clock *c)
{
	return c->mono(c);
}
static inline nsec clock_wall(const struct clock *c)
{
	return c->wall(c);
}

#endif
