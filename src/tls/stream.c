/* SPDX-License-Identifier: Apache-2.0 */
#include "tls/stream.h"

#include <errno.h>
#include <openssl/err.h>

#include "tls/tls_priv.h"

static const unsigned tls_next[] = {
#define S(name, next) [name] = (next),
	TLS_STATES(S)
#undef S
};

static void tls_move(struct tls *t, enum tls_state to)
{
	CHECK_OBJ(t, TLS_MAGIC);
	AN(tls_next[t->state] & 1u << to);
	t->state = (uint8_t)to;
}

static struct tls *tls_of(struct stream *s)
{
	struct tls *t = container_of(s, struct tls, stream);

	CHECK_OBJ_HOT(t, TLS_MAGIC);
	return t;
}

struct tls *tls_of_ssl(const SSL *ssl)
{
	return SSL_get_ex_data(ssl, 0);
}

void tls_set_why(struct tls *t, const char *why)
{
	if (!t->why || !*t->why)
		t->why = why;
}

/* --- ends --------------------------------------------------------------------------------- */

/* The last op of ours is back and nobody wants the stream any more. */
static void tls_settle(struct tls *t)
{
	struct tls_thread *th = t->thread;

	if (!t->released || op_inflight(&t->below_rx.op) || op_inflight(&t->below_tx.op) ||
		op_inflight(&t->below_shut))
		return;
	slice_drop(&t->in);
	tls_out_drop(t, &t->out);
	tls_out_drop(t, &t->flying);
	SSL_free(t->ssl);
	tls_client_unref(t->client);
	tls_policy_unref(t->policy);
	t->magic = 0;
	slab_put(&th->streams, t);
}

/* Ends an op of the consumer's; <op> is where it stands in <t>. */
static void end_hs(struct tls *t, int res)
{
	struct op *op = t->hs;

	t->hs = NULL;
	if (op)
		op_complete(t->stream.loop, op, res);
}

static void end_rx(struct tls *t, int res)
{
	struct recv_op *r = t->rx;

	t->rx = NULL;
	if (r)
		op_complete(t->stream.loop, &r->op, res);
}

static void end_tx(struct tls *t, int res)
{
	struct send_op *r = t->tx;

	t->tx = NULL;
	if (r)
		op_complete(t->stream.loop, &r->op, res);
}

static void end_shut(struct tls *t, int res)
{
	struct op *op = t->shut;

	t->shut = NULL;
	if (op)
		op_complete(t->stream.loop, op, res);
}

static void end_all(struct tls *t, int res)
{
	end_hs(t, res);
	end_rx(t, res);
	end_tx(t, res);
	end_shut(t, res);
}

/* Hands down what OpenSSL wrote, unless a send is under way, which does it when it is done. */
static void flush(struct tls *t)
{
	if (op_inflight(&t->below_tx.op) || !t->out || t->state == TLS_CLOSED)
		return;
	AZ(t->flying);
	t->flying = t->out;
	t->out = NULL;
	stream_send(t->below, &t->below_tx, t->flying->v, t->flying->n, 0);
}

/* No more than the alert that is in <out> goes to the peer. */
static void tls_break(struct tls *t, int err)
{
	t->err = err;
	tls_move(t, TLS_BROKEN);
	list_del(&t->node);
	flush(t);
	end_all(t, err);
}

/* What OpenSSL's refusal means. */
static int refusal(struct tls *t, int ssl_error)
{
	unsigned long e = ERR_peek_error();
	bool cut = ERR_GET_REASON(e) == SSL_R_UNEXPECTED_EOF_WHILE_READING;

	if (cut || (ssl_error == SSL_ERROR_SYSCALL && t->in_eof)) {
		ERR_clear_error();
		tls_set_why(t, "the peer ended the connection");
		return t->err < 0 ? t->err : -ECONNRESET;
	}
	tls_set_why(t, tls_take_error());
	return -EPROTO;
}

