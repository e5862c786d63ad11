/* SPDX-License-Identifier: Apache-2.0 */
/* Four senders, one loop: nothing lost, order kept, wakes coalesced. */
#include "fixture.h"

#include <pthread.h>
#include <stdlib.h>

#include "net/mailbox.h"

#define SENDERS 4
#define MAILS 20000

struct letter {
	struct mail mail;
	int from;
	int n;
};

struct post {
	struct loop *l;
	struct mailbox box;
	int next[SENDERS];
	int got;
};

static struct post post;

struct sender {
	pthread_t thread;
	int id;
	struct letter letters[MAILS];
};

static void letter_read(struct mail *m)
{
	struct letter *t = container_of(m, struct letter, mail);

	if (t->n != post.next[t->from]++)
		abort();
	if (++post.got == SENDERS * MAILS)
		loop_stop(post.l);
}

static void *sender_run(void *arg)
{
	struct sender *s = arg;

	for (int i = 0; i < MAILS; i++) {
		s->letters[i] = (struct letter){{.deliver = letter_read}, s->id, i};
		mailbox_post(&post.box, &s->letters[i].mail);
	}
	return NULL;
}

static void all_mail_arrives_in_order(void **state)
{
	static struct sender senders[SENDERS];

	(void)state;
	post = (struct post){.l = fixture_loop(NULL, NULL)};
	assert_int_equal(mailbox_init(&post.box, post.l), 0);
	for (int i = 0; i < SENDERS; i++) {
		senders[i].id = i;
		assert_int_equal(
			pthread_create(&senders[i].thread, NULL, sender_run, &senders[i]), 0);
	}
	loop_run(post.l);
	for (int i = 0; i < SENDERS; i++) {
		pthread_join(senders[i].thread, NULL);
		assert_int_equal(post.next[i], MAILS);
	}
	/* fewer wakes than mails, or coalescing is broken */
	assert_true(loop_stats(post.l)->ticks < SENDERS * MAILS);
	mailbox_fini(&post.box);
	loop_free(post.l);
}

static void burst_is_one_wake(void **state)
{
	static struct letter burst[100];

	(void)state;
	post = (struct post){.l = fixture_loop(NULL, NULL)};
	assert_int_equal(mailbox_init(&post.box, post.l), 0);
	for (int i = 0; i < 100; i++) {
		burst[i] = (struct letter){{.deliver = letter_read}, 0, i};
		mailbox_post(&post.box, &burst[i].mail);
	}
	loop_tick(post.l, SEC(1));
	assert_int_equal(post.got, 100);
	assert_int_equal(loop_stats(post.l)->events, 1);
	burst[0] = (struct letter){{.deliver = letter_read}, 0, 100};
	mailbox_post(&post.box, &burst[0].mail);
	mailbox_fini(&post.box); /* delivers what is left */
	assert_int_equal(post.got, 101);
	loop_free(post.l);
}

static void *stopper(void *arg)
{
	loop_stop(arg);
	return NULL;
}

static void stop_from_another_thread(void **state)
{
	struct loop *l = fixture_loop(NULL, NULL);
	pthread_t t;

	(void)state;
	assert_int_equal(pthread_create(&t, NULL, stopper, l), 0);
	loop_run(l);
	pthread_join(t, NULL);
	loop_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_mail_arrives_in_order),
		cmocka_unit_test(burst_is_one_wake),
		cmocka_unit_test(stop_from_another_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
