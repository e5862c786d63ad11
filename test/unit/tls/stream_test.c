/* SPDX-License-Identifier: Apache-2.0 */
/* Both sides of TLS on one loop, over loopback. */
#include "net/fixture.h"

#include "tls/certs.h"
#include "tls/client.h"
#include "tls/server.h"

static struct made ca, other_ca;

struct side {
	struct tcp tcp;
	struct tls *tls;
	struct op hs, shut;
	struct recv_op rx;
	struct send_op tx;
	struct hup_op hup;
	struct seen hs_seen, rx_seen, tx_seen, shut_seen;
};

#define SEEN(fn, field)                                                \
	static void fn(struct op *op, int res)                         \
	{                                                              \
		struct side *s = container_of(op, struct side, field); \
		s->fn##_seen.n++;                                      \
		s->fn##_seen.res = res;                                \
	}
SEEN(hs, hs)
SEEN(rx, rx.op)
SEEN(tx, tx.op)
SEEN(shut, shut)

/* A server with one policy, and a client that expects <name>. */
struct world {
	struct loop *loop;
	struct tls_thread thread;
	struct tls_policy *policy;
	struct tls_client *client;
	struct side s, c;
	char asked[256]; /* SNI as the server saw it */
};

static struct tls_policy *choose(void *ctx, struct str name)
{
	struct world *w = ctx;

	memcpy(w->asked, name.p ? name.p : "", name.n);
	w->asked[name.n] = 0;
	return name.n && str_starts(name, STR("unknown")) ? NULL : w->policy;
}

static void side_init(struct side *s)
{
	op_init(&s->hs, hs);
	op_init(&s->shut, shut);
	recv_op_init(&s->rx, rx);
	send_op_init(&s->tx, tx);
}

static void world_begin(struct world *w)
{
	*w = (struct world){.loop = fixture_loop(NULL, NULL)};
	tls_thread_init(&w->thread, w->loop);
	side_init(&w->s);
	side_init(&w->c);
}

static void policy_set(struct world *w, const struct made *leaf, const struct made *clients,
	bool optional, const char *id)
{
	struct pki_pair *pair = made_pair(leaf);
	struct pki_trust *trust = clients ? made_trust(clients) : NULL;
	struct tls_policy_config config = {.id = str_from(id),
		.pairs = &pair,
		.npairs = 1,
		.clients = trust,
		.clients_optional = optional};

	tls_policy_unref(w->policy);
	assert_int_equal(tls_policy_new(&config, &w->policy), 0);
	pki_pair_unref(pair);
	pki_trust_unref(trust);
}

static void client_set(struct world *w, const char *name, const struct pki_name *sans, size_t n,
	const struct made *trusts, const struct made *shows)
{
	struct pki_pair *pair = shows ? made_pair(shows) : NULL;
	struct pki_trust *trust = made_trust(trusts);
	struct tls_client_config config = {
		.name = str_from(name), .sans = sans, .nsans = n, .trust = trust, .pair = pair};

	tls_client_unref(w->client);
	assert_int_equal(tls_client_new(&config, &w->client), 0);
	pki_pair_unref(pair);
	pki_trust_unref(trust);
}

static void world_pair(struct world *w, int fds[2])
{
	struct addr none = {0};

	fixture_pair(fds);
	assert_int_equal(tcp_init(&w->s.tcp, w->loop, fds[0], &none), 0);
	w->s.tls = tls_accept(&w->thread, &w->s.tcp.stream, choose, w);
	tls_handshake(w->s.tls, &w->s.hs);
}

static void handshake(struct world *w)
{
	struct addr none = {0};
	int fds[2];

	world_pair(w, fds);
	assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(tcp_init(&w->c.tcp, w->loop, fds[1], &none), 0);
	w->c.tls = tls_connect(&w->thread, w->client, &w->c.tcp.stream);
	tls_handshake(w->c.tls, &w->c.hs);
	TICK_UNTIL(w->loop, w->c.hs_seen.n);
	if (w->c.hs_seen.res < 0)
		stream_close(tls_stream(w->c.tls));
	TICK_UNTIL(w->loop, w->s.hs_seen.n);
}

static void world_close(struct world *w)
{
	if (w->c.tls)
		tls_free(w->c.tls);
	if (w->s.tls)
		tls_free(w->s.tls);
	TICK_UNTIL(w->loop, w->thread.streams.used == 0);
	w->c = w->s = (struct side){0};
	side_init(&w->s);
	side_init(&w->c);
}

