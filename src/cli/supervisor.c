/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/channel.h"

#define READY_TIMEOUT SEC(30)
#define RESTART_FIRST MSEC(100)
#define RESTART_MAX SEC(10)
#define CRASHES_ON_ONE_INPUT 3
#define GENERATIONS_MAX 8
/* The memfd that carries the state over an exec; its number travels in this variable. */
#define STATE_VARIABLE "SLUICE_SUPERVISOR_STATE"
#define STATE_MAGIC 0x736c5355u
#define STATE_VERSION 1u

#define CHILD_STATES(S)                                           \
	S(CHILD_STARTING, 1u << CHILD_READY | 1u << CHILD_ENDING) \
	S(CHILD_READY, 1u << CHILD_ENDING)                        \
	S(CHILD_ENDING, 0u)

enum child_state {
#define S(name, next) name,
	CHILD_STATES(S)
#undef S
};

static const unsigned child_next[] = {
#define S(name, next) next,
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
};

struct supervisor {
	char **argv;
	child_main_f *child_main;
	void *arg;
	const struct clock *clock;
	struct listens listens;
	VEC(struct child) children;
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
	int status;
};

static void say(const char *fmt, ...) printf_like(1, 2);

static void say(const char *fmt, ...)
{
	va_list ap;

	fputs("sluice: supervisor: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static void child_move(struct child *c, enum child_state to)
{
	AN(child_next[c->state] & (1u << to));
	c->state = to;
}

/* In the child: leave nothing of the supervisor behind but its two channel ends. */
static _Noreturn void child_run(struct supervisor *s, struct child_start *start)
{
	struct listens none = s->listens;
	int rc;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	close(s->signal_fd);
	vec_for_each (c, &s->children) {
		close(c->ask_fd);
		close(c->tell_fd);
	}
	listens_fini(&none);
	sigprocmask(SIG_SETMASK, &s->signals_before, NULL);
	rc = s->child_main(s->arg, start);
	exit(rc);
}

static int child_spawn(struct supervisor *s)
{
	int ask[2] = {-1, -1}, tell[2] = {-1, -1}, err;
	struct child c = {.state = CHILD_STARTING,
		.started = clock_mono(s->clock),
		.generation = ++s->generation};
	struct child_start start = {.generation = c.generation,
		.last_good = s->crashes >= CRASHES_ON_ONE_INPUT,
		.set_aside = s->crash_digest};

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ask) < 0 ||
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, tell) < 0)
		goto fail;
	fflush(NULL);
	c.pid = fork();
	if (c.pid < 0)
		goto fail;
	if (c.pid == 0) {
		close(ask[0]);
		close(tell[0]);
		start.ask_fd = ask[1];
		start.tell_fd = tell[1];
		child_run(s, &start);
	}
	close(ask[1]);
	close(tell[1]);
	c.ask_fd = ask[0];
	c.tell_fd = tell[0];
	*vec_push(&s->children) = c;
	s->restart_at = NSEC_NEVER;
	return 0;
fail:
	err = errno;
	for (int i = 0; i < 2; i++) {
		if (ask[i] >= 0)
			close(ask[i]);
		if (tell[i] >= 0)
			close(tell[i]);
	}
	return -err;
}

static void restart_schedule(struct supervisor *s)
{
	s->restart_at = clock_mono(s->clock) + s->restart_delay;
	s->restart_delay = MIN(s->restart_delay * 2, RESTART_MAX);
}

/* A new child serves: every older one accepts no more and ends with its last connection. */
static void children_retire(struct supervisor *s, unsigned newest)
{
	const struct channel_msg m = {.kind = CHANNEL_RETIRE};
	unsigned old = 0;

	vec_for_each (c, &s->children) {
		if (c->generation == newest)
			continue;
		if (c->state != CHILD_ENDING) {
			child_move(c, CHILD_ENDING);
			if (channel_send(c->tell_fd, &m, NULL, 0) < 0)
				kill(c->pid, SIGTERM);
		}
		/* The oldest of too many generations gets a deadline: SIGTERM's. */
		if (++old >= GENERATIONS_MAX && c == s->children.p)
			kill(c->pid, SIGTERM);
	}
}

