/* SPDX-License-Identifier: Apache-2.0 */
/*
 * split.h -- cuts the API server's answers into single JSON objects while they arrive.
 *
 * Two forms: a list ({"metadata":{…},"items":[{…},{…}]}), of which the metadata and each item are
 * told, and a watch (one {"type":…,"object":…} after the other).  Pure: bytes in, pieces out; the
 * verdict does not depend on how the bytes were cut.  A piece is balanced text and at most
 * SPLIT_PIECE_MAX bytes; whether it is JSON is for the parser of module text to say.  Memory is
 * one piece, never a list.
 */
#ifndef KUBE_SPLIT_H
#define KUBE_SPLIT_H

#include "base/buf.h"

#define SPLIT_PIECE_MAX (4u << 20) /* etcd refuses more than 1.5 MB an object */
#define SPLIT_DEPTH_MAX 1000
#define SPLIT_KEY_MAX 32

enum split_form { SPLIT_LIST, SPLIT_FRAMES };

enum split_result {
	SPLIT_MORE, /* <in> is used up */
	SPLIT_ITEM, /* an item of a list, or a frame */
	SPLIT_META, /* the list's metadata */
	SPLIT_BAD, /* no such text; stays so */
};

struct split {
	uint8_t form; /* enum split_form */
	uint8_t state; /* enum in split.c */
	uint8_t told; /* what the piece is: enum split_result */
	bool string; /* inside a string */
	bool escape; /* behind a backslash */
	bool in_items;
	uint32_t depth;
	uint32_t base; /* depth at which the piece began */
	uint32_t key_n;
	char key[SPLIT_KEY_MAX];
	struct buf piece;
	uint64_t items;
};

/* Ready for a new answer; keeps the memory of an earlier one ({0} is legal). */
void split_init(struct split *s, enum split_form form);
void split_fini(struct split *s);
/* Takes bytes from the front of <*in>.  <*ret_piece> (SPLIT_ITEM, SPLIT_META) is the splitter's,
 * until the next call. */
enum split_result split_next(struct split *s, struct str *in, struct str *ret_piece);
/* The text so far is complete: a whole list, or no half frame. */
bool split_complete(const struct split *s);

#endif