static void world_end(struct world *w)
{
	world_close(w);
	tls_policy_unref(w->policy);
	tls_client_unref(w->client);
	tls_thread_fini(&w->thread);
	loop_free(w->loop);
}

static struct made server_leaf(const char *san)
{
	return made_new(&(struct make){.cn = "leaf", .san = san, .by = &ca});
}

static int authorities(void **state)
{
	(void)state;
	ca = made_new(&(struct make){.cn = "ca", .ca = true});
	other_ca = made_new(&(struct make){.cn = "other", .ca = true});
	return 0;
}

static int authorities_end(void **state)
{
	(void)state;
	made_free(&ca);
	made_free(&other_ca);
	return 0;
}

/* --- data --------------------------------------------------------------------------------- */

static void receive_all(struct world *w, struct side *to, char *p, size_t n)
{
	size_t at = 0;

	while (at < n) {
		struct slice got;

		to->rx_seen.n = 0;
		stream_recv(tls_stream(to->tls), &to->rx, NBUF_LARGE);
		TICK_UNTIL(w->loop, to->rx_seen.n);
		if (to->rx_seen.res <= 0)
			fail_msg("receive: %d at %zu of %zu", to->rx_seen.res, at, n);
		got = to->rx.got;
		assert_true(at + got.n <= n);
		memcpy(p + at, got.p, got.n);
		at += got.n;
		slice_drop(&got);
	}
}

static void carry(struct world *w, struct side *from, struct side *to, size_t n)
{
	char *out = mem_alloc(n), *in = mem_alloc(n);
	struct slice v[4];
	size_t cut = MIN(n, 100);

	for (size_t i = 0; i < n; i++)
		out[i] = (char)(i * 31 + i / 251);
	v[0] = slice_plain(str_of(out, cut / 2));
	v[1] = slice_plain((struct str){0});
	v[2] = slice_plain(str_of(out + cut / 2, cut - cut / 2));
	v[3] = slice_plain(str_of(out + cut, n - cut));
	from->tx_seen.n = 0;
	stream_send(tls_stream(from->tls), &from->tx, v, 4, 0);
	assert_int_equal(from->tx_seen.n, 0); /* never from inside a submit */
	receive_all(w, to, in, n);
	TICK_UNTIL(w->loop, from->tx_seen.n);
	assert_int_equal(from->tx_seen.res, 0);
	assert_int_equal(from->tx.sent, n);
	assert_memory_equal(in, out, n);
	mem_free(out);
	mem_free(in);
}

static void carries_bytes(void **state)
{
	struct made leaf = server_leaf("DNS:a.example");
	struct world w;

	(void)state;
	world_begin(&w);
	policy_set(&w, &leaf, NULL, false, "l");
	client_set(&w, "a.example", NULL, 0, &ca, NULL);
	handshake(&w);
	assert_int_equal(w.s.hs_seen.res, 0);
	assert_int_equal(w.c.hs_seen.res, 0);
	assert_string_equal(w.asked, "a.example");
	assert_str(tls_version(w.c.tls), "TLSv1.3");
	carry(&w, &w.c, &w.s, 1);
	carry(&w, &w.s, &w.c, 100);
	carry(&w, &w.c, &w.s, 5000);
	carry(&w, &w.s, &w.c, 3 << 20);
	carry(&w, &w.c, &w.s, 3 << 20);
	world_end(&w);
	made_free(&leaf);
}

static void ends(void **state)
{
	struct made leaf = server_leaf("DNS:a.example");
	struct world w;

	(void)state;
	for (int cut = 0; cut < 3; cut++) {
		world_begin(&w);
		policy_set(&w, &leaf, NULL, false, "l");
		client_set(&w, "a.example", NULL, 0, &ca, NULL);
		handshake(&w);
		stream_recv(tls_stream(w.s.tls), &w.s.rx, 100);
		if (cut == 0)
			stream_shutdown(tls_stream(w.c.tls), &w.c.shut);
		else if (cut == 1)
			stream_close(tls_stream(w.c.tls)); /* says close_notify too */
		else
			stream_close(&w.c.tcp.stream); /* below: as if the way were cut */
		TICK_UNTIL(w.loop, w.s.rx_seen.n);
		assert_int_equal(w.s.rx_seen.res, cut == 2 ? -ECONNRESET : 0);
		if (cut == 0) {
			assert_int_equal(w.c.shut_seen.res, 0);
			/* the other direction goes on */
			carry(&w, &w.s, &w.c, 100000);
		}
		world_end(&w);
	}
	made_free(&leaf);
}

