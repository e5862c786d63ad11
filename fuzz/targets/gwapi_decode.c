/* SPDX-License-Identifier: Apache-2.0 */
/* Any document decodes or is refused with errors that print; what strict decoding accepts, tolerant
 * decoding accepts without a note, and either object can be walked to its last byte. */
#include <errno.h>

#include "gwapi/decode_priv.h"
#include "gwapi/types_gen.h"
#include "text/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void errors_print(const struct decoder *d)
{
	struct buf out = {0};
	const struct decode_error *e;
	size_t n;

	e = decoder_errors(d, &n);
	AN(n > 0);
	for (size_t i = 0; i < n; i++)
		decode_error_print(&out, &e[i]);
	buf_fini(&out);
}

static const struct schema *schema_of(const struct object *o)
{
	for (size_t i = 0; i < n_schema_roots; i++) {
		if (schema_roots[i].kind == o->kind &&
			str_eq(schema_roots[i].api_version, o->api_version))
			return schema_roots[i].schema;
	}
	AN(false);
	return NULL;
}

static const struct object *decode(
	struct decoder *d, const struct value *v, const struct object *old)
{
	const struct object *o = NULL, *again = NULL;
	int rc = decode_object(d, v, STR("f.yaml"), old, &o);

	if (rc == -EINVAL)
		errors_print(d);
	else if (rc == -ENOTSUP)
		AN(decoder_ignored(d).n > 0);
	if (rc)
		return NULL;
	/* Packing reads all of it; packed again it is as large. */
	AZ(decode_pack(d, schema_of(o), (struct object *)(uintptr_t)o, &again));
	AN(again->size == o->size);
	object_unref(again);
	return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct decoder *strict = decoder_new((struct decode_options){.keep_status = true});
	struct decoder *lenient =
		decoder_new((struct decode_options){.tolerant = true, .keep_status = true});
	struct text_documents docs = {str_of(data, n), 1};
	struct text_document doc;
	struct arena a;
	struct value v;

	arena_init(&a, 0);
	while (text_split_documents(&docs, &doc)) {
		const struct object *o, *t;

		if (text_parse_yaml(&a, doc.text, doc.line, &v, NULL))
			continue;
		o = decode(strict, &v, NULL);
		t = decode(lenient, &v, o);
		AN(!o || (t && t->n_notes == 0 && t->size == o->size));
		object_unref(o);
		object_unref(t);
	}
	arena_fini(&a);
	decoder_free(strict);
	decoder_free(lenient);
	return 0;
}
