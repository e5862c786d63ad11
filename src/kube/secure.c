/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/secure.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "base/rand.h"

#define RECORD 16384u

/* --- contexts ----------------------------------------------------------------------------- */

static BIO *bio_of(struct str s)
{
	BIO *b = BIO_new_mem_buf(s.p, (int)MIN(s.n, (size_t)INT_MAX));

	AN(b);
	return b;
}

static int add_authorities(SSL_CTX *ctx, struct str pem)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	BIO *b = bio_of(pem);
	int n = 0;
	X509 *x;

	while ((x = PEM_read_bio_X509(b, NULL, NULL, NULL))) {
		n += X509_STORE_add_cert(store, x);
		X509_free(x);
	}
	BIO_free(b);
	ERR_clear_error();
	return n ? 0 : -EINVAL;
}

static EVP_PKEY *read_key(struct str pem)
{
	BIO *b = bio_of(pem);
	EVP_PKEY *k = PEM_read_bio_PrivateKey(b, NULL, NULL, NULL);

	BIO_free(b);
	return k;
}

static X509 *read_cert(struct str pem)
{
	BIO *b = bio_of(pem);
	X509 *x = PEM_read_bio_X509(b, NULL, NULL, NULL);

	BIO_free(b);
	return x;
}

static int use_pair(SSL_CTX *ctx, struct str cert, struct str key)
{
	EVP_PKEY *k = read_key(key);
	BIO *b = bio_of(cert);
	X509 *x = PEM_read_bio_X509(b, NULL, NULL, NULL), *more;
	int ok = k && x && SSL_CTX_use_certificate(ctx, x) == 1 &&
		 SSL_CTX_use_PrivateKey(ctx, k) == 1;

	while (ok && (more = PEM_read_bio_X509(b, NULL, NULL, NULL)))
		ok = SSL_CTX_add0_chain_cert(ctx, more) == 1;
	X509_free(x);
	EVP_PKEY_free(k);
	BIO_free(b);
	ERR_clear_error();
	return ok ? 0 : -EINVAL;
}

