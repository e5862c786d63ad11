/* SPDX-License-Identifier: Apache-2.0 */
/*
 * offline.h -- objects read once, from files or from a cluster, and what translate makes of them:
 * for commands that serve nothing.
 */
#ifndef CLI_OFFLINE_H
#define CLI_OFFLINE_H

#include "cli/kube.h"
#include "control/cluster.h"
#include "control/engine.h"

struct offline {
	const struct options *options;
	struct plan_store *plans;
	struct engine *engine; /* of files; or */
	struct cluster *cluster;
	struct kube_config kube; /* the cluster's */
	struct plan *plan; /* owned: of the files, or the one that was asked for last */
};

/* Reads the cluster that <o> means (kube.h), or <paths>.  Returns 0, or -errno with a sentence in
 * <err>: what cannot be read; -E2BIG: files and a cluster.  offline_close() in every case. */
int must_check offline_open(struct offline *f, const struct options *o, const struct str *paths,
	size_t n, struct buf *err);
void offline_close(struct offline *f);
/* Writes the source's problems, one a line, without those of kinds that are merely ignored unless
 * <ignored>; returns how many were no such. */
size_t offline_problems(const struct offline *f, bool ignored, struct buf *out);
struct translator *offline_translator(const struct offline *f);
struct store *offline_store(const struct offline *f);
/* A kind: List of all objects that have a status; in <a>. */
struct value offline_status(struct offline *f, struct arena *a);

/* The plan of the data plane of Gateway <gateway> ("namespace/name"; empty: the only one), of files
 * always the one plan.  Borrowed until the next call.  -ENOENT, or -E2BIG where there are several,
 * with a sentence. */
int must_check offline_plan(
	struct offline *f, struct str gateway, struct buf *err, const struct plan **ret_plan);
typedef void offline_plan_f(void *arg, const struct plan *p);
/* Of each data plane. */
void offline_plans(struct offline *f, offline_plan_f *fn, void *arg);

/* The process's exit status for what the two above returned. */
int offline_exit(int rc);

/* --namespace: whether an object of <namespace> (empty: of the cluster) is to be shown. */
bool offline_shows(const struct options *o, struct str namespace);

/* The paths must exist; else -ENOENT and a sentence. */
int must_check paths_exist(const struct str *paths, size_t n, struct buf *err);
/* Writes <text> to standard output, whole. */
void print(struct str text);
/* To standard error. */
void complain(struct str text);

#endif
