/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Golden files: test/golden/translate/<case>/in.yaml gives plan.txt and status.yaml, byte for byte.
 * `gwapi_golden_test --update [case...]` writes them anew; read the difference before it is kept.
 */
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/vec.h"
#include "helper_world.h"

#define ROOT SOURCE_DIR "/test/golden/translate"

static bool update;

static bool file_read(const char *dir, const char *name, struct buf *out)
{
	char path[1024];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s/%s", ROOT, dir, name);
	f = fopen(path, "rb");
	if (!f)
		return false;
	do {
		char *room = buf_room(out, 65536);

		n = fread(room, 1, 65536, f);
		buf_added(out, n);
	} while (n);
	fclose(f);
	return true;
}

static void file_write(const char *dir, const char *name, struct str text)
{
	char path[1024];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/%s", ROOT, dir, name);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(text.n, fwrite(text.n ? text.p : "", 1, text.n, f));
	fclose(f);
}

/* The first line that differs, for the message. */
static void compare(const char *dir, const char *name, struct str got)
{
	struct buf want = {0};
	struct str g = got, w;
	unsigned line = 1;

	if (update) {
		file_write(dir, name, got);
		return;
	}
	if (!file_read(dir, name, &want))
		fail_msg("%s/%s does not exist; run with --update and read it", dir, name);
	w = buf_str(&want);
	while (g.n || w.n) {
		struct str gl = str_cut(&g, '\n'), wl = str_cut(&w, '\n');

		if (!str_eq(gl, wl))
			fail_msg("%s/%s:%u:\n got: %.*s\nwant: %.*s", dir, name, line, STR_ARG(gl),
				STR_ARG(wl));
		line++;
	}
	assert_true(str_eq(got, buf_str(&want)));
	buf_fini(&want);
}

static void golden(void **state)
{
	const char *dir = *state;
	struct buf in = {0}, plan = {0}, status = {0}, again = {0};
	struct world w;

	assert_true(file_read(dir, "in.yaml", &in));
	world_init(&w, buf_str(&in));
	world_load(&w, buf_str(&in));
	world_update(&w);
	world_dump(&w, &plan);
	world_statuses(&w, &status);
	/* nothing changed: nothing is said again */
	world_update(&w);
	world_dump(&w, &again);
	assert_true(str_eq(buf_str(&plan), buf_str(&again)));
	compare(dir, "plan.txt", buf_str(&plan));
	compare(dir, "status.yaml", buf_str(&status));
	world_fini(&w);
	buf_fini(&in);
	buf_fini(&plan);
	buf_fini(&status);
	buf_fini(&again);
}

static int name_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int main(int argc, char **argv)
{
	VEC(char *) names = {0};
	VEC(struct CMUnitTest) tests = {0};
	DIR *d = opendir(ROOT);
	int r;

	update = argc > 1 && strcmp(argv[1], "--update") == 0;
	for (int i = 2; update && i < argc; i++)
		*vec_push(&names) = mem_strdup(str_from(argv[i]));
	for (struct dirent *e; d && names.n < (size_t)(argc > 2 ? 1 : 100000) && (e = readdir(d));)
		if (e->d_name[0] != '.' && argc <= 2)
			*vec_push(&names) = mem_strdup(str_from(e->d_name));
	if (d)
		closedir(d);
	if (names.n)
		qsort(names.p, names.n, sizeof(*names.p), name_order);
	vec_for_each (n, &names)
		*vec_push(&tests) =
			(struct CMUnitTest){.name = *n, .test_func = golden, .initial_state = *n};
	r = _cmocka_run_group_tests("translate golden", tests.p, tests.n, NULL, NULL);
	if (names.n == 0)
		r = 1; /* no case is no success */
	vec_for_each (n, &names)
		mem_free(*n);
	vec_fini(&names);
	vec_fini(&tests);
	return r;
}
