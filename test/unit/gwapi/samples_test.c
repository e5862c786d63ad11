/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects made from the schemas (test/golden/samples, written by tools/gwverdict): the decoder
 * accepts what the API server accepted and refuses what it refused, at a place it named.
 */
#include "test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "gwapi/decode.h"
#include "text/parse.h"

#define DIR_NAME SOURCE_DIR "/test/golden/samples"

static struct decoder *decoder;
static struct arena arena;
static unsigned wrong, right;

/* Is <a> the place <b> or above it?  We write a map's key [key], the API server .key. */
static bool is_above(struct str a, struct str b)
{
	for (size_t i = 0; i < a.n; i++) {
		bool joint = i < b.n && strchr(".[", a.p[i]) && strchr(".[", b.p[i]);
		bool end = a.p[i] == ']' && (i == b.n || i + 1 == a.n);

		if (!joint && !end && (i >= b.n || a.p[i] != b.p[i]))
			return false;
	}
	return true;
}

/* Did we name a place that the API server named?  It names a list where we name the item, and the
 * other way round. */
static bool same_place(const struct value *sample, const struct decode_error *errors, size_t n)
{
	const struct value *paths = value_get(sample, STR("paths"));

	if (!paths)
		return true;
	value_for_each(p, paths)
	{
		for (size_t i = 0; i < n; i++) {
			if (is_above(errors[i].path, p->string) ||
				is_above(p->string, errors[i].path))
				return true;
		}
	}
	return false;
}

static void complain(const char *file, const struct value *sample, const char *what)
{
	const struct decode_error *errors;
	struct buf b = {0};
	size_t n;

	errors = decoder_errors(decoder, &n);
	wrong++;
	buf_printf(
		&b, "%s: %.*s: %s\n", file, STR_ARG(value_get(sample, STR("what"))->string), what);
	for (size_t i = 0; i < n; i++) {
		struct buf line = {0};

		decode_error_print(&line, &errors[i]);
		buf_printf(&b, "    %.*s\n", STR_ARG(buf_str(&line)));
		buf_fini(&line);
	}
	print_error("%.*s", STR_ARG(buf_str(&b)));
	buf_fini(&b);
}

static void sample_check(const char *file, struct str line)
{
	const struct object *o = NULL;
	const struct decode_error *errors;
	struct text_error err;
	struct value v;
	size_t n;
	bool accepted;
	int rc;

	arena_reset(&arena);
	if (text_parse_json(&arena, line, &v, &err))
		fail_msg("%s: %s", file, err.what);
	accepted = value_get(&v, STR("accepted"))->boolean;
	rc = decode_object(decoder, value_get(&v, STR("object")), STR(""), NULL, &o);
	errors = decoder_errors(decoder, &n);
	right++;
	if (rc == 0 && !accepted)
		complain(file, &v, "accepted here");
	else if (rc != 0 && accepted)
		complain(file, &v, "refused here");
	else if (rc != 0 && !same_place(&v, errors, n))
		complain(file, &v, "refused at another place");
	object_unref(o);
}

static void file_check(const char *name)
{
	char path[512];
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", DIR_NAME, name);
	f = fopen(path, "r");
	assert_non_null(f);
	while ((n = getline(&line, &room, f)) > 0)
		sample_check(name, str_of(line, (size_t)n));
	free(line);
	fclose(f);
}

static void every_sample_is_judged_as_by_the_api_server(void **state)
{
	DIR *dir = opendir(DIR_NAME);
	struct dirent *e;

	(void)state;
	assert_non_null(dir);
	decoder = decoder_new((struct decode_options){0});
	arena_init(&arena, 0);
	while ((e = readdir(dir))) {
		if (strstr(e->d_name, ".jsonl"))
			file_check(e->d_name);
	}
	closedir(dir);
	arena_fini(&arena);
	decoder_free(decoder);
	if (wrong)
		fail_msg("%u of %u samples", wrong, right);
	assert_true(right > 4000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sample_is_judged_as_by_the_api_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
