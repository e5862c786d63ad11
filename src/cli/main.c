/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/docs.h"
#include "cli/offline.h"
#include "cli/supervisor.h"

static int say(void (*write)(struct buf *out))
{
	struct buf out = {0};

	write(&out);
	print(buf_str(&out));
	buf_fini(&out);
	return EXIT_GOOD;
}

static int docs(const char *page)
{
	struct buf out = {0};
	int rc = docs_write(str_from(page), &out);

	print(buf_str(&out));
	buf_fini(&out);
	return rc < 0 ? EXIT_USAGE : EXIT_GOOD;
}

static int version(void)
{
	puts("sluice " SLUICE_VERSION " (Gateway API v1.7.0)");
	return EXIT_GOOD;
}

/* What is asked by scripts of our own, and by an older binary of itself. */
static int special(int argc, char **argv)
{
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
		strcmp(argv[1], "help") == 0)
		return say(options_usage);
	if (strcmp(argv[1], "--version") == 0)
		return version();
	if (strcmp(argv[1], "--man") == 0)
		return say(docs_man);
	if (strcmp(argv[1], "--completion") == 0)
		return say(options_completion);
	if (argc == 3 && strcmp(argv[1], "--docs") == 0)
		return docs(argv[2]);
	if (argc == 3 && strcmp(argv[1], SUPERVISOR_CHECK) == 0)
		return supervisor_can_take_over(argv[2]) ? EXIT_GOOD : EXIT_FINDINGS;
	return -1;
}

static int run(const struct options *o, char **argv)
{
	switch (o->command) {
	case CMD_SERVE:
		return command_serve(o, argv);
	case CMD_CHECK:
		return command_check(o);
	case CMD_STATUS:
		return command_status(o);
	case CMD_EXPLAIN:
		return command_explain(o);
	case CMD_VERSION:
		return version();
	case CMD_CONTROLLER:
		return command_controller(o);
	}
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	struct options o;
	struct buf err = {0};
	int result;

	if (argc < 2) {
		options_usage(&err);
		fwrite(err.p, 1, err.n, stderr);
		buf_fini(&err);
		return EXIT_USAGE;
	}
	result = special(argc, argv);
	if (result >= 0)
		return result;
	if (options_parse(&o, argc - 1, (const char *const *)argv + 1, &err) < 0) {
		fprintf(stderr, "sluice: %.*s\n", STR_ARG(buf_str(&err)));
		result = EXIT_USAGE;
	} else if (o.given[OPT_HELP]) {
		options_help(o.command, &err);
		print(buf_str(&err));
		result = EXIT_GOOD;
	} else {
		result = run(&o, argv);
	}
	options_fini(&o);
	buf_fini(&err);
	return result;
}
