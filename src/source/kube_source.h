/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube_source.h -- the objects of a cluster, delivered into a store.
 *
 * One reflector a kind (and a namespace, where only some are read); a kind whose CRD is missing is
 * an empty list until it appears.  Objects are decoded tolerantly (the API server has judged them,
 * perhaps by a newer CRD); one that cannot be held at all is logged and counts as absent.  An event
 * that changes only a status or managedFields is no change of the store.  Nothing is settled before
 * every kind's first list is complete. Control thread only.
 *
 * Bodies are kept of what somebody looks at.  Of Secrets and ConfigMaps only metadata is watched;
 * one that is looked at is fetched, and again whenever it changes.  Services and EndpointSlices are
 * watched whole (their changes are urgent), but of those that nobody looks at only the key stays.
 * They are listed last, when it is known who looks.  While something is being fetched the store is
 * behind: kube_source_behind().
 *
 * A source that reads once (ops->failed) lists what it must and watches nothing; Secrets and
 * ConfigMaps are not even listed, only those that somebody looks at are got.  The first thing that
 * cannot be had ends it.
 */
#ifndef SOURCE_KUBE_SOURCE_H
#define SOURCE_KUBE_SOURCE_H

#include "gwapi/store.h"
#include "kube/api.h"
#include "source/raw.h"

struct kube_source;

struct kube_source_ops {
	/* The store has changed (or is complete for the first time); at most once a tick. */
	void (*settled)(void *arg);
	/* Somebody (perhaps we) wrote the status of an object; the store has not changed. */
	void (*status)(void *arg, struct raw *object);
	/* Somebody looks at this Secret, ConfigMap or Service. */
	bool (*looked_at)(void *arg, enum object_kind kind, struct str namespace, struct str name);
	/* Not NULL: everything is read once.  It has failed, because of <why>: verb, resource, what
	 * the server says. */
	void (*failed)(void *arg, struct str why);
	/* With it: an object that cannot be read at all, which counts as absent; a line. */
	void (*refused)(void *arg, struct str line);
};

#define KUBE_NAMESPACES_MAX 64 /* each has a watch of every kind */

/* Which part of the cluster is read: the objects of these namespaces (at most KUBE_NAMESPACES_MAX)
 * and those that are in none; none named: everything. */
struct kube_scope {
	const struct str *namespaces;
	size_t n;
};

/* Borrows all for its life (<scope> itself for the call); begins at once.  Returns owned. */
struct kube_source *kube_source_new(struct api *a, struct store *store, struct kube_scope scope,
	const struct kube_source_ops *ops, void *arg);
void kube_source_free(struct kube_source *s);

/* The object found its first reader or lost its last one; ops->looked_at() says which. */
void kube_source_look(
	struct kube_source *s, enum object_kind kind, struct str namespace, struct str name);
/* All looks that are known so far have been told: what waits for that begins. */
void kube_source_looked(struct kube_source *s);
/* Something that is looked at is on its way, or has come and settled() does not know yet: what the
 * store says to be missing may be there. */
bool kube_source_behind(const struct kube_source *s);

/* Every kind's first list is complete. */
bool kube_source_complete(const struct kube_source *s);
/* The server knows <kind>. */
bool kube_source_served(const struct kube_source *s, enum object_kind kind);
/* We may not read it, or not in all of the namespaces; those (or the whole cluster) are appended to
 * <out> (may be NULL): "secrets (team-a, team-b)". */
bool kube_source_refused(const struct kube_source *s, enum object_kind kind, struct buf *out);
struct raws *kube_source_raws(struct kube_source *s);
/* The path of an object's collection, "/apis/group/version/namespaces/NS/plural"; of the version
 * that is served. */
struct str kube_source_path(
	const struct kube_source *s, struct arena *a, enum object_kind kind, struct str namespace);

#endif
