/* SPDX-License-Identifier: Apache-2.0 */
#include "source/kong_listen.h"

#include <errno.h>

#define BACKLOG_MAX INT32_MAX

/* Where we are in a setting's text. */
struct reading {
	const char *what;
	struct str text;
	bool stream;
	unsigned entry; /* from 1 */
	struct buf *err;
};

static const struct flag_row {
	const char *name;
	uint32_t flag;
	bool http, stream;
} flag_rows[] = {
	{"ssl", KONG_LISTEN_SSL, true, true},
	{"http2", KONG_LISTEN_HTTP2, true, false},
	{"udp", KONG_LISTEN_UDP, false, true},
	{"proxy_protocol", KONG_LISTEN_PROXY_PROTOCOL, true, true},
	{"deferred", KONG_LISTEN_DEFERRED, true, false},
	{"bind", KONG_LISTEN_BIND, true, true},
	{"reuseport", KONG_LISTEN_REUSEPORT, true, true},
};

/* "KONG_STREAM_LISTEN: entry 2, character 41: ", then the caller's sentence. */
static int bad(const struct reading *r, const char *at, const char *fmt, ...) printf_like(3, 4);
static int bad(const struct reading *r, const char *at, const char *fmt, ...)
{
	va_list ap;

	buf_printf(r->err, "%s: entry %u, character %zu: ", r->what, r->entry,
		(size_t)(at - r->text.p) + 1);
	va_start(ap, fmt);
	buf_vprintf(r->err, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The next word of <rest>, or an empty one at its end. */
static struct str next_word(struct str *rest)
{
	struct str word;
	size_t n = 0;

	while (rest->n && blank(rest->p[0]))
		*rest = str_skip(*rest, 1);
	while (n < rest->n && !blank(rest->p[n]))
		n++;
	word = str_take(*rest, n);
	*rest = str_skip(*rest, n);
	return word;
}

/* --- host:port ------------------------------------------------------------------------------ */

static bool name_good(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = ascii_lower(s.p[i]);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
			    c == '_'))
			return false;
	}
	return s.n > 0 && s.n <= 253;
}

static bool looks_like_ipv4(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '.' && (s.p[i] < '0' || s.p[i] > '9'))
			return false;
	return true;
}

static int read_port(const struct reading *r, struct str text, uint16_t *ret_port)
{
	uint64_t port;

	if (str_to_u64(text, 65535, &port) < 0 || port == 0)
		return bad(r, text.p, "'%.*s' is no port from 1 to 65535", STR_ARG(text));
	*ret_port = (uint16_t)port;
	return 0;
}

static int read_address(const struct reading *r, struct str word, struct kong_listen *ret)
{
	size_t colon = word.n;
	struct str rest;
	bool v6 = word.p[0] == '[';

	if (v6) {
		size_t end = str_find(word, ']');

		if (end == word.n)
			return bad(r, word.p, "'%.*s': the ']' of an IPv6 address is missing",
				STR_ARG(word));
		ret->host = str_skip(str_take(word, end), 1);
		rest = str_skip(word, end + 1);
		if (!rest.n || rest.p[0] != ':')
			return bad(r, word.p, "'%.*s': a port is missing, as in [::]:8000",
				STR_ARG(word));
		rest = str_skip(rest, 1);
	} else {
		for (size_t i = 0; i < word.n; i++)
			colon = word.p[i] == ':' ? i : colon;
		if (colon == word.n || colon == 0)
			return bad(r, word.p,
				"'%.*s' is no address: host:port is wanted first, as in "
				"0.0.0.0:8000",
				STR_ARG(word));
		ret->host = str_take(word, colon);
		rest = str_skip(word, colon + 1);
		if (str_find(ret->host, ':') < ret->host.n)
			return bad(r, word.p,
				"'%.*s': an IPv6 address stands in brackets, as in [::]:8000",
				STR_ARG(word));
	}
	if (read_port(r, rest, &ret->port) < 0)
		return -EINVAL;
	if (v6 || looks_like_ipv4(ret->host)) {
		if (plan_addr_parse(ret->host, ret->port, &ret->addr) < 0 ||
			(ret->addr.family == 6) != v6)
			return bad(r, word.p, "'%.*s' is no IP address", STR_ARG(ret->host));
	} else if (!name_good(ret->host)) {
		return bad(r, word.p, "'%.*s' is no host name", STR_ARG(ret->host));
	}
	return 0;
}

/* --- flags ---------------------------------------------------------------------------------- */

static int read_backlog(const struct reading *r, struct str value, struct kong_listen *l)
{
	uint64_t n;

	if (str_to_u64(value, BACKLOG_MAX, &n) < 0 || n == 0)
		return bad(r, value.p, "backlog=%.*s: a number from 1 to %d is wanted",
			STR_ARG(value), BACKLOG_MAX);
	l->backlog = (uint32_t)n;
	return 0;
}

