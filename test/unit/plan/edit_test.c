/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/edit.h"

#include <errno.h>
#include <stdio.h>

#include "base/rand.h"
#include "plan/dump.h"
#include "plan/helper_plan.h"
#include "test.h"

static struct plan *commit_unref(struct plan_edit *e, struct plan *base)
{
	struct plan *p = plan_edit_commit(e);

	plan_unref(base);
	return p;
}

static void assert_answer(
	const struct plan *p, const char *host, const char *path, const char *want)
{
	const struct plan_upstream *u = some_answer(p, "tcp/80", host, path);

	if (!want) {
		assert_null(u);
		return;
	}
	assert_non_null(u);
	assert_str(u->name, want);
}

static void test_a_request_finds_its_upstream(void **state)
{
	struct plan_store *s = plan_store_new();
	struct plan_edit *e = plan_edit_begin(s, NULL);
	struct plan *p;

	(void)state;
	/* Any order: the route before its port and its upstream. */
	plan_edit_put_route(e, some_route("a", "tcp/80", "a.test", "/x", "Service/ns/u:80"));
	plan_edit_put_upstream(e, some_upstream("Service/ns/u:80", 1, 2));
	plan_edit_put_port(e, some_port("tcp/80", 80));
	p = plan_edit_commit(e);
	assert_answer(p, "a.test", "/x/y", "Service/ns/u:80");
	assert_answer(p, "a.test", "/y", NULL);
	assert_answer(p, "b.test", "/x", NULL);
	assert_int_equal(plan_revision(p), 1);
	assert_int_equal(plan_stats(p).routes, 1);
	assert_int_equal(plan_stats(p).endpoints, 2);
	assert_true(plan_stats(p).bytes > 0);
	plan_unref(p);
	plan_store_free(s);
}

static void test_replace_and_remove(void **state)
{
	struct plan_store *s = plan_store_new();
	struct plan_edit *e = plan_edit_begin(s, NULL);
	struct plan *p, *old;

	(void)state;
	plan_edit_put_port(e, some_port("tcp/80", 80));
	plan_edit_put_route(e, some_route("a", "tcp/80", "", "/a", "u"));
	plan_edit_put_upstream(e, some_upstream("u", 1, 1));
	plan_edit_put_upstream(e, some_upstream("v", 1, 1));
	old = plan_edit_commit(e);

	e = plan_edit_begin(s, old);
	plan_edit_put_route(e, some_route("a", "tcp/80", "", "/b", "v"));
	p = plan_edit_commit(e);
	assert_answer(p, "h", "/b", "v");
	assert_answer(p, "h", "/a", NULL);
	/* The plan before still answers as it did. */
	assert_answer(old, "h", "/a", "u");
	assert_answer(old, "h", "/b", NULL);
	plan_unref(old);

	e = plan_edit_begin(s, p);
	assert_int_equal(plan_edit_del_upstream(e, STR("u")), 0);
	assert_int_equal(plan_edit_del_upstream(e, STR("u")), -ENOENT);
	assert_int_equal(plan_edit_del_port(e, STR("tcp/80")), 0);
	assert_int_equal(plan_edit_del_port(e, STR("tcp/80")), -ENOENT);
	assert_int_equal(plan_edit_del_route(e, STR("HTTPRoute/ns/none")), -ENOENT);
	p = commit_unref(e, p);
	assert_answer(p, "h", "/b", NULL);

	/* The port comes back and its routes with it. */
	e = plan_edit_begin(s, p);
	plan_edit_put_port(e, some_port("tcp/80", 80));
	p = commit_unref(e, p);
	assert_answer(p, "h", "/b", "v");

	e = plan_edit_begin(s, p);
	assert_int_equal(plan_edit_del_route(e, STR("HTTPRoute/ns/a")), 0);
	p = commit_unref(e, p);
	assert_answer(p, "h", "/b", NULL);
	plan_unref(p);
	plan_store_free(s);
}

static void test_abort_leaves_nothing(void **state)
{
	struct plan_store *s = plan_store_new();
	struct plan_edit *e = plan_edit_begin(s, NULL);
	struct plan *p;

	(void)state;
	plan_edit_put_port(e, some_port("tcp/80", 80));
	plan_edit_put_route(e, some_route("a", "tcp/80", "", "/a", "u"));
	plan_edit_put_upstream(e, some_upstream("u", 1, 3));
	p = plan_edit_commit(e);
	e = plan_edit_begin(s, p);
	plan_edit_put_route(e, some_route("b", "tcp/80", "", "/b", "u"));
	plan_edit_put_upstream(e, some_upstream("u", 2, 3));
	plan_edit_put_upstream(e, some_upstream("v", 2, 3));
	plan_edit_abort(e);
	assert_answer(p, "h", "/a", "u");
	assert_answer(p, "h", "/b", NULL);
	assert_int_equal(plan_store_stats(s).plans, 1);
	assert_int_equal(plan_store_stats(s).dead, 4);
	plan_unref(p);
	plan_store_free(s);
}

