/* SPDX-License-Identifier: Apache-2.0 */
#include "gwapi/names.h"

#define LABEL_MAX 63
#define SUBDOMAIN_MAX 253

static bool lower_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool alnum(char c)
{
	return lower_alnum(ascii_lower(c));
}

/* A label of any length. */
static bool label_chars(struct str s)
{
	if (s.n == 0 || !lower_alnum(s.p[0]) || !lower_alnum(s.p[s.n - 1]))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!lower_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	}
	return true;
}

bool name_is_label(struct str s)
{
	return s.n <= LABEL_MAX && label_chars(s);
}

bool name_is_label_1035(struct str s)
{
	return name_is_label(s) && s.p[0] >= 'a';
}

bool name_is_subdomain(struct str s)
{
	if (s.n == 0 || s.n > SUBDOMAIN_MAX)
		return false;
	/* str_cut() cannot tell an empty last part from none. */
	if (s.p[s.n - 1] == '.')
		return false;
	while (s.n > 0) {
		if (!label_chars(str_cut(&s, '.')))
			return false;
	}
	return true;
}

static bool qualified_part(struct str s)
{
	if (s.n == 0 || s.n > LABEL_MAX || !alnum(s.p[0]) || !alnum(s.p[s.n - 1]))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!alnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '_' && s.p[i] != '.')
			return false;
	}
	return true;
}

bool name_is_qualified(struct str s)
{
	size_t slash = str_find(s, '/');

	if (slash == s.n)
		return qualified_part(s);
	return name_is_subdomain(str_take(s, slash)) && qualified_part(str_skip(s, slash + 1));
}

bool name_is_label_value(struct str s)
{
	return s.n == 0 || qualified_part(s);
}
