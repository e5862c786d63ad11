/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring is bytes between two counters that only grow: its owner moves <head>, the writer moves
 * <tail>.  A record is a header and its line, padded to 8 bytes and never split: where it does not
 * fit before the ring's end, a record of PAD fills the rest.
 */
#include "base/ring.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>

#include "base/mem.h"

#define RING_MIN 4096
#define PAD UINT32_MAX
#define BATCH 256 /* lines handed to one output at a time */
#define CHUNK (256u << 10) /* bytes of one writev to a file */
#define POLL_MS 100 /* how long one wait for an output may take before we look whether to stop */

struct record {
	uint32_t n; /* bytes of the line with its newline, or PAD */
	uint32_t output;
};

struct ring {
	char *data;
	uint64_t size; /* a power of two */
	uint64_t tail_seen; /* the owner's last look at <tail> */
	_Alignas(64) _Atomic uint64_t head;
	_Atomic uint64_t dropped;
	_Alignas(64) _Atomic uint64_t tail;
	uint64_t read; /* the writer's place in the pass at hand, ahead of <tail> */
};

struct output {
	int fd;
	size_t chunk; /* bytes of one writev */
	struct iovec lines[BATCH];
	size_t n;
};

struct writer {
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows up to <rings> */
	pthread_cond_t wake; /* the writer waits here */
	pthread_cond_t flushed; /* writer_flush() waits here */
	uint64_t flush_wanted;
	uint64_t flush_done;
	_Atomic bool stop;
	unsigned patience; /* POLL_MS that may still pass once <stop> is set; writer's thread */
	struct ring *rings[RING_MAX];
	_Atomic unsigned n_rings;
	struct output *outputs[RING_OUTPUTS_MAX];
	_Atomic unsigned n_outputs;
	_Atomic uint64_t written, lost, calls;
};

static void count(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

/* --- the owner's side -------------------------------------------------------------------- */

static size_t record_size(size_t n)
{
	return sizeof(struct record) + ((n + 7) & ~(size_t)7);
}

static bool has_room(struct ring *r, uint64_t head, size_t need)
{
	if (likely(r->size - (head - r->tail_seen) >= need))
		return true;
	r->tail_seen = atomic_load_explicit(&r->tail, memory_order_acquire);
	return r->size - (head - r->tail_seen) >= need;
}

static int drop(struct ring *r)
{
	count(&r->dropped, 1);
	return -ENOBUFS;
}

int ring_write(struct ring *r, unsigned output, struct str line)
{
	uint64_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
	struct record rec = {.n = (uint32_t)line.n + 1, .output = output};
	size_t need = record_size(line.n + 1), before_end;
	char *at;

	if (unlikely(line.n > RING_LINE_MAX || need > r->size / 4))
		return drop(r);
	before_end = (size_t)(r->size - (head & (r->size - 1)));
	if (unlikely(before_end < need)) {
		struct record pad = {.n = PAD};

		if (!has_room(r, head, before_end + need))
			return drop(r);
		memcpy(r->data + (head & (r->size - 1)), &pad, sizeof(pad));
		head += before_end;
	} else if (unlikely(!has_room(r, head, need))) {
		return drop(r);
	}
	at = r->data + (head & (r->size - 1));
	memcpy(at, &rec, sizeof(rec));
	if (line.n)
		memcpy(at + sizeof(rec), line.p, line.n);
	at[sizeof(rec) + line.n] = '\n';
	atomic_store_explicit(&r->head, head + need, memory_order_release);
	return 0;
}

/* --- the writer's thread ----------------------------------------------------------------- */

/* Wait until <o> takes bytes; false when it is to be given up. */
static bool wait_writable(struct writer *w, const struct output *o)
{
	struct pollfd p = {.fd = o->fd, .events = POLLOUT};

	for (;;) {
		if (poll(&p, 1, POLL_MS) > 0)
			return true; /* an error is writev's to tell */
		if (atomic_load(&w->stop) && w->patience-- == 0) {
			w->patience = 0;
			return false;
		}
	}
}

/* What one writev shall take, from byte <skip> of line <at> on: at most chunk bytes, so that a pipe
 * which polls writable takes them all and never blocks us. */
static int next_chunk(const struct output *o, size_t at, size_t skip, struct iovec v[static BATCH])
{
	size_t room = o->chunk;
	int n = 0;

	for (; at < o->n && room; at++, skip = 0) {
		size_t len = MIN(o->lines[at].iov_len - skip, room);

		v[n++] = (struct iovec){(char *)o->lines[at].iov_base + skip, len};
		room -= len;
	}
	return n;
}

static void output_flush(struct writer *w, struct output *o)
{
	struct iovec v[BATCH];
	size_t at = 0, skip = 0;

	while (at < o->n) {
		int n = next_chunk(o, at, skip, v);
		ssize_t got = wait_writable(w, o) ? writev(o->fd, v, n) : -1;

		count(&w->calls, 1);
		if (got < 0 && (errno == EINTR || errno == EAGAIN) && w->patience)
			continue;
		if (got < 0)
			break;
		for (skip += (size_t)got; at < o->n && skip >= o->lines[at].iov_len; at++)
			skip -= o->lines[at].iov_len;
	}
	count(&w->written, at);
	count(&w->lost, o->n - at);
	o->n = 0;
}

static void flush_outputs(struct writer *w)
{
	unsigned n = atomic_load_explicit(&w->n_outputs, memory_order_acquire);

	for (unsigned i = 0; i < n; i++)
		output_flush(w, w->outputs[i]);
}

/* Hand the lines of <r> to their outputs; the ring keeps the bytes until ring_release(). */
static bool ring_collect(struct writer *w, struct ring *r)
{
	uint64_t head = atomic_load_explicit(&r->head, memory_order_acquire), from = r->read;

	while (r->read != head) {
		char *at = r->data + (r->read & (r->size - 1));
		struct record rec;
		struct output *o;

		memcpy(&rec, at, sizeof(rec));
		if (rec.n == PAD) {
			r->read += r->size - (r->read & (r->size - 1));
			continue;
		}
		AN(rec.output < atomic_load_explicit(&w->n_outputs, memory_order_acquire));
		o = w->outputs[rec.output];
		if (o->n == BATCH)
			output_flush(w, o);
		o->lines[o->n++] = (struct iovec){at + sizeof(rec), rec.n};
		r->read += record_size(rec.n);
	}
	return r->read != from;
}

/* One look at every ring; true when there was something. */
static bool pass(struct writer *w)
{
	unsigned n = atomic_load_explicit(&w->n_rings, memory_order_acquire);
	bool any = false;

	for (unsigned i = 0; i < n; i++)
		any |= ring_collect(w, w->rings[i]);
	flush_outputs(w);
	for (unsigned i = 0; i < n; i++)
		atomic_store_explicit(&w->rings[i]->tail, w->rings[i]->read, memory_order_release);
	return any;
}

/* Sleep <ms>, or until a flush or the end is asked for. */
static void nap(struct writer *w, int ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += ms * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	pthread_mutex_lock(&w->lock);
	while (!atomic_load(&w->stop) && w->flush_done == w->flush_wanted)
		if (pthread_cond_timedwait(&w->wake, &w->lock, &until) == ETIMEDOUT)
			break;
	pthread_mutex_unlock(&w->lock);
}

static void *writer_main(void *arg)
{
	struct writer *w = arg;
	int ms = RING_POLL_MIN;

	for (;;) {
		bool stop = atomic_load(&w->stop);
		uint64_t wanted;

		pthread_mutex_lock(&w->lock);
		wanted = w->flush_wanted;
		pthread_mutex_unlock(&w->lock);
		ms = pass(w) ? MAX(ms / 2, RING_POLL_MIN) : MIN(ms * 2, RING_POLL_MAX);
		pthread_mutex_lock(&w->lock);
		w->flush_done = wanted;
		pthread_cond_broadcast(&w->flushed);
		pthread_mutex_unlock(&w->lock);
		if (stop)
			return NULL;
		nap(w, ms);
	}
}

/* --- all threads ------------------------------------------------------------------------- */

struct writer *writer_new(void)
{
	struct writer *w = MEM_NEW(struct writer);
	pthread_condattr_t attr;
	sigset_t all, before;

	w->patience = RING_STOP_WAIT / POLL_MS;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->wake, &attr);
	pthread_cond_init(&w->flushed, &attr);
	pthread_condattr_destroy(&attr);
	/* Signals go to the threads that wait for them, and a closed pipe is an error, no SIGPIPE.
	 */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	AZ(pthread_create(&w->thread, NULL, writer_main, w));
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return w;
}

