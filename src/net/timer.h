/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer.h -- timers in a hierarchical wheel.
 *
 * Arming and cancelling cost O(1).  Moving an armed timer later, what every idle timer does on
 * every request, is one comparison and one store: the timer stays where it is in the wheel and is
 * put back when its old slot comes up.  Resolution is TIMER_TICK; a timer never fires early and
 * fires at the first tick after it is due.  Timers due in one slot fire in the order of their slot,
 * not of their nanosecond.
 *
 * struct timer is embedded in its owner, which cancels it before it goes.  Loop's thread only.
 * Owners use loop_timer_arm() and loop_now(); the wheel itself is for the loop and its test.
 */
#ifndef NET_TIMER_H
#define NET_TIMER_H

#include "base/clock.h"
#include "base/list.h"

#define TIMER_TICK MSEC(1)
#define TIMER_LEVELS 5
#define TIMER_SLOTS 64

struct timer;
/* The timer is not armed any more; it may be armed again or freed. */
typedef void timer_f(struct timer *t);

struct timer {
	struct list node; /* in a slot */
	nsec due; /* when to fire; NSEC_NEVER: not armed */
	uint64_t slot_tick; /* when its slot comes up: never after <due> */
	timer_f *fire;
};

struct timer_wheel {
	uint64_t tick; /* all before it has fired */
	uint64_t floor; /* no timer is armed before it: later than <tick> while wheel_run() is at
			   work */
	uint64_t used[TIMER_LEVELS]; /* a bit per slot that is not empty */
	struct list slots[TIMER_LEVELS][TIMER_SLOTS];
	struct list due; /* being fired */
};

static inline void timer_init(struct timer *t, timer_f *fire)
{
	*t = (struct timer){.due = NSEC_NEVER, .fire = fire};
	list_init(&t->node);
}
static inline bool timer_armed(const struct timer *t)
{
	return t->due != NSEC_NEVER;
}

void wheel_init(struct timer_wheel *w, nsec now);
/* Fires at <due> (absolute, monotonic); an armed timer is moved. */
void wheel_arm(struct timer_wheel *w, struct timer *t, nsec due);
/* Harmless if not armed. */
void wheel_cancel(struct timer_wheel *w, struct timer *t);
/* Fires all that is due at <now>; returns how many.  A timer armed while this runs fires in a later
 * call even if it is due. */
unsigned wheel_run(struct timer_wheel *w, nsec now);
/* A time not after the earliest due timer, at which wheel_run() has something to do; NSEC_NEVER
 * with no timer. */
nsec wheel_next(struct timer_wheel *w);

#endif
