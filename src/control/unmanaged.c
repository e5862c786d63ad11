/* SPDX-License-Identifier: Apache-2.0 */
#include "control/unmanaged.h"

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"
#include "net/addr.h"
#include "text/write.h"

struct class_plane {
	struct unmanaged *unmanaged;
	struct str name; /* of the class */
	struct str service; /* as asked for; empty: none */
	struct str addresses_text;
	struct publish *publish; /* NULL: none, or no such name */
	VEC(struct provision_address) addresses; /* of the option or annotation */
	bool wanted;
	struct api_call ca_call;
	struct buf ca_path, ca_body;
	struct timer ca_again;
};

struct unmanaged {
	struct api *api;
	const struct unmanaged_options *options;
	unmanaged_f *changed;
	void *arg;
	struct map classes; /* by name */
	bool ending;
};

static void on_ca_again(struct timer *t);

static void on_published(void *arg)
{
	struct class_plane *c = arg;

	c->unmanaged->changed(c->unmanaged->arg);
}

static void str_replace(struct str *s, struct str by)
{
	mem_free((void *)(uintptr_t)s->p);
	*s = str_from(mem_strdup(by));
}

static void plane_free(struct class_plane *c)
{
	struct api *a = c->unmanaged->api;

	loop_timer_cancel(api_loop(a), &c->ca_again);
	api_cancel(&c->ca_call);
	while (api_active(&c->ca_call))
		loop_tick(api_loop(a), 0);
	loop_timer_cancel(api_loop(a), &c->ca_again);
	buf_fini(&c->ca_path);
	buf_fini(&c->ca_body);
	publish_free(c->publish);
	vec_fini(&c->addresses);
	mem_free((void *)(uintptr_t)c->name.p);
	mem_free((void *)(uintptr_t)c->service.p);
	mem_free((void *)(uintptr_t)c->addresses_text.p);
	mem_free(c);
}

static struct str annotation(const struct object *o, const char *key, const char *other)
{
	struct str v = str_pair_get(o->annotations, o->n_annotations, str_from(key));

	if (!v.n && other)
		v = str_pair_get(o->annotations, o->n_annotations, str_from(other));
	return str_trim(v);
}

static void set_service(struct class_plane *c, struct str service)
{
	if (c->service.p && str_eq(c->service, service))
		return;
	publish_free(c->publish);
	c->publish = NULL;
	str_replace(&c->service, service);
	if (!service.n)
		return;
	c->publish = publish_new(c->unmanaged->api, c->service, on_published, c);
	if (!c->publish)
		log_error("publish Service: namespace/name is wanted", LOG_STR("class", c->name),
			LOG_STR("given", service));
}

static void set_addresses(struct class_plane *c, struct str text)
{
	struct str rest;

	if (c->addresses_text.p && str_eq(c->addresses_text, text))
		return;
	str_replace(&c->addresses_text, text);
	vec_reset(&c->addresses);
	for (rest = c->addresses_text; rest.n;) {
		struct str value = str_trim(str_cut(&rest, ','));
		struct addr ip;

		if (value.n)
			*vec_push(&c->addresses) =
				(struct provision_address){value, addr_parse_ip(value, 0, &ip) < 0};
	}
}

void unmanaged_want(struct unmanaged *u, const struct object *class)
{
	struct class_plane *c = map_get(&u->classes, class->name);
	struct str service = annotation(class, CLASS_PUBLISH_SERVICE, CLASS_PUBLISH_SERVICE_KONG);
	struct str addresses = annotation(class, CLASS_PUBLISH_ADDRESS, NULL);

	if (!c) {
		c = MEM_NEW(struct class_plane);
		c->unmanaged = u;
		c->name = str_from(mem_strdup(class->name));
		timer_init(&c->ca_again, on_ca_again);
		map_put(&u->classes, c->name, c);
	}
	c->wanted = true;
	set_service(c, service.n ? service : u->options->service);
	set_addresses(c, addresses.n ? addresses : u->options->addresses);
}

