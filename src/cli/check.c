/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.c -- `sluice check PATH…`: everything that is wrong with a folder or a cluster, without
 * serving it.
 *
 * What is wrong makes the exit status 1; a rule that cannot win, or a route that names no
 * Gateway, is only a warning.
 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/offline.h"
#include "gwapi/outdone.h"
#include "gwapi/types_gen.h"
#include "text/write.h"

/* Conditions that are not good, one a line. */
static size_t check_statuses(const struct offline *f, struct buf *out)
{
	size_t n, bad = 0;
	const struct object_status *const *all = translator_statuses(offline_translator(f), &n);

	for (size_t i = 0; i < n; i++) {
		if (object_status_good(all[i]) ||
			!offline_shows(f->options, all[i]->object->namespace))
			continue;
		status_print(out, all[i], true);
		bad++;
	}
	return bad;
}

/* "routes.yaml:12:1: " */
static void place_print(struct buf *out, const struct object *o)
{
	if (o->file.n)
		buf_printf(out, "%.*s:%u:%u: ", STR_ARG(o->file), o->line, o->column);
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
		if (o)
			place_print(out, o);
	}
}

/* Valid, and of no use: a route that names no Gateway. */
static void check_unattached(const struct offline *f, struct buf *out)
{
	for (int k = 0; k < KIND_MAX; k++) {
		struct object_list list = store_list(offline_store(f), (enum object_kind)k);

		for (size_t i = 0; i < list.n; i++) {
			const struct object *o = list.p[i];
			const struct common_route_spec *r = object_route_common(o);

			if (!r || r->n_parent_refs || r->use_default_gateways ||
				!offline_shows(f->options, o->namespace))
				continue;
			place_print(out, o);
			buf_printf(out,
				"warning: %.*s %.*s/%.*s: spec.parentRefs names no "
				"Gateway, so nothing serves it\n",
				STR_ARG(object_kind_name(o->kind)), STR_ARG(o->namespace),
				STR_ARG(o->name));
		}
	}
}

struct shadow_check {
	struct offline *offline;
	struct buf *out;
};

/* Warnings: both routes are valid, and it may be meant so for a while. */
static void check_shadows(void *arg, const struct plan *plan)
{
	const struct shadow_check *x = arg;
	struct outdones shadows = {0};

	outdones_find(plan, &shadows);
	vec_for_each (s, &shadows.all) {
		const struct plan_route *r = ((const struct plan_rule *)s->m->payload)->route;
		struct str name = r->name, ns;

		str_cut(&name, '/');
		ns = str_cut(&name, '/');
		if (!offline_shows(x->offline->options, ns))
			continue;
		check_place(x->out, offline_store(x->offline), r);
		buf_add(x->out, STR("warning: "));
		outdone_print(x->out, s);
		buf_addc(x->out, '\n');
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

/* Silence would pass for good. */
static void check_nothing(const struct offline *f, const struct options *o, size_t said)
{
	size_t n = 0;

	for (int k = 0; k < KIND_MAX; k++)
		n += store_count(offline_store(f), (enum object_kind)k);
	if (n == 0 && !said && !kube_is_meant(o))
		fputs("sluice check: no object in these paths; of a folder, files that end in .yaml, "
		      ".yml or .json are read\n",
			stderr);
}

int command_check(const struct options *o)
{
	struct offline f;
	struct buf out = {0};
	size_t bad;
	int rc;

	if (!o->words.n && !kube_is_meant(o)) {
		fputs("sluice check: which PATH, or --kubeconfig? see 'sluice check --help'\n",
			stderr);
		return EXIT_USAGE;
	}
	rc = offline_open(&f, o, o->words.p, o->words.n, &out);
	if (rc < 0) {
		fprintf(stderr, "sluice check: %.*s\n", STR_ARG(buf_str(&out)));
		offline_close(&f);
		buf_fini(&out);
		return offline_exit(rc);
	}
	bad = offline_problems(&f, true, &out);
	bad += check_statuses(&f, &out);
	check_unattached(&f, &out);
	check_nothing(&f, o, out.n);
	offline_plans(&f, check_shadows, &(struct shadow_check){&f, &out});
	if (option_is(o, OPT_OUTPUT, "text"))
		print(buf_str(&out));
	else
		check_list(&out, o);
	offline_close(&f);
	buf_fini(&out);
	return bad ? EXIT_FINDINGS : EXIT_GOOD;
}
