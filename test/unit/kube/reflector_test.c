/* SPDX-License-Identifier: Apache-2.0 */
/* A collection followed before a server that speaks from a script; time is the test's. */
#include "test.h"

#include <errno.h>

#include "helper_server.h"
#include "kube/reflector.h"

struct world {
	struct scripted s;
	struct reflector *r;
	struct buf told;
	int status;
	int res;
	int dones;
};

static void on_begin(void *arg)
{
	buf_add(&((struct world *)arg)->told, STR("begin "));
}

static struct str name_of(const struct value *v)
{
	return value_get_str(value_get(v, STR("metadata")), STR("name"), STR("?"));
}

static void on_object(void *arg, struct arena *a, struct value *v)
{
	(void)a;
	buf_printf(&((struct world *)arg)->told, "+%.*s ", STR_ARG(name_of(v)));
}

static void on_deleted(void *arg, struct arena *a, struct value *v)
{
	(void)a;
	buf_printf(&((struct world *)arg)->told, "-%.*s ", STR_ARG(name_of(v)));
}

static void on_listed(void *arg, bool served)
{
	buf_add(&((struct world *)arg)->told, served ? STR("listed ") : STR("missing "));
}

static void on_trouble(void *arg, struct str what)
{
	(void)what;
	buf_add(&((struct world *)arg)->told, STR("trouble "));
}

static const struct reflector_ops ops = {on_begin, on_object, on_deleted, on_listed, on_trouble};

static void world_open(struct world *w, const struct step *steps, size_t n)
{
	*w = (struct world){0};
	scripted_open(&w->s, steps, n);
}

static void world_close(struct world *w)
{
	reflector_free(w->r);
	scripted_close(&w->s);
	buf_fini(&w->told);
}

/* Runs until the script is through, moving time when nothing happens. */
static void world_run(struct world *w)
{
	scripted_run(&w->s, 2000, MSEC(20));
}

static void follow_any(const struct str *paths, size_t n_paths, const struct step *steps, size_t n,
	const char *want)
{
	struct world w;

	world_open(&w, steps, n);
	w.r = reflector_new(w.s.api, paths, n_paths, STR(""), false, &ops, &w);
	world_run(&w);
	assert_str(buf_str(&w.told), want);
	world_close(&w);
}

static void follow(const struct step *steps, size_t n, const char *want)
{
	follow_any(&STR("/api/v1/pods"), 1, steps, n, want);
}

#define OBJECT(name, rv) "{\"metadata\":{\"name\":\"" name "\",\"resourceVersion\":\"" rv "\"}}"

static void test_pages_and_resume(void **state)
{
	static const struct step steps[] = {
		{"GET /api/v1/pods?limit=500 HTTP", "200 OK",
			"{\"metadata\":{\"resourceVersion\":\"5\",\"continue\":\"a/b=\"},\"items\":[" OBJECT(
				"a", "1") "]}",
			false},
		{"GET /api/v1/pods?limit=500&continue=a%2Fb%3D HTTP", "200 OK",
			"{\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[" OBJECT(
				"b", "2") "]}",
			false},
		{"GET /api/v1/pods?watch=1&allowWatchBookmarks=true&timeoutSeconds=*"
		 "&resourceVersion=5 HTTP",
			"200 OK",
			"{\"type\":\"ADDED\",\"object\":" OBJECT(
				"c", "6") "}\n"
					  "{\"type\":\"DELETED\",\"object\":" OBJECT("a",
						  "7") "}\n"
						       "{\"type\":\"BOOKMARK\",\"object\":" OBJECT(
							       "x", "9") "}\n",
			false},
		/* From the bookmark on, which is newer than any object. */
		{"GET /api/v1/pods?watch=1&allowWatchBookmarks=true&timeoutSeconds=*"
		 "&resourceVersion=9 HTTP",
			"200 OK", "", true},
	};

	(void)state;
	follow(steps, ARRAY_LEN(steps), "begin +a +b listed +c -a ");
}