static SSL_CTX *context_new(const SSL_METHOD *method)
{
	SSL_CTX *ctx = SSL_CTX_new(method);

	AN(ctx);
	AN(SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
				      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	return ctx;
}

int secure_client(struct str ca, struct str cert, struct str key, bool insecure,
	struct secure_context **ret_context)
{
	SSL_CTX *ctx = context_new(TLS_client_method());
	int rc = 0;

	SSL_CTX_set_verify(ctx, insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
	if (ca.n)
		rc = add_authorities(ctx, ca);
	else if (SSL_CTX_set_default_verify_paths(ctx) != 1)
		rc = -EINVAL;
	if (rc == 0 && cert.n)
		rc = use_pair(ctx, cert, key);
	if (rc < 0)
		SSL_CTX_free(ctx);
	else
		*ret_context = (struct secure_context *)ctx;
	return rc;
}

int secure_server(struct str cert, struct str key, struct secure_context **ret_context)
{
	SSL_CTX *ctx = context_new(TLS_server_method());
	int rc = use_pair(ctx, cert, key);

	if (rc < 0)
		SSL_CTX_free(ctx);
	else
		*ret_context = (struct secure_context *)ctx;
	return rc;
}

void secure_context_free(struct secure_context *c)
{
	SSL_CTX_free((SSL_CTX *)c);
}

/* --- the stream --------------------------------------------------------------------------- */

static struct secure *secure_of(struct stream *s)
{
	return container_of(s, struct secure, stream);
}

static void end_hello(struct secure *s, int res)
{
	struct op *op = s->hello;

	s->hello = NULL;
	if (op)
		op_complete(s->stream.loop, op, res);
}

static void end_rx(struct secure *s, int res)
{
	struct recv_op *r = s->rx;

	s->rx = NULL;
	if (!r)
		return;
	if (res > 0) {
		r->got = (struct slice){s->plain->data, (size_t)res, s->plain};
		s->plain = NULL;
	}
	op_complete(s->stream.loop, &r->op, res);
}

static void end_tx(struct secure *s, int res)
{
	struct send_op *t = s->tx;

	s->tx = NULL;
	if (t)
		op_complete(s->stream.loop, &t->op, res);
}

static void fail(struct secure *s, int res)
{
	end_hello(s, res);
	end_tx(s, res);
	end_rx(s, res);
}

/* What OpenSSL means by <rc>: 0 later, 1 the end, or a negative errno. */
static int meaning(struct secure *s, int rc)
{
	int e = SSL_get_error(s->ssl, rc);

	ERR_clear_error();
	if (e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE)
		return s->error ? s->error : s->eof ? -ECONNRESET : 0;
	return e == SSL_ERROR_ZERO_RETURN ? 1 : -EPROTO;
}

static void do_hello(struct secure *s)
{
	int rc = SSL_do_handshake(s->ssl);

	if (rc == 1) {
		s->ready = true;
		end_hello(s, 0);
		return;
	}
	rc = meaning(s, rc);
	if (rc)
		fail(s, rc < 0 ? rc : -ECONNRESET);
}

static void do_write(struct secure *s)
{
	struct send_op *t = s->tx;

	while (t->at < t->n) {
		const struct slice *v = &t->v[t->at];
		int rc;

		if (t->off == v->n) {
			t->at++;
			t->off = 0;
			continue;
		}
		rc = SSL_write(s->ssl, v->p + t->off, (int)MIN(v->n - t->off, (size_t)RECORD));
		if (rc <= 0) {
			rc = meaning(s, rc);
			if (rc)
				end_tx(s, rc < 0 ? rc : -EPIPE);
			return;
		}
		t->off += (size_t)rc;
		t->sent += (size_t)rc;
	}
}

static void do_read(struct secure *s)
{
	int rc;

	if (!s->plain)
		s->plain = nbuf_new(loop_bufs(s->stream.loop), MIN(s->rx->want, (size_t)RECORD));
	rc = SSL_read(s->ssl, s->plain->data, (int)MIN((size_t)s->plain->cap, s->rx->want));
	if (rc > 0) {
		end_rx(s, rc);
		return;
	}
	rc = meaning(s, rc);
	if (rc)
		end_rx(s, rc < 0 ? rc : 0);
}

static void flush(struct secure *s)
{
	BIO *out = SSL_get_wbio(s->ssl);
	size_t n = BIO_ctrl_pending(out);

	if (op_inflight(&s->low_tx.op))
		return;
	buf_reset(&s->out);
	if (n && !s->error) {
		AN(BIO_read(out, buf_room(&s->out, n), (int)n) == (int)n);
		buf_added(&s->out, n);
		s->out_v = slice_plain(buf_str(&s->out));
		stream_send(s->below, &s->low_tx, &s->out_v, 1, 0);
	} else if (s->tx && s->tx->at == s->tx->n) {
		end_tx(s, s->error);
	}
}

static void pump(struct secure *s)
{
	if (s->closed)
		return;
	if (!s->ready && s->hello)
		do_hello(s);
	if (s->ready && s->tx)
		do_write(s);
	if (s->ready && s->rx)
		do_read(s);
	flush(s);
	/* A read below is always waiting while somebody wants something: that is also how the end
	 * of the connection is seen. */
	if ((s->rx || s->hello) && !s->eof && !s->error && !op_inflight(&s->low_rx.op))
		stream_recv(s->below, &s->low_rx, RECORD);
}

static void on_low_rx(struct op *op, int res)
{
	struct secure *s = container_of(op, struct secure, low_rx.op);

	if (res > 0 && !s->closed)
		AN(BIO_write(SSL_get_rbio(s->ssl), s->low_rx.got.p, res) == res);
	slice_drop(&s->low_rx.got);
	if (res == 0)
		s->eof = true;
	else if (res < 0)
		s->error = res;
	pump(s);
}

static void on_low_tx(struct op *op, int res)
{
	struct secure *s = container_of(op, struct secure, low_tx.op);

	if (res < 0) {
		s->error = res;
		if (!s->closed)
			end_tx(s, res);
	}
	pump(s);
}

static void on_pump(struct task *t)
{
	pump(container_of(t, struct secure, pump));
}

static void op_recv(struct stream *st, struct recv_op *r)
{
	struct secure *s = secure_of(st);

	AN(!s->rx && !r->into);
	op_begin(&r->op);
	r->got = (struct slice){0};
	s->rx = r;
	if (s->closed)
		end_rx(s, -ECANCELED);
	else
		loop_defer(st->loop, &s->pump);
}

static void op_send(struct stream *st, struct send_op *t)
{
	struct secure *s = secure_of(st);

	AN(!s->tx);
	op_begin(&t->op);
	t->at = 0;
	t->off = t->sent = 0;
	s->tx = t;
	if (s->closed)
		end_tx(s, -ECANCELED);
	else
		loop_defer(st->loop, &s->pump);
}

static void op_hangup(struct stream *st, struct hup_op *h)
{
	stream_hangup(secure_of(st)->below, h);
}

static void op_shutdown(struct stream *st, struct op *op)
{
	op_begin(op);
	op_complete(st->loop, op, -ENOTSUP);
}

static void op_cancel(struct stream *st, struct op *op)
{
	struct secure *s = secure_of(st);

	if (s->rx && op == &s->rx->op)
		end_rx(s, -ECANCELED);
	else if (s->tx && op == &s->tx->op)
		end_tx(s, -ECANCELED);
}

static void op_close(struct stream *st, bool abort)
{
	struct secure *s = secure_of(st);

	if (s->closed)
		return;
	s->closed = true;
	task_cancel(&s->pump);
	s->below->ops->close(s->below, abort);
	fail(s, -ECANCELED);
	nbuf_unref(s->plain);
	s->plain = NULL;
}

static struct sock *op_raw(struct stream *st)
{
	(void)st;
	return NULL;
}

static struct sock *op_base(struct stream *st)
{
	return stream_base(secure_of(st)->below);
}

static const struct stream_ops secure_ops = {.name = "tls",
	.recv = op_recv,
	.send = op_send,
	.hangup = op_hangup,
	.shutdown = op_shutdown,
	.cancel = op_cancel,
	.close = op_close,
	.raw = op_raw,
	.base = op_base};

static void set_name(SSL *ssl, struct str name)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
	char *text = mem_strdup(name);

	if (X509_VERIFY_PARAM_set1_ip_asc(param, text) != 1) {
		ERR_clear_error();
		AN(SSL_set_tlsext_host_name(ssl, text) == 1);
		AN(X509_VERIFY_PARAM_set1_host(param, text, 0) == 1);
	}
	mem_free(text);
}

void secure_init(struct secure *s, struct secure_context *c, struct stream *below, struct str name,
	struct op *done)
{
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());

	*s = (struct secure){.stream = {&secure_ops, below->loop}, .below = below};
	s->ssl = SSL_new((SSL_CTX *)c);
	AN(s->ssl && in && out);
	BIO_set_mem_eof_return(in, -1);
	SSL_set_bio(s->ssl, in, out);
	recv_op_init(&s->low_rx, on_low_rx);
	send_op_init(&s->low_tx, on_low_tx);
	task_init(&s->pump, on_pump);
	if (name.n) {
		set_name(s->ssl, name);
		SSL_set_connect_state(s->ssl);
	} else {
		SSL_set_accept_state(s->ssl);
	}
	op_begin(done);
	s->hello = done;
	loop_defer(below->loop, &s->pump);
}

