/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h -- a small HTTP/1.1 server for operators: one request a connection, answered whole.
 *
 * For status, metrics, health and dumps on the control thread's loop; never for traffic.  Bounds:
 * ADMIN_CONNECTIONS at a time, ADMIN_HEAD bytes of head, ADMIN_TIMEOUT for all of an exchange;
 * request bodies are refused.
 */
#ifndef ADMIN_SERVER_H
#define ADMIN_SERVER_H

#include "base/buf.h"
#include "net/addr.h"
#include "net/loop.h"

#define ADMIN_CONNECTIONS 64
#define ADMIN_HEAD 16384
#define ADMIN_TIMEOUT SEC(10)

struct admin_request {
	struct str path;
	struct str query; /* as sent, without '?' */
};

struct admin_reply {
	int status; /* 200 unless the handler says otherwise */
	const char *type; /* content type; text/plain unless set */
	struct buf body;
};

/* Fills <reply> for a GET or HEAD; runs on the loop's thread. */
typedef void admin_handler_f(
	void *arg, const struct admin_request *request, struct admin_reply *reply);

struct admin_server;

/* Accepts from the listening socket <fd>: takes it, also on failure.  Returns owned, or -errno. */
int must_check admin_server_new(struct loop *l, int fd, admin_handler_f *handler, void *arg,
	struct admin_server **ret_server);
/* Accepts no more; what it has accepted is answered.  NULL is legal. */
void admin_server_stop(struct admin_server *s);
/* Whether anybody is being answered. */
bool admin_server_busy(const struct admin_server *s);
/* Stops listening and ends all connections.  NULL is legal. */
void admin_server_free(struct admin_server *s);

#endif
