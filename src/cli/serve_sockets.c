/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve_sockets.c -- sockets belong to the supervisor, who outlives us; without one they are ours.
 */
#include <errno.h>
#include <fcntl.h>

#include "base/log.h"
#include "cli/serve_priv.h"

int ask_supervisor(struct serve *s, struct channel_msg *m, int *fds, size_t *n)
{
	int rc = channel_send(s->start->ask_fd, m, NULL, 0);

	if (rc < 0)
		return rc;
	rc = channel_recv(s->start->ask_fd, m, fds, n);
	return rc < 0 ? rc : rc == 0 ? -EPIPE : m->result;
}

int sockets_get(struct serve *s, const struct addr *at, unsigned slots, bool dual, int *ret_fds)
{
	struct channel_msg m = {
		.kind = CHANNEL_OPEN, .addr = *at, .slots = slots | (dual ? CHANNEL_DUAL : 0)};
	const struct listen_set *set;
	size_t n = 0;
	int rc;

	if (s->start) {
		rc = ask_supervisor(s, &m, ret_fds, &n);
		return rc < 0 ? rc : n == slots ? 0 : -EPROTO;
	}
	rc = listens_open(&s->listens, at, slots, dual, 0, &set);
	if (rc < 0)
		return rc;
	for (unsigned i = 0; i < slots; i++)
		ret_fds[i] = fcntl(set->fds[i], F_DUPFD_CLOEXEC, 0);
	return 0;
}

int serve_open_sockets(void *arg, const struct addr *at, bool dual, int ret_fds[PROXY_SLOTS])
{
	_Static_assert(PROXY_SLOTS == LISTEN_SLOTS, "one number, two rooms");
	return sockets_get(arg, at, PROXY_SLOTS, dual, ret_fds);
}

void serve_close_sockets(void *arg, const struct addr *at)
{
	struct serve *s = arg;
	struct channel_msg m = {.kind = CHANNEL_CLOSE, .addr = *at};
	size_t n;

	if (!s->start)
		listens_close(&s->listens, at);
	else if (ask_supervisor(s, &m, NULL, &n) < 0)
		log_error("the supervisor does not answer");
}

/* "tcp/80", "udp/10.0.0.1:53": what listeners call the port, whatever the socket's own is. */
static uint16_t port_number(struct str name)
{
	size_t at = name.n;
	uint64_t n;

	while (at > 0 && name.p[at - 1] >= '0' && name.p[at - 1] <= '9')
		at--;
	return str_to_u64(str_skip(name, at), 65535, &n) < 0 ? 0 : (uint16_t)n;
}

void serve_bound(void *arg, struct str port, const struct addr *at, int err)
{
	struct serve *s = arg;
	char text[ADDR_TEXT];

	if (err)
		log_error("cannot listen", LOG_STR("address", str_from(addr_format(at, text))),
			LOG_ERR(err));
	else
		log_info("listening", LOG_STR("address", str_from(addr_format(at, text))));
	engine_port_bound(s->engine, str_starts(port, STR("udp/")), port_number(port), err);
}
