/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials of a program, and files that are replaced; time is the test's, programs are real. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kube/auth.h"
#include "kube/exec.h"
#include "pki/issue.h"

static char folder[] = "/tmp/sluice-auth-XXXXXX";

static struct str put(const char *name, struct str text, mode_t mode)
{
	static char path[8][128];
	static unsigned at;
	char *p = path[at++ % 8];
	int fd;

	snprintf(p, sizeof(path[0]), "%s/%s", folder, name);
	fd = open(p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.p, text.n), (ssize_t)text.n);
	close(fd);
	return str_from(p);
}

struct world {
	struct clock_manual clock;
	struct loop *l;
	struct kube_config config;
	struct auth *auth;
	int changes;
};

static void on_changed(void *arg)
{
	((struct world *)arg)->changes++;
}

#define WALL SEC((nsec)1800000000) /* 2027-01-15T08:00:00Z */

static void world_open(struct world *w)
{
	clock_manual_init(&w->clock, SEC(100), WALL);
	assert_int_equal(loop_new(&(struct loop_config){.clock = &w->clock.clock}, &w->l), 0);
	assert_int_equal(auth_new(w->l, &w->config, on_changed, w, &w->auth), 0);
}

static void world_close(struct world *w)
{
	auth_free(w->auth);
	loop_free(w->l);
}

static void advance(struct world *w, nsec by)
{
	clock_manual_advance(&w->clock, by);
	loop_tick(w->l, 0); /* which is when the loop sees it */
}

/* The program runs in real time, as slowly as the machine will have it; the clock of the loop
 * stands still.  A count of turns is no bound: a program that writes byte by byte takes one for
 * each. */
static void wait_change(struct world *w)
{
	time_t end = time(NULL) + 60;
	int was = w->changes;

	while (w->changes == was && time(NULL) < end)
		loop_tick(w->l, MSEC(1));
	assert_int_equal(w->changes, was + 1);
}

/* A program that counts its runs and gives that count as token, for an hour. */
#define PROGRAM                                                                                  \
	"#!/bin/sh\ncd \"${0%/*}\"\necho run >> runs\nn=$(wc -l < runs)\n"                       \
	"echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\"," \
	"\"status\":{\"token\":\"'$1-$WHO-$n'\",\"expirationTimestamp\":"                        \
	"\"2027-01-15T10:00:00+01:00\"}}'\n"

static void test_program(void **state)
{
	const struct str args[] = {STR("a b")};
	const struct kube_exec_env env[] = {{STR("WHO"), STR("me")}};
	struct world w = {.config.exec = {.command = put("login", STR(PROGRAM), 0700),
				  .args = args,
				  .n_args = 1,
				  .env = env,
				  .n_env = 1,
				  .interactive = KUBE_EXEC_NEVER,
				  .v1 = true}};
	uint64_t serial;

	(void)state;
	put("runs", STR(""), 0600);
	world_open(&w);
	assert_int_equal(auth_ready(w.auth), -EAGAIN);
	assert_int_equal(auth_ready(w.auth), -EAGAIN); /* the same run */
	wait_change(&w);
	assert_int_equal(auth_ready(w.auth), 0);
	assert_str(auth_token(w.auth), "a b-me-1");
	/* The server does not know it any more: once for all who asked with it. */
	serial = auth_serial(w.auth);
	assert_true(auth_refused(w.auth, serial));
	assert_int_equal(auth_ready(w.auth), -EAGAIN);
	wait_change(&w);
	assert_true(auth_refused(w.auth, serial));
	assert_int_equal(auth_ready(w.auth), 0);
	assert_str(auth_token(w.auth), "a b-me-2");
	/* It expires an hour after the beginning. */
	advance(&w, SEC(3590));
	assert_int_equal(auth_ready(w.auth), 0);
	advance(&w, SEC(6));
	assert_int_equal(auth_ready(w.auth), -EAGAIN);
	wait_change(&w);
	assert_str(auth_token(w.auth), "a b-me-3");
	world_close(&w);
}

static void refused(const char *program, const char *why)
{
	struct world w = {.config.exec = {.command = put("login", str_from(program), 0700),
				  .install_hint = STR("install it"),
				  .v1 = true}};
	char text[512];

	world_open(&w);
	assert_int_equal(auth_ready(w.auth), -EAGAIN);
	wait_change(&w);
	assert_int_equal(auth_ready(w.auth), -EACCES);
	snprintf(text, sizeof(text), "%.*s", STR_ARG(auth_why(w.auth)));
	if (!strstr(text, why) || !strstr(text, "install it"))
		fail_msg("%s: not in: %s", why, text);
	/* Tried again, but not at once. */
	advance(&w, AUTH_PAUSE + SEC(1));
	assert_int_equal(auth_ready(w.auth), -EAGAIN);
	world_close(&w); /* with the program running */
}

static void test_program_fails(void **state)
{
	(void)state;
	refused("#!/bin/sh\nexit 3\n", "it ended with status 3");
	refused("#!/bin/sh\nkill -9 $$\n", "killed by signal 9");
	refused("#!/bin/sh\necho hello\n", "it wrote no ExecCredential");
	refused("#!/bin/sh\necho '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client."
		"authentication.k8s.io/v1beta1\"}'\n",
		"it speaks client.authentication.k8s.io/v1beta1 where");
	refused("#!/no/such/interpreter\n", "No such file or directory");
	refused("#!/bin/sh\nwhile :; do echo 0123456789; done\n", "it writes without an end");
	refused("#!/bin/sh\necho '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client."
		"authentication.k8s.io/v1\",\"status\":{\"clientCertificateData\":\"x\","
		"\"clientKeyData\":\"y\"}}'\n",
		"it gave a certificate and key that cannot be used");
}

