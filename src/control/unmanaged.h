/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unmanaged.h -- the classes whose data plane is the user's own: their Services, and what their
 * data planes listen on.
 *
 * For each such class: which Service stands in front (annotation CLASS_PUBLISH_SERVICE, or the
 * option), which addresses its Gateways have (annotation CLASS_PUBLISH_ADDRESS, the option, or the
 * Service's), and where listener ports lead on every connected and ready data plane.  Control
 * thread only.
 */
#ifndef CONTROL_UNMANAGED_H
#define CONTROL_UNMANAGED_H

#include "control/feeds.h"
#include "control/publish.h"

#define CLASS_PUBLISH_SERVICE "sluice.dev/publish-service"
#define CLASS_PUBLISH_SERVICE_KONG "konghq.com/publish-service"
#define CLASS_PUBLISH_ADDRESS "sluice.dev/publish-status-address"

#define UNMANAGED_CA "sluice-feed-ca" /* key ca.crt */

struct unmanaged_options {
	struct str service; /* "namespace/name"; empty: listener ports are the listens' own */
	struct str addresses; /* "IP or name,…"; empty: the Service's */
};

struct unmanaged;
/* A Service of some class changed. */
typedef void unmanaged_f(void *arg);

/* Borrows <a> and <options>' texts. */
struct unmanaged *unmanaged_new(
	struct api *a, const struct unmanaged_options *options, unmanaged_f *changed, void *arg);
void unmanaged_free(struct unmanaged *u);
/* <class> is one of them.  What has not been wanted since the last sweep is forgotten: its name is
 * told to <gone> first. */
void unmanaged_want(struct unmanaged *u, const struct object *class);
void unmanaged_sweep(
	struct unmanaged *u, void (*gone)(void *arg, struct str class_name), void *arg);
bool unmanaged_has(const struct unmanaged *u, struct str class_name);
typedef void unmanaged_each_f(void *ctx, struct str class_name);
void unmanaged_each(const struct unmanaged *u, unmanaged_each_f *fn, void *ctx);

/* The addresses of the class's Gateways, as of a provisioned one; ready are the Service's ready
 * endpoints.  Borrowed until the next change. */
struct provision_view unmanaged_view(const struct unmanaged *u, struct str class_name);
/* Tells the feed where the Service's ports lead. */
void unmanaged_feed(const struct unmanaged *u, struct str class_name, struct feeds *feeds);
/* Tells translate which listens all connected and ready data planes of the class have.  True: it is
 * news. */
bool unmanaged_tell(const struct unmanaged *u, struct str class_name, const struct feeds *feeds,
	struct translator *t);
/* Writes the feed's authority <ca> (PEM) into ConfigMap UNMANAGED_CA of the Service's namespace, or
 * of <namespace>: what the user's pods mount.  Once, and again until it succeeds. */
void unmanaged_give_ca(
	struct unmanaged *u, struct str class_name, struct str namespace, struct str ca);

#endif
