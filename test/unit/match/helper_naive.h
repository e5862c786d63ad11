/* SPDX-License-Identifier: Apache-2.0 */
/*
 * helper_naive.h -- the router's rules written down the slow way: every entry is looked at and the
 * best one kept.  Shares no code with the router but the path and query functions; the unit test
 * and the fuzz target hold the router to it.
 */
#ifndef TEST_MATCH_HELPER_NAIVE_H
#define TEST_MATCH_HELPER_NAIVE_H

#include "match/router.h"

struct naive_entry {
	uint64_t listener;
	struct str hostname;
	const struct match *m;
};

const struct match_listener *naive_listener(
	const struct match_listener *l, size_t n, struct str host);
/* The entry that takes <rq> under <listener>, or NULL. */
const struct naive_entry *naive_match(const struct naive_entry *e, size_t n,
	const struct match_listener *listener, const struct match_request *rq);

/* A source of choices: random numbers, or a fuzzer's bytes. */
struct choices {
	uint32_t (*below)(struct choices *c, uint32_t n);
};

#define WORLD_ENTRIES 80
#define WORLD_LISTENERS 6

/* Listeners, entries and requests from a small alphabet, so that they meet often. */
struct world {
	struct match_order orders[6];
	struct match_listener listeners[WORLD_LISTENERS];
	size_t nlisteners;
	struct match matches[WORLD_ENTRIES];
	struct match_value headers[WORLD_ENTRIES][2];
	struct match_value query[WORLD_ENTRIES][2];
	struct regex *regexes[4];
	struct regex_scratch *scratch;
	const char *request_headers[2]; /* values of "x" and "y"; NULL: absent */
	char query_scratch[32];
};

void world_init(struct world *w, struct choices *c);
void world_fini(struct world *w);
/* Makes match <i> anew. */
void world_match(struct world *w, struct choices *c, size_t i);
struct naive_entry world_entry(struct world *w, struct choices *c, size_t i);
struct match_request world_request(struct world *w, struct choices *c);

#endif
