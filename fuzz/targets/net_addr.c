/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as users write them: what is accepted formats to something that parses to itself. */
#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[ADDR_TEXT];
	struct addr a, b;

	if (addr_parse(str_of(data, size), &a) < 0)
		return 0;
	AZ(addr_parse(str_from(addr_format(&a, text)), &b));
	AN(addr_eq(&a, &b));
	AN(addr_hash(&a) == addr_hash(&b));
	return 0;
}
