/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/json_priv.h"

#include <inttypes.h>

static void json_separate(struct json *j)
{
	if (j->comma)
		buf_addc(j->out, ',');
	if (j->lines)
		buf_addc(j->out, '\n');
	j->lines = false;
	j->comma = true;
}

void json_open(struct json *j, char bracket)
{
	json_separate(j);
	buf_addc(j->out, bracket);
	j->comma = false;
}

void json_close(struct json *j, char bracket)
{
	buf_addc(j->out, bracket);
	j->comma = true;
	j->lines = false;
}

static void json_quote(struct json *j, struct str s)
{
	buf_addc(j->out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '"' || c == '\\')
			buf_printf(j->out, "\\%c", c);
		else if (c < ' ' || c >= 0x7f)
			buf_printf(j->out, "\\u%04x", c);
		else
			buf_addc(j->out, (char)c);
	}
	buf_addc(j->out, '"');
}

void json_key(struct json *j, const char *key)
{
	json_separate(j);
	json_quote(j, str_from(key));
	buf_addc(j->out, ':');
	j->comma = false;
}

void json_text(struct json *j, struct str s)
{
	json_separate(j);
	json_quote(j, s);
}

void json_int(struct json *j, int64_t n)
{
	json_separate(j);
	buf_printf(j->out, "%" PRId64, n);
}

void json_bool(struct json *j, bool b)
{
	json_separate(j);
	buf_add(j->out, b ? STR("true") : STR("false"));
}

void json_key_text(struct json *j, const char *key, struct str s)
{
	if (!s.n)
		return;
	json_key(j, key);
	json_text(j, s);
}

void json_key_int(struct json *j, const char *key, int64_t n)
{
	if (!n)
		return;
	json_key(j, key);
	json_int(j, n);
}

void json_key_true(struct json *j, const char *key, bool b)
{
	if (!b)
		return;
	json_key(j, key);
	json_bool(j, b);
}
