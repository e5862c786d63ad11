/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pem_check.h -- is this PEM fit to be served with, and which names does it hold for?
 *
 * Pure functions on bytes (libcrypto), any thread.  Input is what a Secret or ConfigMap holds: any
 * bytes are legal, what is wrong with them is a sentence.  Expiry is not judged: there is no clock
 * here, and an expired certificate is still the one its owner asked for.
 */
#ifndef PKI_PEM_CHECK_H
#define PKI_PEM_CHECK_H

#include "base/arena.h"
#include "base/str.h"

#define PEM_MAX_BYTES (512u << 10) /* of one chain, key or bundle */
#define PEM_MAX_CERTS 512 /* in one chain or bundle */
#define PEM_MIN_SECURITY_BITS 112 /* of a private key: what TLS is ready to serve with */

struct pem_names {
	struct str *p; /* DNS names of the leaf, lower case, as subjectAltName has them */
	size_t n;
};

/*
 * A chain (leaf first) and the private key of the leaf, not encrypted.  Names are made in <a>.
 * Returns 0, or -EINVAL and one sentence without a full stop in <a>.
 */
int must_check pem_check_pair(struct arena *a, struct str chain, struct str key,
	struct pem_names *ret_names, struct str *ret_why);

/* A bundle of at least one certificate.  Errors as pem_check_pair(). */
int must_check pem_check_bundle(struct arena *a, struct str bundle, struct str *ret_why);

/* SHA-256 over the pieces, each with its length, in hexadecimal; made in <a>. */
struct str pem_digest(struct arena *a, const struct str *pieces, size_t n);

#endif
