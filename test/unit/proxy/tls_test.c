/* SPDX-License-Identifier: Apache-2.0 */
/* TLS on both sides of the proxy: its clock, its ends, and what a change means for connections. */
#include "proxy/helper_rig.h"

#include <fcntl.h>
#include <openssl/ssl.h>
#include <time.h>
#include <unistd.h>

#include "tls/certs.h"

/* The rig's wall clock stands in 1970. */
static struct made ca, leaf;

static struct plan_pem *pem(struct rig *r, const struct made *m, enum plan_pem_kind kind)
{
	struct made_text t = made_text(m);
	struct plan_pem from = {.kind = kind,
		.source = STR("Secret/ns/x"),
		.digest = kind == PLAN_PEM_PAIR ? STR("pair") : STR("ca"),
		.chain = t.chain,
		.key = kind == PLAN_PEM_PAIR ? t.key : STR("")};
	struct plan_pem *p = plan_pem_get(r->store, &from);

	made_text_free(&t);
	return p;
}

static void tls_port(struct rig *r, struct plan_port *p)
{
	struct arena *a = plan_port_arena(p);
	struct plan_server_tls *tls = ARENA_NEW(a, struct plan_server_tls);
	struct plan_pem **certs = ARENA_NEW(a, struct plan_pem *);
	struct plan_listener *l = (struct plan_listener *)(uintptr_t)p->listeners;

	certs[0] = pem(r, &leaf, PLAN_PEM_PAIR);
	tls->certs = certs;
	tls->ncerts = 1;
	l->tls = tls;
	p->kind = PLAN_PORT_TLS;
}

static void tls_upstream(struct rig *r, struct plan_upstream *u)
{
	struct arena *a = plan_upstream_arena(u);

	u->tls = ARENA_NEW(a, struct plan_client_tls);
	u->tls->sni = STR("b.example");
	u->tls->ca = pem(r, &ca, PLAN_PEM_CA);
}

/* One end of TLS in the test's hand. */
struct end {
	SSL_CTX *context;
	SSL *ssl;
	struct buf in;
};

static struct end end_of(const struct peer *p, bool server)
{
	struct end e = {.context = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method())};

	if (server) {
		assert_true(SSL_CTX_use_certificate(e.context, leaf.cert));
		assert_true(SSL_CTX_use_PrivateKey(e.context, leaf.key));
	}
	e.ssl = SSL_new(e.context);
	SSL_set_fd(e.ssl, p->fd);
	if (server)
		SSL_set_accept_state(e.ssl);
	else
		SSL_set_connect_state(e.ssl);
	return e;
}

static void end_free(struct end *e)
{
	SSL_free(e->ssl);
	SSL_CTX_free(e->context);
	buf_fini(&e->in);
}

static void end_shake(struct rig *r, struct end *e)
{
	int done = 0;

	for (int i = 0; i < 1000 && done != 1; i++) {
		rig_run(r);
		done = SSL_do_handshake(e->ssl);
		if (done != 1)
			assert_int_equal(SSL_get_error(e->ssl, done), SSL_ERROR_WANT_READ);
	}
	assert_int_equal(done, 1);
	rig_run(r);
}

static void end_send(struct rig *r, struct end *e, const char *text)
{
	assert_int_equal(SSL_write(e->ssl, text, (int)strlen(text)), (int)strlen(text));
	rig_run(r);
}

static struct str end_read(struct rig *r, struct end *e)
{
	char part[4096];
	int n;

	rig_run(r);
	buf_reset(&e->in);
	while ((n = SSL_read(e->ssl, part, sizeof(part))) > 0)
		buf_add(&e->in, str_of(part, (size_t)n));
	return buf_str(&e->in);
}

static int begin(void **state)
{
	long since = (long)time(NULL);

	(void)state;
	ca = made_new(&(struct make){
		.cn = "ca", .ca = true, .from = -since - 3600, .to = 100000 - since});
	leaf = made_new(&(struct make){.cn = "leaf",
		.san = "DNS:b.example",
		.by = &ca,
		.from = -since - 3600,
		.to = 100000 - since});
	return 0;
}

