/* SPDX-License-Identifier: Apache-2.0 */
/*
 * object.h -- what every decoded object has: its kind, its metadata, its place, its notes.
 *
 * An object is one allocation of exactly its size: a struct of types_gen.h (struct http_route …)
 * whose first member is its struct object, then everything that struct points at.  It is immutable
 * and shared by counted references; a new version of it is another object.  Counts are touched by
 * the control thread only; reading is free to any thread that holds a reference.
 */
#ifndef GWAPI_OBJECT_H
#define GWAPI_OBJECT_H

#include "base/checks.h"
#include "base/clock.h"
#include "base/str.h"

/* kind, enumerator: the order is the order in which kinds are listed to users. */
#define OBJECT_KINDS(K)                                    \
	K(GatewayClass, GATEWAY_CLASS)                     \
	K(Gateway, GATEWAY)                                \
	K(ListenerSet, LISTENER_SET)                       \
	K(HTTPRoute, HTTP_ROUTE)                           \
	K(GRPCRoute, GRPC_ROUTE)                           \
	K(TLSRoute, TLS_ROUTE)                             \
	K(TCPRoute, TCP_ROUTE)                             \
	K(UDPRoute, UDP_ROUTE)                             \
	K(ReferenceGrant, REFERENCE_GRANT)                 \
	K(BackendTLSPolicy, BACKEND_TLS_POLICY)            \
	K(XBackendTrafficPolicy, X_BACKEND_TRAFFIC_POLICY) \
	K(XBackend, X_BACKEND)                             \
	K(XTelemetryPolicy, X_TELEMETRY_POLICY)            \
	K(Backend, BACKEND)                                \
	K(Service, SERVICE)                                \
	K(EndpointSlice, ENDPOINT_SLICE)                   \
	K(Secret, SECRET)                                  \
	K(ConfigMap, CONFIG_MAP)                           \
	K(ClusterTrustBundle, CLUSTER_TRUST_BUNDLE)        \
	K(Namespace, NAMESPACE)

enum object_kind {
#define OBJECT_KIND_ENUM(name, upper) KIND_##upper,
	OBJECT_KINDS(OBJECT_KIND_ENUM)
#undef OBJECT_KIND_ENUM
		KIND_MAX
};

/* A member of a JSON object whose values are text (labels) or bytes (Secret data, decoded). */
struct str_pair {
	struct str key;
	struct str value;
};

/* A Service's targetPort: text.p == NULL means a number. */
struct int_or_str {
	struct str text;
	int32_t number;
};

/* What tolerant decoding let pass.  Translate fails closed on what stands beneath <path>. */
enum object_note_kind {
	NOTE_UNKNOWN_FIELD, /* <text>: the nearest name that we know, or empty */
	NOTE_UNKNOWN_VALUE, /* of an enum; <text>: the value as given */
	NOTE_INVALID, /* required, pattern or bounds; <text>: the sentence */
	NOTE_RULE, /* a validation rule; <text>: its message */
};

struct object_note {
	enum object_note_kind kind;
	struct str path; /* "spec.rules[0].matches[1].path.value" */
	struct str text;
};

struct object {
	uint32_t magic;
#define OBJECT_MAGIC 0x0b1ec7edU
	uint32_t refs;
	/* namespace and name are pieces of one text "namespace/name", object_key(); a
	 * cluster-scoped object has an empty namespace and the key "/name". */
	struct str namespace;
	struct str name;
	struct str uid; /* absent in files */
	struct str resource_version; /* opaque; absent in files */
	struct str api_version; /* as given: "gateway.networking.k8s.io/v1beta1"; static text */
	int64_t generation; /* 0 in files */
	nsec created; /* wall time; 0: none given */
	const struct str_pair *labels; /* sorted by key */
	const struct str_pair *annotations; /* sorted by key */
	const struct object_note *notes;
	struct str file; /* where it was read, a counted text that all of the file share; absent
			  * when it came from the API server */
	uint32_t n_labels;
	uint32_t n_annotations;
	uint32_t n_notes;
	uint32_t line;
	uint32_t column;
	uint32_t size; /* bytes of the allocation */
	uint8_t kind; /* enum object_kind */
	bool deleting; /* metadata.deletionTimestamp is set */
};

/* "HTTPRoute" */
struct str object_kind_name(enum object_kind kind);
/* The API group: "gateway.networking.k8s.io"; empty for the core group. */
struct str object_kind_group(enum object_kind kind);
/* True where objects of <kind> have no namespace. */
bool object_kind_cluster(enum object_kind kind);
/* The kind <name> of <group>, or -ENOENT. */
int must_check object_kind_find(struct str group, struct str name, enum object_kind *ret_kind);

/* Another reference to <o>; returns <o>.  The cast is the count's alone: the rest never changes. */
const struct object *object_ref(const struct object *o);
/* Gives back one reference; the last one frees.  NULL is legal. */
void object_unref(const struct object *o);
/* For decoders: a counted copy of a file's name, one more count on it, one less. */
struct str object_file_new(struct str name);
struct str object_file_ref(struct str file);
void object_file_unref(struct str file);
/* The document that holds <o> moved within its file: its line is <line> now.  The source that made
 * it alone may say so; the place is the one thing about an object that is not part of it. */
void object_relocate(const struct object *o, uint32_t line);

/* "namespace/name": unique within its kind; lives as long as <o>. */
static inline struct str object_key(const struct object *o)
{
	return str_of(o->namespace.p, (size_t)(o->name.p - o->namespace.p) + o->name.n);
}

/* The value of <key> in pairs sorted by key; p == NULL when there is none. */
struct str str_pair_get(const struct str_pair *pairs, uint32_t n, struct str key);
/* The value of label <key>; p == NULL when there is none. */
struct str object_label(const struct object *o, struct str key);
struct str object_annotation(const struct object *o, struct str key);

/* What routes of all kinds have in common (types_gen.h); NULL: it is no route. */
const struct common_route_spec *object_route_common(const struct object *o);

/* The first note at <path> or beneath it ("spec.rules[0]" covers "spec.rules[0].filters[1].type",
 * not "spec.rules[01]"), or NULL. */
const struct object_note *object_note_under(const struct object *o, struct str path);

#endif
