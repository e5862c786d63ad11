/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scalars: plain, quoted and block (YAML 1.2 chapters 7.3 and 8.1), and what a plain one means: the
 * words and numbers of YAML 1.1 which kubectl's library resolves.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "text/write_priv.h"
#include "text/yaml_priv.h"

bool yaml_at_marker(const struct yaml *y)
{
	char c = yaml_peek(y, 0);

	return y->t.at == y->t.line_start && (c == '-' || c == '.') && yaml_peek(y, 1) == c &&
	       yaml_peek(y, 2) == c && is_space(yaml_peek(y, 3));
}

void yaml_newline(struct yaml *y)
{
	y->t.at += yaml_peek(y, 0) == '\r' && yaml_peek(y, 1) == '\n' ? 2 : 1;
	y->t.line++;
	y->t.line_start = y->t.at;
}

static void skip_blanks(struct yaml *y)
{
	while (is_blank(yaml_peek(y, 0)))
		y->t.at++;
}

static struct str scratch_text(struct yaml *y)
{
	return arena_str(y->t.arena, buf_str(&y->scratch));
}

/* Add what <breaks> line breaks between two lines of text fold to: one is a space, more are one
 * less. */
static void add_folded(struct buf *out, uint32_t breaks)
{
	if (breaks == 1)
		buf_addc(out, ' ');
	for (uint32_t i = 1; i < breaks; i++)
		buf_addc(out, '\n');
}

/* --- plain ------------------------------------------------------------------------------- */

static bool plain_ends(const struct yaml *y, const char *from)
{
	char c = yaml_peek(y, 0), next = yaml_peek(y, 1);

	if (is_eol(c))
		return true;
	if (c == ':')
		return is_space(next) || (y->flow && is_flow_indicator(next));
	if (c == '#')
		return y->t.at > from && is_blank(y->t.at[-1]);
	return y->flow && is_flow_indicator(c);
}

/* The rest of this line that belongs to the scalar, without blanks at its end. */
static struct str plain_line(struct yaml *y)
{
	const char *from = y->t.at, *last;

	while (!plain_ends(y, from))
		y->t.at++;
	last = y->t.at;
	while (last > from && is_blank(last[-1]))
		last--;
	y->t.at = last;
	return str_of(from, (size_t)(last - from));
}

/* Move to the scalar's next line; false (and not moved) when it has none. */
static bool plain_continues(struct yaml *y, int parent, uint32_t *ret_breaks)
{
	struct tree before = y->t;
	uint32_t breaks = 0;

	for (;;) {
		int indent = 0;

		skip_blanks(y);
		if (is_eol(yaml_peek(y, 0)) && y->t.at < y->t.end) {
			yaml_newline(y);
			breaks++;
			continue;
		}
		while (breaks && y->t.line_start + indent < y->t.at &&
			y->t.line_start[indent] == ' ')
			indent++;
		if (!breaks || y->t.at == y->t.end || yaml_at_marker(y) || yaml_peek(y, 0) == '#' ||
			(!y->flow && indent <= parent))
			break;
		if (plain_ends(y, y->t.at))
			break;
		*ret_breaks = breaks;
		return true;
	}
	y->t = before;
	return false;
}

static bool plain_may_start(const struct yaml *y)
{
	char c = yaml_peek(y, 0), next = yaml_peek(y, 1);

	if (c == '-' || c == '?' || c == ':')
		return !is_space(next) && !(y->flow && is_flow_indicator(next));
	return !strchr(",[]{}#&*!|>'\"%@`", c);
}

int yaml_plain(struct yaml *y, int parent, struct scalar *ret)
{
	uint32_t line = y->t.line, breaks;
	struct str first;
	char room[24];

	if (!plain_may_start(y))
		return tree_fail_at(&y->t, y->t.at, "a value cannot start with %s; quote it",
			tree_show(&y->t, y->t.at, room));
	first = plain_line(y);
	if (!plain_continues(y, parent, &breaks)) {
		*ret = (struct scalar){arena_str(y->t.arena, first), true, true};
		y->token_line = line;
		return 0;
	}
	buf_reset(&y->scratch);
	buf_add(&y->scratch, first);
	do {
		add_folded(&y->scratch, breaks);
		buf_add(&y->scratch, plain_line(y));
		y->token_line = y->t.line;
	} while (plain_continues(y, parent, &breaks));
	*ret = (struct scalar){scratch_text(y), true, false};
	return 0;
}

