/* SPDX-License-Identifier: Apache-2.0 */
#include "net/listener.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "net/loop_priv.h"

#define ACCEPT_FLAGS (SOCK_NONBLOCK | SOCK_CLOEXEC)

static int open_at(const struct addr *at, int v6only)
{
	int fd = socket(at->sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int one = 1;
	int r;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) < 0 ||
		(at->sa.sa_family == AF_INET6 &&
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof(v6only)) < 0) ||
		bind(fd, &at->sa, at->len) < 0 || listen(fd, LISTENER_BACKLOG) < 0) {
		r = -errno;
		(void)close(fd);
		return r;
	}
	return fd;
}

int listener_open(const struct addr *at)
{
	return open_at(at, 1);
}

int listener_open_dual(const struct addr *at)
{
	struct addr any4;
	int fd = open_at(at, 0);

	if (fd != -EAFNOSUPPORT || !addr_is_any(at))
		return fd;
	AZ(addr_parse_ip(STR("0.0.0.0"), addr_port(at), &any4));
	return open_at(&any4, 1);
}

static int set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) < 0 ? -errno : 0;
}

static int tune_keepalive(int fd, const struct listener_tuning *t)
{
	const struct {
		int name, value;
	} values[] = {{TCP_KEEPIDLE, t->keep_idle}, {TCP_KEEPINTVL, t->keep_interval},
		{TCP_KEEPCNT, t->keep_count}};
	int rc = set_int(fd, SOL_SOCKET, SO_KEEPALIVE, t->keepalive > 0);

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(values) && t->keepalive > 0; i++)
		if (values[i].value)
			rc = set_int(fd, IPPROTO_TCP, values[i].name, values[i].value);
	return rc;
}

/* How long the kernel holds a connection back that sends nothing: then it is handed over, and our
 * own limits count. */
#define DEFER_SECONDS 60

int listener_tune(int fd, const struct listener_tuning *t)
{
	int rc = 0;

	/* A second listen(2) changes nothing but the backlog. */
	if (t->backlog && listen(fd, (int)MIN(t->backlog, (uint32_t)INT32_MAX)) < 0)
		rc = -errno;
	if (rc == 0)
		rc = set_int(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, t->deferred ? DEFER_SECONDS : 0);
	if (rc == 0 && t->keepalive)
		rc = tune_keepalive(fd, t);
	return rc;
}

static bool listener_is_open(const struct listener *ls)
{
	return ls->watch.loop != NULL;
}

static void listener_arm(struct listener *ls)
{
	bool on = !ls->resting && (ls->draining || !ls->paused);

	loop_rewatch(&ls->watch, on ? EPOLLIN : 0);
}

static int accept_call(struct listener *ls, struct sockaddr_storage *ss, socklen_t *len)
{
	struct loop *l = ls->watch.loop;
	struct sockaddr *sa = (struct sockaddr *)ss;
	int fd = SYS(l, accept4, accept4(ls->watch.fd, sa, len, ACCEPT_FLAGS), ls->watch.fd, sa,
		len, ACCEPT_FLAGS);

	return fd < 0 ? -errno : fd;
}

/* The kernel reports what happened to one connection before we took it (accept(2)): the next one
 * may be well. */
static bool accept_passing(int err)
{
	switch (-err) {
	case ECONNABORTED:
	case EINTR:
	case EPROTO:
	case EPERM:
	case ENETDOWN:
	case ENOPROTOOPT:
	case EHOSTDOWN:
	case ENONET:
	case EHOSTUNREACH:
	case EOPNOTSUPP:
	case ENETUNREACH:
		return true;
	default:
		return false;
	}
}

/* Out of descriptors for long: refuse some of those who wait, with the loop's spare one. */
static void listener_shed(struct listener *ls)
{
	struct loop *l = ls->watch.loop;
	struct linger now = {.l_onoff = 1, .l_linger = 0};

	if (l->reserve < 0)
		return;
	(void)close(l->reserve);
	for (int i = 0; i < LISTENER_BATCH; i++) {
		int fd = accept4(ls->watch.fd, NULL, NULL, ACCEPT_FLAGS);

		if (fd < 0)
			break;
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		(void)close(fd);
		ls->shed++;
	}
	l->reserve = eventfd(0, EFD_CLOEXEC);
}

