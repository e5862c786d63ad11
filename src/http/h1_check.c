/* SPDX-License-Identifier: Apache-2.0 */
#include "http/h1_priv.h"

#include "http/scan_priv.h"

#define NOMINATIONS_MAX 64 /* members of Connection; each is sought among all fields */
#define LENGTH_DIGITS_MAX 18 /* below INT64_MAX whatever the digits */

static struct http_span span_of(const struct http_head *h, struct str s)
{
	if (s.n == 0)
		return (struct http_span){0};
	return (struct http_span){(uint16_t)(s.p - h->base), (uint16_t)s.n};
}

/* --- request line ------------------------------------------------------------------------ */

/* CONNECT and TRACE are never served: 405, once it is clear that they are not malformed as well. */
static enum http_reason method_form_check(const struct http_request *r, const struct url_target *t)
{
	bool connect = r->method_id == HTTP_CONNECT;
	struct url_authority a;

	if (connect != (t->form == URL_AUTHORITY))
		return HTTP_R_BAD_TARGET;
	if (connect && (url_authority_parse(t->authority, &a) < 0 || a.port == 0))
		return HTTP_R_BAD_TARGET;
	if (t->form == URL_ASTERISK && r->method_id != HTTP_OPTIONS)
		return HTTP_R_BAD_TARGET;
	return connect || r->method_id == HTTP_TRACE ? HTTP_R_METHOD_REFUSED : HTTP_R_NONE;
}

enum http_reason h1_request_line_check(struct http_request *r)
{
	const struct http_head *h = &r->head;
	struct url_target t;
	enum http_reason why;

	r->method_id = (uint8_t)http_method_of(http_method(r));
	if (url_target_parse(http_span_str(h, r->target), &t) < 0)
		return HTTP_R_BAD_TARGET;
	why = method_form_check(r, &t);
	if (why)
		return why;
	r->form = (uint8_t)t.form;
	r->path = span_of(h, t.path);
	r->query = span_of(h, t.query);
	r->has_query = t.has_query;
	if (t.form == URL_ABSOLUTE) {
		r->host = span_of(h, t.authority);
		/* RFC 9112 §3.2.4: OPTIONS on a whole server */
		if (r->method_id == HTTP_OPTIONS && t.path.n == 0 && !t.has_query)
			r->form = URL_ASTERISK;
	}
	return HTTP_R_NONE;
}

/* --- framing: RFC 9112 §6.3 -------------------------------------------------------------- */

static enum http_reason length_parse(const struct http_head *h, uint64_t *ret_length)
{
	struct str v = http_value(h, HTTP_CONTENT_LENGTH);

	if (h->repeated >> HTTP_CONTENT_LENGTH & 1)
		return HTTP_R_MANY_LENGTHS;
	/* RFC 9110 §8.6 1*DIGIT; no leading zero, which some read as octal */
	if (v.n > LENGTH_DIGITS_MAX || (v.n > 1 && v.p[0] == '0') ||
		str_to_u64(v, INT64_MAX, ret_length) < 0)
		return HTTP_R_BAD_LENGTH;
	return HTTP_R_NONE;
}

/* Transfer-Encoding may say one thing, once. */
static enum http_reason coding_check(const struct http_head *h, unsigned minor)
{
	if (minor == 0)
		return HTTP_R_CHUNKED_IN_10;
	if (http_has(h, HTTP_CONTENT_LENGTH))
		return HTTP_R_LENGTH_AND_CHUNKED;
	if (h->repeated >> HTTP_TRANSFER_ENCODING & 1 ||
		!str_eq_nocase(http_value(h, HTTP_TRANSFER_ENCODING), STR("chunked")))
		return HTTP_R_BAD_CODING;
	return HTTP_R_NONE;
}

enum http_reason h1_request_framing(
	const struct http_head *h, unsigned minor, struct http_framing *ret_framing)
{
	struct http_framing f = {.body = HTTP_BODY_NONE};
	enum http_reason why = HTTP_R_NONE;

	if (http_has(h, HTTP_TRANSFER_ENCODING)) {
		why = coding_check(h, minor);
		f.body = HTTP_BODY_CHUNKED;
	} else if (http_has(h, HTTP_CONTENT_LENGTH)) {
		why = length_parse(h, &f.length);
		f.body = HTTP_BODY_LENGTH;
	}
	if (why == HTTP_R_NONE)
		*ret_framing = f;
	return why;
}

