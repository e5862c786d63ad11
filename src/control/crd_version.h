/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crd_version.h -- what a GatewayClass says of the versions of the cluster's Gateway API CRDs.
 *
 * A CRD's version is its annotation gateway.networking.k8s.io/bundle-version.  The condition is
 * True only when every CRD that is there names one that we know (Gateway API v1.7.0,
 * GatewayClassConditionStatusSupportedVersion); what we know of the others is served all the same.
 * Pure.
 */
#ifndef CONTROL_CRD_VERSION_H
#define CONTROL_CRD_VERSION_H

#include "gwapi/status.h"

/* Known are v1.0 to this one, with any patch level and pre-release. */
#define CRD_MINOR_LAST 7

struct crd_version {
	struct str plural;
	bool there;
	struct str version; /* empty: it names none */
};

bool crd_version_known(struct str version);
/* <missing>: kinds that the server does not know, "TLSRoute, TCPRoute".  The message is in <a>. */
struct condition crd_condition(
	struct arena *a, const struct crd_version *crds, size_t n, struct str missing);

#endif
