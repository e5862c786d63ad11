/* SPDX-License-Identifier: Apache-2.0 */
#include "control/gate_priv.h"

static bool refused(const struct object_status *s, struct str listener)
{
	for (size_t i = 0; s && i < s->said->n_listeners; i++) {
		const struct condition *c;

		if (!str_eq(s->said->listeners[i].name, listener))
			continue;
		c = condition_find(&s->said->listeners[i].conditions, STR("Accepted"));
		return c && c->status == CONDITION_FALSE;
	}
	return true;
}

static size_t add_port(struct provision_port *ports, size_t n, int32_t port, struct str protocol)
{
	struct provision_port p = {(uint16_t)port, str_eq(protocol, STR("UDP"))};
	size_t at = n;

	if (port <= 0 || port > 65535 || n == GATE_PORTS_MAX)
		return n;
	for (size_t i = 0; i < n; i++) {
		if (ports[i].port == p.port && ports[i].udp == p.udp)
			return n;
	}
	while (at > 0 && (ports[at - 1].port > p.port ||
				 (ports[at - 1].port == p.port && ports[at - 1].udp && !p.udp))) {
		ports[at] = ports[at - 1];
		at--;
	}
	ports[at] = p;
	return n + 1;
}

/* In what group its parentRef is was judged by translate. */
bool gate_set_of(const struct listener_set *ls, const struct gateway *g)
{
	const struct parent_gateway_reference *r = &ls->spec.parent_ref;

	return str_eq(r->name, g->object.name) &&
	       str_eq(r->namespace.n ? r->namespace : ls->object.namespace, g->object.namespace);
}

void gate_set_gateway(const struct listener_set *ls, struct buf *out)
{
	const struct parent_gateway_reference *r = &ls->spec.parent_ref;

	buf_printf(out, "%.*s/%.*s", STR_ARG(r->namespace.n ? r->namespace : ls->object.namespace),
		STR_ARG(r->name));
}

size_t gate_ports(struct store *s, const struct translator *t, const struct gateway *g,
	struct provision_port ret_ports[static GATE_PORTS_MAX])
{
	const struct object_status *st =
		translator_status(t, KIND_GATEWAY, g->object.namespace, g->object.name);
	struct object_list sets = store_list(s, KIND_LISTENER_SET);
	size_t n = 0;

	for (uint32_t i = 0; i < g->spec.n_listeners; i++) {
		if (!refused(st, g->spec.listeners[i].name))
			n = add_port(ret_ports, n, g->spec.listeners[i].port,
				g->spec.listeners[i].protocol);
	}
	for (size_t i = 0; i < sets.n; i++) {
		const struct listener_set *ls = object_listener_set(sets.p[i]);

		if (!gate_set_of(ls, g))
			continue;
		st = translator_status(t, KIND_LISTENER_SET, ls->object.namespace, ls->object.name);
		for (uint32_t j = 0; j < ls->spec.n_listeners; j++) {
			if (!refused(st, ls->spec.listeners[j].name))
				n = add_port(ret_ports, n, ls->spec.listeners[j].port,
					ls->spec.listeners[j].protocol);
		}
	}
	return n;
}

static bool observed(const struct provision_view *v, struct str value)
{
	for (size_t i = 0; i < v->n_addresses; i++) {
		if (str_eq(v->addresses[i].value, value))
			return true;
	}
	return false;
}

struct gateway_state gate_state(const struct gateway *g, const struct provision_view *view,
	bool fresh, bool patient, struct arena *a)
{
	struct address_report *list = ARENA_ARRAY(a, struct address_report, view->n_addresses);
	struct gateway_state st = {.programmed = fresh ? PROGRAMMED_YES : PROGRAMMED_PENDING,
		.addresses = list,
		.n_addresses = view->n_addresses};

	for (size_t i = 0; i < view->n_addresses; i++)
		list[i] = (struct address_report){
			view->addresses[i].hostname, view->addresses[i].value};
	if (!fresh && view->scaled_to_none)
		st.programmed = PROGRAMMED_NO_RESOURCES;
	if (!view->n_addresses)
		st.programmed = PROGRAMMED_ADDRESS_NOT_ASSIGNED;
	for (uint32_t i = 0; i < g->spec.n_addresses; i++) {
		struct str value = g->spec.addresses[i].value;

		if (!value.n || observed(view, value))
			continue;
		st.programmed =
			patient ? PROGRAMMED_ADDRESS_NOT_ASSIGNED : PROGRAMMED_ADDRESS_NOT_USABLE;
		st.message = patient ? arena_printf(a, "Address %.*s is not assigned yet.",
					       STR_ARG(value))
				     : arena_printf(a,
					       "The cluster does not give address %.*s to this "
					       "Gateway's Service.",
					       STR_ARG(value));
		break;
	}
	return st;
}
