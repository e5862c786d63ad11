/* SPDX-License-Identifier: Apache-2.0 */
#include "tls/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "base/mem.h"
#include "tls/tls_priv.h"

#define NAME_MAX_BYTES 255 /* of SNI */

struct tls_client {
	_Atomic uint32_t refs;
	char *name; /* NUL-terminated; empty: none */
	bool is_ip;
	bool insecure;
	bool tls13;
	struct pki_name *sans; /* never empty unless insecure */
	size_t nsans;
	struct pki_trust *trust;
	struct pki_pair *pair;
};

/* --- the system's anchors ----------------------------------------------------------------- */

/* Where distributions keep the bundle. */
static const char *const bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt", /* Debian, Alpine */
	"/etc/pki/tls/certs/ca-bundle.crt", /* Fedora */
	"/etc/ssl/cert.pem",
};

static struct pki_trust *bundle_load(const char *path)
{
	BIO *in = BIO_new_file(path, "rb");
	struct pki_trust *t = NULL;
	char *text;
	int n;

	if (!in)
		return NULL;
	text = mem_alloc(4u << 20);
	n = BIO_read(in, text, 4 << 20);
	if (n > 0 && pki_trust_new(str_of(text, (size_t)n), &t) < 0)
		t = NULL;
	mem_free(text);
	BIO_free(in);
	return t;
}

struct pki_trust *tls_trust_system(void)
{
	static struct pki_trust *system;
	const char *own = getenv("SSL_CERT_FILE");

	if (!system && own)
		system = bundle_load(own);
	for (size_t i = 0; !system && !own && i < ARRAY_LEN(bundles); i++)
		system = bundle_load(bundles[i]);
	return system ? pki_trust_ref(system) : NULL;
}

/* --- clients ------------------------------------------------------------------------------ */

static void sans_copy(struct tls_client *c, const struct tls_client_config *config)
{
	const struct pki_name own = {.value = config->name};
	const struct pki_name *from = config->nsans ? config->sans : &own;

	c->nsans = config->nsans ? config->nsans : 1;
	c->sans = mem_zalloc(c->nsans * sizeof(*c->sans));
	for (size_t i = 0; i < c->nsans; i++) {
		c->sans[i].uri = from[i].uri;
		c->sans[i].value = str_of(mem_strdup(from[i].value), from[i].value.n);
	}
}

int tls_client_new(const struct tls_client_config *config, struct tls_client **ret_c)
{
	struct pki_trust *trust = NULL;
	struct tls_client *c;
	unsigned char ip[16];

	if (config->name.n > NAME_MAX_BYTES ||
		(config->name.n && memchr(config->name.p, 0, config->name.n)))
		return -EINVAL;
	if (!config->insecure)
		trust = config->trust ? pki_trust_ref(config->trust) : tls_trust_system();
	if (!config->insecure && !trust)
		return -ENOENT;
	c = MEM_NEW(struct tls_client);
	c->refs = 1;
	c->name = mem_strdup(config->name);
	c->is_ip = inet_pton(AF_INET, c->name, ip) == 1 || inet_pton(AF_INET6, c->name, ip) == 1;
	c->insecure = config->insecure;
	c->tls13 = config->tls13;
	c->trust = trust;
	c->pair = config->pair ? pki_pair_ref(config->pair) : NULL;
	sans_copy(c, config);
	*ret_c = c;
	return 0;
}

struct tls_client *tls_client_ref(struct tls_client *c)
{
	atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
	return c;
}

void tls_client_unref(struct tls_client *c)
{
	if (!c || atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; i < c->nsans; i++)
		mem_free((void *)(uintptr_t)c->sans[i].value.p);
	mem_free(c->sans);
	mem_free(c->name);
	pki_trust_unref(c->trust);
	pki_pair_unref(c->pair);
	mem_free(c);
}

/* Called for each certificate of the chain; the leaf must carry a name we ask for. */
static int verify(int ok, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *t = tls_of_ssl(ssl);
	const struct tls_client *c = t->client;

	if (ok && X509_STORE_CTX_get_error_depth(store) == 0) {
		X509 *leaf = X509_STORE_CTX_get_current_cert(store);

		ok = 0;
		for (size_t i = 0; i < c->nsans && !ok; i++)
			ok = pki_cert_has(leaf, c->sans[i]);
		if (!ok)
			X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
	}
	if (!ok)
		tls_set_why(t, X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)));
	return ok;
}

struct tls *tls_connect(struct tls_thread *th, struct tls_client *c, struct stream *below)
{
	static const unsigned char alpn[] = "\x08http/1.1";
	SSL *ssl = SSL_new(tls_context(false));
	struct tls *t;

	AN(ssl);
	t = tls_new(th, ssl, below);
	t->client = tls_client_ref(c);
	SSL_set_connect_state(ssl);
	AZ(SSL_set_alpn_protos(ssl, alpn, sizeof(alpn) - 1));
	if (c->name[0] && !c->is_ip)
		AN(SSL_set_tlsext_host_name(ssl, c->name));
	if (c->tls13)
		AN(SSL_set_min_proto_version(ssl, TLS1_3_VERSION));
	if (!c->insecure) {
		SSL_set_verify(ssl, SSL_VERIFY_PEER, verify);
		AN(SSL_set1_verify_cert_store(ssl, c->trust->store));
	}
	if (c->pair && !SSL_use_cert_and_key(ssl, c->pair->leaf, c->pair->key, c->pair->chain, 1))
		tls_set_why(t, tls_take_error()); /* goes on without; the server will say */
	return t;
}
