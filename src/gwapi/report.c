/* SPDX-License-Identifier: Apache-2.0 */
/* Statuses: what stands, what changed, and those of Gateways and ListenerSets. */
#include <stdlib.h>

#include "base/mem.h"
#include "gwapi/translate_priv.h"

void condition_add(struct conditions *c, struct str type, enum condition_status status,
	struct str reason, struct str message)
{
	AN(c->n < ARRAY_LEN(c->p));
	c->p[c->n++] = (struct condition){
		.type = type, .reason = reason, .message = message, .status = status};
}

/* Copies the texts: they may lie in memory that goes before the status does. */
struct condition_list conditions_end(const struct conditions *c)
{
	struct condition *p = ARENA_ARRAY(c->a, struct condition, c->n);

	for (size_t i = 0; i < c->n; i++) {
		p[i] = c->p[i];
		p[i].type = arena_str(c->a, c->p[i].type);
		p[i].reason = arena_str(c->a, c->p[i].reason);
		p[i].message = arena_str(c->a, c->p[i].message);
	}
	return (struct condition_list){p, c->n};
}

/* ---- what is said, once however many it is said of ---- */

struct said {
	struct status_said said;
	struct str text; /* of all of it */
	uint32_t refs;
};

static struct str said_key(const void *entry)
{
	return ((const struct said *)entry)->text;
}

static struct said *said_of(const struct status_said *s)
{
	return container_of((struct status_said *)(uintptr_t)s, struct said, said);
}

struct status_said *status_new(const struct object *o)
{
	struct said *s = MEM_NEW(struct said);

	s->said.attached_sets = -1;
	arena_init(&s->said.arena, o->kind >= KIND_HTTP_ROUTE ? 512 : 1024);
	return &s->said;
}

static void said_free(struct said *s)
{
	arena_fini(&s->said.arena);
	mem_free(s);
}

static void said_unref(struct translator *t, const struct status_said *said)
{
	struct said *s = said_of(said);

	if (--s->refs)
		return;
	set_del(&t->said, s->text);
	said_free(s);
}

static void add_number(struct buf *b, int64_t n)
{
	buf_add(b, str_of((const char *)&n, sizeof(n)));
}

/* Absent and empty are two things. */
static void add_text(struct buf *b, struct str s)
{
	add_number(b, s.p ? (int64_t)s.n : -1);
	buf_add(b, s);
}

static void add_conditions(struct buf *b, const struct condition_list *l)
{
	add_number(b, (int64_t)l->n);
	for (size_t i = 0; i < l->n; i++) {
		add_text(b, l->p[i].type);
		add_text(b, l->p[i].reason);
		add_text(b, l->p[i].message);
		add_number(b, l->p[i].status);
	}
}

static void add_listener(struct buf *b, const struct listener_report *l)
{
	add_text(b, l->name);
	add_number(b, (int64_t)l->n_kinds);
	for (size_t i = 0; i < l->n_kinds; i++)
		add_number(b, l->kinds[i]);
	add_number(b, l->attached);
	add_conditions(b, &l->conditions);
}

static void add_parent(struct buf *b, const struct parent_report *p)
{
	add_text(b, p->group);
	add_text(b, p->kind);
	add_text(b, p->namespace);
	add_text(b, p->name);
	add_text(b, p->section);
	add_number(b, p->port);
	add_text(b, p->controller);
	add_conditions(b, &p->conditions);
}

/* Equal texts, equal words. */
static void add_said(struct buf *b, const struct status_said *s)
{
	add_conditions(b, &s->conditions);
	add_number(b, (int64_t)s->n_listeners);
	for (size_t i = 0; i < s->n_listeners; i++)
		add_listener(b, &s->listeners[i]);
	add_number(b, (int64_t)s->n_parents);
	for (size_t i = 0; i < s->n_parents; i++)
		add_parent(b, &s->parents[i]);
	add_number(b, (int64_t)s->n_addresses);
	for (size_t i = 0; i < s->n_addresses; i++) {
		add_number(b, s->addresses[i].hostname);
		add_text(b, s->addresses[i].value);
	}
	add_number(b, (int64_t)s->n_features);
	for (size_t i = 0; i < s->n_features; i++)
		add_text(b, s->features[i]);
	add_number(b, s->attached_sets);
}

