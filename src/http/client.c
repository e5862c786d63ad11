/* SPDX-License-Identifier: Apache-2.0 */
#include "http/client.h"

#include <errno.h>

#define RECV_MAX 65536u
#define RECV_MIN 256u /* to see the end of a body of which no more is wanted */

/* S(state, states that may follow) */
#define CLIENT_STATES(S)                                        \
	S(CLIENT_IDLE, 1u << CLIENT_HEAD | 1u << CLIENT_ENDING) \
	S(CLIENT_HEAD, 1u << CLIENT_BODY | 1u << CLIENT_ENDING) \
	S(CLIENT_BODY, 1u << CLIENT_IDLE | 1u << CLIENT_ENDING) \
	S(CLIENT_ENDING, 1u << CLIENT_CLOSED)                   \
	S(CLIENT_CLOSED, 0u)

#define STATE_ENUM(state, next) state,
enum client_state { CLIENT_STATES(STATE_ENUM) };
#define STATE_NEXT(state, next) [state] = (next),
static const unsigned state_next[] = {CLIENT_STATES(STATE_NEXT)};

static void client_move(struct client *c, enum client_state to)
{
	AN(state_next[c->state] & 1u << to);
	c->state = (uint8_t)to;
}

static bool running(const struct client *c)
{
	return c->state == CLIENT_HEAD || c->state == CLIENT_BODY;
}

/* Tells the end of the call.  Unless client_close() was called, nothing of <c> may be touched
 * afterwards. */
static void tell(struct client *c, int res)
{
	struct client_call *call = c->call;

	c->call = NULL;
	call->ops->done(call, res);
}

/* While the stream still holds an op of ours, the owner must not be told that he may free us. */
static void end_if_quiet(struct client *c)
{
	client_closed_f *closed;

	if (c->state != CLIENT_ENDING || op_inflight(&c->rx.op) || op_inflight(&c->tx.op))
		return;
	closed = c->closed;
	task_cancel(&c->task);
	slice_drop(&c->rest);
	client_move(c, CLIENT_CLOSED);
	if (c->call)
		tell(c, c->res);
	if (closed)
		closed(c);
}

/* The connection is over.  done() follows from the task or the last completion. */
static void end(struct client *c, int res)
{
	if (c->state == CLIENT_ENDING || c->state == CLIENT_CLOSED)
		return;
	client_move(c, CLIENT_ENDING);
	c->res = res;
	loop_timer_cancel(c->loop, &c->timer);
	stream_close(c->stream);
	loop_defer(c->loop, &c->task);
}

static void refuse(struct client *c, enum http_reason why)
{
	c->reason = why;
	end(c, -EPROTO);
}

static void arm(struct client *c, nsec after)
{
	if (after)
		loop_timer_arm(c->loop, &c->timer, after);
	else
		loop_timer_cancel(c->loop, &c->timer);
}

static void receive(struct client *c)
{
	size_t n = NBUF_MEDIUM;

	if (op_inflight(&c->rx.op))
		return;
	if (c->state == CLIENT_BODY)
		n = (size_t)MIN(MAX(c->want, RECV_MIN), RECV_MAX);
	if (c->state == CLIENT_BODY)
		arm(c, c->config.idle_timeout);
	stream_recv(c->stream, &c->rx, n);
}

/* The answer is complete.  The connection stays good if nothing is left over on either side. */
static void complete(struct client *c)
{
	if (!c->sent || !c->response.keep_alive || c->rest.n > c->rest_at) {
		end(c, 0);
		return;
	}
	loop_timer_cancel(c->loop, &c->timer);
	task_cancel(&c->task);
	slice_drop(&c->rest);
	client_move(c, CLIENT_IDLE);
	receive(c);
	tell(c, 0);
}

/* --- body -------------------------------------------------------------------------------- */

/* One step through what has been received.  H1_DATA: <*ret_piece>. */
static enum h1_result body_next(struct client *c, struct str *in, struct str *ret_piece)
{
	switch (c->response.framing.body) {
	case HTTP_BODY_CHUNKED:
		return h1_chunked_next(&c->chunked, &c->config.limits, in, ret_piece);
	case HTTP_BODY_LENGTH:
		if (c->left == 0)
			return H1_DONE;
		*ret_piece = str_take(*in, (size_t)MIN(c->left, (uint64_t)in->n));
		c->left -= ret_piece->n;
		break;
	case HTTP_BODY_CLOSE:
		*ret_piece = *in;
		break;
	case HTTP_BODY_NONE:
	case HTTP_BODY_TUNNEL:
	default:
		return H1_DONE;
	}
	*in = str_skip(*in, ret_piece->n);
	return ret_piece->n ? H1_DATA : H1_MORE;
}

