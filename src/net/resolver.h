/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolver.h -- names to addresses, on the loop (c-ares).
 *
 * The hosts file first (/etc/hosts, or what the environment's CARES_HOSTS names), then DNS, A and
 * AAAA both.  Names are absolute: the search list of resolv.conf is not applied.  Answers are
 * cached for their TTL (bounded below and above), failures for RESOLVER_NEGATIVE; a name asked for
 * by many at once is asked once.  The cache holds at most RESOLVER_NAMES names; the least recently
 * used goes.  Literal addresses never ask.  A changed resolv.conf is taken up within RESOLVER_LOOK,
 * at a moment when nothing is being asked.
 */
#ifndef NET_RESOLVER_H
#define NET_RESOLVER_H

#include "net/addr.h"
#include "net/loop.h"

#define RESOLVER_NAMES 1024
#define RESOLVER_ADDRS 64 /* most addresses kept of one answer */
#define RESOLVER_TTL_MIN SEC(1)
#define RESOLVER_TTL_MAX SEC(3600)
#define RESOLVER_NEGATIVE SEC(5)
#define RESOLVER_LOOK SEC(5)

struct resolver;
struct resolver_entry;

struct resolver_config {
	const char *servers; /* "ip:port,ip:port"; NULL: what resolv.conf says */
	const char *resolv_conf; /* NULL: /etc/resolv.conf */
	uint16_t port; /* of servers named without one; 0: 53 */
	nsec timeout; /* of one try, by the system's clock; 0: 2 s */
	int tries; /* 0: 3 */
	nsec deadline; /* of a lookup, by the loop's clock; 0: 10 s */
};

/* A lookup.  res: the number of addresses (> 0), -ENOENT no such name or no address, -ETIMEDOUT,
 * -EIO the servers refuse or answer nonsense, -EINVAL no host name, -EBUSY too many names are being
 * asked, -ECANCELED. */
struct resolve_op {
	struct op op;
	const struct addr *addrs; /* at completion: borrowed, only inside done(); port 0 */
	nsec expires; /* at completion: monotonic; when to ask again (failures too) */
	struct list node; /* among those who wait for the name */
	struct timer timer; /* its deadline */
	struct resolver *resolver;
	struct resolver_entry *entry;
	struct addr literal; /* if the name is one */
};
static inline void resolve_op_init(struct resolve_op *r, op_done_f *done)
{
	*r = (struct resolve_op){0};
	op_init(&r->op, done);
	list_init(&r->node);
}

/* Returns owned; -EINVAL for a bad server list, -EIO, or the errno of opening /dev/urandom, without
 * which query ids would be guessable: a sandbox allows it, resolv.conf and the hosts file. */
int must_check resolver_new(
	struct loop *l, const struct resolver_config *config, struct resolver **ret_resolver);
/* No lookup may be in flight.  NULL is legal. */
void resolver_free(struct resolver *r);
/* <name> is copied.  IPv4 addresses come before IPv6 ones, else in the answer's order. */
void resolver_lookup(struct resolver *r, struct resolve_op *op, struct str name);
/* A request. */
void resolver_cancel(struct resolver *r, struct resolve_op *op);
/* Forgets the answers (not the questions): for a test or an operator. */
void resolver_flush(struct resolver *r);

#endif
