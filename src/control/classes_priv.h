/* SPDX-License-Identifier: Apache-2.0 */
/*
 * classes_priv.h -- what GatewayClasses need beside translate: the finalizer of those in use, and
 * what the cluster's CRDs are and hold (SupportedVersion, supportedFeatures).
 *
 * The CRDs are looked at every CLASSES_LOOK: their metadata, and the schema of one that changed.
 * Control thread only.
 */
#ifndef CONTROL_CLASSES_PRIV_H
#define CONTROL_CLASSES_PRIV_H

#include "control/writer.h"

#define CLASSES_LOOK SEC(30)

struct classes;

/* Borrows all for its life; begins at once.  <changed> runs when translate has to look again.
 * Returns owned. */
struct classes *classes_new(struct api *a, struct store *s, struct translator *t,
	struct kube_source *source, struct writer_status *w, void (*changed)(void *arg), void *arg);
/* Ends its calls: runs the loop. */
void classes_free(struct classes *k);
/* The CRDs have been looked at once (or could not be). */
bool classes_complete(const struct classes *k);
/* A leader's: finalizers as the Gateways in the store need them. */
void classes_sync(struct classes *k);

#endif