static void cancels(void **state)
{
	struct made leaf = server_leaf("DNS:a.example");
	struct world w;

	(void)state;
	world_begin(&w);
	policy_set(&w, &leaf, NULL, false, "l");
	client_set(&w, "a.example", NULL, 0, &ca, NULL);
	handshake(&w);
	stream_recv(tls_stream(w.s.tls), &w.s.rx, 100);
	stream_cancel(tls_stream(w.s.tls), &w.s.rx.op);
	TICK_UNTIL(w.loop, w.s.rx_seen.n);
	assert_int_equal(w.s.rx_seen.res, -ECANCELED);
	/* what comes meanwhile is not lost */
	carry(&w, &w.c, &w.s, 70000);
	/* a close ends what is in flight */
	w.s.rx_seen.n = 0;
	stream_recv(tls_stream(w.s.tls), &w.s.rx, 100);
	stream_close(tls_stream(w.s.tls));
	assert_int_equal(w.s.rx_seen.n, 0);
	TICK_UNTIL(w.loop, w.s.rx_seen.n);
	assert_int_equal(w.s.rx_seen.res, -ECANCELED);
	world_end(&w);
	made_free(&leaf);
}

/* Many connections at once: at most so many handshakes begin in a tick, and all are served. */
static void takes_turns(void **state)
{
	enum { N = 20 };
	struct made leaf = server_leaf("DNS:a.example");
	static struct side s[N], c[N];
	struct addr none = {0};
	struct world w;
	unsigned waited = 0, done = 0;

	(void)state;
	world_begin(&w);
	policy_set(&w, &leaf, NULL, false, "l");
	client_set(&w, "a.example", NULL, 0, &ca, NULL);
	for (int i = 0; i < N; i++) {
		int fds[2];

		side_init(&s[i]);
		side_init(&c[i]);
		fixture_pair(fds);
		assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
		assert_int_equal(tcp_init(&s[i].tcp, w.loop, fds[0], &none), 0);
		assert_int_equal(tcp_init(&c[i].tcp, w.loop, fds[1], &none), 0);
		s[i].tls = tls_accept(&w.thread, &s[i].tcp.stream, choose, &w);
		c[i].tls = tls_connect(&w.thread, w.client, &c[i].tcp.stream);
		tls_handshake(s[i].tls, &s[i].hs);
		tls_handshake(c[i].tls, &c[i].hs);
	}
	for (int tick = 0; tick < 4000 && done < 2 * N; tick++) {
		done = 0;
		loop_tick(w.loop, MSEC(1));
		waited += !list_empty(&w.thread.waiting);
		for (int i = 0; i < N; i++)
			done += (unsigned)(s[i].hs_seen.n + c[i].hs_seen.n);
	}
	assert_int_equal(done, 2 * N);
	assert_true(waited >= N / TLS_TURNS - 2);
	for (int i = 0; i < N; i++) {
		assert_int_equal(s[i].hs_seen.res, 0);
		tls_free(s[i].tls);
		tls_free(c[i].tls);
	}
	TICK_UNTIL(w.loop, w.thread.streams.used == 0);
	world_end(&w);
	made_free(&leaf);
}

/* A stream that goes away while it waits for its turn. */
static void leaves_while_waiting(void **state)
{
	struct made leaf = server_leaf("DNS:a.example");
	struct world w;
	int fds[2];

	(void)state;
	world_begin(&w);
	policy_set(&w, &leaf, NULL, false, "l");
	world_pair(&w, fds);
	loop_tick(w.loop, 0);
	stream_close(tls_stream(w.s.tls));
	TICK_UNTIL(w.loop, w.s.hs_seen.n);
	assert_int_equal(w.s.hs_seen.res, -ECANCELED);
	close(fds[1]);
	world_end(&w);
	made_free(&leaf);
}

/* --- who is who --------------------------------------------------------------------------- */

static void expect(const struct made *leaf, const char *name, const struct pki_name *sans, size_t n,
	const struct made *trusts, const char *why)
{
	struct world w;

	world_begin(&w);
	policy_set(&w, leaf, NULL, false, "l");
	client_set(&w, name, sans, n, trusts, NULL);
	handshake(&w);
	if (!why) {
		assert_int_equal(w.c.hs_seen.res, 0);
		assert_true(tls_peer_verified(w.c.tls));
	} else {
		assert_int_equal(w.c.hs_seen.res, -EPROTO);
		assert_str(tls_why(w.c.tls), why);
	}
	world_end(&w);
}

