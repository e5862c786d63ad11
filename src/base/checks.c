/* SPDX-License-Identifier: Apache-2.0 */
#include "base/checks.h"

#include <stdio.h>
#include <stdlib.h>

void check_fail(const char *what, const char *file, int line, const char *func)
{
	fprintf(stderr, "panic: %s: %s:%d: check failed: %s\n", func, file, line, what);
	abort();
}
