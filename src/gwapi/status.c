/* SPDX-License-Identifier: Apache-2.0 */
/* Statuses as values and text. */
#include "gwapi/status.h"

const struct condition *condition_find(const struct condition_list *list, struct str type)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->p[i].type, type))
			return &list->p[i];
	return NULL;
}

struct str condition_status_name(enum condition_status s)
{
	static const struct str names[] = {[CONDITION_UNKNOWN] = {"Unknown", 7},
		[CONDITION_FALSE] = {"False", 5},
		[CONDITION_TRUE] = {"True", 4}};

	AN((size_t)s < ARRAY_LEN(names));
	return names[s];
}

bool condition_good(const struct condition *c)
{
	bool positive = str_eq(c->type, STR("Accepted")) || str_eq(c->type, STR("Programmed")) ||
			str_eq(c->type, STR("ResolvedRefs")) ||
			str_eq(c->type, STR("AddressesAssigned")) ||
			str_eq(c->type, STR("SupportedVersion"));

	if (positive && c->status == CONDITION_TRUE)
		return !str_eq(c->reason, STR("ListenersNotValid"));
	return !positive && c->status == CONDITION_FALSE;
}

static bool conditions_good(const struct condition_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (!condition_good(&l->p[i]))
			return false;
	return true;
}

bool object_status_good(const struct object_status *s)
{
	bool good = conditions_good(&s->said->conditions);

	for (size_t i = 0; i < s->said->n_listeners; i++)
		good = good && conditions_good(&s->said->listeners[i].conditions);
	for (size_t i = 0; i < s->said->n_parents; i++)
		good = good && conditions_good(&s->said->parents[i].conditions);
	return good;
}

/* ---- as a value ---- */

static void add_str(struct arena *a, struct value *o, struct str key, struct str text)
{
	value_add(a, o, key, value_str(text));
}

/* The condition of <type> in a list of values. */
static const struct value *old_condition(const struct value *list, struct str type)
{
	if (!list)
		return NULL;
	value_for_each(c, list) if (str_eq(value_get_str(c, STR("type"), STR("")), type)) return c;
	return NULL;
}

static struct value render_conditions(struct arena *a, const struct condition_list *l,
	int64_t generation, const struct value *previous, struct str now)
{
	struct value list = value_array();

	for (size_t i = 0; i < l->n; i++) {
		const struct condition *c = &l->p[i];
		const struct value *old = old_condition(previous, c->type);
		struct str status = condition_status_name(c->status);
		struct str since = now;
		struct value v = value_object();

		if (old && str_eq(value_get_str(old, STR("status"), STR("")), status))
			since = value_get_str(old, STR("lastTransitionTime"), now);
		add_str(a, &v, STR("lastTransitionTime"), since);
		add_str(a, &v, STR("message"), c->message);
		if (generation > 0)
			value_add(a, &v, STR("observedGeneration"), value_int(generation));
		add_str(a, &v, STR("reason"), c->reason);
		add_str(a, &v, STR("status"), status);
		add_str(a, &v, STR("type"), c->type);
		value_push(a, &list, v);
	}
	return list;
}

static const struct value *old_listener(const struct value *previous, struct str name)
{
	const struct value *list = value_get(previous, STR("listeners"));

	if (!list)
		return NULL;
	value_for_each(l, list) if (str_eq(value_get_str(l, STR("name"), STR("")),
					    name)) return value_get(l, STR("conditions"));
	return NULL;
}

static struct value render_kinds(struct arena *a, const struct listener_report *l)
{
	struct value list = value_array();

	for (size_t i = 0; i < l->n_kinds; i++) {
		struct value v = value_object();

		add_str(a, &v, STR("group"), object_kind_group(l->kinds[i]));
		add_str(a, &v, STR("kind"), object_kind_name(l->kinds[i]));
		value_push(a, &list, v);
	}
	return list;
}

static struct value render_listeners(struct arena *a, const struct object_status *s,
	const struct value *previous, struct str now)
{
	struct value list = value_array();

	for (size_t i = 0; i < s->said->n_listeners; i++) {
		const struct listener_report *l = &s->said->listeners[i];
		struct value v = value_object();

		value_add(a, &v, STR("attachedRoutes"), value_int(l->attached));
		value_add(a, &v, STR("conditions"),
			render_conditions(a, &l->conditions, s->object->generation,
				old_listener(previous, l->name), now));
		add_str(a, &v, STR("name"), l->name);
		value_add(a, &v, STR("supportedKinds"), render_kinds(a, l));
		value_push(a, &list, v);
	}
	return list;
}

static struct value render_ref(struct arena *a, const struct parent_report *p)
{
	struct value v = value_object();

	add_str(a, &v, STR("group"), p->group);
	add_str(a, &v, STR("kind"), p->kind);
	add_str(a, &v, STR("name"), p->name);
	if (p->namespace.p)
		add_str(a, &v, STR("namespace"), p->namespace);
	if (p->port)
		value_add(a, &v, STR("port"), value_int(p->port));
	if (p->section.p)
		add_str(a, &v, STR("sectionName"), p->section);
	return v;
}

static const struct value *old_parent(const struct value *list, struct str ref_key,
	const struct value *ref, struct str controller)
{
	if (!list)
		return NULL;
	value_for_each(p, list)
	{
		const struct value *old = value_get(p, ref_key);

		if (old && value_equal(old, ref) &&
			str_eq(value_get_str(p, STR("controllerName"), STR("")), controller))
			return value_get(p, STR("conditions"));
	}
	return NULL;
}

