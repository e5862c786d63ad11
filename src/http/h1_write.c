/* SPDX-License-Identifier: Apache-2.0 */
#include "http/h1.h"

#include <errno.h>
#include <time.h>

#include "base/put.h"
#include "http/scan_priv.h"

/* More than all that is written beside the given texts: "HTTP/1.1 ", SP, CRLFs, names of the fields
 * we set, digits, "Transfer-Encoding: chunked". */
#define FIXED_MAX 192

#define VERSION_END " HTTP/1.1\r\n"
#define VERSION_END_N (sizeof(VERSION_END) - 1)
#define STATUS_END 13 /* behind "HTTP/1.1 200 " */

#define BIT(id) ((uint64_t)1 << HTTP_##id)
/* HTTP_F_FRAMING as a mask; a test holds the two together. */
#define IDS_FRAMING                                                                   \
	(BIT(HOST) | BIT(CONTENT_LENGTH) | BIT(TRANSFER_ENCODING) | BIT(CONNECTION) | \
		BIT(UPGRADE) | BIT(EXPECT))

/* All writing is inside what the bound functions promised; the callers have checked it. */
static char *put_field(char *p, struct str name, struct str value)
{
	p = put_str(p, name);
	*p++ = ':';
	*p++ = ' ';
	p = put_str(p, value);
	*p++ = '\r';
	*p++ = '\n';
	return p;
}

/* Received bytes that follow each other and stay: one copy. */
struct run {
	const char *p;
	const char *end; /* NULL: empty */
};

static char *run_put(char *p, const struct run *run)
{
	return run->end ? mempcpy(p, run->p, (size_t)(run->end - run->p)) : p;
}

/* What of the fields that only the serialiser writes may stay, because it says just that. */
struct stays {
	const struct http_field *host; /* NULL: none */
	struct str length; /* digits; empty: no Content-Length is to be written (any more) */
};

static bool framing_stays(
	const struct http_head *h, const struct http_field *f, struct stays *stays)
{
	if (f == stays->host)
		return true;
	if (f->id != HTTP_CONTENT_LENGTH || !f->plain || !stays->length.n ||
		!str_eq(http_field_value(h, f), stays->length))
		return false;
	stays->length.n = 0;
	return true;
}

/* Fields of the head that stay, behind <run>. */
static char *put_head_fields(char *p, struct run run, const struct http_head *h,
	const struct http_edits *e, struct stays *stays)
{
	for (unsigned i = 0; i < h->fields_n; i++) {
		const struct http_field *f = &h->fields[i];
		const char *line = h->base + f->name.at;

		if (unlikely(IDS_FRAMING >> f->id & 1) ? !framing_stays(h, f, stays)
						       : http_edits_dropped(e, i))
			continue;
		if (unlikely(!f->plain)) {
			p = run_put(p, &run);
			run.end = NULL;
			p = put_field(p, http_field_name(h, f), http_field_value(h, f));
			continue;
		}
		if (line != run.end) {
			p = run_put(p, &run);
			run.p = line;
		}
		run.end = h->base + f->value.at + f->value.n + 2;
	}
	return run_put(p, &run);
}

static char *put_fields(char *p, struct run run, const struct http_head *h,
	const struct http_edits *e, struct stays *stays)
{
	p = h ? put_head_fields(p, run, h, e, stays) : run_put(p, &run);
	for (unsigned i = 0; i < e->adds_n; i++)
		if (!e->adds[i].dead)
			p = put_field(p, e->adds[i].name, e->adds[i].value);
	return put_str(p, e->lines);
}

/* The value of the Content-Length field that <f> asks for; empty: none. */
static struct str length_text(const struct http_framing *f, char digits[PUT_U64_MAX])
{
	if (f->body != HTTP_BODY_LENGTH && !f->announced)
		return STR("");
	return str_of(digits, (size_t)(put_u64(digits, f->length) - digits));
}

static char *put_framing(char *p, const struct http_framing *f, struct str length)
{
	if (f->body == HTTP_BODY_CHUNKED)
		return put_str(p, STR("Transfer-Encoding: chunked\r\n"));
	return length.n ? put_field(p, STR("Content-Length"), length) : p;
}

