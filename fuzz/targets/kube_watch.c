/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes are a watch or a list, or refused; how they were cut changes nothing. */
#include "kube/frame.h"
#include "kube/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* A digest of all pieces; the first byte of each input chooses the cut. */
static uint64_t run(enum split_form form, struct str text, size_t step)
{
	struct split s = {0};
	uint64_t sum = 1469598103934665603u;
	struct frame f;
	struct arena a;

	arena_init(&a, 0);
	split_init(&s, form);
	for (size_t at = 0; at < text.n; at += step) {
		struct str in = str_take(str_skip(text, at), step), piece;
		enum split_result r;

		while ((r = split_next(&s, &in, &piece)) != SPLIT_MORE && r != SPLIT_BAD) {
			for (size_t i = 0; i < piece.n; i++)
				sum = (sum ^ (uint8_t)piece.p[i]) * 1099511628211u;
			sum += r;
			if (frame_parse(&a, piece, &f) == 0)
				sum += f.kind + f.resource_version.n;
			arena_reset(&a);
		}
		if (r == SPLIT_BAD) {
			sum ^= 0xbad;
			break;
		}
	}
	sum += split_complete(&s);
	split_fini(&s);
	arena_fini(&a);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = str_of(data, n);

	for (enum split_form form = SPLIT_LIST; form <= SPLIT_FRAMES; form++) {
		uint64_t whole = run(form, text, n + 1);

		AN(run(form, text, 1) == whole);
		AN(run(form, text, n ? data[0] % 13u + 1 : 1) == whole);
	}
	return 0;
}
