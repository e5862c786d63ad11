/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/supervisor.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/channel.h"
#include "cli/supervisor_priv.h"

#define RESTART_FIRST MSEC(100)
#define RESTART_MAX SEC(10)
#define CRASHES_ON_ONE_INPUT 3
#define FORGIVE_AFTER SEC(60)
static const unsigned child_next[] = {
#define S(name, next) next,
	CHILD_STATES(S)
#undef S
};

void supervisor_say(const char *fmt, ...)
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
	if (s->candidate.pid)
		close(s->candidate.fd);
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
		.last_good = s->has_set_aside,
		.set_aside = s->set_aside};

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

static void child_end(struct child *c)
{
	if (!c->told_to_end)
		kill(c->pid, SIGTERM);
	c->told_to_end = true;
}

/* The oldest of too many generations get a deadline: SIGTERM's. */
static void children_bound(struct supervisor *s)
{
	for (;;) {
		struct child *oldest = NULL;
		unsigned n = 0;

		vec_for_each (c, &s->children) {
			if (c->state != CHILD_ENDING || c->told_to_end)
				continue;
			n++;
			if (!oldest || c->generation < oldest->generation)
				oldest = c;
		}
		if (n <= GENERATIONS_MAX)
			return;
		child_end(oldest);
	}
}

/* A new child serves: every older one accepts no more and ends with its last connection. */
static void children_retire(struct supervisor *s, unsigned newest)
{
	const struct channel_msg m = {.kind = CHANNEL_RETIRE};

	vec_for_each (c, &s->children) {
		if (c->generation >= newest || c->state == CHILD_ENDING)
			continue;
		child_move(c, CHILD_ENDING);
		if (channel_send(c->tell_fd, &m, NULL, 0) < 0)
			child_end(c);
	}
	children_bound(s);
	/* What the new one did not ask for, no listener uses. */
	listens_sweep(&s->listens, newest);
}

/* A child that gives way has no say over the sockets: they are its successor's. */
static int child_open(struct supervisor *s, const struct child *c, const struct channel_msg *ask,
	const struct listen_set **ret_set)
{
	if (c->state == CHILD_ENDING)
		return -ESHUTDOWN;
	return listens_open(&s->listens, &ask->addr, ask->slots & ~CHANNEL_DUAL,
		ask->slots & CHANNEL_DUAL, c->generation, ret_set);
}

static void child_answer(struct supervisor *s, struct child *c, const struct channel_msg *ask)
{
	struct channel_msg reply = {.kind = ask->kind};
	const struct listen_set *set = NULL;

	switch ((enum channel_kind)ask->kind) {
	case CHANNEL_OPEN:
		reply.result = child_open(s, c, ask, &set);
		break;
	case CHANNEL_CLOSE:
		if (c->state != CHILD_ENDING)
			listens_close(&s->listens, &ask->addr);
		break;
	case CHANNEL_INPUT:
		c->digest = ask->digest;
		break;
	case CHANNEL_READY:
		if (c->state == CHILD_STARTING) {
			child_move(c, CHILD_READY);
			c->ready_at = clock_mono(s->clock);
			s->was_ready = true;
			children_retire(s, c->generation);
		}
		break;
	case CHANNEL_RETIRE:
		reply.result = -EPROTO;
		break;
	}
	if (channel_send(c->ask_fd, &reply, set ? set->fds : NULL, set ? set->n : 0) < 0)
		child_end(c);
}

/* Time without a crash forgives. */
static void forgive(struct supervisor *s, const struct child *c)
{
	if (c->state == CHILD_READY && clock_mono(s->clock) >= c->ready_at + FORGIVE_AFTER) {
		s->restart_delay = RESTART_FIRST;
		s->crashes = 0;
	}
}

static void child_crashed(struct supervisor *s, const struct child *c)
{
	forgive(s, c);
	s->crashes = c->digest == s->crash_digest ? s->crashes + 1 : 1;
	s->crash_digest = c->digest;
	if (s->crashes != CRASHES_ON_ONE_INPUT || !c->digest)
		return; /* 0: it named none: it was not the input */
	supervisor_say("%d crashes on input %016" PRIx64 ": it is set aside, the last good one "
		       "is used",
		CRASHES_ON_ONE_INPUT, c->digest);
	s->has_set_aside = true;
	s->set_aside = c->digest;
}

