/* SPDX-License-Identifier: Apache-2.0 */
/* exchange.h -- a proxy turned by hand between two sockets, for fuzz/targets/proxy_exchange.c. */
#ifndef FUZZ_EXCHANGE_H
#define FUZZ_EXCHANGE_H

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/exchange_priv.h"

struct side {
	int fd;
	bool backend;
	struct buf got; /* by the backend */
};

static struct {
	struct clock_manual clock;
	struct loop *control;
	struct plan_store *store;
	struct proxy *proxy;
	int backend; /* listens */
	uint16_t front_port, backend_port;
} fz;

static int fz_listen(uint16_t *port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(*port)};
	socklen_t len = sizeof(at);

	AZ(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)));
	AZ(bind(fd, (struct sockaddr *)&at, sizeof(at)));
	AZ(listen(fd, 64));
	AZ(getsockname(fd, (struct sockaddr *)&at, &len));
	*port = ntohs(at.sin_port);
	return fd;
}

static int fz_open(void *arg, const struct addr *at, bool dual, int ret_fds[PROXY_SLOTS])
{
	(void)arg;
	(void)dual;
	(void)at;
	for (int i = 0; i < PROXY_SLOTS; i++)
		ret_fds[i] = fz_listen(&fz.front_port);
	return 0;
}

static void fz_close(void *arg, const struct addr *at)
{
	(void)arg;
	(void)at;
}

static void fz_bound(void *arg, struct str port, const struct addr *at, int err)
{
	(void)arg;
	(void)port;
	(void)at;
	AZ(err);
}

static void fz_drained(void *arg)
{
	(void)arg;
}

static void fz_tick(void)
{
	for (int quiet = 0; quiet < 2;)
		quiet = proxy_tick(fz.proxy) ? 0 : quiet + 1;
}

static void fz_plan(void)
{
	struct plan_edit *e = plan_edit_begin(fz.store, NULL);
	struct plan_port *p = plan_port_new(STR("tcp/80"), 80, PLAN_PORT_HTTP);
	struct plan_settings *s = ARENA_NEW(plan_port_arena(p), struct plan_settings);
	struct plan_listener *l = ARENA_NEW(plan_port_arena(p), struct plan_listener);
	struct plan_bind *b = ARENA_NEW(plan_port_arena(p), struct plan_bind);
	struct plan_upstream *u = plan_upstream_new(STR("up"), 1);
	struct plan_route *r = plan_route_new(PLAN_ROUTE_HTTP, STR("HTTPRoute"), STR("n/r"), 0, 0);
	struct arena *a = plan_route_arena(r);
	struct plan_rule *rule = ARENA_NEW(a, struct plan_rule);
	struct plan_backend *backend = ARENA_NEW(a, struct plan_backend);
	struct plan_attach *at = ARENA_NEW(a, struct plan_attach);

	*s = plan_settings_default();
	*l = (struct plan_listener){
		.id = plan_id(STR("l")), .name = STR("l"), .settings = s, .http = true};
	AZ(plan_addr_parse(STR("127.0.0.1"), 80, &b->addr));
	p->binds = b;
	p->listeners = l;
	p->nbinds = p->nlisteners = 1;
	p->settings = s;
	AZ(plan_addr_parse(STR("127.0.0.1"), fz.backend_port, &u->targets[0].addr));
	backend->to.upstream = plan_id(STR("up"));
	backend->weight = 1;
	*rule = (struct plan_rule){.id = 1,
		.route = r,
		.backends = backend,
		.nbackends = 1,
		.total_weight = 1,
		.timeout_request = PLAN_TIMEOUT_UNSET,
		.timeout_backend = PLAN_TIMEOUT_UNSET};
	r->matches = ARENA_NEW(a, struct match);
	r->matches[0] = (struct match){.order = &r->order, .payload = rule};
	match_set_path(&r->matches[0], MATCH_PATH_PREFIX, STR("/"));
	*at = (struct plan_attach){.scope = l->id};
	r->rules = rule;
	r->attaches = at;
	r->nrules = r->nmatches = 1;
	r->nattaches = 1;
	plan_edit_put_port(e, p);
	plan_edit_put_upstream(e, u);
	plan_edit_put_route(e, r);
	proxy_publish(fz.proxy, plan_edit_commit(e));
}

