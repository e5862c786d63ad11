/* SPDX-License-Identifier: Apache-2.0 */
/* The resolver against a small DNS server on the same loop: it answers from a table of names. */
#include "fixture.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "net/resolver.h"

/* --- the server --- */

struct dns {
	struct watch watch;
	int fd;
	int other; /* a socket that is not the server */
	int asked; /* questions seen */
	uint16_t port;
	char servers[64];
};

struct reply {
	uint8_t b[512];
	size_t n;
};

static void put(struct reply *r, const void *p, size_t n)
{
	assert_true(r->n + n <= sizeof(r->b));
	memcpy(r->b + r->n, p, n);
	r->n += n;
}

static void put16(struct reply *r, unsigned v)
{
	uint8_t b[2] = {(uint8_t)(v >> 8), (uint8_t)v};

	put(r, b, 2);
}

/* A record whose owner is the question's name (or, with <ptr>, what stands there). */
static void put_rr(
	struct reply *r, unsigned ptr, unsigned type, unsigned ttl, const void *data, unsigned n)
{
	put16(r, 0xc000 | ptr);
	put16(r, type);
	put16(r, 1);
	put16(r, 0);
	put16(r, ttl);
	put16(r, n);
	put(r, data, n);
	r->b[7]++; /* ANCOUNT */
}

static void put_a(struct reply *r, const char *ip, unsigned ttl)
{
	struct in_addr a;

	assert_int_equal(inet_pton(AF_INET, ip, &a), 1);
	put_rr(r, 12, 1, ttl, &a, 4);
}

static size_t question_name(const uint8_t *q, char *out)
{
	size_t at = 12, n = 0;

	while (q[at]) {
		memcpy(out + n, q + at + 1, q[at]);
		n += q[at];
		out[n++] = '.';
		at += q[at] + 1u;
	}
	out[n ? n - 1 : 0] = '\0';
	return at + 1;
}

/* Fills the answer section; false: say nothing. */
static bool answer(struct dns *d, struct reply *r, const char *name, unsigned type,
	const struct sockaddr_in *from)
{
	static const uint8_t loop_ptr[] = {0xc0, 0x1d};
	static const uint8_t v6[16] = {0x20, 1, 0xd, 0xb8, [15] = 1};

	if (strcmp(name, "mute.test") == 0)
		return false;
	if (strcmp(name, "one.test") == 0 && type == 1)
		put_a(r, "10.0.0.1", 30);
	if (strcmp(name, "one.test") == 0 && type == 28)
		put_rr(r, 12, 28, 20, v6, 16);
	if (strcmp(name, "many.test") == 0 && type == 1)
		for (int i = 0; i < 3; i++)
			put_a(r, i == 0 ? "10.0.1.1" : i == 1 ? "10.0.1.2" : "10.0.1.3", 0);
	if (strcmp(name, "gone.test") == 0)
		r->b[3] |= 3; /* NXDOMAIN */
	if (strcmp(name, "refused.test") == 0)
		r->b[3] |= 5;
	if (strcmp(name, "junk.test") == 0) /* a CNAME that points at itself */
		put_rr(r, 12, 5, 30, loop_ptr, 2);
	if (strcmp(name, "spoof.test") == 0 && type == 1) {
		struct reply forged = *r;

		put_a(&forged, "6.6.6.6", 300);
		(void)!sendto(d->other, forged.b, forged.n, 0, (const struct sockaddr *)from,
			sizeof(*from));
		put_a(r, "10.0.0.9", 30);
	}
	if (strncmp(name, "n", 1) == 0 && type == 1)
		put_a(r, "10.9.9.9", 300);
	return true;
}

static void dns_ready(struct watch *w, uint32_t events)
{
	struct dns *d = container_of(w, struct dns, watch);
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	uint8_t q[512];
	char name[256];
	struct reply r = {0};
	size_t end;

	(void)events;
	if (recvfrom(d->fd, q, sizeof(q), 0, (struct sockaddr *)&from, &len) < 17)
		return;
	d->asked++;
	end = question_name(q, name);
	put(&r, q, end + 4);
	r.b[2] |= 0x84; /* QR, AA */
	r.b[3] = 0x80;
	memset(r.b + 6, 0, 6);
	if (answer(d, &r, name, q[end + 1], &from))
		(void)!sendto(d->fd, r.b, r.n, 0, (struct sockaddr *)&from, sizeof(from));
}

