/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of file mode, each on files of its own. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gwapi/types_gen.h"
#include "source/file_source.h"

struct rig {
	char dir[64];
	struct loop *loop;
	struct store store;
	struct file_source *source;
	unsigned settled;
};

static void on_settled(void *arg)
{
	((struct rig *)arg)->settled++;
}

static const struct file_source_ops ops = {.settled = on_settled};

static char *in_dir(const struct rig *r, const char *name)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", r->dir, name);
	return path;
}

static void text_write(const struct rig *r, const char *name, const char *text)
{
	FILE *f = fopen(in_dir(r, name), "we");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int setup(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	strcpy(r->dir, "/tmp/file_source_test.XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	assert_int_equal(mkdir(in_dir(r, "d"), 0700), 0);
	assert_int_equal(loop_new(&(struct loop_config){0}, &r->loop), 0);
	store_init(&r->store);
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	struct rig *r = *state;
	char cmd[128];

	file_source_free(r->source);
	store_fini(&r->store);
	loop_free(r->loop);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", r->dir);
	assert_int_equal(system(cmd), 0);
	free(r);
	return 0;
}

static void start(struct rig *r)
{
	struct str root = str_from(in_dir(r, "d"));

	assert_int_equal(
		file_source_new(r->loop, &root, 1, &r->store, false, &ops, r, &r->source), 0);
	file_source_read(r->source);
	assert_int_equal(r->settled, 1);
}

/* What inotify has to say is taken in within a few ticks: the kernel queues it in the call. */
static void turn(struct rig *r)
{
	store_changes_reset(&r->store);
	for (int i = 0; i < 4; i++)
		loop_tick(r->loop, 0);
}

static void holds(const struct rig *r, const char *name, const char *want)
{
	const struct object *o =
		store_get(&r->store, KIND_CONFIG_MAP, STR("default"), str_from(name));
	const struct config_map *m = o ? object_config_map(o) : NULL;

	if (!want) {
		assert_null(m);
		return;
	}
	assert_non_null(m);
	assert_str(m->n_data ? m->data[0].value : STR(""), want);
}

/* The n-th problem, without the folder. */
static struct str problem(const struct rig *r, size_t i)
{
	size_t n;
	const struct file_problem *p = file_source_problems(r->source, &n);

	if (i >= n)
		return STR("");
	return str_skip(p[i].text, strlen(r->dir) + 1);
}

static size_t problems(const struct rig *r)
{
	size_t n;

	file_source_problems(r->source, &n);
	return n;
}

#define MAP(name, value)                                                          \
	"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " name "}\ndata: {v: " \
	"\"" value "\"}\n"

static void test_first_by_path_wins_and_both_are_named(void **state)
{
	struct rig *r = *state;

	text_write(r, "d/b.yaml", MAP("m", "second"));
	text_write(r, "d/a.yaml", MAP("x", "1") "---\n" MAP("m", "first"));
	start(r);
	holds(r, "m", "first");
	assert_int_equal(problems(r), 1);
	assert_true(
		str_starts(problem(r, 0), STR("d/b.yaml:1:1: ConfigMap default/m: given twice")));
	assert_non_null(memmem(problem(r, 0).p, problem(r, 0).n, "/d/a.yaml:6 counts", 18));
	/* The first goes: the second takes its place, and nothing is wrong any more. */
	text_write(r, "d/a.yaml", MAP("x", "1"));
	turn(r);
	holds(r, "m", "second");
	assert_int_equal(problems(r), 0);
}

static void test_twice_in_one_file_the_upper_wins(void **state)
{
	struct rig *r = *state;

	text_write(r, "d/a.yaml", MAP("m", "up") "---\n" MAP("m", "down"));
	start(r);
	holds(r, "m", "up");
	assert_int_equal(problems(r), 1);
}

static void test_unparsable_keeps_last_good(void **state)
{
	struct rig *r = *state;

	text_write(r, "d/a.yaml", MAP("m", "1") "---\n" MAP("k", "1"));
	start(r);
	text_write(r, "d/a.yaml", MAP("m", "2") "---\nkind: [\n");
	turn(r);
	holds(r, "m", "2"); /* what can be read counts */
	holds(r, "k", "1"); /* what cannot be told apart stays */
	assert_int_equal(problems(r), 2);
	assert_str(problem(r, 1),
		"d/a.yaml: cannot be read whole: 1 objects stay as they were before");
	assert_true(str_starts(problem(r, 0), STR("d/a.yaml:6:")));
	text_write(r, "d/a.yaml", MAP("m", "3"));
	turn(r);
	holds(r, "m", "3");
	holds(r, "k", NULL);
	assert_int_equal(problems(r), 0);
}

static void test_refused_object_keeps_its_last_good_and_names_the_field(void **state)
{
	struct rig *r = *state;
	static const char head[] = "apiVersion: sluice.dev/v1alpha1\nkind: Backend\n"
				   "metadata: {name: b}\n";
	char text[256];
	const struct object *good;

	snprintf(text, sizeof(text), "%sspec: {endpoints: [\"127.0.0.1:1\"]}\n", head);
	text_write(r, "d/a.yaml", text);
	start(r);
	good = store_get(&r->store, KIND_BACKEND, STR("default"), STR("b"));
	assert_non_null(good);
	snprintf(text, sizeof(text), "%sspec: {endpoint: [\"127.0.0.1:2\"]}\n---\n%s", head,
		MAP("m", "1"));
	text_write(r, "d/a.yaml", text);
	turn(r);
	holds(r, "m", "1"); /* refused alone */
	assert_ptr_equal(store_get(&r->store, KIND_BACKEND, STR("default"), STR("b")), good);
	assert_true(problems(r) >= 1);
	assert_true(
		str_starts(problem(r, 0), STR("d/a.yaml:4:8: Backend default/b: spec.endpoint: ")));
	assert_non_null(memmem(problem(r, 0).p, problem(r, 0).n, "did you mean endpoints?", 23));
}

static void test_absent_from_a_readable_file_is_deleted(void **state)
{
	struct rig *r = *state;

	text_write(r, "d/a.yaml", MAP("m", "1") "---\n" MAP("k", "1"));
	text_write(r, "d/b.yaml", MAP("o", "1"));
	start(r);
	text_write(r, "d/a.yaml", MAP("k", "1"));
	unlink(in_dir(r, "d/b.yaml"));
	turn(r);
	holds(r, "m", NULL);
	holds(r, "k", "1");
	holds(r, "o", NULL);
	assert_int_equal(problems(r), 0);
}

static void test_folder_gone_keeps_all_and_alarms_until_it_is_back(void **state)
{
	struct rig *r = *state;
	uint64_t digest;

	text_write(r, "d/a.yaml", MAP("m", "1"));
	start(r);
	digest = file_source_digest(r->source);
	rename(in_dir(r, "d"), in_dir(r, "away"));
	turn(r);
	holds(r, "m", "1");
	assert_int_equal(problems(r), 1);
	assert_str(problem(r, 0), "d: cannot be read: No such file or directory: what it said "
				  "before stays in force");
	rename(in_dir(r, "away"), in_dir(r, "d"));
	turn(r);
	holds(r, "m", "1");
	assert_int_equal(problems(r), 0);
	assert_true(digest == file_source_digest(r->source));
}

static void test_other_kinds_are_listed_once(void **state)
{
	struct rig *r = *state;
	size_t n;
	const struct file_problem *p;

	text_write(r, "d/a.yaml",
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n---\n"
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b}\n");
	text_write(r, "d/b.yaml",
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: c}\n---\n"
		"apiVersion: batch/v1\nkind: Job\nmetadata: {name: c}\n");
	start(r);
	p = file_source_problems(r->source, &n);
	assert_int_equal(n, 2);
	assert_true(p[0].ignored && p[0].fresh && p[1].ignored);
	assert_true(str_starts(problem(r, 0), STR("d/a.yaml:1:1: ")));
	assert_non_null(memmem(p[0].text.p, p[0].text.n, "Deployment", 10));
	assert_non_null(memmem(p[1].text.p, p[1].text.n, "Job", 3));
	/* Nothing is said again when another file changes. */
	text_write(r, "d/c.yaml", MAP("m", "1"));
	turn(r);
	p = file_source_problems(r->source, &n);
	assert_int_equal(n, 2);
	assert_false(p[0].fresh || p[1].fresh);
}

/* A document that stands as it stood is not decoded again: its object stays the same one. */
static void test_only_changed_documents_are_decoded(void **state)
{
	struct rig *r = *state;
	const struct object *before;

	text_write(r, "d/a.yaml", MAP("m", "1") "---\n" MAP("k", "1"));
	start(r);
	before = store_get(&r->store, KIND_CONFIG_MAP, STR("default"), STR("k"));
	assert_int_equal(before->line, 6);
	text_write(r, "d/a.yaml", "# moved down\n" MAP("m", "2") "---\n" MAP("k", "1"));
	turn(r);
	holds(r, "m", "2");
	assert_ptr_equal(store_get(&r->store, KIND_CONFIG_MAP, STR("default"), STR("k")), before);
	assert_int_equal(before->line, 7);
}

static void test_a_list_and_json_are_read(void **state)
{
	struct rig *r = *state;

	text_write(r, "d/a.json",
		"{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{\"apiVersion\": \"v1\", "
		"\"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"m\"}, \"data\": {\"v\": \"1\"}}, "
		"{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"k\"}}]}");
	start(r);
	holds(r, "m", "1");
	holds(r, "k", "");
	assert_int_equal(problems(r), 0);
}

/* Two in one file that give the same change places: the upper one counts again. */
static void test_rivals_change_places(void **state)
{
	struct rig *r = *state;

	text_write(r, "d/a.yaml", MAP("m", "one") "---\n" MAP("m", "two"));
	start(r);
	holds(r, "m", "one");
	text_write(r, "d/a.yaml", "---\n" MAP("m", "two") "---\n" MAP("m", "one"));
	turn(r);
	holds(r, "m", "two");
	assert_int_equal(problems(r), 1);
	text_write(r, "d/0.yaml", MAP("m", "zero"));
	turn(r);
	holds(r, "m", "zero");
	assert_int_equal(problems(r), 2);
	AZ(unlink(in_dir(r, "d/0.yaml")));
	text_write(r, "d/a.yaml", "---\n" MAP("m", "one"));
	turn(r);
	holds(r, "m", "one");
	assert_int_equal(problems(r), 0);
}

/* The digest names the content, whatever led to it. */
static void test_digest_follows_content(void **state)
{
	struct rig *r = *state;
	uint64_t first, second;

	text_write(r, "d/a.yaml", MAP("a", "1"));
	start(r);
	first = file_source_digest(r->source);
	text_write(r, "d/b.yaml", MAP("b", "1"));
	turn(r);
	second = file_source_digest(r->source);
	assert_true(second != first);
	AZ(unlink(in_dir(r, "d/b.yaml")));
	turn(r);
	assert_true(file_source_digest(r->source) == first);
	text_write(r, "d/a.yaml", MAP("a", "2"));
	turn(r);
	text_write(r, "d/a.yaml", MAP("a", "1"));
	text_write(r, "d/b.yaml", MAP("b", "1"));
	turn(r);
	assert_true(file_source_digest(r->source) == second);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_first_by_path_wins_and_both_are_named),
		T(test_twice_in_one_file_the_upper_wins),
		T(test_unparsable_keeps_last_good),
		T(test_refused_object_keeps_its_last_good_and_names_the_field),
		T(test_absent_from_a_readable_file_is_deleted),
		T(test_folder_gone_keeps_all_and_alarms_until_it_is_back),
		T(test_other_kinds_are_listed_once),
		T(test_only_changed_documents_are_decoded),
		T(test_a_list_and_json_are_read),
		T(test_rivals_change_places),
		T(test_digest_follows_content),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
