/* SPDX-License-Identifier: Apache-2.0 */
#include "base/when.h"

#include <stdio.h>
#include <time.h>

#include "base/checks.h"

struct str when_text(nsec wall, int digits, char text[static WHEN_TEXT])
{
	time_t t = (time_t)(wall / NSEC_PER_SEC);
	nsec part = wall % NSEC_PER_SEC;
	struct tm tm;
	size_t n;

	AN(gmtime_r(&t, &tm));
	n = strftime(text, WHEN_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
	for (int cut = digits; cut < 9; cut++)
		part /= 10;
	if (digits)
		n += (size_t)snprintf(text + n, WHEN_TEXT - n, ".%0*lld", digits, (long long)part);
	text[n++] = 'Z';
	text[n] = '\0';
	return str_of(text, n);
}