/* On 127.0.0.<host>, at <port> or any. */
static int dns_socket(unsigned host, uint16_t port, struct sockaddr_in *ret_at)
{
	socklen_t len = sizeof(*ret_at);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	*ret_at = (struct sockaddr_in){.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(0x7f000000 + host)};
	assert_int_equal(bind(fd, (struct sockaddr *)ret_at, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)ret_at, &len), 0);
	return fd;
}

/* --- the fixture --- */

struct lookup {
	struct resolve_op op;
	struct seen seen;
	struct addr addrs[RESOLVER_ADDRS];
	nsec expires;
};

struct fix {
	struct clock_manual clock;
	struct loop *l;
	struct dns dns;
	struct resolver *r;
};

static void looked_up(struct op *op, int res)
{
	struct lookup *u = container_of(op, struct lookup, op.op);

	u->seen.n++;
	u->seen.res = res;
	u->expires = u->op.expires;
	if (res > 0)
		memcpy(u->addrs, u->op.addrs, (size_t)res * sizeof(u->addrs[0]));
}

static void fix_open(struct fix *f)
{
	struct resolver_config config = {.timeout = MSEC(100), .tries = 1, .deadline = SEC(3)};
	struct sockaddr_in at, other;

	*f = (struct fix){0};
	clock_manual_init(&f->clock, SEC(1000), 0);
	f->l = fixture_loop(&f->clock.clock, NULL);
	f->dns.fd = dns_socket(1, 0, &at);
	f->dns.other = dns_socket(1, 0, &other);
	f->dns.port = ntohs(at.sin_port);
	(void)snprintf(f->dns.servers, sizeof(f->dns.servers), "127.0.0.1:%u", ntohs(at.sin_port));
	assert_int_equal(loop_watch_fd(f->l, &f->dns.watch, f->dns.fd, EPOLLIN, dns_ready), 0);
	config.servers = f->dns.servers;
	assert_int_equal(resolver_new(f->l, &config, &f->r), 0);
}

static void fix_close(struct fix *f)
{
	resolver_free(f->r);
	loop_unwatch(&f->dns.watch);
	close(f->dns.fd);
	close(f->dns.other);
	loop_free(f->l);
}

static void look(struct fix *f, struct lookup *u, const char *name)
{
	*u = (struct lookup){0};
	resolve_op_init(&u->op, looked_up);
	resolver_lookup(f->r, &u->op, str_from(name));
	assert_int_equal(u->seen.n, 0); /* never from inside the submit */
}

static int look_now(struct fix *f, struct lookup *u, const char *name)
{
	look(f, u, name);
	TICK_UNTIL(f->l, u->seen.n);
	assert_int_equal(u->seen.n, 1);
	return u->seen.res;
}

static void check_ip(const struct addr *a, const char *ip)
{
	char text[ADDR_TEXT];

	assert_string_equal(addr_format_ip(a, text), ip);
	assert_int_equal(addr_port(a), 0);
}

/* --- tests --- */

static void both_families_and_ttl(void **state)
{
	struct lookup u;
	struct fix f;

	(void)state;
	fix_open(&f);
	assert_int_equal(look_now(&f, &u, "One.Test."), 2);
	check_ip(&u.addrs[0], "10.0.0.1");
	check_ip(&u.addrs[1], "2001:db8::1");
	assert_true(u.expires == SEC(1000) + SEC(20)); /* the shorter one */
	fix_close(&f);
}

static void cache_keeps_for_the_ttl(void **state)
{
	struct lookup u;
	struct fix f;
	int asked;

	(void)state;
	fix_open(&f);
	look_now(&f, &u, "one.test");
	asked = f.dns.asked;
	clock_manual_advance(&f.clock, SEC(19));
	assert_int_equal(look_now(&f, &u, "ONE.test"), 2);
	assert_int_equal(f.dns.asked, asked);
	clock_manual_advance(&f.clock, SEC(2));
	loop_tick(f.l, 0);
	assert_int_equal(look_now(&f, &u, "one.test"), 2);
	assert_true(f.dns.asked > asked);
	/* a TTL of 0 is kept for the least time, so that a hot path cannot ask each time */
	assert_int_equal(look_now(&f, &u, "many.test"), 3);
	assert_true(u.expires - loop_now(f.l) == RESOLVER_TTL_MIN);
	check_ip(&u.addrs[2], "10.0.1.3");
	fix_close(&f);
}

