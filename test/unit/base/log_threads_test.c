/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/ring.h"
#include "test.h"

static struct writer *writer;
static struct clock_manual now;
static int fd;
static struct buf got;

static void start(enum log_format format, enum log_level level)
{
	char path[] = "/tmp/log-test-XXXXXX";
	struct log_config config = {.clock = &now.clock, .level = level, .format = format};

	fd = mkstemp(path);
	assert_true(fd >= 0);
	unlink(path);
	clock_manual_init(&now, SEC(100), SEC(1767225600) + MSEC(7));
	writer = writer_new();
	config.writer = writer;
	config.output = (unsigned)writer_output(writer, fd);
	log_init(&config);
}

static struct str told(void)
{
	ssize_t n;

	writer_flush(writer);
	buf_reset(&got);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	while ((n = read(fd, buf_room(&got, 4096), 4096)) > 0)
		buf_added(&got, (size_t)n);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return buf_str(&got);
}

static int stop(void **state)
{
	(void)state;
	log_fini();
	writer_free(writer);
	close(fd);
	buf_fini(&got);
	return 0;
}

static void lines_are_key_and_value(void **state)
{
	(void)state;
	start(LOG_TEXT, LEVEL_INFO);
	log_info("listener opened");
	log_warn("object refused", LOG_STR("object", STR("HTTPRoute shop/web")),
		LOG_STR("path", STR("/x")), LOG_STR("none", STR("")), LOG_STR("eq", STR("a=b")),
		LOG_STR("evil", STR("a\nlevel=error \"\xff")), LOG_INT("port", -80),
		LOG_BOOL("tls", true), LOG_NSEC("took_ms", MSEC(3) / 2), LOG_ERR(-ENOENT));
	log_debug("not told");
	assert_str(told(),
		"time=2026-01-01T00:00:00.007Z level=info msg=\"listener opened\"\n"
		"time=2026-01-01T00:00:00.007Z level=warn msg=\"object refused\" "
		"object=\"HTTPRoute shop/web\" path=/x none=\"\" eq=\"a=b\" "
		"evil=\"a\\nlevel=error \\\"\xef\xbf\xbd\" port=-80 tls=true took_ms=1.500 "
		"error=\"No such file or directory\"\n");
	log_set_level(LEVEL_DEBUG);
	log_debug("told");
	assert_str(told(), "time=2026-01-01T00:00:00.007Z level=debug msg=told\n");
}

static void lines_are_json(void **state)
{
	(void)state;
	start(LOG_JSON, LEVEL_ERROR);
	log_warn("not told");
	log_error("no", LOG_STR("text", STR("a \"b\"\n")), LOG_INT("n", 1), LOG_BOOL("b", false));
	assert_str(told(), "{\"time\":\"2026-01-01T00:00:00.007Z\",\"level\":\"error\","
			   "\"msg\":\"no\",\"text\":\"a \\\"b\\\"\\n\",\"n\":1,\"b\":false}\n");
}