static int read_on_off(const struct reading *r, const char *name, struct str value, uint32_t on,
	uint32_t off, struct kong_listen *l)
{
	bool yes = str_eq(value, STR("on"));

	if (!yes && !str_eq(value, STR("off")))
		return bad(r, value.p, "%s=%.*s: on or off is wanted", name, STR_ARG(value));
	l->flags = (l->flags & ~(on | off)) | (yes ? on : off);
	return 0;
}

/* "30m", "75s", "75": seconds. */
static int read_seconds(struct str s, uint16_t *ret)
{
	uint64_t n, unit = 1;

	if (s.n && (s.p[s.n - 1] == 's' || s.p[s.n - 1] == 'm' || s.p[s.n - 1] == 'h')) {
		unit = s.p[s.n - 1] == 'm' ? 60 : s.p[s.n - 1] == 'h' ? 3600 : 1;
		s = str_take(s, s.n - 1);
	}
	if (str_to_u64(s, 32767, &n) < 0 || n * unit == 0 || n * unit > 32767) /* tcp(7) */
		return -EINVAL;
	*ret = (uint16_t)(n * unit);
	return 0;
}

static int read_keepalive(const struct reading *r, struct str value, struct kong_listen *l)
{
	struct str rest = value, idle, interval;
	uint64_t count = 0;

	/* The last word counts, whole. */
	l->keep_idle = l->keep_interval = l->keep_count = 0;
	if (str_find(value, ':') == value.n)
		return read_on_off(r, "so_keepalive", value, KONG_LISTEN_KEEPALIVE,
			KONG_LISTEN_NO_KEEPALIVE, l);
	idle = str_cut(&rest, ':');
	interval = str_cut(&rest, ':');
	if ((idle.n && read_seconds(idle, &l->keep_idle) < 0) ||
		(interval.n && read_seconds(interval, &l->keep_interval) < 0) ||
		(rest.n && (str_to_u64(rest, 127, &count) < 0 || count == 0)) ||
		(!idle.n && !interval.n && !rest.n))
		return bad(r, value.p,
			"so_keepalive=%.*s: on, off or idle:interval:count is wanted, as in "
			"30m::10",
			STR_ARG(value));
	l->keep_count = (uint16_t)count;
	l->flags = (l->flags & ~(uint32_t)KONG_LISTEN_NO_KEEPALIVE) | KONG_LISTEN_KEEPALIVE;
	return 0;
}

static int no_such_flag(const struct reading *r, struct str word, const struct flag_row *other)
{
	size_t quote = MIN(str_find(word, '"'), str_find(word, '\''));

	if (other)
		return bad(r, word.p, "'%s' is a flag of %s only", other->name,
			other->http ? "proxy_listen" : "stream_listen");
	if (quote < word.n)
		return bad(r, word.p + quote,
			"a stray %c after '%.*s': the value has one quotation mark at its beginning "
			"and one at its end, or none",
			word.p[quote], (int)quote, word.p);
	return bad(r, word.p,
		"'%.*s' is none of the flags ssl, %s, proxy_protocol, bind, reuseport, "
		"backlog=N, ipv6only=on|off, so_keepalive=on|off|idle:interval:count",
		STR_ARG(word), r->stream ? "udp" : "http2, deferred");
}

static int read_flag(const struct reading *r, struct str word, struct kong_listen *l)
{
	struct str value = word, name = str_cut(&value, '=');

	if (name.n < word.n && str_eq(name, STR("backlog")))
		return read_backlog(r, value, l);
	if (name.n < word.n && str_eq(name, STR("ipv6only")))
		return read_on_off(r, "ipv6only", value, KONG_LISTEN_V6ONLY, KONG_LISTEN_DUAL, l);
	if (name.n < word.n && str_eq(name, STR("so_keepalive")))
		return read_keepalive(r, value, l);
	for (size_t i = 0; i < ARRAY_LEN(flag_rows); i++) {
		const struct flag_row *f = &flag_rows[i];

		if (!str_eq(word, str_from(f->name)))
			continue;
		if (!(r->stream ? f->stream : f->http))
			return no_such_flag(r, word, f);
		l->flags |= f->flag;
		return 0;
	}
	return no_such_flag(r, word, NULL);
}

/* --- an entry ------------------------------------------------------------------------------- */

static bool same_socket(const struct kong_listen *a, const struct kong_listen *b)
{
	return a->port == b->port && str_eq(a->host, b->host) &&
	       !((a->flags ^ b->flags) & KONG_LISTEN_UDP);
}

