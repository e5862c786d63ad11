/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings.h -- the limits and timers of traffic: one table for struct, decoder, help and docs.
 *
 * A setting is a key of the ConfigMap that a class or a Gateway names.  The table is the whole
 * list; nothing else gives a default.  Each listener carries its own copy, a port the one of its
 * eldest Gateway (for what happens before a listener is known).  0 in a DURATION means "never",
 * where the table's minimum allows it.
 */
#ifndef PLAN_SETTINGS_H
#define PLAN_SETTINGS_H

#include "base/clock.h"
#include "base/str.h"

#define KiB(n) ((int64_t)(n) << 10)
#define MiB(n) ((int64_t)(n) << 20)

/* upstream.balance */
enum plan_balance {
	PLAN_BALANCE_LEAST_REQUEST, /* best of two random choices */
	PLAN_BALANCE_ROUND_ROBIN,
};

/* What the codec can point into: 16-bit offsets, a table of fields.  proxy holds them to that. */
#define PLAN_HEAD_MOST 65535
#define PLAN_HEADERS_MOST 256

/* field, key, type, default, least, most, what it does */
#define PLAN_SETTINGS(S)                                                                           \
	S(head_max, "client.head-size", SIZE, KiB(32), KiB(1), PLAN_HEAD_MOST,                     \
		"largest request head")                                                            \
	S(headers_max, "client.headers", COUNT, 100, 10, PLAN_HEADERS_MOST,                        \
		"most header fields in a request")                                                 \
	S(uri_max, "client.uri-size", SIZE, KiB(8), 256, PLAN_HEAD_MOST, "longest request target") \
	S(handshake_timeout, "client.handshake-timeout", DURATION, SEC(10), MSEC(100), SEC(600),   \
		"from accept to the end of the TLS handshake")                                     \
	S(head_timeout, "client.head-timeout", DURATION, SEC(10), MSEC(100), SEC(600),             \
		"from the first byte of a request head to its last")                               \
	S(client_body_idle, "client.body-idle-timeout", DURATION, SEC(60), MSEC(100), SEC(86400),  \
		"longest pause inside a request body")                                             \
	S(client_idle, "client.idle-timeout", DURATION, SEC(75), 0, SEC(86400),                    \
		"an idle connection is closed after this long")                                    \
	S(send_stall, "client.send-timeout", DURATION, SEC(60), MSEC(100), SEC(86400),             \
		"a client that takes no byte of an answer for this long is dropped")               \
	S(tunnel_idle, "tunnel.idle-timeout", DURATION, SEC(3600), 0, SEC(7 * 86400),              \
		"an upgraded or TCP connection idle in both directions is closed")                 \
	S(udp_idle, "udp.idle-timeout", DURATION, SEC(60), SEC(1), SEC(86400),                     \
		"a UDP session without datagrams is forgotten")                                    \
	S(h2_streams, "client.h2-streams", COUNT, 100, 1, 1000,                                    \
		"concurrent streams of one HTTP/2 connection")                                     \
	S(h2_block_timeout, "client.h2-header-timeout", DURATION, SEC(10), MSEC(100), SEC(600),    \
		"longest time to receive one HTTP/2 header block")                                 \
	S(h2_ping_idle, "client.h2-ping-idle", DURATION, SEC(60), 0, SEC(86400),                   \
		"an HTTP/2 connection idle this long is probed with PING")                         \
	S(body_hold, "request.body-hold", SIZE, KiB(64), 0, MiB(16),                               \
		"bytes of a request body kept for a retry or a slow mirror")                       \
	S(connect_timeout, "upstream.connect-timeout", DURATION, SEC(5), MSEC(10), SEC(600),       \
		"longest time to connect to an endpoint, TLS included")                            \
	S(response_head, "upstream.response-timeout", DURATION, SEC(60), 0, SEC(86400),            \
		"from the end of the request to the response head, without a route timeout")       \
	S(response_body_idle, "upstream.body-idle-timeout", DURATION, SEC(300), 0, SEC(86400),     \
		"longest pause inside a response body (event streams and gRPC: none)")             \
	S(pool_idle, "upstream.idle-timeout", DURATION, SEC(4), 0, SEC(3600),                      \
		"an idle pooled connection is closed after this long, or when Keep-Alive says")    \
	S(pool_max, "upstream.connections", COUNT, 1024, 1, 65535,                                 \
		"pooled connections to one endpoint, over all workers")                            \
	S(balance, "upstream.balance", CHOICE, PLAN_BALANCE_LEAST_REQUEST, 0,                      \
		PLAN_BALANCE_ROUND_ROBIN,                                                          \
		"how an endpoint is chosen: the less busy of two, or one after the other")         \
	S(auth_timeout, "auth.timeout", DURATION, SEC(5), MSEC(10), SEC(600),                      \
		"longest time to wait for an external authorization server")

enum plan_setting_type {
	PLAN_SETTING_DURATION, /* nanoseconds; Gateway API duration text */
	PLAN_SETTING_SIZE, /* bytes; "32KiB", "1MiB" or a number */
	PLAN_SETTING_COUNT,
	PLAN_SETTING_CHOICE, /* a word: plan_setting_choice() */
};

/* All are int64 so that the table can address them alike. */
struct plan_settings {
#define S(field, key, type, def, min, max, doc) int64_t field;
	PLAN_SETTINGS(S)
#undef S
};

struct plan_setting {
	const char *key;
	const char *doc;
	size_t offset; /* in struct plan_settings */
	int64_t def, min, max;
	enum plan_setting_type type;
};

/* The table, in the order above. */
extern const struct plan_setting plan_setting_table[];
extern const size_t plan_setting_count;

/* The word for <value> (0 to max) of a CHOICE; static. */
struct str plan_setting_choice(const struct plan_setting *d, int64_t value);

/* <value> as a user would write it. */
struct buf;
void plan_setting_print(const struct plan_setting *d, int64_t value, struct buf *out);

/* All defaults. */
struct plan_settings plan_settings_default(void);
/* The entry for <key>, or NULL. */
const struct plan_setting *plan_setting_find(struct str key);

static inline int64_t plan_setting_get(const struct plan_settings *s, const struct plan_setting *d)
{
	int64_t value;

	memcpy(&value, (const char *)s + d->offset, sizeof(value));
	return value;
}

/* Returns 0, or -ERANGE when <value> is outside the table's bounds. */
int must_check plan_setting_set(
	struct plan_settings *s, const struct plan_setting *d, int64_t value);

#endif
