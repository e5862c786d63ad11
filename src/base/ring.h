/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ring.h -- lines from many threads to files, without a lock or a system call on those threads.
 *
 * Each thread owns a ring and copies its lines in; one writer thread empties all rings and writes
 * with writev(2), several lines a call.  A full ring drops the line and counts it: a disk or a pipe
 * that stands still costs lines, never requests.  Lines of one ring keep their order; between rings
 * there is none.  The writer looks every RING_POLL_MIN to RING_POLL_MAX milliseconds, the shorter
 * the more there is to do.
 */
#ifndef BASE_RING_H
#define BASE_RING_H

#include "base/str.h"

#define RING_MAX 64 /* rings of one writer */
#define RING_OUTPUTS_MAX 8
#define RING_BYTES (1u << 20) /* of one ring, unless its owner says otherwise */
#define RING_LINE_MAX (64u << 10) /* bytes of one line */
#define RING_POLL_MIN 1
#define RING_POLL_MAX 50
#define RING_STOP_WAIT 1000 /* ms that writer_free() waits for an output that takes nothing */

struct ring;
struct writer;

/* Starts the writer's thread, which takes no signals.  Never NULL. */
struct writer *writer_new(void);
/* Writes what is left (an output that stands still is given up after RING_STOP_WAIT), ends the
 * thread, frees all rings.  No owner may write any more. */
void writer_free(struct writer *w);

/* Lines for output number (returned) go to <fd>, borrowed until writer_free().  -ENOSPC beyond
 * RING_OUTPUTS_MAX.  Any thread. */
int must_check writer_output(struct writer *w, int fd);

/* A new ring, to be written by one thread only.  <bytes> is rounded up to a power of two; 0 is
 * RING_BYTES.  NULL beyond RING_MAX.  Any thread. */
struct ring *writer_ring(struct writer *w, size_t bytes);

/* Appends <line> and a newline to <output>.  Owner's thread only.  0, -ENOBUFS: dropped and
 * counted, the ring is full or the line longer than RING_LINE_MAX or a quarter of the ring. */
int ring_write(struct ring *r, unsigned output, struct str line);

/* Returns when every line whose ring_write() came before has been written or given up.  Any thread
 * but the writer's. */
void writer_flush(struct writer *w);

struct writer_counts {
	uint64_t written; /* lines */
	uint64_t dropped; /* the ring was full */
	uint64_t lost; /* the output refused them */
	uint64_t calls; /* of writev */
};
/* Any thread; each number is exact, their moment is not the same. */
struct writer_counts writer_counts(const struct writer *w);

#endif
