/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/nearest.h"

struct option_def {
	const char *name;
	enum option_kind kind;
	const char *arg;
	const char *dflt;
	unsigned commands;
	const char *help;
};

static const struct option_def defs[OPTION_COUNT_] = {
#define X(id, name, kind, arg, dflt, commands, help) \
	[OPT_##id] = {name, OPTION_##kind, arg, dflt, commands, help},
	OPTIONS(X)
#undef X
};

static const struct command_def {
	enum command command;
	const char *name;
	const char *usage;
	const char *help;
} commands[] = {
	{CMD_SERVE, "serve", "PATH…",
		"serve the Gateway API objects in files and folders of YAML or JSON"},
	{CMD_CHECK, "check", "PATH… | --kubeconfig FILE",
		"say what is wrong with files or a cluster, and which rules can never match"},
	{CMD_STATUS, "status", "[PATH… | --kubeconfig FILE]",
		"show Gateways, listeners, routes and their conditions"},
	{CMD_EXPLAIN, "explain", "METHOD URL [-H HEADER]… [PATH… | --kubeconfig FILE]",
		"say which listener, route and rule serves a request, and why the others do not"},
	{CMD_CONTROLLER, "controller", "", "serve the Gateways of a Kubernetes cluster"},
	{CMD_VERSION, "version", "", "print the version"},
};

static const struct {
	char letter;
	enum option_id id;
} letters[] = {{'o', OPT_OUTPUT}, {'H', OPT_HEADER}, {'h', OPT_HELP}, {'n', OPT_NAMESPACE},
	{'A', OPT_ALL_NAMESPACES}};

int time_parse(struct str s, nsec *ret_time)
{
	static const struct {
		const char *unit;
		nsec value;
	} units[] = {{"ms", MSEC(1)}, {"s", SEC(1)}, {"m", SEC(60)}, {"h", SEC(3600)}};
	nsec total = 0;

	if (s.n == 0)
		return -EINVAL;
	while (s.n) {
		size_t digits = 0, letters_n = 0;
		uint64_t n;
		nsec unit = 0;

		while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
			digits++;
		if (str_to_u64(str_take(s, digits), 100000000, &n) < 0)
			return -EINVAL;
		s = str_skip(s, digits);
		while (letters_n < s.n && s.p[letters_n] >= 'a' && s.p[letters_n] <= 'z')
			letters_n++;
		for (size_t i = 0; i < ARRAY_LEN(units); i++) {
			if (str_eq(str_take(s, letters_n), str_from(units[i].unit)))
				unit = units[i].value;
		}
		if (!unit || __builtin_mul_overflow((nsec)n, unit, &unit) ||
			__builtin_add_overflow(total, unit, &total))
			return -EINVAL;
		s = str_skip(s, letters_n);
	}
	*ret_time = total;
	return 0;
}

int size_parse(struct str s, uint64_t *ret_size)
{
	static const struct {
		const char *unit;
		unsigned shift;
	} units[] = {{"", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
	size_t digits = 0;
	uint64_t n;

	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	if (str_to_u64(str_take(s, digits), UINT64_MAX >> 31, &n) < 0)
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (str_eq(str_skip(s, digits), str_from(units[i].unit))) {
			*ret_size = n << units[i].shift;
			return 0;
		}
	}
	return -EINVAL;
}

static bool choice_has(const char *choices, struct str value)
{
	struct str rest = str_from(choices);

	while (rest.n) {
		if (str_eq(str_cut(&rest, '|'), value))
			return true;
	}
	return false;
}

/* Checks and stores one value; <origin> names the flag or variable in the error. */
static int option_set(
	struct options *o, enum option_id id, struct str value, const char *origin, struct buf *err)
{
	const struct option_def *d = &defs[id];

	o->text[id] = value;
	switch (d->kind) {
	case OPTION_COUNT:
		if (str_to_u64(value, 1000000, &o->count[id]) < 0) {
			buf_printf(err, "%s: '%.*s' is not a number from 0 to 1000000", origin,
				STR_ARG(value));
			return -EINVAL;
		}
		break;
	case OPTION_TIME:
		if (time_parse(value, &o->time[id]) < 0) {
			buf_printf(err, "%s: '%.*s' is not a time such as 30s, 250ms or 1h30m",
				origin, STR_ARG(value));
			return -EINVAL;
		}
		break;
	case OPTION_SIZE:
		o->count[id] = 0;
		if (!choice_has(d->arg, value) && size_parse(value, &o->count[id]) < 0) {
			buf_printf(err, "%s: '%.*s' is not one of %s, such as 512MiB", origin,
				STR_ARG(value), d->arg);
			return -EINVAL;
		}
		break;
	case OPTION_CHOICE:
		if (!choice_has(d->arg, value)) {
			buf_printf(
				err, "%s: '%.*s' is not one of %s", origin, STR_ARG(value), d->arg);
			return -EINVAL;
		}
		break;
	case OPTION_LIST:
		*vec_push(&o->headers) = value;
		break;
	case OPTION_FLAG:
	case OPTION_TEXT:
		break;
	}
	return 0;
}

/* Names of other programs' flags that mean the same here. */
static const struct option_alias {
	const char *name;
	enum option_id id;
	enum command command;
} option_aliases[] = {
	{"gateway-api-controller-name", OPT_CONTROLLER_NAME, CMD_CONTROLLER},
	{"health-probe-bind-address", OPT_HEALTH, CMD_CONTROLLER},
	{"election-namespace", OPT_NAMESPACE, CMD_CONTROLLER},
	{"watch-namespace", OPT_WATCH_NAMESPACES, CMD_CONTROLLER},
};

/* "<prefix>NAME-OF-FLAG" as a variable. */
static void variable(struct buf *out, const char *prefix, const char *name)
{
	buf_reset(out);
	buf_add(out, str_from(prefix));
	for (; *name; name++)
		buf_addc(out, (char)(*name == '-'                    ? '_'
				      : *name >= 'a' && *name <= 'z' ? *name - 32
								     : *name));
	buf_addc(out, 0);
}

static const char *variable_of(struct buf *name, const char *prefix, const char *flag)
{
	const char *value;

	variable(name, prefix, flag);
	value = getenv(name->p);
	return value && *value ? value : NULL;
}

/* The variable that sets <id>, its name in <name>; NULL: none does. */
static const char *option_variable(const struct options *o, enum option_id id, struct buf *name)
{
	const struct option_def *d = &defs[id];
	const char *value;

	if (d->kind == OPTION_LIST || d->kind == OPTION_FLAG)
		return NULL;
	value = variable_of(name, "SLUICE_", d->name);
	if (!value && (id == OPT_PROXY_LISTEN || id == OPT_STREAM_LISTEN))
		value = variable_of(name, "KONG_", d->name);
	if (!value && o->command == CMD_CONTROLLER && (d->commands & CMD_CONTROLLER))
		value = variable_of(name, "CONTROLLER_", d->name);
	for (size_t i = 0; !value && i < ARRAY_LEN(option_aliases); i++)
		if (option_aliases[i].id == id && option_aliases[i].command == o->command)
			value = variable_of(name, "CONTROLLER_", option_aliases[i].name);
	return value;
}

static bool variable_known(const char *entry, const char *flag, struct buf *name)
{
	size_t n;

	variable(name, "CONTROLLER_", flag);
	n = strlen(name->p);
	return strncmp(entry, name->p, n) == 0 && entry[n] == '=';
}

static bool stranger(const char *entry, struct buf *name)
{
	if (strncmp(entry, "CONTROLLER_", 11) != 0)
		return false;
	for (size_t id = 0; id < OPTION_COUNT_; id++)
		if ((defs[id].commands & CMD_CONTROLLER) &&
			variable_known(entry, defs[id].name, name))
			return false;
	for (size_t i = 0; i < ARRAY_LEN(option_aliases); i++)
		if (variable_known(entry, option_aliases[i].name, name))
			return false;
	return true;
}

void options_strangers(const struct options *o, struct buf *out)
{
	struct buf name = {0};

	for (char **e = environ; o->command == CMD_CONTROLLER && e && *e; e++)
		if (stranger(*e, &name))
			buf_printf(out, "%s%.*s", out->n ? ", " : "",
				STR_ARG(str_take(str_from(*e), str_find(str_from(*e), '='))));
	buf_fini(&name);
}

static int options_defaults(struct options *o, struct buf *err)
{
	struct buf name = {0};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < OPTION_COUNT_; i++) {
		enum option_id id = (enum option_id)i;
		const char *value = option_variable(o, id, &name);

		if (value) {
			o->given[id] = true;
			rc = option_set(o, id, str_from(value), name.p, err);
		} else if (defs[id].kind != OPTION_LIST) {
			rc = option_set(o, id, str_from(defs[id].dflt), defs[id].name, err);
		}
	}
	buf_fini(&name);
	return rc;
}

static int option_find(struct str name, enum command command, enum option_id *ret_id)
{
	for (size_t id = 0; id < OPTION_COUNT_; id++) {
		if (str_eq(name, str_from(defs[id].name)) && (defs[id].commands & command)) {
			*ret_id = (enum option_id)id;
			return 0;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(option_aliases); i++) {
		if (str_eq(name, str_from(option_aliases[i].name)) &&
			option_aliases[i].command == command) {
			*ret_id = option_aliases[i].id;
			return 0;
		}
	}
	return -ENOENT;
}

static int letter_find(char letter, enum command command, enum option_id *ret_id)
{
	for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
		if (letters[i].letter == letter && (defs[letters[i].id].commands & command)) {
			*ret_id = letters[i].id;
			return 0;
		}
	}
	return -ENOENT;
}

static const char *command_name(enum command command)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (commands[i].command == command)
			return commands[i].name;
	}
	return "";
}

