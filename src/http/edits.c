/* SPDX-License-Identifier: Apache-2.0 */
#include "http/message.h"

#include <errno.h>

#define ADDS_FIRST 16
#define LINE_EXTRA 4 /* ": " and CRLF */

/* Ids of the table with any of <flags>, as a mask over struct http_head's seen. */
#define IDS_HOP                                                                               \
	(BIT(CONNECTION) | BIT(KEEP_ALIVE) | BIT(PROXY_CONNECTION) | BIT(TE) | BIT(TRAILER) | \
		BIT(TRANSFER_ENCODING) | BIT(UPGRADE) | BIT(HTTP2_SETTINGS))
#define BIT(id) ((uint64_t)1 << HTTP_##id)

void http_edits_init(struct http_edits *e, struct arena *a)
{
	*e = (struct http_edits){.arena = a};
}

void http_edits_copy(struct http_edits *ret_copy, const struct http_edits *e, struct arena *a)
{
	struct http_edits copy = *e;

	copy.arena = a;
	copy.adds_cap = e->adds_n;
	copy.adds = e->adds_n ? ARENA_ARRAY(a, struct http_add, e->adds_n) : NULL;
	for (unsigned i = 0; i < e->adds_n; i++)
		copy.adds[i] = e->adds[i];
	*ret_copy = copy;
}

static void grow(struct http_edits *e)
{
	unsigned cap = e->adds_cap ? e->adds_cap * 2u : ADDS_FIRST;
	struct http_add *adds = arena_alloc(e->arena, cap * sizeof(*adds));

	AN(cap <= UINT16_MAX);
	for (unsigned i = 0; i < e->adds_n; i++)
		adds[i] = e->adds[i];
	e->adds = adds;
	e->adds_cap = (uint16_t)cap;
}

static bool may_write(enum http_id id, struct str name, struct str value)
{
	if (http_id_flags(id) & HTTP_F_FRAMING)
		return false;
	return (id != HTTP_OTHER || http_token_ok(name)) && http_value_ok(value);
}

static void append(struct http_edits *e, enum http_id id, struct str name, struct str value)
{
	if (e->adds_n == e->adds_cap)
		grow(e);
	e->adds[e->adds_n++] = (struct http_add){.name = name, .value = value, .id = (uint8_t)id};
	e->adds_bytes += (uint32_t)(name.n + value.n + LINE_EXTRA);
}

int http_edits_add(struct http_edits *e, enum http_id id, struct str name, struct str value)
{
	if (!may_write(id, name, value))
		return -EINVAL;
	append(e, id, name, value);
	return 0;
}

int http_edits_set(struct http_edits *e, const struct http_head *h, enum http_id id,
	struct str name, struct str value)
{
	if (!may_write(id, name, value))
		return -EINVAL;
	http_edits_remove(e, h, id, name);
	append(e, id, name, value);
	return 0;
}

static bool add_is(const struct http_add *a, enum http_id id, struct str name)
{
	return !a->dead && a->id == id && (id != HTTP_OTHER || str_eq_nocase(a->name, name));
}

void http_edits_remove(
	struct http_edits *e, const struct http_head *h, enum http_id id, struct str name)
{
	const struct http_field *f = h ? http_find(h, id, name, 0) : NULL;

	while (f) {
		unsigned i = (unsigned)(f - h->fields);

		http_edits_drop(e, i);
		f = http_find(h, id, name, i + 1);
	}
	for (unsigned i = 0; i < e->adds_n; i++)
		if (add_is(&e->adds[i], id, name))
			e->adds[i].dead = true;
}

bool http_edits_next(const struct http_edits *e, const struct http_head *h, unsigned *it,
	enum http_id *ret_id, struct str *ret_name, struct str *ret_value)
{
	unsigned fields = h ? h->fields_n : 0;

