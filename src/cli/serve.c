/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve.c -- `sluice serve PATH…`: the process that serves, wired together.
 *
 * In order: sockets and files that need rights, the sandbox, threads, the first plan, ready.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/server.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/poison.h"
#include "cli/channel.h"
#include "cli/commands.h"
#include "cli/offline.h"
#include "cli/sandbox.h"
#include "cli/supervisor.h"
#include "control/engine.h"
#include "gwapi/explain.h"
#include "match/path.h"
#include "net/steer.h"
#include "plan/dump.h"
#include "proxy/proxy.h"
#include "source/last_good.h"
#include "text/write.h"

#define WORKERS_DEFAULT_MAX 16

#define SERVE_METRICS(M)                                                                         \
	M(metric_plans, METRIC_GAUGE, "sluice_plans",                                            \
		"Plans alive: the current one and those that requests still use.", METRIC_PLAIN) \
	M(metric_problems, METRIC_GAUGE, "sluice_input_problems",                                \
		"Things that are wrong with the input.", METRIC_PLAIN)                           \
	M(metric_stale, METRIC_GAUGE, "sluice_input_stale_files",                                \
		"Files that cannot be used and of which the last good objects are in force.",    \
		METRIC_PLAIN)

METRICS_DECLARE(SERVE_METRICS)
METRICS_DEFINE(serve_metrics, SERVE_METRICS);

struct serve {
	const struct options *o;
	const struct child_start *start; /* NULL: no supervisor */
	struct loop *loop;
	struct clock_page clock; /* --test-clock */
	struct steer *steer; /* likewise; NULL: the system's time */
	struct writer *writer;
	struct plan_store *plans;
	struct engine *engine;
	struct proxy *proxy;
	struct admin_server *admin;
	struct admin_server *health;
	struct listens listens; /* without a supervisor */
	struct watch signals;
	struct watch tell;
	struct timer drain;
	char *state_dir; /* NULL: none */
	int access_fd;
	int admin_fd; /* -1: off */
	int health_fd;
	size_t stale; /* files, as told last */
	bool ready;
	bool retired; /* a newer process has the sockets */
	bool ending;
	bool cut;
	bool done;
};

/* --- sockets ------------------------------------------------------------------------------ */

static int ask_supervisor(struct serve *s, struct channel_msg *m, int *fds, size_t *n)
{
	int rc = channel_send(s->start->ask_fd, m, NULL, 0);

	if (rc < 0)
		return rc;
	rc = channel_recv(s->start->ask_fd, m, fds, n);
	return rc < 0 ? rc : rc == 0 ? -EPIPE : m->result;
}

static int sockets_get(struct serve *s, const struct addr *at, unsigned slots, int *ret_fds)
{
	struct channel_msg m = {.kind = CHANNEL_OPEN, .addr = *at, .slots = slots};
	const struct listen_set *set;
	size_t n = 0;
	int rc;

	if (s->start) {
		rc = ask_supervisor(s, &m, ret_fds, &n);
		return rc < 0 ? rc : n == slots ? 0 : -EPROTO;
	}
	rc = listens_open(&s->listens, at, slots, 0, &set);
	if (rc < 0)
		return rc;
	for (unsigned i = 0; i < slots; i++)
		ret_fds[i] = fcntl(set->fds[i], F_DUPFD_CLOEXEC, 0);
	return 0;
}

static int open_sockets(void *arg, const struct addr *at, int ret_fds[PROXY_SLOTS])
{
	_Static_assert(PROXY_SLOTS == LISTEN_SLOTS, "one number, two rooms");
	return sockets_get(arg, at, PROXY_SLOTS, ret_fds);
}

static void close_sockets(void *arg, const struct addr *at)
{
	struct serve *s = arg;
	struct channel_msg m = {.kind = CHANNEL_CLOSE, .addr = *at};
	size_t n;

	if (!s->start)
		listens_close(&s->listens, at);
	else if (ask_supervisor(s, &m, NULL, &n) < 0)
		log_error("the supervisor does not answer");
}

static void sockets_bound(void *arg, struct str port, const struct addr *at, int err)
{
	struct serve *s = arg;
	char text[ADDR_TEXT];

	if (err)
		log_error("cannot listen", LOG_STR("address", str_from(addr_format(at, text))),
			LOG_ERR(err));
	else
		log_info("listening", LOG_STR("address", str_from(addr_format(at, text))));
	engine_port_bound(s->engine, str_starts(port, STR("udp/")), addr_port(at), err);
}

/* --- ending ------------------------------------------------------------------------------- */

