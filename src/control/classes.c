/* SPDX-License-Identifier: Apache-2.0 */
#include "control/classes_priv.h"

#include <errno.h>

#include "base/log.h"
#include "control/crd_version.h"
#include "gwapi/types_gen.h"
#include "text/parse.h"
#include "text/write.h"

#define FINALIZER "gateway-exists-finalizer.gateway.networking.k8s.io"
#define CRDS "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
#define CRD_GROUP ".gateway.networking.k8s.io"
#define METADATA_ONLY "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"

/* All of the group; of the fields of the first five some feature of ours speaks. */
static const char *const plurals[] = {"gateways", "httproutes", "listenersets",
	"backendtlspolicies", "referencegrants", "gatewayclasses", "grpcroutes", "tlsroutes",
	"tcproutes", "udproutes"};
#define SCHEMAS 5

struct crd {
	bool there;
	struct buf seen; /* uid and resourceVersion; empty: look at its schema */
	struct buf version;
};

struct class_patch {
	struct classes *classes;
	struct list node;
	struct api_call call;
	struct buf path;
	struct buf body;
};

struct classes {
	struct api *api;
	struct store *store;
	struct translator *translator;
	struct kube_source *source;
	struct writer_status *writer;
	void (*changed)(void *arg);
	void *arg;
	struct list patches;
	/* the CRDs */
	struct api_call call;
	struct timer timer;
	size_t at; /* plurals[] */
	struct buf path;
	struct crd crds[ARRAY_LEN(plurals)];
	struct map fields; /* "plural path" of those that are there; values are the keys */
	const struct value *schema; /* of plurals[at], while its answer is read */
	struct buf told; /* SupportedVersion's message */
	bool complete;
	bool ending;
};

/* --- the finalizer -------------------------------------------------------------------------- */

static void on_patched(struct api_call *call, int res, int status, struct str body)
{
	struct class_patch *p = container_of(call, struct class_patch, call);

	if (!p->classes->ending && (res < 0 || (status != 200 && status != 409)))
		log_warn("finalizer not written", LOG_INT("status", status), LOG_ERR(res),
			LOG_STR("answer", str_take(body, 300)));
	list_del(&p->node);
	buf_fini(&p->path);
	buf_fini(&p->body);
	mem_free(p);
}

static void patch_class(struct classes *k, struct raw *raw, const struct value *finalizers)
{
	struct class_patch *p = MEM_NEW(struct class_patch);

	p->classes = k;
	list_init(&p->node);
	list_add_tail(&k->patches, &p->node);
	buf_printf(&p->path, "/apis/gateway.networking.k8s.io/v1/gatewayclasses%.*s",
		STR_ARG(raw->key));
	buf_printf(&p->body, "{\"metadata\":{\"resourceVersion\":\"%.*s\",\"finalizers\":",
		STR_ARG(raw->version));
	text_write_json(&p->body, finalizers, TEXT_COMPACT);
	buf_add(&p->body, STR("}}"));
	p->call = (struct api_call){.method = "PATCH",
		.path = buf_str(&p->path),
		.query = STR("fieldManager=sluice"),
		.content_type = "application/merge-patch+json",
		.body = buf_str(&p->body),
		.done = on_patched};
	api_start(k->api, &p->call);
}

/* A class that Gateways use may not go before them. */
static void class_finalizer(struct classes *k, const struct object *class, bool in_use)
{
	struct raw *raw =
		raws_get(kube_source_raws(k->source), KIND_GATEWAY_CLASS, object_key(class));
	struct value list = value_array(), v;
	const struct value *old;
	bool has = false;
	struct arena a;

	if (!raw || !list_empty(&k->patches) || (in_use && class->deleting))
		return;
	arena_init(&a, 0);
	if (text_parse_json(&a, raw->text, &v, NULL) == 0) {
		old = value_get(value_get(&v, STR("metadata")), STR("finalizers"));
		if (old) {
			value_for_each(it, old)
			{
				if (it->kind == VALUE_STRING && str_eq(it->string, STR(FINALIZER)))
					has = true;
				else
					value_push(&a, &list, *it);
			}
		}
		if (in_use)
			value_push(&a, &list, value_str(STR(FINALIZER)));
		if (in_use != has)
			patch_class(k, raw, &list);
	}
	arena_fini(&a);
}

/* --- what is told of the CRDs ---------------------------------------------------------------- */

/* Kinds of the API that the server does not know, "TLSRoute, TCPRoute". */
static struct str missing_kinds(const struct classes *k, struct arena *a)
{
	struct str list = {0};

	for (enum object_kind i = 0; i < KIND_MAX; i++) {
		if (!str_eq(object_kind_group(i), STR("gateway.networking.k8s.io")) ||
			kube_source_served(k->source, i) || kube_source_refused(k->source, i, NULL))
			continue;
		list = list.n ? arena_printf(a, "%.*s, %.*s", STR_ARG(list),
					STR_ARG(object_kind_name(i)))
			      : object_kind_name(i);
	}
	return list;
}

