/* SPDX-License-Identifier: Apache-2.0 */
#include "tls/server.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/mem.h"
#include "tls/server_priv.h"
#include "tls/tls_priv.h"

#define PAIRS_MAX 64 /* of one listener, as the API's certificateRefs */

/* Anchors whose names clients are told; of more, none: the list must fit a message. */
#define HINTS_MAX 64

struct tls_policy {
	_Atomic uint32_t refs;
	struct pki_pair **pairs;
	size_t npairs;
	struct pki_trust *clients;
	struct stack_st_X509_NAME *client_names; /* of the anchors: told to clients */
	bool clients_optional;
	int min, max;
	char *ciphers; /* NULL: the context's */
	unsigned char context[32]; /* sessions go on only where this is equal */
};

/* --- policies ----------------------------------------------------------------------------- */

static void digest_str(EVP_MD_CTX *md, struct str s)
{
	uint64_t n = s.n;

	AN(EVP_DigestUpdate(md, &n, sizeof(n)));
	AN(EVP_DigestUpdate(md, s.p, s.n));
}

static void policy_context(struct tls_policy *p, struct str id)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned char mode = p->clients_optional, der[EVP_MAX_MD_SIZE];
	unsigned n;

	AN(md && EVP_DigestInit_ex(md, EVP_sha256(), NULL));
	digest_str(md, id);
	digest_str(md, str_of(&mode, 1));
	for (int i = 0; p->clients && i < sk_X509_num(p->clients->anchors); i++) {
		AN(X509_digest(sk_X509_value(p->clients->anchors, i), EVP_sha256(), der, &n));
		digest_str(md, str_of(der, n));
	}
	AN(EVP_DigestFinal_ex(md, p->context, NULL));
	EVP_MD_CTX_free(md);
}

static void policy_client_names(struct tls_policy *p)
{
	p->client_names = sk_X509_NAME_new_null();
	AN(p->client_names);
	for (int i = 0; i < sk_X509_num(p->clients->anchors); i++) {
		X509 *x = sk_X509_value(p->clients->anchors, i);
		X509_NAME *n = X509_NAME_dup(X509_get_subject_name(x));

		AN(n && sk_X509_NAME_push(p->client_names, n));
	}
}

static int ciphers_check(const char *list)
{
	SSL *ssl = SSL_new(tls_context(true));
	int ok;

	AN(ssl);
	ok = SSL_set_cipher_list(ssl, list);
	SSL_free(ssl);
	(void)tls_take_error();
	return ok ? 0 : -EINVAL;
}

static int version_of(uint8_t minor)
{
	return minor == 2 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

int tls_policy_new(const struct tls_policy_config *config, struct tls_policy **ret_p)
{
	struct tls_policy *p;

	if (!config->npairs)
		return -EINVAL;
	p = MEM_NEW(struct tls_policy);
	p->refs = 1;
	if (config->ciphers.n) {
		p->ciphers = mem_strdup(config->ciphers);
		if (ciphers_check(p->ciphers) < 0) {
			tls_policy_unref(p);
			return -EINVAL;
		}
	}
	p->npairs = MIN(config->npairs, PAIRS_MAX);
	p->pairs = mem_zalloc(p->npairs * sizeof(struct pki_pair *));
	for (size_t i = 0; i < p->npairs; i++)
		p->pairs[i] = pki_pair_ref(config->pairs[i]);
	p->min = config->min_minor == 3 ? TLS1_3_VERSION : TLS1_2_VERSION;
	p->max = config->max_minor ? version_of(config->max_minor) : TLS1_3_VERSION;
	p->clients_optional = config->clients_optional;
	if (config->clients) {
		p->clients = pki_trust_ref(config->clients);
		policy_client_names(p);
	}
	policy_context(p, config->id);
	*ret_p = p;
	return 0;
}

struct tls_policy *tls_policy_ref(struct tls_policy *p)
{
	atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
	return p;
}

void tls_policy_unref(struct tls_policy *p)
{
	if (!p || atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; i < p->npairs; i++)
		pki_pair_unref(p->pairs[i]);
	mem_free(p->pairs);
	pki_trust_unref(p->clients);
	sk_X509_NAME_pop_free(p->client_names, X509_NAME_free);
	mem_free(p->ciphers);
	mem_free(p);
}

uint64_t tls_policy_demands(const struct tls_policy *p)
{
	uint64_t n;

	memcpy(&n, p->context, sizeof(n));
	return n | 1;
}

/* --- the ClientHello ---------------------------------------------------------------------- */

static bool name_byte(char c)
{
	c = ascii_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

int tls_name_parse(struct str ext, struct str *ret_name)
{
	const unsigned char *p = (const unsigned char *)ext.p;
	size_t n;

	/* list length, type host_name, length, name: nothing before or behind */
	if (ext.n < 6 || (size_t)(p[0] << 8 | p[1]) != ext.n - 2 || p[2] != 0)
		return -EINVAL;
	n = (size_t)(p[3] << 8 | p[4]);
	if (n != ext.n - 5 || n > 255)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (!name_byte(ext.p[5 + i]))
			return -EINVAL;
	*ret_name = str_skip(ext, 5);
	return 0;
}

/* AllowInsecureFallback: what is wrong stays as the result of the verification, which
 * tls_peer_verified() tells. */
static int verify_any(int ok, X509_STORE_CTX *store)
{
	(void)ok;
	(void)store;
	return 1;
}

static int verify_valid(int ok, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());

	if (!ok)
		tls_set_why(tls_of_ssl(ssl),
			X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)));
	return ok;
}

