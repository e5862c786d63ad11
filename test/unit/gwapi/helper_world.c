/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "helper_world.h"
#include "plan/dump.h"
#include "text/parse.h"
#include "text/write.h"

#define TIME STR("2026-10-29T12:00:00Z")

static struct str word(struct str *rest)
{
	struct str w;

	*rest = str_trim(*rest);
	w = str_cut(rest, ' ');
	*rest = str_trim(*rest);
	return w;
}

static uint32_t feature(struct str name)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} rows[] = {{"grpc", TRANSLATE_GRPC_ROUTE}, {"tls", TRANSLATE_TLS}, {"tcp", TRANSLATE_TCP},
		{"udp", TRANSLATE_UDP}, {"filters", TRANSLATE_LISTENER_FILTERS}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_eq(str_from(rows[i].name), name))
			return rows[i].bit;
	fail_msg("no feature %.*s", STR_ARG(name));
	return 0;
}

static void option(struct world *w, struct str key, struct str rest)
{
	if (str_eq(key, STR("mode"))) {
		w->o.mode = str_eq(rest, STR("files"))    ? TRANSLATE_FILES
			    : str_eq(rest, STR("shared")) ? TRANSLATE_SHARED
							  : TRANSLATE_MANAGED;
	} else if (str_eq(key, STR("controller"))) {
		struct str *list = ARENA_ARRAY(&w->arena, struct str, w->o.n_controllers + 1);

		for (size_t i = 0; i < w->o.n_controllers; i++)
			list[i] = w->o.controllers[i];
		list[w->o.n_controllers++] = rest;
		w->o.controllers = list;
	} else if (str_eq(key, STR("only-gateway"))) {
		w->o.only_gateway = rest;
	} else if (str_eq(key, STR("with"))) {
		while (rest.n)
			w->o.with |= feature(word(&rest));
	} else if (str_eq(key, STR("external-name"))) {
		w->o.allow_external_name = true;
	} else if (str_eq(key, STR("tolerant"))) {
		w->tolerant = true;
	}
}

static uint16_t number(struct str s)
{
	uint64_t n;

	if (str_to_u64(s, 65535, &n) < 0)
		fail_msg("no number: %.*s", STR_ARG(s));
	return (uint16_t)n;
}

static struct gateway_state state(struct world *w, struct str rest)
{
	static const char *const names[] = {[PROGRAMMED_YES] = "ready",
		[PROGRAMMED_PENDING] = "pending",
		[PROGRAMMED_NO_RESOURCES] = "nores",
		[PROGRAMMED_ADDRESS_NOT_ASSIGNED] = "noaddr",
		[PROGRAMMED_ADDRESS_NOT_USABLE] = "badaddr"};
	struct gateway_state s = {0};
	struct str name = word(&rest);
	struct address_report *list = ARENA_ARRAY(&w->arena, struct address_report, 8);

	while (s.programmed < ARRAY_LEN(names) && !str_eq(name, str_from(names[s.programmed])))
		s.programmed++;
	assert_true(s.programmed < ARRAY_LEN(names));
	while (rest.n)
		list[s.n_addresses++] = (struct address_report){.value = word(&rest)};
	s.addresses = list;
	return s;
}

