/* SPDX-License-Identifier: Apache-2.0 */
#include "source/file_source.h"

#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/hash.h"
#include "gwapi/decode.h"
#include "text/parse.h"

struct origin;

/* Not the process's key: a restarted child must come to the same digest. */
static const struct hash_key digest_key = {0x736c75696365u, 0x64696765u};

/* One object as one document gives it. */
struct provided {
	const struct object *object; /* one reference */
	struct origin *origin;
	struct claim *claim;
};

/* All who give an object of one kind and key; the first by path and line counts. */
struct claim {
	char *key;
	const struct object *in_store; /* borrowed from the provider that won */
	VEC(struct provided *) by;
};

struct document {
	uint64_t hash;
	size_t size;
	uint32_t line;
	bool failed;
	VEC(struct provided *) gives;
	VEC(char *) problems; /* without "path:line": that moves */
	VEC(uint32_t) problem_lines; /* relative to the document's first line */
	VEC(bool) problem_ignored;
};

/* One file. */
struct origin {
	char *path;
	uint64_t hash; /* of its whole text */
	int err; /* it cannot be read */
	VEC(struct document *) docs;
};

struct file_source {
	struct files *files;
	struct store *store;
	struct decoder *decoder;
	file_source_settled_f *settled;
	void *arg;
	struct map origins; /* path → struct origin */
	struct map claims; /* kind and key → struct claim */
	struct arena problem_arena;
	VEC(struct file_problem) problems;
	struct map problems_before; /* text → itself, from the burst before */
	struct arena before_arena;
};

/* --- who gives what ---------------------------------------------------------------------- */

static struct str claim_key(struct arena *a, const struct object *o)
{
	struct str key = object_key(o);

	return arena_printf(a, "%c%.*s", (char)('A' + o->kind), STR_ARG(key));
}

static int provided_order(const struct provided *a, const struct provided *b)
{
	int order = strcmp(a->origin->path, b->origin->path);

	return order ? order
		     : (a->object->line > b->object->line) - (a->object->line < b->object->line);
}

static struct provided *claim_winner(const struct claim *c)
{
	struct provided *first = NULL;

	vec_for_each (p, &c->by) {
		if (!first || provided_order(*p, first) < 0)
			first = *p;
	}
	return first;
}

/* Makes the store agree with who gives the object now. */
static void claim_settle(struct file_source *s, struct claim *c)
{
	struct provided *winner = claim_winner(c);
	const struct object *o = winner ? winner->object : NULL;

	if (o == c->in_store)
		return;
	if (o)
		store_put(s->store, o);
	else
		store_del(s->store, (enum object_kind)(c->key[0] - 'A'), c->in_store->namespace,
			c->in_store->name);
	c->in_store = o;
}

static struct provided *provide(
	struct file_source *s, struct origin *origin, const struct object *o)
{
	struct provided *p = MEM_NEW(struct provided);
	struct arena scratch;
	struct str key;

	arena_init(&scratch, 512);
	key = claim_key(&scratch, o);
	p->object = o;
	p->origin = origin;
	p->claim = map_get(&s->claims, key);
	if (!p->claim) {
		p->claim = MEM_NEW(struct claim);
		p->claim->key = mem_strdup(key);
		map_put(&s->claims, str_from(p->claim->key), p->claim);
	}
	*vec_push(&p->claim->by) = p;
	arena_fini(&scratch);
	return p;
}

static void withdraw(struct file_source *s, struct provided *p)
{
	struct claim *c = p->claim;

	for (size_t i = 0; i < c->by.n; i++) {
		if (c->by.p[i] == p) {
			c->by.p[i] = c->by.p[--c->by.n];
			break;
		}
	}
	claim_settle(s, c);
	if (c->by.n == 0) {
		map_del(&s->claims, str_from(c->key));
		vec_fini(&c->by);
		mem_free(c->key);
		mem_free(c);
	}
	object_unref(p->object);
	mem_free(p);
}

/* --- documents --------------------------------------------------------------------------- */

static void document_problem(struct document *d, uint32_t line, struct str text, bool ignored)
{
	*vec_push(&d->problems) = mem_strdup(text);
	*vec_push(&d->problem_lines) = line >= d->line ? line - d->line : 0;
	*vec_push(&d->problem_ignored) = ignored;
}

