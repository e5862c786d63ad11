/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authority.h -- the controller's own certificate authority, kept in a Secret that all replicas
 * share.
 *
 * Data planes trust it and nothing else when they ask for their feed.  Made by the first replica
 * that finds none; valid ten years.  Control thread only.
 */
#ifndef CONTROL_AUTHORITY_H
#define CONTROL_AUTHORITY_H

#include "kube/api.h"

#define AUTHORITY_SECRET "sluice-feed-ca"
#define AUTHORITY_DAYS 3650

struct authority;
/* Both PEM, borrowed for the authority's life. */
typedef void authority_f(void *arg, struct str cert, struct str key);

/* Looks, makes if need be, tries until it has one; then <ready>, once.  Returns owned. */
struct authority *authority_new(struct api *a, struct str namespace, authority_f *ready, void *arg);
void authority_free(struct authority *x);

#endif
