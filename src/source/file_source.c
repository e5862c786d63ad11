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

/* A document's text, kept for last-known-good by the document and all that it gives. */
struct kept_text {
	unsigned refs;
	unsigned written; /* number of the file_source_write() that wrote it */
	size_t n;
	char bytes[];
};

/* One object as one document gives it. */
struct provided {
	const struct object *object; /* one reference */
	struct origin *origin;
	struct claim *claim;
	struct kept_text *text; /* or NULL */
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
	bool kept; /* holds what a text that cannot be read gave before */
	struct kept_text *text; /* or NULL */
	VEC(struct provided *) gives;
	VEC(char *) problems; /* without "path:line": that moves */
	VEC(uint32_t) problem_lines; /* relative to the document's first line */
	VEC(bool) problem_ignored;
};

/* One file. */
struct origin {
	char *path;
	uint64_t hash; /* of its whole text */
	int err; /* it cannot be read, at the last look */
	bool failed_now; /* at the look that goes on */
	bool troubled; /* some document has a problem, or stays though it is not there any more */
	/* What a burst brought, until it is known whether it is used. */
	bool waiting;
	bool gone;
	char *next; /* text */
	size_t next_n;
	uint64_t next_hash;
	VEC(struct document *) docs;
};

struct file_source {
	struct files *files;
	struct store *store;
	struct decoder *decoder;
	const struct file_source_ops *ops;
	void *arg;
	bool keep_texts;
	bool set_aside; /* what waits in origins is not used */
	unsigned writes;
	uint64_t digest; /* of what is in force */
	struct map origins; /* path → struct origin */
	struct map claims; /* kind and key → struct claim */
	struct map contested; /* those claims that more than one document gives */
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

static struct provided *provide(
	struct file_source *s, struct origin *origin, struct document *d, const struct object *o)
{
	struct provided *p = MEM_NEW(struct provided);
	struct arena scratch;
	struct str key;

	arena_init(&scratch, 512);
	key = claim_key(&scratch, o);
	p->object = o;
	p->origin = origin;
	p->text = kept_text_ref(d->text);
	p->claim = map_get(&s->claims, key);
	if (!p->claim) {
		p->claim = MEM_NEW(struct claim);
		p->claim->key = mem_strdup(key);
		map_put(&s->claims, str_from(p->claim->key), p->claim);
	}
	*vec_push(&p->claim->by) = p;
	if (p->claim->by.n == 2)
		map_put(&s->contested, str_from(p->claim->key), p->claim);
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
	if (c->by.n == 1)
		map_del(&s->contested, str_from(c->key));
	claim_settle(s, c);
	if (c->by.n == 0) {
		map_del(&s->claims, str_from(c->key));
		vec_fini(&c->by);
		mem_free(c->key);
		mem_free(c);
	}
	object_unref(p->object);
	kept_text_unref(p->text);
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
		*vec_push(&d->gives) = provide(s, origin, d, o);
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
	struct document **at = r->next < r->n ? &r->old[r->next] : NULL, *d;

