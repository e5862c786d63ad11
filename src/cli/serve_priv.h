/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve_priv.h -- the serving process, shared by the rooms it is written in.
 *
 * One struct serve, on the stack of serve_child(), for the life of the process; all of it belongs
 * to the control thread.  serve.c starts and stops it, serve_sockets.c opens what it listens on,
 * serve_end.c ends it, serve_pages.c answers operators.
 */
#ifndef CLI_SERVE_PRIV_H
#define CLI_SERVE_PRIV_H

#include "admin/server.h"
#include "cli/channel.h"
#include "cli/commands.h"
#include "cli/supervisor.h"
#include "control/measure.h"
#include "net/steer.h"
#include "proxy/proxy.h"

struct serve {
	const struct options *o;
	const struct child_start *start; /* NULL: no supervisor */
	struct loop *loop;
	struct clock_page clock; /* --test-clock */
	struct steer *steer; /* likewise; NULL: the system's time */
	struct writer *writer;
	struct plan_store *plans;
	struct engine *engine;
	struct measure *measure;
	struct proxy *proxy;
	struct admin_server *admin;
	struct admin_server *health;
	struct listens listens; /* without a supervisor */
	struct kong_listens own; /* --gateway-class: what we listen on */
	struct watch signals;
	struct watch tell;
	struct timer drain;
	char *state_dir; /* NULL: none */
	uint64_t memory_limit; /* 0: none */
	int access_fd;
	int admin_fd; /* -1: off */
	int health_fd;
	size_t stale; /* files, as told last */
	bool ready;
	bool retired; /* a newer process has the sockets */
	bool ending;
	bool cut;
	bool done;
};

/* serve_sockets.c */
/* Sends <m> and waits for the answer in it, with <*n> descriptors.  The answer's result, or -errno.
 */
int ask_supervisor(struct serve *s, struct channel_msg *m, int *fds, size_t *n);
/* <slots> sockets that listen at <at>, the caller's to close: 0 or -errno. <dual>: an IPv6 one
 * takes IPv4 too. */
int sockets_get(struct serve *s, const struct addr *at, unsigned slots, bool dual, int *ret_fds);
/* For struct proxy_ops. */
int serve_open_sockets(void *arg, const struct addr *at, bool dual, int ret_fds[PROXY_SLOTS]);
void serve_close_sockets(void *arg, const struct addr *at);
void serve_bound(void *arg, struct str port, const struct addr *at, int err);

/* serve_end.c */
/* Watches the signals that end it or have it read again, and what the supervisor tells.  0 or
 * -errno. */
int must_check serve_watch_signals(struct serve *s);
void serve_end_init(struct serve *s);
void serve_end_fini(struct serve *s);
/* For struct proxy_ops: the last connection has ended. */
void serve_drained(void *arg);

/* serve_pages.c: <arg> is the struct serve */
void serve_pages_init(void);
void serve_admin(void *arg, const struct admin_request *rq, struct admin_reply *reply);
void serve_health(void *arg, const struct admin_request *rq, struct admin_reply *reply);
/* For struct engine_ops: what is wrong with the input has changed. */
void serve_problems(void *arg);

#endif
