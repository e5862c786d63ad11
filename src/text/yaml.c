/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML 1.2 structure by recursive descent over the text: the grammar's indentation is the column of
 * the collection a node stands in (<parent>, -1 at the top).  Depth is bounded by tree_enter().
 * What a node may be is decided on its first line: whether it is a key is seen by looking ahead to
 * that line's end, so keys are on one line.
 */
#include <errno.h>

#include "text/yaml_priv.h"

enum node_flags {
	NODE_BLOCK = 1, /* a block collection may begin on this line: behind "- " and "? " */
	NODE_INDENTLESS = 2, /* a sequence may stand at the parent's own column: a key's value */
};

/* What is written before a node: &anchor and !tag. */
struct props {
	enum yaml_tag tag;
	bool any;
	bool tagged;
	bool anchored;
	size_t anchor; /* index */
};

static int parse_node(struct yaml *y, int parent, unsigned flags, struct value *v);
static int parse_flow(struct yaml *y, struct value *v);

static int fail_here(struct yaml *y, const char *what)
{
	return tree_fail_at(&y->t, y->t.at, "%s", what);
}

static int fail_found(struct yaml *y, const char *expected)
{
	char room[24];

	return tree_fail_at(
		&y->t, y->t.at, "expected %s, found %s", expected, tree_show(&y->t, y->t.at, room));
}

/* --- blanks ------------------------------------------------------------------------------ */

static bool is_comment(const struct yaml *y)
{
	return yaml_peek(y, 0) == '#' && (y->t.at == y->t.line_start || is_blank(y->t.at[-1]));
}

/* Step over blanks, comments and breaks to the next token, or the document's end. */
static void skip_space(struct yaml *y)
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

static bool at_end(const struct yaml *y)
{
	return y->t.at == y->t.end || yaml_at_marker(y);
}

static int column(const struct yaml *y)
{
	return (int)(y->t.at - y->t.line_start);
}

/* The token at hand is the first one of its line. */
static bool is_fresh(const struct yaml *y)
{
	return y->t.line > y->token_line;
}

/* Take <n> bytes of a token. */
static void take(struct yaml *y, size_t n)
{
	y->t.at += n;
	y->token_line = y->t.line;
}

/* skip_space() in block context, where a line's indentation counts and so holds no tab. */
static int skip_to_token(struct yaml *y)
{
	skip_space(y);
	if (!at_end(y) && is_fresh(y)) {
		size_t n = (size_t)(y->t.at - y->t.line_start);
		const char *tab = n ? memchr(y->t.line_start, '\t', n) : NULL;

		if (tab)
			return tree_fail_at(&y->t, tab, "a tab indents this line; use spaces");
	}
	return 0;
}

static bool at_indicator(const struct yaml *y, char c)
{
	return yaml_peek(y, 0) == c && is_space(yaml_peek(y, 1));
}

/* --- is this line's next node a key? ----------------------------------------------------- */

static const char *line_skip(const struct yaml *y, const char *p, bool (*stop)(char c))
{
	while (p < y->t.end && !stop(*p))
		p++;
	return p;
}

static bool not_blank(char c)
{
	return !is_blank(c);
}

/* Behind the quoted text at <p>, or NULL when it does not close on this line. */
static const char *quoted_end(const struct yaml *y, const char *p)
{
	char quote = *p++;

	for (; p < y->t.end && !is_eol(*p); p++) {
		if (*p == '\\' && quote == '"')
			p++;
		else if (*p == quote && (quote == '"' || p + 1 == y->t.end || p[1] != quote))
			return p + 1;
		else if (*p == quote)
			p++;
	}
	return NULL;
}

static bool not_name(char c)
{
	return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		 c == '_' || c == '-' || c == '.');
}

static bool colon_at(const struct yaml *y, const char *p)
{
	return p < y->t.end && *p == ':' && (p + 1 == y->t.end || is_space(p[1]));
}

