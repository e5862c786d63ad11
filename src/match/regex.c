/* SPDX-License-Identifier: Apache-2.0 */
#include "match/regex.h"

#include <errno.h>
#include <stdio.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/mem.h"

#define REGEX_NEST_MAX 100 /* nested parentheses: the compiler recurses on them */

struct regex {
	pcre2_code *code;
	size_t size;
	size_t nprefix; /* what every match begins with: most tries end here */
	char prefix[];
};

struct regex_scratch {
	pcre2_match_data *data;
	pcre2_match_context *limits;
};

/*
 * The length of the literal text every match of <p> must begin with.  Cautious: anything that is
 * not a plain character ends it, and an alternative anywhere means there is none.
 */
static size_t literal_prefix(struct str p)
{
	size_t n = 0;

	if (str_find(p, '|') < p.n)
		return 0;
	while (n < p.n && p.p[n] > ' ' && !strchr("\\^$.[]()?*+{}#", p.p[n]))
		n++;
	/* A quantifier belongs to the last character and may allow none of it. */
	if (n && n < p.n && strchr("?*{", p.p[n]))
		n--;
	return n;
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
	size_t size = 0, offset = 0, nprefix;
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
	nprefix = literal_prefix(pattern);
	r = mem_alloc(sizeof(*r) + nprefix);
	*r = (struct regex){.code = re, .size = size, .nprefix = nprefix};
	if (nprefix)
		memcpy(r->prefix, pattern.p, nprefix);
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
	return sizeof(*r) + r->nprefix + r->size;
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
	if (!str_starts(subject, str_of(r->prefix, r->nprefix)))
		return REGEX_NO;
	res = pcre2_match(r->code, (PCRE2_SPTR)(subject.n ? subject.p : ""), subject.n, 0, 0,
		s->data, s->limits);
	if (res >= 0)
		return REGEX_YES;
	/* Whatever else goes wrong inside the engine must not read as "does not match". */
	return res == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_LIMIT;
}
