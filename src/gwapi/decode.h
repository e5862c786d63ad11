/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode.h -- a JSON or YAML value becomes a typed object, or a list of what is wrong with it.
 *
 * The schemas and rules are those of the experimental CRDs of Gateway API v1.7.0 (with the fields
 * that only v1.6.3 had), of deploy/crd/, and for the core kinds the fields that we use; the names
 * of all their others are known (decode_core.c).  Each served version (v1, v1beta1, v1alpha2,
 * v1alpha3 …) is judged by its own schema and decoded into the same struct.  In order, as the API
 * server does: unknown fields, defaults, types and bounds, list keys, and where those found nothing
 * the x-kubernetes-validations rules.
 *
 * Strict (files): the object is refused whole for any finding.  Tolerant (the API server has judged
 * it, perhaps by a newer CRD): only what cannot be held by the struct refuses the object; all else
 * becomes a note of the object (object.h).
 *
 * A decoder keeps scratch memory between objects; one thread at a time.
 */
#ifndef GWAPI_DECODE_H
#define GWAPI_DECODE_H

#include "base/buf.h"
#include "gwapi/object.h"
#include "text/value.h"

#define DECODE_MAX_ERRORS 32 /* per object; the rest is counted */
#define DECODE_MAX_NOTES 1024 /* per object; more refuse it */
#define DECODE_MAX_OBJECT (2u << 20) /* bytes of a decoded object */

struct decode_options {
	bool tolerant;
	bool keep_status; /* decode and judge .status too; else it is skipped */
};

struct decode_error {
	struct str file; /* empty: not from a file */
	uint32_t line;
	uint32_t column;
	struct str kind; /* "HTTPRoute" */
	struct str namespace; /* empty for cluster-scoped kinds */
	struct str name;
	struct str path; /* "spec.rules[0].matches[1].path.value"; empty: the object */
	struct str what; /* what is wrong and what is allowed, one sentence without a full stop */
};

struct decoder;

/* Returns owned. */
struct decoder *decoder_new(struct decode_options options);
void decoder_free(struct decoder *d);

/* Decode one object.  <file> (copied) is named in errors and in the object; may be empty.  <old> is
 * the object it replaces, or NULL when it is new: rules that compare with the past look at it.
 * Returns 0 and one reference; -EINVAL when it is refused: see decoder_errors(); -ENOTSUP when its
 * kind is none of ours, or its version is not served: decoder_ignored() names it. */
int must_check decode_object(struct decoder *d, const struct value *v, struct str file,
	const struct object *old, const struct object **ret_object);

/* What was wrong with the last object; borrowed until the next decode_object(). */
const struct decode_error *decoder_errors(const struct decoder *d, size_t *ret_n);
/* "Kind (group/version)" after -ENOTSUP; borrowed until the next decode_object(). */
struct str decoder_ignored(const struct decoder *d);

/* Appends "file:line:column: kind namespace/name: field: what", without a newline. */
void decode_error_print(struct buf *out, const struct decode_error *e);

/* Walks the objects of one parsed document: the document itself, or each item when it is a List
 * (any kind that ends in "List" and has items).  {doc} starts; NULL ends. */
struct decode_items {
	const struct value *doc;
	uint32_t at;
};
const struct value *decode_items_next(struct decode_items *items);

#endif