static void verifies_servers(void **state)
{
	struct made good =
		server_leaf("DNS:a.example,DNS:*.w.example,URI:spiffe://x/y,IP:10.0.0.1");
	struct made old = made_new(&(struct make){
		.cn = "a", .san = "DNS:a.example", .by = &ca, .from = -7200, .to = -3600});
	struct made early = made_new(&(struct make){
		.cn = "a", .san = "DNS:a.example", .by = &ca, .from = 3600, .to = 7200});
	struct made self = made_new(&(struct make){.cn = "a", .san = "DNS:a.example"});
	struct made client = made_new(
		&(struct make){.cn = "a", .san = "DNS:a.example", .eku = "clientAuth", .by = &ca});
	struct made cn = made_new(&(struct make){.cn = "a.example", .by = &ca});
	const struct pki_name uri = {STR("spiffe://x/y"), true}, bad = {STR("spiffe://x"), true};
	const struct pki_name two[] = {{STR("b.example"), false}, {STR("a.example"), false}};

	(void)state;
	expect(&good, "a.example", NULL, 0, &ca, NULL);
	expect(&good, "A.Example", NULL, 0, &ca, NULL);
	expect(&good, "x.w.example", NULL, 0, &ca, NULL);
	expect(&good, "10.0.0.1", NULL, 0, &ca, NULL);
	expect(&good, "other", &uri, 1, &ca, NULL);
	expect(&good, "other", two, 2, &ca, NULL);
	expect(&good, "b.example", NULL, 0, &ca, "hostname mismatch");
	expect(&good, "x.y.w.example", NULL, 0, &ca, "hostname mismatch");
	expect(&good, "w.example", NULL, 0, &ca, "hostname mismatch");
	expect(&good, "10.0.0.2", NULL, 0, &ca, "hostname mismatch");
	expect(&good, "a.example", &bad, 1, &ca, "hostname mismatch");
	expect(&good, "a.example", two, 1, &ca, "hostname mismatch");
	expect(&cn, "a.example", NULL, 0, &ca, "hostname mismatch");
	expect(&good, "a.example", NULL, 0, &other_ca, "unable to get local issuer certificate");
	expect(&old, "a.example", NULL, 0, &ca, "certificate has expired");
	expect(&early, "a.example", NULL, 0, &ca, "certificate is not yet valid");
	expect(&self, "a.example", NULL, 0, &ca, "self-signed certificate");
	expect(&self, "a.example", NULL, 0, &self, NULL); /* it is itself the anchor */
	expect(&client, "a.example", NULL, 0, &ca, "unsuitable certificate purpose");
	made_free(&good);
	made_free(&old);
	made_free(&early);
	made_free(&self);
	made_free(&client);
	made_free(&cn);
}

static void expect_client(const struct made *shows, bool optional, int res, bool verified)
{
	struct made leaf = server_leaf("DNS:a.example");
	struct world w;

	world_begin(&w);
	policy_set(&w, &leaf, &other_ca, optional, "l");
	client_set(&w, "a.example", NULL, 0, &ca, shows);
	handshake(&w);
	assert_int_equal(w.s.hs_seen.res, res);
	assert_int_equal(tls_peer_verified(w.s.tls), verified);
	world_end(&w);
	made_free(&leaf);
}

static void verifies_clients(void **state)
{
	struct made good = made_new(&(struct make){.cn = "c", .by = &other_ca});
	struct made server =
		made_new(&(struct make){.cn = "c", .eku = "serverAuth", .by = &other_ca});
	struct made old =
		made_new(&(struct make){.cn = "c", .by = &other_ca, .from = -7200, .to = -3600});
	struct made foreign = made_new(&(struct make){.cn = "c", .by = &ca});

	(void)state;
	expect_client(&good, false, 0, true);
	expect_client(NULL, false, -EPROTO, false);
	expect_client(&server, false, -EPROTO, false);
	expect_client(&old, false, -EPROTO, false);
	expect_client(&foreign, false, -EPROTO, false);
	expect_client(&good, true, 0, true);
	expect_client(NULL, true, 0, false);
	expect_client(&foreign, true, 0, false);
	expect_client(&old, true, 0, false);
	made_free(&good);
	made_free(&server);
	made_free(&old);
	made_free(&foreign);
}

static void unknown_name(void **state)
{
	struct made leaf = server_leaf("DNS:a.example");
	struct world w;

	(void)state;
	world_begin(&w);
	policy_set(&w, &leaf, NULL, false, "l");
	client_set(&w, "unknown.example", NULL, 0, &ca, NULL);
	handshake(&w);
	assert_int_equal(w.s.hs_seen.res, -EPROTO);
	assert_str(tls_why(w.s.tls), "no listener has this server name");
	assert_int_equal(w.c.hs_seen.res, -EPROTO);
	assert_str(tls_why(w.c.tls), "tlsv1 unrecognized name");
	world_end(&w);
	made_free(&leaf);
}

