/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/mem.h"
#include "base/vec.h"
#include "pki/pair.h"
#include "text/parse.h"
#include "text/write.h"

struct exec_run {
	struct loop *loop;
	const struct kube_config *config;
	exec_done_f *done;
	void *arg;
	struct watch output;
	struct watch ended;
	struct timer timer;
	struct task report; /* it could not be started */
	struct buf text;
	struct buf why;
	pid_t pid; /* 0: none */
	int output_fd;
	int pid_fd;
	bool interactive;
	bool killed;
};

static const char *version_of(const struct kube_exec *x)
{
	return x->v1 ? "client.authentication.k8s.io/v1" : "client.authentication.k8s.io/v1beta1";
}

/* --- what is told to the program ------------------------------------------------------------- */

void exec_info(const struct kube_config *c, bool interactive, struct buf *out)
{
	struct value doc = value_object(), spec = value_object(), cluster = value_object();
	struct buf ca = {0};
	struct arena a;

	arena_init(&a, 0);
	value_add(&a, &doc, STR("apiVersion"), value_str(str_from(version_of(&c->exec))));
	value_add(&a, &doc, STR("kind"), value_str(STR("ExecCredential")));
	if (c->exec.cluster_info) {
		base64_encode(&ca, c->ca);
		value_add(&a, &cluster, STR("server"), value_str(c->exec.server));
		if (c->server_name.n)
			value_add(&a, &cluster, STR("tls-server-name"), value_str(c->server_name));
		if (c->insecure)
			value_add(&a, &cluster, STR("insecure-skip-tls-verify"), value_bool(true));
		if (ca.n)
			value_add(&a, &cluster, STR("certificate-authority-data"),
				value_str(buf_str(&ca)));
		if (c->exec.cluster_config)
			value_add(&a, &cluster, STR("config"), *c->exec.cluster_config);
		value_add(&a, &spec, STR("cluster"), cluster);
	}
	value_add(&a, &spec, STR("interactive"), value_bool(interactive));
	value_add(&a, &doc, STR("spec"), spec);
	text_write_json(out, &doc, TEXT_COMPACT);
	buf_fini(&ca);
	arena_fini(&a);
}

static bool names_same(const char *entry, const char *name)
{
	size_t n = strcspn(name, "=");

	return strncmp(entry, name, n) == 0 && entry[n] == '=';
}

/* Ours, with that of the kubeconfig over it; the strings of <own> are the arena's. */
static char **environment(const struct exec_run *r, struct arena *a)
{
	const struct kube_exec *x = &r->config->exec;
	VEC(char *) all = {0};
	struct buf info = {0};
	size_t own;
	char **list;

	exec_info(r->config, r->interactive, &info);
	*vec_push(&all) = (char *)(uintptr_t)arena_printf(
		a, "KUBERNETES_EXEC_INFO=%.*s", STR_ARG(buf_str(&info)))
				  .p;
	for (size_t i = 0; i < x->n_env; i++)
		*vec_push(&all) = (char *)(uintptr_t)arena_printf(
			a, "%.*s=%.*s", STR_ARG(x->env[i].name), STR_ARG(x->env[i].value))
					  .p;
	own = all.n;
	for (char **e = environ; e && *e; e++) {
		bool hidden = false;

		for (size_t i = 0; i < own; i++)
			hidden = hidden || names_same(*e, all.p[i]);
		if (!hidden)
			*vec_push(&all) = *e;
	}
	list = arena_alloc(a, (all.n + 1) * sizeof(*list));
	memcpy(list, all.p, all.n * sizeof(*list));
	list[all.n] = NULL;
	vec_fini(&all);
	buf_fini(&info);
	return list;
}

/* --- what it says ---------------------------------------------------------------------------- */

/* RFC 3339: "2026-10-29T12:00:00Z", with a fraction, with an offset. */
static int parse_time(struct arena *a, struct str s, nsec *ret_wall)
{
	const char *text = arena_str(a, s).p, *p;
	struct tm tm = {0};
	int hours, minutes, used = 0;
	char sign;
	time_t t;

	p = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	if (!p)
		return -EINVAL;
	if (*p == '.')
		p += 1 + strspn(p + 1, "0123456789");
	t = timegm(&tm);
	if (*p == 'Z' && !p[1]) {
		*ret_wall = SEC((nsec)t);
		return 0;
	}
	if (sscanf(p, "%c%2d:%2d%n", &sign, &hours, &minutes, &used) != 3 || p[used] ||
		(sign != '+' && sign != '-') || hours < 0 || minutes < 0)
		return -EINVAL;
	t -= (sign == '+' ? 1 : -1) * (hours * 3600 + minutes * 60);
	*ret_wall = SEC((nsec)t);
	return 0;
}

