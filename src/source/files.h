/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files.h -- the texts of files and folders, and their changes.
 *
 * A root is a file, or a folder that is read with all beneath it: files named *.yaml, *.yml and
 * *.json, hidden names left out.  Changes are noticed by inotify: writes, editors' rename-over,
 * symbolic links that are swapped (as ConfigMap mounts do it), also of the root itself.
 *
 * What cannot be read is told and the last text stays in force: an unreadable file, a root that is
 * gone.  A file that is gone from a folder which is still there was deleted.
 * Owned by the control thread; callbacks run on its loop, never from inside files_new().
 */
#ifndef SOURCE_FILES_H
#define SOURCE_FILES_H

#include "base/str.h"
#include "net/loop.h"

#define FILES_MAX_SIZE (256u << 20) /* bytes of one file */
#define FILES_MAX_DEPTH 16 /* folders within each other */

struct files;

struct files_ops {
	/* A file is new or has changed; both borrowed for the call. */
	void (*text)(void *arg, struct str path, struct str text);
	/* It was deleted. */
	void (*gone)(void *arg, struct str path);
	/* A file or folder cannot be read (negative errno): what it said before stays.  Told anew
	 * before every settled() while it lasts. */
	void (*failed)(void *arg, struct str path, int err);
	/* All that was known to have changed has been delivered. */
	void (*settled)(void *arg);
};

/* Borrows <roots>' texts only for the call.  <l> NULL: read once, watch nothing.  Returns owned in
 * <ret_files>; -errno if inotify is not to be had. */
int must_check files_new(struct loop *l, const struct str *roots, size_t n,
	const struct files_ops *ops, void *arg, struct files **ret_files);
/* Before the first read: <path> has been delivered, by whoever remembers it.  If it is not there
 * any more the read says gone() or failed(), as it would have. */
void files_assume(struct files *f, struct str path);
/* Reads all roots, in the order of their paths, then settled(). */
void files_read(struct files *f);
void files_free(struct files *f);

#endif
