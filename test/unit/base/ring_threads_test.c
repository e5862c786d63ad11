/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/ring.h"
#include "test.h"

#define THREADS 4
#define LINES 20000

static int scratch_file(void)
{
	char path[] = "/tmp/ring-test-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	return fd;
}

static struct buf read_all(int fd)
{
	struct buf b = {0};
	ssize_t got;

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	while ((got = read(fd, buf_room(&b, 65536), 65536)) > 0)
		buf_added(&b, (size_t)got);
	return b;
}

static void lines_come_out_in_order(void **state)
{
	struct writer *w = writer_new();
	int fd = scratch_file(), other = scratch_file();
	int out = writer_output(w, fd), out2 = writer_output(w, other);
	struct ring *r = writer_ring(w, 0);
	struct buf got;

	(void)state;
	assert_int_equal(ring_write(r, (unsigned)out, STR("one")), 0);
	assert_int_equal(ring_write(r, (unsigned)out2, STR("aside")), 0);
	assert_int_equal(ring_write(r, (unsigned)out, STR("")), 0);
	assert_int_equal(ring_write(r, (unsigned)out, STR("two")), 0);
	writer_flush(w);
	got = read_all(fd);
	assert_str(buf_str(&got), "one\n\ntwo\n");
	buf_fini(&got);
	got = read_all(other);
	assert_str(buf_str(&got), "aside\n");
	buf_fini(&got);
	assert_int_equal(writer_counts(w).written, 4);
	/* What stands in the ring at the end is written. */
	assert_int_equal(ring_write(r, (unsigned)out, STR("three")), 0);
	writer_free(w);
	got = read_all(fd);
	assert_true(str_ends(buf_str(&got), STR("two\nthree\n")));
	buf_fini(&got);
	close(fd);
	close(other);
}

struct hand {
	struct ring *ring;
	unsigned output;
	unsigned me;
	unsigned written;
};

static void *write_many(void *arg)
{
	struct hand *h = arg;
	char text[200];

	for (unsigned i = 0; i < LINES; i++) {
		int n = snprintf(text, sizeof(text), "%u %u %.*s", h->me, h->written,
			(int)(i * 7 % 150),
			"-----------------------------------------------------------------------"
			"-----------------------------------------------------------------------"
			"--------------");

		h->written += ring_write(h->ring, h->output, str_of(text, (size_t)n)) == 0;
	}
	return NULL;
}

/* Small rings, so that they wrap and overflow: what was taken comes out whole and in order, the
 * rest is counted. */
static void threads_lose_nothing_they_were_not_told_of(void **state)
{
	struct writer *w = writer_new();
	struct hand hands[THREADS];
	pthread_t threads[THREADS];
	unsigned next[THREADS] = {0};
	int fd = scratch_file(), out = writer_output(w, fd);
	uint64_t taken = 0;
	struct buf got;
	struct str rest;

	(void)state;
	for (unsigned i = 0; i < THREADS; i++) {
		hands[i] = (struct hand){writer_ring(w, 8192), (unsigned)out, i, 0};
		assert_int_equal(pthread_create(&threads[i], NULL, write_many, &hands[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		taken += hands[i].written;
	}
	writer_flush(w);
	assert_int_equal(writer_counts(w).written, taken);
	assert_int_equal(writer_counts(w).dropped, THREADS * LINES - taken);
	assert_int_equal(writer_counts(w).lost, 0);
	assert_true(writer_counts(w).calls < taken);
	writer_free(w);
	got = read_all(fd);
	rest = buf_str(&got);
	while (rest.n) {
		struct str line = str_cut(&rest, '\n');
		unsigned who, number;

		assert_int_equal(sscanf(line.p, "%u %u ", &who, &number), 2);
		assert_true(who < THREADS);
		assert_int_equal(number, next[who]);
		next[who]++;
	}
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(next[i], hands[i].written);
	buf_fini(&got);
	close(fd);
}

static void a_pipe_that_stands_still_drops_and_never_blocks(void **state)
{
	struct writer *w = writer_new();
	struct ring *r = writer_ring(w, 65536);
	unsigned taken = 0;
	int fds[2], out;

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_true(fcntl(fds[1], F_SETPIPE_SZ, 4096) >= 0);
	out = writer_output(w, fds[1]);
	for (unsigned i = 0; i < 100000; i++)
		taken += ring_write(r, (unsigned)out, STR("a line of some length ..........")) == 0;
	assert_true(taken < 100000);
	assert_int_equal(writer_counts(w).dropped, 100000 - taken);
	/* Ends though nobody reads. */
	writer_free(w);
	close(fds[0]);
	close(fds[1]);
}

static void a_closed_pipe_loses_lines_and_says_so(void **state)
{
	struct writer *w = writer_new();
	struct ring *r = writer_ring(w, 0);
	int fds[2], out;

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	out = writer_output(w, fds[1]);
	close(fds[0]);
	assert_int_equal(ring_write(r, (unsigned)out, STR("nobody reads this")), 0);
	writer_flush(w);
	assert_int_equal(writer_counts(w).lost, 1);
	assert_int_equal(writer_counts(w).written, 0);
	writer_free(w);
	close(fds[1]);
}

static void bounds_are_refused(void **state)
{
	static char big[RING_LINE_MAX + 1];
	struct writer *w = writer_new();
	struct ring *small = writer_ring(w, 1), *r = writer_ring(w, 0);
	int fd = scratch_file(), out = writer_output(w, fd);
	struct buf got;

	(void)state;
	memset(big, 'x', sizeof(big));
	assert_int_equal(ring_write(r, (unsigned)out, str_of(big, sizeof(big))), -ENOBUFS);
	assert_int_equal(ring_write(r, (unsigned)out, str_of(big, sizeof(big) - 1)), 0);
	assert_int_equal(ring_write(small, (unsigned)out, str_of(big, 1024)), -ENOBUFS);
	assert_int_equal(ring_write(small, (unsigned)out, str_of(big, 1000)), 0);
	for (int i = 1; i < RING_OUTPUTS_MAX; i++)
		assert_int_equal(writer_output(w, fd), i);
	assert_int_equal(writer_output(w, fd), -ENOSPC);
	for (int i = 2; i < RING_MAX; i++)
		assert_non_null(writer_ring(w, 1));
	assert_null(writer_ring(w, 1));
	writer_free(w);
	got = read_all(fd);
	assert_int_equal(got.n, RING_LINE_MAX + 1 + 1001);
	buf_fini(&got);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_out_in_order),
		cmocka_unit_test(threads_lose_nothing_they_were_not_told_of),
		cmocka_unit_test(a_pipe_that_stands_still_drops_and_never_blocks),
		cmocka_unit_test(a_closed_pipe_loses_lines_and_says_so),
		cmocka_unit_test(bounds_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
