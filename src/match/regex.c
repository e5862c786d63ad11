/* SPDX-License-Identifier: Apache-2.0 */
#include "match/regex.h"

#include <errno.h>
#include <stdio.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/mem.h"

#define REGEX_NEST_MAX 100 /* nested parentheses: the compiler recurses on them */

/*
 * <prefix> is what every match begins with, <need> a text that every match holds: both are found
 * in the pattern once, and most tries end at them, long before the engine would have said no.
 */
struct regex {
	pcre2_code *code;
	size_t size;
	struct str prefix;
	struct str need;
	char pattern[];
};

struct regex_scratch {
	pcre2_match_data *data;
	pcre2_match_context *limits;
};

#define NEED_MIN 3 /* bytes of a needed text that are worth a search */

/* Behind the class that begins at <i>, or 0 if it has no end. */
static size_t class_end(struct str p, size_t i)
{
	i++;
	if (i < p.n && p.p[i] == '^')
		i++;
	if (i < p.n && p.p[i] == ']') /* a bracket that stands first is an ordinary byte */
		i++;
	for (; i < p.n; i++) {
		if (p.p[i] == '\\')
			i++;
		else if (p.p[i] == '[') /* [:alpha:] and what looks like it: give up */
			return 0;
		else if (p.p[i] == ']')
			return i + 1;
	}
	return 0;
}

/* A walk over a pattern that collects runs of literal text. */
struct walk {
	struct str p;
	size_t i;
	size_t run; /* where the run began that ends at <i> */
	struct str prefix;
	struct str need;
};

/* The run ends; the last <drop> bytes of it do not count. */
static void run_end(struct walk *w, size_t drop)
{
	size_t n = w->i - w->run;
	struct str text = str_of(w->p.p + w->run, n > drop ? n - drop : 0);

	if (w->run == 0)
		w->prefix = text;
	if (text.n > w->need.n)
		w->need = text;
}

/* Behind what stands at <i> and is not literal; 0 when it is better not to know. */
static size_t skip_special(struct str p, size_t i)
{
	size_t depth = 0;

	switch (p.p[i]) {
	case '\\': /* only escapes that stand for one thing and take no more bytes */
		return i + 1 < p.n && strchr("dDwWsSbB./-_", p.p[i + 1]) ? i + 2 : 0;
	case '[':
		return class_end(p, i);
	case '{': /* a quantifier; any other brace is literal, and may hide an alternative */
		for (i++; i < p.n && strchr("0123456789,", p.p[i]); i++)
			;
		return i < p.n && p.p[i] == '}' ? i + 1 : 0;
	case '(': /* the whole group; plain groups only */
		for (; i < p.n; i++) {
			if (p.p[i] == '(' && i + 1 < p.n && strchr("?*", p.p[i + 1]))
				return 0;
			if (p.p[i] == '\\' || p.p[i] == '[') {
				i = skip_special(p, i);
				if (!i)
					return 0;
				i--;
				continue;
			}
			depth += p.p[i] == '(';
			if (p.p[i] == ')' && --depth == 0)
				return i + 1;
		}
		return 0;
	case '|':
	case ')':
	case '#':
		return 0;
	default: /* . ? * + ^ $ ] } and bytes outside the printable */
		return i + 1;
	}
}

/*
 * Finds literal text that any match of <p> begins with and holds.  Cautious: what it does not
 * know for sure makes it give up with no text at all (an alternative, options, odd escapes).
 */
static void literals(struct str p, struct str *ret_prefix, struct str *ret_need)
{
	struct walk w = {.p = p};

	*ret_prefix = *ret_need = (struct str){0};
	while (w.i < p.n) {
		char c = p.p[w.i];

		if (c > ' ' && c <= '~' && !strchr("\\^$.[]()?*+{}|#", c)) {
			w.i++;
			continue;
		}
		/* A quantifier belongs to the byte before it and may allow none of it. */
		run_end(&w, strchr("?*{", c) != NULL);
		w.i = skip_special(p, w.i);
		if (!w.i)
			return;
		w.run = w.i;
	}
	run_end(&w, 0);
	*ret_prefix = w.prefix;
	if (w.need.n >= NEED_MIN && w.need.p != w.prefix.p)
		*ret_need = w.need;
}

