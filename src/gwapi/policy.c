/* SPDX-License-Identifier: Apache-2.0 */
/* BackendTLSPolicy: which one counts, whether it can be met, and what is said to its ancestors. */
#include <stdlib.h>

#include "base/mem.h"
#include "gwapi/translate_priv.h"

#define ANCESTORS_MAX 16 /* PolicyStatus.ancestors */

/* ---- which Gateways use a Service ---- */

static void use_touch(struct translator *t, struct str service)
{
	struct str namespace, name;

	key_split(service, &namespace, &name);
	dep_touch(t, DEP_USE, KIND_SERVICE, namespace, name);
}

void use_add(struct translator *t, const struct route_use *use)
{
	struct service_use *s = map_get(&t->uses, use->service);

	if (!s) {
		char *text;

		s = mem_zalloc(sizeof(*s) + use->service.n);
		text = (char *)(s + 1);
		memcpy(text, use->service.p, use->service.n);
		s->key = str_of(text, use->service.n);
		map_put(&t->uses, s->key, s);
	}
	vec_for_each (x, &s->of)
		if (x->port == use->port && str_eq(x->gateway, use->gateway)) {
			x->n++;
			return;
		}
	{
		__typeof__(s->of.p) x = vec_push(&s->of);

		x->gateway = str_of(mem_strdup(use->gateway), use->gateway.n);
		x->port = use->port;
		x->n = 1;
	}
	use_touch(t, s->key);
}

void use_del(struct translator *t, const struct route_use *use)
{
	struct service_use *s = map_get(&t->uses, use->service);
	size_t i = 0;

	AN(s);
	while (s->of.p[i].port != use->port || !str_eq(s->of.p[i].gateway, use->gateway)) {
		i++;
		AN(i < s->of.n);
	}
	if (--s->of.p[i].n > 0)
		return;
	mem_free((void *)(uintptr_t)s->of.p[i].gateway.p);
	s->of.p[i] = s->of.p[--s->of.n];
	use_touch(t, s->key);
	if (s->of.n == 0) {
		map_del(&t->uses, s->key);
		vec_fini(&s->of);
		mem_free(s);
	}
}

/* ---- which policy counts ---- */

/* The older one, then the first by name (BackendTLSPolicySpec.targetRefs). */
static bool policy_before(const struct backend_tls_policy *a, const struct backend_tls_policy *b)
{
	if (a->object.created != b->object.created)
		return a->object.created < b->object.created;
	return str_cmp(object_key(&a->object), object_key(&b->object)) < 0;
}

/* Whether <p> points at <name>, with exactly this section ("" for the whole). */
static bool targets(const struct backend_tls_policy *p, enum object_kind kind, struct str name,
	struct str section)
{
	for (uint32_t i = 0; i < p->spec.n_target_refs; i++) {
		const struct policy_target_section *s = &p->spec.target_refs[i];

		if (str_eq(s->target.group, object_kind_group(kind)) &&
			str_eq(s->target.kind, object_kind_name(kind)) &&
			str_eq(s->target.name, name) && str_eq(s->section_name, section))
			return true;
	}
	return false;
}

static const struct backend_tls_policy *policy_first(struct translator *t, struct str namespace,
	enum object_kind kind, struct str name, struct str section)
{
	const struct owned_list *l = index_policies(t, namespace, kind, name);
	const struct backend_tls_policy *best = NULL;

	for (size_t i = 0; l && i < l->v.n; i++) {
		const struct backend_tls_policy *p = object_backend_tls_policy(l->v.p[i]);

		if (targets(p, kind, name, section) && (!best || policy_before(p, best)))
			best = p;
	}
	return best;
}

const struct backend_tls_policy *policy_for(
	struct translator *t, struct unit *u, const struct object *service, struct str port)
{
	const struct backend_tls_policy *p = NULL;
	enum object_kind kind = service->kind;

	unit_saw(t, u, DEP_OWNED, KIND_BACKEND_TLS_POLICY, service->namespace, service->name);
	if (port.n)
		p = policy_first(t, service->namespace, kind, service->name, port);
	return p ? p : policy_first(t, service->namespace, kind, service->name, STR(""));
}

/* ---- whether it can be met ---- */