/* A page that is cut is not skipped: its items would count as deleted. */
static void test_cut_page(void **state)
{
	static const struct step steps[] = {
		{"GET /api/v1/pods?limit=500 HTTP", "200 OK",
			"{\"metadata\":{\"resourceVersion\":\"5\",\"continue\":\"next\"},\"items\":"
			"[" OBJECT("a", "1") ",",
			false},
		{"GET /api/v1/pods?limit=500 HTTP", "200 OK",
			"{\"metadata\":{\"resourceVersion\":\"5\",\"continue\":\"next\"},\"items\":"
			"[" OBJECT("a", "1") "," OBJECT("b", "2") "]}",
			false},
		{"GET /api/v1/pods?limit=500&continue=next HTTP", "410 Gone", "{}", false},
		{"GET /api/v1/pods?limit=500 HTTP", "200 OK",
			"{\"metadata\":{\"resourceVersion\":\"8\"},\"items\":[" OBJECT(
				"b", "2") "]}",
			false},
		{"GET /api/v1/pods?watch*&resourceVersion=8 ", "200 OK", "", true},
	};

	(void)state;
	follow(steps, ARRAY_LEN(steps), "begin +a trouble begin +a +b trouble begin +b listed ");
}

/* Of what only the metadata matters, only that is asked for. */
static void test_metadata(void **state)
{
	static const struct step steps[] = {
		{"GET /api/v1/pods?limit=500 *Accept: "
		 "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
			"200 OK", "{\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[]}", false},
		{"GET /api/v1/pods?watch*Accept: "
		 "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
			"200 OK", "", true},
	};
	struct world w;

	(void)state;
	world_open(&w, steps, ARRAY_LEN(steps));
	w.r = reflector_new(w.s.api, &STR("/api/v1/pods"), 1, STR(""), true, &ops, &w);
	world_run(&w);
	assert_str(buf_str(&w.told), "begin listed ");
	world_close(&w);
}

static void test_gone(void **state)
{
	static const struct step steps[] = {
		{"GET /api/v1/pods?limit", "200 OK",
			"{\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[]}", false},
		{"GET /api/v1/pods?watch", "200 OK",
			"{\"type\":\"ERROR\",\"object\":{\"code\":410}}\n", true},
		{"GET /api/v1/pods?limit", "200 OK",
			"{\"metadata\":{\"resourceVersion\":\"8\"},\"items\":[" OBJECT(
				"d", "8") "]}",
			false},
		{"GET /api/v1/pods?watch", "410 Gone", "{}", false},
		{"GET /api/v1/pods?limit", "200 OK",
			"{\"metadata\":{\"resourceVersion\":\"9\"},\"items\":[]}", false},
		{"GET /api/v1/pods?watch", "200 OK", "", true},
	};

	(void)state;
	follow(steps, ARRAY_LEN(steps), "begin listed begin +d listed begin listed ");
}

static void test_missing_then_served(void **state)
{
	static const struct step steps[] = {
		{"GET /api/v1/pods?limit", "404 Not Found", "404 page not found", false},
		{"GET /api/v1/pods?limit", "503 Service Unavailable", "", false},
		{"GET /api/v1/pods?limit", "200 OK", "{\"metadata\":{},\"items\":[", false},
		{"GET /api/v1/pods?limit", "200 OK",
			"{\"metadata\":{\"resourceVersion\":\"8\"},\"items\":[]}", false},
		{"GET /api/v1/pods?watch", "200 OK", "nonsense", false},
		{"GET /api/v1/pods?watch", "200 OK", "", true},
	};

	(void)state;
	follow(steps, ARRAY_LEN(steps),
		"begin missing begin trouble begin trouble begin listed trouble ");
}

