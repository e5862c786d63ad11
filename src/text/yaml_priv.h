/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml_priv.h -- the YAML parser's state, and its rooms: yaml.c reads documents and block
 * collections, yaml_flow.c flow collections, yaml_node.c what nodes have in common (anchors, tags,
 * members), yaml_scalar.c scalars and what they mean; yaml_split.c cuts a stream into documents.
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

/* At the document's end. */
static inline bool yaml_at_end(const struct yaml *y)
{
	return y->t.at == y->t.end || yaml_at_marker(y);
}

static inline int yaml_column(const struct yaml *y)
{
	return (int)(y->t.at - y->t.line_start);
}

/* The token at hand is the first one of its line. */
static inline bool yaml_fresh(const struct yaml *y)
{
	return y->t.line > y->token_line;
}

/* Take <n> bytes of a token. */
static inline void yaml_take(struct yaml *y, size_t n)
{
	y->t.at += n;
	y->token_line = y->t.line;
}

static inline bool yaml_at_indicator(const struct yaml *y, char c)
{
	return yaml_peek(y, 0) == c && is_space(yaml_peek(y, 1));
}

/* Step over blanks, comments and breaks to the next token, or the document's end. */
void yaml_skip(struct yaml *y);
/* From <p> on, the first byte that <stop> takes, or the text's end. */
const char *yaml_line_skip(const struct yaml *y, const char *p, bool (*stop)(char c));
/* Not of an anchor's name. */
bool yaml_not_name(char c);

/* Errors at the next byte; both return -EINVAL. */
int yaml_fail(struct yaml *y, const char *what);
int yaml_expected(struct yaml *y, const char *expected);

/* Read one scalar; the lines that continue it stand deeper than column <parent> (-1: any). */
int must_check yaml_plain(struct yaml *y, int parent, struct scalar *ret);
int must_check yaml_quoted(struct yaml *y, struct scalar *ret);
int must_check yaml_block_scalar(struct yaml *y, int parent, struct scalar *ret);

/* What <s> means under <tag>; sets <v>'s kind and content, not its place.  Errors stand at <v>. */
int must_check yaml_resolve(
	struct yaml *y, const struct scalar *s, enum yaml_tag tag, struct value *v);

/* ---- yaml_node.c ---- */

/* What is written before a node: &anchor and !tag. */
struct yaml_props {
	enum yaml_tag tag;
	bool any;
	bool tagged;
	bool anchored;
	size_t anchor; /* index */
};

/* Read the & and ! that stand at hand on this line. */
int must_check yaml_props(struct yaml *y, struct yaml_props *props);
/* <v> is whole: check its tag's kind and bind its anchor to it. */
int must_check yaml_finish(struct yaml *y, const struct yaml_props *props, const struct value *v);
/* An empty value that stands at the next byte. */
void yaml_place(struct yaml *y, struct value *v);
/* yaml_resolve() with the node's tag and place. */
int must_check yaml_scalar_node(
	struct yaml *y, const struct scalar *s, const struct yaml_props *props, struct value *v);
/* A scalar or an alias, in block or flow context; <parent> bounds a plain one's lines. */
int must_check yaml_scalar_or_alias(struct yaml *y, int parent, const struct yaml_props *props,
	struct value *v, bool *ret_merge);

/* An object being read: its members are on the stack since <mark>, merges are kept apart, since
 * members written out win over merged ones wherever they stand. */
struct yaml_object {
	size_t mark;
	VEC(struct value) merges;
};

int must_check yaml_add_member(struct yaml *y, struct yaml_object *o, const struct value *key,
	bool merge, const struct value *v);
/* Ends it, good (<rc> 0) or not; returns <rc>, or what is wrong with its members. */
int must_check yaml_leave_object(struct yaml *y, struct yaml_object *o, int rc, struct value *v);

/* ---- yaml_flow.c ---- */

/* At '[' or '{'. */
int must_check yaml_flow(struct yaml *y, struct value *v);

#endif
