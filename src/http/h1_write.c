/* SPDX-License-Identifier: Apache-2.0 */
#include "http/h1.h"

#include <errno.h>
#include <time.h>

#include "http/scan_priv.h"

/* More than all that is written beside the given texts: "HTTP/1.1 ", SP, CRLFs, names of the fields
 * we set, digits, "Transfer-Encoding: chunked". */
#define FIXED_MAX 192

#define BIT(id) ((uint64_t)1 << HTTP_##id)
/* HTTP_F_FRAMING as a mask; a test holds the two together. */
#define IDS_FRAMING                                                                   \
	(BIT(HOST) | BIT(CONTENT_LENGTH) | BIT(TRANSFER_ENCODING) | BIT(CONNECTION) | \
		BIT(UPGRADE) | BIT(EXPECT))

/* All writing is inside what the bound functions promised; the callers have checked it. */
static char *put(char *p, struct str s)
{
	if (s.n == 0)
		return p;
	AN_HOT(s.p);
	return mempcpy(p, s.p, s.n);
}

static char *put_number(char *p, uint64_t v)
{
	char digits[20], *d = digits + sizeof(digits);

	do
		*--d = (char)('0' + v % 10);
	while (v /= 10);
	return put(p, str_of(d, (size_t)(digits + sizeof(digits) - d)));
}

static char *put_field(char *p, struct str name, struct str value)
{
	p = put(p, name);
	*p++ = ':';
	*p++ = ' ';
	p = put(p, value);
	*p++ = '\r';
	*p++ = '\n';
	return p;
}

/* Fields of the head that stay.  Plain lines that follow each other are one copy. */
static char *put_head_fields(char *p, const struct http_head *h, const struct http_edits *e)
{
	const char *run = NULL, *run_end = NULL;

	for (unsigned i = 0; i < h->fields_n; i++) {
		const struct http_field *f = &h->fields[i];
		const char *line = h->base + f->name.at;
		bool out = (IDS_FRAMING >> f->id & 1) || http_edits_dropped(e, i);

		if (!out && f->plain && line == run_end) {
			run_end = h->base + f->value.at + f->value.n + 2;
			continue;
		}
		if (run)
			p = put(p, str_of(run, (size_t)(run_end - run)));
		run = run_end = NULL;
		if (out)
			continue;
		if (f->plain) {
			run = line;
			run_end = h->base + f->value.at + f->value.n + 2;
		} else {
			p = put_field(p, http_field_name(h, f), http_field_value(h, f));
		}
	}
	return run ? put(p, str_of(run, (size_t)(run_end - run))) : p;
}

static char *put_fields(char *p, const struct http_head *h, const struct http_edits *e)
{
	if (h)
		p = put_head_fields(p, h, e);
	for (unsigned i = 0; i < e->adds_n; i++)
		if (!e->adds[i].dead)
			p = put_field(p, e->adds[i].name, e->adds[i].value);
	return put(p, e->lines);
}

static char *put_framing(char *p, const struct http_framing *f)
{
	if (f->body == HTTP_BODY_CHUNKED)
		return put(p, STR("Transfer-Encoding: chunked\r\n"));
	if (f->body != HTTP_BODY_LENGTH && !f->announced)
		return p;
	p = put(p, STR("Content-Length: "));
	p = put_number(p, f->length);
	return put(p, STR("\r\n"));
}

static char *put_connection(char *p, enum h1_connection connection, struct str upgrade)
{
	switch (connection) {
	case H1_CONN_CLOSE:
		return put(p, STR("Connection: close\r\n"));
	case H1_CONN_KEEP_ALIVE:
		return put(p, STR("Connection: keep-alive\r\n"));
	case H1_CONN_UPGRADE:
		p = put(p, STR("Connection: upgrade\r\n"));
		return put_field(p, STR("Upgrade"), upgrade);
	case H1_CONN_DEFAULT:
		break;
	}
	return p;
}

static size_t fields_bound(const struct http_head *h, const struct http_edits *e)
{
	/* a line without a blank behind its colon grows by one */
	return (h ? (size_t)h->n + h->fields_n : 0) + e->adds_bytes + FIXED_MAX;
}

/* --- requests ---------------------------------------------------------------------------- */

void h1_request_out_init(struct h1_request_out *o, const struct http_request *r)
{
	*o = (struct h1_request_out){.method = http_method(r),
		.path = r->form == URL_ASTERISK ? STR("*") : http_path(r),
		.query = http_query(r),
		.has_query = r->has_query,
		.host = http_host(r),
		.framing = r->framing};
	if (r->upgrade) {
		o->connection = H1_CONN_UPGRADE;
		o->upgrade = http_span_str(&r->head, r->upgrade_to);
	}
}

static bool upgrade_ok(enum h1_connection connection, struct str upgrade)
{
	return connection != H1_CONN_UPGRADE || (upgrade.n && http_value_ok(upgrade));
}

