/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer.h -- the status of objects, written to the API server.
 *
 * Read-modify-write of our own entries and condition types, as a merge patch of the status
 * subresource with the resourceVersion that it was made from; what others wrote stays.  The first
 * write of an object goes at once.  While its status goes on changing (a thousand routes come to a
 * Gateway), the next one waits for WRITER_PAUSE of quiet, but no longer than WRITER_BURST; nothing
 * is written when nothing would change.  After a conflict the object is judged again as it then is.
 * Control thread only.
 */
#ifndef CONTROL_WRITER_H
#define CONTROL_WRITER_H

#include "gwapi/translate.h"
#include "source/kube_source.h"

#define WRITER_PAUSE MSEC(250)
#define WRITER_BURST SEC(2)
#define WRITER_SOON MSEC(1)

struct writer_status;

enum writer_answer {
	WRITER_GO,
	WRITER_LATER, /* something is under way that may change it: asked again soon */
	WRITER_FORGET, /* it is marked again when its time has come */
};
/* Whether the object's status may be written now. */
typedef enum writer_answer writer_may_f(void *arg, enum object_kind kind, struct str key);

struct writer_ops {
	writer_may_f *may;
	/* The object's status has been written. */
	void (*written)(void *arg, enum object_kind kind, struct str key);
};

/* Borrows all; <controller> is the controllerName of our entries.  Returns owned. */
struct writer_status *writer_status_new(struct api *a, struct kube_source *source,
	struct translator *t, struct str controller, const struct writer_ops *ops, void *arg);
void writer_status_free(struct writer_status *w);

/* The object's status may be other than what is stored. */
void writer_status_mark(struct writer_status *w, enum object_kind kind, struct str key);
/* Off until it is turned on; turned off, what is under way still ends. */
void writer_status_enable(struct writer_status *w, bool on);
/* A condition of our own to stand beside translate's in every GatewayClass; copied; type empty:
 * none. */
void writer_status_class(struct writer_status *w, const struct condition *c);

/* When an object is written again that was written at <wrote> and last marked at <marked>.  Pure.
 */
nsec writer_due(nsec wrote, nsec marked);

/* Of a Gateway or ListenerSet at <generation> that is none of ours any more: without the
 * conditions, listeners and addresses that were written before it left.  Where somebody has written
 * since, all stays: it is his.  In <a>, borrowing <previous>.  Pure. */
struct value status_left(struct arena *a, const struct value *previous, int64_t generation);

/*
 * Our entries in place of those in <previous> (NULL: none), everything else as it was.  <status>
 * NULL: our entries leave.  In <a>, borrowing both.  Pure; exported for its test.
 */
struct value status_merge(struct arena *a, enum object_kind kind,
	const struct object_status *status, const struct value *previous, struct str controller,
	struct str now);

#endif