static void on_drained(void *arg)
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

/* --- the engine's events ------------------------------------------------------------------- */

static void tell_ready(struct serve *s);

static void on_plan(void *arg, struct plan *plan)
{
	struct serve *s = arg;

	proxy_publish(s->proxy, plan);
	if (s->o->text[OPT_FEED].n && !s->ready && !s->ending)
		tell_ready(s);
}

static void on_input(void *arg, uint64_t digest)
{
	struct serve *s = arg;
	struct channel_msg m = {.kind = CHANNEL_INPUT, .digest = digest};
	size_t n;

	if (s->start && ask_supervisor(s, &m, NULL, &n) < 0)
		log_error("the supervisor does not answer");
}

static void on_problems(void *arg)
{
	struct serve *s = arg;
	struct engine_input in = engine_input(s->engine);
	size_t n, bad = 0;
	const struct file_problem *p = engine_problems(s->engine, &n);

	for (size_t i = 0; i < n; i++)
		bad += !p[i].ignored;
	metric_set(&metric_problems, (int64_t)bad);
	metric_set(&metric_stale, (int64_t)in.stale);
	if (in.stale && in.stale != s->stale)
		log_warn("serving what was good before, where the input cannot be used",
			LOG_INT("files", in.stale), LOG_BOOL("from-state-dir", in.from_state));
	else if (!in.stale && s->stale)
		log_info("the input is whole again");
	s->stale = in.stale;
	for (size_t i = 0; i < n; i++) {
		if (!p[i].fresh)
			continue;
		if (p[i].ignored)
			log_info("input", LOG_STR("note", p[i].text));
		else
			log_error("input", LOG_STR("problem", p[i].text));
	}
}

/* --- what operators ask -------------------------------------------------------------------- */

/* Beside the items: whether what is in force is what the input says. */
static struct value status_input(struct serve *s, struct arena *a)
{
	struct engine_input in = engine_input(s->engine);
	struct value v = value_object(), problems = value_array();
	size_t n;
	const struct file_problem *p = engine_problems(s->engine, &n);

	for (size_t i = 0; i < n; i++) {
		if (!p[i].ignored)
			value_push(a, &problems, value_str(p[i].text));
	}
	value_add(a, &v, STR("digest"),
		value_str(arena_printf(a, "%016llx", (unsigned long long)in.digest)));
	value_add(a, &v, STR("staleFiles"), value_int((int64_t)in.stale));
	value_add(a, &v, STR("problems"), problems);
	return v;
}

static void page_status(struct serve *s, struct admin_reply *reply)
{
	struct value list;
	struct arena a;

	arena_init(&a, 0);
	list = engine_status(s->engine, &a);
	value_add(&a, &list, STR("input"), status_input(s, &a));
	text_write_json(&reply->body, &list, TEXT_INDENTED);
	reply->type = "application/json";
	arena_fini(&a);
}

static void page_explain(struct serve *s, struct str query, struct admin_reply *reply)
{
	VEC(struct explain_header) headers = {0};
	struct explain_request rq = {0};
	struct query_param p;
	bool json = false;
	struct arena a;
	int rc;

	arena_init(&a, 0);
	while (query_next(&query, arena_bytes(&a, query.n + 1), &p)) {
		if (str_eq(p.name, STR("method")))
			rq.method = arena_str(&a, p.value);
		else if (str_eq(p.name, STR("url")))
			rq.url = arena_str(&a, p.value);
		else if (str_eq(p.name, STR("format")))
			json = str_eq(p.value, STR("json"));
		else if (str_eq(p.name, STR("header"))) {
			struct str value = arena_str(&a, p.value), name = str_cut(&value, ':');

			*vec_push(&headers) = (struct explain_header){name, str_trim(value)};
		}
	}
	rq.headers = headers.p;
	rq.n_headers = headers.n;
	rc = explain(proxy_plan(s->proxy), &rq, json, &reply->body);
	reply->status = rc < 0 ? 400 : rc == EXPLAIN_FOUND ? 200 : 404;
	if (json && rc >= 0)
		reply->type = "application/json";
	vec_fini(&headers);
	arena_fini(&a);
}

static void page_dump(struct serve *s, struct admin_reply *reply)
{
	plan_dump(proxy_plan(s->proxy), &reply->body);
	reply->type = "application/json";
}

static void not_found(struct admin_reply *reply, struct str what_there_is)
{
	reply->status = 404;
	buf_add(&reply->body, what_there_is);
}

