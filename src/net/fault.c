/* SPDX-License-Identifier: Apache-2.0 */
#include "net/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static struct fault *fault_of(struct net_sys *sys)
{
	return container_of(sys, struct fault, sys);
}

/* Counts a call; true when this one is to fail. */
static bool fault_now(struct net_sys *sys, enum fault_call call)
{
	struct fault *f = fault_of(sys);
	uint64_t n = ++f->seen[call];

	if (call != f->call || n < f->nth || n - f->nth >= f->times)
		return false;
	f->hit++;
	if (f->err > 0)
		errno = f->err;
	return true;
}

static bool fault_short(struct net_sys *sys)
{
	return fault_of(sys)->err == FAULT_SHORT;
}

/* The kernel gives a new edge after a true EAGAIN or short count; after a feigned one nothing has
 * changed, so registering again asks for it. */
static void fault_edge(struct net_sys *sys, int fd)
{
	struct fault *f = fault_of(sys);
	int err = errno;

	if (fd < FAULT_FDS && f->events[fd].events)
		(void)epoll_ctl(f->ep, EPOLL_CTL_MOD, fd, &f->events[fd]);
	errno = err;
}

static ssize_t f_recv(struct net_sys *sys, int fd, void *p, size_t n, int flags)
{
	if (!fault_now(sys, FAULT_RECV))
		return recv(fd, p, n, flags);
	fault_edge(sys, fd);
	return fault_short(sys) ? recv(fd, p, MIN(n, (size_t)1), flags) : -1;
}

static ssize_t f_sendmsg(struct net_sys *sys, int fd, const struct msghdr *m, int flags)
{
	if (!fault_now(sys, FAULT_SENDMSG))
		return sendmsg(fd, m, flags);
	fault_edge(sys, fd);
	if (!fault_short(sys))
		return -1;
	return send(fd, m->msg_iov[0].iov_base, MIN(m->msg_iov[0].iov_len, (size_t)1), flags);
}

static int f_accept4(struct net_sys *sys, int fd, struct sockaddr *a, socklen_t *n, int flags)
{
	return fault_now(sys, FAULT_ACCEPT) ? -1 : accept4(fd, a, n, flags);
}

static int f_connect(struct net_sys *sys, int fd, const struct sockaddr *a, socklen_t n)
{
	if (fault_now(sys, FAULT_CONNECT)) {
		int err = errno;

		/* An interrupted connect goes on in the background. */
		if (err == EINTR)
			(void)connect(fd, a, n);
		errno = err;
		return -1;
	}
	return connect(fd, a, n);
}

static int f_socket(struct net_sys *sys, int domain, int type, int protocol)
{
	return fault_now(sys, FAULT_SOCKET) ? -1 : socket(domain, type, protocol);
}

static int f_epoll_ctl(struct net_sys *sys, int ep, int op, int fd, struct epoll_event *ev)
{
	struct fault *f = fault_of(sys);

	/* Changing what is registered needs no memory and does not fail. */
	if (op == EPOLL_CTL_ADD && fault_now(sys, FAULT_EPOLL_CTL))
		return -1;
	f->ep = ep;
	if (fd < FAULT_FDS)
		f->events[fd] = *ev;
	return epoll_ctl(ep, op, fd, ev);
}

static int f_epoll_wait(struct net_sys *sys, int ep, struct epoll_event *ev, int n, int ms)
{
	return fault_now(sys, FAULT_EPOLL_WAIT) ? -1 : epoll_wait(ep, ev, n, ms);
}

static ssize_t f_splice(struct net_sys *sys, int from, int to, size_t n, unsigned flags)
{
	if (!fault_now(sys, FAULT_SPLICE))
		return splice(from, NULL, to, NULL, n, flags);
	fault_edge(sys, from);
	fault_edge(sys, to);
	return fault_short(sys) ? splice(from, NULL, to, NULL, 1, flags) : -1;
}

static int f_pipe2(struct net_sys *sys, int fds[2], int flags)
{
	return fault_now(sys, FAULT_PIPE) ? -1 : pipe2(fds, flags);
}

static int f_shutdown(struct net_sys *sys, int fd, int how)
{
	return fault_now(sys, FAULT_SHUTDOWN) ? -1 : shutdown(fd, how);
}

void fault_init(struct fault *f)
{
	*f = (struct fault){
		.sys =
			{
				.recv = f_recv,
				.sendmsg = f_sendmsg,
				.accept4 = f_accept4,
				.connect = f_connect,
				.socket = f_socket,
				.epoll_ctl = f_epoll_ctl,
				.epoll_wait = f_epoll_wait,
				.splice = f_splice,
				.pipe2 = f_pipe2,
				.shutdown = f_shutdown,
			},
		.call = FAULT_CALLS,
		.times = 1,
	};
}
