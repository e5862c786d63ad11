/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment.h -- what a plan is made of: counted, immutable pieces with an arena each.
 *
 * A segment is made by one thread (translate, on the control thread), filled, and from the
 * moment it is put into an edit never changed again except for its count.  Counts belong to the
 * control thread: workers read segments through a root they hold (publish.h) and never count.
 * All memory of a segment, its own struct included, is in its arena: what its fields point at lies
 * there, or in another segment on which it holds a count.
 */
#ifndef PLAN_SEGMENT_H
#define PLAN_SEGMENT_H

#include "base/arena.h"

struct plan_segment {
	uint32_t refs;
	uint32_t bytes; /* of its memory, once frozen */
	struct arena *arena; /* while it is being filled; NULL once frozen */
	struct arena_block *blocks; /* its memory, once frozen */
};

/* For the files of this module: <a> becomes the memory of <seg>, which lies in it; count 1. */
void plan_segment_begin(struct plan_segment *seg, const struct arena *a);
/* Nothing is added any more.  A second call does nothing. */
void plan_segment_freeze(struct plan_segment *seg);
/* Frees all memory of the segment, <seg> too. */
void plan_segment_fini(struct plan_segment *seg);

/*
 * Names become 64-bit numbers with the process's secret key: an upstream, port, listener or rule
 * is referred to by the number of its name, so that references need no order of creation and no
 * registry.  Numbers differ from process to process: never show or store them.
 */
uint64_t plan_id(struct str name);

/* An address of either family; zeroed first, so that equal addresses are equal bytes. */
struct plan_addr {
	uint8_t ip[16]; /* network order; IPv4 in the first four */
	uint16_t port; /* host order */
	uint8_t family; /* 4, 6; 0: none */
	uint8_t pad_;
	uint32_t scope; /* IPv6 link-local interface, else 0 */
};
_Static_assert(sizeof(struct plan_addr) == 24, "plan_addr has no hidden padding");

static inline bool plan_addr_eq(const struct plan_addr *a, const struct plan_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

struct buf;
/* Parses an address without port ("10.0.0.1", "::1").  Returns 0 or -EINVAL. */
int must_check plan_addr_parse(struct str ip, uint16_t port, struct plan_addr *ret_addr);
#define PLAN_ADDR_TEXT 56
/* "10.0.0.1:80" or "[::1]:80", in <room>. */
struct str plan_addr_text(const struct plan_addr *a, char room[static PLAN_ADDR_TEXT]);
/* Appends the same. */
void plan_addr_print(const struct plan_addr *a, struct buf *out);

/* A range of addresses: "10.0.0.0/8". */
struct plan_cidr {
	struct plan_addr addr; /* port 0 */
	uint8_t bits;
};
/* Appends "10.0.0.0/8". */
void plan_cidr_print(const struct plan_cidr *c, struct buf *out);
bool plan_cidr_has(const struct plan_cidr *c, const struct plan_addr *a);

#endif