enum http_reason h1_response_framing(const struct http_head *h, unsigned minor, int status,
	struct h1_asked asked, struct http_framing *ret_framing)
{
	struct http_framing f = {.body = HTTP_BODY_CLOSE};
	enum http_reason why = h1_request_framing(h, minor, &f);

	if (asked.method == HTTP_CONNECT && status / 100 == 2) {
		*ret_framing = (struct http_framing){.body = HTTP_BODY_TUNNEL};
		return HTTP_R_NONE;
	}
	if (why)
		return why;
	if (status == 101)
		f = (struct http_framing){.body = HTTP_BODY_TUNNEL};
	else if (status / 100 == 1 || status == 204)
		f = (struct http_framing){.body = HTTP_BODY_NONE};
	else if (status == 304 || asked.method == HTTP_HEAD)
		f = (struct http_framing){.body = HTTP_BODY_NONE,
			.announced = f.body == HTTP_BODY_LENGTH,
			.length = f.length};
	else if (f.body == HTTP_BODY_NONE)
		f.body = HTTP_BODY_CLOSE;
	*ret_framing = f;
	return HTTP_R_NONE;
}

/* --- Connection, Upgrade, Expect --------------------------------------------------------- */

struct nominated {
	bool close;
	bool keep_alive;
	bool upgrade;
};

static bool token_is(struct str s, struct str lower)
{
	return s.n == lower.n && scan_eq_nocase(s.p, lower.p, s.n);
}

static enum http_reason connection_parse(struct http_head *h, struct nominated *n)
{
	unsigned count = 0;

	*n = (struct nominated){0};
	if (!http_has(h, HTTP_CONNECTION))
		return HTTP_R_NONE;
	/* what most clients say, without a list */
	n->keep_alive = !(h->repeated >> HTTP_CONNECTION & 1) &&
			token_is(http_value(h, HTTP_CONNECTION), STR("keep-alive"));
	if (n->keep_alive)
		return HTTP_R_NONE;
	for (unsigned i = 0; i < h->fields_n; i++) {
		struct str rest, token;

		if (h->fields[i].id != HTTP_CONNECTION)
			continue;
		rest = http_field_value(h, &h->fields[i]);
		while (http_list_next(&rest, &token)) {
			if (++count > NOMINATIONS_MAX)
				return HTTP_R_TOO_MANY_NOMINATIONS;
			if (token_is(token, STR("close")))
				n->close = true;
			else if (token_is(token, STR("keep-alive")))
				n->keep_alive = true;
			else if (token_is(token, STR("upgrade")))
				n->upgrade = true;
			else
				h->nominates = true;
		}
	}
	return HTTP_R_NONE;
}

static bool stays(unsigned minor, const struct nominated *n)
{
	return !n->close && (minor == 1 || n->keep_alive);
}

/* protocol-name ["/" protocol-version]: RFC 9110 §7.8.  What would put HTTP/2 or TLS behind our
 * back is as good as not asked. */
static bool protocol_may_pass(struct str s)
{
	struct str version = s, name = str_cut(&version, '/');

	if (!http_token_ok(name) || (name.n < s.n && !http_token_ok(version)))
		return false;
	return !str_eq_nocase(name, STR("h2c")) && !str_eq_nocase(name, STR("http")) &&
	       !str_eq_nocase(name, STR("tls"));
}

/* One protocol of those offered: websocket before others, else the first. */
static void upgrade_pick(struct http_request *r)
{
	const struct http_head *h = &r->head;

	for (unsigned i = 0; i < h->fields_n; i++) {
		struct str rest, item;

		if (h->fields[i].id != HTTP_UPGRADE)
			continue;
		rest = http_field_value(h, &h->fields[i]);
		while (http_list_next(&rest, &item)) {
			bool websocket = str_eq_nocase(item, STR("websocket"));

			if (!protocol_may_pass(item) || (r->upgrade && !websocket))
				continue;
			r->upgrade = websocket ? HTTP_UPGRADE_WEBSOCKET : HTTP_UPGRADE_OTHER;
			r->upgrade_to = span_of(h, item);
			if (websocket)
				return;
		}
	}
}