/* CA references of a policy or Backend in <namespace> as one bundle. */
static void cas_judge(struct translator *t, struct unit *u, struct arena *a, struct str namespace,
	const struct local_object_reference *refs, uint32_t n, struct policy_view *v)
{
	uint32_t good = 0;
	struct plan_pem *last = NULL;
	struct str *spaces = ARENA_ARRAY(a, struct str, n), *names = ARENA_ARRAY(a, struct str, n);
	enum object_kind kind = KIND_CONFIG_MAP;
	bool mixed = false;

	for (uint32_t i = 0; i < n; i++) {
		const struct local_object_reference *r = &refs[i];
		enum object_kind k;
		struct plan_pem *p;

		if (r->group.n || object_kind_find(STR(""), r->kind, &k) < 0 ||
			(k != KIND_CONFIG_MAP && k != KIND_SECRET)) {
			if (!v->resolved.reason.n)
				v->resolved = (struct problem){STR("InvalidKind"),
					arena_printf(a,
						"caCertificateRefs[%u] names %.*s%s%.*s \"%.*s\"; only a "
						"ConfigMap or Secret (group \"\") is understood.",
						i, STR_ARG(r->group), r->group.n ? "/" : "",
						STR_ARG(r->kind), STR_ARG(r->name))};
			continue;
		}
		p = pem_cas(t, u, a, k, &namespace, &r->name, 1, &v->resolved,
			STR("InvalidCACertificateRef"));
		if (!p)
			continue;
		mixed = mixed || (good && k != kind);
		kind = k;
		spaces[good] = namespace;
		names[good++] = r->name;
		plan_pem_unref(last);
		last = p;
	}
	if (good == 0)
		v->accepted = (struct problem){STR("NoValidCACertificate"), v->resolved.message};
	if (good > 1 && mixed && !v->resolved.reason.n)
		v->resolved = (struct problem){STR("InvalidCACertificateRef"),
			STR("caCertificateRefs mixes ConfigMaps and Secrets; use one kind.")};
	if (good > 1 && !v->resolved.reason.n) {
		plan_pem_unref(last);
		last = pem_cas(t, u, a, kind, spaces, names, good, &v->resolved,
			STR("InvalidCACertificateRef"));
	}
	v->ca = last;
}

static void system_ca(
	struct translator *t, struct arena *a, struct str known, struct policy_view *v)
{
	if (str_eq(known, STR("System"))) {
		v->ca = plan_pem_get(t->plans, &(struct plan_pem){.kind = PLAN_PEM_SYSTEM,
						       .source = STR("System"),
						       .digest = STR("system")});
		return;
	}
	v->accepted = (struct problem){STR("Invalid"),
		arena_printf(a, "wellKnownCACertificates \"%.*s\" is not understood; use System.",
			STR_ARG(known))};
}

struct policy_view policy_judge(
	struct translator *t, struct unit *u, struct arena *a, const struct backend_tls_policy *p)
{
	const struct backend_tls_policy_validation *val = &p->spec.validation;
	struct policy_view v = {.policy = p};
	const struct object_note *note = object_note_under(&p->object, STR("spec"));

	unit_saw(t, u, DEP_OBJECT, KIND_BACKEND_TLS_POLICY, p->object.namespace, p->object.name);
	if (val->n_ca_certificate_refs)
		cas_judge(t, u, a, p->object.namespace, val->ca_certificate_refs,
			val->n_ca_certificate_refs, &v);
	else
		system_ca(t, a, val->well_known_ca_certificates, &v);
	if (note)
		v.accepted = (struct problem){
			STR("Invalid"), arena_printf(a, "%.*s is not understood by this version.",
						STR_ARG(note->path))};
	else if (p->spec.n_options && !v.accepted.reason.n)
		v.accepted = (struct problem){STR("Invalid"),
			arena_printf(a, "options: \"%.*s\" is not understood; no option is.",
				STR_ARG(p->spec.options[0].key))};
	return v;
}

struct policy_view backend_tls_judge(
	struct translator *t, struct unit *u, struct arena *a, const struct backend *b)
{
	const struct backend_tls *tls = b->spec.tls;
	struct policy_view v = {0};

	if (tls->client_certificate_ref)
		v.accepted = (struct problem){STR("Invalid"),
			STR("tls.clientCertificateRef of a Backend is not served by this version.")};
	else if (tls->n_ca_certificate_refs)
		cas_judge(t, u, a, b->object.namespace, tls->ca_certificate_refs,
			tls->n_ca_certificate_refs, &v);
	else
		system_ca(t, a, STR("System"), &v);
	return v;
}

/* ---- status ---- */

/* How one target fares: the worst is told. */
static void target_judge(struct translator *t, struct unit *u, struct arena *a,
	const struct backend_tls_policy *p, const struct policy_target_section *s,
	struct problem *ret)
{
	const struct backend_tls_policy *first;
	enum object_kind kind = KIND_SERVICE;
	const struct object *o;
	bool port = false;

	if (object_kind_find(s->target.group, s->target.kind, &kind) < 0 || kind != KIND_SERVICE) {
		*ret = (struct problem){STR("TargetNotFound"),
			arena_printf(a,
				"targetRefs: %.*s \"%.*s\" is no target that is understood; "
				"use a Service.",
				STR_ARG(s->target.kind), STR_ARG(s->target.name))};
		return;
	}
	o = look(t, u, KIND_SERVICE, p->object.namespace, s->target.name);
	for (uint32_t i = 0; o && i < object_service(o)->spec.n_ports; i++)
		port = port || str_eq(object_service(o)->spec.ports[i].name, s->section_name);
	if (!o || (s->section_name.n && !port)) {
		*ret = (struct problem){STR("TargetNotFound"),
			arena_printf(a, "Service %.*s/%.*s %s%.*s%s.", STR_ARG(p->object.namespace),
				STR_ARG(s->target.name),
				o ? "has no port called \"" : "does not exist",
				STR_ARG(o ? s->section_name : STR("")), o ? "\"" : "")};
		return;
	}
	unit_saw(t, u, DEP_OWNED, KIND_BACKEND_TLS_POLICY, o->namespace, o->name);
	first = policy_first(t, p->object.namespace, KIND_SERVICE, s->target.name, s->section_name);
	if (first && first != p)
		*ret = (struct problem){STR("Conflicted"),
			arena_printf(a,
				"BackendTLSPolicy %.*s is older, or first by name, and holds for "
				"Service %.*s/%.*s.",
				STR_ARG(object_key(&first->object)), STR_ARG(o->namespace),
				STR_ARG(o->name))};
}