static void child_answer(struct supervisor *s, struct child *c, const struct channel_msg *ask)
{
	struct channel_msg reply = {.kind = ask->kind};
	const struct listen_set *set = NULL;

	switch ((enum channel_kind)ask->kind) {
	case CHANNEL_OPEN:
		reply.result = listens_open(&s->listens, &ask->addr, &set);
		break;
	case CHANNEL_CLOSE:
		listens_close(&s->listens, &ask->addr);
		break;
	case CHANNEL_INPUT:
		c->digest = ask->digest;
		break;
	case CHANNEL_READY:
		if (c->state == CHILD_STARTING) {
			child_move(c, CHILD_READY);
			s->was_ready = true;
			children_retire(s, c->generation);
		}
		break;
	case CHANNEL_RETIRE:
		reply.result = -EPROTO;
		break;
	}
	if (channel_send(c->ask_fd, &reply, set ? set->fds : NULL, set ? LISTEN_SLOTS : 0) < 0)
		kill(c->pid, SIGTERM);
}

static void child_ended(struct supervisor *s, struct child *c, int status)
{
	bool crashed = WIFSIGNALED(status) || WEXITSTATUS(status) != 0;
	bool was_serving = c->state != CHILD_ENDING, others_serve = false;

	if (WIFSIGNALED(status))
		say("child %d died of signal %d", (int)c->pid, WTERMSIG(status));
	else if (crashed)
		say("child %d ended with status %d", (int)c->pid, WEXITSTATUS(status));
	if (was_serving && crashed) {
		s->crashes = c->digest == s->crash_digest ? s->crashes + 1 : 1;
		s->crash_digest = c->digest;
	}
	close(c->ask_fd);
	close(c->tell_fd);
	*c = s->children.p[--s->children.n];
	vec_for_each (other, &s->children)
		others_serve |= other->state == CHILD_READY;
	if (s->ending || !was_serving)
		return;
	if (!s->was_ready && !WIFSIGNALED(status)) {
		/* It said why; starting it again would say the same. */
		s->ending = true;
		s->status = WEXITSTATUS(status);
		return;
	}
	if (!others_serve)
		restart_schedule(s);
}

static void children_reap(struct supervisor *s)
{
	for (size_t i = 0; i < s->children.n;) {
		int status;

		if (waitpid(s->children.p[i].pid, &status, WNOHANG) > 0)
			child_ended(s, &s->children.p[i], status);
		else
			i++;
	}
}

static void children_kill(struct supervisor *s, int sig)
{
	vec_for_each (c, &s->children)
		kill(c->pid, sig);
}

bool supervisor_can_take_over(const char *version)
{
	uint64_t n;

	return str_to_u64(str_from(version), UINT32_MAX, &n) == 0 && n == STATE_VERSION;
}

