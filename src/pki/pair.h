/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pair.h -- a certificate chain with its private key, and a set of trust anchors, both parsed.
 *
 * Immutable once made and counted atomically: made on one thread (control), used by any.  OpenSSL's
 * objects inside have counts of their own, so a connection that took them on outlives the pair.
 */
#ifndef PKI_PAIR_H
#define PKI_PAIR_H

#include <openssl/types.h>
#include <stdatomic.h>

#include "base/str.h"

/* A DNS name (or an IP address as text), or with <uri> a URI, that a certificate must carry. */
struct pki_name {
	struct str value;
	bool uri;
};

struct pki_pair {
	_Atomic uint32_t refs;
	X509 *leaf;
	EVP_PKEY *key;
	struct stack_st_X509 *chain; /* what follows the leaf */
};

/* PEM: a chain (leaf first) and the leaf's key, not encrypted.  Returns owned; -EINVAL when it does
 * not parse or does not belong together (pem_check.h says why). */
int must_check pki_pair_new(struct str chain, struct str key, struct pki_pair **ret_pair);
struct pki_pair *pki_pair_ref(struct pki_pair *p);
/* NULL is legal. */
void pki_pair_unref(struct pki_pair *p);
/* Whether the leaf is for <name>, a host name or an address. */
bool pki_pair_has(const struct pki_pair *p, struct str name);

struct pki_trust {
	_Atomic uint32_t refs;
	X509_STORE *store;
	struct stack_st_X509 *anchors;
};

/* A PEM bundle of anchors; each of them ends a chain, whether self-signed or not.  -EINVAL. */
int must_check pki_trust_new(struct str bundle, struct pki_trust **ret_trust);
/* Several as one: a chain may end in any of them. */
struct pki_trust *pki_trust_join(struct pki_trust *const *trusts, size_t n);
struct pki_trust *pki_trust_ref(struct pki_trust *t);
/* NULL is legal. */
void pki_trust_unref(struct pki_trust *t);

/* Whether a certificate is for <name>.  Only subjectAltName counts, never the subject's common name
 * (RFC 9525 §2); lengths are compared, so a NUL inside is a byte like others; "*" stands for one
 * label, the left-most and whole one (§6.3); an address is compared with iPAddress entries. */
bool pki_cert_has(X509 *cert, struct pki_name name);

#endif
