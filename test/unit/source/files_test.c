/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/map.h"
#include "source/files.h"

/* What the source told, as one line per event. */
struct tape {
	char dir[64];
	struct loop *loop;
	struct files *files;
	struct buf said;
};

static struct str short_path(struct tape *t, struct str path)
{
	return str_skip(path, strlen(t->dir));
}

static void on_text(void *arg, struct str path, struct str text)
{
	struct tape *t = arg;

	path = short_path(t, path);
	buf_printf(&t->said, "text %.*s %.*s;", STR_ARG(path), STR_ARG(text));
}

static void on_gone(void *arg, struct str path)
{
	struct tape *t = arg;

	path = short_path(t, path);
	buf_printf(&t->said, "gone %.*s;", STR_ARG(path));
}

static void on_failed(void *arg, struct str path, int err)
{
	struct tape *t = arg;

	path = short_path(t, path);
	buf_printf(&t->said, "failed %.*s %s;", STR_ARG(path), strerrorname_np(-err));
}

static void on_settled(void *arg)
{
	(void)arg;
}

static const struct files_ops ops = {on_text, on_gone, on_failed, on_settled};

static void write_file(struct tape *t, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", t->dir, name);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static char *in_dir(struct tape *t, const char *name)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", t->dir, name);
	return path;
}

static void heard(struct tape *t, const char *want)
{
	for (int i = 0; i < 3; i++)
		loop_tick(t->loop, 0);
	assert_str(buf_str(&t->said), want);
	buf_reset(&t->said);
}

