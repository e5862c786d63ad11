/* SPDX-License-Identifier: Apache-2.0 */
/* Our status entries joined with those of others. */
#include "control/writer.h"

/* Condition types that we write, or wrote; whatever else stands in a list is somebody else's. */
static bool type_ours(struct str type)
{
	static const char *const ours[] = {"Accepted", "Programmed", "ResolvedRefs", "Conflicted",
		"OverlappingTLSConfig", "PartiallyInvalid", "AddressesAssigned",
		"InsecureFrontendValidationMode", "SupportedVersion", "Ready", "Scheduled",
		"Detached", "Attached"};

	for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
		if (str_eq(type, str_from(ours[i])))
			return true;
	}
	return false;
}

static struct value *member(const struct value *v, struct str key)
{
	if (!v)
		return NULL;
	value_for_each_member(m, v)
	{
		if (str_eq(m->key, key))
			return &m->value;
	}
	return NULL;
}

static bool has_type(const struct value *list, struct str type)
{
	value_for_each(c, list)
	{
		if (str_eq(value_get_str(c, STR("type"), STR("")), type))
			return true;
	}
	return false;
}

/* Appends the foreign conditions of <before> to <now>. */
static void keep_conditions(struct arena *a, struct value *now, const struct value *before)
{
	if (!now || !before)
		return;
	value_for_each(c, before)
	{
		struct str type = value_get_str(c, STR("type"), STR(""));

		if (!type_ours(type) && !has_type(now, type))
			value_push(a, now, *c);
	}
}

static struct value *named(const struct value *list, struct str name)
{
	if (!list)
		return NULL;
	value_for_each(it, list)
	{
		if (str_eq(value_get_str(it, STR("name"), STR("")), name))
			return it;
	}
	return NULL;
}

static bool same_ref(const struct value *a, const struct value *b)
{
	static const char *const keys[] = {
		"group", "kind", "namespace", "name", "sectionName", "port"};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct value *x = value_get(a, str_from(keys[i]));
		const struct value *y = value_get(b, str_from(keys[i]));

		if ((x == NULL) != (y == NULL) || (x && !value_equal(x, y)))
			return false;
	}
	return true;
}

/* The entry of <list> for the same parent by the same controller. */
static struct value *same_entry(
	const struct value *list, const struct value *entry, struct str ref, struct str controller)
{
	if (!list)
		return NULL;
	value_for_each(it, list)
	{
		if (str_eq(value_get_str(it, STR("controllerName"), STR("")), controller) &&
			same_ref(value_get(it, ref), value_get(entry, ref)))
			return it;
	}
	return NULL;
}

/* parents and ancestors: the entries of others stay where they stand, ours follow in our order. */
static struct value merge_entries(struct arena *a, const struct value *ours,
	const struct value *before, struct str ref, struct str controller)
{
	struct value list = value_array();

	if (before) {
		value_for_each(it, before)
		{
			if (!str_eq(value_get_str(it, STR("controllerName"), STR("")), controller))
				value_push(a, &list, *it);
		}
	}
	if (!ours)
		return list;
	value_for_each(it, ours)
	{
		struct value *was = same_entry(before, it, ref, controller);

		keep_conditions(a, member(it, STR("conditions")),
			was ? value_get(was, STR("conditions")) : NULL);
		value_push(a, &list, *it);
	}
	return list;
}

struct value status_left(struct arena *a, const struct value *previous, int64_t generation)
{
	const struct value *before = value_get(previous, STR("conditions"));
	struct value left = value_object(), conditions = value_array();

	if (!before)
		return *previous;
	value_for_each(c, before)
	{
		const struct value *n = value_get(c, STR("observedGeneration"));
		bool ours = type_ours(value_get_str(c, STR("type"), STR("")));

		if (ours && n && n->kind == VALUE_INT && n->integer >= generation)
			return *previous;
		if (!ours)
			value_push(a, &conditions, *c);
	}
	value_for_each_member(m, previous)
	{
		if (!str_eq(m->key, STR("conditions")) && !str_eq(m->key, STR("listeners")) &&
			!str_eq(m->key, STR("addresses")) &&
			!str_eq(m->key, STR("attachedListenerSets")))
			value_add(a, &left, m->key, m->value);
	}
	if (conditions.n)
		value_add(a, &left, STR("conditions"), conditions);
	return left;
}

struct value status_merge(struct arena *a, enum object_kind kind,
	const struct object_status *status, const struct value *previous, struct str controller,
	struct str now)
{
	bool route = kind >= KIND_HTTP_ROUTE && kind <= KIND_UDP_ROUTE;
	bool entries = route || kind > KIND_UDP_ROUTE;
	struct str list = route ? STR("parents") : STR("ancestors");
	struct value v = value_object(), *listeners;

	if (status)
		v = status_render(a, status, previous, now);
	else if (!entries)
		return previous ? *previous : v;
	if (entries) {
		struct value merged = merge_entries(a, value_get(&v, list),
			previous ? value_get(previous, list) : NULL,
			route ? STR("parentRef") : STR("ancestorRef"), controller);

		value_set(a, &v, list, merged);
		return v;
	}
	keep_conditions(a, member(&v, STR("conditions")),
		previous ? value_get(previous, STR("conditions")) : NULL);
	listeners = member(&v, STR("listeners"));
	if (listeners && previous) {
		value_for_each(l, listeners)
		{
			struct value *was = named(value_get(previous, STR("listeners")),
				value_get_str(l, STR("name"), STR("")));

			keep_conditions(a, member(l, STR("conditions")),
				was ? value_get(was, STR("conditions")) : NULL);
		}
	}
	return v;
}
