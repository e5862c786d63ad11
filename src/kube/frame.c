/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/frame.h"

#include <errno.h>

#include "text/parse.h"

int frame_parse(struct arena *a, struct str text, struct frame *ret_frame)
{
	struct value *doc = ARENA_NEW(a, struct value);
	struct frame f = {.kind = FRAME_ERROR};
	const struct value *code, *meta;
	struct str type;
	int rc = text_parse_json(a, text, doc, NULL);

	if (rc < 0)
		return -EINVAL;
	value_for_each_member(m, doc)
	{
		if (str_eq(m->key, STR("object")))
			f.object = &m->value;
	}
	type = value_get_str(doc, STR("type"), STR(""));
	if (!f.object || f.object->kind != VALUE_OBJECT)
		return -EINVAL;
	if (str_eq(type, STR("ERROR"))) {
		code = value_get(f.object, STR("code"));
		if (code && code->kind == VALUE_INT && code->integer == 410)
			f.kind = FRAME_GONE;
		*ret_frame = f;
		return 0;
	}
	if (str_eq(type, STR("ADDED")) || str_eq(type, STR("MODIFIED")))
		f.kind = FRAME_PUT;
	else if (str_eq(type, STR("DELETED")))
		f.kind = FRAME_DELETED;
	else if (str_eq(type, STR("BOOKMARK")))
		f.kind = FRAME_BOOKMARK;
	else
		return -EINVAL;
	meta = value_get(f.object, STR("metadata"));
	f.resource_version = value_get_str(meta, STR("resourceVersion"), STR(""));
	if (!f.resource_version.n)
		return -EINVAL;
	*ret_frame = f;
	return 0;
}
