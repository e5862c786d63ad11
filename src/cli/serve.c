/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve.c -- `sluice serve PATH…`: the process that serves, wired together.
 *
 * In order: sockets and files that need rights, the sandbox, threads, the first plan, ready.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/poison.h"
#include "cli/memory_limit.h"
#include "cli/offline.h"
#include "cli/sandbox.h"
#include "cli/serve_priv.h"
#include "source/last_good.h"
#include "tls/memory.h"

#define WORKERS_DEFAULT_MAX 16

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
	size_t n = path.n;

	while (n > 1 && path.p[n - 1] == '/')
		n--;
	while (n && path.p[n - 1] != '/')
		n--;
	if (n == 0)
		return mem_strdup(STR("."));
	return mem_strdup(str_take(path, n > 1 ? n - 1 : 1));
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
	static const enum option_id replaced[] = {OPT_FEED_CA, OPT_FEED_TOKEN};
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
	/* Kubelets replace them beside themselves. */
	for (size_t i = 0; i < ARRAY_LEN(replaced); i++) {
		if (s->o->text[replaced[i]].n)
			*vec_push(&read) = holder_of(s->o->text[replaced[i]]);
	}
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
		serve_open_sockets, serve_close_sockets, serve_bound, serve_drained};
	struct proxy_config config = {.workers = worker_count(s->o),
		.clock = loop_clock(s->loop),
		.steer = s->steer,
		.metric_series = (unsigned)s->o->count[OPT_METRICS_SERIES],
		.memory_limit = s->memory_limit,
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

/* What an unmanaged data plane listens on. */
static int own_listens(const struct options *o, struct kong_listens *l)
{
	static const struct {
		enum option_id id;
		const char *name;
	} rows[] = {{OPT_PROXY_LISTEN, "KONG_PROXY_LISTEN (--proxy-listen)"},
		{OPT_STREAM_LISTEN, "KONG_STREAM_LISTEN (--stream-listen)"}};
	struct buf err = {0};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(rows); i++)
		rc = kong_listens_parse(l, rows[i].id == OPT_STREAM_LISTEN, o->text[rows[i].id],
			rows[i].name, &err);
	if (rc < 0)
		fprintf(stderr, "sluice serve: %.*s\n", STR_ARG(buf_str(&err)));
	buf_fini(&err);
	return rc;
}

/* A listen's host may be a name: what it stands for at our start. */
static int listen_resolve(struct kong_listen *l)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *list;
	char *host = mem_strdup(l->host);
	int rc = getaddrinfo(host, NULL, &hints, &list);

	if (rc != 0) {
		fprintf(stderr, "sluice serve: listen %s:%u: %s\n", host, l->port,
			gai_strerror(rc));
	} else {
		struct sockaddr_storage ss = {0};
		struct addr a;
		char text[ADDR_TEXT];

		memcpy(&ss, list->ai_addr, list->ai_addrlen);
		a = addr_of(&ss, list->ai_addrlen);
		rc = plan_addr_parse(str_from(addr_format_ip(&a, text)), l->port, &l->addr);
		freeaddrinfo(list);
	}
	mem_free(host);
	return rc == 0 ? 0 : -EADDRNOTAVAIL;
}

/* Before the sandbox: names are looked up with the system's resolver. */
static int start_listens(struct serve *s)
{
	int rc;

	if (!s->o->text[OPT_GATEWAY_CLASS].n)
		return 0;
	rc = own_listens(s->o, &s->own);
	for (size_t i = 0; rc == 0 && i < s->own.v.n; i++)
		if (!s->own.v.p[i].addr.family)
			rc = listen_resolve(&s->own.v.p[i]);
	return rc;
}

/* What of the listens' flags has no effect, and why. */
static void tell_listens(const struct serve *s)
{
	struct buf notes = {0};
	struct str rest;

	kong_listens_notes(&s->own, &notes);
	for (rest = buf_str(&notes); rest.n;)
		log_warn("listen", LOG_STR("note", str_cut(&rest, '\n')));
	buf_fini(&notes);
}

