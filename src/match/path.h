/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path.h -- from what a client wrote (or a route's author) to the keys we match by.
 *
 * Pure functions on bytes, any thread, no allocation.  Request and route values pass the same
 * functions, so a PathPrefix "/a%62" matches a request for "/ab".  What comes out is for matching
 * only; the proxy forwards the path as received unless path_norm.had_dots says otherwise.
 */
#ifndef MATCH_PATH_H
#define MATCH_PATH_H

#include "base/str.h"

/* Longest host key: a DNS name of 253 bytes, or an IP literal in brackets. */
#define HOST_KEY_MAX 255

struct path_norm {
	struct str path; /* in the caller's scratch, or the input itself when nothing changed */
	bool changed; /* <path> differs from the input */
	bool had_dots; /* dot segments were removed: forward <path>, not the input */
};

/*
 * Normalises <raw>, a path without query or fragment (RFC 3986 section 6.2.2): escapes of
 * unreserved bytes are decoded, other escapes get upper-case hex, then dot segments are removed
 * ("/.." at the root stays at the root).  Kept as they are: empty segments ("//"), case, a
 * trailing slash, ";", "%2F" and "%5C" (never separators).  Nothing is decoded twice.
 * <scratch> has room for <raw>.n bytes; the result borrows <raw> or <scratch>.
 * Returns 0, or -EINVAL: <raw> does not begin with "/", holds a byte outside '!'..'~', one of
 * `\ ? #`, an escape that is not two hex digits, or "%00".
 */
int must_check path_normalise(struct str raw, char *scratch, struct path_norm *ret_norm);

/*
 * The key of an authority (Host, :authority or SNI): lower case, without port and without one
 * trailing dot; an IPv6 literal keeps its brackets.  Empty is good and matches only what names no
 * host.  <scratch> has HOST_KEY_MAX bytes; the result lies in it.
 * Returns 0, or -EINVAL: too long, a byte other than letters, digits and "-._~", an empty label,
 * a port that is not 0..65535, user information.
 */
int must_check host_key(struct str authority, char *scratch, struct str *ret_key);

/*
 * The number of bytes of <path> which its first <depth> elements take: where the part behind a
 * matched prefix of <depth> elements begins.  Counts "/" only, and normalising never adds or
 * removes one except with dot segments, so it holds for the path as received too (!had_dots).
 */
size_t path_prefix_len(struct str path, unsigned depth);

/*
 * ReplacePrefixMatch: <path> with its first <depth> elements replaced by <prefix>, which has no
 * trailing "/" ("" for none).  Writes at most prefix.n + path.n + 1 bytes to <out> and returns
 * how many.  Begins with "/" always.  (The table in the comment of HTTPPathModifier.)
 */
size_t path_replace_prefix(struct str path, unsigned depth, struct str prefix, char *out);

/* One parameter of a query, percent-decoded. */
struct query_param {
	struct str name;
	struct str value;
};

/*
 * The next parameter of <*rest> (a query without "?"), moving <*rest> behind it.  Empty pieces
 * ("&&") are skipped; a piece without "=" has the empty value.  Names and values are decoded:
 * "+" is a space (what forms send and what applications behind us read), a broken escape stays as
 * it is.  <scratch> has room for the <*rest>.n of the call; the result borrows it or the query.
 * Returns false at the end.
 */
bool query_next(struct str *rest, char *scratch, struct query_param *ret_param);

/* The value of the first parameter called <name> (decoded, exact case).  <scratch> has room for
 * <query>.n bytes.  Returns false if there is none. */
bool query_first(struct str query, struct str name, char *scratch, struct str *ret_value);

#endif
