/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/utf8.h"
#include "text/tree_priv.h"

#define PAIRWISE_KEYS 16 /* up to here comparing all pairs is cheaper than a map */

/* A message quotes the text, which may hold anything and was cut somewhere: keep it one line of
 * UTF-8. */
static void clean(char *what)
{
	struct str s = str_from(what);

	while (s.n) {
		size_t n = utf8_len(s);

		if (n == 0 || (unsigned char)s.p[0] < 0x20 || s.p[0] == 0x7f)
			what[s.p - what] = '?';
		s = str_skip(s, MAX(n, (size_t)1));
	}
}

int tree_fail(struct tree *t, int code, uint32_t line, uint32_t column, const char *fmt, ...)
{
	va_list ap;

	if (t->err) {
		t->err->line = line;
		t->err->column = column;
		va_start(ap, fmt);
		vsnprintf(t->err->what, sizeof(t->err->what), fmt, ap);
		va_end(ap);
		clean(t->err->what);
	}
	return code;
}

/* Report what is wrong <offset> bytes into the text, counting lines up to there. */
static int fail_offset(struct tree *t, struct str text, size_t offset, const char *what)
{
	for (size_t i = 0; i < offset; i++) {
		if (text.p[i] == '\n') {
			t->line++;
			t->line_start = text.p + i + 1;
		}
	}
	return tree_fail_at(t, text.p + offset, "%s", what);
}

int tree_init(
	struct tree *t, struct arena *a, struct str text, uint32_t line, struct text_error *err)
{
	size_t good;

	if (text.n == 0)
		text = STR("");
	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_skip(text, 3);
	*t = (struct tree){.arena = a, .err = err, .line = line};
	t->at = t->line_start = text.p;
	t->end = text.p + text.n;
	if (text.n > TEXT_MAX_DOCUMENT)
		return tree_fail(t, -E2BIG, line, 1,
			"the document has %zu bytes, at most %u are read", text.n,
			TEXT_MAX_DOCUMENT);
	good = str_find(text, '\0');
	if (good < text.n)
		return fail_offset(t, text, good, "a NUL byte has no place in a text");
	good = utf8_valid(text);
	if (good < text.n)
		return fail_offset(t, text, good, "this byte is not UTF-8");
	return 0;
}

void tree_fini(struct tree *t)
{
	vec_fini(&t->stack);
}

int tree_enter(struct tree *t, const char *p)
{
	if (++t->depth > TEXT_MAX_DEPTH)
		return tree_fail(t, -E2BIG, t->line, tree_column(t, p),
			"nested more than %d levels deep", TEXT_MAX_DEPTH);
	return 0;
}

int tree_count(struct tree *t)
{
	if (++t->nodes > TEXT_MAX_NODES)
		return tree_fail(t, -E2BIG, t->line, tree_column(t, t->at),
			"more than %u values in one document", TEXT_MAX_NODES);
	return 0;
}

void tree_leave_array(struct tree *t, size_t mark, struct value *v)
{
	size_t n = t->stack.n - mark;

	v->kind = VALUE_ARRAY;
	v->n = v->items_cap = (uint32_t)n;
	v->items = n ? arena_alloc(t->arena, n * sizeof(*v->items)) : NULL;
	for (size_t i = 0; i < n; i++)
		v->items[i] = t->stack.p[mark + i].value;
	t->stack.n = mark;
	t->depth--;
}

static int fail_twice(struct tree *t, const struct member *first, const struct member *again)
{
	return tree_fail(t, -EINVAL, again->line, again->column,
		"key \"%.*s\" stands twice, first at line %u, column %u",
		(int)MIN(again->key.n, (size_t)80), again->key.p, first->line, first->column);
}

static int distinct_by_pairs(struct tree *t, const struct value *v)
{
	for (uint32_t i = 1; i < v->n; i++)
		for (uint32_t k = 0; k < i; k++)
			if (str_eq(v->members[i].key, v->members[k].key))
				return fail_twice(t, &v->members[k], &v->members[i]);
	return 0;
}

static int distinct_by_map(struct tree *t, const struct value *v)
{
	struct map seen = {0};
	int rc = 0;

	for (uint32_t i = 0; i < v->n && !rc; i++) {
		const struct member *first = map_put(&seen, v->members[i].key, &v->members[i]);

		if (first)
			rc = fail_twice(t, first, &v->members[i]);
	}
	map_fini(&seen);
	return rc;
}

int tree_leave_object(struct tree *t, size_t mark, struct value *v)
{
	size_t n = t->stack.n - mark;

	v->kind = VALUE_OBJECT;
	v->n = v->members_cap = (uint32_t)n;
	v->members = n ? arena_alloc(t->arena, n * sizeof(*v->members)) : NULL;
	if (n)
		memcpy(v->members, t->stack.p + mark, n * sizeof(*v->members));
	t->stack.n = mark;
	t->depth--;
	return n <= PAIRWISE_KEYS ? distinct_by_pairs(t, v) : distinct_by_map(t, v);
}

const char *tree_show(const struct tree *t, const char *p, char room[static 24])
{
	unsigned char c;

	if (p >= t->end)
		return "the end";
	c = (unsigned char)*p;
	if (c == '\n' || c == '\r')
		return "the line's end";
	if (c == '\t')
		return "a tab";
	if (c < 0x20 || c == 0x7f)
		snprintf(room, 24, "control byte 0x%02x", c);
	else
		snprintf(room, 24, "'%.*s'", (int)utf8_len(str_of(p, (size_t)(t->end - p))), p);
	return room;
}

int32_t tree_hex(const char *p, unsigned digits)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < digits; i++) {
		char c = ascii_lower(p[i]);

		if (value >> 26)
			return -1;
		if (c >= '0' && c <= '9')
			value = value << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint32_t)(c - 'a' + 10);
		else
			return -1;
	}
	return (int32_t)value;
}

int tree_number(struct str text, struct value *ret_value)
{
	bool negative = text.p[0] == '-';
	uint64_t magnitude;
	double real;

	if (str_to_u64(str_skip(text, negative), (uint64_t)INT64_MAX + negative, &magnitude) == 0) {
		*ret_value = value_int((int64_t)(negative ? 0 - magnitude : magnitude));
		return 0;
	}
	/* The process never leaves the C locale, so '.' is the point. */
	real = strtod(text.p, NULL);
	if (!isfinite(real))
		return -ERANGE;
	*ret_value = value_float(real);
	return 0;
}
