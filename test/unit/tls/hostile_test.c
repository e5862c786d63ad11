/* SPDX-License-Identifier: Apache-2.0 */
/* A client that misuses the protocol: OpenSSL by hand, on a socket of its own. */
#include "net/fixture.h"

#include <openssl/ssl.h>

#include "tls/certs.h"
#include "tls/server.h"

struct world {
	struct loop *loop;
	struct tls_thread thread;
	struct tls_policy *policies[2]; /* by name: "a.example", any other */
	struct tcp tcp;
	struct tls *tls;
	struct op hs;
	struct recv_op rx;
	struct seen hs_seen, rx_seen;
	SSL_CTX *context;
	SSL *ssl; /* the client's */
	SSL_SESSION *session; /* of the last ticket */
	int fd;
};

static struct made ca, leaf;

static struct tls_policy *choose(void *ctx, struct str name)
{
	struct world *w = ctx;

	return w->policies[!str_eq(name, STR("a.example"))];
}

static void hs_done(struct op *op, int res)
{
	struct world *w = container_of(op, struct world, hs);

	w->hs_seen.n++;
	w->hs_seen.res = res;
}

/* Takes all there is, until the end. */
static void rx_done(struct op *op, int res)
{
	struct world *w = container_of(op, struct world, rx.op);

	slice_drop(&w->rx.got);
	w->rx_seen.n++;
	w->rx_seen.res = res;
	if (res > 0)
		stream_recv(tls_stream(w->tls), &w->rx, NBUF_LARGE);
}

static int ticket(SSL *ssl, SSL_SESSION *s)
{
	struct world *w = SSL_get_ex_data(ssl, 0);

	SSL_SESSION_free(w->session);
	w->session = s;
	return 1;
}

static struct tls_policy *policy(const char *id, const struct made *clients, bool optional)
{
	struct pki_pair *pair = made_pair(&leaf);
	struct pki_trust *trust = clients ? made_trust(clients) : NULL;
	struct tls_policy_config config = {.id = str_from(id),
		.pairs = &pair,
		.npairs = 1,
		.clients = trust,
		.clients_optional = optional};
	struct tls_policy *p = NULL;

	assert_int_equal(tls_policy_new(&config, &p), 0);
	pki_pair_unref(pair);
	pki_trust_unref(trust);
	return p;
}

static void world_begin(struct world *w, int version)
{
	*w = (struct world){.loop = fixture_loop(NULL, NULL)};
	tls_thread_init(&w->thread, w->loop);
	op_init(&w->hs, hs_done);
	recv_op_init(&w->rx, rx_done);
	w->context = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_security_level(w->context, 0);
	SSL_CTX_set_min_proto_version(w->context, version);
	SSL_CTX_set_max_proto_version(w->context, version);
	SSL_CTX_set_session_cache_mode(w->context, SSL_SESS_CACHE_CLIENT);
	SSL_CTX_sess_set_new_cb(w->context, ticket);
}

