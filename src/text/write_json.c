/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "base/escape.h"
#include "text/write.h"
#include "text/write_priv.h"

void write_number(struct buf *out, const struct value *v)
{
	char text[40];

	if (v->kind == VALUE_INT) {
		buf_printf(out, "%lld", (long long)v->integer);
		return;
	}
	/* 17 digits always read back as the same double; the first that do are the shortest. */
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v->real);
		if (!(strtod(text, NULL) < v->real) && !(strtod(text, NULL) > v->real))
			break;
	}
	buf_add(out, str_from(text));
}

void text_write_json_string(struct buf *out, struct str s)
{
	escape_json(out, s);
}

/* A new line at <level>, or nothing in the compact style (<level> < 0). */
static void break_line(struct buf *out, int level)
{
	if (level < 0)
		return;
	buf_addc(out, '\n');
	for (int i = 0; i < level; i++)
		buf_add(out, STR("  "));
}

static void write_value(struct buf *out, const struct value *v, int level);

static void write_array(struct buf *out, const struct value *v, int level)
{
	buf_addc(out, '[');
	for (uint32_t i = 0; i < v->n; i++) {
		if (i)
			buf_addc(out, ',');
		break_line(out, level < 0 ? level : level + 1);
		write_value(out, &v->items[i], level < 0 ? level : level + 1);
	}
	if (v->n)
		break_line(out, level);
	buf_addc(out, ']');
}

static void write_object(struct buf *out, const struct value *v, int level)
{
	buf_addc(out, '{');
	for (uint32_t i = 0; i < v->n; i++) {
		if (i)
			buf_addc(out, ',');
		break_line(out, level < 0 ? level : level + 1);
		text_write_json_string(out, v->members[i].key);
		buf_add(out, level < 0 ? STR(":") : STR(": "));
		write_value(out, &v->members[i].value, level < 0 ? level : level + 1);
	}
	if (v->n)
		break_line(out, level);
	buf_addc(out, '}');
}

static void write_value(struct buf *out, const struct value *v, int level)
{
	switch ((enum value_kind)v->kind) {
	case VALUE_NULL:
		buf_add(out, STR("null"));
		break;
	case VALUE_BOOL:
		buf_add(out, v->boolean ? STR("true") : STR("false"));
		break;
	case VALUE_INT:
	case VALUE_FLOAT:
		write_number(out, v);
		break;
	case VALUE_STRING:
		text_write_json_string(out, v->string);
		break;
	case VALUE_ARRAY:
		write_array(out, v, level);
		break;
	case VALUE_OBJECT:
		write_object(out, v, level);
		break;
	}
}

void text_write_json(struct buf *out, const struct value *v, enum text_style style)
{
	write_value(out, v, style == TEXT_COMPACT ? -1 : 0);
	if (style == TEXT_INDENTED)
		buf_addc(out, '\n');
}
