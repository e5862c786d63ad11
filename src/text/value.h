/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value.h -- what a JSON or YAML document says, each value with its line and column.
 *
 * A tree of values lives in one arena and is freed with it.  Parsed strings and keys are copied or
 * borrow the arena, never the source text.  A parsed tree is read-only and may be shared: a YAML
 * alias points at the same children as its anchor, so whoever changes a value copies it first
 * (value_copy).  Object keys are distinct: the parsers refuse a document in which they are not.
 * A number has one kind by its value, not by its spelling, as the API server sees it after the JSON
 * that clients send: a VALUE_FLOAT never holds an integer that fits int64.
 * Lines and columns count from 1, columns in bytes; 0 means made by our own code.
 * Owner's thread only while it is built, any thread afterwards.
 */
#ifndef TEXT_VALUE_H
#define TEXT_VALUE_H

#include "base/arena.h"
#include "base/str.h"

enum value_kind {
	VALUE_NULL,
	VALUE_BOOL,
	VALUE_INT, /* a number whose value is an integer that fits int64: 80, and 8e1 and 80.0 too
		    */
	VALUE_FLOAT, /* every other number; finite */
	VALUE_STRING, /* valid UTF-8; a NUL is stored where JSON wrote \u0000 */
	VALUE_ARRAY,
	VALUE_OBJECT,
};

struct member;

struct value {
	uint8_t kind; /* enum value_kind */
	uint32_t line;
	uint32_t column;
	uint32_t n; /* items or members held */
	union {
		bool boolean;
		int64_t integer;
		double real;
		struct str string; /* NUL-terminated behind its n bytes, when parsed */
		struct {
			struct value *items; /* items[0 .. n) */
			uint32_t items_cap;
		};
		struct {
			struct member *members; /* members[0 .. n), in document order */
			uint32_t members_cap;
		};
	};
};

struct member {
	struct str key;
	uint32_t line; /* of the key */
	uint32_t column;
	struct value value;
};

_Static_assert(sizeof(struct value) == 32, "two values a cache line");

/* "null", "boolean", "integer", "number", "string", "array", "object". */
const char *value_kind_name(enum value_kind kind);

/* The member <key> of <object>, or NULL: no such member, or not an object (NULL is legal). */
const struct value *value_get(const struct value *object, struct str key);
/* As value_get, with the key's own place. */
const struct member *value_member(const struct value *object, struct str key);
/* The member <key>'s text, or <otherwise> when it is missing or no string. */
struct str value_get_str(const struct value *object, struct str key, struct str otherwise);

/* Iterate: value_for_each(item, array) and value_for_each_member(member, object); nothing is
 * visited where the value is of another kind. */
#define value_for_each(it, v)                                                              \
	for (struct value *it = (v)->items, *it##_end = (v)->kind == VALUE_ARRAY && (v)->n \
								? (v)->items + (v)->n      \
								: it;                      \
		it != it##_end; it++)
#define value_for_each_member(it, v)                                                           \
	for (struct member *it = (v)->members, *it##_end = (v)->kind == VALUE_OBJECT && (v)->n \
								   ? (v)->members + (v)->n     \
								   : it;                       \
		it != it##_end; it++)

/* Same kind and content; places do not count, nor does the order of members. */
bool value_equal(const struct value *a, const struct value *b);

/* Deep copy into <a>: shares nothing with <v>, keeps the places. */
struct value value_copy(struct arena *a, const struct value *v);

/* Builders.  A string borrows its bytes: they live as long as the tree (arena_str copies). */
static inline struct value value_null(void)
{
	return (struct value){.kind = VALUE_NULL};
}
static inline struct value value_bool(bool b)
{
	return (struct value){.kind = VALUE_BOOL, .boolean = b};
}
static inline struct value value_int(int64_t i)
{
	return (struct value){.kind = VALUE_INT, .integer = i};
}
/* <f> finite; an integral one within int64 becomes VALUE_INT. */
struct value value_float(double f);
static inline struct value value_str(struct str s)
{
	return (struct value){.kind = VALUE_STRING, .string = s};
}
static inline struct value value_array(void)
{
	return (struct value){.kind = VALUE_ARRAY};
}
static inline struct value value_object(void)
{
	return (struct value){.kind = VALUE_OBJECT};
}

/* Append <item>; returns where it now stands, until the next append to <array>. */
struct value *value_push(struct arena *a, struct value *array, struct value item);
/* Append the member <key> (borrowed) without asking whether it is there; returns where its value
 * stands, until the next append to <object>. */
struct value *value_add(struct arena *a, struct value *object, struct str key, struct value value);
/* Replace the member <key>, or append it. */
struct value *value_set(struct arena *a, struct value *object, struct str key, struct value value);
/* Remove the member <key>; true when it was there. */
bool value_del(struct value *object, struct str key);

#endif
