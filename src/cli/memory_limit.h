/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_limit.h -- how much memory the process may hold before it sheds (proxy/overload.c).
 */
#ifndef CLI_MEMORY_LIMIT_H
#define CLI_MEMORY_LIMIT_H

#include "base/checks.h"

/* The least of the limits of our control group and of those above it, version 2 or 1; 0: there is
 * none, or nothing can be read.  <root>: "" but in tests.  Before the sandbox, which hides them. */
uint64_t cgroup_memory_limit(const char *root);

/* Four fifths of it: what we do not count (plans, code, the kernel's socket buffers) needs room. */
static inline uint64_t memory_limit_auto(const char *root)
{
	return cgroup_memory_limit(root) / 5 * 4;
}

#endif
