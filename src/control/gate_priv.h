/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate_priv.h -- what the controller knows of one Gateway that it serves.
 */
#ifndef CONTROL_GATE_PRIV_H
#define CONTROL_GATE_PRIV_H

#include "control/provision.h"
#include "gwapi/translate.h"
#include "gwapi/types_gen.h"
#include "net/timer.h"

#define GATE_PORTS_MAX 512

struct gate {
	struct controller *controller;
	struct str key; /* "namespace/name" */
	struct str uid;
	struct str account; /* "namespace:name" of the data plane's service account */
	struct str class_name; /* an unmanaged class; empty: we provision */
	int64_t fed_generation; /* of an unmanaged one: the generation that is in the class's feed
				 */
	uint64_t fed; /* since this revision */
	int64_t generation;
	int64_t programmed; /* the generation that was told as programmed; -1: none */
	uint64_t told; /* digest of the last state handed to translate */
	nsec asked; /* when its addresses were first asked for; 0: none are */
	bool seen;
	bool behind; /* its feed may not say yet what it is to say */
	bool held; /* the status waits for the data plane */
	bool unsettled; /* under a new leader: its data planes have not been heard yet */
	struct timer hold; /* its end */
	struct timer address; /* the end of patience with addresses */
};

/* The ListenerSet is one of this Gateway's, as its parentRef says. */
bool gate_set_of(const struct listener_set *ls, const struct gateway *g);
/* Appends "namespace/name" of the Gateway that it names. */
void gate_set_gateway(const struct listener_set *ls, struct buf *out);

/* The ports of a Gateway and its ListenerSets that are served, sorted, each once; at most
 * GATE_PORTS_MAX.  Pure. */
size_t gate_ports(struct store *s, const struct translator *t, const struct gateway *g,
	struct provision_port ret_ports[static GATE_PORTS_MAX]);

/* The state of the Gateway's data plane as translate wants it; borrows <view>.  <fresh>: it uses
 * the current generation; <patient>: addresses may still come.  Pure. */
struct gateway_state gate_state(const struct gateway *g, const struct provision_view *view,
	bool fresh, bool patient, struct arena *a);

#endif
