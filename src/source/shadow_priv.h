/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shadow_priv.h -- the keys of a cluster's Secrets, ConfigMaps, Services and EndpointSlices, and
 * which of them are being fetched.
 *
 * A shadow is all that stays of an object at which nobody looks.  Control thread only; {0} and a
 * set api is empty.
 */
#ifndef SOURCE_SHADOW_PRIV_H
#define SOURCE_SHADOW_PRIV_H

#include "base/map.h"
#include "gwapi/object.h"
#include "kube/api.h"
#include "text/value.h"

#define SHADOW_RETRY SEC(5)

struct shadows;

struct shadow {
	struct shadows *set;
	struct list peers; /* EndpointSlices of one Service */
	uint8_t kind; /* enum object_kind */
	bool seen; /* by the list under way */
	bool whole; /* the store has it */
	bool again; /* it changed while it was being fetched */
	bool failed; /* tried again by the timer */
	struct fetch *fetch; /* NULL: none */
	uint32_t owner_n; /* of a slice: the length of its Service's name, behind the key */
	uint32_t key_n;
	char key[]; /* "namespace/name", then the Service's name */
};

typedef void shadow_body_f(void *arg, struct shadow *sh, struct arena *a, struct value *v);

struct shadows {
	struct api *api;
	struct map by_key[KIND_MAX];
	struct map slices_of; /* "namespace/service" -> struct slice_list */
	size_t fetching;
	struct list fetches;
	struct timer retry;
	void (*path)(void *arg, const struct shadow *sh, struct buf *out);
	/* An object cannot be got, because of <why>, and is not tried again; NULL: it is. */
	void (*refused)(void *arg, const struct shadow *sh, struct str why);
	shadow_body_f *body; /* the answer; <v> NULL: there is none, or not now */
	void *arg;
};

void shadows_init(struct shadows *s, struct api *a);
/* Ends all fetches: runs the loop. */
void shadows_fini(struct shadows *s);

static inline struct str shadow_key(const struct shadow *sh)
{
	return str_of(sh->key, sh->key_n);
}

struct shadow *shadow_get(struct shadows *s, enum object_kind kind, struct str key);
/* Makes it if need be; <service> of a slice, else empty: a slice that changed hands moves. */
struct shadow *shadow_put(
	struct shadows *s, enum object_kind kind, struct str key, struct str service);
void shadow_del(struct shadows *s, struct shadow *sh);
/* Fetches it, or notes that what is on its way is old already. */
void shadow_fetch(struct shadow *sh);
/* What is on its way is not wanted any more. */
void shadow_forget_fetch(struct shadow *sh);

typedef void shadow_visit_f(void *arg, struct shadow *sh);
/* The slices of a Service.  fn may not delete them. */
void shadow_slices(struct shadows *s, struct str service_key, shadow_visit_f *fn, void *arg);

#endif