	if (!at || !document_is(*at, hash, size)) {
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
			kept->failed = kept->kept = true; /* never reused as a whole */
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

static struct document *document_take(struct file_source *s, struct origin *origin,
	struct reuse *reuse, const struct text_document *doc)
{
	uint64_t hash = hash_str(doc->text);
	struct document *d = document_reuse(reuse, hash, doc->text.n);

	if (d) {
		/* Objects say where they stand: move them with their document. */
		vec_for_each (p, &d->gives)
			object_relocate((*p)->object, (*p)->object->line - d->line + doc->line);
		d->line = doc->line;
		return d;
	}
	d = MEM_NEW(struct document);
	d->hash = hash;
	d->size = doc->text.n;
	d->line = doc->line;
	if (s->keep_texts)
		d->text = kept_text_new(doc->text);
	document_decode(s, origin, d, doc->text);
	return d;
}

/* The file's text is <text> from now on. */
static void origin_use(struct file_source *s, struct origin *origin, struct str text)
{
	struct reuse reuse = {.old = origin->docs.p, .n = origin->docs.n};
	struct text_documents stream = {text, 1};
	struct text_document doc;
	bool failed = false;

	origin->hash = hash_bytes(&digest_key, text.p, text.n);
	origin->troubled = false;
	origin->docs.p = NULL;
	origin->docs.n = origin->docs.cap = 0;
	while (text_split_documents(&stream, &doc)) {
		struct document *d = document_take(s, origin, &reuse, &doc);

		failed |= d->failed;
		origin->troubled |= d->failed || d->problems.n > 0;
		*vec_push(&origin->docs) = d;
	}
	map_fini(&reuse.by_hash);
	if (failed)
		keep_last_good(origin, reuse.old, reuse.n);
	/* New ones first, then the old leave: an object that moved within the file never goes. */
	settle_claims_of(s, origin);
	for (size_t i = 0; i < reuse.n; i++) {
		if (reuse.old[i])
			document_free(s, reuse.old[i]);
	}
	mem_free(reuse.old);
	settle_claims_of(s, origin);
}

static void origin_forget_next(struct origin *o)
{
	mem_free(o->next);
	o->next = NULL;
	o->waiting = o->gone = false;
}

static void origin_free(struct file_source *s, struct origin *o)
{
	vec_for_each (d, &o->docs)
		document_free(s, *d);
	vec_fini(&o->docs);
	mem_free(o->next);
	mem_free(o->path);
	mem_free(o);
}

/* --- a burst of changes: gathered, named, used or set aside ------------------------------- */

static void on_text(void *arg, struct str path, struct str text)
{
	struct file_source *s = arg;
	struct origin *o = origin_get(s, path);

	origin_forget_next(o);
	o->err = 0;
	o->next_hash = hash_bytes(&digest_key, text.p, text.n);
	if (o->docs.n && o->next_hash == o->hash)
		return;
	o->waiting = true;
	o->next = mem_strdup(text);
	o->next_n = text.n;
}

static void on_gone(void *arg, struct str path)
{
	struct file_source *s = arg;
	struct origin *o = map_get(&s->origins, path);

	if (!o)
		return;
	origin_forget_next(o);
	o->waiting = o->gone = true;
}

static void on_failed(void *arg, struct str path, int err)
{
	struct file_source *s = arg;

	struct origin *o = origin_get(s, path);

	o->err = err;
	o->failed_now = true;
}

static uint64_t next_digest(const struct file_source *s)
{
	const struct map_slot *slot;
	uint64_t sum = 0;
	size_t at = 0;

	/* A sum, since the map has no order. */
	while ((slot = map_next(&s->origins, &at))) {
		const struct origin *o = slot->value;

		/* What never could be read says nothing. */
		if (!o->gone && (o->waiting || o->hash || o->docs.n))
			sum += hash_mix(hash_bytes(&digest_key, slot->key.p, slot->key.n),
				o->waiting ? o->next_hash : o->hash);
	}
	return sum;
}

static void use_waiting(struct file_source *s)
{
	VEC(struct origin *) gone = {0};
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&s->origins, &at))) {
		struct origin *o = slot->value;

		if (o->gone)
			*vec_push(&gone) = o;
		else if (o->waiting)
			origin_use(s, o, str_of(o->next, o->next_n));
		if (!o->gone)
			origin_forget_next(o);
	}
	/* Last: an object that moved from one file to another never goes. */
	vec_for_each (o, &gone) {
		map_del(&s->origins, str_from((*o)->path));
		origin_free(s, *o);
	}
	vec_fini(&gone);
}

void file_source_assume(struct file_source *s, struct str path, struct str text)
{
	files_assume(s->files, path);
	origin_use(s, origin_get(s, path), text);
}

void file_source_assumed(struct file_source *s, uint64_t digest)
{
	s->digest = digest;
}

static void text_write(struct kept_text *t, unsigned number, struct buf *out)
{
	struct str text;

	if (!t || t->written == number)
		return;
	t->written = number;
	text = str_of(t->bytes, t->n);
	if (out->n && !str_starts(text, STR("---")))
		buf_add(out, STR("---\n"));
	buf_add(out, text);
	if (text.n && text.p[text.n - 1] != '\n')
		buf_addc(out, '\n');
}

/* What can be read as it stands, then what is kept of what stood there before. */
static void origin_write(const struct origin *o, unsigned number, struct buf *out)
{
	vec_for_each (d, &o->docs) {
		if (!(*d)->kept && (*d)->gives.n)
			text_write((*d)->text, number, out);
	}
	vec_for_each (d, &o->docs) {
		for (size_t i = 0; (*d)->kept && i < (*d)->gives.n; i++)
			text_write((*d)->gives.p[i]->text, number, out);
	}
}

void file_source_texts(struct file_source *s, file_source_text_f *text, void *arg)
{
	const struct map_slot *slot;
	struct buf out = {0};
	size_t at = 0;

	AN(s->keep_texts);
	s->writes++;
	while ((slot = map_next(&s->origins, &at))) {
		buf_reset(&out);
		origin_write(slot->value, s->writes, &out);
		if (out.n)
			text(arg, slot->key, buf_str(&out));
	}
	buf_fini(&out);
}

/* --- problems ---------------------------------------------------------------------------- */

static struct file_problem *problem_add(struct file_source *s, struct str path, struct str text)
{
	struct file_problem *p = vec_push(&s->problems);

