/* SPDX-License-Identifier: Apache-2.0 */
/*
 * helper_rig.h -- a proxy between the test's two hands: real sockets on loopback, a clock that
 * stands still, and workers that are turned by hand, so every run takes the same way.
 *
 * The test plays clients and backends with struct peer.  rig_run() turns everything until nothing
 * happens any more.  What a peer got is compared as text; the random request id reads "R".
 */
#ifndef TEST_PROXY_HELPER_RIG_H
#define TEST_PROXY_HELPER_RIG_H

#include "test.h"

#include "base/buf.h"
#include "net/loop.h"
#include "proxy/proxy.h"
#include "proxy/exchange_priv.h"

#define RIG_BACKENDS 4
#define RIG_REFUSES 100 /* .target: an address where nobody listens */

/* What our own requests and answers carry besides what the test is about. */
#define RIG_FORWARDED(host)                                         \
	"x-forwarded-for: 127.0.0.1\r\nx-forwarded-proto: http\r\n" \
	"x-forwarded-host: " host "\r\nx-forwarded-port: 80\r\nx-request-id: R\r\n"
#define RIG_DATE "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"

struct rig_backend {
	int fd; /* listening */
	uint16_t port;
};

struct rig {
	struct clock_manual clock;
	struct loop *control;
	struct plan_store *store;
	struct proxy *proxy;
	struct plan_edit *edit; /* between rig_begin() and rig_commit() */
	struct plan *plan; /* as published last; borrowed */
	uint16_t port; /* where clients connect to */
	struct rig_backend backends[RIG_BACKENDS];
	int bound_err; /* as told last */
	unsigned drained;
	unsigned closes; /* addresses given up */
	struct plan_settings settings; /* of the port that rig_commit() puts */
	const struct plan_cidr *trusted;
	void (*port_edit)(struct rig *r, struct plan_port *p); /* before it is put; NULL */
	void (*upstream_edit)(struct rig *r, struct plan_upstream *u);
	unsigned workers;
	struct writer *writer; /* access log; NULL: none */
};

/* A rule as the tests need it: what is not said is nothing. */
struct rig_rule {
	const char *name; /* of the route; NULL: "r" */
	const char *hostname;
	const char *path; /* a prefix; NULL: "/" */
	const char *regex; /* a regular expression in its place */
	const char *upstream; /* the one backend, or <backends> */
	struct plan_backend backends[4];
	struct plan_filter filters[8];
	unsigned n_filters;
	const struct plan_retry *retry;
	const struct plan_session *session;
	const struct plan_failure *failure;
	nsec timeout_request, timeout_backend; /* 0: unset */
	bool no_backend;
};

void rig_init(struct rig *r);
void rig_init_workers(struct rig *r, unsigned workers);
/* One worker that logs to <fd>. */
void rig_init_log(struct rig *r, int fd, enum proxy_log_format format);
/* One worker, which sheds when it holds <memory_limit> bytes. */
void rig_init_limited(struct rig *r, uint64_t memory_limit);
/* One worker, whose system calls go through <sys> (net/fault.h); borrowed. */
void rig_init_faulty(struct rig *r, struct net_sys *sys);
/* As it says; by hand in any case. */
void rig_init_config(struct rig *r, struct proxy_config pc);
void rig_fini(struct rig *r);

void rig_begin(struct rig *r);
/* An upstream with these backends' addresses (RIG_REFUSES: one that refuses), up to -1. */
void rig_upstream(struct rig *r, const char *name, const int *backends);
void rig_route(struct rig *r, const struct rig_rule *rule);
void rig_commit(struct rig *r);
/* All of it: "/" to upstream "up" with backend 0. */
void rig_simple(struct rig *r);
/* The same with this rule, whose upstream is "up" unless it says otherwise. */
void rig_with(struct rig *r, const struct rig_rule *rule);

/* Until nothing moves. */
void rig_run(struct rig *r);
struct worker *rig_worker(struct rig *r, unsigned i);
/* Time goes on, in steps of at most a second. */
void rig_advance(struct rig *r, nsec by);

struct peer {
	struct rig *rig;
	int fd;
	struct buf in;
	bool eof;
	int err; /* errno of the end, if it was not in order */
};

struct peer peer_connect(struct rig *r);
/* The next connection to backend <i>; fails the test when there is none. */
struct peer peer_accept(struct rig *r, int i);
/* Whether one waits. */
bool peer_waiting(struct rig *r, int i);
void peer_send(struct peer *p, const char *text);
void peer_send_n(struct peer *p, const char *bytes, size_t n);
void peer_fin(struct peer *p);
void peer_reset(struct peer *p);
void peer_close(struct peer *p);
/* Harmless if it was never open. */
void peer_close_if(struct peer *p);
/* Sends from <from>; where that is held up, <to> reads. */
void peer_pump(struct peer *from, struct peer *to, const char *bytes, size_t n);
/* Reads until nothing more comes. */
void peer_drain(struct peer *p);
/* The body behind the head that <p> got: counts its bytes, whole chunks decoded, each checked
 * against <piece> repeated. */
size_t peer_body(struct peer *p, bool chunked, const char *piece, size_t n);
/* Runs, reads, and returns all that is unread; the text lives until the next call. */
struct str peer_read(struct peer *p);
/* What it got since the last look is exactly <text>. */
void peer_expect_at(struct peer *p, const char *text, const char *file, int line);
#define peer_expect(p, text) peer_expect_at((p), (text), __FILE__, __LINE__)
/* Got nothing, and is open. */
#define peer_quiet(p) peer_expect_open_at((p), "", __FILE__, __LINE__)
void peer_expect_open_at(struct peer *p, const char *text, const char *file, int line);
/* Ended in order, or by a reset, with nothing more to read. */
void peer_expect_eof_at(struct peer *p, const char *file, int line);
#define peer_expect_eof(p) peer_expect_eof_at((p), __FILE__, __LINE__)
void peer_expect_reset_at(struct peer *p, const char *file, int line);
#define peer_expect_reset(p) peer_expect_reset_at((p), __FILE__, __LINE__)
/* Begins with <status>, contains "<reason>" in its body; then the peer's text is dropped. */
void peer_expect_answer_at(
	struct peer *p, int status, const char *reason, const char *file, int line);
#define peer_expect_answer(p, status, reason) \
	peer_expect_answer_at((p), (status), (reason), __FILE__, __LINE__)

#endif
