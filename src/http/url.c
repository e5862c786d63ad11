/* SPDX-License-Identifier: Apache-2.0 */
#include "http/url.h"

#include <arpa/inet.h>
#include <errno.h>

#include "http/scan_priv.h"

#define PORT_DIGITS_MAX 5

/* "" is a port that is not told: RFC 3986 §3.2.3. */
static int port_parse(struct str s, uint16_t *ret_port)
{
	uint32_t v = 0;

	if (s.n > PORT_DIGITS_MAX)
		return -EINVAL;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -EINVAL;
		v = v * 10 + (uint32_t)(s.p[i] - '0');
	}
	if (s.n && (v == 0 || v > UINT16_MAX))
		return -EINVAL;
	*ret_port = (uint16_t)v;
	return 0;
}

static bool ipv6_ok(struct str s)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr addr;

	if (s.n == 0 || s.n >= sizeof(text) || memchr(s.p, '\0', s.n))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return inet_pton(AF_INET6, text, &addr) == 1;
}

#ifdef __SSE2__
/* name_prefix() for the names that nearly all are: up to 32 bytes, without an empty label.  0: to
 * be looked at byte by byte. */
static size_t name_prefix_fast(struct str s)
{
	__m128i v = scan_load_some(s.p, s.n);
	uint64_t label = scan_name_bits(v) | scan_byte_bits(v, '_'), dots = scan_byte_bits(v, '.');
	unsigned n;

	if (s.n > 16) {
		v = scan_load_some(s.p + 16, s.n - 16);
		label |= (uint64_t)(scan_name_bits(v) | scan_byte_bits(v, '_')) << 16;
		dots |= (uint64_t)scan_byte_bits(v, '.') << 16;
	}
	n = (unsigned)__builtin_ctzll(~(label | dots));
	dots &= ((uint64_t)1 << n) - 1;
	return dots & (dots << 1 | 1) ? 0 : n;
}
#else
static size_t name_prefix_fast(struct str s)
{
	(void)s;
	return 0;
}
#endif

/* How many bytes of <s> are a name: labels of letters, digits, '-' and '_' with single dots between
 * and perhaps one behind. */
static size_t name_prefix(struct str s)
{
	size_t fast = s.n && s.n <= 32 ? name_prefix_fast(s) : 0;
	const char *p = s.p, *end = p + s.n, *label;

	if (likely(fast))
		return fast;
	for (;; p++) {
		label = p;
		while (p < end && scan_is(*p, SCAN_LABEL))
			p++;
		/* an empty label ends the name: behind its last dot, or before it began */
		if (p == label || p == end || *p != '.')
			return (size_t)(p - s.p);
	}
}

/* [IPv6] at the beginning of <s>: its length with brackets, or 0. */
static size_t literal_prefix(struct str s)
{
	size_t close = str_find(s, ']');

	return close < s.n && ipv6_ok(str_of(s.p + 1, close - 1)) ? close + 1 : 0;
}

int url_authority_parse(struct str s, struct url_authority *ret_authority)
{
	size_t end = s.n && s.p[0] == '[' ? literal_prefix(s) : name_prefix(s);
	struct str host = str_take(s, end), rest = str_skip(s, end);
	uint16_t port = 0;

	if (host.n == 0 || host.n > URL_HOST_MAX)
		return -EINVAL;
	if (rest.n && (rest.p[0] != ':' || port_parse(str_skip(rest, 1), &port) < 0))
		return -EINVAL;
	if (host.p[host.n - 1] == '.')
		host.n--;
	*ret_authority = (struct url_authority){.host = host, .port = port};
	return 0;
}

struct str url_host_lower(struct str host, char out[URL_HOST_ROOM])
{
	AN(host.n <= URL_HOST_MAX);
#ifdef __SSE2__
	for (size_t i = 0; i < host.n; i += 16)
		_mm_storeu_si128((__m128i *)(void *)(out + i),
			scan_lower(scan_load_some(host.p + i, host.n - i)));
#else
	for (size_t i = 0; i < host.n; i++)
		out[i] = ascii_lower(host.p[i]);
#endif
	return str_of(out, host.n);
}

static void split_query(struct str s, struct url_target *t)
{
	size_t at = str_find(s, '?');

	t->path = str_take(s, at);
	t->has_query = at < s.n;
	t->query = str_skip(s, at + 1);
}

/* RFC 9110 §4.2: http and https alone, in any case.  Moves <*s> behind "://". */
static bool cut_scheme(struct str *s, bool *ret_https)
{
	static const struct str http = {"http://", 7}, https = {"https://", 8};

	if (str_eq_nocase(str_take(*s, http.n), http)) {
		*ret_https = false;
		*s = str_skip(*s, http.n);
		return true;
	}
	if (str_eq_nocase(str_take(*s, https.n), https)) {
		*ret_https = true;
		*s = str_skip(*s, https.n);
		return true;
	}
	return false;
}

static int absolute_parse(struct str s, struct url_target *t)
{
	struct url_authority a;
	size_t end = 0;

	t->form = URL_ABSOLUTE;
	while (end < s.n && s.p[end] != '/' && s.p[end] != '?')
		end++;
	t->authority = str_take(s, end);
	split_query(str_skip(s, end), t);
	return url_authority_parse(t->authority, &a);
}

int url_target_parse(struct str s, struct url_target *ret_target)
{
	struct url_target t = {.form = URL_ORIGIN};
	struct url_authority a;

	if (s.n && s.p[0] == '/') {
		split_query(s, &t);
	} else if (str_eq(s, STR("*"))) {
		t.form = URL_ASTERISK;
		t.path = s;
	} else if (cut_scheme(&s, &t.https)) {
		if (absolute_parse(s, &t) < 0)
			return -EINVAL;
	} else {
		if (url_authority_parse(s, &a) < 0)
			return -EINVAL;
		t.form = URL_AUTHORITY;
		t.authority = s;
	}
	*ret_target = t;
	return 0;
}

bool url_target_bytes(struct str s)
{
	return s.n == 0 || scan_target(s.p, s.p + s.n, s.p) == s.p + s.n;
}
