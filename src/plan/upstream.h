/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upstream.h -- where requests go: an endpoint set with the protocol and TLS to speak to it.
 *
 * An upstream is one segment, found in the plan by the id of its name; a rule holds only that id,
 * so a change of endpoints touches no rule.  An endpoint is an object of its own which survives
 * every change of its set: pools, balancing state and health hang on it.
 */
#ifndef PLAN_UPSTREAM_H
#define PLAN_UPSTREAM_H

#include <stdatomic.h>

#include "base/clock.h"
#include "base/list.h"
#include "plan/pem.h"
#include "plan/segment.h"

/* One address of one upstream.  Identity: (upstream, address, port). */
struct plan_endpoint {
	struct plan_addr addr; /* immutable, as all but the next two */
	_Atomic uint32_t health; /* enum plan_health bits: control writes (relaxed), workers read */
	uint32_t index; /* dense, unique among living endpoints: for arrays; reused afterwards */
	uint64_t serial; /* never reused: tells a new endpoint from an old one of the same index */
	uint64_t upstream; /* id of its upstream */
	uint32_t refs; /* control's: sets of living plans that hold it */
	uint32_t waiting; /* control's: workers that have not let go of it (publish.h) */
	struct list dead; /* control's: in the store's list while refs is 0 */
};

enum plan_health {
	PLAN_HEALTH_EJECTED = 1, /* by passive health: skip while others are left */
	PLAN_HEALTH_FAILED = 2, /* by an active check */
};

static inline uint32_t plan_endpoint_health(const struct plan_endpoint *e)
{
	return atomic_load_explicit(&e->health, memory_order_relaxed);
}

enum plan_target_flag {
	PLAN_TARGET_READY = 1, /* takes new requests */
	PLAN_TARGET_SERVING = 2, /* still answers: used when none is ready */
	PLAN_TARGET_TERMINATING = 4,
};

/* A member of a set. */
struct plan_target {
	struct plan_addr addr;
	uint16_t flags; /* enum plan_target_flag */
	uint16_t weight; /* >= 1 */
	struct plan_endpoint *endpoint; /* set when the upstream is put; its set holds a count */
};

/* A name that control resolves into targets; all targets of all names are one set. */
struct plan_dns {
	struct str host; /* lower case, no trailing dot */
	uint16_t port;
};

#define PLAN_PROTOCOLS(P)                                                     \
	P(HTTP1, "http/1.1") /* Upgrade and WebSocket included */             \
	P(H2, "h2") /* cleartext: prior knowledge; TLS: ALPN h2 only */       \
	P(HTTP, "http") /* TLS: ALPN decides between the two; clear: HTTP1 */ \
	P(TCP, "tcp")                                                         \
	P(UDP, "udp")

enum plan_protocol {
#define P(name, text) PLAN_PROTOCOL_##name,
	PLAN_PROTOCOLS(P)
#undef P
};
struct str plan_protocol_name(enum plan_protocol p);

/* A name the peer's certificate must carry. */
struct plan_san {
	struct str value;
	bool uri; /* else a DNS name */
};

/* TLS towards an upstream (BackendTLSPolicy and the Gateway's client certificate). */
struct plan_client_tls {
	struct str sni; /* also the name to verify when there are no <sans> */
	const struct plan_san *sans; /* one of them must match; then <sni> is not verified */
	size_t nsans;
	struct plan_pem *ca; /* counted; kind CA or SYSTEM; NULL: nothing is verified */
	struct plan_pem *client; /* counted; the pair we present; NULL: none */
	struct str min_version; /* "" for the default */
	uint64_t digest; /* over all of the above: part of the pool key; set when put */
	void *parsed; /* the dresser's (edit.h), written once; workers read */
	void (*parsed_free)(void *parsed); /* called when the upstream is freed */
};

struct plan_upstream {
	struct plan_segment seg;
	struct plan_store *store; /* set when put: told when endpoints are let go */
	struct str name; /* stable identity, "Service/ns/name:port[/how]": dump, logs, metrics */
	uint64_t id; /* plan_id(name) */
	struct plan_target *targets; /* sorted by address when put; equal addresses joined */
	const struct plan_dns *dns;
	struct plan_client_tls *tls; /* NULL: clear text */
	uint32_t ntargets;
	uint32_t ndns;
	uint32_t tally; /* metric series, set when put (tally.h) */
	uint8_t protocol; /* enum plan_protocol */
	/* enum plan_refusal, not NONE: no request may go there, for the reason that <failure> tells
	 * in a sentence. */
	uint8_t refused;
	struct str failure;
};

/* A new one, count 1, empty; <name> is copied.  Room for <ntargets> targets (zeroed, weight 1 and
 * READY|SERVING set), which the caller fills. */
struct plan_upstream *plan_upstream_new(struct str name, size_t ntargets);
/* A new one with all of <from> but its targets: after a name was resolved. */
struct plan_upstream *plan_upstream_copy(const struct plan_upstream *from, size_t ntargets);
/* Drops one that was never put; NULL is legal. */
void plan_upstream_free(struct plan_upstream *u);
/* Memory of <u>'s arena, for dns, tls and texts while it is being filled. */
static inline struct arena *plan_upstream_arena(struct plan_upstream *u)
{
	return u->seg.arena;
}

#endif