/* --- quoted ------------------------------------------------------------------------------ */

/* \x41, \u0041, \U00000041; a pair of \u surrogates as JSON writes it. */
static int unescape_code(struct yaml *y, unsigned digits)
{
	const char *start = y->t.at - 2;
	char utf8[UTF8_MAX];
	int32_t c = -1;

	if ((size_t)(y->t.end - y->t.at) >= digits)
		c = tree_hex(y->t.at, digits);
	if (c < 0)
		return tree_fail_at(
			&y->t, start, "this escape needs %u hexadecimal digits", digits);
	y->t.at += digits;
	if (digits == 4 && c >= 0xd800 && c <= 0xdbff && yaml_peek(y, 0) == '\\' &&
		yaml_peek(y, 1) == 'u' && y->t.end - y->t.at >= 6) {
		int32_t low = tree_hex(y->t.at + 2, 4);

		if (low >= 0xdc00 && low <= 0xdfff) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			y->t.at += 6;
		}
	}
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return tree_fail_at(&y->t, start, "this escape names no character");
	buf_add(&y->scratch, str_of(utf8, utf8_put(utf8, (uint32_t)c)));
	return 0;
}

/* Behind a backslash.  Its table is YAML 1.2 section 5.7. */
static int unescape(struct yaml *y)
{
	static const struct {
		char from;
		struct str to;
	} table[] = {
		{'0', {"\0", 1}}, {'a', {"\a", 1}}, {'b', {"\b", 1}}, {'t', {"\t", 1}},
		{'\t', {"\t", 1}}, {'n', {"\n", 1}}, {'v', {"\v", 1}}, {'f', {"\f", 1}},
		{'r', {"\r", 1}}, {'e', {"\x1b", 1}}, {' ', {" ", 1}}, {'"', {"\"", 1}},
		{'/', {"/", 1}}, {'\\', {"\\", 1}}, {'N', {"\xc2\x85", 2}}, {'_', {"\xc2\xa0", 2}},
		{'L', {"\xe2\x80\xa8", 3}}, {'P', {"\xe2\x80\xa9", 3}},
		{'\'', {"'", 1}}, /* not in YAML, but read by kubectl's library */
	};
	char c = yaml_peek(y, 0), room[24];

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (table[i].from == c) {
			buf_add(&y->scratch, table[i].to);
			y->t.at++;
			return 0;
		}
	}
	if (c != 'x' && c != 'u' && c != 'U')
		return tree_fail_at(&y->t, y->t.at - 1, "no such escape: backslash and %s",
			tree_show(&y->t, y->t.at, room));
	y->t.at++;
	return unescape_code(y, c == 'x' ? 2 : c == 'u' ? 4 : 8);
}

/* At a break within quotes: fold it, with the blanks around it.  <kept>: length of the text that
 * blanks may not be taken from (it was escaped). */
static int fold_quoted(struct yaml *y, size_t kept, bool escaped)
{
	uint32_t breaks = 0;

	while (y->scratch.n > kept && is_blank(y->scratch.p[y->scratch.n - 1]))
		y->scratch.n--;
	while (y->t.at < y->t.end && is_eol(yaml_peek(y, 0))) {
		yaml_newline(y);
		if (yaml_at_marker(y))
			return tree_fail_at(
				&y->t, y->t.at, "the document ends within a quoted text");
		breaks++;
		skip_blanks(y);
	}
	/* A backslash before the break takes the break itself away. */
	if (!escaped)
		add_folded(&y->scratch, breaks);
	else
		for (uint32_t i = 1; i < breaks; i++)
			buf_addc(&y->scratch, '\n');
	return 0;
}

/* One step within quotes, not at the closing one. */
static int quoted_step(struct yaml *y, char quote, size_t *kept)
{
	char c = yaml_peek(y, 0);
	int rc;

	if (is_eol(c))
		return fold_quoted(y, *kept, false);
	y->t.at++;
	if (quote == '"' && c == '\\') {
		if (is_eol(yaml_peek(y, 0)) && y->t.at < y->t.end) {
			*kept = y->scratch.n;
			return fold_quoted(y, *kept, true);
		}
		rc = unescape(y);
		*kept = y->scratch.n;
		return rc;
	}
	if (quote == '\'' && c == '\'')
		y->t.at++; /* '' is one */
	buf_addc(&y->scratch, c);
	return 0;
}

