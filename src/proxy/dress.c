/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dress.c -- what TLS makes of the plan's segments, on the control thread, as they are made.
 *
 * A PEM becomes a pair or a set of anchors, a listener's TLS a policy, an upstream's a client.  The
 * cost follows the change: an untouched certificate is not parsed again, a rotated one makes new
 * policies only on the ports that hold it.  Where something cannot be made nothing is hung on, and
 * whoever needs it refuses: handshakes fail, requests are answered with backend_tls.
 */
#include "base/log.h"
#include "proxy/worker_priv.h"
#include "tls/client.h"
#include "tls/server.h"

#define PARTS_MAX 64

static void pair_drop(void *p)
{
	pki_pair_unref(p);
}

static void trust_drop(void *p)
{
	pki_trust_unref(p);
}

static void policy_drop(void *p)
{
	tls_policy_unref(p);
}

static void client_drop(void *p)
{
	tls_client_unref(p);
}

static void dress_pair(struct plan_pem *p)
{
	struct pki_pair *pair;

	if (pki_pair_new(p->chain, p->key, &pair) < 0)
		return;
	p->parsed = pair;
	p->parsed_free = pair_drop;
}

static void dress_trust(struct plan_pem *p)
{
	struct pki_trust *trust;

	if (p->kind == PLAN_PEM_SYSTEM)
		trust = tls_trust_system();
	else if (pki_trust_new(p->chain, &trust) < 0)
		trust = NULL;
	if (!trust)
		return;
	p->parsed = trust;
	p->parsed_free = trust_drop;
}

static void dress_pem(struct plan_pem *p)
{
	if (p->kind == PLAN_PEM_PAIR)
		dress_pair(p);
	else
		dress_trust(p);
	if (!p->parsed)
		log_warn("TLS material cannot be used", LOG_STR("source", p->source));
}

/* The parsed forms of <pems>; false: one has none, or there are too many. */
static bool parts(struct plan_pem *const *pems, size_t n, void **ret_parts)
{
	if (n > PARTS_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		ret_parts[i] = pems[i]->parsed;
		if (!ret_parts[i])
			return false;
	}
	return true;
}

static uint8_t minor_of(struct str version)
{
	return str_eq(version, STR("1.3")) ? 3 : str_eq(version, STR("1.2")) ? 2 : 0;
}

static int policy_make(const struct plan_listener *l, struct tls_policy **ret_p)
{
	const struct plan_server_tls *tls = l->tls;
	struct pki_pair *pairs[PARTS_MAX];
	struct pki_trust *cas[PARTS_MAX];
	struct tls_policy_config config = {.id = l->name,
		.pairs = pairs,
		.npairs = tls->ncerts,
		.clients_optional = tls->client_auth == PLAN_CLIENT_AUTH_ALLOW,
		.min_minor = minor_of(tls->min_version),
		.max_minor = minor_of(tls->max_version),
		.ciphers = tls->ciphers};
	int rc;

	if (!parts(tls->certs, tls->ncerts, (void **)pairs) ||
		!parts(tls->client_cas, tls->nclient_cas, (void **)cas))
		return -1;
	if (tls->client_auth != PLAN_CLIENT_AUTH_NONE) {
		if (!tls->nclient_cas)
			return -1; /* nobody could be let in: never everybody */
		config.clients = pki_trust_join(cas, tls->nclient_cas);
	}
	rc = tls_policy_new(&config, ret_p);
	pki_trust_unref(config.clients);
	return rc;
}

static void dress_port(const struct plan_port *port)
{
	for (uint32_t i = 0; i < port->nlisteners; i++) {
		const struct plan_listener *l = &port->listeners[i];
		/* Still control's own: it is being put. */
		struct plan_server_tls *tls = (struct plan_server_tls *)(uintptr_t)l->tls;
		struct tls_policy *policy;

		if (!tls || tls->passthrough || tls->parsed || l->failure)
			continue;
		if (policy_make(l, &policy) < 0) {
			log_warn("a listener's TLS cannot be carried out",
				LOG_STR("listener", l->name));
			continue;
		}
		tls->parsed = policy;
		tls->parsed_free = policy_drop;
	}
}

static void dress_upstream(const struct plan_upstream *u)
{
	struct plan_client_tls *tls = u->tls;
	struct pki_name sans[PARTS_MAX];
	struct tls_client_config config = {.name = tls->sni,
		.sans = sans,
		.nsans = tls->nsans,
		.trust = tls->ca ? tls->ca->parsed : NULL,
		.pair = tls->client ? tls->client->parsed : NULL,
		.insecure = !tls->ca,
		.tls13 = minor_of(tls->min_version) == 3};
	struct tls_client *client;

	if (tls->nsans > PARTS_MAX || u->refused || (tls->ca && !tls->ca->parsed) ||
		(tls->client && !tls->client->parsed))
		return;
	for (size_t i = 0; i < tls->nsans; i++)
		sans[i] = (struct pki_name){tls->sans[i].value, tls->sans[i].uri};
	if (tls_client_new(&config, &client) < 0) {
		log_warn("an upstream's TLS cannot be carried out", LOG_STR("upstream", u->name));
		return;
	}
	tls->parsed = client;
	tls->parsed_free = client_drop;
}

const struct plan_dress proxy_dress = {dress_pem, dress_port, dress_upstream};

uint64_t listener_demands(const struct plan_listener *l)
{
	if (!l->tls)
		return 0;
	return l->tls->parsed ? tls_policy_demands(l->tls->parsed) : 1;
}
