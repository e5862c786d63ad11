/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml_priv.h -- the YAML parser's state, and its two halves: yaml.c reads structure (block and
 * flow collections, anchors, tags), yaml_scalar.c reads scalars and says what they mean.
 */
#ifndef TEXT_YAML_PRIV_H
#define TEXT_YAML_PRIV_H

#include "base/buf.h"
#include "text/tree_priv.h"

struct anchor {
	struct str name;
	struct value value;
	uint32_t nodes; /* values in it, aliases expanded */
	uint32_t depth; /* levels of arrays and objects in it */
	bool open; /* its value is still being read */
};

struct yaml {
	struct tree t;
	uint32_t token_line; /* of the last token: a token on a later line is its line's first */
	uint32_t flow; /* open '[' and '{' */
	uint32_t expansion; /* values repeated by aliases so far */
	VEC(struct anchor) anchors;
	struct buf scratch; /* of the scalar being read */
};

/* A scalar as written. */
struct scalar {
	struct str text; /* in the arena, NUL-terminated */
	bool plain; /* no quotes, no block: its text decides what it is */
	bool one_line; /* so it may be a key */
};

enum yaml_tag { TAG_NONE, TAG_STR, TAG_INT, TAG_FLOAT, TAG_BOOL, TAG_NULL, TAG_MAP, TAG_SEQ };

/* The byte <i> behind the next one, or NUL beyond the end (a text holds no NUL). */
static inline char yaml_peek(const struct yaml *y, size_t i)
{
	return (size_t)(y->t.end - y->t.at) > i ? y->t.at[i] : '\0';
}

static inline bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A break, or NUL: the end of the text. */
static inline bool is_eol(char c)
{
	return c == '\n' || c == '\r' || c == '\0';
}

static inline bool is_space(char c)
{
	return is_blank(c) || is_eol(c);
}

static inline bool is_flow_indicator(char c)
{
	return c == ',' || c == '[' || c == ']' || c == '{' || c == '}';
}

/* Standing at "---" or "..." at a line's beginning. */
bool yaml_at_marker(const struct yaml *y);
/* Step over the break at hand (LF, CRLF or CR). */
void yaml_newline(struct yaml *y);

/* Read one scalar; the lines that continue it stand deeper than column <parent> (-1: any). */
int must_check yaml_plain(struct yaml *y, int parent, struct scalar *ret);
int must_check yaml_quoted(struct yaml *y, struct scalar *ret);
int must_check yaml_block_scalar(struct yaml *y, int parent, struct scalar *ret);

/* What <s> means under <tag>; sets <v>'s kind and content, not its place.  Errors stand at <v>. */
int must_check yaml_resolve(
	struct yaml *y, const struct scalar *s, enum yaml_tag tag, struct value *v);

#endif
