/* SPDX-License-Identifier: Apache-2.0 */
#include "source/kube_source.h"

#include <errno.h>

#include "base/log.h"
#include "gwapi/decode.h"
#include "kube/reflector.h"
#include "source/shadow_priv.h"

#define VERSIONS_MAX 4

/* What no reference can name is not worth its memory. */
#define SECRETS_QUERY                                        \
	"fieldSelector=type%21%3Dhelm.sh%2Frelease.v1%2C"    \
	"type%21%3Dkubernetes.io%2Fservice-account-token%2C" \
	"type%21%3Dkubernetes.io%2Fdockerconfigjson%2C"      \
	"type%21%3Dbootstrap.kubernetes.io%2Ftoken"

enum keep {
	KEEP_ALL,
	KEEP_LOOKED_AT, /* of the others only the key */
	KEEP_FETCHED, /* likewise; and only metadata is watched */
};

struct kind_row {
	const char *plural;
	const char *versions[VERSIONS_MAX]; /* best first */
	const char *query;
	enum keep keep;
};

static const struct kind_row rows[KIND_MAX] = {
	[KIND_GATEWAY_CLASS] = {"gatewayclasses", {"v1", "v1beta1"}, "", KEEP_ALL},
	[KIND_GATEWAY] = {"gateways", {"v1", "v1beta1"}, "", KEEP_ALL},
	[KIND_LISTENER_SET] = {"listenersets", {"v1"}, "", KEEP_ALL},
	[KIND_HTTP_ROUTE] = {"httproutes", {"v1", "v1beta1"}, "", KEEP_ALL},
	[KIND_GRPC_ROUTE] = {"grpcroutes", {"v1"}, "", KEEP_ALL},
	[KIND_TLS_ROUTE] = {"tlsroutes", {"v1", "v1alpha3", "v1alpha2"}, "", KEEP_ALL},
	[KIND_TCP_ROUTE] = {"tcproutes", {"v1", "v1alpha2"}, "", KEEP_ALL},
	[KIND_UDP_ROUTE] = {"udproutes", {"v1", "v1alpha2"}, "", KEEP_ALL},
	[KIND_REFERENCE_GRANT] = {"referencegrants", {"v1", "v1beta1"}, "", KEEP_ALL},
	[KIND_BACKEND_TLS_POLICY] = {"backendtlspolicies", {"v1", "v1alpha3"}, "", KEEP_ALL},
	[KIND_X_BACKEND_TRAFFIC_POLICY] = {"xbackendtrafficpolicies", {"v1alpha1"}, "", KEEP_ALL},
	[KIND_X_BACKEND] = {"xbackends", {"v1alpha1"}, "", KEEP_ALL},
	[KIND_X_TELEMETRY_POLICY] = {"xtelemetrypolicies", {"v1alpha1"}, "", KEEP_ALL},
	[KIND_BACKEND] = {"backends", {"v1alpha1"}, "", KEEP_ALL},
	[KIND_SERVICE] = {"services", {"v1"}, "", KEEP_LOOKED_AT},
	[KIND_ENDPOINT_SLICE] = {"endpointslices", {"v1"}, "", KEEP_LOOKED_AT},
	[KIND_SECRET] = {"secrets", {"v1"}, SECRETS_QUERY, KEEP_FETCHED},
	[KIND_CONFIG_MAP] = {"configmaps", {"v1"}, "", KEEP_FETCHED},
	[KIND_NAMESPACE] = {"namespaces", {"v1"}, "", KEEP_ALL},
	[KIND_CLUSTER_TRUST_BUNDLE] = {"clustertrustbundles", {"v1", "v1beta1", "v1alpha1"}, "",
		KEEP_ALL},
};

struct kind_source;

/* A kind's objects of one namespace; of all, where <namespace> is empty. */
struct part {
	struct kind_source *of;
	struct str namespace;
	struct reflector *reflector;
	bool served;
};

struct kind_source {
	struct kube_source *source;
	enum object_kind kind;
	struct part *parts; /* NULL: not begun */
	size_t n;
};

struct kube_source {
	struct api *api;
	struct store *store;
	struct raws raws;
	const struct kube_source_ops *ops;
	void *arg;
	struct decoder *decoder;
	struct task settle;
	struct shadows shadows;
	bool told; /* settled() has run */
	struct kube_scope scope;
	bool ending; /* nothing is told any more: reflectors go one by one, the loop runs meanwhile
		      */
	struct kind_source kinds[KIND_MAX];
};

static bool once(const struct kube_source *s)
{
	return s->ops->failed;
}

