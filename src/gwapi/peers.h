/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peers.h -- traffic settings that are about who connects: lists, which the table of
 * plan/settings.h has no room for.  Their keys stand in the same ConfigMaps.
 */
#ifndef GWAPI_PEERS_H
#define GWAPI_PEERS_H

#include "base/str.h"

struct peer_setting {
	const char *key;
	const char *dflt; /* "": none */
	const char *allowed;
	const char *doc;
};

extern const struct peer_setting peer_settings[];
extern const size_t peer_setting_count;

/* NULL: there is no such key. */
const struct peer_setting *peer_setting_find(struct str key);

#endif
