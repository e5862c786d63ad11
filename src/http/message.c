/* SPDX-License-Identifier: Apache-2.0 */
#include "http/message.h"

#include "http/scan_priv.h"

const struct http_field *http_find(
	const struct http_head *h, enum http_id id, struct str name, unsigned from)
{
	if (id != HTTP_OTHER && !http_has(h, id))
		return NULL;
	for (unsigned i = from; i < h->fields_n; i++) {
		const struct http_field *f = &h->fields[i];

		if (f->id == id && (id != HTTP_OTHER || str_eq_nocase(http_field_name(h, f), name)))
			return f;
	}
	return NULL;
}

struct str http_value(const struct http_head *h, enum http_id id)
{
	const struct http_field *f = http_find(h, id, STR(""), 0);

	return f ? http_field_value(h, f) : (struct str){0};
}

bool http_list_next(struct str *rest, struct str *ret_item)
{
	while (rest->n) {
		struct str item = str_trim(str_cut(rest, ','));

		if (item.n) {
			*ret_item = item;
			return true;
		}
	}
	return false;
}

bool http_list_has(const struct http_head *h, enum http_id id, struct str token)
{
	if (!http_has(h, id))
		return false;
	for (unsigned i = 0; i < h->fields_n; i++) {
		struct str rest, item;

		if (h->fields[i].id != id)
			continue;
		rest = http_field_value(h, &h->fields[i]);
		while (http_list_next(&rest, &item))
			if (str_eq_nocase(item, token))
				return true;
	}
	return false;
}

bool http_value_ok(struct str s)
{
	if (s.n == 0)
		return true;
	if (s.p[0] == ' ' || s.p[0] == '\t' || s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t')
		return false;
	return scan_value(s.p, s.p + s.n, s.p) == s.p + s.n;
}

bool http_token_ok(struct str s)
{
	bool odd = false;

	return s.n && scan_token(s.p, s.p + s.n, &odd) == s.p + s.n;
}

enum http_method http_method_of(struct str s)
{
#define ROW(m)                  \
	if (str_eq(s, STR(#m))) \
		return HTTP_##m;
	HTTP_METHODS(ROW)
#undef ROW
	return HTTP_METHOD_OTHER;
}

/* RFC 9110 §15 and the registry, in order. */
static const struct {
	int status;
	struct str phrase;
} phrases[] = {
#define ROW(status, phrase)                        \
	{                                          \
		status,                            \
		{                                  \
			phrase, sizeof(phrase) - 1 \
		}                                  \
	}
	ROW(100, "Continue"),
	ROW(101, "Switching Protocols"),
	ROW(102, "Processing"),
	ROW(103, "Early Hints"),
	ROW(200, "OK"),
	ROW(201, "Created"),
	ROW(202, "Accepted"),
	ROW(203, "Non-Authoritative Information"),
	ROW(204, "No Content"),
	ROW(205, "Reset Content"),
	ROW(206, "Partial Content"),
	ROW(207, "Multi-Status"),
	ROW(208, "Already Reported"),
	ROW(226, "IM Used"),
	ROW(300, "Multiple Choices"),
	ROW(301, "Moved Permanently"),
	ROW(302, "Found"),
	ROW(303, "See Other"),
	ROW(304, "Not Modified"),
	ROW(305, "Use Proxy"),
	ROW(307, "Temporary Redirect"),
	ROW(308, "Permanent Redirect"),
	ROW(400, "Bad Request"),
	ROW(401, "Unauthorized"),
	ROW(402, "Payment Required"),
	ROW(403, "Forbidden"),
	ROW(404, "Not Found"),
	ROW(405, "Method Not Allowed"),
	ROW(406, "Not Acceptable"),
	ROW(407, "Proxy Authentication Required"),
	ROW(408, "Request Timeout"),
	ROW(409, "Conflict"),
	ROW(410, "Gone"),
	ROW(411, "Length Required"),
	ROW(412, "Precondition Failed"),
	ROW(413, "Content Too Large"),
	ROW(414, "URI Too Long"),
	ROW(415, "Unsupported Media Type"),
	ROW(416, "Range Not Satisfiable"),
	ROW(417, "Expectation Failed"),
	ROW(421, "Misdirected Request"),
	ROW(422, "Unprocessable Content"),
	ROW(423, "Locked"),
	ROW(424, "Failed Dependency"),
	ROW(425, "Too Early"),
	ROW(426, "Upgrade Required"),
	ROW(428, "Precondition Required"),
	ROW(429, "Too Many Requests"),
	ROW(431, "Request Header Fields Too Large"),
	ROW(451, "Unavailable For Legal Reasons"),
	ROW(500, "Internal Server Error"),
	ROW(501, "Not Implemented"),
	ROW(502, "Bad Gateway"),
	ROW(503, "Service Unavailable"),
	ROW(504, "Gateway Timeout"),
	ROW(505, "HTTP Version Not Supported"),
	ROW(506, "Variant Also Negotiates"),
	ROW(507, "Insufficient Storage"),
	ROW(508, "Loop Detected"),
	ROW(511, "Network Authentication Required"),
#undef ROW
};

struct str http_status_phrase(int status)
{
	size_t lo = 0, hi = ARRAY_LEN(phrases);

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (phrases[mid].status == status)
			return phrases[mid].phrase;
		if (phrases[mid].status < status)
			lo = mid + 1;
		else
			hi = mid;
	}
	return STR("");
}
