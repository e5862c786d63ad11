/* SPDX-License-Identifier: Apache-2.0 */
#include "http/name_priv.h"

const uint8_t name_slots[NAME_SLOTS] = {
#define ROW(id, name, a, b, flags) [NAME_SLOT(sizeof(name) - 1, a, b)] = HTTP_##id,
	HTTP_NAMES(ROW)
#undef ROW
};

const struct name_row name_rows[HTTP_ID_COUNT] = {
#define ROW(id, name, a, b, flags) [HTTP_##id] = {name, sizeof(name) - 1, flags},
	HTTP_NAMES(ROW)
#undef ROW
};

enum http_id http_name_id(struct str name)
{
	return name_find(name.p, name.n);
}

struct str http_id_name(enum http_id id)
{
	AN(id > HTTP_OTHER && id < HTTP_ID_COUNT);
	return str_of(name_rows[id].name, name_rows[id].n);
}

unsigned http_id_flags(enum http_id id)
{
	return name_rows[id].flags;
}
