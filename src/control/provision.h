/* SPDX-License-Identifier: Apache-2.0 */
/*
 * provision.h -- the data plane of each managed Gateway: ServiceAccount, ConfigMap, Service,
 * Deployment or DaemonSet, PodDisruptionBudget and, where asked for, HorizontalPodAutoscaler in the
 * Gateway's namespace, owned by the Gateway.
 *
 * Objects are made by POST and from then on applied server-side (field manager "sluice") to that
 * uid and no other, again whenever what is wanted changes or one of them disappears.  Nothing is
 * adopted: an object of our name that does not carry the Gateway's uid in the label PROVISION_UID
 * is left alone, and the name with a digest is taken.  An object that carries a uid nobody wants,
 * and one that is not wanted any more, is deleted; a workload not before the other kind is ready.
 *
 * The number of replicas is written to the scale alone, where it is set and no
 * HorizontalPodAutoscaler, whoever made it, has the workload as its target.  What an upgrade of the
 * controller changes in templates reaches at most max_rollouts workloads at a time, each next one
 * when the last is whole again.  Control thread only.
 */
#ifndef CONTROL_PROVISION_H
#define CONTROL_PROVISION_H

#include "gwapi/dataplane.h"
#include "gwapi/object.h"
#include "kube/api.h"
#include "source/kube_source.h"

#define PROVISION_UID "sluice.dev/gateway-uid"
#define PROVISION_CONTROLLER "sluice.dev/controller" /* label: a digest of controllerName */
#define PROVISION_NAME_MAX 50
#define PROVISION_HEALTH_PORT 15020
#define PROVISION_FOLDER "/var/run/secrets/sluice-feed"
#define PROVISION_STATE "/var/lib/sluice-state"

struct provision_port {
	uint16_t port;
	bool udp;
};

/* What is wanted; all borrowed for the call. */
struct provision_gateway {
	struct str namespace;
	struct str name;
	struct str uid;
	struct str api_version;
	struct str class_name;
	const struct str_pair *labels; /* spec.infrastructure */
	const struct str_pair *annotations;
	uint32_t n_labels;
	uint32_t n_annotations;
	const struct provision_port *ports; /* sorted, each once */
	size_t n_ports;
	struct dataplane_params params;
	struct str address; /* to be asked of the load balancer; empty: any */
};

struct provision_options {
	struct str image;
	struct str feed_url;
	struct str ca; /* PEM of the feed's authority; empty: the feed is cleartext */
	struct str log_level;
	struct str controller; /* controllerName */
	unsigned max_rollouts; /* workloads whose pods an upgrade replaces at the same time */
	struct kube_scope scope; /* where data planes may be; its texts live as long as we */
};

/* What the cluster says about a Gateway's Service. */
struct provision_address {
	struct str value;
	bool hostname;
};
struct provision_view {
	bool has_service;
	const struct provision_address *addresses; /* load balancer's, else the cluster's */
	size_t n_addresses;
	bool scaled_to_none; /* there is a workload, and it is to have no replica */
	int64_t ready; /* replicas */
};

struct provision;
/* Something about the Gateway with <uid> changed in the cluster. */
typedef void provision_f(void *arg, struct str uid);

/* <options> is copied.  Watches at once, writes after provision_enable().  Returns owned. */
struct provision *provision_new(
	struct api *a, const struct provision_options *options, provision_f *changed, void *arg);
void provision_free(struct provision *p);
/* The first lists of what we made are complete. */
bool provision_complete(const struct provision *p);
/* Data planes are to trust this from now on (PEM, copied): the next provision_want() brings it to
 * them, and no pod restarts. */
void provision_trust(struct provision *p, struct str ca);
/* Writes from now on, or no more. */
void provision_enable(struct provision *p, bool on);

void provision_want(struct provision *p, const struct provision_gateway *g);
/* The uids of Gateways for which this controller, or one of its name before it, made something. */
typedef void provision_made_f(void *ctx, struct str uid);
void provision_each_made(const struct provision *p, provision_made_f *fn, void *ctx);
/* Whose uid has not been wanted since the last sweep goes. */
void provision_sweep(struct provision *p);
/* Zeroed where nothing is known; borrowed until the next change. */
struct provision_view provision_look(const struct provision *p, struct str uid);
/* The object with <uid> is the Deployment or DaemonSet that was made for the Gateway: the one that
 * is wanted, or one on its way out. */
bool provision_workload_is(const struct provision *p, struct str gateway_uid, struct str uid);
/* The name of its objects; empty while it is not wanted. */
struct str provision_name(const struct provision *p, struct str uid);

/* "<gateway>-<class>" where that is a DNS-1035 label of at most PROVISION_NAME_MAX and <digest> is
 * false, else 39 characters of it with a digest of namespace, name and class.  Pure. */
struct str provision_make_name(
	struct arena *a, struct str namespace, struct str name, struct str class_name, bool digest);

/* The value of label PROVISION_CONTROLLER for a controllerName.  Pure. */
#define PROVISION_CONTROLLER_N 16
void provision_controller(struct str controller, char ret_label[static PROVISION_CONTROLLER_N + 1]);

#endif
