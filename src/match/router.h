/* SPDX-License-Identifier: Apache-2.0 */
/*
 * router.h -- which match takes a request: one router per port.
 *
 * A router is immutable.  It maps (scope, hostname, path) to the matches of routes in order of
 * precedence, and is made from another router by an edit which shares with it all it did not
 * change: the cost of an edit follows the change.  Any number of threads may look up; making,
 * editing and freeing belong to one thread (control).
 *
 * A scope is a set of entries that any number of listeners look in: those that take the same routes
 * name the same scope, so a listener comes and goes without touching a route.  The routers of all
 * ports share one table of scopes and differ in their listeners (router_with(), router_follow()).
 *
 * Precedence (Gateway API v1.7.0, comments of HTTPRouteSpec.hostnames, HTTPRouteRule.matches and
 * Listener.hostname):
 *  1. the most specific listener of the port whose hostname takes the request's host (exact, then
 *     wildcard with most labels, then none).  Only its routes count from here: a request that none
 *     of them takes is not offered to another listener.
 *  2. the route's own hostname as written, not its intersection with the listener's: exact, then
 *     wildcards from longest, then none.  "*.a.b" takes one or more labels in front of "a.b".
 *  3. path: exact; prefixes from longest, by element; regular expressions by descending <rank>.
 *  4. a method; most headers; most query parameters; the oldest route; the first route by
 *     "namespace/name"; the first rule; the first match of it.
 * Where a candidate's method, headers or query do not fit, the next in this order is tried, down
 * to less specific paths and hostnames.
 *
 * Hosts and paths in requests and matches are keys made by host_key() and path_normalise().
 * Regular expressions see the normalised path, the header's value as given by the request's header
 * function, and the decoded query value.  A limit that is hit while looking ends the lookup
 * with MATCH_REGEX_LIMIT (answered with 500), never as "no match".
 *
 * TLS and TCP/UDP use the same: a request with path "/" and a host key from SNI or "".
 */
#ifndef MATCH_ROUTER_H
#define MATCH_ROUTER_H

#include "base/str.h"

struct buf;
struct regex;
struct regex_scratch;

/* ANY in a match: no condition.  OTHER in a request: a method no match can name. */
#define MATCH_METHODS(M) \
	M(ANY)           \
	M(GET)           \
	M(HEAD)          \
	M(POST)          \
	M(PUT)           \
	M(DELETE)        \
	M(OPTIONS)       \
	M(PATCH)         \
	M(OTHER)

enum match_method {
#define M(name) MATCH_METHOD_##name,
	MATCH_METHODS(M)
#undef M
};

/* "GET" to MATCH_METHOD_GET; any other text to MATCH_METHOD_OTHER.  Case-sensitive. */
enum match_method match_method_of(struct str name);
struct str match_method_name(enum match_method m);

enum match_path_kind {
	MATCH_PATH_EXACT,
	MATCH_PATH_PREFIX,
	MATCH_PATH_REGEX,
};

/* A header or query condition.  <regex> NULL: <value> must be equal. */
struct match_value {
	struct str name; /* header: lower case; query: as written */
	struct str value; /* or the pattern's text */
	const struct regex *regex;
};

/* The part of precedence that all matches of a route share. */
struct match_order {
	int64_t created; /* creationTimestamp, seconds; 0 when unknown */
	struct str name; /* "namespace/name" */
};

/*
 * One match of a rule, compiled.  Made and owned by the caller (a route's segment); a router
 * borrows it: it must stay, unchanged, as long as any router that holds it.
 */
struct match {
	const struct match_order *order;
	const void *payload; /* what the caller wants to find: the rule */
	struct str
		path; /* normalised; a prefix without trailing "/" ("" for "/"); regex: its text */
	const struct regex *regex; /* only for MATCH_PATH_REGEX */
	const struct match_value *headers;
	const struct match_value *query;
	uint16_t rule; /* index of the rule in its route */
	uint16_t index; /* index of the match in its rule */
	uint16_t rank; /* order among regular expressions: the pattern's length, unless the kind of
			* route defines another */
	uint16_t depth; /* of a prefix: its number of elements; set by match_set_path() */
	uint8_t kind; /* enum match_path_kind */
	uint8_t method; /* enum match_method */
	uint8_t nheaders;
	uint8_t nquery;
};

