/* SPDX-License-Identifier: Apache-2.0 */
/*
 * last_good.h -- the last good input on disk: what a restart serves when its input is broken.
 *
 * In a folder of our own lie last-good.yaml, and last-good.old.yaml: the one before, for when the
 * newer crashes us.  Mode 0600, since Secrets are in it.  Each is written beside itself, synced and
 * renamed, so it is whole or not there; a checksum refuses what was torn or edited.  The body is
 * the texts in force, by file.  Control thread only.
 */
#ifndef SOURCE_LAST_GOOD_H
#define SOURCE_LAST_GOOD_H

#include "base/buf.h"
#include "base/str.h"

struct last_good {
	uint64_t digest; /* of the input that these texts were in force for */
	struct buf body; /* owned: last_good_fini() */
};

/* The newest whole one in <dir> whose digest is not <*not> (NULL: any).  0, or -ENOENT. */
int must_check last_good_read(const char *dir, const uint64_t * not, struct last_good *ret_good);
void last_good_fini(struct last_good *g);
/* Puts <body> in place; what lay there becomes the old one if <rotate>.  -errno: what was there
 * before still is, in one place or the other. */
int must_check last_good_write(const char *dir, uint64_t digest, struct str body, bool rotate);

/* A body is a sequence of files' texts. */
void last_good_add(struct buf *body, struct str path, struct str text);
/* Takes the next one off <body>; false at the end. */
bool last_good_next(struct str *body, struct str *ret_path, struct str *ret_text);

#endif