int exec_parse(struct arena *a, const struct kube_exec *x, struct str text,
	struct exec_answer *ret_answer, struct buf *err)
{
	struct exec_answer answer = {0};
	const struct value *status;
	struct str version, expires;
	struct pki_pair *pair = NULL;
	struct value doc;

	if (text_parse_json(a, text, &doc, NULL) < 0 ||
		!str_eq(value_get_str(&doc, STR("kind"), STR("")), STR("ExecCredential"))) {
		buf_add(err, STR("it wrote no ExecCredential to its standard output"));
		return -EINVAL;
	}
	version = value_get_str(&doc, STR("apiVersion"), STR(""));
	if (!str_eq(version, str_from(version_of(x)))) {
		buf_printf(err, "it speaks %.*s where the kubeconfig says %s", STR_ARG(version),
			version_of(x));
		return -EINVAL;
	}
	status = value_get(&doc, STR("status"));
	answer.token = value_get_str(status, STR("token"), STR(""));
	answer.cert = value_get_str(status, STR("clientCertificateData"), STR(""));
	answer.key = value_get_str(status, STR("clientKeyData"), STR(""));
	expires = value_get_str(status, STR("expirationTimestamp"), STR(""));
	if ((!answer.token.n && !answer.cert.n) || !answer.cert.n != !answer.key.n) {
		buf_add(err, STR("it gave neither a token nor a client certificate with its key"));
		return -EINVAL;
	}
	if (answer.cert.n && pki_pair_new(answer.cert, answer.key, &pair) < 0) {
		buf_add(err, STR("it gave a certificate and key that cannot be used"));
		return -EINVAL;
	}
	pki_pair_unref(pair);
	if (expires.n && parse_time(a, expires, &answer.expires) < 0) {
		buf_printf(err, "its expirationTimestamp \"%.*s\" is no time", STR_ARG(expires));
		return -EINVAL;
	}
	*ret_answer = answer;
	return 0;
}

/* --- the run --------------------------------------------------------------------------------- */

static void run_free(struct exec_run *r)
{
	loop_unwatch(&r->output);
	loop_unwatch(&r->ended);
	loop_timer_cancel(r->loop, &r->timer);
	task_cancel(&r->report);
	if (r->output_fd >= 0)
		close(r->output_fd);
	if (r->pid_fd >= 0)
		close(r->pid_fd);
	buf_fini(&r->text);
	buf_fini(&r->why);
	mem_free(r);
}

