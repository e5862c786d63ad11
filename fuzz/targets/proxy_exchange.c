/* SPDX-License-Identifier: Apache-2.0 */
/* Both sides of an exchange send what they like, end as they like, and time goes on: what reaches
 * the backend is well formed, and afterwards nothing is left over. */
#include "../exchange.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void step(struct side sides[2], uint8_t op, struct str bytes)
{
	struct side *s = &sides[op & 1];

	switch (op >> 1 & 3) {
	case 0:
	case 1:
		side_send(s, bytes);
		break;
	case 2:
		if (op & 8)
			side_reset(s);
		else
			side_fin(s);
		break;
	case 3:
		exchange_advance(MSEC(100) << (op >> 3 & 15));
		break;
	}
}

/* Each operation: its kind and length in one byte, long ones with a second, then its bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct side sides[2] = {{.fd = -1}, {.fd = -1, .backend = true}};
	struct str in = str_of(data, MIN(size, (size_t)65536));

	while (in.n) {
		uint8_t op = (uint8_t)in.p[0];
		size_t n = (op >> 3) + 1u;
		struct str bytes;

		in = str_skip(in, 1);
		if ((op & 6) == 2 && in.n) { /* a long send */
			n += 32u * (uint8_t)in.p[0];
			in = str_skip(in, 1);
		}
		bytes = str_take(in, (op & 4) ? 0 : n);
		in = str_skip(in, bytes.n);
		step(sides, op, bytes);
		exchange_run(sides);
	}
	exchange_over(sides);
	return 0;
}
