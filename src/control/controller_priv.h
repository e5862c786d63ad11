/* SPDX-License-Identifier: Apache-2.0 */
/*
 * controller_priv.h -- the controller's parts: the round (controller.c), the Gateways that it
 * serves (gates.c), the classes (classes.c).
 */
#ifndef CONTROL_CONTROLLER_PRIV_H
#define CONTROL_CONTROLLER_PRIV_H

#include "base/vec.h"
#include "control/authority.h"
#include "control/classes_priv.h"
#include "control/controller.h"
#include "control/events.h"
#include "control/feed_server.h"
#include "control/gate_priv.h"
#include "control/unmanaged.h"
#include "control/writer.h"
#include "kube/lease.h"
#include "source/kube_source.h"

/* A new leader waits at most so long for the data planes that there are, before it writes what it
 * does not know from them. */
#define CONTROLLER_SETTLE SEC(10)

struct controller {
	struct loop *loop;
	const struct controller_options *o;
	struct str name; /* controllerName */
	struct api *api;
	struct store store;
	struct translator *translator;
	struct kube_source *source;
	struct writer_status *writer;
	struct authority *authority;
	struct provision *provision;
	struct feed_server *feed;
	struct feeds *feeds; /* the server's; NULL before it is there */
	struct lease *lease;
	struct events *events;
	struct classes *classes;
	struct map gates; /* by key */
	VEC(char *) left; /* keys of Gateways that left before this replica led */
	struct task update;
	struct timer settle; /* the end of a new leader's patience */
	struct unmanaged *unmanaged;
	struct buf feed_url;
	struct buf ca; /* that data planes of the feed are to trust, PEM */
	struct buf signer; /* of the feed's certificate, PEM */
	nsec certified; /* wall time */
	bool complete; /* the source has settled */
	bool gates_dirty; /* what Gateways want is to be looked at again */
	bool fresh; /* leads, and has not looked at all Gateways yet */
	bool writing; /* the first round as leader is over: statuses may go out */
	bool ending;
};

/* Everything that a leader needs is there, and this replica leads. */
bool controller_working(const struct controller *c);
void controller_update_soon(struct controller *c);

/* --- gates.c --- */

/* Walks all Gateways: who is ours, what they want; who is no more. */
void gates_sync(struct controller *c);
/* Feeds the data planes and takes up what they said.  True: translate has to look again. */
bool gates_step(struct controller *c);
/* Translate has been updated: whose feeds have something to say. */
void gates_reread(struct controller *c);
/* A new generation of <gw> is programmed by nobody yet: known before it is judged. */
void gates_changed(struct controller *c, const struct gateway *gw);
/* This replica has become the leader: data planes are to be heard first. */
void gates_unsettle(struct controller *c);
/* Whoever has not been heard by now is not waited for. */
void gates_settle_all(struct controller *c);
/* The status of the object waits for a data plane. */
bool gates_hold(struct controller *c, enum object_kind kind, struct str key);
/* Statuses may go out: what left our classes while no controller ran loses our entries. */
void gates_mark_left(struct controller *c);
void gates_free(struct controller *c);

#endif
