/* SPDX-License-Identifier: Apache-2.0 */
/*
 * port.h -- listeners that share sockets: a port with its binds, its TLS and its listeners.
 *
 * A port is one segment.  Its router is not in it: routes come and go without touching the port,
 * and a port may be replaced without touching its routes.  Routes do not know ports: they stand in
 * scopes (rule.h), and each listener looks in one.
 */
#ifndef PLAN_PORT_H
#define PLAN_PORT_H

#include "plan/pem.h"
#include "plan/rule.h"
#include "plan/segment.h"
#include "plan/settings.h"

/* What the first bytes of a connection are taken for. */
enum plan_port_kind {
	PLAN_PORT_HTTP, /* clear text HTTP/1.1 and h2c prior knowledge */
	PLAN_PORT_TLS, /* a ClientHello: HTTPS and TLS listeners, told apart by SNI */
	PLAN_PORT_TCP,
	PLAN_PORT_UDP,
};

enum plan_bind_flag {
	PLAN_BIND_PROXY_PROTOCOL = 1, /* connections begin with a PROXY header: plan_peers */
	PLAN_BIND_NO_HTTP2 = 2,
	PLAN_BIND_V6ONLY = 4,
	PLAN_BIND_DUAL = 8, /* an IPv6 socket that takes IPv4 too; without either: the port's own */
	PLAN_BIND_DEFERRED = 16, /* accepted when its first bytes have come (TCP_DEFER_ACCEPT) */
	PLAN_BIND_KEEPALIVE = 32, /* SO_KEEPALIVE, with the values below where they are not 0 */
	PLAN_BIND_NO_KEEPALIVE = 64,
};

/* What a port believes of the peers that connect to it. */
struct plan_peers {
	const struct plan_cidr *trusted; /* whose X-Forwarded fields are kept */
	const struct plan_cidr *balancers; /* who may send PROXY headers; none: everybody */
	uint32_t ntrusted;
	uint32_t nbalancers;
	bool others_plain; /* whoever else connects sends none; else he is refused */
};
/* A copy in <a>, lists included. */
struct arena;
struct plan_peers plan_peers_copy(const struct plan_peers *p, struct arena *a);

/* A socket address.  Whether it could be bound is told by the data plane, not by the plan. */
struct plan_bind {
	struct plan_addr addr;
	uint32_t flags; /* enum plan_bind_flag */
	uint32_t backlog; /* of listen(2) */
	uint16_t keep_idle, keep_interval; /* seconds */
	uint16_t keep_count;
};

enum plan_client_auth {
	PLAN_CLIENT_AUTH_NONE,
	PLAN_CLIENT_AUTH_REQUIRE, /* AllowValidOnly */
	PLAN_CLIENT_AUTH_ALLOW, /* AllowInsecureFallback: ask, accept any or none */
};

/* TLS towards clients. */
struct plan_server_tls {
	struct plan_pem *const *certs; /* counted by the port; in the order of certificateRefs */
	struct plan_pem *const *client_cas; /* counted by the port; any of them may have signed */
	struct str min_version; /* "1.2", "1.3"; "" for the default */
	struct str max_version;
	struct str ciphers; /* "" for the default */
	uint16_t ncerts;
	uint16_t nclient_cas;
	uint8_t client_auth; /* enum plan_client_auth */
	bool passthrough; /* the rest is empty */
	bool no_http2; /* ALPN offers http/1.1 only */
	void *parsed; /* the dresser's (edit.h), written once; workers read */
	void (*parsed_free)(void *parsed); /* called when the port is freed */
};

struct plan_listener {
	uint64_t id; /* plan_id(name) */
	uint64_t scope; /* whose routes it takes; 0: those of the scope of its own id */
	struct str name; /* "Gateway/ns/name/section": identity, logs, metrics */
	struct str gateway; /* "ns/name" */
	struct str section;
	struct str hostname; /* key: "a.b", "*.b", "" */
	const struct plan_settings *settings;
	const struct plan_server_tls *tls; /* NULL: clear text */
	const struct plan_filters *filters; /* run before a route is chosen; NULL: none */
	const struct plan_failure *failure; /* its TLS cannot be carried out: handshakes fail */
	bool http; /* HTTP or HTTPS: requests; else bytes */
};

struct plan_port {
	struct plan_segment seg;
	uint64_t id; /* plan_id(name) */
	struct str name; /* identity: "tcp/8080", "udp/53", "tcp/10.0.0.1/8080" */
	const struct plan_bind *binds;
	const struct plan_listener *listeners;
	const struct plan_settings *settings; /* before a listener is known */
	struct plan_peers peers;
	uint32_t nbinds;
	uint32_t nlisteners;
	uint16_t number; /* what clients and parentRefs call it; sockets may differ (binds) */
	uint8_t kind; /* enum plan_port_kind */
};

/* A new one, count 1, for the caller to fill from its arena; <name> is copied. */
struct plan_port *plan_port_new(struct str name, uint16_t number, enum plan_port_kind kind);
static inline struct arena *plan_port_arena(struct plan_port *p)
{
	return p->seg.arena;
}
/* Drops a port that was never put; NULL is legal. */
void plan_port_free(struct plan_port *p);

#endif
