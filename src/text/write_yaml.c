/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Block style, as kubectl prints.  A string is written plain where every reader takes it for that
 * string, as a literal block where it has lines, else in quotes: single ones where the text only
 * needs them, double ones where it reads as another kind or holds what must be escaped.
 */
#include "base/utf8.h"
#include "text/write_priv.h"

#define STEP 2 /* columns of a level */

enum string_form { FORM_PLAIN, FORM_SINGLE, FORM_DOUBLE, FORM_LITERAL };

static void pad(struct buf *out, int columns)
{
	while (columns-- > 0)
		buf_addc(out, ' ');
}

/* The character at the beginning of <s> (<n> bytes of UTF-8; 0: ill-formed) can only be written as
 * an escape: controls, what YAML 1.1 takes for line breaks, the byte order mark. */
static bool needs_escape(struct str s, size_t n)
{
	static const struct str breaks[] = {
		{"\xe2\x80\xa8", 3},
		{"\xe2\x80\xa9", 3},
		{"\xef\xbb\xbf", 3},
		{"\xef\xbf\xbe", 3},
		{"\xef\xbf\xbf", 3},
	};
	unsigned char c = (unsigned char)s.p[0];

	if (n == 0)
		return true;
	if (n == 1)
		return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
	if (c == 0xc2 && (unsigned char)s.p[1] < 0xa0)
		return true; /* U+0080 to U+009F */
	for (size_t i = 0; i < ARRAY_LEN(breaks); i++)
		if (str_starts(s, breaks[i]))
			return true;
	return false;
}

static bool any_needs_escape(struct str s)
{
	while (s.n) {
		size_t n = utf8_len(s);

		if (needs_escape(s, n))
			return true;
		s = str_skip(s, n);
	}
	return false;
}

/* The structure characters around which plain text breaks off. */
static bool plain_breaks(struct str s)
{
	static const char first[] = ",[]{}#&*!|>'\"%@`";
	char c = s.p[0];

	if (strchr(first, c) || c == ' ' || s.p[s.n - 1] == ' ')
		return true;
	if ((c == '-' || c == '?' || c == ':') && (s.n == 1 || s.p[1] == ' '))
		return true;
	if (str_starts(s, STR("---")) || str_starts(s, STR("...")))
		return true;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\t')
			return true;
		if (s.p[i] == ':' && (i + 1 == s.n || s.p[i + 1] == ' '))
			return true;
		if (s.p[i] == '#' && i && s.p[i - 1] == ' ')
			return true;
	}
	return false;
}

/* A literal block shows <s> as it is; its first line may not begin with a blank, from which its
 * indentation is read. */
static bool fits_literal(struct str s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] == '\n')
		i++;
	return i < s.n && s.p[i] != ' ' && s.p[i] != '\t';
}

static enum string_form form_of(struct str s, bool may_block)
{
	if (s.n == 0 || any_needs_escape(s))
		return FORM_DOUBLE;
	if (str_find(s, '\n') < s.n)
		return may_block && fits_literal(s) ? FORM_LITERAL : FORM_DOUBLE;
	if (yaml_reads_otherwise(s))
		return FORM_DOUBLE;
	return plain_breaks(s) ? FORM_SINGLE : FORM_PLAIN;
}

static void write_single(struct buf *out, struct str s)
{
	buf_addc(out, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\'')
			buf_addc(out, '\'');
		buf_addc(out, s.p[i]);
	}
	buf_addc(out, '\'');
}

static uint32_t code_point(struct str s, size_t n)
{
	uint32_t c = (unsigned char)s.p[0] & (n == 2 ? 0x1fu : n == 3 ? 0x0fu : 0x07u);

	for (size_t i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)s.p[i] & 0x3fu);
	return c;
}

/* JSON's escapes are YAML's too. */
static void write_double(struct buf *out, struct str s)
{
	buf_addc(out, '"');
	while (s.n) {
		size_t n = utf8_len(s);

		if (n == 0) {
			buf_add(out, STR("\xef\xbf\xbd"));
		} else if (s.p[0] == '"' || s.p[0] == '\\') {
			buf_printf(out, "\\%c", s.p[0]);
		} else if (s.p[0] == '\n') {
			buf_add(out, STR("\\n"));
		} else if (s.p[0] == '\t') {
			buf_add(out, STR("\\t"));
		} else if (needs_escape(s, n)) {
			buf_printf(out, "\\u%04x",
				n == 1 ? (unsigned)(unsigned char)s.p[0] : code_point(s, n));
		} else {
			buf_add(out, str_take(s, n));
		}
		s = str_skip(s, MAX(n, (size_t)1));
	}
	buf_addc(out, '"');
}

static void write_literal(struct buf *out, struct str s, int indent)
{
	bool ends = s.p[s.n - 1] == '\n';

	buf_addc(out, '|');
	if (!ends)
		buf_addc(out, '-');
	else if (s.n > 1 && s.p[s.n - 2] == '\n')
		buf_addc(out, '+');
	while (s.n) {
		struct str line = str_cut(&s, '\n');

		buf_addc(out, '\n');
		if (line.n)
			pad(out, indent);
		buf_add(out, line);
	}
}

/* <indent>: of the lines below, should it have some. */
static void write_string(struct buf *out, struct str s, int indent, bool may_block)
{
	switch (form_of(s, may_block)) {
	case FORM_PLAIN:
		buf_add(out, s);
		break;
	case FORM_SINGLE:
		write_single(out, s);
		break;
	case FORM_DOUBLE:
		write_double(out, s);
		break;
	case FORM_LITERAL:
		write_literal(out, s, indent);
		break;
	}
}

/* What stands on one line, or is a literal block. */
static void write_leaf(struct buf *out, const struct value *v, int indent)
{
	if (v->kind == VALUE_STRING)
		write_string(out, v->string, indent, true);
	else
		text_write_json(out, v, TEXT_COMPACT); /* empty collections too: [] and {} */
}

static bool is_block(const struct value *v)
{
	return v->kind >= VALUE_ARRAY && v->n;
}

static void write_block(struct buf *out, const struct value *v, int indent);

static void write_item(struct buf *out, const struct value *v, int indent)
{
	buf_add(out, STR("- "));
	if (is_block(v)) {
		write_block(out, v, indent + STEP);
		return;
	}
	write_leaf(out, v, indent + STEP);
	buf_addc(out, '\n');
}

static void write_member(struct buf *out, const struct member *m, int indent)
{
	int below = m->value.kind == VALUE_ARRAY ? indent : indent + STEP;

	write_string(out, m->key, 0, false);
	buf_addc(out, ':');
	if (is_block(&m->value)) {
		buf_addc(out, '\n');
		pad(out, below);
		write_block(out, &m->value, below);
		return;
	}
	buf_addc(out, ' ');
	write_leaf(out, &m->value, below);
	buf_addc(out, '\n');
}

/* The collection <v>, not empty; its first line is already indented. */
static void write_block(struct buf *out, const struct value *v, int indent)
{
	for (uint32_t i = 0; i < v->n; i++) {
		if (i)
			pad(out, indent);
		if (v->kind == VALUE_ARRAY)
			write_item(out, &v->items[i], indent);
		else
			write_member(out, &v->members[i], indent);
	}
}

void text_write_yaml(struct buf *out, const struct value *v)
{
	if (is_block(v)) {
		write_block(out, v, 0);
		return;
	}
	write_leaf(out, v, STEP);
	buf_addc(out, '\n');
}