static void listener_fail(struct listener *ls, int err)
{
	struct loop *l = ls->watch.loop;

	ls->resting = true;
	if (!ls->failing_since)
		ls->failing_since = loop_now(l);
	else if (loop_now(l) - ls->failing_since >= LISTENER_SHED)
		listener_shed(ls);
	listener_arm(ls);
	loop_timer_arm(l, &ls->rest, LISTENER_REST);
	if (ls->pressure)
		ls->pressure(ls, err);
}

/* Up to <most> connections.  0: nobody waits any more or the owner stopped it, 1: there may be
 * more, negative: failed and resting. */
static int listener_accept(struct listener *ls, unsigned most)
{
	for (unsigned i = 0; i < most; i++) {
		struct sockaddr_storage ss;
		socklen_t len = sizeof(ss);
		int fd = accept_call(ls, &ss, &len);
		struct addr peer;

		if (fd == -EAGAIN)
			return 0;
		if (fd < 0 && accept_passing(fd))
			continue;
		if (fd < 0) {
			listener_fail(ls, fd);
			return fd;
		}
		ls->failing_since = 0;
		ls->watch.loop->stats.accepts++;
		peer = addr_of(&ss, len);
		ls->accepted(ls, fd, &peer);
		if (!listener_is_open(ls) || (ls->paused && !ls->draining))
			return 0;
	}
	return 1;
}

static void listener_ready(struct watch *w, uint32_t events)
{
	(void)events;
	(void)listener_accept(container_of(w, struct listener, watch), LISTENER_BATCH);
}

static void listener_rested(struct timer *t)
{
	struct listener *ls = container_of(t, struct listener, rest);

	ls->resting = false;
	listener_arm(ls);
}

static void listener_graced(struct timer *t)
{
	struct listener *ls = container_of(t, struct listener, grace);
	int r = listener_accept(ls, LISTENER_BACKLOG);

	if (!listener_is_open(ls))
		return;
	if (r < 0) { /* whoever waits is not lost for want of a descriptor; shedding ends it */
		loop_timer_arm(ls->watch.loop, &ls->grace, LISTENER_REST);
		return;
	}
	listener_close(ls);
	ls->drained(ls);
}

int listener_init(
	struct listener *ls, struct loop *l, int fd, accepted_f *accepted, pressure_f *pressure)
{
	int one = 1;
	int r;

	*ls = (struct listener){
		.magic = LISTENER_MAGIC, .accepted = accepted, .pressure = pressure};
	timer_init(&ls->rest, listener_rested);
	timer_init(&ls->grace, listener_graced);
	/* Linux hands it down to the accepted sockets: no call for each. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	r = loop_watch_fd(l, &ls->watch, fd, EPOLLIN, listener_ready);
	if (r < 0)
		(void)close(fd);
	return r;
}

int listener_release(struct listener *ls)
{
	struct loop *l = ls->watch.loop;

	CHECK_OBJ(ls, LISTENER_MAGIC);
	AN(l);
	loop_timer_cancel(l, &ls->rest);
	loop_timer_cancel(l, &ls->grace);
	loop_unwatch(&ls->watch);
	return ls->watch.fd;
}

void listener_close(struct listener *ls)
{
	if (listener_is_open(ls))
		(void)close(listener_release(ls));
}

void listener_pause(struct listener *ls)
{
	ls->paused = true;
	listener_arm(ls);
}

void listener_resume(struct listener *ls)
{
	ls->paused = false;
	ls->resting = false;
	loop_timer_cancel(ls->watch.loop, &ls->rest);
	listener_arm(ls);
}

/* A listening socket's filter sees segments from the TCP header on: drop what has SYN without ACK
 * (RFC 9293 3.1), the client tries again and meets another socket of the port or a refusal; the
 * last ACK of a handshake under way passes. */
static void listener_filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x02, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
	};
	struct sock_fprog prog = {.len = ARRAY_LEN(code), .filter = code};

	/* Without it the drain still accepts whoever came before the close. */
	(void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog));
}

void listener_drain(struct listener *ls, nsec grace, drained_f *drained)
{
	CHECK_OBJ(ls, LISTENER_MAGIC);
	ls->draining = true;
	ls->drained = drained;
	listener_filter(ls->watch.fd);
	listener_arm(ls);
	loop_timer_arm(ls->watch.loop, &ls->grace, grace);
}
