/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox.h -- what the serving process gives up before it starts threads or reads a peer's byte.
 *
 * No new privileges, no capabilities, no dumps of its memory, Landlock (files beneath the folders
 * it was told to read, and its own state folder), and a list of the system calls it needs:
 * everything else, among it execve, ptrace and executable memory, fails with EPERM.  Called once,
 * on the only thread; children and threads inherit it.
 */
#ifndef CLI_SANDBOX_H
#define CLI_SANDBOX_H

#include "base/buf.h"
#include "base/str.h"

struct sandbox_paths {
	const char *const *read; /* files or folders, with all beneath */
	size_t n_read;
	const char *const *write; /* folders */
	size_t n_write;
	bool low_ports; /* keep CAP_NET_BIND_SERVICE: no supervisor opens the sockets */
};

/* Gives up every capability but CAP_NET_BIND_SERVICE, for now and for what is executed later: what
 * the supervisor keeps.  0 or -errno. */
int must_check sandbox_keep_low_ports(void);

/* Returns 0, or -errno with a sentence in <err>: then nothing may be served.  A kernel without
 * Landlock is said in <err> with 1 (all else is in force). */
int must_check sandbox_enter(const struct sandbox_paths *paths, struct buf *err);

/* Tries in this process, which must be in the sandbox, what it forbids, and writes one line for
 * each: "execve: refused".  True if all was refused. */
bool sandbox_try_forbidden(struct buf *out);

#endif
