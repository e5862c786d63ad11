/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/last_good.h"

static char dir[] = "/tmp/sluice-last-good-XXXXXX";

static char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void save(uint64_t digest, const char *text)
{
	struct buf body = {0};

	last_good_add(&body, STR("/conf/a b\n.yaml"), str_from(text));
	last_good_add(&body, STR("/conf/empty.yaml"), STR(""));
	assert_int_equal(last_good_write(dir, digest, buf_str(&body), true), 0);
	buf_fini(&body);
}

static void assert_saved(const uint64_t * not, uint64_t digest, const char *text)
{
	struct last_good g;
	struct str body, path, got;

	assert_int_equal(last_good_read(dir, not, &g), 0);
	assert_int_equal(g.digest, digest);
	body = buf_str(&g.body);
	assert_true(last_good_next(&body, &path, &got));
	assert_true(str_eq(path, STR("/conf/a b\n.yaml")));
	assert_true(str_eq(got, str_from(text)));
	assert_true(last_good_next(&body, &path, &got));
	assert_int_equal(got.n, 0);
	assert_false(last_good_next(&body, &path, &got));
	last_good_fini(&g);
}

static void test_what_is_written_is_read(void **state)
{
	struct stat st;

	(void)state;
	save(0x0123456789abcdefu, "kind: A\n---\nkind: B");
	assert_saved(NULL, 0x0123456789abcdefu, "kind: A\n---\nkind: B");
	assert_int_equal(stat(in_dir("last-good.yaml"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void test_the_one_before_is_kept(void **state)
{
	const uint64_t newest = 3;
	struct last_good g;

	(void)state;
	save(2, "two");
	save(3, "three");
	assert_saved(NULL, 3, "three");
	assert_saved(&newest, 2, "two");
	assert_int_equal(unlink(in_dir("last-good.old.yaml")), 0);
	assert_int_equal(last_good_read(dir, &newest, &g), -ENOENT);
}

static void test_every_flipped_byte_is_refused(void **state)
{
	char all[4096];
	ssize_t n;
	int fd;

	(void)state;
	save(5, "text");
	save(6, "text");
	fd = open(in_dir("last-good.yaml"), O_RDWR | O_CLOEXEC);
	n = read(fd, all, sizeof(all));
	assert_true(n > 0);
	/* What names the input may be any number; all else is checked. */
	for (ssize_t i = 0; i < n; i++) {
		char c = (char)(all[i] ^ 1);
		struct last_good g;

		assert_int_equal(pwrite(fd, &c, 1, i), 1);
		assert_int_equal(last_good_read(dir, NULL, &g), 0);
		if (g.digest != 5)
			assert_true(g.digest != 6);
		last_good_fini(&g);
		assert_int_equal(pwrite(fd, &all[i], 1, i), 1);
	}
	assert_int_equal(ftruncate(fd, n - 1), 0);
	close(fd);
	assert_saved(NULL, 5, "text");
}

static int setup(void **state)
{
	(void)state;
	return !mkdtemp(dir);
}

static int teardown(void **state)
{
	(void)state;
	unlink(in_dir("last-good.yaml"));
	unlink(in_dir("last-good.old.yaml"));
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_written_is_read),
		cmocka_unit_test(test_the_one_before_is_kept),
		cmocka_unit_test(test_every_flipped_byte_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