static char *put_connection(char *p, enum h1_connection connection, struct str upgrade)
{
	switch (connection) {
	case H1_CONN_CLOSE:
		return put_str(p, STR("Connection: close\r\n"));
	case H1_CONN_KEEP_ALIVE:
		return put_str(p, STR("Connection: keep-alive\r\n"));
	case H1_CONN_UPGRADE:
		p = put_str(p, STR("Connection: upgrade\r\n"));
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

/* The request line in one piece, if it could be written as it came. */
static struct str line_received(const struct http_request *r)
{
	const char *line = r->head.base + r->method.at,
		   *version = r->head.base + r->target.at + r->target.n;

	if (r->form != URL_ORIGIN || memcmp(version, VERSION_END, VERSION_END_N) != 0)
		return STR("");
	return str_of(line, (size_t)(version + VERSION_END_N - line));
}

/* Whether the parts, one behind the other, still are the line that was received. */
static bool request_line_stays(const struct h1_request_out *o)
{
	const char *end = o->path.p + o->path.n;

	if (!o->line.n || o->method.p != o->line.p || o->path.p != o->line.p + o->method.n + 1)
		return false;
	if (o->has_query) {
		if (o->query.p != end + 1)
			return false;
		end += 1 + o->query.n;
	}
	return end + VERSION_END_N == o->line.p + o->line.n;
}

void h1_request_out_init(struct h1_request_out *o, const struct http_request *r)
{
	*o = (struct h1_request_out){.line = line_received(r),
		.method = http_method(r),
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
static bool line_ok(const struct h1_request_out *o)
{
	bool star = str_eq(o->path, STR("*")) && !o->has_query;

	if (!http_token_ok(o->method) || !(star || (o->path.n && o->path.p[0] == '/')))
		return false;
	if (!url_target_bytes(o->path) || str_find(o->path, '?') < o->path.n)
		return false;
	return url_target_bytes(o->query);
}

static bool request_ok(const struct h1_request_out *o, bool line_stays, bool host_stays)
{
	/* What the parser has passed is not looked at again. */
	if (!(line_stays || line_ok(o)) || !upgrade_ok(o->connection, o->upgrade))
		return false;
	if (o->framing.body == HTTP_BODY_CLOSE || o->framing.body == HTTP_BODY_TUNNEL)
		return false;
	return host_stays || (o->host.n && url_target_bytes(o->host));
}

static char *put_request_line(char *p, const struct h1_request_out *o)
{
	p = put_str(p, o->method);
	*p++ = ' ';
	p = put_str(p, o->path);
	if (o->has_query) {
		*p++ = '?';
		p = put_str(p, o->query);
	}
	return put_str(p, STR(VERSION_END));
}

/* The Host field of <h> that says <host>, and may stay; or NULL. */
static const struct http_field *host_field(const struct http_head *h, struct str host)
{
	const struct http_field *f = h ? http_find(h, HTTP_HOST, STR(""), 0) : NULL;

	return f && f->plain && h->base + f->value.at == host.p && f->value.n == host.n ? f : NULL;
}

size_t h1_request_bound(
	const struct h1_request_out *o, const struct http_head *h, const struct http_edits *e)
{
	return o->method.n + o->path.n + o->query.n + o->host.n + o->upgrade.n + fields_bound(h, e);
}

int h1_request_write(const struct h1_request_out *o, const struct http_head *h,
	const struct http_edits *e, char *p, size_t cap)
{
	bool line = request_line_stays(o);
	struct run run = {0};
	struct stays stays = {.host = host_field(h, o->host)};
	char *at = p, digits[PUT_U64_MAX];

	if (!request_ok(o, line, stays.host))
		return -EINVAL;
	if (h1_request_bound(o, h, e) > MIN(cap, INT32_MAX))
		return -ENOBUFS;
	if (line)
		run = (struct run){o->line.p, o->line.p + o->line.n};
	else
		at = put_request_line(at, o);
	if (!stays.host) {
		at = run_put(at, &run);
		run.end = NULL;
		at = put_field(at, STR("Host"), o->host);
	}
	stays.length = length_text(&o->framing, digits);
	at = put_fields(at, run, h, e, &stays);
	at = put_framing(at, &o->framing, stays.length);
	if (o->expect)
		at = put_str(at, STR("Expect: 100-continue\r\n"));
	at = put_connection(at, o->connection, o->upgrade);
	at = put_str(at, STR("\r\n"));
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

	if (h && http_has(h, HTTP_DATE))
		return http_edits_get(e, h, HTTP_DATE, STR(""), &value);
	return e->adds_n && http_edits_get(e, NULL, HTTP_DATE, STR(""), &value);
}

void h1_response_out_init(struct h1_response_out *o, const struct http_response *r)
{
	const struct http_head *h = &r->head;

	*o = (struct h1_response_out){
		.status = r->status, .phrase = http_span_str(h, r->phrase), .framing = r->framing};
	if (r->phrase.n && r->minor && h->base[STATUS_END - 6] == '1')
		o->line = str_of(h->base, STATUS_END + o->phrase.n + 2);
}

/* Whether status and phrase still are the line that was received. */
static bool status_line_stays(const struct h1_response_out *o)
{
	const char *p = o->line.p;

	return o->line.n && o->phrase.p == p + STATUS_END &&
	       o->line.n == STATUS_END + o->phrase.n + 2 &&
	       o->status == (p[9] - '0') * 100 + (p[10] - '0') * 10 + (p[11] - '0');
}

static bool status_ok(const struct h1_response_out *o, struct str phrase)
{
	if (o->status < 100 || o->status > 999)
		return false;
	return !phrase.n ||
	       scan_value(phrase.p, phrase.p + phrase.n, phrase.p) == phrase.p + phrase.n;
}

static char *put_status_line(char *p, int status, struct str phrase)
{
	p = put_str(p, STR("HTTP/1.1 "));
	*p++ = (char)('0' + status / 100);
	*p++ = (char)('0' + status / 10 % 10);
	*p++ = (char)('0' + status % 10);
	*p++ = ' ';
	p = put_str(p, phrase);
	return put_str(p, STR("\r\n"));
}

int h1_response_write(const struct h1_response_out *o, const struct http_head *h,
	const struct http_edits *e, char *p, size_t cap)
{
	bool line = status_line_stays(o);
	struct run run = {0};
	struct stays stays = {0};
	char *at = p, digits[PUT_U64_MAX];
	struct str phrase = o->phrase.n ? o->phrase : http_status_phrase(o->status);

	if (!(line || status_ok(o, phrase)) || !upgrade_ok(o->connection, o->upgrade))
		return -EINVAL;
	if (h1_response_bound(o, h, e) > MIN(cap, INT32_MAX))
		return -ENOBUFS;
	if (line)
		run = (struct run){o->line.p, o->line.p + o->line.n};
	else
		at = put_status_line(at, o->status, phrase);
	stays.length = length_text(&o->framing, digits);
	at = put_fields(at, run, h, e, &stays);
	if (o->date.n && !has_date(h, e))
		at = put_field(at, STR("Date"), o->date);
	at = put_framing(at, &o->framing, stays.length);
	at = put_connection(at, o->connection, o->upgrade);
	at = put_str(at, STR("\r\n"));
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
	p = put_str(p, str_of(days + tm.tm_wday * 3, 3));
	p = put_str(p, STR(", "));
	p = put_two(p, tm.tm_mday);
	*p++ = ' ';
	p = put_str(p, str_of(months + tm.tm_mon * 3, 3));
	*p++ = ' ';
	p = put_two(put_two(p, tm.tm_year / 100 + 19), tm.tm_year % 100);
	*p++ = ' ';
	p = put_two(p, tm.tm_hour);
	*p++ = ':';
	p = put_two(p, tm.tm_min);
	*p++ = ':';
	p = put_two(p, tm.tm_sec);
	put_str(p, STR(" GMT"));
	return str_of(out, H1_DATE_N);
}