int yaml_quoted(struct yaml *y, struct scalar *ret)
{
	uint32_t line = y->t.line, column = tree_column(&y->t, y->t.at);
	char quote = yaml_peek(y, 0);
	size_t kept = 0;
	int rc;

	buf_reset(&y->scratch);
	for (y->t.at++;;) {
		const char *from = y->t.at;

		while (y->t.at < y->t.end && *y->t.at != quote && *y->t.at != '\\' &&
			!is_eol(*y->t.at))
			y->t.at++;
		buf_add(&y->scratch, str_of(from, (size_t)(y->t.at - from)));
		if (y->t.at == y->t.end)
			return tree_fail(
				&y->t, -EINVAL, line, column, "this text has no closing quote");
		if (*y->t.at == quote && !(quote == '\'' && yaml_peek(y, 1) == '\''))
			break;
		rc = quoted_step(y, quote, &kept);
		if (rc)
			return rc;
	}
	y->t.at++;
	y->token_line = y->t.line;
	*ret = (struct scalar){scratch_text(y), false, y->t.line == line};
	return 0;
}

/* --- block: | and > ---------------------------------------------------------------------- */

struct block_header {
	bool literal;
	char chomp; /* '-', '+' or 0: keep one break */
	int indent; /* stated, or 0 */
};

static int block_header(struct yaml *y, struct block_header *h)
{
	char room[24];

	*h = (struct block_header){.literal = *y->t.at++ == '|'};
	for (;; y->t.at++) {
		char c = yaml_peek(y, 0);

		if ((c == '-' || c == '+') && !h->chomp)
			h->chomp = c;
		else if (c >= '1' && c <= '9' && !h->indent)
			h->indent = c - '0';
		else
			break;
	}
	if (is_blank(yaml_peek(y, 0))) {
		skip_blanks(y);
		if (yaml_peek(y, 0) == '#')
			while (!is_eol(yaml_peek(y, 0)))
				y->t.at++;
	}
	if (!is_eol(yaml_peek(y, 0)))
		return tree_fail_at(&y->t, y->t.at,
			"expected the line's end behind '|' or '>', found %s",
			tree_show(&y->t, y->t.at, room));
	y->token_line = y->t.line;
	if (y->t.at < y->t.end)
		yaml_newline(y);
	return 0;
}

/* Step over at most <limit> spaces of indentation (0: any) and over empty lines; returns the
 * deepest indentation seen and counts the breaks. */
static int block_skip_empty(struct yaml *y, int limit, uint32_t *breaks)
{
	int deepest = 0;

	for (;;) {
		int indent = 0;

		while (yaml_peek(y, 0) == ' ' && (!limit || indent < limit)) {
			y->t.at++;
			indent++;
		}
		deepest = MAX(deepest, indent);
		if (y->t.at == y->t.end || !is_eol(yaml_peek(y, 0)))
			return deepest;
		yaml_newline(y);
		++*breaks;
	}
}

static void add_breaks(struct buf *out, uint32_t n)
{
	while (n--)
		buf_addc(out, '\n');
}

/* True while standing at a line of the block: exactly <indent> spaces were skipped. */
static bool block_goes_on(const struct yaml *y, int indent)
{
	return y->t.at < y->t.end && y->t.at - y->t.line_start == indent && !yaml_at_marker(y);
}

int yaml_block_scalar(struct yaml *y, int parent, struct scalar *ret)
{
	bool break_pending = false, was_blank = false;
	struct block_header h;
	uint32_t empty = 0;
	int indent, rc = block_header(y, &h);

	if (rc)
		return rc;
	indent = h.indent ? MAX(parent, 0) + h.indent : 0;
	/* Not stated: that of the first line that is not empty, deeper than the parent's. */
	rc = block_skip_empty(y, indent, &empty);
	if (!indent)
		indent = MAX(rc, parent + 1);
	buf_reset(&y->scratch);
	while (block_goes_on(y, indent)) {
		const char *from = y->t.at;
		bool blank = is_blank(yaml_peek(y, 0));

		if (!h.literal && break_pending && !was_blank && !blank) {
			/* Folded: one break is a space, empty lines stand for themselves. */
			if (!empty)
				buf_addc(&y->scratch, ' ');
		} else if (break_pending) {
			buf_addc(&y->scratch, '\n');
		}
		add_breaks(&y->scratch, empty);
		was_blank = blank;
		empty = 0;
		while (!is_eol(yaml_peek(y, 0)))
			y->t.at++;
		buf_add(&y->scratch, str_of(from, (size_t)(y->t.at - from)));
		y->token_line = y->t.line;
		break_pending = y->t.at < y->t.end;
		if (break_pending)
			yaml_newline(y);
		/* indent 0 is legal at the top: then nothing is skipped but empty lines */
		block_skip_empty(y, indent ? indent : -1, &empty);
	}
	if (h.chomp != '-' && break_pending)
		buf_addc(&y->scratch, '\n');
	if (h.chomp == '+')
		add_breaks(&y->scratch, empty);
	*ret = (struct scalar){scratch_text(y), false, false};
	return 0;
}

