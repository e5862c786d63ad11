/* SPDX-License-Identifier: Apache-2.0 */
/*
 * context.c -- the two OpenSSL contexts of the process, one for each side.
 *
 * Whatever differs between listeners or servers (certificates, anchors, names, versions) is set on
 * the connection, by client.c and server.c: a context costs some hundred microseconds and tens of
 * kilobytes, and a change of the configuration should cost what was changed.
 */
#include <openssl/err.h>
#include <openssl/x509.h>
#include <pthread.h>

#include "tls/tls_priv.h"
#include "tls/server_priv.h"

/* AEAD with ephemeral keys only (RFC 9325 §4.2); of TLS 1.3 all suites are. */
#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"
/* Not const: a macro of OpenSSL casts it. */
static char groups[] = "X25519:P-256:P-384:P-521";
/* Bytes of the peer's certificates, and links between them. */
#define CERTS_MAX (64 << 10)
#define DEPTH_MAX 10

static SSL_CTX *contexts[2];
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Handshake messages on an open stream are counted: each makes us work for nothing. */
static void seen(int write_p, int version, int type, const void *buf, size_t n, SSL *ssl, void *arg)
{
	struct tls *t = tls_of_ssl(ssl);

	(void)version;
	(void)buf;
	(void)n;
	(void)arg;
	if (!write_p && type == SSL3_RT_HANDSHAKE && t && t->state == TLS_OPEN)
		t->post++;
}

static SSL_CTX *context_new(const SSL_METHOD *method)
{
	SSL_CTX *c = SSL_CTX_new(method);

	AN(c);
	AN(SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION));
	AN(SSL_CTX_set_cipher_list(c, CIPHERS));
	AN(SSL_CTX_set1_groups_list(c, groups));
	SSL_CTX_set_security_level(c, 2);
	SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
				       SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
	/* Without AUTO_RETRY one call takes one record, so that a flood cannot hold the loop. */
	SSL_CTX_clear_mode(c, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_max_cert_list(c, CERTS_MAX);
	SSL_CTX_set_verify_depth(c, DEPTH_MAX);
	SSL_CTX_set_msg_callback(c, seen);
	return c;
}

static void contexts_make(void)
{
	/* The machine's openssl.cnf has no say: what is offered is written here. */
	AN(OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL));
	contexts[0] = context_new(TLS_client_method());
	contexts[1] = context_new(TLS_server_method());
	server_context_prepare(contexts[1]);
}

SSL_CTX *tls_context(bool server)
{
	AZ(pthread_once(&once, contexts_make));
	return contexts[server];
}

const char *tls_take_error(void)
{
	const char *s = ERR_reason_error_string(ERR_peek_error());

	ERR_clear_error();
	return s ? s : "";
}
