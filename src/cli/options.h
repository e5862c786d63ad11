/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options.h -- the command line: one table makes parser, --help, man page and completion.
 *
 * A process setting is --flag VALUE (or --flag=VALUE) or the variable SLUICE_FLAG (upper case, '-'
 * as '_'); the flag wins over the variable, the variable over the default.  Who comes from Kong
 * finds his own: the controller also reads CONTROLLER_FLAG and knows some flags by Kong's names
 * (option_aliases), the listens are also KONG_PROXY_LISTEN and KONG_STREAM_LISTEN.  Options may
 * follow paths; "--" ends them.  Values borrow argv and environ, which live as long as the process.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/vec.h"
#include "source/kong_listen.h"

enum command {
	CMD_SERVE = 1 << 0,
	CMD_CHECK = 1 << 1,
	CMD_STATUS = 1 << 2,
	CMD_EXPLAIN = 1 << 3,
	CMD_VERSION = 1 << 4,
	CMD_CONTROLLER = 1 << 5,
};

enum option_kind {
	OPTION_FLAG,
	OPTION_TEXT,
	OPTION_LIST,
	OPTION_COUNT,
	OPTION_TIME,
	OPTION_SIZE,
	OPTION_CHOICE
};

/* X(id, name, kind, argument, default, commands, help); a CHOICE's argument lists its values.
 * A SIZE is a number of bytes, or a word of its argument, which counts as 0.  A help text of NULL
 * hides the option (tests). */