static size_t lines(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

static void a_repeated_line_is_held_and_counted(void **state)
{
	uint64_t before = log_suppressed();

	(void)state;
	start(LOG_TEXT, LEVEL_INFO);
	for (int i = 0; i < 10; i++)
		log_info("again", LOG_INT("n", 1));
	assert_int_equal(lines(told()), LOG_REPEATS);
	assert_int_equal(log_suppressed() - before, 10 - LOG_REPEATS);
	clock_manual_advance(&now, MSEC(999));
	log_info("again", LOG_INT("n", 1));
	assert_int_equal(lines(told()), 0);
	clock_manual_advance(&now, MSEC(1));
	log_info("again", LOG_INT("n", 1));
	log_info("again", LOG_INT("n", 1));
	assert_str(told(), "time=2026-01-01T00:00:01.007Z level=info msg=again n=1 repeated=8\n"
			   "time=2026-01-01T00:00:01.007Z level=info msg=again n=1\n");
	/* Another line: last, for it may fall on the same slot and tell what that one held. */
	log_info("again", LOG_INT("n", 2));
	assert_int_equal(lines(told()), 1);
}

static void what_was_held_is_told_when_its_place_is_taken(void **state)
{
	struct str all;
	char name[16];

	(void)state;
	start(LOG_TEXT, LEVEL_INFO);
	for (int i = 0; i < 10; i++)
		log_info("first");
	for (int i = 0; i < 400; i++) {
		snprintf(name, sizeof(name), "%d", i); /* texts: they fall on every slot */
		log_info("others", LOG_STR("n", str_from(name)));
	}
	all = told();
	buf_addc(&got, '\0');
	assert_int_equal(lines(all), LOG_REPEATS + 400 + 1);
	assert_non_null(strstr(got.p, "msg=first held_back=true repeated=7\n"));
}

static void a_burst_is_cut_but_for_errors(void **state)
{
	(void)state;
	start(LOG_TEXT, LEVEL_INFO);
	for (int i = 0; i < LOG_BURST + 100; i++)
		log_info("many", LOG_INT("n", i));
	assert_int_equal(lines(told()), LOG_BURST);
	log_error("but this");
	assert_int_equal(lines(told()), 1);
	clock_manual_advance(&now, SEC(1));
	log_info("many", LOG_INT("n", 0));
	assert_int_equal(lines(told()), 1);
}

static void a_line_is_bounded(void **state)
{
	static char big[20000];
	struct str all;

	(void)state;
	memset(big, 'x', sizeof(big));
	start(LOG_JSON, LEVEL_INFO);
	log_info("long", LOG_STR("text", str_of(big, sizeof(big))));
	all = told();
	assert_true(str_ends(all, STR("\"msg\":\"long\",\"too_long\":true}\n")));
}

static void levels_have_names(void **state)
{
	enum log_level level = LEVEL_DEBUG;

	(void)state;
	assert_int_equal(log_level_parse(STR("warn"), &level), 0);
	assert_int_equal(level, LEVEL_WARN);
	assert_int_equal(log_level_parse(STR("loud"), &level), -EINVAL);
	assert_int_equal(level, LEVEL_WARN);
}

static void *tell(void *arg)
{
	for (int i = 0; i < 100; i++)
		log_info("from a thread", LOG_INT("who", *(int *)arg), LOG_INT("n", i));
	return NULL;
}

static void threads_log_side_by_side(void **state)
{
	int who[4] = {0, 1, 2, 3};
	pthread_t threads[4];

	(void)state;
	start(LOG_TEXT, LEVEL_INFO);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, tell, &who[i]), 0);
	log_set_level(LEVEL_INFO);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(lines(told()), 400);
}

static void without_init_lines_go_to_stderr(void **state)
{
	char text[200] = {0};
	int fds[2], saved = dup(STDERR_FILENO);

	(void)state;
	assert_int_equal(pipe(fds), 0);
	dup2(fds[1], STDERR_FILENO);
	log_error("early");
	dup2(saved, STDERR_FILENO);
	assert_true(read(fds[0], text, sizeof(text) - 1) > 0);
	assert_non_null(strstr(text, " level=error msg=early\n"));
	close(fds[0]);
	close(fds[1]);
	close(saved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(lines_are_key_and_value, stop),
		cmocka_unit_test_teardown(lines_are_json, stop),
		cmocka_unit_test_teardown(a_repeated_line_is_held_and_counted, stop),
		cmocka_unit_test_teardown(what_was_held_is_told_when_its_place_is_taken, stop),
		cmocka_unit_test_teardown(a_burst_is_cut_but_for_errors, stop),
		cmocka_unit_test_teardown(a_line_is_bounded, stop),
		cmocka_unit_test_teardown(threads_log_side_by_side, stop),
		cmocka_unit_test(levels_have_names),
		cmocka_unit_test(without_init_lines_go_to_stderr),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