static bool at_key(const struct yaml *y)
{
	const char *p = y->t.at;

	while (p < y->t.end && (*p == '&' || *p == '!'))
		p = line_skip(y, line_skip(y, p, is_space), not_blank);
	if (p == y->t.end)
		return false;
	if (*p == '"' || *p == '\'') {
		p = quoted_end(y, p);
		return p && colon_at(y, line_skip(y, p, not_blank));
	}
	if (*p == '*')
		return colon_at(y, line_skip(y, line_skip(y, p + 1, not_name), not_blank));
	if (strchr("[]{},|>%@`#", *p))
		return false;
	for (; p < y->t.end && !is_eol(*p); p++) {
		if (colon_at(y, p))
			return true;
		if (*p == '#' && is_blank(p[-1]))
			return false;
	}
	return false;
}

/* --- anchors, aliases, tags -------------------------------------------------------------- */

/* The name behind '&', '*' or '!', as far as <stop> lets it go. */
static struct str take_name(struct yaml *y, bool (*stop)(char c))
{
	const char *from = y->t.at + 1, *to = line_skip(y, from, stop);

	take(y, (size_t)(to - y->t.at));
	return str_of(from, (size_t)(to - from));
}

static bool ends_tag(char c)
{
	return is_space(c) || is_flow_indicator(c);
}