bool secure_quiet(const struct secure *s)
{
	return !op_inflight(&s->low_rx.op) && !op_inflight(&s->low_tx.op);
}

void secure_fini(struct secure *s)
{
	op_close(&s->stream, false);
	AN(secure_quiet(s));
	SSL_free(s->ssl);
	s->ssl = NULL;
	buf_fini(&s->out);
}

/* --- certificates of our own --------------------------------------------------------------- */

static void add_extension(X509 *x, X509 *issuer, int nid, const char *text)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, text);
	AN(e && X509_add_ext(x, e, -1) == 1);
	X509_EXTENSION_free(e);
}

static void set_serial(X509 *x)
{
	uint64_t serial;

	rand_secure(&serial, sizeof(serial));
	AN(ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial >> 1 | 1) == 1);
}

static void write_pem(BIO *b, struct buf *out)
{
	char *p;
	long n = BIO_get_mem_data(b, &p);

	buf_add(out, str_of(p, (size_t)n));
	BIO_free(b);
}

static void fill(X509 *x, EVP_PKEY *key, X509 *ca, struct str cn, const struct str *names, size_t n)
{
	X509_NAME *subject = X509_get_subject_name(x);
	struct buf alt = {0};

	set_serial(x);
	AN(X509_set_version(x, 2) == 1 && X509_set_pubkey(x, key) == 1);
	AN(X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
		   (const unsigned char *)cn.p, (int)cn.n, -1, 0) == 1);
	AN(X509_set_issuer_name(x, X509_get_subject_name(ca ? ca : x)) == 1);
	add_extension(x, ca ? ca : x, NID_subject_key_identifier, "hash");
	if (!ca) {
		add_extension(x, x, NID_basic_constraints, "critical,CA:TRUE");
		add_extension(x, x, NID_key_usage, "critical,keyCertSign");
		return;
	}
	for (size_t i = 0; i < n; i++)
		buf_printf(&alt, "%sDNS:%.*s", i ? "," : "", STR_ARG(names[i]));
	buf_addc(&alt, '\0');
	add_extension(x, ca, NID_basic_constraints, "critical,CA:FALSE");
	add_extension(x, ca, NID_ext_key_usage, "serverAuth");
	add_extension(x, ca, NID_subject_alt_name, alt.p);
	buf_fini(&alt);
}

