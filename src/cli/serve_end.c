/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve_end.c -- how the serving process ends: on SIGTERM, when its supervisor is gone, and when a
 * newer process serves.
 */
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/serve_priv.h"

void serve_drained(void *arg)
{
	struct serve *s = arg;

	log_info("ended", LOG_INT("idle-closed", proxy_cuts(PROXY_CUT_IDLE)),
		LOG_INT("requests-cut", proxy_cuts(PROXY_CUT_REQUEST)),
		LOG_INT("tunnels-cut", proxy_cuts(PROXY_CUT_TUNNEL)));
	s->done = true;
	loop_stop(s->loop);
}

static void drain_next(struct timer *t)
{
	struct serve *s = container_of(t, struct serve, drain);

	if (!s->cut) {
		s->cut = true;
		log_info("accepting no more");
		proxy_drain(s->proxy, PROXY_DRAIN_END);
		loop_timer_arm(s->loop, &s->drain, s->o->time[OPT_DRAIN_TIMEOUT]);
	} else {
		log_warn("the drain timeout is over: cutting what still runs");
		proxy_drain(s->proxy, PROXY_DRAIN_CUT);
	}
}

/* Readiness fails first; for a while we still accept, so that whoever balances us can notice. */
static void begin_end(struct serve *s)
{
	if (s->ending)
		return;
	s->ending = true;
	s->ready = false;
	if (s->engine)
		engine_ending(s->engine);
	log_info("ending");
	if (!s->retired)
		proxy_drain(s->proxy, PROXY_DRAIN_ANNOUNCE);
	loop_timer_arm(s->loop, &s->drain, s->retired ? 0 : s->o->time[OPT_DRAIN_DELAY]);
}

static void on_signal(struct watch *w, uint32_t events)
{
	struct serve *s = container_of(w, struct serve, signals);
	struct signalfd_siginfo info;

	(void)events;
	while (read(w->fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
			begin_end(s);
		else if (info.ssi_signo == SIGHUP)
			engine_read(s->engine);
	}
}

/* The supervisor says that a newer child serves, or it is gone. */
static void on_tell(struct watch *w, uint32_t events)
{
	struct serve *s = container_of(w, struct serve, tell);
	int fds[LISTEN_SLOTS];
	struct channel_msg m;
	size_t n;
	int rc = channel_recv(w->fd, &m, fds, &n);

	(void)events;
	if (rc == -EAGAIN)
		return;
	if (rc <= 0) {
		loop_unwatch(w);
		begin_end(s);
		return;
	}
	if (m.kind != CHANNEL_RETIRE)
		return;
	log_info("a newer process serves: ending with the last connection");
	admin_server_stop(s->admin);
	admin_server_stop(s->health);
	engine_leave_state(s->engine);
	s->retired = true;
	proxy_drain(s->proxy, PROXY_DRAIN_RETIRE);
}

int serve_watch_signals(struct serve *s)
{
	static const int taken[] = {SIGTERM, SIGINT, SIGHUP};
	sigset_t set;
	int fd;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(taken); i++)
		sigaddset(&set, taken[i]);
	AZ(sigprocmask(SIG_BLOCK, &set, NULL));
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (s->start) {
		int rc = loop_watch_fd(s->loop, &s->tell, s->start->tell_fd, EPOLLIN, on_tell);

		if (rc < 0)
			return rc;
	}
	return loop_watch_fd(s->loop, &s->signals, fd, EPOLLIN, on_signal);
}

void serve_end_init(struct serve *s)
{
	timer_init(&s->drain, drain_next);
}

void serve_end_fini(struct serve *s)
{
	loop_timer_cancel(s->loop, &s->drain);
	loop_unwatch(&s->tell);
	loop_unwatch(&s->signals);
}
