/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/offline.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "cli/commands.h"
#include "gwapi/types_gen.h"

static void take_plan(void *arg, struct plan *plan)
{
	struct offline *f = arg;

	plan_unref(f->plan);
	f->plan = plan;
}

int paths_exist(const struct str *paths, size_t n, struct buf *err)
{
	for (size_t i = 0; i < n; i++) {
		struct stat st;
		char *path = mem_strdup(paths[i]);
		int rc = stat(path, &st) < 0 ? -errno : 0;

		mem_free(path);
		if (rc < 0) {
			buf_printf(err, "%.*s: %s", STR_ARG(paths[i]), strerror(-rc));
			return rc;
		}
	}
	return 0;
}

static int open_files(struct offline *f, const struct str *paths, size_t n, struct buf *err)
{
	static const struct engine_ops ops = {.plan = take_plan};
	const struct engine_options options = {
		.paths = paths, .n_paths = n, .controller = f->options->text[OPT_CONTROLLER_NAME]};
	int rc = paths_exist(paths, n, err);

	if (rc < 0)
		return rc;
	rc = engine_new(NULL, f->plans, &options, &ops, f, &f->engine);
	if (rc < 0) {
		buf_printf(err, "%s", strerror(-rc));
		return rc;
	}
	engine_read(f->engine);
	return 0;
}

int offline_open(struct offline *f, const struct options *o, const struct str *paths, size_t n,
	struct buf *err)
{
	int rc;

	*f = (struct offline){.options = o, .plans = plan_store_new()};
	if (!kube_is_meant(o))
		return open_files(f, paths, n, err);
	if (n) {
		buf_printf(err, "files (%.*s) and a cluster: which of them?", STR_ARG(paths[0]));
		return -E2BIG;
	}
	rc = kube_from_options(o, &f->kube, err);
	return rc < 0 ? rc
		      : cluster_read(
				&f->kube, f->plans, o->text[OPT_CONTROLLER_NAME], err, &f->cluster);
}

void offline_close(struct offline *f)
{
	engine_free(f->engine);
	cluster_free(f->cluster);
	if (kube_is_meant(f->options))
		kube_config_fini(&f->kube);
	plan_unref(f->plan);
	plan_store_reap(f->plans);
	plan_store_free(f->plans);
}

size_t offline_problems(const struct offline *f, bool ignored, struct buf *out)
{
	const struct file_problem *p;
	size_t n, found = 0;

	if (f->cluster) {
		buf_add(out, cluster_problems(f->cluster, &n));
		return n;
	}
	p = engine_problems(f->engine, &n);
	for (size_t i = 0; i < n; i++) {
		found += !p[i].ignored;
		if (!p[i].ignored || ignored)
			buf_printf(out, "%.*s\n", STR_ARG(p[i].text));
	}
	return found;
}

struct translator *offline_translator(const struct offline *f)
{
	return f->cluster ? cluster_translator(f->cluster) : engine_translator(f->engine);
}

struct store *offline_store(const struct offline *f)
{
	return f->cluster ? cluster_store(f->cluster) : engine_store(f->engine);
}

struct value offline_status(struct offline *f, struct arena *a)
{
	return f->cluster ? cluster_status(f->cluster, a) : engine_status(f->engine, a);
}

/* --- plans ---------------------------------------------------------------------------------- */

/* The Gateway that is meant, or NULL with a sentence that names those there are. */
static const struct object *choose(
	const struct object_list *all, struct str gateway, struct buf *err)
{
	if (!gateway.n && all->n == 1)
		return all->p[0];
	for (size_t i = 0; i < all->n; i++) {
		if (str_eq(object_key(all->p[i]), gateway))
			return all->p[i];
	}
	if (gateway.n)
		buf_printf(err, "no Gateway %.*s of ours", STR_ARG(gateway));
	else
		buf_add(err, all->n ? STR("which Gateway? --gateway NAMESPACE/NAME")
				    : STR("no Gateway of ours"));
	for (size_t i = 0; i < all->n && i < 20; i++)
		buf_printf(
			err, "%s%.*s", i ? ", " : "; there are ", STR_ARG(object_key(all->p[i])));
	if (all->n > 20)
		buf_printf(err, " and %zu more", all->n - 20);
	return NULL;
}

int offline_plan(
	struct offline *f, struct str gateway, struct buf *err, const struct plan **ret_plan)
{
	const struct object *gw;
	struct object_list all;
	struct arena a;

	if (f->cluster) {
		arena_init(&a, 0);
		all = cluster_gateways(f->cluster, &a);
		gw = choose(&all, gateway, err);
		if (gw)
			take_plan(f, cluster_plan(f->cluster, gw));
		arena_fini(&a);
		if (!gw)
			return gateway.n || !all.n ? -ENOENT : -E2BIG;
	}
	*ret_plan = f->plan;
	return 0;
}

/* The Gateways of an unmanaged class share one. */
static bool told_before(const struct object_list *all, size_t at, struct store *s)
{
	struct str class = object_gateway(all->p[at])->spec.gateway_class_name;
	const struct object *o = store_get(s, KIND_GATEWAY_CLASS, STR(""), class);

	if (!o || !class_unmanaged(o))
		return false;
	for (size_t i = 0; i < at; i++) {
		if (str_eq(object_gateway(all->p[i])->spec.gateway_class_name, class))
			return true;
	}
	return false;
}

void offline_plans(struct offline *f, offline_plan_f *fn, void *arg)
{
	struct object_list all;
	struct arena a;

	if (!f->cluster) {
		fn(arg, f->plan);
		return;
	}
	arena_init(&a, 0);
	all = cluster_gateways(f->cluster, &a);
	for (size_t i = 0; i < all.n; i++) {
		if (told_before(&all, i, offline_store(f)))
			continue;
		take_plan(f, cluster_plan(f->cluster, all.p[i]));
		fn(arg, f->plan);
	}
	arena_fini(&a);
}

int offline_exit(int rc)
{
	return rc == -E2BIG ? EXIT_USAGE : rc < 0 ? EXIT_FINDINGS : EXIT_GOOD;
}

bool offline_shows(const struct options *o, struct str namespace)
{
	struct str only = o->text[OPT_NAMESPACE];

	return !only.n || o->given[OPT_ALL_NAMESPACES] || str_eq(only, namespace);
}

void complain(struct str text)
{
	if (text.n)
		fwrite(text.p, 1, text.n, stderr);
}

void print(struct str text)
{
	if (text.n)
		fwrite(text.p, 1, text.n, stdout);
	fflush(stdout);
}
