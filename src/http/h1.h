/* SPDX-License-Identifier: Apache-2.0 */
/*
 * h1.h -- HTTP/1.1 codecs: bytes in, views out, and back (RFC 9112).  No I/O, no allocation.
 *
 * Every verdict is a function of the bytes alone: fed whole, byte by byte or split anywhere, the
 * same input is accepted or refused with the same reason at the same byte.  What is ambiguous is
 * refused, never repaired.  What is written carries exactly one framing.
 */
#ifndef HTTP_H1_H
#define HTTP_H1_H

#include "base/buf.h"
#include "http/message.h"

enum h1_result {
	H1_MORE, /* give more bytes */
	H1_DONE,
	H1_BAD, /* refused: see <reason>; close the connection */
	H1_DATA, /* chunked decoder: a piece of body */
};

/* --- heads in ---------------------------------------------------------------------------- */

/* Where the parser stands in a head that has not arrived whole.  No pointers: may be copied. */
struct h1_parser {
	uint16_t at; /* bytes that are done with */
	uint16_t start; /* of the element that is being read */
	uint8_t state;
	uint8_t blank_lines;
	uint8_t reason; /* enum http_reason, after H1_BAD */
};

/* Ready <p> and <r> for a new message.  <fields> is room for limits->fields_max fields, borrowed as
 * long as <r> is used.  About 100 bytes are cleared. */
void h1_request_begin(struct h1_parser *p, struct http_request *r, struct http_field *fields);

/* <bytes> is all that has arrived since the message began (at most UINT32_MAX; what lies beyond
 * limits->head_max is not looked at); it may lie elsewhere than at the last call.  H1_DONE:
 * <r> is complete and its first head.n bytes are used; what follows is the body or the next
 * message.  H1_MORE wants more than <bytes>. */
enum h1_result h1_request_parse(struct h1_parser *p, struct http_request *r, struct str bytes,
	const struct http_limits *limits);

/* The request that a response answers, as far as framing asks. */
struct h1_asked {
	enum http_method method;
	bool upgrade; /* an upgrade was forwarded */
};

void h1_response_begin(struct h1_parser *p, struct http_response *r, struct http_field *fields);

/* As h1_request_parse.  Interim responses (1xx but 101) come as messages of their own: begin again
 * behind them and count them.  A blank before a colon is cut off (the line is then not plain). */
enum h1_result h1_response_parse(struct h1_parser *p, struct http_response *r, struct str bytes,
	const struct http_limits *limits, struct h1_asked asked);

/* The body a head announces, with one verdict for every doubt (RFC 9112 §6.3).  Called by the
 * parsers; exported because it is the law in one place.  Returns HTTP_R_NONE and sets
 * <*ret_framing>, or why not. */
enum http_reason h1_request_framing(
	const struct http_head *h, unsigned minor, struct http_framing *ret_framing);
enum http_reason h1_response_framing(const struct http_head *h, unsigned minor, int status,
	struct h1_asked asked, struct http_framing *ret_framing);

/* Field lines alone, such as a kept trailer section with its empty line: fills <h> from <bytes>.
 * H1_DONE, or H1_BAD with <*ret_reason>; a section without its end is HTTP_R_TRUNCATED. */
enum h1_result h1_fields_parse(struct http_head *h, struct http_field *fields, struct str bytes,
	const struct http_limits *limits, enum http_reason *ret_reason);

/* --- chunked coding in ------------------------------------------------------------------- */

/* Zeroed is ready. */
struct h1_chunked {
	uint64_t left; /* bytes of chunk data still to come before its CRLF */
	uint32_t ext; /* extension bytes so far in this body */
	uint32_t trailer; /* trailer bytes so far */
	uint16_t trailers; /* trailer lines so far */
	uint8_t state;
	uint8_t digits;
	uint8_t reason; /* enum http_reason, after H1_BAD */
	struct buf *keep; /* borrowed or NULL: gets the trailer section with its empty line */
};