static const struct plan_endpoint *endpoint(const struct plan *p, const char *upstream, uint8_t ip)
{
	const struct plan_upstream *u = plan_upstream_find(p, plan_id(str_from(upstream)));

	for (uint32_t i = 0; i < u->ntargets; i++) {
		if (u->targets[i].addr.ip[3] == ip)
			return u->targets[i].endpoint;
	}
	return NULL;
}

static void test_endpoints_survive_changes_of_their_set(void **state)
{
	struct plan_store *s = plan_store_new();
	struct plan_edit *e = plan_edit_begin(s, NULL);
	const struct plan_endpoint *two, *three;
	struct plan_upstream *dup;
	struct plan *p;
	uint32_t index;

	(void)state;
	plan_edit_put_upstream(e, some_upstream("u", 1, 3));
	plan_edit_put_upstream(e, some_upstream("v", 1, 3));
	p = plan_edit_commit(e);
	two = endpoint(p, "u", 2);
	three = endpoint(p, "u", 3);
	assert_ptr_not_equal(two, endpoint(p, "v", 2)); /* of another upstream: another */

	e = plan_edit_begin(s, p);
	plan_edit_put_upstream(e, some_upstream("u", 2, 3));
	p = commit_unref(e, p);
	assert_ptr_equal(endpoint(p, "u", 2), two);
	assert_ptr_equal(endpoint(p, "u", 3), three);
	assert_null(endpoint(p, "u", 1));
	assert_int_equal(plan_store_stats(s).dead, 1);

	/* Removed and put again in one edit, and the same address written twice. */
	e = plan_edit_begin(s, p);
	assert_int_equal(plan_edit_del_upstream(e, STR("u")), 0);
	dup = some_upstream("u", 2, 2);
	dup->targets[1].addr = dup->targets[0].addr;
	dup->targets[0].flags = PLAN_TARGET_TERMINATING;
	plan_edit_put_upstream(e, dup);
	p = commit_unref(e, p);
	assert_ptr_equal(endpoint(p, "u", 3), three);
	assert_int_equal(dup->ntargets, 1);
	assert_int_equal(dup->targets[0].flags,
		PLAN_TARGET_READY | PLAN_TARGET_SERVING | PLAN_TARGET_TERMINATING);

	/* A number is used again, a serial is not. */
	index = two->index;
	plan_store_reap(s);
	e = plan_edit_begin(s, p);
	plan_edit_put_upstream(e, some_upstream("w", 7, 3));
	p = commit_unref(e, p);
	assert_true(endpoint(p, "w", 7)->index == index || endpoint(p, "w", 8)->index == index ||
		    endpoint(p, "w", 9)->index == index);
	assert_true(endpoint(p, "w", 7)->serial > 6);
	plan_unref(p);
	plan_store_free(s);
}

static void test_pems_are_shared_by_digest(void **state)
{
	struct plan_store *s = plan_store_new();
	struct str names[] = {STR("a.test"), STR("*.b.test")};
	struct plan_pem from = {
		.kind = PLAN_PEM_PAIR,
		.source = STR("Secret/ns/c"),
		.digest = STR("sha256:1"),
		.chain = STR("CHAIN"),
		.key = STR("KEY"),
		.names = names,
		.nnames = 2,
	};
	struct plan_pem *a = plan_pem_get(s, &from);
	struct plan_pem *b = plan_pem_get(s, &from);
	struct plan_pem *c;

	(void)state;
	assert_ptr_equal(a, b);
	assert_str(a->key, "KEY");
	assert_str(a->names[1], "*.b.test");
	from.digest = STR("sha256:2");
	c = plan_pem_get(s, &from);
	assert_ptr_not_equal(a, c);
	plan_pem_unref(a);
	plan_pem_unref(b);
	plan_pem_unref(c);
	plan_store_free(s);
}

static void test_tls_digest_tells_policies_apart(void **state)
{
	static const struct plan_san sans[] = {{{"a", 1}, false}, {{"a", 1}, true}};
	uint64_t digest[5];
	struct plan_store *s = plan_store_new();
	struct plan_edit *e = plan_edit_begin(s, NULL);
	struct plan *p;

	(void)state;
	for (int i = 0; i < 5; i++) {
		char name[16];
		struct plan_upstream *u;
		struct plan_client_tls *tls;

		snprintf(name, sizeof(name), "u%d", i);
		u = some_upstream(name, 1, 1);
		tls = u->tls = ARENA_NEW(plan_upstream_arena(u), struct plan_client_tls);
		tls->sni = i == 4 ? STR("y") : STR("x");
		tls->sans = i == 2 ? sans + 1 : sans;
		tls->nsans = i == 0 ? 0 : i == 3 ? 2 : 1;
		plan_edit_put_upstream(e, u);
		digest[i] = tls->digest;
		for (int k = 0; k < i; k++)
			assert_true(digest[k] != digest[i]);
	}
	p = plan_edit_commit(e);
	plan_unref(p);
	plan_store_free(s);
}

