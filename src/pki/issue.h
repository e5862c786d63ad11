/* SPDX-License-Identifier: Apache-2.0 */
/*
 * issue.h -- certificates of our own making: an authority, and what it signs.
 */
#ifndef PKI_ISSUE_H
#define PKI_ISSUE_H

#include "base/buf.h"
#include "base/clock.h"

/* A private key (P-256) and a certificate for <names> (DNS names), signed by the given authority,
 * or by itself as an authority where <ca_cert> is empty; valid from a day before <now> (wall) for
 * <days>.  Appends PEM.  -EINVAL: certificate and key of the authority are no pair. */
int must_check pki_issue(struct str ca_cert, struct str ca_key, struct str common_name,
	const struct str *names, size_t n, nsec now, int days, struct buf *ret_cert,
	struct buf *ret_key);
/* Seconds since 1970 when the first certificate of <pem> expires; -EINVAL. */
int must_check pki_expiry(struct str pem, int64_t *ret_seconds);

#endif