/* The one that says what <s> says, counted; takes <s>. */
static const struct status_said *said_share(struct translator *t, struct said *s)
{
	struct said *same;

	buf_reset(&t->scratch);
	add_said(&t->scratch, &s->said);
	same = set_get(&t->said, buf_str(&t->scratch));
	if (same) {
		said_free(s);
	} else {
		same = s;
		same->text = arena_str(&s->said.arena, buf_str(&t->scratch));
		set_put(&t->said, same);
	}
	same->refs++;
	return &same->said;
}

/* ---- of whom ---- */

static struct str status_key(const void *entry)
{
	return object_key(((const struct object_status *)entry)->object);
}

void status_init(struct translator *t)
{
	t->said.key = said_key;
	for (size_t k = 0; k < KIND_MAX; k++)
		t->statuses[k].key = status_key;
}

static void status_free(struct translator *t, struct object_status *s)
{
	said_unref(t, s->said);
	object_unref(s->object);
	mem_free(s);
}

static void status_note(
	struct translator *t, const struct object_status *old, const struct object_status *now)
{
	*vec_push(&t->changed) =
		(struct status_change){.object = (now ? now : old)->object, .status = now};
	t->sorted_stale = true;
}

/* Whether what is written of an object besides what is said is the same. */
static bool head_same(const struct object *a, const struct object *b)
{
	return a->generation == b->generation && str_eq(a->uid, b->uid) &&
	       str_eq(a->api_version, b->api_version);
}

void status_put(struct translator *t, const struct object *o, struct status_said *s)
{
	const struct status_said *said = said_share(t, said_of(s));
	struct object_status *old = set_get(&t->statuses[o->kind], object_key(o)), *now;

	if (old && old->said == said && head_same(old->object, o)) {
		said_unref(t, said);
		object_ref(o);
		object_unref(old->object);
		old->object = o; /* the newest: nothing keeps the one before */
		return;
	}
	now = MEM_NEW(struct object_status);
	*now = (struct object_status){object_ref(o), said};
	set_put(&t->statuses[o->kind], now);
	status_note(t, old, now);
	if (old)
		*vec_push(&t->retired) = old;
}

/* "ns/name" in scratch. */
static struct str name_key(struct buf *b, struct str namespace, struct str name)
{
	buf_reset(b);
	buf_add(b, namespace);
	buf_addc(b, '/');
	buf_add(b, name);
	return buf_str(b);
}

void status_del(struct translator *t, enum object_kind kind, struct str namespace, struct str name)
{
	struct object_status *old =
		set_del(&t->statuses[kind], name_key(&t->scratch, namespace, name));

	if (!old)
		return;
	status_note(t, old, NULL);
	*vec_push(&t->retired) = old;
}

void status_sweep(struct translator *t)
{
	vec_for_each (r, &t->retired)
		status_free(t, *r);
	vec_fini(&t->retired);
}

void status_fini(struct translator *t)
{
	for (size_t k = 0; k < KIND_MAX; k++) {
		struct object_status *s;
		size_t at = 0;

		while ((s = set_next(&t->statuses[k], &at)))
			status_free(t, s);
		set_fini(&t->statuses[k]);
	}
	status_sweep(t);
	AZ(t->said.n);
	set_fini(&t->said);
	vec_fini(&t->changed);
	vec_fini(&t->sorted);
}

const struct object_status *translator_status(
	const struct translator *t, enum object_kind kind, struct str namespace, struct str name)
{
	struct buf b = {0};
	const struct object_status *s = set_get(&t->statuses[kind], name_key(&b, namespace, name));

	buf_fini(&b);
	return s;
}

const struct status_change *translator_changed(const struct translator *t, size_t *ret_n)
{
	*ret_n = t->changed.n;
	return t->changed.p;
}

