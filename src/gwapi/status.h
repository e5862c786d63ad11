/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status.h -- what translate has to say about an object: the status a cluster would show.
 *
 * One struct for all kinds; what a kind does not have is empty.  Everything is in one fixed order
 * (conditions as docs/status.md lists them, listeners and parents as the object does), so that
 * equal input gives equal bytes.  There is no time in it: lastTransitionTime is added when the
 * status is rendered, from the previous one and the caller's clock.
 *
 * Of most routes the same is said: what is said stands once, apart from the object it is said of.
 *
 * Immutable once made; owned by the translator, borrowed by everybody else until its next update.
 */
#ifndef GWAPI_STATUS_H
#define GWAPI_STATUS_H

#include "base/arena.h"
#include "base/buf.h"
#include "gwapi/object.h"
#include "text/value.h"

enum condition_status { CONDITION_UNKNOWN, CONDITION_FALSE, CONDITION_TRUE };

struct condition {
	struct str type; /* "Accepted" */
	struct str reason; /* "NotAllowedByListeners" */
	struct str message; /* a sentence that names the object and the remedy */
	enum condition_status status;
};

struct condition_list {
	const struct condition *p;
	size_t n;
};

/* A listener of a Gateway or an entry of a ListenerSet. */
struct listener_report {
	struct str name;
	const enum object_kind *kinds; /* supportedKinds: the route kinds it takes */
	size_t n_kinds;
	uint32_t attached; /* attachedRoutes */
	struct condition_list conditions;
};

/* One of parents (routes) or ancestors (policies).  The reference is written as the route has it.
 */
struct parent_report {
	struct str group;
	struct str kind;
	struct str namespace; /* p == NULL: none written */
	struct str name;
	struct str section; /* p == NULL: none */
	int32_t port; /* 0: none */
	struct str controller;
	struct condition_list conditions;
};

struct address_report {
	bool hostname; /* else an IP address */
	struct str value;
};

/* What is said of one object or of many: nothing in it names the object. */
struct status_said {
	struct condition_list conditions;
	const struct listener_report *listeners;
	size_t n_listeners;
	const struct parent_report *parents;
	size_t n_parents;
	const struct address_report *addresses;
	size_t n_addresses;
	const struct str *features; /* of a GatewayClass */
	size_t n_features;
	int32_t attached_sets; /* attachedListenerSets; -1: not written */
	struct arena arena; /* all of the above */
};

struct object_status {
	const struct object *object; /* counted; its generation becomes every observedGeneration
				      * (0: not written) */
	const struct status_said *said; /* shared */
};

/* The condition of <type>, or NULL. */
const struct condition *condition_find(const struct condition_list *list, struct str type);
struct str condition_status_name(enum condition_status s);

/* Whether nothing is wrong: no positive condition (Accepted, Programmed, ResolvedRefs) that is not
 * True and no negative one (Conflicted, OverlappingTLSConfig, PartiallyInvalid …) that is. */
bool condition_good(const struct condition *c);
bool object_status_good(const struct object_status *s);

/*
 * The member "status" of the object, as a value in <a> that borrows <s>.  <previous> is the status
 * it had (NULL: none): conditions of the same type and status keep their lastTransitionTime, all
 * others get <now> (RFC 3339, "2026-10-29T12:00:00Z").  Only our own entries are written; whoever
 * merges them with those of others does so with the previous status in hand.
 */
struct value status_render(struct arena *a, const struct object_status *s,
	const struct value *previous, struct str now);

/* The whole object as it would be listed, without spec: apiVersion, kind, metadata, status. */
struct value status_object(struct arena *a, const struct object_status *s,
	const struct value *previous, struct str now);

/* Appends one line a condition, for people: "Gateway default/web http Programmed False Invalid
 * message".  Only those that are not good when <bad_only>. */
void status_print(struct buf *out, const struct object_status *s, bool bad_only);

#endif
