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
	int fds[LISTEN_SLOTS];
};

struct listens {
	VEC(struct listen_set) sets;
};

/* The sockets of <addr>, opened if they are not.  Returns 0 with a pointer that lives until the
 * next call, or -errno of socket, bind or listen (-EADDRINUSE, -EACCES, …) with nothing kept. */
int must_check listens_open(
	struct listens *l, const struct addr *addr, const struct listen_set **ret_set);
/* Takes over sockets that are open already. */
void listens_adopt(struct listens *l, const struct listen_set *set);
/* Closes the sockets of <addr>; no such address is no error. */
void listens_close(struct listens *l, const struct addr *addr);
/* Forgets all; closes the sockets. */
void listens_fini(struct listens *l);

#endif
