/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steer.h -- time in the hands of a test.
 *
 * The processes of a scenario read their clock from one shared page (struct clock_page); the test
 * moves it through a unix socket: it sends "advance MS\n", and gets "quiet\n" when every loop that
 * joined has fired its timers and has nothing left to do, or "busy\n" if they go on for
 * STEER_ROUNDS rounds.  So no scenario sleeps through a timer.  Wired only by a hidden option.
 */
#ifndef NET_STEER_H
#define NET_STEER_H

#include "net/mailbox.h"

#define STEER_ROUNDS 1000

struct clock_shared;

/* Lives as long as the process. */
struct clock_page {
	struct clock clock; /* hand &page.clock to loop_new() */
	struct clock_shared *shared;
};

/* Maps the file at <path>; makes it, beginning at the system's time, if there is none.  Negative
 * errno. */
int must_check clock_page_open(struct clock_page *p, const char *path);
/* Any process. */
void clock_page_advance(struct clock_page *p, nsec by);

struct steer;

/* One loop that takes part. */
struct steer_member;

/* Listens on the unix socket <path> with <home>'s thread.  Returns owned; negative errno. */
int must_check steer_new(
	struct loop *home, struct clock_page *page, const char *path, struct steer **ret_steer);
/* After the loops' threads have ended; members that have not left do so, whose loops must still be
 * there.  NULL is legal. */
void steer_free(struct steer *s);
/* <l>, which does not run yet or is the calling thread's own, takes part from the next advance on.
 * On the steering loop's thread.  <ret_member> is the steer's.  Negative errno. */
int must_check steer_join(struct steer *s, struct loop *l, struct steer_member **ret_member);
/* On the member's thread, before its loop goes and while no advance is under way.  NULL is legal.
 */
void steer_leave(struct steer_member *m);

#endif