/* Sets kind, path, depth (and for a prefix cuts one trailing "/") from a normalised path that
 * lives as long as <m>. */
void match_set_path(struct match *m, enum match_path_kind kind, struct str path);

/* Order of two matches that stand under the same listener, hostname and path (or are both regular
 * expressions): <0 when <a> goes first.  0 only for a == b or equal keys. */
int match_cmp(const struct match *a, const struct match *b);

/* A listener of the port, as the router sees it. */
struct match_listener {
	uint64_t id; /* the caller's, unique in the router, stable over edits */
	uint64_t scope; /* where it looks; 0: in the one of its own id */
	struct str hostname; /* key: "a.b", "*.b", or empty for none */
	const void *payload;
};

struct match_request;

/*
 * The value of the request's header <name> (lower case).  A field that was sent in several lines
 * counts as one value joined by ", " in order (RFC 9110 section 5.3); the callee keeps that value
 * alive until the lookup returns.  Returns false when the header is absent.
 */
typedef bool match_header_f(const struct match_request *rq, struct str name, struct str *ret_value);

struct match_request {
	struct str host; /* host_key() */
	struct str path; /* path_normalise() */
	struct str query; /* raw, without "?" */
	enum match_method method;
	match_header_f *header; /* NULL: no headers */
	const void *header_ctx; /* for <header> */
	struct regex_scratch *regex; /* the thread's; may be NULL when no match has one */
	char *scratch; /* room for query.n bytes; may be NULL when the query is empty */
};

enum match_verdict {
	MATCH_NONE, /* no match under the listener, or no listener: 404 */
	MATCH_FOUND,
	MATCH_REGEX_LIMIT, /* <match> is the one whose expression hit its limit: 500 */
};

/* Why a candidate did not win; what a trace is told. */
#define MATCH_WHYS(W)                                        \
	W(WON, "won")                                        \
	W(LISTENER, "another listener is more specific")     \
	W(ELSEWHERE, "its listener does not take the host")  \
	W(HOST, "the hostname does not fit")                 \
	W(PATH, "the path does not fit")                     \
	W(METHOD, "the method does not fit")                 \
	W(HEADER, "a header does not fit")                   \
	W(QUERY, "a query parameter does not fit")           \
	W(REGEX_LIMIT, "a regular expression hit its limit") \
	W(PRECEDENCE, "fits, but another match goes before it")

enum match_why {
#define W(name, text) MATCH_WHY_##name,
	MATCH_WHYS(W)
#undef W
};
const char *match_why_text(enum match_why why);

/* What explain is told: every (listener, hostname, match), once.  Those whose hostname and path fit
 * come first, in the order they are tried; then the others by route, rule and match, and by the
 * order of the router's listeners.  <l> is borrowed from the router, <hostname> is the route's as
 * written, <detail> the header or parameter at fault (empty if none). */
struct match_trace {
	void (*seen)(struct match_trace *t, const struct match_listener *l, struct str hostname,
		const struct match *m, enum match_why why, struct str detail);
};

struct match_result {
	const struct match_listener
		*listener; /* borrowed from the router; NULL: none takes the host */
	const struct match *match;
	struct str hostname; /* the route's hostname that matched, borrowed from the router */
};

struct router;

/* The most specific listener for <host>, or NULL.  Borrowed from <r>. */
const struct match_listener *router_listener(const struct router *r, struct str host);

/* Finds the match for <rq>.  Allocates nothing.  <*ret> is filled whatever the verdict. */
enum match_verdict router_match(
	const struct router *r, const struct match_request *rq, struct match_result *ret);
