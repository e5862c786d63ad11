/* SPDX-License-Identifier: Apache-2.0 */
/* helper_plan.h -- small ports, routes and upstreams for the tests of module plan. */
#ifndef TEST_PLAN_HELPER_PLAN_H
#define TEST_PLAN_HELPER_PLAN_H

#include "plan/edit.h"

/* An HTTP port with one listener without hostname, "Gateway/ns/gw/<name>". */
struct plan_port *some_port(const char *name, uint16_t number);
/* A route "ns/<name>" on the listener of some_port(<port>), a prefix match of <path>, one backend.
 */
struct plan_route *some_route(const char *name, const char *port, const char *hostname,
	const char *path, const char *upstream);
/* An upstream with the targets 10.0.0.<first> … 10.0.0.<first + n - 1>, port 80. */
struct plan_upstream *some_upstream(const char *name, uint8_t first, uint8_t n);
/* The upstream that a GET for <host><path> on <port> goes to; NULL if there is none. */
const struct plan_upstream *some_answer(
	const struct plan *p, const char *port, const char *host, const char *path);

#endif
