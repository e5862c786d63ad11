/* SPDX-License-Identifier: Apache-2.0 */
/* A test moves time for two loops on two threads, and nothing is left to do when it is told so. */
#include "fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/un.h>

#include "net/steer.h"

#define RELAYS 20

/* A timer of one loop goes off and sends mail to the other, which defers a task and arms its own.
 */
struct runner {
	struct loop *l;
	struct mailbox box;
	struct steer_member *member;
	struct timer timer;
	struct task task;
	struct mail mail;
	struct runner *other;
	int relays; /* by its own thread only, read when all is quiet */
};

static void runner_fired(struct timer *t)
{
	struct runner *r = container_of(t, struct runner, timer);

	mailbox_post(&r->other->box, &r->mail);
}

static void runner_task(struct task *t)
{
	struct runner *r = container_of(t, struct runner, task);

	r->relays++;
	if (r->relays < RELAYS)
		mailbox_post(&r->other->box, &r->mail);
}

static void runner_mail(struct mail *m)
{
	struct runner *to = container_of(m, struct runner, mail)->other;

	loop_defer(to->l, &to->task);
}

static void runner_init(struct runner *r, struct runner *other, struct clock_page *page)
{
	r->l = fixture_loop(&page->clock, NULL);
	r->other = other;
	timer_init(&r->timer, runner_fired);
	task_init(&r->task, runner_task);
	r->mail.deliver = runner_mail;
	assert_int_equal(mailbox_init(&r->box, r->l), 0);
}

static void *runner_run(void *arg)
{
	loop_run(arg);
	return NULL;
}

static int steer_dial(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static void steer_talk(int fd, const char *line, const char *answer)
{
	char got[32] = {0};

	assert_int_equal(write(fd, line, strlen(line)), strlen(line));
	assert_true(read(fd, got, sizeof(got) - 1) > 0);
	assert_string_equal(got, answer);
}

static void advance_returns_when_all_is_done(void **state)
{
	static struct runner a, b;
	struct clock_page page, again;
	char clock_path[64], sock_path[64];
	pthread_t ta, tb;
	struct steer *s;
	nsec before;
	int fd;

	(void)state;
	(void)snprintf(clock_path, sizeof(clock_path), "/tmp/sluice-clock-%d", getpid());
	(void)snprintf(sock_path, sizeof(sock_path), "/tmp/sluice-steer-%d", getpid());
	assert_int_equal(clock_page_open(&page, clock_path), 0);
	assert_int_equal(clock_page_open(&again, clock_path), 0);
	runner_init(&a, &b, &page);
	runner_init(&b, &a, &page);
	assert_int_equal(steer_new(a.l, &page, sock_path, &s), 0);
	assert_int_equal(steer_join(s, a.l, &a.member), 0);
	assert_int_equal(steer_join(s, b.l, &b.member), 0);
	loop_timer_arm(a.l, &a.timer, SEC(10));
	assert_int_equal(pthread_create(&ta, NULL, runner_run, a.l), 0);
	assert_int_equal(pthread_create(&tb, NULL, runner_run, b.l), 0);

	before = clock_mono(&again.clock);
	fd = steer_dial(sock_path);
	steer_talk(fd, "advance 9000\n", "quiet\n");
	assert_int_equal(a.relays + b.relays, 0);
	steer_talk(fd, "advance 1001\n", "quiet\n");
	assert_int_equal(a.relays + b.relays, 2 * RELAYS - 1);
	assert_true(clock_mono(&again.clock) - before == MSEC(10001));
	steer_talk(fd, "advance x\n", "what?\n");
	close(fd);
	fd = steer_dial(sock_path); /* the next one */
	steer_talk(fd, "advance 0\n", "quiet\n");
	close(fd);

	loop_stop(a.l);
	loop_stop(b.l);
	pthread_join(ta, NULL);
	pthread_join(tb, NULL);
	steer_free(s);
	mailbox_fini(&a.box);
	mailbox_fini(&b.box);
	loop_free(a.l);
	loop_free(b.l);
	unlink(clock_path);
	unlink(sock_path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(advance_returns_when_all_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
