/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>
#include <stdlib.h>

#include "cli/options.h"

static int parse(struct options *o, struct buf *err, const char *const *argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	return options_parse(o, argc, argv, err);
}

static void test_options_may_follow_paths(void **state)
{
	const char *argv[] = {
		"serve", "a", "--workers", "3", "b", "--drain-delay=1m30s", "--", "--c", NULL};
	struct options o;
	struct buf err = {0};

	(void)state;
	assert_int_equal(parse(&o, &err, argv), 0);
	assert_int_equal(o.words.n, 3);
	assert_str(o.words.p[2], "--c");
	assert_int_equal(o.count[OPT_WORKERS], 3);
	assert_int_equal(o.time[OPT_DRAIN_DELAY], SEC(90));
	assert_str(o.text[OPT_ADMIN], "127.0.0.1:15000");
	options_fini(&o);
	buf_fini(&err);
}

static void test_flag_wins_over_variable_over_default(void **state)
{
	const char *with[] = {"serve", "--log-level", "debug", NULL}, *without[] = {"serve", NULL};
	struct options o;
	struct buf err = {0};

	(void)state;
	setenv("SLUICE_LOG_LEVEL", "error", 1);
	assert_int_equal(parse(&o, &err, without), 0);
	assert_true(option_is(&o, OPT_LOG_LEVEL, "error"));
	options_fini(&o);
	assert_int_equal(parse(&o, &err, with), 0);
	assert_true(option_is(&o, OPT_LOG_LEVEL, "debug"));
	options_fini(&o);
	setenv("SLUICE_LOG_LEVEL", "loud", 1);
	assert_int_equal(parse(&o, &err, without), -EINVAL);
	buf_addc(&err, '\0');
	assert_string_equal(err.p, "SLUICE_LOG_LEVEL: 'loud' is not one of debug|info|warn|error");
	options_fini(&o);
	unsetenv("SLUICE_LOG_LEVEL");
	buf_fini(&err);
}

/* Who comes from Kong finds his variables and flags. */
static void test_kongs_names(void **state)
{
	const char *serve[] = {"serve", NULL}, *controller[] = {"controller", NULL};
	const char *flag[] = {"controller", "--gateway-api-controller-name", "a/b", NULL};
	struct options o;
	struct buf err = {0}, strangers = {0};

	(void)state;
	setenv("KONG_PROXY_LISTEN", "0.0.0.0:81", 1);
	setenv("CONTROLLER_PUBLISH_SERVICE", "ns/proxy", 1);
	setenv("CONTROLLER_GATEWAY_API_CONTROLLER_NAME", "x/y", 1);
	setenv("CONTROLLER_KONG_ADMIN_URL", "http://localhost:8001", 1);
	assert_int_equal(parse(&o, &err, serve), 0);
	assert_str(o.text[OPT_PROXY_LISTEN], "0.0.0.0:81");
	assert_str(o.text[OPT_CONTROLLER_NAME], "sluice.dev/gateway-controller");
	options_strangers(&o, &strangers);
	assert_int_equal(strangers.n, 0);
	options_fini(&o);
	setenv("SLUICE_PROXY_LISTEN", "off", 1); /* ours wins */
	assert_int_equal(parse(&o, &err, serve), 0);
	assert_str(o.text[OPT_PROXY_LISTEN], "off");
	options_fini(&o);
	assert_int_equal(parse(&o, &err, controller), 0);
	assert_str(o.text[OPT_PUBLISH_SERVICE], "ns/proxy");
	assert_str(o.text[OPT_CONTROLLER_NAME], "x/y");
	options_strangers(&o, &strangers);
	assert_str(buf_str(&strangers), "CONTROLLER_KONG_ADMIN_URL");
	options_fini(&o);
	assert_int_equal(parse(&o, &err, flag), 0); /* the flag wins */
	assert_str(o.text[OPT_CONTROLLER_NAME], "a/b");
	options_fini(&o);
	unsetenv("KONG_PROXY_LISTEN");
	unsetenv("SLUICE_PROXY_LISTEN");
	unsetenv("CONTROLLER_PUBLISH_SERVICE");
	unsetenv("CONTROLLER_GATEWAY_API_CONTROLLER_NAME");
	unsetenv("CONTROLLER_KONG_ADMIN_URL");
	buf_fini(&strangers);
	buf_fini(&err);
}

