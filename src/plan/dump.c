/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/dump.h"

#include <stdlib.h>

#include "base/vec.h"
#include "plan/dump_priv.h"

/* ---- addresses, TLS, upstreams ---- */

static void dump_addr(struct json *j, const struct plan_addr *a)
{
	struct buf text = {0};

	plan_addr_print(a, &text);
	json_text(j, buf_str(&text));
	buf_fini(&text);
}

static void dump_cidr(struct json *j, const struct plan_cidr *c)
{
	struct buf text = {0};

	plan_cidr_print(c, &text);
	json_text(j, buf_str(&text));
	buf_fini(&text);
}

static void dump_pem(struct json *j, const char *key, const struct plan_pem *p)
{
	static const char *const kinds[] = {
		[PLAN_PEM_PAIR] = "pair", [PLAN_PEM_CA] = "ca", [PLAN_PEM_SYSTEM] = "system"};

	if (!p)
		return;
	if (key)
		json_key(j, key);
	json_open(j, '{');
	json_key_text(j, "kind", str_from(kinds[p->kind]));
	json_key_text(j, "source", p->source);
	json_key_text(j, "digest", p->digest);
	json_close(j, '}');
}

static void dump_client_tls(struct json *j, const struct plan_client_tls *tls)
{
	json_key(j, "tls");
	json_open(j, '{');
	json_key_text(j, "sni", tls->sni);
	json_key_text(j, "minVersion", tls->min_version);
	for (size_t i = 0; i < tls->nsans; i++) {
		if (i == 0) {
			json_key(j, "sans");
			json_open(j, '[');
		}
		json_open(j, '{');
		json_key_text(j, tls->sans[i].uri ? "uri" : "dns", tls->sans[i].value);
		json_close(j, '}');
		if (i + 1 == tls->nsans)
			json_close(j, ']');
	}
	dump_pem(j, "ca", tls->ca);
	dump_pem(j, "client", tls->client);
	json_close(j, '}');
}

static void dump_target(struct json *j, const struct plan_target *t)
{
	json_open(j, '{');
	json_key(j, "address");
	dump_addr(j, &t->addr);
	json_key_true(j, "ready", t->flags & PLAN_TARGET_READY);
	json_key_true(j, "serving", t->flags & PLAN_TARGET_SERVING);
	json_key_true(j, "terminating", t->flags & PLAN_TARGET_TERMINATING);
	if (t->weight != 1)
		json_key_int(j, "weight", t->weight);
	json_close(j, '}');
}

static void dump_upstream(struct json *j, const struct plan_upstream *u)
{
	json_open(j, '{');
	json_key_text(j, "name", u->name);
	json_key_text(j, "protocol", plan_protocol_name(u->protocol));
	json_key_text(j, "failure", u->failure);
	if (u->tls)
		dump_client_tls(j, u->tls);
	if (u->ndns) {
		json_key(j, "names");
		json_open(j, '[');
		for (uint32_t i = 0; i < u->ndns; i++) {
			json_open(j, '{');
			json_key_text(j, "host", u->dns[i].host);
			json_key_int(j, "port", u->dns[i].port);
			json_close(j, '}');
		}
		json_close(j, ']');
	}
	json_key(j, "targets");
	json_open(j, '[');
	for (uint32_t i = 0; i < u->ntargets; i++)
		dump_target(j, &u->targets[i]);
	json_close(j, ']');
	json_close(j, '}');
}

/* ---- ports ---- */

static void dump_settings(struct json *j, const struct plan_settings *s)
{
	if (!s)
		return;
	/* Only what differs from the table: the rest is documentation. */
	json_key(j, "settings");
	json_open(j, '{');
	for (size_t i = 0; i < plan_setting_count; i++) {
		const struct plan_setting *d = &plan_setting_table[i];

		if (plan_setting_get(s, d) == d->def)
			continue;
		if (d->type == PLAN_SETTING_CHOICE) {
			json_key_text(j, d->key, plan_setting_choice(d, plan_setting_get(s, d)));
			continue;
		}
		json_key(j, d->key);
		json_int(j, plan_setting_get(s, d));
	}
	json_close(j, '}');
}

