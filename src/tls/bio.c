/* SPDX-License-Identifier: Apache-2.0 */
/* bio.c -- OpenSSL's bytes in and out of the loop's buffers. */
#include <openssl/bio.h>
#include <pthread.h>

#include "tls/tls_priv.h"

void tls_out_drop(struct tls *t, struct tls_out **o)
{
	if (!*o)
		return;
	for (unsigned i = 0; i < (*o)->n; i++)
		slice_drop(&(*o)->v[i]);
	slab_put(&t->thread->outs, *o);
	*o = NULL;
}

void tls_out_reserve(struct tls *t, size_t n)
{
	struct nbuf *b = nbuf_new(loop_bufs(t->stream.loop), n);

	if (!t->out) {
		t->out = slab_get_raw(&t->thread->outs);
		t->out->n = 0;
	}
	AN(t->out->n < TLS_OUT_MAX);
	t->out->v[t->out->n++] = (struct slice){b->data, 0, b};
}

/* Room behind the last slice, or 0. */
static size_t out_room(const struct tls_out *o)
{
	const struct slice *s;

	if (!o)
		return 0;
	s = &o->v[o->n - 1];
	return s->buf->cap - (size_t)(s->p - s->buf->data) - s->n;
}

static int bio_write(BIO *b, const char *p, size_t n, size_t *ret_written)
{
	struct tls *t = BIO_get_data(b);
	struct slice *s;

	BIO_clear_retry_flags(b);
	if (out_room(t->out) < n) {
		/* What a peer provokes and does not read ends here. */
		if ((t->out && t->out->n == TLS_OUT_MAX) || n > NBUF_LARGE)
			return 0;
		tls_out_reserve(t, n);
	}
	s = &t->out->v[t->out->n - 1];
	memcpy(s->buf->data + (s->p - s->buf->data) + s->n, p, n);
	s->n += n;
	*ret_written = n;
	return 1;
}

static int bio_read(BIO *b, char *p, size_t n, size_t *ret_read)
{
	struct tls *t = BIO_get_data(b);

	BIO_clear_retry_flags(b);
	if (t->post > TLS_POST_MAX) {
		tls_set_why(t, "too many handshake messages");
		return 0;
	}
	if (!t->in.n) {
		if (!t->in_eof)
			BIO_set_retry_read(b);
		return 0;
	}
	n = MIN(n, t->in.n);
	memcpy(p, t->in.p, n);
	t->in.p += n;
	t->in.n -= n;
	if (!t->in.n)
		slice_drop(&t->in);
	*ret_read = n;
	return 1;
}

static long bio_ctrl(BIO *b, int cmd, long num, void *ptr)
{
	struct tls *t = BIO_get_data(b);

	(void)num;
	(void)ptr;
	if (cmd == BIO_CTRL_EOF)
		return t->in_eof && !t->in.n;
	return cmd == BIO_CTRL_FLUSH;
}

static BIO_METHOD *method;

static void method_make(void)
{
	method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "loop buffers");
	AN(method && BIO_meth_set_write_ex(method, bio_write) &&
		BIO_meth_set_read_ex(method, bio_read) && BIO_meth_set_ctrl(method, bio_ctrl));
}

BIO *tls_bio_new(struct tls *t)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	BIO *b;

	AZ(pthread_once(&once, method_make));
	b = BIO_new(method);
	AN(b);
	BIO_set_data(b, t);
	BIO_set_init(b, 1);
	return b;
}
