/* SPDX-License-Identifier: Apache-2.0 */
/*
 * when.h -- wall time as text: RFC 3339, in UTC, as logs, leases and statuses have it.
 */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include "base/clock.h"
#include "base/str.h"

#define WHEN_TEXT 32 /* enough for when_text(), with its NUL */

/* "2026-10-29T12:00:00Z", with <digits> (0 to 9) of the second behind a point.  <wall> is since
 * 1970 and before the year 10000.  NUL-terminated; the text is in <text>. */
struct str when_text(nsec wall, int digits, char text[static WHEN_TEXT]);

#endif
