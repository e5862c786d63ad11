/* SPDX-License-Identifier: Apache-2.0 */
#include "proxy/reason_priv.h"
#include "proxy/reasons.h"

static const struct {
	struct str name, text;
	int status;
} reasons[] = {
#define X(id, n, s, t) {{n, sizeof(n) - 1}, {t, sizeof(t) - 1}, s},
	PROXY_REASONS(X)
#undef X
};

#define FIRST (PROXY_R_BEFORE_ + 1)

struct str proxy_reason_name(enum proxy_reason r)
{
	return r < (int)FIRST ? http_reason_name((enum http_reason)r) : reasons[r - FIRST].name;
}

struct str proxy_reason_text(enum proxy_reason r)
{
	return r < (int)FIRST ? http_reason_text((enum http_reason)r) : reasons[r - FIRST].text;
}

int proxy_reason_status(enum proxy_reason r)
{
	return r < (int)FIRST ? http_reason_status((enum http_reason)r) : reasons[r - FIRST].status;
}

bool proxy_reason_row(size_t i, struct proxy_reason_row *ret_row)
{
	enum proxy_reason r = (enum proxy_reason)i;

	if (i >= PROXY_REASON_COUNT)
		return false;
	*ret_row = (struct proxy_reason_row){.name = proxy_reason_name(r),
		.text = proxy_reason_text(r),
		.status = proxy_reason_status(r),
		.of_response = i == HTTP_R_BAD_STATUS_LINE || i == HTTP_R_TOO_MANY_INTERIM ||
			       i == HTTP_R_UNASKED_101};
	return true;
}
