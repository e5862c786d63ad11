/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/listens.h"

#include <errno.h>
#include <unistd.h>

#include "net/listener.h"

/* SO_REUSEPORT would let another process of ours share the address unnoticed; a first bind without
 * it finds that out. */
static int address_is_free(const struct addr *addr, int v6only)
{
	const int on = 1;
	int fd = socket(addr->sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
		(addr->sa.sa_family == AF_INET6 &&
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof(v6only)) < 0) ||
		bind(fd, &addr->sa, addr->len) < 0)
		err = errno;
	close(fd);
	return -err;
}

static void set_close(const struct listen_set *set)
{
	for (unsigned i = 0; i < set->n; i++)
		close(set->fds[i]);
}

static struct listen_set *listens_find(struct listens *l, const struct addr *addr)
{
	vec_for_each (set, &l->sets) {
		if (addr_eq(&set->addr, addr))
			return set;
	}
	return NULL;
}

/* A child that died while it drained a port left its filter on the sockets. */
static void set_reopen(const struct listen_set *set)
{
	const int none = 0;

	for (unsigned i = 0; i < set->n; i++)
		(void)setsockopt(set->fds[i], SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof(none));
}

int listens_open(struct listens *l, const struct addr *addr, unsigned n, bool dual,
	unsigned generation, const struct listen_set **ret_set)
{
	struct listen_set set = {.addr = *addr, .generation = generation},
			  *known = listens_find(l, addr);
	int rc;

	if (n < 1 || n > LISTEN_SLOTS)
		return -EINVAL;
	if (known && known->n != n)
		return -EADDRINUSE;
	if (known) {
		known->generation = generation;
		set_reopen(known);
		*ret_set = known;
		return 0;
	}
	/* A single socket is an operators' one: there [::] takes IPv4 too. */
	rc = address_is_free(addr, n > 1 && !dual);
	if (rc < 0)
		return rc;
	for (; set.n < n; set.n++) {
		rc = n > 1 && !dual ? listener_open(addr) : listener_open_dual(addr);
		if (rc < 0) {
			set_close(&set);
			return rc;
		}
		set.fds[set.n] = rc;
	}
	listens_adopt(l, &set);
	*ret_set = &l->sets.p[l->sets.n - 1];
	return 0;
}

void listens_sweep(struct listens *l, unsigned generation)
{
	for (size_t i = 0; i < l->sets.n;) {
		struct listen_set *set = &l->sets.p[i];

		if (set->generation >= generation) {
			i++;
			continue;
		}
		set_close(set);
		*set = l->sets.p[--l->sets.n];
	}
}

void listens_adopt(struct listens *l, const struct listen_set *set)
{
	*vec_push(&l->sets) = *set;
}

void listens_close(struct listens *l, const struct addr *addr)
{
	struct listen_set *set = listens_find(l, addr);

	if (!set)
		return;
	set_close(set);
	*set = l->sets.p[--l->sets.n];
}

void listens_fini(struct listens *l)
{
	vec_for_each (set, &l->sets)
		set_close(set);
	vec_fini(&l->sets);
}
