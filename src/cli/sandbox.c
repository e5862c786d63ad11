/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_RIGHTS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_RIGHTS                                                                 \
	(READ_RIGHTS | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | \
		LANDLOCK_ACCESS_FS_REMOVE_FILE)
/* All rights of the first version: what is not granted beneath a path is refused everywhere. */
#define HANDLED_RIGHTS (LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1)

/* What the loops, the log, the resolver and the allocator ask of the kernel. */
static const int allowed[] = {
	/* sockets and pipes */
	SCMP_SYS(read),
	SCMP_SYS(write),
	SCMP_SYS(readv),
	SCMP_SYS(writev),
	SCMP_SYS(pread64),
	SCMP_SYS(pwrite64),
	SCMP_SYS(recvfrom),
	SCMP_SYS(sendto),
	SCMP_SYS(recvmsg),
	SCMP_SYS(sendmsg),
	SCMP_SYS(recvmmsg),
	SCMP_SYS(sendmmsg),
	SCMP_SYS(accept4),
	SCMP_SYS(connect),
	SCMP_SYS(bind),
	SCMP_SYS(listen),
	SCMP_SYS(getsockname),
	SCMP_SYS(getpeername),
	SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt),
	SCMP_SYS(shutdown),
	SCMP_SYS(close),
	SCMP_SYS(splice),
	SCMP_SYS(pipe2),
	SCMP_SYS(dup),
	SCMP_SYS(ioctl),
	SCMP_SYS(socketpair),
	/* waiting */
	SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	SCMP_SYS(eventfd2),
	SCMP_SYS(signalfd4),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(inotify_init1),
	SCMP_SYS(inotify_add_watch),
	SCMP_SYS(inotify_rm_watch),
	SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime),
	/* files, as far as Landlock lets */
	SCMP_SYS(openat),
	SCMP_SYS(open),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(stat),
	SCMP_SYS(lstat),
	SCMP_SYS(statx),
	SCMP_SYS(getdents64),
	SCMP_SYS(lseek),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(rename),
	SCMP_SYS(renameat),
	SCMP_SYS(renameat2),
	SCMP_SYS(unlink),
	SCMP_SYS(unlinkat),
	SCMP_SYS(fsync),
	SCMP_SYS(fdatasync),
	SCMP_SYS(ftruncate),
	SCMP_SYS(fcntl),
	SCMP_SYS(getcwd),
	SCMP_SYS(fchmod),
	SCMP_SYS(umask),
	SCMP_SYS(statfs),
	SCMP_SYS(fstatfs),
	SCMP_SYS(fadvise64),
	/* memory and threads */
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(brk),
	SCMP_SYS(futex),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(membarrier),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_setaffinity),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigtimedwait),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(tgkill),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(memfd_create),
	/* facts */
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(getppid),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(getrandom),
	SCMP_SYS(prlimit64),
	SCMP_SYS(getrlimit),
	SCMP_SYS(uname),
	SCMP_SYS(sysinfo),
	SCMP_SYS(getrusage),
	SCMP_SYS(getcpu),
	SCMP_SYS(times),
};

static int fail(struct buf *err, const char *what, int rc)
{
	buf_printf(err, "sandbox: %s: %s", what, strerror(-rc));
	return rc;
}

/* A rule for one path that exists; one that does not is no path to anything. */
static int landlock_allow(int ruleset, const char *path, uint64_t rights)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = rights};
	int rc;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	rc = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0
		     ? -errno
		     : 0;
	if (rc == -EINVAL) {
		/* Folder rights on a file. */
		rule.allowed_access &= LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;
		rc = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) <
				     0
			     ? -errno
			     : 0;
	}
	close(rule.parent_fd);
	return rc;
}

