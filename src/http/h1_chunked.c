/* SPDX-License-Identifier: Apache-2.0 */
#include "http/h1.h"

#include "http/scan_priv.h"

#define SIZE_DIGITS_MAX 16

/* What the next byte belongs to.  No blank is allowed outside a quoted string: the grammar's "bad
 * whitespace" is where other parsers differ from each other. */
enum state {
	C_SIZE,
	C_EXT, /* behind ';' */
	C_EXT_NAME,
	C_EXT_VALUE, /* behind '=' */
	C_EXT_TOKEN,
	C_EXT_QUOTED,
	C_EXT_PAIR, /* behind a backslash */
	C_EXT_UNQUOTED, /* behind the closing quote */
	C_SIZE_LF,
	C_DATA,
	C_DATA_CR,
	C_DATA_LF,
	C_TRAILER, /* at the beginning of a trailer line */
	C_TRAILER_NAME,
	C_TRAILER_VALUE,
	C_TRAILER_LF,
	C_END_LF,
	C_END,
};

static enum http_reason to(struct h1_chunked *c, enum state state)
{
	c->state = (uint8_t)state;
	return HTTP_R_NONE;
}

static unsigned hex(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(ascii_lower(c) - 'a' + 10);
}

static enum http_reason size_byte(struct h1_chunked *c, char b)
{
	if (scan_is(b, SCAN_HEX)) {
		if (c->digits == SIZE_DIGITS_MAX || c->left >> 59)
			return HTTP_R_BAD_CHUNK_SIZE;
		c->left = c->left << 4 | hex(b);
		c->digits++;
		return HTTP_R_NONE;
	}
	if (b == '\n')
		return HTTP_R_BARE_LF;
	if (c->digits == 0 || (b != '\r' && b != ';'))
		return HTTP_R_BAD_CHUNK_SIZE;
	return to(c, b == ';' ? C_EXT : C_SIZE_LF);
}

/* Behind a whole chunk-ext-name or chunk-ext-val. */
static enum http_reason ext_end(struct h1_chunked *c, char b)
{
	if (b == ';')
		return to(c, C_EXT);
	return b == '\r' ? to(c, C_SIZE_LF) : HTTP_R_BAD_CHUNK_EXT;
}

/* RFC 9112 §7.1.1 */
static enum http_reason ext_byte(struct h1_chunked *c, char b)
{
	bool token = scan_is(b, SCAN_TOKEN);

	if (b == '\n')
		return HTTP_R_BARE_LF;
	switch (c->state) {
	case C_EXT:
		return token ? to(c, C_EXT_NAME) : HTTP_R_BAD_CHUNK_EXT;
	case C_EXT_NAME:
		if (b == '=')
			return to(c, C_EXT_VALUE);
		return token ? HTTP_R_NONE : ext_end(c, b);
	case C_EXT_VALUE:
		if (b == '"')
			return to(c, C_EXT_QUOTED);
		return token ? to(c, C_EXT_TOKEN) : HTTP_R_BAD_CHUNK_EXT;
	case C_EXT_TOKEN:
		return token ? HTTP_R_NONE : ext_end(c, b);
	case C_EXT_QUOTED:
		if (b == '"' || b == '\\')
			return to(c, b == '"' ? C_EXT_UNQUOTED : C_EXT_PAIR);
		return scan_is(b, SCAN_QDTEXT) ? HTTP_R_NONE : HTTP_R_BAD_CHUNK_EXT;
	case C_EXT_PAIR:
		return scan_is(b, SCAN_VALUE) ? to(c, C_EXT_QUOTED) : HTTP_R_BAD_CHUNK_EXT;
	default:
		return ext_end(c, b);
	}
}

static enum http_reason name_byte(struct h1_chunked *c, char b)
{
	if (b == ':')
		return to(c, C_TRAILER_VALUE);
	if (scan_is(b, SCAN_TOKEN))
		return HTTP_R_NONE;
	if (b == '\n')
		return HTTP_R_BARE_LF;
	if (b == '\r')
		return HTTP_R_NO_COLON;
	return b == ' ' || b == '\t' ? HTTP_R_BLANK_IN_NAME : HTTP_R_BAD_NAME;
}

