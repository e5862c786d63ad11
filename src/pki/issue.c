/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/issue.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "base/rand.h"

static BIO *bio_of(struct str s)
{
	BIO *b = BIO_new_mem_buf(s.p, (int)MIN(s.n, (size_t)INT_MAX));

	AN(b);
	return b;
}

static EVP_PKEY *read_key(struct str pem)
{
	BIO *b = bio_of(pem);
	EVP_PKEY *k = PEM_read_bio_PrivateKey(b, NULL, NULL, NULL);

	BIO_free(b);
	return k;
}

static X509 *read_cert(struct str pem)
{
	BIO *b = bio_of(pem);
	X509 *x = PEM_read_bio_X509(b, NULL, NULL, NULL);

	BIO_free(b);
	return x;
}

static void add_extension(X509 *x, X509 *issuer, int nid, const char *text)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, text);
	AN(e && X509_add_ext(x, e, -1) == 1);
	X509_EXTENSION_free(e);
}

static void set_serial(X509 *x)
{
	uint64_t serial;

	rand_secure(&serial, sizeof(serial));
	AN(ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial >> 1 | 1) == 1);
}

static void write_pem(BIO *b, struct buf *out)
{
	char *p;
	long n = BIO_get_mem_data(b, &p);

	buf_add(out, str_of(p, (size_t)n));
	BIO_free(b);
}

static bool is_address(struct str name)
{
	ASN1_OCTET_STRING *ip;
	char *text = mem_strdup(name);

	ip = a2i_IPADDRESS(text);
	ERR_clear_error();
	ASN1_OCTET_STRING_free(ip);
	mem_free(text);
	return ip != NULL;
}

static void fill(X509 *x, EVP_PKEY *key, X509 *ca, struct str cn, const struct str *names, size_t n)
{
	X509_NAME *subject = X509_get_subject_name(x);
	struct buf alt = {0};

	set_serial(x);
	AN(X509_set_version(x, 2) == 1 && X509_set_pubkey(x, key) == 1);
	AN(X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
		   (const unsigned char *)cn.p, (int)cn.n, -1, 0) == 1);
	AN(X509_set_issuer_name(x, X509_get_subject_name(ca ? ca : x)) == 1);
	add_extension(x, ca ? ca : x, NID_subject_key_identifier, "hash");
	if (!ca) {
		add_extension(x, x, NID_basic_constraints, "critical,CA:TRUE");
		add_extension(x, x, NID_key_usage, "critical,keyCertSign");
		return;
	}
	/* Two authorities of one name are told apart by it, while both are trusted. */
	add_extension(x, ca, NID_authority_key_identifier, "keyid:always");
	for (size_t i = 0; i < n; i++)
		buf_printf(&alt, "%s%s:%.*s", i ? "," : "", is_address(names[i]) ? "IP" : "DNS",
			STR_ARG(names[i]));
	buf_addc(&alt, '\0');
	add_extension(x, ca, NID_basic_constraints, "critical,CA:FALSE");
	add_extension(x, ca, NID_ext_key_usage, "serverAuth");
	add_extension(x, ca, NID_subject_alt_name, alt.p);
	buf_fini(&alt);
}

int pki_issue(struct str ca_cert, struct str ca_key, struct str common_name,
	const struct str *names, size_t n, nsec now, int days, struct buf *ret_cert,
	struct buf *ret_key)
{
	time_t seconds = (time_t)(now / NSEC_PER_SEC);
	X509 *ca = ca_cert.n ? read_cert(ca_cert) : NULL, *x;
	EVP_PKEY *ca_pkey = ca_cert.n ? read_key(ca_key) : NULL, *key;
	BIO *b;

	ERR_clear_error();
	if (ca_cert.n && (!ca || !ca_pkey || X509_check_private_key(ca, ca_pkey) != 1)) {
		X509_free(ca);
		EVP_PKEY_free(ca_pkey);
		return -EINVAL;
	}
	key = EVP_EC_gen("P-256");
	x = X509_new();
	AN(key && x);
	fill(x, key, ca, common_name, names, n);
	AN(X509_time_adj_ex(
		X509_getm_notBefore(x), -(int)(PKI_BACKDATED / SEC(86400)), 0, &seconds));
	AN(X509_time_adj_ex(X509_getm_notAfter(x), days, 0, &seconds));
	AN(X509_sign(x, ca ? ca_pkey : key, EVP_sha256()) > 0);
	b = BIO_new(BIO_s_mem());
	AN(PEM_write_bio_X509(b, x) == 1);
	write_pem(b, ret_cert);
	b = BIO_new(BIO_s_mem());
	AN(PEM_write_bio_PKCS8PrivateKey(b, key, NULL, NULL, 0, NULL, NULL) == 1);
	write_pem(b, ret_key);
	X509_free(x);
	X509_free(ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_pkey);
	return 0;
}

static int wall_of(const ASN1_TIME *t, nsec *ret_wall)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(t, &tm) != 1)
		return -EINVAL;
	*ret_wall = SEC((nsec)timegm(&tm));
	return 0;
}

int pki_validity(struct str pem, nsec *ret_made, nsec *ret_until)
{
	X509 *x = read_cert(pem);
	nsec from, until;
	int rc = -EINVAL;

	ERR_clear_error();
	if (x && wall_of(X509_get0_notBefore(x), &from) == 0 &&
		wall_of(X509_get0_notAfter(x), &until) == 0) {
		*ret_made = from + PKI_BACKDATED;
		*ret_until = until;
		rc = 0;
	}
	X509_free(x);
	return rc;
}