static void document_free(struct file_source *s, struct document *d)
{
	vec_for_each (p, &d->gives)
		withdraw(s, *p);
	vec_for_each (text, &d->problems)
		mem_free(*text);
	vec_fini(&d->gives);
	vec_fini(&d->problems);
	vec_fini(&d->problem_lines);
	vec_fini(&d->problem_ignored);
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
		*vec_push(&d->gives) = provide(s, origin, o);
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

static struct origin *origin_get(struct file_source *s, struct str path)
{
	struct origin *o = map_get(&s->origins, path);

	if (!o) {
		o = MEM_NEW(struct origin);
		o->path = mem_strdup(path);
		map_put(&s->origins, str_from(o->path), o);
	}
	return o;
}

/* Takes from <old> the document with the same bytes, or NULL. */
static struct document *document_reuse(struct document **old, size_t n, uint64_t hash, size_t size)
{
	for (size_t i = 0; i < n; i++) {
		struct document *d = old[i];

		if (d && d->hash == hash && d->size == size && !d->failed) {
			old[i] = NULL;
			return d;
		}
	}
	return NULL;
}

static bool document_gives(const struct document *d, const struct claim *c)
{
	vec_for_each (p, &d->gives) {
		if ((*p)->claim == c)
			return true;
	}
	return false;
}

static bool origin_gives(const struct origin *o, const struct claim *c)
{
	vec_for_each (d, &o->docs) {
		if (document_gives(*d, c))
			return true;
	}
	return false;
}

/* A document of this file cannot be read: what the file gave before and does not give now is kept,
 * in a document of its own without text, until the file is whole again. */
static void keep_last_good(struct origin *origin, struct document **old, size_t n)
{
	struct document *kept = NULL;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; old[i] && k < old[i]->gives.n;) {
			struct provided *p = old[i]->gives.p[k];

			if (origin_gives(origin, p->claim)) {
				k++;
				continue;
			}
			if (!kept)
				kept = MEM_NEW(struct document);
			kept->failed = true; /* never reused as a whole */
			*vec_push(&kept->gives) = p;
			old[i]->gives.p[k] = old[i]->gives.p[--old[i]->gives.n];
		}
	}
	if (kept)
		*vec_push(&origin->docs) = kept;
}

static void settle_claims_of(struct file_source *s, const struct origin *o)
{
	vec_for_each (d, &o->docs) {
		vec_for_each (p, &(*d)->gives)
			claim_settle(s, (*p)->claim);
	}
}

static void on_text(void *arg, struct str path, struct str text)
{
	struct file_source *s = arg;
	struct origin *origin = origin_get(s, path);
	struct document **old = origin->docs.p;
	size_t n_old = origin->docs.n;
	struct text_documents stream = {text, 1};
	struct text_document doc;
	bool failed = false;

	origin->err = 0;
	origin->hash = hash_bytes(&digest_key, text.p, text.n);
	origin->docs.p = NULL;
	origin->docs.n = origin->docs.cap = 0;
	while (text_split_documents(&stream, &doc)) {
		uint64_t hash = hash_str(doc.text);
		struct document *d = document_reuse(old, n_old, hash, doc.text.n);

		if (d) {
			/* Objects say where they stand: move them with their document. */
			vec_for_each (p, &d->gives)
				object_relocate(
					(*p)->object, (*p)->object->line - d->line + doc.line);
			d->line = doc.line;
		} else {
			d = MEM_NEW(struct document);
			d->hash = hash;
			d->size = doc.text.n;
			d->line = doc.line;
			document_decode(s, origin, d, doc.text);
		}
		failed |= d->failed;
		*vec_push(&origin->docs) = d;
	}
	if (failed)
		keep_last_good(origin, old, n_old);
	/* New ones first, then the old leave: an object that moved within the file never goes. */
	settle_claims_of(s, origin);
	for (size_t i = 0; i < n_old; i++) {
		if (old[i])
			document_free(s, old[i]);
	}
	mem_free(old);
	settle_claims_of(s, origin);
}

static void origin_free(struct file_source *s, struct origin *o)
{
	vec_for_each (d, &o->docs)
		document_free(s, *d);
	vec_fini(&o->docs);
	mem_free(o->path);
	mem_free(o);
}

static void on_gone(void *arg, struct str path)
{
	struct file_source *s = arg;
	struct origin *o = map_del(&s->origins, path);

	if (o)
		origin_free(s, o);
}

static void on_failed(void *arg, struct str path, int err)
{
	struct file_source *s = arg;

	origin_get(s, path)->err = err;
}

/* --- problems ---------------------------------------------------------------------------- */

static void problem_add(struct file_source *s, struct str path, struct str text, bool ignored)
{
	*vec_push(&s->problems) = (struct file_problem){
		path, text, map_get(&s->problems_before, text) == NULL, ignored};
}

