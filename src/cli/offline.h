/* SPDX-License-Identifier: Apache-2.0 */
/*
 * offline.h -- the engine on a folder for commands that serve nothing: read once, no network.
 */
#ifndef CLI_OFFLINE_H
#define CLI_OFFLINE_H

#include "cli/options.h"
#include "control/engine.h"

struct offline {
	struct plan_store *plans;
	struct engine *engine;
	struct plan *plan; /* owned */
};

/* Reads <paths>.  Returns 0, or -errno with a sentence in <err>: a path does not exist.
 * offline_close() in every case. */
int must_check offline_open(struct offline *f, const struct options *o, const struct str *paths,
	size_t n, struct buf *err);
void offline_close(struct offline *f);
/* Writes the source's problems, one a line, without those of kinds that are merely ignored unless
 * <ignored>; returns how many were no such. */
size_t offline_problems(const struct offline *f, bool ignored, struct buf *out);

/* The paths must exist; else -ENOENT and a sentence. */
int must_check paths_exist(const struct str *paths, size_t n, struct buf *err);
/* Writes <text> to standard output, whole. */
void print(struct str text);
/* To standard error. */
void complain(struct str text);

#endif
