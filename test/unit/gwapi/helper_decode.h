/* SPDX-License-Identifier: Apache-2.0 */
/* helper_decode.h -- YAML text to an object, or to the errors as lines. */
#ifndef TEST_UNIT_GWAPI_HELPER_DECODE_H
#define TEST_UNIT_GWAPI_HELPER_DECODE_H

#include "base/arena.h"
#include "base/buf.h"
#include "gwapi/decode.h"
#include "gwapi/types_gen.h"

struct decoded {
	struct decoder *decoder;
	struct arena arena; /* of the parsed values */
	struct buf errors; /* one line each */
	const struct object *object; /* NULL: refused or ignored */
	int rc;
};

void decoded_init(struct decoded *t, struct decode_options options);
void decoded_fini(struct decoded *t);
/* Decodes one document; what t had before is given back. */
void decoded_from(struct decoded *t, const char *yaml, const struct object *old);

#endif
