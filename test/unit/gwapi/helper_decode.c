/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "helper_decode.h"
#include "text/parse.h"

void decoded_init(struct decoded *t, struct decode_options options)
{
	*t = (struct decoded){.decoder = decoder_new(options)};
	arena_init(&t->arena, 0);
}

void decoded_fini(struct decoded *t)
{
	object_unref(t->object);
	decoder_free(t->decoder);
	arena_fini(&t->arena);
	buf_fini(&t->errors);
}

void decoded_from(struct decoded *t, const char *yaml, const struct object *old)
{
	struct text_error err;
	struct value v;
	const struct decode_error *errors;
	size_t n;

	object_unref(t->object);
	t->object = NULL;
	buf_reset(&t->errors);
	arena_reset(&t->arena);
	if (text_parse_yaml(&t->arena, str_from(yaml), 1, &v, &err))
		fail_msg("%u:%u: %s in\n%s", err.line, err.column, err.what, yaml);
	t->rc = decode_object(t->decoder, &v, STR("a.yaml"), old, &t->object);
	errors = decoder_errors(t->decoder, &n);
	for (size_t i = 0; i < n; i++) {
		struct buf line = {0};

		decode_error_print(&line, &errors[i]);
		buf_add(&t->errors, buf_str(&line));
		buf_addc(&t->errors, '\n');
		buf_fini(&line);
	}
}
