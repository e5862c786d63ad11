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

static int parse_node(struct yaml *y, int parent, unsigned flags, struct value *v);

/* yaml_skip() in block context, where a line's indentation counts and so holds no tab. */
static int skip_to_token(struct yaml *y)
{
	yaml_skip(y);
	if (!yaml_at_end(y) && yaml_fresh(y)) {
		size_t n = (size_t)(y->t.at - y->t.line_start);
		const char *tab = n ? memchr(y->t.line_start, '\t', n) : NULL;

		if (tab)
			return tree_fail_at(&y->t, tab, "a tab indents this line; use spaces");
	}
	return 0;
}

/* --- is this line's next node a key? ----------------------------------------------------- */

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

static bool colon_at(const struct yaml *y, const char *p)
{
	return p < y->t.end && *p == ':' && (p + 1 == y->t.end || is_space(p[1]));
}

static bool at_key(const struct yaml *y)
{
	const char *p = y->t.at;

	while (p < y->t.end && (*p == '&' || *p == '!'))
		p = yaml_line_skip(y, yaml_line_skip(y, p, is_space), not_blank);
	if (p == y->t.end)
		return false;
	if (*p == '"' || *p == '\'') {
		p = quoted_end(y, p);
		return p && colon_at(y, yaml_line_skip(y, p, not_blank));
	}
	if (*p == '*')
		return colon_at(
			y, yaml_line_skip(y, yaml_line_skip(y, p + 1, yaml_not_name), not_blank));
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

/* --- block ------------------------------------------------------------------------------- */

/* Behind an entry of a block collection at column <indent>.  1: another line at that column
 * follows; 0: the collection ends. */
static int block_more(struct yaml *y, int indent)
{
	int rc = skip_to_token(y);

	if (rc)
		return rc;
	if (yaml_at_end(y))
		return 0;
	if (!yaml_fresh(y)) {
		if (yaml_peek(y, 0) == ':')
			return yaml_fail(y, "a second ':' on this line; quote the value, or break "
					    "the line");
		return yaml_expected(y, "the line's end");
	}
	if (yaml_column(y) > indent)
		return yaml_fail(y, "this line is indented deeper than what it belongs to");
	return yaml_column(y) == indent;
}

static int parse_sequence(struct yaml *y, int indent, struct value *v)
{
	size_t mark = y->t.stack.n;
	int rc = tree_enter(&y->t, y->t.at);

	if (rc)
		return rc;
	do {
		struct member m = {0};

		yaml_take(y, 1);
		rc = parse_node(y, indent, NODE_BLOCK, &m.value);
		if (rc)
			return rc;
		*vec_push(&y->t.stack) = m;
		rc = block_more(y, indent);
	} while (rc > 0 && yaml_at_indicator(y, '-'));
	if (rc < 0)
		return rc;
	tree_leave_array(&y->t, mark, v);
	return 0;
}

/* "? key" and, on a line of its own, ": value". */
static int explicit_member(struct yaml *y, int indent, struct value *key, struct value *v)
{
	int rc;

	yaml_take(y, 1);
	rc = parse_node(y, indent, NODE_BLOCK, key);
	if (rc)
		return rc;
	yaml_place(y, v);
	rc = block_more(y, indent);
	if (rc <= 0 || !yaml_at_indicator(y, ':'))
		return MIN(rc, 0);
	yaml_take(y, 1);
	return parse_node(y, indent, NODE_BLOCK, v);
}

static int implicit_member(
	struct yaml *y, int indent, struct value *key, bool *merge, struct value *v)
{
	struct yaml_props props = {0};
	int rc;

	yaml_place(y, key);
	rc = tree_count(&y->t);
	if (rc == 0)
		rc = yaml_props(y, &props);
	if (rc == 0 && yaml_at_indicator(y, ':'))
		rc = yaml_fail(y, "a key is missing before ':'");
	if (rc == 0)
		rc = yaml_scalar_or_alias(y, indent, &props, key, merge);
	if (rc == 0)
		rc = yaml_finish(y, &props, key);
	if (rc)
		return rc;
	while (is_blank(yaml_peek(y, 0)))
		y->t.at++;
	if (!yaml_at_indicator(y, ':'))
		return yaml_expected(y, "':' behind the key");
	yaml_take(y, 1);
	return parse_node(y, indent, NODE_INDENTLESS, v);
}

static int parse_mapping(struct yaml *y, int indent, struct value *v)
{
	struct yaml_object o = {.mark = y->t.stack.n};
	int rc = tree_enter(&y->t, y->t.at);

	if (rc)
		return rc;
	do {
		struct value key, value;
		bool merge = false;

		if (yaml_at_indicator(y, '?'))
			rc = explicit_member(y, indent, &key, &value);
		else if (at_key(y))
			rc = implicit_member(y, indent, &key, &merge, &value);
		else
			rc = yaml_expected(y, "a key and ':'");
		if (rc == 0)
			rc = yaml_add_member(y, &o, &key, merge, &value);
		if (rc == 0)
			rc = block_more(y, indent);
	} while (rc > 0);
	return yaml_leave_object(y, &o, rc, v);
}

/* Nothing of the node is on this line or deeper: it is empty. */
static bool node_is_empty(const struct yaml *y, int parent, unsigned flags)
{
	if (yaml_at_end(y))
		return true;
	if (!yaml_fresh(y) || yaml_column(y) > parent)
		return false;
	return !(flags & NODE_INDENTLESS && yaml_column(y) == parent && yaml_at_indicator(y, '-'));
}

/* The node's own text, its properties read. */
static int parse_content(
	struct yaml *y, int parent, bool block, const struct yaml_props *props, struct value *v)
{
	bool merge;
	char c = yaml_peek(y, 0);

	if (yaml_at_indicator(y, '-')) {
		if (!block)
			return yaml_fail(y, "a list begins on a line of its own");
		return parse_sequence(y, yaml_column(y), v);
	}
	if (block && (yaml_at_indicator(y, '?') || at_key(y)))
		return parse_mapping(y, yaml_column(y), v);
	if (c == '[' || c == '{')
		return yaml_flow(y, v);
	if (c == '|' || c == '>') {
		struct scalar s;
		int rc = yaml_block_scalar(y, parent, &s);

		return rc ? rc : yaml_scalar_node(y, &s, props, v);
	}
	return yaml_scalar_or_alias(y, parent, props, v, &merge);
}

/* A node in block context, which may be empty. */
static int parse_node(struct yaml *y, int parent, unsigned flags, struct value *v)
{
	bool block = flags & NODE_BLOCK, empty;
	struct yaml_props props = {0};
	int rc = tree_count(&y->t);

	yaml_place(y, v);
	for (;;) {
		if (rc == 0)
			rc = skip_to_token(y);
		if (rc)
			return rc;
		empty = node_is_empty(y, parent, flags);
		block = yaml_fresh(y) || (block && !props.any);
		/* Properties on a key's own line are the key's. */
		if (empty || (block && at_key(y)) ||
			(yaml_peek(y, 0) != '&' && yaml_peek(y, 0) != '!'))
			break;
		rc = yaml_props(y, &props);
	}
	if (empty) {
		rc = yaml_scalar_node(y, &(struct scalar){STR(""), true, true}, &props, v);
	} else {
		yaml_place(y, v);
		rc = parse_content(y, parent, block, &props, v);
	}
	return rc ? rc : yaml_finish(y, &props, v);
}

/* --- document ---------------------------------------------------------------------------- */

/* %YAML lines, then "---": both may be missing. */
static int document_start(struct yaml *y)
{
	bool directives = false;

	for (;;) {
		yaml_skip(y);
		if (yaml_peek(y, 0) != '%' || yaml_column(y) != 0)
			break;
		if (!str_starts(str_of(y->t.at, (size_t)(y->t.end - y->t.at)), STR("%YAML 1.")))
			return yaml_fail(y, "the only directive that is read is %YAML 1.x");
		directives = true;
		while (!is_eol(yaml_peek(y, 0)))
			y->t.at++;
	}
	if (yaml_at_marker(y) && yaml_peek(y, 0) == '-')
		yaml_take(y, 3);
	else if (directives)
		return yaml_expected(y, "'---' behind the directives");
	return 0;
}

static int document_end(struct yaml *y)
{
	yaml_skip(y);
	while (yaml_at_marker(y) && yaml_peek(y, 0) == '.') {
		yaml_take(y, 3);
		yaml_skip(y);
		if (!yaml_at_end(y) && !yaml_fresh(y))
			return yaml_expected(y, "the line's end");
	}
	if (y->t.at == y->t.end)
		return 0;
	if (yaml_at_marker(y))
		return yaml_fail(y, "a second document begins here; one is expected");
	if (!yaml_fresh(y) && yaml_peek(y, 0) == ':')
		return yaml_fail(y, "a mapping may not begin on this line");
	return yaml_expected(y, "the document's end");
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
