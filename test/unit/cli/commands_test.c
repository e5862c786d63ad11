/* SPDX-License-Identifier: Apache-2.0 */
/* check, status and explain on files, and ask: what they print and what they exit with. */
#include "cli/commands.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <netinet/in.h>
#include <unistd.h>

#include "base/arena.h"
#include "cli/ask.h"
#include "test.h"
#include "text/parse.h"
#include "text/value.h"

#define GATEWAY                                                                           \
	"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: gw}\n" \
	"spec:\n  gatewayClassName: sluice\n"                                             \
	"  listeners: [{name: http, port: 8080, protocol: HTTP}]\n"
#define ROUTE(name, backend)                                                                     \
	"---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: " name \
	"}\nspec:\n  parentRefs: [{name: gw}]\n"                                                 \
	"  rules: [{backendRefs: [{group: sluice.dev, kind: Backend, name: " backend "}]}]\n"
#define BACKEND                                                                      \
	"---\napiVersion: sluice.dev/v1alpha1\nkind: Backend\nmetadata: {name: b}\n" \
	"spec: {endpoints: ['127.0.0.1:9']}\n"

struct told {
	char folder[32], path[48];
	char out[20000], err[20000];
	int exit;
};

static struct told t;

static void slurp(int fd, char *to, size_t room)
{
	ssize_t n;

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	n = read(fd, to, room - 1);
	assert_true(n >= 0);
	to[n] = 0;
	close(fd);
}

static int temporary(void)
{
	FILE *f = tmpfile();
	int fd = dup(fileno(f));

	fclose(f);
	return fd;
}

static int run_command(const struct options *o)
{
	switch (o->command) {
	case CMD_CHECK:
		return command_check(o);
	case CMD_STATUS:
		return command_status(o);
	case CMD_EXPLAIN:
		return command_explain(o);
	case CMD_SERVE:
	case CMD_VERSION:
	case CMD_CONTROLLER:
		break;
	}
	return -1;
}

/* Runs it with standard output and error in files, which t.out and t.err have afterwards. */
static void run(const char *const *argv)
{
	int out = temporary(), err = temporary(), old_out = dup(1), old_err = dup(2), argc = 0;
	struct buf why = {0};
	struct options o;

	while (argv[argc])
		argc++;
	assert_int_equal(options_parse(&o, argc, argv, &why), 0);
	fflush(NULL);
	dup2(out, 1);
	dup2(err, 2);
	t.exit = run_command(&o);
	fflush(NULL);
	dup2(old_out, 1);
	dup2(old_err, 2);
	close(old_out);
	close(old_err);
	slurp(out, t.out, sizeof(t.out));
	slurp(err, t.err, sizeof(t.err));
	options_fini(&o);
	buf_fini(&why);
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no %s in\n%s", part, text);
}

static void write_file(const char *yaml)
{
	FILE *f = fopen(t.path, "w");

	assert_non_null(f);
	fputs(yaml, f);
	fclose(f);
}

static int setup(void **state)
{
	(void)state;
	strcpy(t.folder, "/tmp/sluice-cli-XXXXXX");
	assert_non_null(mkdtemp(t.folder));
	snprintf(t.path, sizeof(t.path), "%s/all.yaml", t.folder);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(t.path);
	rmdir(t.folder);
	return 0;
}

static void test_check(void **state)
{
	(void)state;
	write_file(GATEWAY ROUTE("r", "b") BACKEND);
	RUN("check", t.folder);
	assert_int_equal(t.exit, EXIT_GOOD);
	assert_string_equal(t.out, "");
	assert_string_equal(t.err, "");
	/* A backend that is not there: its condition, and the exit status. */
	write_file(GATEWAY ROUTE("r", "nobody") BACKEND);
	RUN("check", t.folder);
	assert_int_equal(t.exit, EXIT_FINDINGS);
	has(t.out, "HTTPRoute default/r");
	has(t.out, "BackendNotFound");
	/* A misspelt field: place, path, remedy. */
	write_file(GATEWAY "  listenerz: []\n");
	RUN("check", t.folder);
	assert_int_equal(t.exit, EXIT_FINDINGS);
	has(t.out, "all.yaml:7:3: Gateway default/gw: spec.listenerz: unknown field (did you mean "
		   "listeners?)");
	/* Two routes for the same: a warning, which is no finding. */
	write_file(GATEWAY ROUTE("r", "b") ROUTE("s", "b") BACKEND);
	RUN("check", t.folder);
	assert_int_equal(t.exit, EXIT_GOOD);
	has(t.out, "all.yaml:");
	has(t.out, "warning: HTTPRoute/default/s rule 0");
	has(t.out, "HTTPRoute/default/r rule 0 has the same conditions");
	/* Kinds that are none of ours are named, and no finding. */
	write_file("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n");
	RUN("check", t.folder);
	assert_int_equal(t.exit, EXIT_GOOD);
	has(t.out, "Deployment");
}