static void fact(struct world *w, struct str key, struct str rest)
{
	static struct translate_listen listens[32];
	static size_t n;

	static struct str class_name;

	if (str_eq(key, STR("mode"))) {
		n = 0;
		class_name = STR("");
	}
	if (str_eq(key, STR("port-error"))) {
		struct str port = word(&rest), udp = port, nr = str_cut(&udp, '/');

		translator_set_port_error(w->t, STR(""), udp.n > 0, number(nr), rest);
	} else if (str_eq(key, STR("class"))) { /* whose listens follow */
		n = 0;
		class_name = rest;
	} else if (str_eq(key, STR("listen"))) {
		struct translate_listen l = {.port = number(str_cut(&rest, '/'))};

		l.target = l.port;

		while (rest.n) {
			struct str flag = str_cut(&rest, '/');

			l.udp = l.udp || str_eq(flag, STR("udp"));
			l.ssl = l.ssl || str_eq(flag, STR("ssl"));
			l.stream = l.stream || str_eq(flag, STR("stream"));
			if (str_starts(flag, STR("to=")))
				l.target = number(str_skip(flag, 3));
		}
		listens[n++] = l;
		translator_set_listens(w->t, class_name, true, STR(""), listens, n);
	} else if (str_eq(key, STR("resolved"))) {
		struct str host = word(&rest);
		struct plan_addr addrs[8];
		size_t k = 0;

		while (rest.n)
			assert_int_equal(0, plan_addr_parse(word(&rest), 0, &addrs[k++]));
		translator_set_resolved(w->t, host, addrs, k);
	} else if (str_eq(key, STR("gateway"))) {
		struct str name = word(&rest);
		struct gateway_state s = state(w, rest);

		translator_set_gateway(w->t, name, &s);
	}
}

static void directives(struct world *w, struct str yaml,
	void (*fn)(struct world *w, struct str key, struct str rest))
{
	while (yaml.n) {
		struct str line = str_cut(&yaml, '\n'), key;

		if (!str_starts(line, STR("#: ")))
			continue;
		line = str_skip(line, 3);
		key = word(&line);
		fn(w, key, line);
	}
}

void world_init(struct world *w, struct str yaml)
{
	*w = (struct world){.plans = plan_store_new()};
	arena_init(&w->arena, 0);
	store_init(&w->store);
	directives(w, yaml, option);
	w->o.plans = w->plans;
	w->t = translator_new(&w->o);
	directives(w, yaml, fact);
}

void world_fini(struct world *w)
{
	plan_unref(w->plan);
	translator_free(w->t);
	plan_store_reap(w->plans);
	plan_store_free(w->plans);
	store_fini(&w->store);
	arena_fini(&w->arena);
}

const struct object *world_object(struct world *w, const struct value *v)
{
	struct decoder *d = decoder_new((struct decode_options){.tolerant = w->tolerant});
	const struct object *o = NULL;
	int r = decode_object(d, v, STR(""), NULL, &o);

	if (r < 0) {
		struct buf b = {0};
		size_t n;
		const struct decode_error *e = decoder_errors(d, &n);

		for (size_t i = 0; i < n; i++) {
			decode_error_print(&b, &e[i]);
			buf_addc(&b, '\n');
		}
		fail_msg("refused (%d): %.*s", r, STR_ARG(buf_str(&b)));
	}
	decoder_free(d);
	return o;
}

void world_load(struct world *w, struct str yaml)
{
	struct text_documents docs = {yaml, 1};
	struct text_document doc;
	struct arena a;

	arena_init(&a, 0);
	while (text_split_documents(&docs, &doc)) {
		struct text_error err;
		struct value v;
		const struct object *o;

		if (text_parse_yaml(&a, doc.text, doc.line, &v, &err) < 0)
			fail_msg("%u:%u: %s", err.line, err.column, err.what);
		o = world_object(w, &v);
		store_put(&w->store, o);
		object_unref(o);
	}
	arena_fini(&a);
}

void world_update(struct world *w)
{
	struct plan *p = translator_update(w->t, &w->store);

	store_changes_reset(&w->store);
	if (!p)
		return;
	plan_unref(w->plan);
	w->plan = p;
}

void world_dump(struct world *w, struct buf *out)
{
	if (w->plan)
		plan_dump(w->plan, out);
}

void world_statuses(struct world *w, struct buf *out)
{
	size_t n;
	const struct object_status *const *all = translator_statuses(w->t, &n);
	struct arena a;

	arena_init(&a, 0);
	for (size_t i = 0; i < n; i++) {
		struct value v = status_object(&a, all[i], NULL, TIME);

		if (i)
			buf_add(out, STR("---\n"));
		text_write_yaml(out, &v);
	}
	arena_fini(&a);
}