static int landlock_enter(const struct sandbox_paths *paths)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs = HANDLED_RIGHTS};
	int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0), rc = 0;

	if (fd < 0)
		return -errno;
	for (size_t i = 0; rc == 0 && i < paths->n_read; i++)
		rc = landlock_allow(fd, paths->read[i], READ_RIGHTS);
	for (size_t i = 0; rc == 0 && i < paths->n_write; i++)
		rc = landlock_allow(fd, paths->write[i], WRITE_RIGHTS);
	if (rc == 0 && syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

/* Keeps of what there is the capabilities in <keep> (a mask of the first 32). */
static int capabilities_limit(uint32_t keep)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	for (int cap = 0; cap <= CAP_LAST_CAP; cap++) {
		/* EPERM without CAP_SETPCAP: then the sets below are all there is to drop. */
		if (cap >= 32 || !(keep & 1u << cap))
			(void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	}
	if (syscall(SYS_capget, &head, data) < 0)
		return -errno;
	data[0].permitted &= keep;
	data[0].effective = data[0].permitted;
	data[0].inheritable &= keep;
	data[1] = (struct __user_cap_data_struct){0};
	return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}

int sandbox_keep_low_ports(void)
{
	return capabilities_limit(1u << CAP_NET_BIND_SERVICE);
}

static int seccomp_add(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp no_exec = {
		.arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0};
	const struct scmp_arg_cmp thread = {.arg = 0,
		.op = SCMP_CMP_MASKED_EQ,
		.datum_a = CLONE_THREAD,
		.datum_b = CLONE_THREAD};
	const struct scmp_arg_cmp families[] = {{.arg = 0, .op = SCMP_CMP_EQ, .datum_a = AF_INET},
		{.arg = 0, .op = SCMP_CMP_EQ, .datum_a = AF_INET6},
		{.arg = 0, .op = SCMP_CMP_EQ, .datum_a = AF_UNIX}};
	const struct scmp_arg_cmp name_only = {.arg = 0, .op = SCMP_CMP_EQ, .datum_a = PR_SET_NAME};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(allowed); i++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(families); i++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, families[i]);
	if (rc == 0)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_exec);
	if (rc == 0)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_exec);
	if (rc == 0)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, thread);
	if (rc == 0)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, name_only);
	/* Its flags lie in memory, where a filter cannot look: libc then takes clone. */
	if (rc == 0)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return rc;
}

static int seccomp_enter(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int rc;

	if (!ctx)
		return -ENOMEM;
	rc = seccomp_add(ctx);
	if (rc == 0)
		rc = seccomp_load(ctx);
	seccomp_release(ctx);
	return rc;
}

int sandbox_enter(const struct sandbox_paths *paths, struct buf *err)
{
	int rc, landlock;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(err, "no_new_privs", -errno);
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return fail(err, "PR_SET_DUMPABLE", -errno);
	landlock = landlock_enter(paths);
	if (landlock < 0 && landlock != -ENOSYS && landlock != -EOPNOTSUPP)
		return fail(err, "Landlock", landlock);
	rc = capabilities_limit(paths->low_ports ? 1u << CAP_NET_BIND_SERVICE : 0);
	if (rc < 0)
		return fail(err, "capabilities", rc);
	rc = seccomp_enter();
	if (rc < 0)
		return fail(err, "seccomp", rc);
	if (landlock < 0) {
		buf_add(err, STR("sandbox: this kernel has no Landlock: files are guarded by their "
				 "permissions alone"));
		return 1;
	}
	return 0;
}

static bool try_execve(void)
{
	char *argv[] = {NULL};

	return execve("/bin/true", argv, argv) < 0 && errno == EPERM;
}

static bool try_ptrace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 && errno == EPERM;
}

static bool try_exec_memory(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED && errno == EPERM;
}

static bool try_make_executable(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p != MAP_FAILED && mprotect(p, 4096, PROT_READ | PROT_EXEC) < 0 && errno == EPERM;
}

static bool try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid < 0;
}

static bool try_read_foreign(void)
{
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	return fd < 0 && errno == EACCES;
}

static bool try_write_foreign(void)
{
	int fd = open("/tmp/sluice-forbidden", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	return fd < 0 && errno == EACCES;
}

static bool try_raw_socket(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	return fd < 0 && errno == EPERM;
}

static bool try_kill(void)
{
	return kill(getppid(), 0) < 0 && errno == EPERM;
}

static bool try_capabilities(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	/* Reading capabilities is not on the list either. */
	return syscall(SYS_capget, &head, data) < 0 && errno == EPERM;
}

bool sandbox_try_forbidden(struct buf *out)
{
	static const struct {
		const char *what;
		bool (*refused)(void);
	} tries[] = {
		{"execve", try_execve},
		{"ptrace", try_ptrace},
		{"executable mapping", try_exec_memory},
		{"making memory executable", try_make_executable},
		{"fork", try_fork},
		{"reading a foreign file", try_read_foreign},
		{"writing a foreign file", try_write_foreign},
		{"packet socket", try_raw_socket},
		{"signal to the supervisor", try_kill},
		{"capabilities", try_capabilities},
	};
	bool all = true;

	for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
		bool refused = tries[i].refused();

		buf_printf(out, "%s: %s\n", tries[i].what, refused ? "refused" : "ALLOWED");
		all &= refused;
	}
	return all;
}