static void dump_server_tls(struct json *j, const struct plan_server_tls *tls)
{
	static const char *const auth[] = {
		[PLAN_CLIENT_AUTH_NONE] = "",
		[PLAN_CLIENT_AUTH_REQUIRE] = "require",
		[PLAN_CLIENT_AUTH_ALLOW] = "allow",
	};

	json_key(j, "tls");
	json_open(j, '{');
	json_key_true(j, "passthrough", tls->passthrough);
	json_key_text(j, "minVersion", tls->min_version);
	json_key_text(j, "maxVersion", tls->max_version);
	json_key_text(j, "ciphers", tls->ciphers);
	json_key_true(j, "noHttp2", tls->no_http2);
	json_key_text(j, "clientAuth", str_from(auth[tls->client_auth]));
	json_key(j, "certificates");
	json_open(j, '[');
	for (uint16_t i = 0; i < tls->ncerts; i++)
		dump_pem(j, NULL, tls->certs[i]);
	json_close(j, ']');
	if (tls->nclient_cas) {
		json_key(j, "clientCAs");
		json_open(j, '[');
		for (uint16_t i = 0; i < tls->nclient_cas; i++)
			dump_pem(j, NULL, tls->client_cas[i]);
		json_close(j, ']');
	}
	json_close(j, '}');
}

static void dump_listener(struct json *j, const struct plan *p, const struct plan_listener *l)
{
	json_open(j, '{');
	json_key_text(j, "name", l->name);
	json_key_text(j, "hostname", l->hostname);
	json_key_true(j, "http", l->http);
	if (l->failure)
		dump_failure(j, l->failure);
	if (l->tls)
		dump_server_tls(j, l->tls);
	dump_filters(j, p, l->filters);
	dump_settings(j, l->settings);
	json_close(j, '}');
}

static void dump_bind(struct json *j, const struct plan_bind *b)
{
	json_open(j, '{');
	json_key(j, "address");
	dump_addr(j, &b->addr);
	json_key_true(j, "proxyProtocol", b->flags & PLAN_BIND_PROXY_PROTOCOL);
	json_key_true(j, "noHttp2", b->flags & PLAN_BIND_NO_HTTP2);
	json_key_true(j, "v6only", b->flags & PLAN_BIND_V6ONLY);
	json_key_true(j, "dual", b->flags & PLAN_BIND_DUAL);
	json_key_true(j, "deferred", b->flags & PLAN_BIND_DEFERRED);
	json_key_true(j, "keepalive", b->flags & PLAN_BIND_KEEPALIVE);
	json_key_true(j, "noKeepalive", b->flags & PLAN_BIND_NO_KEEPALIVE);
	json_key_int(j, "backlog", b->backlog);
	json_close(j, '}');
}

/* One entry of a router, with the place at which router_each() told of it: among entries of one
 * path that is their order of precedence. */
struct router_line {
	struct str listener;
	struct str hostname;
	const struct match *m;
	size_t seq;
};

struct router_lines {
	VEC(struct router_line) all;
};

static void router_lines_add(
	void *ctx, const struct match_listener *l, struct str hostname, const struct match *m)
{
	struct router_lines *r = ctx;
	const struct plan_listener *pl = l->payload;

	*vec_push(&r->all) = (struct router_line){pl->name, hostname, m, r->all.n};
}

static int router_line_cmp(const void *a, const void *b)
{
	const struct router_line *x = a;
	const struct router_line *y = b;
	int c = str_cmp(x->listener, y->listener);

	if (!c)
		c = str_cmp(x->hostname, y->hostname);
	if (!c)
		c = (x->m->kind > y->m->kind) - (x->m->kind < y->m->kind);
	if (!c && x->m->kind != MATCH_PATH_REGEX)
		c = str_cmp(x->m->path, y->m->path);
	return c ? c : (x->seq > y->seq) - (x->seq < y->seq);
}

static void dump_router(struct json *j, const struct plan_port_slot *slot)
{
	struct router_lines r = {0};

	router_each(slot->router, router_lines_add, &r);
	if (r.all.n)
		qsort(r.all.p, r.all.n, sizeof(*r.all.p), router_line_cmp);
	json_key(j, "router");
	json_open(j, '[');
	vec_for_each (it, &r.all) {
		const struct plan_rule *rule = it->m->payload;

		json_open(j, '[');
		json_text(j, it->listener);
		json_text(j, it->hostname);
		dump_path(j, it->m);
		json_text(j, rule->route->name);
		json_int(j, it->m->rule);
		json_int(j, it->m->index);
		json_close(j, ']');
	}
	json_close(j, ']');
	vec_fini(&r.all);
}

