/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status.c -- : Gateways, listeners, routes and their conditions, as a table
 * or as the List of objects that a cluster would show.
 */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/offline.h"
#include "text/parse.h"
#include "text/write.h"

struct row {
	struct str cells[6];
};

struct table {
	VEC(struct row) rows;
	struct arena a;
};

#define COLUMNS 6

static void row_add(struct table *t, struct str object, struct str part, struct str type,
	struct str status, struct str reason, struct str message)
{
	*vec_push(&t->rows) = (struct row){{object, part, type, status, reason, message}};
}

static void rows_of(
	struct table *t, struct str object, struct str part, const struct value *conditions)
{
	bool first = true;

	if (!conditions)
		return;
	value_for_each(c, conditions)
	{
		struct str none = {0};

		row_add(t, first ? object : none, first ? part : none,
			value_get_str(c, STR("type"), none), value_get_str(c, STR("status"), none),
			value_get_str(c, STR("reason"), none),
			value_get_str(c, STR("message"), none));
		first = false;
	}
}

static struct str parent_name(struct table *t, const struct value *ref)
{
	struct str none = {0}, section = value_get_str(ref, STR("sectionName"), none);
	struct str name = value_get_str(ref, STR("name"), none);
	struct str ns = value_get_str(ref, STR("namespace"), none);

	return arena_printf(&t->a, "→ %.*s%s%.*s%s%.*s", STR_ARG(ns), ns.n ? "/" : "",
		STR_ARG(name), section.n ? " " : "", STR_ARG(section));
}

static void rows_of_object(struct table *t, const struct value *o)
{
	const struct value *meta = value_get(o, STR("metadata")), *st = value_get(o, STR("status"));
	struct str none = {0}, ns = value_get_str(meta, STR("namespace"), none);
	struct str kind = value_get_str(o, STR("kind"), none),
		   name = value_get_str(meta, STR("name"), none);
	struct str object = arena_printf(&t->a, "%.*s %.*s%s%.*s", STR_ARG(kind), STR_ARG(ns),
		ns.n ? "/" : "", STR_ARG(name));
	const struct value *list;

	rows_of(t, object, none, value_get(st, STR("conditions")));
	list = value_get(st, STR("listeners"));
	if (list) {
		value_for_each(l, list)
		{
			const struct value *routes = value_get(l, STR("attachedRoutes"));
			struct str part = value_get_str(l, STR("name"), none);
			long long n = routes ? (long long)routes->integer : 0;

			part = arena_printf(
				&t->a, "%.*s (%lld route%s)", STR_ARG(part), n, n == 1 ? "" : "s");
			rows_of(t, none, part, value_get(l, STR("conditions")));
		}
	}
	list = value_get(st, STR("parents"));
	if (!list)
		list = value_get(st, STR("ancestors"));
	if (list) {
		bool first = true;

		value_for_each(p, list)
		{
			const struct value *ref = value_get(p, STR("parentRef"));

			if (!ref)
				ref = value_get(p, STR("ancestorRef"));
			rows_of(t, first ? object : none, parent_name(t, ref),
				value_get(p, STR("conditions")));
			first = false;
		}
	}
}

/* Width on a terminal: UTF-8 continuation bytes take no column. */
static size_t width(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static void table_write(struct table *t, struct buf *out)
{
	size_t widths[COLUMNS] = {0};

	vec_for_each (row, &t->rows) {
		for (int c = 0; c < COLUMNS; c++)
			widths[c] = MAX(widths[c], width(row->cells[c]));
	}
	vec_for_each (row, &t->rows) {
		size_t owed = 0;

		for (int c = 0; c < COLUMNS; c++) {
			struct str cell = row->cells[c];

			if (cell.n) {
				buf_printf(out, "%*s", (int)owed, "");
				owed = 0;
				buf_add(out, cell);
			}
			owed += widths[c] - width(cell) + 2;
		}
		buf_addc(out, '\n');
	}
}

static void status_table(const struct value *list, struct buf *out)
{
	const struct value *items = value_get(list, STR("items"));
	struct table t = {0};

	arena_init(&t.a, 0);
	row_add(&t, STR("OBJECT"), STR("PART"), STR("CONDITION"), STR("STATUS"), STR("REASON"),
		STR("MESSAGE"));
	if (items) {
		value_for_each(o, items) rows_of_object(&t, o);
	}
	table_write(&t, out);
	vec_fini(&t.rows);
	arena_fini(&t.a);
}

/* Without what --namespace does not ask for. */
static struct value shown(const struct options *o, struct arena *a, const struct value *list)
{
	const struct value *all = value_get(list, STR("items"));
	struct value items = value_array(), copy = *list;

	if (!all)
		return copy;
	value_for_each(it, all)
	{
		const struct value *meta = value_get(it, STR("metadata"));

		if (offline_shows(o, value_get_str(meta, STR("namespace"), (struct str){0})))
			value_push(a, &items, *it);
	}
	value_set(a, &copy, STR("items"), items);
	return copy;
}

static void status_write(const struct options *o, struct arena *a, const struct value *whole)
{
	struct value copy = shown(o, a, whole), *list = &copy;
	struct buf out = {0};

	if (option_is(o, OPT_OUTPUT, "json"))
		text_write_json(&out, list, TEXT_INDENTED);
	else if (option_is(o, OPT_OUTPUT, "yaml"))
		text_write_yaml(&out, list);
	else
		status_table(list, &out);
	print(buf_str(&out));
	buf_fini(&out);
}

static int status_of_objects(const struct options *o)
{
	struct offline f;
	struct buf err = {0};
	struct value list;
	struct arena a;
	int rc = offline_open(&f, o, o->words.p, o->words.n, &err);

	arena_init(&a, 0);
	if (rc == 0) {
		offline_problems(&f, false, &err);
		complain(buf_str(&err));
		list = offline_status(&f, &a);
		status_write(o, &a, &list);
	} else {
		fprintf(stderr, "sluice status: %.*s\n", STR_ARG(buf_str(&err)));
	}
	offline_close(&f);
	arena_fini(&a);
	buf_fini(&err);
	return offline_exit(rc);
}

static int status_of_gateway(const struct options *o)
{
	struct buf body = {0};
	struct value list;
	struct arena a;
	int rc = ask(o->text[OPT_ADMIN], STR("/status"), &body), result = EXIT_FINDINGS;

	arena_init(&a, 0);
	if (rc == 200 && text_parse_json(&a, buf_str(&body), &list, NULL) == 0) {
		status_write(o, &a, &list);
		result = EXIT_GOOD;
	} else {
		fprintf(stderr, "sluice status: %.*s\n", STR_ARG(buf_str(&body)));
	}
	arena_fini(&a);
	buf_fini(&body);
	return result;
}

int command_status(const struct options *o)
{
	return o->words.n || kube_is_meant(o) ? status_of_objects(o) : status_of_gateway(o);
}