static void test_check_as_a_list(void **state)
{
	struct value v;
	struct arena a;

	(void)state;
	write_file(GATEWAY ROUTE("r", "nobody"));
	RUN("check", "-o", "json", t.folder);
	assert_int_equal(t.exit, EXIT_FINDINGS);
	arena_init(&a, 0);
	assert_int_equal(text_parse_json(&a, str_from(t.out), &v, NULL), 0);
	assert_str(value_get_str(&v, STR("kind"), STR("")), "List");
	assert_true(value_get(&v, STR("items"))->n >= 1);
	arena_fini(&a);
	RUN("check", "-o", "yaml", t.folder);
	has(t.out, "kind: List\n");
}

static void test_usage(void **state)
{
	(void)state;
	RUN("check");
	assert_int_equal(t.exit, EXIT_USAGE);
	has(t.err, "--help");
	RUN("check", "/nonexistent-folder");
	assert_int_equal(t.exit, EXIT_FINDINGS);
	has(t.err, "/nonexistent-folder");
	RUN("status", "/nonexistent-folder");
	assert_int_equal(t.exit, EXIT_FINDINGS);
	has(t.err, "/nonexistent-folder");
	RUN("explain", "GET");
	assert_int_equal(t.exit, EXIT_USAGE);
	RUN("explain", "GET", "http://a:99999/", t.folder);
	assert_int_equal(t.exit, EXIT_USAGE);
	has(t.err, "port");
}

static void test_status_table(void **state)
{
	(void)state;
	write_file(GATEWAY ROUTE("r", "b") BACKEND);
	RUN("status", t.folder);
	assert_int_equal(t.exit, EXIT_GOOD);
	has(t.out, "OBJECT");
	has(t.out, "Gateway default/gw");
	has(t.out, "http (1 route)");
	has(t.out, "HTTPRoute default/r");
	has(t.out, "→ gw");
	/* Problems of the input go to standard error, the rest is shown. */
	write_file(GATEWAY ROUTE("r", "b") BACKEND "---\nkind: Gateway\n");
	RUN("status", t.folder);
	assert_int_equal(t.exit, EXIT_GOOD);
	has(t.err, "apiVersion");
	has(t.out, "HTTPRoute default/r");
}

static bool same(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == VALUE_STRING)
		return str_eq(a->string, b->string);
	if (a->kind == VALUE_INT)
		return a->integer == b->integer;
	if (a->kind == VALUE_ARRAY) {
		for (uint32_t i = 0; i < a->n && a->n == b->n; i++)
			if (!same(&a->items[i], &b->items[i]))
				return false;
		return a->n == b->n;
	}
	if (a->kind == VALUE_OBJECT) {
		value_for_each_member(m, a)
		{
			const struct value *other = value_get(b, m->key);

			/* Two runs have two moments. */
			if (!str_eq(m->key, STR("lastTransitionTime")) &&
				(!other || !same(&m->value, other)))
				return false;
		}
		return a->n == b->n;
	}
	return true;
}

/* The List is what a cluster would show, the same in both forms. */
static void test_status_round_trip(void **state)
{
	struct value json, yaml;
	const struct value *items;
	struct arena a;

	(void)state;
	write_file(GATEWAY ROUTE("r", "b") ROUTE("lost", "nobody") BACKEND);
	arena_init(&a, 0);
	RUN("status", "-o", "json", t.folder);
	assert_int_equal(t.exit, EXIT_GOOD);
	assert_int_equal(text_parse_json(&a, arena_str(&a, str_from(t.out)), &json, NULL), 0);
	RUN("status", "-o", "yaml", t.folder);
	assert_int_equal(text_parse_yaml(&a, arena_str(&a, str_from(t.out)), 1, &yaml, NULL), 0);
	assert_true(same(&json, &yaml));
	assert_str(value_get_str(&json, STR("apiVersion"), STR("")), "v1");
	assert_str(value_get_str(&json, STR("kind"), STR("")), "List");
	items = value_get(&json, STR("items"));
	assert_true(items->n >= 3); /* class, Gateway, two routes */
	value_for_each(o, items)
	{
		assert_non_null(value_get(o, STR("apiVersion")));
		assert_non_null(value_get(o, STR("status")));
		assert_non_null(value_get(value_get(o, STR("metadata")), STR("name")));
	}
	arena_fini(&a);
}

