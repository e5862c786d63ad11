/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec.h -- credentials from a program: kubeconfig's users[].user.exec
 * (client.authentication.k8s.io/v1 and v1beta1).
 *
 * The program is started directly, no shell between: our environment with the kubeconfig's env over
 * it and KUBERNETES_EXEC_INFO; standard input is ours where it may ask the user (interactiveMode)
 * and is a terminal, else /dev/null; standard error is ours.  It has EXEC_TIMEOUT
 * (EXEC_TIMEOUT_INTERACTIVE where it may ask) and may write EXEC_OUTPUT_MAX bytes; one that has not
 * ended by then is killed, with its process group.  Only for the controller and the commands: a
 * data plane's sandbox forbids it, and its configuration is no kubeconfig.  Control thread only.
 */
#ifndef KUBE_EXEC_H
#define KUBE_EXEC_H

#include "kube/config.h"
#include "net/loop.h"

#define EXEC_TIMEOUT SEC(60)
#define EXEC_TIMEOUT_INTERACTIVE SEC(600)
#define EXEC_OUTPUT_MAX (1u << 20)

/* What the program said; borrows the arena that it was parsed in. */
struct exec_answer {
	struct str token; /* empty: none */
	struct str cert; /* PEM; empty: none */
	struct str key;
	nsec expires; /* wall time; 0: it does not say */
};

/* An ExecCredential.  0, or -EINVAL with a sentence in <err>: no such object, of another version,
 * without credentials, a time that is none. */
int must_check exec_parse(struct arena *a, const struct kube_exec *x, struct str text,
	struct exec_answer *ret_answer, struct buf *err);
/* What KUBERNETES_EXEC_INFO says. */
void exec_info(const struct kube_config *c, bool interactive, struct buf *out);

struct exec_run;
/* The end: <answer> (borrowed), or NULL and <why>, a sentence. */
typedef void exec_done_f(void *arg, const struct exec_answer *answer, struct str why);

/* Starts the program of <c> (c->exec.command is not empty), borrowed while it runs.  done() comes
 * from the loop, once, and then the run is no more.  Returns owned. */
struct exec_run *exec_start(
	struct loop *l, const struct kube_config *c, exec_done_f *done, void *arg);
/* Kills it; done() does not come.  NULL is legal. */
void exec_cancel(struct exec_run *r);

#endif
