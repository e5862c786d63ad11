/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed_server.h -- the connections of data planes: who asks for a feed (feeds.h), and streams it.
 *
 * GET /v1/feed/NAMESPACE/NAME streams frames (source/feed_source.h says which); POST
 * /v1/ack/SESSION tells that a revision is in use.  Who may: a pod (feed_auth.h) of the account and
 * the workload that were made for that Gateway.  A server that is off while another replica leads
 * says so in its 503 ("leader ADDR:PORT"); a feed that is not there yet is waited for, at most
 * FEED_PATIENCE.
 *
 * GET /v1/class/NAME is all Gateways of an unmanaged class as one.  Who may: any bearer of a token
 * for our audience whom a SubjectAccessReview lets "serve" that gatewayclass.  Control thread only.
 */
#ifndef CONTROL_FEED_SERVER_H
#define CONTROL_FEED_SERVER_H

#include "control/feed_auth.h"
#include "control/feeds.h"
#include "kube/api.h"
#include "net/addr.h"

#define FEED_CONNECTIONS 4096
#define FEED_HEAD_MAX 16384
#define FEED_ACK_MAX 65536
#define FEED_BACKLOG_MAX (64u << 20) /* bytes that wait for a slow data plane */
#define FEED_PING SEC(20)
#define FEED_PATIENCE SEC(5) /* a request waits so long for a feed that is about to be there */

struct feed_server;
struct tls_policy;

struct feed_server_ops {
	/* Whether the caller serves the Gateway. */
	bool (*allowed)(void *arg, struct str gateway, const struct feed_caller *caller);
	/* Where the replica that leads is reached, "ADDR:PORT", this one or another; empty: not
	 * known, or nobody leads.  Borrowed for the call. */
	struct str (*leader)(void *arg);
	/* A data plane has told that it uses a revision, has come or has gone. */
	void (*acked)(void *arg, struct str gateway);
	/* The port cannot be bound by some data plane; why empty: it can. */
	void (*port)(void *arg, struct str gateway, bool udp, uint16_t port, struct str why);
};

/* Listens on <at>; <policy> (counted) NULL: cleartext (tests).  Borrows all else.  Returns owned,
 * or -errno. */
int must_check feed_server_new(struct loop *l, const struct addr *at, struct tls_policy *policy,
	struct api *a, const struct feed_server_ops *ops, void *arg,
	struct feed_server **ret_server);
void feed_server_free(struct feed_server *s);
/* New connections meet <policy> (counted) from now on; it was made with one. */
void feed_server_policy(struct feed_server *s, struct tls_policy *policy);
/* Off until it is turned on; turned off, all connections end. */
void feed_server_enable(struct feed_server *s, bool on);

/* What is served: owned by the server, filled by its owner. */
struct feeds *feed_server_feeds(struct feed_server *s);

#endif
