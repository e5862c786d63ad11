/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dataplane.h -- how a Gateway's data plane is to run in a cluster: the keys "dataplane.…" of the
 * ConfigMap that a class's or a Gateway's parametersRef names.
 *
 * They stand beside traffic settings; files and data planes check them and do nothing else with
 * them.  Pure.
 */
#ifndef GWAPI_DATAPLANE_H
#define GWAPI_DATAPLANE_H

#include "base/arena.h"
#include "base/str.h"

#define DATAPLANE_PREFIX "dataplane."
#define DATAPLANE_REPLICAS_MAX 1000

struct dataplane_params {
	int32_t replicas; /* -1: not set: whoever scales it */
	int32_t hpa_min; /* 0: not set, 1 */
	int32_t hpa_max; /* 0: no HorizontalPodAutoscaler */
	int32_t hpa_cpu; /* percent of the request; 0: not set, 80 */
	bool daemon_set; /* else a Deployment */
	struct str service_type; /* static; empty: LoadBalancer */
	struct str image; /* empty: the controller's */
	struct str resources; /* JSON object; empty: ours */
	struct str affinity; /* JSON object; empty: none */
};

/* Nothing set. */
struct dataplane_params dataplane_params_none(void);

/* Takes one key (with its prefix) up; texts are copied into <a>.  0; -ENOENT: there is no such key;
 * -EINVAL: <*ret_wanted> says what is allowed, "a number from 0 to 1000". */
int must_check dataplane_param(struct arena *a, struct str key, struct str text,
	struct dataplane_params *p, struct str *ret_wanted);

#endif
