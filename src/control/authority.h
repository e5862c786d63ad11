/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authority.h -- the controller's own certificate authority, kept in a Secret that all replicas
 * share, and its rotation.
 *
 * Data planes trust it and nothing else when they ask for their feed.  Made by the first replica
 * that finds none; valid for AUTHORITY_DAYS, and followed by a new one when a third of that is
 * left, or when somebody writes the annotation AUTHORITY_ROTATE to the Secret.  The new one is
 * announced (data planes trust both), signs AUTHORITY_OVERLAP later, and the old one is dropped
 * after as long again.  Where the Secret stands follows from the certificates in it, so that any
 * replica may take the next step; a conflict is looked at anew.  Control thread only.
 */
#ifndef CONTROL_AUTHORITY_H
#define CONTROL_AUTHORITY_H

#include "kube/api.h"

#define AUTHORITY_SECRET "sluice-feed-ca"
#define AUTHORITY_ROTATE "sluice.dev/rotate"
#define AUTHORITY_DAYS 3650
#define AUTHORITY_OVERLAP SEC(3600) /* kubelets bring a ConfigMap to a pod in two minutes */
#define AUTHORITY_LOOK SEC(300)

struct authority;

/* What the Secret holds, PEM. */
struct authority_view {
	struct str cert; /* signs */
	struct str key;
	struct str next_cert; /* is going to; empty: none */
	struct str next_key;
	struct str old_cert; /* did; empty: none */
	bool rotate; /* asked for */
};

enum authority_step {
	AUTHORITY_KEEP,
	AUTHORITY_ANNOUNCE, /* make the next one */
	AUTHORITY_SWITCH, /* it signs from now on */
	AUTHORITY_DROP, /* the old one is trusted no more */
};
/* What is to be done at wall time <now>.  Pure.  -EINVAL: a certificate that is none. */
int must_check authority_next(
	const struct authority_view *v, nsec now, enum authority_step *ret_step);

/* The pair that signs, and all that data planes are to trust; PEM, borrowed for the call. */
typedef void authority_f(void *arg, struct str cert, struct str key, struct str bundle);

/* Looks, makes if need be, tries until it has one; then <told>, and again after every look.
 * Returns owned. */
struct authority *authority_new(struct api *a, struct str namespace, authority_f *told, void *arg);
void authority_free(struct authority *x);

#endif
