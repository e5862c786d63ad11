/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drive.h -- a connection's worth of bytes through the codecs, in whatever pieces they come.
 *
 * What a proxy would send on is collected in <out>: heads as they are written, each body in one
 * piece of our own framing, and at the end why it stopped.  The same input must give the same
 * <out> however it is cut.  Used by the unit tests and by the fuzz targets.
 */
#ifndef TEST_HTTP_DRIVE_H
#define TEST_HTTP_DRIVE_H

#include <stdio.h>

#include "base/buf.h"
#include "http/h1.h"

struct drive {
	struct http_limits limits;
	bool response; /* the input is responses to <asked>, else requests */
	struct h1_asked asked;
	struct buf in;
	struct buf out;
	struct buf body;
	struct arena arena;
	struct h1_parser parser;
	struct http_request req;
	struct http_response resp;
	struct http_field fields[HTTP_FIELDS_MAX];
	struct h1_chunked chunked;
	struct http_framing framing;
	uint64_t left;
	bool in_body;
	bool tunnel;
	enum http_reason reason;
	unsigned messages; /* heads accepted */
};

static inline void drive_begin(struct drive *d)
{
	if (d->response)
		h1_response_begin(&d->parser, &d->resp, d->fields);
	else
		h1_request_begin(&d->parser, &d->req, d->fields);
}

static inline void drive_init(struct drive *d)
{
	*d = (struct drive){.limits = HTTP_LIMITS_DEFAULT};
	arena_init(&d->arena, 0);
	drive_begin(d);
}

/* For what we wrote: a head at the limits has become larger by our framing, by Connection, and by a
 * blank behind each name. */
static inline void drive_ours(struct drive *d)
{
	d->limits.head_max += 128 + HTTP_FIELDS_MAX;
	d->limits.fields_max += 2;
}

static inline void drive_fini(struct drive *d)
{
	buf_fini(&d->in);
	buf_fini(&d->out);
	buf_fini(&d->body);
	arena_fini(&d->arena);
}

static inline void drive_bad(struct drive *d, enum http_reason why)
{
	d->reason = why;
	buf_printf(&d->out, "!%.*s", STR_ARG(http_reason_name(why)));
}

static inline void drive_write_request(struct drive *d)
{
	struct h1_request_out o;
	struct http_edits e;
	size_t bound;
	int n;

	http_edits_init(&e, &d->arena);
	http_strip_hop_by_hop(&e, &d->req.head);
	http_strip_underscores(&e, &d->req.head, NULL, NULL);
	http_strip_forwarded(&e, &d->req.head);
	h1_request_out_init(&o, &d->req);
	o.expect = d->req.expect_continue;
	if (o.host.n == 0)
		o.host = STR("endpoint");
	bound = h1_request_bound(&o, &d->req.head, &e);
	n = h1_request_write(&o, &d->req.head, &e, buf_room(&d->out, bound), bound);
	AN(n > 0);
	buf_added(&d->out, (size_t)n);
	d->framing = d->req.framing;
}

static inline void drive_write_response(struct drive *d)
{
	struct h1_response_out o;
	struct http_edits e;
	size_t bound;
	int n;

	h1_response_out_init(&o, &d->resp);
	http_edits_init(&e, &d->arena);
	http_strip_hop_by_hop(&e, &d->resp.head);
	if (o.framing.body == HTTP_BODY_CLOSE)
		o.connection = H1_CONN_CLOSE;
	if (o.status == 101) {
		o.connection = H1_CONN_UPGRADE;
		o.upgrade = http_value(&d->resp.head, HTTP_UPGRADE);
	}
	bound = h1_response_bound(&o, &d->resp.head, &e);
	n = h1_response_write(&o, &d->resp.head, &e, buf_room(&d->out, bound), bound);
	AN(n > 0);
	buf_added(&d->out, (size_t)n);
	d->framing = d->resp.framing;
}

