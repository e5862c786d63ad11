/* SPDX-License-Identifier: Apache-2.0 */
/* A stream cut at its "---" and "..." lines, before anything is parsed. */
#include "text/yaml_priv.h"

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