/* Of one kind. */
static int status_order(const void *x, const void *y)
{
	const struct object *a = (*(const struct object_status *const *)x)->object;
	const struct object *b = (*(const struct object_status *const *)y)->object;
	int r = str_cmp(a->namespace, b->namespace);

	return r ? r : str_cmp(a->name, b->name);
}

static void statuses_sort(struct translator *t)
{
	vec_reset(&t->sorted);
	for (size_t k = 0; k < KIND_MAX; k++) {
		size_t from = t->sorted.n, at = 0;
		const struct object_status *s;

		while ((s = set_next(&t->statuses[k], &at)))
			*vec_push(&t->sorted) = s;
		if (t->sorted.n > from)
			qsort(t->sorted.p + from, t->sorted.n - from, sizeof(*t->sorted.p),
				status_order);
	}
	t->sorted_stale = false;
}

const struct object_status *const *translator_statuses(struct translator *t, size_t *ret_n)
{
	if (t->sorted_stale)
		statuses_sort(t);
	*ret_n = t->sorted.n;
	return t->sorted.p;
}

void parent_dirty(struct translator *t, struct parent *p)
{
	if (!list_linked(&p->to_report))
		list_add_tail(&t->to_report, &p->to_report);
}

/* ---- counts ---- */

static void parent_of_listener_dirty(struct translator *t, struct str listener)
{
	size_t cut = listener.n;
	struct parent *p;

	while (cut > 0 && listener.p[cut - 1] != '/')
		cut--;
	p = map_get(&t->parents, str_take(listener, cut ? cut - 1 : 0));
	if (p)
		parent_dirty(t, p);
}

struct count *counter_add(struct map *m, struct str key, int by)
{
	struct count *c = map_get(m, key);

	if (!c) {
		char *text;

		c = mem_zalloc(sizeof(*c) + key.n);
		text = (char *)(c + 1);
		memcpy(text, key.p, key.n);
		c->key = str_of(text, key.n);
		map_put(m, c->key, c);
	}
	c->n = (uint32_t)((int64_t)c->n + by);
	if (c->n)
		return c;
	map_del(m, c->key);
	mem_free(c);
	return NULL;
}

struct count *count_hold(struct translator *t, struct str takes_name)
{
	parent_of_listener_dirty(t, takes_name);
	return counter_add(&t->counts, takes_name, 1);
}

void count_release(struct translator *t, struct count *c)
{
	parent_of_listener_dirty(t, c->key);
	counter_add(&t->counts, c->key, -1);
}

uint32_t count_get(const struct translator *t, struct str takes_name)
{
	const struct count *c = map_get(&t->counts, takes_name);

	return c ? c->n : 0;
}

/* ---- Gateways and ListenerSets ---- */

static const struct gateway_state *state_of(
	const struct translator *t, const struct parent *gw, struct gateway_state *otherwise)
{
	const struct state_slot *s = map_get(&t->states, gw->key);

	if (s)
		return &s->state;
	*otherwise = (struct gateway_state){
		.programmed = t->o.mode == TRANSLATE_FILES ? PROGRAMMED_YES : PROGRAMMED_PENDING};
	return otherwise;
}

static void programmed_text(const struct gateway_state *st, struct str *reason, struct str *message)
{
	static const struct {
		struct str reason, message;
	} rows[] = {
#define ROW(e, r, m) [e] = { {r, sizeof(r) - 1}, {m, sizeof(m) - 1} }
		ROW(PROGRAMMED_YES, "Programmed", "The data plane serves this Gateway."),
		ROW(PROGRAMMED_PENDING, "Pending",
			"No data plane has taken this generation of the Gateway yet."),
		ROW(PROGRAMMED_NO_RESOURCES, "NoResources",
			"The data plane has no replica that is ready."),
		ROW(PROGRAMMED_ADDRESS_NOT_ASSIGNED, "AddressNotAssigned",
			"No address has been assigned to the Gateway's Service yet."),
		ROW(PROGRAMMED_ADDRESS_NOT_USABLE, "AddressNotUsable",
			"An address in spec.addresses cannot be used."),
#undef ROW
	};

	AN((size_t)st->programmed < ARRAY_LEN(rows));
	*reason = rows[st->programmed].reason;
	*message = st->message.n ? st->message : rows[st->programmed].message;
}