static void on_admin(void *arg, const struct admin_request *rq, struct admin_reply *reply)
{
	struct serve *s = arg;

	if (str_eq(rq->path, STR("/status")))
		page_status(s, reply);
	else if (str_eq(rq->path, STR("/explain")))
		page_explain(s, rq->query, reply);
	else if (str_eq(rq->path, STR("/config_dump")))
		page_dump(s, reply);
	else
		not_found(reply, STR("there are /status, /explain?method=&url=, /config_dump\n"));
}

static void on_health(void *arg, const struct admin_request *rq, struct admin_reply *reply)
{
	struct serve *s = arg;

	if (str_eq(rq->path, STR("/healthz"))) {
		buf_add(&reply->body, STR("ok\n"));
	} else if (str_eq(rq->path, STR("/readyz"))) {
		reply->status = s->ready ? 200 : 503;
		buf_add(&reply->body, s->ready    ? STR("ready\n")
				      : s->ending ? STR("ending\n")
						  : STR("no configuration yet\n"));
	} else if (str_eq(rq->path, STR("/metrics"))) {
		reply->type = "text/plain; version=0.0.4; charset=utf-8";
		metric_set(&metric_plans, (int64_t)proxy_live_plans(s->proxy));
		metrics_write(&reply->body);
	} else {
		not_found(reply, STR("there are /healthz, /readyz, /metrics\n"));
	}
}

/* --- start, step by step -------------------------------------------------------------------- */

static int failed(const char *what, int rc)
{
	fprintf(stderr, "sluice serve: %s: %s\n", what, strerror(-rc));
	return rc;
}

static int start_state_dir(struct serve *s)
{
	struct str dir = s->o->text[OPT_STATE_DIR];

	if (!dir.n)
		return 0;
	s->state_dir = mem_strdup(dir);
	if (mkdir(s->state_dir, 0700) < 0 && errno != EEXIST)
		return failed("--state-dir", -errno);
	return 0;
}

/* A path that is not there is a mistake, unless we have served it before. */
static int start_paths(struct serve *s)
{
	struct last_good good;
	struct buf err = {0};
	int rc = paths_exist(s->o->words.p, s->o->words.n, &err);

	if (rc < 0)
		fprintf(stderr, "sluice serve: %.*s\n", STR_ARG(buf_str(&err)));
	buf_fini(&err);
	if (rc < 0 && s->state_dir && last_good_read(s->state_dir, NULL, &good) == 0) {
		last_good_fini(&good);
		return 0;
	}
	return rc;
}

static int start_access_log(struct serve *s)
{
	struct str path = s->o->text[OPT_ACCESS_LOG];
	char *name;

	s->access_fd = -1;
	if (str_eq(path, STR("off")))
		return 0;
	if (str_eq(path, STR("-"))) {
		s->access_fd = STDOUT_FILENO;
		return 0;
	}
	name = mem_strdup(path);
	s->access_fd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	mem_free(name);
	return s->access_fd < 0 ? failed("--access-log", -errno) : 0;
}

/* A path's folder, which must be readable too: that is where a swapped link or a rename shows. */
static char *holder_of(struct str path)
{
	char *holder, *slash;

	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	holder = mem_strdup(path);
	slash = strrchr(holder, '/');
	if (slash == holder)
		slash[1] = '\0';
	else if (slash)
		*slash = '\0';
	else
		strcpy(holder, ".");
	return holder;
}

static bool sandbox_wanted(const struct options *o)
{
#ifdef POISON_ON
	/* The sanitizers' own runtime needs what the sandbox takes. */
	if (!o->given[OPT_SANDBOX])
		return false;
#endif
	return !option_is(o, OPT_SANDBOX, "off");
}

static int start_sandbox(struct serve *s)
{
	static const char *const always[] = {"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf",
		"/etc/host.conf", "/etc/gai.conf", "/etc/ssl", "/usr/share/ca-certificates",
		"/var/run/secrets", "/dev/urandom"};
	VEC(const char *) read = {0};
	struct sandbox_paths paths = {0};
	struct buf err = {0};
	const char *state = s->state_dir;
	int rc;

	if (!sandbox_wanted(s->o))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		*vec_push(&read) = always[i];
	vec_for_each (word, &s->o->words)
		*vec_push(&read) = holder_of(*word);
	paths = (struct sandbox_paths){read.p, read.n, &state, state ? 1 : 0, !s->start};
	rc = sandbox_enter(&paths, &err);
	if (rc != 0)
		fprintf(stderr, "sluice serve: %.*s\n", STR_ARG(buf_str(&err)));
	for (size_t i = ARRAY_LEN(always); i < read.n; i++)
		mem_free((void *)(uintptr_t)read.p[i]);
	vec_fini(&read);
	buf_fini(&err);
	return rc < 0 ? rc : 0;
}