static void want_below(struct tls *t, size_t want)
{
	if (!op_inflight(&t->below_rx.op))
		stream_recv(t->below, &t->below_rx, want);
}

/* --- handshake ---------------------------------------------------------------------------- */

static void handshake_done(struct tls *t)
{
	tls_move(t, TLS_OPEN);
	t->thread->handshakes++;
	t->thread->resumed += (uint64_t)SSL_session_reused(t->ssl);
	t->verified = SSL_get0_peer_certificate(t->ssl) &&
		      SSL_get_verify_mode(t->ssl) != SSL_VERIFY_NONE &&
		      SSL_get_verify_result(t->ssl) == X509_V_OK;
	tls_client_unref(t->client);
	t->client = NULL;
	tls_policy_unref(t->policy);
	t->policy = NULL;
	flush(t);
	end_hs(t, 0);
}

static void handshake_step(struct tls *t)
{
	size_t before;
	int r, e;

	do {
		before = t->in.n;
		ERR_clear_error();
		r = SSL_do_handshake(t->ssl);
		e = r == 1 ? SSL_ERROR_NONE : SSL_get_error(t->ssl, r);
	} while (e == SSL_ERROR_WANT_READ && t->in.n && t->in.n < before);
	switch (e) {
	case SSL_ERROR_NONE:
		handshake_done(t);
		return;
	case SSL_ERROR_WANT_READ:
		flush(t);
		want_below(t, TLS_RECORD);
		return;
	case SSL_ERROR_WANT_CLIENT_HELLO_CB:
		return; /* its turn comes */
	default:
		t->thread->failures++;
		tls_break(t, refusal(t, e));
	}
}

bool tls_turn(struct tls *t)
{
	struct tls_thread *th = t->thread;
	uint64_t tick = loop_stats(th->loop)->ticks;

	if (t->has_turn)
		return true;
	if (th->tick != tick) {
		th->tick = tick;
		th->left = TLS_TURNS;
	}
	if (th->left && list_empty(&th->waiting)) {
		th->left--;
		t->has_turn = true;
		return true;
	}
	list_add_tail(&th->waiting, &t->node);
	loop_defer(th->loop, &th->turns);
	return false;
}

static void turns_run(struct task *task)
{
	struct tls_thread *th = container_of(task, struct tls_thread, turns);

	th->tick = loop_stats(th->loop)->ticks;
	th->left = TLS_TURNS;
	while (th->left && !list_empty(&th->waiting)) {
		struct tls *t = container_of(list_pop(&th->waiting), struct tls, node);

		th->left--;
		t->has_turn = true;
		handshake_step(t);
	}
	if (!list_empty(&th->waiting))
		loop_defer(th->loop, &th->turns);
}

void tls_first(struct tls *t, struct slice first)
{
	AN(t->state == TLS_NEW && !t->in.n);
	t->in = first;
}

void tls_handshake(struct tls *t, struct op *op)
{
	AN(t->state == TLS_NEW);
	op_begin(op);
	op->kind = NULL;
	t->hs = op;
	tls_move(t, TLS_HANDSHAKE);
	if (SSL_is_server(t->ssl) && !t->in.n)
		want_below(t, NBUF_SMALL);
	else
		handshake_step(t);
}

/* --- receive ------------------------------------------------------------------------------ */

static size_t rx_want(const struct recv_op *r)
{
	/* An idle stream asks for little, and gets a small buffer; bulk comes in records. */
	return r->want <= NBUF_SMALL    ? NBUF_SMALL
	       : r->want <= NBUF_MEDIUM ? NBUF_MEDIUM
					: NBUF_LARGE;
}

/* Decrypts into <p>.  1: there may be more when the stream below has; 0: the peer's end; else the
 * negative error.  <*ret_n> counts in any case. */