/* What each flag allows is known; here is what they do not allow each other. */
static int check_entry(
	const struct reading *r, const struct kong_listens *all, const struct kong_listen *l)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} no_udp[] = {{KONG_LISTEN_SSL, "ssl"}, {KONG_LISTEN_PROXY_PROTOCOL, "proxy_protocol"},
		{KONG_LISTEN_KEEPALIVE | KONG_LISTEN_NO_KEEPALIVE, "so_keepalive"}};

	for (size_t i = 0; (l->flags & KONG_LISTEN_UDP) && i < ARRAY_LEN(no_udp); i++)
		if (l->flags & no_udp[i].flag)
			return bad(r, l->host.p, "%s and udp do not go together", no_udp[i].name);
	if ((l->flags & (KONG_LISTEN_DUAL | KONG_LISTEN_V6ONLY)) && l->addr.family != 6)
		return bad(r, l->host.p, "ipv6only is for an address in brackets, as in [::]:%u",
			l->port);
	vec_for_each (other, &all->v)
		if (same_socket(other, l))
			return bad(r, l->host.p, "%.*s:%u is listened on already, by another entry",
				STR_ARG(l->host), l->port);
	if (all->v.n >= KONG_LISTENS_MAX)
		return bad(r, l->host.p, "more than %d entries", KONG_LISTENS_MAX);
	return 0;
}

static int read_entry(const struct reading *r, struct str text, struct kong_listens *all)
{
	struct kong_listen l = {.stream = r->stream};
	struct str rest = text, word = next_word(&rest);
	int rc;

	if (!word.n)
		return bad(r, text.p, "an entry is empty: host:port is wanted, as in 0.0.0.0:8000");
	rc = read_address(r, word, &l);
	for (word = next_word(&rest); rc == 0 && word.n; word = next_word(&rest))
		rc = read_flag(r, word, &l);
	if (rc == 0)
		rc = check_entry(r, all, &l);
	if (rc == 0)
		*vec_push(&all->v) = l;
	return rc;
}

int kong_listens_parse(
	struct kong_listens *l, bool stream, struct str text, const char *what, struct buf *err)
{
	struct reading r = {.what = what, .text = text, .stream = stream, .err = err};
	size_t before = l->v.n;
	struct str rest = text;
	bool more = true;

	while (more) {
		size_t comma = str_find(rest, ',');
		struct str entry = str_take(rest, comma);

		r.entry++;
		more = comma < rest.n;
		rest = str_skip(rest, comma + 1);
		if (r.entry == 1 && str_eq(str_trim(entry), STR("off")))
			return 0;
		if (read_entry(&r, entry, l) < 0) {
			l->v.n = before;
			return -EINVAL;
		}
	}
	return 0;
}

void kong_listens_fini(struct kong_listens *l)
{
	vec_fini(&l->v);
}

/* --- text ----------------------------------------------------------------------------------- */

static void print_keepalive(const struct kong_listen *l, struct buf *out)
{
	if (l->flags & KONG_LISTEN_NO_KEEPALIVE)
		buf_add(out, STR(" so_keepalive=off"));
	if (!(l->flags & KONG_LISTEN_KEEPALIVE))
		return;
	if (!l->keep_idle && !l->keep_interval && !l->keep_count) {
		buf_add(out, STR(" so_keepalive=on"));
		return;
	}
	buf_add(out, STR(" so_keepalive="));
	if (l->keep_idle)
		buf_printf(out, "%u", l->keep_idle);
	buf_addc(out, ':');
	if (l->keep_interval)
		buf_printf(out, "%u", l->keep_interval);
	buf_addc(out, ':');
	if (l->keep_count)
		buf_printf(out, "%u", l->keep_count);
}

static void print_entry(const struct kong_listen *l, struct buf *out)
{
	bool v6 = l->addr.family == 6;

	buf_printf(out, "%s%.*s%s:%u", v6 ? "[" : "", STR_ARG(l->host), v6 ? "]" : "", l->port);
	for (size_t i = 0; i < ARRAY_LEN(flag_rows); i++)
		if (l->flags & flag_rows[i].flag)
			buf_printf(out, " %s", flag_rows[i].name);
	if (l->backlog)
		buf_printf(out, " backlog=%u", l->backlog);
	if (l->flags & (KONG_LISTEN_DUAL | KONG_LISTEN_V6ONLY))
		buf_printf(out, " ipv6only=%s", l->flags & KONG_LISTEN_DUAL ? "off" : "on");
	print_keepalive(l, out);
}

