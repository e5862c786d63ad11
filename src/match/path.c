/* SPDX-License-Identifier: Apache-2.0 */
#include "match/path.h"

#include <errno.h>
#include <sys/types.h>

#define HOST_NAME_MAX_BYTES 253

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 3986 section 2.3. */
static bool is_unreserved(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

/* Bytes of a path that are not plain: refused, or in need of a second look. */
enum path_class { PLAIN, REFUSED, PERCENT, DOT };

__extension__ static const uint8_t path_classes[256] = {
	[0 ... ' '] = REFUSED,
	[0x7f ... 0xff] = REFUSED,
	['\\'] = REFUSED,
	['?'] = REFUSED,
	['#'] = REFUSED,
	['%'] = PERCENT,
	['.'] = DOT,
};

/* Checks <raw>; <*plain> says that it has no escape and no dot after a slash. */
static int path_scan(struct str raw, bool *plain)
{
	const uint8_t *p = (const uint8_t *)raw.p;

	*plain = true;
	if (!raw.n || p[0] != '/')
		return -EINVAL;
	for (size_t i = 1; i < raw.n; i++) {
		enum path_class class = path_classes[p[i]];

		if (likely(class == PLAIN))
			continue;
		if (class == REFUSED)
			return -EINVAL;
		*plain &= class == DOT && p[i - 1] != '/';
	}
	return 0;
}

/* Decodes escapes of unreserved bytes, upper-cases the others.  Returns the length or -EINVAL. */
static ssize_t path_decode(struct str raw, char *out)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t n = 0;

	for (size_t i = 0; i < raw.n; i++) {
		int hi, lo;

		if (raw.p[i] != '%') {
			out[n++] = raw.p[i];
			continue;
		}
		if (raw.n - i < 3)
			return -EINVAL;
		hi = hex_value(raw.p[i + 1]);
		lo = hex_value(raw.p[i + 2]);
		if (hi < 0 || lo < 0 || (hi | lo) == 0)
			return -EINVAL;
		i += 2;
		if (is_unreserved(hi << 4 | lo)) {
			out[n++] = (char)(hi << 4 | lo);
		} else {
			out[n++] = '%';
			out[n++] = hex[hi];
			out[n++] = hex[lo];
		}
	}
	return (ssize_t)n;
}

/* Length of the dot segment at <p> ("." or ".." up to a slash or the end): 1, 2, or 0 for none. */
static size_t dot_segment(const char *p, size_t n)
{
	size_t dots = 0;

	while (dots < n && dots < 3 && p[dots] == '.')
		dots++;
	return dots && dots < 3 && (dots == n || p[dots] == '/') ? dots : 0;
}

/* RFC 3986 section 5.2.4, in place.  <p> begins with "/".  Returns the new length. */
static size_t path_remove_dots(char *p, size_t n)
{
	size_t out = 0;
	size_t i = 0;

	while (i < n) { /* p[i] is a slash; the segment behind it ends at <end> */
		size_t dots = dot_segment(p + i + 1, n - i - 1);
		size_t end = i + 1;

		while (end < n && p[end] != '/')
			end++;
		if (!dots) {
			memmove(p + out, p + i, end - i);
			out += end - i;
		} else {
			if (dots == 2) {
				while (out && p[--out] != '/')
					;
			}
			if (end == n) /* a last dot segment leaves its slash */
				p[out++] = '/';
		}
		i = end;
	}
	if (!out)
		p[out++] = '/';
	return out;
}

static bool has_dot_segment(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '/' && dot_segment(p + i + 1, n - i - 1))
			return true;
	}
	return false;
}

int path_normalise(struct str raw, char *scratch, struct path_norm *ret_norm)
{
	struct path_norm norm = {.path = raw};
	ssize_t n;
	bool plain;

	if (path_scan(raw, &plain) < 0)
		return -EINVAL;
	if (!plain) {
		n = path_decode(raw, scratch);
		if (n < 0)
			return -EINVAL;
		norm.had_dots = has_dot_segment(scratch, (size_t)n);
		if (norm.had_dots)
			n = (ssize_t)path_remove_dots(scratch, (size_t)n);
		norm.path = str_of(scratch, (size_t)n);
		norm.changed = !str_eq(norm.path, raw);
	}
	*ret_norm = norm;
	return 0;
}

/* Cuts a port off <s>, whose host part ends at <at>.  Returns 0 or -EINVAL. */
static int host_cut_port(struct str *s, size_t at)
{
	uint64_t port;

	if (at < s->n) {
		struct str digits = str_skip(*s, at + 1);

		if (s->p[at] != ':' || (digits.n && str_to_u64(digits, 65535, &port) < 0))
			return -EINVAL;
		s->n = at;
	}
	return 0;
}

static int host_key_literal(struct str s, char *scratch, struct str *ret_key)
{
	size_t close = str_find(s, ']');
	size_t n = close + 1;

	if (close == s.n || close < 3 || n > HOST_KEY_MAX || host_cut_port(&s, n) < 0)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		bool inside = i > 0 && i < close;

		if (inside && hex_value(s.p[i]) < 0 && s.p[i] != ':' && s.p[i] != '.')
			return -EINVAL;
		scratch[i] = ascii_lower(s.p[i]);
	}
	*ret_key = str_of(scratch, n);
	return 0;
}

