/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.h -- TLS towards a server: whom we call, what must be proved, what we show.
 *
 *	struct tls_client_config config = {.name = STR("api.example"), .trust = anchors};
 *	tls_client_new(&config, &client);
 *	t = tls_connect(thread, client, &tcp.stream);	(the stream below is connected)
 *	tls_handshake(t, &op);	... op's done(): 0, or -EPROTO and tls_why(t)
 *	client_init(&http, tls_stream(t), ...);
 *
 * A struct tls_client is immutable and counted atomically: made on one thread, used by any number
 * of loops.  Verification is never left out by default: without <trust> the system's anchors count.
 */
#ifndef TLS_CLIENT_H
#define TLS_CLIENT_H

#include "pki/pair.h"
#include "tls/stream.h"

struct tls_client;

struct tls_client_config {
	struct str name; /* for SNI (unless an IP address), and verified unless there are <sans> */
	const struct pki_name *sans; /* one of them must be in the certificate; then <name> is only
					for SNI */
	size_t nsans;
	struct pki_trust *trust; /* borrowed: counted; NULL: the system's (tls_trust_system) */
	struct pki_pair *pair; /* borrowed: counted; shown when asked for; NULL: none */
	bool insecure; /* verify nothing: only where the user wrote so */
	bool tls13; /* at least TLS 1.3; else 1.2 */
};

/* Copies what it needs.  Returns owned, -ENOENT: the system has no trust anchors,
 * or -EINVAL: <name> is longer than 255 bytes or has a NUL. */
int must_check tls_client_new(const struct tls_client_config *config, struct tls_client **ret_c);
struct tls_client *tls_client_ref(struct tls_client *c);
/* NULL is legal. */
void tls_client_unref(struct tls_client *c);

/* The system's trust anchors, read once: SSL_CERT_FILE, or the file that the distribution has.
 * Counted for the caller; NULL: there are none.  Control thread: reads a file. */
struct pki_trust *tls_trust_system(void);

/* A stream over <below>, which is connected and nobody else's from here on; no byte is sent before
 * tls_handshake().  ALPN offers http/1.1.  Takes a count on <c>.  Returns owned: tls_free(). */
struct tls *tls_connect(struct tls_thread *th, struct tls_client *c, struct stream *below);

#endif