/* The name of option <i> if the command has it; else an empty one. */
static struct str option_nth(const void *of, size_t i)
{
	const enum command *command = of;

	return str_from(defs[i].commands & *command ? defs[i].name : "");
}

static int no_such_option(enum command command, const char *word, struct buf *err)
{
	struct str name = str_from(word + 1);
	struct str near = {0};

	if (str_starts(name, STR("-"))) {
		name = str_skip(name, 1);
		near = nearest_name(
			str_take(name, str_find(name, '=')), option_nth, &command, OPTION_COUNT_);
	}
	buf_printf(err, "%s: no such option of 'sluice %s'", word, command_name(command));
	if (near.p)
		buf_printf(err, " (did you mean --%.*s?)", STR_ARG(near));
	buf_printf(err, "; see 'sluice %s --help'", command_name(command));
	return -EINVAL;
}

/* One option at argv[*at]; moves <*at> behind a value that is an argument of its own. */
static int option_read(
	struct options *o, int argc, const char *const *argv, int *at, struct buf *err)
{
	const char *word = argv[*at];
	bool is_long = word[1] == '-';
	struct str rest = str_from(word + (is_long ? 2 : 1)), value;
	bool has_value;
	enum option_id id;
	int rc;

	if (is_long) {
		size_t eq = str_find(rest, '=');

		has_value = eq < rest.n;
		value = str_skip(rest, eq + 1);
		rc = option_find(str_take(rest, eq), o->command, &id);
	} else {
		rc = rest.n ? letter_find(rest.p[0], o->command, &id) : -ENOENT;
		has_value = rest.n > 1;
		value = str_skip(rest, 1);
	}
	if (rc < 0)
		return no_such_option(o->command, word, err);
	if (defs[id].kind == OPTION_FLAG) {
		o->given[id] = true;
		return 0;
	}
	if (!has_value) {
		if (*at + 1 >= argc) {
			buf_printf(err, "%s: a value is missing: %s", word, defs[id].arg);
			return -EINVAL;
		}
		value = str_from(argv[++*at]);
	}
	o->given[id] = true;
	return option_set(o, id, value, word, err);
}

