/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names.h -- the names that Kubernetes accepts (RFC 1123, RFC 1035).
 */
#ifndef GWAPI_NAMES_H
#define GWAPI_NAMES_H

#include "base/str.h"

/* Lower-case labels joined by dots, at most 253. */
bool name_is_subdomain(struct str s);
/* One lower-case label, at most 63. */
bool name_is_label(struct str s);
/* As name_is_label, and starts with a letter (RFC 1035). */
bool name_is_label_1035(struct str s);
/* A label's or annotation's key: an optional "subdomain/", then at most 63 of [-A-Za-z0-9_.], the
 * first and last a letter or digit. */
bool name_is_qualified(struct str s);
/* A label's value: as the last part of a key, or empty. */
bool name_is_label_value(struct str s);

#endif
