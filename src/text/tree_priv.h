/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree_priv.h -- what the JSON and the YAML parser share: where they stand in the text, how they
 * report, and how they gather children before their number is known.
 *
 * Children of open arrays and objects wait on one stack; closing moves them into the arena as an
 * array of exactly that many.
 */
#ifndef TEXT_TREE_PRIV_H
#define TEXT_TREE_PRIV_H

#include "base/vec.h"
#include "text/parse.h"

struct tree {
	struct arena *arena;
	struct text_error *err; /* may be NULL */
	const char *at; /* next byte */
	const char *end;
	const char *line_start;
	uint32_t line;
	uint32_t depth;
	uint32_t nodes;
	VEC(struct member) stack;
};

/* Checks size and encoding, skips a byte order mark and stands at the first byte. */
int must_check tree_init(
	struct tree *t, struct arena *a, struct str text, uint32_t line, struct text_error *err);
void tree_fini(struct tree *t);

static inline uint32_t tree_column(const struct tree *t, const char *p)
{
	return (uint32_t)(p - t->line_start) + 1;
}

/* Report <fmt> and return <code> (negative). */
int tree_fail(struct tree *t, int code, uint32_t line, uint32_t column, const char *fmt, ...)
	printf_like(5, 6);
/* The same at byte <p> of the current line. */
#define tree_fail_at(t, p, ...) \
	tree_fail((t), -EINVAL, (t)->line, tree_column((t), (p)), __VA_ARGS__)

/* Enter an array or object that begins at <p>.  0, or -E2BIG beyond TEXT_MAX_DEPTH. */
int must_check tree_enter(struct tree *t, const char *p);
/* Count one value at the current line.  0, or -E2BIG beyond TEXT_MAX_NODES. */
int must_check tree_count(struct tree *t);
/* Leave: what was pushed since <mark> (the stack's height at the beginning) becomes <v>'s
 * children.  The object's keys must differ: -EINVAL names both places. */
void tree_leave_array(struct tree *t, size_t mark, struct value *v);
int must_check tree_leave_object(struct tree *t, size_t mark, struct value *v);

/* For messages: a name for the byte at <p>, in <room>. */
const char *tree_show(const struct tree *t, const char *p, char room[static 24]);

/* The value of four hex digits at <p> (there are that many bytes), or -1. */
int32_t tree_hex(const char *p, unsigned digits);

/* The number in <text>, which obeys the grammar of JSON; NUL-terminated behind its n bytes.
 * -ERANGE where no finite double is near. */
int must_check tree_number(struct str text, struct value *ret_value);

#endif