/* The new binary must at least run and understand our state before we stop being the old one. */
static bool binary_runs(const char *path)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		char version[16];

		snprintf(version, sizeof(version), "%u", STATE_VERSION);
		alarm(10);
		execl(path, path, SUPERVISOR_CHECK, version, (char *)NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

struct state_head {
	uint32_t magic, version, generation;
	uint32_t n_sets, set_size, n_children, child_size;
	uint64_t crash_digest;
	uint32_t crashes;
};

static int state_write(struct supervisor *s)
{
	struct state_head h = {STATE_MAGIC, STATE_VERSION, s->generation,
		(uint32_t)s->listens.sets.n, sizeof(struct listen_set), (uint32_t)s->children.n,
		sizeof(struct child), s->crash_digest, s->crashes};
	size_t sets = s->listens.sets.n * sizeof(struct listen_set);
	size_t children = s->children.n * sizeof(struct child);
	int fd = memfd_create("sluice-supervisor", 0);

	if (fd < 0)
		return -errno;
	if (write(fd, &h, sizeof(h)) != sizeof(h) ||
		write(fd, s->listens.sets.p, sets) != (ssize_t)sets ||
		write(fd, s->children.p, children) != (ssize_t)children) {
		close(fd);
		return -EIO;
	}
	return fd;
}

static void keep_over_exec(struct supervisor *s, bool keep)
{
	int flags = keep ? 0 : FD_CLOEXEC;

	vec_for_each (set, &s->listens.sets) {
		for (int i = 0; i < LISTEN_SLOTS; i++)
			fcntl(set->fds[i], F_SETFD, flags);
	}
	vec_for_each (c, &s->children) {
		fcntl(c->ask_fd, F_SETFD, flags);
		fcntl(c->tell_fd, F_SETFD, flags);
	}
}

/* Takes over what the binary before us left; false if nothing was. */
static bool state_read(struct supervisor *s)
{
	const char *number = getenv(STATE_VARIABLE);
	struct state_head h;
	uint64_t fd;

	if (!number || str_to_u64(str_from(number), 1 << 20, &fd) < 0)
		return false;
	unsetenv(STATE_VARIABLE);
	if (lseek((int)fd, 0, SEEK_SET) < 0 || read((int)fd, &h, sizeof(h)) != sizeof(h) ||
		h.magic != STATE_MAGIC || h.version != STATE_VERSION ||
		h.set_size != sizeof(struct listen_set) || h.child_size != sizeof(struct child)) {
		say("the state of the binary before is not of this version: sockets are opened anew");
		close((int)fd);
		return false;
	}
	for (uint32_t i = 0; i < h.n_sets; i++) {
		struct listen_set set;

		AN(read((int)fd, &set, sizeof(set)) == sizeof(set));
		listens_adopt(&s->listens, &set);
	}
	for (uint32_t i = 0; i < h.n_children; i++) {
		struct child c;

		AN(read((int)fd, &c, sizeof(c)) == sizeof(c));
		*vec_push(&s->children) = c;
	}
	close((int)fd);
	s->generation = h.generation;
	s->crash_digest = h.crash_digest;
	s->crashes = h.crashes;
	s->was_ready = h.n_children > 0;
	keep_over_exec(s, false);
	return true;
}

static void upgrade(struct supervisor *s)
{
	char number[16], path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 16);
	int fd;

	if (n <= 0) {
		say("upgrade: the binary's path cannot be read: %s", strerror(errno));
		return;
	}
	path[n] = '\0';
	/* A binary replaced by rename leaves " (deleted)" behind the old one's path. */
	if (n > 10 && strcmp(path + n - 10, " (deleted)") == 0)
		path[n - 10] = '\0';
	if (!binary_runs(path)) {
		say("upgrade: %s does not run, or cannot take over from this version: nothing is "
		    "changed",
			path);
		return;
	}
	fd = state_write(s);
	if (fd < 0) {
		say("upgrade: %s: nothing is changed", strerror(-fd));
		return;
	}
	snprintf(number, sizeof(number), "%d", fd);
	setenv(STATE_VARIABLE, number, 1);
	keep_over_exec(s, true);
	sigprocmask(SIG_SETMASK, &s->signals_before, NULL);
	execv(path, s->argv);
	say("upgrade: %s: %s: nothing is changed", path, strerror(errno));
	sigprocmask(SIG_BLOCK, &s->signals, NULL);
	unsetenv(STATE_VARIABLE);
	keep_over_exec(s, false);
	close(fd);
}

static void signals_read(struct supervisor *s)
{
	struct signalfd_siginfo info;

	while (read(s->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGTERM:
		case SIGINT:
			s->ending = true;
			s->restart_at = NSEC_NEVER;
			children_kill(s, SIGTERM);
			break;
		case SIGHUP:
			children_kill(s, SIGHUP);
			break;
		case SIGUSR2:
			if (!s->ending)
				upgrade(s);
			break;
		default:
			break; /* SIGCHLD: children are reaped each turn */
		}
	}
}