/* Takes bytes from the front of <*in>.  H1_DATA: <*ret_data> is the next piece of body, a view into
 * the bytes taken.  H1_MORE: <*in> is empty.  H1_DONE: the body and its trailers have ended, <*in>
 * is what follows.  H1_BAD.  Extensions are checked and dropped; trailers are checked, counted
 * and dropped unless <keep> is set. */
enum h1_result h1_chunked_next(struct h1_chunked *c, const struct http_limits *limits,
	struct str *in, struct str *ret_data);
/* <n> bytes of chunk data (<= left) went by another way, such as splice. */
void h1_chunked_skip(struct h1_chunked *c, uint64_t n);

/* --- chunked coding out ------------------------------------------------------------------ */

#define H1_CHUNK_HEAD_MAX 18 /* 16 digits CRLF */
#define H1_CHUNK_END STR("\r\n") /* behind the data of a chunk */
#define H1_CHUNK_LAST STR("0\r\n\r\n") /* ends the body, without trailers */

/* Size line of a chunk of <n> > 0 bytes; returns its length. */
unsigned h1_chunk_head(char out[H1_CHUNK_HEAD_MAX], uint64_t n);

/* --- heads out --------------------------------------------------------------------------- */

enum h1_connection {
	H1_CONN_DEFAULT, /* nothing said: HTTP/1.1 keeps alive */
	H1_CONN_CLOSE,
	H1_CONN_KEEP_ALIVE, /* said aloud, for HTTP/1.0 clients */
	H1_CONN_UPGRADE, /* with <upgrade> */
};

struct h1_request_out {
	struct str line; /* as received, with its CRLF: written in one piece while the parts below
			    still are it; empty: there is none */
	struct str method;
	struct str path; /* or "*"; starts with '/' */
	struct str query; /* written behind '?' when has_query */
	bool has_query;
	struct str host; /* the one Host field; never empty */
	struct http_framing framing; /* NONE, LENGTH or CHUNKED */
	bool expect; /* Expect: 100-continue; a 1.0 client's Expect never passes */
	enum h1_connection connection;
	struct str upgrade;
};

/* As received: method, path, query, effective host, framing, and the upgrade where there is one.
 * Expect is not taken over: whoever sends it on must wait for the answer to it.
 * An HTTP/1.0 request may have come without Host: then <o->host> is empty and the caller sets it,
 * for instance to the endpoint's address. */
void h1_request_out_init(struct h1_request_out *o, const struct http_request *r);

/* Bytes that are certainly enough to write it.  <h> may be NULL (a request of our own). */
size_t h1_request_bound(
	const struct h1_request_out *o, const struct http_head *h, const struct http_edits *e);
/* Writes the head: request line, Host, fields of <h> without those that <e> leaves out and without
 * the fields with HTTP_F_FRAMING, additions of <e>, framing, connection, empty line.  A Host or
 * Content-Length field of <h> that says what is to be said stays where it is.
 * Returns the bytes written; -ENOBUFS when <cap> is too small; -EINVAL when method, path, query,
 * host or upgrade could be misread (nothing is to be sent then). */
int must_check h1_request_write(const struct h1_request_out *o, const struct http_head *h,
	const struct http_edits *e, char *p, size_t cap);

struct h1_response_out {
	struct str line; /* as in struct h1_request_out */
	int status;
	struct str phrase; /* empty: the registered one */
	struct str date; /* written when the response has no Date; empty: not */
	struct http_framing framing; /* BODY_CLOSE writes no length: pair with H1_CONN_CLOSE */
	enum h1_connection connection;
	struct str upgrade;
};

/* As received: status, phrase and framing.  The caller judges what framing the client is to see. */
void h1_response_out_init(struct h1_response_out *o, const struct http_response *r);

size_t h1_response_bound(
	const struct h1_response_out *o, const struct http_head *h, const struct http_edits *e);
/* As h1_request_write. */
int must_check h1_response_write(const struct h1_response_out *o, const struct http_head *h,
	const struct http_edits *e, char *p, size_t cap);

/* IMF-fixdate (RFC 9110 §5.6.7) of <wall_sec> since 1970; the caller keeps it for that second. */
#define H1_DATE_N 29
struct str h1_date(int64_t wall_sec, char out[H1_DATE_N]);

#endif
