/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channel.h -- what supervisor and child say to each other.
 *
 * Two SOCK_SEQPACKET pairs: on <ask> the child asks and waits for the answer; on <tell> the
 * supervisor says something when it wants to.  Messages are of fixed size and are read only from a
 * process of our own binary.
 */
#ifndef CLI_CHANNEL_H
#define CLI_CHANNEL_H

#include "cli/listens.h"

enum channel_kind {
	/* child asks */
	CHANNEL_OPEN = 1, /* addr, slots → result, that many sockets */
	CHANNEL_CLOSE, /* addr: no listener uses it, and its backlog is drained → result */
	CHANNEL_INPUT, /* digest of the configuration that is about to be used → result */
	CHANNEL_READY, /* serving → result */
	/* supervisor tells */
	CHANNEL_RETIRE, /* a newer child serves: accept no more, end with the last connection */
};

#define CHANNEL_DUAL 0x100u

struct channel_msg {
	uint32_t kind;
	int32_t result; /* 0 or -errno */
	uint32_t slots; /* OPEN: how many sockets, with CHANNEL_DUAL where [::] takes IPv4 too */
	uint64_t digest;
	struct addr addr;
};

/* Sends <m> with <n> descriptors (at most LISTEN_SLOTS).  0 or -errno; -EPIPE: the other end is
 * gone. */
int must_check channel_send(int fd, const struct channel_msg *m, const int *fds, size_t n);
/* Receives one message; descriptors arrive close-on-exec.  1, 0 at the end, or -errno (-EAGAIN
 * where fd does not block, -EPROTO on a message that is not ours). */
int must_check channel_recv(int fd, struct channel_msg *ret_m, int *ret_fds, size_t *ret_n);

#endif