	*p = (struct file_problem){.path = path,
		.text = text,
		.nth = (uint32_t)s->problems.n,
		.fresh = map_get(&s->problems_before, text) == NULL};
	return p;
}

static void collect_duplicates(struct file_source *s)
{
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&s->contested, &at))) {
		struct claim *c = slot->value;
		const struct provided *winner = claim_winner(c);

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
					STR_ARG(o->name), winner->origin->path, w->line));
		}
	}
}

static void collect_of(struct file_source *s, const struct origin *o)
{
	if (o->err)
		problem_add(s, str_from(o->path),
			arena_printf(&s->problem_arena,
				"%s: cannot be read: %s: what it said before stays in force",
				o->path, strerror(-o->err)));
	if (o->waiting)
		problem_add(s, str_from(o->path),
			arena_printf(&s->problem_arena,
				"%s: set aside: the gateway crashed on this change: what was said "
				"before stays in force",
				o->path));
	if (!o->troubled)
		return;
	vec_for_each (d, &o->docs) {
		if ((*d)->kept)
			problem_add(s, str_from(o->path),
				arena_printf(&s->problem_arena,
					"%s: cannot be read whole: %zu objects stay as they were "
					"before",
					o->path, (*d)->gives.n));
		for (size_t i = 0; i < (*d)->problems.n; i++) {
			const char *what = (*d)->problems.p[i];
			struct file_problem *p = problem_add(s, str_from(o->path),
				arena_printf(&s->problem_arena, "%s:%u%s", o->path,
					(*d)->line + (*d)->problem_lines.p[i], what));

			p->ignored = (*d)->problem_ignored.p[i];
			if (p->ignored) /* ":column: kind: ignored" */
				p->kind = str_from(strchr(what + 1, ':'));
		}
	}
}

/* By path, then in the order of the file. */
static int problem_order(const void *a, const void *b)
{
	const struct file_problem *x = a, *y = b;
	int order = str_cmp(x->path, y->path);

	return order ? order : (x->nth > y->nth) - (x->nth < y->nth);
}

/* A kind that is none of ours is told where it comes first, and no more. */
static void ignored_once(struct file_source *s)
{
	struct map seen = {0};
	size_t kept = 0;

	vec_for_each (p, &s->problems) {
		if (p->ignored && map_get(&seen, p->kind))
			continue;
		if (p->ignored)
			map_put(&seen, p->kind, s); /* a set: any value will do */
		s->problems.p[kept++] = *p;
	}
	s->problems.n = kept;
	map_fini(&seen);
}

/* What was not told as failed at this look can be read again. */
static void errors_settle(struct origin *o)
{
	if (!o->failed_now)
		o->err = 0;
	o->failed_now = false;
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
	uint64_t digest = next_digest(s);

	s->set_aside = s->ops->use && !s->ops->use(s->arg, digest);
	if (!s->set_aside) {
		use_waiting(s);
		s->digest = digest;
	}
	remember_problems(s);
	vec_reset(&s->problems);
	while ((slot = map_next(&s->origins, &at))) {
		errors_settle(slot->value);
		collect_of(s, slot->value);
	}
	collect_duplicates(s);
	if (s->problems.n)
		qsort(s->problems.p, s->problems.n, sizeof(s->problems.p[0]), problem_order);
	ignored_once(s);
	s->ops->settled(s->arg);
}

const struct file_problem *file_source_problems(const struct file_source *s, size_t *ret_n)
{
	*ret_n = s->problems.n;
	return s->problems.p;
}

uint64_t file_source_digest(const struct file_source *s)
{
	return s->digest;
}

size_t file_source_stale(const struct file_source *s)
{
	const struct map_slot *slot;
	size_t at = 0, n = 0;

	while ((slot = map_next(&s->origins, &at))) {
		const struct origin *o = slot->value;
		bool stale = o->err || o->waiting;

		vec_for_each (d, &o->docs)
			stale |= (*d)->kept;
		n += stale;
	}
	return n;
}

/* --- life -------------------------------------------------------------------------------- */

static const struct files_ops files_ops = {on_text, on_gone, on_failed, on_settled};

int file_source_new(struct loop *l, const struct str *roots, size_t n, struct store *store,
	bool keep_texts, const struct file_source_ops *ops, void *arg,
	struct file_source **ret_source)
{
	struct file_source *s = MEM_NEW(struct file_source);
	int rc;

	s->store = store;
	s->keep_texts = keep_texts;
	s->ops = ops;
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
	map_fini(&s->contested);
	map_fini(&s->problems_before);
	vec_fini(&s->problems);
	arena_fini(&s->problem_arena);
	arena_fini(&s->before_arena);
	decoder_free(s->decoder);
	mem_free(s);
}
