/* SPDX-License-Identifier: Apache-2.0 */
/* Out of descriptors: who goes first, who is left in peace, and that whoever waits is served. */
#include "proxy/helper_rig.h"

#include <errno.h>

#include "net/fault.h"

#define ASK "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define EMPTY "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"

struct scarce {
	struct rig r;
	struct fault f;
};

static void scarce_init(struct scarce *s)
{
	fault_init(&s->f);
	rig_init_faulty(&s->r, &s->f.sys);
	rig_simple(&s->r);
}

/* From here on the next <times> calls of <call> find no descriptor. */
static void scarce_from_now(struct scarce *s, enum fault_call call, uint64_t times)
{
	s->f.call = call;
	s->f.err = EMFILE;
	s->f.nth = s->f.seen[call] + 1;
	s->f.times = times;
	s->f.hit = 0;
}

static void served(struct rig *r, struct peer *p)
{
	struct peer b;

	peer_send(p, ASK);
	rig_run(r);
	b = peer_accept(r, 0);
	peer_send(&b, EMPTY);
	rig_run(r);
	peer_close(&b);
	peer_expect_answer(p, 204, "");
}

/* Who has had an answer and asks nothing goes; who has just come does not. */
static void between_two_requests_go_first(void **state)
{
	struct peer kept, fresh, last;
	struct scarce s;

	(void)state;
	scarce_init(&s);
	fresh = peer_connect(&s.r);
	rig_run(&s.r);
	rig_advance(&s.r, FRESH_GRACE);
	kept = peer_connect(&s.r);
	served(&s.r, &kept);
	scarce_from_now(&s, FAULT_ACCEPT, 1);
	last = peer_connect(&s.r);
	rig_run(&s.r);
	assert_int_equal(s.f.hit, 1);
	peer_expect_eof(&kept);
	peer_quiet(&fresh);
	rig_advance(&s.r, LISTENER_REST);
	served(&s.r, &last);
	served(&s.r, &fresh);
	peer_close(&kept);
	peer_close(&fresh);
	peer_close(&last);
	rig_fini(&s.r);
}

/* Nobody is between two requests: accepting stops, the one who waits is served when it goes on, and
 * who came a moment ago is left in peace. */
static void who_has_just_come_is_left_to_ask(void **state)
{
	struct peer fresh, waits;
	struct scarce s;

	(void)state;
	scarce_init(&s);
	fresh = peer_connect(&s.r);
	rig_run(&s.r);
	scarce_from_now(&s, FAULT_ACCEPT, 10);
	waits = peer_connect(&s.r);
	for (int i = 0; i < 12; i++)
		rig_advance(&s.r, LISTENER_REST);
	assert_int_equal(s.f.hit, 10);
	served(&s.r, &fresh);
	served(&s.r, &waits);
	peer_close(&fresh);
	peer_close(&waits);
	rig_fini(&s.r);
}

/* Who connects and keeps silent makes room in the end, and the next one is not turned away. */
static void the_silent_make_room(void **state)
{
	struct peer silent, waits;
	struct scarce s;

	(void)state;
	scarce_init(&s);
	silent = peer_connect(&s.r);
	rig_run(&s.r);
	rig_advance(&s.r, FRESH_GRACE);
	peer_quiet(&silent);
	scarce_from_now(&s, FAULT_ACCEPT, 1);
	waits = peer_connect(&s.r);
	rig_advance(&s.r, LISTENER_REST);
	peer_expect_eof(&silent);
	rig_advance(&s.r, LISTENER_REST);
	served(&s.r, &waits);
	peer_close(&silent);
	peer_close(&waits);
	rig_fini(&s.r);
}

/* None for the backend's connection: a client between two requests gives his, else one who has not
 * asked, however short he is here: the request is.  With neither the answer is 503. */
static void a_backends_descriptor(void **state)
{
	struct peer kept, asks, fresh;
	struct scarce s;

	(void)state;
	scarce_init(&s);
	kept = peer_connect(&s.r);
	served(&s.r, &kept);
	asks = peer_connect(&s.r);
	scarce_from_now(&s, FAULT_SOCKET, 1);
	served(&s.r, &asks);
	assert_int_equal(s.f.hit, 1);
	peer_expect_eof(&kept);

	fresh = peer_connect(&s.r);
	rig_run(&s.r);
	scarce_from_now(&s, FAULT_SOCKET, 1);
	served(&s.r, &asks);
	assert_int_equal(s.f.hit, 1);
	peer_expect_eof(&fresh);

	scarce_from_now(&s, FAULT_SOCKET, 1);
	peer_send(&asks, ASK);
	rig_run(&s.r);
	assert_int_equal(s.f.hit, 1);
	peer_expect_answer(&asks, 503, "connect_failed");
	peer_close(&kept);
	peer_close(&asks);
	peer_close(&fresh);
	rig_fini(&s.r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(between_two_requests_go_first),
		cmocka_unit_test(who_has_just_come_is_left_to_ask),
		cmocka_unit_test(the_silent_make_room),
		cmocka_unit_test(a_backends_descriptor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
