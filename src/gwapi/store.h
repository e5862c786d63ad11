/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.h -- all objects that a source has delivered, by kind, namespace and name.
 *
 * The store holds one reference to each object.  Objects are replaced whole.  It also collects what
 * changed since the changes were last taken: one entry a key, whatever happened in between, so
 * that translate need look at nothing else.  Control thread only; {0} after store_init.
 *
 * Lists are sorted by namespace, then name (bytewise), so that what is made from them does not
 * depend on the order of arrival.
 */
#ifndef GWAPI_STORE_H
#define GWAPI_STORE_H

#include "base/map.h"
#include "base/set.h"
#include "base/vec.h"
#include "gwapi/object.h"

/* Borrowed until the store changes. */
struct object_list {
	const struct object *const *p;
	size_t n;
};

struct store_change {
	enum object_kind kind;
	const struct object *old; /* NULL: added.  Both hold a reference. */
	const struct object *new; /* NULL: deleted */
};

struct store_kind {
	struct set by_key; /* objects by object_key() */
	VEC(const struct object *) sorted;
	bool dirty; /* sorted is behind by_key */
	struct map changed; /* object_key() -> index into changes, plus one: the key of an object
			     * that the change holds */
};

struct store {
	struct store_kind kinds[KIND_MAX];
	struct map slices; /* "namespace/service" -> struct store_slices */
	VEC(struct store_change) changes;
	uint64_t revision; /* moves with every change */
};

void store_init(struct store *s);
void store_fini(struct store *s);

/* Add <o>, or replace the object of its kind and key.  Takes a reference of its own.  The same uid
 * and resourceVersion as what is there (both present) is no change. */
void store_put(struct store *s, const struct object *o);
/* Remove an object; false when there was none. */
bool store_del(struct store *s, enum object_kind kind, struct str namespace, struct str name);

/* Borrowed; NULL when there is none.  <namespace> is empty for cluster-scoped kinds. */
const struct object *store_get(
	const struct store *s, enum object_kind kind, struct str namespace, struct str name);
size_t store_count(const struct store *s, enum object_kind kind);

/* All objects of <kind>; those of one namespace. */
struct object_list store_list(struct store *s, enum object_kind kind);
struct object_list store_list_in(struct store *s, enum object_kind kind, struct str namespace);
/* The EndpointSlices whose label kubernetes.io/service-name is <service>, sorted by name. */
struct object_list store_slices(struct store *s, struct str namespace, struct str service);

/* What changed since store_changes_reset(), in order of first change.  A key that was added and
 * deleted again does not show. */
size_t store_changes(struct store *s, const struct store_change **ret_changes);
void store_changes_reset(struct store *s);

#endif
