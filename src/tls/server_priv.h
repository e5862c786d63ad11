/* SPDX-License-Identifier: Apache-2.0 */
/* server_priv.h -- what context.c sets up for the server's side, and the keys of tickets. */
#ifndef TLS_SERVER_PRIV_H
#define TLS_SERVER_PRIV_H

#include <openssl/ssl.h>

/* server.c: callbacks of the server's context. */
void server_context_prepare(SSL_CTX *c);

/* ticket.c: SSL_CTX_set_tlsext_ticket_key_evp_cb(). */
int ticket_key(SSL *ssl, unsigned char name[16], unsigned char iv[EVP_MAX_IV_LENGTH],
	EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int enc);

#endif
