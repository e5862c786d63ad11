/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kong_listen.h -- what a data plane of the user's own listens on: KONG_PROXY_LISTEN and
 * KONG_STREAM_LISTEN, and how listeners of Gateways meet them.
 *
 *	off | entry (',' entry)*	entry = host:port flag*
 *
 * A host is IPv4, [IPv6] or a name.  Flags stand in any order and may be repeated (the last value
 * counts):
 *	both: ssl proxy_protocol bind reuseport backlog=N ipv6only=on|off
 *	      so_keepalive=on|off|[idle]:[interval]:[count]
 *	proxy_listen only: http2 deferred	stream_listen only: udp
 * A first entry "off" means: none.  Pure; lists borrow the text.
 */
#ifndef SOURCE_KONG_LISTEN_H
#define SOURCE_KONG_LISTEN_H

#include "base/buf.h"
#include "base/vec.h"
#include "gwapi/translate.h"

#define KONG_PROXY_LISTEN_DEFAULT                \
	"0.0.0.0:8000 reuseport backlog=16384, " \
	"0.0.0.0:8443 http2 ssl reuseport backlog=16384"
#define KONG_LISTENS_MAX 256
#define KONG_BACKLOG_DEFAULT 4096

enum kong_listen_flag {
	KONG_LISTEN_SSL = 1,
	KONG_LISTEN_HTTP2 = 2,
	KONG_LISTEN_UDP = 4,
	KONG_LISTEN_PROXY_PROTOCOL = 8,
	KONG_LISTEN_DEFERRED = 16,
	KONG_LISTEN_BIND = 32,
	KONG_LISTEN_REUSEPORT = 64,
	KONG_LISTEN_DUAL = 128, /* ipv6only=off */
	KONG_LISTEN_V6ONLY = 256, /* ipv6only=on, as written */
	KONG_LISTEN_KEEPALIVE = 512, /* so_keepalive=on, or with values */
	KONG_LISTEN_NO_KEEPALIVE = 1024, /* so_keepalive=off */
};

struct kong_listen {
	struct str host; /* without brackets */
	struct plan_addr addr; /* family 0: <host> is a name, to be looked up */
	uint16_t port;
	bool stream; /* of stream_listen */
	uint32_t flags; /* enum kong_listen_flag */
	uint32_t backlog; /* 0: not said */
	uint16_t keep_idle, keep_interval, keep_count; /* seconds, seconds, probes; 0: not said */
};

struct kong_listens {
	VEC(struct kong_listen) v;
};

/* Appends what <text> says to <l>.  <stream>: it is a stream_listen.  Returns 0, or -EINVAL with a
 * sentence that begins with <what> (the setting's name) and names entry and character; <l> is then
 * as it was.  Among other things: an address that is in <l> already. */
int must_check kong_listens_parse(
	struct kong_listens *l, bool stream, struct str text, const char *what, struct buf *err);
void kong_listens_fini(struct kong_listens *l);
/* The entries of one kind, as text that parses to the same: "off" where there are none. */
void kong_listens_print(const struct kong_listens *l, bool stream, struct buf *out);
/* One line each about what is accepted and has no effect (yet). */
void kong_listens_notes(const struct kong_listens *l, struct buf *out);

/* A port of the Service in front of data planes, and where it leads: one row for each number that
 * a named targetPort stands for. */
struct publish_port {
	uint16_t port;
	uint16_t target;
	bool udp;
};

/*
 * Where listener ports lead: listener.port and protocol → Service port → targetPort → listen, once
 * for each (port, kind of listen).  <ports> NULL: no Service, a listener's port is the listen's
 * own. The result and its binds are in <a>; listens whose name has no address yet have none.
 */
struct translate_listen *kong_listens_join(const struct kong_listens *l,
	const struct publish_port *ports, size_t n_ports, struct arena *a, size_t *ret_n);

/* Keeps of <have> what <other> has too, whatever its binds; returns how many. */
size_t translate_listens_common(struct translate_listen *have, size_t n,
	const struct translate_listen *other, size_t n_other);

#endif
