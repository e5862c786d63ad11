/* SPDX-License-Identifier: Apache-2.0 */
/*
 * name.h -- field names that the gateway knows, found by a perfect hash.
 *
 * The two letters of each row are its first and its last but one: the hash is made of them and the
 * length.  Two names in one slot do not compile.
 */
#ifndef HTTP_NAME_H
#define HTTP_NAME_H

#include "base/str.h"

enum {
	HTTP_F_FRAMING = 1, /* written by the serialiser alone, from what it is told */
	HTTP_F_HOP = 2, /* speaks of one connection (RFC 9110 §7.6.1) */
	HTTP_F_FORWARDED = 4, /* told by the gateway about its client */
	HTTP_F_CONSUMED = 8, /* read by the gateway to decide */
};

/* X(ID, name, first, last but one, flags) */
#define HTTP_NAMES(X)                                                                              \
	X(HOST, "host", 'h', 's', HTTP_F_FRAMING)                                                  \
	X(CONTENT_LENGTH, "content-length", 'c', 't', HTTP_F_FRAMING)                              \
	X(TRANSFER_ENCODING, "transfer-encoding", 't', 'n', HTTP_F_FRAMING | HTTP_F_HOP)           \
	X(CONNECTION, "connection", 'c', 'o', HTTP_F_FRAMING | HTTP_F_HOP)                         \
	X(KEEP_ALIVE, "keep-alive", 'k', 'v', HTTP_F_HOP)                                          \
	X(PROXY_CONNECTION, "proxy-connection", 'p', 'o', HTTP_F_HOP)                              \
	X(TE, "te", 't', 't', HTTP_F_HOP)                                                          \
	X(TRAILER, "trailer", 't', 'e', HTTP_F_HOP)                                                \
	X(UPGRADE, "upgrade", 'u', 'd', HTTP_F_FRAMING | HTTP_F_HOP)                               \
	X(HTTP2_SETTINGS, "http2-settings", 'h', 'g', HTTP_F_HOP)                                  \
	X(EXPECT, "expect", 'e', 'c', HTTP_F_FRAMING)                                              \
	X(COOKIE, "cookie", 'c', 'i', HTTP_F_CONSUMED)                                             \
	X(SET_COOKIE, "set-cookie", 's', 'i', HTTP_F_CONSUMED)                                     \
	X(ORIGIN, "origin", 'o', 'i', HTTP_F_CONSUMED)                                             \
	X(AUTHORIZATION, "authorization", 'a', 'o', HTTP_F_CONSUMED)                               \
	X(PROXY_AUTHORIZATION, "proxy-authorization", 'p', 'o', 0)                                 \
	X(FORWARDED, "forwarded", 'f', 'e', HTTP_F_FORWARDED)                                      \
	X(X_FORWARDED_FOR, "x-forwarded-for", 'x', 'o', HTTP_F_FORWARDED)                          \
	X(X_FORWARDED_PROTO, "x-forwarded-proto", 'x', 't', HTTP_F_FORWARDED)                      \
	X(X_FORWARDED_HOST, "x-forwarded-host", 'x', 's', HTTP_F_FORWARDED)                        \
	X(X_FORWARDED_PORT, "x-forwarded-port", 'x', 'r', HTTP_F_FORWARDED)                        \
	X(X_REAL_IP, "x-real-ip", 'x', 'i', HTTP_F_FORWARDED)                                      \
	X(X_REQUEST_ID, "x-request-id", 'x', 'i', HTTP_F_FORWARDED)                                \
	X(ACCESS_CONTROL_REQUEST_METHOD, "access-control-request-method", 'a', 'o',                \
		HTTP_F_CONSUMED)                                                                   \
	X(ACCESS_CONTROL_REQUEST_HEADERS, "access-control-request-headers", 'a', 'r',              \
		HTTP_F_CONSUMED)                                                                   \
	X(ACCESS_CONTROL_ALLOW_ORIGIN, "access-control-allow-origin", 'a', 'i', HTTP_F_CONSUMED)   \
	X(ACCESS_CONTROL_ALLOW_CREDENTIALS, "access-control-allow-credentials", 'a', 'l',          \
		HTTP_F_CONSUMED)                                                                   \
	X(ACCESS_CONTROL_ALLOW_METHODS, "access-control-allow-methods", 'a', 'd', HTTP_F_CONSUMED) \
	X(ACCESS_CONTROL_ALLOW_HEADERS, "access-control-allow-headers", 'a', 'r', HTTP_F_CONSUMED) \
	X(ACCESS_CONTROL_EXPOSE_HEADERS, "access-control-expose-headers", 'a', 'r',                \
		HTTP_F_CONSUMED)                                                                   \
	X(ACCESS_CONTROL_MAX_AGE, "access-control-max-age", 'a', 'g', HTTP_F_CONSUMED)             \
	X(DATE, "date", 'd', 't', 0)                                                               \
	X(SERVER, "server", 's', 'e', 0)                                                           \
	X(VARY, "vary", 'v', 'r', 0)                                                               \
	X(LOCATION, "location", 'l', 'o', 0)                                                       \
	X(CONTENT_TYPE, "content-type", 'c', 'p', 0)                                               \
	X(CONTENT_ENCODING, "content-encoding", 'c', 'n', 0)                                       \
	X(CONTENT_RANGE, "content-range", 'c', 'g', 0)                                             \
	X(RANGE, "range", 'r', 'g', 0)                                                             \
	X(ETAG, "etag", 'e', 'a', 0)                                                               \
	X(LAST_MODIFIED, "last-modified", 'l', 'e', 0)                                             \
	X(CACHE_CONTROL, "cache-control", 'c', 'o', 0)                                             \
	X(AGE, "age", 'a', 'g', 0)                                                                 \
	X(RETRY_AFTER, "retry-after", 'r', 'e', 0)                                                 \
	X(ACCEPT, "accept", 'a', 'p', 0)                                                           \
	X(ACCEPT_ENCODING, "accept-encoding", 'a', 'n', 0)                                         \
	X(ACCEPT_LANGUAGE, "accept-language", 'a', 'g', 0)                                         \
	X(USER_AGENT, "user-agent", 'u', 'n', 0)                                                   \
	X(REFERER, "referer", 'r', 'e', 0)                                                         \
	X(IF_NONE_MATCH, "if-none-match", 'i', 'c', 0)                                             \
	X(IF_MODIFIED_SINCE, "if-modified-since", 'i', 'c', 0)                                     \
	X(VIA, "via", 'v', 'i', 0)                                                                 \
	X(MAX_FORWARDS, "max-forwards", 'm', 'd', 0)                                               \
	X(WWW_AUTHENTICATE, "www-authenticate", 'w', 't', 0)                                       \
	X(UPGRADE_INSECURE_REQUESTS, "upgrade-insecure-requests", 'u', 't', 0)                     \
	X(SEC_WEBSOCKET_KEY, "sec-websocket-key", 's', 'e', 0)                                     \
	X(SEC_WEBSOCKET_VERSION, "sec-websocket-version", 's', 'o', 0)                             \
	X(TRACEPARENT, "traceparent", 't', 'n', 0)                                                 \
	X(PRIORITY, "priority", 'p', 't', 0)                                                       \
	X(GRPC_TIMEOUT, "grpc-timeout", 'g', 'u', 0)                                               \
	X(GRPC_STATUS, "grpc-status", 'g', 'u', 0)

#define HTTP_NAME_ENUM(id, name, a, b, flags) HTTP_##id,
enum http_id { HTTP_OTHER, HTTP_NAMES(HTTP_NAME_ENUM) HTTP_ID_COUNT };
#undef HTTP_NAME_ENUM
_Static_assert(HTTP_ID_COUNT <= 64, "struct http_head keeps a bit for each");

/* The id of <name> in any case; HTTP_OTHER when it is not in the table. */
enum http_id http_name_id(struct str name);
/* Its lower-case name; not for HTTP_OTHER. */
struct str http_id_name(enum http_id id);
/* HTTP_F_* bits; 0 for HTTP_OTHER. */
unsigned http_id_flags(enum http_id id);

#endif
