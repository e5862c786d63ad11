/* SPDX-License-Identifier: Apache-2.0 */
/* Who leads, before a server that speaks from a script; time is the test's. */
#include "test.h"

#include "helper_server.h"
#include "kube/lease.h"

#define LEASE "/apis/coordination.k8s.io/v1/namespaces/here/leases/controller"
#define HELD(holder, renewed)                                                              \
	"{\"metadata\":{\"resourceVersion\":\"7\"},\"spec\":{\"holderIdentity\":\"" holder \
	"\",\"leaseDurationSeconds\":9,\"leaseTransitions\":3,\"acquireTime\":\"then\","   \
	"\"renewTime\":\"" renewed "\"}}"
#define LOOK(holder, renewed)                                                \
	{                                                                    \
		"GET " LEASE " HTTP", "200 OK", HELD(holder, renewed), false \
	}

struct world {
	struct scripted s;
	struct lease *lease;
	int told;
	nsec won_at;
};

static void on_leading(void *arg, bool leading)
{
	struct world *w = arg;

	w->told++;
	if (leading)
		w->won_at = loop_now(w->s.l);
}

static void world_open(struct world *w, const struct step *steps, size_t n)
{
	*w = (struct world){0};
	scripted_open(&w->s, steps, n);
	w->lease = lease_new(w->s.api, STR("here"), STR("controller"), STR("pod-1@10.0.0.1:15010"),
		on_leading, w);
}

static void world_close(struct world *w)
{
	lease_free(w->lease);
	scripted_close(&w->s);
}

/* Until the script is through; each turn takes <step> of the test's time. */
static void world_run(struct world *w, nsec step)
{
	scripted_run(&w->s, 3000, step);
}

/* A container that starts again in its pod does not wait for what it held itself. */
static void test_its_own_is_taken_at_once(void **state)
{
	static const struct step steps[] = {LOOK("pod-1@10.0.0.1:15010", "now"),
		{"PUT " LEASE " *\"leaseTransitions\":3,*\"acquireTime\":\"then\","
		 "\"holderIdentity\":\"pod-1@10.0.0.1:15010\"",
			"200 OK", "{}", false}};
	struct world w;

	(void)state;
	world_open(&w, steps, ARRAY_LEN(steps));
	world_run(&w, 0);
	assert_true(lease_held(w.lease));
	assert_int_equal(w.told, 1);
	assert_int_equal(w.won_at, SEC(1)); /* no time has passed */
	world_close(&w);
}

/* Another's only when it has not been renewed for its duration, by our clock. */
static void test_anothers_is_waited_for(void **state)
{
	static const struct step steps[] = {LOOK("pod-2", "a"), LOOK("pod-2", "b"),
		LOOK("pod-2", "b"), LOOK("pod-2", "b"), LOOK("pod-2", "b"), LOOK("pod-2", "b"),
		LOOK("pod-2", "b"), LOOK("pod-2", "b"),
		{"PUT " LEASE " *\"leaseTransitions\":4,", "200 OK", "{}", false}};
	struct world w;

	(void)state;
	world_open(&w, steps, ARRAY_LEN(steps));
	world_run(&w, MSEC(20));
	assert_true(lease_held(w.lease));
	assert_true(w.won_at - SEC(1) > SEC(LEASE_DURATION));
	assert_true(w.won_at - SEC(1) < SEC(15));
	world_close(&w);
}

static void test_nobodys_is_taken_and_given_up(void **state)
{
	static const struct step steps[] = {LOOK("", "a"),
		{"PUT " LEASE " *\"holderIdentity\":\"pod-1@10.0.0.1:15010\"", "200 OK", "{}",
			false},
		LOOK("pod-1@10.0.0.1:15010", "b"),
		{"PUT " LEASE " *\"holderIdentity\":\"\"", "200 OK", "{}", false}};
	struct world w;

	(void)state;
	world_open(&w, steps, ARRAY_LEN(steps));
	for (int i = 0; i < 3000 && !lease_held(w.lease); i++)
		loop_tick(w.s.l, MSEC(1));
	assert_true(lease_held(w.lease));
	lease_release(w.lease);
	assert_false(lease_held(w.lease));
	assert_int_equal(w.s.server.next, ARRAY_LEN(steps));
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_its_own_is_taken_at_once),
		cmocka_unit_test(test_anothers_is_waited_for),
		cmocka_unit_test(test_nobodys_is_taken_and_given_up)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
