/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse.h -- JSON and YAML text to values.
 *
 * Pure functions: bytes in, a tree in the caller's arena or an error with its place out.  Any input
 * is legal to hand in; what is wrong with it is an error, never an assert.  Bounds hold for both
 * languages.  Text is UTF-8; a byte order mark at the beginning is skipped; CRLF ends a line as LF
 * does; NUL bytes and ill-formed UTF-8 are refused.
 *
 * JSON is RFC 8259 and nothing beside it: no comments, no trailing commas, no NaN.
 * YAML is what kubectl accepts: YAML 1.2 documents with the scalars of YAML 1.1 that its library
 * resolves (docs/decisions.md lists them).  Keys become strings.
 */
#ifndef TEXT_PARSE_H
#define TEXT_PARSE_H

#include "base/arena.h"
#include "text/value.h"

#define TEXT_MAX_DEPTH 64 /* arrays and objects within each other */
#define TEXT_MAX_DOCUMENT (4u << 20) /* bytes of one document */
#define TEXT_MAX_NODES (1u << 20) /* values written in one document */
#define TEXT_MAX_ANCHORS 1024 /* in one YAML document */
#define TEXT_MAX_EXPANSION (1u << 16) /* values that all aliases of one document may repeat */

struct text_error {
	uint32_t line;
	uint32_t column;
	char what[200]; /* one sentence, no full stop: "expected ',' or '}'" */
};

/* Parse one JSON document: exactly one value.  Returns 0; -EINVAL when it is malformed, -E2BIG when
 * a bound is passed; then <err> (may be NULL) says what and where.  On failure the arena may hold
 * pieces, which die with it. */
int must_check text_parse_json(
	struct arena *a, struct str text, struct value *ret_value, struct text_error *err);

/* Parse one YAML document, the first line of which is line <line> of its file.  An empty document
 * is null.  Errors as text_parse_json, also when there is more than one document. */
int must_check text_parse_yaml(struct arena *a, struct str text, uint32_t line,
	struct value *ret_value, struct text_error *err);

/* One document of a stream: borrows the stream's text. */
struct text_document {
	struct str text;
	uint32_t line; /* of its first byte in the stream */
};

/* Walks the documents of a YAML stream.  {stream, 1} starts; a JSON text is one document. */
struct text_documents {
	struct str rest;
	uint32_t line;
};

/* The next document that holds more than blanks and comments; false at the end.  Documents end at
 * a line that starts with "---" or "..." at column 1, followed by a blank or the line's end, as the
 * YAML grammar has it (an indented one is text).  The "---" line belongs to the document it starts.
 * So one document's error leaves the others whole, and an unchanged document has unchanged bytes.
 */
bool text_split_documents(struct text_documents *stream, struct text_document *ret_document);

#endif
