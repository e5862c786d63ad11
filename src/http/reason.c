/* SPDX-License-Identifier: Apache-2.0 */
#include "http/reason.h"

static const struct {
	struct str name;
	struct str text;
	int status;
} reasons[HTTP_REASON_COUNT] = {
#define ROW(id, name, status, text) {{name, sizeof(name) - 1}, {text, sizeof(text) - 1}, status},
	HTTP_REASONS(ROW)
#undef ROW
};

struct str http_reason_name(enum http_reason r)
{
	AN(r < HTTP_REASON_COUNT);
	return reasons[r].name;
}

struct str http_reason_text(enum http_reason r)
{
	AN(r < HTTP_REASON_COUNT);
	return reasons[r].text;
}

int http_reason_status(enum http_reason r)
{
	AN(r < HTTP_REASON_COUNT);
	return reasons[r].status;
}
