/* SPDX-License-Identifier: Apache-2.0 */
/* certs.h -- certificates made on the spot: an authority, and leaves with any names and dates. */
#ifndef TEST_UNIT_TLS_CERTS_H
#define TEST_UNIT_TLS_CERTS_H

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "pki/pair.h"
#include "test.h"

struct made {
	X509 *cert;
	EVP_PKEY *key;
};

struct make {
	const char *cn;
	const char *san; /* "DNS:a.b,URI:spiffe://x"; NULL: none */
	const char *eku; /* "serverAuth"; NULL: none */
	const struct made *by; /* NULL: signs itself */
	bool ca;
	long from, to; /* seconds from now; 0, 0: an hour around */
};

static inline void made_ext(struct made *m, X509 *by, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	X509V3_set_ctx(&ctx, by, m->cert, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(e);
	assert_true(X509_add_ext(m->cert, e, -1));
	X509_EXTENSION_free(e);
}

static inline struct made made_new(const struct make *how)
{
	static long serial = 1;
	struct made m = {X509_new(), EVP_EC_gen("P-256")};
	X509_NAME *name = X509_get_subject_name(m.cert);
	X509 *by = how->by ? how->by->cert : m.cert;

	X509_set_version(m.cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(m.cert), serial++);
	X509_NAME_add_entry_by_txt(
		name, "CN", MBSTRING_ASC, (const unsigned char *)how->cn, -1, -1, 0);
	X509_set_issuer_name(m.cert, X509_get_subject_name(by));
	X509_gmtime_adj(X509_getm_notBefore(m.cert), how->to ? how->from : -3600);
	X509_gmtime_adj(X509_getm_notAfter(m.cert), how->to ? how->to : 3600);
	X509_set_pubkey(m.cert, m.key);
	if (how->ca)
		made_ext(&m, by, NID_basic_constraints, "critical,CA:TRUE");
	if (how->san)
		made_ext(&m, by, NID_subject_alt_name, how->san);
	if (how->eku)
		made_ext(&m, by, NID_ext_key_usage, how->eku);
	assert_true(X509_sign(m.cert, how->by ? how->by->key : m.key, EVP_sha256()));
	return m;
}

static inline void made_free(struct made *m)
{
	X509_free(m->cert);
	EVP_PKEY_free(m->key);
}

/* As PEM. */
struct made_text {
	BIO *bio[2];
	struct str chain, key;
};

static inline struct str made_bio_text(BIO *b)
{
	char *p;
	long n = BIO_get_mem_data(b, &p);

	return str_of(p, (size_t)n);
}

static inline struct made_text made_text(const struct made *m)
{
	struct made_text t = {.bio = {BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem())}};

	assert_true(PEM_write_bio_X509(t.bio[0], m->cert));
	assert_true(PEM_write_bio_PrivateKey(t.bio[1], m->key, NULL, NULL, 0, NULL, NULL));
	t.chain = made_bio_text(t.bio[0]);
	t.key = made_bio_text(t.bio[1]);
	return t;
}

static inline void made_text_free(struct made_text *t)
{
	BIO_free(t->bio[0]);
	BIO_free(t->bio[1]);
}

static inline struct pki_pair *made_pair(const struct made *m)
{
	struct made_text t = made_text(m);
	struct pki_pair *p = NULL;

	assert_int_equal(pki_pair_new(t.chain, t.key, &p), 0);
	made_text_free(&t);
	return p;
}

static inline struct pki_trust *made_trust(const struct made *m)
{
	struct made_text t = made_text(m);
	struct pki_trust *trust = NULL;

	assert_int_equal(pki_trust_new(t.chain, &trust), 0);
	made_text_free(&t);
	return trust;
}

#endif
