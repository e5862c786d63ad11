/* SPDX-License-Identifier: Apache-2.0 */
/* TLS of listeners: certificates, client validation, options; and the Gateway's own certificate. */
#include "base/mem.h"
#include "gwapi/translate_priv.h"
#include "pki/pem_check.h"

#define OPTION_MIN "sluice.dev/tls-min-version"
#define OPTION_MAX "sluice.dev/tls-max-version"
#define OPTION_CIPHERS "sluice.dev/tls-ciphers"

static void problem_first(struct problem *p, struct str reason, struct str message)
{
	if (!p->reason.n)
		*p = (struct problem){reason, message};
}

/* A key of a Secret or ConfigMap; in files stringData counts too. */
static struct str material(const struct object *o, struct str key)
{
	const struct secret *s = object_secret(o);
	const struct config_map *m = object_config_map(o);
	struct str v = {0};

	if (s) {
		v = str_pair_get(s->string_data, s->n_string_data, key);
		return v.p ? v : str_pair_get(s->data, s->n_data, key);
	}
	if (m) {
		v = str_pair_get(m->data, m->n_data, key);
		return v.p ? v : str_pair_get(m->binary_data, m->n_binary_data, key);
	}
	return v;
}

struct plan_pem *pem_pair(struct translator *t, struct unit *u, struct arena *a,
	struct str namespace, struct str name, struct problem *problem, struct str reason)
{
	const struct object *o = look(t, u, KIND_SECRET, namespace, name);
	struct str source = arena_printf(a, "Secret/%.*s/%.*s", STR_ARG(namespace), STR_ARG(name));
	struct str title = str_skip(source, 7);
	struct plan_pem from = {.kind = PLAN_PEM_PAIR, .source = source};
	struct plan_pem *have;
	struct pem_names names;
	struct str why;

	if (!o) {
		problem_first(problem, reason,
			arena_printf(a, "Secret %.*s does not exist.", STR_ARG(title)));
		return NULL;
	}
	from.chain = material(o, STR("tls.crt"));
	from.key = material(o, STR("tls.key"));
	if (!from.chain.p || !from.key.p) {
		problem_first(problem, reason,
			arena_printf(a, "Secret %.*s has no key \"%s\".", STR_ARG(title),
				from.chain.p ? "tls.key" : "tls.crt"));
		return NULL;
	}
	from.digest = pem_digest(a, (struct str[]){source, from.chain, from.key}, 3);
	/* A change of one listener does not check the certificates of the others anew. */
	have = plan_pem_find(t->plans, PLAN_PEM_PAIR, from.digest);
	if (have)
		return have;
	if (pem_check_pair(a, from.chain, from.key, &names, &why) < 0) {
		problem_first(problem, reason,
			arena_printf(a, "Secret %.*s cannot be used: %.*s.", STR_ARG(title),
				STR_ARG(why)));
		return NULL;
	}
	from.names = names.p;
	from.nnames = names.n;
	return plan_pem_get(t->plans, &from);
}

struct plan_pem *pem_cas(struct translator *t, struct unit *u, struct arena *a,
	enum object_kind kind, const struct str *namespaces, const struct str *names, size_t n,
	struct problem *problem, struct str reason)
{
	struct plan_pem from = {.kind = PLAN_PEM_CA};
	struct buf all = {0};
	struct plan_pem *p = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct object *o = look(t, u, kind, namespaces[i], names[i]);
		struct str source = arena_printf(a, "%.*s/%.*s/%.*s",
			STR_ARG(object_kind_name(kind)), STR_ARG(namespaces[i]), STR_ARG(names[i]));
		struct str title = arena_printf(a, "%.*s %.*s/%.*s",
			STR_ARG(object_kind_name(kind)), STR_ARG(namespaces[i]), STR_ARG(names[i]));
		struct str text = o ? material(o, STR("ca.crt")) : (struct str){0};
		struct str why;

		if (!o || !text.p) {
			problem_first(problem, reason,
				o ? arena_printf(a, "%.*s has no key \"ca.crt\".", STR_ARG(title))
				  : arena_printf(a, "%.*s does not exist.", STR_ARG(title)));
			goto out;
		}
		if (pem_check_bundle(a, text, &why) < 0) {
			problem_first(problem, reason,
				arena_printf(a, "%.*s cannot be used: %.*s.", STR_ARG(title),
					STR_ARG(why)));
			goto out;
		}
		if (i == 0)
			from.source = source;
		buf_add(&all, text);
		buf_addc(&all, '\n');
	}
	from.chain = buf_str(&all);
	from.digest = pem_digest(a, (struct str[]){from.source, from.chain}, 2);
	p = plan_pem_get(t->plans, &from);
