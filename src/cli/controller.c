/* SPDX-License-Identifier: Apache-2.0 */
/*
 * controller.c -- `sluice controller`: the process that serves a cluster's Gateway API, wired
 * together.  It parses what the API server says and no client's bytes.
 */
#include "control/controller.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "admin/server.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/ring.h"
#include "cli/commands.h"
#include "cli/kube.h"
#include "gwapi/names.h"
#include "net/listener.h"

#define HEALTH_DEFAULT STR("[::]:10254")

struct process {
	const struct options *o;
	struct loop *loop;
	struct writer *writer;
	struct watch signals;
	struct admin_server *health;
	struct kube_config kube;
	struct controller_options options;
	struct controller *controller;
	struct arena arena;
	struct str namespaces[KUBE_NAMESPACES_MAX];
	int signal_fd;
	bool done;
};

static void on_signal(struct watch *w, uint32_t events)
{
	struct process *p = container_of(w, struct process, signals);
	struct signalfd_siginfo info;

	(void)events;
	while (read(w->fd, &info, sizeof(info)) == sizeof(info)) {
		log_info("ending");
		p->done = true;
	}
}

static void on_health(void *arg, const struct admin_request *rq, struct admin_reply *reply)
{
	struct process *p = arg;
	bool ready = p->controller && controller_ready(p->controller);

	if (str_eq(rq->path, STR("/healthz"))) {
		buf_add(&reply->body, STR("ok\n"));
	} else if (str_eq(rq->path, STR("/readyz"))) {
		reply->status = ready ? 200 : 503;
		buf_add(&reply->body, ready ? STR("ready\n") : STR("not everything is read yet\n"));
	} else if (str_eq(rq->path, STR("/metrics"))) {
		reply->type = "text/plain; version=0.0.4; charset=utf-8";
		metrics_write(&reply->body);
	} else {
		reply->status = 404;
		buf_add(&reply->body, STR("there are /healthz, /readyz, /metrics\n"));
	}
}

static int failed(struct str what)
{
	fprintf(stderr, "sluice controller: %.*s\n", STR_ARG(what));
	return -EINVAL;
}

static int load_kube(struct process *p)
{
	struct buf err = {0};
	int rc = kube_from_options(p->o, &p->kube, &err);

	if (rc < 0)
		failed(buf_str(&err));
	buf_fini(&err);
	return rc;
}

static int set_scope(struct process *p, struct kube_scope *ret_scope)
{
	struct str rest = p->o->text[OPT_WATCH_NAMESPACES];
	size_t n = 0;

	while (rest.n) {
		struct str name = str_trim(str_cut(&rest, ','));
		bool again = false;

		for (size_t i = 0; i < n; i++)
			again = again || str_eq(p->namespaces[i], name);
		if (again)
			continue;
		if (!name_is_label(name)) /* what else is written would be part of a path */
			return failed(arena_printf(&p->arena,
				"--watch-namespaces: '%.*s' is not the name of a namespace",
				STR_ARG(name)));
		if (n == KUBE_NAMESPACES_MAX)
			return failed(STR("--watch-namespaces: at most 64 are wanted"));
		p->namespaces[n++] = name;
	}
	*ret_scope = (struct kube_scope){p->namespaces, n};
	return 0;
}

static int set_options(struct process *p)
{
	const struct options *o = p->o;
	struct controller_options *c = &p->options;
	struct str ns = o->text[OPT_NAMESPACE], host = o->text[OPT_FEED_HOST];

	if (!ns.n)
		ns = kube_in_pod() ? p->kube.namespace : STR("sluice-system");
	if (!host.n)
		host = arena_printf(&p->arena, "sluice-controller.%.*s.svc.%.*s", STR_ARG(ns),
			STR_ARG(o->text[OPT_CLUSTER_DOMAIN]));
	*c = (struct controller_options){.kube = &p->kube,
		.controller = o->text[OPT_CONTROLLER_NAME],
		.namespace = ns,
		.image = o->text[OPT_IMAGE],
		.feed_host = host,
		.identity = o->text[OPT_IDENTITY],
		.log_level = o->text[OPT_LOG_LEVEL],
		.address_timeout = o->time[OPT_ADDRESS_TIMEOUT],
		.unmanaged = {o->text[OPT_PUBLISH_SERVICE], o->text[OPT_PUBLISH_STATUS_ADDRESS]},
		.max_rollouts = (unsigned)o->count[OPT_MAX_ROLLOUTS],
		.feed_address = o->text[OPT_FEED_ADDRESS]};
	if (addr_parse(o->text[OPT_FEED_LISTEN], &c->feed_listen) < 0)
		return failed(STR("--feed-listen: an address like [::]:15010 is wanted"));
	return set_scope(p, &c->scope);
}

