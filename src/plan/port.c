/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/port.h"

#include "plan/plan_priv.h"

struct plan_port *plan_port_new(struct str name, uint16_t number, enum plan_port_kind kind)
{
	struct arena a;
	struct plan_port *p;

	arena_init(&a, 1024);
	p = ARENA_NEW(&a, struct plan_port);
	p->name = arena_str(&a, name);
	p->id = plan_id(name);
	p->number = number;
	p->kind = (uint8_t)kind;
	plan_segment_begin(&p->seg, &a);
	return p;
}

static const struct plan_cidr *cidrs_copy(const struct plan_cidr *list, uint32_t n, struct arena *a)
{
	struct plan_cidr *copy = ARENA_ARRAY(a, struct plan_cidr, n);

	for (uint32_t i = 0; i < n; i++)
		copy[i] = list[i];
	return copy;
}

struct plan_peers plan_peers_copy(const struct plan_peers *p, struct arena *a)
{
	struct plan_peers copy = *p;

	copy.trusted = cidrs_copy(p->trusted, p->ntrusted, a);
	copy.balancers = cidrs_copy(p->balancers, p->nbalancers, a);
	return copy;
}

static void server_tls_unref(const struct plan_server_tls *tls)
{
	if (tls->parsed_free)
		tls->parsed_free(tls->parsed);
	for (uint16_t i = 0; i < tls->ncerts; i++)
		plan_pem_unref(tls->certs[i]);
	for (uint16_t i = 0; i < tls->nclient_cas; i++)
		plan_pem_unref(tls->client_cas[i]);
}

void plan_port_unref(struct plan_port *p)
{
	if (--p->seg.refs)
		return;
	for (uint32_t i = 0; i < p->nlisteners; i++) {
		if (p->listeners[i].tls)
			server_tls_unref(p->listeners[i].tls);
	}
	plan_segment_fini(&p->seg);
}

void plan_port_free(struct plan_port *p)
{
	if (p)
		plan_port_unref(p);
}