static void dump_cidrs(struct json *j, const char *key, const struct plan_cidr *list, uint32_t n)
{
	json_key(j, key);
	json_open(j, '[');
	for (uint32_t i = 0; i < n; i++)
		dump_cidr(j, &list[i]);
	json_close(j, ']');
}

static void dump_peers(struct json *j, const struct plan_peers *p)
{
	dump_cidrs(j, "trusted", p->trusted, p->ntrusted);
	if (p->nbalancers)
		dump_cidrs(j, "balancers", p->balancers, p->nbalancers);
	json_key_true(j, "othersPlain", p->others_plain);
}

static void dump_port(struct json *j, const struct plan *p, const struct plan_port_slot *slot)
{
	static const char *const kinds[] = {
		[PLAN_PORT_HTTP] = "http",
		[PLAN_PORT_TLS] = "tls",
		[PLAN_PORT_TCP] = "tcp",
		[PLAN_PORT_UDP] = "udp",
	};
	const struct plan_port *port = slot->port;

	json_open(j, '{');
	json_key_text(j, "name", port->name);
	json_key_int(j, "number", port->number);
	json_key_text(j, "kind", str_from(kinds[port->kind]));
	dump_settings(j, port->settings);
	json_key(j, "binds");
	json_open(j, '[');
	for (uint32_t i = 0; i < port->nbinds; i++)
		dump_bind(j, &port->binds[i]);
	json_close(j, ']');
	dump_peers(j, &port->peers);
	json_key(j, "listeners");
	json_open(j, '[');
	for (uint32_t i = 0; i < port->nlisteners; i++)
		dump_listener(j, p, &port->listeners[i]);
	json_close(j, ']');
	dump_router(j, slot);
	json_close(j, '}');
}

/* ---- the whole ---- */

struct names {
	VEC(const void *) all;
};

static void names_add_route(void *ctx, const struct plan_route *r)
{
	*vec_push(&((struct names *)ctx)->all) = r;
}

static void names_add_upstream(void *ctx, const struct plan_upstream *u)
{
	*vec_push(&((struct names *)ctx)->all) = u;
}

static int route_name_cmp(const void *a, const void *b)
{
	return str_cmp((*(const struct plan_route *const *)a)->name,
		(*(const struct plan_route *const *)b)->name);
}

static int upstream_name_cmp(const void *a, const void *b)
{
	return str_cmp((*(const struct plan_upstream *const *)a)->name,
		(*(const struct plan_upstream *const *)b)->name);
}

static void dump_ports(struct json *j, const struct plan *p)
{
	size_t n;
	const struct plan_port_slot *ports = plan_ports(p, &n);

	json_key(j, "ports");
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		j->lines = true;
		dump_port(j, p, &ports[i]);
	}
	json_close(j, ']');
}

static void dump_routes(struct json *j, const struct plan *p)
{
	struct names names = {0};

	plan_each_route(p, names_add_route, &names);
	if (names.all.n)
		qsort(names.all.p, names.all.n, sizeof(*names.all.p), route_name_cmp);
	json_key(j, "routes");
	json_open(j, '[');
	vec_for_each (it, &names.all) {
		j->lines = true;
		dump_route(j, p, *it);
	}
	json_close(j, ']');
	vec_fini(&names.all);
}

static void dump_upstreams(struct json *j, const struct plan *p)
{
	struct names names = {0};

	plan_each_upstream(p, names_add_upstream, &names);
	if (names.all.n)
		qsort(names.all.p, names.all.n, sizeof(*names.all.p), upstream_name_cmp);
	json_key(j, "upstreams");
	json_open(j, '[');
	vec_for_each (it, &names.all) {
		j->lines = true;
		dump_upstream(j, *it);
	}
	json_close(j, ']');
	vec_fini(&names.all);
}

void plan_dump(const struct plan *p, struct buf *out)
{
	struct json j = {.out = out};

	json_open(&j, '{');
	dump_ports(&j, p);
	j.lines = true;
	dump_routes(&j, p);
	j.lines = true;
	dump_upstreams(&j, p);
	json_close(&j, '}');
	buf_addc(out, '\n');
}

void plan_dump_rule(const struct plan *p, const struct plan_rule *r, struct buf *out)
{
	struct json j = {.out = out};

	dump_rule(&j, p, r);
	buf_addc(out, '\n');
}

void plan_dump_upstream(const struct plan_upstream *u, struct buf *out)
{
	struct json j = {.out = out};

	dump_upstream(&j, u);
	buf_addc(out, '\n');
}