/* Rewrites and configuration have had their hands in these: what the peer would misread stops
 * here. */
static bool request_ok(const struct h1_request_out *o)
{
	bool star = str_eq(o->path, STR("*")) && !o->has_query;

	if (!http_token_ok(o->method) || !(star || (o->path.n && o->path.p[0] == '/')))
		return false;
	if (!url_target_bytes(o->path) || str_find(o->path, '?') < o->path.n)
		return false;
	if (!url_target_bytes(o->query) || !upgrade_ok(o->connection, o->upgrade))
		return false;
	if (o->framing.body == HTTP_BODY_CLOSE || o->framing.body == HTTP_BODY_TUNNEL)
		return false;
	return o->host.n && url_target_bytes(o->host);
}

size_t h1_request_bound(
	const struct h1_request_out *o, const struct http_head *h, const struct http_edits *e)
{
	return o->method.n + o->path.n + o->query.n + o->host.n + o->upgrade.n + fields_bound(h, e);
}

int h1_request_write(const struct h1_request_out *o, const struct http_head *h,
	const struct http_edits *e, char *p, size_t cap)
{
	char *at = p;

	if (!request_ok(o))
		return -EINVAL;
	if (h1_request_bound(o, h, e) > MIN(cap, INT32_MAX))
		return -ENOBUFS;
	at = put(at, o->method);
	*at++ = ' ';
	at = put(at, o->path);
	if (o->has_query) {
		*at++ = '?';
		at = put(at, o->query);
	}
	at = put(at, STR(" HTTP/1.1\r\nHost: "));
	at = put(at, o->host);
	at = put(at, STR("\r\n"));
	at = put_fields(at, h, e);
	at = put_framing(at, &o->framing);
	if (o->expect)
		at = put(at, STR("Expect: 100-continue\r\n"));
	at = put_connection(at, o->connection, o->upgrade);
	at = put(at, STR("\r\n"));
	return (int)(at - p);
}

/* --- responses --------------------------------------------------------------------------- */

size_t h1_response_bound(
	const struct h1_response_out *o, const struct http_head *h, const struct http_edits *e)
{
	return o->phrase.n + o->date.n + o->upgrade.n + fields_bound(h, e);
}

static bool has_date(const struct http_head *h, const struct http_edits *e)
{
	struct str value;

	if (e->adds_n == 0 && !(h && http_has(h, HTTP_DATE)))
		return false;
	return http_edits_get(e, h, HTTP_DATE, STR(""), &value);
}

int h1_response_write(const struct h1_response_out *o, const struct http_head *h,
	const struct http_edits *e, char *p, size_t cap)
{
	struct str phrase = o->phrase.n ? o->phrase : http_status_phrase(o->status);
	char *at = p;

	if (o->status < 100 || o->status > 999 || !upgrade_ok(o->connection, o->upgrade))
		return -EINVAL;
	if (phrase.n && scan_value(phrase.p, phrase.p + phrase.n, phrase.p) != phrase.p + phrase.n)
		return -EINVAL;
	if (h1_response_bound(o, h, e) > MIN(cap, INT32_MAX))
		return -ENOBUFS;
	at = put(at, STR("HTTP/1.1 "));
	*at++ = (char)('0' + o->status / 100);
	*at++ = (char)('0' + o->status / 10 % 10);
	*at++ = (char)('0' + o->status % 10);
	*at++ = ' ';
	at = put(at, phrase);
	at = put(at, STR("\r\n"));
	at = put_fields(at, h, e);
	if (o->date.n && !has_date(h, e))
		at = put_field(at, STR("Date"), o->date);
	at = put_framing(at, &o->framing);
	at = put_connection(at, o->connection, o->upgrade);
	at = put(at, STR("\r\n"));
	return (int)(at - p);
}

static char *put_two(char *p, int v)
{
	p[0] = (char)('0' + v / 10 % 10);
	p[1] = (char)('0' + v % 10);
	return p + 2;
}

struct str h1_date(int64_t wall_sec, char out[H1_DATE_N])
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t t = (time_t)wall_sec;
	struct tm tm;
	char *p = out;

	AN(gmtime_r(&t, &tm));
	p = put(p, str_of(days + tm.tm_wday * 3, 3));
	p = put(p, STR(", "));
	p = put_two(p, tm.tm_mday);
	*p++ = ' ';
	p = put(p, str_of(months + tm.tm_mon * 3, 3));
	*p++ = ' ';
	p = put_two(put_two(p, tm.tm_year / 100 + 19), tm.tm_year % 100);
	*p++ = ' ';
	p = put_two(p, tm.tm_hour);
	*p++ = ':';
	p = put_two(p, tm.tm_min);
	*p++ = ':';
	p = put_two(p, tm.tm_sec);
	put(p, STR(" GMT"));
	return str_of(out, H1_DATE_N);
}