static void test_versions(void **state)
{
	static const struct str paths[] = {{"/apis/x/v1/ps", 13}, {"/apis/x/v1beta1/ps", 18}};
	static const struct step steps[] = {
		{"GET /apis/x/v1/ps?limit", "404 Not Found", "", false},
		{"GET /apis/x/v1beta1/ps?limit", "404 Not Found", "", false},
		{"GET /apis/x/v1/ps?limit", "404 Not Found", "", false},
		{"GET /apis/x/v1beta1/ps?limit", "200 OK",
			"{\"metadata\":{\"resourceVersion\":\"8\"},\"items\":[]}", false},
		{"GET /apis/x/v1beta1/ps?watch", "200 OK", "", true},
	};

	(void)state;
	follow_any(paths, 2, steps, ARRAY_LEN(steps), "begin begin missing begin begin listed ");
}

static void on_done(struct api_call *call, int res, int status, struct str body)
{
	struct world *w = *(struct world **)(call + 1);

	w->dones++;
	w->res = res;
	w->status = status;
	buf_add(&w->told, body);
}

struct asked {
	struct api_call call;
	struct world *w;
};

static void test_retries(void **state)
{
	static const struct step steps[] = {
		{"PATCH /x?fieldManager=sluice", "429 Too Many Requests", "later", false},
		{"PATCH /x?fieldManager=sluice", "500 Internal Server Error", "", false},
		{"PATCH /x?fieldManager=sluice", "409 Conflict", "conflict", false},
	};
	struct asked q;
	struct world w;

	(void)state;
	world_open(&w, steps, ARRAY_LEN(steps));
	q = (struct asked){.call = {.method = "PATCH",
				   .path = STR("/x"),
				   .query = STR("fieldManager=sluice"),
				   .content_type = "application/json",
				   .done = on_done},
		.w = &w};
	_Static_assert(offsetof(struct asked, w) == sizeof(struct api_call), "on_done() says so");
	api_start(w.s.api, &q.call);
	world_run(&w);
	assert_int_equal(w.dones, 1);
	assert_int_equal(w.res, 0);
	assert_int_equal(w.status, 409);
	assert_str(buf_str(&w.told), "conflict");
	world_close(&w);
}

/* Not before the server said, and without its word not at once. */
static void test_retries_wait(void **state)
{
	static const struct step steps[] = {
		{"GET /x", "503 Service Unavailable", "", false},
		{"GET /x", "429 Too Many Requests\r\nRetry-After: 3", "", false},
		{"GET /x", "200 OK", "good", false},
	};
	struct asked q;
	struct world w;
	nsec began, second;

	(void)state;
	world_open(&w, steps, ARRAY_LEN(steps));
	q = (struct asked){.call = {.method = "GET", .path = STR("/x"), .done = on_done}, .w = &w};
	began = clock_mono(&w.s.clock.clock);
	api_start(w.s.api, &q.call);
	for (int i = 0; i < 1000 && w.s.server.next < 2; i++) {
		loop_tick(w.s.l, MSEC(1));
		clock_manual_advance(&w.s.clock, MSEC(20));
	}
	second = clock_mono(&w.s.clock.clock);
	assert_true(second - began >= MSEC(80) && second - began < SEC(2));
	world_run(&w);
	assert_true(clock_mono(&w.s.clock.clock) - second >= SEC(3) - MSEC(40));
	assert_int_equal(w.dones, 1);
	assert_str(buf_str(&w.told), "good");
	world_close(&w);
}

/* What may not wait goes before what was there already, in its own order. */
static void test_first(void **state)
{
	static const char *const paths[] = {"/late", "/first", "/second"};
	static struct step steps[API_CONNECTIONS + 3];
	struct asked q[API_CONNECTIONS + 3];
	struct world w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		steps[i] = (struct step){"GET /", "200 OK", "", false};
	world_open(&w, steps, ARRAY_LEN(steps));
	for (size_t i = 0; i < ARRAY_LEN(q); i++) {
		bool busy = i < API_CONNECTIONS;
		const char *path = busy ? "/busy" : paths[i - API_CONNECTIONS];

		q[i] = (struct asked){.call = {.method = "GET",
					      .path = str_from(path),
					      .first = i > API_CONNECTIONS,
					      .done = on_done},
			.w = &w};
		api_start(w.s.api, &q[i].call);
	}
	world_run(&w);
	assert_int_equal(w.dones, ARRAY_LEN(q));
	buf_addc(&w.s.server.seen, '\0');
	assert_true(strstr(w.s.server.seen.p, "/first") < strstr(w.s.server.seen.p, "/second"));
	assert_true(strstr(w.s.server.seen.p, "/second") < strstr(w.s.server.seen.p, "/late"));
	world_close(&w);
}