static void one_question_for_many(void **state)
{
	struct lookup u[20];
	struct fix f;

	(void)state;
	fix_open(&f);
	for (size_t i = 0; i < ARRAY_LEN(u); i++)
		look(&f, &u[i], "one.test");
	for (size_t i = 0; i < ARRAY_LEN(u); i++)
		TICK_UNTIL(f.l, u[i].seen.n);
	assert_int_equal(f.dns.asked, 2); /* A and AAAA */
	fix_close(&f);
}

static void failures(void **state)
{
	struct lookup u;
	struct fix f;
	int asked;

	(void)state;
	fix_open(&f);
	assert_int_equal(look_now(&f, &u, "gone.test"), -ENOENT);
	asked = f.dns.asked;
	assert_int_equal(look_now(&f, &u, "gone.test"), -ENOENT); /* remembered */
	assert_int_equal(f.dns.asked, asked);
	assert_int_equal(look_now(&f, &u, "empty.test"), -ENOENT); /* no address */
	assert_int_equal(look_now(&f, &u, "refused.test"), -EIO);
	assert_true(look_now(&f, &u, "junk.test") < 0);
	fix_close(&f);
}

static void not_a_name(void **state)
{
	static const char *const bad[] = {"", ".", "a..b", ".a", "a b", "a/b", "a\nb", "ex@mple"};
	char longest[300];
	struct lookup u;
	struct fix f;

	(void)state;
	fix_open(&f);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(look_now(&f, &u, bad[i]), -EINVAL);
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(look_now(&f, &u, longest), -EINVAL);
	assert_true(look_now(&f, &u, longest + 299 - 200) < 0); /* a label above 63 */
	assert_int_equal(f.dns.asked, 0);
	fix_close(&f);
}

static void literals_ask_nobody(void **state)
{
	struct lookup u;
	struct fix f;

	(void)state;
	fix_open(&f);
	assert_int_equal(look_now(&f, &u, "192.0.2.7"), 1);
	check_ip(&u.addrs[0], "192.0.2.7");
	assert_int_equal(look_now(&f, &u, "[2001:db8::7]"), 1);
	check_ip(&u.addrs[0], "2001:db8::7");
	assert_int_equal(f.dns.asked, 0);
	fix_close(&f);
}

static void hosts_file_first(void **state)
{
	char path[] = "/tmp/sluice-hosts-XXXXXX";
	int fd = mkstemp(path);
	struct lookup u;
	struct fix f;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "10.7.7.7 local.test\n", 20), 20);
	close(fd);
	setenv("CARES_HOSTS", path, 1);
	fix_open(&f);
	assert_int_equal(look_now(&f, &u, "local.test"), 1);
	check_ip(&u.addrs[0], "10.7.7.7");
	assert_int_equal(f.dns.asked, 0);
	fix_close(&f);
	unsetenv("CARES_HOSTS");
	unlink(path);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* The machine changes networks: the file names another server. */
static void changed_resolv_conf_is_taken_up(void **state)
{
	struct resolver_config config = {.timeout = MSEC(100), .tries = 1};
	char path[] = "/tmp/sluice-resolv-XXXXXX";
	struct dns second = {0};
	struct sockaddr_in at;
	struct lookup u;
	struct fix f;
	int first;

	(void)state;
	close(mkstemp(path));
	fix_open(&f);
	write_file(path, "nameserver 127.0.0.1\n");
	resolver_free(f.r);
	config.resolv_conf = path;
	config.port = f.dns.port;
	assert_int_equal(resolver_new(f.l, &config, &f.r), 0);
	assert_int_equal(look_now(&f, &u, "one.test"), 2);
	first = f.dns.asked;
	assert_true(first > 0);

	second.fd = dns_socket(2, f.dns.port, &at);
	assert_int_equal(loop_watch_fd(f.l, &second.watch, second.fd, EPOLLIN, dns_ready), 0);
	write_file(path, "nameserver 127.0.0.2\n# another network\n");
	clock_manual_advance(&f.clock, RESOLVER_LOOK + SEC(30));
	loop_tick(f.l, 0);
	assert_int_equal(look_now(&f, &u, "one.test"), 2);
	assert_int_equal(f.dns.asked, first);
	assert_true(second.asked > 0);
	loop_unwatch(&second.watch);
	close(second.fd);
	unlink(path);
	fix_close(&f);
}