static int regex_refuse(struct regex_error *error, size_t offset, const char *text, int res)
{
	error->offset = offset;
	snprintf(error->text, sizeof(error->text), "%s", text);
	return res;
}

static pcre2_code *regex_compile(struct str pattern, int *code, size_t *offset)
{
	const uint32_t options = PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOLLAR_ENDONLY |
				 PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP;
	pcre2_compile_context *ctx = pcre2_compile_context_create(NULL);
	pcre2_code *re;

	AN(ctx);
	pcre2_set_parens_nest_limit(ctx, REGEX_NEST_MAX);
	re = pcre2_compile(
		(PCRE2_SPTR)(pattern.n ? pattern.p : ""), pattern.n, options, code, offset, ctx);
	pcre2_compile_context_free(ctx);
	return re;
}

int regex_new(struct str pattern, struct regex **ret_regex, struct regex_error *error)
{
	struct regex *r;
	pcre2_code *re;
	size_t size = 0, offset = 0;
	int code = 0;

	if (pattern.n > REGEX_PATTERN_MAX)
		return regex_refuse(error, REGEX_PATTERN_MAX, "the expression is too long", -E2BIG);
	re = regex_compile(pattern, &code, &offset);
	if (!re) {
		char text[sizeof(error->text)];

		pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof(text));
		return regex_refuse(error, offset, text, -EINVAL);
	}
	AZ(pcre2_pattern_info(re, PCRE2_INFO_SIZE, &size));
	if (size > REGEX_CODE_MAX) {
		pcre2_code_free(re);
		return regex_refuse(error, 0, "the expression is too large", -E2BIG);
	}
	r = mem_alloc(sizeof(*r) + pattern.n + 1);
	*r = (struct regex){.code = re, .size = sizeof(*r) + pattern.n + 1 + size};
	memcpy(r->pattern, pattern.n ? pattern.p : "", pattern.n);
	literals(str_of(r->pattern, pattern.n), &r->prefix, &r->need);
	*ret_regex = r;
	return 0;
}

void regex_free(struct regex *r)
{
	if (!r)
		return;
	pcre2_code_free(r->code);
	mem_free(r);
}

size_t regex_size(const struct regex *r)
{
	return r->size;
}

struct regex_scratch *regex_scratch_new(void)
{
	struct regex_scratch *s = MEM_NEW(struct regex_scratch);

	/* One pair: nobody asks where a group matched. */
	s->data = pcre2_match_data_create(1, NULL);
	s->limits = pcre2_match_context_create(NULL);
	AN(s->data);
	AN(s->limits);
	pcre2_set_match_limit(s->limits, REGEX_MATCH_LIMIT);
	pcre2_set_depth_limit(s->limits, REGEX_DEPTH_LIMIT);
	pcre2_set_heap_limit(s->limits, REGEX_HEAP_KIB);
	return s;
}

void regex_scratch_free(struct regex_scratch *s)
{
	if (!s)
		return;
	pcre2_match_data_free(s->data);
	pcre2_match_context_free(s->limits);
	mem_free(s);
}

enum regex_result regex_match(const struct regex *r, struct regex_scratch *s, struct str subject)
{
	int res;

	AN(s);
	if (!str_starts(subject, r->prefix))
		return REGEX_NO;
	if (r->need.n &&
		(subject.n < r->need.n || !memmem(subject.p, subject.n, r->need.p, r->need.n)))
		return REGEX_NO;
	res = pcre2_match(r->code, (PCRE2_SPTR)(subject.n ? subject.p : ""), subject.n, 0, 0,
		s->data, s->limits);
	if (res >= 0)
		return REGEX_YES;
	/* Whatever else goes wrong inside the engine must not read as "does not match". */
	return res == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_LIMIT;
}
