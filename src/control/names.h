/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names.h -- the addresses of the DNS names that backends point at, kept fresh.
 *
 * Each wanted name is looked up, again when its answer expires, and told when its addresses change.
 * A name that cannot be resolved keeps the addresses it had for NAMES_STALE.  Control thread only.
 */
#ifndef CONTROL_NAMES_H
#define CONTROL_NAMES_H

#include "net/loop.h"
#include "plan/segment.h"

#define NAMES_STALE SEC(300)

struct names;

/* Sorted addresses with port 0; <n> 0: none. */
typedef void names_told_f(void *arg, struct str host, const struct plan_addr *addrs, size_t n);

/* <servers>: "ip:port,ip", copied; empty: those of resolv.conf.  Returns owned, or -errno of the
 * resolver (-EINVAL: a bad list of servers). */
int must_check names_new(struct loop *l, struct str servers, names_told_f *told, void *arg,
	struct names **ret_names);
void names_free(struct names *n);

/* The whole set: begin, want each, end; names that are wanted no more are forgotten. */
void names_begin(struct names *n);
void names_want(struct names *n, struct str host);
void names_end(struct names *n);

#endif
