/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain.c -- `sluice explain METHOD URL`: which rule takes a request, and why all others do not.
 */
#include "gwapi/explain.h"

#include <stdio.h>

#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/offline.h"
#include "text/parse.h"
#include "text/write.h"

static int exit_of(int verdict)
{
	return verdict == EXPLAIN_FOUND ? EXIT_GOOD : EXIT_FINDINGS;
}

/* JSON is what explain() writes; YAML is the same, read and written again. */
static void explain_print(const struct options *o, struct str text)
{
	struct value v;
	struct buf out = {0};
	struct arena a;

	arena_init(&a, 0);
	if (option_is(o, OPT_OUTPUT, "yaml") && text_parse_json(&a, text, &v, NULL) == 0) {
		text_write_yaml(&out, &v);
		text = buf_str(&out);
	}
	print(text);
	buf_fini(&out);
	arena_fini(&a);
}

static int explain_plan(
	const struct options *o, const struct plan *plan, const struct explain_request *rq)
{
	struct buf out = {0};
	int result = EXIT_USAGE, rc = explain(plan, rq, !option_is(o, OPT_OUTPUT, "text"), &out);

	if (rc < 0) {
		fprintf(stderr, "sluice explain: %.*s\n", STR_ARG(buf_str(&out)));
	} else {
		explain_print(o, buf_str(&out));
		result = exit_of(rc);
	}
	buf_fini(&out);
	return result;
}

static int explain_objects(const struct options *o, struct explain_request rq)
{
	const struct plan *plan = NULL;
	struct offline f;
	struct buf err = {0};
	int result, rc = offline_open(&f, o, o->words.p + 2, o->words.n - 2, &err);

	if (rc == 0) {
		offline_problems(&f, false, &err);
		complain(buf_str(&err));
		buf_reset(&err);
		rc = offline_plan(&f, o->text[OPT_GATEWAY], &err, &plan);
	}
	if (rc < 0) {
		fprintf(stderr, "sluice explain: %.*s\n", STR_ARG(buf_str(&err)));
		result = offline_exit(rc);
	} else {
		rq.statuses = translator_statuses(offline_translator(&f), &rq.n_statuses);
		result = explain_plan(o, plan, &rq);
	}
	offline_close(&f);
	buf_fini(&err);
	return result;
}

static int explain_gateway(const struct options *o, const struct explain_request *rq)
{
	struct buf target = {0}, body = {0};
	int rc, result = EXIT_FINDINGS;

	buf_add(&target, STR("/explain?method="));
	ask_encode(&target, rq->method);
	buf_add(&target, STR("&url="));
	ask_encode(&target, rq->url);
	if (!option_is(o, OPT_OUTPUT, "text"))
		buf_add(&target, STR("&format=json"));
	vec_for_each (h, &o->headers) {
		buf_add(&target, STR("&header="));
		ask_encode(&target, *h);
	}
	rc = ask(o->text[OPT_ADMIN], buf_str(&target), &body);
	if (rc == 200 || rc == 404) {
		explain_print(o, buf_str(&body));
		result = rc == 200 ? EXIT_GOOD : EXIT_FINDINGS;
	} else {
		fprintf(stderr, "sluice explain: %.*s\n", STR_ARG(buf_str(&body)));
		result = rc == 400 ? EXIT_USAGE : EXIT_FINDINGS;
	}
	buf_fini(&target);
	buf_fini(&body);
	return result;
}

int command_explain(const struct options *o)
{
	VEC(struct explain_header) headers = {0};
	struct explain_request rq = {0};
	int result;

	if (o->words.n < 2) {
		fputs("sluice explain: METHOD and URL are needed; see 'sluice explain --help'\n",
			stderr);
		return EXIT_USAGE;
	}
	vec_for_each (h, &o->headers) {
		struct str value = *h, name = str_cut(&value, ':');

		if (name.n == h->n) {
			fprintf(stderr, "sluice explain: -H '%.*s': NAME: VALUE is wanted\n",
				STR_ARG(*h));
			vec_fini(&headers);
			return EXIT_USAGE;
		}
		*vec_push(&headers) = (struct explain_header){name, str_trim(value)};
	}
	rq = (struct explain_request){.method = o->words.p[0],
		.url = o->words.p[1],
		.headers = headers.p,
		.n_headers = headers.n};
	result = o->words.n > 2 || kube_is_meant(o) ? explain_objects(o, rq)
						    : explain_gateway(o, &rq);
	vec_fini(&headers);
	return result;
}
