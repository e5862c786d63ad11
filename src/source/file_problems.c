/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with files, told in their order. */
#include <stdlib.h>

#include "source/file_source_priv.h"

static struct file_problem *problem_add(struct file_source *s, struct str path, struct str text)
{
	struct file_problem *p = vec_push(&s->problems);

	*p = (struct file_problem){.path = path,
		.text = text,
		.nth = (uint32_t)s->problems.n,
		.fresh = map_get(&s->problems_before, text) == NULL};
	return p;
}

static void duplicate_tell(
	struct file_source *s, const struct provided *p, const struct provided *first)
{
	const struct object *o = p->object, *w = first->object;

	problem_add(s, str_from(p->origin->path),
		arena_printf(&s->problem_arena,
			"%s:%u:%u: %.*s %.*s%s%.*s: given twice: the one at %s:%u counts, this one "
			"is left out",
			p->origin->path, o->line, o->column, STR_ARG(object_kind_name(o->kind)),
			STR_ARG(o->namespace), o->namespace.n ? "/" : "", STR_ARG(o->name),
			first->origin->path, w->line));
}

static void collect_duplicates(struct file_source *s)
{
	list_for_each (it, &s->contests) {
		const struct contest *c = container_of(it, struct contest, link);
		const struct provided *first = given_first(s, c->kind, c->key);

		AN(first);
		for (const struct provided *p = first->rival; p; p = p->rival)
			duplicate_tell(s, p, first);
	}
}

static size_t given_count(const struct document *d)
{
	size_t n = 0;

	for (const struct provided *p = d->gives; p; p = p->next)
		n++;
	return n;
}

static void collect_document(
	struct file_source *s, const struct origin *o, const struct document *d)
{
	if (d->kept)
		problem_add(s, str_from(o->path),
			arena_printf(&s->problem_arena,
				"%s: cannot be read whole: %zu objects stay as they were before",
				o->path, given_count(d)));
	for (const struct doc_problem *x = d->problems; x; x = x->next) {
		struct file_problem *p = problem_add(s, str_from(o->path),
			arena_printf(
				&s->problem_arena, "%s:%u%s", o->path, d->line + x->line, x->text));

		p->ignored = x->ignored;
		if (p->ignored) /* ":column: kind: ignored" */
			p->kind = str_from(strchr(x->text + 1, ':'));
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
	vec_for_each (d, &o->docs)
		collect_document(s, o, *d);
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

void origin_judge(struct file_source *s, struct origin *o)
{
	bool wrong = o->err || o->waiting || o->troubled;

	if (!wrong)
		list_del(&o->wrong);
	else if (!list_linked(&o->wrong))
		list_add_tail(&s->wrong, &o->wrong);
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

void problems_collect(struct file_source *s)
{
	remember_problems(s);
	vec_reset(&s->problems);
	list_for_each (it, &s->wrong)
		collect_of(s, container_of(it, struct origin, wrong));
	collect_duplicates(s);
	if (s->problems.n)
		qsort(s->problems.p, s->problems.n, sizeof(s->problems.p[0]), problem_order);
	ignored_once(s);
}
