/* SPDX-License-Identifier: Apache-2.0 */
/* helper_server.h -- an HTTP/1.1 server on the test's own loop that answers from a script. */
#ifndef TEST_KUBE_HELPER_SERVER_H
#define TEST_KUBE_HELPER_SERVER_H

#include "base/buf.h"
#include "net/listener.h"
#include "net/stream.h"

#define SERVER_STEPS 32

struct step {
	const char *want; /* the request's head begins with it; "*": any text */
	const char *status; /* "200 OK" */
	const char *body; /* JSON text */
	bool open; /* a watch: the body does not end */
};

struct server {
	struct loop *l;
	struct listener listener;
	struct addr at;
	const struct step *steps;
	size_t n;
	size_t next;
	struct list conns;
	struct buf seen; /* request lines, in order */
};

void server_start(struct server *s, struct loop *l, const struct step *steps, size_t n);
void server_stop(struct server *s);

#endif