static void test_nobody_there(void **state)
{
	struct asked q;
	struct world w;

	(void)state;
	world_open(&w, NULL, 0);
	listener_close(&w.s.server.listener);
	q = (struct asked){.call = {.method = "GET", .path = STR("/x"), .done = on_done}, .w = &w};
	api_start(w.s.api, &q.call);
	for (int i = 0; i < 4000 && !w.dones; i++) {
		loop_tick(w.s.l, 0);
		clock_manual_advance(&w.s.clock, MSEC(20));
	}
	assert_int_equal(w.dones, 1);
	assert_int_equal(w.res, -ECONNREFUSED);
	world_close(&w);
}

static void test_cancel(void **state)
{
	struct asked q;
	struct world w;

	(void)state;
	world_open(&w, NULL, 0);
	q = (struct asked){.call = {.method = "GET", .path = STR("/x"), .done = on_done}, .w = &w};
	api_start(w.s.api, &q.call);
	api_cancel(&q.call);
	assert_int_equal(w.dones, 0);
	loop_tick(w.s.l, 0);
	assert_int_equal(w.dones, 1);
	assert_int_equal(w.res, -ECANCELED);
	world_close(&w);
}

/* What may not be listed counts as empty in the end, and is asked for on: rights come and go. */
static void test_not_allowed(void **state)
{
	static const struct step no = {
		"GET /api/v1/pods?limit=500 HTTP", "403 Forbidden", "{\"message\":\"no\"}", false};
	const struct step steps[] = {no, no, no, no, no, no, no, no, no,
		{"GET /api/v1/pods?limit=500 HTTP", "200 OK",
			"{\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[" OBJECT(
				"a", "1") "]}",
			false},
		{"GET /api/v1/pods?watch=1", "200 OK", "", true}};
	struct world w;
	nsec begun;

	(void)state;
	world_open(&w, steps, ARRAY_LEN(steps));
	begun = loop_now(w.s.l);
	w.r = reflector_new(w.s.api, &STR("/api/v1/pods"), 1, STR(""), false, &ops, &w);
	for (int i = 0; i < 3000 && !reflector_listed(w.r); i++) {
		loop_tick(w.s.l, MSEC(1));
		clock_manual_advance(&w.s.clock, MSEC(20));
	}
	assert_true(reflector_listed(w.r) && reflector_refused(w.r));
	assert_true(loop_now(w.s.l) - begun >= REFLECTOR_REFUSED);
	world_run(&w);
	assert_false(reflector_refused(w.r));
	buf_addc(&w.told, 0);
	assert_non_null(strstr(w.told.p, "trouble missing begin "));
	assert_non_null(strstr(w.told.p, "begin +a listed "));
	assert_null(strstr(strstr(w.told.p, "missing") + 1, "missing")); /* told once */
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_not_allowed),
		cmocka_unit_test(test_pages_and_resume), cmocka_unit_test(test_cut_page),
		cmocka_unit_test(test_metadata), cmocka_unit_test(test_first),
		cmocka_unit_test(test_gone), cmocka_unit_test(test_missing_then_served),
		cmocka_unit_test(test_versions), cmocka_unit_test(test_retries),
		cmocka_unit_test(test_retries_wait), cmocka_unit_test(test_nobody_there),
		cmocka_unit_test(test_cancel)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