#define OPTIONS(X)                                                                                  \
	X(ADMIN, "admin", TEXT, "ADDR|off", "127.0.0.1:15000",                                      \
		CMD_SERVE | CMD_STATUS | CMD_EXPLAIN,                                               \
		"admin address: /status, /config_dump, /explain; status and explain ask it")        \
	X(HEALTH, "health", TEXT, "ADDR|off", "[::]:15020", CMD_SERVE | CMD_CONTROLLER,             \
		"address of /metrics, /healthz and /readyz; of the controller: [::]:10254")         \
	X(FEED, "feed", TEXT, "URL", "", CMD_SERVE,                                                 \
		"serve one Gateway as this controller feeds it, instead of PATH")                   \
	X(GATEWAY, "gateway", TEXT, "NAMESPACE/NAME", "", CMD_SERVE | CMD_EXPLAIN,                  \
		"the Gateway of --feed; of a cluster, the one that gets the request")               \
	X(GATEWAY_CLASS, "gateway-class", TEXT, "NAME", "", CMD_SERVE,                              \
		"with --feed: serve all Gateways of this class, on the two listens below")          \
	X(PROXY_LISTEN, "proxy-listen", TEXT, "off|LISTEN, …", KONG_PROXY_LISTEN_DEFAULT,           \
		CMD_SERVE,                                                                          \
		"where --gateway-class takes HTTP and HTTPS: host:port [ssl] [http2] "              \
		"[proxy_protocol] [deferred] [bind] [reuseport] [backlog=N] [ipv6only=on|off] "     \
		"[so_keepalive=on|off|idle:interval:count], …; also KONG_PROXY_LISTEN")             \
	X(STREAM_LISTEN, "stream-listen", TEXT, "off|LISTEN, …", "off", CMD_SERVE,                  \
		"where it takes TCP, TLS (ssl) and UDP (udp), likewise; also KONG_STREAM_LISTEN")   \
	X(FEED_CA, "feed-ca", TEXT, "FILE", "", CMD_SERVE,                                          \
		"certificate authority of the feed; none: the system's")                            \
	X(FEED_TOKEN, "feed-token", TEXT, "FILE", "", CMD_SERVE,                                    \
		"service-account token that the feed is asked with; read again when it changes")    \
	X(KUBECONFIG, "kubeconfig", TEXT, "FILE", "",                                               \
		CMD_CONTROLLER | CMD_CHECK | CMD_STATUS | CMD_EXPLAIN,                              \
		"how to reach the API server; none: the pod's service account, else kubectl's")     \
	X(CONTEXT, "context", TEXT, "NAME", "",                                                     \
		CMD_CONTROLLER | CMD_CHECK | CMD_STATUS | CMD_EXPLAIN,                              \
		"context of the kubeconfig")                                                        \
	X(CLUSTER, "cluster", FLAG, "", "", CMD_CHECK | CMD_STATUS | CMD_EXPLAIN,                   \
		"read the cluster where the two above lead by themselves, as if one were given")    \
	X(NAMESPACE, "namespace", TEXT, "NAME", "", CMD_CONTROLLER | CMD_CHECK | CMD_STATUS,        \
		"of the controller: where its Lease and Secret are (none: the pod's); of status "   \
		"and check (-n): show only what is in this namespace")                              \
	X(ALL_NAMESPACES, "all-namespaces", FLAG, "", "", CMD_CHECK | CMD_STATUS,                   \
		"show every namespace (-A): so it is without --namespace")                          \
	X(IMAGE, "image", TEXT, "IMAGE", "", CMD_CONTROLLER, "container image of data planes")      \
	X(FEED_HOST, "feed-host", TEXT, "NAME", "", CMD_CONTROLLER,                                 \
		"what data planes call the controller; none: its Service")                          \
	X(FEED_LISTEN, "feed-listen", TEXT, "ADDR", "[::]:15010", CMD_CONTROLLER,                   \
		"where data planes are fed")                                                        \
	X(CLUSTER_DOMAIN, "cluster-domain", TEXT, "NAME", "cluster.local", CMD_CONTROLLER,          \
		"domain of the cluster's DNS")                                                      \
	X(ADDRESS_TIMEOUT, "address-timeout", TIME, "TIME", "10s", CMD_CONTROLLER,                  \
		"a requested address that has not come by then is told as not usable")              \
	X(PUBLISH_SERVICE, "publish-service", TEXT, "NAMESPACE/NAME", "", CMD_CONTROLLER,           \
		"Service in front of the data planes of unmanaged classes; a class's annotation "   \
		"sluice.dev/publish-service wins")                                                  \
	X(PUBLISH_STATUS_ADDRESS, "publish-status-address", TEXT, "ADDR,…", "", CMD_CONTROLLER,     \
		"addresses of the Gateways of unmanaged classes, not the Service's; a class's "     \
		"annotation sluice.dev/publish-status-address wins")                                \
	X(MAX_ROLLOUTS, "max-rollouts", COUNT, "N", "1", CMD_CONTROLLER,                            \
		"data planes whose pods an upgrade of the controller replaces at the same time")    \
	X(FEED_ADDRESS, "feed-address", TEXT, "ADDR:PORT", "", CMD_CONTROLLER,                      \
		"where data planes reach this replica itself; told by those that do not lead")      \
	X(IDENTITY, "identity", TEXT, "NAME", "", CMD_CONTROLLER,                                   \
		"name in the Lease, of this replica alone (its pod's): started again it leads at "  \
		"once; none: made up")                                                              \
	X(WATCH_NAMESPACES, "watch-namespaces", TEXT, "NAME,…", "", CMD_CONTROLLER,                 \
		"serve only Gateways and routes of these namespaces, and read nothing of others; "  \
		"none: all")                                                                        \
	X(WORKERS, "workers", COUNT, "N", "0", CMD_SERVE,                                           \
		"worker threads; 0: one per core, at most 16")                                      \
	X(MEMORY_LIMIT, "memory-limit", SIZE, "auto|off|SIZE", "auto", CMD_SERVE,                   \
		"hold at most this for clients: then close idle ones, answer 503, accept no more; " \
		"auto: 80 % of the control group's limit")                                          \
	X(STATE_DIR, "state-dir", TEXT, "DIR", "", CMD_SERVE,                                       \
		"keep the last good configuration here and start from it when the input is broken") \
	X(CONTROLLER_NAME, "controller-name", TEXT, "NAME", "sluice.dev/gateway-controller",        \
		CMD_SERVE | CMD_CHECK | CMD_STATUS | CMD_EXPLAIN | CMD_CONTROLLER,                  \
		"serve GatewayClasses with this spec.controllerName")                               \
	X(DNS_SERVERS, "dns-servers", TEXT, "ADDR,…", "", CMD_SERVE,                                \
		"ask these for the names of backends, not the servers of /etc/resolv.conf")         \
	X(ACCESS_LOG, "access-log", TEXT, "FILE|-|off", "-", CMD_SERVE,                             \
		"one line per request to this file, or to standard output")                         \
	X(ACCESS_LOG_FORMAT, "access-log-format", CHOICE, "json|text", "json", CMD_SERVE,           \
		"form of an access log line")                                                       \
	X(METRICS_SERIES, "metrics-series", COUNT, "N", "1000", CMD_SERVE,                          \
		"rules, and backends, with metrics of their own; what is beyond counts as other")   \
	X(LOG_LEVEL, "log-level", CHOICE, "debug|info|warn|error", "info",                          \
		CMD_SERVE | CMD_CONTROLLER,                                                         \
		"least severe message that is written to standard error")                           \
	X(LOG_FORMAT, "log-format", CHOICE, "text|json", "text", CMD_SERVE | CMD_CONTROLLER,        \
		"form of a log line")                                                               \
	X(DRAIN_DELAY, "drain-delay", TIME, "TIME", "10s", CMD_SERVE,                               \
		"after SIGTERM: not ready, but still accepting for this long")                      \
	X(DRAIN_TIMEOUT, "drain-timeout", TIME, "TIME", "30s", CMD_SERVE,                           \
		"after that: running requests get this long to end")                                \
	X(OUTPUT, "output", CHOICE, "text|json|yaml", "text",                                       \
		CMD_CHECK | CMD_STATUS | CMD_EXPLAIN,                                               \
		"form of the answer (-o); json and yaml give a List")                               \
	X(HEADER, "header", LIST, "NAME: VALUE", "", CMD_EXPLAIN,                                   \
		"a request header (-H), repeatable")                                                \
	X(SUPERVISE, "supervise", CHOICE, "on|off", "on", CMD_SERVE,                                \
		"run under a supervisor that restarts a crashed child with its sockets kept")       \
	X(SANDBOX, "sandbox", CHOICE, "on|off", "on", CMD_SERVE,                                    \
		"give up what serving does not need: system calls, files, capabilities")            \
	X(SELF_TEST, "self-test", CHOICE, "off|sandbox", "off", CMD_SERVE, NULL)                    \
	X(TEST_CLOCK, "test-clock", TEXT, "SOCKET", "", CMD_SERVE, NULL)                            \
	X(HELP, "help", FLAG, "", "", ~0u, "say how to use this command (-h)")

