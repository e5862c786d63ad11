/* SPDX-License-Identifier: Apache-2.0 */
#include "http/h1.h"

#include "http/h1_priv.h"
#include "http/name_priv.h"

#define BLANK_LINES_MAX 2 /* before a request: RFC 9112 §2.2 asks for at least one */
#define VERSION_N 8 /* "HTTP/1.1" */
#define STATUS_N 12 /* "HTTP/1.1 200" */

/* Elements of a head in their order.  Each is scanned from where the last call ended, so a head
 * that comes byte by byte costs no more than its bytes. */
enum state {
	S_BLANK, /* before a request line */
	S_METHOD,
	S_TARGET,
	S_VERSION,
	S_STATUS,
	S_PHRASE,
	S_LINE, /* at the beginning of a field line, or at the empty line */
	S_NAME,
	S_GAP, /* responses: blanks between name and colon */
	S_BLANKS, /* between colon and value */
	S_VALUE,
	S_END,
};

/* What a step returns beside a reason (> 0). */
#define STEP_DONE 0
#define STEP_MORE (-1)

static int more(struct h1_parser *ps, const char *base, const char *p)
{
	ps->at = (uint16_t)(p - base);
	return STEP_MORE;
}

/* The line end at <p>, where scanning stopped: moves <*p> behind it, or says why it is none.
 * <other> is the verdict on a byte that is no line end at all. */
static int line_end(const char **p, const char *end, enum http_reason other)
{
	if (**p == '\n')
		return HTTP_R_BARE_LF;
	if (**p != '\r')
		return (int)other;
	if (end - *p < 2)
		return STEP_MORE;
	if ((*p)[1] != '\n')
		return HTTP_R_BARE_CR;
	*p += 2;
	return STEP_DONE;
}

/* --- field lines ------------------------------------------------------------------------- */

static struct http_span span(const char *base, const char *from, const char *to)
{
	return (struct http_span){(uint16_t)(from - base), (uint16_t)(to - from)};
}

static int name_fault(char c)
{
	if (c == '\n')
		return HTTP_R_BARE_LF;
	if (c == '\r')
		return HTTP_R_NO_COLON;
	return c == ' ' || c == '\t' ? HTTP_R_BLANK_IN_NAME : HTTP_R_BAD_NAME;
}

static void name_found(
	struct http_head *h, struct http_field *f, const char *from, const char *to, bool odd)
{
	f->name = span(h->base, from, to);
	f->id = (uint8_t)name_find(from, (size_t)(to - from));
	h->repeated |= h->seen & (uint64_t)1 << f->id;
	h->seen |= (uint64_t)1 << f->id;
	if (odd && memchr(from, '_', (size_t)(to - from)))
		h->underscores = true;
}

static void value_found(struct http_head *h, struct http_field *f, const char *from, const char *to)
{
	const char *stop = to;
	unsigned colon = f->name.at + f->name.n;

	while (to > from && (to[-1] == ' ' || to[-1] == '\t'))
		to--;
	f->value = span(h->base, from, to);
	f->plain = to == stop && f->value.at == colon + 2 && from[-1] == ' ' && from[-2] == ':';
	h->fields_n++;
}

#ifdef __SSE2__
#define LINE_MIN 8 /* shorter ones go the long way; "a: b" and the empty line */

/* The name at <p> with its colon within 32 bytes, as nearly all are: its length, or 0 when it is
 * for the long way (short, long, with rarer token bytes, wrong). */
