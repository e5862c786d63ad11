/* SPDX-License-Identifier: Apache-2.0 */
/* Files in, plans and status out; what a plan-less change does, and what the state folder keeps. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control/engine.h"
#include "plan/edit.h"

struct rig {
	char dir[64];
	struct loop *loop;
	struct plan_store *plans;
	struct engine *engine;
	struct plan *plan;
	unsigned handed, inputs, problems;
};

static void on_plan(void *arg, struct plan *plan)
{
	struct rig *r = arg;

	plan_unref(r->plan);
	r->plan = plan;
	r->handed++;
}

static void on_input(void *arg, uint64_t digest)
{
	struct rig *r = arg;

	r->inputs += digest != 0;
}

static void on_problems(void *arg)
{
	((struct rig *)arg)->problems++;
}

static const struct engine_ops ops = {on_plan, on_input, on_problems};

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

static void engine_start(struct rig *r, const uint64_t *set_aside)
{
	struct str path = str_from(in_dir(r, "conf"));
	struct engine_options o = {.paths = &path,
		.n_paths = 1,
		.state_dir = in_dir(r, "state"),
		.set_aside = set_aside,
		.dns_servers = STR("127.0.0.1:9")};

	assert_int_equal(engine_new(r->loop, r->plans, &o, &ops, r, &r->engine), 0);
	engine_read(r->engine);
}

static void engine_stop(struct rig *r)
{
	engine_free(r->engine);
	r->engine = NULL;
	plan_unref(r->plan);
	r->plan = NULL;
}

static int setup(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	strcpy(r->dir, "/tmp/engine_test.XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	AZ(mkdir(in_dir(r, "conf"), 0700));
	AZ(mkdir(in_dir(r, "state"), 0700));
	AZ(loop_new(&(struct loop_config){0}, &r->loop));
	r->plans = plan_store_new();
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	struct rig *r = *state;
	char cmd[128];

	engine_stop(r);
	plan_store_reap(r->plans);
	plan_store_free(r->plans);
	loop_free(r->loop);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", r->dir);
	assert_int_equal(system(cmd), 0);
	free(r);
	return 0;
}

static void turn(struct rig *r)
{
	for (int i = 0; i < 4; i++)
		loop_tick(r->loop, 0);
}

#define API "apiVersion: gateway.networking.k8s.io/v1\n"
#define GATEWAY                                           \
	API "kind: Gateway\nmetadata: {name: g}\nspec:\n" \
	    "  gatewayClassName: sluice\n"                \
	    "  listeners: [{name: h, port: 8080, protocol: HTTP}]\n---\n"
#define ROUTE(name)                                                \
	API "kind: HTTPRoute\nmetadata: {name: " name "}\nspec:\n" \
	    "  parentRefs: [{name: g}]\n"                          \
	    "  rules: [{backendRefs: [{group: sluice.dev, kind: Backend, name: b}]}]\n---\n"
#define BACKEND                                                                 \
	"apiVersion: sluice.dev/v1alpha1\nkind: Backend\nmetadata: {name: b}\n" \
	"spec: {endpoints: [\"127.0.0.1:3000\"]}\n---\n"

static bool has_route(const struct rig *r, const char *name)
{
	return plan_route_find(r->plan, plan_id(str_from(name))) != NULL;
}

static void test_a_change_is_a_plan(void **state)
{
	struct rig *r = *state;

	text_write(r, "conf/a.yaml", GATEWAY BACKEND ROUTE("r"));
	engine_start(r, NULL);
	assert_int_equal(r->handed, 1);
	assert_true(has_route(r, "HTTPRoute/default/r"));
	text_write(r, "conf/b.yaml", ROUTE("s"));
	turn(r);
	assert_true(has_route(r, "HTTPRoute/default/s"));
	/* A Namespace that nobody looks at: read, but no plan. */
	r->handed = 0;
	text_write(r, "conf/c.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n");
	turn(r);
	assert_int_equal(r->handed, 0);
	assert_ptr_equal(engine_plan(r->engine), r->plan);
	AZ(unlink(in_dir(r, "conf/b.yaml")));
	turn(r);
	assert_false(has_route(r, "HTTPRoute/default/s"));
	assert_int_equal(r->handed, 1);
}

/* A port that cannot be bound is told in the status, until it can. */
static void test_port_error_is_status(void **state)
{
	struct rig *r = *state;
	const struct object_status *s;

	text_write(r, "conf/a.yaml", GATEWAY);
	engine_start(r, NULL);
	engine_port_bound(r->engine, false, 8080, -98);
	turn(r);
	s = translator_status(engine_translator(r->engine), KIND_GATEWAY, STR("default"), STR("g"));
	assert_false(object_status_good(s));
	engine_port_bound(r->engine, false, 8080, 0);
	turn(r);
	s = translator_status(engine_translator(r->engine), KIND_GATEWAY, STR("default"), STR("g"));
	assert_true(object_status_good(s));
}

/* What was good is remembered; an input that is set aside is not used. */
static void test_last_good_serves(void **state)
{
	struct rig *r = *state;
	uint64_t bad;

	text_write(r, "conf/a.yaml", GATEWAY BACKEND ROUTE("good"));
	engine_start(r, NULL);
	engine_save(r->engine);
	text_write(r, "conf/a.yaml", GATEWAY BACKEND ROUTE("bad"));
	turn(r);
	assert_true(has_route(r, "HTTPRoute/default/bad"));
	bad = engine_input(r->engine).digest;
	engine_leave_state(r->engine);
	engine_stop(r);

	engine_start(r, &bad);
	assert_true(has_route(r, "HTTPRoute/default/good"));
	assert_false(has_route(r, "HTTPRoute/default/bad"));
	assert_true(engine_input(r->engine).from_state);
	assert_int_equal(engine_input(r->engine).stale, 1);
	/* Any other input is used. */
	text_write(r, "conf/a.yaml", GATEWAY BACKEND ROUTE("better"));
	turn(r);
	assert_true(has_route(r, "HTTPRoute/default/better"));
	assert_int_equal(engine_input(r->engine).stale, 0);
	engine_stop(r);

	/* The input is broken: what was good before serves. */
	text_write(r, "conf/a.yaml", "{");
	engine_start(r, NULL);
	assert_non_null(r->plan);
	assert_true(has_route(r, "HTTPRoute/default/good"));
	assert_true(r->problems > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_change_is_a_plan, setup, teardown),
		cmocka_unit_test_setup_teardown(test_port_error_is_status, setup, teardown),
		cmocka_unit_test_setup_teardown(test_last_good_serves, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