/* A child that is not ready in time is given up; an older one that still serves goes on. */
static void check_deadlines(struct supervisor *s, nsec now)
{
	vec_for_each (c, &s->children) {
		if (c->state == CHILD_STARTING && now >= c->started + READY_TIMEOUT) {
			say("child %d is not ready in 30 s: it is ended", (int)c->pid);
			c->started = NSEC_NEVER - READY_TIMEOUT;
			kill(c->pid, SIGKILL);
		}
		/* Time without a crash forgives. */
		if (c->state == CHILD_READY && now >= c->started + SEC(60))
			s->restart_delay = RESTART_FIRST;
	}
	if (now >= s->restart_at) {
		int rc = child_spawn(s);

		if (rc < 0) {
			say("cannot start a child: %s", strerror(-rc));
			restart_schedule(s);
		}
	}
}

static int wait_ms(const struct supervisor *s, nsec now)
{
	nsec at = s->restart_at;

	vec_for_each (c, &s->children) {
		if (c->state == CHILD_STARTING)
			at = MIN(at, c->started + READY_TIMEOUT);
	}
	return at == NSEC_NEVER ? -1 : at <= now ? 0 : (int)MIN((at - now) / MSEC(1) + 1, 60000);
}

static void children_listen(struct supervisor *s, const struct pollfd *polls, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct channel_msg m;
		int fds[LISTEN_SLOTS];
		size_t n_fds = 0;

		if (!polls[i].revents || channel_recv(polls[i].fd, &m, fds, &n_fds) <= 0)
			continue;
		for (size_t k = 0; k < n_fds; k++)
			close(fds[k]);
		vec_for_each (c, &s->children) {
			if (c->ask_fd == polls[i].fd) {
				child_answer(s, c, &m);
				break;
			}
		}
	}
}

static void turn(struct supervisor *s)
{
	struct pollfd polls[2 + GENERATIONS_MAX * 2];
	size_t n = 0;
	nsec now = clock_mono(s->clock);

	check_deadlines(s, now);
	vec_for_each (c, &s->children) {
		if (n + 1 < ARRAY_LEN(polls))
			polls[n++] = (struct pollfd){.fd = c->ask_fd, .events = POLLIN};
	}
	polls[n] = (struct pollfd){.fd = s->signal_fd, .events = POLLIN};
	if (poll(polls, n + 1, wait_ms(s, now)) > 0) {
		children_listen(s, polls, n);
		if (polls[n].revents)
			signals_read(s);
	}
	children_reap(s);
}

static void signals_take(struct supervisor *s)
{
	static const int taken[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR2, SIGCHLD};

	sigemptyset(&s->signals);
	for (size_t i = 0; i < ARRAY_LEN(taken); i++)
		sigaddset(&s->signals, taken[i]);
	AZ(sigprocmask(SIG_BLOCK, &s->signals, &s->signals_before));
	s->signal_fd = signalfd(-1, &s->signals, SFD_NONBLOCK | SFD_CLOEXEC);
	AN(s->signal_fd >= 0);
}

int supervise(char **argv, child_main_f *child_main, void *arg)
{
	struct supervisor s = {.argv = argv,
		.child_main = child_main,
		.arg = arg,
		.clock = clock_system(),
		.restart_delay = RESTART_FIRST};

	signal(SIGPIPE, SIG_IGN);
	signals_take(&s);
	s.restart_at = clock_mono(s.clock);
	if (state_read(&s))
		say("upgraded in place");
	do
		turn(&s);
	while (!s.ending || s.children.n);
	listens_fini(&s.listens);
	vec_fini(&s.children);
	close(s.signal_fd);
	return s.status;
}