static struct value render_parents(struct arena *a, const struct object_status *s,
	const struct value *old, struct str ref_key, struct str now)
{
	struct value list = value_array();

	for (size_t i = 0; i < s->said->n_parents; i++) {
		const struct parent_report *p = &s->said->parents[i];
		struct value v = value_object(), ref = render_ref(a, p);

		value_add(a, &v, STR("conditions"),
			render_conditions(a, &p->conditions, s->object->generation,
				old_parent(old, ref_key, &ref, p->controller), now));
		add_str(a, &v, STR("controllerName"), p->controller);
		value_add(a, &v, ref_key, ref);
		value_push(a, &list, v);
	}
	return list;
}

static struct value render_addresses(struct arena *a, const struct object_status *s)
{
	struct value list = value_array();

	for (size_t i = 0; i < s->said->n_addresses; i++) {
		struct value v = value_object();

		add_str(a, &v, STR("type"),
			s->said->addresses[i].hostname ? STR("Hostname") : STR("IPAddress"));
		add_str(a, &v, STR("value"), s->said->addresses[i].value);
		value_push(a, &list, v);
	}
	return list;
}

static struct value render_features(struct arena *a, const struct object_status *s)
{
	struct value list = value_array();

	for (size_t i = 0; i < s->said->n_features; i++) {
		struct value v = value_object();

		add_str(a, &v, STR("name"), s->said->features[i]);
		value_push(a, &list, v);
	}
	return list;
}

static bool is_policy(enum object_kind k)
{
	return k == KIND_BACKEND_TLS_POLICY || k == KIND_X_BACKEND_TRAFFIC_POLICY ||
	       k == KIND_X_TELEMETRY_POLICY;
}

static bool is_route(enum object_kind k)
{
	return k >= KIND_HTTP_ROUTE && k <= KIND_UDP_ROUTE;
}

struct value status_render(struct arena *a, const struct object_status *s,
	const struct value *previous, struct str now)
{
	struct value v = value_object();

	if (s->said->n_addresses)
		value_add(a, &v, STR("addresses"), render_addresses(a, s));
	if (is_policy((enum object_kind)s->object->kind)) {
		value_add(a, &v, STR("ancestors"),
			render_parents(a, s, value_get(previous, STR("ancestors")),
				STR("ancestorRef"), now));
		return v;
	}
	if (is_route((enum object_kind)s->object->kind)) {
		value_add(a, &v, STR("parents"),
			render_parents(
				a, s, value_get(previous, STR("parents")), STR("parentRef"), now));
		return v;
	}
	if (s->said->attached_sets >= 0)
		value_add(a, &v, STR("attachedListenerSets"), value_int(s->said->attached_sets));
	value_add(a, &v, STR("conditions"),
		render_conditions(a, &s->said->conditions, s->object->generation,
			value_get(previous, STR("conditions")), now));
	if (s->said->n_listeners)
		value_add(a, &v, STR("listeners"), render_listeners(a, s, previous, now));
	if (s->said->n_features)
		value_add(a, &v, STR("supportedFeatures"), render_features(a, s));
	return v;
}

struct value status_object(struct arena *a, const struct object_status *s,
	const struct value *previous, struct str now)
{
	struct value v = value_object(), meta = value_object();

	add_str(a, &v, STR("apiVersion"), s->object->api_version);
	add_str(a, &v, STR("kind"), object_kind_name((enum object_kind)s->object->kind));
	if (s->object->generation > 0)
		value_add(a, &meta, STR("generation"), value_int(s->object->generation));
	add_str(a, &meta, STR("name"), s->object->name);
	if (s->object->namespace.n)
		add_str(a, &meta, STR("namespace"), s->object->namespace);
	if (s->object->uid.n)
		add_str(a, &meta, STR("uid"), s->object->uid);
	value_add(a, &v, STR("metadata"), meta);
	value_add(a, &v, STR("status"), status_render(a, s, previous, now));
	return v;
}

/* ---- as text ---- */

static void print_list(struct buf *out, const struct object_status *s, struct str part,
	const struct condition_list *l, bool bad_only)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct condition *c = &l->p[i];

		if (bad_only && condition_good(c))
			continue;
		buf_add(out, object_kind_name((enum object_kind)s->object->kind));
		buf_addc(out, ' ');
		if (s->object->namespace.n)
			buf_printf(out, "%.*s/", STR_ARG(s->object->namespace));
		buf_printf(out, "%.*s", STR_ARG(s->object->name));
		if (part.n)
			buf_printf(out, " %.*s", STR_ARG(part));
		buf_printf(out, ": %.*s=%.*s %.*s: %.*s\n", STR_ARG(c->type),
			STR_ARG(condition_status_name(c->status)), STR_ARG(c->reason),
			STR_ARG(c->message));
	}
}

void status_print(struct buf *out, const struct object_status *s, bool bad_only)
{
	print_list(out, s, STR(""), &s->said->conditions, bad_only);
	for (size_t i = 0; i < s->said->n_listeners; i++)
		print_list(out, s, s->said->listeners[i].name, &s->said->listeners[i].conditions,
			bad_only);
	for (size_t i = 0; i < s->said->n_parents; i++) {
		const struct parent_report *p = &s->said->parents[i];
		struct buf part = {0};

		buf_printf(&part, "at %.*s %.*s", STR_ARG(p->kind), STR_ARG(p->name));
		if (p->section.n)
			buf_printf(&part, " section %.*s", STR_ARG(p->section));
		print_list(out, s, buf_str(&part), &p->conditions, bad_only);
		buf_fini(&part);
	}
}
