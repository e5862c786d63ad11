/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "pki/pem_check.h"

static BIO *bio_of(struct str s)
{
	return BIO_new_mem_buf(s.n ? s.p : "", (int)s.n);
}

/* Nobody is there to type a pass phrase. */
static int no_password(char *buf, int size, int rwflag, void *ctx)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)ctx;
	return -1;
}

/* Reads certificates to the end; the first one stays in <ret_first>.  Returns how many, or -1. */
static int certs_read(struct str text, X509 **ret_first)
{
	BIO *in = bio_of(text);
	int n = 0;
	X509 *x;

	AN(in);
	ERR_clear_error();
	while (n <= PEM_MAX_CERTS && (x = PEM_read_bio_X509(in, NULL, no_password, NULL))) {
		if (n++ == 0 && ret_first)
			*ret_first = x;
		else
			X509_free(x);
	}
	/* The reader ends with "no start line" at the end of good input. */
	if (n > PEM_MAX_CERTS || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		n = -1;
	ERR_clear_error();
	BIO_free(in);
	if (n <= 0 && ret_first) {
		X509_free(*ret_first);
		*ret_first = NULL;
	}
	return n;
}

static bool name_plain(const unsigned char *p, int n)
{
	if (n <= 0 || n > 253)
		return false;
	for (int i = 0; i < n; i++)
		if (p[i] <= ' ' || p[i] >= 0x7f)
			return false;
	return true;
}

static void names_read(struct arena *a, X509 *leaf, struct pem_names *ret)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
	int n = all ? sk_GENERAL_NAME_num(all) : 0;

	ret->p = ARENA_ARRAY(a, struct str, (size_t)n);
	ret->n = 0;
	for (int i = 0; i < n; i++) {
		int type;
		const ASN1_STRING *v =
			GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(all, i), &type);
		const unsigned char *p;
		int len;
		char *low;

		if (type != GEN_DNS)
			continue;
		p = ASN1_STRING_get0_data(v);
		len = ASN1_STRING_length(v);
		if (!name_plain(p, len))
			continue;
		low = arena_bytes(a, (size_t)len);
		for (int j = 0; j < len; j++)
			low[j] = ascii_lower((char)p[j]);
		ret->p[ret->n++] = str_of(low, (size_t)len);
	}
	GENERAL_NAMES_free(all);
}

static int refuse(struct str *ret_why, struct str why)
{
	*ret_why = why;
	return -EINVAL;
}

int pem_check_pair(struct arena *a, struct str chain, struct str key, struct pem_names *ret_names,
	struct str *ret_why)
{
	X509 *leaf = NULL;
	EVP_PKEY *k;
	BIO *in;
	bool fits;

	if (chain.n > PEM_MAX_BYTES || key.n > PEM_MAX_BYTES)
		return refuse(ret_why, STR("it is too large"));
	if (certs_read(chain, &leaf) <= 0)
		return refuse(ret_why, STR("the certificate is not valid PEM"));
	in = bio_of(key);
	AN(in);
	k = PEM_read_bio_PrivateKey(in, NULL, no_password, NULL);
	BIO_free(in);
	if (!k) {
		ERR_clear_error();
		X509_free(leaf);
		return refuse(ret_why,
			STR("the private key is not valid PEM, or is protected by a pass phrase"));
	}
	if (EVP_PKEY_get_security_bits(k) < PEM_MIN_SECURITY_BITS) {
		EVP_PKEY_free(k);
		X509_free(leaf);
		return refuse(ret_why, STR("the private key is too weak; RSA needs 2048 bits"));
	}
	fits = X509_check_private_key(leaf, k) == 1;
	if (fits)
		names_read(a, leaf, ret_names);
	ERR_clear_error();
	EVP_PKEY_free(k);
	X509_free(leaf);
	return fits ? 0
		    : refuse(ret_why, STR("the private key does not belong to the certificate"));
}

int pem_check_bundle(struct arena *a, struct str bundle, struct str *ret_why)
{
	(void)a;
	if (bundle.n > PEM_MAX_BYTES)
		return refuse(ret_why, STR("it is too large"));
	if (certs_read(bundle, NULL) <= 0)
		return refuse(ret_why, STR("it holds no valid PEM certificate"));
	return 0;
}

struct str pem_digest(struct arena *a, const struct str *pieces, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned char md[32];
	char *out = arena_bytes(a, 2 * sizeof(md));

	AN(c && EVP_DigestInit_ex(c, EVP_sha256(), NULL));
	for (size_t i = 0; i < n; i++) {
		uint64_t len = pieces[i].n;

		AN(EVP_DigestUpdate(c, &len, sizeof(len)));
		AN(EVP_DigestUpdate(c, pieces[i].p, pieces[i].n));
	}
	AN(EVP_DigestFinal_ex(c, md, NULL));
	EVP_MD_CTX_free(c);
	for (size_t i = 0; i < sizeof(md); i++) {
		out[2 * i] = hex[md[i] >> 4];
		out[2 * i + 1] = hex[md[i] & 15];
	}
	return str_of(out, 2 * sizeof(md));
}
