/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overload.c -- our own count of memory, and what goes overboard when it nears its limit.
 *
 * Each worker counts what its connections, exchanges and buffers hold, and adds what has changed to
 * one number of the process.  Judged at the end of each tick, in stages: idle connections are
 * closed, then requests are answered 503, then nothing is accepted.  Memory that is free and only
 * kept is given back when the first stage begins, and is not counted.
 */
#include "base/log.h"
#include "proxy/exchange_priv.h"
#include "proxy/metrics_priv.h"
#include "tls/memory.h"

/* Changes below this stay a worker's own affair. */
#define TOLD_STEP KiB(64)
/* A worker that has nothing to do looks again after this long. */
#define LOOK_AGAIN MSEC(100)

static uint64_t slab_bytes(const struct slab *s)
{
	return s->used * s->size;
}

uint64_t worker_memory(const struct worker *w)
{
	return (uint64_t)MAX(tls_memory(), (int64_t)0) + slab_bytes(&w->tls.streams) +
	       slab_bytes(&w->tls.outs) + loop_bufs(w->loop)->used_bytes + slab_bytes(&w->conns) +
	       slab_bytes(&w->upconns) + slab_bytes(&w->outs) + slab_bytes(&w->subs) +
	       w->n_exchanges * (sizeof(struct exchange) + EXCHANGE_ARENA);
}

/* Where a stage begins, in sixteenths of the limit; it ends a sixteenth below. */
static const unsigned stage_from[] = {
	[OVERLOAD_IDLE] = 14, [OVERLOAD_REFUSE] = 16, [OVERLOAD_PAUSE] = 17};

enum overload overload_judge(enum overload now, uint64_t used, uint64_t limit)
{
	uint64_t unit = limit / 16;

	while (now < OVERLOAD_PAUSE && used >= stage_from[now + 1] * unit)
		now++;
	while (now > OVERLOAD_NONE && used < (stage_from[now] - 1) * unit)
		now--;
	return now;
}

/* Least recently used first.  Who has just come may be about to ask: he is told 503, or waits. */
static void close_some_idle(struct worker *w)
{
	metrics_conn_end(CONN_END_OVERLOAD, conns_close_oldest(w, &w->idle, 0));
	if (w->overload == OVERLOAD_PAUSE)
		metrics_conn_end(CONN_END_OVERLOAD, conns_close_oldest(w, &w->fresh, 0));
}

static void overload_set(struct worker *w, enum overload to)
{
	enum overload was = w->overload;

	w->overload = to;
	if (was == OVERLOAD_NONE) {
		up_close_pools(w);
		nbuf_pool_trim(loop_bufs(w->loop));
	}
	if ((was == OVERLOAD_PAUSE) != (to == OVERLOAD_PAUSE))
		binds_pause(w, to == OVERLOAD_PAUSE);
	if (to > was) {
		metrics_overload(to);
		log_warn("memory is short", LOG_INT("held", *w->memory_all),
			LOG_INT("limit", w->memory_limit), LOG_INT("stage", to));
	}
}

static void overload_look(struct hook *h)
{
	struct worker *w = container_of(h, struct worker, overload_hook);
	uint64_t now = worker_memory(w), all;
	int64_t by = (int64_t)(now - w->memory_told);
	enum overload to;

	if (by >= TOLD_STEP || by <= -TOLD_STEP) {
		w->memory_told = now;
		metric_add(&metric_memory, by);
		all = atomic_fetch_add(w->memory_all, (uint64_t)by) + (uint64_t)by;
	} else {
		all = atomic_load_explicit(w->memory_all, memory_order_relaxed);
	}
	if (!w->memory_limit)
		return;
	to = overload_judge(w->overload, all, w->memory_limit);
	if (to != w->overload)
		overload_set(w, to);
	if (to == OVERLOAD_NONE)
		return;
	close_some_idle(w);
	if (!timer_armed(&w->overload_timer))
		loop_timer_arm(w->loop, &w->overload_timer, LOOK_AGAIN);
}

/* Only that there is a tick. */
static void overload_again(struct timer *t)
{
	(void)t;
}

void overload_init(struct worker *w, _Atomic uint64_t *all, uint64_t limit)
{
	w->memory_all = all;
	w->memory_limit = limit;
	w->overload_hook.run = overload_look;
	timer_init(&w->overload_timer, overload_again);
	loop_hook_end(w->loop, &w->overload_hook);
}

void overload_fini(struct worker *w)
{
	hook_remove(&w->overload_hook);
	loop_timer_cancel(w->loop, &w->overload_timer);
	atomic_fetch_sub(w->memory_all, w->memory_told);
	metric_add(&metric_memory, -(int64_t)w->memory_told);
}