static int decrypt(struct tls *t, char *p, size_t room, size_t *ret_n)
{
	size_t n = 0, got;
	int r = 1;

	while (n < room) {
		ERR_clear_error();
		if (SSL_read_ex(t->ssl, p + n, room - n, &got)) {
			n += got;
			t->post_bytes += got;
			continue;
		}
		r = SSL_get_error(t->ssl, 0);
		if (r == SSL_ERROR_WANT_READ) {
			r = 1;
			if (t->in.n)
				continue;
		} else {
			r = r == SSL_ERROR_ZERO_RETURN ? 0 : refusal(t, r);
		}
		break;
	}
	if (t->post_bytes >= TLS_POST_BYTES) {
		t->post = 0;
		t->post_bytes = 0;
	}
	*ret_n = n;
	return r;
}

static void rx_give(struct tls *t, struct nbuf *b, char *p, size_t n)
{
	t->rx->got = (struct slice){p, n, b};
	end_rx(t, (int)n);
}

static void rx_step(struct tls *t)
{
	struct recv_op *r = t->rx;
	struct nbuf *b;
	char *p;
	size_t n;
	int res;

	if (!r)
		return;
	if (!t->in.n && !t->in_eof && !SSL_pending(t->ssl) &&
		!(SSL_get_shutdown(t->ssl) & SSL_RECEIVED_SHUTDOWN)) {
		want_below(t, rx_want(r));
		return;
	}
	b = r->into ? nbuf_ref(r->into) : nbuf_new(loop_bufs(t->stream.loop), r->want);
	p = b->data + (r->into ? r->at : 0);
	res = decrypt(t, p, r->want, &n);
	flush(t); /* answers to what is no data */
	if (n) {
		/* An error or the end behind it is found again by the next receive. */
		rx_give(t, b, p, n);
		return;
	}
	nbuf_unref(b);
	if (res > 0)
		want_below(t, rx_want(r));
	else if (res == 0)
		end_rx(t, 0);
	else
		tls_break(t, res);
}

static void below_received(struct op *op, int res)
{
	struct tls *t = container_of(op, struct tls, below_rx.op);
	struct slice got = t->below_rx.got;

	t->below_rx.got = (struct slice){0};
	if (t->state == TLS_CLOSED || t->state == TLS_BROKEN) {
		slice_drop(&got);
		tls_settle(t);
		return;
	}
	slice_drop(&t->in); /* empty: all is read before more is asked for */
	t->in = got;
	if (res <= 0) {
		t->in_eof = true;
		t->err = res;
	}
	if (t->state == TLS_HANDSHAKE)
		handshake_step(t);
	else
		rx_step(t);
}

static void tls_recv(struct stream *s, struct recv_op *r)
{
	struct tls *t = tls_of(s);

	AZ(t->rx);
	AN(r->want);
	op_begin(&r->op);
	r->op.kind = NULL;
	r->got = (struct slice){0};
	r->via = t;
	r->want = MIN(r->want, r->into ? r->into->cap - r->at : NBUF_LARGE);
	t->rx = r;
	if (t->state == TLS_OPEN)
		rx_step(t);
	else
		end_rx(t, t->state == TLS_BROKEN ? t->err : -EBADF);
}

/* --- send --------------------------------------------------------------------------------- */

static void tx_advance(struct send_op *r, size_t n)
{
	while (r->at < r->n) {
		size_t left = r->v[r->at].n - r->off;

		if (n < left) {
			r->off += n;
			return;
		}
		n -= left;
		r->off = 0;
		r->at++;
	}
}

/* The next record's plaintext: as it lies, or small pieces gathered. */
static struct str tx_piece(struct tls *t, const struct send_op *r, size_t most)
{
	const struct slice *v = &r->v[r->at];
	struct str first = str_take(str_of(v->p + r->off, v->n - r->off), most);
	size_t n = 0, off = r->off;

	if (first.n == most || r->at + 1 == r->n)
		return first;
	for (unsigned i = r->at; i < r->n && n < most; i++, off = 0) {
		size_t part = MIN(r->v[i].n - off, most - n);

		if (part)
			memcpy(t->thread->scratch + n, r->v[i].p + off, part);
		n += part;
	}
	return str_of(t->thread->scratch, n);
}

