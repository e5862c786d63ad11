/* SPDX-License-Identifier: Apache-2.0 */
/* Facts that are no objects: states of Gateways, ports, listens, addresses of names. */
#include "base/mem.h"
#include "gwapi/translate_priv.h"

/* ---- states of Gateways ---- */

static void state_free(struct state_slot *s)
{
	arena_fini(&s->arena);
	mem_free(s);
}

static struct state_slot *state_copy(struct str gateway, const struct gateway_state *from)
{
	struct state_slot *s = MEM_NEW(struct state_slot);
	struct address_report *list;

	arena_init(&s->arena, 0);
	s->key = arena_str(&s->arena, gateway);
	s->state = *from;
	s->state.message = arena_str(&s->arena, from->message);
	list = ARENA_ARRAY(&s->arena, struct address_report, from->n_addresses);
	for (size_t i = 0; i < from->n_addresses; i++) {
		list[i] = from->addresses[i];
		list[i].value = arena_str(&s->arena, list[i].value);
	}
	s->state.addresses = list;
	return s;
}

/* The Gateway and its ListenerSets tell about it. */
static void state_told(struct translator *t, struct str gateway)
{
	size_t at = 0;
	const struct map_slot *slot;

	while ((slot = map_next(&t->parents, &at))) {
		struct parent *p = slot->value;

		if (str_eq(p->gateway->key, gateway))
			parent_dirty(t, p);
	}
}

void translator_set_gateway(
	struct translator *t, struct str gateway, const struct gateway_state *state)
{
	struct state_slot *old = map_del(&t->states, gateway);

	if (state) {
		struct state_slot *s = state_copy(gateway, state);

		map_put(&t->states, s->key, s);
	}
	if (old)
		state_free(old);
	state_told(t, gateway);
}

/* ---- ports and listens ---- */

static void port_error_free(struct port_error *e)
{
	mem_free((void *)(uintptr_t)e->gateway.p);
	mem_free((void *)(uintptr_t)e->why.p);
}

void translator_set_port_error(
	struct translator *t, struct str gateway, bool udp, uint16_t port, struct str why)
{
	size_t i = 0;

	while (i < t->port_errors.n &&
		(t->port_errors.p[i].udp != udp || t->port_errors.p[i].port != port ||
			!str_eq(t->port_errors.p[i].gateway, gateway)))
		i++;
	if (i < t->port_errors.n) {
		if (str_eq(t->port_errors.p[i].why, why))
			return;
		port_error_free(&t->port_errors.p[i]);
		t->port_errors.p[i] = t->port_errors.p[--t->port_errors.n];
	} else if (why.n == 0) {
		return;
	}
	if (why.n)
		*vec_push(&t->port_errors) =
			(struct port_error){.gateway = str_of(mem_strdup(gateway), gateway.n),
				.why = str_of(mem_strdup(why), why.n),
				.port = port,
				.udp = udp};
	dep_touch(t, DEP_STATE, KIND_GATEWAY, STR(""), STR(""));
}

static void listens_free(struct listens_slot *s)
{
	arena_fini(&s->arena);
	mem_free(s);
}

static bool listens_equal(const struct listens_slot *s, bool known, struct str why,
	const struct translate_listen *listens, size_t n)
{
	if (s->known != known || !str_eq(s->why, why) || s->n != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct translate_listen *a = &s->listens[i], *b = &listens[i];

		if (a->port != b->port || a->target != b->target || a->udp != b->udp ||
			a->ssl != b->ssl || a->stream != b->stream || a->n_binds != b->n_binds ||
			(a->n_binds &&
				memcmp(a->binds, b->binds, a->n_binds * sizeof(*a->binds)) != 0))
			return false;
	}
	return true;
}

static struct listens_slot *listens_copy(struct str class_name, bool known, struct str why,
	const struct translate_listen *listens, size_t n)
{
	struct listens_slot *s = MEM_NEW(struct listens_slot);
	struct translate_listen *list;

	arena_init(&s->arena, 0);
	s->key = arena_str(&s->arena, class_name);
	s->known = known;
	s->why = arena_str(&s->arena, why);
	list = ARENA_ARRAY(&s->arena, struct translate_listen, n);
	for (size_t i = 0; i < n; i++) {
		list[i] = listens[i];
		list[i].binds = ARENA_ARRAY(&s->arena, struct plan_bind, listens[i].n_binds);
		for (size_t k = 0; k < listens[i].n_binds; k++)
			list[i].binds[k] = listens[i].binds[k];
	}
	s->listens = list;
	s->n = n;
	return s;
}

bool translator_set_listens(struct translator *t, struct str class_name, bool known, struct str why,
	const struct translate_listen *listens, size_t n)
{
	struct listens_slot *old = map_get(&t->listens, class_name), *now;

	if (old && listens_equal(old, known, why, listens, n))
		return false;
	map_del(&t->listens, class_name);
	if (old)
		listens_free(old);
	now = listens_copy(class_name, known, why, listens, n);
	map_put(&t->listens, now->key, now);
	dep_touch(t, DEP_STATE, KIND_GATEWAY, STR(""), STR(""));
	return true;
}

/* ---- names ---- */

static void resolved_free(struct resolved *r)
{
	mem_free(r->addrs);
	mem_free((void *)(uintptr_t)r->host.p);
	mem_free(r);
}

void translator_set_resolved(
	struct translator *t, struct str host, const struct plan_addr *addrs, size_t n)
{
	struct resolved *old = map_get(&t->resolved, host), *now;

	if (old ? old->n == n && memcmp(old->addrs, addrs, n * sizeof(*addrs)) == 0 : n == 0)
		return;
	map_del(&t->resolved, host);
	if (old)
		resolved_free(old);
	if (n) {
		now = MEM_NEW(struct resolved);
		now->host = str_of(mem_strdup(host), host.n);
		now->addrs = mem_alloc(n * sizeof(*addrs));
		memcpy(now->addrs, addrs, n * sizeof(*addrs));
		now->n = n;
		map_put(&t->resolved, now->host, now);
	}
	dep_touch(t, DEP_HOST, KIND_SERVICE, STR(""), host);
}

void translator_hosts(struct translator *t, translate_host_f *fn, void *ctx)
{
	size_t at = 0;
	const struct map_slot *slot;

	while ((slot = map_next(&t->hosts, &at)))
		fn(ctx, slot->key);
	t->hosts_moved = false;
}

bool translator_hosts_moved(const struct translator *t)
{
	return t->hosts_moved;
}

void facts_fini(struct translator *t)
{
	size_t at = 0;
	const struct map_slot *slot;

	while ((slot = map_next(&t->states, &at)))
		state_free(slot->value);
	map_fini(&t->states);
	vec_for_each (e, &t->port_errors)
		port_error_free(e);
	vec_fini(&t->port_errors);
	at = 0;
	while ((slot = map_next(&t->listens, &at)))
		listens_free(slot->value);
	map_fini(&t->listens);
	at = 0;
	while ((slot = map_next(&t->resolved, &at)))
		resolved_free(slot->value);
	map_fini(&t->resolved);
}