/* For tests: tries what the sandbox forbids, says what came of it, and never serves. */
static _Noreturn void self_test(void)
{
	struct buf out = {0};
	bool good = sandbox_try_forbidden(&out);

	print(buf_str(&out));
	/* No clean-up: the supervisor reads the status and ends. */
	_exit(good ? EXIT_GOOD : EXIT_FINDINGS);
}

static int start_log(struct serve *s)
{
	struct log_config config = {.clock = loop_clock(s->loop),
		.format = option_is(s->o, OPT_LOG_FORMAT, "json") ? LOG_JSON : LOG_TEXT};
	int output;

	AZ(log_level_parse(s->o->text[OPT_LOG_LEVEL], &config.level));
	s->writer = writer_new();
	output = writer_output(s->writer, STDERR_FILENO);
	if (output < 0)
		return output;
	config.writer = s->writer;
	config.output = (unsigned)output;
	log_init(&config);
	return 0;
}

static unsigned worker_count(const struct options *o)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (o->count[OPT_WORKERS])
		return (unsigned)MIN(o->count[OPT_WORKERS], PROXY_WORKERS_MAX);
	return (unsigned)MAX(1, MIN(cores, WORKERS_DEFAULT_MAX));
}

static int start_proxy(struct serve *s)
{
	static const struct proxy_ops ops = {
		open_sockets, close_sockets, sockets_bound, on_drained};
	struct proxy_config config = {.workers = worker_count(s->o),
		.clock = loop_clock(s->loop),
		.steer = s->steer,
		.access_format = option_is(s->o, OPT_ACCESS_LOG_FORMAT, "json") ? PROXY_LOG_JSON
										: PROXY_LOG_TEXT};

	if (s->access_fd >= 0) {
		int output = writer_output(s->writer, s->access_fd);

		if (output < 0)
			return output;
		config.writer = s->writer;
		config.access_output = (unsigned)output;
	}
	return proxy_new(s->loop, s->plans, &config, &ops, s, &s->proxy);
}

static int start_engine(struct serve *s)
{
	static const struct engine_ops ops = {on_plan, on_input, on_problems};
	const struct feed_options feed = {.url = s->o->text[OPT_FEED],
		.gateway = s->o->text[OPT_GATEWAY],
		.ca_file = s->o->text[OPT_FEED_CA],
		.token_file = s->o->text[OPT_FEED_TOKEN]};
	const struct engine_options options = {.paths = s->o->words.p,
		.n_paths = s->o->words.n,
		.controller = s->o->text[OPT_CONTROLLER_NAME],
		.state_dir = s->state_dir,
		.set_aside = s->start && s->start->last_good ? &s->start->set_aside : NULL,
		.feed = feed.url.n ? &feed : NULL,
		.dns_servers = s->o->text[OPT_DNS_SERVERS]};
	int rc;

	rc = engine_new(s->loop, s->plans, &options, &ops, s, &s->engine);
	if (rc == -EINVAL && options.dns_servers.n)
		return failed("--dns-servers", rc);
	return rc < 0 ? failed("input", rc) : 0;
}

/* The socket of an operator's address: the supervisor's too, so that an upgrade refuses nobody. */
static int start_socket(struct serve *s, enum option_id id, int *ret_fd)
{
	struct addr at;
	int rc;

	if (option_is(s->o, id, "off"))
		return 0;
	rc = addr_parse(s->o->text[id], &at);
	if (rc == 0)
		rc = sockets_get(s, &at, 1, ret_fd);
	return rc < 0 ? failed(id == OPT_ADMIN ? "--admin" : "--health", rc) : 0;
}

static int start_server(
	struct serve *s, int fd, admin_handler_f *handler, struct admin_server **ret_server)
{
	return fd < 0 ? 0 : admin_server_new(s->loop, fd, handler, s, ret_server);
}

static int start_signals(struct serve *s)
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

/* --test-clock SOCKET: the loops' time stands still, and goes on when somebody says so there. */
static int start_loop(struct serve *s)
{
	struct str path = s->o->text[OPT_TEST_CLOCK];
	struct loop_config config = {0};
	struct steer_member *own;
	struct buf name = {0};
	int rc = 0;

	if (!path.n)
		return loop_new(&config, &s->loop);
	buf_printf(&name, "%.*s.page", STR_ARG(path));
	buf_addc(&name, 0);
	rc = clock_page_open(&s->clock, name.p);
	config.clock = &s->clock.clock;
	if (rc == 0)
		rc = loop_new(&config, &s->loop);
	name.p[path.n] = 0;
	if (rc == 0)
		rc = steer_new(s->loop, &s->clock, name.p, &s->steer);
	if (rc == 0)
		rc = steer_join(s->steer, s->loop, &own);
	buf_fini(&name);
	return rc < 0 ? failed("--test-clock", rc) : 0;
}