static void child_ended(struct supervisor *s, struct child *c, int status)
{
	bool crashed = WIFSIGNALED(status) || WEXITSTATUS(status) != 0;
	bool was_serving = c->state != CHILD_ENDING, others_serve = false;

	if (WIFSIGNALED(status))
		supervisor_say("child %d died of signal %d", (int)c->pid, WTERMSIG(status));
	else if (crashed)
		supervisor_say("child %d ended with status %d", (int)c->pid, WEXITSTATUS(status));
	if (was_serving && crashed)
		child_crashed(s, c);
	close(c->ask_fd);
	close(c->tell_fd);
	*c = s->children.p[--s->children.n];
	vec_for_each (other, &s->children)
		others_serve |= other->state != CHILD_ENDING;
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

static void candidate_check(struct supervisor *s, nsec now)
{
	int status;

	if (!s->candidate.pid)
		return;
	if (waitpid(s->candidate.pid, &status, WNOHANG) > 0) {
		upgrade_answered(s, status);
	} else if (now >= s->candidate.deadline) {
		kill(s->candidate.pid, SIGKILL);
		(void)waitpid(s->candidate.pid, &status, 0);
		upgrade_answered(s, -1);
	}
}

static void end(struct supervisor *s)
{
	s->ending = true;
	s->restart_at = NSEC_NEVER;
	vec_for_each (c, &s->children)
		child_end(c);
}

static void signals_read(struct supervisor *s)
{
	struct signalfd_siginfo info;

	while (read(s->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGTERM:
		case SIGINT:
			end(s);
			break;
		case SIGHUP:
			vec_for_each (c, &s->children)
				kill(c->pid, SIGHUP);
			break;
		case SIGUSR2:
			if (!s->ending)
				upgrade_begin(s);
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
			supervisor_say("child %d is not ready in 30 s: it is ended", (int)c->pid);
			c->started = NSEC_NEVER - READY_TIMEOUT;
			kill(c->pid, SIGKILL);
		}
		forgive(s, c);
	}
	candidate_check(s, now);
	if (now >= s->restart_at) {
		int rc = child_spawn(s);

		if (rc < 0) {
			supervisor_say("cannot start a child: %s", strerror(-rc));
			restart_schedule(s);
		}
	}
}

static int wait_ms(const struct supervisor *s, nsec now)
{
	nsec at = s->candidate.pid ? MIN(s->restart_at, s->candidate.deadline) : s->restart_at;

	vec_for_each (c, &s->children) {
		if (c->state == CHILD_STARTING)
			at = MIN(at, c->started + READY_TIMEOUT);
	}
	return at == NSEC_NEVER ? -1 : at <= now ? 0 : (int)MIN((at - now) / MSEC(1) + 1, 60000);
}

static void child_listen(struct supervisor *s, struct child *c)
{
	struct channel_msg m;
	int fds[LISTEN_SLOTS];
	size_t n_fds = 0;

	if (channel_recv(c->ask_fd, &m, fds, &n_fds) <= 0)
		return; /* it ended: it is reaped in a moment */
	for (size_t k = 0; k < n_fds; k++)
		close(fds[k]);
	child_answer(s, c, &m);
}

static void turn(struct supervisor *s)
{
	nsec now = clock_mono(s->clock);
	size_t n;

	check_deadlines(s, now);
	n = s->children.n;
	vec_reset(&s->polls);
	vec_for_each (c, &s->children)
		*vec_push(&s->polls) = (struct pollfd){.fd = c->ask_fd, .events = POLLIN};
	*vec_push(&s->polls) = (struct pollfd){.fd = s->signal_fd, .events = POLLIN};
	if (poll(s->polls.p, n + 1, wait_ms(s, now)) > 0) {
		/* Answering neither adds nor removes a child. */
		for (size_t i = 0; i < n; i++) {
			if (s->polls.p[i].revents)
				child_listen(s, &s->children.p[i]);
		}
		if (s->polls.p[n].revents)
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
	/* After an upgrade they were blocked over the exec; children begin without. */
	for (size_t i = 0; i < ARRAY_LEN(taken); i++)
		sigdelset(&s->signals_before, taken[i]);
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
	if (upgrade_take_over(&s))
		supervisor_say("upgraded in place");
	do
		turn(&s);
	while (!s.ending || s.children.n);
	listens_fini(&s.listens);
	vec_fini(&s.children);
	vec_fini(&s.polls);
	close(s.signal_fd);
	return s.status;
}
