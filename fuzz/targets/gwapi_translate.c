/* SPDX-License-Identifier: Apache-2.0 */
/* Any objects translate: to a plan and statuses that can be written, the same whether they come at
 * once or one by one.  The first byte chooses mode and decoding. */
#include "gwapi/decode.h"
#include "gwapi/translate.h"
#include "plan/dump.h"
#include "text/parse.h"
#include "text/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void write_all(struct translator *t, struct buf *out)
{
	size_t n;
	const struct object_status *const *all = translator_statuses(t, &n);
	struct arena a;

	arena_init(&a, 0);
	if (translator_plan(t))
		plan_dump(translator_plan(t), out);
	for (size_t i = 0; i < n; i++) {
		struct value v = status_object(&a, all[i], NULL, STR("")), back;
		size_t from = out->n;

		text_write_json(out, &v, TEXT_COMPACT);
		AZ(text_parse_json(&a, str_skip(buf_str(out), from), &back, NULL));
	}
	arena_fini(&a);
}

/* Objects into <s>; where <t> is given, it follows after each. */
static void load(struct store *s, struct str text, bool tolerant, struct translator *t)
{
	struct decoder *d = decoder_new((struct decode_options){.tolerant = tolerant});
	struct text_documents docs = {text, 1};
	struct text_document doc;

	while (text_split_documents(&docs, &doc)) {
		const struct object *o;
		struct value v;
		struct arena a;

		arena_init(&a, 0);
		if (text_parse_yaml(&a, doc.text, doc.line, &v, NULL) == 0 &&
			decode_object(d, &v, STR(""), NULL, &o) == 0) {
			store_put(s, o);
			object_unref(o);
		}
		arena_fini(&a);
		if (t)
			plan_unref(translator_update(t, s));
		store_changes_reset(s);
	}
	decoder_free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint8_t how = n ? data[0] : 0;
	struct translate_options o = {.mode = how % 2 ? TRANSLATE_SHARED : TRANSLATE_FILES,
		.with = how & 4 ? 31 : 0,
		.plans = plan_store_new()};
	struct translator *step = translator_new(&o), *full = translator_new(&o);
	struct buf got = {0}, want = {0};
	struct store s = {0};

	store_init(&s);
	load(&s, str_of(data, n), how & 2, step);
	plan_unref(translator_update(step, &s));
	plan_unref(translator_update(full, &s));
	write_all(step, &got);
	write_all(full, &want);
	AN(str_eq(buf_str(&got), buf_str(&want)));
	translator_free(step);
	translator_free(full);
	plan_store_reap(o.plans);
	plan_store_free(o.plans);
	store_fini(&s);
	buf_fini(&got);
	buf_fini(&want);
	return 0;
}
