/* SPDX-License-Identifier: Apache-2.0 */
/* The settings that each Gateway had when there was nothing to complain about. */
#include "base/mem.h"
#include "gwapi/translate_priv.h"

struct good_settings {
	struct plan_settings settings;
	struct peer_rules peers; /* in <arena> */
	struct arena arena;
	size_t key_n;
	char key[];
};

static void good_free(struct good_settings *g)
{
	if (!g)
		return;
	arena_fini(&g->arena);
	mem_free(g);
}

static void good_remember(struct translator *t, const struct parent *p)
{
	struct good_settings *g = mem_zalloc(sizeof(*g) + p->key.n);

	g->settings = p->settings;
	arena_init(&g->arena, 0);
	g->peers = peer_rules_copy(&p->peers, &g->arena);
	g->key_n = p->key.n;
	memcpy(g->key, p->key.p, p->key.n);
	good_settings_forget(t, p->key);
	(void)map_put(&t->good_settings, str_of(g->key, g->key_n), g);
}

static void good_use(const struct good_settings *g, struct arena *a, struct parent *p)
{
	p->settings = g->settings;
	p->peers = peer_rules_copy(&g->peers, a);
	p->unfit = p->accepted;
	p->accepted = (struct problem){0};
}

void good_settings_keep(struct translator *t, struct arena *a, struct parent *p)
{
	const struct good_settings *g;

	if (!p->accepted.reason.n) {
		good_remember(t, p);
		return;
	}
	g = map_get(&t->good_settings, p->key);
	if (g && str_eq(p->accepted.reason, STR("InvalidParameters")))
		good_use(g, a, p);
}

void good_settings_forget(struct translator *t, struct str gateway)
{
	good_free(map_del(&t->good_settings, gateway));
}

void good_settings_fini(struct translator *t)
{
	size_t at = 0;
	const struct map_slot *slot;

	while ((slot = map_next(&t->good_settings, &at)))
		good_free(slot->value);
	map_fini(&t->good_settings);
}
