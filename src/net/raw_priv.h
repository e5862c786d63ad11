/* SPDX-License-Identifier: Apache-2.0 */
/*
 * raw_priv.h -- the three system calls of every request, without the C library's work around them.
 *
 * In a process with threads the library makes each of them a cancellation point: two more calls and
 * two locked exchanges.  Nothing here is ever cancelled.  Under a sanitizer the library's are used,
 * which check the buffers.
 */
#ifndef NET_RAW_PRIV_H
#define NET_RAW_PRIV_H

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/poison.h"

#ifdef POISON_ON
#define raw_recv recv
#define raw_send send
#define raw_epoll_wait epoll_wait
#else
static inline ssize_t raw_recv(int fd, void *p, size_t n, int flags)
{
	return syscall(SYS_recvfrom, fd, p, n, flags, NULL, NULL);
}

static inline ssize_t raw_send(int fd, const void *p, size_t n, int flags)
{
	return syscall(SYS_sendto, fd, p, n, flags, NULL, 0);
}

static inline int raw_epoll_wait(int ep, struct epoll_event *ev, int n, int ms)
{
	return (int)syscall(SYS_epoll_pwait, ep, ev, n, ms, NULL, 0);
}
#endif

#endif