out:
	buf_fini(&all);
	return p;
}

static void pem_keep(struct group_unit *g, struct pem_list *list, struct plan_pem *p)
{
	*vec_push(&g->pems) = p;
	list->p[list->n++] = p;
}

/* Whether the reference may be followed; what it says if not. */
static bool ref_allowed(struct translator *t, struct group_unit *g, enum object_kind from,
	struct str from_ns, struct str kind, struct str namespace, struct str name,
	struct problem *problem)
{
	if (look_granted(t, &g->unit, from, from_ns, STR(""), kind, namespace, name))
		return true;
	problem_first(problem, STR("RefNotPermitted"),
		arena_printf(&g->arena,
			"%.*s %.*s/%.*s is in another namespace, and no ReferenceGrant there "
			"lets %.*ss of namespace %.*s refer to it.",
			STR_ARG(kind), STR_ARG(namespace), STR_ARG(name),
			STR_ARG(object_kind_name(from)), STR_ARG(from_ns)));
	return false;
}

static void certificates(struct translator *t, struct group_unit *g, struct listener *l)
{
	const struct listener_tls_config *c = l->tls_spec;
	const struct object *o = l->parent->object;

	l->certs.p = ARENA_ARRAY(&g->arena, struct plan_pem *, c->n_certificate_refs);
	for (uint32_t i = 0; i < c->n_certificate_refs; i++) {
		const struct secret_object_reference *r = &c->certificate_refs[i];
		struct str namespace = namespace_or(r->namespace, o->namespace);
		struct plan_pem *p;

		if (r->group.n || (r->kind.n && !str_eq(r->kind, STR("Secret")))) {
			problem_first(&l->resolved, STR("InvalidCertificateRef"),
				arena_printf(&g->arena,
					"certificateRefs[%u] names %.*s%s%.*s \"%.*s\"; only a Secret "
					"(group \"\") is understood.",
					i, STR_ARG(r->group), r->group.n ? "/" : "",
					STR_ARG(r->kind), STR_ARG(r->name)));
			continue;
		}
		if (!ref_allowed(t, g, l->parent->kind, o->namespace, STR("Secret"), namespace,
			    r->name, &l->resolved))
			continue;
		p = pem_pair(t, &g->unit, &g->arena, namespace, r->name, &l->resolved,
			STR("InvalidCertificateRef"));
		if (p)
			pem_keep(g, &l->certs, p);
	}
	if (c->n_certificate_refs == 0)
		problem_first(&l->resolved, STR("InvalidCertificateRef"),
			STR("tls.certificateRefs is empty; name a Secret of type "
			    "kubernetes.io/tls."));
}

/* ---- client certificates ---- */

static const struct frontend_tls_validation *frontend_of(const struct listener *l)
{
	const struct gateway_tls_config *tls = object_gateway(l->parent->gateway->object)->spec.tls;
	const struct gateway_frontend_tls *f = tls ? tls->frontend : NULL;

	for (uint32_t i = 0; f && i < f->n_per_port; i++)
		if (f->per_port[i].port == l->port)
			return f->per_port[i].tls.validation;
	return f ? f->default_.validation : NULL;
}

static struct plan_pem *client_ca(struct translator *t, struct group_unit *g, struct listener *l,
	const struct object_reference *r)
{
	const struct object *gw = l->parent->gateway->object;
	struct str namespace = namespace_or(r->namespace, gw->namespace);
	enum object_kind kind;

	if (r->group.n || object_kind_find(STR(""), r->kind, &kind) < 0 ||
		(kind != KIND_CONFIG_MAP && kind != KIND_SECRET)) {
		problem_first(&l->resolved, STR("InvalidCACertificateKind"),
			arena_printf(&g->arena,
				"caCertificateRefs names %.*s%s%.*s \"%.*s\"; only a ConfigMap or "
				"Secret (group \"\") is understood.",
				STR_ARG(r->group), r->group.n ? "/" : "", STR_ARG(r->kind),
				STR_ARG(r->name)));
		return NULL;
	}
	if (!ref_allowed(
		    t, g, KIND_GATEWAY, gw->namespace, r->kind, namespace, r->name, &l->resolved))
		return NULL;
	return pem_cas(t, &g->unit, &g->arena, kind, &namespace, &r->name, 1, &l->resolved,
		STR("InvalidCACertificateRef"));
}

