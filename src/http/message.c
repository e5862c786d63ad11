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
	return scan_value(s.p, s.p + s.n) == s.p + s.n;
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

/* RFC 9110 §15 and the registry. */
#define PHRASES(X)                                                                                 \
	X(100, "Continue")                                                                         \
	X(101, "Switching Protocols")                                                              \
	X(102, "Processing")                                                                       \
	X(103, "Early Hints")                                                                      \
	X(200, "OK")                                                                               \
	X(201, "Created") X(202, "Accepted") X(203, "Non-Authoritative Information") X(            \
		204, "No Content") X(205, "Reset Content") X(206, "Partial Content") X(207,        \
		"Multi-Status") X(208, "Already Reported") X(226, "IM Used") X(300,                \
		"Multiple Choices") X(301, "Moved Permanently") X(302, "Found") X(303,             \
		"See Other") X(304, "Not Modified") X(305, "Use Proxy") X(307,                     \
		"Temporary Redirect") X(308, "Permanent Redirect") X(400, "Bad Request") X(401,    \
		"Unauthorized") X(402, "Payment Required") X(403, "Forbidden") X(404,              \
		"Not Found") X(405, "Method Not Allowed") X(406, "Not Acceptable") X(407,          \
		"Proxy Authentication Required") X(408, "Request Timeout") X(409,                  \
		"Conflict") X(410, "Gone") X(411, "Length Required") X(412,                        \
		"Precondition Failed") X(413, "Content Too Large") X(414, "URI Too Long") X(415,   \
		"Unsupported Media Type") X(416, "Range Not Satisfiable") X(417,                   \
		"Expectation Failed") X(421, "Misdirected Request") X(422,                         \
		"Unprocessable Content") X(423, "Locked") X(424, "Failed Dependency")              \
		X(425, "Too Early") X(426, "Upgrade Required") X(428, "Precondition Required") X(  \
			429, "Too Many Requests") X(431, "Request Header Fields Too Large") X(451, \
			"Unavailable For Legal Reasons") X(500, "Internal Server Error") X(501,    \
			"Not Implemented") X(502, "Bad Gateway") X(503, "Service Unavailable")     \
			X(504, "Gateway Timeout") X(505, "HTTP Version Not Supported")             \
				X(506, "Variant Also Negotiates") X(507, "Insufficient Storage")   \
					X(508, "Loop Detected")                                    \
						X(511, "Network Authentication Required")

struct str http_status_phrase(int status)
{
	switch (status) {
#define ROW(code, phrase) \
	case code:        \
		return STR(phrase);
		PHRASES(ROW)
#undef ROW
	default:
		return STR("");
	}
}