/* As router_match() under a listener that is chosen already (TLS: the one of the SNI). */
enum match_verdict router_match_at(const struct router *r, const struct match_listener *l,
	const struct match_request *rq, struct match_result *ret);
/* As router_match(), by the same code, but does not stop at the winner and tells <t> what became
 * of every match of the router.  Slow, allocates: for explain. */
enum match_verdict router_explain(const struct router *r, const struct match_request *rq,
	struct match_trace *t, struct match_result *ret);

/* Every (listener, hostname, match) of the router's listeners, in no order that means anything;
 * the entries of a scope once for each listener that looks in it. */
typedef void router_each_f(
	void *ctx, const struct match_listener *l, struct str hostname, const struct match *m);
void router_each(const struct router *r, router_each_f *fn, void *ctx);

/*
 * An entry that can never win: every request that it takes is taken before it comes to its turn.
 * By <by>, a match under the same listener, entered with <by_hostname>; or, where <by> is NULL,
 * because every request for its hosts goes to the listener <by_listener>; where that is <listener>
 * itself, because none of its requests come to it.
 */
struct match_shadow {
	uint64_t listener;
	struct str hostname;
	const struct match *m;
	const struct match *by;
	struct str by_hostname;
	uint64_t by_listener;
};
typedef void router_shadow_f(void *ctx, const struct match_shadow *s);
/*
 * Tells entries of which that can be proved, each once, in no order that means anything; texts are
 * borrowed from <r>.  Proved: its path is one that <by>'s takes whole, and each condition of <by>
 * is one of its own.  Not looked for: several matches that take together what none takes alone;
 * more than MATCH_SHADOW_LOOK candidates of one path; what a regular expression means beyond the
 * elements it begins with.  Walks over everything: at once per entry, whatever their number.
 */
#define MATCH_SHADOW_LOOK 64
void router_shadows(const struct router *r, router_shadow_f *fn, void *ctx);

struct router_stats {
	size_t entries; /* (scope, hostname, match) */
	size_t hosts; /* (scope, hostname) */
	size_t listeners;
	size_t bytes; /* of the tables of this router, shared ones included */
};
/* Walks over everything: for metrics and dumps. */
struct router_stats router_stats(const struct router *r);
/* (scope, hostname, match) in the router; at once. */
size_t router_entries(const struct router *r);

/* Counted by the control thread only.  router_unref(NULL) is legal. */
struct router *router_ref(struct router *r);
void router_unref(struct router *r);

/*
 * An edit: begin from a router (borrowed until commit; NULL: from nothing), change, commit.
 * Hostnames are keys ("a.b", "*.b", "" for none) and are copied.
 */
struct router_edit;
struct router_edit *router_edit_begin(const struct router *base);
/* Adds <m> under a scope and a hostname; nobody need look in the scope yet. */
void router_edit_add(
	struct router_edit *e, uint64_t scope, struct str hostname, const struct match *m);
/* Removes what router_edit_add() added with the same arguments.  Returns 0 or -ENOENT. */
int router_edit_del(
	struct router_edit *e, uint64_t scope, struct str hostname, const struct match *m);
/* Replaces the whole set of listeners; hostnames are distinct (of two equal ones the first wins).
 * Copied; payloads are borrowed as matches are. */
void router_edit_listeners(struct router_edit *e, const struct match_listener *l, size_t n);
/* Ends the edit; returns the new router, owned by the caller. */
struct router *router_edit_commit(struct router_edit *e);
/* Ends the edit without a result. */
void router_edit_abort(struct router_edit *e);

/* The table of <r> (borrowed for the call) with these listeners, as router_edit_listeners() sets
 * them; owned by the caller.  Costs what the listeners cost. */
struct router *router_with(const struct router *r, const struct match_listener *l, size_t n);
/* The table of <r> with the listeners of <of>, which are shared; owned by the caller. */
struct router *router_follow(const struct router *r, const struct router *of);

#endif
