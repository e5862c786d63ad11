/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mailbox.h -- messages to a loop from other threads: the only way threads talk.
 *
 * Intrusive, any number of senders, one receiver, no lock.  A sender wakes the receiver by eventfd
 * only when the box was empty, so a burst costs one wake.  Messages of one sender arrive in order.
 */
#ifndef NET_MAILBOX_H
#define NET_MAILBOX_H

#include "net/loop.h"

struct mail;
/* On the receiving loop's thread; the mail is the receiver's from here on. */
typedef void mail_f(struct mail *m);

struct mail {
	struct mail *next;
	mail_f *deliver;
};

struct mailbox {
	_Atomic(struct mail *) head; /* newest first */
	struct watch watch;
	int fd;
};

/* On the receiving loop's thread (or before it runs).  Negative errno. */
int must_check mailbox_init(struct mailbox *mb, struct loop *l);
/* No sender may be left; undelivered mail is delivered first. */
void mailbox_fini(struct mailbox *mb);
/* Any thread.  Takes <m> (deliver set) until it is delivered. */
void mailbox_post(struct mailbox *mb, struct mail *m);

#endif
