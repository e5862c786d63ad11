/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain.h -- which listener, route and rule of a plan take a request, and why all others did not.
 *
 * Asks the router itself (router_explain), so it can not say anything else than the data plane
 * does. Pure; any thread that holds the plan.
 */
#ifndef GWAPI_EXPLAIN_H
#define GWAPI_EXPLAIN_H

#include "base/buf.h"
#include "gwapi/status.h"
#include "plan/plan.h"

struct explain_header {
	struct str name; /* any case */
	struct str value;
};

struct explain_request {
	struct str method; /* empty: GET */
	struct str url; /* "http://host[:port]/path?query", "host/path" or "/path" */
	const struct explain_header *headers; /* a Host header goes before the URL's host */
	size_t n_headers;
	/* What translate says of the plan's objects (translator_statuses()), for the routes that no
	 * listener took; NULL: not known. */
	const struct object_status *const *statuses;
	size_t n_statuses;
};

enum explain_verdict {
	EXPLAIN_FOUND, /* a rule takes it and can send it on, redirect or answer as told */
	EXPLAIN_REFUSED, /* a rule takes it and answers 500 */
	EXPLAIN_NONE, /* 404 (no rule), or nothing listens on the port */
};

/*
 * Appends the answer to <out>: text for people, or one JSON document.  Returns an enum
 * explain_verdict, or -EINVAL when the URL, a header or the method is malformed; then <out> has one
 * sentence that says what.
 */
int must_check explain(
	const struct plan *p, const struct explain_request *rq, bool json, struct buf *out);

#endif