/* Whether what comes next is body, which waits for credit. */
static bool at_data(const struct client *c)
{
	switch (c->response.framing.body) {
	case HTTP_BODY_CHUNKED:
		return c->chunked.left > 0;
	case HTTP_BODY_LENGTH:
		return c->left > 0;
	case HTTP_BODY_CLOSE:
		return true;
	case HTTP_BODY_NONE:
	case HTTP_BODY_TUNNEL:
		break;
	}
	return false;
}

/* Hands out as much as is there and wanted.  What frames the body is consumed without credit, so
 * that an end is seen by a consumer that wants nothing more. */
static void pump(struct client *c)
{
	while (c->state == CLIENT_BODY) {
		struct str all = str_skip(slice_str(c->rest), c->rest_at), piece = {0};
		struct str in = str_take(all, (size_t)MIN(MAX(c->want, 1), (uint64_t)all.n));
		size_t offered = in.n;
		enum h1_result r;

		if (c->want == 0 && at_data(c))
			return;
		r = body_next(c, &in, &piece);
		c->rest_at += offered - in.n;
		if (r == H1_DONE) {
			complete(c);
			return;
		}
		if (r == H1_BAD) {
			refuse(c, (enum http_reason)c->chunked.reason);
			return;
		}
		if (r == H1_DATA) {
			if (c->want != UINT64_MAX)
				c->want -= piece.n;
			c->call->ops->data(c->call, piece);
		} else if (c->rest_at == c->rest.n) {
			slice_drop(&c->rest);
			c->rest_at = 0;
			receive(c);
			return;
		}
	}
}

/* --- head -------------------------------------------------------------------------------- */

static void interim_or_final(struct client *c)
{
	if (c->response.status / 100 == 1) {
		if (c->interim++ == CLIENT_INTERIM_MAX)
			refuse(c, HTTP_R_TOO_MANY_INTERIM);
		return;
	}
	client_move(c, CLIENT_BODY);
	c->left = c->response.framing.length;
	c->chunked = (struct h1_chunked){0};
	loop_timer_cancel(c->loop, &c->timer);
	c->call->ops->head(c->call, &c->response);
}

static void head_begin(struct client *c)
{
	buf_reset(&c->head);
	h1_response_begin(&c->parser, &c->response, c->fields);
}

/* One head out of <rest>; true when it was there. */
static bool head_next(struct client *c)
{
	struct str in = str_skip(slice_str(c->rest), c->rest_at);
	struct h1_asked asked = {.method = http_method_of(c->call->request.method)};
	size_t before = c->head.n;

	/* no more than the limit is ever kept; the parser then says what is too large */
	in = str_take(in, c->config.limits.head_max - MIN(before, c->config.limits.head_max));
	buf_add(&c->head, in);
	switch (h1_response_parse(
		&c->parser, &c->response, buf_str(&c->head), &c->config.limits, asked)) {
	case H1_DONE:
		c->rest_at += c->response.head.n - before;
		return true;
	case H1_BAD:
		refuse(c, (enum http_reason)c->parser.reason);
		return false;
	case H1_MORE:
	case H1_DATA:
		break;
	}
	slice_drop(&c->rest);
	c->rest_at = 0;
	receive(c);
	return false;
}

static void advance(struct client *c)
{
	while (c->state == CLIENT_HEAD) {
		if (!head_next(c))
			return;
		interim_or_final(c);
		if (c->state == CLIENT_HEAD)
			head_begin(c);
	}
	pump(c);
}

/* --- completions ------------------------------------------------------------------------- */

