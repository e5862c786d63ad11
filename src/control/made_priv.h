/* SPDX-License-Identifier: Apache-2.0 */
/*
 * made_priv.h -- what the cluster has of what this controller provisions (by PROVISION_CONTROLLER),
 * followed by watches; and every HorizontalPodAutoscaler's target.
 */
#ifndef CONTROL_MADE_PRIV_H
#define CONTROL_MADE_PRIV_H

#include "base/map.h"
#include "base/vec.h"
#include "control/manifest_priv.h"
#include "kube/reflector.h"
#include "source/kube_source.h"

struct made {
	struct str key; /* "namespace/name" */
	struct str uid;
	struct str gateway; /* uid; empty: not ours (a scaler of somebody's) */
	struct str target; /* of a scaler: "Kind/name" */
	VEC(struct provision_address) addresses; /* of a Service */
	/* of a workload */
	uint64_t revision; /* MANIFEST_REVISION */
	int64_t wanted; /* replicas that it is to have */
	int64_t ready;
	bool whole; /* all of them run the newest template */
	bool seen;
	bool deleting;
	struct arena arena;
};

struct made_set;

struct made_kind_source;

/* A kind's objects of one namespace; of all, where <namespace> is empty. */
struct made_part {
	struct made_kind_source *of;
	struct str namespace;
	struct reflector *reflector;
};

struct made_kind_source {
	struct made_set *set;
	enum made_kind kind;
	struct made_part *parts;
	size_t n;
	struct map objects; /* by key */
};

struct made_set {
	struct api *api;
	const char *controller; /* value of PROVISION_CONTROLLER */
	struct made_kind_source kinds[MADE_MAX];
	/* The object came, changed, or (<gone>) went; <m> NULL: a list is complete. */
	void (*changed)(void *arg, enum made_kind kind, const struct made *m, bool gone);
	void *arg;
	bool ending;
};

/* Borrows <scope>'s texts. */
void made_start(struct made_set *s, struct api *a, const char *controller, struct kube_scope scope,
	void (*changed)(void *arg, enum made_kind kind, const struct made *m, bool gone),
	void *arg);
void made_end(struct made_set *s);
bool made_complete(const struct made_set *s);
struct made *made_find(
	const struct made_set *s, enum made_kind kind, struct str namespace, struct str name);
/* Some scaler, whoever made it, has "Kind/name" in that namespace as its target. */
bool made_scaled(const struct made_set *s, struct str namespace, struct str target);
const char *made_kind_name(enum made_kind kind);
/* Of the collection; with <name> of the object. */
void made_path(struct buf *out, enum made_kind kind, struct str namespace, struct str name);

#endif
