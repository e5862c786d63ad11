/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/kube.h"

#include "base/mem.h"

int kube_from_options(const struct options *o, struct kube_config *c, struct buf *err)
{
	struct str text = o->text[OPT_KUBECONFIG], context = o->text[OPT_CONTEXT];
	char *path;
	int rc;

	if (!text.n && !context.n && kube_in_pod())
		return kube_config_pod(c, NULL, err);
	path = text.n ? mem_strdup(text) : NULL;
	rc = kube_config_load(c, path, context, err);
	mem_free(path);
	return rc;
}

bool kube_is_meant(const struct options *o)
{
	return o->given[OPT_KUBECONFIG] || o->given[OPT_CONTEXT] || o->given[OPT_CLUSTER];
}
