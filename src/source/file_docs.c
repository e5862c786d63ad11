/* SPDX-License-Identifier: Apache-2.0 */
/* Files as documents, and who gives which object. */
#include <errno.h>

#include "base/hash.h"
#include "base/mem.h"
#include "source/file_source_priv.h"
#include "text/parse.h"

static const struct hash_key digest_key = {0x736c75696365u, 0x64696765u};

uint64_t digest_hash(struct str bytes)
{
	return hash_bytes(&digest_key, bytes.p, bytes.n);
}

uint64_t origin_share(const struct origin *o, uint64_t hash)
{
	return hash_mix(o->path_hash, hash);
}

/* --- who gives what ---------------------------------------------------------------------- */

static int provided_order(const struct provided *a, const struct provided *b)
{
	int order = strcmp(a->origin->path, b->origin->path);

	return order ? order
		     : (a->object->line > b->object->line) - (a->object->line < b->object->line);
}

struct str given_key(const void *entry)
{
	return object_key(((const struct provided *)entry)->object);
}

struct provided *given_first(const struct file_source *s, enum object_kind kind, struct str key)
{
	return set_get(&s->given[kind], key);
}

static void given_put(struct file_source *s, struct provided *first);

static void given_insert(struct provided **first, struct provided *p)
{
	while (*first && provided_order(*first, p) < 0)
		first = &(*first)->rival;
	p->rival = *first;
	*first = p;
}

/* Documents move within their files: several that give the same are put in order anew. */
static void given_sort(struct file_source *s, struct provided *all)
{
	struct provided *first = NULL;

	do {
		struct provided *p = all;

		all = p->rival;
		given_insert(&first, p);
	} while (all);
	given_put(s, first);
}

/* Makes the store agree with who gives the object now. */
static void given_settle(struct file_source *s, const struct object *o)
{
	struct provided *first = given_first(s, o->kind, object_key(o));
	const struct object *now = store_get(s->store, o->kind, o->namespace, o->name);

	if (first && first->rival) {
		given_sort(s, first);
		first = given_first(s, o->kind, object_key(o));
	}
	if (first && first->object != now)
		store_put(s->store, first->object);
	else if (!first && now)
		store_del(s->store, o->kind, o->namespace, o->name);
}

static void contest_begin(struct file_source *s, const struct object *o)
{
	struct str key = object_key(o);
	struct contest *c = mem_alloc(sizeof(*c) + key.n);

	memcpy(c + 1, key.p, key.n);
	*c = (struct contest){.kind = o->kind, .key = str_of((char *)(c + 1), key.n)};
	list_add_tail(&s->contests, &c->link);
}

static void contest_end(struct file_source *s, const struct object *o)
{
	list_for_each (it, &s->contests) {
		struct contest *c = container_of(it, struct contest, link);

		if (c->kind == o->kind && str_eq(c->key, object_key(o))) {
			list_del(&c->link);
			mem_free(c);
			return;
		}
	}
}

static void given_put(struct file_source *s, struct provided *first)
{
	set_put(&s->given[first->object->kind], first);
}

static void given_add(struct file_source *s, struct provided *p)
{
	struct provided *first = given_first(s, p->object->kind, object_key(p->object));

	if (first && !first->rival)
		contest_begin(s, p->object);
	given_insert(&first, p);
	given_put(s, first);
}

static void given_remove(struct file_source *s, struct provided *p)
{
	const struct object *o = p->object;
	struct provided *first = given_first(s, o->kind, object_key(o));
	struct provided **at = &first;

	while (*at != p)
		at = &(*at)->rival;
	*at = p->rival;
	if (first)
		given_put(s, first);
	else
		set_del(&s->given[o->kind], object_key(o));
	if (first && !first->rival)
		contest_end(s, o);
}

static struct kept_text *kept_text_new(struct str text)
{
	struct kept_text *t = mem_alloc(sizeof(*t) + text.n);

	*t = (struct kept_text){.refs = 1, .n = text.n};
	memcpy(t->bytes, text.p, text.n);
	return t;
}

static struct kept_text *kept_text_ref(struct kept_text *t)
{
	if (t)
		t->refs++;
	return t;
}

static void kept_text_unref(struct kept_text *t)
{
	if (t && --t->refs == 0)
		mem_free(t);
}

/* Takes the reference on <o>. */
static void provide(
	struct file_source *s, struct origin *origin, struct document *d, const struct object *o)
{
	struct provided *p = MEM_NEW(struct provided);

	*p = (struct provided){
		.object = o, .origin = origin, .text = kept_text_ref(d->text), .next = d->gives};
	d->gives = p;
	given_add(s, p);
}

static void withdraw(struct file_source *s, struct provided *p)
{
	given_remove(s, p);
	given_settle(s, p->object);
	object_unref(p->object);
	kept_text_unref(p->text);
	mem_free(p);
}