/* Whether its collection is read at all. */
static bool listable(const struct kube_source *s, size_t kind)
{
	return !once(s) || rows[kind].keep != KEEP_FETCHED;
}

static bool kind_listed(const struct kind_source *k)
{
	for (size_t i = 0; i < k->n; i++) {
		if (!reflector_listed(k->parts[i].reflector))
			return false;
	}
	return k->n > 0;
}

/* The first picture: all but what is listed last. */
static bool sketched(const struct kube_source *s)
{
	for (size_t k = 0; k < KIND_MAX; k++) {
		if (rows[k].keep != KEEP_LOOKED_AT && listable(s, k) && !kind_listed(&s->kinds[k]))
			return false;
	}
	return true;
}

static void settle_soon(struct kube_source *s)
{
	if (!s->ending && sketched(s))
		loop_defer(api_loop(s->api), &s->settle);
}

static void on_settle(struct task *t)
{
	struct kube_source *s = container_of(t, struct kube_source, settle);

	s->told = kube_source_complete(s);
	s->ops->settled(s->arg);
}

/* By the version that is served, or that would be asked for first. */
static size_t version_of(const struct kube_source *s, enum object_kind kind)
{
	const struct kind_source *k = &s->kinds[kind];

	for (size_t i = 0; i < k->n; i++) {
		if (k->parts[i].served)
			return reflector_path(k->parts[i].reflector);
	}
	return k->n ? reflector_path(k->parts[0].reflector) : 0;
}

/* "v1" or "group/version" of the path in use. */
static struct str api_version(struct arena *a, const struct kind_source *k)
{
	struct str group = object_kind_group(k->kind);
	const char *version = rows[k->kind].versions[version_of(k->source, k->kind)];

	return group.n ? arena_printf(a, "%.*s/%s", STR_ARG(group), version) : str_from(version);
}

static void split_key(struct str key, struct str *ret_namespace, struct str *ret_name)
{
	*ret_name = key;
	*ret_namespace = str_cut(ret_name, '/');
}

static void log_refused(struct kube_source *s, enum object_kind kind, struct str key)
{
	size_t n;
	const struct decode_error *e = decoder_errors(s->decoder, &n);
	struct buf line = {0};

	if (s->ops->refused) {
		if (n)
			decode_error_print(&line, &e[0]);
		else
			buf_printf(&line, "%.*s %.*s: version not known",
				STR_ARG(object_kind_name(kind)), STR_ARG(key));
		s->ops->refused(s->arg, buf_str(&line));
		buf_fini(&line);
		return;
	}
	log_error("object cannot be read", LOG_STR("kind", object_kind_name(kind)),
		LOG_STR("object", key), LOG_STR("field", n ? e[0].path : STR("")),
		LOG_STR("problem", n ? e[0].what : STR("version not known")));
}

/* The object, whole, into raws and store. */
static void keep_object(struct kind_source *k, struct arena *a, struct value *v)
{
	struct kube_source *s = k->source;
	struct str namespace, name;
	enum raw_change change;
	const struct object *o;
	struct raw *raw;

	value_set(a, v, STR("apiVersion"), value_str(api_version(a, k)));
	value_set(a, v, STR("kind"), value_str(object_kind_name(k->kind)));
	if (raws_put(&s->raws, a, k->kind, v, raw_kind_has_status(k->kind), &change, &raw) < 0)
		return;
	raw->seen = true;
	if (change == RAW_STATUS)
		s->ops->status(s->arg, raw);
	if (change != RAW_TEXT)
		return;
	split_key(raw->key, &namespace, &name);
	if (decode_object(s->decoder, v, STR(""), store_get(s->store, k->kind, namespace, name),
		    &o) < 0) {
		log_refused(s, k->kind, raw->key);
		store_del(s->store, k->kind, namespace, name);
	} else {
		store_put(s->store, o);
		object_unref(o);
	}
	settle_soon(s);
}

static void drop_object(struct kube_source *s, enum object_kind kind, struct str key)
{
	struct str namespace, name;

	split_key(key, &namespace, &name);
	store_del(s->store, kind, namespace, name);
	raws_del(&s->raws, kind, key);
	settle_soon(s);
}

/* A slice is looked at with its Service. */
static bool looked_at(struct kube_source *s, const struct shadow *sh)
{
	struct str namespace, name;

	split_key(shadow_key(sh), &namespace, &name);
	if (sh->kind == KIND_ENDPOINT_SLICE)
		return sh->owner_n && s->ops->looked_at(s->arg, KIND_SERVICE, namespace,
					      str_of(sh->key + sh->key_n, sh->owner_n));
	return s->ops->looked_at(s->arg, sh->kind, namespace, name);
}