static int read_anchor(struct yaml *y, struct props *props)
{
	const char *at = y->t.at;
	struct str name = take_name(y, not_name);

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

static int read_tag(struct yaml *y, struct props *props)
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

/* Read the & and ! that stand at hand on this line. */
static int read_props(struct yaml *y, struct props *props)
{
	while (yaml_peek(y, 0) == '&' || yaml_peek(y, 0) == '!') {
		int rc = yaml_peek(y, 0) == '&' ? read_anchor(y, props) : read_tag(y, props);

		if (rc)
			return rc;
		if (!is_space(yaml_peek(y, 0)) && !(y->flow && is_flow_indicator(yaml_peek(y, 0))))
			return fail_found(y, "a blank behind the name");
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

/* <v> is whole: check its tag's kind and bind its anchor to it. */
static int finish(struct yaml *y, const struct props *props, const struct value *v)
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
	struct str name = take_name(y, not_name);
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
	case VALUE_ARRAY:
	case VALUE_OBJECT:
	default:
		what = "a key must be text";
		break;
	}
	return tree_fail(&y->t, -EINVAL, v->line, v->column, "%s", what);
}

static void set_place(struct yaml *y, struct value *v)
{
	*v = (struct value){.line = y->t.line, .column = tree_column(&y->t, y->t.at)};
}

static void keep_place(struct value *v, uint32_t line, uint32_t col)
{
	v->line = line;
	v->column = col;
}

static int resolve(
	struct yaml *y, const struct scalar *s, const struct props *props, struct value *v)
{
	uint32_t line = v->line, col = v->column;
	int rc = yaml_resolve(y, s, props->tag, v);

	keep_place(v, line, col);
	return rc;
}

/* The merge key of YAML 1.1 is a plain <<; quoted it is a key like any other. */
static bool is_merge(const struct scalar *s, const struct props *props)
{
	return s->plain && !props->tagged && str_eq(s->text, STR("<<"));
}

/* A scalar or an alias, in block or flow context; <parent> bounds a plain one's lines. */
static int read_scalar(
	struct yaml *y, int parent, const struct props *props, struct value *v, bool *ret_merge)
{
	struct scalar s;
	char c = yaml_peek(y, 0);
	int rc;

	*ret_merge = false;
	if (c == '*') {
		if (props->any)
			return fail_here(y, "an alias takes no anchor and no tag");
		return read_alias(y, v);
	}
	if (c == '"' || c == '\'')
		rc = yaml_quoted(y, &s);
	else
		rc = yaml_plain(y, parent, &s);
	if (rc)
		return rc;
	*ret_merge = is_merge(&s, props);
	return resolve(y, &s, props, v);
}

/* --- objects ----------------------------------------------------------------------------- */

/* An object being read: its members are on the stack since <mark>, merges are kept apart, since
 * members written out win over merged ones wherever they stand. */
struct object {
	size_t mark;
	VEC(struct value) merges;
};

static int note_merge(struct yaml *y, struct object *o, const struct value *v)
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

static int add_member(struct yaml *y, struct object *o, const struct value *key, bool merge,
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

static int leave_object(struct yaml *y, struct object *o, int rc, struct value *v)
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

/* --- flow: [ ] and { } ------------------------------------------------------------------- */

static int flow_skip(struct yaml *y, const struct value *open, char close)
{
	skip_space(y);
	if (!at_end(y))
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
	struct props props = {0};
	int rc;
	char c;

	*ret_merge = false;
	set_place(y, v);
	rc = read_props(y, &props);
	if (rc)
		return rc;
	skip_space(y);
	c = yaml_peek(y, 0);
	if (props.any && !at_end(y))
		set_place(y, v);
	rc = tree_count(&y->t);
	if (rc)
		return rc;
	if (c == '[' || c == '{')
		rc = parse_flow(y, v);
	else if (at_end(y) || strchr(",]}", c) || flow_colon(y, false))
		rc = resolve(y, &(struct scalar){STR(""), true, true}, &props, v);
	else
		rc = read_scalar(y, -1, &props, v, ret_merge);
	return rc ? rc : finish(y, &props, v);
}

/* Behind "key": its value, if a ':' says that there is one. */
static int flow_value(
	struct yaml *y, const struct value *open, char close, bool json_like, struct value *v)
{
	bool merge;
	int rc;

	set_place(y, v);
	if (!flow_colon(y, json_like))
		return 0;
	take(y, 1);
	rc = flow_skip(y, open, close);
	return rc ? rc : flow_node(y, v, &merge);
}

static bool take_question(struct yaml *y)
{
	if (!at_indicator(y, '?'))
		return false;
	take(y, 1);
	skip_space(y);
	return true;
}

static int flow_member(struct yaml *y, const struct value *open, struct object *o)
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
	return rc ? rc : add_member(y, o, &key, merge, &v);
}

/* An item of a flow sequence; "key: value" there is an object of one member. */
static int flow_item(struct yaml *y, const struct value *open)
{
	struct object o = {.mark = y->t.stack.n};
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
		rc = add_member(y, &o, &key, merge, &v);
	rc = leave_object(y, &o, rc, &m.value);
	if (rc == 0)
		*vec_push(&y->t.stack) = m;
	return rc;
}

static int flow_items(struct yaml *y, char close, struct object *o, const struct value *v)
{
	int rc = flow_skip(y, v, close);

	while (rc == 0 && yaml_peek(y, 0) != close) {
		if (strchr(",]}", yaml_peek(y, 0)))
			return fail_found(y, close == ']' ? "an item or ']'" : "a key or '}'");
		rc = close == ']' ? flow_item(y, v) : flow_member(y, v, o);
		if (rc == 0)
			rc = flow_skip(y, v, close);
		if (rc)
			return rc;
		if (yaml_peek(y, 0) == ',') {
			take(y, 1);
			rc = flow_skip(y, v, close);
		} else if (yaml_peek(y, 0) != close) {
			return fail_found(y, close == ']' ? "',' or ']'" : "',' or '}'");
		}
	}
	return rc;
}

/* At '[' or '{'. */
static int parse_flow(struct yaml *y, struct value *v)
{
	char close = yaml_peek(y, 0) == '[' ? ']' : '}';
	struct object o = {.mark = y->t.stack.n};
	int rc = tree_enter(&y->t, y->t.at);

	if (rc)
		return rc;
	y->flow++;
	take(y, 1);
	rc = flow_items(y, close, &o, v);
	y->flow--;
	if (rc == 0)
		take(y, 1);
	if (close == '}')
		return leave_object(y, &o, rc, v);
	if (rc == 0)
		tree_leave_array(&y->t, o.mark, v);
	return rc;
}

/* --- block ------------------------------------------------------------------------------- */

/* Behind an entry of a block collection at column <indent>.  1: another line at that column
 * follows; 0: the collection ends. */
static int block_more(struct yaml *y, int indent)
{
	int rc = skip_to_token(y);

	if (rc)
		return rc;
	if (at_end(y))
		return 0;
	if (!is_fresh(y)) {
		if (yaml_peek(y, 0) == ':')
			return fail_here(y, "a second ':' on this line; quote the value, or break "
					    "the line");
		return fail_found(y, "the line's end");
	}
	if (column(y) > indent)
		return fail_here(y, "this line is indented deeper than what it belongs to");
	return column(y) == indent;
}

static int parse_sequence(struct yaml *y, int indent, struct value *v)
{
	size_t mark = y->t.stack.n;
	int rc = tree_enter(&y->t, y->t.at);

	if (rc)
		return rc;
	do {
		struct member m = {0};

		take(y, 1);
		rc = parse_node(y, indent, NODE_BLOCK, &m.value);
		if (rc)
			return rc;
		*vec_push(&y->t.stack) = m;
		rc = block_more(y, indent);
	} while (rc > 0 && at_indicator(y, '-'));
	if (rc < 0)
		return rc;
	tree_leave_array(&y->t, mark, v);
	return 0;
}

/* "? key" and, on a line of its own, ": value". */
static int explicit_member(struct yaml *y, int indent, struct value *key, struct value *v)
{
	int rc;

	take(y, 1);
	rc = parse_node(y, indent, NODE_BLOCK, key);
	if (rc)
		return rc;
	set_place(y, v);
	rc = block_more(y, indent);
	if (rc <= 0 || !at_indicator(y, ':'))
		return MIN(rc, 0);
	take(y, 1);
	return parse_node(y, indent, NODE_BLOCK, v);
}

static int implicit_member(
	struct yaml *y, int indent, struct value *key, bool *merge, struct value *v)
{
	struct props props = {0};
	int rc;

	set_place(y, key);
	rc = tree_count(&y->t);
	if (rc == 0)
		rc = read_props(y, &props);
	if (rc == 0 && at_indicator(y, ':'))
		rc = fail_here(y, "a key is missing before ':'");
	if (rc == 0)
		rc = read_scalar(y, indent, &props, key, merge);
	if (rc == 0)
		rc = finish(y, &props, key);
	if (rc)
		return rc;
	while (is_blank(yaml_peek(y, 0)))
		y->t.at++;
	if (!at_indicator(y, ':'))
		return fail_found(y, "':' behind the key");
	take(y, 1);
	return parse_node(y, indent, NODE_INDENTLESS, v);
}

static int parse_mapping(struct yaml *y, int indent, struct value *v)
{
	struct object o = {.mark = y->t.stack.n};
	int rc = tree_enter(&y->t, y->t.at);

	if (rc)
		return rc;
	do {
		struct value key, value;
		bool merge = false;

		if (at_indicator(y, '?'))
			rc = explicit_member(y, indent, &key, &value);
		else if (at_key(y))
			rc = implicit_member(y, indent, &key, &merge, &value);
		else
			rc = fail_found(y, "a key and ':'");
		if (rc == 0)
			rc = add_member(y, &o, &key, merge, &value);
		if (rc == 0)
			rc = block_more(y, indent);
	} while (rc > 0);
	return leave_object(y, &o, rc, v);
}

/* Nothing of the node is on this line or deeper: it is empty. */
static bool node_is_empty(const struct yaml *y, int parent, unsigned flags)
{
	if (at_end(y))
		return true;
	if (!is_fresh(y) || column(y) > parent)
		return false;
	return !(flags & NODE_INDENTLESS && column(y) == parent && at_indicator(y, '-'));
}

/* The node's own text, its properties read. */
static int parse_content(
	struct yaml *y, int parent, bool block, const struct props *props, struct value *v)
{
	bool merge;
	char c = yaml_peek(y, 0);

	if (at_indicator(y, '-')) {
		if (!block)
			return fail_here(y, "a list begins on a line of its own");
		return parse_sequence(y, column(y), v);
	}
	if (block && (at_indicator(y, '?') || at_key(y)))
		return parse_mapping(y, column(y), v);
	if (c == '[' || c == '{')
		return parse_flow(y, v);
	if (c == '|' || c == '>') {
		struct scalar s;
		int rc = yaml_block_scalar(y, parent, &s);

		return rc ? rc : resolve(y, &s, props, v);
	}
	return read_scalar(y, parent, props, v, &merge);
}

/* A node in block context, which may be empty. */
static int parse_node(struct yaml *y, int parent, unsigned flags, struct value *v)
{
	bool block = flags & NODE_BLOCK, empty;
	struct props props = {0};
	int rc = tree_count(&y->t);

	set_place(y, v);
	for (;;) {
		if (rc == 0)
			rc = skip_to_token(y);
		if (rc)
			return rc;
		empty = node_is_empty(y, parent, flags);
		block = is_fresh(y) || (block && !props.any);
		/* Properties on a key's own line are the key's. */
		if (empty || (block && at_key(y)) ||
			(yaml_peek(y, 0) != '&' && yaml_peek(y, 0) != '!'))
			break;
		rc = read_props(y, &props);
	}
	if (empty) {
		rc = resolve(y, &(struct scalar){STR(""), true, true}, &props, v);
	} else {
		set_place(y, v);
		rc = parse_content(y, parent, block, &props, v);
	}
	return rc ? rc : finish(y, &props, v);
}

/* --- document ---------------------------------------------------------------------------- */

/* %YAML lines, then "---": both may be missing. */
static int document_start(struct yaml *y)
{
	bool directives = false;

	for (;;) {
		skip_space(y);
		if (yaml_peek(y, 0) != '%' || column(y) != 0)
			break;
		if (!str_starts(str_of(y->t.at, (size_t)(y->t.end - y->t.at)), STR("%YAML 1.")))
			return fail_here(y, "the only directive that is read is %YAML 1.x");
		directives = true;
		while (!is_eol(yaml_peek(y, 0)))
			y->t.at++;
	}
	if (yaml_at_marker(y) && yaml_peek(y, 0) == '-')
		take(y, 3);
	else if (directives)
		return fail_found(y, "'---' behind the directives");
	return 0;
}

static int document_end(struct yaml *y)
{
	skip_space(y);
	while (yaml_at_marker(y) && yaml_peek(y, 0) == '.') {
		take(y, 3);
		skip_space(y);
		if (!at_end(y) && !is_fresh(y))
			return fail_found(y, "the line's end");
	}
	if (y->t.at == y->t.end)
		return 0;
	if (yaml_at_marker(y))
		return fail_here(y, "a second document begins here; one is expected");
	if (!is_fresh(y) && yaml_peek(y, 0) == ':')
		return fail_here(y, "a mapping may not begin on this line");
	return fail_found(y, "the document's end");
}

int text_parse_yaml(struct arena *a, struct str text, uint32_t line, struct value *ret_value,
	struct text_error *err)
{
	struct yaml y = {0};
	struct value v;
	int rc = tree_init(&y.t, a, text, line, err);

	/* Line 0 is no line: a document without "---" begins fresh. */
	if (rc == 0)
		rc = document_start(&y);
	if (rc == 0)
		rc = parse_node(&y, -1, 0, &v);
	if (rc == 0)
		rc = document_end(&y);
	vec_fini(&y.anchors);
	buf_fini(&y.scratch);
	tree_fini(&y.t);
	if (rc == 0)
		*ret_value = v;
	return rc;
}

/* --- splitting --------------------------------------------------------------------------- */

/* <line> begins with <marker> and then a blank or nothing. */
static bool is_marker(struct str line, struct str marker)
{
	return str_starts(line, marker) && (line.n == 3 || is_space(line.p[3]));
}

static bool holds_content(struct str line)
{
	size_t i = 0;

	while (i < line.n && is_space(line.p[i]))
		i++;
	return i < line.n && line.p[i] != '#';
}

bool text_split_documents(struct text_documents *stream, struct text_document *ret_document)
{
	bool content = false, directive = false;
	struct text_document d;
	struct str line, before;

	if (stream->line == 1 && str_starts(stream->rest, STR("\xef\xbb\xbf")))
		stream->rest = str_skip(stream->rest, 3);
	d = (struct text_document){.text = stream->rest, .line = stream->line};
	while (stream->rest.n) {
		before = stream->rest;
		line = str_cut(&stream->rest, '\n');
		if (is_marker(line, STR("---"))) {
			if (content) {
				stream->rest = before;
				break;
			}
			if (!directive)
				d = (struct text_document){before, stream->line};
			directive = false;
			line = str_skip(line, 3);
		}
		stream->line++;
		if (is_marker(line, STR("..."))) {
			if (content)
				break;
		} else if (!content && str_starts(line, STR("%"))) {
			directive = true;
		} else {
			content |= holds_content(line);
		}
	}
	d.text.n -= stream->rest.n;
	if (content)
		*ret_document = d;
	return content;
}
