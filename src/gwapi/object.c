/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/mem.h"
#include "gwapi/object.h"
#include "gwapi/types_gen.h"

#define GROUP_GATEWAY "gateway.networking.k8s.io"
#define GROUP_X "gateway.networking.x-k8s.io"

static const struct {
	struct str name;
	struct str group;
	bool cluster;
} kinds[KIND_MAX] = {
#define OBJECT_KIND_ROW(kind_name, upper) \
	[KIND_##upper].name = {#kind_name, sizeof(#kind_name) - 1},
	OBJECT_KINDS(OBJECT_KIND_ROW)
#undef OBJECT_KIND_ROW
#define GROUP_OF(kind, text) [kind].group = {text, sizeof(text) - 1}
		GROUP_OF(KIND_GATEWAY_CLASS, GROUP_GATEWAY),
	GROUP_OF(KIND_GATEWAY, GROUP_GATEWAY),
	GROUP_OF(KIND_LISTENER_SET, GROUP_GATEWAY),
	GROUP_OF(KIND_HTTP_ROUTE, GROUP_GATEWAY),
	GROUP_OF(KIND_GRPC_ROUTE, GROUP_GATEWAY),
	GROUP_OF(KIND_TLS_ROUTE, GROUP_GATEWAY),
	GROUP_OF(KIND_TCP_ROUTE, GROUP_GATEWAY),
	GROUP_OF(KIND_UDP_ROUTE, GROUP_GATEWAY),
	GROUP_OF(KIND_REFERENCE_GRANT, GROUP_GATEWAY),
	GROUP_OF(KIND_BACKEND_TLS_POLICY, GROUP_GATEWAY),
	GROUP_OF(KIND_X_BACKEND_TRAFFIC_POLICY, GROUP_X),
	GROUP_OF(KIND_X_BACKEND, GROUP_X),
	GROUP_OF(KIND_X_TELEMETRY_POLICY, GROUP_X),
	GROUP_OF(KIND_BACKEND, "sluice.dev"),
	GROUP_OF(KIND_ENDPOINT_SLICE, "discovery.k8s.io"),
	GROUP_OF(KIND_CLUSTER_TRUST_BUNDLE, "certificates.k8s.io"),
#undef GROUP_OF
	[KIND_GATEWAY_CLASS].cluster = true,
	[KIND_CLUSTER_TRUST_BUNDLE].cluster = true,
	[KIND_NAMESPACE].cluster = true,
};

struct str object_kind_name(enum object_kind kind)
{
	AN(kind < KIND_MAX);
	return kinds[kind].name;
}

struct str object_kind_group(enum object_kind kind)
{
	AN(kind < KIND_MAX);
	return kinds[kind].group;
}

bool object_kind_cluster(enum object_kind kind)
{
	AN(kind < KIND_MAX);
	return kinds[kind].cluster;
}

int object_kind_find(struct str group, struct str name, enum object_kind *ret_kind)
{
	for (enum object_kind k = 0; k < KIND_MAX; k++) {
		if (str_eq(kinds[k].name, name) && str_eq(kinds[k].group, group)) {
			*ret_kind = k;
			return 0;
		}
	}
	return -ENOENT;
}

/* The name of a file in front of which its count stands. */
struct object_file {
	uint32_t refs;
	char name[];
};

static struct object_file *file_of(struct str file)
{
	return (struct object_file *)(uintptr_t)(file.p - offsetof(struct object_file, name));
}

struct str object_file_new(struct str name)
{
	struct object_file *f = mem_alloc(sizeof(*f) + name.n);

	f->refs = 1;
	memcpy(f->name, name.p, name.n);
	return str_of(f->name, name.n);
}

struct str object_file_ref(struct str file)
{
	if (file.p)
		file_of(file)->refs++;
	return file;
}

void object_file_unref(struct str file)
{
	if (file.p && --file_of(file)->refs == 0)
		mem_free(file_of(file));
}

static struct object *object_count(const struct object *o)
{
	CHECK_OBJ(o, OBJECT_MAGIC);
	return (struct object *)(uintptr_t)o;
}

const struct object *object_ref(const struct object *o)
{
	struct object *counted = object_count(o);

	AN(counted->refs > 0 && counted->refs < UINT32_MAX);
	counted->refs++;
	return o;
}

void object_unref(const struct object *o)
{
	struct object *counted;

	if (!o)
		return;
	counted = object_count(o);
	AN(counted->refs > 0);
	if (--counted->refs > 0)
		return;
	counted->magic = 0;
	object_file_unref(counted->file);
	mem_free(counted);
}

void object_relocate(const struct object *o, uint32_t line)
{
	object_count(o)->line = line;
}

struct str str_pair_get(const struct str_pair *pairs, uint32_t n, struct str key)
{
	uint32_t lo = 0, hi = n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int order = str_cmp(pairs[mid].key, key);

		if (order == 0)
			return pairs[mid].value;
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (struct str){NULL, 0};
}

struct str object_label(const struct object *o, struct str key)
{
	return str_pair_get(o->labels, o->n_labels, key);
}

struct str object_annotation(const struct object *o, struct str key)
{
	return str_pair_get(o->annotations, o->n_annotations, key);
}

const struct object_note *object_note_under(const struct object *o, struct str path)
{
	for (uint32_t i = 0; i < o->n_notes; i++) {
		struct str at = o->notes[i].path;

		if (!str_starts(at, path))
			continue;
		if (at.n == path.n || path.n == 0 || at.p[path.n] == '.' || at.p[path.n] == '[')
			return &o->notes[i];
	}
	return NULL;
}

const struct common_route_spec *object_route_common(const struct object *o)
{
#define ROUTE(type, upper)           \
	if (o->kind == KIND_##upper) \
		return &object_##type(o)->spec.common;
	ROUTE(http_route, HTTP_ROUTE)
	ROUTE(grpc_route, GRPC_ROUTE)
	ROUTE(tls_route, TLS_ROUTE)
	ROUTE(tcp_route, TCP_ROUTE)
	ROUTE(udp_route, UDP_ROUTE)
#undef ROUTE
	return NULL;
}
