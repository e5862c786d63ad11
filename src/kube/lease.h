/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lease.h -- leader election by a Lease (coordination.k8s.io/v1).
 *
 * A candidate looks every LEASE_RETRY.  It takes a Lease that is free, its own, or that nobody has
 * renewed for its duration, by our own clock (clocks of two machines need not agree).  A leader
 * that could not renew for LEASE_DEADLINE is none any more, whatever became of its request, well
 * before another may take over.
 * Control thread only.
 */
#ifndef KUBE_LEASE_H
#define KUBE_LEASE_H

#include "kube/api.h"

#define LEASE_DURATION 9 /* seconds; with two looks, another leads in less than 15 */
#define LEASE_DEADLINE SEC(6)
#define LEASE_RETRY MSEC(1500)

struct lease;
/* Leadership was won or lost. */
typedef void lease_f(void *arg, bool leading);

/* Copies its texts; begins at once.  Returns owned. */
struct lease *lease_new(struct api *a, struct str namespace, struct str name, struct str identity,
	lease_f *changed, void *arg);
bool lease_held(const struct lease *l);
/* Who holds it as it was read last; empty: nobody, or not known.  Borrowed until the next tick. */
struct str lease_holder(const struct lease *l);
/* Gives the Lease up so that another may take it at once; runs the loop for at most a second. */
void lease_release(struct lease *l);
void lease_free(struct lease *l);

#endif
