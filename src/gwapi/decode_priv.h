/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode_priv.h -- the decoder's inside: scratch, the path to where it stands, and its steps.
 */
#ifndef GWAPI_DECODE_PRIV_H
#define GWAPI_DECODE_PRIV_H

#include "base/arena.h"
#include "base/vec.h"
#include "gwapi/decode.h"
#include "gwapi/schema_priv.h"

/* Where decoding stands: a chain on the stack, turned into text only when something is wrong. */
struct decode_path {
	const struct decode_path *up;
	struct str name; /* p == NULL: item <index> */
	uint32_t index;
	bool key; /* a map's key */
};

struct decoder {
	struct decode_options options;
	struct arena scratch; /* emptied at each object */
	struct str file;
	struct str kind, namespace, name; /* of the object at hand, as far as known */
	struct str ignored;
	VEC(struct object_note) notes;
	struct decode_error errors[DECODE_MAX_ERRORS];
	size_t n_errors; /* held */
	size_t n_faults; /* found: errors, held or not, and notes */
	bool blocked; /* a fault after which the API server judges no rules */
};

/* Something is wrong at <path>, place <v> (may be NULL).  Strict: an error.  Tolerant: a note of
 * kind <note> with <text>. */
void decode_fault(struct decoder *d, const struct decode_path *path, const struct value *v,
	enum object_note_kind note, struct str text, const char *fmt, ...) printf_like(6, 7);
/* Something that no object can hold: an error in either mode. */
void decode_refuse(struct decoder *d, const struct decode_path *path, const struct value *v,
	const char *fmt, ...) printf_like(4, 5);
/* That for what should be a string and is not. */
void decode_not_text(struct decoder *d, const struct decode_path *path, const struct value *v);
/* "spec.rules[0].name", in scratch. */
struct str decode_path_text(struct decoder *d, const struct decode_path *path);

/* Decode <v> by <s> (a struct) into zeroed scratch at <dst>.  <root>: apiVersion, kind and metadata
 * are someone else's. */
void decode_struct(struct decoder *d, const struct schema *s, const struct value *v, void *dst,
	const struct decode_path *path, bool root);

/* Of a core kind: fields that no version of it has.  Strict only. */
void decode_core(struct decoder *d, enum object_kind kind, const struct value *v);

/* apiVersion, kind and metadata into <o>; text stays where <v> has it. */
void decode_meta(struct decoder *d, const struct value *v, struct object *o);

/* Judge the rules of <s> and beneath on the decoded <p>; <old> (may be NULL) is the same type. */
void decode_rules(struct decoder *d, const struct schema *s, const struct value *v, const void *p,
	const void *old, const struct decode_path *path);

/* One allocation that holds <o>, a struct of root schema <s> in scratch, and all it points at.
 * -E2BIG when that passes DECODE_MAX_OBJECT. */
int must_check decode_pack(struct decoder *d, const struct schema *s, struct object *o,
	const struct object **ret_object);

/* RFC 3339 with optional fraction, to wall time.  -EINVAL on other text. */
int must_check decode_time(struct str s, nsec *ret_wall);

#endif