void writer_free(struct writer *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	atomic_store(&w->stop, true);
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	for (unsigned i = 0; i < w->n_rings; i++) {
		mem_free(w->rings[i]->data);
		mem_free(w->rings[i]);
	}
	for (unsigned i = 0; i < w->n_outputs; i++)
		mem_free(w->outputs[i]);
	pthread_cond_destroy(&w->wake);
	pthread_cond_destroy(&w->flushed);
	pthread_mutex_destroy(&w->lock);
	mem_free(w);
}

int writer_output(struct writer *w, int fd)
{
	struct output *o;
	struct stat st;
	unsigned n;

	pthread_mutex_lock(&w->lock);
	n = w->n_outputs;
	if (n < RING_OUTPUTS_MAX) {
		o = MEM_NEW(struct output);
		o->fd = fd;
		o->chunk = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? CHUNK : PIPE_BUF;
		w->outputs[n] = o;
		atomic_store_explicit(&w->n_outputs, n + 1, memory_order_release);
	}
	pthread_mutex_unlock(&w->lock);
	return n < RING_OUTPUTS_MAX ? (int)n : -ENOSPC;
}

struct ring *writer_ring(struct writer *w, size_t bytes)
{
	struct ring *r = NULL;
	unsigned n;

	pthread_mutex_lock(&w->lock);
	n = w->n_rings;
	if (n < RING_MAX) {
		r = mem_aligned_zalloc(_Alignof(struct ring), sizeof(*r));
		r->size = RING_MIN;
		while (r->size < (bytes ? bytes : RING_BYTES))
			r->size *= 2;
		/* Touched here, so that no worker meets a page fault. */
		r->data = memset(mem_alloc(r->size), 0, r->size);
		w->rings[n] = r;
		atomic_store_explicit(&w->n_rings, n + 1, memory_order_release);
	}
	pthread_mutex_unlock(&w->lock);
	return r;
}

void writer_flush(struct writer *w)
{
	uint64_t wanted;

	pthread_mutex_lock(&w->lock);
	wanted = ++w->flush_wanted;
	pthread_cond_signal(&w->wake);
	while (w->flush_done < wanted)
		pthread_cond_wait(&w->flushed, &w->lock);
	pthread_mutex_unlock(&w->lock);
}

struct writer_counts writer_counts(const struct writer *w)
{
	struct writer_counts c = {
		.written = atomic_load_explicit(&w->written, memory_order_relaxed),
		.lost = atomic_load_explicit(&w->lost, memory_order_relaxed),
		.calls = atomic_load_explicit(&w->calls, memory_order_relaxed),
	};
	unsigned n = atomic_load_explicit(&w->n_rings, memory_order_acquire);

	for (unsigned i = 0; i < n; i++)
		c.dropped += atomic_load_explicit(&w->rings[i]->dropped, memory_order_relaxed);
	return c;
}
