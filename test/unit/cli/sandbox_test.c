/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/sandbox.h"

/* In a process of its own: there is no way back out. */
static int in_child(int (*run)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(run());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int enter(const char *readable)
{
	const struct sandbox_paths paths = {.read = &readable, .n_read = 1};
	struct buf err = {0};
	int rc = sandbox_enter(&paths, &err);

	if (rc < 0)
		fprintf(stderr, "%.*s\n", STR_ARG(buf_str(&err)));
	buf_fini(&err);
	return rc;
}

static int all_forbidden(void)
{
	struct buf out = {0};
	bool all;

	if (enter("/usr") != 0)
		return 2;
	all = sandbox_try_forbidden(&out);
	if (!all)
		fprintf(stderr, "%.*s", STR_ARG(buf_str(&out)));
	buf_fini(&out);
	return !all;
}

static int granted_file_reads(void)
{
	int fd;

	if (enter("/etc/hosts") != 0)
		return 2;
	fd = open("/etc/hosts", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0)
		return 1;
	return close(fd);
}

static void test_forbidden_is_refused(void **state)
{
	(void)state;
	assert_int_equal(in_child(all_forbidden), 0);
}

static void test_granted_is_allowed(void **state)
{
	(void)state;
	assert_int_equal(in_child(granted_file_reads), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forbidden_is_refused),
		cmocka_unit_test(test_granted_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