/* Sentences about what we may not read, to be told with the version. */
static struct str refused_kinds(const struct classes *k, struct arena *a)
{
	struct buf list = {0};
	struct str text = {0};

	for (enum object_kind i = 0; i < KIND_MAX; i++) {
		size_t before = list.n;

		if (before)
			buf_add(&list, STR(", "));
		if (!kube_source_refused(k->source, i, &list))
			list.n = before;
	}
	if (list.n)
		text = arena_printf(a, " Not allowed to read: %.*s.", STR_ARG(buf_str(&list)));
	buf_fini(&list);
	return text;
}

static void tell_version(struct classes *k)
{
	struct object_list classes = store_list(k->store, KIND_GATEWAY_CLASS);
	struct crd_version crds[ARRAY_LEN(plurals)];
	struct condition cond;
	struct arena a;

	if (!k->complete || !kube_source_complete(k->source))
		return;
	for (size_t i = 0; i < ARRAY_LEN(plurals); i++)
		crds[i] = (struct crd_version){
			str_from(plurals[i]), k->crds[i].there, buf_str(&k->crds[i].version)};
	arena_init(&a, 256);
	cond = crd_condition(&a, crds, ARRAY_LEN(plurals), missing_kinds(k, &a));
	cond.message =
		arena_printf(&a, "%.*s%.*s", STR_ARG(cond.message), STR_ARG(refused_kinds(k, &a)));
	if (!str_eq(cond.message, buf_str(&k->told))) {
		buf_reset(&k->told);
		buf_add(&k->told, cond.message);
		log_info("Gateway API", LOG_STR("told", cond.message));
		writer_status_class(k->writer, &cond);
		for (size_t i = 0; i < classes.n; i++)
			writer_status_mark(k->writer, KIND_GATEWAY_CLASS, object_key(classes.p[i]));
	}
	arena_fini(&a);
}

/* Down the schema: properties, through the items of lists. */
static bool schema_has(const struct value *schema, struct str path)
{
	while (path.n && schema) {
		const struct value *items;

		while ((items = value_get(schema, STR("items"))))
			schema = items;
		schema = value_get(value_get(schema, STR("properties")), str_cut(&path, '.'));
	}
	return schema != NULL;
}

/* Called for every field that features need; those of the CRD at hand are looked up and kept. */
static bool has_field(void *ctx, struct str plural, struct str path)
{
	struct classes *k = ctx;
	struct buf key = {0};
	char *had;
	bool has;

	buf_printf(&key, "%.*s %.*s", STR_ARG(plural), STR_ARG(path));
	has = map_get(&k->fields, buf_str(&key)) != NULL;
	if (str_eq(plural, str_from(plurals[k->at]))) {
		had = map_del(&k->fields, buf_str(&key));
		mem_free(had);
		has = k->schema && schema_has(k->schema, path);
		if (has) {
			had = mem_strdup(buf_str(&key));
			map_put(&k->fields, str_from(had), had);
		}
	}
	buf_fini(&key);
	return has;
}

/* The spec's schema in the newest version that is served. */
static const struct value *spec_schema(const struct value *crd)
{
	const struct value *versions = value_get(value_get(crd, STR("spec")), STR("versions"));

	if (!versions)
		return NULL;
	value_for_each(v, versions)
	{
		const struct value *served = value_get(v, STR("served")), *schema;

		if (!served || served->kind != VALUE_BOOL || !served->boolean ||
			!str_eq(value_get_str(v, STR("name"), STR("")), STR("v1")))
			continue;
		schema = value_get(value_get(v, STR("schema")), STR("openAPIV3Schema"));
		return value_get(value_get(schema, STR("properties")), STR("spec"));
	}
	return NULL;
}

/* --- looking at them ------------------------------------------------------------------------- */

static void look(struct classes *k);

static void look_next(struct classes *k)
{
	if (++k->at < ARRAY_LEN(plurals)) {
		look(k);
		return;
	}
	k->at = 0;
	if (!k->complete) {
		k->complete = true;
		k->changed(k->arg);
	}
	tell_version(k);
	loop_timer_arm(api_loop(k->api), &k->timer, CLASSES_LOOK);
}

static void learn(struct classes *k, const struct value *crd)
{
	k->schema = crd ? spec_schema(crd) : NULL;
	translator_set_fields(k->translator, has_field, k);
	k->schema = NULL;
	k->changed(k->arg);
}