static void client_validation(struct translator *t, struct group_unit *g, struct listener *l)
{
	const struct frontend_tls_validation *v = frontend_of(l);

	if (!v)
		return;
	l->client_auth = v->mode == FRONTEND_VALIDATION_MODE_ALLOW_INSECURE_FALLBACK
				 ? PLAN_CLIENT_AUTH_ALLOW
				 : PLAN_CLIENT_AUTH_REQUIRE;
	l->client_cas.p = ARENA_ARRAY(&g->arena, struct plan_pem *, v->n_ca_certificate_refs);
	for (uint32_t i = 0; i < v->n_ca_certificate_refs; i++) {
		struct plan_pem *p = client_ca(t, g, l, &v->ca_certificate_refs[i]);

		if (p)
			pem_keep(g, &l->client_cas, p);
	}
	if (l->client_cas.n == 0)
		problem_first(&l->accepted, STR("NoValidCACertificate"),
			arena_printf(&g->arena,
				"No CA certificate to validate clients with is valid: %.*s",
				STR_ARG(l->resolved.message)));
}

/* ---- options ---- */

static void option_version(
	struct group_unit *g, struct listener *l, const struct str_pair *o, struct str *ret)
{
	if (str_eq(o->value, STR("1.2")) || str_eq(o->value, STR("1.3"))) {
		*ret = o->value;
		return;
	}
	problem_first(&l->accepted, STR("UnsupportedValue"),
		arena_printf(&g->arena, "tls.options: %.*s is \"%.*s\"; allowed are 1.2 and 1.3.",
			STR_ARG(o->key), STR_ARG(o->value)));
}

static void options(struct group_unit *g, struct listener *l)
{
	for (uint32_t i = 0; i < l->tls_spec->n_options; i++) {
		const struct str_pair *o = &l->tls_spec->options[i];

		if (str_eq(o->key, STR(OPTION_MIN)))
			option_version(g, l, o, &l->min_version);
		else if (str_eq(o->key, STR(OPTION_MAX)))
			option_version(g, l, o, &l->max_version);
		else if (str_eq(o->key, STR(OPTION_CIPHERS)))
			l->ciphers = o->value;
		else
			problem_first(&l->accepted, STR("UnsupportedValue"),
				arena_printf(&g->arena,
					"tls.options: \"%.*s\" is not understood; allowed are " OPTION_MIN
					", " OPTION_MAX " and " OPTION_CIPHERS ".",
					STR_ARG(o->key)));
	}
}

void listener_tls(struct translator *t, struct group_unit *g, struct listener *l)
{
	bool passthrough;

	if (l->protocol != PROTOCOL_HTTPS && l->protocol != PROTOCOL_TLS)
		return;
	if (!l->tls_spec) {
		problem_first(&l->resolved, STR("InvalidCertificateRef"),
			STR("The listener has no tls; name a Secret in tls.certificateRefs."));
		l->broken = l->resolved;
		return;
	}
	passthrough = l->tls_spec->mode == TLS_MODE_PASSTHROUGH;
	if (passthrough && l->protocol == PROTOCOL_HTTPS) {
		problem_first(&l->accepted, STR("UnsupportedValue"),
			STR("tls.mode Passthrough is for protocol TLS; HTTPS ends TLS here."));
		return;
	}
	l->terminates = !passthrough;
	options(g, l);
	if (passthrough)
		return;
	certificates(t, g, l);
	if (l->protocol == PROTOCOL_HTTPS)
		client_validation(t, g, l);
	if (l->resolved.reason.n)
		l->broken = l->resolved; /* never with less than was asked for */
}

/* ---- the certificate we show to backends ---- */

void gateway_client_cert(struct translator *t, struct group_unit *g, struct parent *gw)
{
	const struct gateway_tls_config *tls = object_gateway(gw->object)->spec.tls;
	const struct secret_object_reference *r =
		tls && tls->backend ? tls->backend->client_certificate_ref : NULL;
	struct str namespace;

	if (!r)
		return;
	gw->wants_client_cert = true;
	namespace = namespace_or(r->namespace, gw->object->namespace);
	if (r->group.n || (r->kind.n && !str_eq(r->kind, STR("Secret")))) {
		gw->resolved = (struct problem){STR("InvalidClientCertificateRef"),
			arena_printf(&g->arena,
				"tls.backend.clientCertificateRef names %.*s%s%.*s \"%.*s\"; only a "
				"Secret (group \"\") is understood.",
				STR_ARG(r->group), r->group.n ? "/" : "", STR_ARG(r->kind),
				STR_ARG(r->name))};
		return;
	}
	if (!ref_allowed(t, g, KIND_GATEWAY, gw->object->namespace, STR("Secret"), namespace,
		    r->name, &gw->resolved))
		return;
	gw->client_cert = pem_pair(t, &g->unit, &g->arena, namespace, r->name, &gw->resolved,
		STR("InvalidClientCertificateRef"));
	if (gw->client_cert)
		*vec_push(&g->pems) = gw->client_cert;
}
