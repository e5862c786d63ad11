/* SPDX-License-Identifier: Apache-2.0 */
/* plan_priv.h -- what a store and a root are made of, and the counts of segments. */
#ifndef PLAN_PLAN_PRIV_H
#define PLAN_PLAN_PRIV_H

#include "base/map.h"
#include "base/vec.h"
#include "match/pmap.h"
#include "plan/edit.h"

struct plan_store {
	uint64_t revision; /* of the last commit */
	uint64_t serial; /* of the last endpoint */
	uint32_t indices; /* endpoint numbers ever in use at once */
	VEC(uint32_t) free_indices;
	struct list dead; /* endpoints that no plan holds */
	size_t plans;
	size_t endpoints;
	size_t ndead;
	struct map pems; /* kind and digest → struct plan_pem */
	const struct plan_dress *dress; /* or NULL */
	bool editing;
};

struct plan {
	uint32_t refs;
	uint64_t revision;
	struct plan_store *store;
	struct pmap routes; /* plan_id(name) → struct plan_route */
	struct pmap upstreams; /* id → struct plan_upstream */
	struct plan_port_slot *ports; /* sorted by name; counts on ports and routers */
	size_t nports;
	struct router *routes_by_scope; /* counted; without listeners: what all ports share */
};

extern const struct pmap_ops plan_route_ops;
extern const struct pmap_ops plan_upstream_ops;

void plan_route_unref(struct plan_route *r);
void plan_upstream_unref(struct plan_upstream *u);
void plan_port_unref(struct plan_port *p);

struct plan_endpoint *plan_endpoint_new(
	struct plan_store *s, uint64_t upstream, const struct plan_addr *addr);
/* Gives up one count; the last one moves the endpoint to the store's dead. */
void plan_endpoint_unref(struct plan_store *s, struct plan_endpoint *e);
/* Frees a dead one. */
void plan_endpoint_free(struct plan_store *s, struct plan_endpoint *e);

/* Sorts and joins the targets of <u>, takes over endpoints of <was> (may be NULL) with the same
 * address, makes the others, and computes the TLS digest. */
void plan_upstream_settle(
	struct plan_store *s, struct plan_upstream *u, const struct plan_upstream *was);

#endif
