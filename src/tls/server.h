/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h -- TLS towards clients: a policy for each listener, chosen by the ClientHello's name.
 *
 *	t = tls_accept(thread, &tcp.stream, choose, ctx);
 *	tls_handshake(t, &op);
 *
 * A policy is immutable and counted atomically: made on one thread (control), used by any number of
 * loops; a connection holds it during its handshake only, so that a new certificate is a new policy
 * and connections that run are not touched.
 *
 * The name is taken from the whole ClientHello, however it was cut into records: nothing is decided
 * before (RFC 8446 §5.1).  Sessions are resumed, by tickets, only under a policy with the same id
 * and the same demands on clients: a ticket of a listener that asks for no certificate is worth
 * nothing at one that does (RFC 8446 §4.6.1).  Keys of tickets are the process's own, change every
 * TLS_TICKET_AGE and are forgotten after two.
 */
#ifndef TLS_SERVER_H
#define TLS_SERVER_H

#include "base/clock.h"
#include "pki/pair.h"
#include "tls/stream.h"

#define TLS_TICKET_AGE SEC(6 * 3600)

struct tls_policy;

struct tls_policy_config {
	struct str id; /* whose: the listener's name */
	/* The first whose leaf is for the client's name, of each kind of key; if none is, the
	 * first. At least one. */
	struct pki_pair *const *pairs;
	size_t npairs;
	struct pki_trust *clients; /* anchors of client certificates; NULL: none is asked for */
	bool clients_optional; /* no certificate, or one that is not valid, is accepted too */
	uint8_t min_minor; /* 2: TLS 1.2 (also 0), 3: TLS 1.3 */
	uint8_t max_minor; /* 2, 3 (also 0) */
	struct str ciphers; /* of TLS 1.2, OpenSSL's names; empty: AEAD with ECDHE */
};
/* Takes counts on what it is given.  Returns owned; -EINVAL: no pair, or no cipher of the list is
 * known. */
int must_check tls_policy_new(const struct tls_policy_config *config, struct tls_policy **ret_p);
struct tls_policy *tls_policy_ref(struct tls_policy *p);
/* NULL is legal. */
void tls_policy_unref(struct tls_policy *p);
/* A number (never 0) of whose policy it is and what it asks of clients, equal exactly where
 * sessions may be resumed: a connection that was let in under one number has no business under
 * another. */
uint64_t tls_policy_demands(const struct tls_policy *p);

/* The policy for <name> (lower case; empty: the client named none), borrowed until the next tick;
 * NULL: none, and the client is told unrecognized_name.  Called at most once for a stream, between
 * tls_handshake() and its end, never after tls_free(). */
typedef struct tls_policy *tls_choose_f(void *ctx, struct str name);

/* A stream over <below>, accepted and nobody else's from here on.  ALPN: http/1.1, or none; a
 * client that offers only others is refused.  Returns owned: tls_free(). */
struct tls *tls_accept(
	struct tls_thread *th, struct stream *below, tls_choose_f *choose, void *ctx);

/* The name in the body of a server_name extension (RFC 6066 §3): exactly one entry, a host name of
 * 1 to 255 letters, digits, "-", "_" and ".".  Borrows from <ext>.  -EINVAL. */
int must_check tls_name_parse(struct str ext, struct str *ret_name);

#endif
