/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reasons.h -- all reasons why we answer or cut a request ourselves, for docs and tools.
 *
 * The names are an interface: access log, metric sluice_own_answers_total, docs/reasons.md.
 */
#ifndef PROXY_REASONS_H
#define PROXY_REASONS_H

#include "base/str.h"

struct proxy_reason_row {
	struct str name;
	struct str text;
	int status; /* 0: the connection is cut */
	bool of_response; /* only a response can be malformed so: told as upstream_bad_response */
};

/* The codecs' reasons, then the proxy's own; all static.  False behind the last. */
bool proxy_reason_row(size_t i, struct proxy_reason_row *ret_row);

#endif
