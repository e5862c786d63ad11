/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/memory_limit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* Version 1 says "none" as the largest multiple of a page. */
#define UNLIMITED (UINT64_C(1) << 60)

/* A number alone in a file; 0: no such file, or "max". */
static uint64_t limit_read(const char *path)
{
	char text[32] = "";
	FILE *f = fopen(path, "re");
	uint64_t n = 0;

	if (!f)
		return 0;
	if (fgets(text, sizeof(text), f) &&
		str_to_u64(str_take(str_from(text), strspn(text, "0123456789")), UINT64_MAX, &n) <
			0)
		n = 0;
	(void)fclose(f);
	return n >= UNLIMITED ? 0 : n;
}

/* The least of the limits in the folder <top><group> and in those above it, up to <top>. */
static uint64_t limit_above(const char *top, struct str group, const char *file)
{
	struct buf path = {0};
	uint64_t least = 0;

	for (;;) {
		uint64_t n;

		while (group.n && group.p[group.n - 1] == '/')
			group.n--;
		buf_reset(&path);
		buf_printf(&path, "%s%.*s/%s", top, STR_ARG(group), file);
		buf_addc(&path, '\0');
		n = limit_read(path.p);
		if (n && (!least || n < least))
			least = n;
		if (!group.n)
			break;
		while (group.n && group.p[group.n - 1] != '/')
			group.n--;
	}
	buf_fini(&path);
	return least;
}

/* "0::/group" of version 2, "4:cpu,memory:/group" of version 1 (cgroups(7)). */
static uint64_t limit_of_line(const char *root, struct str line)
{
	struct str number = str_cut(&line, ':'), kinds = str_cut(&line, ':');
	struct buf top = {0};
	uint64_t n = 0;
	bool memory = false;

	while (kinds.n)
		memory |= str_eq(str_cut(&kinds, ','), STR("memory"));
	if (!memory && !str_eq(number, STR("0")))
		return 0;
	buf_printf(&top, "%s/sys/fs/cgroup%s", root, memory ? "/memory" : "");
	buf_addc(&top, '\0');
	n = limit_above(top.p, line, memory ? "memory.limit_in_bytes" : "memory.max");
	buf_fini(&top);
	return n;
}

uint64_t cgroup_memory_limit(const char *root)
{
	struct buf path = {0};
	uint64_t least = 0;
	char line[4096];
	FILE *f;

	buf_printf(&path, "%s/proc/self/cgroup", root);
	buf_addc(&path, '\0');
	f = fopen(path.p, "re");
	buf_fini(&path);
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f)) {
		uint64_t n = limit_of_line(root, str_take(str_from(line), strcspn(line, "\n")));

		if (n && (!least || n < least))
			least = n;
	}
	(void)fclose(f);
	return least;
}
