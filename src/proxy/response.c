/* SPDX-License-Identifier: Apache-2.0 */
/*
 * response.c -- from the upstream's bytes to the client's: head, edits, body, end.
 */
#include <errno.h>

#include "proxy/exchange_priv.h"
#include "proxy/metrics_priv.h"

#define INTERIMS_MAX 32

/* --- the end ------------------------------------------------------------------------------- */

/* All of the response is received: the upstream connection is free before the client has it all. */
static void response_received_whole(struct exchange *x)
{
	bool clean = x->request_out && !x->send_failed;

	x->resp_done = true;
	x->deadline_try = NSEC_NEVER;
	if (x->up)
		request_drop_up(x, !clean           ? UP_END_ABORT
				   : x->up_reusable ? UP_END_REUSE
						    : UP_END_CLOSE);
}

static void response_cut(struct exchange *x, enum proxy_reason reason)
{
	/* The client must not take it for the whole. */
	wendpoint_result(x->worker, x->endpoint, false);
	answer(x, reason);
}

/* --- body ---------------------------------------------------------------------------------- */

/* Decodes what is in resp_in, up to the room in <v>; sets resp_done at the end.  Returns how many
 * slices, each with a reference; -1: malformed. */
static int body_decode(struct exchange *x, struct slice *v, unsigned room)
{
	struct slice *in = &x->resp_in;
	unsigned n = 0;

	if (x->resp.framing.body == HTTP_BODY_CHUNKED) {
		struct str rest = slice_str(*in), data;
		enum h1_result r = H1_DATA;

		while (n < room &&
			(r = h1_chunked_next(&x->chunked_out, &x->limits, &rest, &data)) == H1_DATA)
			v[n++] = slice_ref((struct slice){data.p, data.n, in->buf});
		in->p = rest.p;
		in->n = rest.n;
		if (r == H1_DONE) {
			x->up_reusable &= rest.n == 0;
			slice_drop(in);
			response_received_whole(x);
		} else if (r == H1_MORE) {
			slice_drop(in);
		} else if (r == H1_BAD) {
			while (n)
				slice_drop(&v[--n]);
			return -1;
		}
		return (int)n;
	}
	if (x->resp.framing.body == HTTP_BODY_LENGTH) {
		size_t take = (size_t)MIN((uint64_t)in->n, x->resp_left);

		/* More than was announced: it is never given to anybody. */
		x->up_reusable &= in->n <= x->resp_left;
		in->n = take;
		x->resp_left -= take;
	}
	if (in->n) {
		v[n++] = *in;
		*in = (struct slice){0};
	}
	slice_drop(in);
	if (x->resp.framing.body == HTTP_BODY_LENGTH && x->resp_left == 0)
		response_received_whole(x);
	return (int)n;
}

/* Appends body slices and their framing to <v>; returns the new count, or -1. */
static int body_frame(struct exchange *x, struct slice *v, unsigned n)
{
	unsigned at = n;
	size_t bytes = 0;
	int got = 0;

	if (x->resp_in.n)
		got = body_decode(x, v + n + x->resp_chunked, OUT_MAX - n - 3);
	if (got < 0)
		return -1;
	for (int i = 0; i < got; i++)
		bytes += v[at + x->resp_chunked + (unsigned)i].n;
	x->bytes_out += bytes;
	n += (unsigned)got;
	if (x->resp_chunked && bytes) {
		unsigned len = h1_chunk_head(x->chunk_head, bytes);

		v[at] = slice_plain(str_of(x->chunk_head, len));
		v[n + 1] = slice_plain(H1_CHUNK_END);
		n += 2;
	}
	if (x->resp_chunked && x->resp_done)
		v[n++] = slice_plain(H1_CHUNK_LAST);
	return (int)n;
}

static void response_over(struct exchange *x)
{
	/* An answer before the end of the request: what is still to come cannot be told from a new
	 * request, unless the client waits for its 100. */
	if (!x->body_done)
		x->conn->close_after = true;
	exchange_end(x, true);
}

static void body_send(struct exchange *x, struct slice *v, unsigned n)
{
	int framed = body_frame(x, v, n);

	if (framed < 0) {
		for (unsigned i = 0; i < n; i++)
			slice_drop(&v[i]);
		response_cut(x, PROXY_R_UPSTREAM_BAD);
		return;
	}
	if (framed > 0) {
		conn_send(x->conn, v, (unsigned)framed, 0);
		if (conn_sending(x->conn))
			exchange_await(x, x->stall, PROXY_R_CLIENT_STALLED);
	} else if (x->resp_done) {
		response_over(x);
	} else {
		exchange_await(x, x->body_idle, PROXY_R_BODY_TIMEOUT);
		up_want(x->up, NBUF_LARGE);
	}
}

static bool splice_body(struct exchange *x)
{
	struct sock *from, *to;

	if (x->no_pipe || x->resp_chunked || x->resp.framing.body != HTTP_BODY_LENGTH ||
		x->resp_left < SPLICE_MIN || op_inflight(&x->up->recv.op))
		return false;
	from = stream_raw(x->up->stream);
	to = stream_raw(x->conn->stream);
	if (!from || !to)
		return false;
	x->io_quiet = 0;
	x->up->bulky = true;
	exchange_await(x, x->stall, PROXY_R_BODY_TIMEOUT);
	loop_splice(x->worker->loop, &x->up->splice, from, to, x->resp_left);
	return true;
}

