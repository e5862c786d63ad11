/* SPDX-License-Identifier: Apache-2.0 */
#include "gwapi/dataplane.h"

#include <errno.h>

#include "base/buf.h"
#include "base/checks.h"
#include "text/parse.h"
#include "text/write.h"

#define IMAGE_MAX 512

struct dataplane_params dataplane_params_none(void)
{
	return (struct dataplane_params){.replicas = -1};
}

static int set_number(struct str text, uint64_t min, uint64_t max, int32_t *ret_value)
{
	uint64_t v;

	if (str_to_u64(text, max, &v) < 0 || v < min)
		return -EINVAL;
	*ret_value = (int32_t)v;
	return 0;
}

static int set_choice(struct str text, const char *const *choices, size_t n, size_t *ret_which)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(text, str_from(choices[i]))) {
			*ret_which = i;
			return 0;
		}
	}
	return -EINVAL;
}

/* A mapping, written as YAML or JSON, as Kubernetes knows it under that name. */
static int set_object(struct arena *a, struct str text, struct str *ret_json)
{
	struct buf json = {0};
	struct value v;

	if (text_parse_yaml(a, text, 1, &v, NULL) < 0 || v.kind != VALUE_OBJECT)
		return -EINVAL;
	text_write_json(&json, &v, TEXT_COMPACT);
	*ret_json = arena_str(a, buf_str(&json));
	buf_fini(&json);
	return 0;
}

static int set_image(struct arena *a, struct str text, struct str *ret_image)
{
	if (!text.n || text.n > IMAGE_MAX)
		return -EINVAL;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] <= ' ' || text.p[i] >= 0x7f)
			return -EINVAL;
	}
	*ret_image = arena_str(a, text);
	return 0;
}

static int set_kind(struct str text, bool *ret_daemon_set)
{
	static const char *const kinds[] = {"Deployment", "DaemonSet"};
	size_t which;
	int rc = set_choice(text, kinds, ARRAY_LEN(kinds), &which);

	if (rc == 0)
		*ret_daemon_set = which == 1;
	return rc;
}

static int set_service_type(struct str text, struct str *ret_type)
{
	static const char *const types[] = {"LoadBalancer", "NodePort", "ClusterIP"};
	size_t which;
	int rc = set_choice(text, types, ARRAY_LEN(types), &which);

	if (rc == 0)
		*ret_type = str_from(types[which]);
	return rc;
}

int dataplane_param(struct arena *a, struct str key, struct str text, struct dataplane_params *p,
	struct str *ret_wanted)
{
	while (text.n && strchr(" \t\r\n", text.p[text.n - 1])) /* a block scalar's */
		text.n--;
	text = str_trim(text);
	key = str_skip(key, strlen(DATAPLANE_PREFIX));
	*ret_wanted = STR("a number from 1 to 1000");
	if (str_eq(key, STR("replicas"))) {
		*ret_wanted = STR("a number from 0 to 1000");
		return set_number(text, 0, DATAPLANE_REPLICAS_MAX, &p->replicas);
	}
	if (str_eq(key, STR("min-replicas")))
		return set_number(text, 1, DATAPLANE_REPLICAS_MAX, &p->hpa_min);
	if (str_eq(key, STR("max-replicas")))
		return set_number(text, 1, DATAPLANE_REPLICAS_MAX, &p->hpa_max);
	if (str_eq(key, STR("cpu-target")))
		return set_number(text, 1, 1000, &p->hpa_cpu);
	if (str_eq(key, STR("kind"))) {
		*ret_wanted = STR("one of Deployment, DaemonSet");
		return set_kind(text, &p->daemon_set);
	}
	if (str_eq(key, STR("service-type"))) {
		*ret_wanted = STR("one of LoadBalancer, NodePort, ClusterIP");
		return set_service_type(text, &p->service_type);
	}
	if (str_eq(key, STR("image"))) {
		*ret_wanted = STR("the name of an image");
		return set_image(a, text, &p->image);
	}
	if (str_eq(key, STR("resources"))) {
		*ret_wanted = STR("a mapping such as {requests: {cpu: 100m}}");
		return set_object(a, text, &p->resources);
	}
	if (str_eq(key, STR("affinity"))) {
		*ret_wanted = STR("a mapping such as {podAntiAffinity: {}}");
		return set_object(a, text, &p->affinity);
	}
	return -ENOENT;
}
