/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reflector.h -- follows one collection of the API server: a list, then a watch from where it
 * ended.
 *
 * Lists come in pages and are cut into items while they arrive; a watch goes on from the newest
 * resourceVersion it has seen (bookmarks move it too), and from a list again after 410 Gone.  A
 * collection that is not served (404: its CRD is missing) counts as an empty list and is asked for
 * again every REFLECTOR_MISSING.  So does one that this client may not list (403) for as long as
 * REFLECTOR_REFUSED after its start.  Every other failure is tried again with back-off and jitter,
 * without an end; what is known stays.  One that reads once (reflector_once) lists and rests; what
 * does not pass by itself within REFLECTOR_ONCE_TRIES ends it.  Control thread only.
 */
#ifndef KUBE_REFLECTOR_H
#define KUBE_REFLECTOR_H

#include "kube/api.h"
#include "text/value.h"

#define REFLECTOR_PAGE 500 /* objects */
#define REFLECTOR_MISSING SEC(5)
#define REFLECTOR_REFUSED SEC(10) /* rights that were given a moment ago take effect by then */
#define REFLECTOR_BACKOFF_FIRST MSEC(200)
#define REFLECTOR_BACKOFF_MAX SEC(15)
#define REFLECTOR_ONCE_TRIES 3
#define REFLECTOR_WHY_MAX 2048 /* bytes of an answer that refuses, to be told */
#define REFLECTOR_WATCH_MIN 240 /* seconds that a watch is asked to last; up to twice that */

struct reflector_ops {
	/* A full list begins: what is told until listed() is all there is. */
	void (*begin)(void *arg);
	/* Listed, added or modified.  <v> and the <a> it lives in only for the call; items of lists
	 * have no apiVersion and kind. */
	void (*object)(void *arg, struct arena *a, struct value *v);
	void (*deleted)(void *arg, struct arena *a, struct value *v);
	/* The list is complete; <served> false: the server knows no such kind, or we may not list
	 * it (reflector_refused). */
	void (*listed)(void *arg, bool served);
	/* Something went wrong and will be tried again: a sentence, borrowed. */
	void (*trouble)(void *arg, struct str what);
};

struct reflector;

/* Begins at once.  <metadata>: of each object only its metadata is asked for.  <paths> are the
 * collection's addresses, best first (its versions): the first that is served counts.  They and
 * <query> (label selectors …; may be empty) are copied.  Returns owned.
 */
struct reflector *reflector_new(struct api *a, const struct str *paths, size_t n, struct str query,
	bool metadata, const struct reflector_ops *ops, void *arg);
/* Right after reflector_new(): the list is all that is asked for. */
void reflector_once(struct reflector *r);
/* It reads once and has given up; before ops->trouble() is told so.  <ret_why> is a phrase,
 * borrowed until the next tick: "HTTP status 403: …"; <ret_status> 0: there was no answer. */
bool reflector_failed(const struct reflector *r, int *ret_status, struct str *ret_why);
/* Which of <paths> is served, in begin() to listed(). */
size_t reflector_path(const struct reflector *r);
/* The last answer said that we may not (403). */
bool reflector_refused(const struct reflector *r);
/* Before api_free().  Runs the loop until its call has ended. */
void reflector_free(struct reflector *r);
/* The first list is complete. */
bool reflector_listed(const struct reflector *r);

#endif
