/* SPDX-License-Identifier: Apache-2.0 */
/* Pattern, newline, subject: bounded whatever they are, and the shortcuts change no answer. */
#include "../../src/match/regex.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str subject = str_of(data, n);
	struct str pattern = str_cut(&subject, '\n');
	struct regex_error error = {0};
	struct regex_scratch *s;
	struct regex *r;

	if (regex_new(pattern, &r, &error) < 0) {
		AN(error.text[0] && error.offset <= pattern.n);
		return 0;
	}
	s = regex_scratch_new();
	AN(regex_size(r) > 0);
	if (r->need.n || r->prefix.n) {
		struct regex plain = *r;
		enum regex_result want, got;

		plain.need = plain.prefix = (struct str){0};
		want = regex_match(&plain, s, subject);
		got = regex_match(r, s, subject);
		/* A shortcut may say no where the engine would have given up. */
		AN(got == want || (got == REGEX_NO && want == REGEX_LIMIT));
	} else {
		regex_match(r, s, subject);
	}
	regex_scratch_free(s);
	regex_free(r);
	return 0;
}
