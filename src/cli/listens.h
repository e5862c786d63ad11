/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listens.h -- the listening sockets of this gateway, by address.
 *
 * Each address has LISTEN_SLOTS sockets of one SO_REUSEPORT group, opened together and closed
 * together (closing one socket of a group under load loses the connections in its backlog).
 * Worker i of W accepts from slots i, i+W, …, so the number of workers may change while the sockets
 * stay.  Owned by the supervisor, or by the serving process itself where there is none; one thread.
 */
#ifndef CLI_LISTENS_H
#define CLI_LISTENS_H

#include "base/vec.h"
#include "net/addr.h"

#define LISTEN_SLOTS 16

struct listen_set {
	struct addr addr;
	unsigned n; /* sockets: LISTEN_SLOTS, or 1 for what operators ask */
	unsigned generation; /* of the child that asked last */
	int fds[LISTEN_SLOTS];
};

struct listens {
	VEC(struct listen_set) sets;
};

/* The <n> sockets of <addr>, opened if they are not, for the child <generation>.  <dual>: an IPv6
 * one takes IPv4 too.  Returns 0 with a
 * pointer that lives until the next call, or -errno of socket, bind or listen (-EADDRINUSE, also
 * when they are open with another number, -EACCES, …) with nothing kept. */
int must_check listens_open(struct listens *l, const struct addr *addr, unsigned n, bool dual,
	unsigned generation, const struct listen_set **ret_set);
/* Closes what no child from <generation> on asked for. */
void listens_sweep(struct listens *l, unsigned generation);
/* Takes over sockets that are open already. */
void listens_adopt(struct listens *l, const struct listen_set *set);
/* Closes the sockets of <addr>; no such address is no error. */
void listens_close(struct listens *l, const struct addr *addr);
/* Forgets all; closes the sockets. */
void listens_fini(struct listens *l);

#endif
