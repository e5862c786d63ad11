/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.h -- an HTTP/1.1 client connection: one exchange after the other on a stream.
 *
 * For our own requests (the API server, external authorisation, tests); the proxy's hot path uses
 * the codecs directly.  The caller connects the stream, cleartext or TLS, and keeps it; the client
 * borrows it.  Embedded in its owner, on the loop's thread only.
 *
 * One call at a time.  Its callbacks run from the loop, never from inside a function of this
 * header; each call ends with exactly one done().  The body comes by credit: nothing is read from
 * the stream that nobody has asked for, so a consumer that stops asking stops the peer.  Between
 * calls the client listens: a peer that closes, or speaks without being asked, ends the connection,
 * so that no byte is ever taken for the answer to a later request.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include "base/buf.h"
#include "http/h1.h"
#include "net/loop.h"
#include "net/stream.h"

#define CLIENT_INTERIM_MAX 8 /* 1xx answers before the real one */
#define CLIENT_FIELDS 100 /* most fields of a response; limits may say less */

struct client_config {
	struct http_limits limits; /* of responses; fields_max <= CLIENT_FIELDS */
	nsec head_timeout; /* from client_start to the whole final head; 0: none */
	nsec idle_timeout; /* between two pieces of an asked-for body; 0: none */
};

struct client_call;

struct client_call_ops {
	/* The final head is here.  <r> is the client's and stays until done(). */
	void (*head)(struct client_call *call, const struct http_response *r);
	/* A piece of the body, at most as much as was asked for; borrowed, only inside data(). */
	void (*data)(struct client_call *call, struct str piece);
	/* The end.  0: the answer was complete.  -EPROTO: refused, see client_reason(). -ETIMEDOUT.
	 * -ECONNRESET: the peer closed, cleanly or not, before the answer was complete. -ECANCELED.
	 * -EINVAL: the request cannot be written.  Else the stream's error.  The call may be freed
	 * or used again here; the client may be used again if client_idle(), else freed. */
	void (*done)(struct client_call *call, int res);
};

/* Filled by the caller, borrowed from client_start until done(). */
struct client_call {
	const struct client_call_ops *ops;
	struct h1_request_out request; /* framing is set by the client when there is a body */
	const struct http_edits *edits; /* fields of the request; NULL: none */
	struct str body;
	uint64_t want; /* bytes of the answer's body that may come unasked; UINT64_MAX: all */
};

struct client;
typedef void client_closed_f(struct client *c);

struct client {
	struct loop *loop;
	struct stream *stream;
	struct client_config config;
	struct client_call *call;
	client_closed_f *closed;
	uint8_t state; /* enum in client.c */
	uint8_t interim;
	bool sent; /* the request has gone whole */
	bool answered; /* a byte of the answer has come */
	int res; /* to be told by done() once nothing is in flight */
	struct recv_op rx;
	struct send_op tx;
	struct slice tx_v[2];
	struct buf tx_head;
	struct timer timer;
	struct task task;
	struct buf head; /* bytes of the response head */
	struct slice rest; /* received, not consumed */
	size_t rest_at;
	uint64_t want;
	uint64_t left; /* of a body with length */
	struct h1_chunked chunked;
	struct h1_parser parser;
	enum http_reason reason;
	struct http_response response;
	struct http_field fields[CLIENT_FIELDS];
};

/* <stream> is connected; <config> is copied. */
void client_init(struct client *c, struct stream *stream, const struct client_config *config);
/* Only where nothing can be in flight: in closed(), and in done() when not client_idle(). */
void client_fini(struct client *c);
/* Closes the stream, ending a running call with -ECANCELED, and runs <closed> once nothing is in
 * flight any more.  Legal in every state, once. */
void client_close(struct client *c, client_closed_f *closed);

/* Begins an exchange; client_idle() must be true. */
void client_start(struct client *c, struct client_call *call);
/* <n> more bytes of body may come; any time during a call. */
void client_want(struct client *c, uint64_t n);
/* Ends the running call with -ECANCELED and closes the stream.  Harmless without a call. */
void client_cancel(struct client *c);

/* Whether another call may be started: none is running and the connection has stayed good.  False
 * in and after done(): the stream has been closed. */
bool client_idle(const struct client *c);
/* Why an answer was refused, in done() with -EPROTO. */
enum http_reason client_reason(const struct client *c);
/* In done(): no byte of an answer has come.  On a used connection it may just have been closed for
 * idleness, and a request that may be repeated can go over a fresh one (RFC 9112 §9.3.1). */
bool client_unanswered(const struct client *c);

#endif