enum option_id {
#define X(id, name, kind, arg, dflt, commands, help) OPT_##id,
	OPTIONS(X)
#undef X
		OPTION_COUNT_
};

struct options {
	enum command command;
	struct str text[OPTION_COUNT_]; /* the value as written, or the default */
	bool given[OPTION_COUNT_]; /* by flag or variable */
	uint64_t count[OPTION_COUNT_]; /* COUNT, SIZE */
	nsec time[OPTION_COUNT_]; /* TIME */
	VEC(struct str) headers; /* --header */
	VEC(struct str) words; /* what is no option: PATH…, METHOD URL */
};

/* Reads argv (behind the program's name) for the subcommand in argv[0].  Returns 0, or -EINVAL with
 * a sentence in <err>.  options_fini() in every case. */
int must_check options_parse(struct options *o, int argc, const char *const *argv, struct buf *err);
void options_fini(struct options *o);

static inline bool option_is(const struct options *o, enum option_id id, const char *value)
{
	return str_eq(o->text[id], str_from(value));
}

/* "75s", "250ms", "1h30m": digits with units h, m, s, ms.  0 or -EINVAL. */
int must_check time_parse(struct str s, nsec *ret_time);

/* "64MiB", "512KiB", "2GiB" or a number of bytes.  0 or -EINVAL. */
int must_check size_parse(struct str s, uint64_t *ret_size);

/* Appends the names of the variables CONTROLLER_… in the environment that mean nothing to us. */
void options_strangers(const struct options *o, struct buf *out);

/* Usage of the whole program, or of one command. */
void options_usage(struct buf *out);
void options_help(enum command command, struct buf *out);
/* The bash completion, from the same table. */
void options_completion(struct buf *out);

/* The table, for man page and docs (docs.h). */
struct option_row {
	const char *name, *arg, *dflt;
	const char *help; /* NULL: hidden */
	struct buf commands; /* "serve, check"; the caller's */
};
struct option_row option_row(enum option_id id);
struct command_row {
	const char *name, *usage, *help;
};
size_t options_commands(void);
struct command_row command_row(size_t i);

#endif