int secure_issue(struct str ca_cert, struct str ca_key, struct str common_name,
	const struct str *names, size_t n, nsec now, int days, struct buf *ret_cert,
	struct buf *ret_key)
{
	time_t seconds = (time_t)(now / NSEC_PER_SEC);
	X509 *ca = ca_cert.n ? read_cert(ca_cert) : NULL, *x;
	EVP_PKEY *ca_pkey = ca_cert.n ? read_key(ca_key) : NULL, *key;
	BIO *b;

	ERR_clear_error();
	if (ca_cert.n && (!ca || !ca_pkey || X509_check_private_key(ca, ca_pkey) != 1)) {
		X509_free(ca);
		EVP_PKEY_free(ca_pkey);
		return -EINVAL;
	}
	key = EVP_EC_gen("P-256");
	x = X509_new();
	AN(key && x);
	fill(x, key, ca, common_name, names, n);
	AN(X509_time_adj_ex(X509_getm_notBefore(x), -1, 0, &seconds));
	AN(X509_time_adj_ex(X509_getm_notAfter(x), days, 0, &seconds));
	AN(X509_sign(x, ca ? ca_pkey : key, EVP_sha256()) > 0);
	b = BIO_new(BIO_s_mem());
	AN(PEM_write_bio_X509(b, x) == 1);
	write_pem(b, ret_cert);
	b = BIO_new(BIO_s_mem());
	AN(PEM_write_bio_PKCS8PrivateKey(b, key, NULL, NULL, 0, NULL, NULL) == 1);
	write_pem(b, ret_key);
	X509_free(x);
	X509_free(ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_pkey);
	return 0;
}

int secure_expiry(struct str pem, int64_t *ret_seconds)
{
	X509 *x = read_cert(pem);
	struct tm tm;

	ERR_clear_error();
	if (!x || ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) != 1) {
		X509_free(x);
		return -EINVAL;
	}
	*ret_seconds = (int64_t)timegm(&tm);
	X509_free(x);
	return 0;
}
