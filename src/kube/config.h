/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h -- where the API server is and who we are there: a kubeconfig, or a pod's own account.
 *
 * Everything is text in the config's arena; PEM and tokens are read when it is loaded, but a token
 * file is read again by whoever uses it (kubelets replace it before it expires).  Not supported,
 * and refused by name rather than ignored: exec and auth-provider plugins, basic authentication.
 */
#ifndef KUBE_CONFIG_H
#define KUBE_CONFIG_H

#include "base/arena.h"
#include "base/buf.h"

#define KUBE_CONFIG_MAX (4u << 20) /* bytes of a kubeconfig or of a file that it names */
#define KUBE_POD_FOLDER "/var/run/secrets/kubernetes.io/serviceaccount"

struct kube_config {
	struct arena arena;
	struct str host; /* name or literal address, without brackets */
	uint16_t port;
	struct str prefix; /* path before "/api", without a slash at its end; mostly empty */
	struct str server_name; /* the certificate's name where it is not <host>; else empty */
	struct str ca; /* PEM; empty: the system's authorities */
	struct str cert; /* PEM; empty: none */
	struct str key; /* PEM */
	struct str token; /* empty: none */
	struct str token_file; /* empty: none; wins over <token> */
	struct str namespace; /* of the context or the pod; "default" otherwise */
	bool tls;
	bool insecure; /* insecure-skip-tls-verify was written */
};

/* From a kubeconfig file; <path> NULL: $KUBECONFIG's first, else ~/.kube/config.  <context> empty:
 * the current one.  Returns 0, or -ENOENT, -EINVAL … with a sentence in <err>.  kube_config_fini()
 * in every case. */
int must_check kube_config_load(
	struct kube_config *c, const char *path, struct str context, struct buf *err);
/* From a pod's environment and service account beneath <folder> (NULL: KUBE_POD_FOLDER). */
int must_check kube_config_pod(struct kube_config *c, const char *folder, struct buf *err);
/* Whether this process runs in a pod: KUBERNETES_SERVICE_HOST is set. */
bool kube_in_pod(void);
void kube_config_fini(struct kube_config *c);

/* Replaces <out> by a file's bytes.  Negative errno; -EFBIG above KUBE_CONFIG_MAX. */
int must_check kube_read_file(const char *path, struct buf *out);

#endif