static void collect_duplicates(struct file_source *s)
{
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&s->claims, &at))) {
		struct claim *c = slot->value;
		const struct provided *winner;

		if (c->by.n < 2)
			continue;
		winner = claim_winner(c);
		AN(winner);
		vec_for_each (p, &c->by) {
			const struct object *o = (*p)->object, *w = winner->object;
			struct str kind = object_kind_name((enum object_kind)o->kind);

			if (*p == winner)
				continue;
			problem_add(s, str_from((*p)->origin->path),
				arena_printf(&s->problem_arena,
					"%s:%u:%u: %.*s %.*s%s%.*s: given twice: the one at %s:%u "
					"counts, this one is left out",
					(*p)->origin->path, o->line, o->column, STR_ARG(kind),
					STR_ARG(o->namespace), o->namespace.n ? "/" : "",
					STR_ARG(o->name), winner->origin->path, w->line),
				false);
		}
	}
}

static void collect_of(struct file_source *s, const struct origin *o)
{
	if (o->err)
		problem_add(s, str_from(o->path),
			arena_printf(&s->problem_arena,
				"%s: cannot be read: %s: what it said before stays in force",
				o->path, strerror(-o->err)),
			false);
	vec_for_each (d, &o->docs) {
		for (size_t i = 0; i < (*d)->problems.n; i++)
			problem_add(s, str_from(o->path),
				arena_printf(&s->problem_arena, "%s:%u%s", o->path,
					(*d)->line + (*d)->problem_lines.p[i], (*d)->problems.p[i]),
				(*d)->problem_ignored.p[i]);
	}
}

/* By path, then in the order of the file (a stable sort by path keeps that). */
static int problem_order(const void *a, const void *b)
{
	const struct file_problem *x = a, *y = b;
	int order = str_cmp(x->path, y->path);

	return order ? order : (x > y) - (x < y);
}

static void remember_problems(struct file_source *s)
{
	struct arena swap = s->before_arena;

	map_fini(&s->problems_before);
	vec_for_each (p, &s->problems)
		map_put(&s->problems_before, p->text, s); /* a set: any value will do */
	s->before_arena = s->problem_arena;
	s->problem_arena = swap;
	arena_reset(&s->problem_arena);
}

static void on_settled(void *arg)
{
	struct file_source *s = arg;
	const struct map_slot *slot;
	size_t at = 0;

	remember_problems(s);
	vec_reset(&s->problems);
	while ((slot = map_next(&s->origins, &at)))
		collect_of(s, slot->value);
	collect_duplicates(s);
	if (s->problems.n)
		qsort(s->problems.p, s->problems.n, sizeof(s->problems.p[0]), problem_order);
	s->settled(s->arg);
}

const struct file_problem *file_source_problems(const struct file_source *s, size_t *ret_n)
{
	*ret_n = s->problems.n;
	return s->problems.p;
}

uint64_t file_source_digest(const struct file_source *s)
{
	const struct map_slot *slot;
	uint64_t sum = 0;
	size_t at = 0;

	/* A sum, since the map has no order. */
	while ((slot = map_next(&s->origins, &at))) {
		const struct origin *o = slot->value;

		sum += hash_mix(hash_bytes(&digest_key, slot->key.p, slot->key.n), o->hash);
	}
	return sum;
}

/* --- life -------------------------------------------------------------------------------- */

static const struct files_ops files_ops = {on_text, on_gone, on_failed, on_settled};

int file_source_new(struct loop *l, const struct str *roots, size_t n, struct store *store,
	file_source_settled_f *settled, void *arg, struct file_source **ret_source)
{
	struct file_source *s = MEM_NEW(struct file_source);
	int rc;

	s->store = store;
	s->settled = settled;
	s->arg = arg;
	arena_init(&s->problem_arena, 0);
	arena_init(&s->before_arena, 0);
	s->decoder = decoder_new((struct decode_options){0});
	rc = files_new(l, roots, n, &files_ops, s, &s->files);
	if (rc < 0) {
		file_source_free(s);
		return rc;
	}
	*ret_source = s;
	return 0;
}

void file_source_read(struct file_source *s)
{
	files_read(s->files);
}

void file_source_free(struct file_source *s)
{
	const struct map_slot *slot;
	size_t at = 0;

	if (!s)
		return;
	files_free(s->files);
	while ((slot = map_next(&s->origins, &at)))
		origin_free(s, slot->value);
	map_fini(&s->origins);
	map_fini(&s->claims);
	map_fini(&s->problems_before);
	vec_fini(&s->problems);
	arena_fini(&s->problem_arena);
	arena_fini(&s->before_arena);
	decoder_free(s->decoder);
	mem_free(s);
}
