/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listener.h -- a listening socket on a loop.
 *
 * Accepted sockets are non-blocking, close-on-exec and TCP_NODELAY.  At most LISTENER_BATCH are
 * accepted per tick.  Out of descriptors or memory the listener tells its owner (who closes idle
 * connections), rests for LISTENER_REST and tries again, so it never spins, and who waits in the
 * backlog is served when one is free.  If that lasts longer than LISTENER_SHED, which is what a
 * head may take, only long exchanges are left: then a descriptor that the loop holds in reserve
 * refuses who waits, so that clients learn it instead of hanging.
 */
#ifndef NET_LISTENER_H
#define NET_LISTENER_H

#include "net/addr.h"
#include "net/loop.h"

#define LISTENER_BACKLOG 4096
#define LISTENER_BATCH 16
#define LISTENER_REST MSEC(20)
#define LISTENER_SHED SEC(10)

struct listener;

/* A new connection: takes <fd>.  May pause or close the listener. */
typedef void accepted_f(struct listener *ls, int fd, const struct addr *peer);
/* Accept failed for want of descriptors or memory (<err> negative). */
typedef void pressure_f(struct listener *ls, int err);
/* The drain asked for is over, the listener is closed and may be freed. */
typedef void drained_f(struct listener *ls);

struct listener {
	uint32_t magic;
#define LISTENER_MAGIC 0x6c69736eu
	bool paused; /* by the owner */
	bool resting; /* after a failure */
	bool draining;
	nsec failing_since; /* 0: not */
	uint64_t shed; /* connections refused for want of descriptors */
	struct watch watch;
	struct timer rest;
	struct timer grace;
	accepted_f *accepted;
	pressure_f *pressure; /* or NULL */
	drained_f *drained;
};

/* Opens a listening SO_REUSEPORT socket, backlog LISTENER_BACKLOG; an IPv6 one is IPv6 only.
 * Returns the descriptor or a negative errno (-EADDRINUSE, -EACCES, -EADDRNOTAVAIL ...). */
int must_check listener_open(const struct addr *at);
/* The same, but [::] takes IPv4 as well, alone where there is no IPv6: for our own services, which
 * have one socket each. */
int must_check listener_open_dual(const struct addr *at);
/* What of a listening socket can be changed while it listens; accepted sockets inherit it. */
struct listener_tuning {
	uint32_t backlog; /* of listen(2), which the kernel caps (somaxconn); 0: as it is */
	bool deferred; /* accepted when its first bytes have come (TCP_DEFER_ACCEPT) */
	int8_t keepalive; /* SO_KEEPALIVE: 1 on, -1 off, 0 as it is; the rest counts where it is on
			   */
	uint16_t keep_idle, keep_interval; /* seconds; 0: the kernel's */
	uint16_t keep_count;
};
/* Negative errno. */
int must_check listener_tune(int fd, const struct listener_tuning *t);
/* Starts accepting on <fd>: takes it (also on failure, when it is closed).  Negative errno. */
int must_check listener_init(
	struct listener *ls, struct loop *l, int fd, accepted_f *accepted, pressure_f *pressure);
/* Stops and closes.  Harmless if closed.  What waits in the backlog of a socket that no other
 * process holds is reset: drain instead where connections matter. */
void listener_close(struct listener *ls);
/* Stops, and returns the descriptor (the caller owns it): to hand the slot to somebody else. */
int listener_release(struct listener *ls);
void listener_pause(struct listener *ls);
/* Also ends a rest after a failure. */
void listener_resume(struct listener *ls);
/* Ends a port without losing a connection: a filter drops new SYNs, whoever is in the backlog or
 * finishes the handshake within <grace> is accepted, then the socket is closed and drained() runs.
 * Also un-pauses. */
void listener_drain(struct listener *ls, nsec grace, drained_f *drained);

#endif