void response_spliced(struct upconn *u, int err)
{
	struct exchange *x = u->owner;
	struct slice v[OUT_MAX];

	x->bytes_out += u->splice.moved;
	x->resp_left -= u->splice.moved;
	if (err < 0 && !u->splice.failed && u->splice.moved == u->splice.taken) {
		x->no_pipe = true;
		body_send(x, v, 0);
	} else if (err < 0 && u->splice.failed == stream_base(x->conn->stream)) {
		answer(x, PROXY_R_CLIENT_GONE);
	} else if (err < 0 || x->resp_left) {
		response_cut(x, PROXY_R_UPSTREAM_TRUNCATED);
	} else {
		response_received_whole(x);
		response_over(x);
	}
}

static void head_look(struct exchange *x);

/* The client's connection takes more. */
void response_client_ready(struct exchange *x)
{
	struct slice v[OUT_MAX];

	if (x->state != X_RESPONSE) {
		/* After an interim response: go on, and look at what arrived meanwhile. */
		if (x->up && x->up->state == UP_BUSY)
			request_pump(x);
		if (x->state == X_UPSTREAM && x->up && x->up->state == UP_BUSY && x->head_sent &&
			!op_inflight(&x->up->recv.op))
			head_look(x);
		return;
	}
	/* Once the head is out and more is to come, the plan is let go: see plan/publish.h. */
	if (!x->resp_done && x->request_out)
		exchange_release_plan(x);
	if (x->resp_done && !x->resp_in.n)
		response_over(x);
	else if (x->resp_in.n || !splice_body(x))
		body_send(x, v, 0);
}

static void body_received(struct exchange *x, struct slice got, int err)
{
	struct slice v[OUT_MAX];

	if (err < 0 || got.n == 0) {
		slice_drop(&got);
		if (err == 0 && x->resp.framing.body == HTTP_BODY_CLOSE) {
			x->up_reusable = false;
			response_received_whole(x);
			if (!x->conn->out)
				body_send(x, v, 0);
			return;
		}
		response_cut(x, PROXY_R_UPSTREAM_TRUNCATED);
		return;
	}
	AZ(x->resp_in.n);
	x->resp_in = got;
	if (!x->conn->out)
		body_send(x, v, 0);
}

/* --- head ---------------------------------------------------------------------------------- */

static void head_framing(struct exchange *x, struct h1_response_out *out)
{
	enum http_body in = x->resp.framing.body;

	x->resp_left = x->resp.framing.length;
	if (in == HTTP_BODY_CHUNKED || in == HTTP_BODY_CLOSE) {
		x->resp_chunked = x->req.minor > 0;
		out->framing.body = x->resp_chunked ? HTTP_BODY_CHUNKED : HTTP_BODY_CLOSE;
		x->conn->close_after |= !x->resp_chunked;
	}
	x->conn->close_after |= conn_should_close(x->conn);
	/* An early answer: the client may stop its upload, and the connection is not used again. */
	x->conn->close_after |= !x->body_done;
	out->connection = x->conn->close_after ? H1_CONN_CLOSE
			  : x->req.minor == 0  ? H1_CONN_KEEP_ALIVE
					       : H1_CONN_DEFAULT;
}

/* A buffer with the head, and room for nothing else. */
static struct slice head_write(struct exchange *x, const struct h1_response_out *out)
{
	size_t bound = h1_response_bound(out, &x->resp.head, &x->resp_edits);
	struct nbuf *b;
	int n;

	if (bound > NBUF_LARGE)
		return (struct slice){0};
	b = nbuf_new(loop_bufs(x->worker->loop), bound);
	n = h1_response_write(out, &x->resp.head, &x->resp_edits, b->data, b->cap);
	if (n < 0) {
		nbuf_unref(b);
		return (struct slice){0};
	}
	x->bytes_out += (uint64_t)n;
	return (struct slice){b->data, (size_t)n, b};
}

static void edits_begin(struct exchange *x)
{
	http_edits_init(&x->resp_edits, &x->arena);
	http_strip_hop_by_hop(&x->resp_edits, &x->resp.head);
}

static void keep_alive_limit(struct exchange *x)
{
	struct str value = http_value(&x->resp.head, HTTP_KEEP_ALIVE), item;
	uint64_t seconds;

	while (http_list_next(&value, &item)) {
		if (str_starts(item, STR("timeout=")) &&
			str_to_u64(str_skip(item, 8), 3600, &seconds) == 0) {
			/* A second earlier than the backend, so that we are not the ones surprised.
			 */
			if (seconds <= 1)
				x->up_reusable = false;
			else
				x->up->idle_limit = SEC(seconds - 1);
		}
	}
}

