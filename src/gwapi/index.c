/* SPDX-License-Identifier: Apache-2.0 */
/* Objects by what they point at.  Small and rare: made anew when one of the kind changes. */
#include "base/mem.h"
#include "gwapi/translate_priv.h"

static void index_clear(struct map *m)
{
	size_t at = 0;
	const struct map_slot *s;

	while ((s = map_next(m, &at))) {
		struct owned_list *l = s->value;

		vec_fini(&l->v);
		mem_free(l);
	}
	map_fini(m);
	*m = (struct map){0};
}

static void index_add(struct map *m, struct str key, const struct object *o)
{
	struct owned_list *l = map_get(m, key);

	if (!l) {
		char *text;

		l = mem_zalloc(sizeof(*l) + key.n);
		text = (char *)(l + 1);
		memcpy(text, key.p, key.n);
		l->key = str_of(text, key.n);
		map_put(m, l->key, l);
	}
	if (l->v.n == 0 || l->v.p[l->v.n - 1] != o)
		*vec_push(&l->v) = o;
}

static struct str set_key(struct translator *t, const struct listener_set *ls)
{
	const struct parent_gateway_reference *p = &ls->spec.parent_ref;

	buf_reset(&t->scratch);
	buf_printf(&t->scratch, "%.*s/%.*s",
		STR_ARG(namespace_or(p->namespace, ls->object.namespace)), STR_ARG(p->name));
	return buf_str(&t->scratch);
}

void index_build_sets(struct translator *t)
{
	struct object_list all = store_list(t->store, KIND_LISTENER_SET);

	index_clear(&t->sets_of);
	for (size_t i = 0; i < all.n; i++) {
		const struct listener_set *ls = object_listener_set(all.p[i]);

		if (str_eq(ls->spec.parent_ref.kind, STR("Gateway")) &&
			str_eq(ls->spec.parent_ref.group, object_kind_group(KIND_GATEWAY)))
			index_add(&t->sets_of, set_key(t, ls), all.p[i]);
	}
}

const struct owned_list *index_sets(struct translator *t, struct str gateway)
{
	return map_get(&t->sets_of, gateway);
}

static struct str policy_key(
	struct translator *t, struct str namespace, struct str kind, struct str name)
{
	buf_reset(&t->scratch);
	buf_printf(&t->scratch, "%.*s/%.*s/%.*s", STR_ARG(namespace), STR_ARG(kind), STR_ARG(name));
	return buf_str(&t->scratch);
}

/* The kind a policy may point at; -ENOENT otherwise. */
static int target_kind(const struct policy_target_section *s, enum object_kind *ret_kind)
{
	int r = object_kind_find(s->target.group, s->target.kind, ret_kind);

	return r < 0 || (*ret_kind != KIND_SERVICE && *ret_kind != KIND_BACKEND) ? -1 : 0;
}

void index_build_policies(struct translator *t)
{
	struct object_list all = store_list(t->store, KIND_BACKEND_TLS_POLICY);

	index_clear(&t->policies_of);
	for (size_t i = 0; i < all.n; i++) {
		const struct backend_tls_policy *p = object_backend_tls_policy(all.p[i]);

		for (uint32_t j = 0; j < p->spec.n_target_refs; j++) {
			const struct policy_target_section *s = &p->spec.target_refs[j];
			enum object_kind kind;

			if (target_kind(s, &kind) == 0)
				index_add(&t->policies_of,
					policy_key(t, p->object.namespace, s->target.kind,
						s->target.name),
					all.p[i]);
		}
	}
}

const struct owned_list *index_policies(
	struct translator *t, struct str namespace, enum object_kind target, struct str name)
{
	return map_get(&t->policies_of, policy_key(t, namespace, object_kind_name(target), name));
}

void index_touch_policy(struct translator *t, const struct object *o)
{
	const struct backend_tls_policy *p = object_backend_tls_policy(o);

	for (uint32_t j = 0; p && j < p->spec.n_target_refs; j++) {
		const struct policy_target_section *s = &p->spec.target_refs[j];
		enum object_kind kind;

		if (target_kind(s, &kind) == 0)
			dep_touch(t, DEP_OWNED, KIND_BACKEND_TLS_POLICY, o->namespace,
				s->target.name);
	}
}

void index_fini(struct translator *t)
{
	index_clear(&t->sets_of);
	index_clear(&t->policies_of);
}
