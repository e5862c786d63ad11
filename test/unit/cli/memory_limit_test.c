/* SPDX-License-Identifier: Apache-2.0 */
/* The limit of a control group, in every place where a kernel or a container may show it. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "cli/memory_limit.h"

static char root[] = "/tmp/sluice-cgroup-XXXXXX";

/* Writes <text> to <root><path>, with its folders. */
static void file(const char *path, const char *text)
{
	char name[512];
	FILE *f;

	snprintf(name, sizeof(name), "%s%s", root, path);
	for (char *p = name + sizeof(root) - 1; *p; p++) {
		if (*p != '/' || p == name + sizeof(root) - 1)
			continue;
		*p = '\0';
		(void)mkdir(name, 0700);
		*p = '/';
	}
	f = fopen(name, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int begin(void **state)
{
	(void)state;
	strcpy(root + sizeof(root) - 7, "XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int end(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

static void nothing_known_is_no_limit(void **state)
{
	(void)state;
	assert_int_equal(cgroup_memory_limit(root), 0);
	file("/proc/self/cgroup", "0::/a/b\n");
	assert_int_equal(cgroup_memory_limit(root), 0);
	file("/sys/fs/cgroup/a/b/memory.max", "max\n");
	assert_int_equal(cgroup_memory_limit(root), 0);
	assert_int_equal(memory_limit_auto(root), 0);
}

static void version_2_the_least_on_the_way_up(void **state)
{
	(void)state;
	file("/proc/self/cgroup", "0::/a/b\n");
	file("/sys/fs/cgroup/a/b/memory.max", "max\n");
	file("/sys/fs/cgroup/a/memory.max", "1000000\n");
	assert_int_equal(cgroup_memory_limit(root), 1000000);
	assert_int_equal(memory_limit_auto(root), 800000);
	file("/sys/fs/cgroup/a/b/memory.max", "500000\n");
	assert_int_equal(cgroup_memory_limit(root), 500000);
	file("/sys/fs/cgroup/a/memory.max", "400000\n");
	assert_int_equal(cgroup_memory_limit(root), 400000);
}

static void version_2_in_a_namespace_of_its_own(void **state)
{
	(void)state;
	file("/proc/self/cgroup", "0::/\n");
	file("/sys/fs/cgroup/memory.max", "268435456\n");
	assert_int_equal(cgroup_memory_limit(root), 268435456);
	/* A container may see its group under the host's name, and its own folder as the top. */
	file("/proc/self/cgroup", "0::/system.slice/x\n");
	assert_int_equal(cgroup_memory_limit(root), 268435456);
}

static void version_1(void **state)
{
	(void)state;
	file("/proc/self/cgroup", "5:cpu,cpuacct:/c\n4:memory:/m\n1:name=systemd:/s\n0::/\n");
	file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
	assert_int_equal(cgroup_memory_limit(root), 0);
	file("/sys/fs/cgroup/memory/m/memory.limit_in_bytes", "134217728\n");
	assert_int_equal(cgroup_memory_limit(root), 134217728);
}

static void nonsense_is_no_limit(void **state)
{
	(void)state;
	file("/proc/self/cgroup", "nonsense\n::::\n0:\n\n0::/a\n");
	file("/sys/fs/cgroup/a/memory.max", "");
	file("/sys/fs/cgroup/memory.max", "99999999999999999999999\n");
	assert_int_equal(cgroup_memory_limit(root), 0);
}

#define ONE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(nothing_known_is_no_limit),
		ONE(version_2_the_least_on_the_way_up),
		ONE(version_2_in_a_namespace_of_its_own),
		ONE(version_1),
		ONE(nonsense_is_no_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
