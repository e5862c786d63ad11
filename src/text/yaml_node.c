/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nodes have in common, in block and in flow: anchors, aliases and tags, scalars, and the
 * members of an object with its merges.
 */
#include <errno.h>

#include "text/yaml_priv.h"

/* --- tokens ----------------------------------------------------------------------------- */

int yaml_fail(struct yaml *y, const char *what)
{
	return tree_fail_at(&y->t, y->t.at, "%s", what);
}

int yaml_expected(struct yaml *y, const char *expected)
{
	char room[24];

	return tree_fail_at(
		&y->t, y->t.at, "expected %s, found %s", expected, tree_show(&y->t, y->t.at, room));
}

static bool is_comment(const struct yaml *y)
{
	return yaml_peek(y, 0) == '#' && (y->t.at == y->t.line_start || is_blank(y->t.at[-1]));
}

void yaml_skip(struct yaml *y)
{
	while (y->t.at < y->t.end) {
		char c = *y->t.at;

		if (is_blank(c)) {
			y->t.at++;
		} else if (is_eol(c)) {
			yaml_newline(y);
			if (yaml_at_marker(y))
				return;
		} else if (is_comment(y)) {
			while (!is_eol(yaml_peek(y, 0)))
				y->t.at++;
		} else {
			return;
		}
	}
}

const char *yaml_line_skip(const struct yaml *y, const char *p, bool (*stop)(char c))
{
	while (p < y->t.end && !stop(*p))
		p++;
	return p;
}

bool yaml_not_name(char c)
{
	return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		 c == '_' || c == '-' || c == '.');
}

/* --- anchors, aliases, tags -------------------------------------------------------------- */

/* The name behind '&', '*' or '!', as far as <stop> lets it go. */
static struct str take_name(struct yaml *y, bool (*stop)(char c))
{
	const char *from = y->t.at + 1, *to = yaml_line_skip(y, from, stop);

	yaml_take(y, (size_t)(to - y->t.at));
	return str_of(from, (size_t)(to - from));
}

static bool ends_tag(char c)
{
	return is_space(c) || is_flow_indicator(c);
}

static int read_anchor(struct yaml *y, struct yaml_props *props)
{
	const char *at = y->t.at;
	struct str name = take_name(y, yaml_not_name);

	if (props->anchored)
		return tree_fail_at(&y->t, at, "a second anchor for one value");
	if (name.n == 0)
		return tree_fail_at(
			&y->t, at, "'&' needs a name; quote the value if text is meant");
	if (y->anchors.n == TEXT_MAX_ANCHORS)
		return tree_fail(&y->t, -E2BIG, y->t.line, tree_column(&y->t, at),
			"more than %d anchors in one document", TEXT_MAX_ANCHORS);
	props->anchored = props->any = true;
	props->anchor = y->anchors.n;
	*vec_push(&y->anchors) = (struct anchor){.name = name, .open = true};
	return 0;
}

static int read_tag(struct yaml *y, struct yaml_props *props)
{
	static const struct {
		struct str name;
		enum yaml_tag tag;
	} tags[] = {
		{{"!str", 4}, TAG_STR},
		{{"!int", 4}, TAG_INT},
		{{"!float", 6}, TAG_FLOAT},
		{{"!bool", 5}, TAG_BOOL},
		{{"!null", 5}, TAG_NULL},
		{{"!map", 4}, TAG_MAP},
		{{"!seq", 4}, TAG_SEQ},
		{{"", 0}, TAG_STR},
	};
	const char *at = y->t.at;
	struct str name = take_name(y, ends_tag);

	if (props->tagged)
		return tree_fail_at(&y->t, at, "a second tag for one value");
	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		if (!str_eq(tags[i].name, name))
			continue;
		props->tag = tags[i].tag;
		props->tagged = props->any = true;
		return 0;
	}
	return tree_fail_at(&y->t, at,
		"unknown tag \"!%.*s\"; quote the value if text is meant, or use !!str, !!int, "
		"!!float, !!bool, !!null, !!map or !!seq",
		(int)MIN(name.n, (size_t)40), name.p);
}

int yaml_props(struct yaml *y, struct yaml_props *props)
{
	while (yaml_peek(y, 0) == '&' || yaml_peek(y, 0) == '!') {
		int rc = yaml_peek(y, 0) == '&' ? read_anchor(y, props) : read_tag(y, props);

		if (rc)
			return rc;
		if (!is_space(yaml_peek(y, 0)) && !(y->flow && is_flow_indicator(yaml_peek(y, 0))))
			return yaml_expected(y, "a blank behind the name");
		while (is_blank(yaml_peek(y, 0)))
			y->t.at++;
	}
	return 0;
}

static void measure(const struct value *v, uint32_t level, struct anchor *a)
{
	a->nodes++;
	if (v->kind >= VALUE_ARRAY)
		a->depth = MAX(a->depth, level + 1);
	value_for_each(item, v) measure(item, level + 1, a);
	value_for_each_member(m, v) measure(&m->value, level + 1, a);
}

int yaml_finish(struct yaml *y, const struct yaml_props *props, const struct value *v)
{
	if ((v->kind == VALUE_OBJECT && props->tagged && props->tag != TAG_MAP) ||
		(v->kind == VALUE_ARRAY && props->tagged && props->tag != TAG_SEQ))
		return tree_fail(&y->t, -EINVAL, v->line, v->column,
			"the tag before this %s does not fit it", value_kind_name(v->kind));
	if (props->anchored) {
		struct anchor *a = &y->anchors.p[props->anchor];

		a->value = *v;
		a->open = false;
		measure(v, 0, a);
	}
	return 0;
}

