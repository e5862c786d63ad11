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

static inline struct pki_pair *made_pair(const struct made *m)
{
	BIO *c = BIO_new(BIO_s_mem()), *k = BIO_new(BIO_s_mem());
	struct pki_pair *p = NULL;
	char *ct, *kt;
	long cn, kn;

	PEM_write_bio_X509(c, m->cert);
	PEM_write_bio_PrivateKey(k, m->key, NULL, NULL, 0, NULL, NULL);
	cn = BIO_get_mem_data(c, &ct);
	kn = BIO_get_mem_data(k, &kt);
	assert_int_equal(pki_pair_new(str_of(ct, (size_t)cn), str_of(kt, (size_t)kn), &p), 0);
	BIO_free(c);
	BIO_free(k);
	return p;
}

static inline struct pki_trust *made_trust(const struct made *m)
{
	BIO *c = BIO_new(BIO_s_mem());
	struct pki_trust *t = NULL;
	char *ct;
	long cn;

	PEM_write_bio_X509(c, m->cert);
	cn = BIO_get_mem_data(c, &ct);
	assert_int_equal(pki_trust_new(str_of(ct, (size_t)cn), &t), 0);
	BIO_free(c);
	return t;
}

#endif
