/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics_priv.h -- what the workers count.
 */
#ifndef PROXY_METRICS_PRIV_H
#define PROXY_METRICS_PRIV_H

#include "base/metric.h"
#include "plan/tally.h"
#include "proxy/exchange_priv.h"

#define PROXY_METRICS(M)                                                                           \
	M(metric_requests, METRIC_COUNTER, "sluice_requests_total",                                \
		"Requests answered, by the class of their status.", METRIC_LABELS("code"))         \
	M(metric_answers, METRIC_COUNTER, "sluice_own_answers_total",                              \
		"Requests that the gateway answered or cut itself, by reason.",                    \
		METRIC_LABELS("reason"))                                                           \
	M(metric_seconds, METRIC_HISTOGRAM, "sluice_request_seconds",                              \
		"Time from the first byte of a request to the end of its answer.", METRIC_SECONDS) \
	M(metric_bytes_in, METRIC_COUNTER, "sluice_request_body_bytes_total",                      \
		"Bytes of request bodies received.", METRIC_PLAIN)                                 \
	M(metric_bytes_out, METRIC_COUNTER, "sluice_response_bytes_total",                         \
		"Bytes of responses sent.", METRIC_PLAIN)                                          \
	M(metric_retries, METRIC_COUNTER, "sluice_retries_total",                                  \
		"Tries made again by a route's retry stanza.", METRIC_PLAIN)                       \
	M(metric_holds_over, METRIC_COUNTER, "sluice_body_hold_exceeded_total",                    \
		"Request bodies that grew beyond what is kept for a retry.", METRIC_PLAIN)         \
	M(metric_mirrors_lost, METRIC_COUNTER, "sluice_mirrors_lost_total",                        \
		"Mirrored requests that could not be delivered.", METRIC_PLAIN)                    \
	M(metric_conns, METRIC_GAUGE, "sluice_connections", "Client connections open.",            \
		METRIC_PLAIN)                                                                      \
	M(metric_accepts, METRIC_COUNTER, "sluice_connections_total",                              \
		"Client connections accepted.", METRIC_PLAIN)                                      \
	M(metric_tls_handshakes, METRIC_COUNTER, "sluice_tls_handshakes_total",                    \
		"TLS handshakes with clients completed.", METRIC_PLAIN)                            \
	M(metric_tls_failures, METRIC_COUNTER, "sluice_tls_handshake_failures_total",              \
		"TLS handshakes with clients that failed.", METRIC_PLAIN)                          \
	M(metric_up_conns, METRIC_GAUGE, "sluice_upstream_connections",                            \
		"Connections to endpoints open.", METRIC_PLAIN)                                    \
	M(metric_up_connects, METRIC_COUNTER, "sluice_upstream_connects_total",                    \
		"Connections to endpoints opened.", METRIC_PLAIN)                                  \
	M(metric_cuts, METRIC_COUNTER, "sluice_drain_cuts_total",                                  \
		"Connections that the gateway ended while it drained, by what they did.",          \
		METRIC_LABELS("kind"))                                                             \
	M(metric_conn_ends, METRIC_COUNTER, "sluice_connection_ends_total",                        \
		"Client connections without a request that a limit of ours ended, by why.",        \
		METRIC_LABELS("why"))                                                              \
	M(metric_headers_refused, METRIC_COUNTER, "sluice_proxy_protocol_refused_total",           \
		"Connections closed because of their PROXY header, by why.", METRIC_LABELS("why")) \
	M(metric_up_ends, METRIC_COUNTER, "sluice_upstream_ends_total",                            \
		"Idle connections to endpoints that ended, by why.", METRIC_LABELS("why"))         \
	M(metric_memory, METRIC_GAUGE, "sluice_memory_bytes",                                      \
		"What connections, exchanges and buffers hold, by our own count.", METRIC_PLAIN)   \
	M(metric_memory_limit, METRIC_GAUGE, "sluice_memory_limit_bytes",                          \
		"From there on requests are refused; 0: no limit.", METRIC_PLAIN)                  \
	M(metric_overloads, METRIC_COUNTER, "sluice_overload_total",                               \
		"Times a worker began to shed for want of memory, by what it does from there on.", \
		METRIC_LABELS("stage"))                                                            \
	M(metric_ejections, METRIC_COUNTER, "sluice_endpoint_ejections_total",                     \
		"Endpoints set aside after failures in a row.", METRIC_PLAIN)

METRICS_DECLARE(PROXY_METRICS)

/* X(id, label) */
#define CONN_ENDS(X)                              \
	X(CONN_END_IDLE, "idle")                  \
	X(CONN_END_LINGER, "linger")              \
	X(CONN_END_HANDSHAKE, "handshake")        \
	X(CONN_END_DESCRIPTORS, "no_descriptors") \
	X(CONN_END_OVERLOAD, "overload")
#define HEADER_REFUSALS(X)               \
	X(HEADER_MALFORMED, "malformed") \
	X(HEADER_TOO_LONG, "too_long")   \
	X(HEADER_CHECKSUM, "checksum")   \
	X(HEADER_TRUNCATED, "truncated") \
	X(HEADER_TIMEOUT, "timeout")     \
	X(HEADER_UNTRUSTED, "untrusted")
#define UP_LOSSES(X)                 \
	X(UP_LOST_IDLE, "idle")      \
	X(UP_LOST_FULL, "pool_full") \
	X(UP_LOST_PEER, "backend")

#define OVERLOADS(X)                   \
	X(OVERLOAD_IDLE, "close_idle") \
	X(OVERLOAD_REFUSE, "refuse")   \
	X(OVERLOAD_PAUSE, "pause_accept")

#define X(id, label) id,
enum conn_ends { CONN_ENDS(X) CONN_END_COUNT };
enum header_refusals { HEADER_REFUSALS(X) HEADER_REFUSAL_COUNT };
enum up_losses { UP_LOSSES(X) UP_LOST_COUNT };
#undef X

/* Once a process; <series>: tally_register(). */
void metrics_init(unsigned series);
/* A rule took the request: counted there until metrics_exchange(). */
void metrics_routed(struct exchange *x);
/* The exchange is over. */
void metrics_exchange(const struct exchange *x);
/* Its upstream gets it (the first try). */
static inline void metrics_up_begin(struct exchange *x)
{
	x->up_tally = x->upstream->tally;
	metric_add_in(&tally_upstream_active, x->up_tally, 0, 1);
}
/* The upstream has answered a try with <status>. */
void metrics_up_answered(const struct exchange *x, int status);
/* The upstream has not answered a try; reasons that are not about upstreams are not counted. */
void metrics_up_failed(const struct exchange *x, enum proxy_reason reason);
/* <n> connections ended for that. */
void metrics_conn_end(enum conn_ends why, unsigned n);
/* Returns its name. */
struct str metrics_header_refused(enum header_refusals why);
void metrics_up_end(enum up_losses why);
/* The worker has come to this stage. */
void metrics_overload(enum overload stage);
void metrics_retry(const struct exchange *x);
void metrics_mirror_lost(const struct worker *w);
void metrics_cut(enum proxy_cut kind);

#endif
