/* SPDX-License-Identifier: Apache-2.0 */
/*
 * controller.h -- Gateways of a cluster: judged, provisioned, fed, and their status written.
 *
 * Watches everything that a Gateway can look at, translates it (status only: plans are the data
 * planes'), and, where it holds the Lease, writes statuses, provisions a data plane for each
 * Gateway of its classes and feeds it.  A replica without the Lease keeps everything warm and
 * writes nothing. Control thread only.
 */
#ifndef CONTROL_CONTROLLER_H
#define CONTROL_CONTROLLER_H

#include "control/unmanaged.h"
#include "kube/config.h"
#include "net/addr.h"
#include "net/loop.h"
#include "source/kube_source.h"

#define CONTROLLER_ACK_WAIT                                                  \
	SEC(1) /* a new generation's status waits so long for its data plane \
		*/

struct controller;

/* All borrowed for the controller's life. */
struct controller_options {
	const struct kube_config *kube;
	struct str controller; /* controllerName; empty: our own */
	struct str namespace; /* of the controller: Lease, authority, feed Service */
	struct str image; /* of data planes */
	struct str feed_host; /* what data planes call: the Service's name */
	struct addr feed_listen;
	struct str feed_address; /* of this replica, "IP:PORT"; empty: not told */
	/* In the Lease: a process that starts with the name that holds it leads at once, so no two
	 * that run may have the same (a pod's name).  Empty: made up. */
	struct str identity;
	struct str log_level; /* of data planes */
	nsec address_timeout;
	struct unmanaged_options unmanaged;
	struct kube_scope scope; /* Gateways, routes and data planes of these namespaces alone */
	unsigned max_rollouts; /* data planes that an upgrade replaces at the same time */
};

/* Returns owned, or -errno (unusable certificates, the feed's address). */
int must_check controller_new(
	struct loop *l, const struct controller_options *o, struct controller **ret_controller);
/* Gives the Lease up and ends. */
void controller_free(struct controller *c);
/* Everything has been read once. */
bool controller_ready(const struct controller *c);

#endif
