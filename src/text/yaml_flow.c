/* SPDX-License-Identifier: Apache-2.0 */
/* Flow collections: [ ] and { }. */
#include <errno.h>

#include "text/yaml_priv.h"

static int flow_skip(struct yaml *y, const struct value *open, char close)
{
	yaml_skip(y);
	if (!yaml_at_end(y))
		return 0;
	return tree_fail(&y->t, -EINVAL, open->line, open->column,
		"the '%c' that closes this is missing", close);
}

static bool flow_colon(const struct yaml *y, bool json_like)
{
	char next = yaml_peek(y, 1);

	return yaml_peek(y, 0) == ':' && (json_like || is_space(next) || is_flow_indicator(next));
}

/* A node in flow context, which may be empty. */
static int flow_node(struct yaml *y, struct value *v, bool *ret_merge)
{
	struct yaml_props props = {0};
	int rc;
	char c;

	*ret_merge = false;
	yaml_place(y, v);
	rc = yaml_props(y, &props);
	if (rc)
		return rc;
	yaml_skip(y);
	c = yaml_peek(y, 0);
	if (props.any && !yaml_at_end(y))
		yaml_place(y, v);
	rc = tree_count(&y->t);
	if (rc)
		return rc;
	if (c == '[' || c == '{')
		rc = yaml_flow(y, v);
	else if (yaml_at_end(y) || strchr(",]}", c) || flow_colon(y, false))
		rc = yaml_scalar_node(y, &(struct scalar){STR(""), true, true}, &props, v);
	else
		rc = yaml_scalar_or_alias(y, -1, &props, v, ret_merge);
	return rc ? rc : yaml_finish(y, &props, v);
}

/* Behind "key": its value, if a ':' says that there is one. */
static int flow_value(
	struct yaml *y, const struct value *open, char close, bool json_like, struct value *v)
{
	bool merge;
	int rc;

	yaml_place(y, v);
	if (!flow_colon(y, json_like))
		return 0;
	yaml_take(y, 1);
	rc = flow_skip(y, open, close);
	return rc ? rc : flow_node(y, v, &merge);
}

static bool take_question(struct yaml *y)
{
	if (!yaml_at_indicator(y, '?'))
		return false;
	yaml_take(y, 1);
	yaml_skip(y);
	return true;
}

static int flow_member(struct yaml *y, const struct value *open, struct yaml_object *o)
{
	struct value key, v;
	bool merge, json_like;
	int rc;

	take_question(y);
	json_like = yaml_peek(y, 0) == '"' || yaml_peek(y, 0) == '\'';
	rc = flow_node(y, &key, &merge);
	if (rc == 0)
		rc = flow_skip(y, open, '}');
	if (rc == 0)
		rc = flow_value(y, open, '}', json_like, &v);
	return rc ? rc : yaml_add_member(y, o, &key, merge, &v);
}

/* An item of a flow sequence; "key: value" there is an object of one member. */
static int flow_item(struct yaml *y, const struct value *open)
{
	struct yaml_object o = {.mark = y->t.stack.n};
	struct member m = {0};
	struct value key, v;
	bool merge, json_like, pair = take_question(y);
	uint32_t line = y->t.line;
	int rc;

	json_like = yaml_peek(y, 0) == '"' || yaml_peek(y, 0) == '\'';
	rc = flow_node(y, &key, &merge);
	if (rc == 0)
		rc = flow_skip(y, open, ']');
	if (rc)
		return rc;
	if (!pair && (!flow_colon(y, json_like) || y->t.line != line)) {
		m.value = key;
		*vec_push(&y->t.stack) = m;
		return 0;
	}
	m.value.line = key.line;
	m.value.column = key.column;
	rc = tree_enter(&y->t, y->t.at);
	if (rc == 0)
		rc = tree_count(&y->t);
	if (rc == 0)
		rc = flow_value(y, open, ']', json_like, &v);
	if (rc == 0)
		rc = yaml_add_member(y, &o, &key, merge, &v);
	rc = yaml_leave_object(y, &o, rc, &m.value);
	if (rc == 0)
		*vec_push(&y->t.stack) = m;
	return rc;
}

static int flow_items(struct yaml *y, char close, struct yaml_object *o, const struct value *v)
{
	int rc = flow_skip(y, v, close);

	while (rc == 0 && yaml_peek(y, 0) != close) {
		if (strchr(",]}", yaml_peek(y, 0)))
			return yaml_expected(y, close == ']' ? "an item or ']'" : "a key or '}'");
		rc = close == ']' ? flow_item(y, v) : flow_member(y, v, o);
		if (rc == 0)
			rc = flow_skip(y, v, close);
		if (rc)
			return rc;
		if (yaml_peek(y, 0) == ',') {
			yaml_take(y, 1);
			rc = flow_skip(y, v, close);
		} else if (yaml_peek(y, 0) != close) {
			return yaml_expected(y, close == ']' ? "',' or ']'" : "',' or '}'");
		}
	}
	return rc;
}

int yaml_flow(struct yaml *y, struct value *v)
{
	char close = yaml_peek(y, 0) == '[' ? ']' : '}';
	struct yaml_object o = {.mark = y->t.stack.n};
	int rc = tree_enter(&y->t, y->t.at);

	if (rc)
		return rc;
	y->flow++;
	yaml_take(y, 1);
	rc = flow_items(y, close, &o, v);
	y->flow--;
	if (rc == 0)
		yaml_take(y, 1);
	if (close == '}')
		return yaml_leave_object(y, &o, rc, v);
	if (rc == 0)
		tree_leave_array(&y->t, o.mark, v);
	return rc;
}
