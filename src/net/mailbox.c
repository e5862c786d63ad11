/* SPDX-License-Identifier: Apache-2.0 */
#include "net/mailbox.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static struct mail *mail_reverse(struct mail *m)
{
	struct mail *out = NULL;

	while (m) {
		struct mail *next = m->next;

		m->next = out;
		out = m;
		m = next;
	}
	return out;
}

static void mailbox_deliver(struct mailbox *mb)
{
	struct mail *m = atomic_exchange_explicit(&mb->head, NULL, memory_order_acquire);

	m = mail_reverse(m);
	while (m) {
		struct mail *next = m->next;

		m->deliver(m);
		m = next;
	}
}

static void mailbox_ready(struct watch *w, uint32_t events)
{
	struct mailbox *mb = container_of(w, struct mailbox, watch);
	uint64_t n;

	(void)events;
	/* The eventfd is emptied before the box: a sender who finds the box empty afterwards wakes
	 * us again. */
	(void)!read(mb->fd, &n, sizeof(n));
	mailbox_deliver(mb);
}

int mailbox_init(struct mailbox *mb, struct loop *l)
{
	int r;

	atomic_init(&mb->head, NULL);
	mb->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (mb->fd < 0)
		return -errno;
	r = loop_watch_fd(l, &mb->watch, mb->fd, EPOLLIN, mailbox_ready);
	if (r < 0)
		(void)close(mb->fd);
	return r;
}

void mailbox_fini(struct mailbox *mb)
{
	mailbox_deliver(mb);
	AZ(atomic_load(&mb->head));
	loop_unwatch(&mb->watch);
	(void)close(mb->fd);
	mb->fd = -1;
}

void mailbox_post(struct mailbox *mb, struct mail *m)
{
	struct mail *head = atomic_load_explicit(&mb->head, memory_order_relaxed);
	uint64_t one = 1;

	do
		m->next = head;
	while (!atomic_compare_exchange_weak_explicit(
		&mb->head, &head, m, memory_order_release, memory_order_relaxed));
	if (!head)
		(void)!write(mb->fd, &one, sizeof(one));
}