/* --- documents --------------------------------------------------------------------------- */

static void document_problem(struct document *d, uint32_t line, struct str text, bool ignored)
{
	struct doc_problem *p = mem_zalloc(sizeof(*p) + text.n + 1), **at = &d->problems;

	p->line = line >= d->line ? line - d->line : 0;
	p->ignored = ignored;
	memcpy(p->text, text.p, text.n);
	while (*at)
		at = &(*at)->next;
	*at = p;
}

static void document_free(struct file_source *s, struct document *d)
{
	while (d->gives) {
		struct provided *p = d->gives;

		d->gives = p->next;
		withdraw(s, p);
	}
	while (d->problems) {
		struct doc_problem *p = d->problems;

		d->problems = p->next;
		mem_free(p);
	}
	kept_text_unref(d->text);
	mem_free(d);
}

/* ":column: kind ns/name: field: what", to stand behind "path:line". */
static void note_decode_errors(struct file_source *s, struct document *d)
{
	size_t n;
	const struct decode_error *errors = decoder_errors(s->decoder, &n);

	for (size_t i = 0; i < n; i++) {
		const struct decode_error *e = &errors[i];
		struct buf text = {0};

		buf_printf(&text, ":%u: %.*s %.*s%s%.*s: ", e->column, STR_ARG(e->kind),
			STR_ARG(e->namespace), e->namespace.n ? "/" : "", STR_ARG(e->name));
		if (e->path.n)
			buf_printf(&text, "%.*s: ", STR_ARG(e->path));
		buf_add(&text, e->what);
		document_problem(d, e->line, buf_str(&text), false);
		buf_fini(&text);
	}
}

static void document_decode_one(
	struct file_source *s, struct origin *origin, struct document *d, const struct value *v)
{
	const struct object *o = NULL;
	/* A text is judged as if it were created now: files have no past to compare with. */
	int rc = decode_object(s->decoder, v, str_from(origin->path), NULL, &o);

	if (rc == 0) {
		provide(s, origin, d, o);
	} else if (rc == -ENOTSUP) {
		struct buf text = {0};
		struct str kind = decoder_ignored(s->decoder);

		buf_printf(&text, ":%u: %.*s: ignored: not a kind that this gateway reads",
			v->column, STR_ARG(kind));
		document_problem(d, v->line, buf_str(&text), true);
		buf_fini(&text);
	} else {
		note_decode_errors(s, d);
		d->failed = true;
	}
}

static void document_decode(
	struct file_source *s, struct origin *origin, struct document *d, struct str text)
{
	struct text_error err;
	struct arena a;
	struct value v;

	arena_init(&a, 4096);
	if (text_parse_yaml(&a, text, d->line, &v, &err) < 0) {
		struct str what = arena_printf(&a, ":%u: %s", err.column, err.what);

		document_problem(d, err.line, what, false);
		d->failed = true;
	} else if (v.kind != VALUE_NULL) {
		struct decode_items items = {.doc = &v};
		const struct value *item;

		while ((item = decode_items_next(&items)))
			document_decode_one(s, origin, d, item);
	}
	arena_fini(&a);
}

/* --- files ------------------------------------------------------------------------------- */

struct origin *origin_get(struct file_source *s, struct str path)
{
	struct origin *o = map_get(&s->origins, path);

	if (!o) {
		o = MEM_NEW(struct origin);
		o->path = mem_strdup(path);
		o->path_hash = digest_hash(path);
		list_init(&o->pending);
		list_init(&o->wrong);
		map_put(&s->origins, str_from(o->path), o);
	}
	return o;
}

/* The old documents of a file by their bytes, while a new text of it is read. */
struct reuse {
	struct document **old;
	size_t n;
	size_t next; /* most often the one behind the one that was taken last */
	struct map by_hash; /* made when that fails */
};

static bool document_is(const struct document *d, uint64_t hash, size_t size)
{
	return d && d->hash == hash && d->size == size && !d->failed;
}

static struct str hash_key_of(const uint64_t *hash)
{
	return str_of((const char *)hash, sizeof(*hash));
}

static void reuse_index(struct reuse *r)
{
	for (size_t i = 0; i < r->n; i++) {
		if (r->old[i])
			map_put(&r->by_hash, hash_key_of(&r->old[i]->hash), &r->old[i]);
	}
}

/* Takes from the old ones the document with the same bytes, or NULL. */
static struct document *document_reuse(struct reuse *r, uint64_t hash, size_t size)
{
	struct document **at, *d;

	if (r->next < r->n && document_is(r->old[r->next], hash, size)) {
		at = &r->old[r->next];
	} else {
		if (!r->by_hash.n && r->n)
			reuse_index(r);
		/* Of two with the same bytes one is found: the other is decoded anew. */
		at = map_get(&r->by_hash, hash_key_of(&hash));
	}
	if (!at || !document_is(*at, hash, size))
		return NULL;
	d = *at;
	/* The index borrows its key from the document, which stays with the file. */
	*at = NULL;
	r->next = (size_t)(at - r->old) + 1;
	return d;
}