static void say_failed(struct exec_run *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say_failed(struct exec_run *r, const char *format, ...)
{
	struct str hint = r->config->exec.install_hint;
	va_list ap;

	if (r->why.n)
		return;
	buf_printf(&r->why, "the program \"%.*s\" that the kubeconfig gets credentials from: ",
		STR_ARG(r->config->exec.command));
	va_start(ap, format);
	buf_vprintf(&r->why, format, ap);
	va_end(ap);
	if (hint.n)
		buf_printf(&r->why, "; %.*s", STR_ARG(hint));
}

static void finish(struct exec_run *r)
{
	struct exec_answer answer;
	struct buf err = {0};
	bool good = false;
	struct arena a;

	arena_init(&a, 0);
	if (!r->why.n) {
		good = exec_parse(&a, &r->config->exec, buf_str(&r->text), &answer, &err) == 0;
		if (!good)
			say_failed(r, "%.*s", STR_ARG(buf_str(&err)));
	}
	r->done(r->arg, good ? &answer : NULL, buf_str(&r->why));
	buf_fini(&err);
	arena_fini(&a);
	run_free(r);
}

/* A program in a group of its own takes what it started along. */
static void kill_it(struct exec_run *r)
{
	if (!r->killed && r->pid)
		kill(r->interactive ? r->pid : -r->pid, SIGKILL);
	r->killed = true;
}

static void take_output(struct exec_run *r)
{
	ssize_t n;

	while ((n = read(r->output_fd, buf_room(&r->text, 4096), 4096)) > 0) {
		buf_added(&r->text, (size_t)n);
		if (r->text.n > EXEC_OUTPUT_MAX) {
			say_failed(r, "it writes without an end");
			kill_it(r);
			break;
		}
	}
	if (n == 0)
		loop_unwatch(&r->output);
}

static void on_output(struct watch *w, uint32_t events)
{
	(void)events;
	take_output(container_of(w, struct exec_run, output));
}

static void on_ended(struct watch *w, uint32_t events)
{
	struct exec_run *r = container_of(w, struct exec_run, ended);
	int status = 0;

	(void)events;
	if (waitpid(r->pid, &status, WNOHANG) == 0)
		return;
	r->pid = 0;
	take_output(r);
	if (WIFSIGNALED(status))
		say_failed(r, "killed by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		say_failed(r, "it ended with status %d", WEXITSTATUS(status));
	finish(r);
}

static void on_timeout(struct timer *t)
{
	struct exec_run *r = container_of(t, struct exec_run, timer);

	say_failed(r, "it did not end in time");
	kill_it(r);
}

static void on_report(struct task *t)
{
	finish(container_of(t, struct exec_run, report));
}

static int spawn(struct exec_run *r, int out)
{
	const struct kube_exec *x = &r->config->exec;
	short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, pipe_only;
	struct arena a;
	char **argv;
	int rc;

	arena_init(&a, 0);
	argv = arena_alloc(&a, (x->n_args + 2) * sizeof(*argv));
	argv[0] = (char *)(uintptr_t)arena_str(&a, x->command).p;
	for (size_t i = 0; i < x->n_args; i++)
		argv[i + 1] = (char *)(uintptr_t)arena_str(&a, x->args[i]).p;
	argv[x->n_args + 1] = NULL;
	AZ(posix_spawn_file_actions_init(&files));
	AZ(posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO));
	if (!r->interactive)
		AZ(posix_spawn_file_actions_addopen(
			&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
	/* We block the signals that we take from a descriptor, and ignore SIGPIPE. */
	sigemptyset(&none);
	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	AZ(posix_spawnattr_init(&attr));
	AZ(posix_spawnattr_setsigmask(&attr, &none));
	AZ(posix_spawnattr_setsigdefault(&attr, &pipe_only));
	if (!r->interactive) {
		flags |= POSIX_SPAWN_SETPGROUP;
		AZ(posix_spawnattr_setpgroup(&attr, 0));
	}
	AZ(posix_spawnattr_setflags(&attr, flags));
	rc = posix_spawnp(&r->pid, argv[0], &files, &attr, argv, environment(r, &a));
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	arena_fini(&a);
	if (rc)
		r->pid = 0;
	return -rc;
}

static int begin(struct exec_run *r)
{
	nsec timeout = r->interactive ? EXEC_TIMEOUT_INTERACTIVE : EXEC_TIMEOUT;
	int fds[2], rc;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	r->output_fd = fds[0];
	rc = spawn(r, fds[1]);
	close(fds[1]);
	if (rc < 0)
		return rc;
	if (fcntl(r->output_fd, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	r->pid_fd = pidfd_open(r->pid, 0);
	if (r->pid_fd < 0)
		return -errno;
	rc = loop_watch_fd(r->loop, &r->output, r->output_fd, EPOLLIN, on_output);
	if (rc == 0)
		rc = loop_watch_fd(r->loop, &r->ended, r->pid_fd, EPOLLIN, on_ended);
	loop_timer_arm(r->loop, &r->timer, timeout);
	return rc;
}

/* Not heard of any more: waited for here, for a killed program does not keep us. */
static void reap(struct exec_run *r)
{
	kill_it(r);
	while (r->pid && waitpid(r->pid, NULL, 0) < 0 && errno == EINTR)
		;
	r->pid = 0;
}

struct exec_run *exec_start(
	struct loop *l, const struct kube_config *c, exec_done_f *done, void *arg)
{
	struct exec_run *r = MEM_NEW(struct exec_run);
	bool terminal = isatty(STDIN_FILENO);
	int rc;

	r->loop = l;
	r->config = c;
	r->done = done;
	r->arg = arg;
	r->output_fd = r->pid_fd = -1;
	timer_init(&r->timer, on_timeout);
	task_init(&r->report, on_report);
	r->interactive = terminal && c->exec.interactive != KUBE_EXEC_NEVER;
	if (!terminal && c->exec.interactive == KUBE_EXEC_ALWAYS) {
		say_failed(r, "it must ask somebody (interactiveMode: Always), and standard input "
			      "is no terminal");
		loop_defer(l, &r->report);
		return r;
	}
	rc = begin(r);
	if (rc < 0) {
		reap(r);
		say_failed(r, "%s", strerror(-rc));
		loop_defer(l, &r->report);
	}
	return r;
}

void exec_cancel(struct exec_run *r)
{
	if (!r)
		return;
	reap(r);
	run_free(r);
}
