/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upgrade.c -- one supervisor becomes another: same process, same sockets, same children.
 *
 * The new binary is first run beside us and asked to say that it understands our state; only then
 * is the state written to a memfd and the binary executed in our place.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/supervisor_priv.h"

/* The memfd that carries the state over an exec; its number travels in this variable. */
#define STATE_VARIABLE "SLUICE_SUPERVISOR_STATE"
#define STATE_MAGIC 0x736c5355u
#define STATE_VERSION 2u

/* What a binary answers: not every program that exits 0 is one of ours. */
#define CAN_TAKE_OVER "sluice can take over"

struct state_head {
	uint32_t magic, version, generation, n_sets, n_children;
};

/* The layout that both binaries must mean: version and sizes. */
static void layout_format(char text[48])
{
	snprintf(text, 48, "%u.%zu.%zu.%zu", STATE_VERSION, sizeof(struct state_head),
		sizeof(struct listen_set), sizeof(struct child));
}

bool supervisor_can_take_over(const char *layout)
{
	char own[48];

	layout_format(own);
	if (strcmp(layout, own) != 0)
		return false;
	puts(CAN_TAKE_OVER);
	return true;
}

static int own_path(char *path, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", path, size - 1);

	if (n <= 0)
		return n < 0 ? -errno : -ENOENT;
	path[n] = '\0';
	/* A binary replaced by rename leaves " (deleted)" behind the old one's path. */
	if (n > 10 && strcmp(path + n - 10, " (deleted)") == 0)
		path[n - 10] = '\0';
	return 0;
}

static _Noreturn void candidate_run(struct supervisor *s, const char *path, int out)
{
	char layout[48];

	layout_format(layout);
	sigprocmask(SIG_SETMASK, &s->signals_before, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(out, STDOUT_FILENO) >= 0)
		execl(path, path, SUPERVISOR_CHECK, layout, (char *)NULL);
	_exit(127);
}

void upgrade_begin(struct supervisor *s)
{
	char path[4096];
	int fds[2] = {-1, -1}, rc;
	pid_t pid;

	if (s->candidate.pid)
		return;
	rc = own_path(path, sizeof(path));
	if (rc == 0 && pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		rc = -errno;
	if (rc < 0) {
		supervisor_say("upgrade: %s: nothing is changed", strerror(-rc));
		return;
	}
	pid = fork();
	if (pid == 0)
		candidate_run(s, path, fds[1]);
	rc = errno;
	close(fds[1]);
	if (pid < 0) {
		supervisor_say("upgrade: %s: nothing is changed", strerror(rc));
		close(fds[0]);
		return;
	}
	s->candidate = (struct candidate){pid, fds[0], clock_mono(s->clock) + READY_TIMEOUT};
}

static bool write_all(int fd, const void *p, size_t n)
{
	return n == 0 || write(fd, p, n) == (ssize_t)n;
}

static int state_write(struct supervisor *s)
{
	struct state_head h = {.magic = STATE_MAGIC,
		.version = STATE_VERSION,
		.generation = s->generation,
		.n_sets = (uint32_t)s->listens.sets.n,
		.n_children = (uint32_t)s->children.n};
	int fd = memfd_create("sluice-supervisor", 0);

	if (fd < 0)
		return -errno;
	if (!write_all(fd, &h, sizeof(h)) ||
		!write_all(fd, s->listens.sets.p, h.n_sets * sizeof(struct listen_set)) ||
		!write_all(fd, s->children.p, h.n_children * sizeof(struct child))) {
		close(fd);
		return -EIO;
	}
	return fd;
}

static void keep_over_exec(struct supervisor *s, bool keep)
{
	int flags = keep ? 0 : FD_CLOEXEC;

	vec_for_each (set, &s->listens.sets) {
		for (unsigned i = 0; i < set->n; i++)
			fcntl(set->fds[i], F_SETFD, flags);
	}
	vec_for_each (c, &s->children) {
		fcntl(c->ask_fd, F_SETFD, flags);
		fcntl(c->tell_fd, F_SETFD, flags);
	}
}

/* Our signals stay blocked over the exec: one that comes meanwhile waits for the new binary. */
static void become(struct supervisor *s)
{
	char number[16], path[4096];
	int rc = own_path(path, sizeof(path)), fd = rc < 0 ? rc : state_write(s);

	if (fd < 0) {
		supervisor_say("upgrade: %s: nothing is changed", strerror(-fd));
		return;
	}
	snprintf(number, sizeof(number), "%d", fd);
	setenv(STATE_VARIABLE, number, 1);
	keep_over_exec(s, true);
	execv(path, s->argv);
	supervisor_say("upgrade: %s: %s: nothing is changed", path, strerror(errno));
	unsetenv(STATE_VARIABLE);
	keep_over_exec(s, false);
	close(fd);
}

void upgrade_answered(struct supervisor *s, int status)
{
	char said[sizeof(CAN_TAKE_OVER)] = {0};
	ssize_t n = read(s->candidate.fd, said, sizeof(said) - 1);
	bool good = status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
		    n == (ssize_t)sizeof(said) - 1 && strcmp(said, CAN_TAKE_OVER) == 0;

	close(s->candidate.fd);
	s->candidate = (struct candidate){0};
	if (good && !s->ending)
		become(s);
	else if (status == -1)
		supervisor_say("upgrade: the binary does not answer in 30 s: nothing is changed");
	else if (!good)
		supervisor_say("upgrade: the binary does not run, or cannot take over from this "
			       "version: nothing is changed");
}

/* The memfd's number from the environment, which children shall not see; negative: none. */
static int state_fd(void)
{
	const char *number = getenv(STATE_VARIABLE);
	uint64_t fd;
	int rc = number ? str_to_u64(str_from(number), 1 << 20, &fd) : -ENOENT;

	unsetenv(STATE_VARIABLE);
	return rc < 0 ? rc : (int)fd;
}

static bool state_read(struct supervisor *s, int fd)
{
	struct state_head h;

	if (lseek(fd, 0, SEEK_SET) < 0 || read(fd, &h, sizeof(h)) != sizeof(h) ||
		h.magic != STATE_MAGIC || h.version != STATE_VERSION)
		return false;
	for (uint32_t i = 0; i < h.n_sets; i++) {
		struct listen_set set;

		if (read(fd, &set, sizeof(set)) != sizeof(set))
			return false;
		listens_adopt(&s->listens, &set);
	}
	for (uint32_t i = 0; i < h.n_children; i++) {
		struct child c;

		if (read(fd, &c, sizeof(c)) != sizeof(c))
			return false;
		*vec_push(&s->children) = c;
		s->was_ready |= c.state != CHILD_STARTING;
	}
	s->generation = h.generation;
	/* What crashed the binary before may be well with this one: an input that was set aside is
	 * tried again. */
	return true;
}

bool upgrade_take_over(struct supervisor *s)
{
	int fd = state_fd();
	bool good;

	if (fd < 0)
		return false;
	good = state_read(s, fd);
	close(fd);
	if (!good)
		supervisor_say("upgrade: the state of the binary before cannot be read");
	keep_over_exec(s, false);
	return good;
}