static void on_whole(struct api_call *call, int res, int status, struct str body)
{
	struct classes *k = container_of(call, struct classes, call);
	struct value v;
	struct arena a;

	if (k->ending)
		return;
	arena_init(&a, 0);
	if (res == 0 && status == 200 && text_parse_json(&a, body, &v, NULL) == 0)
		learn(k, &v);
	else
		buf_reset(&k->crds[k->at].seen); /* at the next look again */
	arena_fini(&a);
	look_next(k);
}

static void start(struct classes *k, const char *accept, api_done_f *done)
{
	buf_reset(&k->path);
	buf_printf(&k->path, CRDS "%s" CRD_GROUP, plurals[k->at]);
	k->call = (struct api_call){
		.method = "GET", .path = buf_str(&k->path), .accept = accept, .done = done};
	api_start(k->api, &k->call);
}

/* True when it is as it was at the last look. */
static bool crd_read(struct crd *crd, const struct value *meta)
{
	struct buf seen = {0};
	bool same;

	buf_printf(&seen, "%.*s/%.*s", STR_ARG(value_get_str(meta, STR("uid"), STR(""))),
		STR_ARG(value_get_str(meta, STR("resourceVersion"), STR(""))));
	same = str_eq(buf_str(&seen), buf_str(&crd->seen));
	buf_fini(&crd->seen);
	crd->seen = seen;
	crd->there = true;
	buf_reset(&crd->version);
	buf_add(&crd->version, value_get_str(value_get(meta, STR("annotations")),
				       STR("gateway.networking.k8s.io/bundle-version"), STR("")));
	return same;
}

static void on_metadata(struct api_call *call, int res, int status, struct str body)
{
	struct classes *k = container_of(call, struct classes, call);
	struct crd *crd = &k->crds[k->at];
	bool known = true;
	struct value v;
	struct arena a;

	if (k->ending)
		return;
	arena_init(&a, 0);
	if (res == 0 && status == 404) {
		if (k->at < SCHEMAS)
			learn(k, NULL);
		buf_reset(&crd->seen);
		buf_reset(&crd->version);
		crd->there = false;
	} else if (res < 0 || status != 200 || text_parse_json(&a, body, &v, NULL) < 0) {
		log_warn("a CRD cannot be looked at", LOG_STR("plural", str_from(plurals[k->at])),
			LOG_INT("status", status), LOG_ERR(res));
	} else {
		known = crd_read(crd, value_get(&v, STR("metadata"))) || k->at >= SCHEMAS;
	}
	arena_fini(&a);
	if (known)
		look_next(k);
	else
		start(k, NULL, on_whole);
}

static void look(struct classes *k)
{
	start(k, METADATA_ONLY, on_metadata);
}

static void on_timer(struct timer *t)
{
	look(container_of(t, struct classes, timer));
}

/* --- start and end --------------------------------------------------------------------------- */

bool classes_complete(const struct classes *k)
{
	return k->complete;
}

void classes_sync(struct classes *k)
{
	struct object_list classes = store_list(k->store, KIND_GATEWAY_CLASS);
	struct object_list gateways = store_list(k->store, KIND_GATEWAY);

	tell_version(k);
	for (size_t i = 0; i < classes.n; i++) {
		bool in_use = false;

		for (size_t j = 0; j < gateways.n && !in_use; j++)
			in_use = str_eq(object_gateway(gateways.p[j])->spec.gateway_class_name,
				classes.p[i]->name);
		if (translator_status(
			    k->translator, KIND_GATEWAY_CLASS, STR(""), classes.p[i]->name))
			class_finalizer(k, classes.p[i], in_use);
	}
}

struct classes *classes_new(struct api *a, struct store *s, struct translator *t,
	struct kube_source *source, struct writer_status *w, void (*changed)(void *arg), void *arg)
{
	struct classes *k = MEM_NEW(struct classes);

	k->api = a;
	k->store = s;
	k->translator = t;
	k->source = source;
	k->writer = w;
	k->changed = changed;
	k->arg = arg;
	list_init(&k->patches);
	timer_init(&k->timer, on_timer);
	look(k);
	return k;
}

void classes_free(struct classes *k)
{
	const struct map_slot *slot;
	size_t at = 0;

	if (!k)
		return;
	k->ending = true;
	loop_timer_cancel(api_loop(k->api), &k->timer);
	api_cancel(&k->call);
	list_for_each_safe (node, &k->patches)
		api_cancel(&container_of(node, struct class_patch, node)->call);
	while (api_active(&k->call) || !list_empty(&k->patches))
		loop_tick(api_loop(k->api), 0);
	while ((slot = map_next(&k->fields, &at)))
		mem_free(slot->value);
	map_fini(&k->fields);
	for (size_t i = 0; i < ARRAY_LEN(plurals); i++) {
		buf_fini(&k->crds[i].seen);
		buf_fini(&k->crds[i].version);
	}
	buf_fini(&k->path);
	buf_fini(&k->told);
	mem_free(k);
}