static bool origin_lists(const struct origin *o, const struct provided *of)
{
	vec_for_each (d, &o->docs)
		for (const struct provided *p = (*d)->gives; p; p = p->next)
			if (p == of)
				return true;
	return false;
}

/* Whether the file as it is now says something about what <old> is about. */
static bool origin_gives(
	const struct file_source *s, const struct origin *o, const struct provided *old)
{
	const struct object *of = old->object;

	for (const struct provided *p = given_first(s, of->kind, object_key(of)); p; p = p->rival)
		if (p != old && p->origin == o && origin_lists(o, p))
			return true;
	return false;
}

/* Moves what <old> gave and the file does not give now to the list <to>. */
static void kept_take(struct file_source *s, const struct origin *origin, struct document *old,
	struct provided **to)
{
	struct provided **at = &old->gives;

	while (*at) {
		struct provided *p = *at;

		if (origin_gives(s, origin, p)) {
			at = &p->next;
			continue;
		}
		*at = p->next;
		p->next = *to;
		*to = p;
	}
}

/* A document of this file cannot be read: what the file gave before and does not give now is kept,
 * in a document of its own without text, until the file is whole again. */
static void keep_last_good(
	struct file_source *s, struct origin *origin, struct document **old, size_t n)
{
	struct provided *kept = NULL;
	struct document *d;

	for (size_t i = 0; i < n; i++)
		if (old[i])
			kept_take(s, origin, old[i], &kept);
	if (!kept)
		return;
	d = MEM_NEW(struct document);
	d->failed = d->kept = true; /* never reused as a whole */
	d->gives = kept;
	*vec_push(&origin->docs) = d;
}

/* What is new; and where two give the same, the order may have changed. */
static void settle_given_by(struct file_source *s, struct origin *o)
{
	vec_for_each (d, &o->docs) {
		if (!(*d)->fresh && list_empty(&s->contests))
			continue;
		for (const struct provided *p = (*d)->gives; p; p = p->next)
			given_settle(s, p->object);
		(*d)->fresh = false;
	}
}

/* Objects say where they stand: they move with their document. */
static void document_move(struct document *d, uint32_t line)
{
	for (struct provided *p = d->gives; p; p = p->next)
		object_relocate(p->object, p->object->line - d->line + line);
	d->line = line;
}

static struct document *document_take(struct file_source *s, struct origin *origin,
	struct reuse *reuse, const struct text_document *doc)
{
	uint64_t hash = hash_str(doc->text);
	struct document *d = document_reuse(reuse, hash, doc->text.n);

	if (d) {
		document_move(d, doc->line);
		return d;
	}
	d = MEM_NEW(struct document);
	d->hash = hash;
	d->size = (uint32_t)doc->text.n; /* files are smaller than that */
	d->line = doc->line;
	d->fresh = true;
	if (s->keep_texts)
		d->text = kept_text_new(doc->text);
	document_decode(s, origin, d, doc->text);
	return d;
}

static void origin_set_hash(struct file_source *s, struct origin *o, struct str text)
{
	o->hash = digest_hash(text);
	s->sum -= o->share;
	o->share = origin_share(o, o->hash);
	s->sum += o->share;
}

void origin_use(struct file_source *s, struct origin *origin, struct str text)
{
	struct reuse reuse = {.old = origin->docs.p, .n = origin->docs.n};
	struct text_documents stream = {text, 1};
	struct text_document doc;
	bool failed = false;

	origin_set_hash(s, origin, text);
	origin->troubled = false;
	origin->docs.p = NULL;
	origin->docs.n = origin->docs.cap = 0;
	while (text_split_documents(&stream, &doc)) {
		struct document *d = document_take(s, origin, &reuse, &doc);

		failed |= d->failed;
		origin->troubled |= d->failed || d->problems;
		*vec_push(&origin->docs) = d;
	}
	map_fini(&reuse.by_hash);
	if (failed)
		keep_last_good(s, origin, reuse.old, reuse.n);
	/* New ones first, then the old leave: an object that moved within the file never goes. */
	settle_given_by(s, origin);
	for (size_t i = 0; i < reuse.n; i++) {
		if (reuse.old[i])
			document_free(s, reuse.old[i]);
	}
	mem_free(reuse.old);
}

void origin_free(struct file_source *s, struct origin *o)
{
	vec_for_each (d, &o->docs)
		document_free(s, *d);
	vec_fini(&o->docs);
	s->sum -= o->share;
	list_del(&o->pending);
	list_del(&o->wrong);
	mem_free(o->next);
	mem_free(o->path);
	mem_free(o);
}