/* Event streams and gRPC pause as long as they like; TCP's own probes tell a dead peer. */
static bool body_endless(const struct exchange *x)
{
	struct str type = http_value(&x->resp.head, HTTP_CONTENT_TYPE);

	return (type.n >= 17 && str_eq_nocase(str_take(type, 17), STR("text/event-stream"))) ||
	       (type.n >= 16 && str_eq_nocase(str_take(type, 16), STR("application/grpc")));
}

/* The head is all there is: none announced, or one of no bytes. */
static bool body_is_empty(const struct exchange *x)
{
	return x->resp.framing.body == HTTP_BODY_NONE ||
	       (x->resp.framing.body == HTTP_BODY_LENGTH && x->resp.framing.length == 0);
}

/* All of it came with the head. */
static bool body_is_here(const struct exchange *x)
{
	return body_is_empty(x) ||
	       (x->resp.framing.body == HTTP_BODY_LENGTH &&
		       x->resp.framing.length <= x->resp_head.n - x->resp.head.n);
}

static void head_final(struct exchange *x)
{
	struct h1_response_out out;
	struct slice v[OUT_MAX];
	size_t n = x->resp.head.n;

	h1_response_out_init(&out, &x->resp);
	out.date = worker_date(x->worker);
	x->status = x->resp.status;
	x->head_at = loop_now(x->worker->loop);
	wendpoint_result(x->worker, x->endpoint, true);
	x->up->bulky = false;
	x->up_reusable = x->resp.keep_alive && x->resp.framing.body != HTTP_BODY_CLOSE;
	if (!body_is_here(x) && body_endless(x))
		x->body_idle = 0;
	if (http_has(&x->resp.head, HTTP_KEEP_ALIVE))
		keep_alive_limit(x);
	edits_begin(x);
	filters_response(x);
	head_framing(x, &out);
	v[0] = head_write(x, &out);
	if (!v[0].p) {
		answer(x, PROXY_R_UPSTREAM_BAD);
		return;
	}
	x_move(x, X_RESPONSE);
	x->answered = true;
	cursor_close(&x->replay);
	if (x->resp_head.n > n)
		x->resp_in = slice_ref(slice_sub(x->resp_head, n, SIZE_MAX));
	slice_drop(&x->resp_head);
	if (body_is_empty(x)) {
		/* Bytes behind a head without body belong to no request of ours. */
		x->up_reusable &= x->resp_in.n == 0;
		slice_drop(&x->resp_in);
		response_received_whole(x);
	}
	body_send(x, v, 1);
}

/* An interim response: to a client that knows them, and not a second 100. */
static void head_interim(struct exchange *x)
{
	struct h1_response_out out;
	struct slice rest = slice_ref(slice_sub(x->resp_head, x->resp.head.n, SIZE_MAX)), v;
	bool forward = x->req.minor > 0 && x->resp.status != 100;

	if (++x->interims > INTERIMS_MAX) {
		slice_drop(&rest);
		answer(x, PROXY_R_UPSTREAM_INTERIMS);
		return;
	}
	if (forward) {
		h1_response_out_init(&out, &x->resp);
		edits_begin(x);
		v = head_write(x, &out);
		if (v.p)
			conn_send(x->conn, &v, 1, 0);
	}
	slice_drop(&x->resp_head);
	x->resp_head = rest;
	h1_response_begin(&x->resp_parser, &x->resp, x->resp_fields);
	if (!x->conn->out)
		head_look(x);
}

static void head_done(struct exchange *x)
{
	if (x->resp.status == 101 || x->resp.status >= 200)
		metrics_up_answered(x, x->resp.status);
	if (x->resp.status == 101)
		tunnel_start(x);
	else if (x->resp.status < 200)
		head_interim(x);
	else if (request_retry_on_status(x, x->resp.status))
		request_retry(x);
	else
		head_final(x);
}

static void head_look(struct exchange *x)
{
	const struct h1_asked asked = {
		(enum http_method)x->req.method_id, x->req_out.upgrade.n > 0};

	if (!x->resp_head.n) {
		up_want_head(x->up);
		return;
	}
	switch (h1_response_parse(
		&x->resp_parser, &x->resp, slice_str(x->resp_head), &x->limits, asked)) {
	case H1_DONE:
		head_done(x);
		break;
	case H1_MORE:
		up_want_head(x->up);
		break;
	case H1_BAD:
	case H1_DATA:
		wendpoint_result(x->worker, x->endpoint, false);
		answer(x, PROXY_R_UPSTREAM_BAD);
		break;
	}
}

/* The request goes on, or the response's end is here: <got> empty, <err> a reset or 0. */
void response_received(struct exchange *x, struct slice got, int err)
{
	if (x->state == X_RESPONSE) {
		body_received(x, got, err);
		return;
	}
	if (x->state != X_UPSTREAM) {
		slice_drop(&got);
		return;
	}
	if (got.n == 0) {
		request_try_failed(x, PROXY_R_UPSTREAM_RESET);
		return;
	}
	x->any_byte = true;
	head_gather(&x->resp_head, got, loop_bufs(x->worker->loop));
	/* An interim response is still on its way to the client: this waits for it. */
	if (!x->conn->out)
		head_look(x);
}