static struct str command_nth(const void *of, size_t i)
{
	(void)of;
	return str_from(commands[i].name);
}

static int no_such_command(const char *word, struct buf *err)
{
	struct str near = nearest_name(str_from(word), command_nth, NULL, ARRAY_LEN(commands));

	buf_printf(err, "%s: no such command", word);
	if (near.p)
		buf_printf(err, " (did you mean %.*s?)", STR_ARG(near));
	buf_add(err, STR("; see 'sluice --help'"));
	return -EINVAL;
}

int options_parse(struct options *o, int argc, const char *const *argv, struct buf *err)
{
	bool only_words = false;
	int rc;

	*o = (struct options){0};
	for (size_t i = 0; argc > 0 && i < ARRAY_LEN(commands); i++) {
		if (strcmp(argv[0], commands[i].name) == 0)
			o->command = commands[i].command;
	}
	if (!o->command)
		return no_such_command(argc > 0 ? argv[0] : "", err);
	rc = options_defaults(o, err);
	for (int at = 1; rc == 0 && at < argc; at++) {
		if (!only_words && strcmp(argv[at], "--") == 0)
			only_words = true;
		else if (!only_words && argv[at][0] == '-' && argv[at][1])
			rc = option_read(o, argc, argv, &at, err);
		else
			*vec_push(&o->words) = str_from(argv[at]);
	}
	return rc;
}

