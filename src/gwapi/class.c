/* SPDX-License-Identifier: Apache-2.0 */
/* GatewayClasses. */
#include "gwapi/translate_priv.h"

bool controller_ours(const struct translator *t, struct str controller)
{
	if (t->o.any_controller)
		return true;
	for (size_t i = 0; i < t->o.n_controllers; i++)
		if (str_eq(t->o.controllers[i], controller))
			return true;
	return false;
}

bool class_unmanaged(const struct object *gateway_class)
{
	static const char *const keys[] = {CLASS_UNMANAGED, CLASS_UNMANAGED_KONG};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (str_pair_get(gateway_class->annotations, gateway_class->n_annotations,
			    str_from(keys[i]))
				.n)
			return true;
	return false;
}

static struct problem class_params(struct translator *t, struct unit *u, struct arena *a,
	const struct gateway_class *c, struct plan_settings *settings, struct peer_rules *peers)
{
	const struct parameters_reference *r = c->spec.parameters_ref;

	if (object_note_under(&c->object, STR("spec.parametersRef")))
		return (struct problem){STR("InvalidParameters"),
			arena_printf(a,
				"spec.parametersRef of GatewayClass %.*s has a field or value that "
				"this version does not know.",
				STR_ARG(c->object.name))};
	if (!r)
		return (struct problem){0};
	if (r->group.n || !str_eq(r->kind, STR("ConfigMap")) || !r->namespace.n)
		return (struct problem){STR("InvalidParameters"),
			arena_printf(a,
				"parametersRef of GatewayClass %.*s must name a ConfigMap (group "
				"\"\") and its namespace.",
				STR_ARG(c->object.name))};
	return params_apply(t, u, a, r->namespace, r->name, settings, peers);
}

struct class_view class_judge(struct translator *t, struct unit *u, struct arena *a,
	struct str name, struct plan_settings *settings, struct peer_rules *peers)
{
	const struct gateway_class *c =
		object_gateway_class(look(t, u, KIND_GATEWAY_CLASS, STR(""), name));

	*settings = plan_settings_default();
	*peers = (struct peer_rules){0};
	if (t->o.only_class.n && !str_eq(t->o.only_class, name))
		return (struct class_view){0};
	if (!c)
		return (struct class_view){
			.ours = t->o.mode == TRANSLATE_FILES && str_eq(name, STR(TRANSLATE_CLASS))};
	if (!controller_ours(t, c->spec.controller_name))
		return (struct class_view){0};
	return (struct class_view){.ours = true,
		.unmanaged = class_unmanaged(&c->object),
		.refused = class_params(t, u, a, c, settings, peers)};
}

void class_make(struct translator *t, struct class_unit *c)
{
	struct plan_settings settings;
	struct peer_rules unused;
	struct class_view v;
	const struct object *o;
	struct status_said *s;
	struct conditions list;

	unit_begin(t, &c->unit);
	arena_fini(&c->arena);
	arena_init(&c->arena, 0);
	v = class_judge(t, &c->unit, &c->arena, c->unit.key, &settings, &unused);
	o = store_get(t->store, KIND_GATEWAY_CLASS, STR(""), c->unit.key);
	if (!v.ours || !o) {
		status_del(t, KIND_GATEWAY_CLASS, STR(""), c->unit.key);
		return;
	}
	s = status_new(o);
	list = (struct conditions){.a = &s->arena};
	if (v.refused.reason.n)
		condition_add(&list, STR("Accepted"), CONDITION_FALSE, v.refused.reason,
			v.refused.message);
	else
		condition_add(&list, STR("Accepted"), CONDITION_TRUE, STR("Accepted"),
			arena_printf(
				&s->arena, "GatewayClass %.*s is accepted.", STR_ARG(o->name)));
	s->conditions = conditions_end(&list);
	s->features = features_list(t, &s->arena, &s->n_features);
	status_put(t, o, s);
}

struct str gateway_controller(const struct translator *t, struct str gateway)
{
	struct str namespace, name;
	const struct gateway *gw;
	const struct gateway_class *c;

	key_split(gateway, &namespace, &name);
	gw = object_gateway(store_get(t->store, KIND_GATEWAY, namespace, name));
	c = gw ? object_gateway_class(store_get(
			 t->store, KIND_GATEWAY_CLASS, STR(""), gw->spec.gateway_class_name))
	       : NULL;
	return c && controller_ours(t, c->spec.controller_name) ? c->spec.controller_name
								: t->o.controllers[0];
}