/* --- meaning ----------------------------------------------------------------------------- */

static const struct word {
	struct str text;
	uint8_t kind;
	bool boolean;
} words[] = {
#define WORD(w, kind, b)                    \
	{                                   \
		{w, sizeof(w) - 1}, kind, b \
	}
#define WORD3(a, b, c, kind, v) WORD(a, kind, v), WORD(b, kind, v), WORD(c, kind, v)
	WORD("y", VALUE_BOOL, true),
	WORD("Y", VALUE_BOOL, true),
	WORD("n", VALUE_BOOL, false),
	WORD("N", VALUE_BOOL, false),
	WORD3("yes", "Yes", "YES", VALUE_BOOL, true),
	WORD3("true", "True", "TRUE", VALUE_BOOL, true),
	WORD3("on", "On", "ON", VALUE_BOOL, true),
	WORD3("no", "No", "NO", VALUE_BOOL, false),
	WORD3("false", "False", "FALSE", VALUE_BOOL, false),
	WORD3("off", "Off", "OFF", VALUE_BOOL, false),
	WORD("", VALUE_NULL, false),
	WORD("~", VALUE_NULL, false),
	WORD3("null", "Null", "NULL", VALUE_NULL, false),
	/* Infinity and NaN: VALUE_FLOAT without a value. */
	WORD3(".nan", ".NaN", ".NAN", VALUE_FLOAT, false),
	WORD3(".inf", ".Inf", ".INF", VALUE_FLOAT, false),
	WORD3("+.inf", "+.Inf", "+.INF", VALUE_FLOAT, false),
	WORD3("-.inf", "-.Inf", "-.INF", VALUE_FLOAT, false),
};

static const struct word *find_word(struct str text)
{
	if (text.n > 5 || (text.n && !strchr("yYtToOnNfF~.+-", text.p[0])))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq(words[i].text, text))
			return &words[i];
	return NULL;
}

/* Digits of <base> to the end; false where another byte stands, there is none, or 64 bits are
 * passed. */
static bool read_digits(const char *p, unsigned base, uint64_t *ret)
{
	uint64_t value = 0;

	if (!*p)
		return false;
	for (; *p; p++) {
		int32_t digit = tree_hex(p, 1);

		if (digit < 0 || (unsigned)digit >= base ||
			__builtin_mul_overflow(value, base, &value) ||
			__builtin_add_overflow(value, (uint64_t)digit, &value))
			return false;
	}
	*ret = value;
	return true;
}

/* [+-] (0x | 0o | 0b | 0 | decimal), as <text> (NUL-terminated, without '_'). */
static bool read_integer(const char *text, struct value *v)
{
	bool negative = *text == '-';
	unsigned base = 10;
	uint64_t magnitude;

	text += *text == '-' || *text == '+';
	if (text[0] == '0' && text[1]) {
		char c = ascii_lower(text[1]);

		base = c == 'x' ? 16 : c == 'b' ? 2 : 8;
		text += strchr("xbo", c) ? 2 : 1;
	}
	if (!read_digits(text, base, &magnitude))
		return false;
	if (magnitude > (uint64_t)INT64_MAX + negative) {
		if (negative)
			return false;
		*v = value_float((double)magnitude);
		return true;
	}
	*v = value_int((int64_t)(negative ? 0 - magnitude : magnitude));
	return true;
}

static const char *skip_digits(const char *p)
{
	while (*p >= '0' && *p <= '9')
		p++;
	return p;
}

