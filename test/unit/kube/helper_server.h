/* SPDX-License-Identifier: Apache-2.0 */
/* helper_server.h -- an HTTP/1.1 server on the test's own loop that answers from a script, and a
 * client before it whose time is the test's. */
#ifndef TEST_KUBE_HELPER_SERVER_H
#define TEST_KUBE_HELPER_SERVER_H

#include "base/buf.h"
#include "kube/api.h"
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

/* Zero before it opens; its loop, clock and client are there for the test to use. */
struct scripted {
	struct clock_manual clock;
	struct loop *l;
	struct server server;
	struct kube_config config;
	struct api *api;
};

void scripted_open(struct scripted *s, const struct step *steps, size_t n);
void scripted_close(struct scripted *s);
/* Until the script is through, at most <turns> of the loop, each of which takes <step> of the
 * test's time; then a few turns more. */
void scripted_run(struct scripted *s, int turns, nsec step);

#endif
