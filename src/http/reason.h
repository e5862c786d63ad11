/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reason.h -- why the HTTP/1.1 codecs refuse a message: one table for log, metric and docs.
 *
 * X(ID, name, status, text): <status> answers a request; the same fault in a response means that
 * the upstream connection is closed and the client gets 502.  Every refusal closes the connection
 * it came from, because the place where the next message would begin cannot be trusted.
 * The proxy's own table continues from HTTP_REASON_COUNT.
 */
#ifndef HTTP_REASON_H
#define HTTP_REASON_H

#include "base/str.h"

#define HTTP_REASONS(X)                                                                           \
	X(NONE, "none", 0, "nothing is wrong")                                                    \
	/* start line (RFC 9112 §2, §3, §4) */                                                 \
	X(BARE_LF, "bare_lf", 400, "a line ends in LF without CR")                                \
	X(BARE_CR, "bare_cr", 400, "a CR is not followed by LF")                                  \
	X(BLANK_LINES, "blank_lines", 400, "too many empty lines before the request")             \
	X(BAD_METHOD, "bad_method", 400, "the method is not a token")                             \
	X(METHOD_TOO_LONG, "method_too_long", 400, "the method is longer than 32 bytes")          \
	X(METHOD_REFUSED, "method_refused", 405, "CONNECT and TRACE are not served")              \
	X(BAD_REQUEST_LINE, "bad_request_line", 400, "the request line has not three parts")      \
	X(BAD_TARGET, "bad_target", 400, "the target has bytes or a form that is not allowed")    \
	X(URI_TOO_LONG, "uri_too_long", 414, "the target is longer than the limit")               \
	X(BAD_VERSION, "bad_version", 400, "the HTTP version is malformed or missing")            \
	X(VERSION_REFUSED, "version_refused", 505, "the HTTP version is not 1.x")                 \
	X(BAD_STATUS_LINE, "bad_status_line", 400, "the status line is malformed")                \
	/* fields (RFC 9110 §5, RFC 9112 §5) */                                                 \
	X(HEAD_TOO_LARGE, "head_too_large", 431, "the head is larger than the limit")             \
	X(TOO_MANY_HEADERS, "too_many_headers", 431, "the head has more fields than the limit")   \
	X(OBS_FOLD, "obs_fold", 400, "a field line starts with a blank")                          \
	X(EMPTY_NAME, "empty_header_name", 400, "a field has no name")                            \
	X(BAD_NAME, "bad_header_name", 400, "a field name is not a token")                        \
	X(BLANK_IN_NAME, "blank_in_header_name", 400, "a blank stands in or after a field name")  \
	X(NO_COLON, "missing_colon", 400, "a field line has no colon")                            \
	X(BAD_VALUE, "bad_header_value", 400, "a field value has a control byte")                 \
	X(TOO_MANY_NOMINATIONS, "too_many_nominations", 400, "Connection names too many fields")  \
	/* host (RFC 9112 §3.2) */                                                               \
	X(NO_HOST, "missing_host", 400, "the Host field is missing")                              \
	X(MANY_HOSTS, "duplicate_host", 400, "there is more than one Host field")                 \
	X(BAD_HOST, "bad_host", 400, "the host is not a valid host with optional port")           \
	X(EXPECT_REFUSED, "expectation_failed", 417, "Expect asks for more than 100-continue")    \
	/* framing (RFC 9112 §6) */                                                              \
	X(BAD_LENGTH, "bad_content_length", 400, "Content-Length is not one decimal number")      \
	X(MANY_LENGTHS, "duplicate_content_length", 400, "more than one Content-Length")          \
	X(LENGTH_AND_CHUNKED, "length_and_chunked", 400,                                          \
		"Content-Length and Transfer-Encoding together")                                  \
	X(BAD_CODING, "bad_transfer_encoding", 400, "Transfer-Encoding is not exactly chunked")   \
	X(CHUNKED_IN_10, "chunked_in_http10", 400, "Transfer-Encoding in an HTTP/1.0 message")    \
	X(UPGRADE_WITH_BODY, "upgrade_with_body", 400, "Upgrade in a request with a body")        \
	X(TOO_MANY_INTERIM, "too_many_interim", 400, "too many 1xx answers before the final one") \
	X(UNASKED_101, "unasked_switch", 400, "101 that the request did not ask for")             \
	/* chunked coding (RFC 9112 §7.1) */                                                     \
	X(BAD_CHUNK_SIZE, "bad_chunk_size", 400, "a chunk size is not 1 to 16 hex digits")        \
	X(BAD_CHUNK_EXT, "bad_chunk_extension", 400, "a chunk extension is malformed")            \
	X(CHUNK_EXT_TOO_LARGE, "chunk_extension_too_large", 400,                                  \
		"chunk extensions exceed the limit")                                              \
	X(BAD_CHUNK_END, "bad_chunk_end", 400, "chunk data is not followed by CRLF")              \
	X(TRAILER_TOO_LARGE, "trailer_too_large", 431, "the trailer section exceeds the limit")   \
	/* ends */                                                                                \
	X(TRUNCATED, "truncated", 400, "the connection ended inside a message")

#define HTTP_REASON_ENUM(id, name, status, text) HTTP_R_##id,
enum http_reason { HTTP_REASONS(HTTP_REASON_ENUM) HTTP_REASON_COUNT };
#undef HTTP_REASON_ENUM

/* The stable name for logs and metrics, static and NUL-terminated. */
struct str http_reason_name(enum http_reason r);
/* One sentence part for people, static and NUL-terminated. */
struct str http_reason_text(enum http_reason r);
/* What a request with this fault is answered with. */
int http_reason_status(enum http_reason r);

#endif
