/* SPDX-License-Identifier: Apache-2.0 */
#include "http/name.h"

#include "http/scan_priv.h"

/* Found by trial so that no two rows of HTTP_NAMES share a slot.  A collision after a new row is an
 * initialiser overridden, which does not compile: then try other factors. */
#define SLOTS 256
#define SLOT(n, a, b, c) (((n)*36u + (a)*43u + (b)*57u + (c)*42u) % SLOTS)

/* Longest name of the table, without a NUL. */
#define NAME_ROOM 32

static const uint8_t slots[SLOTS] = {
#define ROW(id, name, a, b, c, flags) [SLOT(sizeof(name) - 1, a, b, c)] = HTTP_##id,
	HTTP_NAMES(ROW)
#undef ROW
};

static const struct {
	char name[NAME_ROOM];
	uint8_t n;
	uint8_t flags;
} known[HTTP_ID_COUNT] = {
#define ROW(id, name, a, b, c, flags) [HTTP_##id] = {name, sizeof(name) - 1, flags},
	HTTP_NAMES(ROW)
#undef ROW
};

enum http_id http_name_id(struct str name)
{
	unsigned id;

	if (name.n < 2 || name.n > NAME_ROOM)
		return HTTP_OTHER;
	/* no '-' or digit of the table changes with this bit, and a letter loses its case */
	id = slots[SLOT(name.n, name.p[0] | 0x20u, name.p[name.n * 3 / 4] | 0x20u,
		name.p[name.n - 1] | 0x20u)];
	if (known[id].n != name.n || !scan_eq_nocase(name.p, known[id].name, name.n))
		return HTTP_OTHER;
	return (enum http_id)id;
}

struct str http_id_name(enum http_id id)
{
	AN(id > HTTP_OTHER && id < HTTP_ID_COUNT);
	return str_of(known[id].name, known[id].n);
}

unsigned http_id_flags(enum http_id id)
{
	return known[id].flags;
}
