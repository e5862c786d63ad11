/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_priv.h -- just enough JSON to print a plan: the caller opens, names and closes.
 *
 * Members and elements are separated by themselves.  Bytes that JSON does not allow as they are
 * get escaped, those from 0x80 on as \u00XX, so that any bytes give a valid document.
 */
#ifndef PLAN_JSON_PRIV_H
#define PLAN_JSON_PRIV_H

#include "base/buf.h"

struct json {
	struct buf *out;
	bool comma; /* something stands before, on this level */
	bool lines; /* the next element of an array begins a line */
};

void json_open(struct json *j, char bracket);
void json_close(struct json *j, char bracket);
void json_key(struct json *j, const char *key);
void json_text(struct json *j, struct str s);
void json_int(struct json *j, int64_t n);
void json_bool(struct json *j, bool b);

/* Members that are left out when they say nothing. */
void json_key_text(struct json *j, const char *key, struct str s); /* "" is left out */
void json_key_int(struct json *j, const char *key, int64_t n); /* 0 is left out */
void json_key_true(struct json *j, const char *key, bool b); /* false is left out */

#endif