static int read_alias(struct yaml *y, struct value *v)
{
	const char *at = y->t.at;
	struct str name = take_name(y, yaml_not_name);
	struct anchor *a = NULL;
	struct value copy;

	for (size_t i = y->anchors.n; i-- > 0 && !a;)
		if (str_eq(y->anchors.p[i].name, name))
			a = &y->anchors.p[i];
	if (!a)
		return tree_fail_at(&y->t, at, "no anchor \"&%.*s\" stands before this alias",
			(int)MIN(name.n, (size_t)60), name.p);
	if (a->open)
		return tree_fail_at(&y->t, at, "this alias stands within its own anchor");
	y->expansion += a->nodes;
	if (y->expansion > TEXT_MAX_EXPANSION || y->t.depth + a->depth > TEXT_MAX_DEPTH)
		return tree_fail(&y->t, -E2BIG, y->t.line, tree_column(&y->t, at),
			"aliases repeat too much: at most %u values and %d levels",
			TEXT_MAX_EXPANSION, TEXT_MAX_DEPTH);
	copy = a->value;
	copy.line = v->line;
	copy.column = v->column;
	*v = copy;
	return 0;
}

/* --- keys -------------------------------------------------------------------------------- */

/* Keys become strings: integers and booleans as JSON writes them. */
static int key_text(struct yaml *y, const struct value *v, struct str *ret)
{
	const char *what;

	switch ((enum value_kind)v->kind) {
	case VALUE_STRING:
		*ret = v->string;
		return 0;
	case VALUE_INT:
		*ret = arena_printf(y->t.arena, "%lld", (long long)v->integer);
		return 0;
	case VALUE_BOOL:
		*ret = v->boolean ? STR("true") : STR("false");
		return 0;
	case VALUE_NULL:
		what = "a key is missing before ':'";
		break;
	case VALUE_FLOAT:
		what = "this key reads as a number with a fraction; quote it";
		break;
	case VALUE_OBJECT:
		what = "a key must be text; if this is a template, its {{ }} is to be filled in first";
		break;
	case VALUE_ARRAY:
	default:
		what = "a key must be text";
		break;
	}
	return tree_fail(&y->t, -EINVAL, v->line, v->column, "%s", what);
}

void yaml_place(struct yaml *y, struct value *v)
{
	*v = (struct value){.line = y->t.line, .column = tree_column(&y->t, y->t.at)};
}

static void keep_place(struct value *v, uint32_t line, uint32_t col)
{
	v->line = line;
	v->column = col;
}

int yaml_scalar_node(
	struct yaml *y, const struct scalar *s, const struct yaml_props *props, struct value *v)
{
	uint32_t line = v->line, col = v->column;
	int rc = yaml_resolve(y, s, props->tag, v);

	keep_place(v, line, col);
	return rc;
}

/* The merge key of YAML 1.1 is a plain <<; quoted it is a key like any other. */
static bool is_merge(const struct scalar *s, const struct yaml_props *props)
{
	return s->plain && !props->tagged && str_eq(s->text, STR("<<"));
}

int yaml_scalar_or_alias(struct yaml *y, int parent, const struct yaml_props *props,
	struct value *v, bool *ret_merge)
{
	struct scalar s;
	char c = yaml_peek(y, 0);
	int rc;

	*ret_merge = false;
	if (c == '*') {
		if (props->any)
			return yaml_fail(y, "an alias takes no anchor and no tag");
		return read_alias(y, v);
	}
	if (c == '"' || c == '\'')
		rc = yaml_quoted(y, &s);
	else
		rc = yaml_plain(y, parent, &s);
	if (rc)
		return rc;
	*ret_merge = is_merge(&s, props);
	return yaml_scalar_node(y, &s, props, v);
}

/* --- objects ----------------------------------------------------------------------------- */

static int note_merge(struct yaml *y, struct yaml_object *o, const struct value *v)
{
	if (v->kind == VALUE_OBJECT) {
		*vec_push(&o->merges) = *v;
		return 0;
	}
	value_for_each(item, v)
	{
		if (item->kind != VALUE_OBJECT)
			return tree_fail(&y->t, -EINVAL, item->line, item->column,
				"'<<' merges mappings, this is of kind %s",
				value_kind_name(item->kind));
		*vec_push(&o->merges) = *item;
	}
	if (v->kind != VALUE_ARRAY)
		return tree_fail(&y->t, -EINVAL, v->line, v->column,
			"'<<' merges mappings, this is of kind %s", value_kind_name(v->kind));
	return 0;
}

int yaml_add_member(struct yaml *y, struct yaml_object *o, const struct value *key, bool merge,
	const struct value *v)
{
	struct member m = {.line = key->line, .column = key->column, .value = *v};
	int rc;

	if (merge)
		return note_merge(y, o, v);
	rc = key_text(y, key, &m.key);
	if (rc == 0)
		*vec_push(&y->t.stack) = m;
	return rc;
}

int yaml_leave_object(struct yaml *y, struct yaml_object *o, int rc, struct value *v)
{
	if (rc == 0)
		rc = tree_leave_object(&y->t, o->mark, v);
	for (size_t i = 0; i < o->merges.n && rc == 0; i++) {
		value_for_each_member(m, &o->merges.p[i])
		{
			rc = tree_count(&y->t);
			if (rc)
				break;
			if (!value_get(v, m->key)) {
				struct value *to = value_add(y->t.arena, v, m->key, m->value);
				struct member *added = container_of(to, struct member, value);

				added->line = m->line;
				added->column = m->column;
			}
		}
	}
	vec_fini(&o->merges);
	return rc;
}
