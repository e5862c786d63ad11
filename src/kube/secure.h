/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secure.h -- TLS over a connected stream, for our own connections: to the API server and between
 * controller and data plane.  Never for traffic.
 *
 * TLS 1.2 or newer; the peer of a client is always verified against the given authorities and its
 * name, unless the maker of the context says `insecure`.  A server asks for no certificate.
 * Embedded in its owner, on the loop's thread.  Ops of its own run on the stream below, so after a
 * close the memory must stay until the tick's end (secure_quiet()).
 */
#ifndef KUBE_SECURE_H
#define KUBE_SECURE_H

#include "base/buf.h"
#include "net/stream.h"

struct secure_context; /* SSL_CTX */

/* <ca> empty: the system's authorities.  <cert> and <key> empty: none.  All PEM, borrowed for the
 * call.  Returns owned; -EINVAL where some PEM cannot be used. */
int must_check secure_client(struct str ca, struct str cert, struct str key, bool insecure,
	struct secure_context **ret_context);
int must_check secure_server(struct str cert, struct str key, struct secure_context **ret_context);
void secure_context_free(struct secure_context *c);

struct secure {
	struct stream stream;
	struct stream *below; /* borrowed */
	void *ssl;
	struct op *hello; /* the handshake's, the consumer's */
	struct recv_op *rx; /* the consumer's */
	struct send_op *tx;
	struct recv_op low_rx;
	struct send_op low_tx;
	struct buf out;
	struct slice out_v;
	struct nbuf *plain; /* being filled for <rx> */
	struct task pump; /* results come from the loop, never inside a submit */
	bool ready;
	bool closed;
	bool eof; /* of the stream below */
	int error; /* of the stream below; negative */
};

/* Begins the handshake on <below> (connected; stays the caller's); <done> completes with 0, or
 * -EPROTO (a peer that cannot be trusted, or speaks no TLS), or the stream's error.  <name> is what
 * the peer's certificate must be for, a DNS name or an address; {NULL, 0} on a server. */
void secure_init(struct secure *s, struct secure_context *c, struct stream *below, struct str name,
	struct op *done);
/* Closes (also the stream below) if that was not done, and gives memory back; secure_quiet(). */
void secure_fini(struct secure *s);
/* Nothing of ours is in flight below. */
bool secure_quiet(const struct secure *s);

/* A private key and a certificate for <names> (DNS names), signed by the given authority, or by
 * itself as an authority where <ca_cert> is empty; valid from a day before <now> (wall) for <days>.
 * Appends PEM. */
int must_check secure_issue(struct str ca_cert, struct str ca_key, struct str common_name,
	const struct str *names, size_t n, nsec now, int days, struct buf *ret_cert,
	struct buf *ret_key);
/* Seconds since 1970 when the first certificate of <pem> expires; -EINVAL. */
int must_check secure_expiry(struct str pem, int64_t *ret_seconds);

#endif
