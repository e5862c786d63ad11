/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 8259 by recursive descent; depth is bounded by tree_enter(). */
#include <errno.h>

#include "base/utf8.h"
#include "text/tree_priv.h"

static int parse_value(struct tree *t, struct value *v);

static void skip_space(struct tree *t)
{
	for (; t->at < t->end; t->at++) {
		if (*t->at == '\n') {
			t->line++;
			t->line_start = t->at + 1;
		} else if (*t->at != ' ' && *t->at != '\t' && *t->at != '\r') {
			return;
		}
	}
}

static bool next_is(const struct tree *t, char c)
{
	return t->at < t->end && *t->at == c;
}

static int fail_expected(struct tree *t, const char *what)
{
	char room[24];

	return tree_fail_at(t, t->at, "expected %s, found %s", what, tree_show(t, t->at, room));
}

/* \uXXXX behind its backslash; two of them where the first is a high surrogate. */
static int unescape_unicode(struct tree *t, const char **p, char **out)
{
	int32_t c = t->end - *p >= 5 ? tree_hex(*p + 1, 4) : -1;

	if (c < 0)
		return tree_fail_at(t, *p - 1, "\\u needs four hexadecimal digits");
	*p += 5;
	if (c >= 0xd800 && c <= 0xdbff) {
		int32_t low = -1;

		if (t->end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u')
			low = tree_hex(*p + 2, 4);
		if (low < 0xdc00 || low > 0xdfff)
			return tree_fail_at(t, *p - 6, "half of a surrogate pair");
		*p += 6;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	} else if (c >= 0xdc00 && c <= 0xdfff) {
		return tree_fail_at(t, *p - 6, "half of a surrogate pair");
	}
	*out += utf8_put(*out, (uint32_t)c);
	return 0;
}

static int unescape(struct tree *t, const char **p, char **out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;

	++*p; /* the backslash; behind it stands at least the closing quote */
	if (**p == 'u')
		return unescape_unicode(t, p, out);
	at = memchr(from, **p, sizeof(from) - 1);
	if (!at) {
		char room[24];

		return tree_fail_at(
			t, *p - 1, "no such escape: backslash and %s", tree_show(t, *p, room));
	}
	*(*out)++ = to[at - from];
	++*p;
	return 0;
}

/* [from, to) holds escapes: copy it without them.  The result is never longer. */
static int copy_unescaped(struct tree *t, const char *from, const char *to, struct str *ret)
{
	char *text = arena_bytes(t->arena, (size_t)(to - from) + UTF8_MAX + 1), *out = text;

	while (from < to) {
		int rc;

		if (*from != '\\') {
			*out++ = *from++;
			continue;
		}
		rc = unescape(t, &from, &out);
		if (rc)
			return rc;
	}
	*out = '\0';
	*ret = str_of(text, (size_t)(out - text));
	return 0;
}

/* At the opening quote. */
static int parse_string(struct tree *t, struct str *ret)
{
	const char *from = t->at + 1, *p = from;
	bool escapes = false;
	int rc = 0;

	for (; p < t->end && *p != '"'; p++) {
		char room[24];

		if ((unsigned char)*p < 0x20)
			return tree_fail_at(
				t, p, "a string holds %s; write an escape", tree_show(t, p, room));
		if (*p == '\\') {
			escapes = true;
			if (++p == t->end)
				break;
		}
	}
	if (p >= t->end)
		return tree_fail_at(t, t->at, "this string has no closing quote");
	if (escapes)
		rc = copy_unescaped(t, from, p, ret);
	else
		*ret = arena_str(t->arena, str_of(from, (size_t)(p - from)));
	t->at = p + 1;
	return rc;
}

static const char *skip_digits(const struct tree *t, const char *p)
{
	while (p < t->end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

/* number = [ "-" ] int [ frac ] [ exp ], RFC 8259 section 6; NULL where it breaks. */
static const char *number_end(struct tree *t)
{
	const char *p = t->at + (*t->at == '-'), *digits = p;

	p = skip_digits(t, p);
	if (p == digits || (*digits == '0' && p > digits + 1))
		return NULL;
	if (p < t->end && *p == '.') {
		digits = ++p;
		p = skip_digits(t, p);
		if (p == digits)
			return NULL;
	}
	if (p < t->end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < t->end && (*p == '+' || *p == '-'))
			p++;
		digits = p;
		p = skip_digits(t, p);
		if (p == digits)
			return NULL;
	}
	return p;
}

static int parse_number(struct tree *t, struct value *v)
{
	const char *p = number_end(t);
	struct value number;
	struct str text;
	char small[64];

	if (!p)
		return tree_fail_at(t, t->at, "this is not a number");
	text = str_of(t->at, (size_t)(p - t->at));
	if (text.n < sizeof(small)) {
		memcpy(small, text.p, text.n);
		small[text.n] = '\0';
		text.p = small;
	} else {
		text = arena_str(t->arena, text);
	}
	if (tree_number(text, &number))
		return tree_fail_at(t, t->at, "this number is too large");
	number.line = v->line;
	number.column = v->column;
	*v = number;
	t->at = p;
	return 0;
}

static int parse_word(struct tree *t, struct value *v)
{
	struct str rest = str_of(t->at, (size_t)(t->end - t->at));

	if (str_starts(rest, STR("true"))) {
		v->kind = VALUE_BOOL;
		v->boolean = true;
		t->at += 4;
	} else if (str_starts(rest, STR("false"))) {
		v->kind = VALUE_BOOL;
		t->at += 5;
	} else if (str_starts(rest, STR("null"))) {
		t->at += 4;
	} else {
		return fail_expected(t, "a value");
	}
	return 0;
}

/* Behind one item: true at a comma (skipped), false at <close> (skipped). */
static int more(struct tree *t, char close, const char *what)
{
	skip_space(t);
	if (next_is(t, ',')) {
		t->at++;
		skip_space(t);
		return true;
	}
	if (!next_is(t, close))
		return fail_expected(t, what);
	t->at++;
	return false;
}

static int parse_array(struct tree *t, struct value *v)
{
	size_t mark = t->stack.n;
	int rc = tree_enter(t, t->at++);

	if (rc)
		return rc;
	skip_space(t);
	if (next_is(t, ']')) {
		t->at++;
		tree_leave_array(t, mark, v);
		return 0;
	}
	do {
		struct member m = {0};

		rc = parse_value(t, &m.value);
		if (rc)
			return rc;
		*vec_push(&t->stack) = m;
		rc = more(t, ']', "',' or ']'");
	} while (rc > 0);
	if (rc == 0)
		tree_leave_array(t, mark, v);
	return rc;
}

static int parse_member(struct tree *t)
{
	struct member m = {.line = t->line, .column = tree_column(t, t->at)};
	int rc;

	if (!next_is(t, '"'))
		return fail_expected(t, "a key in quotes");
	rc = parse_string(t, &m.key);
	if (rc)
		return rc;
	skip_space(t);
	if (!next_is(t, ':'))
		return fail_expected(t, "':'");
	t->at++;
	skip_space(t);
	rc = parse_value(t, &m.value);
	if (rc == 0)
		*vec_push(&t->stack) = m;
	return rc;
}

static int parse_object(struct tree *t, struct value *v)
{
	size_t mark = t->stack.n;
	int rc = tree_enter(t, t->at++);

	if (rc)
		return rc;
	skip_space(t);
	if (next_is(t, '}')) {
		t->at++;
		return tree_leave_object(t, mark, v);
	}
	do {
		rc = parse_member(t);
		if (rc)
			return rc;
		rc = more(t, '}', "',' or '}'");
	} while (rc > 0);
	return rc == 0 ? tree_leave_object(t, mark, v) : rc;
}

/* At the value's first byte, blanks skipped. */
static int parse_value(struct tree *t, struct value *v)
{
	int rc = tree_count(t);

	if (rc)
		return rc;
	*v = (struct value){.line = t->line, .column = tree_column(t, t->at)};
	if (next_is(t, '{'))
		return parse_object(t, v);
	if (next_is(t, '['))
		return parse_array(t, v);
	if (next_is(t, '"')) {
		v->kind = VALUE_STRING;
		return parse_string(t, &v->string);
	}
	if (t->at < t->end && (*t->at == '-' || (*t->at >= '0' && *t->at <= '9')))
		return parse_number(t, v);
	return parse_word(t, v);
}

int text_parse_json(
	struct arena *a, struct str text, struct value *ret_value, struct text_error *err)
{
	struct value v;
	struct tree t;
	int rc = tree_init(&t, a, text, 1, err);

	if (rc)
		return rc;
	skip_space(&t);
	rc = parse_value(&t, &v);
	if (rc == 0) {
		skip_space(&t);
		if (t.at < t.end)
			rc = fail_expected(&t, "nothing behind the value");
	}
	tree_fini(&t);
	if (rc == 0)
		*ret_value = v;
	return rc;
}
