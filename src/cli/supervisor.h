/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supervisor.h -- the process that holds the sockets and outlives the one that serves.
 *
 * It parses no byte from a peer and no object.  It opens listening sockets when its child asks and
 * keeps them, restarts a crashed child while connections wait in the backlog, and on SIGUSR2
 * replaces itself by the binary at its own path, in place (same process id), then starts a new
 * child; the old one ends with its last connection.  Single-threaded: fork needs no exec.
 *
 * Signals: TERM, INT: forwarded, ends when the children ended; HUP: forwarded; USR2: upgrade.
 */
#ifndef CLI_SUPERVISOR_H
#define CLI_SUPERVISOR_H

#include "base/clock.h"
#include "base/str.h"

/* What a child starts with. */
struct child_start {
	int ask_fd; /* blocking; the child asks here (channel.h) */
	int tell_fd; /* non-blocking; the supervisor tells here */
	unsigned generation; /* counts children, from 1 */
	bool last_good; /* the input named by <set_aside> crashed three times: leave it aside */
	uint64_t set_aside;
};

/* Serves until it is told to end; its result is the child's exit status. */
typedef int child_main_f(void *arg, const struct child_start *start);

/* Runs until its children have ended by SIGTERM or SIGINT; returns the exit status (0 good, 1 the
 * first child could not start).  <argv> is the whole command line, for the exec of an upgrade. */
int supervise(char **argv, child_main_f *child_main, void *arg);

/* What an older binary asks a new one before it gives way: "sluice SUPERVISOR_CHECK LAYOUT" says so
 * on standard output and exits 0 if state of that layout can be taken over. */
#define SUPERVISOR_CHECK "--can-take-over"
bool supervisor_can_take_over(const char *layout);

#endif