static void test_explain(void **state)
{
	(void)state;
	write_file(GATEWAY ROUTE("r", "b") ROUTE("s", "b") BACKEND);
	RUN("explain", "GET", "http://h.test:8080/x", t.folder);
	assert_int_equal(t.exit, EXIT_GOOD);
	has(t.out, "rule      HTTPRoute/default/r rule 0");
	has(t.out, "127.0.0.1:9");
	has(t.out, "not taken:\n    HTTPRoute/default/s rule 0");
	has(t.out, "      warning: HTTPRoute/default/s rule 0");
	RUN("explain", "GET", "http://h.test:81/x", t.folder);
	assert_int_equal(t.exit, EXIT_FINDINGS);
	has(t.out, "nothing listens on port 81");
	RUN("explain", "-o", "yaml", "-H", "X: 1", "GET", "http://h.test:8080/x", t.folder);
	assert_int_equal(t.exit, EXIT_GOOD);
	has(t.out, "verdict: found\n");
}

/* ---- ask ---- */

struct canned {
	int fd;
	const char *says;
	char heard[2000];
};

static void *answer_once(void *arg)
{
	struct canned *c = arg;
	int fd = accept(c->fd, NULL, NULL);
	ssize_t n = recv(fd, c->heard, sizeof(c->heard) - 1, 0);

	c->heard[n > 0 ? n : 0] = 0;
	(void)!write(fd, c->says, strlen(c->says));
	close(fd);
	return NULL;
}

static int listen_somewhere(char *ret_address, size_t room)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	snprintf(ret_address, room, "127.0.0.1:%u", ntohs(at.sin_port));
	return fd;
}

static void asks(const char *says, int want, const char *body)
{
	struct canned c = {.says = says};
	struct buf got = {0};
	char address[40];
	pthread_t thread;

	c.fd = listen_somewhere(address, sizeof(address));
	assert_int_equal(pthread_create(&thread, NULL, answer_once, &c), 0);
	assert_int_equal(ask(str_from(address), STR("/x?y=z"), &got), want);
	pthread_join(thread, NULL);
	close(c.fd);
	has(c.heard, "GET /x?y=z HTTP/1.1\r\nHost: 127.0.0.1:");
	if (want > 0)
		assert_str(buf_str(&got), body);
	else
		assert_true(str_find(buf_str(&got), '-') < got.n); /* "--admin": what to do */
	buf_fini(&got);
}

static void test_ask(void **state)
{
	struct buf got = {0};

	(void)state;
	asks("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200, "abc");
	asks("HTTP/1.1 404 Not Found\r\n\r\n", 404, "");
	asks("HTTP/1.1 200 OK\r\n", -EPROTO, NULL);
	asks("hello", -EPROTO, NULL);
	asks("HTTP/1.1 abc\r\n\r\n", -EPROTO, NULL);
	asks("", -EPROTO, NULL);
	assert_int_equal(ask(STR("127.0.0.1:1"), STR("/"), &got), -ECONNREFUSED);
	assert_true(str_starts(buf_str(&got), STR("127.0.0.1:1: ")));
	assert_int_equal(ask(STR("nowhere"), STR("/"), &got), -EINVAL);
	buf_reset(&got);
	ask_encode(&got, STR("a b/c?d=é&~-._"));
	assert_str(buf_str(&got), "a%20b%2Fc%3Fd%3D%C3%A9%26~-._");
	buf_fini(&got);
}

/* ---- help ---- */

static void test_help_of_every_command(void **state)
{
	(void)state;
	for (size_t i = 0; i < options_commands(); i++) {
		struct command_row row = command_row(i);
		const char *argv[] = {row.name, "--help", NULL};
		struct buf out = {0}, err = {0};
		struct options o;
		char usage[80];

		assert_int_equal(options_parse(&o, 2, argv, &err), 0);
		assert_true(o.given[OPT_HELP]);
		options_help(o.command, &out);
		buf_addc(&out, '\0');
		snprintf(usage, sizeof(usage), "usage: sluice %s", row.name);
		has(out.p, usage);
		has(out.p, row.help);
		for (int id = 0; id < OPTION_COUNT_; id++) {
			struct option_row opt = option_row((enum option_id)id);
			char flag[64];
			bool own = false;
			struct str list;

			if (!opt.help) {
				snprintf(flag, sizeof(flag), "--%s", opt.name);
				assert_null(strstr(out.p, flag));
				continue;
			}
			list = buf_str(&opt.commands);
			while (list.n)
				own |= str_eq(str_trim(str_cut(&list, ',')), str_from(row.name));
			snprintf(flag, sizeof(flag), "\n  --%s%s%s\n      ", opt.name,
				*opt.arg ? " " : "", opt.arg);
			assert_true((strstr(out.p, flag) != NULL) == own);
			buf_fini(&opt.commands);
		}
		options_fini(&o);
		buf_fini(&out);
		buf_fini(&err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_check, setup, teardown),
		cmocka_unit_test_setup_teardown(test_check_as_a_list, setup, teardown),
		cmocka_unit_test_setup_teardown(test_usage, setup, teardown),
		cmocka_unit_test_setup_teardown(test_status_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_status_round_trip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_explain, setup, teardown),
		cmocka_unit_test(test_ask),
		cmocka_unit_test(test_help_of_every_command),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