void unmanaged_sweep(struct unmanaged *u, void (*gone)(void *arg, struct str class_name), void *arg)
{
	VEC(struct class_plane *) old = {0};
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&u->classes, &at))) {
		struct class_plane *c = slot->value;

		if (!c->wanted)
			*vec_push(&old) = c;
		c->wanted = false;
	}
	vec_for_each (c, &old) {
		gone(arg, (*c)->name);
		map_del(&u->classes, (*c)->name);
		plane_free(*c);
	}
	vec_fini(&old);
}

bool unmanaged_has(const struct unmanaged *u, struct str class_name)
{
	return map_get(&u->classes, class_name) != NULL;
}

void unmanaged_each(const struct unmanaged *u, unmanaged_each_f *fn, void *ctx)
{
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&u->classes, &at)))
		fn(ctx, slot->key);
}

struct provision_view unmanaged_view(const struct unmanaged *u, struct str class_name)
{
	const struct class_plane *c = map_get(&u->classes, class_name);
	struct provision_view v = {0};
	struct publish_view p = {0};

	if (!c)
		return v;
	if (c->publish)
		p = publish_look(c->publish);
	v.has_service = p.found;
	v.ready = c->service.n ? (int64_t)p.n_ready : 1;
	v.addresses = c->addresses.n ? c->addresses.p : p.addresses;
	v.n_addresses = c->addresses.n ? c->addresses.n : p.n_addresses;
	return v;
}

void unmanaged_feed(const struct unmanaged *u, struct str class_name, struct feeds *feeds)
{
	const struct class_plane *c = map_get(&u->classes, class_name);
	static const struct publish_port none;
	struct publish_view p = {0};

	if (!c)
		return;
	if (!c->service.n) {
		feeds_ports(feeds, class_name, NULL, 0);
		return;
	}
	if (c->publish)
		p = publish_look(c->publish);
	feeds_ports(feeds, class_name, p.n_ports ? p.ports : &none, p.n_ports);
}

/* --- what all of them listen on --------------------------------------------------------------- */

struct common {
	struct arena arena;
	const struct publish_port *ports; /* NULL: none stand between */
	size_t n_ports;
	struct translate_listen *list;
	size_t n;
	unsigned reports;
};

static int parse_report(struct kong_listens *l, const struct feed_report *r)
{
	struct buf err = {0};
	int rc = kong_listens_parse(l, false, r->proxy_listen, "proxy_listen", &err);

	if (rc == 0)
		rc = kong_listens_parse(l, true, r->stream_listen, "stream_listen", &err);
	if (rc < 0)
		log_warn("a data plane tells listens that cannot be read",
			LOG_STR("problem", buf_str(&err)));
	buf_fini(&err);
	return rc;
}

static void take_report(void *ctx, const struct feed_report *r)
{
	struct common *x = ctx;
	struct kong_listens l = {0};
	struct translate_listen *list;
	size_t n;

	if (parse_report(&l, r) == 0) {
		list = kong_listens_join(&l, x->ports, x->n_ports, &x->arena, &n);
		if (x->reports++) {
			x->n = translate_listens_common(x->list, x->n, list, n);
		} else {
			x->list = list;
			x->n = n;
		}
		/* A controller binds nothing. */
		for (size_t i = 0; i < x->n; i++)
			x->list[i].n_binds = 0;
	}
	kong_listens_fini(&l);
}

/* Why nothing can be said yet; empty: it can. */
static struct str unknown_why(struct arena *a, const struct class_plane *c)
{
	struct publish_view p;

	if (!c->service.n)
		return (struct str){0};
	if (!c->publish)
		return arena_printf(a, "The publish Service \"%.*s\" is no namespace/name.",
			STR_ARG(c->service));
	p = publish_look(c->publish);
	if (!p.complete)
		return arena_printf(a, "Service %.*s has not been read yet.", STR_ARG(c->service));
	if (!p.found)
		return arena_printf(a, "Service %.*s, the publish Service, does not exist.",
			STR_ARG(c->service));
	return (struct str){0};
}

bool unmanaged_tell(const struct unmanaged *u, struct str class_name, const struct feeds *feeds,
	struct translator *t)
{
	static const struct publish_port none;
	const struct class_plane *c = map_get(&u->classes, class_name);
	struct common x = {0};
	struct publish_view p = {0};
	struct str why;

