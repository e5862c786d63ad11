/* SPDX-License-Identifier: Apache-2.0 */
/* manifest_priv.h -- the texts of what is provisioned, as JSON for server-side apply.  Pure. */
#ifndef CONTROL_MANIFEST_PRIV_H
#define CONTROL_MANIFEST_PRIV_H

#include "base/buf.h"
#include "control/provision.h"

enum made_kind { MADE_SERVICE_ACCOUNT, MADE_CONFIG_MAP, MADE_SERVICE, MADE_DEPLOYMENT, MADE_MAX };

/* Appends the object <kind> of <g>, named <name>; <uid> is that of the object to be changed, empty
 * where it is to be made.  False: there is none to make (a Service without ports). */
bool manifest_write(struct buf *out, enum made_kind kind, const struct provision_options *o,
	const struct provision_gateway *g, struct str name, struct str uid);

#endif
