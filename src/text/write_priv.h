/* SPDX-License-Identifier: Apache-2.0 */
/* write_priv.h -- what both writers use. */
#ifndef TEXT_WRITE_PRIV_H
#define TEXT_WRITE_PRIV_H

#include "text/write.h"

/* A VALUE_INT or VALUE_FLOAT, in the spelling that JSON and YAML share. */
void write_number(struct buf *out, const struct value *v);

/* A plain YAML scalar with this text would be read as something else than this text. */
bool yaml_reads_otherwise(struct str s);

#endif
