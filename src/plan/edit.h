/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edit.h -- making a plan from another: what translate calls.
 *
 * Control thread only.  An edit begins from a plan (or from nothing), puts and removes whole
 * segments, and commits to a new plan; what it did not touch is shared.  Cost follows the change.
 * No order is needed inside an edit: a rule may name an upstream, and a route a port or listener,
 * that is put later or never (an absent upstream is a 500, an absent port or listener just gets no
 * requests).  Putting under a name that is there replaces it.
 */
#ifndef PLAN_EDIT_H
#define PLAN_EDIT_H

#include "plan/plan.h"

/*
 * What all plans of a process share: endpoint numbers and the list of endpoints no plan holds any
 * more.  One per process; tests and tools may have their own.
 */
struct plan_store;
struct plan_store *plan_store_new(void);
/* All plans must have been freed.  NULL is legal. */
void plan_store_free(struct plan_store *s);

/*
 * What the TLS side makes of a segment, once, while it is still private to control: of a PEM when
 * it is made, of a port and an upstream when they are put.  It hangs it on <parsed> of the
 * plan_pem, plan_server_tls or plan_client_tls, with a function to free it; where it cannot, NULL
 * stays, and no connection is made or taken there.
 */
struct plan_dress {
	void (*pem)(struct plan_pem *p);
	void (*port)(const struct plan_port *p);
	void (*upstream)(const struct plan_upstream *u);
};
/* Before anything is made in <s>; <d> is borrowed for its life. */
void plan_store_dress(struct plan_store *s, const struct plan_dress *d);

/* Plans that live, endpoints that live (dead ones not yet let go of included): for leak checks. */
struct plan_store_stats {
	size_t plans;
	size_t endpoints;
	size_t dead;
};
struct plan_store_stats plan_store_stats(const struct plan_store *s);

/* Frees the endpoints that no plan holds.  Only where there are no workers (tools, tests);
 * a publisher does it worker by worker. */
void plan_store_reap(struct plan_store *s);

struct plan_edit;

/* <base> is borrowed until the end of the edit; NULL: from nothing.  One edit at a time. */
struct plan_edit *plan_edit_begin(struct plan_store *s, const struct plan *base);

/* Put takes the segment whole (the caller's count); it is immutable from here on. */
void plan_edit_put_port(struct plan_edit *e, struct plan_port *port);
void plan_edit_put_route(struct plan_edit *e, struct plan_route *route);
/* Endpoints of the upstream of that name in <base> are taken over by address.  Sorts and joins
 * the targets, computes the TLS digest. */
void plan_edit_put_upstream(struct plan_edit *e, struct plan_upstream *u);

/* Remove by name ("HTTPRoute/ns/name" …).  Returns 0, or -ENOENT with nothing changed. */
int plan_edit_del_port(struct plan_edit *e, struct str name);
int plan_edit_del_route(struct plan_edit *e, struct str name);
int plan_edit_del_upstream(struct plan_edit *e, struct str name);

/* Ends the edit.  Returns the new plan; the caller owns its one count. */
struct plan *plan_edit_commit(struct plan_edit *e);
/* Ends the edit, dropping what was put. */
void plan_edit_abort(struct plan_edit *e);

/* Counts of a root: control only.  The last one frees it and drops its counts on segments.
 * plan_unref(NULL) is legal. */
struct plan *plan_ref(struct plan *p);
void plan_unref(struct plan *p);

#endif
