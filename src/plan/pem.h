/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pem.h -- certificates, keys and CA bundles in the plan: material as text, checked already.
 *
 * The plan knows nothing of cryptography: translate hands in PEM that pki has checked, and the
 * TLS side hangs its parsed form on <parsed> when the segment is made (plan_dress, edit.h).  Equal
 * material has one segment: its identity is the digest, so a renewed certificate is a new segment
 * and an untouched one keeps its parsed form over any number of plans.
 */
#ifndef PLAN_PEM_H
#define PLAN_PEM_H

#include "plan/segment.h"

enum plan_pem_kind {
	PLAN_PEM_PAIR, /* a chain and its key: server or client certificate */
	PLAN_PEM_CA, /* a bundle of trust anchors */
	PLAN_PEM_SYSTEM, /* the system's trust anchors: no material */
};

struct plan_pem {
	struct plan_segment seg;
	struct plan_store *store;
	enum plan_pem_kind kind;
	struct str source; /* "Secret/ns/name", for logs; of several, the first that was put */
	struct str digest; /* text; equal digest = equal kind and material */
	struct str chain; /* PAIR: leaf first; CA: the bundle; PEM */
	struct str key; /* PAIR only; PEM; never dumped or logged */
	const struct str *names; /* PAIR: DNS names of the leaf, lower case, "*.b" allowed */
	size_t nnames;
	void *parsed; /* the dresser's, written once; workers read */
	void (*parsed_free)(void *parsed); /* called when the segment is freed */
};

struct plan_store;

/* The living segment with this kind and <digest>, or a new one; all text is copied.  The caller
 * owns one count.  Private key bytes are wiped when the last count goes. */
struct plan_pem *plan_pem_get(struct plan_store *s, const struct plan_pem *from);
/* The living segment alone, or NULL: what stands there was checked when it was made. */
struct plan_pem *plan_pem_find(struct plan_store *s, enum plan_pem_kind kind, struct str digest);
struct plan_pem *plan_pem_ref(struct plan_pem *p);
/* NULL is legal. */
void plan_pem_unref(struct plan_pem *p);

#endif