static size_t tx_left(const struct send_op *r)
{
	size_t n = 0;

	for (unsigned i = r->at; i < r->n; i++)
		n += r->v[i].n;
	return n - r->off;
}

/* Encrypts the next batch of the consumer's send into <out>; 0 or a negative error. */
static int encrypt(struct tls *t, struct send_op *r)
{
	size_t left = MIN(tx_left(r), TLS_BATCH), done;

	if (!t->out || t->out->n < TLS_OUT_MAX)
		tls_out_reserve(t, left + (left / TLS_RECORD + 1) * 64);
	while (left) {
		struct str s = tx_piece(t, r, MIN(left, TLS_RECORD));

		ERR_clear_error();
		if (!SSL_write_ex(t->ssl, s.p, s.n, &done))
			return refusal(t, SSL_get_error(t->ssl, 0));
		AN(done == s.n);
		tx_advance(r, done);
		t->tx_taken += done;
		left -= done;
	}
	return 0;
}

static void tx_step(struct tls *t)
{
	struct send_op *r = t->tx;
	int err;

	if (!r || op_inflight(&t->below_tx.op))
		return;
	r->sent = t->tx_taken;
	if (r->at == r->n) {
		end_tx(t, 0);
		return;
	}
	if (tx_left(r) == 0) {
		r->at = r->n;
		end_tx(t, 0);
		return;
	}
	err = encrypt(t, r);
	if (err < 0)
		tls_break(t, err);
	else
		flush(t);
}

static void shut_step(struct tls *t)
{
	if (!t->shut || t->shut_below || t->out || op_inflight(&t->below_tx.op))
		return;
	t->shut_below = true;
	stream_shutdown(t->below, &t->below_shut);
}

static void below_sent(struct op *op, int res)
{
	struct tls *t = container_of(op, struct tls, below_tx.op);

	tls_out_drop(t, &t->flying);
	if (t->state == TLS_CLOSED) {
		tls_settle(t);
		return;
	}
	if (t->state == TLS_BROKEN)
		return;
	if (res < 0) {
		/* What the peer sent before may still be read. */
		tls_out_drop(t, &t->out);
		end_tx(t, res);
		end_shut(t, res);
		return;
	}
	flush(t);
	tx_step(t);
	shut_step(t);
}

static void tls_send(struct stream *s, struct send_op *r)
{
	struct tls *t = tls_of(s);

	AZ(t->tx);
	AN(r->n);
	op_begin(&r->op);
	r->op.kind = NULL;
	r->via = t;
	r->at = 0;
	r->off = 0;
	r->sent = 0;
	t->tx = r;
	t->tx_taken = 0;
	if (t->state != TLS_OPEN || t->shut_said)
		end_tx(t, t->state == TLS_BROKEN || t->state == TLS_OPEN ? -EPIPE : -EBADF);
	else
		tx_step(t);
}

/* --- the rest of the stream --------------------------------------------------------------- */

static void tls_hangup(struct stream *s, struct hup_op *h)
{
	stream_hangup(tls_of(s)->below, h);
}

static void say_close(struct tls *t)
{
	if (t->shut_said || t->state != TLS_OPEN)
		return;
	t->shut_said = true;
	ERR_clear_error();
	(void)SSL_shutdown(t->ssl);
	ERR_clear_error();
}

static void below_shut_done(struct op *op, int res)
{
	struct tls *t = container_of(op, struct tls, below_shut);

	if (t->state == TLS_CLOSED)
		tls_settle(t);
	else
		end_shut(t, res);
}

static void tls_shutdown(struct stream *s, struct op *op)
{
	struct tls *t = tls_of(s);

	AZ(t->shut);
	AZ(t->tx);
	op_begin(op);
	op->kind = NULL;
	t->shut = op;
	if (t->state != TLS_OPEN || t->shut_said) {
		end_shut(t, -EPIPE);
		return;
	}
	say_close(t);
	flush(t);
	shut_step(t);
}

