/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h -- where the API server is and who we are there: a kubeconfig, or a pod's own account.
 *
 * Everything is text in the config's arena; PEM and tokens are read when it is loaded, and where
 * they are files these are named too: whoever uses them reads them again (auth.h), for kubelets
 * replace them.  Credentials may come from a program (exec.h).  Not supported, and refused by name
 * rather than ignored: auth-provider plugins, basic authentication.
 */
#ifndef KUBE_CONFIG_H
#define KUBE_CONFIG_H

#include "base/arena.h"
#include "base/buf.h"
#include "text/value.h"

#define KUBE_CONFIG_MAX (4u << 20) /* bytes of a kubeconfig or of a file that it names */
#define KUBE_POD_FOLDER "/var/run/secrets/kubernetes.io/serviceaccount"

enum kube_exec_interactive {
	KUBE_EXEC_IF_AVAILABLE,
	KUBE_EXEC_NEVER,
	KUBE_EXEC_ALWAYS,
};

struct kube_exec_env {
	struct str name;
	struct str value;
};

/* users[].user.exec: a program that gives credentials (exec.h). */
struct kube_exec {
	struct str command; /* a path, or a name to look up in PATH; empty: none */
	const struct str *args;
	size_t n_args;
	const struct kube_exec_env *env;
	size_t n_env;
	struct str install_hint;
	enum kube_exec_interactive interactive;
	bool v1; /* client.authentication.k8s.io/v1, else v1beta1 */
	bool cluster_info; /* it is told the cluster: */
	struct str server;
	const struct value *cluster_config; /* its extension of the cluster; NULL: none */
};

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
	/* Where they were read from; empty: they stood in the kubeconfig itself. */
	struct str ca_file;
	struct str cert_file;
	struct str key_file;
	struct kube_exec exec;
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
