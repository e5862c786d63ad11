/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cluster.h -- a cluster's objects, read once and judged as its controller judges them: for
 * commands that serve nothing.
 *
 * Nothing is watched and nothing is written.  Asked for are lists of the kinds that translate knows
 * (all namespaces: routes of any may attach) and the Secrets and ConfigMaps that an object refers
 * to, each by itself.  What only the controller can know (whether a data plane serves, on which
 * addresses, which ports it could not bind) is taken from the status that it wrote.
 * One thread; has a loop of its own.
 */
#ifndef CONTROL_CLUSTER_H
#define CONTROL_CLUSTER_H

#include "gwapi/translate.h"
#include "kube/config.h"

struct cluster;

/* Borrows <kube> and <plans> for its life, <controller> (empty: TRANSLATE_CONTROLLER) too.
 * Returns 0 and owned, or -errno with a sentence in <err>: what could not be read and why. */
int must_check cluster_read(const struct kube_config *kube, struct plan_store *plans,
	struct str controller, struct buf *err, struct cluster **ret_cluster);
/* NULL is legal. */
void cluster_free(struct cluster *c);

struct store *cluster_store(struct cluster *c);
struct translator *cluster_translator(struct cluster *c);

/* The Gateways of our classes, sorted; the list in <a>, the objects the cluster's. */
struct object_list cluster_gateways(struct cluster *c, struct arena *a);
/* What the data plane that serves <gateway> (of cluster_gateways()) is to do.  Returns owned. */
struct plan *cluster_plan(struct cluster *c, const struct object *gateway);

/* A kind: List of all objects that have a status of ours, as the cluster shows them when the
 * controller has written; in <a>. */
struct value cluster_status(struct cluster *c, struct arena *a);
/* Objects that could not be read at all: a line each. */
struct str cluster_problems(const struct cluster *c, size_t *ret_n);

#endif