/* [+-] (.9 | 9 | 9. | 9.9) [e[+-]9] */
static bool read_float(const char *text, struct value *v)
{
	const char *p = text + (*text == '-' || *text == '+'), *whole = p, *fraction;
	double real;

	p = skip_digits(p);
	if (*p == '.') {
		fraction = p + 1;
		p = skip_digits(fraction);
		if (p == fraction && fraction - 1 == whole)
			return false;
	} else if (p == whole) {
		return false;
	}
	if (*p == 'e' || *p == 'E') {
		const char *exponent = p + 1 + (p[1] == '-' || p[1] == '+');

		p = skip_digits(exponent);
		if (p == exponent)
			return false;
	}
	if (*p)
		return false;
	real = strtod(text, NULL);
	if (!isfinite(real))
		return false; /* the library reads 1e999 as a string */
	*v = value_float(real);
	return true;
}

static bool read_number(struct str text, struct value *v)
{
	char digits[400]; /* a finite double has at most 309 before its point */
	size_t n = 0;

	if (text.n == 0 || text.n >= sizeof(digits) || !strchr("+-.0123456789", text.p[0]))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\0')
			return false;
		/* 1_000 is a number, ._5 is none */
		if (text.p[i] != '_' || text.p[0] == '.')
			digits[n++] = text.p[i];
	}
	digits[n] = '\0';
	if (digits[0] == '.')
		return read_float(digits, v);
	return read_integer(digits, v) || read_float(digits, v);
}

/* 2026-01-31 and 12:30:45 are a date and a number to base 60 for older readers. */
static bool reads_as_time(struct str s)
{
	size_t digits = 0;

	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = str_skip(s, 1);
	while (digits < s.n && ((s.p[digits] >= '0' && s.p[digits] <= '9') || s.p[digits] == '_'))
		digits++;
	if (digits == 0 || digits + 1 >= s.n)
		return false;
	return (digits == 4 && s.p[4] == '-') || s.p[digits] == ':';
}

bool yaml_reads_otherwise(struct str s)
{
	struct value v;

	return find_word(s) || read_number(s, &v) || reads_as_time(s) || str_eq(s, STR("<<")) ||
	       str_eq(s, STR("="));
}

static int fail_tag(struct yaml *y, const struct scalar *s, const struct value *v, const char *what)
{
	return tree_fail(&y->t, -EINVAL, v->line, v->column, "\"%.*s\" is not %s",
		(int)MIN(s->text.n, (size_t)60), s->text.p, what);
}

/* The kind that a plain text has by itself. */
static int resolve_plain(struct yaml *y, const struct scalar *s, struct value *v)
{
	const struct word *w = find_word(s->text);

	if (w && w->kind == VALUE_FLOAT)
		return tree_fail(&y->t, -EINVAL, v->line, v->column,
			"%s has no form in JSON; quote it if text is meant", w->text.p);
	if (w && w->kind == VALUE_BOOL)
		*v = value_bool(w->boolean);
	else if (w)
		*v = value_null();
	else if (!read_number(s->text, v))
		*v = value_str(s->text);
	return 0;
}

int yaml_resolve(struct yaml *y, const struct scalar *s, enum yaml_tag tag, struct value *v)
{
	struct value got = *v;
	int rc;

	if (tag == TAG_STR || (tag == TAG_NONE && !s->plain)) {
		*v = value_str(s->text);
		return 0;
	}
	rc = resolve_plain(y, s, &got);
	if (rc)
		return rc;
	switch (tag) {
	case TAG_INT:
		rc = got.kind == VALUE_INT ? 0 : fail_tag(y, s, v, "an integer");
		break;
	case TAG_FLOAT:
		rc = got.kind == VALUE_INT || got.kind == VALUE_FLOAT
			     ? 0
			     : fail_tag(y, s, v, "a number");
		break;
	case TAG_BOOL:
		rc = got.kind == VALUE_BOOL ? 0 : fail_tag(y, s, v, "a boolean");
		break;
	case TAG_NULL:
		rc = got.kind == VALUE_NULL ? 0 : fail_tag(y, s, v, "null");
		break;
	case TAG_MAP:
		rc = fail_tag(y, s, v, "a mapping");
		break;
	case TAG_SEQ:
		rc = fail_tag(y, s, v, "a sequence");
		break;
	case TAG_NONE:
	case TAG_STR:
		break;
	}
	if (rc == 0)
		*v = got;
	return rc;
}
