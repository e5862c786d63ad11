/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/channel.h"

#include <errno.h>
#include <unistd.h>

#define CONTROL_SIZE CMSG_SPACE(sizeof(int) * LISTEN_SLOTS)

int channel_send(int fd, const struct channel_msg *m, const int *fds, size_t n)
{
	_Alignas(struct cmsghdr) char control[CONTROL_SIZE] = {0};
	struct channel_msg copy = *m;
	struct iovec iov = {&copy, sizeof(copy)};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t sent;

	AN(n <= LISTEN_SLOTS);
	if (n) {
		struct cmsghdr *c;

		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * n);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * n);
		memcpy(CMSG_DATA(c), fds, sizeof(int) * n);
	}
	do
		sent = sendmsg(fd, &msg, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

int channel_recv(int fd, struct channel_msg *ret_m, int *ret_fds, size_t *ret_n)
{
	_Alignas(struct cmsghdr) char control[CONTROL_SIZE] = {0};
	struct channel_msg m;
	struct iovec iov = {&m, sizeof(m)};
	struct msghdr msg = {.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control)};
	struct cmsghdr *c;
	ssize_t got;

	do
		got = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return got < 0 ? -errno : 0;
	*ret_n = 0;
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
		*ret_n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(ret_fds, CMSG_DATA(c), *ret_n * sizeof(int));
	}
	if (got != sizeof(m)) {
		for (size_t i = 0; i < *ret_n; i++)
			close(ret_fds[i]);
		return -EPROTO;
	}
	*ret_m = m;
	return 1;
}
