/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write.h -- values to JSON and YAML text.
 *
 * What is written parses to an equal value: int64 exactly, doubles in the shortest form that reads
 * back as the same double (always with '.' or 'e', so that they stay floats).
 */
#ifndef TEXT_WRITE_H
#define TEXT_WRITE_H

#include "base/buf.h"
#include "text/value.h"

enum text_style {
	TEXT_COMPACT, /* no blanks, no newline */
	TEXT_INDENTED, /* two spaces a level, and a newline at the end */
};

/* Appends <v> to <out> as JSON (RFC 8259). */
void text_write_json(struct buf *out, const struct value *v, enum text_style style);

/* Appends <v> to <out> as one YAML document as kubectl prints it: block style, two spaces, items of
 * an array at their key's column, strings quoted only where another reading is possible.  No "---",
 * a newline at the end. */
void text_write_yaml(struct buf *out, const struct value *v);

/* Appends <s> as a JSON string with its quotes: for lines that are written without a tree. */
void text_write_json_string(struct buf *out, struct str s);

#endif
