/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands.h -- the subcommands.  Each returns the process's exit status: 0 good; 1 findings, no
 * match or cannot start; 2 usage.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/options.h"

#define EXIT_GOOD 0
#define EXIT_FINDINGS 1
#define EXIT_USAGE 2

/* <argv>: the whole command line, for the supervisor's upgrade. */
int command_serve(const struct options *o, char **argv);
int command_check(const struct options *o);
int command_status(const struct options *o);
int command_explain(const struct options *o);
int command_controller(const struct options *o);

#endif
