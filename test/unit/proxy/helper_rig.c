/* SPDX-License-Identifier: Apache-2.0 */
#include "proxy/helper_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "match/regex.h"
#include "net/listener.h"

#define LISTENER_NAME STR("Gateway/ns/gw/http")

static int listen_on(uint16_t *port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(*port)};
	socklen_t len = sizeof(at);

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 128), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

static int on_open(void *arg, const struct addr *at, bool dual, int ret_fds[PROXY_SLOTS])
{
	struct rig *r = arg;

	(void)at;
	(void)dual;
	r->port = 0;
	for (int i = 0; i < PROXY_SLOTS; i++)
		ret_fds[i] = listen_on(&r->port);
	return 0;
}

static void on_close(void *arg, const struct addr *at)
{
	struct rig *r = arg;

	(void)at;
	r->closes++;
}

static void on_bound(void *arg, struct str port, const struct addr *at, int err)
{
	struct rig *r = arg;

	(void)port;
	(void)at;
	r->bound_err = err;
}

static void on_drained(void *arg)
{
	struct rig *r = arg;

	r->drained++;
}

static const struct proxy_ops ops = {on_open, on_close, on_bound, on_drained};

void rig_init_config(struct rig *r, struct proxy_config pc)
{
	struct loop_config lc = {0};

	*r = (struct rig){
		.settings = plan_settings_default(), .workers = pc.workers, .writer = pc.writer};
	pc.by_hand = true;
	clock_manual_init(&r->clock, SEC(1000), 0);
	lc.clock = pc.clock = &r->clock.clock;
	assert_int_equal(loop_new(&lc, &r->control), 0);
	r->store = plan_store_new();
	assert_int_equal(proxy_new(r->control, r->store, &pc, &ops, r, &r->proxy), 0);
	for (int i = 0; i < RIG_BACKENDS; i++)
		r->backends[i].fd = listen_on(&r->backends[i].port);
}

void rig_init_workers(struct rig *r, unsigned workers)
{
	rig_init_config(r, (struct proxy_config){.workers = workers});
}

void rig_init_log(struct rig *r, int fd, enum proxy_log_format format)
{
	struct proxy_config pc = {.workers = 1, .writer = writer_new(), .access_format = format};

	pc.access_output = (unsigned)writer_output(pc.writer, fd);
	rig_init_config(r, pc);
}

void rig_init(struct rig *r)
{
	rig_init_workers(r, 1);
}

void rig_init_limited(struct rig *r, uint64_t memory_limit)
{
	rig_init_config(r, (struct proxy_config){.workers = 1, .memory_limit = memory_limit});
}

void rig_init_faulty(struct rig *r, struct net_sys *sys)
{
	rig_init_config(r, (struct proxy_config){.workers = 1, .sys = sys});
}

void rig_fini(struct rig *r)
{
	struct plan_store_stats s;

	proxy_free(r->proxy);
	if (r->writer)
		writer_free(r->writer);
	loop_tick(r->control, 0);
	s = plan_store_stats(r->store);
	assert_int_equal(s.plans, 0);
	plan_store_free(r->store);
	loop_free(r->control);
	for (int i = 0; i < RIG_BACKENDS; i++)
		close(r->backends[i].fd);
}

/* --- plans -------------------------------------------------------------------------------- */

static struct plan_port *port_new(struct rig *r)
{
	struct plan_port *p = plan_port_new(STR("tcp/80"), 80, PLAN_PORT_HTTP);
	struct arena *a = plan_port_arena(p);
	struct plan_settings *s = ARENA_NEW(a, struct plan_settings);
	struct plan_listener *l = ARENA_NEW(a, struct plan_listener);
	struct plan_bind *b = ARENA_NEW(a, struct plan_bind);

	*s = r->settings;
	*l = (struct plan_listener){.name = LISTENER_NAME,
		.gateway = STR("ns/gw"),
		.section = STR("http"),
		.settings = s,
		.http = true};
	l->id = plan_id(l->name);
	AZ(plan_addr_parse(STR("127.0.0.1"), 80, &b->addr));
	p->binds = b;
	p->nbinds = 1;
	p->listeners = l;
	p->nlisteners = 1;
	p->settings = s;
	p->peers.trusted = r->trusted;
	p->peers.ntrusted = r->trusted ? 1 : 0;
	if (r->port_edit)
		r->port_edit(r, p);
	return p;
}

