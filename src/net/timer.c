/* SPDX-License-Identifier: Apache-2.0 */
#include "net/timer.h"

/*
 * Time in ticks is read as digits of 6 bits.  A timer stands at the level of the highest digit in
 * which its tick differs from the wheel's: all on one level share the higher digits with the wheel
 * and are ahead of it in this one, so the lowest bit of the lowest non-empty level is the earliest
 * slot.  When the wheel enters a slot of a higher level, that slot is spread over the lower ones.
 */
#define DIGIT_BITS 6
#define SPAN_BITS (DIGIT_BITS * TIMER_LEVELS)

_Static_assert(TIMER_SLOTS == 1 << DIGIT_BITS, "a slot per value of a digit");

static unsigned digit(uint64_t tick, unsigned level)
{
	return (tick >> (level * DIGIT_BITS)) & (TIMER_SLOTS - 1);
}

static uint64_t tick_after(nsec due)
{
	return due <= 0 ? 0 : (uint64_t)due / TIMER_TICK + ((uint64_t)due % TIMER_TICK != 0);
}

void wheel_init(struct timer_wheel *w, nsec now)
{
	*w = (struct timer_wheel){.tick = (uint64_t)now / TIMER_TICK};
	w->floor = w->tick;
	list_init(&w->due);
	for (unsigned l = 0; l < TIMER_LEVELS; l++)
		for (unsigned s = 0; s < TIMER_SLOTS; s++)
			list_init(&w->slots[l][s]);
}

/* In the slot of its due tick, but none before <least>, which is not behind the wheel. */
static void wheel_insert(struct timer_wheel *w, struct timer *t, uint64_t least)
{
	uint64_t tick = MAX(tick_after(t->due), least);
	uint64_t diff = tick ^ w->tick;
	unsigned level;

	if (unlikely(diff >> SPAN_BITS)) {
		/* Beyond the top level: wait at its end and look again. */
		tick = w->tick | (((uint64_t)1 << SPAN_BITS) - 1);
		diff = tick ^ w->tick;
	}
	level = diff ? (63u - (unsigned)__builtin_clzll(diff)) / DIGIT_BITS : 0;
	t->slot_tick = tick;
	list_add_tail(&w->slots[level][digit(tick, level)], &t->node);
	w->used[level] |= (uint64_t)1 << digit(tick, level);
}

void wheel_arm(struct timer_wheel *w, struct timer *t, nsec due)
{
	if (t->due != NSEC_NEVER) {
		/* The slot comes up first and then puts it where it belongs. */
		if (due != NSEC_NEVER && tick_after(due) >= t->slot_tick) {
			t->due = due;
			return;
		}
		list_del(&t->node);
	}
	t->due = due;
	if (due != NSEC_NEVER)
		wheel_insert(w, t, w->floor);
}

void wheel_cancel(struct timer_wheel *w, struct timer *t)
{
	(void)w; /* the slot's bit is cleaned up when it is looked at */
	if (t->due == NSEC_NEVER)
		return;
	t->due = NSEC_NEVER;
	list_del(&t->node);
}

/* The start of the earliest slot in use; UINT64_MAX if there is none. */
static uint64_t wheel_next_tick(const struct timer_wheel *w, unsigned *ret_level)
{
	for (unsigned l = 0; l < TIMER_LEVELS; l++) {
		unsigned shift = l * DIGIT_BITS;
		uint64_t above;

		if (!w->used[l])
			continue;
		above = w->tick >> shift >> DIGIT_BITS << DIGIT_BITS << shift;
		*ret_level = l;
		return above | (uint64_t)__builtin_ctzll(w->used[l]) << shift;
	}
	return UINT64_MAX;
}

/* Clears bits of slots whose timers were all cancelled, up to the first that has one. */
static uint64_t wheel_clean_next(struct timer_wheel *w)
{
	uint64_t tick;
	unsigned level = 0;

	while ((tick = wheel_next_tick(w, &level)) != UINT64_MAX) {
		unsigned slot = digit(tick, level);

		if (!list_empty(&w->slots[level][slot]))
			break;
		w->used[level] &= ~((uint64_t)1 << slot);
	}
	return tick;
}

static void list_move_all(struct list *to, struct list *from)
{
	struct list *n;

	while ((n = list_pop(from)) != NULL)
		list_add_tail(to, n);
}

/* No slot in use begins before <tick>. */
static void wheel_advance(struct timer_wheel *w, uint64_t tick)
{
	bool carry = tick >> DIGIT_BITS != w->tick >> DIGIT_BITS;

	w->tick = tick;
	w->floor = MAX(w->floor, tick);
	if (!carry)
		return;
	for (unsigned l = TIMER_LEVELS - 1; l > 0; l--) {
		unsigned slot = digit(tick, l);
		struct list spread;
		struct list *n;

		if (!(w->used[l] & (uint64_t)1 << slot))
			continue;
		w->used[l] &= ~((uint64_t)1 << slot);
		list_init(&spread);
		list_move_all(&spread, &w->slots[l][slot]);
		while ((n = list_pop(&spread)) != NULL) {
			struct timer *t = container_of(n, struct timer, node);

			wheel_insert(w, t, t->slot_tick);
		}
	}
}

static unsigned wheel_fire(struct timer_wheel *w, nsec now)
{
	unsigned fired = 0;
	struct list *n;

	while ((n = list_pop(&w->due)) != NULL) {
		struct timer *t = container_of(n, struct timer, node);

		if (t->due > now) { /* was moved later since */
			wheel_insert(w, t, w->tick);
			continue;
		}
		t->due = NSEC_NEVER;
		fired++;
		t->fire(t);
	}
	return fired;
}

unsigned wheel_run(struct timer_wheel *w, nsec now)
{
	uint64_t target = (uint64_t)now / TIMER_TICK;
	unsigned fired = 0;
	uint64_t tick;

	if (target < w->tick)
		return 0;
	w->floor = target + 1;
	while ((tick = wheel_clean_next(w)) <= target) {
		unsigned slot = digit(tick, 0);

		wheel_advance(w, tick);
		list_move_all(&w->due, &w->slots[0][slot]);
		w->used[0] &= ~((uint64_t)1 << slot);
		wheel_advance(w, tick + 1);
		fired += wheel_fire(w, now);
	}
	wheel_advance(w, target + 1);
	return fired;
}

nsec wheel_next(struct timer_wheel *w)
{
	uint64_t tick = wheel_clean_next(w);

	return tick == UINT64_MAX ? NSEC_NEVER : (nsec)tick * TIMER_TICK;
}