static int start_engine(struct serve *s)
{
	static const struct engine_ops ops = {on_plan, on_input, serve_problems};
	const struct feed_options feed = {.url = s->o->text[OPT_FEED],
		.gateway = s->o->text[OPT_GATEWAY],
		.class_name = s->o->text[OPT_GATEWAY_CLASS],
		.listens = &s->own,
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
	if (rc < 0)
		return failed("input", rc);
	s->measure = measure_new(s->engine);
	return 0;
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
		rc = sockets_get(s, &at, 1, false, ret_fd);
	return rc < 0 ? failed(id == OPT_ADMIN ? "--admin" : "--health", rc) : 0;
}

static int start_server(
	struct serve *s, int fd, admin_handler_f *handler, struct admin_server **ret_server)
{
	return fd < 0 ? 0 : admin_server_new(s->loop, fd, handler, s, ret_server);
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

static void start_memory(struct serve *s)
{
	/* The first word with OpenSSL; it is too late only if something else of ours came before.
	 */
	AN(tls_memory_count());
	s->memory_limit = option_is(s->o, OPT_MEMORY_LIMIT, "auto") ? memory_limit_auto("")
								    : s->o->count[OPT_MEMORY_LIMIT];
}

static int start(struct serve *s)
{
	int rc;

	start_memory(s);
	rc = start_state_dir(s);
	if (rc == 0)
		rc = start_paths(s);
	if (rc == 0)
		rc = start_listens(s);
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
	serve_end_init(s);
	serve_pages_init();
	s->plans = plan_store_new();
	rc = serve_watch_signals(s);
	if (rc == 0)
		rc = start_log(s);
	if (rc == 0)
		tell_listens(s);
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
	if (s->loop)
		serve_end_fini(s);
	if (s->engine)
		engine_save(s->engine);
	measure_free(s->measure);
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
	kong_listens_fini(&s->own);
	mem_free(s->state_dir);
}

static void tell_ready(struct serve *s)
{
	struct channel_msg m = {.kind = CHANNEL_READY};
	size_t n;

	s->ready = true;
	log_info("ready", LOG_INT("workers", worker_count(s->o)),
		LOG_INT("memory-limit", s->memory_limit));
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
		rc = start_server(&s, s.admin_fd, serve_admin, &s.admin);
	}
	if (rc == 0)
		rc = start_server(&s, s.health_fd, serve_health, &s.health);
	if (rc == 0) {
		if (!s.o->text[OPT_FEED].n)
			tell_ready(&s);
		while (!s.done || operators_wait(&s))
			loop_tick(s.loop, NSEC_NEVER);
	}
	stop(&s);
	return rc < 0 ? EXIT_FINDINGS : EXIT_GOOD;
}

/* A client is a descriptor: as many as we may have.  The shell's soft limit is for select(2). */
static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static bool usage_good(const struct options *o)
{
	bool feed = o->text[OPT_FEED].n, one = o->text[OPT_GATEWAY].n,
	     class = o->text[OPT_GATEWAY_CLASS].n;
	struct kong_listens l = {0};
	int rc = 0;

	if (feed ? o->words.n || one == class : class) {
		fputs("sluice serve: --feed wants --gateway or --gateway-class, and no PATH\n",
			stderr);
		return false;
	}
	if (class)
		rc = own_listens(o, &l);
	kong_listens_fini(&l);
	return rc == 0;
}

int command_serve(const struct options *o, char **argv)
{
	raise_descriptors();
	if (!o->words.n && !o->text[OPT_FEED].n) {
		fputs("sluice serve: which PATH? see 'sluice serve --help'\n", stderr);
		return EXIT_USAGE;
	}
	if (!usage_good(o))
		return EXIT_USAGE;
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
