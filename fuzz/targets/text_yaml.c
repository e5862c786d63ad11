/* SPDX-License-Identifier: Apache-2.0 */
/* Any stream splits into documents, in order and within the stream; each parses or is refused with
 * a place in it; what parses is written and read back unchanged. */
#include "text/parse.h"
#include "text/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void write_and_read(struct arena *a, const struct value *v)
{
	struct buf out = {0};
	struct text_error err;
	struct value back;

	text_write_yaml(&out, v);
	/* Aliases written out may pass the bound on a document's size. */
	if (out.n <= TEXT_MAX_DOCUMENT) {
		AZ(text_parse_yaml(a, buf_str(&out), 1, &back, &err));
		AN(value_equal(v, &back));
	}
	buf_reset(&out);
	text_write_json(&out, v, TEXT_COMPACT);
	if (out.n <= TEXT_MAX_DOCUMENT) {
		AZ(text_parse_json(a, buf_str(&out), &back, &err));
		AN(value_equal(v, &back));
	}
	buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct text_documents docs = {str_of(data, n), 1};
	const char *at = docs.rest.p;
	struct text_document d;
	struct value v;
	struct arena a;

	while (text_split_documents(&docs, &d)) {
		struct text_error err = {0};

		AN(d.text.p >= at && d.text.p + d.text.n <= (const char *)data + n);
		at = d.text.p + d.text.n;
		arena_init(&a, 0);
		if (text_parse_yaml(&a, d.text, d.line, &v, &err))
			AN(err.line >= d.line && err.column && err.what[0]);
		else
			write_and_read(&a, &v);
		arena_fini(&a);
	}
	return 0;
}
