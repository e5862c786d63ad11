/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes choose entries, edits and requests; the router must agree with the naive matcher. */
#include "../../test/unit/match/helper_naive.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct bytes {
	struct choices c;
	const uint8_t *p;
	size_t n;
};

static uint32_t bytes_below(struct choices *c, uint32_t n)
{
	struct bytes *b = container_of(c, struct bytes, c);

	if (!b->n)
		return 0;
	b->n--;
	return *b->p++ % n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes b = {.c = {bytes_below}, .p = data, .n = n};
	struct naive_entry entries[WORLD_ENTRIES];
	struct router *r = NULL;
	static struct world w;
	size_t held = 0;

	world_init(&w, &b.c);
	while (b.n) {
		struct router_edit *e = router_edit_begin(r);
		struct router *old = r;

		for (uint32_t i = bytes_below(&b.c, 8); i > 0 && held < WORLD_ENTRIES; i--) {
			entries[held] = world_entry(&w, &b.c, held);
			router_edit_add(
				e, entries[held].listener, entries[held].hostname, entries[held].m);
			held++;
		}
		/* Entries go in the order they came last, so that a match is held at most once. */
		for (uint32_t i = bytes_below(&b.c, 4); i > 0 && held; i--) {
			held--;
			AZ(router_edit_del(e, entries[held].listener, entries[held].hostname,
				entries[held].m));
		}
		router_edit_listeners(e, w.listeners, w.nlisteners);
		r = router_edit_commit(e);
		router_unref(old);
		for (uint32_t i = bytes_below(&b.c, 8); i > 0; i--) {
			struct match_request rq = world_request(&w, &b.c);
			const struct naive_entry *want = naive_match(entries, held,
				naive_listener(w.listeners, w.nlisteners, rq.host), &rq);
			struct match_result got;

			router_match(r, &rq, &got);
			AN(got.match == (want ? want->m : NULL));
		}
	}
	router_unref(r);
	world_fini(&w);
	return 0;
}