static void fz_start(void)
{
	static const struct proxy_ops ops = {fz_open, fz_close, fz_bound, fz_drained};
	struct proxy_config pc = {.workers = 1, .by_hand = true, .clock = &fz.clock.clock};
	struct loop_config lc = {.clock = &fz.clock.clock};

	if (fz.proxy)
		return;
	clock_manual_init(&fz.clock, SEC(1000), 0);
	AZ(loop_new(&lc, &fz.control));
	fz.store = plan_store_new();
	fz.backend = fz_listen(&fz.backend_port);
	AZ(proxy_new(fz.control, fz.store, &pc, &ops, NULL, &fz.proxy));
	fz_plan();
	fz_tick();
}

/* Everything the backend got on one connection is requests of one meaning; the last may be cut. */
static void fz_verify(struct side *s)
{
	static struct http_field fields[HTTP_FIELDS_MAX];
	struct http_limits limits = HTTP_LIMITS_DEFAULT;
	struct str in = buf_str(&s->got), data;

	limits.head_max = HTTP_HEAD_MAX;
	limits.fields_max = HTTP_FIELDS_MAX;
	while (in.n) {
		struct h1_parser p;
		struct http_request r;
		struct h1_chunked c = {0};
		enum h1_result res;

		h1_request_begin(&p, &r, fields);
		res = h1_request_parse(&p, &r, in, &limits);
		AN(res != H1_BAD);
		if (res == H1_MORE || r.upgrade)
			return;
		in = str_skip(in, r.head.n);
		if (r.framing.body == HTTP_BODY_LENGTH)
			in = str_skip(in, r.framing.length);
		if (r.framing.body != HTTP_BODY_CHUNKED)
			continue;
		while ((res = h1_chunked_next(&c, &limits, &in, &data)) == H1_DATA)
			;
		AN(res != H1_BAD && c.ext == 0 && c.trailers == 0);
		if (res == H1_MORE)
			return;
	}
}

static void side_end(struct side *s)
{
	if (s->backend)
		fz_verify(s);
	buf_reset(&s->got);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static void side_read(struct side *s)
{
	ssize_t n = 1;

	while (s->fd >= 0 && n > 0) {
		n = recv(s->fd, buf_room(&s->got, 16384), 16384, 0);
		if (n > 0)
			buf_added(&s->got, s->backend ? (size_t)n : 0);
	}
}

/* Accepts, connects, reads: until nothing moves. */
static void exchange_run(struct side sides[2])
{
	int fd;

	fz_start();
	for (int i = 0; i < 3; i++) {
		fz_tick();
		side_read(&sides[0]);
		side_read(&sides[1]);
		fd = accept4(fz.backend, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		side_end(&sides[1]);
		sides[1].fd = fd;
	}
}

static void side_send(struct side *s, struct str bytes)
{
	fz_start();
	if (s->fd < 0 && !s->backend) {
		struct sockaddr_in at = {.sin_family = AF_INET,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
			.sin_port = htons(fz.front_port)};

		s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		AN(s->fd >= 0);
		/* The fuzzer's own alarm may interrupt it; asked again it goes on where it was. */
		while (connect(s->fd, (struct sockaddr *)&at, sizeof(at)) < 0 && errno != EISCONN)
			AN(errno == EINTR || errno == EALREADY);
		AZ(fcntl(s->fd, F_SETFL, O_NONBLOCK));
	}
	if (s->fd >= 0 && bytes.n)
		(void)!send(s->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
}

static void side_fin(struct side *s)
{
	if (s->fd >= 0)
		(void)shutdown(s->fd, SHUT_WR);
}

static void side_reset(struct side *s)
{
	struct linger now = {.l_onoff = 1};

	side_read(s);
	if (s->fd >= 0)
		(void)setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	side_end(s);
}

static void exchange_advance(nsec by)
{
	clock_manual_advance(&fz.clock, by);
}

/* Both go, time passes: no connection, exchange or buffer is left. */
static void exchange_over(struct side sides[2])
{
	struct worker *w;
	int fd;

	exchange_run(sides);
	side_reset(&sides[0]);
	side_reset(&sides[1]);
	for (int i = 0; i < 3; i++) {
		fz_tick();
		while ((fd = accept4(fz.backend, NULL, NULL, SOCK_CLOEXEC)) >= 0)
			close(fd);
		exchange_advance(SEC(100));
	}
	fz_tick();
	w = proxy_worker(fz.proxy, 0);
	AZ(w->n_conns);
	AZ(w->n_exchanges);
	AZ(w->upconns.used);
	AZ(loop_bufs(w->loop)->used_bytes);
	buf_fini(&sides[0].got);
	buf_fini(&sides[1].got);
}

#endif