/* Lower case of the bytes that may stand in a host name (is_unreserved()); 0: it may not. */
static const char host_lower[256] = {
	['-'] = '-',
	['.'] = '.',
	['_'] = '_',
	['~'] = '~',
	['0'] = '0',
	['1'] = '1',
	['2'] = '2',
	['3'] = '3',
	['4'] = '4',
	['5'] = '5',
	['6'] = '6',
	['7'] = '7',
	['8'] = '8',
	['9'] = '9',
	['A'] = 'a',
	['B'] = 'b',
	['C'] = 'c',
	['D'] = 'd',
	['E'] = 'e',
	['F'] = 'f',
	['G'] = 'g',
	['H'] = 'h',
	['I'] = 'i',
	['J'] = 'j',
	['K'] = 'k',
	['L'] = 'l',
	['M'] = 'm',
	['N'] = 'n',
	['O'] = 'o',
	['P'] = 'p',
	['Q'] = 'q',
	['R'] = 'r',
	['S'] = 's',
	['T'] = 't',
	['U'] = 'u',
	['V'] = 'v',
	['W'] = 'w',
	['X'] = 'x',
	['Y'] = 'y',
	['Z'] = 'z',
	['a'] = 'a',
	['b'] = 'b',
	['c'] = 'c',
	['d'] = 'd',
	['e'] = 'e',
	['f'] = 'f',
	['g'] = 'g',
	['h'] = 'h',
	['i'] = 'i',
	['j'] = 'j',
	['k'] = 'k',
	['l'] = 'l',
	['m'] = 'm',
	['n'] = 'n',
	['o'] = 'o',
	['p'] = 'p',
	['q'] = 'q',
	['r'] = 'r',
	['s'] = 's',
	['t'] = 't',
	['u'] = 'u',
	['v'] = 'v',
	['w'] = 'w',
	['x'] = 'x',
	['y'] = 'y',
	['z'] = 'z',
};

int host_key(struct str authority, char *scratch, struct str *ret_key)
{
	struct str s = authority;
	char before = '.';

	if (s.n && s.p[0] == '[')
		return host_key_literal(s, scratch, ret_key);
	if (host_cut_port(&s, str_find(s, ':')) < 0)
		return -EINVAL;
	if (s.n > 1 && s.p[s.n - 1] == '.')
		s.n--;
	if (s.n > HOST_NAME_MAX_BYTES)
		return -EINVAL;
	for (size_t i = 0; i < s.n; i++) {
		char c = host_lower[(uint8_t)s.p[i]];

		if (!c || (c == '.' && before == '.'))
			return -EINVAL;
		before = scratch[i] = c;
	}
	if (s.n && before == '.')
		return -EINVAL;
	*ret_key = str_of(scratch, s.n);
	return 0;
}

size_t path_prefix_len(struct str path, unsigned depth)
{
	size_t i = 0;

	while (i < path.n) {
		if (path.p[i] == '/' && depth-- == 0)
			return i;
		i++;
	}
	return i;
}

size_t path_replace_prefix(struct str path, unsigned depth, struct str prefix, char *out)
{
	struct str rest = str_skip(path, path_prefix_len(path, depth));
	size_t n = 0;

	if (prefix.n) {
		memcpy(out, prefix.p, prefix.n);
		n = prefix.n;
	}
	/* "/foo" under prefix "/" → the rest is empty and so is the replacement. */
	if (!rest.n && !n)
		out[n++] = '/';
	if (rest.n) {
		memcpy(out + n, rest.p, rest.n);
		n += rest.n;
	}
	return n;
}

/* Decodes a piece of a query into <out>; borrows <s> when there is nothing to decode. */
static struct str query_decode(struct str s, char *out)
{
	size_t n = 0;
	size_t i = 0;

	while (i < s.n && s.p[i] != '%' && s.p[i] != '+')
		i++;
	if (i == s.n)
		return s;
	memcpy(out, s.p, i);
	n = i;
	for (; i < s.n; i++) {
		int hi, lo;

		out[n] = s.p[i] == '+' ? ' ' : s.p[i];
		if (s.p[i] == '%' && s.n - i > 2 && (hi = hex_value(s.p[i + 1])) >= 0 &&
			(lo = hex_value(s.p[i + 2])) >= 0) {
			out[n] = (char)(hi << 4 | lo);
			i += 2;
		}
		n++;
	}
	return str_of(out, n);
}

bool query_next(struct str *rest, char *scratch, struct query_param *ret_param)
{
	while (rest->n) {
		struct str value = str_cut(rest, '&');
		struct str name;

		if (!value.n)
			continue;
		name = str_cut(&value, '=');
		ret_param->name = query_decode(name, scratch);
		ret_param->value = query_decode(value, scratch + name.n);
		return true;
	}
	return false;
}

bool query_first(struct str query, struct str name, char *scratch, struct str *ret_value)
{
	struct query_param param;

	while (query_next(&query, scratch, &param)) {
		if (str_eq(param.name, name)) {
			*ret_value = param.value;
			return true;
		}
	}
	return false;
}
