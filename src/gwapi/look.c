/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at objects: grants, label selectors, namespaces. */
#include "gwapi/translate_priv.h"

struct str key_of(struct arena *a, struct str namespace, struct str name)
{
	return arena_printf(a, "%.*s/%.*s", STR_ARG(namespace), STR_ARG(name));
}

void key_split(struct str key, struct str *ret_namespace, struct str *ret_name)
{
	*ret_name = key;
	*ret_namespace = str_cut(ret_name, '/');
}

const struct object *look(struct translator *t, struct unit *u, enum object_kind kind,
	struct str namespace, struct str name)
{
	unit_saw(t, u, DEP_OBJECT, kind, namespace, name);
	return store_get(t->store, kind, namespace, name);
}

struct parent *look_parent(
	struct translator *t, struct unit *u, enum object_kind kind, struct str key)
{
	struct str namespace, name;

	key_split(key, &namespace, &name);
	unit_saw(t, u, DEP_PARENT, kind, namespace, name);
	buf_reset(&t->scratch);
	buf_printf(&t->scratch, "%.*s/%.*s", STR_ARG(object_kind_name(kind)), STR_ARG(key));
	return map_get(&t->parents, buf_str(&t->scratch));
}

const struct object_note *look_note(const struct object *o, struct str list)
{
	for (uint32_t i = 0; i < o->n_notes; i++) {
		struct str at = o->notes[i].path;

		if (str_starts(at, STR("spec")) && !str_starts(at, list))
			return &o->notes[i];
	}
	return NULL;
}

static bool grant_from(const struct reference_grant *g, enum object_kind from, struct str from_ns)
{
	for (uint32_t i = 0; i < g->spec.n_from; i++) {
		const struct reference_grant_from *f = &g->spec.from[i];

		if (str_eq(f->group, object_kind_group(from)) &&
			str_eq(f->kind, object_kind_name(from)) && str_eq(f->namespace, from_ns))
			return true;
	}
	return false;
}

static bool grant_to(
	const struct reference_grant *g, struct str group, struct str kind, struct str name)
{
	for (uint32_t i = 0; i < g->spec.n_to; i++) {
		const struct reference_grant_to *to = &g->spec.to[i];

		if (str_eq(to->group, group) && str_eq(to->kind, kind) &&
			(to->name.n == 0 || str_eq(to->name, name)))
			return true;
	}
	return false;
}

bool look_granted(struct translator *t, struct unit *u, enum object_kind from, struct str from_ns,
	struct str to_group, struct str to_kind, struct str to_ns, struct str to_name)
{
	struct object_list grants;

	if (str_eq(from_ns, to_ns))
		return true;
	unit_saw(t, u, DEP_NAMESPACE, KIND_REFERENCE_GRANT, to_ns, STR(""));
	grants = store_list_in(t->store, KIND_REFERENCE_GRANT, to_ns);
	for (size_t i = 0; i < grants.n; i++) {
		const struct reference_grant *g = object_reference_grant(grants.p[i]);

		/* What a newer API put into a grant might narrow it: such a grant gives nothing. */
		if (object_note_under(&g->object, STR("spec")))
			continue;
		if (grant_from(g, from, from_ns) && grant_to(g, to_group, to_kind, to_name))
			return true;
	}
	return false;
}

/* metav1.LabelSelectorRequirement. */
static bool requirement_fits(
	const struct label_selector_requirement *r, const struct str_pair *labels, uint32_t n)
{
	struct str value = str_pair_get(labels, n, r->key);
	bool there = value.p != NULL, in = false;

	for (uint32_t i = 0; there && i < r->n_values; i++)
		in = in || str_eq(r->values[i], value);
	if (str_eq(r->operator, STR("In")))
		return in;
	if (str_eq(r->operator, STR("NotIn")))
		return !in;
	if (str_eq(r->operator, STR("Exists")))
		return there;
	if (str_eq(r->operator, STR("DoesNotExist")))
		return !there;
	return false; /* an operator that we do not know selects nothing */
}

bool selector_matches(
	const struct label_selector *selector, const struct str_pair *labels, uint32_t n_labels)
{
	for (uint32_t i = 0; i < selector->n_match_labels; i++) {
		struct str value = str_pair_get(labels, n_labels, selector->match_labels[i].key);

		if (!value.p || !str_eq(value, selector->match_labels[i].value))
			return false;
	}
	for (uint32_t i = 0; i < selector->n_match_expressions; i++)
		if (!requirement_fits(&selector->match_expressions[i], labels, n_labels))
			return false;
	return true;
}

bool look_selected(struct translator *t, struct unit *u, const struct label_selector *selector,
	struct str name)
{
	/* The API server gives every namespace this label; in files nobody does. */
	struct str_pair own = {STR("kubernetes.io/metadata.name"), name};
	const struct object *o = look(t, u, KIND_NAMESPACE, STR(""), name);

	if (!selector)
		return false;
	if (o && object_label(o, own.key).p)
		return selector_matches(selector, o->labels, o->n_labels);
	if (!o || o->n_labels == 0)
		return selector_matches(selector, &own, 1);
	if (t->o.mode == TRANSLATE_FILES) {
		struct str_pair *all = mem_alloc(sizeof(*all) * (o->n_labels + 1));
		uint32_t n = 0;
		bool in = false, fits;

		for (uint32_t i = 0; i < o->n_labels; i++) {
			if (!in && str_cmp(own.key, o->labels[i].key) < 0) {
				all[n++] = own;
				in = true;
			}
			all[n++] = o->labels[i];
		}
		if (!in)
			all[n++] = own;
		fits = selector_matches(selector, all, n);
		mem_free(all);
		return fits;
	}
	return selector_matches(selector, o->labels, o->n_labels);
}