/* Of TCP and UDP routes only the oldest gets the traffic of a listener, and it alone counts. */
static uint32_t attached(const struct translator *t, const struct listener *l)
{
	uint32_t n = count_get(t, l->takes_name);

	return l->protocol == PROTOCOL_TCP || l->protocol == PROTOCOL_UDP ? MIN(n, 1) : n;
}

static void listener_accepted(const struct listener *l, struct conditions *c)
{
	const struct problem *why = l->conflict.reason.n   ? &l->conflict
				    : l->accepted.reason.n ? &l->accepted
							   : &l->unbound;

	if (why->reason.n)
		condition_add(c, STR("Accepted"), CONDITION_FALSE, why->reason, why->message);
	else if (l->pending)
		condition_add(
			c, STR("Accepted"), CONDITION_UNKNOWN, STR("Pending"), l->pending_why);
	else
		condition_add(c, STR("Accepted"), CONDITION_TRUE, STR("Accepted"),
			STR("The listener is accepted."));
}

static void listener_programmed(
	const struct listener *l, const struct gateway_state *st, struct conditions *c)
{
	struct str reason, message;

	programmed_text(st, &reason, &message);
	if (l->conflict.reason.n)
		condition_add(c, STR("Programmed"), CONDITION_FALSE, l->conflict.reason,
			STR("A conflicted listener does not serve."));
	else if (!l->parent->takes)
		condition_add(c, STR("Programmed"), CONDITION_FALSE, STR("Invalid"),
			arena_printf(c->a, "The %.*s is not accepted.",
				STR_ARG(object_kind_name(l->parent->kind))));
	else if (l->accepted.reason.n || l->broken.reason.n)
		condition_add(c, STR("Programmed"), CONDITION_FALSE, STR("Invalid"),
			l->broken.reason.n ? l->broken.message : l->accepted.message);
	else if (l->unbound.reason.n)
		condition_add(
			c, STR("Programmed"), CONDITION_FALSE, STR("Invalid"), l->unbound.message);
	else if (l->pending || st->programmed != PROGRAMMED_YES)
		condition_add(c, STR("Programmed"), CONDITION_FALSE, STR("Pending"),
			l->pending ? l->pending_why : message);
	else
		condition_add(c, STR("Programmed"), CONDITION_TRUE, STR("Programmed"),
			STR("The data plane serves the listener."));
}

static void listener_report(struct translator *t, struct status_said *s, const struct listener *l,
	const struct gateway_state *st, struct listener_report *ret)
{
	struct arena *a = &s->arena;
	struct conditions c = {.a = a};
	enum object_kind *kinds = ARENA_ARRAY(a, enum object_kind, KIND_MAX);
	size_t n = 0;

	for (enum object_kind k = 0; k < KIND_MAX; k++)
		if (l->kinds & (1u << k))
			kinds[n++] = k;
	listener_accepted(l, &c);
	listener_programmed(l, st, &c);
	if (l->resolved.reason.n)
		condition_add(&c, STR("ResolvedRefs"), CONDITION_FALSE, l->resolved.reason,
			l->resolved.message);
	else
		condition_add(&c, STR("ResolvedRefs"), CONDITION_TRUE, STR("ResolvedRefs"),
			STR("All references of the listener are resolved."));
	if (l->conflict.reason.n)
		condition_add(&c, STR("Conflicted"), CONDITION_TRUE, l->conflict.reason,
			l->conflict.message);
	else
		condition_add(&c, STR("Conflicted"), CONDITION_FALSE, STR("NoConflicts"),
			STR("No other listener conflicts with this one."));
	if (l->overlap.reason.n)
		condition_add(&c, STR("OverlappingTLSConfig"), CONDITION_TRUE, l->overlap.reason,
			l->overlap.message);
	*ret = (struct listener_report){.name = arena_str(a, l->name),
		.kinds = kinds,
		.n_kinds = n,
		.attached = attached(t, l),
		.conditions = conditions_end(&c)};
}

