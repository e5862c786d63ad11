/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feeds.h -- what data planes have been given: for each Gateway its read set, as text, in
 * revisions, and who uses which of them.
 *
 * A feed is named by its Gateway, "namespace/name", or by a class (no '/'): all Gateways of an
 * unmanaged class as one.  Each revision is written once for all peers of its feed; a peer is a
 * connection that streams it (feed_server.h), which is told bytes and knows no object.  Control
 * thread only.
 */
#ifndef CONTROL_FEEDS_H
#define CONTROL_FEEDS_H

#include "base/buf.h"
#include "base/list.h"
#include "base/map.h"
#include "gwapi/translate.h"
#include "source/kong_listen.h"
#include "source/raw.h"

struct feed;

/* Embedded in its connection. */
struct feed_peer {
	struct list node;
	struct feed *feed; /* NULL: none (any more) */
	uint64_t acked; /* the revision that it uses; 0: it has not told */
	bool ready; /* it said so with its last word */
	struct buf proxy_listen, stream_listen; /* likewise (source/kong_listen.h) */
};

struct feeds_ops {
	/* The next frames for the peer; it may leave meanwhile. */
	void (*write)(struct feed_peer *p, struct str frames);
	/* Its feed is no more; it has left already. */
	void (*ended)(struct feed_peer *p);
	/* The feed has a revision now; it had none before. */
	void (*begun)(void *arg, struct str name);
};

struct feeds {
	struct map by_name;
	const struct feeds_ops *ops;
	void *arg;
};

/* Zeroed <s>; borrows <ops> and <arg>. */
void feeds_init(struct feeds *s, const struct feeds_ops *ops, void *arg);
/* Forgets every feed. */
void feeds_fini(struct feeds *s);

/* What the Gateway (at <generation>) or class looks at now: peers are sent what changed.  Borrows
 * <raws> until the feed is forgotten. */
void feeds_publish(struct feeds *s, struct str name, int64_t generation, struct translator *t,
	const struct raws *raws);
/* The Gateway is gone; its peers end. */
void feeds_forget(struct feeds *s, struct str name);
/* Where the ports of the class's Service lead, told with the next publish.  <ports> NULL: there is
 * no Service in between. */
void feeds_ports(
	struct feeds *s, struct str class_name, const struct publish_port *ports, size_t n);

/* There is a revision to begin with. */
bool feeds_has(const struct feeds *s, struct str name);
/* <p> becomes a peer of the feed, which feeds_has(); all that it holds is appended to <out>. */
void feeds_join(struct feeds *s, struct str name, struct feed_peer *p, struct buf *out);
/* Harmless for one that is no peer. */
void feed_peer_leave(struct feed_peer *p);
/* It has told that it uses <rev>. */
void feed_peer_acked(struct feed_peer *p, uint64_t rev);
void feed_peer_fini(struct feed_peer *p);
/* The feed's name, borrowed for its life. */
struct str feed_name(const struct feed *f);

/* The newest revision, and the newest that some connected and ready data plane uses; 0: none. */
uint64_t feeds_rev(const struct feeds *s, struct str name);
uint64_t feeds_acked(const struct feeds *s, struct str name);
/* The newest generation that some connected data plane uses; -1: none. */
int64_t feeds_generation(const struct feeds *s, struct str name);
/* Data planes connected. */
unsigned feeds_connected(const struct feeds *s, struct str name);
/* Those of them that have told which revision they use. */
unsigned feeds_heard(const struct feeds *s, struct str name);

/* What a connected data plane that uses a revision and is ready listens on. */
struct feed_report {
	struct str proxy_listen, stream_listen; /* source/kong_listen.h */
};
typedef void feed_report_f(void *ctx, const struct feed_report *r);
void feeds_reports(const struct feeds *s, struct str class_name, feed_report_f *fn, void *ctx);

#endif
