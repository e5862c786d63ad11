/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h -- TLS as a stream over a stream (net/stream.h).
 *
 * Made by tls_connect() (client.h) or tls_accept() (server.h), then tls_handshake(), then used as
 * any stream.  TLS 1.2 and 1.3, AEAD with ephemeral keys only, no renegotiation, no compression, no
 * early data.  An end without close_notify is -ECONNRESET, never 0: nothing that was cut short
 * looks complete.  Errors of the protocol are -EPROTO, with tls_why().
 *
 * Memory: an idle stream holds no buffer, only OpenSSL's state (about 10 KB).  A peer that sends
 * more than TLS_POST_MAX handshake messages (key updates, attempts to renegotiate) between two
 * TLS_POST_BYTES of data is cut off.  At most TLS_TURNS handshakes begin per tick and thread,
 * further ones wait in order.
 *
 * The stream below belongs to the TLS stream until that is closed.  The deadline of a handshake is
 * the caller's: he closes.  Loop's thread only.
 */
#ifndef TLS_STREAM_H
#define TLS_STREAM_H

#include "base/mem.h"
#include "base/slab.h"
#include "net/stream.h"

#define TLS_TURNS 4
#define TLS_POST_MAX 64
#define TLS_POST_BYTES 65536

struct tls;

/* What the TLS streams of one loop share.  Embedded in the loop's owner. */
struct tls_thread {
	struct loop *loop;
	struct slab streams; /* .used: streams that live */
	struct slab outs; /* what is being sent */
	struct list waiting; /* for their turn to begin */
	struct task turns;
	uint64_t tick; /* the one that <left> counts for */
	unsigned left;
	char *scratch; /* a record of small pieces */
	uint64_t handshakes, failures, resumed; /* since the beginning */
};
void tls_thread_init(struct tls_thread *th, struct loop *l);
/* No stream may live any more: run ticks until streams.used is 0. */
void tls_thread_fini(struct tls_thread *th);

/* The stream to speak on, once the handshake is done. */
struct stream *tls_stream(struct tls *t);
/* Bytes of the stream below that were received already (taken over); before the handshake. */
void tls_first(struct tls *t, struct slice first);
/* Once, first.  res 0; -EPROTO: see tls_why(); -ECONNRESET: the peer left; -ECANCELED. */
void tls_handshake(struct tls *t, struct op *op);
/* Closes it if that is not done, and gives it back; its memory goes by itself when the loop has let
 * go of it.  Where the stream below may be freed at once when closed, so it may after this. */
void tls_free(struct tls *t);

/* What went wrong, one phrase, static; empty: nothing. */
struct str tls_why(const struct tls *t);
/* After the handshake. */
bool tls_resumed(const struct tls *t);
struct str tls_version(const struct tls *t);
/* The peer proved who it is (a client: showed a certificate that is valid). */
bool tls_peer_verified(const struct tls *t);

#endif
