/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed_auth.h -- who asks for a feed: a service-account token that is bound to a pod, and the
 * workload that the pod belongs to.
 *
 * TokenReview says whether the token is good for our audience, whose it is and which pod it is
 * bound to (the API server refuses it once that pod is gone); the pod's owners say which Deployment
 * (by its ReplicaSet) or DaemonSet made it.  A good answer is believed for FEED_TOKEN_LIFE. Control
 * thread only.
 */
#ifndef CONTROL_FEED_AUTH_H
#define CONTROL_FEED_AUTH_H

#include "kube/api.h"

#define FEED_TOKEN_LIFE SEC(60)
#define FEED_BELIEVED_MAX 8192

struct feed_caller {
	struct str account; /* "namespace:name" */
	struct str workload; /* uid of the Deployment or DaemonSet */
};

struct feed_auth;
struct feed_question;
/* <res> 0 and <caller>, borrowed for the call; -EACCES: nobody we know; -EAGAIN: it could not be
 * found out now. */
typedef void feed_answer_f(struct feed_question *q, int res, const struct feed_caller *caller);

/* Embedded in its owner; zeroed but for <done>. */
struct feed_question {
	feed_answer_f *done;
	/* the rest is feed_auth.c's */
	struct feed_auth *auth;
	struct api_call call;
	struct buf path;
	struct buf body;
	struct buf account;
	struct buf pod; /* uid */
	struct buf class_name;
	uint8_t token[32]; /* digest */
};

struct feed_auth *feed_auth_new(struct api *a);
/* No question may be open. */
void feed_auth_free(struct feed_auth *x);

/* Asks; done() comes from the loop, or at once where the answer is known.  <class_name> not empty:
 * not for a pod of ours, but for whomever a SubjectAccessReview lets "serve" that gatewayclass;
 * -EPERM: it does not. */
void feed_auth_ask(
	struct feed_auth *x, struct feed_question *q, struct str token, struct str class_name);
/* Ends it without an answer; until it is not active any more it may not be freed. */
void feed_auth_cancel(struct feed_question *q);
static inline bool feed_auth_active(const struct feed_question *q)
{
	return api_active(&q->call);
}
void feed_question_fini(struct feed_question *q);

#endif