static int start(struct serve *s)
{
	int rc = start_state_dir(s);

	if (rc == 0)
		rc = start_paths(s);
	if (rc == 0)
		rc = start_access_log(s);
	if (rc == 0)
		rc = start_sandbox(s);
	if (rc == 0 && option_is(s->o, OPT_SELF_TEST, "sandbox"))
		self_test();
	if (rc == 0)
		rc = start_loop(s);
	if (rc < 0)
		return rc;
	timer_init(&s->drain, drain_next);
	metrics_register(&serve_metrics);
	s->plans = plan_store_new();
	rc = start_signals(s);
	if (rc == 0)
		rc = start_log(s);
	if (rc == 0)
		rc = start_proxy(s);
	if (rc == 0)
		rc = start_engine(s);
	if (rc == 0)
		rc = start_socket(s, OPT_ADMIN, &s->admin_fd);
	if (rc == 0)
		rc = start_socket(s, OPT_HEALTH, &s->health_fd);
	return rc;
}

static void stop(struct serve *s)
{
	admin_server_free(s->admin);
	admin_server_free(s->health);
	if (s->loop) {
		loop_timer_cancel(s->loop, &s->drain);
		loop_unwatch(&s->tell);
		loop_unwatch(&s->signals);
	}
	if (s->engine)
		engine_save(s->engine);
	engine_free(s->engine);
	proxy_free(s->proxy);
	if (s->plans)
		plan_store_reap(s->plans);
	plan_store_free(s->plans);
	log_fini();
	if (s->writer)
		writer_free(s->writer);
	steer_free(s->steer);
	loop_free(s->loop);
	listens_fini(&s->listens);
	mem_free(s->state_dir);
}

static void tell_ready(struct serve *s)
{
	struct channel_msg m = {.kind = CHANNEL_READY};
	size_t n;

	s->ready = true;
	log_info("ready", LOG_INT("workers", worker_count(s->o)));
	if (s->start && ask_supervisor(s, &m, NULL, &n) < 0)
		log_error("the supervisor does not answer");
}

/* Whoever asked us before the newer process did is answered by us: ADMIN_TIMEOUT bounds it. */
static bool operators_wait(const struct serve *s)
{
	return s->retired && (admin_server_busy(s->admin) || admin_server_busy(s->health));
}

static int serve_child(void *arg, const struct child_start *child)
{
	struct serve s = {.o = arg, .start = child, .admin_fd = -1, .health_fd = -1};
	int rc = start(&s);

	if (rc == 0) {
		engine_read(s.engine);
		(void)malloc_trim(0); /* the texts and trees of the first read are gone */
		/* Only now: until then an older process, or the backlog, has who asks. */
		rc = start_server(&s, s.admin_fd, on_admin, &s.admin);
	}
	if (rc == 0)
		rc = start_server(&s, s.health_fd, on_health, &s.health);
	if (rc == 0) {
		if (!s.o->text[OPT_FEED].n)
			tell_ready(&s);
		while (!s.done || operators_wait(&s))
			loop_tick(s.loop, NSEC_NEVER);
	}
	stop(&s);
	return rc < 0 ? EXIT_FINDINGS : EXIT_GOOD;
}

int command_serve(const struct options *o, char **argv)
{
	if (!o->words.n && !o->text[OPT_FEED].n) {
		fputs("sluice serve: which PATH? see 'sluice serve --help'\n", stderr);
		return EXIT_USAGE;
	}
	if (o->text[OPT_FEED].n && (o->words.n || !o->text[OPT_GATEWAY].n)) {
		fputs("sluice serve: --feed wants --gateway and no PATH\n", stderr);
		return EXIT_USAGE;
	}
	if (option_is(o, OPT_SUPERVISE, "off"))
		return serve_child((void *)(uintptr_t)o, NULL);
	if (sandbox_wanted(o)) {
		int rc = sandbox_keep_low_ports();

		if (rc < 0) {
			(void)failed("capabilities", rc);
			return EXIT_FINDINGS;
		}
	}
	return supervise(argv, serve_child, (void *)(uintptr_t)o);
}