static void forged_source_is_ignored(void **state)
{
	struct lookup u;
	struct fix f;

	(void)state;
	fix_open(&f);
	assert_int_equal(look_now(&f, &u, "spoof.test"), 1);
	check_ip(&u.addrs[0], "10.0.0.9");
	fix_close(&f);
}

/* Nobody answers: the deadline is the loop's own time, and waiting costs no busy loop. */
static void silence_ends_by_deadline(void **state)
{
	struct lookup u;
	struct fix f;
	uint64_t ticks;

	(void)state;
	fix_open(&f);
	look(&f, &u, "mute.test");
	ticks = loop_stats(f.l)->ticks;
	clock_manual_advance(&f.clock, SEC(4));
	loop_tick(f.l, 0);
	assert_int_equal(u.seen.res, -ETIMEDOUT);
	assert_true(loop_stats(f.l)->ticks - ticks == 1);
	fix_close(&f); /* c-ares still asks */
}

static void silence_ends_by_tries(void **state)
{
	struct lookup u;
	struct fix f;

	(void)state;
	fix_open(&f);
	look(&f, &u, "mute.test");
	for (int i = 0; i < 2000 && !u.seen.n; i++) {
		clock_manual_advance(&f.clock, MSEC(1)); /* the loop's time passes beside c-ares' */
		loop_tick(f.l, MSEC(1));
	}
	assert_int_equal(u.seen.res, -ETIMEDOUT);
	assert_true(loop_stats(f.l)->ticks < 1500);
	fix_close(&f);
}

static void cancel_lets_the_question_go_on(void **state)
{
	struct lookup a, b;
	struct fix f;

	(void)state;
	fix_open(&f);
	look(&f, &a, "one.test");
	look(&f, &b, "one.test");
	resolver_cancel(f.r, &a.op);
	assert_int_equal(a.seen.n, 0);
	TICK_UNTIL(f.l, a.seen.n && b.seen.n);
	assert_int_equal(a.seen.res, -ECANCELED);
	assert_int_equal(b.seen.res, 2);
	resolver_cancel(f.r, &b.op);
	loop_tick(f.l, 0);
	assert_int_equal(b.seen.n, 1);
	fix_close(&f);
}

static void cache_is_bounded(void **state)
{
	struct lookup first, u;
	char name[32];
	struct fix f;
	int asked;

	(void)state;
	fix_open(&f);
	look_now(&f, &first, "nfirst.test");
	for (int i = 0; i < RESOLVER_NAMES; i++) {
		(void)snprintf(name, sizeof(name), "n%d.test", i);
		assert_int_equal(look_now(&f, &u, name), 1);
	}
	asked = f.dns.asked;
	look_now(&f, &u, "n1000.test");
	assert_int_equal(f.dns.asked, asked);
	look_now(&f, &u, "nfirst.test"); /* the oldest has gone */
	assert_true(f.dns.asked > asked);
	resolver_flush(f.r);
	asked = f.dns.asked;
	look_now(&f, &u, "n1000.test");
	assert_true(f.dns.asked > asked);
	fix_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_families_and_ttl),
		cmocka_unit_test(cache_keeps_for_the_ttl),
		cmocka_unit_test(one_question_for_many),
		cmocka_unit_test(failures),
		cmocka_unit_test(not_a_name),
		cmocka_unit_test(literals_ask_nobody),
		cmocka_unit_test(hosts_file_first),
		cmocka_unit_test(changed_resolv_conf_is_taken_up),
		cmocka_unit_test(forged_source_is_ignored),
		cmocka_unit_test(silence_ends_by_deadline),
		cmocka_unit_test(silence_ends_by_tries),
		cmocka_unit_test(cancel_lets_the_question_go_on),
		cmocka_unit_test(cache_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