static bool has_body(const struct http_framing *f)
{
	return f->body == HTTP_BODY_CHUNKED || (f->body == HTTP_BODY_LENGTH && f->length > 0);
}

static enum http_reason upgrade_check(struct http_request *r, const struct nominated *n)
{
	if (r->minor == 0 || !n->upgrade || !http_has(&r->head, HTTP_UPGRADE))
		return HTTP_R_NONE;
	upgrade_pick(r);
	if (r->upgrade && has_body(&r->framing))
		return HTTP_R_UPGRADE_WITH_BODY;
	/* RFC 6455 §4.1: a WebSocket begins with GET */
	if (r->upgrade == HTTP_UPGRADE_WEBSOCKET && r->method_id != HTTP_GET)
		r->upgrade = HTTP_UPGRADE_NONE;
	return HTTP_R_NONE;
}

/* RFC 9110 §10.1.1.  An HTTP/1.0 client does not know 100. */
static enum http_reason expect_check(struct http_request *r)
{
	const struct http_head *h = &r->head;

	if (r->minor == 0 || !http_has(h, HTTP_EXPECT))
		return HTTP_R_NONE;
	for (unsigned i = 0; i < h->fields_n; i++)
		if (h->fields[i].id == HTTP_EXPECT &&
			!str_eq_nocase(http_field_value(h, &h->fields[i]), STR("100-continue")))
			return HTTP_R_EXPECT_REFUSED;
	r->expect_continue = has_body(&r->framing);
	return HTTP_R_NONE;
}

/* --- Host: RFC 9112 §3.2 ----------------------------------------------------------------- */

static enum http_reason host_check(struct http_request *r)
{
	const struct http_head *h = &r->head;
	const struct http_field *f = http_find(h, HTTP_HOST, STR(""), 0);
	struct url_authority a = {0};

	if (!f && r->minor == 1)
		return HTTP_R_NO_HOST;
	if (h->repeated >> HTTP_HOST & 1)
		return HTTP_R_MANY_HOSTS;
	if (f && url_authority_parse(http_field_value(h, f), &a) < 0)
		return HTTP_R_BAD_HOST;
	if (r->host.n) {
		/* the target's authority wins, and is the only one forwarded: RFC 9112 §3.2.2 */
		if (url_authority_parse(http_host(r), &a) < 0)
			return HTTP_R_BAD_HOST;
	} else if (f) {
		r->host = f->value;
	}
	r->host_name = span_of(h, a.host);
	r->port = a.port;
	return HTTP_R_NONE;
}

enum http_reason h1_request_check(struct http_request *r)
{
	struct nominated n;
	enum http_reason why = host_check(r);

	if (!why)
		why = h1_request_framing(&r->head, r->minor, &r->framing);
	if (!why)
		why = connection_parse(&r->head, &n);
	if (why)
		return why;
	r->keep_alive = stays(r->minor, &n);
	why = expect_check(r);
	return why ? why : upgrade_check(r, &n);
}

/* A 101 names the one protocol that it switches to: RFC 9110 §7.8. */
static bool switches(const struct http_response *r)
{
	const struct http_head *h = &r->head;

	return r->minor == 1 && http_has(h, HTTP_UPGRADE) && !(h->repeated >> HTTP_UPGRADE & 1) &&
	       protocol_may_pass(http_value(h, HTTP_UPGRADE));
}

enum http_reason h1_response_check(struct http_response *r, struct h1_asked asked)
{
	struct nominated n;
	enum http_reason why =
		h1_response_framing(&r->head, r->minor, r->status, asked, &r->framing);

	if (!why)
		why = connection_parse(&r->head, &n);
	if (why)
		return why;
	if (r->status == 101 && !(asked.upgrade && n.upgrade && switches(r)))
		return HTTP_R_UNASKED_101;
	r->keep_alive = stays(r->minor, &n) && r->framing.body != HTTP_BODY_CLOSE &&
			r->framing.body != HTTP_BODY_TUNNEL;
	return HTTP_R_NONE;
}
