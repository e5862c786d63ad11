/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list.h -- an intrusive doubly linked list with a head node.
 *
 * A node is in at most one list.  list_del() leaves the node alone in itself, so a second
 * list_del() is harmless and list_linked() tells.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include "base/checks.h"

struct list {
	struct list *prev;
	struct list *next;
};

static inline void list_init(struct list *l)
{
	l->prev = l->next = l;
}

static inline bool list_empty(const struct list *head)
{
	return head->next == head;
}

/* True while <node> (initialised) is in a list. */
static inline bool list_linked(const struct list *node)
{
	return node->next != node;
}

static inline void list_add_tail(struct list *head, struct list *node)
{
	node->prev = head->prev;
	node->next = head;
	head->prev->next = node;
	head->prev = node;
}

static inline void list_add_head(struct list *head, struct list *node)
{
	list_add_tail(head->next, node);
}

static inline void list_del(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

/* The first node, unlinked; NULL if there is none. */
static inline struct list *list_pop(struct list *head)
{
	struct list *node = head->next;

	if (node == head)
		return NULL;
	list_del(node);
	return node;
}

#define list_for_each(it, head) for (struct list *it = (head)->next; it != (head); it = it->next)
/* The body may unlink or free <it>. */
#define list_for_each_safe(it, head)                                              \
	for (struct list *it = (head)->next, *it##_next = it->next; it != (head); \
		it = it##_next, it##_next = it->next)

#endif
