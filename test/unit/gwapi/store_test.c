/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdio.h>

#include "base/rand.h"
#include "gwapi/store.h"
#include "helper_decode.h"

static struct decoded t;
static struct store s;

static int setup(void **state)
{
	(void)state;
	decoded_init(&t, (struct decode_options){0});
	store_init(&s);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	store_fini(&s);
	decoded_fini(&t);
	return 0;
}

/* A ConfigMap; the store takes its own reference. */
static void put(const char *namespace, const char *name, unsigned version)
{
	char yaml[256];

	snprintf(yaml, sizeof(yaml),
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: %s, name: %s, uid: u, "
		"resourceVersion: \"%u\"}\n",
		namespace, name, version);
	decoded_from(&t, yaml, NULL);
	assert_int_equal(t.rc, 0);
	store_put(&s, t.object);
}

static void slice(const char *name, const char *service)
{
	char yaml[256];

	snprintf(yaml, sizeof(yaml),
		"apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\naddressType: IPv4\n"
		"metadata: {namespace: a, name: %s, labels: {kubernetes.io/service-name: %s}}\n",
		name, service);
	decoded_from(&t, yaml, NULL);
	assert_int_equal(t.rc, 0);
	store_put(&s, t.object);
}

static bool del(const char *namespace, const char *name)
{
	return store_del(&s, KIND_CONFIG_MAP, str_from(namespace), str_from(name));
}

static void objects_are_found_by_key(void **state)
{
	const struct object *o;

	(void)state;
	put("a", "x", 1);
	put("a-b", "x", 1);
	o = store_get(&s, KIND_CONFIG_MAP, STR("a"), STR("x"));
	assert_str(object_key(o), "a/x");
	assert_null(store_get(&s, KIND_CONFIG_MAP, STR("a"), STR("y")));
	assert_null(store_get(&s, KIND_SECRET, STR("a"), STR("x")));
	put("a", "x", 2);
	assert_str(store_get(&s, KIND_CONFIG_MAP, STR("a"), STR("x"))->resource_version, "2");
	assert_int_equal(store_count(&s, KIND_CONFIG_MAP), 2);
	assert_true(del("a", "x"));
	assert_false(del("a", "x"));
	assert_null(store_get(&s, KIND_CONFIG_MAP, STR("a"), STR("x")));
}

static void changes_are_one_a_key(void **state)
{
	const struct store_change *c;
	uint64_t revision;

	(void)state;
	put("a", "x", 1);
	put("a", "x", 2);
	put("a", "gone", 1);
	del("a", "gone");
	assert_int_equal(store_changes(&s, &c), 1);
	assert_null(c[0].old);
	assert_str(c[0].new->resource_version, "2");
	store_changes_reset(&s);
	assert_int_equal(store_changes(&s, &c), 0);
	revision = s.revision;
	put("a", "x", 2);
	assert_int_equal(store_changes(&s, &c), 0);
	assert_int_equal(s.revision, revision);
	put("a", "x", 3);
	put("a", "z", 1);
	del("a", "x");
	assert_int_equal(store_changes(&s, &c), 2);
	assert_str(c[0].old->resource_version, "2");
	assert_null(c[0].new);
	put("a", "x", 4);
	assert_int_equal(store_changes(&s, &c), 2);
	assert_str(c[0].old->resource_version, "2");
	assert_str(c[0].new->resource_version, "4");
	del("a", "z");
	put("a", "z", 7);
	assert_int_equal(store_changes(&s, &c), 2);
	assert_str(c[1].new->resource_version, "7");
}

static void slices_are_found_by_service(void **state)
{
	struct object_list l;

	(void)state;
	slice("s2", "web");
	slice("s1", "web");
	slice("s3", "db");
	l = store_slices(&s, STR("a"), STR("web"));
	assert_int_equal(l.n, 2);
	assert_str(l.p[0]->name, "s1");
	slice("s1", "db");
	l = store_slices(&s, STR("a"), STR("web"));
	assert_int_equal(l.n, 1);
	assert_str(l.p[0]->name, "s2");
	l = store_slices(&s, STR("a"), STR("db"));
	assert_int_equal(l.n, 2);
	store_del(&s, KIND_ENDPOINT_SLICE, STR("a"), STR("s2"));
	assert_int_equal(store_slices(&s, STR("a"), STR("web")).n, 0);
	assert_int_equal(store_slices(&s, STR("b"), STR("db")).n, 0);
}

/* Random changes against a table of 4 x 16 flags. */
static void lists_are_sorted_whatever_happens(void **state)
{
	static const char *const ns[] = {"a", "a-b", "a1", "b"};
	unsigned have[4][16] = {{0}};
	struct rand r;

	(void)state;
	rand_init(&r, 7);
	for (unsigned step = 1; step < 3000; step++) {
		unsigned i = rand_below(&r, 4), j = rand_below(&r, 16), n = 0, at = 0;
		char name[8];
		struct object_list l;

		snprintf(name, sizeof(name), "n%02u", j);
		if (rand_below(&r, 3)) {
			put(ns[i], name, step);
			have[i][j] = step;
		} else {
			assert_int_equal(del(ns[i], name), have[i][j] != 0);
			have[i][j] = 0;
		}
		if (rand_below(&r, 50) == 0)
			store_changes_reset(&s);
		if (rand_below(&r, 4))
			continue;
		l = store_list(&s, KIND_CONFIG_MAP);
		for (i = 0; i < 4; i++) {
			for (n = j = 0; j < 16; j++) {
				char want[16];

				if (!have[i][j])
					continue;
				n++;
				snprintf(want, sizeof(want), "%s/n%02u", ns[i], j);
				assert_true(at < l.n);
				assert_str(object_key(l.p[at++]), want);
			}
			assert_int_equal(store_list_in(&s, KIND_CONFIG_MAP, str_from(ns[i])).n, n);
		}
		assert_int_equal(l.n, at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(objects_are_found_by_key, setup, teardown),
		cmocka_unit_test_setup_teardown(changes_are_one_a_key, setup, teardown),
		cmocka_unit_test_setup_teardown(slices_are_found_by_service, setup, teardown),
		cmocka_unit_test_setup_teardown(lists_are_sorted_whatever_happens, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