static void shadow_drop(struct kube_source *s, struct shadow *sh)
{
	shadow_forget_fetch(sh);
	if (sh->whole)
		drop_object(s, sh->kind, shadow_key(sh));
	sh->whole = false;
}

/* Its body is had, or on its way, exactly while somebody looks. */
static void shadow_judge(void *arg, struct shadow *sh)
{
	struct kube_source *s = arg;

	if (!looked_at(s, sh))
		shadow_drop(s, sh);
	else if (!sh->whole && !sh->fetch)
		shadow_fetch(sh);
}

static void keep_shadow(struct kind_source *k, struct arena *a, struct value *v)
{
	const struct value *meta = value_get(v, STR("metadata"));
	struct kube_source *s = k->source;
	struct str key = arena_printf(a, "%.*s/%.*s",
		STR_ARG(value_get_str(meta, STR("namespace"), STR(""))),
		STR_ARG(value_get_str(meta, STR("name"), STR(""))));
	struct str service = {0};
	struct shadow *sh;
	struct raw *raw;

	if (k->kind == KIND_ENDPOINT_SLICE)
		service = value_get_str(
			value_get(meta, STR("labels")), STR("kubernetes.io/service-name"), service);
	sh = shadow_put(&s->shadows, k->kind, key, service);
	sh->seen = true;
	raw = raws_get(&s->raws, k->kind, key);
	if (raw)
		raw->seen = true;
	if (!looked_at(s, sh)) {
		shadow_drop(s, sh);
	} else if (rows[k->kind].keep == KEEP_LOOKED_AT) {
		shadow_forget_fetch(sh);
		sh->whole = true;
		keep_object(k, a, v);
	} else if (!raw ||
		   !str_eq(raw->version, value_get_str(meta, STR("resourceVersion"), STR("")))) {
		shadow_fetch(sh);
	}
	if (!s->told)
		settle_soon(s);
}

static void on_object(void *arg, struct arena *a, struct value *v)
{
	struct kind_source *k = ((struct part *)arg)->of;

	if (v->kind != VALUE_OBJECT)
		return;
	if (rows[k->kind].keep == KEEP_ALL)
		keep_object(k, a, v);
	else
		keep_shadow(k, a, v);
}

/* What was fetched; or it was for nobody. */
static void on_body(void *arg, struct shadow *sh, struct arena *a, struct value *v)
{
	struct kube_source *s = arg;

	if (sh && v && v->kind == VALUE_OBJECT && looked_at(s, sh)) {
		sh->whole = true;
		keep_object(&s->kinds[sh->kind], a, v);
	}
	/* Also who waits for the end of all fetches is told. */
	settle_soon(s);
}

void kube_source_look(
	struct kube_source *s, enum object_kind kind, struct str namespace, struct str name)
{
	struct shadow *sh;
	struct buf key = {0};

	buf_printf(&key, "%.*s/%.*s", STR_ARG(namespace), STR_ARG(name));
	sh = shadow_get(&s->shadows, kind, buf_str(&key));
	if (!sh && !listable(s, kind))
		sh = shadow_put(&s->shadows, kind, buf_str(&key), STR(""));
	if (sh)
		shadow_judge(s, sh);
	if (kind == KIND_SERVICE)
		shadow_slices(&s->shadows, buf_str(&key), shadow_judge, s);
	buf_fini(&key);
}

bool kube_source_behind(const struct kube_source *s)
{
	return s->shadows.fetching || task_queued(&s->settle);
}

static void forget(struct kind_source *k, struct str key)
{
	struct kube_source *s = k->source;
	struct shadow *sh = shadow_get(&s->shadows, k->kind, key);

	drop_object(s, k->kind, key);
	if (sh)
		shadow_del(&s->shadows, sh);
}

static void on_deleted(void *arg, struct arena *a, struct value *v)
{
	const struct value *meta = value_get(v, STR("metadata"));

	forget(((struct part *)arg)->of,
		arena_printf(a, "%.*s/%.*s",
			STR_ARG(value_get_str(meta, STR("namespace"), STR(""))),
			STR_ARG(value_get_str(meta, STR("name"), STR("")))));
}

static bool covers(const struct part *p, struct str key)
{
	return !p->namespace.n || (key.n > p->namespace.n && str_starts(key, p->namespace) &&
					  key.p[p->namespace.n] == '/');
}

