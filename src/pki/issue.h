/* SPDX-License-Identifier: Apache-2.0 */
/*
 * issue.h -- certificates of our own making: an authority, and what it signs.
 */
#ifndef PKI_ISSUE_H
#define PKI_ISSUE_H

#include "base/buf.h"
#include "base/clock.h"

#define PKI_BACKDATED SEC(86400) /* for clocks that are behind ours */

/* A private key (P-256) and a certificate for <names> (DNS names,
 * addresses), signed by the given authority,
 * or by itself as an authority where <ca_cert> is empty; valid from PKI_BACKDATED before <now>
 * (wall) for <days>.  Appends PEM.  -EINVAL: certificate and key of the authority are no pair. */
int must_check pki_issue(struct str ca_cert, struct str ca_key, struct str common_name,
	const struct str *names, size_t n, nsec now, int days, struct buf *ret_cert,
	struct buf *ret_key);
/* When the first certificate of <pem> was issued by the above, and until when it is valid: wall
 * times.  -EINVAL. */
int must_check pki_validity(struct str pem, nsec *ret_made, nsec *ret_until);

#endif