static inline unsigned name_fast(const char *p, const char *end, enum http_id *ret_id)
{
	__m128i v = scan_load_some(p, (size_t)(end - p)), w;
	unsigned m = scan_byte_bits(v, ':'), n, id;

	*ret_id = HTTP_OTHER;
	if (likely(m)) {
		n = (unsigned)__builtin_ctz(m);
		if (unlikely(n < 2))
			return 0;
		id = name_candidate(p, n);
		*ret_id = (enum http_id)id;
		if (name_rows[id].n == n && scan_begins_nocase(v, name_rows[id].name, n))
			return n;
		*ret_id = HTTP_OTHER;
		return ~scan_name_bits(v) & ((1u << n) - 1) ? 0 : n;
	}
	if (end - p < 32)
		return 0;
	w = scan_load(p + 16);
	m = scan_byte_bits(w, ':');
	if (!m)
		return 0;
	n = 16 + (unsigned)__builtin_ctz(m);
	*ret_id = name_find(p, n);
	if (*ret_id != HTTP_OTHER)
		return n;
	m = (scan_name_bits(v) | scan_name_bits(w) << 16);
	return ~m & ((1u << n) - 1) ? 0 : n;
}

/* Whole plain lines at <p>, at most <max>: fills <h> and returns what is behind them.  It stops at
 * whatever is for the long way, which alone knows what is wrong with a line or what is missing. */
static const char *lines_fast(struct http_head *h, const char *p, const char *end, unsigned max)
{
	struct http_field *f = h->fields + h->fields_n, *stop = h->fields + max;
	uint64_t seen = h->seen, repeated = h->repeated;
	const char *base = h->base;

	for (; f < stop && end - p >= LINE_MIN; f++) {
		enum http_id id;
		unsigned n = name_fast(p, end, &id);
		const char *value = p + n + 2, *e;
		uint64_t bit = (uint64_t)1 << id;

		if (unlikely(n == 0 || end - value < 2))
			break;
		if (unlikely(value[-1] != ' ' || (unsigned char)*value <= ' '))
			break;
		e = scan_ctl(value, end, base);
		if (unlikely(end - e < 2 || memcmp(e, "\r\n", 2) != 0 || e[-1] == ' '))
			break;
		f->name = span(base, p, p + n);
		f->value = span(base, value, e);
		f->id = (uint8_t)id;
		f->plain = true;
		repeated |= seen & bit;
		seen |= bit;
		p = e + 2;
	}
	h->seen = seen;
	h->repeated = repeated;
	h->fields_n = (uint16_t)(f - h->fields);
	return p;
}
#else
static const char *lines_fast(struct http_head *h, const char *p, const char *end, unsigned max)
{
	(void)h, (void)end, (void)max;
	return p;
}
#endif

/* The rest of an ordinary head at <p>, behind its first line.  STEP_DONE, or STEP_MORE: what is
 * left is for fields_step(). */
static int fields_fast(struct h1_parser *ps, struct http_head *h, const char *p, const char *end,
	const struct http_limits *limits)
{
	p = lines_fast(h, p, end, limits->fields_max);
	ps->at = (uint16_t)(p - h->base);
	ps->state = S_LINE;
	if (end - p < 2 || p[0] != '\r' || p[1] != '\n')
		return STEP_MORE;
	ps->at += 2;
	ps->state = S_END;
	return STEP_DONE;
}

/* Field lines up to and with the empty line.  <lenient> is the response's licence to have blanks
 * before the colon (RFC 9112 §5.1).  One loop over a table of elements: longer than a function
 * should be, because position and field stay in registers. */
