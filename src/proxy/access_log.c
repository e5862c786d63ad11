/* SPDX-License-Identifier: Apache-2.0 */
/*
 * access_log.c -- one line per exchange, built in the worker's own buffer.
 */
#include <stdio.h>

#include "proxy/exchange_priv.h"

/* JSON text: what could end the string or the line is escaped, raw bytes above 0x7e as well. */
static void json_text(struct buf *b, struct str s)
{
	static const char hex[] = "0123456789abcdef";

	buf_addc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		size_t run = i;

		while (run < s.n && s.p[run] >= ' ' && s.p[run] < 0x7f && s.p[run] != '"' &&
			s.p[run] != '\\')
			run++;
		if (run > i) {
			buf_add(b, str_of(s.p + i, run - i));
			i = run - 1;
			continue;
		}
		if (c == '"' || c == '\\') {
			buf_addc(b, '\\');
			buf_addc(b, (char)c);
		} else {
			buf_add(b, STR("\\u00"));
			buf_addc(b, hex[c >> 4]);
			buf_addc(b, hex[c & 15]);
		}
	}
	buf_addc(b, '"');
}

static void number(struct buf *b, uint64_t n)
{
	char text[20];
	size_t at = sizeof(text);

	do
		text[--at] = (char)('0' + n % 10);
	while (n /= 10);
	buf_add(b, str_of(text + at, sizeof(text) - at));
}

static void json_field(struct buf *b, struct str key, struct str value)
{
	if (!value.n)
		return;
	buf_add(b, STR(",\""));
	buf_add(b, key);
	buf_add(b, STR("\":"));
	json_text(b, value);
}

static void json_number(struct buf *b, struct str key, uint64_t value)
{
	buf_add(b, STR(",\""));
	buf_add(b, key);
	buf_add(b, STR("\":"));
	number(b, value);
}

/* Microseconds between two moments; 0 where one is missing. */
static uint64_t usec_between(nsec from, nsec to)
{
	return from && to > from ? (uint64_t)(to - from) / 1000 : 0;
}

static struct str reason_of(const struct exchange *x)
{
	return x->reason ? proxy_reason_name(x->reason) : (struct str){0};
}

/* The rule's name, or "#3": its place in the route. */
static struct str rule_of(const struct exchange *x, char room[8])
{
	if (x->log_rule.n || !x->log_route.n)
		return x->log_rule;
	return str_of(room, (size_t)snprintf(room, 8, "#%u", x->log_rule_index));
}

struct line_facts {
	nsec wall, now;
	struct str method, path, host, query, reason, client, rule;
	struct str endpoint;
};

static void line_json(struct buf *b, const struct exchange *x, const struct line_facts *f)
{
	buf_add(b, STR("{\"time_us\":"));
	number(b, (uint64_t)f->wall / 1000);
	json_field(b, STR("client"), f->client);
	json_field(b, STR("method"), f->method);
	json_field(b, STR("host"), f->host);
	json_field(b, STR("path"), f->path);
	json_field(b, STR("query"), f->query);
	json_number(b, STR("status"), (uint64_t)x->status);
	json_field(b, STR("reason"), f->reason);
	json_field(b, STR("listener"), x->log_listener);
	json_field(b, STR("route"), x->log_route);
	json_field(b, STR("rule"), f->rule);
	json_field(b, STR("upstream"), x->log_upstream);
	json_field(b, STR("endpoint"), f->endpoint);
	json_number(b, STR("tries"), x->tries);
	json_number(b, STR("bytes_in"), x->bytes_in);
	json_number(b, STR("bytes_out"), x->bytes_out);
	json_number(b, STR("took_us"), usec_between(x->began, f->now));
	json_number(b, STR("upstream_us"), usec_between(x->sent_at, x->head_at));
	json_field(b, STR("request_id"), str_from(x->request_id));
	buf_addc(b, '}');
}

/* "-" stands for what is not there; bytes that could break the line are escaped as in JSON. */
static void word(struct buf *b, struct str s)
{
	buf_addc(b, ' ');
	if (s.n)
		json_text(b, s);
	else
		buf_addc(b, '-');
}

static void line_text(struct buf *b, const struct exchange *x, const struct line_facts *f)
{
	number(b, (uint64_t)f->wall / 1000);
	word(b, f->client);
	word(b, f->method);
	word(b, f->host);
	word(b, f->path);
	buf_addc(b, ' ');
	number(b, (uint64_t)x->status);
	word(b, f->reason);
	word(b, x->log_route);
	word(b, f->rule);
	word(b, f->endpoint);
	buf_addc(b, ' ');
	number(b, x->bytes_in);
	buf_addc(b, ' ');
	number(b, x->bytes_out);
	buf_addc(b, ' ');
	number(b, usec_between(x->began, f->now));
}

void access_log(struct exchange *x)
{
	struct worker *w = x->worker;
	struct line_facts f = {.now = loop_now(w->loop)};
	bool parsed = x->req.head.n > 0;
	char peer[ADDR_TEXT], rule[8];
	struct buf *b = &w->log_line, endpoint = {0};

	if (!w->ring)
		return;
	f.wall = loop_wall(w->loop) - (f.now - x->began);
	if (parsed) {
		f.method = http_method(&x->req);
		f.path = http_path(&x->req);
		f.host = http_host(&x->req);
		f.query = http_query(&x->req);
	}
	f.reason = reason_of(x);
	f.rule = rule_of(x, rule);
	f.client = str_from(
		x->conn->peer[0] ? x->conn->peer : addr_format_ip(&x->conn->tcp.peer, peer));
	if (x->tries) {
		plan_addr_print(&x->log_addr, &endpoint);
		f.endpoint = buf_str(&endpoint);
	}
	buf_reset(b);
	if (w->access_format == PROXY_LOG_JSON)
		line_json(b, x, &f);
	else
		line_text(b, x, &f);
	/* A full ring drops the line and counts it (base/ring.h): a request never waits for a log.
	 */
	(void)ring_write(w->ring, w->access_output, buf_str(b));
	buf_fini(&endpoint);
}
