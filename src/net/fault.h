/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault.h -- the system calls of net as a table, and one that fails on purpose.
 *
 * A loop made without a table calls the kernel directly (one predicted branch).  Tests make it with
 * a struct fault: the n-th call of a kind fails, or is cut short, and the sweep over n must leave
 * every op complete exactly once and every descriptor closed.
 */
#ifndef NET_FAULT_H
#define NET_FAULT_H

#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/checks.h"

struct net_sys {
	/* All as the system call of the name: -1 and errno. */
	ssize_t (*recv)(struct net_sys *sys, int fd, void *p, size_t n, int flags);
	ssize_t (*sendmsg)(struct net_sys *sys, int fd, const struct msghdr *m, int flags);
	int (*accept4)(struct net_sys *sys, int fd, struct sockaddr *a, socklen_t *n, int flags);
	int (*connect)(struct net_sys *sys, int fd, const struct sockaddr *a, socklen_t n);
	int (*socket)(struct net_sys *sys, int domain, int type, int protocol);
	int (*epoll_ctl)(struct net_sys *sys, int ep, int op, int fd, struct epoll_event *ev);
	int (*epoll_wait)(struct net_sys *sys, int ep, struct epoll_event *ev, int n, int ms);
	ssize_t (*splice)(struct net_sys *sys, int from, int to, size_t n, unsigned flags);
	int (*pipe2)(struct net_sys *sys, int fds[2], int flags);
	int (*shutdown)(struct net_sys *sys, int fd, int how);
};

enum fault_call {
	FAULT_RECV,
	FAULT_SENDMSG,
	FAULT_ACCEPT,
	FAULT_CONNECT,
	FAULT_SOCKET,
	FAULT_EPOLL_CTL,
	FAULT_EPOLL_WAIT,
	FAULT_SPLICE,
	FAULT_PIPE,
	FAULT_SHUTDOWN,
	FAULT_CALLS,
};

/* errno to fail with is positive; FAULT_SHORT moves one byte only (recv, sendmsg, splice). */
#define FAULT_SHORT (-1)
#define FAULT_FDS 1024

struct fault {
	struct net_sys sys; /* hand &fault.sys to loop_new() */
	enum fault_call call; /* which kind fails; FAULT_CALLS: none */
	uint64_t nth; /* the first to fail, from 1 */
	uint64_t times; /* how many from there on */
	int err; /* errno, or FAULT_SHORT */
	uint64_t seen[FAULT_CALLS]; /* calls so far, failed ones too */
	uint64_t hit; /* faults injected */
	int ep; /* internal: what is registered, to feign edges */
	struct epoll_event events[FAULT_FDS];
};

/* No faults yet; set the fields. */
void fault_init(struct fault *f);

#endif
