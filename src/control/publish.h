/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publish.h -- the user's own Service in front of an unmanaged data plane: where its ports lead and
 * which addresses it has.
 *
 * Watches that one Service and its EndpointSlices.  A named targetPort is looked up in the slices,
 * where the cluster has resolved it from the pods' containerPorts: one row for each number it
 * stands for.  Addresses are what is observed: of a LoadBalancer its ingress, of an ExternalName
 * its name, of a headless Service its ready endpoints, else the cluster's and external IPs.
 * Control thread only.
 */
#ifndef CONTROL_PUBLISH_H
#define CONTROL_PUBLISH_H

#include "control/provision.h"
#include "source/kong_listen.h"
#include "text/value.h"

struct publish;
typedef void publish_f(void *arg);

/* What is known; borrowed until the next change. */
struct publish_view {
	bool complete; /* both lists have been read */
	bool found;
	const struct publish_port *ports; /* sorted */
	size_t n_ports;
	const struct provision_address *addresses;
	size_t n_addresses;
	size_t n_ready; /* endpoints, of the address type that has most */
};

/* Watches Service "namespace/name".  Returns owned, or NULL: <service> is no such name. */
struct publish *publish_new(struct api *a, struct str service, publish_f *changed, void *arg);
void publish_free(struct publish *p);
struct str publish_name(const struct publish *p);
struct publish_view publish_look(const struct publish *p);

/* What a Service and its slices come to, in <a>.  Pure. */
struct publish_view publish_judge(
	struct arena *a, const struct value *service, const struct value *const *slices, size_t n);

#endif