void options_fini(struct options *o)
{
	vec_fini(&o->headers);
	vec_fini(&o->words);
}

void options_usage(struct buf *out)
{
	buf_add(out,
		STR("sluice: a Kubernetes Gateway API gateway\n\nusage: sluice COMMAND …\n\n"));
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		buf_printf(out, "  %-11s %s\n", commands[i].name, commands[i].help);
	buf_add(out, STR("\n'sluice COMMAND --help' says more.\n"));
}

static void help_aliases(enum option_id id, enum command command, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(option_aliases); i++)
		if (option_aliases[i].id == id && option_aliases[i].command == command)
			buf_printf(out, "  --%s, or\n", option_aliases[i].name);
}

void options_help(enum command command, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (commands[i].command == command)
			buf_printf(out,
				"usage: sluice %s%s%s [OPTIONS]\n\n%s.\n\noptions (each also as a"
				" variable, --log-level as SLUICE_LOG_LEVEL):\n",
				commands[i].name, *commands[i].usage ? " " : "", commands[i].usage,
				commands[i].help);
	}
	for (size_t id = 0; id < OPTION_COUNT_; id++) {
		const struct option_def *d = &defs[id];

		if (!d->help || !(d->commands & command))
			continue;
		help_aliases((enum option_id)id, command, out);
		buf_printf(
			out, "  --%s%s%s\n      %s", d->name, *d->arg ? " " : "", d->arg, d->help);
		if (*d->dflt)
			buf_printf(out, " (default %s)", d->dflt);
		buf_addc(out, '\n');
	}
	if (command == CMD_CONTROLLER)
		buf_add(out, STR("\nEach also as a variable CONTROLLER_… .\n"));
	if (command & (CMD_CHECK | CMD_STATUS | CMD_EXPLAIN | CMD_SERVE))
		buf_add(out,
			STR("\nexit: 0 good, 1 findings, no match or cannot start, 2 usage\n"));
}

struct option_row option_row(enum option_id id)
{
	const struct option_def *d = &defs[id];
	struct option_row r = {d->name, d->arg, d->dflt, d->help, {0}};

	for (size_t i = 0; d->help && i < ARRAY_LEN(commands); i++) {
		if (d->commands & commands[i].command)
			buf_printf(&r.commands, "%s%s", r.commands.n ? ", " : "", commands[i].name);
	}
	return r;
}

size_t options_commands(void)
{
	return ARRAY_LEN(commands);
}

struct command_row command_row(size_t i)
{
	return (struct command_row){commands[i].name, commands[i].usage, commands[i].help};
}

void options_completion(struct buf *out)
{
	buf_add(out,
		STR("# bash completion for sluice\n_sluice() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]}\n"
		    "\tif [ $COMP_CWORD -eq 1 ]; then\n\t\tCOMPREPLY=($(compgen -W \""));
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		buf_printf(out, "%s ", commands[i].name);
	buf_add(out,
		STR("--help\" -- \"$cur\"))\n\t\treturn\n\tfi\n\tcase $cur:${COMP_WORDS[1]} in\n"));
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		buf_printf(out, "\t-*:%s) COMPREPLY=($(compgen -W \"", commands[i].name);
		for (size_t id = 0; id < OPTION_COUNT_; id++) {
			if (defs[id].help && (defs[id].commands & commands[i].command))
				buf_printf(out, "--%s ", defs[id].name);
		}
		buf_add(out, STR("\" -- \"$cur\")) ;;\n"));
	}
	buf_add(out, STR("\t*) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n\tesac\n}\n"
			 "complete -o filenames -F _sluice sluice\n"));
}
