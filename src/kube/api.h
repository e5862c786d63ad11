/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api.h -- requests to one HTTP server over kept connections: the API server (or our controller).
 *
 * A request is gathered (its answer is told whole, at most API_BODY_MAX) or streamed (pieces as
 * they come).  Gathered ones share API_CONNECTIONS connections; those whose answer says "later"
 * (429, 500, 502, 503, 504) or that met a broken connection are tried again with back-off and
 * jitter, at most API_TRIES times, honouring Retry-After.  Those that wait for a connection go in
 * order, those that are `first` before all others.  A streamed one has a connection of its
 * own and is told its end; who asked begins again.  Who we are, and whom we trust: auth.h; a
 * gathered call that is refused with 401 is sent once more where that may help.  Control thread
 * only.
 */
#ifndef KUBE_API_H
#define KUBE_API_H

#include "kube/config.h"
#include "http/client.h"
#include "net/resolver.h"

#define API_CONNECTIONS 8
#define API_BODY_MAX (8u << 20)
#define API_TRIES 6
#define API_CONNECT_TIMEOUT SEC(5)
#define API_HEAD_TIMEOUT SEC(35)

struct api;

struct api_call;
/* The end.  <res> 0: an answer with <status> came whole; else no answer: -ECONNREFUSED, -EPROTO,
 * -ETIMEDOUT, -EFBIG, -EACCES (no credentials), -ECANCELED …  <body> is borrowed, empty for a
 * streamed one. */
typedef void api_done_f(struct api_call *call, int res, int status, struct str body);
typedef void api_head_f(struct api_call *call, int status);
typedef void api_data_f(struct api_call *call, struct str piece);

/* Embedded in its owner; the strings are borrowed until done(). */
struct api_call {
	const char *method;
	struct str path; /* with leading slash, without query; behind the configuration's prefix */
	struct str query; /* without '?' */
	const char *content_type; /* of <body> */
	const char *accept; /* NULL: application/json */
	struct str body;
	api_done_f *done;
	api_head_f *head; /* streamed; NULL: gathered */
	api_data_f *data; /* streamed */
	bool first; /* goes before all that wait and are not; among its like in order */
	/* the rest is api.c's */
	struct api *api;
	struct list node; /* among those that wait */
	struct api_conn *conn;
	struct timer again;
	int status;
	unsigned tries;
	uint64_t serial; /* of who we were: auth.h */
	bool renewed; /* after a 401: tried again, or (streamed) to be asked again */
	nsec retry_after;
	bool active;
	struct buf answer;
};

/* Borrows <config> for its life.  Returns owned; -EINVAL for unusable PEM, -ENOENT where neither
 * <config> nor the system names an authority. */
int must_check api_new(struct loop *l, const struct kube_config *config, struct api **ret_api);
/* What that error number means, and the remedy. */
void api_new_why(int rc, struct buf *err);
/* Ends every call with -ECANCELED, runs the loop until nothing is in flight.  NULL is legal. */
void api_free(struct api *a);
struct loop *api_loop(const struct api *a);
/* More about why there was no answer than its number says; empty: nothing.  Borrowed until the next
 * tick. */
struct str api_why(const struct api *a);
/* Uniform in [0, below). */
nsec api_jitter(struct api *a, nsec below);

/* New connections go to <to> instead of where the configuration says (NULL: there again), to the
 * same name; those that wait for work close. */
void api_direct(struct api *a, const struct addr *to);

/* Starts <call> (zeroed but for what the caller sets); done() comes from the loop. */
void api_start(struct api *a, struct api_call *call);
/* Ends it with -ECANCELED (by done(), from the loop).  Harmless when it is not active. */
void api_cancel(struct api_call *call);
static inline bool api_active(const struct api_call *call)
{
	return call->active;
}

#endif
