/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

static nsec clock_read(clockid_t id)
{
	struct timespec ts;

	AZ(clock_gettime(id, &ts));
	return (nsec)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static nsec system_mono(const struct clock *c)
{
	(void)c;
	return clock_read(CLOCK_MONOTONIC);
}

static nsec system_wall(const struct clock *c)
{
	(void)c;
	return clock_read(CLOCK_REALTIME);
}

const struct clock *clock_system(void)
{
	static const struct clock clock = {system_mono, system_wall};

	return &clock;
}

static nsec manual_mono(const struct clock *c)
{
	return atomic_load(&container_of(c, const struct clock_manual, clock)->mono_now);
}

static nsec manual_wall(const struct clock *c)
{
	return atomic_load(&container_of(c, const struct clock_manual, clock)->wall_now);
}

void clock_manual_init(struct clock_manual *c, nsec mono, nsec wall)
{
	c->clock = (struct clock){manual_mono, manual_wall};
	atomic_init(&c->mono_now, mono);
	atomic_init(&c->wall_now, wall);
}

void clock_manual_advance(struct clock_manual *c, nsec by)
{
	atomic_fetch_add(&c->mono_now, by);
	atomic_fetch_add(&c->wall_now, by);
}