/* --- names and cuts ----------------------------------------------------------------------- */

static void parses_names(void **state)
{
	const struct {
		struct str ext;
		const char *name; /* NULL: refused */
	} rows[] = {
		{STR("\0\x06\0\0\x03"
		     "a.b"),
			"a.b"},
		{STR("\0\x04\0\0\x01"
		     "A"),
			"A"},
		{STR("\0\x03\0\0\0"), NULL},
		{STR("\0\x06\0\0\x03"
		     "a\0b"),
			NULL},
		{STR("\0\x06\0\0\x03"
		     "a:1"),
			NULL},
		{STR("\0\x06\x01\0\x03"
		     "a.b"),
			NULL},
		{STR("\0\x07\0\0\x03"
		     "a.b"),
			NULL},
		{STR("\0\x06\0\0\x04"
		     "a.b"),
			NULL},
		{STR("\0\x06\0\0\x03"
		     "a.bc"),
			NULL},
		{STR("\0\x0a\0\0\x03"
		     "a.b\0\0\x01"
		     "c"),
			NULL}, /* two names */
		{STR(""), NULL},
		{STR("\0"), NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str name;
		int r = tls_name_parse(rows[i].ext, &name);

		assert_int_equal(r, rows[i].name ? 0 : -EINVAL);
		if (rows[i].name)
			assert_str(name, rows[i].name);
	}
}

/* Bytes of <from> go to <to> one by one, the loop running in between. */
static void relay(struct world *w, int from, int to)
{
	char c;

	while (recv(from, &c, 1, MSG_DONTWAIT) == 1) {
		assert_int_equal(send(to, &c, 1, MSG_NOSIGNAL), 1);
		loop_tick(w->loop, 0);
	}
}

static void byte_by_byte(void **state)
{
	struct made leaf = server_leaf("DNS:a.example");
	struct addr none = {0};
	struct world w;
	int s[2], c[2];

	(void)state;
	world_begin(&w);
	policy_set(&w, &leaf, NULL, false, "l");
	client_set(&w, "a.example", NULL, 0, &ca, NULL);
	world_pair(&w, s);
	fixture_pair(c);
	assert_int_equal(tcp_init(&w.c.tcp, w.loop, c[0], &none), 0);
	w.c.tls = tls_connect(&w.thread, w.client, &w.c.tcp.stream);
	tls_handshake(w.c.tls, &w.c.hs);
	for (int i = 0; i < 1000 && !(w.c.hs_seen.n && w.s.hs_seen.n); i++) {
		loop_tick(w.loop, MSEC(1));
		relay(&w, c[1], s[1]);
		relay(&w, s[1], c[1]);
	}
	assert_int_equal(w.c.hs_seen.n, 1);
	assert_int_equal(w.c.hs_seen.res, 0);
	assert_int_equal(w.s.hs_seen.res, 0);
	assert_string_equal(w.asked, "a.example");
	close(s[1]);
	close(c[1]);
	world_end(&w);
	made_free(&leaf);
}

static void garbage(void **state)
{
	static const char *const rows[] = {
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n",
		"\x16\x03\x01\xff\xff",
		"\x80\x2e\x01\x03\x01",
		"\x15\x03\x01",
	};
	struct made leaf = server_leaf("DNS:a.example");
	struct world w;

	(void)state;
	world_begin(&w);
	policy_set(&w, &leaf, NULL, false, "l");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int fds[2];

		world_pair(&w, fds);
		assert_true(send(fds[1], rows[i], strlen(rows[i]), 0) > 0);
		shutdown(fds[1], SHUT_WR);
		TICK_UNTIL(w.loop, w.s.hs_seen.n);
		assert_true(w.s.hs_seen.res == -EPROTO || w.s.hs_seen.res == -ECONNRESET);
		close(fds[1]);
		world_close(&w);
	}
	world_end(&w);
	made_free(&leaf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_bytes),
		cmocka_unit_test(ends),
		cmocka_unit_test(cancels),
		cmocka_unit_test(takes_turns),
		cmocka_unit_test(leaves_while_waiting),
		cmocka_unit_test(verifies_servers),
		cmocka_unit_test(verifies_clients),
		cmocka_unit_test(unknown_name),
		cmocka_unit_test(parses_names),
		cmocka_unit_test(byte_by_byte),
		cmocka_unit_test(garbage),
	};

	return cmocka_run_group_tests(tests, authorities, authorities_end);
}