	bool news;

	if (!c)
		return false;
	arena_init(&x.arena, 0);
	why = unknown_why(&x.arena, c);
	if (c->publish)
		p = publish_look(c->publish);
	x.n_ports = p.n_ports;
	x.ports = !c->service.n ? NULL : p.n_ports ? p.ports : &none;
	if (!why.n)
		feeds_reports(feeds, class_name, take_report, &x);
	if (!why.n && !x.reports)
		why = arena_printf(&x.arena,
			"No data plane of class %.*s is connected and ready: it is run as sluice "
			"serve --feed URL --gateway-class %.*s.",
			STR_ARG(class_name), STR_ARG(class_name));
	news = translator_set_listens(t, class_name, !why.n, why, x.list, why.n ? 0 : x.n);
	arena_fini(&x.arena);
	return news;
}

/* --- the feed's authority, for the user's pods ------------------------------------------------ */

#define CA_AGAIN SEC(5)

static void on_ca_again(struct timer *t)
{
	struct class_plane *c = container_of(t, struct class_plane, ca_again);

	c->unmanaged->changed(c->unmanaged->arg);
}

static void on_ca(struct api_call *call, int res, int status, struct str body)
{
	struct class_plane *c = container_of(call, struct class_plane, ca_call);

	if (c->unmanaged->ending || (res == 0 && status / 100 == 2))
		return;
	log_warn("ConfigMap " UNMANAGED_CA " not written", LOG_STR("class", c->name),
		LOG_INT("status", status), LOG_ERR(res), LOG_STR("answer", str_take(body, 300)));
	buf_reset(&c->ca_body);
	loop_timer_arm(api_loop(c->unmanaged->api), &c->ca_again, CA_AGAIN);
}

void unmanaged_give_ca(
	struct unmanaged *u, struct str class_name, struct str namespace, struct str ca)
{
	struct class_plane *c = map_get(&u->classes, class_name);
	struct str name, of;
	struct buf body = {0};

	if (!c || api_active(&c->ca_call) || timer_armed(&c->ca_again))
		return;
	name = c->publish ? publish_name(c->publish) : (struct str){0};
	of = c->publish ? str_cut(&name, '/') : namespace;
	buf_printf(&body,
		"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"" UNMANAGED_CA
		"\",\"namespace\":\"%.*s\"},\"data\":{\"ca.crt\":",
		STR_ARG(of));
	text_write_json_string(&body, ca);
	buf_add(&body, STR("}}"));
	if (str_eq(buf_str(&body), buf_str(&c->ca_body))) {
		buf_fini(&body);
		return;
	}
	buf_fini(&c->ca_body);
	c->ca_body = body;
	buf_reset(&c->ca_path);
	buf_printf(&c->ca_path, "/api/v1/namespaces/%.*s/configmaps/" UNMANAGED_CA, STR_ARG(of));
	c->ca_call = (struct api_call){.method = "PATCH",
		.path = buf_str(&c->ca_path),
		.query = STR("fieldManager=sluice&force=true"),
		.content_type = "application/apply-patch+yaml",
		.body = buf_str(&c->ca_body),
		.done = on_ca};
	api_start(u->api, &c->ca_call);
}

/* --- start and end ---------------------------------------------------------------------------- */

struct unmanaged *unmanaged_new(
	struct api *a, const struct unmanaged_options *options, unmanaged_f *changed, void *arg)
{
	struct unmanaged *u = MEM_NEW(struct unmanaged);

	u->api = a;
	u->options = options;
	u->changed = changed;
	u->arg = arg;
	return u;
}

void unmanaged_free(struct unmanaged *u)
{
	const struct map_slot *slot;
	size_t at;

	if (!u)
		return;
	u->ending = true;
	for (at = 0; (slot = map_next(&u->classes, &at)); at = 0) {
		struct class_plane *c = slot->value;

		map_del(&u->classes, c->name);
		plane_free(c);
	}
	map_fini(&u->classes);
	mem_free(u);
}
