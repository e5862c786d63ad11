/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events.h -- Kubernetes Events (events.k8s.io/v1) about objects that we refuse, in whole or part.
 *
 * An Event is named by what it says of which object, so the same is never told twice while it lives
 * in the cluster, whichever replica tells it.  At most one of an object per EVENTS_PAUSE, and
 * EVENTS_BURST, then EVENTS_RATE a second, in all; what is more is dropped and counted: status is
 * what counts.  Control thread only.
 */
#ifndef CONTROL_EVENTS_H
#define CONTROL_EVENTS_H

#include "gwapi/status.h"
#include "kube/api.h"

#define EVENTS_PAUSE SEC(10)
#define EVENTS_BURST 32
#define EVENTS_RATE 5 /* a second */
#define EVENTS_NOTE_MAX 1024 /* bytes, as the API has it */

struct events;

/* Copies <controller> and <instance>.  Returns owned. */
struct events *events_new(struct api *a, struct str controller, struct str instance);
/* Ends what is under way: runs the loop. */
void events_free(struct events *e);
/* The status of an object is this now and has been written; NULL: it is gone. */
void events_note(struct events *e, enum object_kind kind, struct str key,
	const struct object_status *status);

/* What an Event would say: the first refusal in <status>, or NULL.  Pure; exported for its test. */
const struct condition *events_refusal(const struct object_status *status);

#endif