static void on_begin(void *arg)
{
	const struct part *p = arg;
	struct kube_source *s = p->of->source;
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&s->raws.by_key[p->of->kind], &at))) {
		if (covers(p, slot->key))
			((struct raw *)slot->value)->seen = false;
	}
	at = 0;
	while ((slot = map_next(&s->shadows.by_key[p->of->kind], &at))) {
		if (covers(p, slot->key))
			((struct shadow *)slot->value)->seen = false;
	}
}

static void sweep(const struct part *p)
{
	struct kind_source *k = p->of;
	struct kube_source *s = k->source;
	VEC(struct str) gone = {0};
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&s->raws.by_key[k->kind], &at))) {
		if (covers(p, slot->key) && !((struct raw *)slot->value)->seen &&
			!shadow_get(&s->shadows, k->kind, slot->key))
			*vec_push(&gone) = slot->key;
	}
	at = 0;
	while ((slot = map_next(&s->shadows.by_key[k->kind], &at))) {
		if (covers(p, slot->key) && !((struct shadow *)slot->value)->seen)
			*vec_push(&gone) = slot->key;
	}
	vec_for_each (key, &gone)
		forget(k, *key);
	vec_fini(&gone);
}

static void on_listed(void *arg, bool served)
{
	struct part *p = arg;
	struct kube_source *s = p->of->source;
	bool before = kube_source_served(s, p->of->kind);

	sweep(p);
	p->served = served;
	if (kube_source_served(s, p->of->kind) != before && !once(s))
		log_info(served ? "kind is served" : "kind is no longer served",
			LOG_STR("kind", object_kind_name(p->of->kind)));
	/* The list that completes the first picture is told even if it brought nothing. */
	if (!s->told)
		settle_soon(s);
}

/* "gateways.gateway.networking.k8s.io" */
static void add_resource(struct buf *out, enum object_kind kind)
{
	struct str group = object_kind_group(kind);

	buf_printf(out, "%s%s%.*s", rows[kind].plural, group.n ? "." : "", STR_ARG(group));
}

static void on_trouble(void *arg, struct str what)
{
	const struct part *p = arg;
	struct kind_source *k = p->of;
	struct buf text = {0};
	struct str why;
	int status;

	if (reflector_failed(p->reflector, &status, &why)) {
		if (status) {
			buf_add(&text, STR("cannot list "));
			add_resource(&text, k->kind);
			buf_add(&text, STR(": "));
		} else {
			buf_add(&text, STR("the API server does not answer: "));
		}
		buf_add(&text, why);
		k->source->ops->failed(k->source->arg, buf_str(&text));
		buf_fini(&text);
	} else if (!once(k->source)) {
		log_warn("API server", LOG_STR("problem", what));
	}
}

static void on_refused(void *arg, const struct shadow *sh, struct str why)
{
	struct kube_source *s = arg;
	struct buf text = {0};

	buf_add(&text, STR("cannot get "));
	add_resource(&text, sh->kind);
	buf_printf(&text, " %.*s: %.*s", STR_ARG(shadow_key(sh)), STR_ARG(why));
	s->ops->failed(s->arg, buf_str(&text));
	buf_fini(&text);
}

static const struct reflector_ops reflector_ops = {
	on_begin, on_object, on_deleted, on_listed, on_trouble};

static void on_path(void *arg, const struct shadow *sh, struct buf *out)
{
	struct kube_source *s = arg;
	struct str namespace, name;
	struct arena a;

	arena_init(&a, 512);
	split_key(shadow_key(sh), &namespace, &name);
	buf_printf(out, "%.*s/%.*s", STR_ARG(kube_source_path(s, &a, sh->kind, namespace)),
		STR_ARG(name));
	arena_fini(&a);
}

static struct str collection(
	struct arena *a, enum object_kind kind, const char *version, struct str namespace)
{
	struct str group = object_kind_group(kind);
	struct str at = group.n ? arena_printf(a, "/apis/%.*s/%s", STR_ARG(group), version)
				: arena_printf(a, "/api/%s", version);

	if (namespace.n)
		return arena_printf(a, "%.*s/namespaces/%.*s/%s", STR_ARG(at), STR_ARG(namespace),
			rows[kind].plural);
	return arena_printf(a, "%.*s/%s", STR_ARG(at), rows[kind].plural);
}

static bool in_namespaces(enum object_kind kind)
{
	return kind != KIND_GATEWAY_CLASS && kind != KIND_NAMESPACE &&
	       kind != KIND_CLUSTER_TRUST_BUNDLE;
}