void kong_listens_print(const struct kong_listens *l, bool stream, struct buf *out)
{
	bool any = false;

	vec_for_each (x, &l->v) {
		if (x->stream != stream)
			continue;
		if (any)
			buf_add(out, STR(", "));
		any = true;
		print_entry(x, out);
	}
	if (!any)
		buf_add(out, STR("off"));
}

void kong_listens_notes(const struct kong_listens *l, struct buf *out)
{
	vec_for_each (x, &l->v) {
		struct buf at = {0};

		buf_printf(&at, x->addr.family == 6 ? "[%.*s]:%u" : "%.*s:%u", STR_ARG(x->host),
			x->port);
		if (x->flags & KONG_LISTEN_HTTP2)
			buf_printf(out, "%.*s: http2: HTTP/2 is not served yet, HTTP/1.1 is\n",
				STR_ARG(buf_str(&at)));
		if ((x->flags & KONG_LISTEN_UDP) && x->backlog)
			buf_printf(out, "%.*s: backlog: a udp socket has none\n",
				STR_ARG(buf_str(&at)));
		if (!(x->flags & (KONG_LISTEN_REUSEPORT | KONG_LISTEN_UDP)))
			buf_printf(out,
				"%.*s: without reuseport, each worker has a socket of its own all "
				"the same\n",
				STR_ARG(buf_str(&at)));
		buf_fini(&at);
	}
}

/* --- the join ------------------------------------------------------------------------------- */

static struct plan_bind bind_of(const struct kong_listen *l)
{
	struct plan_bind b = {.addr = l->addr,
		.backlog = l->backlog ? l->backlog : KONG_BACKLOG_DEFAULT,
		.keep_idle = l->keep_idle,
		.keep_interval = l->keep_interval,
		.keep_count = l->keep_count};
	static const struct {
		uint32_t flag, bind;
	} same[] = {{KONG_LISTEN_PROXY_PROTOCOL, PLAN_BIND_PROXY_PROTOCOL},
		{KONG_LISTEN_DEFERRED, PLAN_BIND_DEFERRED}, {KONG_LISTEN_DUAL, PLAN_BIND_DUAL},
		{KONG_LISTEN_KEEPALIVE, PLAN_BIND_KEEPALIVE},
		{KONG_LISTEN_NO_KEEPALIVE, PLAN_BIND_NO_KEEPALIVE}};

	b.addr.port = l->port;
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		if (l->flags & same[i].flag)
			b.flags |= same[i].bind;
	if (l->addr.family == 6 && !(l->flags & KONG_LISTEN_DUAL))
		b.flags |= PLAN_BIND_V6ONLY;
	if (!(l->flags & KONG_LISTEN_HTTP2))
		b.flags |= PLAN_BIND_NO_HTTP2;
	return b;
}

static bool listen_same(const struct translate_listen *a, const struct translate_listen *b)
{
	return a->port == b->port && a->udp == b->udp && a->ssl == b->ssl && a->stream == b->stream;
}

/* Adds that listener port <port> leads to <l>. */
static size_t join_add(struct translate_listen *list, size_t n, uint16_t port,
	const struct kong_listen *l, size_t n_all, struct arena *a)
{
	struct translate_listen x = {.port = port,
		.target = l->port,
		.udp = l->flags & KONG_LISTEN_UDP,
		.ssl = l->flags & KONG_LISTEN_SSL,
		.stream = l->stream};
	size_t at = 0;

	while (at < n && !listen_same(&list[at], &x))
		at++;
	if (at == n) {
		x.binds = ARENA_ARRAY(a, struct plan_bind, n_all);
		list[n++] = x;
	}
	if (l->addr.family)
		list[at].binds[list[at].n_binds++] = bind_of(l);
	return n;
}

struct translate_listen *kong_listens_join(const struct kong_listens *l,
	const struct publish_port *ports, size_t n_ports, struct arena *a, size_t *ret_n)
{
	struct translate_listen *list =
		ARENA_ARRAY(a, struct translate_listen, l->v.n * (ports ? n_ports : 1));
	size_t n = 0;

	vec_for_each (x, &l->v) {
		bool udp = x->flags & KONG_LISTEN_UDP;

		if (!ports)
			n = join_add(list, n, x->port, x, l->v.n, a);
		for (size_t i = 0; i < n_ports && ports; i++)
			if (ports[i].target == x->port && ports[i].udp == udp)
				n = join_add(list, n, ports[i].port, x, l->v.n, a);
	}
	*ret_n = n;
	return list;
}

size_t translate_listens_common(struct translate_listen *have, size_t n,
	const struct translate_listen *other, size_t n_other)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		bool there = false;

		for (size_t j = 0; j < n_other && !there; j++)
			there = listen_same(&have[i], &other[j]);
		if (there)
			have[kept++] = have[i];
	}
	return kept;
}
