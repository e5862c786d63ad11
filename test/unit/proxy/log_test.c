/* SPDX-License-Identifier: Apache-2.0 */
/* The access log: one line an exchange, whatever became of it, that no byte of a client can break.
 */
#include "proxy/access_log.c" /* put_text() */
#include "proxy/helper_rig.h"
#include "base/buf.h"
#include "base/rand.h"

#include <stdio.h>
#include <unistd.h>

#define OK2 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

struct talk {
	struct rig r;
	struct peer c;
	int log[2];
	char line[8192];
};

static void talk_open(struct talk *t, enum proxy_log_format format)
{
	assert_int_equal(pipe(t->log), 0);
	rig_init_log(&t->r, t->log[1], format);
	rig_simple(&t->r);
	t->c = peer_connect(&t->r);
}

static void talk_close(struct talk *t)
{
	peer_close(&t->c);
	rig_fini(&t->r);
	close(t->log[0]);
	close(t->log[1]);
}

/* The next line, without its end. */
static const char *line_of(struct talk *t)
{
	size_t n = 0;

	rig_run(&t->r);
	writer_flush(t->r.writer);
	while (n < sizeof(t->line) - 1 && read(t->log[0], t->line + n, 1) == 1 &&
		t->line[n] != '\n')
		n++;
	t->line[n] = 0;
	return t->line;
}

static void has(const char *line, const char *part)
{
	if (!strstr(line, part))
		fail_msg("no %s in\n%s", part, line);
}

static void serve(struct talk *t, const char *request)
{
	struct peer b;

	peer_send(&t->c, request);
	b = peer_accept(&t->r, 0);
	rig_advance(&t->r, MSEC(30));
	peer_send(&b, OK2);
	peer_expect_answer(&t->c, 200, "ok");
	peer_close(&b);
}

static void test_json(void **state)
{
	struct talk t;
	const char *line;
	char endpoint[64];

	(void)state;
	talk_open(&t, PROXY_LOG_JSON);
	serve(&t, "POST /a?b=c HTTP/1.1\r\nHost: h.example\r\nContent-Length: 3\r\n\r\nabc");
	line = line_of(&t);
	has(line, "\"client\":\"127.0.0.1\",\"method\":\"POST\",\"host\":\"h.example\","
		  "\"path\":\"/a\",\"query\":\"b=c\",\"status\":200,");
	has(line,
		"\"listener\":\"Gateway/ns/gw/http\",\"route\":\"ns/r\",\"rule\":\"#0\",\"upstream\":\"up\",");
	snprintf(endpoint, sizeof(endpoint), "\"endpoint\":\"127.0.0.1:%u\",\"tries\":1,",
		t.r.backends[0].port);
	has(line, endpoint);
	has(line, "\"bytes_in\":3,");
	has(line, "\"took_us\":30000,\"upstream_us\":30000,\"request_id\":\"");
	assert_null(strstr(line, "\"reason\""));
	talk_close(&t);
}

/* Our own answers and cuts say why; what never parsed is told as far as it is known. */
static void test_reasons(void **state)
{
	struct talk t;
	struct peer b;

	(void)state;
	talk_open(&t, PROXY_LOG_JSON);
	peer_send(&t.c, "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n");
	has(line_of(&t), "\"status\":400,\"reason\":\"bad_path\"");
	peer_close(&t.c);
	t.c = peer_connect(&t.r);
	peer_send(&t.c, "NO\x01SENSE\r\n\r\n");
	has(line_of(&t), "\"status\":400,\"reason\":\"bad_method\"");
	peer_close(&t.c);
	t.c = peer_connect(&t.r);
	peer_send(&t.c, "GET /gone HTTP/1.1\r\nHost: a\r\n\r\n");
	b = peer_accept(&t.r, 0);
	peer_reset(&t.c);
	has(line_of(&t),
		"\"client\":\"127.0.0.1\",\"method\":\"GET\",\"host\":\"a\",\"path\":\"/gone\","
		"\"status\":0,\"reason\":\"client_gone\"");
	peer_close(&b);
	t.c = peer_connect(&t.r);
	talk_close(&t);
}

/* Quotes and backslashes from a client stay inside their string; a line is a line. */
static void test_escapes(void **state)
{
	for (int format = PROXY_LOG_JSON; format <= PROXY_LOG_TEXT; format++) {
		struct talk t;
		const char *line;

		(void)state;
		talk_open(&t, (enum proxy_log_format)format);
		serve(&t, "GET /q?\"},{\"x\":\"1 HTTP/1.1\r\nHost: a\r\n\r\n");
		line = line_of(&t);
		if (format == PROXY_LOG_JSON)
			has(line, "\"query\":\"\\\"},{\\\"x\\\":\\\"1\"");
		else
			has(line, " \"127.0.0.1\" \"GET\" \"a\" \"/q\" 200 - \"ns/r\" ");
		for (const char *p = line; *p; p++)
			assert_true(*p >= ' ' && *p < 0x7f);
		talk_close(&t);
	}
}

/* Eight bytes at a time say what one at a time says, wherever the odd one stands. */
static void test_text_by_words_is_text_by_bytes(void **state)
{
	static const char odd[] = "\"\\\x1f\x7e\x7f\x80\xff !#[]~";
	char text[40], got[sizeof(text) * ESCAPED + 2];
	struct buf want = {0};
	struct rand r;

	(void)state;
	rand_init(&r, 5);
	for (int i = 0; i < 20000; i++) {
		struct str s = str_of(text, rand_below(&r, sizeof(text)));

		buf_reset(&want);
		buf_addc(&want, '"');
		for (size_t at = 0; at < s.n; at++) {
			unsigned char c = rand_below(&r, 8) ? 'a' + rand_below(&r, 26)
					  : rand_below(&r, 2)
						  ? (unsigned char)odd[rand_below(&r, sizeof(odd))]
						  : (unsigned char)rand_below(&r, 256);

			text[at] = (char)c;
			if (c == '"' || c == '\\')
				buf_printf(&want, "\\%c", c);
			else if (c < ' ' || c >= 0x7f)
				buf_printf(&want, "\\u00%02x", c);
			else
				buf_addc(&want, (char)c);
		}
		buf_addc(&want, '"');
		assert_true(str_eq(buf_str(&want), str_of(got, (size_t)(put_text(got, s) - got))));
	}
	buf_fini(&want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_by_words_is_text_by_bytes),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_escapes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
