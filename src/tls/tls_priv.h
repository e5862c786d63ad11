/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_priv.h -- a TLS stream from inside, and what its two sides (client.c, server.c) add.
 *
 * OpenSSL reads from <in> and writes to <out> through a BIO of ours (bio.c), which never blocks and
 * never calls: all calls on the stream below are made by stream.c, between calls of OpenSSL.
 */
#ifndef TLS_TLS_PRIV_H
#define TLS_TLS_PRIV_H

#include <openssl/ssl.h>

#include "tls/stream.h"

#define TLS_RECORD 16384u
/* Plaintext of one send below: with the records' overhead it fits one large buffer. */
#define TLS_BATCH (3u * TLS_RECORD)
/* Buffers of bytes that wait to be sent: a batch, a flight with a long chain, answers to the
 * peer's post-handshake messages. */
#define TLS_OUT_MAX 8u

#define TLS_STATES(S)                                                                     \
	S(TLS_NEW, 1u << TLS_HANDSHAKE | 1u << TLS_CLOSED)                                \
	S(TLS_HANDSHAKE, 1u << TLS_OPEN | 1u << TLS_BROKEN | 1u << TLS_CLOSED)            \
	S(TLS_OPEN, 1u << TLS_BROKEN | 1u << TLS_CLOSED)                                  \
	S(TLS_BROKEN, 1u << TLS_CLOSED) /* neither direction works; the stream is open */ \
	S(TLS_CLOSED, 0u)

enum tls_state {
#define S(name, next) name,
	TLS_STATES(S)
#undef S
};

struct tls_out {
	struct slice v[TLS_OUT_MAX];
	unsigned n;
};

struct tls_client;
struct tls_policy;

struct tls {
	uint32_t magic;
#define TLS_MAGIC 0x746c7373u
	uint8_t state; /* enum tls_state */
	bool released; /* by tls_free() */
	bool has_turn; /* may do the costly part of its handshake */
	bool in_eof;
	bool verified;
	bool shut_said; /* close_notify is written */
	bool shut_below; /* FIN is asked for */
	int err; /* of a broken stream */
	const char *why; /* static */
	struct tls_thread *thread;
	struct stream stream;
	struct stream *below;
	SSL *ssl;
	struct list node; /* waits for its turn */

	/* the consumer's, in flight */
	struct op *hs;
	struct recv_op *rx;
	struct send_op *tx;
	struct op *shut;

	/* our own on the stream below */
	struct recv_op below_rx;
	struct send_op below_tx;
	struct op below_shut;
	struct slice in; /* received, not read by OpenSSL */
	/* A stream that sends nothing has neither. */
	struct tls_out *out; /* written by OpenSSL, not handed down; NULL: nothing */
	struct tls_out *flying; /* in below_tx */
	size_t tx_taken; /* of the consumer's send: encrypted */
	unsigned post; /* handshake messages since the last TLS_POST_BYTES */
	size_t post_bytes;

	struct tls_client *client; /* counted; NULL: the server's side */
	struct tls_policy *policy; /* counted; the server's, chosen by the ClientHello */
	void *choose_ctx;
	struct tls_policy *(*choose)(void *ctx, struct str name);
};

/* stream.c: a new one in state NEW; takes <ssl>. */
struct tls *tls_new(struct tls_thread *th, SSL *ssl, struct stream *below);
struct tls *tls_of_ssl(const SSL *ssl);
/* Whether this handshake may begin now; else it has been queued and goes on by itself. */
bool tls_turn(struct tls *t);
/* Keeps the first reason. */
void tls_set_why(struct tls *t, const char *why);

/* bio.c */
BIO *tls_bio_new(struct tls *t);
/* Harmless where there is nothing. */
void tls_out_drop(struct tls *t, struct tls_out **o);
/* Room for <n> bytes of records in one buffer. */
void tls_out_reserve(struct tls *t, size_t n);

/* context.c: what both sides have in common; static for the life of the process. */
SSL_CTX *tls_context(bool server);
/* OpenSSL's queue of errors as one static phrase; empties it. */
const char *tls_take_error(void);

void tls_policy_unref(struct tls_policy *p);
void tls_client_unref(struct tls_client *c);

#endif