static void listeners_report(struct translator *t, struct status_said *s, const struct parent *p,
	const struct gateway_state *st)
{
	struct listener_report *r = ARENA_ARRAY(&s->arena, struct listener_report, p->n_listeners);

	for (size_t i = 0; i < p->n_listeners; i++)
		listener_report(t, s, &p->listeners[i], st, &r[i]);
	s->listeners = r;
	s->n_listeners = p->n_listeners;
}

static void addresses_report(struct translator *t, struct status_said *s, const struct parent *p,
	const struct gateway_state *st)
{
	struct address_report *r;
	size_t n = 0;

	if (t->o.mode != TRANSLATE_FILES || st->n_addresses) {
		r = ARENA_ARRAY(&s->arena, struct address_report, st->n_addresses);
		for (size_t i = 0; i < st->n_addresses; i++) {
			r[n] = st->addresses[i];
			r[n].value = arena_str(&s->arena, r[n].value);
			n++;
		}
	} else {
		const struct gateway_spec *spec = &object_gateway(p->object)->spec;

		r = ARENA_ARRAY(&s->arena, struct address_report, spec->n_addresses + 2);
		for (uint32_t i = 0; i < spec->n_addresses; i++)
			if (spec->addresses[i].value.n)
				r[n++] = (struct address_report){
					.value = arena_str(&s->arena, spec->addresses[i].value)};
		if (n == 0) {
			r[n++] = (struct address_report){.value = STR("0.0.0.0")};
			r[n++] = (struct address_report){.value = STR("::")};
		}
	}
	s->addresses = r;
	s->n_addresses = n;
}

/* The first listener whose references do not resolve. */
static const struct listener *unresolved(const struct parent *p)
{
	for (size_t i = 0; i < p->n_listeners; i++)
		if (p->listeners[i].resolved.reason.n)
			return &p->listeners[i];
	return NULL;
}

static void assigned_report(
	struct conditions *c, const struct parent *p, const struct status_said *s)
{
	const struct gateway_spec *spec = &object_gateway(p->object)->spec;
	uint32_t got = 0;

	if (spec->n_addresses == 0)
		return;
	for (uint32_t i = 0; i < spec->n_addresses; i++) {
		bool found = spec->addresses[i].value.n == 0 && s->n_addresses > 0;

		for (size_t j = 0; j < s->n_addresses; j++)
			found = found || str_eq(s->addresses[j].value, spec->addresses[i].value);
		got += found;
	}
	if (got == spec->n_addresses)
		condition_add(c, STR("AddressesAssigned"), CONDITION_TRUE, STR("AddressesAssigned"),
			STR("All requested addresses are assigned."));
	else
		condition_add(c, STR("AddressesAssigned"), CONDITION_FALSE,
			got ? STR("PartiallyAssigned") : STR("NotAssigned"),
			arena_printf(c->a, "%u of %u requested addresses are assigned.", got,
				spec->n_addresses));
}

