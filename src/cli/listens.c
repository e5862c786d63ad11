/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/listens.h"

#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

static int listen_one(const struct listen_addr *addr)
{
	const int on = 1;
	int fd, err;

	fd = socket(addr->sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* V6ONLY: [::] and 0.0.0.0 are two addresses of their own, each with its sockets. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) < 0 ||
		(addr->sa.ss_family == AF_INET6 &&
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0) ||
		bind(fd, (const struct sockaddr *)&addr->sa, addr->sa_len) < 0 ||
		listen(fd, addr->backlog ? addr->backlog : LISTEN_BACKLOG) < 0) {
		err = errno;
		close(fd);
		return -err;
	}
	return fd;
}

/* SO_REUSEPORT would let another process of ours share the address unnoticed; a first bind without
 * it finds that out. */
static int address_is_free(const struct listen_addr *addr)
{
	const int on = 1;
	int fd = socket(addr->sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
		(addr->sa.ss_family == AF_INET6 &&
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0) ||
		bind(fd, (const struct sockaddr *)&addr->sa, addr->sa_len) < 0)
		err = errno;
	close(fd);
	return -err;
}

static struct listen_set *listens_find(struct listens *l, const struct listen_addr *addr)
{
	vec_for_each (set, &l->sets) {
		if (memcmp(&set->addr, addr, sizeof(*addr)) == 0)
			return set;
	}
	return NULL;
}

int listens_open(
	struct listens *l, const struct listen_addr *addr, const struct listen_set **ret_set)
{
	struct listen_set set = {.addr = *addr}, *known = listens_find(l, addr);
	int rc;

	if (known) {
		*ret_set = known;
		return 0;
	}
	rc = address_is_free(addr);
	if (rc < 0)
		return rc;
	for (int i = 0; i < LISTEN_SLOTS; i++) {
		rc = listen_one(addr);
		if (rc < 0) {
			while (i-- > 0)
				close(set.fds[i]);
			return rc;
		}
		set.fds[i] = rc;
	}
	listens_adopt(l, &set);
	*ret_set = &l->sets.p[l->sets.n - 1];
	return 0;
}

void listens_adopt(struct listens *l, const struct listen_set *set)
{
	*vec_push(&l->sets) = *set;
}

static void set_close(const struct listen_set *set)
{
	for (int i = 0; i < LISTEN_SLOTS; i++)
		close(set->fds[i]);
}

void listens_close(struct listens *l, const struct listen_addr *addr)
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
