/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/pair.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "pki/pem_check.h"

/* --- reading PEM -------------------------------------------------------------------------- */

static int no_password(char *buf, int size, int rwflag, void *ctx)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)ctx;
	return -1;
}

static BIO *bio_of(struct str s)
{
	BIO *in = BIO_new_mem_buf(s.n ? s.p : "", (int)s.n);

	AN(in);
	return in;
}

/* All certificates of <text>; NULL if there is none, or one that does not parse. */
static STACK_OF(X509) * certs_read(struct str text)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	BIO *in;
	X509 *x;
	bool end;

	AN(all);
	if (text.n > PEM_MAX_BYTES * PEM_MAX_CERTS)
		text.n = 0;
	in = bio_of(text);
	ERR_clear_error();
	while ((x = PEM_read_bio_X509(in, NULL, no_password, NULL)))
		AN(sk_X509_push(all, x));
	/* The reader ends with "no start line" at the end of good input. */
	end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
	ERR_clear_error();
	BIO_free(in);
	if (end && sk_X509_num(all))
		return all;
	sk_X509_pop_free(all, X509_free);
	return NULL;
}

static EVP_PKEY *key_read(struct str text)
{
	BIO *in = bio_of(str_take(text, PEM_MAX_BYTES));
	EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, no_password, NULL);

	BIO_free(in);
	ERR_clear_error();
	return key;
}

/* --- pairs -------------------------------------------------------------------------------- */

int pki_pair_new(struct str chain, struct str key, struct pki_pair **ret_pair)
{
	STACK_OF(X509) *all = certs_read(chain);
	EVP_PKEY *k = key_read(key);
	struct pki_pair *p;

	if (!all || !k || X509_check_private_key(sk_X509_value(all, 0), k) != 1) {
		sk_X509_pop_free(all, X509_free);
		EVP_PKEY_free(k);
		ERR_clear_error();
		return -EINVAL;
	}
	p = MEM_NEW(struct pki_pair);
	p->refs = 1;
	p->leaf = sk_X509_shift(all);
	p->key = k;
	p->chain = all;
	*ret_pair = p;
	return 0;
}

struct pki_pair *pki_pair_ref(struct pki_pair *p)
{
	atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
	return p;
}

void pki_pair_unref(struct pki_pair *p)
{
	if (!p || atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
		return;
	X509_free(p->leaf);
	EVP_PKEY_free(p->key);
	sk_X509_pop_free(p->chain, X509_free);
	mem_free(p);
}

bool pki_pair_has(const struct pki_pair *p, struct str name)
{
	return pki_cert_has(p->leaf, (struct pki_name){.value = name});
}

/* --- anchors ------------------------------------------------------------------------------ */

/* Takes <anchors>. */
static struct pki_trust *trust_of(STACK_OF(X509) * anchors)
{
	struct pki_trust *t = MEM_NEW(struct pki_trust);

	t->refs = 1;
	t->anchors = anchors;
	t->store = X509_STORE_new();
	AN(t->store);
	/* The owner of the bundle says what is trusted: an intermediate authority too. */
	AN(X509_STORE_set_flags(t->store, X509_V_FLAG_PARTIAL_CHAIN));
	for (int i = 0; i < sk_X509_num(anchors); i++)
		AN(X509_STORE_add_cert(t->store, sk_X509_value(anchors, i)));
	return t;
}

int pki_trust_new(struct str bundle, struct pki_trust **ret_trust)
{
	STACK_OF(X509) *all = certs_read(bundle);

	if (!all)
		return -EINVAL;
	*ret_trust = trust_of(all);
	return 0;
}

struct pki_trust *pki_trust_join(struct pki_trust *const *trusts, size_t n)
{
	STACK_OF(X509) * all;

	if (n == 1)
		return pki_trust_ref(trusts[0]);
	all = sk_X509_new_null();
	AN(all);
	for (size_t i = 0; i < n; i++) {
		for (int j = 0; j < sk_X509_num(trusts[i]->anchors); j++) {
			X509 *x = sk_X509_value(trusts[i]->anchors, j);

			AN(X509_up_ref(x));
			AN(sk_X509_push(all, x));
		}
	}
	return trust_of(all);
}

struct pki_trust *pki_trust_ref(struct pki_trust *t)
{
	atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
	return t;
}

void pki_trust_unref(struct pki_trust *t)
{
	if (!t || atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) != 1)
		return;
	X509_STORE_free(t->store);
	sk_X509_pop_free(t->anchors, X509_free);
	mem_free(t);
}

/* --- names -------------------------------------------------------------------------------- */

/* RFC 9525 §6.3: the wildcard is the whole left-most label and stands for exactly one. */
static bool dns_fits(struct str pattern, struct str name)
{
	size_t dot;

	if (str_eq_nocase(pattern, name))
		return true;
	if (!str_starts(pattern, STR("*.")))
		return false;
	dot = str_find(name, '.');
	return dot > 0 && dot < name.n && str_eq_nocase(str_skip(pattern, 1), str_skip(name, dot));
}

static size_t ip_of(struct str text, unsigned char ret_ip[16])
{
	char z[INET6_ADDRSTRLEN + 1];

	if (text.n >= sizeof(z))
		return 0;
	memcpy(z, text.p, text.n);
	z[text.n] = 0;
	if (inet_pton(AF_INET, z, ret_ip) == 1)
		return 4;
	return inet_pton(AF_INET6, z, ret_ip) == 1 ? 16 : 0;
}

static bool entry_fits(int type, struct str entry, struct pki_name name, struct str ip)
{
	if (name.uri)
		return type == GEN_URI && str_eq(entry, name.value);
	if (ip.n)
		return type == GEN_IPADD && str_eq(entry, ip);
	return type == GEN_DNS && dns_fits(entry, name.value);
}

bool pki_cert_has(X509 *cert, struct pki_name name)
{
	GENERAL_NAMES *all;
	unsigned char ip[16];
	size_t ip_n;
	bool found = false;

	if (!name.value.n)
		return false;
	ip_n = name.uri ? 0 : ip_of(name.value, ip);
	all = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; all && !found && i < sk_GENERAL_NAME_num(all); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(all, i);
		const ASN1_STRING *v = GENERAL_NAME_get0_value(g, NULL);

		if (g->type != GEN_URI && g->type != GEN_DNS && g->type != GEN_IPADD)
			continue;
		found = entry_fits(g->type,
			str_of(ASN1_STRING_get0_data(v), (size_t)ASN1_STRING_length(v)), name,
			str_of(ip, ip_n));
	}
	GENERAL_NAMES_free(all);
	return found;
}