void rig_begin(struct rig *r)
{
	r->edit = plan_edit_begin(r->store, proxy_plan(r->proxy));
	plan_edit_put_port(r->edit, port_new(r));
}

static uint16_t target_port(const struct rig *r, int backend)
{
	return backend == RIG_REFUSES ? 1 : r->backends[backend].port;
}

void rig_upstream(struct rig *r, const char *name, const int *backends)
{
	struct plan_upstream *u;
	unsigned n = 0;

	while (backends[n] >= 0)
		n++;
	u = plan_upstream_new(str_from(name), n);
	u->protocol = PLAN_PROTOCOL_HTTP1;
	for (unsigned i = 0; i < n; i++)
		AZ(plan_addr_parse(
			STR("127.0.0.1"), target_port(r, backends[i]), &u->targets[i].addr));
	if (r->upstream_edit)
		r->upstream_edit(r, u);
	plan_edit_put_upstream(r->edit, u);
}

static unsigned backends_fill(struct plan_backend *out, const struct rig_rule *rule)
{
	unsigned n = 0;

	if (rule->no_backend)
		return 0;
	while (n < 4 && (rule->backends[n].to.upstream || rule->backends[n].to.refused)) {
		out[n] = rule->backends[n];
		n++;
	}
	if (n == 0)
		out[n++] = (struct plan_backend){.weight = 1,
			.to.upstream = plan_id(str_from(rule->upstream ? rule->upstream : "up"))};
	return n;
}

void rig_route(struct rig *r, const struct rig_rule *in)
{
	char full[64];
	struct plan_route *route;
	struct plan_rule *rule;
	struct plan_backend *b;
	struct plan_attach *at;
	struct arena *a;

	snprintf(full, sizeof(full), "ns/%s", in->name ? in->name : "r");
	route = plan_route_new(PLAN_ROUTE_HTTP, STR("HTTPRoute"), str_from(full), 0, 0);
	a = plan_route_arena(route);
	rule = ARENA_NEW(a, struct plan_rule);
	b = ARENA_ARRAY(a, struct plan_backend, 4);
	at = ARENA_NEW(a, struct plan_attach);
	*rule = (struct plan_rule){
		.id = plan_id(route->name),
		.route = route,
		.backends = b,
		.nbackends = (uint16_t)backends_fill(b, in),
		.retry = in->retry,
		.session = in->session,
		.failure = in->failure,
		.timeout_request = in->timeout_request ? in->timeout_request : PLAN_TIMEOUT_UNSET,
		.timeout_backend = in->timeout_backend ? in->timeout_backend : PLAN_TIMEOUT_UNSET,
	};
	for (unsigned i = 0; i < rule->nbackends; i++)
		rule->total_weight += b[i].weight;
	if (in->n_filters)
		rule->filters = plan_filters_new(a, in->filters, in->n_filters);
	route->matches = ARENA_NEW(a, struct match);
	route->matches[0] = (struct match){.order = &route->order, .payload = rule};
	match_set_path(&route->matches[0], MATCH_PATH_PREFIX,
		arena_str(a, str_from(in->path ? in->path : "/")));
	if (in->regex) {
		struct match *m = &route->matches[0];
		struct regex_error err;

		AZ(plan_route_regex(route, str_from(in->regex), &m->regex, &err));
		match_set_path(m, MATCH_PATH_REGEX, arena_str(a, str_from(in->regex)));
	}
	*at = (struct plan_attach){
		.scope = plan_id(LISTENER_NAME),
		.hostname = arena_str(a, str_from(in->hostname ? in->hostname : "")),
	};
	route->rules = rule;
	route->attaches = at;
	route->nrules = route->nmatches = 1;
	route->nattaches = 1;
	plan_edit_put_route(r->edit, route);
}

void rig_commit(struct rig *r)
{
	r->plan = plan_edit_commit(r->edit);
	r->edit = NULL;
	proxy_publish(r->proxy, r->plan);
	rig_run(r);
}

void rig_with(struct rig *r, const struct rig_rule *rule)
{
	rig_begin(r);
	rig_upstream(r, "up", (const int[]){0, -1});
	rig_route(r, rule);
	rig_commit(r);
}