/* ---- incremental = full ---- */

#define NAMES 24

/* What each name stands for; 0: nothing. */
struct content {
	uint32_t route[NAMES];
	uint32_t upstream[NAMES];
	uint32_t port[3];
};

static const char *const port_names[] = {"tcp/80", "tcp/81", "tcp/82"};

static struct plan_route *content_route(uint32_t i, uint32_t v)
{
	static const char *const hosts[] = {"", "a.test", "*.test", "b.a.test"};
	char name[16], path[32], upstream[16];

	snprintf(name, sizeof(name), "r%u", i);
	snprintf(path, sizeof(path), "/%u/%u", v % 3, v % 2);
	snprintf(upstream, sizeof(upstream), "u%u", v % NAMES);
	return some_route(name, port_names[v % 3], hosts[v / 3 % 4], path, upstream);
}

static struct plan_upstream *content_upstream(uint32_t i, uint32_t v)
{
	char name[16];

	snprintf(name, sizeof(name), "u%u", i);
	return some_upstream(name, (uint8_t)(v % 7), (uint8_t)(v % 5));
}

static struct plan *content_build(struct plan_store *s, const struct content *c)
{
	struct plan_edit *e = plan_edit_begin(s, NULL);

	for (uint32_t i = NAMES; i-- > 0;) {
		if (c->upstream[i])
			plan_edit_put_upstream(e, content_upstream(i, c->upstream[i]));
		if (c->route[i])
			plan_edit_put_route(e, content_route(i, c->route[i]));
	}
	for (size_t i = 0; i < 3; i++) {
		if (c->port[i])
			plan_edit_put_port(e, some_port(port_names[i], (uint16_t)c->port[i]));
	}
	return plan_edit_commit(e);
}

static void content_change(struct plan_edit *e, struct content *c, struct rand *r)
{
	uint32_t i = rand_below(r, NAMES);
	uint32_t v = rand_below(r, 3) ? 1 + rand_below(r, 1000) : 0;
	char name[32];
	int res = -ENOENT;
	uint32_t *was;

	switch (rand_below(r, 5)) {
	case 0:
		i %= 3;
		was = &c->port[i];
		if (v)
			plan_edit_put_port(e, some_port(port_names[i], (uint16_t)v));
		else
			res = plan_edit_del_port(e, str_from(port_names[i]));
		break;
	case 1:
	case 2:
		was = &c->upstream[i];
		snprintf(name, sizeof(name), "u%u", i);
		if (v)
			plan_edit_put_upstream(e, content_upstream(i, v));
		else
			res = plan_edit_del_upstream(e, str_from(name));
		break;
	default:
		was = &c->route[i];
		snprintf(name, sizeof(name), "HTTPRoute/ns/r%u", i);
		if (v)
			plan_edit_put_route(e, content_route(i, v));
		else
			res = plan_edit_del_route(e, str_from(name));
		break;
	}
	if (!v)
		assert_int_equal(res, *was ? 0 : -ENOENT);
	*was = v;
}

static void assert_same_dump(const struct plan *a, const struct plan *b)
{
	struct buf x = {0}, y = {0};

	plan_dump(a, &x);
	plan_dump(b, &y);
	if (!str_eq(buf_str(&x), buf_str(&y)))
		fail_msg("incremental:\n%.*s\nfull:\n%.*s", STR_ARG(buf_str(&x)),
			STR_ARG(buf_str(&y)));
	buf_fini(&x);
	buf_fini(&y);
}

static void test_incremental_is_full(void **state)
{
	struct rand r;

	(void)state;
	for (uint64_t seed = 0; seed < 30; seed++) {
		struct plan_store *s = plan_store_new();
		struct content c = {0};
		struct plan *p = NULL;

		rand_init(&r, seed);
		for (int step = 0; step < 40; step++) {
			struct plan_edit *e = plan_edit_begin(s, p);
			struct content next = c;
			struct plan *full;

			for (uint32_t n = rand_below(&r, 10); n > 0; n--)
				content_change(e, &next, &r);
			if (rand_below(&r, 8) == 0) {
				plan_edit_abort(e);
				continue;
			}
			p = commit_unref(e, p);
			c = next;
			full = content_build(s, &c);
			assert_same_dump(p, full);
			plan_unref(full);
			plan_store_reap(s);
		}
		plan_unref(p);
		plan_store_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_request_finds_its_upstream),
		cmocka_unit_test(test_replace_and_remove),
		cmocka_unit_test(test_abort_leaves_nothing),
		cmocka_unit_test(test_endpoints_survive_changes_of_their_set),
		cmocka_unit_test(test_pems_are_shared_by_digest),
		cmocka_unit_test(test_tls_digest_tells_policies_apart),
		cmocka_unit_test(test_incremental_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