static void test_errors_name_the_word(void **state)
{
	static const struct {
		const char *argv[4];
		const char *says;
	} cases[] = {
		{{"serv", NULL},
			"serv: no such command (did you mean serve?); see 'sluice --help'"},
		{{"stop", NULL}, "stop: no such command; see 'sluice --help'"},
		{{"serve", "--acces-log=x", NULL},
			"--acces-log=x: no such option of 'sluice serve' (did you mean --access-log?); "
			"see 'sluice serve --help'"},
		{{"serve", "--nope", NULL},
			"--nope: no such option of 'sluice serve'; see 'sluice serve --help'"},
		{{"check", "--workers", "1", NULL},
			"--workers: no such option of 'sluice check'; see 'sluice check --help'"},
		{{"serve", "--workers", NULL}, "--workers: a value is missing: N"},
		{{"serve", "--workers=-1", NULL},
			"--workers=-1: '-1' is not a number from 0 to 1000000"},
		{{"serve", "--drain-delay=3", NULL},
			"--drain-delay=3: '3' is not a time such as 30s, 250ms or 1h30m"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *argv[4];
		struct options o;
		struct buf err = {0};

		memcpy(argv, cases[i].argv, sizeof(argv));
		assert_int_equal(parse(&o, &err, argv), -EINVAL);
		assert_str(buf_str(&err), cases[i].says);
		options_fini(&o);
		buf_fini(&err);
	}
}

static void test_short_letters(void **state)
{
	const char *argv[] = {
		"explain", "GET", "http://a/", "-H", "A: 1", "-HB: 2", "-o", "json", NULL};
	struct options o;
	struct buf err = {0};

	(void)state;
	assert_int_equal(parse(&o, &err, argv), 0);
	assert_int_equal(o.headers.n, 2);
	assert_str(o.headers.p[1], "B: 2");
	assert_true(option_is(&o, OPT_OUTPUT, "json"));
	options_fini(&o);
	buf_fini(&err);
}

static void test_a_size_is_bytes_or_a_word(void **state)
{
	const char *argv[] = {"serve", "--memory-limit", NULL, NULL};
	static const struct {
		const char *text;
		uint64_t bytes;
	} good[] = {{"auto", 0}, {"off", 0}, {"0", 0}, {"1000", 1000}, {"64KiB", 65536},
		{"512MiB", 512u << 20}, {"2GiB", UINT64_C(2) << 30}},
	  bad[] = {{"", 0}, {"MiB", 0}, {"1MB", 0}, {"-1", 0}, {"1.5GiB", 0}, {"1 MiB", 0},
		  {"99999999999999999999", 0}, {"automatic", 0}};
	struct options o;
	struct buf err = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		argv[2] = good[i].text;
		assert_int_equal(parse(&o, &err, argv), 0);
		assert_int_equal(o.count[OPT_MEMORY_LIMIT], good[i].bytes);
		options_fini(&o);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		argv[2] = bad[i].text;
		assert_int_equal(parse(&o, &err, argv), -EINVAL);
		options_fini(&o);
	}
	buf_fini(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_may_follow_paths),
		cmocka_unit_test(test_flag_wins_over_variable_over_default),
		cmocka_unit_test(test_kongs_names),
		cmocka_unit_test(test_errors_name_the_word),
		cmocka_unit_test(test_short_letters),
		cmocka_unit_test(test_a_size_is_bytes_or_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