static void received(struct op *op, int res)
{
	struct client *c = container_of(op, struct client, rx.op);
	struct slice got = c->rx.got;

	c->rx.got = (struct slice){0};
	if (!running(c)) {
		slice_drop(&got);
		end(c, -ECONNRESET); /* of an idle connection: closed, or bytes nobody asked for */
		end_if_quiet(c);
		return;
	}
	if (c->state == CLIENT_BODY)
		loop_timer_cancel(c->loop, &c->timer);
	if (res > 0) {
		c->answered = true;
		c->rest = got;
		c->rest_at = 0;
		advance(c);
	} else if (res == 0 && c->state == CLIENT_BODY &&
		   c->response.framing.body == HTTP_BODY_CLOSE) {
		end(c, 0);
	} else {
		if (c->answered)
			c->reason = HTTP_R_TRUNCATED;
		end(c, res == 0 ? -ECONNRESET : res);
	}
}

/* A peer that has answered already may not want the rest of the request: its answer counts, and a
 * send error is told only when there is none (RFC 9112 §9.5). */
static void sent(struct op *op, int res)
{
	struct client *c = container_of(op, struct client, tx.op);

	c->sent = res == 0;
	if (!running(c))
		end_if_quiet(c);
	else if (res < 0 && res != -EPIPE && res != -ECONNRESET)
		end(c, res);
}

static void timed_out(struct timer *t)
{
	end(container_of(t, struct client, timer), -ETIMEDOUT);
}

static void run_task(struct task *t)
{
	struct client *c = container_of(t, struct client, task);

	if (c->state == CLIENT_CLOSED && c->closed)
		c->closed(c);
	else if (c->state == CLIENT_ENDING)
		end_if_quiet(c);
	else if (c->state == CLIENT_BODY && !op_inflight(&c->rx.op))
		pump(c);
}

/* --- calls ------------------------------------------------------------------------------- */

void client_init(struct client *c, struct stream *stream, const struct client_config *config)
{
	*c = (struct client){.loop = stream->loop, .stream = stream, .config = *config};
	AN(config->limits.fields_max <= CLIENT_FIELDS);
	recv_op_init(&c->rx, received);
	send_op_init(&c->tx, sent);
	timer_init(&c->timer, timed_out);
	task_init(&c->task, run_task);
}

void client_fini(struct client *c)
{
	AZ(c->call);
	AN(!op_inflight(&c->rx.op) && !op_inflight(&c->tx.op));
	task_cancel(&c->task);
	buf_fini(&c->head);
	buf_fini(&c->tx_head);
}

static int request_write(struct client *c, struct client_call *call)
{
	static const struct http_edits none;
	const struct http_edits *e = call->edits ? call->edits : &none;
	struct h1_request_out o = call->request;
	size_t bound;
	int n;

	if (call->body.n)
		o.framing = (struct http_framing){.body = HTTP_BODY_LENGTH, .length = call->body.n};
	bound = h1_request_bound(&o, NULL, e);
	buf_reset(&c->tx_head);
	n = h1_request_write(&o, NULL, e, buf_room(&c->tx_head, bound), bound);
	if (n > 0)
		buf_added(&c->tx_head, (size_t)n);
	return n;
}

void client_start(struct client *c, struct client_call *call)
{
	int n;

	AN(client_idle(c));
	client_move(c, CLIENT_HEAD);
	c->call = call;
	c->want = call->want;
	c->interim = 0;
	c->sent = c->answered = false;
	c->reason = HTTP_R_NONE;
	head_begin(c);
	n = request_write(c, call);
	if (n < 0) {
		end(c, n);
		return;
	}
	c->tx_v[0] = slice_plain(buf_str(&c->tx_head));
	c->tx_v[1] = slice_plain(call->body);
	arm(c, c->config.head_timeout);
	stream_send(c->stream, &c->tx, c->tx_v, call->body.n ? 2 : 1, 0);
	receive(c);
}

void client_want(struct client *c, uint64_t n)
{
	if (!running(c))
		return;
	c->want = n > UINT64_MAX - c->want ? UINT64_MAX : c->want + n;
	loop_defer(c->loop, &c->task);
}

void client_cancel(struct client *c)
{
	if (running(c))
		end(c, -ECANCELED);
}

void client_close(struct client *c, client_closed_f *closed)
{
	AZ(c->closed);
	c->closed = closed;
	end(c, -ECANCELED);
	loop_defer(c->loop, &c->task);
}

bool client_idle(const struct client *c)
{
	return c->state == CLIENT_IDLE;
}

enum http_reason client_reason(const struct client *c)
{
	return c->reason;
}

bool client_unanswered(const struct client *c)
{
	return !c->answered;
}
