/* SPDX-License-Identifier: Apache-2.0 */
/* From scratch to one allocation: a first walk adds up, a second copies and mends the pointers. */
#include <errno.h>

#include "gwapi/decode_priv.h"

struct pack {
	struct object *to; /* NULL: adding up */
	size_t wide; /* bytes used by structs and arrays */
	size_t text; /* bytes used by text, behind all that is wide */
	size_t text_at; /* where text begins */
};

static size_t aligned(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

static void pack_text(struct pack *k, struct str *s)
{
	if (!s->p || schema_text_static(*s))
		return;
	if (k->to) {
		char *at = (char *)k->to + k->text_at + k->text;

		memcpy(at, s->p, s->n);
		s->p = at;
	}
	k->text += s->n;
}

/* A block of <size> bytes; returns where it now stands.  What is present but empty needs a pointer
 * that is not NULL and no bytes. */
static void *pack_block(struct pack *k, const void *p, size_t size)
{
	size_t offset = k->wide;

	k->wide += aligned(size);
	if (!k->to)
		return (void *)(uintptr_t)p;
	if (size == 0)
		return k->to;
	return memcpy((char *)k->to + offset, p, size);
}

static void pack_value(struct pack *k, const struct schema *s, void *p);

static void pack_pairs(struct pack *k, const struct str_pair **pairs, uint32_t n)
{
	struct str_pair *at;

	if (!*pairs)
		return;
	at = pack_block(k, *pairs, n * sizeof(**pairs));
	for (uint32_t i = 0; i < n; i++) {
		pack_text(k, &at[i].key);
		pack_text(k, &at[i].value);
	}
	*pairs = at;
}

static void pack_field(struct pack *k, const struct schema_field *f, char *base)
{
	const struct schema *s = f->schema;
	void *p = base + f->offset;

	if (s->kind == SCHEMA_MAP || s->kind == SCHEMA_BYTES) {
		pack_pairs(k, p, *(uint32_t *)(void *)(base + f->aux));
	} else if (s->kind == SCHEMA_LIST) {
		void **list = p;
		uint32_t n = *(uint32_t *)(void *)(base + f->aux);

		if (!*list)
			return;
		*list = pack_block(k, *list, n * (size_t)s->item->size);
		for (uint32_t i = 0; i < n; i++)
			pack_value(k, s->item, (char *)*list + i * s->item->size);
	} else if (f->flags & FIELD_POINTER) {
		void **held = p;

		if (!*held)
			return;
		*held = pack_block(k, *held, s->size);
		pack_value(k, s, *held);
	} else {
		pack_value(k, s, p);
	}
}

static void pack_value(struct pack *k, const struct schema *s, void *p)
{
	if (s->kind == SCHEMA_STR)
		pack_text(k, p);
	else if (s->kind == SCHEMA_INT_OR_STR)
		pack_text(k, &((struct int_or_str *)p)->text);
	for (unsigned i = 0; s->kind == SCHEMA_STRUCT && i < s->n_fields; i++)
		pack_field(k, &s->fields[i], p);
}

/* "namespace/name" is one text. */
static void pack_key(struct pack *k, struct object *o)
{
	size_t n = o->namespace.n + 1 + o->name.n;

	if (k->to) {
		char *at = (char *)k->to + k->text_at + k->text;

		if (o->namespace.n)
			memcpy(at, o->namespace.p, o->namespace.n);
		at[o->namespace.n] = '/';
		memcpy(at + o->namespace.n + 1, o->name.p, o->name.n);
		o->namespace.p = at;
		o->name.p = at + o->namespace.n + 1;
	}
	k->text += n;
}

static void pack_head(struct pack *k, struct object *o)
{
	struct object_note *notes;

	pack_key(k, o);
	pack_text(k, &o->uid);
	pack_text(k, &o->resource_version);
	pack_pairs(k, &o->labels, o->n_labels);
	pack_pairs(k, &o->annotations, o->n_annotations);
	if (!o->n_notes)
		return;
	notes = pack_block(k, o->notes, o->n_notes * sizeof(*notes));
	for (uint32_t i = 0; i < o->n_notes; i++) {
		pack_text(k, &notes[i].path);
		pack_text(k, &notes[i].text);
	}
	o->notes = notes;
}

int decode_pack(struct decoder *d, const struct schema *s, struct object *o,
	const struct object **ret_object)
{
	struct pack k = {.wide = aligned(s->size)};
	struct object *to;
	size_t size;

	(void)d;
	pack_head(&k, o);
	pack_value(&k, s, o);
	size = k.wide + k.text;
	if (size > DECODE_MAX_OBJECT)
		return -E2BIG;
	to = mem_alloc(size);
	memcpy(to, o, s->size);
	k = (struct pack){.to = to, .wide = aligned(s->size), .text_at = k.wide};
	pack_head(&k, to);
	pack_value(&k, s, to);
	AN(k.wide + k.text == size);
	to->magic = OBJECT_MAGIC;
	to->refs = 1;
	object_file_ref(to->file);
	to->size = (uint32_t)size;
	*ret_object = to;
	return 0;
}
