/* SPDX-License-Identifier: Apache-2.0 */
/* Bursts of changes: gathered, named, used or set aside. */
#include "base/mem.h"
#include "source/file_source_priv.h"

/* --- a burst of changes ------------------------------------------------------------------- */

static void origin_forget_next(struct origin *o)
{
	mem_free(o->next);
	o->next = NULL;
	o->waiting = o->gone = false;
	list_del(&o->pending);
}

static void on_text(void *arg, struct str path, struct str text)
{
	struct file_source *s = arg;
	struct origin *o = origin_get(s, path);

	origin_forget_next(o);
	o->err = 0;
	o->next_hash = digest_hash(text);
	if (!o->docs.n || o->next_hash != o->hash) {
		o->waiting = true;
		o->next = mem_strdup(text);
		o->next_n = text.n;
		list_add_tail(&s->pending, &o->pending);
	}
	origin_judge(s, o);
}

static void on_gone(void *arg, struct str path)
{
	struct file_source *s = arg;
	struct origin *o = map_get(&s->origins, path);

	if (!o)
		return;
	origin_forget_next(o);
	o->waiting = o->gone = true;
	list_add_tail(&s->pending, &o->pending);
	origin_judge(s, o);
}

static void on_failed(void *arg, struct str path, int err)
{
	struct file_source *s = arg;
	struct origin *o = origin_get(s, path);

	o->err = err;
	o->failed_now = true;
	origin_judge(s, o);
}

/* A sum, since files have no order; what never could be read says nothing. */
static uint64_t next_digest(const struct file_source *s)
{
	uint64_t sum = s->sum;

	list_for_each (it, &s->pending) {
		const struct origin *o = container_of(it, struct origin, pending);

		sum -= o->share;
		if (!o->gone)
			sum += origin_share(o, o->next_hash);
	}
	return sum;
}

static void use_waiting(struct file_source *s)
{
	struct list gone;
	struct list *it;

	list_init(&gone);
	while ((it = list_pop(&s->pending))) {
		struct origin *o = container_of(it, struct origin, pending);

		if (o->gone) {
			list_add_tail(&gone, &o->pending);
			continue;
		}
		origin_use(s, o, str_of(o->next, o->next_n));
		origin_forget_next(o);
		origin_judge(s, o);
	}
	/* Last: an object that moved from one file to another never goes. */
	while ((it = list_pop(&gone))) {
		struct origin *o = container_of(it, struct origin, pending);

		map_del(&s->origins, str_from(o->path));
		origin_free(s, o);
	}
}

/* What was not told as failed at this look can be read again. */
static void errors_settle(struct file_source *s)
{
	list_for_each_safe (it, &s->wrong) {
		struct origin *o = container_of(it, struct origin, wrong);

		if (!o->failed_now)
			o->err = 0;
		o->failed_now = false;
		origin_judge(s, o);
	}
}

static void on_settled(void *arg)
{
	struct file_source *s = arg;
	uint64_t digest = next_digest(s);

	if (!s->ops->use || s->ops->use(s->arg, digest)) {
		use_waiting(s);
		s->digest = digest;
	}
	errors_settle(s);
	problems_collect(s);
	s->ops->settled(s->arg);
}

/* --- what is remembered -------------------------------------------------------------------- */

void file_source_assume(struct file_source *s, struct str path, struct str text)
{
	struct origin *o = origin_get(s, path);

	files_assume(s->files, path);
	origin_use(s, o, text);
	origin_judge(s, o);
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
		if (!(*d)->kept && (*d)->gives)
			text_write((*d)->text, number, out);
	}
	vec_for_each (d, &o->docs) {
		for (const struct provided *p = (*d)->kept ? (*d)->gives : NULL; p; p = p->next)
			text_write(p->text, number, out);
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
	size_t n = 0;

	list_for_each (it, &s->wrong) {
		const struct origin *o = container_of(it, struct origin, wrong);
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

	for (unsigned k = 0; k < KIND_MAX; k++)
		s->given[k].key = given_key;
	s->store = store;
	s->keep_texts = keep_texts;
	s->ops = ops;
	s->arg = arg;
	list_init(&s->pending);
	list_init(&s->wrong);
	list_init(&s->contests);
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
	AN(list_empty(&s->contests)); /* they went with those who gave */
	for (size_t k = 0; k < KIND_MAX; k++)
		set_fini(&s->given[k]);
	map_fini(&s->problems_before);
	vec_fini(&s->problems);
	arena_fini(&s->problem_arena);
	arena_fini(&s->before_arena);
	decoder_free(s->decoder);
	mem_free(s);
}