static enum http_reason trailer_line(struct h1_chunked *c, const struct http_limits *limits, char b)
{
	if (b == '\r')
		return to(c, C_END_LF);
	if (b == ' ' || b == '\t')
		return HTTP_R_OBS_FOLD;
	if (b == ':')
		return HTTP_R_EMPTY_NAME;
	if (c->trailers++ == limits->fields_max)
		return HTTP_R_TOO_MANY_HEADERS;
	c->state = C_TRAILER_NAME;
	return name_byte(c, b);
}

static enum http_reason trailer_byte(struct h1_chunked *c, const struct http_limits *limits, char b)
{
	if (c->trailer++ == limits->trailer_max)
		return HTTP_R_TRAILER_TOO_LARGE;
	switch (c->state) {
	case C_TRAILER:
		return trailer_line(c, limits, b);
	case C_TRAILER_NAME:
		return name_byte(c, b);
	case C_TRAILER_VALUE:
		if (b == '\r')
			return to(c, C_TRAILER_LF);
		if (b == '\n')
			return HTTP_R_BARE_LF;
		return scan_is(b, SCAN_VALUE) ? HTTP_R_NONE : HTTP_R_BAD_VALUE;
	case C_TRAILER_LF:
		return b == '\n' ? to(c, C_TRAILER) : HTTP_R_BARE_CR;
	default:
		return b == '\n' ? to(c, C_END) : HTTP_R_BARE_CR;
	}
}

static enum http_reason size_done(struct h1_chunked *c)
{
	c->digits = 0;
	return to(c, c->left ? C_DATA : C_TRAILER);
}

static enum http_reason byte(struct h1_chunked *c, const struct http_limits *limits, char b)
{
	switch (c->state) {
	case C_SIZE:
		return size_byte(c, b);
	case C_SIZE_LF:
		return b == '\n' ? size_done(c) : HTTP_R_BARE_CR;
	case C_DATA_CR:
		return b == '\r' ? to(c, C_DATA_LF) : HTTP_R_BAD_CHUNK_END;
	case C_DATA_LF:
		return b == '\n' ? to(c, C_SIZE) : HTTP_R_BAD_CHUNK_END;
	case C_TRAILER:
	case C_TRAILER_NAME:
	case C_TRAILER_VALUE:
	case C_TRAILER_LF:
	case C_END_LF:
		return trailer_byte(c, limits, b);
	default:
		if (c->ext++ == limits->chunk_ext_max)
			return HTTP_R_CHUNK_EXT_TOO_LARGE;
		return ext_byte(c, b);
	}
}

static enum h1_result data(struct h1_chunked *c, struct str *in, struct str *ret_data)
{
	*ret_data = str_take(*in, (size_t)MIN(c->left, (uint64_t)in->n));
	*in = str_skip(*in, ret_data->n);
	h1_chunked_skip(c, ret_data->n);
	return H1_DATA;
}

void h1_chunked_skip(struct h1_chunked *c, uint64_t n)
{
	AN(c->state == C_DATA && n <= c->left);
	c->left -= n;
	if (c->left == 0)
		c->state = C_DATA_CR;
}

enum h1_result h1_chunked_next(struct h1_chunked *c, const struct http_limits *limits,
	struct str *in, struct str *ret_data)
{
	while (c->state != C_END && !c->reason) {
		bool trailer = c->state >= C_TRAILER;

		if (in->n == 0)
			return H1_MORE;
		if (c->state == C_DATA)
			return data(c, in, ret_data);
		c->reason = (uint8_t)byte(c, limits, in->p[0]);
		if (trailer && c->keep && !c->reason)
			buf_addc(c->keep, in->p[0]);
		if (!c->reason)
			*in = str_skip(*in, 1);
	}
	return c->reason ? H1_BAD : H1_DONE;
}

unsigned h1_chunk_head(char out[H1_CHUNK_HEAD_MAX], uint64_t n)
{
	unsigned digits = (unsigned)(67 - __builtin_clzll(n | 1)) / 4, i = digits;

	AN(n > 0);
	for (; i > 0; n >>= 4)
		out[--i] = "0123456789abcdef"[n & 15];
	out[digits] = '\r';
	out[digits + 1] = '\n';
	return digits + 2;
}
