/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that begin with a PROXY header: who the client then is, and whom nobody answers. */
#include "helper_rig.h"

#include "proxy/metrics_priv.h"

#define V1 "PROXY TCP4 203.0.113.7 198.51.100.1 51234 443\r\n"
#define V2_HEAD "\r\n\r\n\0\r\nQUIT\n"
#define V2 V2_HEAD "\x21\x11\0\x0c\xcb\x00\x71\x07\xc6\x33\x64\x01\xc8\x22\x01\xbb"
#define LOCAL V2_HEAD "\x20\x00\0\0"
#define ASKED "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define FORWARDED_OF(client)                                                         \
	"GET / HTTP/1.1\r\nHost: a\r\n"                                              \
	"x-forwarded-for: " client "\r\n"                                            \
	"x-forwarded-proto: http\r\nx-forwarded-host: a\r\nx-forwarded-port: 80\r\n" \
	"x-request-id: R\r\n\r\n"

static const struct plan_cidr loopback = {{.ip = {127}, .family = 4}, 8};
static const struct plan_cidr elsewhere = {{.ip = {10}, .family = 4}, 8};
static struct plan_peers peers; /* of the ports that are put */

static void header_wanted(struct rig *r, struct plan_port *p)
{
	struct plan_bind *b = ARENA_NEW(plan_port_arena(p), struct plan_bind);

	(void)r;
	*b = p->binds[0];
	b->flags |= PLAN_BIND_PROXY_PROTOCOL;
	p->binds = b;
	p->peers = peers;
}

static void begin(struct rig *r)
{
	peers = (struct plan_peers){0};
	rig_init(r);
	r->port_edit = header_wanted;
}

static int64_t refused(const char *why)
{
	struct str label = str_from(why);
	metric_id id = metric_series(&metric_headers_refused, &label);
	int64_t n = (int64_t)metric_read(&metric_headers_refused, id);

	metric_release(&metric_headers_refused, id);
	return n;
}

/* A request of a client who is <client> reaches the backend and is answered. */
static void served(struct rig *r, struct peer *c, const char *forwarded)
{
	struct peer b = peer_accept(r, 0);

	peer_expect(&b, forwarded);
	peer_send(&b, "HTTP/1.1 204 No Content\r\n\r\n");
	peer_expect_answer(c, 204, "\r\n\r\n");
	peer_close(&b);
	peer_close(c);
	rig_run(r);
}

static void the_header_says_who_the_client_is(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *forwarded;
	} rows[] = {
		{V1 ASKED, sizeof(V1 ASKED) - 1, FORWARDED_OF("203.0.113.7")},
		{V2 ASKED, sizeof(V2 ASKED) - 1, FORWARDED_OF("203.0.113.7")},
		{LOCAL ASKED, sizeof(LOCAL ASKED) - 1, FORWARDED_OF("127.0.0.1")},
	};
	struct rig r;

	(void)state;
	begin(&r);
	rig_simple(&r);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (size_t cut = 0; cut < rows[i].n; cut++) { /* 0: whole */
			struct peer c = peer_connect(&r);

			if (cut) {
				peer_send_n(&c, rows[i].bytes, cut);
				rig_run(&r);
				peer_quiet(&c);
			}
			peer_send_n(&c, rows[i].bytes + cut, rows[i].n - cut);
			served(&r, &c, rows[i].forwarded);
		}
	}
	rig_fini(&r);
}

static void a_header_byte_by_byte(void **state)
{
	static const char all[] = V2 ASKED;
	struct peer c;
	struct rig r;

	(void)state;
	begin(&r);
	rig_simple(&r);
	c = peer_connect(&r);
	for (size_t i = 0; i < sizeof(all) - 1; i++) {
		peer_send_n(&c, &all[i], 1);
		rig_run(&r);
	}
	served(&r, &c, FORWARDED_OF("203.0.113.7"));
	rig_fini(&r);
}

/* The second request of a connection is the same client's. */
static void it_holds_for_the_whole_connection(void **state)
{
	struct peer c, b;
	struct rig r;

	(void)state;
	begin(&r);
	rig_simple(&r);
	c = peer_connect(&r);
	peer_send(&c, V1 ASKED ASKED);
	b = peer_accept(&r, 0);
	for (int i = 0; i < 2; i++) {
		peer_expect(&b, FORWARDED_OF("203.0.113.7"));
		peer_send(&b, "HTTP/1.1 204 No Content\r\n\r\n");
		peer_expect(&c, "HTTP/1.1 204 No Content\r\n" RIG_DATE "\r\n");
	}
	peer_close(&c);
	peer_close(&b);
	rig_fini(&r);
}

/* Nobody is answered who has no header, and each is counted under what was wrong. */
static void what_is_no_header_is_closed_and_counted(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *why;
	} rows[] = {
		{ASKED, sizeof(ASKED) - 1, "malformed"},
		{"PROXY TCP4 1.2.3.4\r\n", 20, "malformed"},
		{V2_HEAD "\x21\x11\xff\xff", 16, "too_long"},
		{V2_HEAD "\x21\x11\0\x13\1\2\3\4\1\2\3\4\0\1\0\2\x03\0\4bad!", 35, "checksum"},
	};
	struct rig r;

	(void)state;
	begin(&r);
	rig_simple(&r);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct peer c = peer_connect(&r);
		int64_t before = refused(rows[i].why);

		peer_send_n(&c, rows[i].bytes, rows[i].n);
		rig_run(&r);
		assert_int_equal(peer_read(&c).n, 0);
		assert_true(c.eof || c.err);
		assert_int_equal(refused(rows[i].why), before + 1);
		peer_close(&c);
		assert_false(peer_waiting(&r, 0));
	}
	rig_fini(&r);
}