void rig_simple(struct rig *r)
{
	rig_with(r, &(struct rig_rule){0});
}

/* --- time ---------------------------------------------------------------------------------- */

static bool control_tick(struct rig *r)
{
	const struct loop_stats *s = loop_stats(r->control);
	uint64_t before = s->events + s->completions + s->timers + s->tasks;

	loop_tick(r->control, 0);
	return s->events + s->completions + s->timers + s->tasks != before;
}

void rig_run(struct rig *r)
{
	/* A connection's packets may take a moment through the kernel: a few quiet rounds. */
	for (int quiet = 0, i = 0; quiet < 3; i++) {
		bool busy = proxy_tick(r->proxy);

		busy |= control_tick(r);
		quiet = busy ? 0 : quiet + 1;
		assert_true(i < 100000);
	}
}

void rig_advance(struct rig *r, nsec by)
{
	while (by > 0) {
		nsec step = MIN(by, SEC(1));

		clock_manual_advance(&r->clock, step);
		rig_run(r);
		by -= step;
	}
}

/* --- peers --------------------------------------------------------------------------------- */

static struct peer peer_of(struct rig *r, int fd)
{
	int one = 1;

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK), 0);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return (struct peer){.rig = r, .fd = fd};
}

struct peer peer_connect(struct rig *r)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(r->port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return peer_of(r, fd);
}

bool peer_waiting(struct rig *r, int i)
{
	struct pollfd p = {.fd = r->backends[i].fd, .events = POLLIN};

	rig_run(r);
	return poll(&p, 1, 0) == 1;
}

struct peer peer_accept(struct rig *r, int i)
{
	int fd = -1;

	for (int tries = 0; fd < 0 && tries < 1000; tries++) {
		rig_run(r);
		fd = accept4(r->backends[i].fd, NULL, NULL, SOCK_CLOEXEC);
	}
	if (fd < 0)
		fail_msg("nobody connected to backend %d", i);
	return peer_of(r, fd);
}

void peer_send_n(struct peer *p, const char *bytes, size_t n)
{
	while (n) {
		ssize_t put = send(p->fd, bytes, n, MSG_NOSIGNAL);

		if (put < 0 && errno == EAGAIN) {
			rig_run(p->rig);
			continue;
		}
		if (put < 0)
			return; /* the other side has closed: what it got will tell */
		bytes += put;
		n -= (size_t)put;
	}
	rig_run(p->rig);
}

void peer_send(struct peer *p, const char *text)
{
	peer_send_n(p, text, strlen(text));
}

void peer_fin(struct peer *p)
{
	assert_int_equal(shutdown(p->fd, SHUT_WR), 0);
	rig_run(p->rig);
}

void peer_reset(struct peer *p)
{
	struct linger now = {.l_onoff = 1};

	setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(p->fd);
	p->fd = -1;
	rig_run(p->rig);
	buf_fini(&p->in);
}

void peer_close(struct peer *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
	rig_run(p->rig);
	buf_fini(&p->in);
}

void peer_close_if(struct peer *p)
{
	if (p->rig)
		peer_close(p);
}

static bool peer_take(struct peer *p)
{
	ssize_t n = recv(p->fd, buf_room(&p->in, 65536), 65536, 0);

	if (n > 0) {
		buf_added(&p->in, (size_t)n);
		return true;
	}
	if (n == 0)
		p->eof = true;
	else if (errno != EAGAIN)
		p->err = errno;
	return false;
}

static void hide(struct buf *b, const char *name, const char *shown)
{
	char *at;

	*buf_room(b, 1) = 0;
	while ((at = strstr(b->p, name))) {
		char *end = strstr(at, "\r\n");
		size_t tail;

		if (!end)
			return;
		tail = b->n - (size_t)(end - b->p);
		memmove(at + strlen(shown), end, tail + 1);
		memcpy(at, shown, strlen(shown));
		b->n = (size_t)(at - b->p) + strlen(shown) + tail;
	}
}

struct str peer_read(struct peer *p)
{
	rig_run(p->rig);
	while (!p->eof && !p->err && peer_take(p))
		rig_run(p->rig);
	hide(&p->in, "x-request-id: ", "x-request-ID: R");
	hide(&p->in, "x-request-ID: ", "x-request-id: R");
	return buf_str(&p->in);
}

