/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube.h -- which API server the command line means: --kubeconfig and --context; without them the
 * pod's service account, else kubectl's own file ($KUBECONFIG, ~/.kube/config).
 */
#ifndef CLI_KUBE_H
#define CLI_KUBE_H

#include "cli/options.h"
#include "kube/config.h"

/* Returns 0, or -errno with a sentence in <err>.  kube_config_fini() in every case. */
int must_check kube_from_options(const struct options *o, struct kube_config *c, struct buf *err);
/* status, explain, check: whether a cluster is meant, not files and not a gateway. */
bool kube_is_meant(const struct options *o);

#endif