static int setup(void **state)
{
	struct tape *t = calloc(1, sizeof(*t));

	strcpy(t->dir, "/tmp/files_test.XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	assert_int_equal(loop_new(&(struct loop_config){0}, &t->loop), 0);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct tape *t = *state;
	char cmd[128];

	files_free(t->files);
	loop_free(t->loop);
	buf_fini(&t->said);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", t->dir);
	assert_int_equal(system(cmd), 0);
	free(t);
	return 0;
}

static void start(struct tape *t, const char *root)
{
	struct str path = str_from(in_dir(t, root));

	assert_int_equal(files_new(t->loop, &path, 1, &ops, t, &t->files), 0);
	files_read(t->files);
}

static void test_folder_in_order_hidden_left_out(void **state)
{
	struct tape *t = *state;

	mkdir(in_dir(t, "d"), 0700);
	mkdir(in_dir(t, "d/m"), 0700);
	write_file(t, "d/z.yaml", "3");
	write_file(t, "d/a.yml", "1");
	write_file(t, "d/m/b.json", "2");
	write_file(t, "d/.hidden.yaml", "x");
	write_file(t, "d/notes.txt", "x");
	start(t, "d");
	heard(t, "text /d/a.yml 1;text /d/m/b.json 2;text /d/z.yaml 3;");
}

static void test_write_rename_and_delete(void **state)
{
	struct tape *t = *state;

	mkdir(in_dir(t, "d"), 0700);
	write_file(t, "d/a.yaml", "1");
	start(t, "d");
	heard(t, "text /d/a.yaml 1;");
	write_file(t, "d/a.yaml", "2");
	heard(t, "text /d/a.yaml 2;");
	write_file(t, "d/.a.yaml.swp", "3");
	heard(t, "");
	rename(in_dir(t, "d/.a.yaml.swp"), in_dir(t, "d/a.yaml"));
	heard(t, "text /d/a.yaml 3;");
	mkdir(in_dir(t, "d/sub"), 0700);
	heard(t, "");
	write_file(t, "d/sub/b.yaml", "4");
	heard(t, "text /d/sub/b.yaml 4;");
	unlink(in_dir(t, "d/a.yaml"));
	heard(t, "gone /d/a.yaml;");
}

/* The kubelet's way: files are links through ..data, which is swapped by rename. */
static void test_configmap_swap(void **state)
{
	struct tape *t = *state;

	mkdir(in_dir(t, "d"), 0700);
	mkdir(in_dir(t, "d/..1"), 0700);
	mkdir(in_dir(t, "d/..2"), 0700);
	write_file(t, "d/..1/a.yaml", "1");
	write_file(t, "d/..2/a.yaml", "2");
	assert_int_equal(symlink("..1", in_dir(t, "d/..data")), 0);
	assert_int_equal(symlink("..data/a.yaml", in_dir(t, "d/a.yaml")), 0);
	start(t, "d");
	heard(t, "text /d/a.yaml 1;");
	assert_int_equal(symlink("..2", in_dir(t, "d/..data_tmp")), 0);
	rename(in_dir(t, "d/..data_tmp"), in_dir(t, "d/..data"));
	heard(t, "text /d/a.yaml 2;");
}

static void test_folder_gone_keeps_and_comes_back(void **state)
{
	struct tape *t = *state;

	mkdir(in_dir(t, "d"), 0700);
	write_file(t, "d/a.yaml", "1");
	start(t, "d");
	heard(t, "text /d/a.yaml 1;");
	rename(in_dir(t, "d"), in_dir(t, "away"));
	heard(t, "failed /d ENOENT;");
	mkdir(in_dir(t, "d"), 0700);
	write_file(t, "d/b.yaml", "2");
	heard(t, "text /d/b.yaml 2;gone /d/a.yaml;");
}

static void test_single_file_and_unreadable(void **state)
{
	struct tape *t = *state;

	write_file(t, "one", "1");
	start(t, "one");
	heard(t, "text /one 1;");
	unlink(in_dir(t, "one"));
	heard(t, "failed /one ENOENT;");
	mkdir(in_dir(t, "dir.yaml"), 0700);
	write_file(t, "one", "2");
	heard(t, "text /one 2;");
	unlink(in_dir(t, "one"));
	assert_int_equal(symlink("nowhere", in_dir(t, "one")), 0);
	heard(t, "failed /one ENOENT;");
}

/* A change that no event speaks of (through another name of the file) is not seen until all is
 * looked at: what an event names is all that is visited. */
static void test_only_what_is_named_is_visited(void **state)
{
	struct tape *t = *state;

	mkdir(in_dir(t, "d"), 0700);
	write_file(t, "d/a.yaml", "1");
	AZ(link(in_dir(t, "d/a.yaml"), in_dir(t, "other")));
	start(t, "d");
	heard(t, "text /d/a.yaml 1;");
	write_file(t, "other", "22");
	write_file(t, "d/b.yaml", "b");
	heard(t, "text /d/b.yaml b;");
	AZ(unlink(in_dir(t, "d/b.yaml")));
	heard(t, "gone /d/b.yaml;");
	/* A folder comes: all is looked at. */
	mkdir(in_dir(t, "d/e"), 0700);
	heard(t, "text /d/a.yaml 22;");
	write_file(t, "d/e/f.yaml", "f");
	heard(t, "text /d/e/f.yaml f;");
}

static void test_named_that_is_a_link_or_folder(void **state)
{
	struct tape *t = *state;

	mkdir(in_dir(t, "d"), 0700);
	write_file(t, "d/a.yaml", "1");
	write_file(t, "target", "linked");
	start(t, "d");
	heard(t, "text /d/a.yaml 1;");
	AZ(symlink(in_dir(t, "target"), in_dir(t, "d/l.yaml")));
	heard(t, "text /d/l.yaml linked;");
	mkdir(in_dir(t, "d/g.yaml"), 0700);
	write_file(t, "d/g.yaml/h.yaml", "h");
	heard(t, "text /d/g.yaml/h.yaml h;");
}

/* More happens than the kernel queues: nothing is missed, not even what looks the same. */
static void test_lost_events(void **state)
{
	struct tape *t = *state;
	char *a, *b;

	mkdir(in_dir(t, "d"), 0700);
	write_file(t, "d/a.yaml", "1");
	start(t, "d");
	heard(t, "text /d/a.yaml 1;");
	a = in_dir(t, "d/x.tmp");
	b = in_dir(t, "d/y.tmp");
	write_file(t, "d/x.tmp", "");
	for (int i = 0; i < 10000; i++) {
		AZ(rename(a, b));
		AZ(rename(b, a));
	}
	write_file(t, "d/z.yaml", "new");
	heard(t, "text /d/a.yaml 1;text /d/z.yaml new;");
}

/* What cannot be read is told at every look, whatever the look was for. */
static void test_failure_lasts(void **state)
{
	struct tape *t = *state;

	mkdir(in_dir(t, "d"), 0700);
	write_file(t, "d/a.yaml", "1");
	AZ(symlink("nowhere", in_dir(t, "d/b.yaml")));
	start(t, "d");
	heard(t, "text /d/a.yaml 1;failed /d/b.yaml ENOENT;");
	write_file(t, "d/a.yaml", "2");
	heard(t, "text /d/a.yaml 2;failed /d/b.yaml ENOENT;");
	AZ(unlink(in_dir(t, "d/b.yaml")));
	heard(t, "gone /d/b.yaml;");
	write_file(t, "d/a.yaml", "3");
	heard(t, "text /d/a.yaml 3;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_folder_in_order_hidden_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(test_write_rename_and_delete, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_only_what_is_named_is_visited, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_named_that_is_a_link_or_folder, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lost_events, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failure_lasts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_configmap_swap, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_folder_gone_keeps_and_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_single_file_and_unreadable, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
