/* SPDX-License-Identifier: Apache-2.0 */
/* test.h -- what every unit test includes first: cmocka and its prerequisites. */
#ifndef TEST_UNIT_TEST_H
#define TEST_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

#define assert_str(s, lit)                                                           \
	do {                                                                         \
		struct str got_ = (s);                                               \
		struct str want_ = str_from(lit);                                    \
		if (!str_eq(got_, want_))                                            \
			fail_msg("got \"%.*s\", want \"%s\"", STR_ARG(got_), (lit)); \
	} while (0)

#endif
