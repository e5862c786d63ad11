/* SPDX-License-Identifier: Apache-2.0 */
/* The x-kubernetes-validations rules, judged on the decoded struct. */
#include "gwapi/decode_priv.h"

/* The rules of one value.  <v> is its place, or that of what holds it when it was defaulted. */
static void judge(struct decoder *d, const struct schema *s, const struct value *v,
	struct rule_self self, struct rule_self old, const struct decode_path *path)
{
	for (unsigned i = 0; i < s->n_rules; i++) {
		const struct schema_rule *r = &s->rules[i];

		if ((r->transition && !old.p) || r->holds(self, old))
			continue;
		decode_fault(d, path, v, NOTE_RULE, (struct str){NULL, 0}, "%s", r->message);
	}
}

static const struct value *place_of(const struct value *v, const struct value *child)
{
	return child ? child : v;
}

static void judge_list(struct decoder *d, const struct schema *s, const struct value *v,
	struct rule_self self, const struct decode_path *path)
{
	/* Items have no old value: nothing says which old item they were (the API server finds them
	 * by list-map keys; no transition rule stands in a list, gwgen checks). */
	judge(d, s, v, self, (struct rule_self){NULL, 0}, path);
	if (!s->item->deep_rules)
		return;
	for (uint32_t i = 0; i < self.n; i++) {
		struct decode_path at = {path, {NULL, 0}, i, false};
		bool given = v->kind == VALUE_ARRAY && i < v->n;

		decode_rules(d, s->item, place_of(v, given ? &v->items[i] : NULL),
			(const char *)self.p + i * s->item->size, NULL, &at);
	}
}

static void judge_field(struct decoder *d, const struct schema_field *f, const struct value *v,
	const char *base, const char *old, const struct decode_path *up)
{
	const struct schema *s = f->schema;
	struct decode_path path = {up, f->name, 0, false};
	const void *p = base + f->offset;
	const void *q = old ? old + f->offset : NULL;

	v = place_of(v, value_get(v, f->name));
	if (s->kind == SCHEMA_LIST || s->kind == SCHEMA_MAP || s->kind == SCHEMA_BYTES) {
		const void *items = *(const void *const *)p;
		uint32_t n = *(const uint32_t *)(const void *)(base + f->aux);

		if (items && s->kind == SCHEMA_LIST)
			judge_list(d, s, v, (struct rule_self){items, n}, &path);
		else if (items)
			judge(d, s, v, (struct rule_self){items, n}, (struct rule_self){NULL, 0},
				&path);
		return;
	}
	if (f->flags & FIELD_POINTER) {
		p = *(const void *const *)p;
		q = q ? *(const void *const *)q : NULL;
	}
	if (!p || ((f->flags & FIELD_HAS) && !*(const bool *)(base + f->aux)))
		return;
	if (s->kind == SCHEMA_STR && !((const struct str *)p)->p)
		return;
	if (s->kind == SCHEMA_ENUM && *(const uint8_t *)p == ENUM_UNSET)
		return;
	decode_rules(d, s, v, p, q, &path);
}

void decode_rules(struct decoder *d, const struct schema *s, const struct value *v, const void *p,
	const void *old, const struct decode_path *path)
{
	judge(d, s, v, (struct rule_self){p, 1}, (struct rule_self){old, old != NULL}, path);
	if (s->kind != SCHEMA_STRUCT)
		return;
	for (unsigned i = 0; i < s->n_fields; i++) {
		if (s->fields[i].schema->deep_rules)
			judge_field(d, &s->fields[i], v, p, old, path);
	}
}
