/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/auth.h"

#include <errno.h>

#include "base/log.h"
#include "base/mem.h"
#include "kube/exec.h"

struct auth {
	struct loop *loop;
	const struct kube_config *config;
	auth_f *changed;
	void *arg;
	struct tls_client *client; /* NULL: cleartext */
	struct buf ca, cert, key; /* what it was made of */
	nsec looked; /* at their files */
	struct buf token; /* of the file or the program */
	nsec token_read;
	uint64_t serial;
	struct exec_run *run;
	bool known; /* the program gave what we have */
	nsec expires; /* wall time; 0: it does not */
	bool failed;
	nsec failed_at;
	struct buf why;
};

static bool has_program(const struct auth *a)
{
	return a->config->exec.command.n > 0;
}

static void set(struct buf *b, struct str s)
{
	buf_reset(b);
	buf_add(b, s);
}

/* --- TLS ------------------------------------------------------------------------------------- */

static int make_client(const struct auth *a, struct str ca, struct str cert, struct str key,
	struct tls_client **ret)
{
	const struct kube_config *k = a->config;
	struct tls_client_config config = {
		.name = k->server_name.n ? k->server_name : k->host, .insecure = k->insecure};
	int rc = ca.n ? pki_trust_new(ca, &config.trust) : 0;

	if (rc == 0 && cert.n)
		rc = pki_pair_new(cert, key, &config.pair);
	if (rc == 0)
		rc = tls_client_new(&config, ret);
	pki_trust_unref(config.trust);
	pki_pair_unref(config.pair);
	return rc;
}

/* What is in force from now on; nothing changes where it cannot be used. */
static int use(struct auth *a, struct str ca, struct str cert, struct str key)
{
	struct tls_client *client = NULL;
	int rc = a->config->tls ? make_client(a, ca, cert, key, &client) : 0;

	if (rc < 0)
		return rc;
	tls_client_unref(a->client);
	a->client = client;
	a->serial++;
	set(&a->ca, ca);
	set(&a->cert, cert);
	set(&a->key, key);
	return 0;
}

/* The file's text, or <otherwise> where there is none or it cannot be read. */
static struct str text_of(struct str file, struct str otherwise, struct buf *text)
{
	char *path;
	int rc;

	if (!file.n)
		return otherwise;
	path = mem_strdup(file);
	rc = kube_read_file(path, text);
	mem_free(path);
	return rc < 0 || !text->n ? otherwise : buf_str(text);
}

static void look(struct auth *a)
{
	const struct kube_config *k = a->config;
	struct buf texts[3] = {{0}};
	struct str ca, cert, key;

	a->looked = loop_now(a->loop);
	ca = text_of(k->ca_file, buf_str(&a->ca), &texts[0]);
	cert = text_of(k->cert_file, buf_str(&a->cert), &texts[1]);
	key = text_of(k->key_file, buf_str(&a->key), &texts[2]);
	if (!str_eq(ca, buf_str(&a->ca)) || !str_eq(cert, buf_str(&a->cert)) ||
		!str_eq(key, buf_str(&a->key))) {
		int rc = use(a, ca, cert, key);

		if (rc < 0)
			log_warn("certificates for the API server changed and cannot be used",
				LOG_STR("authorities", k->ca_file),
				LOG_STR("certificate", k->cert_file), LOG_ERR(rc));
		else
			log_info("certificates for the API server changed",
				LOG_STR("authorities", k->ca_file),
				LOG_STR("certificate", k->cert_file));
	}
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		buf_fini(&texts[i]);
}

struct tls_client *auth_client(struct auth *a)
{
	if (a->config->tls && loop_now(a->loop) - a->looked >= AUTH_LIFE)
		look(a);
	return a->client;
}

uint64_t auth_serial(const struct auth *a)
{
	return a->serial;
}

bool auth_distrusts(struct auth *a)
{
	uint64_t was = a->serial;

	look(a);
	return a->serial != was;
}

/* --- tokens ---------------------------------------------------------------------------------- */

struct str auth_token(struct auth *a)
{
	const struct kube_config *k = a->config;
	char *path;

	if (has_program(a))
		return buf_str(&a->token);
	if (!k->token_file.n)
		return k->token;
	if (a->token.n && loop_now(a->loop) - a->token_read < AUTH_LIFE)
		return buf_str(&a->token);
	path = mem_strdup(k->token_file);
	/* A file that cannot be read keeps the last token: the server will say what it thinks. */
	if (kube_read_file(path, &a->token) == 0)
		a->token_read = loop_now(a->loop);
	mem_free(path);
	while (a->token.n && a->token.p[a->token.n - 1] == '\n')
		a->token.n--;
	return buf_str(&a->token);
}

/* --- the program ----------------------------------------------------------------------------- */

static void fail(struct auth *a, struct str why)
{
	set(&a->why, why);
	a->failed = true;
	a->failed_at = loop_now(a->loop);
}

static void on_answer(void *arg, const struct exec_answer *answer, struct str why)
{
	struct auth *a = arg;

	a->run = NULL;
	a->failed = false;
	buf_reset(&a->why);
	if (!answer) {
		fail(a, why);
	} else if (answer->cert.n && use(a, buf_str(&a->ca), answer->cert, answer->key) < 0) {
		fail(a, STR("the certificate and key that the kubeconfig's program gave cannot be "
			    "used"));
	} else {
		a->known = true;
		a->expires = answer->expires;
		a->serial++;
		set(&a->token, answer->token);
	}
	a->changed(a->arg);
}

int auth_ready(struct auth *a)
{
	if (!has_program(a))
		return 0;
	if (a->run)
		return -EAGAIN;
	if (a->known && (!a->expires || loop_wall(a->loop) < a->expires - AUTH_EARLY))
		return 0;
	if (a->failed && loop_now(a->loop) - a->failed_at < AUTH_PAUSE)
		return -EACCES;
	a->run = exec_start(a->loop, a->config, on_answer, a);
	return -EAGAIN;
}

bool auth_refused(struct auth *a, uint64_t serial)
{
	if (serial != a->serial)
		return true;
	if (has_program(a)) {
		a->known = false;
		return true;
	}
	if (a->config->token_file.n) {
		struct buf was = {0};
		bool news;

		set(&was, buf_str(&a->token));
		a->token_read = loop_now(a->loop) - AUTH_LIFE;
		news = !str_eq(auth_token(a), buf_str(&was));
		buf_fini(&was);
		return news;
	}
	return false;
}

struct str auth_why(const struct auth *a)
{
	return buf_str(&a->why);
}

int auth_new(struct loop *l, const struct kube_config *config, auth_f *changed, void *arg,
	struct auth **ret_auth)
{
	struct auth *a = MEM_NEW(struct auth);
	int rc;

	a->loop = l;
	a->config = config;
	a->changed = changed;
	a->arg = arg;
	a->looked = loop_now(l);
	rc = use(a, config->ca, config->cert, config->key);
	if (rc < 0) {
		auth_free(a);
		return rc;
	}
	*ret_auth = a;
	return 0;
}

void auth_free(struct auth *a)
{
	if (!a)
		return;
	exec_cancel(a->run);
	tls_client_unref(a->client);
	buf_fini(&a->ca);
	buf_fini(&a->cert);
	buf_fini(&a->key);
	buf_fini(&a->token);
	buf_fini(&a->why);
	mem_free(a);
}
