/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule.h -- routes and rules as the data plane carries them out.
 *
 * A route is one segment with all its rules, matches and filters; a change of a route replaces the
 * segment.  Everything is compiled: header names are lower case and checked, durations are
 * nanoseconds, texts are validated.  A rule that cannot be carried out whole has a <failure> and
 * answers 500: never a reduced rule.  All pointers lie in the route's arena.
 */
#ifndef PLAN_RULE_H
#define PLAN_RULE_H

#include "base/clock.h"
#include "match/router.h"
#include "plan/segment.h"

/* Why a rule or backend answers 500.  Reason names are an interface: log, metric, docs. */
#define PLAN_REFUSALS(R)                                                                          \
	R(NONE, "")                                                                               \
	R(RULE_INVALID, "rule_invalid") /* a field, value or filter that cannot be carried out */ \
	R(BACKEND_NOT_FOUND, "backend_not_found")                                                 \
	R(BACKEND_KIND, "backend_kind")                                                           \
	R(REF_NOT_PERMITTED, "ref_not_permitted")                                                 \
	R(BACKEND_PROTOCOL, "backend_protocol")                                                   \
	R(BACKEND_TLS, "backend_tls") /* a TLS policy that cannot be met */                       \
	R(BACKEND_REFUSED, "backend_refused") /* an address that may not be reached */

enum plan_refusal {
#define R(name, text) PLAN_REFUSED_##name,
	PLAN_REFUSALS(R)
#undef R
};
struct str plan_refusal_name(enum plan_refusal r);

/* ---- filters ---- */

enum plan_header_op { PLAN_HEADER_SET, PLAN_HEADER_ADD, PLAN_HEADER_REMOVE };

struct plan_header_edit {
	struct str name; /* lower case, a token */
	struct str value; /* a valid field value; empty for REMOVE */
	enum plan_header_op op;
};

/* Edits in the order to do them: each name at most once. */
struct plan_header_filter {
	const struct plan_header_edit *edits;
	size_t n;
};

enum plan_path_op {
	PLAN_PATH_KEEP,
	PLAN_PATH_FULL, /* <value> is the whole path, begins with "/" */
	PLAN_PATH_PREFIX, /* <value> for the matched prefix: path_replace_prefix(), value without
			   * trailing "/" */
};

/* ReplaceFullPath or ReplacePrefixMatch.  The query stays. */
struct plan_path_edit {
	enum plan_path_op op;
	struct str value;
};

struct plan_redirect {
	struct str scheme; /* "http", "https" or "" for the request's */
	struct str hostname; /* "" for the request's */
	struct plan_path_edit path;
	uint16_t port; /* 0: the scheme's well-known port if <scheme> is given, else the listener's
			*/
	uint16_t status; /* 301, 302, 303, 307, 308 */
};

struct plan_rewrite {
	struct str hostname; /* "" keeps the Host header */
	struct plan_path_edit path;
};

/* A place to send to: an upstream by id, or a refusal. */
struct plan_ref {
	uint64_t upstream; /* plan_upstream(plan, id); 0 when refused */
	enum plan_refusal refused;
	struct str message; /* for logs and explain when refused */
};

struct plan_mirror {
	struct plan_ref to; /* refused: the mirror is skipped, and counted */
	uint32_t numerator; /* of <denominator> requests; 100/100 for all */
	uint32_t denominator; /* > 0 */
};

/* An allowed origin.  <any>: "*".  Else scheme, port and host must fit; a "*" in <host> stands
 * for any run of bytes. */
struct plan_origin {
	struct str scheme;
	struct str host; /* lower case */
	uint16_t port; /* the scheme's well-known one if none was written */
	bool any;
};

struct plan_cors {
	const struct plan_origin *origins;
	size_t norigins;
	const struct str *methods; /* as written */
	size_t nmethods;
	const struct str *headers; /* lower case */
	size_t nheaders;
	struct str methods_text; /* joined with ", " for the answer */
	struct str headers_text;
	struct str expose_text;
	uint32_t max_age; /* seconds */
	bool credentials;
	bool any_method; /* "*" is among the methods; likewise below */
	bool any_header;
	bool any_expose;
};

enum plan_auth_protocol { PLAN_AUTH_HTTP, PLAN_AUTH_GRPC };

struct plan_auth {
	struct plan_ref to; /* refused: every request is answered with 500 */
	enum plan_auth_protocol protocol;
	struct str path_prefix; /* put before the request's path; "" none; HTTP only */
	const struct str *request_headers; /* lower case; sent besides the fixed ones.  HTTP and
					    * empty: only the fixed ones; GRPC and empty: all */
	size_t nrequest_headers;
	const struct str *response_headers; /* lower case; copied from a 2xx answer into the
					     * request; empty: all but Host */
	size_t nresponse_headers;
	uint32_t body_max; /* bytes of the request body to send along; 0: none */
};

/* kind, member, type */
#define PLAN_FILTERS(F)                                                  \
	F(REQUEST_HEADERS, request_headers, struct plan_header_filter)   \
	F(RESPONSE_HEADERS, response_headers, struct plan_header_filter) \
	F(REDIRECT, redirect, struct plan_redirect)                      \
	F(REWRITE, rewrite, struct plan_rewrite)                         \
	F(MIRROR, mirror, struct plan_mirror)                            \
	F(CORS, cors, struct plan_cors)                                  \
	F(AUTH, auth, struct plan_auth)

