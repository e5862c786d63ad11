/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes parse or are refused with a place; what parses is written and read back unchanged. */
#include "text/parse.h"
#include "text/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf out = {0};
	struct text_error err = {0};
	struct value v, back;
	struct arena a;

	arena_init(&a, 0);
	if (text_parse_json(&a, str_of(data, n), &v, &err)) {
		AN(err.line && err.column && err.what[0]);
	} else {
		text_write_json(&out, &v, TEXT_INDENTED);
		AZ(text_parse_json(&a, buf_str(&out), &back, &err));
		AN(value_equal(&v, &back));
		/* JSON is YAML, and both parsers agree. */
		AZ(text_parse_yaml(&a, buf_str(&out), 1, &back, &err));
		AN(value_equal(&v, &back));
	}
	buf_fini(&out);
	arena_fini(&a);
	return 0;
}
