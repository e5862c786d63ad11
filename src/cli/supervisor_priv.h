/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supervisor_priv.h -- the supervisor's state, and its replacement by another binary.
 *
 * Single-threaded.  supervisor.c turns; upgrade.c asks a new binary whether it can take over and
 * carries the state through the exec.
 */
#ifndef CLI_SUPERVISOR_PRIV_H
#define CLI_SUPERVISOR_PRIV_H

#include <poll.h>
#include <signal.h>
#include <sys/types.h>

#include "base/vec.h"
#include "cli/listens.h"
#include "cli/supervisor.h"

#define READY_TIMEOUT SEC(30)
/* Children that serve their last connections; beyond it the oldest gets SIGTERM's deadline. */
#define GENERATIONS_MAX 8

#define CHILD_STATES(S)                                           \
	S(CHILD_STARTING, 1u << CHILD_READY | 1u << CHILD_ENDING) \
	S(CHILD_READY, 1u << CHILD_ENDING)                        \
	S(CHILD_ENDING, 0u)

enum child_state {
#define S(name, next) name,
	CHILD_STATES(S)
#undef S
};

struct child {
	enum child_state state;
	pid_t pid;
	int ask_fd;
	int tell_fd;
	unsigned generation;
	uint64_t digest; /* of the input it last began to use */
	nsec started;
	nsec ready_at;
	bool told_to_end; /* by SIGTERM: once is enough */
};

/* A binary that is asked whether it can take over. */
struct candidate {
	pid_t pid; /* 0: none */
	int fd; /* what it says */
	nsec deadline;
};

struct supervisor {
	char **argv;
	child_main_f *child_main;
	void *arg;
	const struct clock *clock;
	struct listens listens;
	VEC(struct child) children;
	VEC(struct pollfd) polls; /* of one turn */
	sigset_t signals; /* ours, blocked and read from signal_fd */
	sigset_t signals_before;
	int signal_fd;
	unsigned generation;
	bool ending;
	bool was_ready; /* any child ever was */
	nsec restart_at; /* NSEC_NEVER: no child is to be started */
	nsec restart_delay;
	uint64_t crash_digest;
	unsigned crashes; /* in a row on that input */
	bool has_set_aside;
	uint64_t set_aside; /* the input that crashed too often */
	struct candidate candidate;
	int status;
};

void supervisor_say(const char *fmt, ...) printf_like(1, 2);

/* Begins to ask the binary at our own path; upgrade_answered() ends it. */
void upgrade_begin(struct supervisor *s);
/* The candidate ended (<status> as from waitpid), or its time is over (-1): becomes it, or says why
 * not and changes nothing. */
void upgrade_answered(struct supervisor *s, int status);
/* Takes over what the binary before us left; false if there was none. */
bool upgrade_take_over(struct supervisor *s);

#endif