static void peer_wait(struct peer *p, size_t n)
{
	for (int i = 0; i < 200 && peer_read(p).n < n && !p->eof && !p->err; i++) {
		struct pollfd pfd = {.fd = p->fd, .events = POLLIN};

		(void)poll(&pfd, 1, 10);
	}
}

void peer_pump(struct peer *from, struct peer *to, const char *bytes, size_t n)
{
	while (n) {
		ssize_t put = send(from->fd, bytes, n, MSG_NOSIGNAL);

		if (put < 0) {
			assert_int_equal(errno, EAGAIN);
			rig_run(from->rig);
			(void)peer_take(to);
			continue;
		}
		bytes += put;
		n -= (size_t)put;
	}
	rig_run(from->rig);
}

void peer_drain(struct peer *p)
{
	size_t before;

	do {
		struct pollfd pfd = {.fd = p->fd, .events = POLLIN};

		before = p->in.n;
		(void)peer_read(p);
		(void)poll(&pfd, 1, 5);
		(void)peer_read(p);
	} while (p->in.n > before);
}

static size_t piece_check(struct str got, const char *piece, size_t n, size_t at)
{
	for (size_t i = 0; i < got.n; i++, at++)
		if (got.p[i] != piece[at % n])
			fail_msg("byte %zu is not the sender's", at);
	return at;
}

size_t peer_body(struct peer *p, bool chunked, const char *piece, size_t n)
{
	struct str in = buf_str(&p->in), data;
	struct http_limits limits = HTTP_LIMITS_DEFAULT;
	struct h1_chunked c = {0};
	size_t at = 0;

	*buf_room(&p->in, 1) = 0;
	assert_non_null(strstr(p->in.p, "\r\n\r\n"));
	in = buf_str(&p->in);
	in = str_skip(in, (size_t)(strstr(in.p, "\r\n\r\n") - in.p) + 4);
	if (!chunked)
		return piece_check(in, piece, n, 0);
	for (;;) {
		enum h1_result r = h1_chunked_next(&c, &limits, &in, &data);

		if (r != H1_DATA) {
			assert_int_equal(r, H1_DONE);
			assert_int_equal(in.n, 0);
			return at;
		}
		at = piece_check(data, piece, n, at);
	}
}

void peer_expect_at(struct peer *p, const char *text, const char *file, int line)
{
	struct str got;

	peer_wait(p, strlen(text));
	got = peer_read(p);
	if (!str_eq(got, str_from(text)))
		fail_msg("%s:%d: got\n%.*s\nwant\n%s", file, line, STR_ARG(got), text);
	buf_reset(&p->in);
}

void peer_expect_open_at(struct peer *p, const char *text, const char *file, int line)
{
	peer_expect_at(p, text, file, line);
	if (p->eof || p->err)
		fail_msg("%s:%d: closed (%d)", file, line, p->err);
}

static void peer_expect_end(struct peer *p, bool reset, const char *file, int line)
{
	peer_wait(p, SIZE_MAX);
	if (p->in.n)
		fail_msg("%s:%d: still got\n%.*s", file, line, STR_ARG(buf_str(&p->in)));
	if (reset ? p->err != ECONNRESET : !p->eof)
		fail_msg("%s:%d: not ended so (eof %d, errno %d)", file, line, p->eof, p->err);
}

void peer_expect_eof_at(struct peer *p, const char *file, int line)
{
	peer_expect_end(p, false, file, line);
}

void peer_expect_reset_at(struct peer *p, const char *file, int line)
{
	peer_expect_end(p, true, file, line);
}

void peer_expect_answer_at(
	struct peer *p, int status, const char *reason, const char *file, int line)
{
	char head[32];
	struct str got;

	snprintf(head, sizeof(head), "HTTP/1.1 %d ", status);
	peer_wait(p, 1);
	got = peer_read(p);
	*buf_room(&p->in, 1) = 0;
	if (!str_starts(got, str_from(head)) || !strstr(p->in.p, reason))
		fail_msg("%s:%d: got\n%.*s\nwant %s%s", file, line, STR_ARG(got), head, reason);
	buf_reset(&p->in);
}

struct worker *rig_worker(struct rig *r, unsigned i)
{
	return proxy_worker(r->proxy, i);
}
