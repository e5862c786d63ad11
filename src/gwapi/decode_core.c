/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of the core kinds, all of them: those that are decoded (schema_gen.c) and those that
 * are of no use here.  A file that names another has a misspelt one, as the API server would say of
 * `kubectl apply --validate`.  Fields that newer servers have taken out are still known.
 */
#include "base/nearest.h"
#include "gwapi/decode_priv.h"

struct core_field {
	const char *name;
	const struct core_type
		*type; /* of the object, or the items of the list; NULL: not looked at */
};

struct core_type {
	struct core_field fields[24]; /* up to the first without a name */
};

#define META                                  \
	{"apiVersion", NULL}, {"kind", NULL}, \
	{                                     \
		"metadata", NULL              \
	}

static const struct core_type secret = {
	{META, {"immutable", NULL}, {"data", NULL}, {"stringData", NULL}, {"type", NULL}}};

static const struct core_type config_map = {
	{META, {"immutable", NULL}, {"data", NULL}, {"binaryData", NULL}}};

static const struct core_type namespace_spec = {{{"finalizers", NULL}}};
static const struct core_type namespace = {{META, {"spec", &namespace_spec}, {"status", NULL}}};

static const struct core_type service_port = {{{"name", NULL}, {"protocol", NULL},
	{"appProtocol", NULL}, {"port", NULL}, {"targetPort", NULL}, {"nodePort", NULL}}};
static const struct core_type client_ip = {{{"timeoutSeconds", NULL}}};
static const struct core_type affinity = {{{"clientIP", &client_ip}}};
static const struct core_type service_spec = {{{"ports", &service_port}, {"selector", NULL},
	{"clusterIP", NULL}, {"clusterIPs", NULL}, {"type", NULL}, {"externalIPs", NULL},
	{"sessionAffinity", NULL}, {"loadBalancerIP", NULL}, {"loadBalancerSourceRanges", NULL},
	{"externalName", NULL}, {"externalTrafficPolicy", NULL}, {"healthCheckNodePort", NULL},
	{"publishNotReadyAddresses", NULL}, {"sessionAffinityConfig", &affinity},
	{"topologyKeys", NULL}, {"ipFamily", NULL}, {"ipFamilies", NULL}, {"ipFamilyPolicy", NULL},
	{"allocateLoadBalancerNodePorts", NULL}, {"loadBalancerClass", NULL},
	{"internalTrafficPolicy", NULL}, {"trafficDistribution", NULL}}};
static const struct core_type service = {{META, {"spec", &service_spec}, {"status", NULL}}};

static const struct core_type conditions = {
	{{"ready", NULL}, {"serving", NULL}, {"terminating", NULL}}};
static const struct core_type target = {{{"kind", NULL}, {"namespace", NULL}, {"name", NULL},
	{"uid", NULL}, {"apiVersion", NULL}, {"resourceVersion", NULL}, {"fieldPath", NULL}}};
static const struct core_type hint = {{{"name", NULL}}};
static const struct core_type hints = {{{"forZones", &hint}, {"forNodes", &hint}}};
static const struct core_type endpoint = {{{"addresses", NULL}, {"conditions", &conditions},
	{"hostname", NULL}, {"targetRef", &target}, {"deprecatedTopology", NULL},
	{"nodeName", NULL}, {"zone", NULL}, {"hints", &hints}}};
static const struct core_type slice_port = {
	{{"name", NULL}, {"protocol", NULL}, {"port", NULL}, {"appProtocol", NULL}}};
static const struct core_type slice = {
	{META, {"addressType", NULL}, {"endpoints", &endpoint}, {"ports", &slice_port}}};

static const struct core_type bundle_spec = {{{"signerName", NULL}, {"trustBundle", NULL}}};
static const struct core_type bundle = {{META, {"spec", &bundle_spec}}};

static const struct core_type *core_type(enum object_kind kind)
{
	switch ((int)kind) {
	case KIND_SECRET:
		return &secret;
	case KIND_CONFIG_MAP:
		return &config_map;
	case KIND_NAMESPACE:
		return &namespace;
	case KIND_SERVICE:
		return &service;
	case KIND_ENDPOINT_SLICE:
		return &slice;
	case KIND_CLUSTER_TRUST_BUNDLE:
		return &bundle;
	default:
		return NULL;
	}
}

static size_t n_fields(const struct core_type *t)
{
	size_t n = 0;

	while (n < ARRAY_LEN(t->fields) && t->fields[n].name)
		n++;
	return n;
}

static struct str field_nth(const void *of, size_t i)
{
	return str_from(((const struct core_field *)of)[i].name);
}

static const struct core_field *field_find(const struct core_type *t, struct str name)
{
	for (size_t i = 0; i < n_fields(t); i++)
		if (str_eq(name, str_from(t->fields[i].name)))
			return &t->fields[i];
	return NULL;
}

static void unknown(struct decoder *d, const struct core_type *t, const struct member *m,
	const struct decode_path *path)
{
	struct value place = {.line = m->line, .column = m->column};
	struct str near = nearest_name(m->key, field_nth, t->fields, n_fields(t));

	decode_refuse(d, path, &place, "unknown field%s%.*s%s", near.p ? " (did you mean " : "",
		STR_ARG(near), near.p ? "?)" : "");
}

/* The types nest four deep at most, and so does this. */
static void look(struct decoder *d, const struct core_type *t, const struct value *v,
	const struct decode_path *path)
{
	if (v->kind == VALUE_ARRAY) {
		for (uint32_t i = 0; i < v->n; i++) {
			struct decode_path at = {path, {NULL, 0}, i, false};

			/* A list in a list is of a wrong type, which is told elsewhere. */
			if (v->items[i].kind == VALUE_OBJECT)
				look(d, t, &v->items[i], &at);
		}
		return;
	}
	if (v->kind != VALUE_OBJECT)
		return;
	value_for_each_member(m, v)
	{
		const struct core_field *f = field_find(t, m->key);
		struct decode_path at = {path, m->key, 0, false};

		if (!f)
			unknown(d, t, m, &at);
		else if (f->type)
			look(d, f->type, &m->value, &at);
	}
}

void decode_core(struct decoder *d, enum object_kind kind, const struct value *v)
{
	const struct core_type *t = core_type(kind);

	if (t && !d->options.tolerant)
		look(d, t, v, NULL);
}
