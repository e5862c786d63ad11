/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "gwapi/decode_priv.h"

static void path_print(struct buf *b, const struct decode_path *p)
{
	if (!p)
		return;
	path_print(b, p->up);
	if (!p->name.p)
		buf_printf(b, "[%u]", p->index);
	else if (p->key)
		buf_printf(b, "[%.*s]", STR_ARG(p->name));
	else
		buf_printf(b, "%s%.*s", b->n ? "." : "", STR_ARG(p->name));
}

struct str decode_path_text(struct decoder *d, const struct decode_path *path)
{
	struct buf b = {0};
	struct str text;

	path_print(&b, path);
	text = arena_str(&d->scratch, buf_str(&b));
	buf_fini(&b);
	return text;
}

static void printf_like(4, 0) error_add(struct decoder *d, const struct decode_path *path,
	const struct value *v, const char *fmt, va_list args)
{
	struct decode_error *e;
	char what[512];

	d->n_faults++;
	if (d->n_errors == DECODE_MAX_ERRORS)
		return;
	e = &d->errors[d->n_errors++];
	vsnprintf(what, sizeof(what), fmt, args);
	*e = (struct decode_error){
		.file = d->file,
		.line = v ? v->line : 0,
		.column = v ? v->column : 0,
		.kind = d->kind,
		.namespace = d->namespace,
		.name = d->name,
		.path = decode_path_text(d, path),
		.what = arena_str(&d->scratch, str_from(what)),
	};
}

void decode_refuse(struct decoder *d, const struct decode_path *path, const struct value *v,
	const char *fmt, ...)
{
	va_list args;

	d->blocked = true;
	va_start(args, fmt);
	error_add(d, path, v, fmt, args);
	va_end(args);
}

void decode_fault(struct decoder *d, const struct decode_path *path, const struct value *v,
	enum object_note_kind note, struct str text, const char *fmt, ...)
{
	va_list args;
	char what[512];

	va_start(args, fmt);
	if (!d->options.tolerant) {
		error_add(d, path, v, fmt, args);
	} else if (d->notes.n == DECODE_MAX_NOTES) {
		/* Nothing may pass unnoted. */
		error_add(d, path, v, "too much here is unknown", args);
	} else {
		d->n_faults++;
		if (!text.p) {
			vsnprintf(what, sizeof(what), fmt, args);
			text = arena_str(&d->scratch, str_from(what));
		}
		*vec_push(&d->notes) = (struct object_note){
			.kind = note, .path = decode_path_text(d, path), .text = text};
	}
	va_end(args);
}

const struct decode_error *decoder_errors(const struct decoder *d, size_t *ret_n)
{
	*ret_n = d->n_errors;
	return d->errors;
}

void decode_error_print(struct buf *out, const struct decode_error *e)
{
	if (e->file.n)
		buf_printf(out, "%.*s:", STR_ARG(e->file));
	if (e->line)
		buf_printf(out, "%u:%u:", e->line, e->column);
	if (out->n && out->p[out->n - 1] == ':')
		buf_addc(out, ' ');
	buf_printf(out, "%.*s ", STR_ARG(e->kind));
	if (e->namespace.n)
		buf_printf(out, "%.*s/", STR_ARG(e->namespace));
	buf_printf(out, "%.*s: ", STR_ARG(e->name));
	if (e->path.n)
		buf_printf(out, "%.*s: ", STR_ARG(e->path));
	buf_add(out, e->what);
}
