/* SPDX-License-Identifier: Apache-2.0 */
/*
 * translate.h -- Gateway API objects become a plan and the status of every object.
 *
 * Pure: the objects of a store and the facts handed in here are all it knows; no I/O, no clock, no
 * log.  A bad object is never an error: it is a condition in its status, and everything else still
 * works.  What cannot be carried out whole fails closed: a rule answers 500, a listener does not
 * serve (docs/status.md).
 *
 * A translator remembers, per object, what it made of it and which other objects it looked at, so
 * an update costs what the change touches.  The result depends on the content of the store alone,
 * never on the order in which it came about: an updated translator and a new one agree byte for
 * byte (but for what the option keep_settings remembers).
 *
 * Control thread only.  Nothing here blocks.
 */
#ifndef GWAPI_TRANSLATE_H
#define GWAPI_TRANSLATE_H

#include "gwapi/status.h"
#include "gwapi/store.h"
#include "plan/edit.h"

/* The controllerName of our own GatewayClasses, and the class that exists unwritten in files. */
#define TRANSLATE_CONTROLLER "sluice.dev/gateway-controller"
#define TRANSLATE_CLASS "sluice"

enum translate_mode {
	/* Files: one data plane serves all Gateways, spec.addresses are its bind addresses, the
	 * class "sluice" exists unwritten, ExternalName is followed, a dangling parentRef is told.
	 */
	TRANSLATE_FILES,
	/* A cluster, all Gateways that are looked at are served by one data plane (unmanaged). */
	TRANSLATE_SHARED,
	/* A cluster, each Gateway with its ListenerSets is judged by itself (managed), but those of
	 * an unmanaged class (class_unmanaged) as one set.  There is a plan only where one Gateway
	 * is named (only_gateway): a data plane; without, a controller.
	 */
	TRANSLATE_MANAGED,
};

/* Annotations of a GatewayClass whose data plane is the user's own: any value but an empty one. */
#define CLASS_UNMANAGED "sluice.dev/gatewayclass-unmanaged"
#define CLASS_UNMANAGED_KONG "konghq.com/gatewayclass-unmanaged"
bool class_unmanaged(const struct object *gateway_class);

struct translate_options {
	enum translate_mode mode;
	const struct str
		*controllers; /* controllerNames that are ours; n 0: TRANSLATE_CONTROLLER */
	size_t n_controllers;
	bool any_controller; /* every class is ours: a controller has chosen what we are fed */
	struct str only_class; /* not empty: only Gateways of this class */
	struct str only_gateway; /* not empty: only this "namespace/name" and its ListenerSets */
	bool allow_external_name; /* in a cluster */
	bool allow_local; /* in a cluster: backends on loopback and link-local addresses (tests) */
	/* The one thing remembered: a Gateway whose settings become unfit serves on with those it
	 * had (translator_update() is pure without). */
	bool keep_settings;
	struct plan_store *plans; /* borrowed; NULL: status only, update never returns a plan */
	bool tell_looked; /* translator_looked() is asked */
	uint32_t with; /* enum translate_feature bits to serve beside what is built (tests) */
};

/* What of the API is not served by the data plane yet.  A bit here turns it on; what is off is told
 * as UnsupportedProtocol or UnsupportedValue, never silently left out. */
enum translate_feature {
	TRANSLATE_GRPC_ROUTE = 1,
	TRANSLATE_TLS = 2, /* TLS listeners and TLSRoute */
	TRANSLATE_TCP = 4,
	TRANSLATE_UDP = 8,
	TRANSLATE_LISTENER_FILTERS = 16,
};

struct translator;

/* Returns owned.  <o> is copied. */
struct translator *translator_new(const struct translate_options *o);
void translator_free(struct translator *t);

/*
 * Brings everything up to <s>: reads store_changes() (the caller resets them afterwards), or all of
 * <s> in the first call.  <s> is borrowed until the next call: objects that are still referred to
 * must stay in it until then, which the store does.  Returns the new plan, of which the caller owns
 * one count (the first call always has one), or NULL when nothing in it changed.  The translator
 * holds a count of its own on the last plan.
 */
struct plan *translator_update(struct translator *t, struct store *s);
/* The last plan (NULL: none yet); borrowed. */
struct plan *translator_plan(const struct translator *t);

/* ---- status ---- */

/* All, sorted by kind, namespace and name.  Borrowed until the next update. */
const struct object_status *const *translator_statuses(struct translator *t, size_t *ret_n);
/* One, or NULL: the object is none of ours. */
const struct object_status *translator_status(
	const struct translator *t, enum object_kind kind, struct str namespace, struct str name);

/* What the last update changed; <status> NULL: there is no longer anything of ours to say about the
 * object (which may still exist: its old entries are to be taken out). */
