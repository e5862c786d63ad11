/* SPDX-License-Identifier: Apache-2.0 */
#include "gwapi/explain_priv.h"

static void headers(struct buf *b, const char *name, const struct plan_header_filter *h)
{
	static const char *const ops[] = {[PLAN_HEADER_SET] = "set",
		[PLAN_HEADER_ADD] = "add",
		[PLAN_HEADER_REMOVE] = "remove"};

	buf_add(b, str_from(name));
	for (size_t i = 0; i < h->n; i++) {
		buf_printf(b, "%s %s %.*s", i ? "," : "", ops[h->edits[i].op],
			STR_ARG(h->edits[i].name));
		if (h->edits[i].op != PLAN_HEADER_REMOVE)
			buf_printf(b, ": %.*s", STR_ARG(h->edits[i].value));
	}
}

static void path(struct buf *b, const struct plan_path_edit *e)
{
	if (e->op == PLAN_PATH_FULL)
		buf_printf(b, " path %.*s", STR_ARG(e->value));
	else if (e->op == PLAN_PATH_PREFIX)
		buf_printf(b, " prefix %.*s", STR_ARG(e->value.n ? e->value : STR("/")));
}

static void part(struct buf *b, const char *name, struct str v)
{
	if (v.n)
		buf_printf(b, " %s %.*s", name, STR_ARG(v));
}

static void redirect(struct buf *b, const struct plan_redirect *r)
{
	buf_printf(b, "RequestRedirect %u", r->status);
	part(b, "scheme", r->scheme);
	part(b, "host", r->hostname);
	if (r->port)
		buf_printf(b, " port %u", r->port);
	path(b, &r->path);
}

static void ref(struct buf *b, const struct plan *p, const struct plan_ref *r)
{
	const struct plan_upstream *u;

	if (r->refused) {
		buf_printf(b, " refused (%.*s): %.*s", STR_ARG(plan_refusal_name(r->refused)),
			STR_ARG(r->message));
		return;
	}
	u = plan_upstream_find(p, r->upstream);
	buf_printf(b, " to %.*s", STR_ARG(u ? u->name : STR("nothing")));
}

static void cors(struct buf *b, const struct plan_cors *c)
{
	buf_add(b, STR("CORS"));
	for (size_t i = 0; i < c->norigins; i++) {
		if (c->origins[i].any)
			buf_add(b, STR(" *"));
		else
			buf_printf(b, " %.*s://%.*s:%u", STR_ARG(c->origins[i].scheme),
				STR_ARG(c->origins[i].host), c->origins[i].port);
	}
	part(b, "methods", c->any_method ? STR("*") : c->methods_text);
	part(b, "headers", c->any_header ? STR("*") : c->headers_text);
	if (c->credentials)
		buf_add(b, STR(" with credentials"));
}

static void filter(struct buf *b, const struct plan *p, const struct plan_filter *f)
{
	switch (f->kind) {
	case PLAN_FILTER_REQUEST_HEADERS:
		headers(b, "RequestHeaderModifier", f->request_headers);
		break;
	case PLAN_FILTER_RESPONSE_HEADERS:
		headers(b, "ResponseHeaderModifier", f->response_headers);
		break;
	case PLAN_FILTER_REDIRECT:
		redirect(b, f->redirect);
		break;
	case PLAN_FILTER_REWRITE:
		buf_add(b, STR("URLRewrite"));
		part(b, "host", f->rewrite->hostname);
		path(b, &f->rewrite->path);
		break;
	case PLAN_FILTER_MIRROR:
		buf_printf(b, "RequestMirror %u/%u", f->mirror->numerator, f->mirror->denominator);
		ref(b, p, &f->mirror->to);
		break;
	case PLAN_FILTER_CORS:
		cors(b, f->cors);
		break;
	case PLAN_FILTER_AUTH:
		buf_add(b, STR("ExternalAuth"));
		ref(b, p, &f->auth->to);
		break;
	}
}

void explain_filters(
	struct buf *b, const struct plan *p, const char *indent, const struct plan_filters *f)
{
	for (uint32_t i = 0; f && i < f->n; i++) {
		buf_add(b, str_from(indent));
		filter(b, p, &f->p[i]);
		buf_addc(b, '\n');
	}
}