static int finish(void **state)
{
	(void)state;
	made_free(&ca);
	made_free(&leaf);
	return 0;
}

static void rig_tls(struct rig *r)
{
	rig_init(r);
	r->port_edit = tls_port;
	rig_simple(r);
}

/* --- clients ------------------------------------------------------------------------------- */

static void serves(void **state)
{
	struct rig r;
	struct peer client, backend;
	struct end e;

	(void)state;
	rig_tls(&r);
	client = peer_connect(&r);
	e = end_of(&client, false);
	end_shake(&r, &e);
	end_send(&r, &e, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
	backend = peer_accept(&r, 0);
	peer_expect(&backend, "GET /x HTTP/1.1\r\nHost: a\r\nx-forwarded-for: 127.0.0.1\r\n"
			      "x-forwarded-proto: https\r\nx-forwarded-host: a\r\n"
			      "x-forwarded-port: 80\r\nx-request-id: R\r\n\r\n");
	peer_send(&backend, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
	assert_true(str_ends(end_read(&r, &e), STR("\r\n\r\nok")));
	/* idle for too long: close_notify, then FIN */
	rig_advance(&r, SEC(80));
	assert_int_equal(end_read(&r, &e).n, 0);
	assert_int_equal(SSL_get_shutdown(e.ssl), SSL_RECEIVED_SHUTDOWN);
	end_free(&e);
	peer_close(&client);
	peer_close(&backend);
	rig_fini(&r);
}

static void slow_handshakes_end(void **state)
{
	struct rig r;
	struct peer silent, slow;

	(void)state;
	rig_tls(&r);
	silent = peer_connect(&r);
	slow = peer_connect(&r);
	for (int i = 0; i < 9; i++) {
		peer_send_n(&slow, &"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"[i], 1);
		rig_advance(&r, SEC(1));
	}
	peer_quiet(&silent);
	peer_quiet(&slow);
	rig_advance(&r, SEC(2));
	peer_expect_eof(&silent);
	peer_expect_eof(&slow);
	peer_close(&silent);
	peer_close(&slow);
	rig_fini(&r);
}

static void ends_while_shaking(void **state)
{
	struct rig r;
	struct peer client;
	int fd;

	(void)state;
	rig_tls(&r);
	client = peer_connect(&r);
	peer_send_n(&client, "\x16\x03\x01", 3);
	fd = client.fd;
	rig_fini(&r); /* nothing is left over: the worker's slabs say so */
	close(fd);
	buf_fini(&client.in);
}

/* Who connected before the end still gets his answer, and is told to go. */
static void drains_after_a_handshake(void **state)
{
	struct rig r;
	struct peer client, backend;
	struct end e;
	struct str got;

	(void)state;
	rig_tls(&r);
	client = peer_connect(&r);
	e = end_of(&client, false);
	rig_run(&r);
	proxy_drain(r.proxy, PROXY_DRAIN_END);
	end_shake(&r, &e);
	end_send(&r, &e, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	backend = peer_accept(&r, 0);
	peer_send(&backend, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	got = end_read(&r, &e);
	assert_true(str_starts(got, STR("HTTP/1.1 200 OK\r\n")));
	assert_int_equal(SSL_get_shutdown(e.ssl) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);
	end_free(&e);
	peer_close(&client);
	peer_close(&backend);
	rig_run(&r);
	assert_int_equal(r.drained, 1);
	rig_fini(&r);
}

/* A listener that was clear text asks for TLS now: connections of before are not served. */
static void clear_text_of_before(void **state)
{
	struct rig r;
	struct peer client, backend;

	(void)state;
	rig_init(&r);
	rig_simple(&r);
	client = peer_connect(&r);
	peer_send(&client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	backend = peer_accept(&r, 0);
	peer_expect(&backend, "GET / HTTP/1.1\r\nHost: a\r\n" RIG_FORWARDED("a") "\r\n");
	peer_send(&backend, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	peer_expect_answer(&client, 200, "");
	r.port_edit = tls_port;
	rig_simple(&r);
	peer_send(&client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	peer_expect_answer(&client, 421, "misdirected");
	peer_expect_eof(&client);
	peer_quiet(&backend);
	peer_close(&client);
	peer_close(&backend);
	rig_fini(&r);
}

/* --- upstreams ----------------------------------------------------------------------------- */

static struct peer ask(struct rig *r, struct peer *ret_backend)
{
	struct peer client;

	rig_init(r);
	r->upstream_edit = tls_upstream;
	rig_simple(r);
	client = peer_connect(r);
	peer_send(&client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	*ret_backend = peer_accept(r, 0);
	return client;
}

static void speaks_tls_upstream(void **state)
{
	struct rig r;
	struct peer client, backend;
	struct end e;

	(void)state;
	client = ask(&r, &backend);
	e = end_of(&backend, true);
	end_shake(&r, &e);
	assert_string_equal(SSL_get_servername(e.ssl, TLSEXT_NAMETYPE_host_name), "b.example");
	assert_true(str_starts(end_read(&r, &e), STR("GET / HTTP/1.1\r\nHost: a\r\n")));
	end_send(&r, &e, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	peer_expect_answer(&client, 200, "");
	/* the connection is pooled, and taken again */
	peer_send(&client, "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_true(str_starts(end_read(&r, &e), STR("GET /2 HTTP/1.1\r\n")));
	/* an answer cut short below TLS must not look whole */
	end_send(&r, &e, "HTTP/1.1 200 OK\r\n\r\npart");
	peer_fin(&backend);
	rig_run(&r);
	peer_expect(&client, "HTTP/1.1 200 OK\r\n" RIG_DATE "Transfer-Encoding: chunked\r\n\r\n"
			     "4\r\npart\r\n");
	peer_expect_reset(&client);
	end_free(&e);
	peer_close(&client);
	peer_close(&backend);
	rig_fini(&r);
}

static void upstream_that_is_silent(void **state)
{
	struct rig r;
	struct peer client, backend;

	(void)state;
	client = ask(&r, &backend);
	rig_advance(&r, SEC(4));
	peer_quiet(&client);
	rig_advance(&r, SEC(2));
	peer_expect_answer(&client, 503, "connect_timeout");
	peer_close(&client);
	peer_close(&backend);
	rig_fini(&r);
}

static void upstream_that_leaves(void **state)
{
	struct rig r;
	struct peer client, backend;

	(void)state;
	client = ask(&r, &backend);
	peer_drain(&backend);
	peer_close(&backend);
	peer_expect_answer(&client, 502, "upstream_tls");
	peer_close(&client);
	rig_fini(&r);
}

static void upstream_in_clear_text(void **state)
{
	struct rig r;
	struct peer client, backend;

	(void)state;
	client = ask(&r, &backend);
	peer_send(&backend, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	peer_expect_answer(&client, 502, "upstream_tls");
	peer_close(&client);
	peer_close(&backend);
	rig_fini(&r);
}

static void client_leaves_while_shaking(void **state)
{
	struct rig r;
	struct peer client, backend;

	(void)state;
	client = ask(&r, &backend);
	peer_reset(&client);
	rig_advance(&r, SEC(6));
	assert_int_equal(rig_worker(&r, 0)->upconns.used, 0);
	assert_int_equal(rig_worker(&r, 0)->tls.streams.used, 0);
	peer_close(&backend);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serves),
		cmocka_unit_test(slow_handshakes_end),
		cmocka_unit_test(ends_while_shaking),
		cmocka_unit_test(drains_after_a_handshake),
		cmocka_unit_test(clear_text_of_before),
		cmocka_unit_test(speaks_tls_upstream),
		cmocka_unit_test(upstream_that_is_silent),
		cmocka_unit_test(upstream_that_leaves),
		cmocka_unit_test(upstream_in_clear_text),
		cmocka_unit_test(client_leaves_while_shaking),
	};

	return cmocka_run_group_tests(tests, begin, finish);
}
