/* SPDX-License-Identifier: Apache-2.0 */
/*
 * helper_world.h -- a store filled from YAML, with a translator and what it made.
 *
 * Lines of the text that begin with "#: " are directives:
 *	mode files|shared|managed          how the translator works (default: files)
 *	controller NAME                    a controllerName of ours (repeatable)
 *	only-gateway NS/NAME               only this one
 *	with grpc tls tcp udp filters      served beside what is built
 *	external-name                      allowed in a cluster
 *	tolerant                           decode as from an API server
 *	port-error PORT[/udp] WHY          could not be bound
 *	listen PORT[/udp][/ssl][/stream]   of an unmanaged data plane
 *	resolved HOST ADDRESS...           DNS
 *	gateway NS/NAME pending|ready|nores|noaddr|badaddr ADDRESS...
 */
#ifndef TEST_UNIT_GWAPI_HELPER_WORLD_H
#define TEST_UNIT_GWAPI_HELPER_WORLD_H

#include "base/arena.h"
#include "base/buf.h"
#include "gwapi/decode.h"
#include "gwapi/translate.h"

struct world {
	struct store store;
	struct plan_store *plans;
	struct translator *t;
	struct plan *plan; /* ours */
	struct arena arena;
	struct translate_options o;
	bool tolerant;
};

/* Reads directives from <yaml>, makes an empty world. */
void world_init(struct world *w, struct str yaml);
void world_fini(struct world *w);
/* Puts every object of <yaml>; one that is refused fails the test. */
void world_load(struct world *w, struct str yaml);
/* One object, returned owned. */
const struct object *world_object(struct world *w, const struct value *v);
/* Translates; resets the store's changes. */
void world_update(struct world *w);
/* Appends the plan; all statuses as YAML documents. */
void world_dump(struct world *w, struct buf *out);
void world_statuses(struct world *w, struct buf *out);

#endif