static void connect_to(struct world *w, const char *name, bool resume)
{
	struct addr none = {0};
	int fds[2];

	fixture_pair(fds);
	w->fd = fds[1];
	assert_int_equal(fcntl(w->fd, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(tcp_init(&w->tcp, w->loop, fds[0], &none), 0);
	w->hs_seen = w->rx_seen = (struct seen){0};
	w->tls = tls_accept(&w->thread, &w->tcp.stream, choose, w);
	tls_handshake(w->tls, &w->hs);
	w->ssl = SSL_new(w->context);
	SSL_set_ex_data(w->ssl, 0, w);
	SSL_set_fd(w->ssl, w->fd);
	SSL_set_connect_state(w->ssl);
	/* The macro casts its text to void *. */
	SSL_set_tlsext_host_name(w->ssl, (char *)(uintptr_t)name);
	if (resume)
		assert_true(SSL_set_session(w->ssl, w->session));
}

/* Runs both until the server has its result. */
static int shake(struct world *w)
{
	for (int i = 0; i < 4000 && !w->hs_seen.n; i++) {
		int r = SSL_do_handshake(w->ssl);

		if (r != 1 && SSL_get_error(w->ssl, r) != SSL_ERROR_WANT_READ)
			shutdown(w->fd, SHUT_WR);
		loop_tick(w->loop, MSEC(1));
	}
	assert_int_equal(w->hs_seen.n, 1);
	if (w->hs_seen.res == 0)
		stream_recv(tls_stream(w->tls), &w->rx, NBUF_LARGE);
	return w->hs_seen.res;
}

/* Reads what the server says, tickets above all. */
static void listen_a_while(struct world *w)
{
	char c[256];

	for (int i = 0; i < 20; i++) {
		(void)SSL_read(w->ssl, c, sizeof(c));
		loop_tick(w->loop, MSEC(1));
	}
}

static void disconnect(struct world *w)
{
	SSL_set_quiet_shutdown(w->ssl, 1);
	SSL_shutdown(w->ssl); /* or its session would count as broken */
	SSL_free(w->ssl);
	close(w->fd);
	tls_free(w->tls);
	TICK_UNTIL(w->loop, w->thread.streams.used == 0);
}

static void world_end(struct world *w)
{
	SSL_SESSION_free(w->session);
	SSL_CTX_free(w->context);
	tls_policy_unref(w->policies[0]);
	tls_policy_unref(w->policies[1]);
	tls_thread_fini(&w->thread);
	loop_free(w->loop);
}

static int begin(void **state)
{
	(void)state;
	ca = made_new(&(struct make){.cn = "ca", .ca = true});
	leaf = made_new(
		&(struct make){.cn = "leaf", .san = "DNS:a.example,DNS:b.example", .by = &ca});
	return 0;
}

static int end(void **state)
{
	(void)state;
	made_free(&ca);
	made_free(&leaf);
	return 0;
}

/* --- ClientHellos in pieces --------------------------------------------------------------- */

/* The client's bytes, taken out of its hands. */
static int said(BIO *b, char *p, int room)
{
	int n = BIO_read(b, p, room);

	assert_true(n > 0);
	return n;
}

/* Each byte of the ClientHello in a record of its own: the name is found, and nothing else is
 * decided before (RFC 8446 §5.1). */
static void hello_in_tiny_records(void **state)
{
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	struct world w;
	char hello[4096];
	int n;

	(void)state;
	world_begin(&w, TLS1_3_VERSION);
	w.policies[0] = policy("a", NULL, false); /* for any other name there is none */
	connect_to(&w, "a.example", false);
	SSL_set_bio(w.ssl, in, out);
	assert_int_equal(SSL_do_handshake(w.ssl), -1);
	n = said(out, hello, sizeof(hello));
	assert_int_equal(hello[0], 0x16);
	for (int i = 5; i < n; i++) {
		char record[6] = {0x16, 3, 1, 0, 1, hello[i]};

		assert_int_equal(send(w.fd, record, sizeof(record), MSG_NOSIGNAL), 6);
		if (i % 50 == 0)
			loop_tick(w.loop, 0);
		assert_int_equal(w.hs_seen.n, 0);
	}
	for (int i = 0; i < 1000 && !w.hs_seen.n; i++) {
		char part[4096];
		ssize_t got = recv(w.fd, part, sizeof(part), 0);

		if (got > 0)
			assert_int_equal(BIO_write(in, part, (int)got), got);
		(void)SSL_do_handshake(w.ssl);
		if (BIO_pending(out)) {
			n = said(out, part, sizeof(part));
			assert_int_equal(send(w.fd, part, (size_t)n, MSG_NOSIGNAL), n);
		}
		loop_tick(w.loop, MSEC(1));
	}
	assert_int_equal(w.hs_seen.res, 0);
	disconnect(&w);
	world_end(&w);
}

/* A second ClientHello, because the first offered no share for a group of ours. */
static void hello_twice(void **state)
{
	char groups[] = "X448:P-256"; /* the macro casts its text to char * */
	struct world w;

	(void)state;
	world_begin(&w, TLS1_3_VERSION);
	w.policies[0] = policy("a", NULL, false);
	connect_to(&w, "a.example", false);
	assert_true(SSL_set1_groups_list(w.ssl, groups));
	assert_int_equal(shake(&w), 0);
	assert_int_equal(w.thread.handshakes, 1);
	disconnect(&w);
	world_end(&w);
}

/* --- resumption --------------------------------------------------------------------------- */

static void resumes_only_at_home(int version)
{
	struct world w;

	world_begin(&w, version);
	w.policies[0] = policy("a", NULL, false);
	w.policies[1] = policy("b", NULL, false);
	connect_to(&w, "a.example", false);
	assert_int_equal(shake(&w), 0);
	listen_a_while(&w);
	assert_non_null(w.session);
	assert_false(tls_resumed(w.tls));
	disconnect(&w);

	connect_to(&w, "a.example", true);
	assert_int_equal(shake(&w), 0);
	assert_true(tls_resumed(w.tls));
	listen_a_while(&w);
	disconnect(&w);

	connect_to(&w, "b.example", true); /* another listener: a whole handshake */
	assert_int_equal(shake(&w), 0);
	assert_false(tls_resumed(w.tls));
	disconnect(&w);
	world_end(&w);
}

static void tickets_12(void **state)
{
	(void)state;
	resumes_only_at_home(TLS1_2_VERSION);
}

static void tickets_13(void **state)
{
	(void)state;
	resumes_only_at_home(TLS1_3_VERSION);
}

/* The same listener, which asks for certificates by now: the old ticket opens nothing. */
static void ticket_before_demands(void **state)
{
	(void)state;
	for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
		struct world w;

		world_begin(&w, version);
		w.policies[0] = policy("a", NULL, false);
		connect_to(&w, "a.example", false);
		assert_int_equal(shake(&w), 0);
		listen_a_while(&w);
		disconnect(&w);
		tls_policy_unref(w.policies[0]);
		w.policies[0] = policy("a", &ca, false);
		connect_to(&w, "a.example", true);
		assert_int_equal(shake(&w), -EPROTO);
		disconnect(&w);
		/* optional: let in, but as nobody */
		tls_policy_unref(w.policies[0]);
		w.policies[0] = policy("a", &ca, true);
		connect_to(&w, "a.example", true);
		assert_int_equal(shake(&w), 0);
		assert_false(tls_resumed(w.tls));
		assert_false(tls_peer_verified(w.tls));
		disconnect(&w);
		world_end(&w);
	}
}

/* A new certificate under the same demands: who was here may come back quickly. */
static void ticket_after_rotation(void **state)
{
	struct made old = leaf;
	struct world w;

	(void)state;
	world_begin(&w, TLS1_3_VERSION);
	w.policies[0] = policy("a", NULL, false);
	connect_to(&w, "a.example", false);
	assert_int_equal(shake(&w), 0);
	listen_a_while(&w);
	disconnect(&w);
	leaf = made_new(&(struct make){.cn = "new", .san = "DNS:a.example", .by = &ca});
	tls_policy_unref(w.policies[0]);
	w.policies[0] = policy("a", NULL, false);
	connect_to(&w, "a.example", true);
	assert_int_equal(shake(&w), 0);
	assert_true(tls_resumed(w.tls));
	disconnect(&w);
	world_end(&w);
	made_free(&leaf);
	leaf = old;
}

/* --- floods ------------------------------------------------------------------------------- */

static void opened(struct world *w, int version)
{
	world_begin(w, version);
	w->policies[0] = policy("a", NULL, false);
	connect_to(w, "a.example", false);
	assert_int_equal(shake(w), 0);
	listen_a_while(w);
}

static void key_updates(void **state)
{
	struct world w;
	int sent = 0;

	(void)state;
	opened(&w, TLS1_3_VERSION);
	/* a few, with data, are good manners */
	for (int i = 0; i < 10; i++) {
		assert_true(SSL_key_update(w.ssl, SSL_KEY_UPDATE_REQUESTED));
		assert_int_equal(SSL_write(w.ssl, "x", 1), 1);
		listen_a_while(&w);
	}
	assert_true(w.rx_seen.res > 0);
	/* nothing else for a long time is a flood */
	for (; sent < 10000 && w.rx_seen.res > 0; sent++) {
		assert_true(SSL_key_update(w.ssl, SSL_KEY_UPDATE_REQUESTED));
		if (SSL_do_handshake(w.ssl) != 1)
			break;
		loop_tick(w.loop, MSEC(1)); /* each is seen before the next is sent */
	}
	TICK_UNTIL(w.loop, w.rx_seen.res < 0);
	assert_int_equal(w.rx_seen.res, -EPROTO);
	assert_str(tls_why(w.tls), "too many handshake messages");
	assert_true(sent < 200);
	disconnect(&w);
	world_end(&w);
}

static void renegotiation(void **state)
{
	struct world w;
	int r = 1;

	(void)state;
	opened(&w, TLS1_2_VERSION);
	assert_true(SSL_renegotiate(w.ssl));
	for (int i = 0; i < 100; i++) {
		r = SSL_do_handshake(w.ssl);
		if (r != 1 && SSL_get_error(w.ssl, r) != SSL_ERROR_WANT_READ)
			break;
		loop_tick(w.loop, MSEC(1));
	}
	/* told no, after which this client gives up */
	assert_int_equal(SSL_get_error(w.ssl, r), SSL_ERROR_SSL);
	TICK_UNTIL(w.loop, w.rx_seen.n);
	assert_true(w.rx_seen.res < 0);
	assert_int_equal(w.thread.handshakes, 1);
	disconnect(&w);
	world_end(&w);
}

static void empty_records(void **state)
{
	struct world w;

	(void)state;
	opened(&w, TLS1_3_VERSION);
	/* many tiny records cost what they cost, and no tick is held by them */
	for (int i = 0; i < 20000; i++) {
		if (SSL_write(w.ssl, "x", 1) != 1)
			loop_tick(w.loop, 0);
	}
	TICK_UNTIL(w.loop, w.rx_seen.n > 0);
	assert_true(w.rx_seen.res > 0);
	disconnect(&w);
	world_end(&w);
}

/* A certificate chain of any length is bounded, and so is a ClientHello. */
static void oversized_hello(void **state)
{
	static const char head[] = "\x16\x03\x01\x40\x00\x01\x02\x00\x00\x03\x03";
	char *junk = mem_zalloc(16389);
	struct world w;

	(void)state;
	world_begin(&w, TLS1_3_VERSION);
	w.policies[0] = policy("a", NULL, false);
	connect_to(&w, "a.example", false);
	memcpy(junk, head, sizeof(head) - 1);
	for (int i = 0; i < 20 && !w.hs_seen.n; i++) {
		if (send(w.fd, junk, 16389, MSG_NOSIGNAL) < 0)
			break;
		for (int k = 0; k < 5; k++)
			loop_tick(w.loop, MSEC(1));
	}
	TICK_UNTIL(w.loop, w.hs_seen.n);
	assert_int_equal(w.hs_seen.res, -EPROTO);
	disconnect(&w);
	world_end(&w);
	mem_free(junk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello_in_tiny_records),
		cmocka_unit_test(hello_twice),
		cmocka_unit_test(tickets_12),
		cmocka_unit_test(tickets_13),
		cmocka_unit_test(ticket_before_demands),
		cmocka_unit_test(ticket_after_rotation),
		cmocka_unit_test(key_updates),
		cmocka_unit_test(renegotiation),
		cmocka_unit_test(empty_records),
		cmocka_unit_test(oversized_hello),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
