/* SPDX-License-Identifier: Apache-2.0 */
/* manifest_priv.h -- the texts of what is provisioned, as JSON for server-side apply.  Pure. */
#ifndef CONTROL_MANIFEST_PRIV_H
#define CONTROL_MANIFEST_PRIV_H

#include "base/buf.h"
#include "control/provision.h"

enum made_kind {
	MADE_SERVICE_ACCOUNT,
	MADE_CONFIG_MAP,
	MADE_SERVICE,
	MADE_DEPLOYMENT,
	MADE_DAEMON_SET,
	MADE_BUDGET, /* PodDisruptionBudget */
	MADE_SCALER, /* HorizontalPodAutoscaler */
	MADE_MAX
};

/* Annotation of a workload: what of its template is the controller's own doing. */
#define MANIFEST_REVISION "sluice.dev/controller-template"

/* Appends the object <kind> of <g>, named <name>; <uid> is that of the object to be changed, empty
 * where it is to be made.  False: it is not wanted (a Service without ports; the other workload; a
 * scaler that nobody asked for).  A Deployment names no number of replicas: that is for its scale.
 */
bool manifest_write(struct buf *out, enum made_kind kind, const struct provision_options *o,
	const struct provision_gateway *g, struct str name, struct str uid);

/* What a controller of these options puts into every template: changes with an upgrade. */
uint64_t manifest_revision(const struct provision_options *o);

#endif