static int fields_step(struct h1_parser *ps, struct http_head *h, const char *end,
	const struct http_limits *limits, bool lenient)
{
	const char *base = h->base, *p = base + ps->at;
	struct http_field *f = &h->fields[h->fields_n];
	bool odd = true;
	int rc;

	for (;;) {
		switch (ps->state) {
		case S_LINE:
			p = lines_fast(h, p, end, limits->fields_max);
			f = &h->fields[h->fields_n];
			if (p == end)
				return more(ps, base, p);
			if (unlikely(*p == '\r')) {
				rc = line_end(&p, end, HTTP_R_NONE);
				ps->at = (uint16_t)(p - base);
				ps->state = rc == STEP_DONE ? S_END : S_LINE;
				return rc;
			}
			if (unlikely(*p == ' ' || *p == '\t'))
				return HTTP_R_OBS_FOLD;
			if (unlikely(*p == ':'))
				return HTTP_R_EMPTY_NAME;
			if (unlikely(h->fields_n == limits->fields_max))
				return HTTP_R_TOO_MANY_HEADERS;
			ps->start = (uint16_t)(p - base);
			ps->state = S_NAME;
			odd = false;
			__attribute__((fallthrough));
		case S_NAME:
			p = scan_token(p, end, &odd);
			if (unlikely(p == end))
				return more(ps, base, p);
			if (unlikely(*p != ':')) {
				if (p == base + ps->start || !lenient || (*p != ' ' && *p != '\t'))
					return name_fault(*p);
				name_found(h, f, base + ps->start, p, odd);
				ps->state = S_GAP;
				continue;
			}
			name_found(h, f, base + ps->start, p, odd);
			p++;
			ps->state = S_BLANKS;
			__attribute__((fallthrough));
		case S_BLANKS:
			while (p < end && (*p == ' ' || *p == '\t'))
				p++;
			if (unlikely(p == end))
				return more(ps, base, p);
			ps->start = (uint16_t)(p - base);
			ps->state = S_VALUE;
			__attribute__((fallthrough));
		case S_VALUE:
			p = scan_value(p, end, base);
			if (unlikely(p == end))
				return more(ps, base, p);
			rc = line_end(&p, end, HTTP_R_BAD_VALUE);
			if (unlikely(rc != STEP_DONE))
				return rc == STEP_MORE ? more(ps, base, p) : rc;
			value_found(h, f++, base + ps->start, p - 2);
			ps->state = S_LINE;
			continue;
		case S_GAP:
			while (p < end && (*p == ' ' || *p == '\t'))
				p++;
			if (p == end)
				return more(ps, base, p);
			if (*p != ':')
				return HTTP_R_BLANK_IN_NAME;
			p++;
			ps->state = S_BLANKS;
			continue;
		default:
			check_fail("field state", __FILE__, __LINE__, __func__);
		}
	}
}

/* --- request line ------------------------------------------------------------------------ */

static int blank_step(struct h1_parser *ps, const char *base, const char *end)
{
	const char *p = base + ps->at;
	int rc;

	for (; p < end && (*p == '\r' || *p == '\n'); ps->blank_lines++) {
		if (ps->blank_lines == BLANK_LINES_MAX)
			return HTTP_R_BLANK_LINES;
		rc = line_end(&p, end, HTTP_R_NONE);
		if (rc != STEP_DONE)
			return rc == STEP_MORE ? more(ps, base, p) : rc;
		ps->at = (uint16_t)(p - base);
	}
	if (p == end)
		return STEP_MORE;
	ps->start = ps->at;
	ps->state = S_METHOD;
	return STEP_DONE;
}

static int method_step(struct h1_parser *ps, struct http_request *r, const char *end)
{
	const char *base = r->head.base, *from = base + ps->start, *p = base + ps->at;
	const char *stop = MIN(end, from + HTTP_METHOD_MAX + 1);

	p = scan_plain(p, stop, SCAN_TOKEN);
	if (p == from + HTTP_METHOD_MAX + 1)
		return HTTP_R_METHOD_TOO_LONG;
	if (p == end)
		return more(ps, base, p);
	if (*p != ' ' || p == from)
		return *p == '\n' ? HTTP_R_BARE_LF : HTTP_R_BAD_METHOD;
	r->method = span(base, from, p);
	ps->at = ps->start = (uint16_t)(p + 1 - base);
	ps->state = S_TARGET;
	return STEP_DONE;
}

static int target_fault(const char *p, const char *end)
{
	if (*p == '\r')
		return end - p < 2 ? STEP_MORE : p[1] == '\n' ? HTTP_R_BAD_VERSION : HTTP_R_BARE_CR;
	if (*p == '\n')
		return HTTP_R_BARE_LF;
	return *p == '\t' || *p == '\v' || *p == '\f' ? HTTP_R_BAD_REQUEST_LINE : HTTP_R_BAD_TARGET;
}

