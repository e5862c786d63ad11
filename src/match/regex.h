/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex.h -- regular expressions of routes: PCRE2, interpreted, anchored at both ends.
 *
 * A compiled expression is immutable and may be used by any number of threads at once, each with
 * its own scratch.  The work of one match is bounded: REGEX_MATCH_LIMIT steps, REGEX_DEPTH_LIMIT
 * nested back-tracking points, REGEX_HEAP_KIB of memory.  A limit that is hit is told apart from
 * "no match", so that the caller can fail closed.  Bytes, not UTF-8.  No look-behind surprises, no
 * call-outs, no \C; the engine never makes executable pages.
 */
#ifndef MATCH_REGEX_H
#define MATCH_REGEX_H

#include "base/str.h"

/* Bytes of a pattern; the API's own bound for such values is 1024 or 4096. */
#define REGEX_PATTERN_MAX 4096
/* Bytes of the compiled form: "(((a{99}){99}){99})" ends here. */
#define REGEX_CODE_MAX (64 * 1024)
#define REGEX_MATCH_LIMIT 100000
#define REGEX_DEPTH_LIMIT 10000
#define REGEX_HEAP_KIB 1024

struct regex;

enum regex_result {
	REGEX_NO = 0,
	REGEX_YES = 1,
	REGEX_LIMIT = 2, /* a limit was hit: neither yes nor no */
};

struct regex_error {
	size_t offset; /* of the byte in the pattern where compiling stopped */
	char text[128]; /* what is wrong, a phrase without a full stop */
};

/* Compiles <pattern> (not kept).  Returns 0 and an expression that the caller owns; -EINVAL with
 * <*error> filled when the pattern is wrong, -E2BIG with <*error> filled when it is too long or
 * its compiled form too large. */
int must_check regex_new(struct str pattern, struct regex **ret_regex, struct regex_error *error);
/* NULL is legal. */
void regex_free(struct regex *r);
/* Bytes that <r> takes. */
size_t regex_size(const struct regex *r);

/* A thread's working memory for matching.  Owner's thread only. */
struct regex_scratch;
struct regex_scratch *regex_scratch_new(void);
void regex_scratch_free(struct regex_scratch *s);

/* Does the whole of <subject> match?  Allocates nothing in the common case; the engine may grow
 * <s> up to REGEX_HEAP_KIB for deep back-tracking and keeps that. */
enum regex_result regex_match(const struct regex *r, struct regex_scratch *s, struct str subject);

#endif