static void gateway_report(struct translator *t, const struct parent *p)
{
	struct status_said *s = status_new(p->object);
	struct conditions c = {.a = &s->arena};
	struct gateway_state otherwise;
	const struct gateway_state *st = state_of(t, p, &otherwise);
	const struct listener *bad = unresolved(p);
	struct str reason, message;

	programmed_text(st, &reason, &message);
	if (p->takes)
		addresses_report(t, s, p, st);
	if (p->accepted.reason.n)
		condition_add(&c, STR("Accepted"),
			str_eq(p->accepted.reason, STR("Pending")) ? CONDITION_UNKNOWN
								   : CONDITION_FALSE,
			p->accepted.reason, p->accepted.message);
	else if (p->unfit.reason.n)
		condition_add(
			&c, STR("Accepted"), CONDITION_FALSE, p->unfit.reason, p->unfit.message);
	else if (p->some_invalid)
		condition_add(&c, STR("Accepted"), CONDITION_TRUE, STR("ListenersNotValid"),
			p->invalid_message);
	else
		condition_add(&c, STR("Accepted"), CONDITION_TRUE, STR("Accepted"),
			STR("The Gateway is accepted."));
	if (str_eq(p->accepted.reason, STR("Pending")))
		condition_add(&c, STR("Programmed"), CONDITION_UNKNOWN, p->accepted.reason,
			p->accepted.message);
	else if (p->accepted.reason.n)
		condition_add(&c, STR("Programmed"), CONDITION_FALSE, STR("Invalid"),
			STR("A Gateway that is not accepted does not serve."));
	else if (p->unfit.reason.n)
		condition_add(&c, STR("Programmed"), CONDITION_FALSE, STR("Invalid"),
			STR("The Gateway serves on with the settings it had."));
	else
		condition_add(&c, STR("Programmed"),
			st->programmed == PROGRAMMED_YES ? CONDITION_TRUE : CONDITION_FALSE, reason,
			message);
	if (p->resolved.reason.n)
		condition_add(&c, STR("ResolvedRefs"), CONDITION_FALSE, p->resolved.reason,
			p->resolved.message);
	else if (bad)
		condition_add(&c, STR("ResolvedRefs"), CONDITION_FALSE, STR("ListenersNotResolved"),
			arena_printf(&s->arena, "Listener \"%.*s\": %.*s", STR_ARG(bad->name),
				STR_ARG(bad->resolved.message)));
	else
		condition_add(&c, STR("ResolvedRefs"), CONDITION_TRUE, STR("ResolvedRefs"),
			STR("All references of the Gateway are resolved."));
	if (p->takes)
		assigned_report(&c, p, s);
	if (p->insecure)
		condition_add(&c, STR("InsecureFrontendValidationMode"), CONDITION_TRUE,
			STR("ConfigurationChanged"),
			STR("AllowInsecureFallback takes clients without a valid certificate; use "
			    "AllowValidOnly outside of tests."));
	s->conditions = conditions_end(&c);
	s->attached_sets = p->attached_sets;
	listeners_report(t, s, p, st);
	status_put(t, p->object, s);
}

static void set_report(struct translator *t, const struct parent *p)
{
	struct status_said *s = status_new(p->object);
	struct conditions c = {.a = &s->arena};
	struct gateway_state otherwise;
	const struct gateway_state *st = state_of(t, p->gateway, &otherwise);

	if (p->accepted.reason.n)
		condition_add(&c, STR("Accepted"), CONDITION_FALSE, p->accepted.reason,
			p->accepted.message);
	else if (p->some_invalid)
		condition_add(&c, STR("Accepted"), CONDITION_TRUE, STR("ListenersNotValid"),
			p->invalid_message);
	else
		condition_add(&c, STR("Accepted"), CONDITION_TRUE, STR("Accepted"),
			STR("The ListenerSet is accepted."));
	if (str_eq(p->accepted.reason, STR("ParentNotAccepted")))
		condition_add(&c, STR("Programmed"), CONDITION_FALSE, STR("ParentNotProgrammed"),
			p->accepted.message);
	else if (p->accepted.reason.n)
		condition_add(&c, STR("Programmed"), CONDITION_FALSE, p->accepted.reason,
			p->accepted.message);
	else if (st->programmed != PROGRAMMED_YES)
		condition_add(&c, STR("Programmed"), CONDITION_FALSE, STR("ParentNotProgrammed"),
			arena_printf(&s->arena, "Gateway %.*s is not programmed.",
				STR_ARG(p->gateway->key)));
	else
		condition_add(&c, STR("Programmed"), CONDITION_TRUE, STR("Programmed"),
			STR("The data plane serves this ListenerSet."));
	s->conditions = conditions_end(&c);
	if (p->takes || str_eq(p->accepted.reason, STR("ListenersNotValid")))
		listeners_report(t, s, p, st);
	status_put(t, p->object, s);
}

void parents_report(struct translator *t)
{
	struct list *at;

	while ((at = list_pop(&t->to_report))) {
		struct parent *p = container_of(at, struct parent, to_report);

		if (p->kind == KIND_GATEWAY)
			gateway_report(t, p);
		else
			set_report(t, p);
	}
}
