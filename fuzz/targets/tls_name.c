/* SPDX-License-Identifier: Apache-2.0 */
/* The server_name extension: what is taken is one plain name that fills the input exactly. */
#include "tls/server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str ext = str_of(data, size), name = {0};

	if (tls_name_parse(ext, &name) < 0)
		return 0;
	AN(name.n >= 1 && name.n <= 255 && name.n + 5 == size);
	AN(name.p == ext.p + 5);
	AN(!memchr(name.p, '\0', name.n) && !memchr(name.p, ':', name.n) &&
		!memchr(name.p, '/', name.n));
	return 0;
}
