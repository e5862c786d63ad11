/* SPDX-License-Identifier: Apache-2.0 */
/* The PROXY header: its verdict does not depend on how the bytes are cut, nor on what follows. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "net/proxy_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Byte by byte: nothing is certain until something is, and then it stays. */
static int first_verdict(struct str all, size_t *ret_seen, struct proxy_header *ret)
{
	for (size_t n = 0; n <= all.n; n++) {
		int rc = proxy_header_parse(str_take(all, n), ret);

		AN(rc <= (int)n);
		*ret_seen = n;
		if (rc)
			return rc;
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str all = str_of(data, MIN(size, PROXY_HEADER_MAX + 64));
	struct proxy_header whole = {0}, cut = {0};
	int rc = proxy_header_parse(all, &whole);
	size_t seen = 0;

	AN(first_verdict(all, &seen, &cut) == rc);
	if (rc <= 0) {
		AN(!whole.version && !cut.version);
		AN(rc == 0 || rc == -EPROTO || rc == -EMSGSIZE || rc == -EBADMSG);
		AN(seen <= PROXY_HEADER_MAX);
		return 0;
	}
	AN(seen == (size_t)rc);
	AN(rc <= (whole.version == 1 ? PROXY_HEADER_V1_MAX : PROXY_HEADER_MAX));
	AN(whole.version == cut.version && addr_eq(&whole.source, &cut.source));
	return 0;
}
