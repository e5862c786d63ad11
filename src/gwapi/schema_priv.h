/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_priv.h -- the tables that say what a kind's JSON looks like and where it goes in C.
 *
 * Written by tools/gwgen (schema_gen.c), read by the decoder.  All constant.
 */
#ifndef GWAPI_SCHEMA_PRIV_H
#define GWAPI_SCHEMA_PRIV_H

#include "gwapi/object.h"
#include "gwapi/rules_priv.h"
#include "text/value.h"

enum schema_kind {
	SCHEMA_STRUCT,
	SCHEMA_STR,
	SCHEMA_ENUM,
	SCHEMA_INT32,
	SCHEMA_INT64,
	SCHEMA_BOOL,
	SCHEMA_DURATION,
	SCHEMA_INT_OR_STR,
	SCHEMA_LIST,
	SCHEMA_MAP, /* text to text */
	SCHEMA_BYTES, /* text to base64 */
};

enum schema_list {
	SCHEMA_ATOMIC,
	SCHEMA_SET,
	SCHEMA_LIST_MAP,
};

struct schema_field;

struct schema_rule {
	rule_f *holds;
	const char *id;
	const char *message;
	bool transition; /* only where there is an old value */
};

/* One value's schema. */
struct schema {
	int64_t min, max; /* of length, items, members or the number; INT64_MIN, INT64_MAX: none */
	const struct dfa *pattern;
	const struct schema_field *fields; /* of a struct, sorted by name */
	const struct schema *item; /* of a list; the value of a map */
	const struct str *names; /* of an enum: the value after X_OTHER, and on */
	const int64_t *numbers; /* the allowed numbers */
	const char *const *keys; /* of a list map */
	const struct schema_rule *rules;
	uint64_t allowed; /* of an enum: bit i allows names[i] */
	uint16_t size; /* of the C value; 0: a list or map */
	uint8_t n_fields, n_names, n_numbers, n_keys, n_rules;
	uint8_t kind; /* enum schema_kind */
	uint8_t list; /* enum schema_list */
	bool loose; /* fields that are not in <fields> are skipped */
	bool ip_address; /* {type: IPAddress} needs an IP address as value */
	bool date_time; /* RFC 3339 */
	bool deep_rules; /* rules here or beneath */
};

enum schema_field_flag {
	FIELD_REQUIRED = 1,
	FIELD_POINTER = 2, /* a struct held by pointer */
	FIELD_HAS = 4, /* aux is the offset of a bool has_x */
	FIELD_STATUS = 8, /* decoded only when it is to be kept */
};

struct schema_field {
	struct str name;
	const struct schema *schema;
	const struct value *otherwise; /* the default */
	uint16_t offset;
	uint16_t aux; /* of has_x, or of a list's or map's count */
	uint8_t flags;
};

struct schema_root {
	enum object_kind kind;
	struct str api_version; /* "gateway.networking.k8s.io/v1" */
	const struct schema *schema;
};

extern const struct schema_root schema_roots[];
extern const size_t n_schema_roots;

/* Text that stands in the program: objects point at it instead of holding a copy. */
extern const char schema_texts[];
extern const size_t schema_texts_size;

static inline bool schema_text_static(struct str s)
{
	return (uintptr_t)s.p >= (uintptr_t)schema_texts &&
	       (uintptr_t)s.p < (uintptr_t)schema_texts + schema_texts_size;
}

#define ENUM_UNSET 0
#define ENUM_OTHER 1
#define ENUM_FIRST 2 /* names[0] */

#endif