/* What is being done on the stream below goes on by itself: bytes that come are kept for the next
 * receive, a record under way must go out whole. */
static void tls_cancel(struct stream *s, struct op *op)
{
	struct tls *t = tls_of(s);

	if (op == t->hs)
		end_hs(t, -ECANCELED);
	else if (t->rx && op == &t->rx->op)
		end_rx(t, -ECANCELED);
	else if (t->tx && op == &t->tx->op)
		end_tx(t, -ECANCELED);
	else if (op == t->shut)
		end_shut(t, -ECANCELED);
	else if (t->state != TLS_CLOSED)
		stream_cancel(t->below, op); /* a hang-up wait */
}

static void tls_close(struct stream *s, bool abort)
{
	struct tls *t = tls_of(s);

	if (t->state == TLS_CLOSED)
		return;
	if (!abort && !op_inflight(&t->below_tx.op)) {
		say_close(t);
		flush(t); /* tried at once, which is enough for an alert */
	}
	tls_move(t, TLS_CLOSED);
	list_del(&t->node);
	t->below->ops->close(t->below, abort);
	end_all(t, -ECANCELED);
}

static struct sock *tls_raw(struct stream *s)
{
	(void)s;
	return NULL;
}

static struct sock *tls_base(struct stream *s)
{
	return stream_base(tls_of(s)->below);
}

static const struct stream_ops tls_ops = {
	.name = "tls",
	.recv = tls_recv,
	.send = tls_send,
	.hangup = tls_hangup,
	.shutdown = tls_shutdown,
	.cancel = tls_cancel,
	.close = tls_close,
	.raw = tls_raw,
	.base = tls_base,
};

/* --- life --------------------------------------------------------------------------------- */

struct tls *tls_new(struct tls_thread *th, SSL *ssl, struct stream *below)
{
	struct tls *t = slab_get(&th->streams);
	BIO *b;

	t->magic = TLS_MAGIC;
	t->thread = th;
	t->stream = (struct stream){&tls_ops, th->loop};
	t->below = below;
	t->ssl = ssl;
	list_init(&t->node);
	recv_op_init(&t->below_rx, below_received);
	send_op_init(&t->below_tx, below_sent);
	op_init(&t->below_shut, below_shut_done);
	b = tls_bio_new(t);
	SSL_set_bio(ssl, b, b);
	AN(SSL_set_ex_data(ssl, 0, t));
	/* Certificates are judged by the loop's clock. */
	X509_VERIFY_PARAM_set_time(
		SSL_get0_param(ssl), (time_t)(loop_wall(th->loop) / NSEC_PER_SEC));
	return t;
}

struct stream *tls_stream(struct tls *t)
{
	return &t->stream;
}

void tls_free(struct tls *t)
{
	stream_close(&t->stream);
	t->released = true;
	tls_settle(t);
}

struct str tls_why(const struct tls *t)
{
	return str_from(t->why);
}

bool tls_resumed(const struct tls *t)
{
	return SSL_session_reused(t->ssl) == 1;
}

struct str tls_version(const struct tls *t)
{
	return str_from(SSL_get_version(t->ssl));
}

bool tls_peer_verified(const struct tls *t)
{
	return t->verified;
}

void tls_thread_init(struct tls_thread *th, struct loop *l)
{
	*th = (struct tls_thread){.loop = l};
	slab_init(&th->streams, sizeof(struct tls), 0);
	slab_init(&th->outs, sizeof(struct tls_out), 0);
	list_init(&th->waiting);
	task_init(&th->turns, turns_run);
	th->scratch = mem_alloc(TLS_RECORD);
}

void tls_thread_fini(struct tls_thread *th)
{
	task_cancel(&th->turns);
	slab_fini(&th->streams);
	slab_fini(&th->outs);
	mem_free(th->scratch);
}