static void an_end_before_the_header_s(void **state)
{
	int64_t before = refused("truncated");
	struct peer c;
	struct rig r;

	(void)state;
	begin(&r);
	rig_simple(&r);
	/* Balancers that only look whether we listen do no wrong. */
	c = peer_connect(&r);
	peer_fin(&c);
	peer_expect_eof(&c);
	peer_close(&c);
	assert_int_equal(refused("truncated"), before);
	c = peer_connect(&r);
	peer_send(&c, "PROXY TCP4 ");
	rig_run(&r);
	peer_fin(&c);
	peer_expect_eof(&c);
	peer_close(&c);
	assert_int_equal(refused("truncated"), before + 1);
	rig_fini(&r);
}

/* The head's timer, from accept on; bytes renew nothing. */
static void the_header_has_its_time(void **state)
{
	int64_t before = refused("timeout");
	struct peer c;
	struct rig r;

	(void)state;
	begin(&r);
	r.settings.head_timeout = SEC(10);
	rig_simple(&r);
	c = peer_connect(&r);
	rig_run(&r);
	for (int i = 0; i < 9; i++) {
		rig_advance(&r, SEC(1));
		peer_send(&c, i == 0 ? "PROXY UNKNOWN " : "x");
		peer_quiet(&c);
	}
	rig_advance(&r, SEC(1));
	peer_expect_eof(&c);
	assert_int_equal(refused("timeout"), before + 1);
	peer_close(&c);
	rig_fini(&r);
}

/* The header's timer ends with it, also where an idle client may stay for ever. */
static void then_the_client_has_his_own(void **state)
{
	struct peer c;
	struct rig r;

	(void)state;
	begin(&r);
	r.settings.head_timeout = SEC(10);
	r.settings.client_idle = 0;
	rig_simple(&r);
	c = peer_connect(&r);
	peer_send(&c, V1);
	rig_run(&r);
	rig_advance(&r, SEC(60));
	peer_quiet(&c);
	peer_send(&c, ASKED);
	served(&r, &c, FORWARDED_OF("203.0.113.7"));
	rig_fini(&r);
}

static void only_balancers_are_believed(void **state)
{
	int64_t before = refused("untrusted");
	struct peer c;
	struct rig r;

	(void)state;
	begin(&r);
	peers = (struct plan_peers){.balancers = &loopback, .nbalancers = 1};
	rig_simple(&r);
	c = peer_connect(&r);
	peer_send(&c, V1 ASKED);
	served(&r, &c, FORWARDED_OF("203.0.113.7"));
	/* From elsewhere: not even read. */
	peers.balancers = &elsewhere;
	rig_simple(&r);
	c = peer_connect(&r);
	rig_run(&r);
	peer_expect_eof(&c);
	assert_int_equal(refused("untrusted"), before + 1);
	peer_close(&c);
	/* Or served as whoever connects, and then a header is a bad request. */
	peers.others_plain = true;
	rig_simple(&r);
	c = peer_connect(&r);
	peer_send(&c, ASKED);
	served(&r, &c, FORWARDED_OF("127.0.0.1"));
	c = peer_connect(&r);
	peer_send(&c, V1 ASKED);
	peer_expect_answer(&c, 400, "");
	peer_close(&c);
	rig_fini(&r);
}

/* trusted-proxies speaks of the client that the header names, not of the balancer. */
static void forwarded_fields_are_judged_by_the_client(void **state)
{
	struct peer c;
	struct rig r;

	(void)state;
	begin(&r);
	peers = (struct plan_peers){.trusted = &loopback, .ntrusted = 1};
	rig_simple(&r);
	c = peer_connect(&r);
	peer_send(&c, V1 "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n");
	served(&r, &c, FORWARDED_OF("203.0.113.7"));
	rig_fini(&r);
}

/* A port that is open already follows its settings. */
static void it_comes_and_goes_with_the_plan(void **state)
{
	struct peer c;
	struct rig r;

	(void)state;
	begin(&r);
	r.port_edit = NULL;
	rig_simple(&r);
	c = peer_connect(&r);
	peer_send(&c, ASKED);
	served(&r, &c, FORWARDED_OF("127.0.0.1"));
	r.port_edit = header_wanted;
	rig_simple(&r);
	c = peer_connect(&r);
	peer_send(&c, V1 ASKED);
	served(&r, &c, FORWARDED_OF("203.0.113.7"));
	r.port_edit = NULL;
	rig_simple(&r);
	c = peer_connect(&r);
	peer_send(&c, ASKED);
	served(&r, &c, FORWARDED_OF("127.0.0.1"));
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_says_who_the_client_is),
		cmocka_unit_test(a_header_byte_by_byte),
		cmocka_unit_test(it_holds_for_the_whole_connection),
		cmocka_unit_test(what_is_no_header_is_closed_and_counted),
		cmocka_unit_test(an_end_before_the_header_s),
		cmocka_unit_test(the_header_has_its_time),
		cmocka_unit_test(then_the_client_has_his_own),
		cmocka_unit_test(only_balancers_are_believed),
		cmocka_unit_test(forwarded_fields_are_judged_by_the_client),
		cmocka_unit_test(it_comes_and_goes_with_the_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
