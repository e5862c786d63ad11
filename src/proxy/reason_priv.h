/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reason_priv.h -- why an answer is our own: one table for status, log, metric and docs.
 *
 * Continues http/reason.h: values below HTTP_REASON_COUNT are the codec's.  Names are an interface.
 */
#ifndef PROXY_REASON_PRIV_H
#define PROXY_REASON_PRIV_H

#include "http/reason.h"
#include "plan/rule.h"

/* X(ID, name, status, text for the client) */
#define PROXY_REASONS(X)                                                                          \
	X(NO_ROUTE, "no_route", 404, "no route matches this request")                             \
	X(NO_LISTENER, "no_listener", 404, "no listener serves this host")                        \
	X(MISDIRECTED, "misdirected", 421, "this connection was made for another listener")       \
	/* enum plan_refusal from its second value on, in its order */                            \
	X(RULE_INVALID, "rule_invalid", 500, "the route's rule cannot be carried out")            \
	X(BACKEND_NOT_FOUND, "backend_not_found", 500, "the route's backend does not exist")      \
	X(BACKEND_KIND, "backend_kind", 500,                                                      \
		"the route's backend is of a kind that is not served")                            \
	X(REF_NOT_PERMITTED, "ref_not_permitted", 500, "the route may not refer to its backend")  \
	X(BACKEND_PROTOCOL, "backend_protocol", 500, "the backend's protocol is not served here") \
	X(BACKEND_TLS, "backend_tls", 500, "the backend's TLS policy cannot be met")              \
	X(BACKEND_REFUSED, "backend_refused", 500, "the route's backend may not be used")         \
	X(NO_BACKEND, "no_backend", 500, "the route's rule has no backend")                       \
	X(REGEX_LIMIT, "regex_limit", 500, "a regular expression hit its limit")                  \
	X(BAD_REWRITE, "bad_rewrite", 500, "the rewritten request would not be valid")            \
	X(BAD_PATH, "bad_path", 400, "the path has an escape or byte that is not allowed")        \
	X(NO_ENDPOINT, "no_endpoint", 503, "no endpoint is ready")                                \
	X(BACKEND_IS_GATEWAY, "backend_is_gateway", 500, "the route's backend is this gateway")   \
	X(CONNECT_FAILED, "connect_failed", 503, "the backend cannot be reached")                 \
	X(CONNECT_TIMEOUT, "connect_timeout", 503, "the backend does not accept connections")     \
	X(UPSTREAM_TLS, "upstream_tls", 502, "the backend's TLS handshake failed")                \
	X(UPSTREAM_RESET, "upstream_reset", 502, "the backend ended the connection")              \
	X(UPSTREAM_BAD, "upstream_bad_response", 502, "the backend's response is malformed")      \
	X(UPSTREAM_INTERIMS, "upstream_interim_flood", 502, "the backend sent too many 1xx")      \
	X(UPSTREAM_TRUNCATED, "upstream_truncated", 502, "the backend's response ended early")    \
	X(REQUEST_TIMEOUT, "request_timeout", 504, "the request took too long")                   \
	X(BACKEND_TIMEOUT, "backend_timeout", 504, "the backend took too long")                   \
	X(RESPONSE_TIMEOUT, "response_timeout", 504, "the backend did not answer in time")        \
	X(BODY_TIMEOUT, "body_timeout", 504, "the backend's response stalled")                    \
	X(HEAD_TIMEOUT, "head_timeout", 408, "the request head did not arrive in time")           \
	X(CLIENT_BODY_TIMEOUT, "request_body_timeout", 408, "the request body stalled")           \
	X(CLIENT_STALLED, "client_stalled", 0, "the client took no bytes")                        \
	X(CLIENT_GONE, "client_gone", 0, "the client ended the connection")                       \
	X(TUNNEL_IDLE, "tunnel_idle", 0, "nothing went through the tunnel for too long")          \
	X(AUTH_DENIED, "auth_denied", 403, "authorization was denied")                            \
	X(AUTH_FAILED, "auth_failed", 503, "the authorization server did not answer")             \
	X(PREFLIGHT, "cors_preflight", 204, "")                                                   \
	X(REDIRECT, "redirect", 302, "")                                                          \
	X(OVERLOAD, "overload", 503, "the gateway is overloaded")                                 \
	X(DRAINED, "drained", 0, "the gateway shut down")

#define PROXY_REASON_ENUM(id, name, status, text) PROXY_R_##id,
enum proxy_reason {
	PROXY_R_NONE = HTTP_R_NONE,
	PROXY_R_BEFORE_ = HTTP_REASON_COUNT - 1, /* the codec's last */
	PROXY_REASONS(PROXY_REASON_ENUM) PROXY_REASON_COUNT
};
#undef PROXY_REASON_ENUM

/* Why a backend or a rule is refused, as a reason. */
static inline enum proxy_reason proxy_reason_of(enum plan_refusal r)
{
	AN(r != PLAN_REFUSED_NONE);
	return PROXY_R_RULE_INVALID +
	       ((enum proxy_reason)r - (enum proxy_reason)PLAN_REFUSED_RULE_INVALID);
}

struct str proxy_reason_name(enum proxy_reason r);
struct str proxy_reason_text(enum proxy_reason r);
int proxy_reason_status(enum proxy_reason r);

#endif
