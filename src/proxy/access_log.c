/* SPDX-License-Identifier: Apache-2.0 */
/*
 * access_log.c -- one line per exchange, built in the worker's own buffer.
 */
#include "base/put.h"
#include "proxy/exchange_priv.h"

/* A byte takes at most six as JSON text. */
#define ESCAPED 6
/* More than all of a line but the texts in it: keys, quotes, numbers. */
#define LINE_FIXED 640

#define ONES 0x0101010101010101u
#define HIGHS 0x8080808080808080u

/* Whether the eight bytes at <p> may all stand in a JSON string: none below ' ', no quote, no
 * backslash, none above '~'.  As long as no byte has its high bit, a subtraction sets one only
 * where it borrows: below ' ', or at a zero that the xor has made. */
static inline bool plain_eight(const char *p)
{
	uint64_t w, bad;

	memcpy(&w, p, sizeof(w));
	bad = w | (w - ' ' * ONES) | ((w ^ '"' * ONES) - ONES) | ((w ^ '\\' * ONES) - ONES) |
	      ((w ^ 0x7f * ONES) - ONES);
	return !(bad & HIGHS);
}

static inline bool plain_byte(char c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

/* JSON text: what could end the string or the line is escaped, raw bytes above 0x7e as well. */
static char *put_text(char *p, struct str s)
{
	static const char hex[] = "0123456789abcdef";
	const char *at = s.p, *end = s.p + s.n;

	*p++ = '"';
	while (at < end) {
		if (end - at >= 8 && plain_eight(at)) {
			p = mempcpy(p, at, 8);
			at += 8;
		} else if (plain_byte(*at)) {
			*p++ = *at++;
		} else if (*at == '"' || *at == '\\') {
			*p++ = '\\';
			*p++ = *at++;
		} else {
			p = PUT_LIT(p, "\\u00");
			*p++ = hex[(unsigned char)*at >> 4];
			*p++ = hex[*at++ & 15];
		}
	}
	*p++ = '"';
	return p;
}

#define PUT_FIELD(p, key, value)                                           \
	do {                                                               \
		struct str value_ = (value);                               \
		if (value_.n)                                              \
			p = put_text(PUT_LIT(p, ",\"" key "\":"), value_); \
	} while (0)
#define PUT_NUMBER(p, key, value) p = put_u64(PUT_LIT(p, ",\"" key "\":"), value)

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
static struct str rule_of(const struct exchange *x, char room[PUT_U64_MAX + 1])
{
	if (x->log_rule.n || !x->log_route.n)
		return x->log_rule;
	room[0] = '#';
	return str_of(room, (size_t)(put_u64(room + 1, x->log_rule_index) - room));
}

struct line_facts {
	nsec wall, now;
	struct str method, path, host, query, reason, client, rule;
	struct str endpoint;
};

static size_t line_bound(const struct exchange *x, const struct line_facts *f)
{
	size_t n = f->method.n + f->path.n + f->host.n + f->query.n + f->reason.n + f->client.n +
		   f->rule.n + f->endpoint.n + x->log_listener.n + x->log_route.n +
		   x->log_upstream.n + sizeof(x->request_id);

	return n * ESCAPED + LINE_FIXED;
}

static char *put_json(char *p, const struct exchange *x, const struct line_facts *f)
{
	p = put_u64(PUT_LIT(p, "{\"time_us\":"), (uint64_t)f->wall / 1000);
	PUT_FIELD(p, "client", f->client);
	PUT_FIELD(p, "method", f->method);
	PUT_FIELD(p, "host", f->host);
	PUT_FIELD(p, "path", f->path);
	PUT_FIELD(p, "query", f->query);
	PUT_NUMBER(p, "status", (uint64_t)x->status);
	PUT_FIELD(p, "reason", f->reason);
	PUT_FIELD(p, "listener", x->log_listener);
	PUT_FIELD(p, "route", x->log_route);
	PUT_FIELD(p, "rule", f->rule);
	PUT_FIELD(p, "upstream", x->log_upstream);
	PUT_FIELD(p, "endpoint", f->endpoint);
	PUT_NUMBER(p, "tries", x->tries);
	PUT_NUMBER(p, "bytes_in", x->bytes_in);
	PUT_NUMBER(p, "bytes_out", x->bytes_out);
	PUT_NUMBER(p, "took_us", usec_between(x->began, f->now));
	PUT_NUMBER(p, "upstream_us", usec_between(x->sent_at, x->head_at));
	PUT_FIELD(p, "request_id", str_from(x->request_id));
	*p++ = '}';
	return p;
}

/* "-" stands for what is not there; bytes that could break the line are escaped as in JSON. */
static char *put_word(char *p, struct str s)
{
	*p++ = ' ';
	return s.n ? put_text(p, s) : PUT_LIT(p, "-");
}

static char *put_number(char *p, uint64_t n)
{
	*p++ = ' ';
	return put_u64(p, n);
}

static char *put_line(char *p, const struct exchange *x, const struct line_facts *f)
{
	p = put_u64(p, (uint64_t)f->wall / 1000);
	p = put_word(p, f->client);
	p = put_word(p, f->method);
	p = put_word(p, f->host);
	p = put_word(p, f->path);
	p = put_number(p, (uint64_t)x->status);
	p = put_word(p, f->reason);
	p = put_word(p, x->log_route);
	p = put_word(p, f->rule);
	p = put_word(p, f->endpoint);
	p = put_number(p, x->bytes_in);
	p = put_number(p, x->bytes_out);
	return put_number(p, usec_between(x->began, f->now));
}

static void log_exchange(const struct exchange *x)
{
	struct worker *w = x->worker;
	struct line_facts f = {.now = loop_now(w->loop)};
	char peer[ADDR_TEXT], rule[PUT_U64_MAX + 1], endpoint[PLAN_ADDR_TEXT], *p;

	f.wall = loop_wall(w->loop) - (f.now - x->began);
	if (x->req.head.n > 0) { /* it was parsed */
		f.method = http_method(&x->req);
		f.path = http_path(&x->req);
		f.host = http_host(&x->req);
		f.query = http_query(&x->req);
	}
	f.reason = reason_of(x);
	f.rule = rule_of(x, rule);
	f.client = str_from(
		x->conn->peer[0] ? x->conn->peer : addr_format_ip(&x->conn->tcp.peer, peer));
	if (x->tries)
		f.endpoint = plan_addr_text(&x->log_addr, endpoint);
	buf_reset(&w->log_line);
	p = buf_room(&w->log_line, line_bound(x, &f));
	buf_added(&w->log_line, (size_t)((w->access_format == PROXY_LOG_JSON ? put_json(p, x, &f)
									     : put_line(p, x, &f)) -
					 p));
	/* A full ring drops the line and counts it (base/ring.h): a request never waits for a log.
	 */
	(void)ring_write(w->ring, w->access_output, buf_str(&w->log_line));
}

void access_log(struct exchange *x)
{
	if (x->worker->ring)
		log_exchange(x);
}
