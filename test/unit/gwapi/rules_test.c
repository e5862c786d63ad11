/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every x-kubernetes-validations rule has objects that meet it and objects that break it
 * (test/golden/rules/<rule>/), and the decoder says of each what the API server said
 * (verdicts.json, written by tools/gwverdict), with the same messages at the same places.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/map.h"
#include "gwapi/decode.h"
#include "text/parse.h"

#define RULES SOURCE_DIR "/test/golden/rules/"

static struct arena arena;
static struct decoder *decoder;
static struct value rules, verdicts;
static struct map messages; /* of all rules -> their rule */
static unsigned wrong;

/* The enum of the same field refuses every value that would break it. */
static const char *const unreachable[] = {"type_must_be_one_of_exact_pathprefix_regularexpression"};

static struct str file_read(const char *name)
{
	struct buf b = {0};
	char path[512];
	struct str text;
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s%s", RULES, name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("%s cannot be read", path);
	do {
		n = fread(buf_room(&b, 4096), 1, 4096, f);
		buf_added(&b, n);
	} while (n);
	fclose(f);
	text = arena_str(&arena, buf_str(&b));
	buf_fini(&b);
	return text;
}

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, 0);
	decoder = decoder_new((struct decode_options){.keep_status = true});
	assert_int_equal(text_parse_json(&arena, file_read("rules.json"), &rules, NULL), 0);
	assert_int_equal(text_parse_json(&arena, file_read("verdicts.json"), &verdicts, NULL), 0);
	value_for_each(r, &rules)
	{
		value_for_each(m, value_get(r, STR("messages"))) map_put(&messages, m->string, r);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	map_fini(&messages);
	decoder_free(decoder);
	arena_fini(&arena);
	return 0;
}

/* The rule's message in what the API server said: alone, or behind the error of evaluating it. */
static struct str message_of(struct str detail)
{
	static const struct str behind = {"evaluating rule: ", 17};
	const char *at = detail.n ? memmem(detail.p, detail.n, behind.p, behind.n) : NULL;

	return at ? str_skip(detail, (size_t)(at - detail.p) + behind.n) : detail;
}

static bool recorded(const struct value *verdict, struct str path, struct str message)
{
	const struct value *findings = value_get(verdict, STR("findings"));

	if (!findings)
		return false;
	value_for_each(f, findings)
	{
		if (str_eq(message_of(value_get(f, STR("detail"))->string), message) &&
			(!path.p || str_eq(value_get(f, STR("path"))->string, path)))
			return true;
	}
	return false;
}

static void complain(const struct value *verdict, const char *what, struct str text)
{
	wrong++;
	print_error("%.*s: %s: %.*s\n", STR_ARG(value_get(verdict, STR("file"))->string), what,
		STR_ARG(text));
}

/* Each rule that we or the API server found broken was found by both. */
static void messages_check(const struct value *verdict)
{
	const struct value *findings = value_get(verdict, STR("findings"));
	const struct decode_error *errors;
	size_t n;

	errors = decoder_errors(decoder, &n);
	for (size_t i = 0; i < n; i++) {
		if (map_get(&messages, errors[i].what) &&
			!recorded(verdict, errors[i].path, errors[i].what))
			complain(verdict, "the API server did not say", errors[i].what);
	}
	if (!findings)
		return;
	value_for_each(f, findings)
	{
		struct str message = message_of(value_get(f, STR("detail"))->string);
		size_t i = 0;

		if (!map_get(&messages, message))
			continue;
		while (i < n && !(str_eq(errors[i].what, message) &&
					str_eq(errors[i].path, value_get(f, STR("path"))->string)))
			i++;
		if (i == n)
			complain(verdict, "we did not say", message);
	}
}

static void verdict_check(const struct value *verdict)
{
	struct str file = value_get(verdict, STR("file"))->string;
	bool accepted = value_get(verdict, STR("accepted"))->boolean;
	struct text_documents docs = {file_read(file.p), 1};
	struct text_document doc;
	const struct object *o = NULL, *old = NULL;
	struct value v;
	int rc = -1;

	while (text_split_documents(&docs, &doc)) {
		object_unref(old);
		old = o;
		o = NULL;
		assert_int_equal(text_parse_yaml(&arena, doc.text, doc.line, &v, NULL), 0);
		rc = decode_object(decoder, &v, file, old, &o);
	}
	if ((rc == 0) != accepted)
		complain(verdict, "otherwise than the API server",
			accepted ? STR("refused") : STR("accepted"));
	messages_check(verdict);
	object_unref(o);
	object_unref(old);
}

static void every_object_is_judged_as_by_the_api_server(void **state)
{
	(void)state;
	wrong = 0;
	value_for_each(verdict, &verdicts) verdict_check(verdict);
	assert_int_equal(wrong, 0);
	assert_true(verdicts.n > 300);
}

static bool is_unreachable(struct str id)
{
	for (size_t i = 0; i < ARRAY_LEN(unreachable); i++) {
		if (str_eq(id, str_from(unreachable[i])))
			return true;
	}
	return false;
}

/* Some object of the rule's folder meets (<message>.p == NULL) or breaks it. */
static bool has_object(struct str id, struct str message)
{
	value_for_each(verdict, &verdicts)
	{
		struct str file = value_get(verdict, STR("file"))->string;
		bool accepted = value_get(verdict, STR("accepted"))->boolean;

		if (!str_starts(file, id) || file.p[id.n] != '/')
			continue;
		if (message.p ? recorded(verdict, (struct str){NULL, 0}, message) : accepted)
			return true;
	}
	return false;
}

static void every_rule_has_objects_that_meet_and_break_it(void **state)
{
	unsigned lacking = 0;

	(void)state;
	value_for_each(r, &rules)
	{
		struct str id = value_get(r, STR("id"))->string;

		if (!has_object(id, (struct str){NULL, 0})) {
			print_error("%.*s: no object that meets it\n", STR_ARG(id));
			lacking++;
		}
		value_for_each(m, value_get(r, STR("messages")))
		{
			if (has_object(id, m->string) || is_unreachable(id))
				continue;
			print_error("%.*s: no object that breaks it: %.*s\n", STR_ARG(id),
				STR_ARG(m->string));
			lacking++;
		}
	}
	assert_int_equal(lacking, 0);
	assert_true(rules.n > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_object_is_judged_as_by_the_api_server),
		cmocka_unit_test(every_rule_has_objects_that_meet_and_break_it),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