static inline enum h1_result drive_head(struct drive *d)
{
	enum h1_result r;
	uint16_t n;

	if (d->response)
		r = h1_response_parse(&d->parser, &d->resp, buf_str(&d->in), &d->limits, d->asked);
	else
		r = h1_request_parse(&d->parser, &d->req, buf_str(&d->in), &d->limits);
	if (r == H1_BAD)
		drive_bad(d, (enum http_reason)d->parser.reason);
	if (r != H1_DONE)
		return r;
	d->messages++;
	n = d->response ? d->resp.head.n : d->req.head.n;
	if (d->response)
		drive_write_response(d);
	else
		drive_write_request(d);
	buf_consume(&d->in, n);
	arena_reset(&d->arena);
	d->in_body = true;
	d->left = d->framing.body == HTTP_BODY_LENGTH ? d->framing.length : 0;
	d->chunked = (struct h1_chunked){0};
	d->tunnel = d->framing.body == HTTP_BODY_TUNNEL || (!d->response && d->req.upgrade);
	return H1_DONE;
}

static inline void drive_body_end(struct drive *d)
{
	if (d->framing.body == HTTP_BODY_CHUNKED && d->body.n) {
		char line[H1_CHUNK_HEAD_MAX];

		buf_add(&d->out, str_of(line, h1_chunk_head(line, d->body.n)));
		buf_add(&d->out, buf_str(&d->body));
		buf_add(&d->out, H1_CHUNK_END);
	} else {
		buf_add(&d->out, buf_str(&d->body));
	}
	if (d->framing.body == HTTP_BODY_CHUNKED)
		buf_add(&d->out, H1_CHUNK_LAST);
	buf_reset(&d->body);
	d->in_body = false;
	drive_begin(d);
}

static inline enum h1_result drive_chunked(struct drive *d)
{
	struct str in = buf_str(&d->in), data;
	enum h1_result r;

	while ((r = h1_chunked_next(&d->chunked, &d->limits, &in, &data)) == H1_DATA)
		buf_add(&d->body, data);
	buf_consume(&d->in, d->in.n - in.n);
	if (r == H1_BAD)
		drive_bad(d, (enum http_reason)d->chunked.reason);
	return r;
}

static inline enum h1_result drive_body(struct drive *d)
{
	size_t n;

	if (d->framing.body == HTTP_BODY_CHUNKED)
		return drive_chunked(d);
	n = d->framing.body == HTTP_BODY_CLOSE ? d->in.n : (size_t)MIN(d->left, (uint64_t)d->in.n);
	buf_add(&d->body, str_take(buf_str(&d->in), n));
	buf_consume(&d->in, n);
	if (d->framing.body == HTTP_BODY_CLOSE)
		return H1_MORE;
	d->left -= n;
	return d->left ? H1_MORE : H1_DONE;
}

static inline void drive_feed(struct drive *d, struct str bytes)
{
	buf_add(&d->in, bytes);
	while (!d->reason && !d->tunnel) {
		if (d->in_body) {
			if (drive_body(d) != H1_DONE)
				break;
			drive_body_end(d);
		} else if (d->in.n == 0 || drive_head(d) != H1_DONE) {
			break;
		}
	}
}

/* The peer has closed. */
static inline void drive_end(struct drive *d)
{
	if (d->reason)
		return;
	if (d->tunnel) {
		buf_printf(&d->out, "~%.*s", (int)d->in.n, d->in.p ? d->in.p : "");
	} else if (d->in_body && d->framing.body == HTTP_BODY_CLOSE) {
		buf_add(&d->out, buf_str(&d->body));
	} else if (d->in_body || d->in.n) {
		buf_add(&d->out, buf_str(&d->body));
		drive_bad(d, HTTP_R_TRUNCATED);
	}
}

/* All of <input> in pieces that end at <cut> and then every <step> bytes; <out> is what came of it.
 */
static inline void drive_cut(struct drive *d, struct str input, size_t cut, size_t step)
{
	drive_feed(d, str_take(input, cut));
	for (input = str_skip(input, cut); input.n; input = str_skip(input, step))
		drive_feed(d, str_take(input, step));
	drive_end(d);
}

#endif