static int target_step(struct h1_parser *ps, struct http_request *r, const char *end,
	const struct http_limits *limits)
{
	const char *base = r->head.base, *from = base + ps->start, *p = base + ps->at;
	const char *stop =
		end - from > (ptrdiff_t)limits->uri_max ? from + limits->uri_max + 1 : end;

	p = scan_target(p, stop, base);
	if (p - from > (ptrdiff_t)limits->uri_max)
		return HTTP_R_URI_TOO_LONG;
	if (p == end)
		return more(ps, base, p);
	if (*p != ' ') {
		int rc = target_fault(p, end);

		return rc == STEP_MORE ? more(ps, base, p) : rc;
	}
	if (p == from)
		return HTTP_R_BAD_REQUEST_LINE;
	r->target = span(base, from, p);
	ps->at = ps->start = (uint16_t)(p + 1 - base);
	ps->state = S_VERSION;
	return STEP_DONE;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* How many bytes of "HTTP/d.d" stand at <p>, at most <n>. */
static size_t version_prefix(const char *p, size_t n)
{
	static const char form[] = "HTTP/d.d";
	size_t i = 0;

	while (i < MIN(n, VERSION_N) && (form[i] == 'd' ? is_digit(p[i]) : p[i] == form[i]))
		i++;
	return i;
}

/* RFC 9112 §2.3: upper case, one digit each.  Any minor of 1 is served as 1.1. */
static int version_step(struct h1_parser *ps, struct http_request *r, const char *end)
{
	const char *base = r->head.base, *p = base + ps->at;
	size_t have = (size_t)(end - p), n;
	const char *at;
	int rc;

	if (likely(have >= VERSION_N && memcmp(p, "HTTP/1.1", VERSION_N) == 0))
		n = VERSION_N;
	else
		n = version_prefix(p, have);
	at = p + n;
	if (n < VERSION_N) {
		if (n == have)
			return STEP_MORE;
		if (*at == '\n')
			return HTTP_R_BARE_LF;
		return n < 5 ? HTTP_R_BAD_REQUEST_LINE : HTTP_R_BAD_VERSION;
	}
	if (at == end)
		return STEP_MORE;
	rc = line_end(&at, end, HTTP_R_BAD_VERSION);
	if (rc != STEP_DONE)
		return rc;
	if (p[5] != '1')
		return HTTP_R_VERSION_REFUSED;
	r->minor = p[7] != '0';
	ps->at = (uint16_t)(at - base);
	ps->state = S_LINE;
	return (int)h1_request_line_check(r);
}

/* An ordinary request in one go: the letters of a method, a target that begins with '/', HTTP/1.1,
 * plain field lines.  STEP_MORE: what is not parsed by then is for the steps above, which alone
 * know what is wrong or missing. */
static int request_fast(struct h1_parser *ps, struct http_request *r, const char *end,
	const struct http_limits *limits)
{
	const char *base = r->head.base, *p = base, *target;
	int rc;

	while (p < end && *p >= 'A' && *p <= 'Z')
		p++;
	target = p + 1;
	if (p == base || p - base > HTTP_METHOD_MAX || end - p < 2 || *p != ' ' || *target != '/')
		return STEP_MORE;
	p = scan_target(target, end, base);
	if (end - p < VERSION_N + 3 || memcmp(p, " HTTP/1.1\r\n", VERSION_N + 3) != 0 ||
		p - target > (ptrdiff_t)limits->uri_max)
		return STEP_MORE;
	r->method = span(base, base, target - 1);
	r->target = span(base, target, p);
	r->minor = 1;
	ps->at = (uint16_t)(p + VERSION_N + 3 - base);
	ps->state = S_LINE;
	rc = (int)h1_request_line_check(r);
	if (unlikely(rc))
		return rc;
	rc = fields_fast(ps, &r->head, base + ps->at, end, limits);
	return rc == STEP_DONE ? (int)h1_request_check(r) : rc;
}

static int request_step(struct h1_parser *ps, struct http_request *r, const char *end,
	const struct http_limits *limits)
{
	int rc;

	switch (ps->state) {
	case S_BLANK:
		return blank_step(ps, r->head.base, end);
	case S_METHOD:
		return method_step(ps, r, end);
	case S_TARGET:
		return target_step(ps, r, end, limits);
	case S_VERSION:
		return version_step(ps, r, end);
	default:
		rc = fields_step(ps, &r->head, end, limits, false);
		return rc == STEP_DONE ? (int)h1_request_check(r) : rc;
	}
}

/* A head that fills the limit and is not complete: which element was it that had no end? */
static enum http_reason too_large(const struct h1_parser *ps)
{
	return ps->state == S_TARGET ? HTTP_R_URI_TOO_LONG : HTTP_R_HEAD_TOO_LARGE;
}

static enum h1_result verdict(
	struct h1_parser *ps, struct http_head *h, int rc, struct str bytes, size_t max)
{
	if (rc == STEP_DONE) {
		h->n = ps->at;
		return H1_DONE;
	}
	if (rc == STEP_MORE && bytes.n < max)
		return H1_MORE;
	ps->reason = (uint8_t)(rc == STEP_MORE ? too_large(ps) : (enum http_reason)rc);
	return H1_BAD;
}

void h1_request_begin(struct h1_parser *p, struct http_request *r, struct http_field *fields)
{
	*p = (struct h1_parser){.state = S_BLANK};
	*r = (struct http_request){.head.fields = fields};
}

enum h1_result h1_request_parse(struct h1_parser *p, struct http_request *r, struct str bytes,
	const struct http_limits *limits)
{
	size_t max = MIN(limits->head_max, HTTP_HEAD_MAX);
	int rc;

	if (p->reason)
		return H1_BAD;
	if (bytes.n == 0)
		return H1_MORE;
	r->head.base = bytes.p;
	rc = p->at == 0 && p->state == S_BLANK
		     ? request_fast(p, r, bytes.p + MIN(bytes.n, max), limits)
		     : STEP_MORE;
	if (rc == STEP_MORE) {
		do
			rc = request_step(p, r, bytes.p + MIN(bytes.n, max), limits);
		while (rc == STEP_DONE && p->state != S_END);
	}
	return verdict(p, &r->head, rc, bytes, max);
}

/* --- responses --------------------------------------------------------------------------- */

/* How many bytes of "HTTP/1.d Ddd" stand at <p>, at most <n>; D is not 0. */
static size_t status_prefix(const char *p, size_t n)
{
	static const char form[] = "HTTP/1.d Ddd";
	/* nearly every one begins so, and the rest is three digits */
	size_t i = n >= STATUS_N && memcmp(p, "HTTP/1.1 ", 9) == 0 ? 9 : 0;

	for (; i < MIN(n, STATUS_N); i++) {
		bool digit = form[i] == 'd' || form[i] == 'D';

		if (digit ? !is_digit(p[i]) || (form[i] == 'D' && p[i] == '0') : p[i] != form[i])
			break;
	}
	return i;
}

/* RFC 9112 §4: behind the code SP and a phrase, or, as some do, the line's end at once. */
static int status_step(struct h1_parser *ps, struct http_response *r, const char *end)
{
	const char *base = r->head.base, *p = base + ps->at;
	size_t have = MIN((size_t)(end - p), STATUS_N);

	if (status_prefix(p, have) < have)
		return HTTP_R_BAD_STATUS_LINE;
	if (end - p <= STATUS_N)
		return STEP_MORE;
	r->minor = p[7] != '0';
	r->status = (uint16_t)((p[9] - '0') * 100 + (p[10] - '0') * 10 + (p[11] - '0'));
	if (p[STATUS_N] != ' ' && p[STATUS_N] != '\r')
		return p[STATUS_N] == '\n' ? HTTP_R_BARE_LF : HTTP_R_BAD_STATUS_LINE;
	ps->at = (uint16_t)(p + STATUS_N + (p[STATUS_N] == ' ') - base);
	ps->start = ps->at;
	ps->state = S_PHRASE;
	return STEP_DONE;
}

static int phrase_step(struct h1_parser *ps, struct http_response *r, const char *end)
{
	const char *base = r->head.base, *p = scan_value(base + ps->at, end, base);
	int rc = STEP_MORE;

	if (p < end)
		rc = line_end(&p, end, HTTP_R_BAD_STATUS_LINE);
	if (rc != STEP_DONE)
		return rc == STEP_MORE ? more(ps, base, p) : rc;
	r->phrase = span(base, base + ps->start, p - 2);
	ps->at = (uint16_t)(p - base);
	ps->state = S_LINE;
	return STEP_DONE;
}

/* As request_fast(): "HTTP/1.1 ", three digits, a phrase, plain field lines. */
static int response_fast(struct h1_parser *ps, struct http_response *r, const char *end,
	const struct http_limits *limits, struct h1_asked asked)
{
	const char *base = r->head.base, *p = base + STATUS_N + 1;
	int rc;

	if (end - base < STATUS_N + 3 || memcmp(base, "HTTP/1.1 ", 9) != 0 || p[-1] != ' ' ||
		base[9] == '0' || !is_digit(base[9]) || !is_digit(base[10]) || !is_digit(base[11]))
		return STEP_MORE;
	p = scan_ctl(p, end, base);
	if (end - p < 2 || p[0] != '\r' || p[1] != '\n')
		return STEP_MORE;
	r->minor = 1;
	r->status = (uint16_t)((base[9] - '0') * 100 + (base[10] - '0') * 10 + (base[11] - '0'));
	r->phrase = span(base, base + STATUS_N + 1, p);
	rc = fields_fast(ps, &r->head, p + 2, end, limits);
	return rc == STEP_DONE ? (int)h1_response_check(r, asked) : rc;
}

static int response_step(struct h1_parser *ps, struct http_response *r, const char *end,
	const struct http_limits *limits, struct h1_asked asked)
{
	int rc;

	switch (ps->state) {
	case S_STATUS:
		return status_step(ps, r, end);
	case S_PHRASE:
		return phrase_step(ps, r, end);
	default:
		rc = fields_step(ps, &r->head, end, limits, true);
		return rc == STEP_DONE ? (int)h1_response_check(r, asked) : rc;
	}
}

void h1_response_begin(struct h1_parser *p, struct http_response *r, struct http_field *fields)
{
	*p = (struct h1_parser){.state = S_STATUS};
	*r = (struct http_response){.head.fields = fields};
}

enum h1_result h1_response_parse(struct h1_parser *p, struct http_response *r, struct str bytes,
	const struct http_limits *limits, struct h1_asked asked)
{
	size_t max = MIN(limits->head_max, HTTP_HEAD_MAX);
	int rc;

	if (p->reason)
		return H1_BAD;
	if (bytes.n == 0)
		return H1_MORE;
	r->head.base = bytes.p;
	rc = p->at == 0 && p->state == S_STATUS
		     ? response_fast(p, r, bytes.p + MIN(bytes.n, max), limits, asked)
		     : STEP_MORE;
	if (rc == STEP_MORE) {
		do
			rc = response_step(p, r, bytes.p + MIN(bytes.n, max), limits, asked);
		while (rc == STEP_DONE && p->state != S_END);
	}
	return verdict(p, &r->head, rc, bytes, max);
}

enum h1_result h1_fields_parse(struct http_head *h, struct http_field *fields, struct str bytes,
	const struct http_limits *limits, enum http_reason *ret_reason)
{
	struct h1_parser ps = {.state = S_LINE};
	int rc;

	*h = (struct http_head){.base = bytes.p, .fields = fields};
	if (bytes.n == 0) {
		*ret_reason = HTTP_R_TRUNCATED;
		return H1_BAD;
	}
	rc = fields_step(&ps, h, bytes.p + MIN(bytes.n, HTTP_HEAD_MAX), limits, false);
	if (rc == STEP_DONE) {
		h->n = ps.at;
		return H1_DONE;
	}
	*ret_reason = rc == STEP_MORE ? HTTP_R_TRUNCATED : (enum http_reason)rc;
	return H1_BAD;
}
