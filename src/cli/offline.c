/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/offline.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

static void offline_plan(void *arg, struct plan *plan)
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

int offline_open(struct offline *f, const struct options *o, const struct str *paths, size_t n,
	struct buf *err)
{
	static const struct engine_ops ops = {.plan = offline_plan};
	const struct engine_options options = {
		.paths = paths, .n_paths = n, .controller = o->text[OPT_CONTROLLER_NAME]};
	int rc;

	*f = (struct offline){.plans = plan_store_new()};
	rc = paths_exist(paths, n, err);
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

void offline_close(struct offline *f)
{
	engine_free(f->engine);
	plan_unref(f->plan);
	plan_store_reap(f->plans);
	plan_store_free(f->plans);
}

size_t offline_problems(const struct offline *f, bool ignored, struct buf *out)
{
	size_t n, found = 0;
	const struct file_problem *p = engine_problems(f->engine, &n);

	for (size_t i = 0; i < n; i++) {
		found += !p[i].ignored;
		if (!p[i].ignored || ignored)
			buf_printf(out, "%.*s\n", STR_ARG(p[i].text));
	}
	return found;
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
