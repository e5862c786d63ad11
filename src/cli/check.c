/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.c -- `sluice check PATH…`: everything that is wrong with a folder, without serving it.
 *
 * What is wrong makes the exit status 1; a rule that cannot win is only a warning.
 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/offline.h"
#include "gwapi/outdone.h"
#include "text/write.h"

/* Conditions that are not good, one a line. */
static size_t check_statuses(const struct offline *f, struct buf *out)
{
	size_t n, bad = 0;
	const struct object_status *const *all =
		translator_statuses(engine_translator(f->engine), &n);

	for (size_t i = 0; i < n; i++) {
		if (object_status_good(all[i]))
			continue;
		status_print(out, all[i], true);
		bad++;
	}
	return bad;
}

/* Where the route's file says it: "routes.yaml:12:1: ". */
static void check_place(struct buf *out, struct store *objects, const struct plan_route *r)
{
	struct str rest = r->name, kind = str_cut(&rest, '/'), ns = str_cut(&rest, '/');

	for (int k = 0; k < KIND_MAX; k++) {
		const struct object *o;

		if (!str_eq(object_kind_name((enum object_kind)k), kind))
			continue;
		o = store_get(objects, (enum object_kind)k, ns, rest);
		if (o && o->file.n)
			buf_printf(out, "%.*s:%u:%u: ", STR_ARG(o->file), o->line, o->column);
	}
}

/* Warnings: both routes are valid, and it may be meant so for a while. */
static void check_shadows(const struct offline *f, struct buf *out)
{
	struct outdones shadows = {0};

	outdones_find(f->plan, &shadows);
	vec_for_each (s, &shadows.all) {
		check_place(out, engine_store(f->engine),
			((const struct plan_rule *)s->m->payload)->route);
		buf_add(out, STR("warning: "));
		outdone_print(out, s);
		buf_addc(out, '\n');
	}
	outdones_fini(&shadows);
}

static void check_list(struct buf *findings, const struct options *o)
{
	struct value list = value_object(), items = value_array();
	struct str rest = buf_str(findings);
	struct buf out = {0};
	struct arena a;

	arena_init(&a, 0);
	while (rest.n)
		value_push(&a, &items, value_str(str_cut(&rest, '\n')));
	value_add(&a, &list, STR("apiVersion"), value_str(STR("v1")));
	value_add(&a, &list, STR("kind"), value_str(STR("List")));
	value_add(&a, &list, STR("items"), items);
	if (option_is(o, OPT_OUTPUT, "json"))
		text_write_json(&out, &list, TEXT_INDENTED);
	else
		text_write_yaml(&out, &list);
	print(buf_str(&out));
	buf_fini(&out);
	arena_fini(&a);
}

int command_check(const struct options *o)
{
	struct offline f;
	struct buf out = {0};
	size_t bad;

	if (!o->words.n) {
		fputs("sluice check: which PATH? see 'sluice check --help'\n", stderr);
		return EXIT_USAGE;
	}
	if (offline_open(&f, o, o->words.p, o->words.n, &out) < 0) {
		fprintf(stderr, "sluice check: %.*s\n", STR_ARG(buf_str(&out)));
		offline_close(&f);
		buf_fini(&out);
		return EXIT_FINDINGS;
	}
	bad = offline_problems(&f, true, &out);
	bad += check_statuses(&f, &out);
	check_shadows(&f, &out);
	if (option_is(o, OPT_OUTPUT, "text"))
		print(buf_str(&out));
	else
		check_list(&out, o);
	offline_close(&f);
	buf_fini(&out);
	return bad ? EXIT_FINDINGS : EXIT_GOOD;
}