struct ancestor {
	struct str gateway;
	struct problem problem; /* of a target that this Gateway uses */
	bool good; /* some target that it uses is ours */
};

struct ancestors {
	VEC(struct ancestor) v;
};

static struct ancestor *ancestor_get(struct ancestors *all, struct str gateway)
{
	struct ancestor *x;

	vec_for_each (i, &all->v)
		if (str_eq(i->gateway, gateway))
			return i;
	x = vec_push(&all->v);
	*x = (struct ancestor){.gateway = gateway};
	return x;
}

static void target_ancestors(struct translator *t, struct policy_unit *pu,
	const struct backend_tls_policy *p, const struct policy_target_section *s,
	struct ancestors *all)
{
	struct problem bad = {0};
	const struct service_use *use;

	target_judge(t, &pu->unit, &pu->arena, p, s, &bad);
	unit_saw(t, &pu->unit, DEP_USE, KIND_SERVICE, p->object.namespace, s->target.name);
	use = map_get(&t->uses, key_of(&pu->arena, p->object.namespace, s->target.name));
	for (size_t i = 0; use && i < use->of.n; i++) {
		struct ancestor *x = ancestor_get(all, arena_str(&pu->arena, use->of.p[i].gateway));

		if (bad.reason.n)
			x->problem = bad;
		else
			x->good = true;
	}
}

static int ancestor_order(const void *x, const void *y)
{
	return str_cmp(
		((const struct ancestor *)x)->gateway, ((const struct ancestor *)y)->gateway);
}

static void ancestor_report(struct translator *t, struct status_said *s, const struct ancestor *x,
	const struct policy_view *v, struct parent_report *ret)
{
	struct conditions c = {.a = &s->arena};
	struct problem bad = v->accepted;
	struct str namespace, name;

	if (!x->good)
		bad = x->problem;
	key_split(x->gateway, &namespace, &name);
	if (bad.reason.n)
		condition_add(&c, STR("Accepted"), CONDITION_FALSE, bad.reason, bad.message);
	else
		condition_add(&c, STR("Accepted"), CONDITION_TRUE, STR("Accepted"),
			STR("The policy is accepted."));
	if (v->resolved.reason.n)
		condition_add(&c, STR("ResolvedRefs"), CONDITION_FALSE, v->resolved.reason,
			v->resolved.message);
	else
		condition_add(&c, STR("ResolvedRefs"), CONDITION_TRUE, STR("ResolvedRefs"),
			STR("All references of the policy are resolved."));
	*ret = (struct parent_report){.group = object_kind_group(KIND_GATEWAY),
		.kind = STR("Gateway"),
		.namespace = arena_str(&s->arena, namespace),
		.name = arena_str(&s->arena, name),
		.controller = arena_str(&s->arena, gateway_controller(t, x->gateway)),
		.conditions = conditions_end(&c)};
}

static void policy_report(struct translator *t, const struct object *o, const struct ancestors *all,
	const struct policy_view *v)
{
	struct status_said *s = status_new(o);
	size_t n = MIN(all->v.n, ANCESTORS_MAX);
	struct parent_report *list = ARENA_ARRAY(&s->arena, struct parent_report, n);

	for (size_t i = 0; i < n; i++)
		ancestor_report(t, s, &all->v.p[i], v, &list[i]);
	s->parents = list;
	s->n_parents = n;
	status_put(t, o, s);
}

void policy_make(struct translator *t, struct policy_unit *pu)
{
	struct str namespace, name;
	const struct backend_tls_policy *p;
	struct ancestors all = {0};
	struct policy_view v;

	unit_begin(t, &pu->unit);
	arena_fini(&pu->arena);
	arena_init(&pu->arena, 0);
	key_split(pu->unit.key, &namespace, &name);
	p = object_backend_tls_policy(look(t, &pu->unit, KIND_BACKEND_TLS_POLICY, namespace, name));
	for (uint32_t i = 0; p && i < p->spec.n_target_refs; i++)
		target_ancestors(t, pu, p, &p->spec.target_refs[i], &all);
	if (all.v.n == 0) {
		status_del(t, KIND_BACKEND_TLS_POLICY, namespace, name);
		vec_fini(&all.v);
		return;
	}
	qsort(all.v.p, all.v.n, sizeof(*all.v.p), ancestor_order);
	v = policy_judge(t, &pu->unit, &pu->arena, p);
	policy_report(t, &p->object, &all, &v);
	plan_pem_unref(v.ca);
	vec_fini(&all.v);
}