static bool pairs_apply(const struct tls_policy *p, SSL *ssl, struct str name)
{
	int kinds[PAIRS_MAX], n = 0;
	bool fits = false;

	for (size_t i = 0; i < p->npairs && name.n; i++)
		fits |= pki_pair_has(p->pairs[i], name);
	for (size_t i = 0; i < p->npairs; i++) {
		const struct pki_pair *pair = p->pairs[i];
		int kind = EVP_PKEY_get_base_id(pair->key), j = 0;

		if (fits && !pki_pair_has(pair, name))
			continue;
		while (j < n && kinds[j] != kind)
			j++;
		if (j < n)
			continue;
		if (!SSL_use_cert_and_key(ssl, pair->leaf, pair->key, pair->chain, 1))
			return false;
		kinds[n++] = kind;
	}
	return n > 0;
}

static bool policy_apply(struct tls *t, struct tls_policy *p, struct str name)
{
	SSL *ssl = t->ssl;

	if (!SSL_set_min_proto_version(ssl, p->min) || !SSL_set_max_proto_version(ssl, p->max) ||
		(p->ciphers && !SSL_set_cipher_list(ssl, p->ciphers)) ||
		!SSL_set_session_id_context(ssl, p->context, sizeof(p->context)))
		return false;
	if (p->clients) {
		int mode = SSL_VERIFY_PEER;

		if (!p->clients_optional)
			mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
		SSL_set_verify(ssl, mode, p->clients_optional ? verify_any : verify_valid);
		AN(SSL_set1_verify_cert_store(ssl, p->clients->store));
		if (sk_X509_NAME_num(p->client_names) <= HINTS_MAX)
			SSL_set0_CA_list(ssl, SSL_dup_CA_list(p->client_names));
	}
	return pairs_apply(p, ssl, name);
}

/* The name, lower case, in <z>; false: the extension is malformed. */
static bool hello_name(SSL *ssl, char z[256], struct str *ret_name)
{
	const unsigned char *p;
	struct str name;
	size_t n;

	*ret_name = (struct str){0};
	if (!SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &p, &n))
		return true;
	if (tls_name_parse(str_of(p, n), &name) < 0)
		return false;
	for (size_t i = 0; i < name.n; i++)
		z[i] = ascii_lower(name.p[i]);
	*ret_name = str_of(z, name.n);
	return true;
}

static int hello(SSL *ssl, int *alert, void *arg)
{
	struct tls *t = tls_of_ssl(ssl);
	struct tls_policy *p;
	struct str name;
	char z[256];

	(void)arg;
	if (!tls_turn(t))
		return SSL_CLIENT_HELLO_RETRY;
	if (t->policy)
		return SSL_CLIENT_HELLO_SUCCESS; /* the second one, after HelloRetryRequest */
	*alert = SSL_AD_UNRECOGNIZED_NAME;
	if (!hello_name(ssl, z, &name)) {
		tls_set_why(t, "the server name is malformed");
		*alert = SSL_AD_DECODE_ERROR;
		return SSL_CLIENT_HELLO_ERROR;
	}
	p = t->choose(t->choose_ctx, name);
	if (!p) {
		tls_set_why(t, "no listener has this server name");
		return SSL_CLIENT_HELLO_ERROR;
	}
	t->policy = tls_policy_ref(p);
	if (policy_apply(t, p, name))
		return SSL_CLIENT_HELLO_SUCCESS;
	*alert = SSL_AD_INTERNAL_ERROR;
	tls_set_why(t, tls_take_error());
	return SSL_CLIENT_HELLO_ERROR;
}

static int alpn(SSL *ssl, const unsigned char **out, unsigned char *out_n, const unsigned char *in,
	unsigned in_n, void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&chosen, out_n, ours, sizeof(ours) - 1, in, in_n) !=
		OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL; /* RFC 7301 §3.2 */
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

void server_context_prepare(SSL_CTX *c)
{
	SSL_CTX_set_client_hello_cb(c, hello, NULL);
	SSL_CTX_set_alpn_select_cb(c, alpn, NULL);
	SSL_CTX_set_tlsext_ticket_key_evp_cb(c, ticket_key);
	SSL_CTX_set_timeout(c, TLS_TICKET_AGE / NSEC_PER_SEC);
	AN(SSL_CTX_set_num_tickets(c, 1));
}

struct tls *tls_accept(struct tls_thread *th, struct stream *below, tls_choose_f *choose, void *ctx)
{
	SSL *ssl = SSL_new(tls_context(true));
	struct tls *t;

	AN(ssl);
	t = tls_new(th, ssl, below);
	t->choose = choose;
	t->choose_ctx = ctx;
	SSL_set_accept_state(ssl);
	return t;
}
