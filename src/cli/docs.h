/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs.h -- reference pages written from the tables the program works by.
 */
#ifndef CLI_DOCS_H
#define CLI_DOCS_H

#include "base/buf.h"

/* docs/settings.md, docs/reasons.md.  Returns 0, or -ENOENT for another page. */
int must_check docs_write(struct str page, struct buf *out);
/* The man page. */
void docs_man(struct buf *out);

#endif
