/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <fnmatch.h>
#include <stdlib.h>

#include "base/mem.h"
#include "helper_server.h"

struct conn {
	struct list node;
	struct server *server;
	struct tcp tcp;
	struct recv_op rx;
	struct send_op tx;
	struct slice v;
	struct buf in;
	struct buf out;
	bool gone;
};

static void read_more(struct conn *c)
{
	if (!op_inflight(&c->rx.op) && !c->gone)
		stream_recv(&c->tcp.stream, &c->rx, 4096);
}

static bool wanted(struct str head, const char *want)
{
	char *text = mem_strdup(head), *pattern = mem_strdup(str_from(want));
	size_t n = strlen(pattern);
	bool is;

	pattern = mem_realloc(pattern, n + 2);
	memcpy(pattern + n, "*", 2);
	is = fnmatch(pattern, text, 0) == 0;
	mem_free(text);
	mem_free(pattern);
	return is;
}

static void answer(struct conn *c, const struct step *s)
{
	buf_reset(&c->out);
	buf_printf(&c->out, "HTTP/1.1 %s\r\nContent-Type: application/json\r\n", s->status);
	if (s->open)
		buf_printf(&c->out, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%s\r\n",
			strlen(s->body), s->body);
	else
		buf_printf(&c->out, "Content-Length: %zu\r\n\r\n%s", strlen(s->body), s->body);
	c->v = slice_plain(buf_str(&c->out));
	stream_send(&c->tcp.stream, &c->tx, &c->v, 1, 0);
}

static void on_sent(struct op *op, int res)
{
	(void)op;
	(void)res;
}

/* The request is here: its head, and the body if it told of one. */
static bool whole(struct str in)
{
	static const char mark[] = "\r\nContent-Length: ";
	char *text = mem_strdup(in), *end = strstr(text, "\r\n\r\n"), *length = strstr(text, mark);
	bool is = false;

	if (end)
		is = in.n >= (size_t)(end + 4 - text) +
				     (length && length < end
						     ? strtoul(length + strlen(mark), NULL, 10)
						     : 0);
	mem_free(text);
	return is;
}

static void on_read(struct op *op, int res)
{
	struct conn *c = container_of(op, struct conn, rx.op);
	struct server *s = c->server;
	struct str line;

	if (res > 0)
		buf_add(&c->in, slice_str(c->rx.got));
	slice_drop(&c->rx.got);
	if (res <= 0) {
		c->gone = true;
		stream_close(&c->tcp.stream);
		return;
	}
	if (whole(buf_str(&c->in))) {
		line = str_take(buf_str(&c->in), str_find(buf_str(&c->in), '\r'));
		if (s->next == s->n)
			fail_msg("unexpected: %.*s", STR_ARG(line));
		buf_printf(&s->seen, "%.*s\n", STR_ARG(line));
		if (!wanted(buf_str(&c->in), s->steps[s->next].want))
			fail_msg(
				"%.*s where %s was to come", STR_ARG(line), s->steps[s->next].want);
		answer(c, &s->steps[s->next++]);
		buf_reset(&c->in);
	}
	read_more(c);
}

static void on_accepted(struct listener *ls, int fd, const struct addr *peer)
{
	struct server *s = container_of(ls, struct server, listener);
	struct conn *c = MEM_NEW(struct conn);

	c->server = s;
	assert_int_equal(tcp_init(&c->tcp, s->l, fd, peer), 0);
	recv_op_init(&c->rx, on_read);
	send_op_init(&c->tx, on_sent);
	list_add_tail(&s->conns, &c->node);
	read_more(c);
}

void server_start(struct server *s, struct loop *l, const struct step *steps, size_t n)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct addr any;
	int fd;

	*s = (struct server){.l = l, .steps = steps, .n = n};
	list_init(&s->conns);
	assert_int_equal(addr_parse(STR("127.0.0.1:0"), &any), 0);
	fd = listener_open(&any);
	assert_true(fd >= 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &len), 0);
	s->at = addr_of(&ss, len);
	assert_int_equal(listener_init(&s->listener, l, fd, on_accepted, NULL), 0);
}

void server_stop(struct server *s)
{
	struct list *node;

	listener_close(&s->listener);
	buf_fini(&s->seen);
	list_for_each (it, &s->conns)
		stream_close(&container_of(it, struct conn, node)->tcp.stream);
	loop_tick(s->l, 0);
	loop_tick(s->l, 0);
	while ((node = list_pop(&s->conns))) {
		struct conn *c = container_of(node, struct conn, node);

		assert_false(op_inflight(&c->rx.op) || op_inflight(&c->tx.op));
		buf_fini(&c->in);
		buf_fini(&c->out);
		mem_free(c);
	}
}

void scripted_open(struct scripted *s, const struct step *steps, size_t n)
{
	clock_manual_init(&s->clock, SEC(1), SEC(1));
	assert_int_equal(loop_new(&(struct loop_config){.clock = &s->clock.clock}, &s->l), 0);
	server_start(&s->server, s->l, steps, n);
	s->config.host = STR("127.0.0.1");
	s->config.port = addr_port(&s->server.at);
	assert_int_equal(api_new(s->l, &s->config, &s->api), 0);
}

void scripted_close(struct scripted *s)
{
	api_free(s->api);
	server_stop(&s->server);
	loop_free(s->l);
}

void scripted_run(struct scripted *s, int turns, nsec step)
{
	for (int i = 0; i < turns && s->server.next < s->server.n; i++) {
		loop_tick(s->l, MSEC(1));
		clock_manual_advance(&s->clock, step);
	}
	assert_int_equal(s->server.next, s->server.n);
	for (int i = 0; i < 10; i++)
		loop_tick(s->l, MSEC(1));
}