static int start_log(struct process *p)
{
	struct log_config config = {.clock = loop_clock(p->loop),
		.format = option_is(p->o, OPT_LOG_FORMAT, "json") ? LOG_JSON : LOG_TEXT};
	int output;

	AZ(log_level_parse(p->o->text[OPT_LOG_LEVEL], &config.level));
	p->writer = writer_new();
	output = writer_output(p->writer, STDERR_FILENO);
	if (output < 0)
		return output;
	config.writer = p->writer;
	config.output = (unsigned)output;
	log_init(&config);
	return 0;
}

static int start_signals(struct process *p)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	AZ(sigprocmask(SIG_BLOCK, &set, NULL));
	p->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (p->signal_fd < 0)
		return -errno;
	return loop_watch_fd(p->loop, &p->signals, p->signal_fd, EPOLLIN, on_signal);
}

static int start_health(struct process *p)
{
	struct str text = p->o->given[OPT_HEALTH] ? p->o->text[OPT_HEALTH] : HEALTH_DEFAULT;
	struct addr at;
	int fd;

	if (str_eq(text, STR("off")))
		return 0;
	if (text.n && text.p[0] == ':') /* Kong's way to say "any address" */
		text = arena_printf(&p->arena, "[::]%.*s", STR_ARG(text));
	if (addr_parse(text, &at) < 0)
		return failed(STR("--health: an address like [::]:10254 is wanted"));
	fd = listener_open_dual(&at);
	return fd < 0 ? fd : admin_server_new(p->loop, fd, on_health, p, &p->health);
}

static void tell_strangers(const struct process *p)
{
	struct buf names = {0};

	options_strangers(p->o, &names);
	if (names.n)
		log_warn("variables that mean nothing here", LOG_STR("names", buf_str(&names)));
	buf_fini(&names);
}

static int start(struct process *p)
{
	int rc = load_kube(p);

	if (rc == 0)
		rc = set_options(p);
	if (rc == 0)
		rc = loop_new(&(struct loop_config){0}, &p->loop);
	if (rc == 0)
		rc = start_signals(p);
	if (rc == 0)
		rc = start_log(p);
	if (rc == 0)
		tell_strangers(p);
	if (rc == 0)
		rc = start_health(p);
	if (rc == 0)
		rc = controller_new(p->loop, &p->options, &p->controller);
	if (rc < 0 && rc != -EINVAL)
		fprintf(stderr, "sluice controller: %s\n", strerror(-rc));
	return rc;
}

static void stop(struct process *p)
{
	admin_server_free(p->health);
	controller_free(p->controller);
	if (p->loop)
		loop_unwatch(&p->signals);
	if (p->signal_fd >= 0)
		close(p->signal_fd);
	log_fini();
	if (p->writer)
		writer_free(p->writer);
	loop_free(p->loop);
	kube_config_fini(&p->kube);
	arena_fini(&p->arena);
}

int command_controller(const struct options *o)
{
	struct process p = {.o = o, .signal_fd = -1};
	int rc;

	arena_init(&p.arena, 0);
	rc = start(&p);
	while (rc == 0 && !p.done)
		loop_tick(p.loop, NSEC_NEVER);
	stop(&p);
	return rc < 0 ? EXIT_FINDINGS : EXIT_GOOD;
}
