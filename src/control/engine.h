/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine.h -- objects in, plans and status out: the control thread's heart.
 *
 * Reads objects from a source into a store, translates what changed, hands each new plan to its
 * owner and keeps the status of every object with the times of its conditions.  Names that backends
 * point at are resolved here, kept for their TTL and fed back as facts.  Control thread only.
 */
#ifndef CONTROL_ENGINE_H
#define CONTROL_ENGINE_H

#include "gwapi/translate.h"
#include "source/feed_source.h"
#include "source/file_source.h"

struct engine;

struct engine_options {
	const struct str *paths; /* files and folders */
	size_t n_paths;
	struct str controller; /* empty: TRANSLATE_CONTROLLER */
	const char *state_dir; /* keep the last good input there; NULL: nowhere */
	const uint64_t *set_aside; /* an input that crashed us too often: NULL: none */
	const struct feed_options *feed; /* not NULL: a controller's feed instead of files */
	struct str dns_servers; /* "ip:port,ip"; empty: what resolv.conf says */
};

struct engine_ops {
	/* A new plan; the callee takes its count. */
	void (*plan)(void *arg, struct plan *plan);
	/* An input is about to be decoded and used: its digest.  May be NULL. */
	void (*input)(void *arg, uint64_t digest);
	/* Problems of the source changed: engine_problems() is to be looked at.  May be NULL. */
	void (*problems)(void *arg);
};

/* <l> NULL: read once in engine_read(), watch and resolve nothing.  Everything is borrowed for the
 * engine's life, <paths> for the call.  Returns owned, or -errno. */
int must_check engine_new(struct loop *l, struct plan_store *plans,
	const struct engine_options *options, const struct engine_ops *ops, void *arg,
	struct engine **ret_engine);
/* The first full read, on top of what the state folder remembers: of files it calls ops->plan() at
 * least once before it returns; a feed comes when it comes. */
void engine_read(struct engine *e);
void engine_free(struct engine *e);
/* Writes the last good input now if it has changed. */
void engine_save(struct engine *e);
/* We are about to end: the controller no longer counts on us. */
void engine_ending(struct engine *e);
/* Another process keeps the state folder from now on. */
void engine_leave_state(struct engine *e);

/* How the input in force came to be. */
struct engine_input {
	uint64_t digest;
	size_t stale; /* files of which something is in force that they do not say now */
	bool from_state; /* this process began with what the state folder remembered */
};
struct engine_input engine_input(const struct engine *e);

/* The last time that the input was read; wall times are 0 before the first. */
struct engine_reload {
	nsec at; /* wall time */
	nsec took; /* from the change to its plan handed over */
	nsec good_at; /* wall time of the last one with <good> */
	bool good; /* nothing of it was refused, all of it is in force */
};
struct engine_reload engine_reload(const struct engine *e);

const struct file_problem *engine_problems(const struct engine *e, size_t *ret_n);

/* The port could not be bound (negative errno), or now it could (0): its listeners say so. */
void engine_port_bound(struct engine *e, bool udp, uint16_t port, int err);

/* A kind: List of all objects that have a status, as a cluster would show it; in <a>. */
struct value engine_status(struct engine *e, struct arena *a);
/* The last plan; borrowed; NULL before engine_read(). */
struct plan *engine_plan(const struct engine *e);
struct store *engine_store(struct engine *e);
struct translator *engine_translator(struct engine *e);

#endif
