/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_source.h -- the objects that files and folders hold, delivered into a store.
 *
 * A file's text is split into documents; only those whose bytes changed are decoded.  Rules:
 *   - the same kind, namespace and name twice: the first by path and line counts, both are named;
 *   - a document that cannot be read: what this file said before about that object stays (about
 *     any object that the file names no more, when it cannot be told which);
 *   - an object that is absent from a readable file was deleted; a root that is gone changes
 * nothing. Each refused object is refused alone, with a problem that names place, field and remedy.
 * Owned by the control thread.
 */
#ifndef SOURCE_FILE_SOURCE_H
#define SOURCE_FILE_SOURCE_H

#include "gwapi/store.h"
#include "source/files.h"

struct file_source;

struct file_source_ops {
	/* A burst of changes was read, nothing of it is decoded: its digest.  False: it is set
	 * aside, what was in force stays.  May be NULL. */
	bool (*use)(void *arg, uint64_t digest);
	/* The store holds what the files say now; called once for every burst of changes. */
	void (*settled)(void *arg);
};

/* Borrows <store> and <ops> for its life.  <l> NULL: read once, watch nothing.  <keep_texts>: for
 * file_source_texts().  Returns owned, or -errno if inotify is not to be had. */
int must_check file_source_new(struct loop *l, const struct str *roots, size_t n,
	struct store *store, bool keep_texts, const struct file_source_ops *ops, void *arg,
	struct file_source **ret_source);
/* Reads everything; calls settled() before it returns. */
void file_source_read(struct file_source *s);
void file_source_free(struct file_source *s);

/* A thing that is wrong now.  <text>: "file:line:column: kind namespace/name: field: what". */
struct file_problem {
	struct str path;
	struct str text;
	struct str kind; /* of an ignored one */
	uint32_t nth; /* in its file */
	bool fresh; /* not there before the last burst: to be logged */
	bool ignored; /* a kind that is none of ours: listed once, no error */
};
/* All problems, sorted by path and place.  Borrowed until the next burst. */
const struct file_problem *file_source_problems(const struct file_source *s, size_t *ret_n);
/* A digest of the input in force: names it, for the supervisor and last-known-good. */
uint64_t file_source_digest(const struct file_source *s);
/* Files of which something is in force that they do not say now. */
size_t file_source_stale(const struct file_source *s);

/* Before the first read: <path> said <text> when all was well; then the digest of that input.  The
 * first read replaces, keeps or deletes it as any later read would. */
void file_source_assume(struct file_source *s, struct str path, struct str text);
void file_source_assumed(struct file_source *s, uint64_t digest);
/* The texts in force, by file: what file_source_assume() will take. */
typedef void file_source_text_f(void *arg, struct str path, struct str text);
void file_source_texts(struct file_source *s, file_source_text_f *text, void *arg);

#endif