	while (*it < fields) {
		const struct http_field *f = &h->fields[*it];

		if (http_edits_dropped(e, (*it)++))
			continue;
		*ret_id = (enum http_id)f->id;
		*ret_name = http_field_name(h, f);
		*ret_value = http_field_value(h, f);
		return true;
	}
	while (*it - fields < e->adds_n) {
		const struct http_add *a = &e->adds[(*it)++ - fields];

		if (a->dead)
			continue;
		*ret_id = (enum http_id)a->id;
		*ret_name = a->name;
		*ret_value = a->value;
		return true;
	}
	return false;
}

bool http_edits_get(const struct http_edits *e, const struct http_head *h, enum http_id id,
	struct str name, struct str *ret_value)
{
	enum http_id has_id;
	struct str has_name, value;
	unsigned it = 0;

	while (http_edits_next(e, h, &it, &has_id, &has_name, &value)) {
		if (has_id != id || (id == HTTP_OTHER && !str_eq_nocase(has_name, name)))
			continue;
		*ret_value = value;
		return true;
	}
	return false;
}

static void drop_ids(struct http_edits *e, const struct http_head *h, uint64_t ids)
{
	if (!(h->seen & ids))
		return;
	for (unsigned i = 0; i < h->fields_n; i++)
		if (ids >> h->fields[i].id & 1)
			http_edits_drop(e, i);
}

static void drop_nominated(struct http_edits *e, const struct http_head *h, struct str token)
{
	enum http_id id = http_name_id(token);

	if (!(http_id_flags(id) & (HTTP_F_FRAMING | HTTP_F_FORWARDED)))
		http_edits_remove(e, h, id, token);
}

void http_strip_hop_by_hop(struct http_edits *e, const struct http_head *h)
{
	if (!(h->seen & IDS_HOP))
		return;
	drop_ids(e, h, IDS_HOP);
	for (unsigned i = 0; h->nominates && i < h->fields_n; i++) {
		struct str rest, token;

		if (h->fields[i].id != HTTP_CONNECTION)
			continue;
		rest = http_field_value(h, &h->fields[i]);
		/* the parser has bounded the number of tokens */
		while (http_list_next(&rest, &token))
			drop_nominated(e, h, token);
	}
}

/* X-Forwarded-* has members that the table does not know, such as -Prefix. */
static bool tells_client(enum http_id id, struct str name)
{
	static const struct str prefix = {"x-forwarded-", 12};

	return http_id_flags(id) & HTTP_F_FORWARDED ||
	       (id == HTTP_OTHER && str_eq_nocase(str_take(name, prefix.n), prefix));
}

/* Longest name whose '-' form anybody can ask for; a longer one cannot be ours. */
#define DASHED_MAX 256

static bool underscore_form_of_ours(const struct http_head *h, struct str name,
	bool (*ours)(void *ctx, struct str dashed), void *ctx)
{
	char text[DASHED_MAX];
	struct str dashed = {text, name.n};
	enum http_id id;

	if (name.n > sizeof(text))
		return false;
	for (size_t i = 0; i < name.n; i++)
		text[i] = name.p[i] == '_' ? '-' : ascii_lower(name.p[i]);
	id = http_name_id(dashed);
	return http_id_flags(id) != 0 || tells_client(id, dashed) || http_find(h, id, dashed, 0) ||
	       (ours && ours(ctx, dashed));
}

void http_strip_underscores(struct http_edits *e, const struct http_head *h,
	bool (*ours)(void *ctx, struct str dashed), void *ctx)
{
	if (!h->underscores)
		return;
	for (unsigned i = 0; i < h->fields_n; i++) {
		struct str name = http_field_name(h, &h->fields[i]);

		if (h->fields[i].id != HTTP_OTHER || str_find(name, '_') == name.n)
			continue;
		if (underscore_form_of_ours(h, name, ours, ctx))
			http_edits_drop(e, i);
	}
}

void http_strip_forwarded(struct http_edits *e, const struct http_head *h)
{
	for (unsigned i = 0; i < h->fields_n; i++) {
		const struct http_field *f = &h->fields[i];

		if (tells_client((enum http_id)f->id, http_field_name(h, f)))
			http_edits_drop(e, i);
	}
}