static void test_timeout(void **state)
{
	struct world w = {.config.exec = {.command = put("login",
						  STR("#!/bin/sh\nsleep 600 &\nsleep 600\n"), 0700),
				  .v1 = true}};

	(void)state;
	world_open(&w);
	assert_int_equal(auth_ready(w.auth), -EAGAIN);
	for (int i = 0; i < 3; i++)
		loop_tick(w.l, MSEC(1));
	assert_int_equal(w.changes, 0);
	clock_manual_advance(&w.clock, EXEC_TIMEOUT);
	wait_change(&w);
	assert_int_equal(auth_ready(w.auth), -EACCES);
	assert_true(str_find(auth_why(w.auth), '"') < auth_why(w.auth).n);
	world_close(&w);
}

static void test_info(void **state)
{
	struct kube_config c = {.ca = STR("PEM"),
		.server_name = STR("api"),
		.exec = {.server = STR("https://x:1"), .cluster_info = true}};
	struct buf out = {0};

	(void)state;
	exec_info(&c, false, &out);
	assert_str(buf_str(&out),
		"{\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"kind\":"
		"\"ExecCredential\",\"spec\":{\"cluster\":{\"server\":\"https://x:1\","
		"\"tls-server-name\":\"api\",\"certificate-authority-data\":\"UEVN\"},"
		"\"interactive\":false}}");
	c.exec.cluster_info = false;
	c.exec.v1 = true;
	buf_reset(&out);
	exec_info(&c, true, &out);
	assert_str(buf_str(&out), "{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":"
				  "\"ExecCredential\",\"spec\":{\"interactive\":true}}");
	buf_fini(&out);
}

static void test_times(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds; /* 0: refused */
	} rows[] = {{"2027-01-15T08:00:00Z", 1800000000},
		{"2027-01-15T08:00:00.123456Z", 1800000000},
		{"2027-01-15T10:30:00+02:30", 1800000000},
		{"2027-01-15T03:00:00-05:00", 1800000000}, {"2027-01-15T08:00:00", 0},
		{"2027-01-15", 0}, {"soon", 0}, {"2027-01-15T08:00:00Zulu", 0},
		{"2027-01-15T08:00:00+1", 0}};
	struct kube_exec x = {.v1 = true};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct exec_answer answer = {0};
		struct buf text = {0}, err = {0};
		struct arena a;
		int rc;

		arena_init(&a, 0);
		buf_printf(&text,
			"{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/"
			"v1\",\"status\":{\"token\":\"t\",\"expirationTimestamp\":\"%s\"}}",
			rows[i].text);
		rc = exec_parse(&a, &x, buf_str(&text), &answer, &err);
		assert_int_equal(rc, rows[i].seconds ? 0 : -EINVAL);
		assert_int_equal(answer.expires, SEC(rows[i].seconds));
		buf_fini(&text);
		buf_fini(&err);
		arena_fini(&a);
	}
}

static void test_files(void **state)
{
	struct buf ca[2] = {{0}}, key = {0};
	struct world w = {.config = {.tls = true, .host = STR("10.0.0.1")}};
	struct tls_client *first;
	uint64_t serial;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pki_issue((struct str){0}, (struct str){0}, STR("ca"), NULL, 0,
					 WALL, 30, &ca[i], &key),
			0);
	w.config.ca_file = put("ca.crt", buf_str(&ca[0]), 0600);
	w.config.ca = buf_str(&ca[0]);
	w.config.token_file = put("token", STR("one\n"), 0600);
	world_open(&w);
	first = auth_client(w.auth);
	serial = auth_serial(w.auth);
	assert_str(auth_token(w.auth), "one");
	/* New ones count from the next look on. */
	put("ca.crt", buf_str(&ca[1]), 0600);
	put("token", STR("two\n"), 0600);
	assert_ptr_equal(auth_client(w.auth), first);
	assert_str(auth_token(w.auth), "one");
	advance(&w, AUTH_LIFE);
	assert_ptr_not_equal(auth_client(w.auth), first);
	assert_int_not_equal(auth_serial(w.auth), serial);
	assert_str(auth_token(w.auth), "two");
	/* What cannot be used, or is not there, changes nothing. */
	serial = auth_serial(w.auth);
	put("ca.crt", STR("half a file"), 0600);
	assert_false(auth_distrusts(w.auth));
	assert_int_equal(auth_serial(w.auth), serial);
	unlink(w.config.ca_file.p);
	assert_false(auth_distrusts(w.auth));
	assert_int_equal(auth_serial(w.auth), serial);
	/* Refused: looked at without waiting; worth another try only where something is new. */
	put("ca.crt", buf_str(&ca[0]), 0600);
	assert_true(auth_distrusts(w.auth));
	assert_int_not_equal(auth_serial(w.auth), serial);
	assert_false(auth_refused(w.auth, auth_serial(w.auth)));
	put("token", STR("three\n"), 0600);
	assert_true(auth_refused(w.auth, auth_serial(w.auth)));
	assert_str(auth_token(w.auth), "three");
	world_close(&w);
	buf_fini(&ca[0]);
	buf_fini(&ca[1]);
	buf_fini(&key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_program),
		cmocka_unit_test(test_program_fails), cmocka_unit_test(test_timeout),
		cmocka_unit_test(test_info), cmocka_unit_test(test_times),
		cmocka_unit_test(test_files)};
	int rc;
	char command[128];

	if (!mkdtemp(folder))
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command) ? 1 : rc;
}