struct status_change {
	const struct object *object;
	const struct object_status *status;
};
/* In no order that means anything.  Borrowed until the next update. */
const struct status_change *translator_changed(const struct translator *t, size_t *ret_n);

/* ---- the read set ---- */

typedef void translate_read_f(void *ctx, const struct object *o);
/*
 * Every object that was looked at for Gateway "namespace/name", or for all Gateways of the
 * unmanaged class <gateway> (a name without '/'): class, parameters, ListenerSets, routes, grants,
 * Secrets, Services, slices, policies, Namespaces.  Each once, in no order.  A store of exactly
 * these gives the same plan for that Gateway or class.
 */
void translator_read_set(struct translator *t, struct str gateway, translate_read_f *fn, void *ctx);

/* The Gateways ("namespace/name"; "" where all are judged as one) whose read set the last update
 * may have changed: which objects, or what one of them says.  Each once.  Gateways of an unmanaged
 * class are not told of: they are read as one, and the class's read set is to be taken anew.
 * Borrowed until the next update. */
const struct str *translator_read_changed(const struct translator *t, size_t *ret_n);

/* A Service, Secret or ConfigMap that found its first reader, or lost its last, in the last update
 * (or did both: translator_looks_at() says how it stands). */
struct translate_look {
	enum object_kind kind;
	struct str namespace;
	struct str name;
};
/* Borrowed until the next update. */
const struct translate_look *translator_looked(const struct translator *t, size_t *ret_n);
/* Something depends on this object, there or not. */
bool translator_looks_at(
	struct translator *t, enum object_kind kind, struct str namespace, struct str name);

/* ---- facts that are no objects; each takes effect with the next update ---- */

enum programmed_reason {
	PROGRAMMED_YES,
	PROGRAMMED_PENDING,
	PROGRAMMED_NO_RESOURCES,
	PROGRAMMED_ADDRESS_NOT_ASSIGNED,
	PROGRAMMED_ADDRESS_NOT_USABLE,
};

/* What the controller knows of a Gateway's data plane.  Without it: programmed in FILES, else
 * pending. */
struct gateway_state {
	enum programmed_reason programmed;
	struct str message; /* empty: a sentence of ours */
	const struct address_report *addresses;
	size_t n_addresses;
};
/* Copied.  <state> NULL forgets it. */
void translator_set_gateway(
	struct translator *t, struct str gateway, const struct gateway_state *state);

/* A port that could not be bound (PortUnavailable), by Gateway ("" for all; the name of an
 * unmanaged class for all of it) and transport.  <why> is a phrase ("Address already in use");
 * empty: it can be bound. */
void translator_set_port_error(
	struct translator *t, struct str gateway, bool udp, uint16_t port, struct str why);

/* What an unmanaged data plane listens on, joined to listener ports by its Service. */
struct translate_listen {
	uint16_t port; /* as listeners call it */
	uint16_t target; /* the listen's own: two ports that lead to one are one socket */
	bool udp;
	bool ssl; /* ends TLS (HTTPS) or takes it (TLS) */
	bool stream; /* TCP, UDP, TLS; else HTTP */
	struct plan_bind *binds; /* its sockets; none: those of a port of its number */
	size_t n_binds;
};
/* Of the data plane that serves <class_name> (in SHARED: "").  Copied.  <known> false: nobody has
 * told yet and its listeners are Pending, because of <why> (a sentence; empty: ours); it is the
 * state before the first call.  Managed Gateways do not ask for listens.
 * True: it is news. */
bool translator_set_listens(struct translator *t, struct str class_name, bool known, struct str why,
	const struct translate_listen *listens, size_t n);

/* Whether the cluster's CRD of <plural> (of the Gateway API) has the field <path> of spec, such as
 * "rules.retry"; <path> empty: whether it is there. */
typedef bool translate_field_f(void *ctx, struct str plural, struct str path);
/* Leaves what the CRDs cannot express out of supportedFeatures.  Before the first call everything
 * that is built is told. */
void translator_set_fields(struct translator *t, translate_field_f *has, void *ctx);

/* The addresses of a DNS name (lower case, no trailing dot) that Backends and ExternalName Services
 * point at; <n> 0: it has none.  Copied; ports are ignored. */
void translator_set_resolved(
	struct translator *t, struct str host, const struct plan_addr *addrs, size_t n);
typedef void translate_host_f(void *ctx, struct str host);
/* Every name that is to be resolved. */
void translator_hosts(struct translator *t, translate_host_f *fn, void *ctx);
/* Whether that set may have changed since the last call of translator_hosts(). */
bool translator_hosts_moved(const struct translator *t);

#endif