enum plan_filter_kind {
#define F(kind, member, type) PLAN_FILTER_##kind,
	PLAN_FILTERS(F)
#undef F
};

struct plan_filter {
	enum plan_filter_kind kind;
	union {
#define F(kind, member, type) const type *member;
		PLAN_FILTERS(F)
#undef F
	};
};

/* Filters in the order of the route; runs by that order (CORS first, then AUTH: DESIGN "HTTP on
 * the wire"). */
struct plan_filters {
	const struct plan_filter *p;
	uint32_t n;
	uint32_t kinds; /* bit (1 << kind) for each kind present: a quick "nothing to do" */
	bool forwarded; /* one of them may read or write X-Forwarded-… or X-Request-Id */
};

/* ---- rules ---- */

struct plan_backend {
	struct plan_ref to; /* refused: its share of requests is answered with 500 */
	const struct plan_filters *filters; /* NULL: none; run after the rule's */
	uint32_t weight;
};

struct plan_retry {
	const uint16_t *codes; /* sorted */
	uint16_t ncodes;
	uint16_t attempts; /* beside the first; 0: never, not even the safe replay */
	nsec backoff; /* base interval; 0: the default strategy */
};

struct plan_session {
	struct str name; /* of the cookie or (lower case) header */
	struct str path; /* of the cookie; "/" by default */
	nsec absolute; /* lifetime of the session; 0: none */
	bool header; /* else a cookie */
	bool permanent; /* the cookie carries Max-Age = <absolute> */
};

struct plan_failure {
	enum plan_refusal reason;
	struct str message;
};

#define PLAN_TIMEOUT_UNSET ((nsec)-1)

struct plan_route;

struct plan_rule {
	uint64_t id; /* stable identity: plan_id() of route and rule name, or of route and content;
		      * unique in the plan.  What outlives a reload (weights, metrics) is keyed by
		      * it */
	const struct plan_route *route;
	struct str name; /* the rule's name, or "" */
	const struct plan_backend *backends;
	const struct plan_filters *filters; /* NULL: none */
	const struct plan_retry *retry; /* NULL: no stanza: the default replay of safe requests */
	const struct plan_session *session; /* NULL: none */
	const struct plan_failure *failure; /* not NULL: answer 500, nothing else */
	nsec timeout_request; /* PLAN_TIMEOUT_UNSET; 0: none */
	nsec timeout_backend; /* likewise, of one try */
	uint32_t total_weight; /* of all backends, refused ones included; 0 with backends: 500 */
	uint16_t nbackends; /* 0 and no redirect: 500 */
	uint16_t index; /* in the route: for logs only, never identity */
	uint32_t tally; /* metric series, set when put (tally.h) */
};

#define PLAN_ROUTE_KINDS(K) K(HTTP) K(GRPC) K(TLS) K(TCP) K(UDP)
enum plan_route_kind {
#define K(name) PLAN_ROUTE_##name,
	PLAN_ROUTE_KINDS(K)
#undef K
};

/* Where a route stands in the routers: in a scope, with one of its own hostnames.  Every listener
 * with that scope takes it; the scope of a listener that takes what no other takes is its id. */
struct plan_attach {
	uint64_t scope; /* plan_listener.scope */
	struct str hostname; /* key as for router_edit_add(): the route's own, "" for none */
};

/*
 * A route.  Each match is entered in the router under each attachment; a match's <order> is the
 * route's, its <payload> the struct plan_rule.
 */
struct plan_route {
	struct plan_segment seg;
	struct str name; /* identity: "HTTPRoute/ns/name" */
	struct match_order order; /* its name "ns/name" is a part of <name> */
	const struct plan_rule *rules;
	struct match *matches; /* of all rules */
	const struct plan_attach *attaches;
	struct plan_route_regex *regexes; /* ours: freed with the route */
	uint16_t nrules;
	uint16_t nmatches;
	uint32_t nattaches;
	uint8_t kind; /* enum plan_route_kind */
};

/* A new one, count 1: <kind_name> "HTTPRoute", <name> "ns/name"; both copied.  The caller fills
 * the rest from plan_route_arena().  <size> is a guess of the bytes it will take (0: small). */
struct plan_route *plan_route_new(enum plan_route_kind kind, struct str kind_name, struct str name,
	int64_t created, size_t size);
static inline struct arena *plan_route_arena(struct plan_route *r)
{
	return r->seg.arena;
}
/* A regular expression that lives as long as the route.  Errors as regex_new(). */
struct regex_error;
int must_check plan_route_regex(struct plan_route *r, struct str pattern,
	const struct regex **ret_regex, struct regex_error *error);
/* Drops a route that was never put; NULL is legal. */
void plan_route_free(struct plan_route *r);
/* Filters from an array in the arena; NULL when n is 0. */
const struct plan_filters *plan_filters_new(struct arena *a, const struct plan_filter *p, size_t n);

#endif
