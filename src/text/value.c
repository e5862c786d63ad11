/* SPDX-License-Identifier: Apache-2.0 */
#include "text/value.h"

#include <math.h>
#include <string.h>

const char *value_kind_name(enum value_kind kind)
{
	static const char *const names[] = {
		[VALUE_NULL] = "null",
		[VALUE_BOOL] = "boolean",
		[VALUE_INT] = "integer",
		[VALUE_FLOAT] = "number",
		[VALUE_STRING] = "string",
		[VALUE_ARRAY] = "array",
		[VALUE_OBJECT] = "object",
	};

	return names[kind];
}

struct value value_float(double f)
{
	AN(isfinite(f));
	/* 2^63: the first double beyond int64 */
	if (f >= -9223372036854775808.0 && f < 9223372036854775808.0 && (double)(int64_t)f == f)
		return value_int((int64_t)f);
	return (struct value){.kind = VALUE_FLOAT, .real = f};
}

const struct member *value_member(const struct value *object, struct str key)
{
	if (!object)
		return NULL;
	value_for_each_member(m, object) if (str_eq(m->key, key)) return m;
	return NULL;
}

const struct value *value_get(const struct value *object, struct str key)
{
	const struct member *m = value_member(object, key);

	return m ? &m->value : NULL;
}

struct str value_get_str(const struct value *object, struct str key, struct str otherwise)
{
	const struct value *v = value_get(object, key);

	return v && v->kind == VALUE_STRING ? v->string : otherwise;
}

static bool arrays_equal(const struct value *a, const struct value *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!value_equal(&a->items[i], &b->items[i]))
			return false;
	return true;
}

static bool objects_equal(const struct value *a, const struct value *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		const struct member *m = &a->members[i];
		const struct value *other;

		/* Usually both are in the same order. */
		if (str_eq(b->members[i].key, m->key))
			other = &b->members[i].value;
		else
			other = value_get(b, m->key);
		if (!other || !value_equal(&m->value, other))
			return false;
	}
	return true;
}

bool value_equal(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return false;
	switch ((enum value_kind)a->kind) {
	case VALUE_NULL:
		return true;
	case VALUE_BOOL:
		return a->boolean == b->boolean;
	case VALUE_INT:
		return a->integer == b->integer;
	case VALUE_FLOAT:
		return !(a->real < b->real) && !(a->real > b->real);
	case VALUE_STRING:
		return str_eq(a->string, b->string);
	case VALUE_ARRAY:
		return arrays_equal(a, b);
	case VALUE_OBJECT:
		return objects_equal(a, b);
	}
	return false;
}

struct value value_copy(struct arena *a, const struct value *v)
{
	struct value copy = *v;

	if (v->kind == VALUE_STRING) {
		copy.string = arena_str(a, v->string);
	} else if (v->kind == VALUE_ARRAY) {
		copy.items = v->n ? ARENA_ARRAY(a, struct value, v->n) : NULL;
		copy.items_cap = v->n;
		for (uint32_t i = 0; i < v->n; i++)
			copy.items[i] = value_copy(a, &v->items[i]);
	} else if (v->kind == VALUE_OBJECT) {
		copy.members = v->n ? ARENA_ARRAY(a, struct member, v->n) : NULL;
		copy.members_cap = v->n;
		for (uint32_t i = 0; i < v->n; i++) {
			copy.members[i] = v->members[i];
			copy.members[i].key = arena_str(a, v->members[i].key);
			copy.members[i].value = value_copy(a, &v->members[i].value);
		}
	}
	return copy;
}

/* <old> with room for more than <n> pieces of <size> bytes; the old piece stays in the arena. */
static void *grown(struct arena *a, const void *old, uint32_t n, uint32_t *cap, size_t size)
{
	void *p;

	*cap = n < 2 ? 4 : n * 2;
	p = arena_alloc(a, *cap * size);
	if (n)
		memcpy(p, old, n * size);
	return p;
}

struct value *value_push(struct arena *a, struct value *array, struct value item)
{
	AN(array->kind == VALUE_ARRAY);
	if (array->n == array->items_cap)
		array->items = grown(a, array->items, array->n, &array->items_cap, sizeof(item));
	array->items[array->n] = item;
	return &array->items[array->n++];
}

struct value *value_add(struct arena *a, struct value *object, struct str key, struct value value)
{
	struct member m = {.key = key, .value = value};

	AN(object->kind == VALUE_OBJECT);
	if (object->n == object->members_cap)
		object->members =
			grown(a, object->members, object->n, &object->members_cap, sizeof(m));
	object->members[object->n] = m;
	return &object->members[object->n++].value;
}

struct value *value_set(struct arena *a, struct value *object, struct str key, struct value value)
{
	value_for_each_member(m, object) if (str_eq(m->key, key))
	{
		m->value = value;
		return &m->value;
	}
	return value_add(a, object, key, value);
}

bool value_del(struct value *object, struct str key)
{
	value_for_each_member(m, object) if (str_eq(m->key, key))
	{
		size_t behind = (size_t)(object->members + object->n - (m + 1));

		memmove(m, m + 1, behind * sizeof(*m));
		object->n--;
		return true;
	}
	return false;
}