static void part_start(struct part *p, enum object_kind kind)
{
	struct kube_source *s = p->of->source;
	struct str paths[VERSIONS_MAX];
	struct arena a;
	size_t n = 0;

	arena_init(&a, 1024);
	for (; n < VERSIONS_MAX && rows[kind].versions[n]; n++)
		paths[n] = collection(&a, kind, rows[kind].versions[n], p->namespace);
	p->reflector = reflector_new(s->api, paths, n, str_from(rows[kind].query),
		rows[kind].keep == KEEP_FETCHED, &reflector_ops, p);
	if (once(s))
		reflector_once(p->reflector);
	arena_fini(&a);
}

static void kind_start(struct kube_source *s, enum object_kind kind)
{
	struct kind_source *k = &s->kinds[kind];
	bool parted = s->scope.n && in_namespaces(kind);

	k->n = parted ? s->scope.n : 1;
	k->parts = mem_zalloc(k->n * sizeof(*k->parts));
	for (size_t i = 0; i < k->n; i++) {
		k->parts[i] = (struct part){
			.of = k, .namespace = parted ? s->scope.namespaces[i] : (struct str){0}};
		part_start(&k->parts[i], kind);
	}
}

struct kube_source *kube_source_new(struct api *a, struct store *store, struct kube_scope scope,
	const struct kube_source_ops *ops, void *arg)
{
	struct kube_source *s = MEM_NEW(struct kube_source);

	s->api = a;
	s->store = store;
	s->scope = scope;
	s->ops = ops;
	s->arg = arg;
	s->decoder = decoder_new((struct decode_options){.tolerant = true});
	task_init(&s->settle, on_settle);
	shadows_init(&s->shadows, a);
	s->shadows.path = on_path;
	s->shadows.body = on_body;
	s->shadows.arg = s;
	if (once(s))
		s->shadows.refused = on_refused;
	for (enum object_kind k = 0; k < KIND_MAX; k++) {
		s->kinds[k] = (struct kind_source){.source = s, .kind = k};
		if (rows[k].keep != KEEP_LOOKED_AT && listable(s, k))
			kind_start(s, k);
	}
	return s;
}

void kube_source_looked(struct kube_source *s)
{
	if (!sketched(s) || s->shadows.fetching)
		return;
	for (enum object_kind k = 0; k < KIND_MAX; k++) {
		if (!s->kinds[k].parts && listable(s, k))
			kind_start(s, k);
	}
}

void kube_source_free(struct kube_source *s)
{
	if (!s)
		return;
	s->ending = true;
	task_cancel(&s->settle);
	for (size_t k = 0; k < KIND_MAX; k++) {
		for (size_t i = 0; i < s->kinds[k].n; i++)
			reflector_free(s->kinds[k].parts[i].reflector);
		mem_free(s->kinds[k].parts);
		s->kinds[k].parts = NULL;
		s->kinds[k].n = 0;
	}
	shadows_fini(&s->shadows);
	decoder_free(s->decoder);
	raws_fini(&s->raws);
	mem_free(s);
}

bool kube_source_complete(const struct kube_source *s)
{
	for (size_t k = 0; k < KIND_MAX; k++) {
		if (listable(s, k) && !kind_listed(&s->kinds[k]))
			return false;
	}
	return true;
}

bool kube_source_served(const struct kube_source *s, enum object_kind kind)
{
	for (size_t i = 0; i < s->kinds[kind].n; i++) {
		if (s->kinds[kind].parts[i].served)
			return true;
	}
	return false;
}

bool kube_source_refused(const struct kube_source *s, enum object_kind kind, struct buf *out)
{
	const struct kind_source *k = &s->kinds[kind];
	const char *between = " (";
	bool any = false;

	for (size_t i = 0; i < k->n; i++) {
		if (!reflector_refused(k->parts[i].reflector))
			continue;
		if (!out)
			return true;
		if (!any)
			add_resource(out, kind);
		any = true;
		if (!k->parts[i].namespace.n)
			continue;
		buf_printf(out, "%s%.*s", between, STR_ARG(k->parts[i].namespace));
		between = ", ";
	}
	if (any && *between == ',')
		buf_addc(out, ')');
	return any;
}

struct raws *kube_source_raws(struct kube_source *s)
{
	return &s->raws;
}

struct str kube_source_path(
	const struct kube_source *s, struct arena *a, enum object_kind kind, struct str namespace)
{
	return collection(a, kind, rows[kind].versions[version_of(s, kind)], namespace);
}
